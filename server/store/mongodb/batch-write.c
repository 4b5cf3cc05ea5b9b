/* batch-write.c: writes what the changes of a batch have come to, each collection in one round trip
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/documents.h"
#include "store/mongodb/mongodb-batch.h"
#include "store/mongodb/mongodb-store-private.h"

/* Writes to one collection that are gathered; begun by the first of them. */
typedef struct
{
  MongodbBatch *batch;
  const char *collection;
  mongoc_bulk_operation_t *operation;
} Bulk;

static mongoc_bulk_operation_t *
bulk_get (Bulk *self)
{
  if (self->operation == NULL)
    self->operation = mongodb_call_begin_bulk (self->batch->call, self->collection);
  return self->operation;
}

static void
bulk_update (Bulk *self, const char *id, const bson_t *update)
{
  g_auto(bson_t) filter = BSON_INITIALIZER;
  bson_error_t problem = { 0 };

  BSON_APPEND_UTF8 (&filter, "_id", id);
  if (bulk_get (self) != NULL &&
      !mongoc_bulk_operation_update_one_with_opts (self->operation, &filter, update, NULL, &problem))
    mongodb_call_fail_with (self->batch->call, &problem, NULL);
}

static void
bulk_insert (Bulk *self, const bson_t *document)
{
  bson_error_t problem = { 0 };

  if (bulk_get (self) != NULL &&
      !mongoc_bulk_operation_insert_with_opts (self->operation, document, NULL, &problem))
    mongodb_call_fail_with (self->batch->call, &problem, NULL);
}

static void
bulk_replace (Bulk *self, const char *id, const bson_t *document)
{
  g_auto(bson_t) filter = BSON_INITIALIZER;
  g_auto(bson_t) options = BSON_INITIALIZER;
  bson_error_t problem = { 0 };

  BSON_APPEND_UTF8 (&filter, "_id", id);
  BSON_APPEND_BOOL (&options, "upsert", true);
  if (bulk_get (self) != NULL &&
      !mongoc_bulk_operation_replace_one_with_opts (self->operation, &filter, document, &options, &problem))
    mongodb_call_fail_with (self->batch->call, &problem, NULL);
}

static void
bulk_run (Bulk *self)
{
  if (self->operation != NULL)
    mongodb_call_run_bulk (self->batch->call, g_steal_pointer (&self->operation));
}

static void
write_room (Bulk *bulk, const BatchRoom *room)
{
  const Room *now = room->room;
  g_auto(bson_t) set = BSON_INITIALIZER;
  g_auto(bson_t) update = BSON_INITIALIZER;

  BSON_APPEND_INT64 (&set, "lastActivity", now->last_activity);
  BSON_APPEND_INT64 (&set, "lastSeq", now->last_seq);
  BSON_APPEND_INT64 (&set, "rev", now->rev);
  BSON_APPEND_INT64 (&set, "membersRev", now->members_rev);
  BSON_APPEND_INT64 (&set, "settingsRev", now->settings_rev);
  if (room->count_changed)
    BSON_APPEND_INT64 (&set, "memberCount", now->member_count);
  if (room->settings_changed)
    {
      g_autofree char *folded = store_fold_room (now->name, now->description);

      if (now->name != NULL)
        BSON_APPEND_UTF8 (&set, "name", now->name);
      if (now->description != NULL)
        BSON_APPEND_UTF8 (&set, "description", now->description);
      BSON_APPEND_UTF8 (&set, "foldedText", folded);
    }
  BSON_APPEND_DOCUMENT (&update, "$set", &set);
  bulk_update (bulk, now->id, &update);
}

static void
write_rooms (MongodbBatch *self)
{
  Bulk bulk = { self, MONGODB_ROOMS, NULL };

  for (guint i = 0; i < self->changed_rooms->len; i++)
    write_room (&bulk, self->changed_rooms->pdata[i]);
  bulk_run (&bulk);
}

static void
write_new_message (Bulk *bulk, const MongodbMessage *message)
{
  g_auto(bson_t) document = BSON_INITIALIZER;

  document_append_message (&document, message->message, message->first_rev, message->versions);
  bulk_insert (bulk, &document);
}

static void
append_push (bson_t *update, GPtrArray *versions)
{
  bson_t push;
  bson_t each;

  BSON_APPEND_DOCUMENT_BEGIN (update, "$push", &push);
  BSON_APPEND_DOCUMENT_BEGIN (&push, "versions", &each);
  document_append_versions (&each, "$each", versions);
  bson_append_document_end (&push, &each);
  bson_append_document_end (update, &push);
}

static void
write_changed_message (Bulk *bulk, const MongodbMessage *message)
{
  g_auto(bson_t) set = BSON_INITIALIZER;
  g_auto(bson_t) unset = BSON_INITIALIZER;
  g_auto(bson_t) update = BSON_INITIALIZER;

  document_append_message_changes (&set, &unset, message->message);
  BSON_APPEND_INT64 (&set, "changedRev", message->message->rev);
  if (message->edits > 0)
    BSON_APPEND_INT64 (&set, "edits", message->edits);
  if (message->erased)
    {
      BSON_APPEND_BOOL (&unset, "edits", true);
      BSON_APPEND_BOOL (&unset, "versions", true);
    }
  BSON_APPEND_DOCUMENT (&update, "$set", &set);
  if (!bson_empty (&unset))
    BSON_APPEND_DOCUMENT (&update, "$unset", &unset);
  if (message->versions != NULL)
    append_push (&update, message->versions);
  bulk_update (bulk, message->message->id, &update);
}

static gboolean
is_deleted (MongodbBatch *self, const char *room_id)
{
  return g_hash_table_contains (self->deleted_rooms, room_id);
}

/* The new ones first: one command for each kind of write. */
static void
write_messages (MongodbBatch *self)
{
  Bulk bulk = { self, MONGODB_MESSAGES, NULL };
  const MongodbMessage *message = NULL;
  GHashTableIter iter;

  for (guint i = 0; i < self->inserts->len; i++)
    {
      message = self->inserts->pdata[i];
      if (!is_deleted (self, message->message->room_id))
        write_new_message (&bulk, message);
    }
  g_hash_table_iter_init (&iter, self->messages);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &message))
    if (message->changed && !message->inserted && !is_deleted (self, message->message->room_id))
      write_changed_message (&bulk, message);
  bulk_run (&bulk);
}

static void
write_member (Bulk *bulk, const char *id, const Member *member)
{
  g_auto(bson_t) document = BSON_INITIALIZER;

  document_append_member (&document, member);
  bulk_replace (bulk, id, &document);
}

static void
write_marks (Bulk *bulk, const char *id, const Member *member)
{
  g_auto(bson_t) set = BSON_INITIALIZER;
  g_auto(bson_t) update = BSON_INITIALIZER;

  BSON_APPEND_INT64 (&set, "receivedSeq", member->received_seq);
  BSON_APPEND_INT64 (&set, "readSeq", member->read_seq);
  BSON_APPEND_DOCUMENT (&update, "$set", &set);
  bulk_update (bulk, id, &update);
}

static void
write_members (MongodbBatch *self)
{
  Bulk bulk = { self, MONGODB_MEMBERS, NULL };
  const char *id = NULL;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->saved);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, NULL))
    {
      const Member *member = g_hash_table_lookup (self->members, id);

      if (!is_deleted (self, member->room_id))
        write_member (&bulk, id, member);
    }
  g_hash_table_iter_init (&iter, self->marked);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, NULL))
    {
      const Member *member = g_hash_table_lookup (self->members, id);

      if (!g_hash_table_contains (self->saved, id) && !is_deleted (self, member->room_id))
        write_marks (&bulk, id, member);
    }
  bulk_run (&bulk);
}

/* The sweeper removes the messages. */
static void
write_deletions (MongodbBatch *self)
{
  const char *room_id = NULL;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->deleted_rooms);
  while (g_hash_table_iter_next (&iter, (gpointer *) &room_id, NULL))
    {
      mongodb_call_delete (self->call, MONGODB_ROOMS, BCON_NEW ("_id", BCON_UTF8 (room_id)));
      mongodb_call_delete (self->call, MONGODB_MEMBERS, BCON_NEW ("roomId", BCON_UTF8 (room_id)));
      mongodb_call_insert (self->call, MONGODB_DELETED_ROOMS, BCON_NEW ("_id", BCON_UTF8 (room_id)));
    }
}

void
mongodb_batch_write (MongodbBatch *self)
{
  write_rooms (self);
  write_messages (self);
  if (self->call->duplicate && !self->careful)
    self->needs_care = TRUE;
  write_members (self);
  write_deletions (self);
}
