/* test-padding.c: buckets, and frames that are not quite right
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-crypto-error.h"
#include "confab-padding.h"

static void
test_buckets (void)
{
  static const struct { gsize length, bucket; } cases[] = {
    { 0, 128 }, { 124, 128 }, { 125, 256 }, { 252, 256 }, { 253, 512 }, { 2044, 2048 }, { 2045, 4096 },
    { 4092, 4096 }, { 4093, 8192 }, { 8188, 8192 }, { 8189, 12288 }, { 262144, 266240 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (confab_padding_get_length (cases[i].length), ==, cases[i].bucket);
}

static void
test_round_trip (void)
{
  static const gsize lengths[] = { 0, 1, 123, 124, 125, 4092, 4093, 5000 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      gsize frame_length = confab_padding_get_length (lengths[i]);
      g_autofree guint8 *content = g_malloc (lengths[i] + 1);
      g_autofree guint8 *frame = g_malloc (frame_length);
      gsize cut = lengths[i] / 3;
      ConfabSpan found = confab_span_empty ();
      g_autoptr (GError) error = NULL;

      memset (content, 0xcc, lengths[i]);
      memset (frame, 0xee, frame_length);
      confab_padding_frame (confab_span (content, cut), confab_span (content + cut, lengths[i] - cut), frame);
      confab_padding_unframe (confab_span (frame, frame_length), &found, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (found.data, found.length, content, lengths[i]);
    }
}

static void
test_strictness (void)
{
  guint8 frame[512] = { 0, 0, 0, 10 };
  ConfabSpan content = confab_span_empty ();
  const struct { guint8 length[4]; gsize frame_length; guint dirty_byte; } wrong[] = {
    { { 0, 0, 0, 10 }, 127, 0 },             /* no bucket */
    { { 0, 0, 0, 10 }, 256, 0 },             /* a larger bucket than needed */
    { { 0, 0, 0, 125 }, 128, 0 },            /* more content than there is */
    { { 0xff, 0xff, 0xff, 0xff }, 128, 0 },
    { { 0, 0, 0, 10 }, 128, 14 },            /* padding that is not zero */
    { { 0, 0, 0, 10 }, 128, 127 },
    { { 0, 0, 0, 0 }, 3, 0 },
    { { 0, 0, 0, 0 }, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      memset (frame, 0, sizeof frame);
      memcpy (frame, wrong[i].length, 4);
      if (wrong[i].dirty_byte > 0)
        frame[wrong[i].dirty_byte] = 1;

      g_assert_false (confab_padding_unframe (confab_span (frame, wrong[i].frame_length), &content, &error));
      g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MALFORMED);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/crypto/padding/buckets", test_buckets);
  g_test_add_func ("/crypto/padding/round-trip", test_round_trip);
  g_test_add_func ("/crypto/padding/strictness", test_strictness);

  return g_test_run ();
}
