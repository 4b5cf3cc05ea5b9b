/* connections.c: the connections to MongoDB, and new ones when nothing would come of the old
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libmongoc looks after the members of the replica set that it knows of. One that says it is in no replica set, or in
 * another, is no member any more and is not looked after again, until a member names it. When that was the last one,
 * nobody is left to name any, and that stays so after the server is a member again: it was started alone for
 * maintenance, or answered half while it went down. The address still says where to begin.
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/connections.h"

#include "store/mongodb/trouble.h"

struct _ConnectionPool
{
  gatomicrefcount refs;
  Connections *owner;
  mongoc_client_pool_t *clients;
  gint has_servers;           /* atomic */
};

struct _Connections
{
  mongoc_uri_t *uri;
  GMutex mutex;
  ConnectionPool *pool;       /* under mutex */
  GThreadPool *ending;
};

/* On a thread of libmongoc's. */
static void
servers_changed (const mongoc_apm_topology_changed_t *event)
{
  ConnectionPool *self = mongoc_apm_topology_changed_get_context (event);
  size_t count = 0;
  mongoc_server_description_t **servers =
    mongoc_topology_description_get_servers (mongoc_apm_topology_changed_get_new_description (event), &count);

  mongoc_server_descriptions_destroy_all (servers, count);
  g_atomic_int_set (&self->has_servers, count > 0);
}

static void
watch_servers (ConnectionPool *self)
{
  mongoc_apm_callbacks_t *callbacks = mongoc_apm_callbacks_new ();

  mongoc_apm_set_topology_changed_cb (callbacks, servers_changed);
  mongoc_client_pool_set_apm_callbacks (self->clients, callbacks, self);
  mongoc_apm_callbacks_destroy (callbacks);
}

static ConnectionPool *
connection_pool_new (Connections *owner, GError **error)
{
  ConnectionPool *self = NULL;
  bson_error_t problem = { 0 };
  mongoc_client_pool_t *clients = mongoc_client_pool_new_with_error (owner->uri, &problem);

  if (clients == NULL)
    {
      g_propagate_error (error, mongodb_trouble_new (&problem));
      return NULL;
    }
  self = g_new0 (ConnectionPool, 1);
  g_atomic_ref_count_init (&self->refs);
  self->owner = owner;
  self->clients = clients;
  self->has_servers = TRUE;
  mongoc_client_pool_set_error_api (clients, MONGOC_ERROR_API_VERSION_2);
  watch_servers (self);
  return self;
}

/* Tells MongoDB of the sessions that end, and waits for that as long as for a server. */
static void
connection_pool_free (gpointer data, gpointer user_data)
{
  ConnectionPool *self = data;

  mongoc_client_pool_destroy (self->clients);
  g_free (self);
}

static void
connection_pool_unref (ConnectionPool *self)
{
  if (g_atomic_ref_count_dec (&self->refs))
    g_thread_pool_push (self->owner->ending, self, NULL);
}

Connections *
connections_new (const mongoc_uri_t *uri, GError **error)
{
  Connections *self = g_new0 (Connections, 1);

  self->uri = mongoc_uri_copy (uri);
  g_mutex_init (&self->mutex);
  self->ending = g_thread_pool_new (connection_pool_free, NULL, 1, FALSE, NULL);
  self->pool = connection_pool_new (self, error);
  if (self->pool == NULL)
    g_clear_pointer (&self, connections_free);
  return self;
}

void
connections_free (Connections *self)
{
  if (self->pool != NULL)
    connection_pool_unref (self->pool);
  g_thread_pool_free (self->ending, FALSE, TRUE);
  g_mutex_clear (&self->mutex);
  mongoc_uri_destroy (self->uri);
  g_free (self);
}

static ConnectionPool *
get_pool (Connections *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_atomic_ref_count_inc (&self->pool->refs);
  return self->pool;
}

/* Whoever comes first has its pool put in the place of the old one, which ends after the last call that uses it. */
static void
start_over (Connections *self, ConnectionPool *old)
{
  g_autoptr(GError) error = NULL;
  ConnectionPool *pool = connection_pool_new (self, &error);

  if (pool == NULL)
    {
      g_info ("Cannot connect to MongoDB anew: %s", error->message);
      return;
    }
  g_mutex_lock (&self->mutex);
  if (self->pool == old)
    {
      self->pool = pool;
      pool = old;
      g_info ("No server of MongoDB's replica set is left; it is looked for anew, as the address says");
    }
  g_mutex_unlock (&self->mutex);
  connection_pool_unref (pool);
}

mongoc_client_t *
connections_take (Connections *self, ConnectionPool **pool)
{
  *pool = get_pool (self);
  if (!g_atomic_int_get (&(*pool)->has_servers))
    {
      start_over (self, *pool);
      connection_pool_unref (*pool);
      *pool = get_pool (self);
    }
  return mongoc_client_pool_pop ((*pool)->clients);
}

void
connections_give_back (ConnectionPool *pool, mongoc_client_t *client)
{
  if (client != NULL)
    mongoc_client_pool_push (pool->clients, client);
  connection_pool_unref (pool);
}
