/* redis-backplane.c: the backplane of several instances, a Redis that they share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread has two connections: what is subscribed comes on one, everything else is pipelined on the other.
 * Publishing delivers here on the publishing thread, like the local backplane, and leaves the same bytes for the
 * thread to send; what comes back of them is known by its sender and left out.
 *
 * Events are lost whenever a connection is. After a reconnect everybody here is told of a gap, and so are the other
 * instances, by a message without events on a channel that all listen to, when something published here did not go out.
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-backplane.h"

#include <sys/random.h>

#include "backplane/backplane-private.h"
#include "backplane/redis/redis-buckets.h"
#include "backplane/redis/redis-cache.h"
#include "backplane/redis/redis-envelope.h"
#include "backplane/redis/redis-presence.h"
#include "backplane/redis/redis-topics.h"
#include "protocol/confab-error.h"

/* No topic of the domain begins so. */
#define NOTICES "!notices"
/* How long opening waits for Redis, and closing for a lookup to end. */
#define OPEN_MILLISECONDS 2000
#define CLOSE_MILLISECONDS 1000
/* Of one PUBLISH: what is far below REDIS_ENVELOPE_MAX even with the largest frames. */
#define MAX_MESSAGE (256 * 1024)
#define COMPLAINT_SECONDS 60

typedef struct
{
  Backplane parent;
  RedisAddress *address;
  RedisTls *tls;             /* nullable */
  char *place;               /* for logs */
  char *channel_prefix;
  const char *publish;       /* the command */
  guint8 sender[REDIS_SENDER_LENGTH];

  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  RedisClient *client;
  RedisTopics *topics;
  RedisPresence *presence;
  RedisBuckets *buckets;
  RedisCache *cache;

  /* The thread's. */
  GPtrArray *incoming;       /* of Event */
  gboolean noticed;          /* another instance told of a loss */
  gboolean in_force;
  gboolean was_connected;    /* ever */
  atomic_bool is_late;       /* opening did not wait for it any more */
  gint64 complained;         /* when it was, last */

  _Atomic guint64 received;
  _Atomic guint64 dropped;
  _Atomic guint64 untold;    /* of them, what other instances have not heard of yet */

  GMutex mutex;              /* of all below */
  GCond cond;
  gboolean connected;
  gint64 since;              /* milliseconds since 1970 */
  guint64 reconnects;
  guint64 dropped_before;    /* when it was there last */
  char *why;                 /* it is away */
} RedisBackplane;

/* ---- Connected or not ------------------------------------------------------------------------------------- */

static void
redis_tell_of_loss (RedisBackplane *self)
{
  g_autoptr(GByteArray) message = g_byte_array_new ();
  g_autofree char *channel = g_strconcat (self->channel_prefix, NOTICES, NULL);
  RedisCommand command;

  if (atomic_exchange (&self->untold, 0) == 0)
    return;
  redis_envelope_begin (message, self->sender);
  command = redis_command_new ("%s %s %b", self->publish, channel, message->data, (gsize) message->len);
  if (!redis_client_send (self->client, command, NULL, NULL))
    self->untold++;
}

static void
redis_set_connected (RedisBackplane *self)
{
  gint64 now = g_get_real_time () / 1000;
  gint64 since;
  guint64 dropped;
  gboolean again;

  g_mutex_lock (&self->mutex);
  since = self->since;
  again = self->was_connected;
  dropped = self->dropped - self->dropped_before;
  self->dropped_before = self->dropped;
  self->connected = TRUE;
  self->since = now;
  self->reconnects += again;
  g_clear_pointer (&self->why, g_free);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);

  if (again)
    g_message ("Redis at %s is back after %.1f s; %" G_GUINT64_FORMAT " events did not reach other instances",
               self->place, (now - since) / 1000.0, dropped);
  else
    g_message ("Redis at %s is there", self->place);
}

/* Once, with the first reason; check tells the latest. */
static void
redis_set_away (RedisBackplane *self, const char *why)
{
  gboolean first;

  g_mutex_lock (&self->mutex);
  first = self->why == NULL;
  g_set_str (&self->why, why);
  if (self->connected)
    {
      self->connected = FALSE;
      self->since = g_get_real_time () / 1000;
    }
  g_mutex_unlock (&self->mutex);
  if (first)
    g_warning ("Redis at %s is away, so this instance is on its own: %s", self->place, why);
}

/* Both connections are needed, and all that they lost is put right. */
static void
redis_check_connections (RedisBackplane *self)
{
  if (!self->in_force || !redis_client_is_up (self->client))
    return;
  redis_set_connected (self);
  redis_presence_restore (self->presence);
  redis_cache_restore (self->cache);
  if (self->was_connected || self->is_late)
    backplane_tell_gap (&self->parent);
  redis_tell_of_loss (self);
  self->was_connected = TRUE;
}

static void
on_client_up (gpointer data)
{
  redis_check_connections (data);
}

static void
on_client_gone (gboolean was_up, const char *why, gpointer data)
{
  redis_set_away (data, why);
}

static void
on_topics_in_force (gpointer data)
{
  RedisBackplane *self = data;

  self->in_force = TRUE;
  redis_check_connections (self);
}

static void
on_topics_gone (gboolean was_in_force, const char *why, gpointer data)
{
  RedisBackplane *self = data;

  self->in_force = FALSE;
  redis_set_away (self, why);
}

/* ---- What others publish ---------------------------------------------------------------------------------- */

static void
redis_complain (RedisBackplane *self, const char *problem)
{
  gint64 now = g_get_monotonic_time ();

  if (self->complained != 0 && now - self->complained < COMPLAINT_SECONDS * G_USEC_PER_SEC)
    return;
  self->complained = now;
  g_warning ("Left out, as may be more in the next minute: %s", problem);
}

static void
on_received (const char *topic, const guint8 *message, gsize length, gpointer data)
{
  RedisBackplane *self = data;
  guint n_before = self->incoming->len;
  g_autoptr(GError) error = NULL;

  if (redis_envelope_is_from (message, length, self->sender))
    return;
  if (!redis_envelope_read (message, length, topic, self->incoming, &error))
    redis_complain (self, error->message);
  else if (self->incoming->len == n_before)
    self->noticed = TRUE;
}

static void
on_drained (gpointer data)
{
  RedisBackplane *self = data;
  guint n_events = self->incoming->len;

  if (n_events > 0)
    {
      g_autofree Event **wanted = g_new (Event *, n_events);
      guint n_wanted = redis_topics_filter (self->topics, (Event **) self->incoming->pdata, n_events, wanted);

      self->received += n_events;
      if (n_wanted > 0)
        backplane_deliver (&self->parent, wanted, n_wanted);
      g_ptr_array_set_size (self->incoming, 0);
    }
  if (self->noticed)
    {
      self->noticed = FALSE;
      backplane_tell_gap (&self->parent);
    }
}

/* ---- Publishing ------------------------------------------------------------------------------------------- */

/* Commands that leave together, each a message. */
typedef struct
{
  RedisBackplane *backplane;
  GByteArray *commands;
  GArray *n_events;          /* guint, of each message */
  guint slot;                /* of the last */
  guint n_answered;
} Batch;

static void
batch_free (Batch *self)
{
  g_clear_pointer (&self->commands, g_byte_array_unref);
  g_array_unref (self->n_events);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Batch, batch_free)

static Batch *
batch_new (RedisBackplane *backplane)
{
  Batch *self = g_new0 (Batch, 1);

  self->backplane = backplane;
  self->commands = g_byte_array_new ();
  self->n_events = g_array_new (FALSE, FALSE, sizeof (guint));
  return self;
}

static void
redis_count_lost (RedisBackplane *self, guint n_events)
{
  self->dropped += n_events;
  self->untold += n_events;
}

static void
on_published (const redisReply *reply, gpointer data)
{
  Batch *self = data;

  if (reply == NULL || reply->type == REDIS_REPLY_ERROR)
    redis_count_lost (self->backplane, g_array_index (self->n_events, guint, self->n_answered));
  if (++self->n_answered == self->n_events->len)
    batch_free (self);
}

/* Neighbours on one topic go in one message. */
static guint
batch_add_run (Batch *self, Event **events, guint n_events)
{
  g_autoptr(GByteArray) message = g_byte_array_new ();
  g_autofree char *channel = g_strconcat (self->backplane->channel_prefix, events[0]->topic, NULL);
  RedisCommand command;
  guint n = 0;

  redis_envelope_begin (message, self->backplane->sender);
  do
    redis_envelope_add (message, events[n++]);
  while (n < n_events && message->len < MAX_MESSAGE && g_str_equal (events[n]->topic, events[0]->topic));
  command = redis_command_new ("%s %s %b", self->backplane->publish, channel, message->data, (gsize) message->len);
  g_byte_array_append (self->commands, (const guint8 *) command.bytes, command.length);
  g_array_append_val (self->n_events, n);
  self->slot = command.slot;
  redis_command_clear (&command);
  return n;
}

/* Takes it. */
static void
batch_send (Batch *batch)
{
  g_autoptr(Batch) self = batch;
  RedisCommand command = {
    .length = self->commands->len,
    .n_replies = self->n_events->len,
    .slot = self->slot,
  };
  guint n_events = 0;

  for (guint i = 0; i < self->n_events->len; i++)
    n_events += g_array_index (self->n_events, guint, i);
  command.bytes = (char *) g_byte_array_free (g_steal_pointer (&self->commands), FALSE);
  if (redis_client_send (self->backplane->client, command, on_published, self))
    g_steal_pointer (&self);
  else
    redis_count_lost (self->backplane, n_events);
}

/* All in one go, but for a cluster, where each topic may have another node. */
static void
redis_send_events (RedisBackplane *self, Event **events, guint n_events)
{
  g_autoptr(Batch) batch = NULL;

  if (!redis_client_is_up (self->client))
    {
      redis_count_lost (self, n_events);
      return;
    }
  for (guint i = 0; i < n_events;)
    {
      if (batch == NULL)
        batch = batch_new (self);
      i += batch_add_run (batch, events + i, n_events - i);
      if (self->address->kind == REDIS_CLUSTER)
        batch_send (g_steal_pointer (&batch));
    }
  if (batch != NULL)
    batch_send (g_steal_pointer (&batch));
}

static void
redis_publish (Backplane *backplane, Event **events, guint n_events)
{
  RedisBackplane *self = (RedisBackplane *) backplane;
  g_autofree Event **wanted = g_new (Event *, n_events);
  guint n_wanted;

  if (n_events == 0)
    return;
  redis_send_events (self, events, n_events);
  n_wanted = redis_topics_filter (self->topics, events, n_events, wanted);
  if (n_wanted > 0)
    backplane_deliver (backplane, wanted, n_wanted);
}

/* ---- The rest of the contract ----------------------------------------------------------------------------- */

static void
redis_subscribe (Backplane *backplane, const char *topic)
{
  redis_topics_subscribe (((RedisBackplane *) backplane)->topics, topic);
}

static void
redis_unsubscribe (Backplane *backplane, const char *topic)
{
  redis_topics_unsubscribe (((RedisBackplane *) backplane)->topics, topic);
}

static gboolean
redis_settle (Backplane *backplane, guint milliseconds)
{
  return redis_topics_settle (((RedisBackplane *) backplane)->topics, milliseconds);
}

static gboolean
redis_check (Backplane *backplane, GError **error)
{
  RedisBackplane *self = (RedisBackplane *) backplane;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->connected)
    return TRUE;
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "Redis at %s is away: %s", self->place,
               self->why != NULL ? self->why : "it has not answered yet");
  return FALSE;
}

static void
redis_get_status (Backplane *backplane, BackplaneStatus *status)
{
  RedisBackplane *self = (RedisBackplane *) backplane;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  status->connected = self->connected;
  status->since = self->since;
  status->reconnects = self->reconnects;
  status->received = self->received;
  status->dropped = self->dropped;
  status->queued = redis_client_count_queued (self->client);
}

static gboolean
redis_set_presence (Backplane *backplane, const char *user_id, const char *device_id, ConfabPresenceStatus status,
                    guint ttl, ConfabPresenceStatus *merged)
{
  return redis_presence_set (((RedisBackplane *) backplane)->presence, user_id, device_id, status, ttl, merged);
}

static gboolean
redis_renew_presence (Backplane *backplane, const char *user_id, const char *device_id, guint ttl)
{
  return redis_presence_renew (((RedisBackplane *) backplane)->presence, user_id, device_id, ttl);
}

static void
redis_get_presences (Backplane *backplane, const char *const *user_ids, guint n, ConfabPresenceStatus *statuses)
{
  redis_presence_get (((RedisBackplane *) backplane)->presence, user_ids, n, statuses);
}

static void
redis_expire_presence (Backplane *backplane, void (*gone) (const char *user_id, gpointer data), gpointer data)
{
  RedisBackplane *self = (RedisBackplane *) backplane;

  /* What was lost without losing the connection, too. */
  redis_tell_of_loss (self);
  redis_presence_expire (self->presence, gone, data);
}

static gboolean
redis_take (Backplane *backplane, const char *bucket, const char *who, double rate, double burst, double *retry_after,
            double *remaining)
{
  return redis_buckets_take (((RedisBackplane *) backplane)->buckets, bucket, who, rate, burst, retry_after,
                             remaining);
}

static GBytes *
redis_cache_get_value (Backplane *backplane, const char *key)
{
  return redis_cache_get (((RedisBackplane *) backplane)->cache, key);
}

static void
redis_cache_put_value (Backplane *backplane, const char *key, GBytes *value, guint ttl)
{
  redis_cache_put (((RedisBackplane *) backplane)->cache, key, value, ttl);
}

static void
redis_cache_drop_value (Backplane *backplane, const char *key)
{
  redis_cache_drop (((RedisBackplane *) backplane)->cache, key);
}

/* ---- From open to close ----------------------------------------------------------------------------------- */

static gpointer
redis_run (gpointer data)
{
  RedisBackplane *self = data;

  g_main_context_push_thread_default (self->context);
  redis_topics_start (self->topics);
  redis_client_start (self->client);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
redis_wait_for_connection (RedisBackplane *self)
{
  gint64 end = g_get_monotonic_time () + OPEN_MILLISECONDS * G_TIME_SPAN_MILLISECOND;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!self->connected && g_cond_wait_until (&self->cond, &self->mutex, end))
    ;
  self->is_late = !self->connected;
}

/* What was queued goes out first: its answers come before that to PING. */
static void
redis_stop (RedisBackplane *self)
{
  RedisCommand ping = redis_command_new ("PING");

  if (self->thread == NULL)
    {
      redis_command_clear (&ping);
      return;
    }
  redis_client_call (self->client, &ping, 1, NULL, NULL);
  g_main_loop_quit (self->loop);
  g_thread_join (self->thread);
}

/* Lookups end in the context; one that takes longer is left alone. */
static void
redis_wait_for_lookups (RedisBackplane *self)
{
  gint64 end = g_get_monotonic_time () + CLOSE_MILLISECONDS * G_TIME_SPAN_MILLISECOND;

  while ((redis_client_is_searching (self->client) || redis_topics_is_searching (self->topics))
         && g_get_monotonic_time () < end)
    g_main_context_iteration (self->context, TRUE);
}

static void
redis_close (Backplane *backplane)
{
  RedisBackplane *self = (RedisBackplane *) backplane;

  redis_stop (self);
  redis_wait_for_lookups (self);
  redis_client_free (self->client);
  redis_topics_free (self->topics);
  redis_presence_free (self->presence);
  redis_buckets_free (self->buckets);
  redis_cache_free (self->cache);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_ptr_array_unref (self->incoming);
  redis_address_unref (self->address);
  g_clear_pointer (&self->tls, redis_tls_unref);
  g_free (self->place);
  g_free (self->channel_prefix);
  g_free (self->why);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  backplane_clear (backplane);
  g_free (self);
}

static const BackplaneClass redis_class = {
  .shared = TRUE,
  .close = redis_close,
  .check = redis_check,
  .get_status = redis_get_status,
  .subscribe = redis_subscribe,
  .unsubscribe = redis_unsubscribe,
  .settle = redis_settle,
  .publish = redis_publish,
  .set_presence = redis_set_presence,
  .renew_presence = redis_renew_presence,
  .get_presences = redis_get_presences,
  .expire_presence = redis_expire_presence,
  .take = redis_take,
  .cache_get = redis_cache_get_value,
  .cache_put = redis_cache_put_value,
  .cache_drop = redis_cache_drop_value,
};

/* Channels, unlike keys, are of all databases. */
static char *
make_channel_prefix (const RedisAddress *address)
{
  return address->database == 0 ? g_strdup_printf ("%s:", address->prefix)
                                : g_strdup_printf ("%s:%u:", address->prefix, address->database);
}

static void
redis_make_parts (RedisBackplane *self)
{
  static const RedisClientOwner client_owner = { .up = on_client_up, .gone = on_client_gone };
  static const RedisTopicsOwner topics_owner = {
    .in_force = on_topics_in_force,
    .gone = on_topics_gone,
    .received = on_received,
    .drained = on_drained,
  };
  g_autofree char *key_prefix = g_strconcat (self->address->prefix, ":", NULL);
  g_autofree char *instance = g_base64_encode (self->sender, sizeof self->sender);

  self->client = redis_client_new (self->context, self->address, self->tls, &client_owner, self);
  self->topics = redis_topics_new (self->context, self->address, self->tls, self->channel_prefix, &topics_owner, self);
  self->presence = redis_presence_new (self->client, key_prefix, instance);
  self->buckets = redis_buckets_new (self->client, key_prefix);
  self->cache = redis_cache_new (self->client, key_prefix);
  redis_topics_subscribe (self->topics, NOTICES);
}

Backplane *
redis_backplane_new (const char *address_text, GError **error)
{
  g_autoptr(RedisAddress) address = redis_address_new (address_text, error);
  g_autoptr(RedisTls) tls = NULL;
  RedisBackplane *self;

  if (address == NULL)
    return NULL;
  if (address->tls && (tls = redis_tls_new (address->ca_file, error)) == NULL)
    return NULL;
  self = g_new0 (RedisBackplane, 1);
  backplane_init (&self->parent, &redis_class);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->place = redis_address_describe (address);
  self->channel_prefix = make_channel_prefix (address);
  self->publish = address->kind == REDIS_CLUSTER ? "SPUBLISH" : "PUBLISH";
  self->address = g_steal_pointer (&address);
  self->tls = g_steal_pointer (&tls);
  self->since = g_get_real_time () / 1000;
  self->incoming = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);
  if (getrandom (self->sender, sizeof self->sender, 0) != sizeof self->sender)
    g_error ("no random numbers");
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  redis_make_parts (self);
  self->thread = g_thread_new ("backplane", redis_run, self);
  redis_wait_for_connection (self);
  return &self->parent;
}

void
redis_backplane_set_clock (Backplane *backplane, gint64 (*clock) (void))
{
  RedisBackplane *self = (RedisBackplane *) backplane;

  g_assert (backplane->klass == &redis_class);
  redis_presence_set_clock (self->presence, clock);
  redis_buckets_set_clock (self->buckets, clock);
}
