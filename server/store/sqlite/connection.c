/* connection.c: one connection to the database file, and the one transaction that is open on it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/connection.h"

#define BUSY_TIMEOUT 5000         /* milliseconds that another process may hold the database */
#define BUSY_PAUSE 5              /* milliseconds */
#define RETRY_AFTER 1.0           /* seconds: what clients are told when it did not answer */
#define READER_CACHE "4000"       /* KiB per connection */
#define WRITER_CACHE "32000"

struct _Connection
{
  char *path;
  SqliteConnectionKind kind;
  sqlite3 *database;      /* NULL: not open */
  GHashTable *statements; /* address of the SQL literal → sqlite3_stmt* */
  GError *error;          /* of the transaction that is open */
  gboolean lost;          /* the error was of the kind that a new connection may cure */
};

/* What an acknowledgement rests on is synchronous=FULL: a commit is on the disk before it is answered.
 * secure_delete makes deleted texts unreadable in the file, too (in the WAL they stay until it is carried over and
 * written anew). The WAL is carried over into the database every 16 MiB rather than every 4, since each time costs two
 * more syncs. */
static const char writer_settings[] =
  "PRAGMA synchronous = FULL;"
  "PRAGMA foreign_keys = ON;"
  "PRAGMA secure_delete = ON;"
  "PRAGMA trusted_schema = OFF;"
  "PRAGMA temp_store = MEMORY;"
  "PRAGMA wal_autocheckpoint = 4000;"
  "PRAGMA journal_size_limit = 67108864;"
  "PRAGMA cache_size = -" WRITER_CACHE ";";

static const char reader_settings[] =
  "PRAGMA query_only = ON;"
  "PRAGMA trusted_schema = OFF;"
  "PRAGMA temp_store = MEMORY;"
  "PRAGMA cache_size = -" READER_CACHE ";";

static const char *
explain (int result)
{
  switch (result & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return "The database is held by another process; try again in a moment";
    case SQLITE_FULL:
      return "The disk that holds the database is full";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "The database file is damaged or no database; restore it from a backup";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "The database may not be written to; check the rights of its file and folder";
    case SQLITE_CANTOPEN:
      return "The database file cannot be opened; check that its folder is there and its rights";
    case SQLITE_IOERR:
      return "The disk that holds the database does not answer";
    case SQLITE_NOMEM:
      return "There is not enough memory for the database";
    default:
      return NULL;
    }
}

/* After these the connection is opened anew: the file may have been put back, or what is remembered of it be wrong. */
static gboolean
loses_connection (int result)
{
  switch (result & 0xff)
    {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
      return TRUE;
    default:
      return FALSE;
    }
}

void
sqlite_connection_take_error (SqliteConnection *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}

void
sqlite_connection_fail (SqliteConnection *self, ConfabError code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  sqlite_connection_take_error (self, g_error_new_valist (CONFAB_ERROR, code, format, arguments));
  va_end (arguments);
}

void
sqlite_connection_fail_with (SqliteConnection *self, int result)
{
  const char *words = explain (result);
  GError *error = NULL;

  if (self->error != NULL)
    return;
  if (words != NULL)
    {
      error = g_error_new (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "%s (SQLite %d)", words, result);
      confab_error_set_retry_after (error, RETRY_AFTER);
    }
  else
    error = g_error_new (CONFAB_ERROR, CONFAB_ERROR_INTERNAL, "The database refused a statement: %s",
                         self->database != NULL ? sqlite3_errmsg (self->database) : sqlite3_errstr (result));
  self->lost |= loses_connection (result);
  sqlite_connection_take_error (self, error);
}

gboolean
sqlite_connection_has_failed (SqliteConnection *self)
{
  return self->error != NULL;
}

static void
sqlite_connection_close (SqliteConnection *self)
{
  g_hash_table_remove_all (self->statements);
  g_clear_pointer (&self->database, sqlite3_close);
  self->lost = FALSE;
}

gboolean
sqlite_connection_open (SqliteConnection *self)
{
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int result = SQLITE_OK;

  if (self->database != NULL || self->error != NULL)
    return self->error == NULL;

  result = sqlite3_open_v2 (self->path, &self->database, flags, NULL);
  if (result != SQLITE_OK)
    {
      sqlite_connection_fail_with (self, result);
      sqlite_connection_close (self);
      return FALSE;
    }
  sqlite3_busy_timeout (self->database, BUSY_TIMEOUT);
  sqlite3_db_config (self->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  if (!sqlite_connection_execute (self, self->kind == SQLITE_CONNECTION_WRITER ? writer_settings : reader_settings))
    sqlite_connection_close (self);
  return self->error == NULL;
}

SqliteConnection *
sqlite_connection_new (const char *path, SqliteConnectionKind kind)
{
  SqliteConnection *self = g_new0 (SqliteConnection, 1);

  self->path = g_strdup (path);
  self->kind = kind;
  self->statements = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) sqlite3_finalize);
  return self;
}

void
sqlite_connection_free (SqliteConnection *self)
{
  sqlite_connection_close (self);
  g_hash_table_unref (self->statements);
  g_clear_error (&self->error);
  g_free (self->path);
  g_free (self);
}

static gboolean
sqlite_connection_execute_until (SqliteConnection *self, const char *sql, gint64 deadline)
{
  int result = SQLITE_OK;

  if (self->error != NULL)
    return FALSE;
  result = sqlite3_exec (self->database, sql, NULL, NULL, NULL);
  while ((result & 0xff) == SQLITE_BUSY && g_get_monotonic_time () < deadline)
    {
      g_usleep (BUSY_PAUSE * G_TIME_SPAN_MILLISECOND);
      result = sqlite3_exec (self->database, sql, NULL, NULL, NULL);
    }
  if (result != SQLITE_OK)
    sqlite_connection_fail_with (self, result);
  return result == SQLITE_OK;
}

gboolean
sqlite_connection_execute (SqliteConnection *self, const char *sql)
{
  return sqlite_connection_execute_until (self, sql, 0);
}

gboolean
sqlite_connection_execute_patiently (SqliteConnection *self, const char *sql)
{
  return sqlite_connection_execute_until (self, sql, g_get_monotonic_time () + BUSY_TIMEOUT * G_TIME_SPAN_MILLISECOND);
}

void
sqlite_connection_begin (SqliteConnection *self)
{
  g_assert (self->error == NULL);

  sqlite_connection_open (self);
  /* A writer takes the lock at once: a transaction that began by reading could find itself too late to write. */
  sqlite_connection_execute (self, self->kind == SQLITE_CONNECTION_WRITER ? "BEGIN IMMEDIATE" : "BEGIN");
}

gboolean
sqlite_connection_end (SqliteConnection *self, GError **error)
{
  if (self->database != NULL && !sqlite3_get_autocommit (self->database))
    sqlite_connection_execute (self, "COMMIT");
  if (self->error == NULL)
    return TRUE;

  /* SQLite has rolled back already after some errors, and says so by being back in autocommit mode. */
  if (self->database != NULL && !sqlite3_get_autocommit (self->database))
    sqlite3_exec (self->database, "ROLLBACK", NULL, NULL, NULL);
  if (self->lost)
    sqlite_connection_close (self);
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

sqlite3_stmt *
sqlite_connection_get_statement (SqliteConnection *self, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  int result = SQLITE_OK;

  if (self->error != NULL)
    return NULL;
  statement = g_hash_table_lookup (self->statements, sql);
  if (statement != NULL)
    return statement;

  result = sqlite3_prepare_v3 (self->database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (result != SQLITE_OK)
    sqlite_connection_fail_with (self, result);
  else
    g_hash_table_insert (self->statements, (gpointer) sql, statement);
  return statement;
}
