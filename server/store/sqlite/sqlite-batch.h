/* sqlite-batch.h: how a batch of changes is read from the tables and written to them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/apply/batch.h"
#include "store/sqlite/connection.h"

G_BEGIN_DECLS

typedef struct
{
  Batch parent;
  SqliteConnection *connection;
} SqliteBatch;

/* On the transaction that is open on the connection; batch_clear() ends it. */
void sqlite_batch_init (SqliteBatch *self, SqliteConnection *connection);

G_END_DECLS
