/* test-timestamp.c: times, there and back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "protocol/confab-timestamp.h"

static void
test_known (void)
{
  static const struct
  {
    gint64 milliseconds;
    const char *text;
  } cases[] = {
    { 0, "1970-01-01T00:00:00.000Z" },
    { 1767323045678, "2026-01-02T03:04:05.678Z" },
    { 951782399999, "2000-02-28T23:59:59.999Z" },
    { 951782400000, "2000-02-29T00:00:00.000Z" },
    { -1, "1969-12-31T23:59:59.999Z" },
    { 253402300799999, "9999-12-31T23:59:59.999Z" },
    { -62167219200000, "0000-01-01T00:00:00.000Z" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char text[CONFAB_TIMESTAMP_LENGTH + 1];
      confab_timestamp_format (cases[i].milliseconds, text);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_out_of_range (void)
{
  char text[CONFAB_TIMESTAMP_LENGTH + 1];

  confab_timestamp_format (G_MAXINT64, text);
  g_assert_cmpstr (text, ==, "9999-12-31T23:59:59.999Z");
  confab_timestamp_format (G_MININT64, text);
  g_assert_cmpstr (text, ==, "0000-01-01T00:00:00.000Z");
}

/* Every day of eight centuries, against the calendar of GLib. */
static void
test_every_day (void)
{
  for (gint64 day = -146097; day < 146097; day++)
    {
      gint64 milliseconds = day * 86400000 + 43200123;
      g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc (milliseconds / 1000 - (milliseconds % 1000 < 0));
      g_autofree char *date = g_date_time_format (time, "%Y-%m-%dT");
      char text[CONFAB_TIMESTAMP_LENGTH + 1];
      confab_timestamp_format (milliseconds, text);
      if (!g_str_has_prefix (text, date))
        g_error ("%s is not %s", text, date);
    }
}

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    gint64 milliseconds;
  } good[] = {
    { "2026-01-02T03:04:05.678Z", 1767323045678 },    { "2026-01-02T03:04:05Z", 1767323045000 },
    { "2026-01-02t03:04:05.6z", 1767323045600 },      { "2026-01-02T04:04:05.678+01:00", 1767323045678 },
    { "2026-01-02T03:04:05.678999Z", 1767323045678 }, { "1969-12-31T23:59:59.999Z", -1 },
  };
  static const char *const wrong[] = {
    "",
    "2026",
    "2026-01-02",
    "2026-01-02 03:04:05Z",
    "2026-01-02T03:04:05",
    "2026-01-02T03:04:05.Z",
    "2026-13-02T03:04:05Z",
    "2026-02-30T03:04:05Z",
    "2026-01-02T25:04:05Z",
    "20260102T030405Z",
    "2026-W01-1T03:04:05Z",
    "2026-01-02T03:04:05Zx",
    "2026-01-02T03:04:05+1",
    "x",
  };
  gint64 milliseconds;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_assert_true (confab_timestamp_parse (good[i].text, &milliseconds));
      g_assert_cmpint (milliseconds, ==, good[i].milliseconds);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    if (confab_timestamp_parse (wrong[i], &milliseconds))
      g_error ("taken: %s", wrong[i]);
  g_assert_false (confab_timestamp_parse (NULL, &milliseconds));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timestamp/known", test_known);
  g_test_add_func ("/timestamp/out-of-range", test_out_of_range);
  g_test_add_func ("/timestamp/every-day", test_every_day);
  g_test_add_func ("/timestamp/parse", test_parse);
  return g_test_run ();
}
