/* connection.h: one connection to the database file, and the one transaction that is open on it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection carries the first error of its transaction: after it nothing more is done on it, every row reads as empty,
 * and connection_end() rolls back and hands the error over. So the methods between begin and end need no checks of their own.
 * A connection is used by one thread at a time.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "protocol/confab-error.h"

G_BEGIN_DECLS

typedef enum
{
  CONNECTION_READER,
  CONNECTION_WRITER,
} ConnectionKind;

typedef struct _Connection Connection;

/* Opens nothing yet: that happens at the first begin, and again after the database was lost. The file must be there. */
Connection *connection_new (const char *path, ConnectionKind kind);
void connection_free (Connection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Connection, connection_free)

void connection_begin (Connection *self);
/* Without a transaction, for what cannot be done in one. connection_end() hands over the error of that, too. */
gboolean connection_open (Connection *self);
gboolean connection_end (Connection *self, GError **error);

/* Makes the transaction fail, unless it has failed already. */
void connection_fail (Connection *self, ConfabError code, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* The same with an error that is taken. */
void connection_take_error (Connection *self, GError *error);
/* The same with a result code of SQLite, translated for the people who will read it. */
void connection_fail_with (Connection *self, int result);
gboolean connection_has_failed (Connection *self);

/* Runs statements that answer nothing, outside of a transaction or in it. */
gboolean connection_execute (Connection *self, const char *sql);
/* The prepared statement of a string literal: the address of the literal is what it is remembered by. */
sqlite3_stmt *connection_get_statement (Connection *self, const char *sql);

G_END_DECLS
