/* fuzz-envelope.c: whatever comes as an envelope, and whatever somebody with the key could have put into one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-envelope.h"
#include "confab-padding.h"
#include "fuzz.h"

static void
check_frame (ConfabSpan frame)
{
  ConfabSpan content = confab_span_empty ();
  g_autoptr (GError) error = NULL;

  if (!confab_padding_unframe (frame, &content, &error))
    {
      g_assert_nonnull (error);
      return;
    }

  /* There is one frame for one content. */
  g_autofree guint8 *again = g_malloc (frame.length);

  g_assert_cmpuint (confab_padding_get_length (content.length), ==, frame.length);
  confab_padding_frame (content, confab_span_empty (), again);
  g_assert_cmpmem (again, frame.length, frame.data, frame.length);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static const guint8 key[32] = { 1 };
  ConfabSpan input = confab_span (data, size);
  ConfabEnvelopeContext context = {
    .room_id = "room", .sender_id = "anna", .device_id = "laptop", .client_id = "1", .kind = "message",
  };
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) error = NULL;

  if (confab_envelope_peek_epoch (input, &context.epoch, NULL))
    {
      content = confab_envelope_open (&context, confab_span (key, sizeof key), confab_span (key, sizeof key), input,
                                      &error);
      g_assert_true ((content == NULL) == (error != NULL));
    }

  check_frame (input);

  return 0;
}
