/* create-room.c: making a room with its people, and a direct room once for each set of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/listing.h"
#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-store-private.h"
#include "store/mongodb/transaction.h"

typedef struct
{
  const Room *draft;
  GPtrArray *user_ids;    /* sorted, borrowed */
  char *direct_key;       /* NULL: not a direct room */
  Room *room;             /* out */
  gboolean created;       /* out */
} Creation;

static void
check_accounts (MongodbCall *call, GPtrArray *user_ids, GHashTable *users)
{
  for (guint i = 0; i < user_ids->len && !mongodb_call_has_failed (call); i++)
    if (!g_hash_table_contains (users, user_ids->pdata[i]))
      {
        GError *error = g_error_new (CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND, "There is no account “%s”",
                                     (char *) user_ids->pdata[i]);

        confab_error_add_field (error, "members", "names an account that is not there");
        mongodb_call_take_error (call, error);
      }
}

static void
insert_room (MongodbCall *call, const Room *room, const char *direct_key)
{
  bson_t *document = bson_new ();

  document_append_room (document, room, direct_key);
  mongodb_call_insert (call, MONGODB_ROOMS, document);
}

static void
insert_members (MongodbCall *call, const Room *room, GPtrArray *user_ids, GHashTable *users)
{
  mongoc_bulk_operation_t *bulk = user_ids->len > 0 ? mongodb_call_begin_bulk (call, MONGODB_MEMBERS) : NULL;

  for (guint i = 0; bulk != NULL && i < user_ids->len; i++)
    {
      char *user_id = user_ids->pdata[i];
      const User *user = g_hash_table_lookup (users, user_id);
      gboolean admin = room->type != CONFAB_ROOM_TYPE_DIRECT && g_strcmp0 (user_id, room->created_by) == 0;
      g_auto(bson_t) document = BSON_INITIALIZER;
      Member member = {
        .room_id = room->id,
        .user_id = user_id,
        .username = user->username,
        .role = admin ? CONFAB_MEMBER_ROLE_ADMIN : CONFAB_MEMBER_ROLE_MEMBER,
        .joined_at = room->created_at,
        .rev = room->rev,
      };

      document_append_member (&document, &member);
      mongoc_bulk_operation_insert_with_opts (bulk, &document, NULL, NULL);
    }
  if (bulk != NULL)
    mongodb_call_run_bulk (call, bulk);
}

static void
create (MongodbCall *call, Creation *self)
{
  g_autoptr(GHashTable) users = mongodb_load_users (call, self->user_ids);
  Room *room = room_copy (self->draft);

  room->last_seq = 0;
  room->rev = room->members_rev = room->settings_rev = 1;
  room->last_activity = room->created_at;
  room->member_count = self->user_ids->len;
  check_accounts (call, self->user_ids, users);
  insert_room (call, room, self->direct_key);
  insert_members (call, room, self->user_ids, users);
  self->room = room;
  self->created = TRUE;
  /* Another server made the same direct room in this moment: it is there at the next look. */
  if (call->duplicate && self->direct_key != NULL)
    call->transient = TRUE;
}

/* Takes hold of it, too. */
static Room *
load_direct_room (MongodbCall *call, const char *direct_key)
{
  bson_t *filter = BCON_NEW ("directKey", BCON_UTF8 (direct_key));

  if (mongodb_call_update_one (call, MONGODB_ROOMS, bson_copy (filter),
                               BCON_NEW ("$inc", "{", "writes", BCON_INT64 (1), "}"), NULL) == 0)
    {
      bson_destroy (filter);
      return NULL;
    }

  g_auto(MongodbAnswer) answer = mongodb_call_find (call, MONGODB_ROOMS, filter, NULL);
  const bson_t *document = mongodb_answer_next (&answer);
  return document != NULL ? document_read_room (document) : NULL;
}

static gint64
bring_back_members (MongodbCall *call, const Room *room, gint64 now)
{
  return mongodb_call_update_many (
    call, MONGODB_MEMBERS,
    BCON_NEW ("roomId", BCON_UTF8 (room->id), "leftAt", "{", "$ne", BCON_INT64 (0), "}"),
    BCON_NEW ("$set", "{", "leftAt", BCON_INT64 (0), "joinedAt", BCON_INT64 (now),
              "receivedSeq", BCON_INT64 (room->last_seq), "readSeq", BCON_INT64 (room->last_seq),
              "rev", BCON_INT64 (room->rev + 1), "}"));
}

/* Somebody had left the direct room: it is the same one again, with all of its people. */
static void
reopen (MongodbCall *call, Room *room, gint64 now)
{
  gint64 returned = bring_back_members (call, room, now);

  if (returned == 0)
    return;
  room->rev++;
  room->members_rev = room->rev;
  room->member_count += returned;
  mongodb_call_update_one (call, MONGODB_ROOMS, BCON_NEW ("_id", BCON_UTF8 (room->id)),
                           BCON_NEW ("$set", "{", "rev", BCON_INT64 (room->rev),
                                     "membersRev", BCON_INT64 (room->members_rev),
                                     "memberCount", BCON_INT64 (room->member_count), "}"), NULL);
}

static void
run_creation (MongodbCall *call, gpointer data)
{
  Creation *self = data;
  Room *room = self->direct_key != NULL ? load_direct_room (call, self->direct_key) : NULL;

  g_clear_pointer (&self->room, room_unref);
  if (room == NULL)
    {
      create (call, self);
      return;
    }
  reopen (call, room, self->draft->created_at);
  self->room = room;
  self->created = FALSE;
}

/* When the answer to the commit was lost. */
static gboolean
is_created (MongodbCall *call, gpointer data)
{
  Creation *self = data;

  return self->created && mongodb_call_exists (call, MONGODB_ROOMS, BCON_NEW ("_id", BCON_UTF8 (self->room->id)));
}

Room *
mongodb_store_create_room (Store *store, const Room *draft, const char *const *member_ids, gboolean *created,
                           GError **error)
{
  static const MongodbWork work = { .run = run_creation, .is_there = is_created };
  g_autoptr(GPtrArray) ids = store_sort_ids (member_ids);
  g_autofree char *direct_key = draft->type == CONFAB_ROOM_TYPE_DIRECT ? store_make_direct_key (ids) : NULL;
  Creation creation = { .draft = draft, .user_ids = ids, .direct_key = direct_key };

  if (!mongodb_transact (store, &work, &creation, error))
    {
      g_clear_pointer (&creation.room, room_unref);
      return NULL;
    }
  if (created != NULL)
    *created = creation.created;
  return creation.room;
}
