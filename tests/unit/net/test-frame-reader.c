/* test-frame-reader.c: RFC 6455, section 5, byte by byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "net/frame-reader.h"

#define LARGEST 1000
#define MASK "\x37\xfa\x21\x3d"

/* ---- What is read, as words ------------------------------------------------------------------------------- */

static void
tell (GString *told, const Frame *frame)
{
  static const char *const names[] = {
    [FRAME_TEXT] = "text", [FRAME_BINARY] = "binary", [FRAME_CLOSE] = "close", [FRAME_PING] = "ping",
    [FRAME_PONG] = "pong",
  };

  g_string_append_printf (told, "%s(%.*s) ", names[frame->kind], (int) frame->length, (const char *) frame->bytes);
}

/* In pieces of that size. The bytes are a copy of just their length, so that reading past them is noticed. */
static char *
read_in_pieces (const GByteArray *bytes, gsize piece)
{
  g_autoptr(GString) told = g_string_new (NULL);
  FrameReader reader = { NULL };
  FrameStatus status = FRAMES_WANTED;
  guint16 code = 0;
  Frame frame;

  for (gsize at = 0; at < bytes->len && status != FRAMES_BROKEN; at += piece)
    {
      gsize length = MIN (piece, bytes->len - at);
      g_autofree guint8 *part = g_memdup2 (bytes->data + at, length);

      frame_reader_begin (&reader, part, length);
      while ((status = frame_reader_next (&reader, LARGEST, &frame, &code)) == FRAMES_FOUND)
        tell (told, &frame);
      frame_reader_end (&reader);
    }
  if (status == FRAMES_BROKEN)
    g_string_append_printf (told, "broken %u ", code);
  else if (reader.kept == NULL && reader.message == NULL)
    g_string_append (told, "nothing kept ");
  frame_reader_clear (&reader);
  return g_string_free (g_steal_pointer (&told), FALSE);
}

/* Whatever the pieces, it is the same. */
static void
expect (const GByteArray *bytes, const char *expected)
{
  static const gsize pieces[] = { 1, 2, 3, 7, 100, 100000 };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autofree char *told = read_in_pieces (bytes, pieces[i]);

      g_test_message ("pieces of %zu", pieces[i]);
      g_assert_cmpstr (told, ==, expected);
    }
}

/* ---- What is sent ----------------------------------------------------------------------------------------- */

static void
add_header (GByteArray *bytes, guint8 first, guint64 length, guint n_length)
{
  guint8 second = 0x80 | (n_length == 0 ? length : n_length == 2 ? 126 : 127);

  g_byte_array_append (bytes, &first, 1);
  g_byte_array_append (bytes, &second, 1);
  for (guint i = n_length; i > 0; i--)
    {
      guint8 byte = (guint8) (length >> (8 * (i - 1)));

      g_byte_array_append (bytes, &byte, 1);
    }
  g_byte_array_append (bytes, (const guint8 *) MASK, 4);
}

static void
add (GByteArray *bytes, guint8 first, const char *payload, gsize length)
{
  add_header (bytes, first, length, length < 126 ? 0 : 2);
  for (gsize i = 0; i < length; i++)
    {
      guint8 byte = (guint8) payload[i] ^ (guint8) MASK[i % 4];

      g_byte_array_append (bytes, &byte, 1);
    }
}

static void
add_text (GByteArray *bytes, guint8 first, const char *payload)
{
  add (bytes, first, payload, strlen (payload));
}

/* ---- Cases ------------------------------------------------------------------------------------------------ */

static void
test_the_standards_example (void)
{
  static const guint8 hello[] = { 0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58 };
  g_autoptr(GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, hello, sizeof hello);
  expect (bytes, "text(Hello) nothing kept ");
}

static void
test_many (void)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();

  add_text (bytes, 0x81, "one");
  add_text (bytes, 0x81, "");
  add_text (bytes, 0x82, "two");
  add_text (bytes, 0x89, "there?");
  add_text (bytes, 0x8a, "");
  add_text (bytes, 0x88, "");
  expect (bytes, "text(one) text() binary(two) ping(there?) pong() close() nothing kept ");
}

static void
test_fragments (void)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();

  add_text (bytes, 0x01, "Grüß");
  add_text (bytes, 0x89, "p");
  add_text (bytes, 0x00, "");
  /* A character may be torn apart. */
  add (bytes, 0x00, " G\xc3", 3);
  add (bytes, 0x80, "\xb6tter", 5);
  add_text (bytes, 0x01, "");
  add_text (bytes, 0x80, "");
  add_text (bytes, 0x81, "whole");
  expect (bytes, "ping(p) text(Grüß Götter) text() text(whole) nothing kept ");
}

static void
test_unfinished (void)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();

  add_text (bytes, 0x81, "whole");
  add_text (bytes, 0x81, "torn");
  g_byte_array_set_size (bytes, bytes->len - 1);
  expect (bytes, "text(whole) ");
}

static void
test_lengths (void)
{
  static const gsize lengths[] = { 0, 125, 126, 127, 999, LARGEST };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr(GByteArray) bytes = g_byte_array_new ();
      g_autofree char *text = g_strnfill (lengths[i], 'x');
      g_autofree char *expected = g_strdup_printf ("text(%s) nothing kept ", text);

      add_text (bytes, 0x81, text);
      expect (bytes, expected);
    }
}

/* Told by the header alone: what it announces need not come. */
static void
test_too_big (void)
{
  static const struct
  {
    guint64 length;
    guint n_length;
  } cases[] = {
    { LARGEST + 1, 2 },
    { LARGEST + 1, 8 },
    { G_MAXUINT32, 8 },
    { G_MAXUINT64, 8 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GByteArray) bytes = g_byte_array_new ();

      add_text (bytes, 0x81, "before");
      add_header (bytes, 0x81, cases[i].length, cases[i].n_length);
      expect (bytes, "text(before) broken 1009 ");
    }
}

static void
test_too_big_in_fragments (void)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  g_autofree char *half = g_strnfill (LARGEST / 2, 'x');

  add_text (bytes, 0x01, half);
  add_text (bytes, 0x00, half);
  add_text (bytes, 0x00, "");
  add_header (bytes, 0x80, 1, 0);
  expect (bytes, "broken 1009 ");
}

static void
test_broken (void)
{
  static const struct
  {
    const char *what;
    guint8 first;
    const char *payload;
    gsize length;
    guint16 code;
  } cases[] = {
    { "reserved bits", 0xc1, "{}", 2, 1002 },
    { "reserved bits", 0x91, "{}", 2, 1002 },
    { "unknown opcode", 0x83, "{}", 2, 1002 },
    { "unknown control opcode", 0x8b, "", 0, 1002 },
    { "continuation of nothing", 0x80, "{}", 2, 1002 },
    { "unfinished continuation of nothing", 0x00, "{}", 2, 1002 },
    { "ping in fragments", 0x09, "", 0, 1002 },
    { "close of one byte", 0x88, "\x03", 1, 1002 },
    { "close code 999", 0x88, "\x03\xe7", 2, 1002 },
    { "close code 1005", 0x88, "\x03\xed", 2, 1002 },
    { "close code 1006", 0x88, "\x03\xee", 2, 1002 },
    { "close code 1015", 0x88, "\x03\xf7", 2, 1002 },
    { "close code 5000", 0x88, "\x13\x88", 2, 1002 },
    { "close with a reason that is no text", 0x88, "\x03\xe8\xff", 3, 1007 },
    { "text that is not UTF-8", 0x81, "\xff", 1, 1007 },
    { "text cut within a character", 0x81, "a\xc3", 2, 1007 },
    { "half a surrogate pair", 0x81, "\xed\xa0\x80", 3, 1007 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GByteArray) bytes = g_byte_array_new ();
      g_autofree char *expected = g_strdup_printf ("text(before) broken %u ", cases[i].code);

      g_test_message ("%s", cases[i].what);
      add_text (bytes, 0x81, "before");
      add (bytes, cases[i].first, cases[i].payload, cases[i].length);
      expect (bytes, expected);
    }
}

static void
test_broken_order (void)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  g_autoptr(GByteArray) unmasked = g_byte_array_new ();
  g_autoptr(GByteArray) control = g_byte_array_new ();
  g_autofree char *much = g_strnfill (126, 'x');

  add_text (bytes, 0x01, "a");
  add_text (bytes, 0x81, "b");
  expect (bytes, "broken 1002 ");

  /* Known from two bytes. */
  g_byte_array_append (unmasked, (const guint8 *) "\x81\x02", 2);
  expect (unmasked, "broken 1002 ");

  add_text (control, 0x89, much);
  expect (control, "broken 1002 ");
}

/* U+0000 is for whoever reads the text to judge. */
static void
test_nul (void)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  FrameReader reader = { NULL };
  guint16 code = 0;
  Frame frame;

  add (bytes, 0x81, "a\0ü\0", 5);
  frame_reader_begin (&reader, bytes->data, bytes->len);
  g_assert_cmpint (frame_reader_next (&reader, LARGEST, &frame, &code), ==, FRAMES_FOUND);
  g_assert_cmpmem (frame.bytes, frame.length, "a\0ü\0", 5);
  frame_reader_end (&reader);
  g_assert_null (reader.kept);
}

/* Whoever has had enough gets the rest later. */
static void
test_stop_and_go_on (void)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  g_autoptr(GString) told = g_string_new (NULL);
  FrameReader reader = { NULL };
  guint16 code = 0;
  Frame frame;

  add_text (bytes, 0x81, "one");
  add_text (bytes, 0x01, "tw");
  add_text (bytes, 0x80, "o");
  add_text (bytes, 0x81, "three");
  frame_reader_begin (&reader, bytes->data, bytes->len);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (frame_reader_next (&reader, LARGEST, &frame, &code), ==, FRAMES_FOUND);
      tell (told, &frame);
      frame_reader_end (&reader);
      memset (bytes->data, 0, bytes->len);
      frame_reader_begin (&reader, NULL, 0);
    }
  g_assert_cmpstr (told->str, ==, "text(one) text(two) text(three) ");
  g_assert_cmpint (frame_reader_next (&reader, LARGEST, &frame, &code), ==, FRAMES_WANTED);
  frame_reader_end (&reader);
  g_assert_null (reader.kept);
  g_assert_null (reader.message);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame-reader/the-standards-example", test_the_standards_example);
  g_test_add_func ("/frame-reader/many", test_many);
  g_test_add_func ("/frame-reader/fragments", test_fragments);
  g_test_add_func ("/frame-reader/unfinished", test_unfinished);
  g_test_add_func ("/frame-reader/lengths", test_lengths);
  g_test_add_func ("/frame-reader/too-big", test_too_big);
  g_test_add_func ("/frame-reader/too-big-in-fragments", test_too_big_in_fragments);
  g_test_add_func ("/frame-reader/broken", test_broken);
  g_test_add_func ("/frame-reader/broken-order", test_broken_order);
  g_test_add_func ("/frame-reader/nul", test_nul);
  g_test_add_func ("/frame-reader/stop-and-go-on", test_stop_and_go_on);
  return g_test_run ();
}
