/* apply.c: an array of decided changes as one transaction
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first write of the transaction is to the records of its rooms (take_hold() in batch-read.c). From then on nobody
 * else can change them, and since every transaction that numbers changes of a room begins so, a later rev of a room
 * never becomes visible before an earlier one, whichever server wrote it. Whoever comes second starts over.
 *
 * Known clientIds are rare, and unique indexes find them: so the first try does not look for them. When one is there,
 * the whole is done once more with a look.
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/apply/apply.h"
#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-batch.h"
#include "store/mongodb/mongodb-store-private.h"
#include "store/mongodb/transaction.h"

typedef struct
{
  Change **changes;
  guint n_changes;
  GPtrArray *drafts;        /* of Message*, nullable, by place */
  GHashTable *users;        /* id → User* */
  gboolean careful;
  gboolean deletes_rooms;
} Application;

static void
run (MongodbCall *call, gpointer data)
{
  Application *self = data;
  g_auto(MongodbBatch) batch = { 0 };

  mongodb_batch_init (&batch, call, self->users, self->careful);
  apply_forget_outcomes (self->changes, self->n_changes, self->drafts);
  mongodb_batch_read (&batch, self->changes, self->n_changes);
  apply_changes (&batch.parent, self->changes, self->n_changes);
  mongodb_batch_write (&batch);
  self->deletes_rooms = g_hash_table_size (batch.deleted_rooms) > 0;
  if (batch.needs_care)
    {
      self->careful = TRUE;
      call->transient = TRUE;
    }
  /* The same message came through another server in this moment. */
  call->transient |= call->duplicate;
}

/* When the answer to the commit was lost: it was one transaction, so that one of its new messages speaks for all. An
 * array without any is applied once more, which finds everything as it should be. */
static gboolean
is_there (MongodbCall *call, gpointer data)
{
  Application *self = data;

  for (guint i = 0; i < self->n_changes; i++)
    {
      const Change *change = self->changes[i];

      if (change->kind == CHANGE_APPEND && change->outcome == OUTCOME_APPLIED)
        return mongodb_call_exists (call, MONGODB_MESSAGES, BCON_NEW ("_id", BCON_UTF8 (change->message->id)));
    }
  return FALSE;
}

static gboolean
load_users (Store *store, Application *self, GError **error)
{
  g_autoptr(GPtrArray) ids = mongodb_batch_list_user_ids (self->changes, self->n_changes);
  MongodbCall *call = NULL;

  if (ids->len == 0)
    {
      self->users = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) user_unref);
      return TRUE;
    }
  call = mongodb_store_begin (store);
  self->users = mongodb_load_users (call, ids);
  return mongodb_store_end (store, call, error);
}

gboolean
mongodb_store_apply (Store *store, Change **changes, guint n_changes, GError **error)
{
  static const MongodbWork work = { .run = run, .is_there = is_there };
  Application self = { .changes = changes, .n_changes = n_changes };
  gboolean succeeded = n_changes == 0;

  if (n_changes == 0)
    return TRUE;
  self.drafts = apply_remember_drafts (changes, n_changes);
  succeeded = load_users (store, &self, error) && mongodb_transact (store, &work, &self, error);
  if (!succeeded)
    apply_forget_outcomes (changes, n_changes, self.drafts);
  else if (self.deletes_rooms)
    mongodb_store_sweep (store);
  g_clear_pointer (&self.drafts, g_ptr_array_unref);
  g_clear_pointer (&self.users, g_hash_table_unref);
  return succeeded;
}
