/* fuzz-envelope.c: any bytes as the message of another instance
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "backplane/redis/redis-envelope.h"

#include "fuzz.h"

/* What was read has to be read the same again from what is written of it. */
static void
check_again (GPtrArray *events)
{
  static const guint8 sender[REDIS_SENDER_LENGTH] = { 0 };
  g_autoptr(GByteArray) message = g_byte_array_new ();
  g_autoptr(GPtrArray) again = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);

  redis_envelope_begin (message, sender);
  for (guint i = 0; i < events->len; i++)
    redis_envelope_add (message, events->pdata[i]);
  g_assert_true (redis_envelope_read (message->data, message->len, "room:R", again, NULL));
  g_assert_cmpuint (again->len, ==, events->len);
  for (guint i = 0; i < events->len; i++)
    {
      const Event *a = events->pdata[i], *b = again->pdata[i];

      g_assert_true (a->name == b->name && a->control == b->control && a->rev == b->rev);
      g_assert_cmpstr (a->argument, ==, b->argument);
      g_assert_cmpstr (a->except_user, ==, b->except_user);
      g_assert_true (a->frame == b->frame || g_bytes_equal (a->frame, b->frame));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);
  g_autoptr(GError) error = NULL;

  if (redis_envelope_read (data, size, "room:R", events, &error))
    check_again (events);
  else
    {
      g_assert_nonnull (error);
      g_assert_cmpuint (events->len, ==, 0);
    }
  return 0;
}
