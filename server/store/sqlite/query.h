/* query.h: one run of a prepared statement: values in, rows out, in the order they are written in the SQL
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   g_auto(Query) query = query_make (connection, "SELECT name FROM rooms WHERE id = ?");
 *   query_put_text (&query, room_id);
 *   if (query_next (&query))
 *     name = query_take_text (&query);
 *
 * Errors go to the connection (connection.h). Texts and bytes put in are borrowed until the query ends.
 */
#pragma once

#include "store/sqlite/connection.h"

G_BEGIN_DECLS

typedef struct
{
  SqliteConnection *connection;
  sqlite3_stmt *statement;  /* NULL: the connection has failed */
  int parameter;
  int column;
} Query;

/* sql: a string literal. The same one cannot run twice at a time on one connection. */
Query query_make (SqliteConnection *connection, const char *sql);
void query_finish (Query *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Query, query_finish)

void query_put_text (Query *self, const char *text);
void query_put_int (Query *self, gint64 number);
void query_put_bytes (Query *self, GBytes *bytes);

gboolean query_next (Query *self);
/* Steps to the end; whether any row was written. */
gboolean query_run (Query *self);
/* Back to the start for the next set of values, for statements that are run many times. */
void query_rewind (Query *self);

char *query_take_text (Query *self);
/* Borrowed until the next row. */
const char *query_peek_text (Query *self);
gint64 query_take_int (Query *self);
GBytes *query_take_bytes (Query *self);

G_END_DECLS
