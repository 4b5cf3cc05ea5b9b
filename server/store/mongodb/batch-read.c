/* batch-read.c: takes hold of the rooms of a batch, and reads what its changes need
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-batch.h"
#include "store/mongodb/mongodb-store-private.h"

/* What to read, each once; the texts are the changes' own but for the ids of memberships. */
typedef struct
{
  GHashTable *rooms;
  GHashTable *written_rooms;    /* those that may change */
  GHashTable *members;
  GHashTable *messages;
  GHashTable *senders;          /* these two: of messages that may have come before */
  GHashTable *client_ids;
} Needs;

static void
needs_init (Needs *self)
{
  self->rooms = g_hash_table_new (g_str_hash, g_str_equal);
  self->written_rooms = g_hash_table_new (g_str_hash, g_str_equal);
  self->members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->messages = g_hash_table_new (g_str_hash, g_str_equal);
  self->senders = g_hash_table_new (g_str_hash, g_str_equal);
  self->client_ids = g_hash_table_new (g_str_hash, g_str_equal);
}

static void
needs_clear (Needs *self)
{
  g_hash_table_unref (self->rooms);
  g_hash_table_unref (self->written_rooms);
  g_hash_table_unref (self->members);
  g_hash_table_unref (self->messages);
  g_hash_table_unref (self->senders);
  g_hash_table_unref (self->client_ids);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Needs, needs_clear)

static void
add (GHashTable *set, const char *text)
{
  if (text != NULL)
    g_hash_table_add (set, (gpointer) text);
}

static void
need_draft (Needs *self, const Message *draft, gboolean careful)
{
  add (self->messages, draft->reply_to);
  if (!careful)
    return;
  add (self->messages, draft->id);
  if (draft->sender_id == NULL || draft->client_id == NULL)
    return;
  add (self->senders, draft->sender_id);
  add (self->client_ids, draft->client_id);
}

/* Whose membership a change is about; NULL: nobody's. */
static const char *
get_person (const Change *change)
{
  switch (change->kind)
    {
    case CHANGE_APPEND:
      return change->message != NULL ? change->message->sender_id : NULL;
    case CHANGE_JOIN:
    case CHANGE_LEAVE:
    case CHANGE_SET_ROLE:
      return change->target_id;
    case CHANGE_MARK:
      return change->user_id;
    default:
      return NULL;
    }
}

static void
need (Needs *self, const Change *change, gboolean careful)
{
  const char *person = get_person (change);

  add (self->rooms, change->room_id);
  /* Marks have no rev: whoever moves the same ones conflicts on the membership, and nobody else is concerned. */
  if (change->kind != CHANGE_MARK)
    add (self->written_rooms, change->room_id);
  if (person != NULL)
    g_hash_table_add (self->members, document_make_member_id (change->room_id, person));
  add (self->messages, change->message_id);
  if (change->kind == CHANGE_APPEND && change->message != NULL)
    need_draft (self, change->message, careful);
}

/* Names are told of members, and of senders who come without one. A successor may be any of the senders. */
GPtrArray *
mongodb_batch_list_user_ids (Change **changes, guint n_changes)
{
  g_autoptr(GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean anybody = FALSE;

  for (guint i = 0; i < n_changes; i++)
    anybody |= changes[i]->kind == CHANGE_LEAVE;
  for (guint i = 0; i < n_changes; i++)
    if (anybody || changes[i]->kind != CHANGE_APPEND ||
        (changes[i]->message != NULL && changes[i]->message->sender_name == NULL))
      add (ids, get_person (changes[i]));
  return g_hash_table_get_keys_as_ptr_array (ids);
}

static void
append_set (bson_t *document, const char *name, GHashTable *set)
{
  g_autoptr(GPtrArray) texts = g_hash_table_get_keys_as_ptr_array (set);

  fields_append_texts (document, name, (const char *const *) texts->pdata, texts->len);
}

/* {_id: {$in: […]}} */
static bson_t *
make_id_filter (GHashTable *ids)
{
  g_auto(bson_t) list = BSON_INITIALIZER;

  append_set (&list, "$in", ids);
  return BCON_NEW ("_id", BCON_DOCUMENT (&list));
}

/* The first thing a transaction does: after it nobody else can change these rooms, and everything read is of a moment
 * after the last one who did. */
static void
take_hold (MongodbBatch *self, GHashTable *room_ids)
{
  if (g_hash_table_size (room_ids) > 0)
    mongodb_call_update_many (self->call, MONGODB_ROOMS, make_id_filter (room_ids),
                              BCON_NEW ("$inc", "{", "writes", BCON_INT64 (1), "}"));
}

static void
read_rooms (MongodbBatch *self, GHashTable *room_ids)
{
  g_autoptr(GPtrArray) ids = g_hash_table_get_keys_as_ptr_array (room_ids);

  self->rooms = mongodb_load_rooms (self->call, ids);
}

static void
read_members (MongodbBatch *self, GHashTable *member_ids)
{
  const bson_t *document = NULL;

  if (g_hash_table_size (member_ids) == 0)
    return;

  g_auto(MongodbAnswer) answer = mongodb_call_find (self->call, MONGODB_MEMBERS, make_id_filter (member_ids), NULL);
  while ((document = mongodb_answer_next (&answer)) != NULL)
    mongodb_batch_add_member (self, document_read_member (document));
}

static bson_t *
make_messages_filter (Needs *needs)
{
  g_auto(bson_t) senders = BSON_INITIALIZER;
  g_auto(bson_t) client_ids = BSON_INITIALIZER;
  g_autoptr(bson_t) by_id = make_id_filter (needs->messages);

  append_set (&senders, "$in", needs->senders);
  append_set (&client_ids, "$in", needs->client_ids);
  return BCON_NEW ("$or", "[", BCON_DOCUMENT (by_id), "{", "clientId", BCON_DOCUMENT (&client_ids),
                   "senderId", BCON_DOCUMENT (&senders), "}", "]");
}

static void
add_message (MongodbBatch *self, const bson_t *document)
{
  MongodbMessage *found = g_new0 (MongodbMessage, 1);

  found->message = document_read_message (document);
  found->first_rev = fields_get_number (document, "firstRev");
  found->edits = fields_get_number (document, "edits");
  g_hash_table_replace (self->messages, g_strdup (found->message->id), found);
  if (found->message->client_id != NULL)
    g_hash_table_replace (self->by_client,
                          mongodb_batch_make_client_key (found->message->sender_id, found->message->client_id), found);
}

static void
read_messages (MongodbBatch *self, Needs *needs)
{
  gboolean by_client = g_hash_table_size (needs->client_ids) > 0;
  const bson_t *document = NULL;

  if (!by_client && g_hash_table_size (needs->messages) == 0)
    return;

  g_auto(MongodbAnswer) answer =
    mongodb_call_find (self->call, MONGODB_MESSAGES,
                       by_client ? make_messages_filter (needs) : make_id_filter (needs->messages),
                       BCON_NEW ("projection", "{", "versions", BCON_INT32 (0), "}"));
  while ((document = mongodb_answer_next (&answer)) != NULL)
    add_message (self, document);
}

/* The rooms of the messages that were read, but for those of the batch. */
static GPtrArray *
list_other_rooms (MongodbBatch *self)
{
  g_autoptr(GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  const MongodbMessage *found = NULL;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->messages);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &found))
    if (!g_hash_table_contains (self->rooms, found->message->room_id))
      add (ids, found->message->room_id);
  return g_hash_table_get_keys_as_ptr_array (ids);
}

static void
forget_message (MongodbBatch *self, const MongodbMessage *found)
{
  if (found->message->client_id != NULL)
    {
      g_autofree char *key = mongodb_batch_make_client_key (found->message->sender_id, found->message->client_id);

      g_hash_table_remove (self->by_client, key);
    }
}

/* What is left of deleted rooms is removed at once where its ids are wanted. */
static void
remove_remains (MongodbBatch *self)
{
  g_autoptr(GPtrArray) others = list_other_rooms (self);
  g_autoptr(GHashTable) there = mongodb_load_rooms (self->call, others);
  g_autoptr(GHashTable) remains = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const MongodbMessage *found = NULL;
  GHashTableIter iter;

  if (mongodb_call_has_failed (self->call))
    return;
  g_hash_table_iter_init (&iter, self->messages);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &found))
    {
      const char *room_id = found->message->room_id;

      if (g_hash_table_contains (self->rooms, room_id) || g_hash_table_contains (there, room_id))
        continue;
      g_hash_table_add (remains, g_strdup (found->message->id));
      forget_message (self, found);
      g_hash_table_iter_remove (&iter);
    }
  if (g_hash_table_size (remains) > 0)
    mongodb_call_delete (self->call, MONGODB_MESSAGES, make_id_filter (remains));
}

void
mongodb_batch_read (MongodbBatch *self, Change **changes, guint n_changes)
{
  g_auto(Needs) needs = { NULL };

  needs_init (&needs);
  for (guint i = 0; i < n_changes; i++)
    need (&needs, changes[i], self->careful);
  take_hold (self, needs.written_rooms);
  read_rooms (self, needs.rooms);
  read_members (self, needs.members);
  read_messages (self, &needs);
  remove_remains (self);
}

void
mongodb_batch_load_present_members (MongodbBatch *self, const char *room_id)
{
  g_autoptr(GPtrArray) members =
    mongodb_load_members (self->call, BCON_NEW ("roomId", BCON_UTF8 (room_id), "leftAt", BCON_INT64 (0)), NULL);

  for (guint i = 0; i < members->len; i++)
    {
      const Member *member = members->pdata[i];
      g_autofree char *id = document_make_member_id (room_id, member->user_id);

      if (!g_hash_table_contains (self->members, id))
        mongodb_batch_add_member (self, member_copy (member));
    }
}
