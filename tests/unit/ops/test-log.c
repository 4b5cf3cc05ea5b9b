/* test-log.c: what lines of the log look like, whatever is put into them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ops/log.h"

static char *
format (LogFormat how, const char *message)
{
  const GLogField fields[] = {
    { "MESSAGE", message, -1 },
    { "GLIB_DOMAIN", "confab-api", -1 },
    { "CODE_FILE", "x.c", -1 },
    { "CONFAB_REQUEST", "01ABC", -1 },
  };

  return g_string_free (log_format (how, G_LOG_LEVEL_WARNING, fields, G_N_ELEMENTS (fields), 1767323045678), FALSE);
}

static void
test_text (void)
{
  static const struct { const char *message, *line; } cases[] = {
    { "hello", "2026-01-02T03:04:05.678Z warning confab-api: hello request=01ABC\n" },
    { "a\nb", "2026-01-02T03:04:05.678Z warning confab-api: a\\x0ab request=01ABC\n" },
    { "\033[2J\302\233", "2026-01-02T03:04:05.678Z warning confab-api: \\x1b[2J\\x9b request=01ABC\n" },
    { "gr\303\274n", "2026-01-02T03:04:05.678Z warning confab-api: gr\303\274n request=01ABC\n" },
    { "\377", "2026-01-02T03:04:05.678Z warning confab-api: \357\277\275 request=01ABC\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = format (LOG_TEXT, cases[i].message);
      g_assert_cmpstr (line, ==, cases[i].line);
    }
}

static void
test_json (void)
{
  g_autofree char *line = format (LOG_JSON, "a\n\"b\" \377");

  g_assert_cmpstr (line, ==, "{\"time\":\"2026-01-02T03:04:05.678Z\",\"level\":\"warning\",\"domain\":\"confab-api\","
                             "\"message\":\"a\\n\\\"b\\\" \357\277\275\",\"request\":\"01ABC\"}\n");
}

static void
test_levels (void)
{
  g_assert_cmpint (log_level_from_word ("error"), ==, G_LOG_LEVEL_CRITICAL);
  g_assert_cmpint (log_level_from_word ("warning"), ==, G_LOG_LEVEL_WARNING);
  g_assert_cmpint (log_level_from_word ("debug"), ==, G_LOG_LEVEL_DEBUG);
  g_assert_cmpint (log_level_from_word ("what"), ==, G_LOG_LEVEL_INFO);
}

/* A level hides what is less grave. In a process of its own: the writer can be set once. */
static void
test_writer (void)
{
  if (g_test_subprocess ())
    {
      log_start (log_level_from_word ("warning"), LOG_TEXT);
      g_warning ("shown");
      g_message ("hidden");
      g_debug ("hidden");
      g_assert_true (log_shows (G_LOG_LEVEL_CRITICAL));
      g_assert_false (log_shows (G_LOG_LEVEL_MESSAGE));
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*warning*shown*");
  g_test_trap_assert_stderr_unmatched ("*hidden*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_test_add_func ("/log/text", test_text);
  g_test_add_func ("/log/json", test_json);
  g_test_add_func ("/log/levels", test_levels);
  g_test_add_func ("/log/writer", test_writer);
  return g_test_run ();
}
