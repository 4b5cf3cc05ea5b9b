/* test-session-cache.c: what is remembered of sessions, for how long, and that revocations win
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/session-cache.h"

static void
test_remembers (void)
{
  g_autoptr(SessionCache) cache = session_cache_new ();

  session_cache_add (cache, "s", "u", session_cache_get_generation (cache), 1000);
  g_assert_true (session_cache_contains (cache, "s", "u", 1000));
  g_assert_true (session_cache_contains (cache, "s", "u", 30999));
  g_assert_false (session_cache_contains (cache, "s", "u", 31000));
  g_assert_false (session_cache_contains (cache, "s", "another", 1000));
  g_assert_false (session_cache_contains (cache, "t", "u", 1000));
}

static void
test_revoked (void)
{
  g_autoptr(SessionCache) cache = session_cache_new ();
  guint64 before = session_cache_get_generation (cache);

  session_cache_add (cache, "s", "u", before, 0);
  session_cache_remove (cache, "s");
  g_assert_false (session_cache_contains (cache, "s", "u", 0));
  /* Read from the store before it was revoked, remembered after. */
  session_cache_add (cache, "s", "u", before, 0);
  g_assert_false (session_cache_contains (cache, "s", "u", 0));
  session_cache_add (cache, "t", "u", session_cache_get_generation (cache), 0);
  g_assert_true (session_cache_contains (cache, "t", "u", 0));
}

static void
test_bounded (void)
{
  g_autoptr(SessionCache) cache = session_cache_new ();
  guint n_found = 0;

  for (guint i = 0; i < 120000; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      session_cache_add (cache, id, "u", 0, 0);
    }
  for (guint i = 0; i < 120000; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      n_found += session_cache_contains (cache, id, "u", 0);
    }
  g_assert_cmpuint (n_found, <=, 50000);
  g_assert_true (session_cache_contains (cache, "119999", "u", 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session-cache/remembers", test_remembers);
  g_test_add_func ("/session-cache/revoked", test_revoked);
  g_test_add_func ("/session-cache/bounded", test_bounded);
  return g_test_run ();
}
