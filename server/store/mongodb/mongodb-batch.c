/* mongodb-batch.c: a batch of changes between the collections it was read from and those it is written to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/mongodb-batch.h"

#include "store/mongodb/documents.h"
#include "store/mongodb/mongodb-store-private.h"
#include "store/mongodb/transaction.h"

static MongodbBatch *
get_self (Batch *batch)
{
  return (MongodbBatch *) batch;
}

static void
mongodb_message_free (MongodbMessage *self)
{
  g_clear_pointer (&self->message, message_unref);
  g_clear_pointer (&self->versions, g_ptr_array_unref);
  g_free (self);
}

char *
mongodb_batch_make_client_key (const char *sender_id, const char *client_id)
{
  return g_strconcat (sender_id, " ", client_id, NULL);
}

static gboolean
has_failed (Batch *batch)
{
  return mongodb_call_has_failed (get_self (batch)->call);
}

static Room *
load_room (Batch *batch, const char *room_id)
{
  const Room *room = g_hash_table_lookup (get_self (batch)->rooms, room_id);

  return room != NULL ? room_copy (room) : NULL;
}

static void
fill_in_names (MongodbBatch *self, Member *member)
{
  const User *user = g_hash_table_lookup (self->users, member->user_id);

  if (user == NULL)
    return;
  g_free (member->username);
  g_free (member->display_name);
  g_free (member->avatar);
  member->username = g_strdup (user->username);
  member->display_name = g_strdup (user->display_name);
  member->avatar = g_strdup (user->avatar);
}

static Member *
load_member (Batch *batch, const char *room_id, const char *user_id)
{
  MongodbBatch *self = get_self (batch);
  g_autofree char *id = document_make_member_id (room_id, user_id);
  const Member *member = g_hash_table_lookup (self->members, id);
  Member *copy = member != NULL ? member_copy (member) : NULL;

  if (copy != NULL)
    fill_in_names (self, copy);
  return copy;
}

static MongodbMessage *
get_message (Batch *batch, const char *message_id)
{
  return message_id != NULL ? g_hash_table_lookup (get_self (batch)->messages, message_id) : NULL;
}

static Message *
load_message (Batch *batch, const char *message_id)
{
  const MongodbMessage *found = get_message (batch, message_id);

  return found != NULL ? message_copy (found->message) : NULL;
}

static Message *
load_message_of_client (Batch *batch, const char *sender_id, const char *client_id)
{
  MongodbBatch *self = get_self (batch);
  g_autofree char *key = mongodb_batch_make_client_key (sender_id, client_id);
  const MongodbMessage *found = g_hash_table_lookup (self->by_client, key);

  if (found != NULL)
    return message_copy (found->message);
  if (!self->careful)
    {
      self->needs_care = TRUE;
      mongodb_call_start_over (self->call);
    }
  return NULL;
}

static gboolean
has_account (Batch *batch, const char *user_id)
{
  return g_hash_table_contains (get_self (batch)->users, user_id);
}

static gboolean
has_message (Batch *batch, const char *message_id, const char *room_id)
{
  const MongodbMessage *found = get_message (batch, message_id);

  return found != NULL && g_strcmp0 (found->message->room_id, room_id) == 0;
}

static guint
count_versions (Batch *batch, const char *message_id)
{
  const MongodbMessage *found = get_message (batch, message_id);

  return found != NULL ? found->edits : 0;
}

static gboolean
stood_longer (const Member *one, const Member *other)
{
  if (one->joined_at != other->joined_at)
    return one->joined_at < other->joined_at;
  return g_strcmp0 (one->user_id, other->user_id) < 0;
}

static const Member *
find_longest_standing (MongodbBatch *self, const char *room_id)
{
  const Member *longest = NULL;
  const Member *member = NULL;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &member))
    {
      if (member->left_at != 0 || !g_str_equal (member->room_id, room_id))
        continue;
      if (member->role == CONFAB_MEMBER_ROLE_ADMIN)
        return NULL;
      if (longest == NULL || stood_longer (member, longest))
        longest = member;
    }
  return longest;
}

/* Rare enough to read the whole room for it. */
static char *
find_successor (Batch *batch, const char *room_id)
{
  MongodbBatch *self = get_self (batch);
  const Member *longest = NULL;

  mongodb_batch_load_present_members (self, room_id);
  longest = find_longest_standing (self, room_id);
  return longest != NULL ? g_strdup (longest->user_id) : NULL;
}

static gboolean
insert_message (Batch *batch, const Message *message)
{
  MongodbBatch *self = get_self (batch);
  g_autofree char *key =
    message->client_id != NULL ? mongodb_batch_make_client_key (message->sender_id, message->client_id) : NULL;
  MongodbMessage *added = NULL;

  if (g_hash_table_contains (self->messages, message->id) ||
      (key != NULL && g_hash_table_contains (self->by_client, key)))
    return FALSE;
  added = g_new0 (MongodbMessage, 1);
  added->message = message_ref ((Message *) message);
  added->first_rev = message->rev;
  added->inserted = TRUE;
  g_hash_table_insert (self->messages, g_strdup (message->id), added);
  if (key != NULL)
    g_hash_table_insert (self->by_client, g_steal_pointer (&key), added);
  g_ptr_array_add (self->inserts, added);
  return TRUE;
}

static MongodbMessage *
replace_message (Batch *batch, const Message *after)
{
  MongodbMessage *found = get_message (batch, after->id);

  message_unref (found->message);
  found->message = message_ref ((Message *) after);
  found->changed = TRUE;
  return found;
}

static void
edit_message (Batch *batch, const Message *before, guint number, const Message *after)
{
  MongodbMessage *found = NULL;
  Message *version = message_new ();

  version->content = g_strdup (before->content);
  version->edited_at = before->edited_at;
  found = replace_message (batch, after);
  if (found->versions == NULL)
    found->versions = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
  g_ptr_array_add (found->versions, version);
  found->edits = number;
}

static void
erase_message (Batch *batch, const Message *before, const Message *after)
{
  MongodbMessage *found = replace_message (batch, after);

  g_clear_pointer (&found->versions, g_ptr_array_unref);
  found->edits = 0;
  found->erased = TRUE;
}

static void
change_reactions (Batch *batch, const Message *after, const char *user_id, const char *emoji)
{
  replace_message (batch, after);
}

void
mongodb_batch_add_member (MongodbBatch *self, Member *member)
{
  g_hash_table_replace (self->members, document_make_member_id (member->room_id, member->user_id), member);
}

static void
save_member (Batch *batch, const Member *member)
{
  MongodbBatch *self = get_self (batch);
  Member *copy = member_copy (member);

  fill_in_names (self, copy);
  mongodb_batch_add_member (self, copy);
  g_hash_table_add (self->saved, document_make_member_id (member->room_id, member->user_id));
}

static void
save_marks (Batch *batch, const Member *member)
{
  MongodbBatch *self = get_self (batch);

  mongodb_batch_add_member (self, member_copy (member));
  g_hash_table_add (self->marked, document_make_member_id (member->room_id, member->user_id));
}

static void
save_room (Batch *batch, const BatchRoom *room)
{
  g_ptr_array_add (get_self (batch)->changed_rooms, (gpointer) room);
}

static void
delete_room (Batch *batch, const char *room_id)
{
  g_hash_table_add (get_self (batch)->deleted_rooms, g_strdup (room_id));
}

static const BatchClass mongodb_batch_class = {
  .has_failed = has_failed,
  .load_room = load_room,
  .load_member = load_member,
  .load_message = load_message,
  .load_message_of_client = load_message_of_client,
  .has_account = has_account,
  .has_message = has_message,
  .count_versions = count_versions,
  .find_successor = find_successor,
  .insert_message = insert_message,
  .edit_message = edit_message,
  .erase_message = erase_message,
  .add_reaction = change_reactions,
  .remove_reaction = change_reactions,
  .save_member = save_member,
  .save_marks = save_marks,
  .save_room = save_room,
  .delete_room = delete_room,
};

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
mongodb_batch_init (MongodbBatch *self, MongodbCall *call, GHashTable *users, gboolean careful)
{
  *self = (MongodbBatch) {
    .call = call,
    .careful = careful,
    .users = users,
    .members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) member_unref),
    .messages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) mongodb_message_free),
    .by_client = new_set (),
    .inserts = g_ptr_array_new (),
    .saved = new_set (),
    .marked = new_set (),
    .changed_rooms = g_ptr_array_new (),
    .deleted_rooms = new_set (),
  };
  batch_init (&self->parent, &mongodb_batch_class);
}

void
mongodb_batch_clear (MongodbBatch *self)
{
  g_clear_pointer (&self->rooms, g_hash_table_unref);
  g_clear_pointer (&self->members, g_hash_table_unref);
  g_clear_pointer (&self->by_client, g_hash_table_unref);
  g_clear_pointer (&self->inserts, g_ptr_array_unref);
  g_clear_pointer (&self->messages, g_hash_table_unref);
  g_clear_pointer (&self->saved, g_hash_table_unref);
  g_clear_pointer (&self->marked, g_hash_table_unref);
  g_clear_pointer (&self->changed_rooms, g_ptr_array_unref);
  g_clear_pointer (&self->deleted_rooms, g_hash_table_unref);
  batch_clear (&self->parent);
}
