/* restore.c: what an export handed out, put into an empty database as it was
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an unfinished restore has left may be too much to be removed in one transaction. So the mark is set first, which
 * nobody but a restore gets past, and the rest is emptied under it.
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include <string.h>

#include "protocol/confab-ulid.h"
#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-store-private.h"
#include "store/mongodb/transaction.h"

static const char *const emptied[] = {
  MONGODB_USERS, MONGODB_INVITES, MONGODB_SESSIONS, MONGODB_ROOMS, MONGODB_MEMBERS, MONGODB_MESSAGES,
  MONGODB_DELETED_ROOMS,
};

static bson_t *
make_mark_filter (void)
{
  return BCON_NEW ("_id", BCON_UTF8 (STORE_RESTORE_MARK));
}

/* NULL: there is none. */
static char *
load_mark (MongodbCall *call)
{
  g_auto(MongodbAnswer) answer = mongodb_call_find (call, MONGODB_SETTINGS, make_mark_filter (), NULL);
  const bson_t *document = mongodb_answer_next (&answer);
  g_autoptr(GBytes) mark = document != NULL ? fields_dup_bytes (document, "value") : NULL;

  return mark != NULL ? g_strndup (g_bytes_get_data (mark, NULL), g_bytes_get_size (mark)) : NULL;
}

/* ---- Begin -------------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *restore;
  gboolean again;
} Beginning;

static void
check_may_begin (MongodbCall *call, gboolean again)
{
  g_autofree char *mark = load_mark (call);
  gint64 n_users = mark == NULL ? mongodb_call_count (call, MONGODB_USERS, bson_new ()) : 0;
  gint64 n_rooms = mark == NULL ? mongodb_call_count (call, MONGODB_ROOMS, bson_new ()) : 0;
  GError *error = NULL;

  if (mark != NULL && !again)
    store_fail_unfinished (&error);
  else if (n_users > 0 || n_rooms > 0)
    store_fail_not_empty (n_users, n_rooms, &error);
  if (error != NULL)
    mongodb_call_take_error (call, error);
}

static void
set_mark (MongodbCall *call, gpointer data)
{
  const Beginning *self = data;
  g_autoptr(GBytes) mark = g_bytes_new (self->restore, strlen (self->restore));
  g_auto(bson_t) set = BSON_INITIALIZER;

  check_may_begin (call, self->again);
  fields_append_bytes (&set, "value", mark);
  mongodb_call_update_one (call, MONGODB_SETTINGS, make_mark_filter (),
                           BCON_NEW ("$set", BCON_DOCUMENT (&set)), BCON_NEW ("upsert", BCON_BOOL (true)));
}

static gboolean
empty (Store *store, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);

  mongodb_call_be_patient (call);
  for (gsize i = 0; i < G_N_ELEMENTS (emptied); i++)
    mongodb_call_delete (call, emptied[i], bson_new ());
  mongodb_call_delete (call, MONGODB_SETTINGS,
                       BCON_NEW ("_id", "{", "$ne", BCON_UTF8 (STORE_RESTORE_MARK), "}"));
  return mongodb_store_end (store, call, error);
}

char *
mongodb_store_restore_begin (Store *store, gboolean again, GError **error)
{
  static const MongodbWork work = { .run = set_mark };
  g_autofree char *restore = confab_ulid_new ();
  Beginning beginning = { restore, again };

  if (!mongodb_transact (store, &work, &beginning, error) || !empty (store, error))
    return NULL;
  return g_steal_pointer (&restore);
}

/* ---- Put ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *restore;
  StoreEntry *const *entries;
  guint n_entries;
} Putting;

static void
fail_taken_over (MongodbCall *call)
{
  GError *error = NULL;

  store_fail_taken_over (&error);
  mongodb_call_take_error (call, error);
}

/* Takes hold of the mark, so that a restore which is begun elsewhere comes before this or after it. */
static void
check_restore (MongodbCall *call, const char *restore)
{
  g_autofree char *mark = NULL;

  mongodb_call_update_one (call, MONGODB_SETTINGS, make_mark_filter (),
                           BCON_NEW ("$inc", "{", "puts", BCON_INT64 (1), "}"), NULL);
  mark = load_mark (call);
  if (g_strcmp0 (mark, restore) != 0)
    fail_taken_over (call);
}

static const char *
get_person (const StoreEntry *entry)
{
  switch (entry->kind)
    {
    case ENTRY_SESSION:
      return entry->session->user_id;
    case ENTRY_MEMBER:
      return entry->member->user_id;
    default:
      return NULL;
    }
}

/* Those whom sessions and memberships of this array are of; fails when somebody has no account. */
static GHashTable *
load_people (MongodbCall *call, const Putting *self)
{
  g_autoptr(GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GPtrArray) list = NULL;
  GHashTable *users = NULL;

  for (guint i = 0; i < self->n_entries; i++)
    if (get_person (self->entries[i]) != NULL)
      g_hash_table_add (ids, (gpointer) get_person (self->entries[i]));
  list = g_hash_table_get_keys_as_ptr_array (ids);
  users = mongodb_load_users (call, list);
  for (guint i = 0; i < list->len; i++)
    if (!g_hash_table_contains (users, list->pdata[i]))
      mongodb_call_fail (call, CONFAB_ERROR_NOT_FOUND, "There is no account %s", (char *) list->pdata[i]);
  return users;
}

static void
append_setting (bson_t *document, const Setting *setting)
{
  BSON_APPEND_UTF8 (document, "_id", setting->key);
  fields_append_bytes (document, "value", setting->value);
}

static void
append_invite (bson_t *document, const Invite *invite)
{
  fields_append_bytes (document, "_id", invite->hash);
  BSON_APPEND_UTF8 (document, "role", confab_user_role_to_string (invite->role));
  if (invite->created_by != NULL)
    BSON_APPEND_UTF8 (document, "createdBy", invite->created_by);
  BSON_APPEND_INT64 (document, "expiresAt", invite->expires_at);
}

static void
append_room (bson_t *document, const StoreEntry *entry)
{
  g_autofree char *direct_key = entry->direct_ids != NULL ? g_strjoinv (" ", entry->direct_ids) : NULL;

  document_append_room (document, entry->room, direct_key);
}

static void
append_member (bson_t *document, const Member *member, GHashTable *people)
{
  const User *user = g_hash_table_lookup (people, member->user_id);
  g_autoptr(Member) named = member_copy (member);

  g_free (named->username);
  named->username = g_strdup (user->username);
  document_append_member (document, named);
}

static void
append_message (bson_t *document, const StoreEntry *entry)
{
  document_append_message (document, entry->message, entry->first_rev, entry->versions);
}

static void
append_entry (bson_t *document, const StoreEntry *entry, GHashTable *people)
{
  switch (entry->kind)
    {
    case ENTRY_SETTING:
      append_setting (document, entry->setting);
      break;
    case ENTRY_USER:
      document_append_user (document, entry->user, entry->password_hash);
      break;
    case ENTRY_INVITE:
      append_invite (document, entry->invite);
      break;
    case ENTRY_SESSION:
      document_append_session (document, entry->session);
      break;
    case ENTRY_ROOM:
      append_room (document, entry);
      break;
    case ENTRY_MEMBER:
      append_member (document, entry->member, people);
      break;
    case ENTRY_MESSAGE:
      append_message (document, entry);
      break;
    case N_ENTRY_KINDS:
      g_assert_not_reached ();
    }
}

static const struct
{
  const char *collection;
  const char *taken;      /* what is there already when something of it is */
} kinds[N_ENTRY_KINDS] = {
  [ENTRY_SETTING] = { MONGODB_SETTINGS, "a setting with this name" },
  [ENTRY_USER] = { MONGODB_USERS, "an account with this id, username or e-mail address" },
  [ENTRY_INVITE] = { MONGODB_INVITES, "such an invite" },
  [ENTRY_SESSION] = { MONGODB_SESSIONS, "a session with this id" },
  [ENTRY_ROOM] = { MONGODB_ROOMS, "a room with this id, or a direct room of these people" },
  [ENTRY_MEMBER] = { MONGODB_MEMBERS, "such a membership" },
  [ENTRY_MESSAGE] = { MONGODB_MESSAGES, "a message with this id, number in the room or clientId" },
};

static void
put_kind (MongodbCall *call, const Putting *self, StoreEntryKind kind, GHashTable *people)
{
  mongoc_bulk_operation_t *bulk = NULL;

  for (guint i = 0; i < self->n_entries; i++)
    {
      g_auto(bson_t) document = BSON_INITIALIZER;

      if (self->entries[i]->kind != kind)
        continue;
      if (bulk == NULL)
        bulk = mongodb_call_begin_bulk (call, kinds[kind].collection);
      if (bulk == NULL)
        return;
      append_entry (&document, self->entries[i], people);
      mongoc_bulk_operation_insert_with_opts (bulk, &document, NULL, NULL);
    }
  if (bulk != NULL)
    mongodb_call_run_bulk (call, bulk);
}

static void
fail_taken (MongodbCall *call, StoreEntryKind kind)
{
  g_clear_error (&call->error);
  call->transient = FALSE;
  mongodb_call_fail (call, CONFAB_ERROR_CONFLICT, "There is %s already", kinds[kind].taken);
}

/* Accounts come before what is somebody's. */
static void
put (MongodbCall *call, gpointer data)
{
  const Putting *self = data;
  g_autoptr(GHashTable) people = NULL;

  check_restore (call, self->restore);
  for (StoreEntryKind kind = 0; kind < N_ENTRY_KINDS && !mongodb_call_has_failed (call); kind++)
    {
      if (kind == ENTRY_INVITE)
        people = load_people (call, self);
      put_kind (call, self, kind, people);
      if (call->duplicate)
        fail_taken (call, kind);
    }
}

gboolean
mongodb_store_restore_put (Store *store, const char *restore, StoreEntry *const *entries, guint n_entries,
                           GError **error)
{
  static const MongodbWork work = { .run = put };
  Putting putting = { restore, entries, n_entries };

  return mongodb_transact (store, &work, &putting, error);
}

/* ---- Finish ------------------------------------------------------------------------------------------------- */

gboolean
mongodb_store_restore_finish (Store *store, const char *restore, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(GBytes) mark = g_bytes_new (restore, strlen (restore));
  bson_t *filter = make_mark_filter ();

  fields_append_bytes (filter, "value", mark);
  if (mongodb_call_delete (call, MONGODB_SETTINGS, filter) == 0)
    fail_taken_over (call);
  return mongodb_store_end (store, call, error);
}
