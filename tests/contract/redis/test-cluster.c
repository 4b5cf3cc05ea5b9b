/* test-cluster.c: instances on a Redis Cluster of three masters and a replica
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "backplane/redis/redis-slots.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#include "instances.h"

#define N_MASTERS 3
#define N_NODES 4
#define N_TOPICS 300
#define PASSWORD "sesame"

typedef struct
{
  Fixture fixture;
  Service *nodes[N_NODES];
  redisContext *consoles[N_NODES];
  char *ids[N_NODES];
  guint16 bus_ports[N_NODES];
  guint16 ports[N_NODES];
  char *address;
} ClusterFixture;

static void
cluster_fixture_clear (ClusterFixture *self)
{
  fixture_clear (&self->fixture);
  for (guint i = 0; i < N_NODES; i++)
    {
      g_clear_pointer (&self->consoles[i], redisFree);
      g_clear_pointer (&self->nodes[i], service_free);
      g_free (self->ids[i]);
    }
  g_free (self->address);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ClusterFixture, cluster_fixture_clear)

/* What a node answers to an operator; NULL: it is gone. */
static redisReply *
ask_node (ClusterFixture *self, guint node, const char *format, ...)
{
  redisReply *reply;
  va_list arguments;

  va_start (arguments, format);
  reply = redisvCommand (self->consoles[node], format, arguments);
  va_end (arguments);
  if (reply != NULL && reply->type == REDIS_REPLY_ERROR)
    g_error ("%s: %s", format, reply->str);
  return reply;
}

static gboolean
node_says (ClusterFixture *self, guint node, const char *question, const char *words)
{
  redisReply *reply = ask_node (self, node, question);
  gboolean says = reply != NULL && strstr (reply->str, words) != NULL;

  g_clear_pointer (&reply, freeReplyObject);
  return says;
}

static gboolean
start_node (ClusterFixture *self, guint i)
{
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();
  g_autofree char *bus_port = NULL, *why = NULL;
  redisReply *id;

  self->bus_ports[i] = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  bus_port = g_strdup_printf ("%u", self->bus_ports[i]);
  g_socket_listener_close (listener);

  const char *options[] = { "--cluster-enabled", "yes", "--cluster-port", bus_port, "--cluster-node-timeout", "1500",
                            "--requirepass", PASSWORD, "--masterauth", PASSWORD, NULL };

  self->nodes[i] = service_new_with ("redis", options, &why);
  if (self->nodes[i] == NULL)
    {
      g_test_skip (why);
      return FALSE;
    }
  self->ports[i] = atoi (strrchr (service_get_address (self->nodes[i]), ':') + 1);
  self->consoles[i] = redisConnect ("127.0.0.1", self->ports[i]);
  freeReplyObject (ask_node (self, i, "AUTH " PASSWORD));
  id = ask_node (self, i, "CLUSTER MYID");
  self->ids[i] = g_strdup (id->str);
  freeReplyObject (id);
  return TRUE;
}

static gboolean
start_cluster (ClusterFixture *self)
{
  for (guint i = 0; i < N_NODES; i++)
    {
      if (!start_node (self, i))
        return FALSE;
      freeReplyObject (ask_node (self, i, "CLUSTER SET-CONFIG-EPOCH %u", i + 1));
    }
  for (guint i = 0; i < N_MASTERS; i++)
    freeReplyObject (ask_node (self, i, "CLUSTER ADDSLOTSRANGE %u %u", i * REDIS_N_SLOTS / N_MASTERS,
                               (i + 1) * REDIS_N_SLOTS / N_MASTERS - 1));
  for (guint i = 1; i < N_NODES; i++)
    freeReplyObject (ask_node (self, 0, "CLUSTER MEET 127.0.0.1 %u %u", self->ports[i], self->bus_ports[i]));
  for (guint i = 0; i < N_NODES; i++)
    {
      eventually (node_says (self, i, "CLUSTER INFO", "cluster_state:ok"));
      eventually (node_says (self, i, "CLUSTER INFO", "cluster_known_nodes:4"));
    }
  freeReplyObject (ask_node (self, 3, "CLUSTER REPLICATE %s", self->ids[0]));
  eventually (node_says (self, 3, "INFO replication", "master_link_status:up"));
  /* Of all but one, as any can tell of the others. */
  self->address = g_strdup_printf ("redis+cluster://:" PASSWORD "@127.0.0.1:%u,127.0.0.1:%u", self->ports[1],
                                   self->ports[2]);
  return TRUE;
}

static Instance *
add_reader (ClusterFixture *self)
{
  Instance *instance = fixture_add_instance_at (&self->fixture, self->address);

  for (guint i = 0; i < N_TOPICS; i++)
    {
      g_autofree char *topic = g_strdup_printf ("room:%u", i);

      backplane_subscribe (instance->backplane, topic);
    }
  g_assert_true (backplane_settle (instance->backplane, 5000));
  return instance;
}

/* Three on each topic, all in one call; each comes once. */
static void
publish_to_all (Instance *from, Instance *to)
{
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);
  guint n_before = instance_count_events (to);
  guint seen[N_TOPICS] = { 0 };

  for (guint i = 0; i < 3 * N_TOPICS; i++)
    {
      g_autofree char *topic = g_strdup_printf ("room:%u", i % N_TOPICS);
      Event *event = event_new (topic, "counted", g_string_new ("{}"));

      event->rev = i / N_TOPICS;
      g_ptr_array_add (events, event);
    }
  backplane_publish (from->backplane, (Event **) events->pdata, events->len);
  eventually (instance_count_events (to) == n_before + 3 * N_TOPICS);
  for (guint i = n_before; i < n_before + 3 * N_TOPICS; i++)
    {
      const Event *event = to->events->pdata[i];
      guint room = atoi (event->topic + 5);

      g_assert_cmpint (seen[room] & (1 << event->rev), ==, 0);
      seen[room] |= 1 << event->rev;
    }
}

/* The same, and each topic in its order. */
static void
assert_all_cross (Instance *from, Instance *to)
{
  guint n_before = instance_count_events (to);
  guint n_seen[N_TOPICS] = { 0 };

  publish_to_all (from, to);
  for (guint i = n_before; i < n_before + 3 * N_TOPICS; i++)
    {
      const Event *event = to->events->pdata[i];
      guint room = atoi (event->topic + 5);

      g_assert_cmpint (event->rev, ==, n_seen[room]++);
    }
}

static void
assert_presence_crosses (Instance *a, Instance *b, ConfabPresenceStatus status)
{
  const char *user_ids[100];
  ConfabPresenceStatus statuses[100];

  for (guint i = 0; i < 100; i++)
    {
      user_ids[i] = g_strdup_printf ("user-%u", i);
      g_assert_true (backplane_set_presence (a->backplane, user_ids[i], "phone", status, 60, NULL));
    }
  backplane_get_presences (b->backplane, user_ids, 100, statuses);
  for (guint i = 0; i < 100; i++)
    {
      g_assert_cmpint (statuses[i], ==, status);
      g_free ((char *) user_ids[i]);
    }
}

static void
assert_cache_is_shared (Instance *a, Instance *b)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *key = g_strdup_printf ("user:%u", i);
      g_autoptr(GBytes) value = g_bytes_new (key, strlen (key));
      g_autoptr(GBytes) found = NULL, dropped = NULL;

      backplane_cache_put (a->backplane, key, value, 60);
      found = backplane_cache_get (b->backplane, key);
      g_assert_nonnull (found);
      g_assert_true (g_bytes_equal (found, value));
      backplane_cache_drop (b->backplane, key);
      dropped = backplane_cache_get (a->backplane, key);
      g_assert_null (dropped);
    }
}

static void
assert_rates_are_shared (Instance *a, Instance *b)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *who = g_strdup_printf ("user-%u", i);

      g_assert_true (backplane_take (a->backplane, "send", who, 0.001, 1, NULL, NULL));
      eventually (instance_is_idle (a));
      g_assert_true (backplane_take (b->backplane, "send", who, 0.001, 1, NULL, NULL));
      eventually (instance_is_idle (b));
      g_assert_false (backplane_take (b->backplane, "send", who, 0.001, 1, NULL, NULL));
    }
}

static guint
count_channels (ClusterFixture *self, guint node)
{
  redisReply *reply = ask_node (self, node, "PUBSUB SHARDCHANNELS confab:room:*");
  guint n = reply->elements;

  freeReplyObject (reply);
  return n;
}

/* An address of a single Redis that leads to a node. */
static void
assert_node_is_no_redis (ClusterFixture *self)
{
  g_autofree char *address = g_strdup_printf ("redis://:" PASSWORD "@127.0.0.1:%u", self->ports[0]);
  Instance *instance = fixture_add_instance_at (&self->fixture, address);
  g_autoptr(GError) error = NULL;

  g_assert_false (backplane_check (instance->backplane, &error));
  g_assert_nonnull (strstr (error->message, "redis+cluster://"));
}

static void
test_all (void)
{
  g_auto(ClusterFixture) cluster = { { NULL } };
  guint n_channels = 0;
  Instance *a, *b;

  if (!start_cluster (&cluster))
    return;
  a = fixture_add_instance_at (&cluster.fixture, cluster.address);
  b = add_reader (&cluster);
  for (guint i = 0; i < N_MASTERS; i++)
    {
      g_assert_cmpuint (count_channels (&cluster, i), >, N_TOPICS / 10);
      n_channels += count_channels (&cluster, i);
    }
  g_assert_cmpuint (n_channels, ==, N_TOPICS);
  assert_all_cross (a, b);
  assert_presence_crosses (a, b, CONFAB_PRESENCE_STATUS_DND);
  assert_cache_is_shared (a, b);
  assert_rates_are_shared (a, b);
  g_assert_cmpuint (instance_count_dropped (a), ==, 0);
  g_assert_cmpuint (instance_count_gaps (a) + instance_count_gaps (b), ==, 0);
  assert_node_is_no_redis (&cluster);
}

/* The slot of one channel goes to another node, and so do they who listen there. */
static void
test_slot_moves (void)
{
  const char *channel = "confab:room:7";
  guint slot = redis_slot_of (channel, strlen (channel));
  guint from = slot * N_MASTERS / REDIS_N_SLOTS, to = (from + 1) % N_MASTERS;
  g_auto(ClusterFixture) cluster = { { NULL } };
  Instance *a, *b;

  if (!start_cluster (&cluster))
    return;
  a = fixture_add_instance_at (&cluster.fixture, cluster.address);
  b = add_reader (&cluster);
  freeReplyObject (ask_node (&cluster, to, "CLUSTER SETSLOT %u IMPORTING %s", slot, cluster.ids[from]));
  freeReplyObject (ask_node (&cluster, from, "CLUSTER SETSLOT %u MIGRATING %s", slot, cluster.ids[to]));
  freeReplyObject (ask_node (&cluster, to, "CLUSTER SETSLOT %u NODE %s", slot, cluster.ids[to]));
  freeReplyObject (ask_node (&cluster, from, "CLUSTER SETSLOT %u NODE %s", slot, cluster.ids[to]));
  eventually (instance_count_gaps (b) > 0);
  eventually (instance_is_connected (b) && backplane_settle (b->backplane, 1000));
  eventually (instance_is_connected (a));
  /* Whoever has the old map is led on, and what is led on may be overtaken by what comes after the new map. Clients see
   * by the rev that something is missing, and have it a moment later. */
  publish_to_all (a, b);
  publish_to_all (b, b);
}

/* A master dies and its replica takes over. */
static void
test_failover (void)
{
  g_auto(ClusterFixture) cluster = { { NULL } };
  Instance *a, *b;

  if (!start_cluster (&cluster))
    return;
  a = fixture_add_instance_at (&cluster.fixture, cluster.address);
  b = add_reader (&cluster);
  assert_presence_crosses (a, b, CONFAB_PRESENCE_STATUS_ONLINE);
  service_run (cluster.nodes[0], "kill");
  eventually (!instance_is_connected (a) && !instance_is_connected (b));
  eventually (instance_is_connected (a) && instance_is_connected (b));
  eventually (instance_count_gaps (b) > 0 && backplane_settle (b->backplane, 1000));
  assert_all_cross (a, b);
  assert_presence_crosses (a, b, CONFAB_PRESENCE_STATUS_AWAY);
}

int
main (int argc, char **argv)
{
  instances_init (&argc, &argv);
  g_test_add_func ("/redis/cluster/all", test_all);
  g_test_add_func ("/redis/cluster/slot-moves", test_slot_moves);
  g_test_add_func ("/redis/cluster/failover", test_failover);
  return g_test_run ();
}
