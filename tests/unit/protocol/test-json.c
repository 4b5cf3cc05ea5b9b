/* test-json.c: what the JSON reader takes, and all that it refuses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "protocol/confab-error.h"
#include "protocol/confab-json.h"

static void
test_accepted (void)
{
  /* written anew by json-glib, so that the tree is compared and not only taken */
  static const struct { const char *text, *again; } cases[] = {
    { "{}", "{}" },
    { " [ ] ", "[]" },
    { "null", "null" },
    { "\"a\"", "\"a\"" },
    { "-0", "0" },
    { "9223372036854775807", "9223372036854775807" },
    { "[1,-2,3.5,1e2,true,false,null]", "[1,-2,3.5,100.0,true,false,null]" },
    { "{\"a\":{\"b\":[{}]},\"c\":\"d\"}", "{\"a\":{\"b\":[{}]},\"c\":\"d\"}" },
    { "\"\\u0041\\n\\t\\\"\\\\\\/\\b\\f\\r\"", "\"A\\n\\t\\\"\\\\/\\b\\f\\r\"" },
    { "\"\\ud83d\\udc4b\"", "\"\360\237\221\213\"" },
    { "\"\303\251\"", "\"\303\251\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(JsonNode) node = confab_json_parse (cases[i].text, strlen (cases[i].text), &error);
      g_assert_no_error (error);
      g_autofree char *again = json_to_string (node, FALSE);
      g_assert_cmpstr (again, ==, cases[i].again);
    }
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    " ",
    "{",
    "}",
    "[",
    "[1",
    "[1,",
    "[1,]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{a:1}",
    "{'a':1}",
    "{\"a\":1 \"b\":2}",
    "1 2",
    "{}x",
    "nul",
    "True",
    "NaN",
    "Infinity",
    "+1",
    "01",
    "-",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x10",
    "1e999",
    "\"",
    "\"a",
    "\"\\\"",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\ud800x\"",
    "\"\\ud800\\u0041\"",
    "\"\\udc00\"",
    "\"\t\"",
    "\"\n\"",
    "// a\n1",
    "/* a */ 1",
    "\"\377\"",
    "\"\355\240\200\"",
    "\"\300\200\"",
    "\357\273\277{}",
    "{\"a\":1,\"a\":2}",
    "{\"a\":1,\"\\u0061\":2}",
    "{\"x\":{\"a\":1,\"a\":1}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(JsonNode) node = confab_json_parse (texts[i], strlen (texts[i]), &error);
      if (node)
        g_error ("taken: %s", texts[i]);
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
    }
}

static void
test_nul (void)
{
  static const char inside[] = "\"a\0b\"", behind[] = "{}\0";

  g_assert_null (confab_json_parse (inside, sizeof inside - 1, NULL));
  g_assert_null (confab_json_parse (behind, sizeof behind - 1, NULL));
}

static void
test_not_terminated (void)
{
  g_autofree char *text = g_memdup2 ("123", 3);
  g_autoptr(JsonNode) node = confab_json_parse (text, 3, NULL);

  g_assert_cmpint (json_node_get_int (node), ==, 123);
}

static void
test_length (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *spaces = g_strnfill (CONFAB_JSON_MAX_LENGTH + 1, ' ');
  spaces[0] = '1';
  g_autoptr(JsonNode) node = confab_json_parse (spaces, CONFAB_JSON_MAX_LENGTH, NULL);

  g_assert_nonnull (node);
  g_assert_null (confab_json_parse (spaces, CONFAB_JSON_MAX_LENGTH + 1, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_TOO_LARGE);
}

static JsonNode *
parse_nested (guint depth)
{
  g_autofree char *open = g_strnfill (depth, '['), *close = g_strnfill (depth, ']');
  g_autofree char *text = g_strconcat (open, close, NULL);

  return confab_json_parse (text, strlen (text), NULL);
}

static void
test_depth (void)
{
  g_autoptr(JsonNode) node = parse_nested (CONFAB_JSON_MAX_DEPTH);

  g_assert_nonnull (node);
  g_assert_null (parse_nested (CONFAB_JSON_MAX_DEPTH + 1));
  g_assert_null (parse_nested (30000));
}

static JsonNode *
parse_members (guint count)
{
  g_autoptr(GString) text = g_string_new ("{\"m0\":0");

  for (guint i = 1; i < count; i++)
    g_string_append_printf (text, ",\"m%u\":%u", i, i);
  g_string_append_c (text, '}');
  return confab_json_parse (text->str, text->len, NULL);
}

static void
test_members (void)
{
  g_autoptr(JsonNode) node = parse_members (CONFAB_JSON_MAX_MEMBERS);

  g_assert_cmpuint (json_object_get_size (json_node_get_object (node)), ==, CONFAB_JSON_MAX_MEMBERS);
  g_assert_null (parse_members (CONFAB_JSON_MAX_MEMBERS + 1));
}

static void
test_speed (void)
{
  const char *text = "{\"event\":\"send-message\",\"id\":17,\"data\":{\"roomId\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\","
                     "\"content\":\"The quick brown "
                     "fox jumps over the lazy dog, again and "
                     "again.\",\"type\":\"text\",\"clientId\":\"8f14e45fceea167a5a36dedd4bea2543\"}}";
  const guint rounds = 100000;

  if (!g_test_perf ())
    {
      g_test_skip ("only with -m perf");
      return;
    }
  g_test_timer_start ();
  for (guint i = 0; i < rounds; i++)
    json_node_unref (confab_json_parse (text, strlen (text), NULL));
  double ours = g_test_timer_elapsed () / rounds * 1e6;
  g_test_timer_start ();
  for (guint i = 0; i < rounds; i++)
    json_node_unref (json_from_string (text, NULL));
  double theirs = g_test_timer_elapsed () / rounds * 1e6;
  g_test_minimized_result (ours, "%.2f us for a frame of %u bytes; json_from_string: %.2f us", ours,
                           (guint) strlen (text), theirs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/accepted", test_accepted);
  g_test_add_func ("/json/refused", test_refused);
  g_test_add_func ("/json/nul", test_nul);
  g_test_add_func ("/json/not-terminated", test_not_terminated);
  g_test_add_func ("/json/length", test_length);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/members", test_members);
  g_test_add_func ("/json/speed", test_speed);
  return g_test_run ();
}
