/* transaction.h: work that happens as a whole or not at all, tried again while others are in its way
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/mongodb/call.h"
#include "store/store-private.h"

G_BEGIN_DECLS

typedef struct
{
  /* Reads and writes inside the transaction; may be called again from the start, whatever it did before. */
  void (*run) (MongodbCall *call, gpointer data);
  /* Nullable. Whether what the last run wrote is there: asked, outside of a transaction, when the answer to its commit
   * was lost and MongoDB itself does not know any more. */
  gboolean (*is_there) (MongodbCall *call, gpointer data);
} MongodbWork;

/* UNAVAILABLE when others were in the way for too long, or nothing answered. */
gboolean mongodb_transact (Store *store, const MongodbWork *work, gpointer data, GError **error);

/* Ends this run and has it start over at once: what it was based on turned out not to be so. */
void mongodb_call_start_over (MongodbCall *call);

G_END_DECLS
