/* store-private.h: what an implementation of Store fills in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdatomic.h>

#include "store/store.h"

G_BEGIN_DECLS

/* How often one message may be edited; its earlier texts are kept, and nothing a peer can grow is without a bound. */
#define STORE_MESSAGE_EDITS 100
/* How many reactions one message may have: they are read and told together with it. */
#define STORE_MESSAGE_REACTIONS 10000
/* Rooms up to this size come with all their members in somebody's list. */
#define STORE_SUMMARY_MEMBERS 50
/* The setting that marks an unfinished restore; its value is what restore_begin() returned. Never exported. */
#define STORE_RESTORE_MARK "restore-unfinished"

/* One function per call of store.h, same contract; store.c holds the one-line dispatchers. */
typedef struct _StoreClass StoreClass;

struct _StoreClass
{
  void (*close) (Store *self);
  guint (*get_lanes) (Store *self);
  gboolean (*check) (Store *self, GError **error);

  GBytes *(*put_setting_once) (Store *self, const char *key, GBytes *value, GError **error);
  GBytes *(*get_setting) (Store *self, const char *key, GError **error);

  User *(*create_user) (Store *self, const User *draft, const char *password_hash, GBytes *invite_hash, gint64 now,
                        GError **error);
  User *(*get_user) (Store *self, const char *user_id, GError **error);
  GPtrArray *(*get_users) (Store *self, const char * const *user_ids, GError **error);
  User *(*find_login) (Store *self, const char *login, char **password_hash, GError **error);
  GPtrArray *(*find_users) (Store *self, const char *prefix, guint limit, GError **error);
  gboolean (*update_user) (Store *self, const char *user_id, const char *display_name, const char *avatar,
                           GError **error);
  gboolean (*set_password) (Store *self, const char *user_id, const char *password_hash, GError **error);
  gboolean (*touch_users) (Store *self, const char * const *user_ids, gint64 last_seen, GError **error);
  gint64 (*count_users) (Store *self, GError **error);
  gboolean (*create_invite) (Store *self, GBytes *hash, ConfabUserRole role, const char *created_by, gint64 expires_at,
                             GError **error);

  gboolean (*create_session) (Store *self, const Session *session, guint max_sessions, GError **error);
  Session *(*get_session) (Store *self, const char *session_id, GError **error);
  GPtrArray *(*list_sessions) (Store *self, const char *user_id, GError **error);
  gboolean (*rotate_session) (Store *self, const Session *from, const Session *to, GError **error);
  gboolean (*delete_session) (Store *self, const char *session_id, GError **error);
  GPtrArray *(*delete_sessions) (Store *self, const char *user_id, const char *except_id, GError **error);

  Room *(*create_room) (Store *self, const Room *draft, const char *const *member_ids, gboolean *created,
                        GError **error);
  Room *(*get_room) (Store *self, const char *room_id, GError **error);
  gboolean (*get_revs) (Store *self, const char *const *room_ids, gint64 *revs, GError **error);
  GPtrArray *(*list_members) (Store *self, const char *room_id, const char *after, guint limit, GError **error);
  Member *(*get_member) (Store *self, const char *room_id, const char *user_id, GError **error);
  GPtrArray *(*list_user_rooms) (Store *self, const char *user_id, GError **error);
  RoomSummary *(*get_user_room) (Store *self, const char *user_id, const char *room_id, GError **error);
  char **(*list_user_room_ids) (Store *self, const char *user_id, GError **error);
  GPtrArray *(*list_public_rooms) (Store *self, const char *query, const char *cursor, guint limit, char **next_cursor,
                                   GError **error);

  Message *(*get_message) (Store *self, const char *message_id, GError **error);
  GPtrArray *(*list_messages) (Store *self, const char *room_id, const MessagePage *page, gboolean *has_more,
                               GError **error);
  GPtrArray *(*list_changed_messages) (Store *self, const char *room_id, gint64 rev, guint limit, gint64 *total,
                                       GError **error);
  GPtrArray *(*list_changed_members) (Store *self, const char *room_id, gint64 rev, GError **error);
  GPtrArray *(*list_message_versions) (Store *self, const char *message_id, GError **error);

  gboolean (*apply) (Store *self, Change **changes, guint n_changes, GError **error);

  gboolean (*export) (Store *self, StoreEntryFunc func, gpointer data, GError **error);
  char *(*restore_begin) (Store *self, gboolean again, GError **error);
  gboolean (*restore_put) (Store *self, const char *restore, StoreEntry *const *entries, guint n_entries,
                           GError **error);
  gboolean (*restore_finish) (Store *self, const char *restore, GError **error);
};

struct _Store
{
  const StoreClass *klass;
  _Atomic guint64 retries;    /* transactions that were begun again */
};

/* What searches compare: without case, and without the differences that Unicode calls compatible. NULL gives "". */
char *store_fold_text (const char *text);
/* The same of a room, name and description. */
char *store_fold_room (const char *name, const char *description);

/* Words for what every implementation refuses alike. */
void store_fail_not_empty (gint64 n_users, gint64 n_rooms, GError **error);
void store_fail_unfinished (GError **error);
void store_fail_taken_over (GError **error);

G_END_DECLS
