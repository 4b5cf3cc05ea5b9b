/* test-frame.c: the bytes of RFC 6455, section 5.2
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "net/frame.h"

static void
test_text_header (void)
{
  static const struct
  {
    gsize payload;
    gsize length;
    guint8 bytes[FRAME_MAX_HEADER];
  } cases[] = {
    { 0, 2, { 0x81, 0 } },
    { 125, 2, { 0x81, 125 } },
    { 126, 4, { 0x81, 126, 0, 126 } },
    { 65535, 4, { 0x81, 126, 0xff, 0xff } },
    { 65536, 10, { 0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint8 header[FRAME_MAX_HEADER];
      gsize length = frame_write_text_header (header, cases[i].payload);

      g_assert_cmpmem (header, length, cases[i].bytes, cases[i].length);
    }
}

static void
test_close (void)
{
  guint8 frame[FRAME_MAX_CLOSE];
  g_autofree char *long_reason = g_strnfill (200, 'x');
  g_autoptr(GString) umlauts = g_string_new ("x");

  g_assert_cmpmem (frame, frame_write_close (frame, 1012, "restart"), "\x88\x09\x03\xf4restart", 11);
  g_assert_cmpmem (frame, frame_write_close (frame, 4001, NULL), "\x88\x02\x0f\xa1", 4);
  g_assert_cmpuint (frame_write_close (frame, 1000, long_reason), ==, 127);

  /* 123 bytes would end in the middle of a character. */
  for (guint i = 0; i < 100; i++)
    g_string_append (umlauts, "ü");
  g_assert_cmpuint (frame_write_close (frame, 1000, umlauts->str), ==, 127);
  g_assert_true (g_utf8_validate ((const char *) frame + 4, 123, NULL));
  g_string_erase (umlauts, 0, 1);
  g_assert_cmpuint (frame_write_close (frame, 1000, umlauts->str), ==, 126);
  g_assert_true (g_utf8_validate ((const char *) frame + 4, 122, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/text-header", test_text_header);
  g_test_add_func ("/frame/close", test_close);
  return g_test_run ();
}
