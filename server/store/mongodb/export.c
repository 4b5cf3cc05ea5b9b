/* export.c: everything that is in the database, entry by entry, in the order of every store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MongoDB shows one moment for minutes at most, and an export may take hours. So it is read as it goes, and counters
 * taken before and after tell whether somebody wrote meanwhile: then it is worth nothing, and fails.
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-store-private.h"

/* How many rooms are read at once; their members and messages follow one room after the other. */
#define ROOMS 100

typedef struct
{
  MongodbCall *call;
  StoreEntryFunc func;
  gpointer data;
} Export;

/* entry is taken. */
static void
hand_out (Export *self, StoreEntry *entry)
{
  g_autoptr(StoreEntry) lent = entry;
  GError *error = NULL;

  if (!mongodb_call_has_failed (self->call) && !self->func (lent, self->data, &error))
    mongodb_call_take_error (self->call, error);
}

/* ---- Has somebody written? ---------------------------------------------------------------------------------- */

/* What no write leaves as it is: the sum of one field, and how many documents there are. */
static const struct
{
  const char *collection;
  const char *field;
} counters[] = {
  { MONGODB_USERS, "$lastSeen" },       { MONGODB_INVITES, "$expiresAt" },   { MONGODB_SESSIONS, "$lastUsedAt" },
  { MONGODB_SETTINGS, "$puts" },        { MONGODB_ROOMS, "$writes" },        { MONGODB_MEMBERS, "$readSeq" },
  { MONGODB_MEMBERS, "$receivedSeq" },
};

static void
append_counter (MongodbCall *call, const char *collection, const char *field, GString *stamp)
{
  bson_t *pipeline = BCON_NEW ("pipeline", "[", "{", "$group", "{", "_id", BCON_NULL,
                               "sum", "{", "$sum", BCON_UTF8 (field), "}",
                               "count", "{", "$sum", BCON_INT64 (1), "}", "}", "}", "]");
  g_auto(MongodbAnswer) answer = mongodb_call_aggregate (call, collection, pipeline);
  const bson_t *document = mongodb_answer_next (&answer);

  g_string_append_printf (stamp, " %" G_GINT64_FORMAT ",%" G_GINT64_FORMAT,
                          document != NULL ? fields_get_number (document, "sum") : 0,
                          document != NULL ? fields_get_number (document, "count") : 0);
}

static char *
make_stamp (MongodbCall *call)
{
  GString *stamp = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (counters); i++)
    append_counter (call, counters[i].collection, counters[i].field, stamp);
  return g_string_free (stamp, FALSE);
}

static void
check_stamp (MongodbCall *call, const char *before)
{
  g_autofree char *after = make_stamp (call);

  if (!g_str_equal (after, before))
    mongodb_call_fail (call, CONFAB_ERROR_CONFLICT,
                       "Something was written while everything was read; stop the servers and begin again");
}

/* ---- Collections -------------------------------------------------------------------------------------------- */

static bson_t *
sort_by (const char *field)
{
  return BCON_NEW ("sort", "{", field, BCON_INT32 (1), "}");
}

static void
export_settings (Export *self)
{
  g_auto(MongodbAnswer) answer =
    mongodb_call_find (self->call, MONGODB_SETTINGS,
                       BCON_NEW ("_id", "{", "$ne", BCON_UTF8 (STORE_RESTORE_MARK), "}"), sort_by ("_id"));
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    {
      StoreEntry *entry = store_entry_new (ENTRY_SETTING);

      entry->setting->key = fields_dup_text (document, "_id");
      entry->setting->value = fields_dup_bytes (document, "value");
      hand_out (self, entry);
    }
}

static void
export_users (Export *self)
{
  g_auto(MongodbAnswer) answer = mongodb_call_find (self->call, MONGODB_USERS, bson_new (), sort_by ("_id"));
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    {
      StoreEntry *entry = store_entry_new_take (ENTRY_USER, document_read_user (document));

      entry->password_hash = fields_dup_text (document, "passwordHash");
      hand_out (self, entry);
    }
}

static StoreEntry *
read_invite (const bson_t *document)
{
  StoreEntry *entry = store_entry_new (ENTRY_INVITE);
  g_autofree char *role = fields_dup_text (document, "role");

  entry->invite->hash = fields_dup_bytes (document, "_id");
  entry->invite->created_by = fields_dup_text (document, "createdBy");
  entry->invite->expires_at = fields_get_number (document, "expiresAt");
  if (role != NULL)
    confab_user_role_from_string (role, &entry->invite->role);
  return entry;
}

static int
compare_invites (gconstpointer a, gconstpointer b)
{
  return g_bytes_compare ((*(StoreEntry *const *) a)->invite->hash, (*(StoreEntry *const *) b)->invite->hash);
}

/* They are few, and MongoDB compares the sizes of bytes first. */
static void
export_invites (Export *self)
{
  g_autoptr(GPtrArray) invites = g_ptr_array_new ();
  g_auto(MongodbAnswer) answer = mongodb_call_find (self->call, MONGODB_INVITES, bson_new (), NULL);
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    g_ptr_array_add (invites, read_invite (document));
  g_ptr_array_sort (invites, compare_invites);
  for (guint i = 0; i < invites->len; i++)
    hand_out (self, invites->pdata[i]);
}

static void
export_sessions (Export *self)
{
  g_auto(MongodbAnswer) answer = mongodb_call_find (self->call, MONGODB_SESSIONS, bson_new (), sort_by ("_id"));
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    hand_out (self, store_entry_new_take (ENTRY_SESSION, document_read_session (document)));
}

static void
export_members (Export *self, const char *room_id)
{
  g_auto(MongodbAnswer) answer = mongodb_call_find (self->call, MONGODB_MEMBERS,
                                                    BCON_NEW ("roomId", BCON_UTF8 (room_id)), sort_by ("userId"));
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    {
      StoreEntry *entry = store_entry_new_take (ENTRY_MEMBER, document_read_member (document));

      g_clear_pointer (&entry->member->username, g_free);
      hand_out (self, entry);
    }
}

static void
export_messages (Export *self, const char *room_id)
{
  g_auto(MongodbAnswer) answer = mongodb_call_find (self->call, MONGODB_MESSAGES,
                                                    BCON_NEW ("roomId", BCON_UTF8 (room_id)), sort_by ("seq"));
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    {
      StoreEntry *entry = store_entry_new_take (ENTRY_MESSAGE, document_read_message (document));

      entry->first_rev = fields_get_number (document, "firstRev");
      entry->versions = document_read_versions (document);
      if (entry->versions->len == 0)
        g_clear_pointer (&entry->versions, g_ptr_array_unref);
      hand_out (self, entry);
    }
}

/* The next ones after the room whose id is in last_id, which moves. */
static GPtrArray *
load_rooms (Export *self, char **last_id)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) store_entry_free);
  bson_t *options = BCON_NEW ("sort", "{", "_id", BCON_INT32 (1), "}", "limit", BCON_INT64 (ROOMS));
  g_auto(MongodbAnswer) answer = mongodb_call_find (
    self->call, MONGODB_ROOMS, BCON_NEW ("_id", "{", "$gt", BCON_UTF8 (*last_id), "}"), options);
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    {
      StoreEntry *entry = store_entry_new_take (ENTRY_ROOM, document_read_room (document));
      g_autofree char *direct_key = fields_dup_text (document, "directKey");

      if (direct_key != NULL)
        entry->direct_ids = g_strsplit (direct_key, " ", -1);
      g_free (*last_id);
      *last_id = g_strdup (entry->room->id);
      g_ptr_array_add (entries, entry);
    }
  return entries;
}

static void
export_rooms (Export *self)
{
  g_autofree char *last_id = g_strdup ("");
  gboolean more = TRUE;

  while (more && !mongodb_call_has_failed (self->call))
    {
      g_autoptr(GPtrArray) rooms = load_rooms (self, &last_id);

      more = rooms->len == ROOMS;
      for (guint i = 0; i < rooms->len; i++)
        {
          g_autoptr(Room) room = room_ref (((StoreEntry *) rooms->pdata[i])->room);

          hand_out (self, g_steal_pointer (&rooms->pdata[i]));
          export_members (self, room->id);
          export_messages (self, room->id);
        }
    }
}

gboolean
mongodb_store_export (Store *store, StoreEntryFunc func, gpointer data, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  Export export = { .call = call, .func = func, .data = data };
  g_autofree char *stamp = NULL;

  mongodb_call_be_patient (call);
  stamp = make_stamp (call);
  export_settings (&export);
  export_users (&export);
  export_invites (&export);
  export_sessions (&export);
  export_rooms (&export);
  check_stamp (call, stamp);
  return mongodb_store_end (store, call, error);
}
