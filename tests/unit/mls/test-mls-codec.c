/* test-mls-codec.c: the presentation language and the arithmetic of trees, without anybody else's vectors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-mls-codec.h"
#include "confab-mls-extension.h"
#include "confab-mls-message.h"
#include "confab-mls-ratchet-tree.h"
#include "confab-mls-tree-math.h"

static void
assert_length (const char *header,
               gsize       n_header,
               gint64      expected)
{
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, confab_span (header, n_header));
  guint32 length = confab_mls_reader_length (&reader);
  if (expected < 0)
    {
      g_assert_false (confab_mls_reader_is_good (&reader));
      return;
    }

  g_assert_true (confab_mls_reader_finish (&reader, "header", NULL));
  g_assert_cmpuint (length, ==, expected);
}

static void
test_lengths (void)
{
  assert_length ("\x00", 1, 0);
  assert_length ("\x3f", 1, 63);
  assert_length ("\x40\x40", 2, 64);
  assert_length ("\x7f\xff", 2, 16383);
  assert_length ("\x80\x00\x40\x00", 4, 16384);
  assert_length ("\xbf\xff\xff\xff", 4, (1 << 30) - 1);

  /* Longer than needed, cut off, and the prefix that RFC 9420 does not use. */
  assert_length ("\x40\x3f", 2, -1);
  assert_length ("\x80\x00\x3f\xff", 4, -1);
  assert_length ("\x40", 1, -1);
  assert_length ("\x80\x00\x40", 3, -1);
  assert_length ("", 0, -1);
  assert_length ("\xc0\x00\x00\x00\x00\x00\x00\x00", 8, -1);
}

static void
test_vector_round_trip (void)
{
  static const gsize lengths[] = { 0, 1, 63, 64, 65, 16383, 16384, 70000 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree guint8 *content = g_malloc0 (lengths[i] + 1);
      g_autoptr (GByteArray) opaque = g_byte_array_new ();
      g_autoptr (GByteArray) nested = g_byte_array_new ();
      ConfabMlsReader reader;

      confab_mls_write_opaque (opaque, confab_span (content, lengths[i]));
      guint begin = confab_mls_write_begin (nested);
      confab_mls_write_raw (nested, confab_span (content, lengths[i]));
      confab_mls_write_end (nested, begin);
      g_assert_true (confab_span_equal (confab_span_from_array (opaque), confab_span_from_array (nested)));

      confab_mls_reader_init (&reader, confab_span_from_array (opaque));
      g_assert_cmpuint (confab_mls_reader_opaque (&reader).length, ==, lengths[i]);
      g_assert_true (confab_mls_reader_finish (&reader, "vector", NULL));
    }
}

/* The first error is the one that is told, and nothing is read after it. */
static void
test_sticky_error (void)
{
  ConfabMlsReader reader;
  g_autoptr (GError) error = NULL;

  confab_mls_reader_init (&reader, confab_span ("\x02\x05", 2));
  g_assert_true (confab_mls_reader_u8 (&reader) == 2);
  g_assert_false (confab_mls_reader_optional (&reader));
  g_assert_cmpuint (confab_mls_reader_u64 (&reader), ==, 0);
  g_assert_false (confab_mls_reader_finish (&reader, "thing", &error));
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_MALFORMED);
  g_assert_nonnull (strstr (error->message, "neither present nor absent"));
}

static void
test_nested_errors (void)
{
  ConfabMlsReader reader;
  ConfabMlsReader vector;

  /* An inner vector may not end before its last element, nor an element reach past it. */
  confab_mls_reader_init (&reader, confab_span ("\x03\x00\x01\x02\x00\x07", 6));
  confab_mls_reader_enter (&reader, &vector);
  confab_mls_reader_u16 (&vector);
  confab_mls_reader_leave (&reader, &vector);
  g_assert_false (confab_mls_reader_is_good (&reader));

  confab_mls_reader_init (&reader, confab_span ("\x03\x00\x01\x02\x00\x07", 6));
  g_autoptr (GArray) values = confab_mls_reader_u16_vector (&reader);
  g_assert_false (confab_mls_reader_is_good (&reader));
  g_assert_cmpuint (values->len, <=, 2);
}

static void
test_bytes_after_end (void)
{
  ConfabMlsReader reader;
  g_autoptr (GError) error = NULL;

  confab_mls_reader_init (&reader, confab_span ("\x00\x00", 2));
  confab_mls_reader_u8 (&reader);
  g_assert_false (confab_mls_reader_finish (&reader, "thing", &error));
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_MALFORMED);
}

static void
test_doubled_extension (void)
{
  ConfabMlsReader reader;
  g_autoptr (GError) error = NULL;

  confab_mls_reader_init (&reader, confab_span ("\x06\x00\x09\x00\x00\x09\x00", 7));
  g_autoptr (GPtrArray) extensions = confab_mls_extensions_read (&reader);
  g_assert_false (confab_mls_reader_finish (&reader, "extensions", &error));
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_EXTENSION);
}

static void
test_hostile_trees (void)
{
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (0x0003);
  static const struct
  {
    const char *bytes;
    gsize       length;
  } trees[] = {
    { "\x00", 1 },                 /* empty */
    { "\x01\x00", 2 },             /* ends with a blank node */
    { "\x02\x01\x02", 3 },         /* a parent where a leaf belongs */
    { "\xbf\xff\xff\xff\x00", 5 }, /* claims a gigabyte */
  };

  for (guint i = 0; i < G_N_ELEMENTS (trees); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ConfabMlsRatchetTree) tree =
        confab_mls_ratchet_tree_decode (suite, confab_span (trees[i].bytes, trees[i].length), &error);

      g_assert_null (tree);
      g_assert_nonnull (error);
    }
}

static void
test_unknown_messages (void)
{
  static const struct
  {
    const char     *bytes;
    ConfabMlsError  code;
  } messages[] = {
    { "\x00\x02\x00\x01", CONFAB_MLS_ERROR_UNSUPPORTED },
    { "\x00\x01\x00\x77", CONFAB_MLS_ERROR_UNSUPPORTED },
    { "\x00\x01\x00\x03", CONFAB_MLS_ERROR_MALFORMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (messages[i].bytes, 4);
      g_autoptr (GError) error = NULL;
      g_autoptr (ConfabMlsMessage) message = confab_mls_message_decode (bytes, &error);

      g_assert_null (message);
      g_assert_error (error, CONFAB_MLS_ERROR, (gint) messages[i].code);
    }
}

/* Whatever the size, the arithmetic describes one tree. */
static void
test_tree_math (void)
{
  for (guint32 n_leaves = 1; n_leaves <= 256; n_leaves *= 2)
    {
      guint32 root = confab_mls_tree_root (n_leaves);

      g_assert_cmpuint (confab_mls_tree_parent (root, n_leaves), ==, CONFAB_MLS_NO_NODE);
      g_assert_cmpuint (confab_mls_tree_first (root), ==, 0);
      g_assert_cmpuint (confab_mls_tree_last (root), ==, confab_mls_tree_n_nodes (n_leaves) - 1);

      for (guint32 node = 0; node < confab_mls_tree_n_nodes (n_leaves); node++)
        {
          g_assert_true (confab_mls_tree_contains (root, node));
          if (confab_mls_tree_is_leaf (node))
            continue;

          guint32 left = confab_mls_tree_left (node);
          guint32 right = confab_mls_tree_right (node);
          g_assert_cmpuint (confab_mls_tree_parent (left, n_leaves), ==, node);
          g_assert_cmpuint (confab_mls_tree_parent (right, n_leaves), ==, node);
          g_assert_cmpuint (confab_mls_tree_sibling (left, n_leaves), ==, right);
          g_assert_cmpuint (confab_mls_tree_common_ancestor (left, right), ==, node);
          g_assert_cmpuint (confab_mls_tree_ancestor (left, confab_mls_tree_level (node)), ==, node);
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mls/codec/lengths", test_lengths);
  g_test_add_func ("/mls/codec/vector-round-trip", test_vector_round_trip);
  g_test_add_func ("/mls/codec/sticky-error", test_sticky_error);
  g_test_add_func ("/mls/codec/nested-errors", test_nested_errors);
  g_test_add_func ("/mls/codec/bytes-after-end", test_bytes_after_end);
  g_test_add_func ("/mls/codec/doubled-extension", test_doubled_extension);
  g_test_add_func ("/mls/codec/hostile-trees", test_hostile_trees);
  g_test_add_func ("/mls/codec/unknown-messages", test_unknown_messages);
  g_test_add_func ("/mls/codec/tree-math", test_tree_math);

  return g_test_run ();
}
