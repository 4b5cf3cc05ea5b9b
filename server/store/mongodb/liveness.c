/* liveness.c: tells other servers that this one is alive, and ends the transactions of those that are not any more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/liveness.h"

#include "protocol/confab-ulid.h"
#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-store-private.h"

#define BEAT (G_TIME_SPAN_SECOND / 2)
#define DEAD_AFTER 2000                       /* milliseconds */
#define FORGOTTEN_AFTER (60 * 60 * 1000)      /* long after MongoDB itself has ended its transactions */
/* One is lost with each connection that breaks; more than this are never in use at a time. */
#define SESSIONS 200

struct _Liveness
{
  Store *store;
  char *id;                 /* of this server in the collection */
  GThread *thread;          /* NULL until the first transaction */
  GMutex mutex;
  GCond cond;
  GHashTable *sessions;     /* of GBytes: those that are written down; under mutex, like the rest */
  gboolean closing;
};

static bson_t *
make_filter (Liveness *self)
{
  return BCON_NEW ("_id", BCON_UTF8 (self->id));
}

static gint64
beat (Liveness *self, MongodbCall *call)
{
  return mongodb_call_update_one (call, MONGODB_SERVERS, make_filter (self),
                                  BCON_NEW ("$currentDate", "{", "seenAt", BCON_BOOL (true), "}"), NULL);
}

/* Somebody took this server for one that is long gone: its sessions are written down again when they are next used. */
static void
start_over (Liveness *self)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_remove_all (self->sessions);
  g_mutex_unlock (&self->mutex);
}

static void
beat_once (Liveness *self)
{
  MongodbCall *call = mongodb_store_begin (self->store);
  g_autoptr(GError) error = NULL;
  gint64 there = beat (self, call);

  if (!mongodb_store_end (self->store, call, &error))
    g_debug ("Cannot tell that this server is alive: %s", error->message);
  else if (there == 0)
    start_over (self);
}

static gpointer
run (gpointer data)
{
  Liveness *self = data;

  g_mutex_lock (&self->mutex);
  while (!self->closing)
    {
      gint64 next = g_get_monotonic_time () + BEAT;

      while (!self->closing && g_cond_wait_until (&self->cond, &self->mutex, next))
        continue;
      if (self->closing)
        break;
      g_mutex_unlock (&self->mutex);
      beat_once (self);
      g_mutex_lock (&self->mutex);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

Liveness *
liveness_new (Store *store)
{
  Liveness *self = g_new0 (Liveness, 1);

  self->store = store;
  self->id = confab_ulid_new ();
  self->sessions = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  return self;
}

static void
say_goodbye (Liveness *self)
{
  MongodbCall *call = mongodb_store_begin (self->store);
  g_autoptr(GError) error = NULL;

  mongodb_call_delete (call, MONGODB_SERVERS, make_filter (self));
  if (!mongodb_store_end (self->store, call, &error))
    g_debug ("Cannot tell that this server ends: %s", error->message);
}

void
liveness_free (Liveness *self)
{
  g_mutex_lock (&self->mutex);
  self->closing = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  if (self->thread != NULL)
    {
      g_thread_join (self->thread);
      say_goodbye (self);
    }
  g_hash_table_unref (self->sessions);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->id);
  g_free (self);
}

static GBytes *
get_session_id (const mongoc_client_session_t *session)
{
  const guint8 *data = NULL;
  guint32 size = 0;
  bson_iter_t iter;

  if (bson_iter_init_find (&iter, mongoc_client_session_get_lsid (session), "id") && BSON_ITER_HOLDS_BINARY (&iter))
    bson_iter_binary (&iter, NULL, &size, &data);
  return g_bytes_new (data, size);
}

static void
append_session_id (bson_t *document, const char *name, GBytes *id)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (id, &size);

  bson_append_binary (document, name, -1, BSON_SUBTYPE_UUID, data, size);
}

static void
write_down (Liveness *self, MongodbCall *call, GBytes *id)
{
  g_auto(bson_t) list = BSON_INITIALIZER;

  append_session_id (&list, "0", id);
  mongodb_call_update_one (call, MONGODB_SERVERS, make_filter (self),
                           BCON_NEW ("$currentDate", "{", "seenAt", BCON_BOOL (true), "}",
                                     "$push", "{", "sessions", "{", "$each", BCON_ARRAY (&list),
                                     "$slice", BCON_INT32 (-SESSIONS), "}", "}"),
                           BCON_NEW ("upsert", BCON_BOOL (true)));
}

/* Whether it is new. */
static gboolean
remember (Liveness *self, GBytes *id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (g_hash_table_contains (self->sessions, id))
    return FALSE;
  if (g_hash_table_size (self->sessions) >= SESSIONS / 2)
    g_hash_table_remove_all (self->sessions);
  g_hash_table_add (self->sessions, g_bytes_ref (id));
  if (self->thread == NULL)
    self->thread = g_thread_new ("liveness", run, self);
  return TRUE;
}

static void
forget (Liveness *self, GBytes *id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_hash_table_remove (self->sessions, id);
}

void
liveness_register (Liveness *self, MongodbCall *call, const mongoc_client_session_t *session)
{
  g_autoptr(GBytes) id = get_session_id (session);

  if (!remember (self, id))
    return;
  write_down (self, call, id);
  if (mongodb_call_has_failed (call))
    forget (self, id);
}

/* What MongoDB's clock says; 0 when it does not answer. */
static gint64
ask_time (MongodbCall *call)
{
  g_auto(bson_t) reply = BSON_INITIALIZER;
  bson_iter_t iter;

  if (!mongodb_call_run (call, "admin", BCON_NEW ("hello", BCON_INT32 (1)), &reply) ||
      !bson_iter_init_find (&iter, &reply, "localTime"))
    return 0;
  return bson_iter_date_time (&iter);
}

static void
append_sessions (bson_array_builder_t *list, const bson_t *server)
{
  bson_iter_t array;
  bson_iter_t iter;

  if (!bson_iter_init_find (&array, server, "sessions") || !bson_iter_recurse (&array, &iter))
    return;
  while (bson_iter_next (&iter))
    {
      bson_t element;

      bson_array_builder_append_document_begin (list, &element);
      bson_append_iter (&element, "id", -1, &iter);
      bson_array_builder_append_document_end (list, &element);
    }
}

/* NULL when there are none: to MongoDB an empty list means all sessions there are. */
static bson_t *
make_kill_command (MongodbCall *call, gint64 now)
{
  g_autoptr(bson_t) command = bson_new ();
  bson_array_builder_t *list = NULL;
  const bson_t *server = NULL;
  gboolean any = FALSE;
  g_auto(MongodbAnswer) answer =
    mongodb_call_find (call, MONGODB_SERVERS,
                       BCON_NEW ("seenAt", "{", "$lt", BCON_DATE_TIME (now - DEAD_AFTER), "}",
                                 "sessions.0", "{", "$exists", BCON_BOOL (true), "}"), NULL);

  BSON_APPEND_ARRAY_BUILDER_BEGIN (command, "killSessions", &list);
  while ((server = mongodb_answer_next (&answer)) != NULL)
    {
      append_sessions (list, server);
      any = TRUE;
    }
  bson_append_array_builder_end (command, list);
  return any ? g_steal_pointer (&command) : NULL;
}

void
liveness_end_dead (Liveness *self, MongodbCall *call)
{
  gint64 now = ask_time (call);
  bson_t *command = now != 0 ? make_kill_command (call, now) : NULL;
  g_auto(bson_t) reply = BSON_INITIALIZER;

  if (command == NULL || !mongodb_call_run (call, "admin", command, &reply))
    return;
  mongodb_call_delete (call, MONGODB_SERVERS,
                       BCON_NEW ("seenAt", "{", "$lt", BCON_DATE_TIME (now - FORGOTTEN_AFTER), "}"));
}
