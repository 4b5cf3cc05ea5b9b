/* test-away.c: what goes on while Redis is away, and what is put right when it is back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "instances.h"

#define ONLINE CONFAB_PRESENCE_STATUS_ONLINE
#define AWAY CONFAB_PRESENCE_STATUS_AWAY
#define OFFLINE CONFAB_PRESENCE_STATUS_OFFLINE

/* An instance that an operator can shut out while the others go on. */
#define GUEST_ADDRESS "redis://guest:sesame@127.0.0.1:%u"

static Instance *
add_guest (Fixture *fixture)
{
  g_autofree char *address = g_strdup_printf (GUEST_ADDRESS, fixture->port);

  fixture_do (fixture, "ACL SETUSER guest on >sesame ~* &* +@all");
  return fixture_add_instance_at (fixture, address);
}

/* A guest and one that stays. FALSE: there is no Redis here. */
static gboolean
start_two (Fixture *fixture, Instance **guest, Instance **other)
{
  if (!fixture_start_redis (fixture, NULL))
    return FALSE;
  *guest = add_guest (fixture);
  *other = fixture_add_instance (fixture, NULL);
  return TRUE;
}

static void
shut_out (Fixture *fixture, Instance *guest)
{
  fixture_do (fixture, "ACL SETUSER guest off");
  fixture_do (fixture, "CLIENT KILL USER guest");
  eventually (!instance_is_connected (guest));
}

static void
let_in (Fixture *fixture, Instance *guest)
{
  fixture_do (fixture, "ACL SETUSER guest on");
  eventually (instance_is_connected (guest));
}

static void
test_restart (void)
{
  g_auto(Fixture) fixture = { NULL };
  g_autoptr(GError) error = NULL;
  Instance *instances[2];
  BackplaneStatus status;
  guint n_away = instances_count_logged ("is away"), n_back = instances_count_logged ("is back after");

  if (!fixture_start_redis (&fixture, NULL))
    return;
  for (guint i = 0; i < 2; i++)
    {
      instances[i] = fixture_add_instance (&fixture, NULL);
      instance_subscribe (instances[i], "room:R");
    }
  service_run (fixture.redis, "kill");
  for (guint i = 0; i < 2; i++)
    eventually (!instance_is_connected (instances[i]));
  g_assert_false (backplane_check (instances[0]->backplane, &error));
  g_assert_nonnull (error);
  g_assert_false (backplane_settle (instances[0]->backplane, 60000));

  /* Here it is heard all the same. */
  instance_publish (instances[0], "room:R", "lost");
  g_assert_cmpuint (instance_count_events (instances[0]), ==, 1);
  eventually (instance_count_dropped (instances[0]) == 1);
  backplane_subscribe (instances[1]->backplane, "room:S");

  service_run (fixture.redis, "start");
  for (guint i = 0; i < 2; i++)
    {
      eventually (instance_is_connected (instances[i]));
      eventually (instance_count_gaps (instances[i]) > 0);
      backplane_get_status (instances[i]->backplane, &status);
      g_assert_cmpuint (status.reconnects, ==, 1);
    }
  instance_publish (instances[0], "room:R", "found");
  instance_publish (instances[0], "room:S", "found-too");
  eventually (instance_count_events (instances[1]) == 2);
  g_assert_cmpuint (instance_count_dropped (instances[1]), ==, 0);
  /* Each says so once. */
  g_assert_cmpuint (instances_count_logged ("is away"), ==, n_away + 2);
  g_assert_cmpuint (instances_count_logged ("is back after"), ==, n_back + 2);
}

/* Those who stayed are told that they missed something, although their own connections are fine. */
static void
test_loss_is_told (void)
{
  g_auto(Fixture) fixture = { NULL };
  Instance *guest, *other;

  if (!start_two (&fixture, &guest, &other))
    return;
  instance_subscribe (other, "room:R");
  shut_out (&fixture, guest);
  for (guint i = 0; i < 5; i++)
    instance_publish (guest, "room:R", "lost");
  eventually (instance_count_dropped (guest) == 5);
  g_assert_cmpuint (instance_count_gaps (other), ==, 0);
  let_in (&fixture, guest);
  eventually (instance_count_gaps (other) == 1);
  eventually (instance_count_gaps (guest) == 1);
  g_assert_cmpuint (instance_count_events (other), ==, 0);
  g_assert_true (instance_is_connected (other));

  /* Nothing was lost this time, so only who was away has a gap. */
  shut_out (&fixture, guest);
  let_in (&fixture, guest);
  eventually (instance_count_gaps (guest) == 2);
  instance_publish (guest, "room:R", "end");
  eventually (instance_count_events (other) == 1);
  g_assert_cmpuint (instance_count_gaps (other), ==, 1);
}

static void
count_gone (const char *user_id, gpointer data)
{
  ++*(guint *) data;
}

static void
test_presence (void)
{
  g_auto(Fixture) fixture = { NULL };
  ConfabPresenceStatus merged;
  Instance *guest, *other;
  guint n_gone = 0;

  if (!start_two (&fixture, &guest, &other))
    return;
  backplane_set_presence (guest->backplane, "ada", "phone", ONLINE, 60, NULL);
  backplane_set_presence (guest->backplane, "ben", "phone", ONLINE, 60, NULL);
  backplane_set_presence (other->backplane, "cy", "phone", ONLINE, 60, NULL);

  /* People of one instance see each other, as they are now. */
  shut_out (&fixture, guest);
  g_assert_cmpint (backplane_get_presence (guest->backplane, "ada"), ==, ONLINE);
  g_assert_cmpint (backplane_get_presence (guest->backplane, "cy"), ==, OFFLINE);
  g_assert_true (backplane_set_presence (guest->backplane, "ada", "phone", AWAY, 60, &merged));
  g_assert_cmpint (merged, ==, AWAY);
  g_assert_true (backplane_renew_presence (guest->backplane, "ben", "phone", 60));
  g_assert_false (backplane_renew_presence (guest->backplane, "dan", "phone", 60));
  backplane_expire_presence (guest->backplane, count_gone, &n_gone);
  g_assert_cmpuint (n_gone, ==, 0);
  g_assert_cmpint (backplane_get_presence (other->backplane, "ada"), ==, ONLINE);

  /* Even Redis forgets everything. */
  fixture_do (&fixture, "FLUSHALL");
  let_in (&fixture, guest);
  eventually (instance_is_idle (guest));
  g_assert_cmpint (backplane_get_presence (other->backplane, "ada"), ==, AWAY);
  g_assert_cmpint (backplane_get_presence (other->backplane, "ben"), ==, ONLINE);
  g_assert_cmpint (backplane_get_presence (guest->backplane, "ada"), ==, AWAY);
}

static void
test_rates (void)
{
  g_auto(Fixture) fixture = { NULL };
  Instance *guest;
  guint n_taken = 0;

  if (!fixture_start_redis (&fixture, NULL))
    return;
  guest = add_guest (&fixture);
  shut_out (&fixture, guest);
  for (guint i = 0; i < 100; i++)
    n_taken += backplane_take (guest->backplane, "send", "ada", 0.001, 10, NULL, NULL);
  g_assert_cmpuint (n_taken, ==, 10);
}

static void
put (Instance *instance, const char *key)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static ("old", 3);

  backplane_cache_put (instance->backplane, key, bytes, 3600);
}

static gboolean
has (Instance *instance, const char *key)
{
  g_autoptr(GBytes) bytes = backplane_cache_get (instance->backplane, key);

  return bytes != NULL;
}

/* What changed while Redis was away is not found in it afterwards. */
static void
test_cache (void)
{
  g_auto(Fixture) fixture = { NULL };
  Instance *guest, *other;

  if (!start_two (&fixture, &guest, &other))
    return;
  put (guest, "changed");
  put (guest, "same");
  g_assert_true (has (other, "changed"));
  shut_out (&fixture, guest);
  g_assert_false (has (guest, "same"));
  backplane_cache_drop (guest->backplane, "changed");
  let_in (&fixture, guest);
  eventually (!has (other, "changed"));
  put (other, "changed");
  g_assert_false (has (other, "changed"));
  g_assert_true (has (guest, "same"));
}

/* More than is remembered one by one: then everything goes. */
static void
test_much_of_the_cache (void)
{
  g_auto(Fixture) fixture = { NULL };
  Instance *guest, *other;

  if (!start_two (&fixture, &guest, &other))
    return;
  put (guest, "last");
  put (guest, "another");
  shut_out (&fixture, guest);
  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *key = g_strdup_printf ("key-%u", i);

      backplane_cache_drop (guest->backplane, key);
    }
  backplane_cache_drop (guest->backplane, "last");
  let_in (&fixture, guest);
  eventually (!has (other, "last"));
  eventually (!has (other, "another"));
}

/* A Redis that stands still without closing anything. */
static void
test_silence (void)
{
  g_auto(Fixture) fixture = { NULL };
  gint64 start, longest = 0;
  Instance *a;

  if (!fixture_start_redis (&fixture, NULL))
    return;
  a = fixture_add_instance (&fixture, NULL);
  service_run (fixture.redis, "pause");
  for (start = g_get_monotonic_time (); instance_is_connected (a);)
    {
      gint64 before = g_get_monotonic_time ();

      backplane_set_presence (a->backplane, "ada", "phone", ONLINE, 60, NULL);
      longest = MAX (longest, g_get_monotonic_time () - before);
      g_assert_cmpint (before - start, <, 15 * G_USEC_PER_SEC);
    }
  /* A second each, and some for a busy machine. */
  g_assert_cmpint (longest, <, 3 * G_USEC_PER_SEC);
  service_run (fixture.redis, "resume");
  eventually (instance_is_connected (a));
  eventually (instance_count_gaps (a) == 1);
}

/* It comes when the instance is there already. */
static void
test_late_redis (void)
{
  g_auto(Fixture) fixture = { NULL };
  Instance *a, *b;

  if (!fixture_start_redis (&fixture, NULL))
    return;
  service_run (fixture.redis, "stop");
  a = fixture_add_instance (&fixture, NULL);
  b = fixture_add_instance (&fixture, NULL);
  g_assert_false (instance_is_connected (a));
  backplane_subscribe (b->backplane, "room:R");
  service_run (fixture.redis, "start");
  eventually (instance_is_connected (a));
  eventually (instance_is_connected (b));
  g_assert_true (backplane_settle (b->backplane, 5000));
  instance_publish (a, "room:R", "one");
  eventually (instance_count_events (b) == 1);
}

/* What was published just before closing still goes out. */
static void
test_close (void)
{
  g_auto(Fixture) fixture = { NULL };
  Instance *a, *b;

  if (!fixture_start_redis (&fixture, NULL))
    return;
  b = fixture_add_instance (&fixture, NULL);
  instance_subscribe (b, "room:R");
  a = fixture_add_instance (&fixture, NULL);
  for (guint i = 0; i < 1000; i++)
    instance_publish (a, "room:R", "one");
  g_clear_pointer (&a->backplane, backplane_close);
  eventually (instance_count_events (b) == 1000);
}

int
main (int argc, char **argv)
{
  instances_init (&argc, &argv);
  g_test_add_func ("/redis/away/restart", test_restart);
  g_test_add_func ("/redis/away/loss-is-told", test_loss_is_told);
  g_test_add_func ("/redis/away/presence", test_presence);
  g_test_add_func ("/redis/away/rates", test_rates);
  g_test_add_func ("/redis/away/cache", test_cache);
  g_test_add_func ("/redis/away/much-of-the-cache", test_much_of_the_cache);
  g_test_add_func ("/redis/away/silence", test_silence);
  g_test_add_func ("/redis/away/late-redis", test_late_redis);
  g_test_add_func ("/redis/away/close", test_close);
  return g_test_run ();
}
