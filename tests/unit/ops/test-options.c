/* test-options.c: the table of options, what values it takes, and what it shows of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ops/options.h"

static void
test_table (void)
{
  for (guint i = 0; i < N_OPTIONS; i++)
    {
      const Option *option = option_get (i);
      g_autofree char *problem = option_check (option, option->fallback);

      g_assert_nonnull (option->name);
      g_assert_nonnull (option->about);
      g_assert_nonnull (option->placeholder);
      g_assert_null (problem);
      g_assert_cmpint (option_find (option->name, strlen (option->name)), ==, (int) i);
    }
  g_assert_cmpint (option_find ("listen=", 7), ==, -1);
  g_assert_cmpint (option_find ("listen=", 6), ==, OPTION_LISTEN);
  g_assert_cmpint (option_find ("", 0), ==, -1);
}

static void
test_nearest (void)
{
  static const struct
  {
    const char *name, *nearest;
  } cases[] = {
    { "max-conections", "max-connections" },
    { "maxconnections", "max-connections" },
    { "stor", "store" },
    { "lisen", "listen" },
    { "log_level", "log-level" },
    { "trusted-proxy", "trusted-proxies" },
    { "profile", NULL },
    { "something-else-entirely", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (option_find_nearest (cases[i].name, strlen (cases[i].name)), ==, cases[i].nearest);
  g_autofree char *very_long = g_strnfill (500, 'x');
  g_assert_null (option_find_nearest (very_long, 500));
}

static void
test_check (void)
{
  static const struct
  {
    OptionId id;
    const char *value;
    gboolean good;
  } cases[] = {
    { OPTION_MESSAGE_LENGTH, "1", TRUE },   { OPTION_MESSAGE_LENGTH, "10000", TRUE },
    { OPTION_MESSAGE_LENGTH, "0", FALSE },  { OPTION_MESSAGE_LENGTH, "10001", FALSE },
    { OPTION_MESSAGE_LENGTH, "", FALSE },   { OPTION_MESSAGE_LENGTH, "12x", FALSE },
    { OPTION_REACTORS, "-1", FALSE },       { OPTION_REACTORS, "99999999999999999999", FALSE },
    { OPTION_RATE_LIMITS, "yes", TRUE },    { OPTION_RATE_LIMITS, "off", TRUE },
    { OPTION_RATE_LIMITS, "maybe", FALSE }, { OPTION_RATE_LIMITS, "", FALSE },
    { OPTION_LOG_LEVEL, "debug", TRUE },    { OPTION_LOG_LEVEL, "Debug", FALSE },
    { OPTION_SERVER_NAME, "\377", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *problem = option_check (option_get (cases[i].id), cases[i].value);
      g_test_message ("%s", problem != NULL ? problem : "fine");
      g_assert_true ((problem == NULL) == cases[i].good);
    }
}

static void
test_mask (void)
{
  static const struct { OptionId id; const char *value, *shown; } cases[] = {
    { OPTION_STORE, "sqlite:/var/lib/confab/confab.db", "sqlite:/var/lib/confab/confab.db" },
    { OPTION_STORE, "mongodb://ada:secret@db/confab?x=@y", "mongodb://ada:***@db/confab?x=@y" },
    { OPTION_STORE, "mongodb://ada:s@cret@db", "mongodb://ada:***@db" },
    { OPTION_STORE, "mongodb://a:1,b:2/confab", "mongodb://a:1,b:2/confab" },
    { OPTION_BACKPLANE, "redis://:secret@cache:6379/0", "redis://:***@cache:6379/0" },
    { OPTION_BACKPLANE, "redis://cache", "redis://cache" },
    { OPTION_SERVER_NAME, "a://b:c@d", "a://b:c@d" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = option_mask (option_get (cases[i].id), cases[i].value);
      g_assert_cmpstr (shown, ==, cases[i].shown);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/options/table", test_table);
  g_test_add_func ("/options/nearest", test_nearest);
  g_test_add_func ("/options/check", test_check);
  g_test_add_func ("/options/mask", test_mask);
  return g_test_run ();
}
