/* apply.c: an array of decided changes as one transaction
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/apply/apply.h"
#include "store/sqlite/sqlite-batch.h"
#include "store/sqlite/sqlite-store-private.h"

gboolean
sqlite_store_apply (Store *store, Change **changes, guint n_changes, GError **error)
{
  g_autoptr(GPtrArray) drafts = apply_remember_drafts (changes, n_changes);
  SqliteConnection *connection = sqlite_store_write (store);
  SqliteBatch batch;

  sqlite_batch_init (&batch, connection);
  apply_forget_outcomes (changes, n_changes, drafts);
  apply_changes (&batch.parent, changes, n_changes);
  batch_clear (&batch.parent);
  if (sqlite_store_end (store, connection, error))
    return TRUE;
  apply_forget_outcomes (changes, n_changes, drafts);
  return FALSE;
}
