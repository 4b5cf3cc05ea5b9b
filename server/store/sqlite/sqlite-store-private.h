/* sqlite-store-private.h: what the parts of the SQLite store share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every call of the store is one transaction and looks like this:
 *
 *   SqliteConnection *connection = sqlite_store_read (store);        (or _write)
 *   … queries; a failed one makes those after it do nothing …
 *   return sqlite_store_end (store, connection, error);
 */
#pragma once

#include "store/sqlite/query.h"
#include "store/store-private.h"

G_BEGIN_DECLS

/* A connection of one's own with a transaction open on it; waits until one is free. */
SqliteConnection *sqlite_store_read (Store *store);
SqliteConnection *sqlite_store_write (Store *store);
/* Commits (or rolls back after a failure) and gives the connection back. */
gboolean sqlite_store_end (Store *store, SqliteConnection *connection, GError **error);

/* settings.c */
GBytes *sqlite_store_put_setting_once (Store *store, const char *key, GBytes *value, GError **error);
GBytes *sqlite_store_get_setting (Store *store, const char *key, GError **error);
/* Fails with NOT_FOUND when there is none. */
GBytes *sqlite_load_setting (SqliteConnection *connection, const char *key);
/* What is there stays; whether there was none. */
gboolean sqlite_insert_setting (SqliteConnection *connection, const char *key, GBytes *value);

/* users.c */
User *sqlite_store_create_user (Store *store, const User *draft, const char *password_hash, GBytes *invite_hash,
                                gint64 now, GError **error);
User *sqlite_store_get_user (Store *store, const char *user_id, GError **error);
GPtrArray *sqlite_store_get_users (Store *store, const char *const *user_ids, GError **error);
User *sqlite_store_find_login (Store *store, const char *login, char **password_hash, GError **error);
GPtrArray *sqlite_store_find_users (Store *store, const char *prefix, guint limit, GError **error);
gboolean sqlite_store_update_user (Store *store, const char *user_id, const char *display_name, const char *avatar,
                                   GError **error);
gboolean sqlite_store_set_password (Store *store, const char *user_id, const char *password_hash, GError **error);
gboolean sqlite_store_touch_users (Store *store, const char *const *user_ids, gint64 last_seen, GError **error);
gint64 sqlite_store_count_users (Store *store, GError **error);
gboolean sqlite_store_create_invite (Store *store, GBytes *hash, ConfabUserRole role, const char *created_by,
                                     gint64 expires_at, GError **error);
gboolean sqlite_account_exists (SqliteConnection *connection, const char *user_id);
/* Fails with CONFLICT when the username or the e-mail address has an owner. */
void sqlite_refuse_taken (SqliteConnection *connection, const User *draft);
void sqlite_insert_user (SqliteConnection *connection, const User *user, const char *password_hash);
void sqlite_insert_invite (SqliteConnection *connection, GBytes *hash, ConfabUserRole role, const char *created_by,
                           gint64 expires_at);

/* sessions.c */
gboolean sqlite_store_create_session (Store *store, const Session *session, guint max_sessions, GError **error);
Session *sqlite_store_get_session (Store *store, const char *session_id, GError **error);
GPtrArray *sqlite_store_list_sessions (Store *store, const char *user_id, GError **error);
gboolean sqlite_store_rotate_session (Store *store, const Session *from, const Session *to, GError **error);
gboolean sqlite_store_delete_session (Store *store, const char *session_id, GError **error);
GPtrArray *sqlite_store_delete_sessions (Store *store, const char *user_id, const char *except_id, GError **error);
void sqlite_insert_session (SqliteConnection *connection, const Session *session);

/* rooms.c */
Room *sqlite_store_create_room (Store *store, const Room *draft, const char *const *member_ids, gboolean *created,
                                GError **error);
Room *sqlite_store_get_room (Store *store, const char *room_id, GError **error);
gboolean sqlite_store_get_revs (Store *store, const char *const *room_ids, gint64 *revs, GError **error);
GPtrArray *sqlite_store_list_public_rooms (Store *store, const char *query, const char *cursor, guint limit,
                                           char **next_cursor, GError **error);
Room *sqlite_load_room (SqliteConnection *connection, const char *room_id);
/* direct_key: store_make_direct_key() of a direct room's people, else NULL. */
void sqlite_insert_room (SqliteConnection *connection, const Room *room, const char *direct_key);

/* members.c */
GPtrArray *
sqlite_store_list_members (Store *store, const char *room_id, const char *after, guint limit, GError **error);
Member *sqlite_store_get_member (Store *store, const char *room_id, const char *user_id, GError **error);
GPtrArray *sqlite_store_list_changed_members (Store *store, const char *room_id, gint64 rev, GError **error);
/* Former ones, too. */
Member *sqlite_load_member (SqliteConnection *connection, const char *room_id, const char *user_id);
GPtrArray *sqlite_load_members (SqliteConnection *connection, const char *room_id, const char *after, guint limit);
/* Writes the whole row, whether it was there or not. */
void sqlite_save_member (SqliteConnection *connection, const Member *member);

/* summaries.c */
GPtrArray *sqlite_store_list_user_rooms (Store *store, const char *user_id, GError **error);
RoomSummary *sqlite_store_get_user_room (Store *store, const char *user_id, const char *room_id, GError **error);
char **sqlite_store_list_user_room_ids (Store *store, const char *user_id, GError **error);

/* messages.c */
Message *sqlite_store_get_message (Store *store, const char *message_id, GError **error);
GPtrArray *sqlite_store_list_messages (Store *store, const char *room_id, const MessagePage *page, gboolean *has_more,
                                       GError **error);
GPtrArray *sqlite_store_list_changed_messages (Store *store, const char *room_id, gint64 rev, guint limit,
                                               gint64 *total, GError **error);
GPtrArray *sqlite_store_list_message_versions (Store *store, const char *message_id, GError **error);
Message *sqlite_load_message (SqliteConnection *connection, const char *message_id);
GPtrArray *sqlite_load_versions (SqliteConnection *connection, const char *message_id);
Message *sqlite_load_message_at (SqliteConnection *connection, const char *room_id, gint64 seq);
Message *sqlite_load_message_of_client (SqliteConnection *connection, const char *sender_id, const char *client_id);

/* export.c */
gboolean sqlite_store_export (Store *store, StoreEntryFunc func, gpointer data, GError **error);

/* restore.c */
char *sqlite_store_restore_begin (Store *store, gboolean again, GError **error);
gboolean sqlite_store_restore_put (Store *store, const char *restore, StoreEntry *const *entries, guint n_entries,
                                   GError **error);
gboolean sqlite_store_restore_finish (Store *store, const char *restore, GError **error);

/* sqlite-batch.c */
/* With its mentions; FALSE when its id, seq or clientId is there already. */
gboolean sqlite_insert_message (SqliteConnection *connection, const Message *message, gint64 first_rev);
/* version: an earlier text of the message, the number-th. */
void sqlite_insert_version (SqliteConnection *connection, const char *message_id, guint number, const Message *version);

/* apply.c */
gboolean sqlite_store_apply (Store *store, Change **changes, guint n_changes, GError **error);

G_END_DECLS
