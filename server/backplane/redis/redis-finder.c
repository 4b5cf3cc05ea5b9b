/* redis-finder.c: which machine to talk to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-finder.h"

#include "protocol/confab-error.h"

/* One that is on its way down must not keep us from asking the next. */
static const struct timeval sentinel_patience = { .tv_usec = 700 * 1000 };

typedef struct
{
  RedisAddress *address;
  RedisTls *tls;
  guint attempt;
} Search;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (redisContext, redisFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (redisReply, freeReplyObject)

void
redis_place_free (RedisPlace *self)
{
  g_free (self->host);
  g_free (self->address);
  g_free (self);
}

static void
search_free (gpointer data)
{
  Search *self = data;

  redis_address_unref (self->address);
  g_clear_pointer (&self->tls, redis_tls_unref);
  g_free (self);
}

static RedisPlace *
search_resolve (Search *self, const char *host, guint16 port, GCancellable *cancellable, GError **error)
{
  g_autoptr(GResolver) resolver = g_resolver_get_default ();
  GList *addresses = g_resolver_lookup_by_name (resolver, host, cancellable, error);
  RedisPlace *place;

  if (addresses == NULL)
    return NULL;
  place = g_new (RedisPlace, 1);
  place->host = g_strdup (host);
  place->address = g_inet_address_to_string (g_list_nth_data (addresses, self->attempt % g_list_length (addresses)));
  place->port = port;
  g_resolver_free_addresses (addresses);
  return place;
}

/* A sentinel may have the password of the Redis it watches, or none. */
static gboolean
sentinel_authenticate (redisContext *sentinel, const RedisAddress *address)
{
  g_autoptr(redisReply) reply =
    address->user != NULL ? redisCommand (sentinel, "AUTH %s %s", address->user, address->password)
                          : redisCommand (sentinel, "AUTH %s", address->password);

  return reply != NULL && reply->type == REDIS_REPLY_STATUS;
}

static redisReply *
sentinel_ask (redisContext *sentinel, const RedisAddress *address)
{
  redisReply *reply = redisCommand (sentinel, "SENTINEL get-master-addr-by-name %s", address->master);

  if (reply != NULL && reply->type == REDIS_REPLY_ERROR && g_str_has_prefix (reply->str, "NOAUTH")
      && address->password != NULL && sentinel_authenticate (sentinel, address))
    {
      freeReplyObject (reply);
      reply = redisCommand (sentinel, "SENTINEL get-master-addr-by-name %s", address->master);
    }
  return reply;
}

static gboolean
fail_sentinel (const RedisEndpoint *endpoint, const char *problem, GError **error)
{
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "sentinel %s:%u: %s", endpoint->host, endpoint->port,
               problem);
  return FALSE;
}

static gboolean
search_ask_sentinel (Search *self, const RedisEndpoint *endpoint, RedisEndpoint *master, GError **error)
{
  g_autoptr(redisContext) sentinel = redisConnectWithTimeout (endpoint->host, endpoint->port, sentinel_patience);
  g_autoptr(redisReply) reply = NULL;
  g_autoptr(GError) tls_error = NULL;

  if (sentinel == NULL || sentinel->err != 0)
    return fail_sentinel (endpoint, sentinel != NULL ? sentinel->errstr : "out of memory", error);
  redisSetTimeout (sentinel, sentinel_patience);
  if (self->tls != NULL && redis_tls_begin (self->tls, sentinel, endpoint->host, &tls_error) == NULL)
    return fail_sentinel (endpoint, tls_error->message, error);
  reply = sentinel_ask (sentinel, self->address);
  if (reply == NULL)
    return fail_sentinel (endpoint, sentinel->errstr, error);
  if (reply->type == REDIS_REPLY_ERROR)
    return fail_sentinel (endpoint, reply->str, error);
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING
      || reply->element[1]->type != REDIS_REPLY_STRING)
    return fail_sentinel (endpoint, "it does not know that master", error);
  master->host = g_strdup (reply->element[0]->str);
  master->port = g_ascii_strtoull (reply->element[1]->str, NULL, 10);
  return TRUE;
}

static RedisPlace *
search_ask_sentinels (Search *self, GCancellable *cancellable, GError **error)
{
  GArray *sentinels = self->address->endpoints;

  for (guint i = 0; i < sentinels->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      const RedisEndpoint *endpoint = &g_array_index (sentinels, RedisEndpoint,
                                                      (self->attempt + i) % sentinels->len);
      RedisEndpoint master = { NULL };
      RedisPlace *place;

      g_clear_error (error);
      if (!search_ask_sentinel (self, endpoint, &master, error))
        continue;
      place = search_resolve (self, master.host, master.port, cancellable, error);
      g_free (master.host);
      if (place != NULL)
        return place;
    }
  if (error != NULL && *error == NULL)
    g_cancellable_set_error_if_cancelled (cancellable, error);
  return NULL;
}

static void
search (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Search *self = task_data;
  GArray *endpoints = self->address->endpoints;
  const RedisEndpoint *endpoint = &g_array_index (endpoints, RedisEndpoint, self->attempt % endpoints->len);
  RedisPlace *place = NULL;
  GError *error = NULL;

  if (self->address->kind == REDIS_SENTINEL)
    place = search_ask_sentinels (self, cancellable, &error);
  else
    place = search_resolve (self, endpoint->host, endpoint->port, cancellable, &error);
  if (place != NULL)
    g_task_return_pointer (task, place, (GDestroyNotify) redis_place_free);
  else
    g_task_return_error (task, error);
}

void
redis_find_async (RedisAddress *address, RedisTls *tls, guint attempt, GCancellable *cancellable,
                  GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, data);
  Search *self = g_new (Search, 1);

  self->address = redis_address_ref (address);
  self->tls = tls != NULL ? redis_tls_ref (tls) : NULL;
  self->attempt = attempt;
  g_task_set_task_data (task, self, search_free);
  g_task_set_static_name (task, "find-redis");
  g_task_run_in_thread (task, search);
}

RedisPlace *
redis_find_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
