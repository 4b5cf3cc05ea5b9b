/* restore.c: what an export handed out, put into an empty database as it was
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include <string.h>

#include "protocol/confab-ulid.h"
#include "store/sqlite/sqlite-store-private.h"

/* Children before their parents. */
static const char *const clearings[] = {
  "DELETE FROM reactions", "DELETE FROM message_versions", "DELETE FROM mentions", "DELETE FROM messages",
  "DELETE FROM members",   "DELETE FROM rooms",            "DELETE FROM sessions", "DELETE FROM invites",
  "DELETE FROM users",     "DELETE FROM settings",
};

static gint64
count (SqliteConnection *connection, const char *sql)
{
  g_auto(Query) query = query_make (connection, sql);

  return query_next (&query) ? query_take_int (&query) : 0;
}

/* NULL: there is none. */
static char *
load_mark (SqliteConnection *connection)
{
  g_auto(Query) query = query_make (connection, "SELECT value FROM settings WHERE key = '" STORE_RESTORE_MARK "'");
  g_autoptr(GBytes) mark = query_next (&query) ? query_take_bytes (&query) : NULL;

  return mark != NULL ? g_strndup (g_bytes_get_data (mark, NULL), g_bytes_get_size (mark)) : NULL;
}

static void
check_may_begin (SqliteConnection *connection, gboolean again)
{
  g_autofree char *mark = load_mark (connection);
  gint64 n_users = count (connection, "SELECT count (*) FROM users");
  gint64 n_rooms = count (connection, "SELECT count (*) FROM rooms");
  GError *error = NULL;

  if (mark != NULL && !again)
    store_fail_unfinished (&error);
  else if (mark == NULL && (n_users > 0 || n_rooms > 0))
    store_fail_not_empty (n_users, n_rooms, &error);
  if (error != NULL)
    sqlite_connection_take_error (connection, error);
}

char *
sqlite_store_restore_begin (Store *store, gboolean again, GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);
  g_autofree char *restore = confab_ulid_new ();
  g_autoptr(GBytes) mark = g_bytes_new (restore, strlen (restore));

  check_may_begin (connection, again);
  for (gsize i = 0; i < G_N_ELEMENTS (clearings); i++)
    sqlite_connection_execute (connection, clearings[i]);
  sqlite_insert_setting (connection, STORE_RESTORE_MARK, mark);
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&restore) : NULL;
}

static void
check_restore (SqliteConnection *connection, const char *restore)
{
  g_autofree char *mark = load_mark (connection);
  GError *error = NULL;

  if (g_strcmp0 (mark, restore) == 0)
    return;
  store_fail_taken_over (&error);
  sqlite_connection_take_error (connection, error);
}

/* ---- One entry ---------------------------------------------------------------------------------------------- */

static void
put_setting (SqliteConnection *connection, const StoreEntry *entry)
{
  if (!sqlite_insert_setting (connection, entry->setting->key, entry->setting->value))
    sqlite_connection_fail (connection, CONFAB_ERROR_CONFLICT, "There is a setting “%s” already", entry->setting->key);
}

static void
check_free (SqliteConnection *connection, const char *sql, const char *id, const char *what)
{
  g_auto(Query) query = query_make (connection, sql);

  query_put_text (&query, id);
  if (query_next (&query))
    sqlite_connection_fail (connection, CONFAB_ERROR_CONFLICT, "There is %s %s already", what, id);
}

static void
check_account (SqliteConnection *connection, const char *user_id)
{
  if (!sqlite_account_exists (connection, user_id))
    sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no account %s", user_id);
}

static void
put_user (SqliteConnection *connection, const StoreEntry *entry)
{
  check_free (connection, "SELECT 1 FROM users WHERE id = ?", entry->user->id, "an account");
  sqlite_refuse_taken (connection, entry->user);
  sqlite_insert_user (connection, entry->user, entry->password_hash);
}

static void
put_invite (SqliteConnection *connection, const StoreEntry *entry)
{
  const Invite *invite = entry->invite;

  sqlite_insert_invite (connection, invite->hash, invite->role, invite->created_by, invite->expires_at);
}

static void
put_session (SqliteConnection *connection, const StoreEntry *entry)
{
  check_account (connection, entry->session->user_id);
  check_free (connection, "SELECT 1 FROM sessions WHERE id = ?", entry->session->id, "a session");
  sqlite_insert_session (connection, entry->session);
}

static void
put_room (SqliteConnection *connection, const StoreEntry *entry)
{
  g_autofree char *direct_key = entry->direct_ids != NULL ? g_strjoinv (" ", entry->direct_ids) : NULL;

  check_free (connection, "SELECT 1 FROM rooms WHERE id = ?", entry->room->id, "a room");
  if (direct_key != NULL)
    check_free (connection, "SELECT 1 FROM rooms WHERE direct_key = ?", direct_key, "a direct room of");
  sqlite_insert_room (connection, entry->room, direct_key);
}

static void
put_member (SqliteConnection *connection, const StoreEntry *entry)
{
  check_account (connection, entry->member->user_id);
  sqlite_save_member (connection, entry->member);
}

static void
insert_reaction (SqliteConnection *connection, const Message *message, guint position)
{
  const Reaction *reaction = message->reactions->pdata[position];
  g_auto(Query) query =
    query_make (connection, "INSERT INTO reactions (message_id, position, user_id, emoji) VALUES (?, ?, ?, ?)");

  query_put_text (&query, message->id);
  query_put_int (&query, position + 1);
  query_put_text (&query, reaction->user_id);
  query_put_text (&query, reaction->emoji);
  query_run (&query);
}

static void
put_message (SqliteConnection *connection, const StoreEntry *entry)
{
  const Message *message = entry->message;

  if (!sqlite_insert_message (connection, message, entry->first_rev))
    sqlite_connection_fail (connection, CONFAB_ERROR_CONFLICT,
                            "There is another message with the id %s, its number in the room or its clientId",
                            message->id);
  for (guint i = 0; message->reactions != NULL && i < message->reactions->len; i++)
    insert_reaction (connection, message, i);
  for (guint i = 0; entry->versions != NULL && i < entry->versions->len; i++)
    sqlite_insert_version (connection, message->id, i + 1, entry->versions->pdata[i]);
}

/* ---- Together ----------------------------------------------------------------------------------------------- */

static void (*const put_funcs[N_ENTRY_KINDS]) (SqliteConnection *, const StoreEntry *) = {
  [ENTRY_SETTING] = put_setting, [ENTRY_USER] = put_user,       [ENTRY_INVITE] = put_invite,
  [ENTRY_SESSION] = put_session, [ENTRY_ROOM] = put_room,       [ENTRY_MEMBER] = put_member,
  [ENTRY_MESSAGE] = put_message,
};

gboolean
sqlite_store_restore_put (Store *store, const char *restore, StoreEntry *const *entries, guint n_entries,
                          GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);

  check_restore (connection, restore);
  for (guint i = 0; i < n_entries && !sqlite_connection_has_failed (connection); i++)
    put_funcs[entries[i]->kind] (connection, entries[i]);
  return sqlite_store_end (store, connection, error);
}

gboolean
sqlite_store_restore_finish (Store *store, const char *restore, GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);

  check_restore (connection, restore);
  sqlite_connection_execute (connection, "DELETE FROM settings WHERE key = '" STORE_RESTORE_MARK "'");
  return sqlite_store_end (store, connection, error);
}
