/* backplane.c: what every backplane has to do, on each that there is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The clock is the test's. Redis has its own for when keys end, so there the test brings their ends nearer.
 */
#include "config.h"

#include "backplane/backplane.h"
#include "backplane/local/local-backplane.h"
#include "backplane/local/local-buckets.h"
#include "backplane/local/local-cache.h"

#ifdef HAVE_REDIS
# include "backplane/redis/redis-backplane.h"
# include "service.h"

# include <hiredis/hiredis.h>
#endif

#include <string.h>

typedef struct
{
  const char *name;
  /* NULL, and the case is skipped: this machine has not got it. */
  char *(*make_address) (void);
  void (*set_clock) (Backplane *backplane, gint64 (*clock) (void));
  /* Time passes where the clock does not reach; nullable. */
  void (*pass) (Backplane *backplane, double seconds);
} Implementation;

typedef struct
{
  const Implementation *implementation;
  Backplane *backplane;
  GMutex mutex;
  GString *delivered;      /* "topic/name " for each event */
  guint n_calls;
} Fixture;

static gint64 now;

static gint64
get_now (void)
{
  return now;
}

static void
pass (Fixture *fixture, double seconds)
{
  if (fixture->implementation->pass != NULL)
    fixture->implementation->pass (fixture->backplane, seconds);
  now += (gint64) (seconds * G_USEC_PER_SEC);
}

static char *
make_local_address (void)
{
  return g_strdup ("local");
}

static void
on_events (Event **events, guint n_events, gpointer data)
{
  Fixture *fixture = data;

  g_mutex_lock (&fixture->mutex);
  fixture->n_calls++;
  for (guint i = 0; i < n_events; i++)
    g_string_append_printf (fixture->delivered, "%s/%s ", events[i]->topic, events[i]->name);
  g_mutex_unlock (&fixture->mutex);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *address = NULL;
  g_autoptr(GError) error = NULL;

  now = 1000 * G_USEC_PER_SEC;
  g_mutex_init (&fixture->mutex);
  fixture->delivered = g_string_new (NULL);
  fixture->implementation = data;
  address = fixture->implementation->make_address ();
  fixture->backplane = backplane_open (address, &error);
  g_assert_no_error (error);
  fixture->implementation->set_clock (fixture->backplane, get_now);
  backplane_set_deliver (fixture->backplane, on_events, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  backplane_close (fixture->backplane);
  g_string_free (fixture->delivered, TRUE);
  g_mutex_clear (&fixture->mutex);
}

static void
test_check (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (backplane_check (fixture->backplane, &error));
  g_assert_no_error (error);
}

/* ---- Events ----------------------------------------------------------------------------------------------- */

static void
publish (Fixture *fixture, const char *topic, const char *name)
{
  g_autoptr(Event) event = event_new (topic, name, g_string_new ("{\"n\":1}"));

  backplane_publish (fixture->backplane, &event, 1);
}

static void
test_event (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Event) event = event_new ("room:R", "new-message", g_string_new ("{\"n\":1}"));
  g_autoptr(Event) control = event_new_control ("user:U", EVENT_SUBSCRIBE, "room:R");

  g_assert_cmpmem (g_bytes_get_data (event->frame, NULL), g_bytes_get_size (event->frame),
                   "{\"event\":\"new-message\",\"data\":{\"n\":1}}", 38);
  g_assert_cmpint (event->control, ==, EVENT_PLAIN);
  g_assert_null (control->frame);
  g_assert_null (control->name);
  g_assert_cmpstr (control->argument, ==, "room:R");
}

static void
test_subscriptions (Fixture *fixture, gconstpointer data)
{
  publish (fixture, "room:R", "before");
  backplane_subscribe (fixture->backplane, "room:R");
  publish (fixture, "room:R", "one");
  publish (fixture, "room:S", "elsewhere");
  backplane_subscribe (fixture->backplane, "room:R");
  backplane_unsubscribe (fixture->backplane, "room:R");
  publish (fixture, "room:R", "two");
  backplane_unsubscribe (fixture->backplane, "room:R");
  publish (fixture, "room:R", "after");
  g_assert_cmpstr (fixture->delivered->str, ==, "room:R/one room:R/two ");
}

static void
test_batch (Fixture *fixture, gconstpointer data)
{
  static const char * const topics[] = { "room:R", "room:none", "user:U", "room:R" };
  static const char * const names[] = { "a", "b", "c", "d" };
  Event *events[4];

  backplane_subscribe (fixture->backplane, "room:R");
  backplane_subscribe (fixture->backplane, "user:U");
  for (guint i = 0; i < 4; i++)
    events[i] = event_new (topics[i], names[i], g_string_new ("{}"));
  backplane_publish (fixture->backplane, events, 4);
  for (guint i = 0; i < 4; i++)
    event_unref (events[i]);
  g_assert_cmpstr (fixture->delivered->str, ==, "room:R/a user:U/c room:R/d ");
}

typedef struct
{
  Fixture *fixture;
  guint number;
} Publisher;

static gpointer
publish_many (gpointer data)
{
  Publisher *self = data;
  g_autofree char *topic = g_strdup_printf ("room:%u", self->number);

  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      publish (self->fixture, topic, name);
    }
  return NULL;
}

/* What one thread publishes on a topic comes in its order, whatever others do. */
static void
test_order (Fixture *fixture, gconstpointer data)
{
  Publisher publishers[4];
  GThread *threads[4];
  guint next[4] = { 0 };
  g_auto(GStrv) seen = NULL;

  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *topic = g_strdup_printf ("room:%u", i);

      backplane_subscribe (fixture->backplane, topic);
      publishers[i] = (Publisher) { fixture, i };
      threads[i] = g_thread_new ("publisher", publish_many, &publishers[i]);
    }
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);

  seen = g_strsplit (fixture->delivered->str, " ", -1);
  for (guint i = 0; seen[i] != NULL && seen[i][0] != '\0'; i++)
    {
      guint room = seen[i][5] - '0';

      g_assert_cmpuint (g_ascii_strtoull (seen[i] + 7, NULL, 10), ==, next[room]);
      next[room]++;
    }
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (next[i], ==, 500);
}

static void
subscribe_when_told (Event **events, guint n_events, gpointer data)
{
  Fixture *fixture = data;

  fixture->n_calls++;
  backplane_subscribe (fixture->backplane, "room:other");
  backplane_unsubscribe (fixture->backplane, "room:other");
}

/* Receivers may use the backplane. */
static void
test_subscribe_while_delivering (Fixture *fixture, gconstpointer data)
{
  backplane_set_deliver (fixture->backplane, subscribe_when_told, fixture);
  backplane_subscribe (fixture->backplane, "room:R");
  publish (fixture, "room:R", "one");
  g_assert_cmpuint (fixture->n_calls, ==, 1);
}

/* What settled is heard; nothing here gets lost, so nobody is told of a gap. */
static void
on_gap (gpointer data)
{
  g_assert_not_reached ();
}

static void
test_settle (Fixture *fixture, gconstpointer data)
{
  backplane_set_gap (fixture->backplane, on_gap, NULL);
  g_assert_true (backplane_settle (fixture->backplane, 1000));
  backplane_subscribe (fixture->backplane, "room:R");
  g_assert_true (backplane_settle (fixture->backplane, 1000));
  publish (fixture, "room:R", "one");
  g_assert_cmpstr (fixture->delivered->str, ==, "room:R/one ");
}

static void
test_status (Fixture *fixture, gconstpointer data)
{
  gint64 time = g_get_real_time () / 1000;
  BackplaneStatus status;

  backplane_subscribe (fixture->backplane, "room:R");
  publish (fixture, "room:R", "one");
  publish (fixture, "room:S", "elsewhere");
  backplane_get_status (fixture->backplane, &status);
  g_assert_true (status.connected);
  g_assert_cmpint (status.since, >, time - 3600 * 1000);
  g_assert_cmpint (status.since, <=, time + 1);
  g_assert_cmpuint (status.published, ==, 2);
  g_assert_cmpuint (status.delivered, ==, 1);
  g_assert_cmpuint (status.received, ==, 0);
  g_assert_cmpuint (status.reconnects, ==, 0);
  g_assert_cmpuint (status.dropped, ==, 0);
  g_assert_cmpuint (status.gaps, ==, 0);
}

/* ---- Presence --------------------------------------------------------------------------------------------- */

#define ONLINE CONFAB_PRESENCE_STATUS_ONLINE
#define AWAY CONFAB_PRESENCE_STATUS_AWAY
#define DND CONFAB_PRESENCE_STATUS_DND
#define INVISIBLE CONFAB_PRESENCE_STATUS_INVISIBLE
#define OFFLINE CONFAB_PRESENCE_STATUS_OFFLINE

/* Steps of one person's devices, and what others see after each. */
static void
test_merge (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *device;
    ConfabPresenceStatus status;
    gboolean changed;
    ConfabPresenceStatus merged;
  } steps[] = {
    { "phone", OFFLINE, FALSE, OFFLINE },
    { "phone", AWAY, TRUE, AWAY },
    { "phone", AWAY, FALSE, AWAY },
    { "laptop", DND, TRUE, DND },
    { "tablet", ONLINE, TRUE, ONLINE },
    { "tablet", AWAY, TRUE, DND },
    { "laptop", INVISIBLE, TRUE, OFFLINE },
    { "phone", ONLINE, FALSE, OFFLINE },
    { "laptop", ONLINE, TRUE, ONLINE },
    { "laptop", OFFLINE, FALSE, ONLINE },
    { "phone", OFFLINE, TRUE, AWAY },
    { "tablet", OFFLINE, TRUE, OFFLINE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      ConfabPresenceStatus merged = -1;
      gboolean changed = backplane_set_presence (fixture->backplane, "ada", steps[i].device, steps[i].status, 60,
                                                 &merged);

      g_assert_cmpint (changed, ==, steps[i].changed);
      g_assert_cmpint (merged, ==, steps[i].merged);
      g_assert_cmpint (backplane_get_presence (fixture->backplane, "ada"), ==, steps[i].merged);
      g_assert_cmpint (backplane_get_presence (fixture->backplane, "ben"), ==, OFFLINE);
    }
}

static void
test_presences_of_many (Fixture *fixture, gconstpointer data)
{
  static const char * const user_ids[] = { "cy", "nobody", "ada", "ben", "ada" };
  ConfabPresenceStatus statuses[5];

  backplane_set_presence (fixture->backplane, "ada", "phone", ONLINE, 60, NULL);
  backplane_set_presence (fixture->backplane, "ben", "phone", INVISIBLE, 60, NULL);
  backplane_set_presence (fixture->backplane, "cy", "phone", AWAY, 60, NULL);
  backplane_set_presence (fixture->backplane, "cy", "laptop", DND, 30, NULL);
  pass (fixture, 40);
  backplane_get_presences (fixture->backplane, user_ids, 5, statuses);
  g_assert_cmpint (statuses[0], ==, AWAY);
  g_assert_cmpint (statuses[1], ==, OFFLINE);
  g_assert_cmpint (statuses[2], ==, ONLINE);
  g_assert_cmpint (statuses[3], ==, OFFLINE);
  g_assert_cmpint (statuses[4], ==, ONLINE);
  backplane_get_presences (fixture->backplane, user_ids, 0, statuses);
}

static void
on_gone (const char *user_id, gpointer data)
{
  g_string_append_printf (data, "%s ", user_id);
}

static void
test_expiry (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GString) gone = g_string_new (NULL);

  backplane_set_presence (fixture->backplane, "ada", "phone", ONLINE, 60, NULL);
  backplane_set_presence (fixture->backplane, "ada", "laptop", AWAY, 90, NULL);
  backplane_set_presence (fixture->backplane, "ben", "phone", ONLINE, 60, NULL);
  backplane_set_presence (fixture->backplane, "cy", "phone", INVISIBLE, 60, NULL);
  pass (fixture, 59);
  backplane_expire_presence (fixture->backplane, on_gone, gone);
  g_assert_cmpstr (gone->str, ==, "");
  backplane_renew_presence (fixture->backplane, "ben", "phone", 60);
  backplane_renew_presence (fixture->backplane, "ben", "laptop", 60);

  pass (fixture, 2);
  g_assert_cmpint (backplane_get_presence (fixture->backplane, "ada"), ==, AWAY);
  g_assert_cmpint (backplane_get_presence (fixture->backplane, "ben"), ==, ONLINE);
  backplane_expire_presence (fixture->backplane, on_gone, gone);
  /* Nobody saw cy, so nobody is told. */
  g_assert_cmpstr (gone->str, ==, "");

  pass (fixture, 30);
  backplane_expire_presence (fixture->backplane, on_gone, gone);
  g_assert_cmpstr (gone->str, ==, "ada ");
  pass (fixture, 60);
  g_assert_cmpint (backplane_get_presence (fixture->backplane, "ben"), ==, OFFLINE);
  backplane_expire_presence (fixture->backplane, on_gone, gone);
  backplane_expire_presence (fixture->backplane, on_gone, gone);
  g_assert_cmpstr (gone->str, ==, "ada ben ");
}

/* A renewal keeps the status, and does not bring back whose going was told. */
static void
test_renewal (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GString) gone = g_string_new (NULL);

  backplane_set_presence (fixture->backplane, "ada", "phone", DND, 10, NULL);
  pass (fixture, 5);
  g_assert_true (backplane_renew_presence (fixture->backplane, "ada", "phone", 10));
  g_assert_false (backplane_renew_presence (fixture->backplane, "ada", "laptop", 10));
  g_assert_false (backplane_renew_presence (fixture->backplane, "ben", "phone", 10));
  pass (fixture, 9);
  g_assert_cmpint (backplane_get_presence (fixture->backplane, "ada"), ==, DND);
  pass (fixture, 2);
  backplane_expire_presence (fixture->backplane, on_gone, gone);
  g_assert_false (backplane_renew_presence (fixture->backplane, "ada", "phone", 10));
  g_assert_cmpint (backplane_get_presence (fixture->backplane, "ada"), ==, OFFLINE);
}

/* A person's devices are bounded. */
static void
test_many_devices (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *device = g_strdup_printf ("device-%u", i);

      backplane_set_presence (fixture->backplane, "ada", device, AWAY, 60 + i, NULL);
    }
  backplane_set_presence (fixture->backplane, "ada", "phone", ONLINE, 2000, NULL);
  g_assert_cmpint (backplane_get_presence (fixture->backplane, "ada"), ==, ONLINE);
}

/* ---- Rates ------------------------------------------------------------------------------------------------ */

static void
test_bucket (Fixture *fixture, gconstpointer data)
{
  double retry_after, remaining;

  for (int left = 4; left >= 0; left--)
    {
      g_assert_true (backplane_take (fixture->backplane, "send", "ada", 2, 5, &retry_after, &remaining));
      g_assert_cmpfloat (remaining, ==, left);
      g_assert_cmpfloat (retry_after, ==, 0);
    }
  g_assert_false (backplane_take (fixture->backplane, "send", "ada", 2, 5, &retry_after, &remaining));
  g_assert_cmpfloat_with_epsilon (retry_after, 0.5, 0.001);

  /* Others, and other buckets, are not concerned. */
  g_assert_true (backplane_take (fixture->backplane, "send", "ben", 2, 5, NULL, NULL));
  g_assert_true (backplane_take (fixture->backplane, "read", "ada", 2, 5, NULL, NULL));

  pass (fixture, 0.4);
  g_assert_false (backplane_take (fixture->backplane, "send", "ada", 2, 5, &retry_after, &remaining));
  g_assert_cmpfloat_with_epsilon (retry_after, 0.1, 0.001);
  pass (fixture, 0.1001);
  g_assert_true (backplane_take (fixture->backplane, "send", "ada", 2, 5, NULL, NULL));
  g_assert_false (backplane_take (fixture->backplane, "send", "ada", 2, 5, NULL, NULL));

  /* It fills up to its burst and no further. */
  pass (fixture, 3600);
  g_assert_true (backplane_take (fixture->backplane, "send", "ada", 2, 5, NULL, &remaining));
  g_assert_cmpfloat (remaining, ==, 4);
}

/* Refusals cost nothing: who keeps asking is let in as soon as who waits. */
static void
test_bucket_while_asking (Fixture *fixture, gconstpointer data)
{
  guint n_taken = 0;

  for (guint i = 0; i < 1000; i++)
    {
      n_taken += backplane_take (fixture->backplane, "send", "ada", 1, 1, NULL, NULL);
      pass (fixture, 0.01);
    }
  g_assert_cmpuint (n_taken, >=, 9);
  g_assert_cmpuint (n_taken, <=, 10);
}

/* ---- Cache ------------------------------------------------------------------------------------------------ */

static void
put (Fixture *fixture, const char *key, const char *value, guint ttl)
{
  g_autoptr(GBytes) bytes = g_bytes_new (value, strlen (value));

  backplane_cache_put (fixture->backplane, key, bytes, ttl);
}

/* NULL: nothing must be there. */
static void
assert_cached (Fixture *fixture, const char *key, const char *value)
{
  g_autoptr(GBytes) bytes = backplane_cache_get (fixture->backplane, key);

  if (value == NULL)
    g_assert_null (bytes);
  else
    {
      g_assert_nonnull (bytes);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), value, strlen (value));
    }
}

static void
test_cache (Fixture *fixture, gconstpointer data)
{
  assert_cached (fixture, "user:ada", NULL);
  put (fixture, "user:ada", "Ada", 30);
  put (fixture, "user:ben", "", 60);
  assert_cached (fixture, "user:ada", "Ada");
  assert_cached (fixture, "user:ben", "");
  /* Who comes second read the same, or something older. */
  put (fixture, "user:ada", "Eve", 60);
  assert_cached (fixture, "user:ada", "Ada");

  pass (fixture, 31);
  assert_cached (fixture, "user:ada", NULL);
  assert_cached (fixture, "user:ben", "");
  put (fixture, "user:ada", "Ada L.", 60);
  assert_cached (fixture, "user:ada", "Ada L.");
}

/* What was read before a drop may be put after it, and must not be found. */
static void
test_cache_drop (Fixture *fixture, gconstpointer data)
{
  put (fixture, "user:ada", "Ada", 60);
  backplane_cache_drop (fixture->backplane, "user:ada");
  assert_cached (fixture, "user:ada", NULL);
  put (fixture, "user:ada", "Ada", 60);
  assert_cached (fixture, "user:ada", NULL);
  backplane_cache_drop (fixture->backplane, "user:never-there");
  put (fixture, "user:never-there", "old", 60);
  assert_cached (fixture, "user:never-there", NULL);

  pass (fixture, 9);
  put (fixture, "user:ada", "Ada", 60);
  assert_cached (fixture, "user:ada", NULL);
  pass (fixture, 2);
  put (fixture, "user:ada", "Ada L.", 60);
  assert_cached (fixture, "user:ada", "Ada L.");
}

static void
test_cache_bounds (Fixture *fixture, gconstpointer data)
{
  g_autofree char *most = g_strnfill (BACKPLANE_CACHE_MAX, 'x');
  g_autofree char *too_much = g_strnfill (BACKPLANE_CACHE_MAX + 1, 'x');

  put (fixture, "most", most, 60);
  assert_cached (fixture, "most", most);
  put (fixture, "too-much", too_much, 60);
  assert_cached (fixture, "too-much", NULL);
  put (fixture, "no-time", "x", 0);
  assert_cached (fixture, "no-time", NULL);
}

static void
test_local_cache_is_bounded (void)
{
  LocalCache *cache = local_cache_new ();
  g_autoptr(GBytes) value = g_bytes_new_take (g_malloc0 (BACKPLANE_CACHE_MAX), BACKPLANE_CACHE_MAX);
  g_autoptr(GBytes) last = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *key = g_strdup_printf ("key-%u", i);

      local_cache_put (cache, key, value, 60, 0);
      g_assert_cmpuint (local_cache_get_size (cache), <=, LOCAL_CACHE_MAX);
    }
  g_assert_null (local_cache_get (cache, "key-0", 0));
  last = local_cache_get (cache, "key-999", 0);
  g_assert_true (g_bytes_equal (last, value));
  for (guint i = 0; i < 200000; i++)
    {
      g_autofree char *key = g_strdup_printf ("dropped-%u", i);

      local_cache_drop (cache, key, 60, 0);
    }
  g_assert_cmpuint (local_cache_get_size (cache), <=, LOCAL_CACHE_MAX);
  local_cache_free (cache);
}

static void
test_idle_buckets_are_forgotten (void)
{
  LocalBuckets *buckets = local_buckets_new ();
  double retry_after, remaining;

  now = 0;
  for (guint i = 0; i < LOCAL_BUCKETS_MAX + 50000; i++)
    {
      g_autofree char *who = g_strdup_printf ("address-%u", i);

      local_buckets_take (buckets, "sign-in", who, 0.2, 20, now, &retry_after, &remaining);
    }
  g_assert_cmpuint (local_buckets_count (buckets), <=, LOCAL_BUCKETS_MAX);

  /* All are full again after a while, so whoever comes sweeps them away. */
  now += 200 * G_USEC_PER_SEC;
  for (guint i = 0; i < LOCAL_BUCKETS_MAX; i++)
    {
      g_autofree char *who = g_strdup_printf ("later-%u", i % 1000);

      local_buckets_take (buckets, "sign-in", who, 1000, 1000, now, &retry_after, &remaining);
    }
  g_assert_cmpuint (local_buckets_count (buckets), <=, LOCAL_BUCKETS_MAX);
  local_buckets_free (buckets);
}

static void
test_bad_address (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (backplane_open ("carrier-pigeon://loft", &error));
  g_assert_nonnull (error);
}

static const struct
{
  const char *name;
  void (*func) (Fixture *fixture, gconstpointer data);
} cases[] = {
  { "check", test_check },
  { "event", test_event },
  { "subscriptions", test_subscriptions },
  { "batch", test_batch },
  { "order", test_order },
  { "subscribe-while-delivering", test_subscribe_while_delivering },
  { "settle", test_settle },
  { "status", test_status },
  { "merge", test_merge },
  { "presences-of-many", test_presences_of_many },
  { "expiry", test_expiry },
  { "renewal", test_renewal },
  { "many-devices", test_many_devices },
  { "bucket", test_bucket },
  { "bucket-while-asking", test_bucket_while_asking },
  { "cache", test_cache },
  { "cache-drop", test_cache_drop },
  { "cache-bounds", test_cache_bounds },
};

/* ---- Redis ------------------------------------------------------------------------------------------------ */

#ifdef HAVE_REDIS
static Service *redis;
static char *why_no_redis;
static redisContext *redis_console;

/* Each case has keys of its own. */
static char *
make_redis_address (void)
{
  static guint n;

  return g_strdup_printf ("%s/?prefix=case-%u", service_get_address (redis), n++);
}

static redisReply *
run_on_redis (const char *command, const char *key, long long number)
{
  redisReply *reply = redisCommand (redis_console, command, key, number);

  g_assert_nonnull (reply);
  g_assert_cmpint (reply->type, !=, REDIS_REPLY_ERROR);
  return reply;
}

static void
bring_end_nearer (const char *key, long long milliseconds)
{
  redisReply *left = run_on_redis ("PTTL %s", key, 0);

  if (left->integer > 0)
    freeReplyObject (run_on_redis ("PEXPIRE %s %lld", key, left->integer - milliseconds));
  freeReplyObject (left);
}

static void
pass_in_redis (Backplane *backplane, double seconds)
{
  BackplaneStatus status;
  redisReply *keys;

  do
    {
      g_thread_yield ();
      backplane_get_status (backplane, &status);
    }
  while (status.queued > 0);
  keys = run_on_redis ("KEYS *", NULL, 0);
  for (gsize i = 0; i < keys->elements; i++)
    bring_end_nearer (keys->element[i]->str, (long long) (seconds * 1000));
  freeReplyObject (keys);
}

static void
start_redis (void)
{
  const char *port;

  redis = service_new ("redis", &why_no_redis);
  if (redis == NULL)
    return;
  port = strrchr (service_get_address (redis), ':');
  redis_console = redisConnect ("127.0.0.1", atoi (port + 1));
  g_assert_cmpint (redis_console->err, ==, 0);
}

static void
stop_redis (void)
{
  g_clear_pointer (&redis_console, redisFree);
  g_clear_pointer (&redis, service_free);
  g_clear_pointer (&why_no_redis, g_free);
}
#endif

static const Implementation implementations[] = {
  { "local", make_local_address, local_backplane_set_clock, NULL },
#ifdef HAVE_REDIS
  { "redis", make_redis_address, redis_backplane_set_clock, pass_in_redis },
#endif
};

static void
skip_redis (void)
{
#ifdef HAVE_REDIS
  g_test_skip (why_no_redis);
#else
  g_test_skip ("built without Redis");
#endif
}

static void
add_cases (const Implementation *implementation)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/backplane/%s/%s", implementation->name, cases[i].name);

      g_test_add (path, Fixture, implementation, set_up, cases[i].func, tear_down);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  add_cases (&implementations[0]);
  g_test_add_func ("/backplane/local/idle-buckets-are-forgotten", test_idle_buckets_are_forgotten);
  g_test_add_func ("/backplane/local/cache-is-bounded", test_local_cache_is_bounded);
  g_test_add_func ("/backplane/bad-address", test_bad_address);
#ifdef HAVE_REDIS
  start_redis ();
  if (redis != NULL)
    add_cases (&implementations[1]);
  else
    g_test_add_func ("/backplane/redis", skip_redis);
  status = g_test_run ();
  stop_redis ();
#else
  g_test_add_func ("/backplane/redis", skip_redis);
  status = g_test_run ();
#endif
  return status;
}
