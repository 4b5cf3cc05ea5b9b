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
} Barrier;

struct _RedisTopics
{
  char *channel_prefix;
  const RedisTopicsOwner *owner;
  gpointer owner_data;
  RedisLink *link;
  GSource *wake;
  gboolean was_in_force;    /* the thread's */

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
topics_send_channels (RedisTopics *self, gboolean subscribe, const char **channels, guint n_channels)
{
  g_autofree const char **words = g_new (const char *, n_channels + 1);
  g_autofree gsize *lengths = g_new (gsize, n_channels + 1);
  char *bytes = NULL;
  long long length;

  words[0] = subscribe ? "SUBSCRIBE" : "UNSUBSCRIBE";
  memcpy (words + 1, channels, n_channels * sizeof *channels);
  for (guint i = 0; i <= n_channels; i++)
    lengths[i] = strlen (words[i]);
  length = redisFormatCommandArgv (&bytes, n_channels + 1, words, lengths);
  if (length > 0)
    redis_link_send (self->link, bytes, length, 0, NULL, NULL);
  redisFreeCommand (bytes);
}

static void
on_barrier (const redisReply *reply, gpointer data)
{
  g_autofree Barrier *barrier = data;
  RedisTopics *self = barrier->topics;

  if (reply == NULL || reply->type == REDIS_REPLY_ERROR)
    return;
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

static void
topics_send_barrier (RedisTopics *self, guint64 number, gboolean all)
{
  Barrier *barrier = g_new (Barrier, 1);

  *barrier = (Barrier) { self, number, all };
  redis_link_send_words (self->link, on_barrier, barrier, "PING", NULL);
}

/* Neighbours of one kind go together; their order stays, as one topic may be among them twice. */
static void
topics_send_changes (RedisTopics *self, GArray *changes)
{
  const char *channels[MAX_CHANNELS];

  for (guint i = 0; i < changes->len;)
    {
      gboolean subscribe = g_array_index (changes, Change, i).subscribe;
      guint n = 0;

      for (; i < changes->len && n < MAX_CHANNELS && g_array_index (changes, Change, i).subscribe == subscribe; i++)
        channels[n++] = g_array_index (changes, Change, i).channel;
      topics_send_channels (self, subscribe, channels, n);
    }
}

static void
on_woken (gpointer data)
{
  RedisTopics *self = data;
  g_autoptr(GArray) changes = NULL;
  guint64 number;

  if (!redis_link_is_up (self->link))
    return;
  g_mutex_lock (&self->mutex);
  changes = g_steal_pointer (&self->changes);
  self->changes = changes_new ();
  number = self->n_asked;
  g_mutex_unlock (&self->mutex);

  topics_send_changes (self, changes);
  topics_send_barrier (self, number, FALSE);
  redis_link_flush (self->link);
}

/* ---- The connection --------------------------------------------------------------------------------------- */

static char *
topics_get_channel (RedisTopics *self, const char *topic)
{
  return g_strconcat (self->channel_prefix, topic, NULL);
}

/* A new connection knows nothing: it is told all. */
static void
on_up (RedisLink *link, gpointer data)
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

  topics_send_changes (self, all);
  topics_send_barrier (self, number, TRUE);
}

static void
on_gone (RedisLink *link, gboolean was_up, const char *why, gpointer data)
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
on_pushed (RedisLink *link, const redisReply *reply, gpointer data)
{
  RedisTopics *self = data;
  const redisReply *channel, *message;

  if (reply->elements != 3 || g_strcmp0 (reply->element[0]->str, "message") != 0)
    return;
  channel = reply->element[1];
  message = reply->element[2];
  if (channel->type != REDIS_REPLY_STRING || message->type != REDIS_REPLY_STRING
      || !g_str_has_prefix (channel->str, self->channel_prefix))
    return;
  self->owner->received (channel->str + strlen (self->channel_prefix), (const guint8 *) message->str, message->len,
                         self->owner_data);
}

static void
on_drained (RedisLink *link, gpointer data)
{
  RedisTopics *self = data;

  self->owner->drained (self->owner_data);
}

RedisTopics *
redis_topics_new (GMainContext *context, RedisAddress *address, RedisTls *tls, const char *channel_prefix,
                  const RedisTopicsOwner *owner, gpointer data)
{
  static const RedisLinkOwner link_owner = {
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
  self->link = redis_link_new (context, address, tls, &link_owner, self);
  self->wake = redis_wake_new (context, on_woken, self);
  return self;
}

void
redis_topics_start (RedisTopics *self)
{
  redis_link_start (self->link);
}

void
redis_topics_free (RedisTopics *self)
{
  g_source_destroy (self->wake);
  g_source_unref (self->wake);
  redis_link_free (self->link);
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
  return redis_link_is_searching (self->link);
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
