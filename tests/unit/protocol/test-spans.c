/* test-spans.c: the span parser against the vectors that it shares with the web client
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "protocol/confab-spans.h"

#include <json-glib/json-glib.h>

static void
check_span (const char *text, const ConfabSpan *span, JsonObject *wanted)
{
  JsonArray *at = json_object_get_array_member (wanted, "at");
  g_autofree char *shown = g_strndup (text + span->start, span->end - span->start);
  g_autofree char *outer = g_strndup (text + span->outer_start, span->outer_end - span->outer_start);

  g_assert_cmpstr (confab_span_kind_to_string (span->kind), ==, json_object_get_string_member (wanted, "kind"));
  g_assert_cmpstr (shown, ==, json_object_get_string_member (wanted, "shown"));
  g_assert_cmpstr (outer, ==, json_object_get_string_member (wanted, "outer"));
  g_assert_cmpstr (span->target, ==, json_object_get_string_member_with_default (wanted, "target", NULL));
  g_assert_cmpint (span->outer_start, ==, json_array_get_int_element (at, 0));
  g_assert_cmpint (span->outer_end, ==, json_array_get_int_element (at, 3));
}

static void
test_vectors (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "spans.json", NULL);
  g_autoptr(JsonParser) parser = json_parser_new_immutable ();
  g_autoptr(GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  JsonArray *cases = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "cases");
  g_assert_cmpuint (json_array_get_length (cases), >, 80);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *row = json_array_get_object_element (cases, i);
      JsonArray *wanted = json_object_get_array_member (row, "spans");
      const char *text = json_object_get_string_member (row, "text");
      g_autoptr(GArray) spans = confab_spans_parse (text);
      g_test_message ("%s", text);
      g_assert_cmpuint (spans->len, ==, json_array_get_length (wanted));
      for (guint j = 0; j < spans->len; j++)
        check_span (text, &g_array_index (spans, ConfabSpan, j), json_array_get_object_element (wanted, j));
    }
}

/* Texts made to hurt. Time is not measured, but quadratic work on half a megabyte would be noticed. */
static void
test_linear (void)
{
  static const char *const pieces[] = {
    "*a ",        "**a_ ", "[a](", "[",  "]",  "`",     "``a`",     "> ",    "[a](http://b",
    "(http://a(", "@",     "\\",   "~~", "*_", "```\n", "http://)", "****a", "[[a](",
  };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr(GString) text = g_string_new (NULL);
      while (text->len < 512 * 1024)
        g_string_append (text, pieces[i]);
      g_autoptr(GArray) spans = confab_spans_parse (text->str);
      g_assert_cmpuint (spans->len, <=, text->len / 2);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spans/vectors", test_vectors);
  g_test_add_func ("/spans/linear", test_linear);
  return g_test_run ();
}
