/* mongodb-store.c: a store in a MongoDB that any number of servers share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/mongodb-store.h"

#include "store/mongodb/address.h"
#include "store/mongodb/connections.h"
#include "store/mongodb/mongodb-store-private.h"
#include "store/mongodb/schema.h"
#include "store/mongodb/sweeper.h"
#include "store/mongodb/trouble.h"

/* A lane mostly waits for the answers of its transaction, and lanes of one server never write to the same room. Of 1,
 * 2, 4 and 8 lanes, 4 took the most appends one by one and in small batches, and no fewer than 8 in large ones. */
#define LANES 4

typedef struct
{
  Store parent;
  Connections *connections;
  char *database;
  gint32 socket_timeout;
  Liveness *liveness;
  Sweeper *sweeper;
} MongodbStore;

MongodbCall *
mongodb_store_begin (Store *store)
{
  MongodbStore *self = (MongodbStore *) store;
  MongodbCall *call = g_new0 (MongodbCall, 1);

  call->database = self->database;
  call->client = connections_take (self->connections, &call->pool);
  if (call->client == NULL)
    mongodb_call_take_error (call, mongodb_trouble_new_unavailable ("All connections to MongoDB are busy"));
  return call;
}

gboolean
mongodb_store_end (Store *store, MongodbCall *call, GError **error)
{
  MongodbStore *self = (MongodbStore *) store;
  gboolean succeeded = call->error == NULL;

  if (call->patient && call->client != NULL)
    mongoc_client_set_sockettimeoutms (call->client, self->socket_timeout);
  connections_give_back (call->pool, call->client);
  if (!succeeded)
    g_propagate_error (error, g_steal_pointer (&call->error));
  g_free (call);
  return succeeded;
}

void
mongodb_store_sweep (Store *store)
{
  sweeper_wake (((MongodbStore *) store)->sweeper);
}

Liveness *
mongodb_store_get_liveness (Store *store)
{
  return ((MongodbStore *) store)->liveness;
}

static guint
mongodb_store_get_lanes (Store *store)
{
  return LANES;
}

static gboolean
mongodb_store_check (Store *store, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_auto(bson_t) reply = BSON_INITIALIZER;

  mongodb_call_run (call, call->database, BCON_NEW ("ping", BCON_INT32 (1)), &reply);
  return mongodb_store_end (store, call, error);
}

static void
mongodb_store_close (Store *store)
{
  MongodbStore *self = (MongodbStore *) store;

  g_clear_pointer (&self->sweeper, sweeper_free);
  g_clear_pointer (&self->liveness, liveness_free);
  g_clear_pointer (&self->connections, connections_free);
  g_free (self->database);
  g_free (self);
}

static const StoreClass mongodb_store_class = {
  .close = mongodb_store_close,
  .get_lanes = mongodb_store_get_lanes,
  .check = mongodb_store_check,
  .put_setting_once = mongodb_store_put_setting_once,
  .get_setting = mongodb_store_get_setting,
  .create_user = mongodb_store_create_user,
  .get_user = mongodb_store_get_user,
  .get_users = mongodb_store_get_users,
  .find_login = mongodb_store_find_login,
  .find_users = mongodb_store_find_users,
  .update_user = mongodb_store_update_user,
  .set_password = mongodb_store_set_password,
  .touch_users = mongodb_store_touch_users,
  .count_users = mongodb_store_count_users,
  .create_invite = mongodb_store_create_invite,
  .create_session = mongodb_store_create_session,
  .get_session = mongodb_store_get_session,
  .list_sessions = mongodb_store_list_sessions,
  .rotate_session = mongodb_store_rotate_session,
  .delete_session = mongodb_store_delete_session,
  .delete_sessions = mongodb_store_delete_sessions,
  .create_room = mongodb_store_create_room,
  .get_room = mongodb_store_get_room,
  .get_revs = mongodb_store_get_revs,
  .list_members = mongodb_store_list_members,
  .get_member = mongodb_store_get_member,
  .list_user_rooms = mongodb_store_list_user_rooms,
  .get_user_room = mongodb_store_get_user_room,
  .list_user_room_ids = mongodb_store_list_user_room_ids,
  .list_public_rooms = mongodb_store_list_public_rooms,
  .get_message = mongodb_store_get_message,
  .list_messages = mongodb_store_list_messages,
  .list_changed_messages = mongodb_store_list_changed_messages,
  .list_changed_members = mongodb_store_list_changed_members,
  .list_message_versions = mongodb_store_list_message_versions,
  .apply = mongodb_store_apply,
  .export = mongodb_store_export,
  .restore_begin = mongodb_store_restore_begin,
  .restore_put = mongodb_store_restore_put,
  .restore_finish = mongodb_store_restore_finish,
};

/* What libmongoc has to say goes where everything else goes. Its worst are connections that broke, which the calls
 * that needed them report. */
static void
log_message (mongoc_log_level_t level, const char *domain, const char *message, void *data)
{
  g_debug ("%s: %s", domain, message);
}

static void
init_library (void)
{
  static gsize once = 0;

  if (!g_once_init_enter (&once))
    return;
  mongoc_log_set_handler (log_message, NULL);
  mongoc_init ();
  g_once_init_leave (&once, 1);
}

/* A server alone has no transactions, and without them a later change of a room could show before an earlier one. */
static void
check_transactions (MongodbCall *call)
{
  g_auto(bson_t) reply = BSON_INITIALIZER;
  bson_iter_t iter;

  if (!mongodb_call_run (call, "admin", BCON_NEW ("hello", BCON_INT32 (1)), &reply))
    return;
  if (bson_iter_init_find (&iter, &reply, "setName") ||
      (bson_iter_init_find (&iter, &reply, "msg") && BSON_ITER_HOLDS_UTF8 (&iter)))
    return;
  mongodb_call_fail (call, CONFAB_ERROR_BAD_REQUEST,
                     "This MongoDB is a single server, which has no transactions. Make it a replica set of one: start"
                     " mongod with --replSet confab, run rs.initiate() in mongosh once, and add"
                     " ?replicaSet=confab to the address");
}

static Store *
make_store (const mongoc_uri_t *uri, GError **error)
{
  MongodbStore *self = NULL;
  Connections *connections = connections_new (uri, error);

  if (connections == NULL)
    return NULL;
  self = g_new0 (MongodbStore, 1);
  self->parent.klass = &mongodb_store_class;
  self->connections = connections;
  self->database = g_strdup (mongodb_address_get_database (uri));
  self->socket_timeout = mongoc_uri_get_option_as_int32 (uri, MONGOC_URI_SOCKETTIMEOUTMS, 0);
  self->liveness = liveness_new (&self->parent);
  return &self->parent;
}

static Store *
mongodb_store_open (const char *address, GError **error)
{
  g_autoptr(mongoc_uri_t) uri = NULL;
  g_autoptr(Store) store = NULL;
  MongodbCall *call = NULL;

  init_library ();
  uri = mongodb_address_parse (address, error);
  store = uri != NULL ? make_store (uri, error) : NULL;
  if (store == NULL)
    return NULL;
  call = mongodb_store_begin (store);
  check_transactions (call);
  mongodb_migrate (call, mongodb_migrations, mongodb_n_migrations);
  if (!mongodb_store_end (store, call, error))
    {
      g_autofree char *place = mongodb_address_describe (uri);

      g_prefix_error (error, "%s: ", place);
      return NULL;
    }
  ((MongodbStore *) store)->sweeper = sweeper_new (store);
  return g_steal_pointer (&store);
}

static gboolean
mongodb_store_check_address (const char *address, GError **error)
{
  g_autoptr(mongoc_uri_t) uri = NULL;

  init_library ();
  uri = mongodb_address_parse (address, error);
  return uri != NULL;
}

const StoreBackend mongodb_store_backend = {
  .scheme = "mongodb",
  .open = mongodb_store_open,
  .check_address = mongodb_store_check_address,
  .remote = TRUE,
};

const StoreBackend mongodb_srv_store_backend = {
  .scheme = "mongodb+srv",
  .open = mongodb_store_open,
  .check_address = mongodb_store_check_address,
  .remote = TRUE,
};
