/* confab-database.c: the cache's SQLite file: opening it, its schema, its statements
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-cache-private.h"

#include <gio/gio.h>

/* One entry per version; never change one that was released, add the next. user_version says how many there were. */
static const char * const schema_steps[] = {
  "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE rooms (id TEXT PRIMARY KEY, room TEXT, draft TEXT, muted INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
  "CREATE TABLE messages (room_id TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, rev INTEGER NOT NULL,"
  " message TEXT NOT NULL, PRIMARY KEY (room_id, seq)) WITHOUT ROWID;"
  "CREATE TABLE members (room_id TEXT NOT NULL, user_id TEXT NOT NULL, received_seq INTEGER NOT NULL DEFAULT 0,"
  " read_seq INTEGER NOT NULL DEFAULT 0, member TEXT NOT NULL, PRIMARY KEY (room_id, user_id)) WITHOUT ROWID;"
  "CREATE TABLE outbox (position INTEGER PRIMARY KEY AUTOINCREMENT, client_id TEXT NOT NULL UNIQUE,"
  " room_id TEXT NOT NULL, content TEXT NOT NULL, reply_to TEXT, failure TEXT, timestamp INTEGER NOT NULL);",
};

void
confab_database_set_error (ConfabDatabase *self, GError **error)
{
  g_set_error (error, g_quark_from_static_string ("confab-cache"), sqlite3_errcode (self->handle), "The cache: %s",
               sqlite3_errmsg (self->handle));
}

gboolean
confab_database_is_broken (const GError *error)
{
  return error->domain == g_quark_from_static_string ("confab-cache")
         && (error->code == SQLITE_CORRUPT || error->code == SQLITE_NOTADB);
}

gboolean
confab_database_run (ConfabDatabase *self, const char *sql, GError **error)
{
  if (sqlite3_exec (self->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  confab_database_set_error (self, error);
  return FALSE;
}

sqlite3_stmt *
confab_database_prepare (ConfabDatabase *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);

  if (statement != NULL)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
      return statement;
    }
  if (sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    {
      confab_database_set_error (self, error);
      return NULL;
    }
  g_hash_table_insert (self->statements, (gpointer) sql, statement);
  return statement;
}

static gboolean
confab_database_get_version (ConfabDatabase *self, guint *version, GError **error)
{
  sqlite3_stmt *statement = confab_database_prepare (self, "PRAGMA user_version", error);

  if (statement == NULL)
    return FALSE;
  if (sqlite3_step (statement) != SQLITE_ROW)
    {
      confab_database_set_error (self, error);
      return FALSE;
    }
  *version = sqlite3_column_int (statement, 0);
  sqlite3_reset (statement);
  return TRUE;
}

static gboolean
confab_database_migrate (ConfabDatabase *self, GError **error)
{
  guint version = 0;

  if (!confab_database_get_version (self, &version, error))
    return FALSE;
  if (version > G_N_ELEMENTS (schema_steps))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "The cache was made by a newer version of Confab");
      return FALSE;
    }
  for (; version < G_N_ELEMENTS (schema_steps); version++)
    {
      g_autofree char *sql =
        g_strdup_printf ("BEGIN IMMEDIATE; %s PRAGMA user_version = %u; COMMIT;", schema_steps[version], version + 1);

      if (!confab_database_run (self, sql, error))
        {
          confab_database_run (self, "ROLLBACK", NULL);
          return FALSE;
        }
    }
  return TRUE;
}

ConfabDatabase *
confab_database_open (const char *path, GError **error)
{
  ConfabDatabase *self = g_new0 (ConfabDatabase, 1);
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

  self->statements = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, (GDestroyNotify) sqlite3_finalize);
  if (sqlite3_open_v2 (path, &self->handle, flags, NULL) != SQLITE_OK)
    confab_database_set_error (self, error);
  /* Exclusive: two processes on one profile would send the outbox twice. */
  else if (confab_database_run (self, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
                                      "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON", error)
           && confab_database_migrate (self, error))
    return self;

  confab_database_close (self);
  return NULL;
}

void
confab_database_close (ConfabDatabase *self)
{
  g_hash_table_unref (self->statements);
  sqlite3_close (self->handle);
  g_free (self);
}
