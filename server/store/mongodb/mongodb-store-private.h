/* mongodb-store-private.h: what the parts of the MongoDB store share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A call of the store looks like this, or is a transaction (transaction.h):
 *
 *   MongodbCall *call = mongodb_store_begin (store);
 *   … operations; a failed one makes those after it do nothing …
 *   return mongodb_store_end (store, call, error);
 */
#pragma once

#include "store/mongodb/call.h"
#include "store/mongodb/liveness.h"
#include "store/store-private.h"

G_BEGIN_DECLS

/* With a client of one's own; waits a while until one is free. */
MongodbCall *mongodb_store_begin (Store *store);
/* Gives the client back, and hands the error of the call over. */
gboolean mongodb_store_end (Store *store, MongodbCall *call, GError **error);
/* Rooms have been deleted: what was in them is to be removed. */
void mongodb_store_sweep (Store *store);
Liveness *mongodb_store_get_liveness (Store *store);

/* settings.c */
GBytes *mongodb_store_put_setting_once (Store *store, const char *key, GBytes *value, GError **error);
GBytes *mongodb_store_get_setting (Store *store, const char *key, GError **error);

/* users.c */
User *mongodb_store_create_user (Store *store, const User *draft, const char *password_hash, GBytes *invite_hash,
                                 gint64 now, GError **error);
User *mongodb_store_get_user (Store *store, const char *user_id, GError **error);
GPtrArray *mongodb_store_get_users (Store *store, const char *const *user_ids, GError **error);
User *mongodb_store_find_login (Store *store, const char *login, char **password_hash, GError **error);
GPtrArray *mongodb_store_find_users (Store *store, const char *prefix, guint limit, GError **error);
gboolean mongodb_store_update_user (Store *store, const char *user_id, const char *display_name, const char *avatar,
                                    GError **error);
gboolean mongodb_store_set_password (Store *store, const char *user_id, const char *password_hash, GError **error);
gboolean mongodb_store_touch_users (Store *store, const char *const *user_ids, gint64 last_seen, GError **error);
gint64 mongodb_store_count_users (Store *store, GError **error);
gboolean mongodb_store_create_invite (Store *store, GBytes *hash, ConfabUserRole role, const char *created_by,
                                      gint64 expires_at, GError **error);
/* id → User*, of those that there are. */
GHashTable *mongodb_load_users (MongodbCall *call, GPtrArray *user_ids);

/* sessions.c */
gboolean mongodb_store_create_session (Store *store, const Session *session, guint max_sessions, GError **error);
Session *mongodb_store_get_session (Store *store, const char *session_id, GError **error);
GPtrArray *mongodb_store_list_sessions (Store *store, const char *user_id, GError **error);
gboolean mongodb_store_rotate_session (Store *store, const Session *from, const Session *to, GError **error);
gboolean mongodb_store_delete_session (Store *store, const char *session_id, GError **error);
GPtrArray *mongodb_store_delete_sessions (Store *store, const char *user_id, const char *except_id, GError **error);

/* create-room.c */
Room *mongodb_store_create_room (Store *store, const Room *draft, const char *const *member_ids, gboolean *created,
                                 GError **error);

/* rooms.c */
Room *mongodb_store_get_room (Store *store, const char *room_id, GError **error);
gboolean mongodb_store_get_revs (Store *store, const char *const *room_ids, gint64 *revs, GError **error);
GPtrArray *mongodb_store_list_public_rooms (Store *store, const char *query, const char *cursor, guint limit,
                                            char **next_cursor, GError **error);
/* Fails when it is not there. */
Room *mongodb_load_room (MongodbCall *call, const char *room_id);
/* id → Room*, of those that there are. */
GHashTable *mongodb_load_rooms (MongodbCall *call, GPtrArray *room_ids);

/* members.c */
GPtrArray *mongodb_store_list_members (Store *store, const char *room_id, const char *after, guint limit,
                                       GError **error);
Member *mongodb_store_get_member (Store *store, const char *room_id, const char *user_id, GError **error);
GPtrArray *mongodb_store_list_changed_members (Store *store, const char *room_id, gint64 rev, GError **error);
/* With what their accounts are called now; filter and options are taken. */
GPtrArray *mongodb_load_members (MongodbCall *call, bson_t *filter, bson_t *options);

/* summaries.c */
GPtrArray *mongodb_store_list_user_rooms (Store *store, const char *user_id, GError **error);
RoomSummary *mongodb_store_get_user_room (Store *store, const char *user_id, const char *room_id, GError **error);
char **mongodb_store_list_user_room_ids (Store *store, const char *user_id, GError **error);

/* messages.c */
Message *mongodb_store_get_message (Store *store, const char *message_id, GError **error);
GPtrArray *mongodb_store_list_messages (Store *store, const char *room_id, const MessagePage *page, gboolean *has_more,
                                        GError **error);
GPtrArray *mongodb_store_list_changed_messages (Store *store, const char *room_id, gint64 rev, guint limit,
                                                gint64 *total, GError **error);
GPtrArray *mongodb_store_list_message_versions (Store *store, const char *message_id, GError **error);
/* Without what only this store knows of them; filter and options are taken. */
GPtrArray *mongodb_load_messages (MongodbCall *call, bson_t *filter, bson_t *options);

/* apply.c */
gboolean mongodb_store_apply (Store *store, Change **changes, guint n_changes, GError **error);

/* export.c */
gboolean mongodb_store_export (Store *store, StoreEntryFunc func, gpointer data, GError **error);

/* restore.c */
char *mongodb_store_restore_begin (Store *store, gboolean again, GError **error);
gboolean mongodb_store_restore_put (Store *store, const char *restore, StoreEntry *const *entries, guint n_entries,
                                    GError **error);
gboolean mongodb_store_restore_finish (Store *store, const char *restore, GError **error);

G_END_DECLS
