/* redis-finder.c: which machine to talk to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-finder.h"

#include "protocol/confab-error.h"

/* One that is on its way down must not keep us from asking the next. */
static const struct timeval patience = { .tv_usec = 700 * 1000 };

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

static gboolean
fail_asking (const RedisEndpoint *endpoint, const char *problem, GError **error)
{
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "%s:%u: %s", endpoint->host, endpoint->port, problem);
  return FALSE;
}

/* A connection that waits for its answers. */
static redisContext *
search_connect (Search *self, const RedisEndpoint *endpoint, GError **error)
{
  g_autoptr(redisContext) connection = redisConnectWithTimeout (endpoint->host, endpoint->port, patience);
  g_autoptr(GError) tls_error = NULL;

  if (connection == NULL || connection->err != 0)
    {
      fail_asking (endpoint, connection != NULL ? connection->errstr : "out of memory", error);
      return NULL;
    }
  redisSetTimeout (connection, patience);
  if (self->tls != NULL && redis_tls_begin (self->tls, connection, endpoint->host, &tls_error) == NULL)
    {
      fail_asking (endpoint, tls_error->message, error);
      return NULL;
    }
  return g_steal_pointer (&connection);
}

static gboolean
authenticate (redisContext *connection, const RedisAddress *address)
{
  g_autoptr(redisReply) reply =
    address->user != NULL ? redisCommand (connection, "AUTH %s %s", address->user, address->password)
                          : redisCommand (connection, "AUTH %s", address->password);

  return reply != NULL && reply->type == REDIS_REPLY_STATUS;
}

/* With the password where one is wanted: a sentinel may have that of the Redis it watches, or none. */
static redisReply *
ask (redisContext *connection, const RedisAddress *address, const char **question, guint n_words)
{
  redisReply *reply = redisCommandArgv (connection, n_words, question, NULL);

  if (reply != NULL && reply->type == REDIS_REPLY_ERROR && g_str_has_prefix (reply->str, "NO")
      && address->password != NULL && authenticate (connection, address))
    {
      freeReplyObject (reply);
      reply = redisCommandArgv (connection, n_words, question, NULL);
    }
  return reply;
}

/* NULL: what came is an error, or nothing. */
static redisReply *
search_ask (Search *self, const RedisEndpoint *endpoint, const char **question, guint n_words, GError **error)
{
  g_autoptr(redisContext) connection = search_connect (self, endpoint, error);
  g_autoptr(redisReply) reply = NULL;

  if (connection == NULL)
    return NULL;
  reply = ask (connection, self->address, question, n_words);
  if (reply != NULL && reply->type != REDIS_REPLY_ERROR)
    return g_steal_pointer (&reply);
  fail_asking (endpoint, reply != NULL ? reply->str : connection->errstr, error);
  return NULL;
}

/* ---- A master, from its sentinels ------------------------------------------------------------------------- */

static gboolean
search_ask_sentinel (Search *self, const RedisEndpoint *endpoint, RedisEndpoint *master, GError **error)
{
  const char *question[] = { "SENTINEL", "get-master-addr-by-name", self->address->master };
  g_autoptr(redisReply) reply = search_ask (self, endpoint, question, G_N_ELEMENTS (question), error);

  if (reply == NULL)
    return FALSE;
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING
      || reply->element[1]->type != REDIS_REPLY_STRING)
    return fail_asking (endpoint, "it does not know that master", error);
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

/* ---- A cluster, from its nodes ---------------------------------------------------------------------------- */

static void
search_slots (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const char *question[] = { "CLUSTER", "SLOTS" };
  Search *self = task_data;
  GArray *endpoints = self->address->endpoints;
  RedisSlots *slots = NULL;
  GError *error = NULL;

  for (guint i = 0; i < endpoints->len && slots == NULL && !g_cancellable_is_cancelled (cancellable); i++)
    {
      const RedisEndpoint *endpoint = &g_array_index (endpoints, RedisEndpoint, (self->attempt + i) % endpoints->len);
      g_autoptr(redisReply) reply = NULL;

      g_clear_error (&error);
      reply = search_ask (self, endpoint, question, G_N_ELEMENTS (question), &error);
      if (reply != NULL)
        slots = redis_slots_new (reply, endpoint->host, &error);
    }
  if (slots != NULL)
    {
      g_clear_error (&error);
      g_task_return_pointer (task, slots, (GDestroyNotify) redis_slots_free);
    }
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_error_if_cancelled (task);
}

/* ---- Begin and end ---------------------------------------------------------------------------------------- */

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

static void
begin (RedisAddress *address, RedisTls *tls, guint attempt, GTaskThreadFunc func, GTask *task)
{
  Search *self = g_new (Search, 1);

  self->address = redis_address_ref (address);
  self->tls = tls != NULL ? redis_tls_ref (tls) : NULL;
  self->attempt = attempt;
  g_task_set_task_data (task, self, search_free);
  g_task_run_in_thread (task, func);
}

void
redis_find_async (RedisAddress *address, RedisTls *tls, guint attempt, GCancellable *cancellable,
                  GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, data);

  begin (address, tls, attempt, search, task);
}

RedisPlace *
redis_find_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
redis_find_slots_async (RedisAddress *address, RedisTls *tls, guint attempt, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, data);

  begin (address, tls, attempt, search_slots, task);
}

RedisSlots *
redis_find_slots_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
