/* sqlite-store.c: a store in one SQLite file: one connection that writes, and a few that read meanwhile
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/sqlite-store.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite-store-private.h"

/* More would not read faster, but wait on the same disk with more memory each. */
#define MAX_READERS 8

/* A database in memory belongs to the connection that made it, so that its readers are the writer. */
#define MEMORY ":memory:"

typedef struct
{
  Store parent;

  GMutex writing;
  SqliteConnection *writer;

  GMutex lock;            /* of the two below */
  GCond reader_returned;
  GPtrArray *idle;        /* of SqliteConnection*: the one that read last is taken first, since its cache is warm */
  guint n_readers;        /* idle and busy */

  gboolean in_memory;
  char *path;
} SqliteStore;

SqliteConnection *
sqlite_store_write (Store *store)
{
  SqliteStore *self = (SqliteStore *) store;

  g_mutex_lock (&self->writing);
  sqlite_connection_begin (self->writer);
  return self->writer;
}

static SqliteConnection *
take_reader (SqliteStore *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  while (self->idle->len == 0 && self->n_readers >= MAX_READERS)
    g_cond_wait (&self->reader_returned, &self->lock);
  if (self->idle->len > 0)
    return g_ptr_array_steal_index (self->idle, self->idle->len - 1);
  self->n_readers++;
  return sqlite_connection_new (self->path, SQLITE_CONNECTION_READER);
}

SqliteConnection *
sqlite_store_read (Store *store)
{
  SqliteStore *self = (SqliteStore *) store;
  SqliteConnection *connection = NULL;

  if (self->in_memory)
    return sqlite_store_write (store);
  connection = take_reader (self);
  sqlite_connection_begin (connection);
  return connection;
}

gboolean
sqlite_store_end (Store *store, SqliteConnection *connection, GError **error)
{
  SqliteStore *self = (SqliteStore *) store;
  gboolean succeeded = sqlite_connection_end (connection, error);

  if (connection == self->writer)
    {
      g_mutex_unlock (&self->writing);
      return succeeded;
    }
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->idle, connection);
  g_cond_signal (&self->reader_returned);
  g_mutex_unlock (&self->lock);
  return succeeded;
}

static guint
sqlite_store_get_lanes (Store *store)
{
  return 1;
}

static gboolean
sqlite_store_check (Store *store, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);

  {
    g_auto(Query) query = query_make (connection, "SELECT count (*) FROM sqlite_schema");
    query_run (&query);
  }
  return sqlite_store_end (store, connection, error);
}

static void
sqlite_store_close (Store *store)
{
  SqliteStore *self = (SqliteStore *) store;

  /* The writer last: the last connection to close carries the WAL over and removes it, which readers may not. */
  g_assert (self->idle->len == self->n_readers);
  g_clear_pointer (&self->idle, g_ptr_array_unref);
  g_clear_pointer (&self->writer, sqlite_connection_free);
  g_mutex_clear (&self->writing);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->reader_returned);
  g_free (self->path);
  g_free (self);
}

static const StoreClass sqlite_store_class = {
  .close = sqlite_store_close,
  .get_lanes = sqlite_store_get_lanes,
  .check = sqlite_store_check,
  .put_setting_once = sqlite_store_put_setting_once,
  .get_setting = sqlite_store_get_setting,
  .create_user = sqlite_store_create_user,
  .get_user = sqlite_store_get_user,
  .get_users = sqlite_store_get_users,
  .find_login = sqlite_store_find_login,
  .find_users = sqlite_store_find_users,
  .update_user = sqlite_store_update_user,
  .set_password = sqlite_store_set_password,
  .touch_users = sqlite_store_touch_users,
  .count_users = sqlite_store_count_users,
  .create_invite = sqlite_store_create_invite,
  .create_session = sqlite_store_create_session,
  .get_session = sqlite_store_get_session,
  .list_sessions = sqlite_store_list_sessions,
  .rotate_session = sqlite_store_rotate_session,
  .delete_session = sqlite_store_delete_session,
  .delete_sessions = sqlite_store_delete_sessions,
  .create_room = sqlite_store_create_room,
  .get_room = sqlite_store_get_room,
  .get_revs = sqlite_store_get_revs,
  .list_members = sqlite_store_list_members,
  .get_member = sqlite_store_get_member,
  .list_user_rooms = sqlite_store_list_user_rooms,
  .get_user_room = sqlite_store_get_user_room,
  .list_user_room_ids = sqlite_store_list_user_room_ids,
  .list_public_rooms = sqlite_store_list_public_rooms,
  .get_message = sqlite_store_get_message,
  .list_messages = sqlite_store_list_messages,
  .list_changed_messages = sqlite_store_list_changed_messages,
  .list_changed_members = sqlite_store_list_changed_members,
  .list_message_versions = sqlite_store_list_message_versions,
  .apply = sqlite_store_apply,
  .export = sqlite_store_export,
  .restore_begin = sqlite_store_restore_begin,
  .restore_put = sqlite_store_restore_put,
  .restore_finish = sqlite_store_restore_finish,
};

/* SQLite would make the file readable for others as the umask has it; it holds what people tell each other. */
static gboolean
make_file (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int file = -1;

  if (g_mkdir_with_parents (folder, 0700) == 0)
    file = g_open (path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0)
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "%s cannot be opened: %s", path, g_strerror (errno));
      return FALSE;
    }
  close (file);
  return TRUE;
}

static Store *
sqlite_store_open (const char *address, GError **error)
{
  const char *path = address + strlen ("sqlite:");
  gboolean in_memory = g_str_equal (path, MEMORY);
  SqliteStore *self = NULL;

  if (*path == '\0')
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "“%s” names no file: sqlite:PATH is meant", address);
      return NULL;
    }
  if (!in_memory && !make_file (path, error))
    return NULL;

  self = g_new0 (SqliteStore, 1);
  self->parent.klass = &sqlite_store_class;
  self->path = g_strdup (path);
  self->in_memory = in_memory;
  self->writer = sqlite_connection_new (path, SQLITE_CONNECTION_WRITER);
  self->idle = g_ptr_array_new_with_free_func ((GDestroyNotify) sqlite_connection_free);
  g_mutex_init (&self->writing);
  g_mutex_init (&self->lock);
  g_cond_init (&self->reader_returned);

  if (!schema_migrate (self->writer, path, schema_migrations, schema_n_migrations, error))
    {
      sqlite_store_close (&self->parent);
      return NULL;
    }
  return &self->parent;
}

const StoreBackend sqlite_store_backend = { .scheme = "sqlite", .open = sqlite_store_open };
