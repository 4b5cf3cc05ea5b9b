/* redis-topics.c: the topics of interest here, and what others publish on them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A PING after each batch of subscriptions is answered when they are in force: that is all that settling needs.
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-topics.h"

#include <string.h>

#include "backplane/redis/redis-nodes.h"
#include "backplane/redis/redis-slots.h"
#include "backplane/redis/redis-wake.h"

/* Of one command. */
#define MAX_CHANNELS 512

typedef struct
{
  gboolean subscribe;
  char *channel;
} Change;

typedef struct
{
  RedisTopics *topics;
  guint64 number;        /* of the changes that are in force when it is answered */
  gboolean all;          /* the first of a connection */
  gboolean failed;
  guint n_left;          /* answers, and whoever makes it */
  guint64 connection;
} Barrier;

struct _RedisTopics
{
  char *channel_prefix;
  const RedisTopicsOwner *owner;
  gpointer owner_data;
  RedisNodes *nodes;
  GSource *wake;
  gboolean sharded;
  gboolean was_in_force;    /* these are the thread's */
  guint64 n_connections;
  GHashTable *leaving;      /* sharded channels that are to be told off */

  GMutex mutex;             /* of all below */
  GCond cond;
  GHashTable *topics;       /* char* → count */
  GArray *changes;          /* of Change, which Redis has to be told */
  guint64 n_asked;          /* changes, ever */
  guint64 n_settled;        /* of them in force */
  gboolean listening;       /* there is a connection that has to be told of changes */
  gboolean in_force;
};

static void
change_clear (gpointer data)
{
  g_free (((Change *) data)->channel);
}

static GArray *
changes_new (void)
{
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (Change));

  g_array_set_clear_func (changes, change_clear);
  return changes;
}

/* ---- Telling Redis ---------------------------------------------------------------------------------------- */

static void
send_channels (RedisLink *link, const char *command, const char **channels, guint n_channels)
{
  g_autofree const char **words = g_new (const char *, n_channels + 1);
  g_autofree gsize *lengths = g_new (gsize, n_channels + 1);
  char *bytes = NULL;
  long long length;

  words[0] = command;
  memcpy (words + 1, channels, n_channels * sizeof *channels);
  for (guint i = 0; i <= n_channels; i++)
    lengths[i] = strlen (words[i]);
  length = redisFormatCommandArgv (&bytes, n_channels + 1, words, lengths);
  if (length > 0)
    redis_link_send (link, bytes, length, 0, NULL, NULL);
  redisFreeCommand (bytes);
}

static void
barrier_unref (Barrier *self)
{
  if (--self->n_left == 0)
    g_free (self);
}

static void
topics_take_barrier (RedisTopics *self, const Barrier *barrier)
{
  g_mutex_lock (&self->mutex);
  self->n_settled = barrier->number;
  self->in_force |= barrier->all;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  if (barrier->all)
    {
      self->was_in_force = TRUE;
      self->owner->in_force (self->owner_data);
    }
}

/* An error is that of a subscription before it. Of an earlier connection: there is a newer one by now, or none. */
static void
on_barrier (const redisReply *reply, gpointer data)
{
  Barrier *barrier = data;
  RedisTopics *self = barrier->topics;

  if (reply == NULL || reply->type == REDIS_REPLY_ERROR)
    barrier->failed = TRUE;
  if (reply != NULL && reply->type == REDIS_REPLY_ERROR)
    redis_nodes_break_links (self->nodes, reply->str);
  if (barrier->n_left == 1 && !barrier->failed && barrier->connection == self->n_connections)
    topics_take_barrier (self, barrier);
  barrier_unref (barrier);
}

/* On every node, as any of them may have something to do. */
static void
topics_send_barrier (RedisTopics *self, guint64 number, gboolean all)
{
  Barrier *barrier = g_new (Barrier, 1);
  guint n_nodes = redis_nodes_count (self->nodes);

  *barrier = (Barrier) { self, number, all, FALSE, n_nodes + 1, self->n_connections };
  for (guint i = 0; i < n_nodes; i++)
    redis_link_send_words (redis_nodes_get (self->nodes, i), on_barrier, barrier, "PING", NULL);
  barrier_unref (barrier);
}

/* Channels of a cluster have each their node. */
static void
topics_send_sharded (RedisTopics *self, const Change *change)
{
  RedisLink *link = redis_nodes_find_slot (self->nodes, redis_slot_of (change->channel, strlen (change->channel)));
  const char *channel = change->channel;

  if (!change->subscribe)
    g_hash_table_add (self->leaving, g_strdup (channel));
  if (link != NULL)
    send_channels (link, change->subscribe ? "SSUBSCRIBE" : "SUNSUBSCRIBE", &channel, 1);
}

/* Neighbours of one kind go together; their order stays, as one topic may be among them twice. */
static void
topics_send_changes (RedisTopics *self, GArray *changes)
{
  const char *channels[MAX_CHANNELS];

  for (guint i = 0; self->sharded && i < changes->len; i++)
    topics_send_sharded (self, &g_array_index (changes, Change, i));
  for (guint i = 0; !self->sharded && i < changes->len;)
    {
      gboolean subscribe = g_array_index (changes, Change, i).subscribe;
      guint n = 0;

      for (; i < changes->len && n < MAX_CHANNELS && g_array_index (changes, Change, i).subscribe == subscribe; i++)
        channels[n++] = g_array_index (changes, Change, i).channel;
      send_channels (redis_nodes_get (self->nodes, 0), subscribe ? "SUBSCRIBE" : "UNSUBSCRIBE", channels, n);
    }
}

static void
on_woken (gpointer data)
{
  RedisTopics *self = data;
  g_autoptr(GArray) changes = NULL;
  guint64 number;

  if (!redis_nodes_are_up (self->nodes))
    return;
  g_mutex_lock (&self->mutex);
  changes = g_steal_pointer (&self->changes);
  self->changes = changes_new ();
  number = self->n_asked;
  g_mutex_unlock (&self->mutex);

  topics_send_changes (self, changes);
  topics_send_barrier (self, number, FALSE);
  redis_nodes_flush (self->nodes);
}

/* ---- The connection --------------------------------------------------------------------------------------- */

static char *
topics_get_channel (RedisTopics *self, const char *topic)
{
  return g_strconcat (self->channel_prefix, topic, NULL);
}

/* A new connection knows nothing: it is told all. */
static void
on_up (gpointer data)
{
  RedisTopics *self = data;
  g_autoptr(GArray) all = changes_new ();
  GHashTableIter iter;
  gpointer topic;
  guint64 number;

  g_mutex_lock (&self->mutex);
  self->listening = TRUE;
  g_hash_table_iter_init (&iter, self->topics);
  while (g_hash_table_iter_next (&iter, &topic, NULL))
    {
      Change change = { TRUE, topics_get_channel (self, topic) };

      g_array_append_val (all, change);
    }
  number = self->n_asked;
  g_mutex_unlock (&self->mutex);

  self->n_connections++;
  g_hash_table_remove_all (self->leaving);
  topics_send_changes (self, all);
  topics_send_barrier (self, number, TRUE);
  redis_nodes_flush (self->nodes);
}

static void
on_gone (gboolean was_up, const char *why, gpointer data)
{
  RedisTopics *self = data;
  gboolean was_in_force = self->was_in_force;

  self->was_in_force = FALSE;
  g_mutex_lock (&self->mutex);
  self->listening = FALSE;
  self->in_force = FALSE;
  g_array_set_size (self->changes, 0);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  self->owner->gone (was_in_force, why, self->owner_data);
}

static void
topics_take_message (RedisTopics *self, const redisReply *channel, const redisReply *message)
{
  if (message->type == REDIS_REPLY_STRING && g_str_has_prefix (channel->str, self->channel_prefix))
    self->owner->received (channel->str + strlen (self->channel_prefix), (const guint8 *) message->str, message->len,
                           self->owner_data);
}

static void
on_pushed (const redisReply *reply, gpointer data)
{
  RedisTopics *self = data;
  const char *kind;

  if (reply->elements != 3 || reply->element[0]->type != REDIS_REPLY_STRING
      || reply->element[1]->type != REDIS_REPLY_STRING)
    return;
  kind = reply->element[0]->str;
  if (g_str_equal (kind, "message") || g_str_equal (kind, "smessage"))
    topics_take_message (self, reply->element[1], reply->element[2]);
  /* The channel's slot went to another node. */
  else if (g_str_equal (kind, "sunsubscribe") && !g_hash_table_remove (self->leaving, reply->element[1]->str))
    redis_nodes_break (self->nodes, "its slots move");
}

static void
on_drained (gpointer data)
{
  RedisTopics *self = data;

  self->owner->drained (self->owner_data);
}

RedisTopics *
redis_topics_new (GMainContext *context, RedisAddress *address, RedisTls *tls, const char *channel_prefix,
                  const RedisTopicsOwner *owner, gpointer data)
{
  static const RedisNodesOwner nodes_owner = {
    .up = on_up,
    .gone = on_gone,
    .pushed = on_pushed,
    .drained = on_drained,
  };
  RedisTopics *self = g_new0 (RedisTopics, 1);

  self->channel_prefix = g_strdup (channel_prefix);
  self->owner = owner;
  self->owner_data = data;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->topics = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->changes = changes_new ();
  self->sharded = address->kind == REDIS_CLUSTER;
  self->leaving = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->nodes = redis_nodes_new (context, address, tls, &nodes_owner, self);
  self->wake = redis_wake_new (context, on_woken, self);
  return self;
}

void
redis_topics_start (RedisTopics *self)
{
  redis_nodes_start (self->nodes);
}

void
redis_topics_free (RedisTopics *self)
{
  g_source_destroy (self->wake);
  g_source_unref (self->wake);
  redis_nodes_free (self->nodes);
  g_hash_table_unref (self->leaving);
  g_hash_table_unref (self->topics);
  g_array_unref (self->changes);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->channel_prefix);
  g_free (self);
}

gboolean
redis_topics_is_searching (RedisTopics *self)
{
  return redis_nodes_are_searching (self->nodes);
}

/* ---- From any thread -------------------------------------------------------------------------------------- */

/* Under the mutex. */
static void
topics_change (RedisTopics *self, gboolean subscribe, const char *topic)
{
  Change change = { subscribe, NULL };

  self->n_asked++;
  if (!self->listening)
    return;
  change.channel = topics_get_channel (self, topic);
  g_array_append_val (self->changes, change);
  if (self->changes->len == 1)
    redis_wake (self->wake);
}

void
redis_topics_subscribe (RedisTopics *self, const char *topic)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->topics, topic));

  g_hash_table_replace (self->topics, g_strdup (topic), GUINT_TO_POINTER (count + 1));
  if (count == 0)
    topics_change (self, TRUE, topic);
}

void
redis_topics_unsubscribe (RedisTopics *self, const char *topic)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->topics, topic));

  if (count > 1)
    g_hash_table_replace (self->topics, g_strdup (topic), GUINT_TO_POINTER (count - 1));
  else if (g_hash_table_remove (self->topics, topic))
    topics_change (self, FALSE, topic);
}

guint
redis_topics_filter (RedisTopics *self, Event **events, guint n_events, Event **wanted)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint n_wanted = 0;

  for (guint i = 0; i < n_events; i++)
    {
      if (g_hash_table_contains (self->topics, events[i]->topic))
        wanted[n_wanted++] = events[i];
    }
  return n_wanted;
}

gboolean
redis_topics_settle (RedisTopics *self, guint milliseconds)
{
  gint64 end = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint64 number = self->n_asked;

  while (self->in_force && self->n_settled < number && g_cond_wait_until (&self->cond, &self->mutex, end))
    ;
  return self->in_force && self->n_settled >= number;
}
