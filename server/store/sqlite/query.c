/* query.c: one run of a prepared statement: values in, rows out, in the order they are written in the SQL
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/query.h"

Query
query_make (SqliteConnection *connection, const char *sql)
{
  Query self = { .connection = connection, .statement = sqlite_connection_get_statement (connection, sql) };

  g_assert (self.statement == NULL || !sqlite3_stmt_busy (self.statement));
  return self;
}

void
query_rewind (Query *self)
{
  if (self->statement != NULL)
    sqlite3_reset (self->statement);
  self->parameter = 0;
}

void
query_finish (Query *self)
{
  if (self->statement == NULL)
    return;
  sqlite3_reset (self->statement);
  sqlite3_clear_bindings (self->statement);
  self->statement = NULL;
}

static void
query_check_bind (Query *self, int result)
{
  if (result != SQLITE_OK)
    sqlite_connection_fail_with (self->connection, result);
}

void
query_put_text (Query *self, const char *text)
{
  if (self->statement != NULL)
    query_check_bind (self, sqlite3_bind_text (self->statement, ++self->parameter, text, -1, SQLITE_STATIC));
}

void
query_put_int (Query *self, gint64 number)
{
  if (self->statement != NULL)
    query_check_bind (self, sqlite3_bind_int64 (self->statement, ++self->parameter, number));
}

void
query_put_bytes (Query *self, GBytes *bytes)
{
  gsize size = 0;
  gconstpointer data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  if (self->statement == NULL)
    return;
  /* Empty is not the same as none, but an empty GBytes has no data to point at. */
  if (bytes != NULL && data == NULL)
    data = "";
  query_check_bind (self, sqlite3_bind_blob64 (self->statement, ++self->parameter, data, size, SQLITE_STATIC));
}

gboolean
query_next (Query *self)
{
  int result = SQLITE_OK;

  if (self->statement == NULL || sqlite_connection_has_failed (self->connection))
    return FALSE;
  self->column = 0;
  result = sqlite3_step (self->statement);
  if (result == SQLITE_ROW)
    return TRUE;
  if (result != SQLITE_DONE)
    sqlite_connection_fail_with (self->connection, result);
  return FALSE;
}

gboolean
query_run (Query *self)
{
  while (query_next (self))
    continue;
  return self->statement != NULL && !sqlite_connection_has_failed (self->connection) &&
         sqlite3_changes64 (sqlite3_db_handle (self->statement)) > 0;
}

const char *
query_peek_text (Query *self)
{
  return (const char *) sqlite3_column_text (self->statement, self->column++);
}

char *
query_take_text (Query *self)
{
  return g_strdup (query_peek_text (self));
}

gint64
query_take_int (Query *self)
{
  return sqlite3_column_int64 (self->statement, self->column++);
}

GBytes *
query_take_bytes (Query *self)
{
  int column = self->column++;
  gconstpointer data = NULL;

  if (sqlite3_column_type (self->statement, column) == SQLITE_NULL)
    return NULL;
  data = sqlite3_column_blob (self->statement, column);
  return g_bytes_new (data, sqlite3_column_bytes (self->statement, column));
}
