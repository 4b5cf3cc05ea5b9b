/* test-json-writer.c: that what is written is what was meant
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "protocol/confab-json-writer.h"
#include "protocol/confab-json.h"

static void
test_all_kinds (void)
{
  const char * const names[] = { "x", "y", NULL };
  ConfabJsonWriter w;
  confab_json_writer_init (&w, g_string_new (NULL));
  confab_json_writer_begin_object (&w);
  confab_json_writer_member_string (&w, "s", "a\"b");
  confab_json_writer_member_string (&w, "left out", NULL);
  confab_json_writer_member_int (&w, "i", G_MININT64);
  confab_json_writer_member_bool (&w, "t", TRUE);
  confab_json_writer_member_timestamp (&w, "at", 1);
  confab_json_writer_member_timestamp (&w, "never", 0);
  confab_json_writer_member_strings (&w, "names", names);
  confab_json_writer_member_strings (&w, "no names", NULL);
  confab_json_writer_member (&w, "a");
  confab_json_writer_begin_array (&w);
  confab_json_writer_int (&w, 0);
  confab_json_writer_begin_object (&w);
  confab_json_writer_end_object (&w);
  confab_json_writer_begin_array (&w);
  confab_json_writer_end_array (&w);
  confab_json_writer_double (&w, 0.5);
  confab_json_writer_null (&w);
  confab_json_writer_string (&w, NULL);
  confab_json_writer_raw (&w, "[1]", 3);
  confab_json_writer_end_array (&w);
  confab_json_writer_member_int (&w, "m", G_MAXINT64);
  confab_json_writer_end_object (&w);
  g_autofree char *text = g_string_free (confab_json_writer_steal (&w), FALSE);

  g_assert_cmpstr (text, ==,
                   "{\"s\":\"a\\\"b\",\"i\":-9223372036854775808,\"t\":true,\"at\":\"1970-01-01T00:00:00.001Z\","
                   "\"names\":[\"x\",\"y\"],\"a\":[0,{},[],0.5,null,null,[1]],\"m\":9223372036854775807}");
}

static void
test_every_character_comes_back (void)
{
  g_autoptr(GString) all = g_string_new (NULL);
  ConfabJsonWriter w;

  for (gunichar c = 1; c < 0x3000; c++)
    g_string_append_unichar (all, c);
  g_string_append_unichar (all, 0x1f44b);
  confab_json_writer_init (&w, g_string_new (NULL));
  confab_json_writer_string (&w, all->str);
  g_autoptr(GString) text = confab_json_writer_steal (&w);
  g_autoptr(JsonNode) node = confab_json_parse (text->str, text->len, NULL);

  g_assert_cmpstr (json_node_get_string (node), ==, all->str);
}

static void
test_appends (void)
{
  g_auto(ConfabJsonWriter) w = { 0 };
  confab_json_writer_init (&w, g_string_new ("{\"reply\":17,\"data\":"));
  confab_json_writer_begin_object (&w);
  confab_json_writer_end_object (&w);

  g_assert_cmpstr (w.text->str, ==, "{\"reply\":17,\"data\":{}");
}

static void
test_misuse (void)
{
  if (g_test_subprocess ())
    {
      g_auto(ConfabJsonWriter) w = { 0 };
      confab_json_writer_init (&w, g_string_new (NULL));
      confab_json_writer_begin_object (&w);
      confab_json_writer_int (&w, 1);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-writer/all-kinds", test_all_kinds);
  g_test_add_func ("/json-writer/every-character-comes-back", test_every_character_comes_back);
  g_test_add_func ("/json-writer/appends", test_appends);
  g_test_add_func ("/json-writer/misuse", test_misuse);
  return g_test_run ();
}
