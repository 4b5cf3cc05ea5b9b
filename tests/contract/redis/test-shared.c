/* test-shared.c: what instances share: presence, rate buckets, the cache
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "backplane/redis/redis-backplane.h"

#include <string.h>

#include "instances.h"

#define ONLINE CONFAB_PRESENCE_STATUS_ONLINE
#define AWAY CONFAB_PRESENCE_STATUS_AWAY
#define DND CONFAB_PRESENCE_STATUS_DND
#define INVISIBLE CONFAB_PRESENCE_STATUS_INVISIBLE
#define OFFLINE CONFAB_PRESENCE_STATUS_OFFLINE

static gint64 now;

static gint64
get_now (void)
{
  return now;
}

static void
pass (Fixture *fixture, double seconds)
{
  for (guint i = 0; i < fixture->n_instances; i++)
    eventually (instance_is_idle (&fixture->instances[i]));
  now += (gint64) (seconds * G_USEC_PER_SEC);
}

/* With one clock for all. */
static gboolean
start (Fixture *fixture, guint n_instances)
{
  if (!fixture_start_redis (fixture, NULL))
    return FALSE;
  now = 1000 * G_USEC_PER_SEC;
  for (guint i = 0; i < n_instances; i++)
    redis_backplane_set_clock (fixture_add_instance (fixture, NULL)->backplane, get_now);
  return TRUE;
}

/* ---- Presence --------------------------------------------------------------------------------------------- */

static void
test_presence_of_two (void)
{
  g_auto(Fixture) fixture = { NULL };
  ConfabPresenceStatus merged = OFFLINE;
  Backplane *a, *b;

  if (!start (&fixture, 2))
    return;
  a = fixture.instances[0].backplane;
  b = fixture.instances[1].backplane;
  g_assert_true (backplane_set_presence (a, "ada", "phone", AWAY, 60, &merged));
  g_assert_cmpint (backplane_get_presence (b, "ada"), ==, AWAY);
  g_assert_true (backplane_set_presence (b, "ada", "laptop", DND, 60, &merged));
  g_assert_cmpint (merged, ==, DND);
  g_assert_false (backplane_set_presence (a, "ada", "phone", AWAY, 60, &merged));
  g_assert_cmpint (merged, ==, DND);
  g_assert_true (backplane_set_presence (a, "ada", "phone", INVISIBLE, 60, &merged));
  g_assert_cmpint (backplane_get_presence (b, "ada"), ==, OFFLINE);
  g_assert_true (backplane_set_presence (a, "ada", "phone", OFFLINE, 60, &merged));
  g_assert_cmpint (merged, ==, DND);
  g_assert_true (backplane_set_presence (b, "ada", "laptop", OFFLINE, 60, &merged));
}

/* Whoever made themselves invisible stays so on the next instance, and on the one that remembers otherwise. */
static void
test_renewal_elsewhere (void)
{
  g_auto(Fixture) fixture = { NULL };
  Backplane *a, *b;

  if (!start (&fixture, 2))
    return;
  a = fixture.instances[0].backplane;
  b = fixture.instances[1].backplane;
  g_assert_false (backplane_renew_presence (b, "ada", "phone", 60));
  backplane_set_presence (a, "ada", "phone", ONLINE, 60, NULL);
  pass (&fixture, 50);
  g_assert_true (backplane_renew_presence (b, "ada", "phone", 60));
  pass (&fixture, 50);
  g_assert_cmpint (backplane_get_presence (a, "ada"), ==, ONLINE);

  backplane_set_presence (b, "ada", "phone", INVISIBLE, 60, NULL);
  g_assert_true (backplane_renew_presence (a, "ada", "phone", 60));
  pass (&fixture, 1);
  g_assert_cmpint (backplane_get_presence (a, "ada"), ==, OFFLINE);
  g_assert_cmpint (backplane_get_presence (b, "ada"), ==, OFFLINE);
}

/* Redis lost everything without anybody noticing: a sign of life brings a device back as it was. */
static void
test_renewal_after_loss (void)
{
  g_auto(Fixture) fixture = { NULL };
  g_autoptr(GString) gone = g_string_new (NULL);
  Backplane *a, *b;

  if (!start (&fixture, 2))
    return;
  a = fixture.instances[0].backplane;
  b = fixture.instances[1].backplane;
  backplane_set_presence (a, "ada", "phone", DND, 60, NULL);
  fixture_do (&fixture, "FLUSHALL");
  g_assert_cmpint (backplane_get_presence (b, "ada"), ==, OFFLINE);
  g_assert_true (backplane_renew_presence (a, "ada", "phone", 60));
  pass (&fixture, 1);
  g_assert_cmpint (backplane_get_presence (b, "ada"), ==, DND);
}

static void
count_gone (const char *user_id, gpointer data)
{
  GHashTable *counts = data;

  g_hash_table_insert (counts, g_strdup (user_id),
                       GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, user_id)) + 1));
}

typedef struct
{
  Backplane *backplane;
  GHashTable *counts;
} Expirer;

static gpointer
expire_all (gpointer data)
{
  Expirer *self = data;

  for (guint i = 0; i < 10; i++)
    backplane_expire_presence (self->backplane, count_gone, self->counts);
  return NULL;
}

/* Of 2,000 people who go at once each is told by one instance, whoever looks first. */
static void
test_expiry_is_told_once (void)
{
  g_auto(Fixture) fixture = { NULL };
  Expirer expirers[3];
  GThread *threads[3];
  guint n_told = 0;

  if (!start (&fixture, 3))
    return;
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *user = g_strdup_printf ("user-%u", i);

      backplane_set_presence (fixture.instances[i % 3].backplane, user, "phone", ONLINE, 60, NULL);
    }
  pass (&fixture, 61);
  for (guint i = 0; i < 3; i++)
    {
      expirers[i].backplane = fixture.instances[i].backplane;
      expirers[i].counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      threads[i] = g_thread_new ("expirer", expire_all, &expirers[i]);
    }
  for (guint i = 0; i < 3; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *user = g_strdup_printf ("user-%u", i);
      guint n = 0;

      for (guint j = 0; j < 3; j++)
        n += GPOINTER_TO_UINT (g_hash_table_lookup (expirers[j].counts, user));
      g_assert_cmpuint (n, ==, 1);
      n_told++;
    }
  g_assert_cmpuint (n_told, ==, 2000);
  for (guint i = 0; i < 3; i++)
    g_hash_table_unref (expirers[i].counts);
}

/* ---- Rates ------------------------------------------------------------------------------------------------ */

/* One person hammers on three instances for 30 seconds: together they let through what one would. */
static void
test_rates_are_shared (void)
{
  const double rate = 10, burst = 20, seconds = 30;
  g_auto(Fixture) fixture = { NULL };
  double limit = rate * seconds + burst;
  guint n_taken = 0, n_refused = 0;

  if (!start (&fixture, 3))
    return;
  for (gint64 end = now + (gint64) (seconds * G_USEC_PER_SEC); now < end; pass (&fixture, 0.05))
    {
      for (guint i = 0; i < 9; i++)
        {
          if (backplane_take (fixture.instances[i % 3].backplane, "send", "ada", rate, burst, NULL, NULL))
            n_taken++;
          else
            n_refused++;
        }
    }
  g_test_message ("%u taken of a limit of %g, %u refused", n_taken, limit, n_refused);
  g_assert_cmpfloat (n_taken, <=, 1.2 * limit);
  g_assert_cmpfloat (n_taken, >=, 0.8 * limit);
  /* Others are not concerned. */
  g_assert_true (backplane_take (fixture.instances[0].backplane, "send", "ben", rate, burst, NULL, NULL));
}

/* By the real clocks. */
static void
test_bucket_is_known_elsewhere (void)
{
  g_auto(Fixture) fixture = { NULL };
  double retry_after = 0;
  Instance *a, *b;

  if (!fixture_start_redis (&fixture, NULL))
    return;
  a = fixture_add_instance (&fixture, NULL);
  b = fixture_add_instance (&fixture, NULL);
  for (guint i = 0; i < 10; i++)
    g_assert_true (backplane_take (a->backplane, "sign-in", "ada", 0.001, 10, NULL, NULL));
  eventually (instance_is_idle (a));
  /* The first is let through before its answer comes, and no more than that one. */
  g_assert_true (backplane_take (b->backplane, "sign-in", "ada", 0.001, 10, NULL, NULL));
  eventually (instance_is_idle (b));
  g_assert_false (backplane_take (b->backplane, "sign-in", "ada", 0.001, 10, &retry_after, NULL));
  g_assert_cmpfloat (retry_after, >, 1000);
  g_assert_cmpfloat (retry_after, <, 2001);
}

/* ---- Cache ------------------------------------------------------------------------------------------------ */

static void
put (Backplane *backplane, const char *key, const char *value)
{
  g_autoptr(GBytes) bytes = g_bytes_new (value, strlen (value));

  backplane_cache_put (backplane, key, bytes, 60);
}

static gboolean
has (Backplane *backplane, const char *key)
{
  g_autoptr(GBytes) bytes = backplane_cache_get (backplane, key);

  return bytes != NULL;
}

static void
test_cache_is_shared (void)
{
  g_auto(Fixture) fixture = { NULL };
  Backplane *a, *b;

  if (!start (&fixture, 2))
    return;
  a = fixture.instances[0].backplane;
  b = fixture.instances[1].backplane;
  put (a, "user:ada", "Ada");
  g_assert_true (has (b, "user:ada"));
  backplane_cache_drop (b, "user:ada");
  g_assert_false (has (a, "user:ada"));
  /* What a read before. */
  put (a, "user:ada", "Ada");
  g_assert_false (has (a, "user:ada"));
  g_assert_false (has (b, "user:ada"));
}

/* Scripts are missing after this, and loaded again without anybody noticing. */
static void
test_scripts_are_flushed (void)
{
  g_auto(Fixture) fixture = { NULL };
  Backplane *a;

  if (!start (&fixture, 1))
    return;
  a = fixture.instances[0].backplane;
  fixture_do (&fixture, "SCRIPT FLUSH");
  g_assert_true (backplane_set_presence (a, "ada", "phone", ONLINE, 60, NULL));
  fixture_do (&fixture, "SCRIPT FLUSH");
  g_assert_cmpint (backplane_get_presence (a, "ada"), ==, ONLINE);
}

int
main (int argc, char **argv)
{
  instances_init (&argc, &argv);
  g_test_add_func ("/redis/shared/presence-of-two", test_presence_of_two);
  g_test_add_func ("/redis/shared/renewal-elsewhere", test_renewal_elsewhere);
  g_test_add_func ("/redis/shared/renewal-after-loss", test_renewal_after_loss);
  g_test_add_func ("/redis/shared/expiry-is-told-once", test_expiry_is_told_once);
  g_test_add_func ("/redis/shared/rates-are-shared", test_rates_are_shared);
  g_test_add_func ("/redis/shared/bucket-is-known-elsewhere", test_bucket_is_known_elsewhere);
  g_test_add_func ("/redis/shared/cache-is-shared", test_cache_is_shared);
  g_test_add_func ("/redis/shared/scripts-are-flushed", test_scripts_are_flushed);
  return g_test_run ();
}
