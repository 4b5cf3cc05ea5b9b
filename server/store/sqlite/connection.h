/* connection.h: one connection to the database file, and the one transaction that is open on it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection carries the first error of its transaction: after it nothing more is done on it, every row reads as
 * empty, and sqlite_connection_end() rolls back and hands the error over. So the methods between begin and end need no
 * checks of their own. A connection is used by one thread at a time.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "protocol/confab-error.h"

G_BEGIN_DECLS

typedef enum
{
  SQLITE_CONNECTION_READER,
  SQLITE_CONNECTION_WRITER,
} SqliteConnectionKind;

typedef struct _Connection SqliteConnection;

/* Opens nothing yet: that happens at the first begin, and again after the database was lost. The file must be there. */
SqliteConnection *sqlite_connection_new (const char *path, SqliteConnectionKind kind);
void sqlite_connection_free (SqliteConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SqliteConnection, sqlite_connection_free)

void sqlite_connection_begin (SqliteConnection *self);
/* Without a transaction, for what cannot be done in one. sqlite_connection_end() hands over the error of that, too. */
gboolean sqlite_connection_open (SqliteConnection *self);
gboolean sqlite_connection_end (SqliteConnection *self, GError **error);

/* Makes the transaction fail, unless it has failed already. */
void sqlite_connection_fail (SqliteConnection *self, ConfabError code, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* The same with an error that is taken. */
void sqlite_connection_take_error (SqliteConnection *self, GError *error);
/* The same with a result code of SQLite, translated for the people who will read it. */
void sqlite_connection_fail_with (SqliteConnection *self, int result);
gboolean sqlite_connection_has_failed (SqliteConnection *self);

/* Runs statements that answer nothing, outside of a transaction or in it. */
gboolean sqlite_connection_execute (SqliteConnection *self, const char *sql);
/* The same where SQLite itself does not wait for other processes, since two that wait could wait for each other. */
gboolean sqlite_connection_execute_patiently (SqliteConnection *self, const char *sql);
/* The prepared statement of a string literal: the address of the literal is what it is remembered by. */
sqlite3_stmt *sqlite_connection_get_statement (SqliteConnection *self, const char *sql);

G_END_DECLS
