/* redis-link.c: a connection to Redis that comes back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hiredis reads, writes and parses; the loop is ours. Its asynchronous half would look every message up in a
 * dictionary of channels, does not know of sharded channels (1.2), and aborts on an answer that it did not expect.
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-link.h"

#include <errno.h>
#include <hiredis/sds.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "backplane/redis/redis-finder.h"

/* For connecting, and for any answer. */
#define PATIENCE_SECONDS 3
#define SEARCH_SECONDS 12
#define FIRST_DELAY_MILLISECONDS 50
#define LAST_DELAY_MILLISECONDS 4000
/* So that one busy channel does not keep the others, and what is to be sent, waiting. */
#define READS_PER_TURN 16
#define WRITES_PER_TURN 16
/* hiredis moves all that it holds with each write, so it gets only so much at once. */
#define HELD_BYTES (64 * 1024)

typedef enum
{
  LINK_WAITING,     /* for the next attempt */
  LINK_SEARCHING,
  LINK_CONNECTING,
  LINK_SHAKING,     /* hands, of TLS */
  LINK_GREETING,
  LINK_UP,
} LinkState;

typedef struct
{
  GSource parent;
  RedisLink *link;
  gpointer tag;
} LinkSource;

typedef struct
{
  GList link;
  guint n_replies;
  gint64 sent;
  RedisReplied replied;
  gpointer data;
} Awaited;

struct _RedisLink
{
  GMainContext *context;
  RedisAddress *address;
  RedisTls *tls;
  const RedisLinkOwner *owner;
  gpointer owner_data;

  LinkState state;
  gint64 state_since;
  guint n_attempts;          /* since it was up last */
  GCancellable *search;      /* while one is on its way */
  char *host;
  redisContext *redis;
  RedisTlsSession *session;
  GSource *source;           /* a LinkSource */
  GQueue unsent;             /* of GBytes, in front of which hiredis holds some */
  GQueue awaited;            /* of Awaited */
  gint64 heard;              /* when something came, last */
  char *broken;              /* why, until it is dealt with */
  GSource *retry;
  GSource *pulse;
};

static void link_connect (RedisLink *self);
static void link_fail (RedisLink *self, const char *why);

static void
link_set_state (RedisLink *self, LinkState state)
{
  self->state = state;
  self->state_since = g_get_monotonic_time ();
}

/* ---- Sending ---------------------------------------------------------------------------------------------- */

static void
link_await (RedisLink *self, guint n_replies, RedisReplied replied, gpointer data)
{
  Awaited *awaited = g_new (Awaited, 1);

  *awaited = (Awaited) { { awaited, NULL, NULL }, n_replies, g_get_monotonic_time (), replied, data };
  g_queue_push_tail_link (&self->awaited, &awaited->link);
}

static void
link_hold (RedisLink *self, const char *bytes, gsize length)
{
  if (redisAppendFormattedCommand (self->redis, bytes, length) != REDIS_OK)
    redis_link_break (self, self->redis->errstr);
}

static void
link_append (RedisLink *self, const char *bytes, gsize length, guint n_replies, RedisReplied replied, gpointer data)
{
  if (g_queue_is_empty (&self->unsent) && sdslen (self->redis->obuf) < HELD_BYTES)
    link_hold (self, bytes, length);
  else
    g_queue_push_tail (&self->unsent, g_bytes_new (bytes, length));
  if (n_replies > 0)
    link_await (self, n_replies, replied, data);
}

void
redis_link_send (RedisLink *self, const char *bytes, gsize length, guint n_replies, RedisReplied replied, gpointer data)
{
  if (self->state == LINK_UP)
    link_append (self, bytes, length, n_replies, replied, data);
  else if (replied != NULL)
    {
      for (guint i = 0; i < n_replies; i++)
        replied (NULL, data);
    }
}

static void
link_append_words (RedisLink *self, RedisReplied replied, gpointer data, const char **words, guint n_words)
{
  g_autofree gsize *lengths = g_new (gsize, n_words);
  char *bytes = NULL;
  long long length;

  for (guint i = 0; i < n_words; i++)
    lengths[i] = strlen (words[i]);
  length = redisFormatCommandArgv (&bytes, n_words, words, lengths);
  if (length >= 0)
    link_append (self, bytes, length, 1, replied, data);
  redisFreeCommand (bytes);
}

void
redis_link_send_words (RedisLink *self, RedisReplied replied, gpointer data, const char *word, ...)
{
  const char *words[8] = { word };
  guint n_words = 1;
  va_list more;

  va_start (more, word);
  while (n_words < G_N_ELEMENTS (words) && (words[n_words] = va_arg (more, const char *)) != NULL)
    n_words++;
  va_end (more);
  if (self->state == LINK_UP)
    link_append_words (self, replied, data, words, n_words);
  else if (replied != NULL)
    replied (NULL, data);
}

static void
link_wait_for (RedisLink *self, GIOCondition condition)
{
  g_source_modify_unix_fd (self->source, ((LinkSource *) self->source)->tag, condition);
}

/* Keeps hiredis busy; how many bytes it holds. */
static gsize
link_refill (RedisLink *self)
{
  while (sdslen (self->redis->obuf) < HELD_BYTES && !g_queue_is_empty (&self->unsent))
    {
      g_autoptr(GBytes) bytes = g_queue_pop_head (&self->unsent);

      link_hold (self, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }
  return sdslen (self->redis->obuf);
}

static void
link_write (RedisLink *self)
{
  for (guint i = 0; i < WRITES_PER_TURN; i++)
    {
      gsize held = link_refill (self);
      int done = 0;

      if (held == 0)
        break;
      if (redisBufferWrite (self->redis, &done) != REDIS_OK)
        {
          redis_link_break (self, self->redis->errstr);
          return;
        }
      if (sdslen (self->redis->obuf) == held)
        break;
    }
  link_wait_for (self, link_refill (self) == 0 ? G_IO_IN : G_IO_IN | G_IO_OUT);
}

void
redis_link_flush (RedisLink *self)
{
  if (self->state == LINK_UP)
    link_write (self);
}

void
redis_link_break (RedisLink *self, const char *why)
{
  if (self->broken != NULL || self->source == NULL)
    return;
  self->broken = g_strdup (why);
  g_source_set_ready_time (self->source, 0);
}

/* ---- Reading ---------------------------------------------------------------------------------------------- */

static void
link_take_reply (RedisLink *self, const redisReply *reply)
{
  Awaited *awaited = g_queue_peek_head (&self->awaited);
  RedisReplied replied;
  gpointer data;

  if (awaited == NULL)
    {
      /* To a subscription that is refused, or to nothing at all. */
      redis_link_break (self, reply->type == REDIS_REPLY_ERROR ? reply->str : "it answered what was not asked");
      return;
    }
  replied = awaited->replied;
  data = awaited->data;
  if (--awaited->n_replies == 0)
    {
      g_queue_unlink (&self->awaited, &awaited->link);
      g_free (awaited);
    }
  if (replied != NULL)
    replied (reply, data);
}

static void
link_take_all (RedisLink *self)
{
  redisReply *reply = NULL;

  while (redisGetReplyFromReader (self->redis, (void **) &reply) == REDIS_OK && reply != NULL)
    {
      if (reply->type != REDIS_REPLY_PUSH)
        link_take_reply (self, reply);
      else if (self->owner->pushed != NULL)
        self->owner->pushed (self, reply, self->owner_data);
      freeReplyObject (reply);
      reply = NULL;
    }
  if (self->redis->err != 0)
    redis_link_break (self, self->redis->errstr);
  if (self->state == LINK_UP && self->owner->drained != NULL)
    self->owner->drained (self, self->owner_data);
}

static void
link_read (RedisLink *self)
{
  for (guint i = 0; i < READS_PER_TURN; i++)
    {
      gsize length = self->redis->reader->len;

      if (redisBufferRead (self->redis) != REDIS_OK)
        {
          redis_link_break (self, self->redis->errstr);
          break;
        }
      if (self->redis->reader->len == length)
        break;
      self->heard = g_get_monotonic_time ();
    }
  link_take_all (self);
}

/* ---- Making the connection -------------------------------------------------------------------------------- */

static const char *
find_text (const redisReply *map, const char *name)
{
  if (map->type != REDIS_REPLY_MAP)
    return "";
  for (gsize i = 0; i + 1 < map->elements; i += 2)
    {
      if (g_strcmp0 (map->element[i]->str, name) == 0)
        return map->element[i + 1]->str != NULL ? map->element[i + 1]->str : "";
    }
  return "";
}

static void
on_hello (const redisReply *reply, gpointer data)
{
  RedisLink *self = data;
  g_autofree char *why = NULL;

  if (reply == NULL)
    return;
  if (reply->type == REDIS_REPLY_ERROR)
    why = g_strdup_printf ("it refuses to be spoken to (Redis 6 or newer is needed): %s", reply->str);
  else if (g_str_equal (find_text (reply, "mode"), "sentinel"))
    why = g_strdup ("it is a sentinel, which redis+sentinel:// is for");
  else if (self->address->kind == REDIS_CLUSTER && atoi (find_text (reply, "version")) < 7)
    why = g_strdup ("it is older than 7, so it has no sharded channels");
  else if (self->address->kind != REDIS_CLUSTER && g_str_equal (find_text (reply, "mode"), "cluster"))
    why = g_strdup ("it is a node of a cluster, which redis+cluster:// is for");
  else if (self->address->kind != REDIS_CLUSTER && !g_str_equal (find_text (reply, "role"), "master"))
    why = g_strdup ("it is a replica, not the master");
  if (why != NULL)
    redis_link_break (self, why);
}

/* The answer to the last of the greetings. */
static void
on_greeted (const redisReply *reply, gpointer data)
{
  RedisLink *self = data;

  if (reply == NULL || self->broken != NULL)
    return;
  if (reply->type == REDIS_REPLY_ERROR)
    {
      redis_link_break (self, reply->str);
      return;
    }
  link_set_state (self, LINK_UP);
  self->n_attempts = 0;
  self->owner->up (self, self->owner_data);
  link_write (self);
}

static void
link_greet (RedisLink *self)
{
  const char *hello[] = { "HELLO", "3", "AUTH", "default", self->address->password };
  g_autofree char *database = g_strdup_printf ("%u", self->address->database);
  const char *select[] = { "SELECT", database };

  link_set_state (self, LINK_GREETING);
  if (self->address->user != NULL)
    hello[3] = self->address->user;
  link_append_words (self, on_hello, self, hello, self->address->password != NULL ? 5 : 2);
  link_append_words (self, on_greeted, self, select, 2);
  link_write (self);
}

static void
link_shake_hands (RedisLink *self)
{
  g_autoptr(GError) error = NULL;
  GIOCondition condition = redis_tls_go_on (self->session, &error);

  if (error != NULL)
    redis_link_break (self, error->message);
  else if (condition != 0)
    link_wait_for (self, condition);
  else
    link_greet (self);
}

static void
link_on_connected (RedisLink *self)
{
  int problem = 0, on = 1;
  socklen_t length = sizeof problem;
  g_autoptr(GError) error = NULL;

  if (getsockopt (self->redis->fd, SOL_SOCKET, SO_ERROR, &problem, &length) < 0 || problem != 0)
    {
      redis_link_break (self, g_strerror (problem != 0 ? problem : errno));
      return;
    }
  /* hiredis does so by itself only for connections that wait. */
  if (setsockopt (self->redis->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
    g_debug ("Redis: no TCP_NODELAY: %s", g_strerror (errno));
  if (self->tls == NULL)
    {
      link_greet (self);
      return;
    }
  link_set_state (self, LINK_SHAKING);
  self->session = redis_tls_begin (self->tls, self->redis, self->host, &error);
  if (self->session != NULL)
    link_shake_hands (self);
  else
    redis_link_break (self, error->message);
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  RedisLink *self = ((LinkSource *) source)->link;
  GIOCondition condition = g_source_query_unix_fd (source, ((LinkSource *) source)->tag);

  g_source_set_ready_time (source, -1);
  if (self->broken == NULL && condition != 0)
    {
      if (self->state == LINK_CONNECTING)
        link_on_connected (self);
      else if (self->state == LINK_SHAKING)
        link_shake_hands (self);
      else
        {
          if (condition & G_IO_OUT)
            link_write (self);
          if (condition & ~G_IO_OUT)
            link_read (self);
        }
    }
  if (self->broken != NULL)
    {
      g_autofree char *why = g_steal_pointer (&self->broken);

      link_fail (self, why);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

static void
link_watch (RedisLink *self)
{
  static GSourceFuncs funcs = { .dispatch = source_dispatch };

  LinkSource *source;

  self->source = g_source_new (&funcs, sizeof (LinkSource));
  source = (LinkSource *) self->source;
  source->link = self;
  source->tag = g_source_add_unix_fd (self->source, self->redis->fd, G_IO_OUT);
  g_source_attach (self->source, self->context);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  RedisLink *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(RedisPlace) place = redis_find_finish (result, &error);

  /* Then there may be no link any more. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  g_clear_object (&self->search);
  if (place == NULL)
    {
      link_fail (self, error->message);
      return;
    }
  link_set_state (self, LINK_CONNECTING);
  g_set_str (&self->host, place->host);
  self->redis = redisConnectNonBlock (place->address, place->port);
  if (self->redis == NULL || self->redis->err != 0)
    link_fail (self, self->redis != NULL ? self->redis->errstr : "out of memory");
  else
    link_watch (self);
}

static void
link_connect (RedisLink *self)
{
  link_set_state (self, LINK_SEARCHING);
  self->search = g_cancellable_new ();
  redis_find_async (self->address, self->tls, self->n_attempts++, self->search, on_found, self);
}

/* ---- Losing the connection -------------------------------------------------------------------------------- */

static gboolean
on_retry (gpointer data)
{
  RedisLink *self = data;

  g_clear_pointer (&self->retry, g_source_unref);
  link_connect (self);
  return G_SOURCE_REMOVE;
}

/* Longer each time, and not the same for everybody whom it left at once. */
static void
link_retry_later (RedisLink *self)
{
  guint most = MIN (LAST_DELAY_MILLISECONDS, FIRST_DELAY_MILLISECONDS << MIN (self->n_attempts, 8));

  link_set_state (self, LINK_WAITING);
  self->retry = g_timeout_source_new (g_random_int_range (most / 2, most + 1));
  g_source_set_callback (self->retry, on_retry, self, NULL);
  g_source_attach (self->retry, self->context);
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
link_drop_connection (RedisLink *self)
{
  GQueue awaited = self->awaited;
  Awaited *one;

  if (self->search != NULL)
    g_cancellable_cancel (self->search);
  g_clear_object (&self->search);
  clear_source (&self->source);
  g_clear_pointer (&self->redis, redisFree);
  g_clear_pointer (&self->broken, g_free);
  g_queue_clear_full (&self->unsent, (GDestroyNotify) g_bytes_unref);
  self->session = NULL;

  /* Told after everything is settled: they may send again, which then fails at once. */
  link_set_state (self, LINK_WAITING);
  g_queue_init (&self->awaited);
  while ((one = g_queue_peek_head (&awaited)) != NULL)
    {
      g_queue_unlink (&awaited, &one->link);
      for (guint i = 0; one->replied != NULL && i < one->n_replies; i++)
        one->replied (NULL, one->data);
      g_free (one);
    }
}

static void
link_fail (RedisLink *self, const char *why)
{
  gboolean was_up = self->state == LINK_UP;

  link_drop_connection (self);
  self->owner->gone (self, was_up, why, self->owner_data);
  link_retry_later (self);
}

/* A connection that is dead without saying so: nothing answers. */
static gboolean
on_pulse (gpointer data)
{
  RedisLink *self = data;
  gint64 patience = self->state == LINK_SEARCHING ? SEARCH_SECONDS : PATIENCE_SECONDS;
  gint64 late = g_get_monotonic_time () - patience * G_USEC_PER_SEC;
  Awaited *oldest = g_queue_peek_head (&self->awaited);

  if (self->state == LINK_UP && oldest == NULL)
    {
      redis_link_send_words (self, NULL, NULL, "PING", NULL);
      link_write (self);
    }
  else if (self->state == LINK_UP && oldest->sent < late && self->heard < late)
    redis_link_break (self, "it does not answer");
  else if (self->state != LINK_UP && self->state != LINK_WAITING && self->state_since < late)
    {
      link_fail (self, self->state == LINK_SEARCHING ? "it is not found in time"
                       : self->state == LINK_SHAKING ? "it does not answer in TLS"
                                                     : "it does not answer");
    }
  return G_SOURCE_CONTINUE;
}

RedisLink *
redis_link_new (GMainContext *context, RedisAddress *address, RedisTls *tls, const RedisLinkOwner *owner, gpointer data)
{
  RedisLink *self = g_new0 (RedisLink, 1);

  self->context = context;
  self->address = redis_address_ref (address);
  self->tls = tls != NULL ? redis_tls_ref (tls) : NULL;
  self->owner = owner;
  self->owner_data = data;
  g_queue_init (&self->unsent);
  g_queue_init (&self->awaited);
  return self;
}

void
redis_link_start (RedisLink *self)
{
  self->pulse = g_timeout_source_new (1000);
  g_source_set_callback (self->pulse, on_pulse, self, NULL);
  g_source_attach (self->pulse, self->context);
  link_connect (self);
}

void
redis_link_free (RedisLink *self)
{
  link_drop_connection (self);
  clear_source (&self->retry);
  clear_source (&self->pulse);
  redis_address_unref (self->address);
  g_clear_pointer (&self->tls, redis_tls_unref);
  g_free (self->host);
  g_free (self);
}

gboolean
redis_link_is_up (RedisLink *self)
{
  return self->state == LINK_UP;
}

gboolean
redis_link_is_searching (RedisLink *self)
{
  return self->search != NULL;
}
