/* test-redis-envelope.c: events in the form in which they go through Redis
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "backplane/redis/redis-envelope.h"

#include <string.h>

#define HEADER_LENGTH (2 + REDIS_SENDER_LENGTH)
/* Where the fields of the first event are. */
#define CONTROL HEADER_LENGTH
#define NAME_LENGTH (CONTROL + 1 + 8)
#define ARGUMENT_LENGTH (NAME_LENGTH + 2)
#define FRAME_LENGTH (ARGUMENT_LENGTH + 4)
#define TEXTS (FRAME_LENGTH + 4)

static const guint8 sender[REDIS_SENDER_LENGTH] = "a sender of this";
static const guint8 other[REDIS_SENDER_LENGTH] = "a sender of that";

static Event *
make_event (void)
{
  Event *event = event_new ("room:R", "new-message", g_string_new ("{\"text\":\"Grüße\"}"));

  event->except_user = g_strdup ("ada");
  event->rev = G_MAXINT64;
  return event;
}

static GByteArray *
make_message (const Event *event)
{
  GByteArray *message = g_byte_array_new ();

  redis_envelope_begin (message, sender);
  if (event != NULL)
    redis_envelope_add (message, event);
  return message;
}

static gboolean
read_message (const GByteArray *message, GPtrArray *events)
{
  g_autoptr(GError) error = NULL;
  guint n_before = events->len;
  gboolean good = redis_envelope_read (message->data, message->len, "room:R", events, &error);

  g_assert_true (good == (error == NULL));
  g_assert_true (good || events->len == n_before);
  return good;
}

static GPtrArray *
events_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);
}

static void
test_round_trip (void)
{
  g_autoptr(Event) full = make_event ();
  g_autoptr(Event) control = event_new_control ("room:R", EVENT_UNSUBSCRIBE, "room:S");
  g_autoptr(GByteArray) message = make_message (full);
  g_autoptr(GPtrArray) events = events_new ();
  const Event *read;

  redis_envelope_add (message, control);
  g_assert_true (redis_envelope_is_from (message->data, message->len, sender));
  g_assert_false (redis_envelope_is_from (message->data, message->len, other));
  g_assert_true (read_message (message, events));
  g_assert_cmpuint (events->len, ==, 2);
  read = events->pdata[0];
  g_assert_cmpstr (read->topic, ==, "room:R");
  g_assert_true (read->name == full->name);
  g_assert_true (g_bytes_equal (read->frame, full->frame));
  g_assert_cmpint (read->control, ==, EVENT_PLAIN);
  g_assert_null (read->argument);
  g_assert_cmpstr (read->except_user, ==, "ada");
  g_assert_cmpint (read->rev, ==, G_MAXINT64);
  read = events->pdata[1];
  g_assert_null (read->name);
  g_assert_null (read->frame);
  g_assert_cmpint (read->control, ==, EVENT_UNSUBSCRIBE);
  g_assert_cmpstr (read->argument, ==, "room:S");
  g_assert_null (read->except_user);
  g_assert_cmpint (read->rev, ==, 0);
}

static void
test_nothing (void)
{
  g_autoptr(GByteArray) message = make_message (NULL);
  g_autoptr(GPtrArray) events = events_new ();

  g_assert_true (read_message (message, events));
  g_assert_cmpuint (events->len, ==, 0);
}

/* Wherever it is cut off, nothing of it is taken. */
static void
test_cut (void)
{
  g_autoptr(Event) event = make_event ();
  g_autoptr(GByteArray) message = make_message (event);
  g_autoptr(GPtrArray) events = events_new ();

  for (guint length = message->len - 1; length > HEADER_LENGTH; length--)
    {
      g_autofree guint8 *copy = g_memdup2 (message->data, length);
      GByteArray part = { copy, length };

      g_assert_false (read_message (&part, events));
    }
  for (guint length = 0; length < HEADER_LENGTH; length++)
    {
      g_autofree guint8 *copy = g_memdup2 (message->data, length);
      GByteArray part = { copy, length };

      g_assert_false (read_message (&part, events));
      g_assert_false (redis_envelope_is_from (copy, length, sender));
    }
}

/* A byte that is changed, and whether it may be so. */
static void
test_changed (void)
{
  static const struct
  {
    guint place;
    guint8 value;
    gboolean good;
  } changes[] = {
    { 0, 'D', FALSE },                        /* no message at all */
    { 1, 2, FALSE },                          /* another version */
    { CONTROL, EVENT_CLOSE_SESSION, FALSE },  /* lacks its argument */
    { CONTROL, 200, FALSE },
    { NAME_LENGTH, 0x20, FALSE },             /* longer than all there is */
    { NAME_LENGTH + 1, 200, FALSE },
    { ARGUMENT_LENGTH, 0, FALSE },
    { FRAME_LENGTH, 0x7f, FALSE },
    { TEXTS, 0xff, FALSE },                   /* not UTF-8 */
    { TEXTS, 0, FALSE },
    { TEXTS, 'N', TRUE },
    { 2, 'x', TRUE },                         /* of somebody else */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr(Event) event = make_event ();
      g_autoptr(GByteArray) message = make_message (event);
      g_autoptr(GPtrArray) events = events_new ();

      message->data[changes[i].place] = changes[i].value;
      g_assert_cmpint (read_message (message, events), ==, changes[i].good);
    }
}

/* A frame reaches browsers, which end a connection that sends what is no UTF-8. */
static void
test_frame_is_text (void)
{
  g_autoptr(Event) event = event_new_control ("room:R", EVENT_PLAIN, NULL);
  g_autoptr(GByteArray) message = NULL;
  g_autoptr(GPtrArray) events = events_new ();

  event->frame = g_bytes_new_static ("{\"\377\":1}", 7);
  message = make_message (event);
  g_assert_false (read_message (message, events));
}

/* Names are kept for good: a sender of ever new ones is stopped, those that are known go on. */
static void
test_names_are_bounded (void)
{
  g_autoptr(GPtrArray) events = events_new ();
  guint n_good = 0;

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *name = g_strdup_printf ("name-%05u", i);
      g_autoptr(Event) event = event_new ("room:R", "name-000000", g_string_new ("{}"));
      g_autoptr(GByteArray) message = make_message (event);

      /* As long as the one in its place, which is interned already. */
      memcpy (message->data + TEXTS, name, 10);
      message->data[TEXTS + 10] = '!';
      n_good += read_message (message, events);
      g_assert_cmpint (g_quark_try_string (name), ==, 0);
    }
  g_assert_cmpuint (n_good, >, 100);
  g_assert_cmpuint (n_good, <, 2000);

  g_autoptr(Event) known = make_event ();
  g_autoptr(GByteArray) message = make_message (known);

  g_assert_true (read_message (message, events));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redis-envelope/round-trip", test_round_trip);
  g_test_add_func ("/redis-envelope/nothing", test_nothing);
  g_test_add_func ("/redis-envelope/cut", test_cut);
  g_test_add_func ("/redis-envelope/changed", test_changed);
  g_test_add_func ("/redis-envelope/frame-is-text", test_frame_is_text);
  g_test_add_func ("/redis-envelope/names-are-bounded", test_names_are_bounded);
  return g_test_run ();
}
