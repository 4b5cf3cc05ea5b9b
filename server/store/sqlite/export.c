/* export.c: everything that is in the database, row by row, as it is at one moment
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * It is one read transaction, so that a server may go on writing meanwhile; what it writes stays in the WAL until the
 * export has ended.
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite-store-private.h"

typedef struct
{
  SqliteConnection *connection;
  StoreEntryFunc func;
  gpointer data;
} Export;

/* entry is taken. */
static void
hand_out (Export *self, StoreEntry *entry)
{
  g_autoptr(StoreEntry) lent = entry;
  GError *error = NULL;

  if (!sqlite_connection_has_failed (self->connection) && !self->func (lent, self->data, &error))
    sqlite_connection_take_error (self->connection, error);
}

static void
export_settings (Export *self)
{
  g_auto(Query) query =
    query_make (self->connection, "SELECT key, value FROM settings WHERE key <> '" STORE_RESTORE_MARK "' ORDER BY key");

  while (query_next (&query))
    {
      StoreEntry *entry = store_entry_new (ENTRY_SETTING);

      entry->setting->key = query_take_text (&query);
      entry->setting->value = query_take_bytes (&query);
      hand_out (self, entry);
    }
}

static void
export_users (Export *self)
{
  g_auto(Query) query = query_make (self->connection, "SELECT " USER_COLUMNS ", password_hash FROM users ORDER BY id");

  while (query_next (&query))
    {
      StoreEntry *entry = store_entry_new_take (ENTRY_USER, row_take_user (&query));

      entry->password_hash = query_take_text (&query);
      hand_out (self, entry);
    }
}

static void
export_invites (Export *self)
{
  g_auto(Query) query =
    query_make (self->connection, "SELECT hash, role, created_by, expires_at FROM invites ORDER BY hash");

  while (query_next (&query))
    {
      StoreEntry *entry = store_entry_new (ENTRY_INVITE);

      entry->invite->hash = query_take_bytes (&query);
      entry->invite->role = row_take_user_role (&query);
      entry->invite->created_by = query_take_text (&query);
      entry->invite->expires_at = query_take_int (&query);
      hand_out (self, entry);
    }
}

static void
export_sessions (Export *self)
{
  g_auto(Query) query = query_make (self->connection, "SELECT " SESSION_COLUMNS " FROM sessions ORDER BY id");

  while (query_next (&query))
    hand_out (self, store_entry_new_take (ENTRY_SESSION, row_take_session (&query)));
}

static void
export_members (Export *self, const char *room_id)
{
  g_auto(Query) query = query_make (self->connection,
                                    "SELECT user_id, role, joined_at, left_at, received_seq, read_seq, rev FROM members"
                                    " WHERE room_id = ? ORDER BY user_id");

  query_put_text (&query, room_id);
  while (query_next (&query))
    {
      StoreEntry *entry = store_entry_new (ENTRY_MEMBER);

      entry->member->room_id = g_strdup (room_id);
      entry->member->user_id = query_take_text (&query);
      entry->member->role = row_take_member_role (&query);
      entry->member->joined_at = query_take_int (&query);
      entry->member->left_at = query_take_int (&query);
      entry->member->received_seq = query_take_int (&query);
      entry->member->read_seq = query_take_int (&query);
      entry->member->rev = query_take_int (&query);
      hand_out (self, entry);
    }
}

static void
export_messages (Export *self, const char *room_id)
{
  g_auto(Query) query = query_make (self->connection,
                                    "SELECT " MESSAGE_COLUMNS ", first_rev FROM messages WHERE room_id = ?"
                                    " ORDER BY seq");

  query_put_text (&query, room_id);
  while (query_next (&query))
    {
      StoreEntry *entry = store_entry_new_take (ENTRY_MESSAGE, row_take_message (&query));

      entry->first_rev = query_take_int (&query);
      /* Only an edit leaves one, and a deletion takes both. */
      if (entry->message->edited_at != 0)
        entry->versions = sqlite_load_versions (self->connection, entry->message->id);
      hand_out (self, entry);
    }
}

static void
export_rooms (Export *self)
{
  g_auto(Query) query = query_make (self->connection, "SELECT " ROOM_COLUMNS ", direct_key FROM rooms ORDER BY id");

  while (query_next (&query))
    {
      g_autoptr(Room) room = row_take_room (&query);
      const char *direct_key = query_peek_text (&query);
      StoreEntry *entry = store_entry_new_take (ENTRY_ROOM, room_ref (room));

      if (direct_key != NULL)
        entry->direct_ids = g_strsplit (direct_key, " ", -1);
      hand_out (self, entry);
      export_members (self, room->id);
      export_messages (self, room->id);
    }
}

gboolean
sqlite_store_export (Store *store, StoreEntryFunc func, gpointer data, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  Export export = { .connection = connection, .func = func, .data = data };

  export_settings (&export);
  export_users (&export);
  export_invites (&export);
  export_sessions (&export);
  export_rooms (&export);
  return sqlite_store_end (store, connection, error);
}
