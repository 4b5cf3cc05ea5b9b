/* store.h: where everything durable lives; one contract, several databases behind it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All calls block and may be made from any thread but a reactor. Errors are of CONFAB_ERROR: NOT_FOUND where the thing
 * asked for is not there, CONFLICT where a unique thing exists (with the field), UNAVAILABLE where the database did not
 * answer (nothing of the call was applied, or a repeat of it is harmless). Returned records are owned by the caller.
 * The same list of cases in tests/contract/ runs against every implementation.
 */
#pragma once

#include "store/change.h"
#include "store/entry.h"

G_BEGIN_DECLS

typedef struct _Store Store;

typedef struct
{
  const char *scheme;         /* of the address: "sqlite" */
  Store *(*open) (const char *address, GError **error);
  gboolean (*check_address) (const char *address, GError **error);
  gboolean remote;            /* a server of its own: one that does not answer now may do so later */
} StoreBackend;

/* Opens sqlite:PATH (or sqlite::memory: for tests), mongodb://… or mongodb+srv://…, and migrates it to the present
 * schema. An address may hold a password: no error tells it. CONFLICT where a restore was begun and not finished:
 * nothing may run on a part of what there should be. */
Store *store_open (const char *address, GError **error);
/* The same, but also where a restore was not finished; for store_restore_begin(). */
Store *store_open_to_restore (const char *address, GError **error);
/* Whether it is the address of a store, be that there or not. */
gboolean store_check_address (const char *address, GError **error);
/* Whether that is a server that may start later than this one. */
gboolean store_is_remote (const char *address);
void store_close (Store *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Store, store_close)

/* How many lanes may write at once without getting in each other's way. */
guint store_get_lanes (Store *self);
/* How often a transaction had to start over because others were in its way. */
guint64 store_get_retries (Store *self);
/* A cheap round trip: is the database answering? */
gboolean store_check (Store *self, GError **error);

/* Settings: the first value put under a key stays, so that instances agree on secrets. */
GBytes *store_put_setting_once (Store *self, const char *key, GBytes *value, GError **error);
GBytes *store_get_setting (Store *self, const char *key, GError **error);

/* Accounts. username and email are unique (case folded by the caller).
 * invite_hash, when not NULL, is consumed in the same transaction and gives the role; FORBIDDEN when it is not good
 * (any more). */
User *store_create_user (Store *self, const User *draft, const char *password_hash, GBytes *invite_hash, gint64 now,
                         GError **error);
User *store_get_user (Store *self, const char *user_id, GError **error);
/* Of User*, those that exist. */
GPtrArray *store_get_users (Store *self, const char * const *user_ids, GError **error);
/* login: a username or an e-mail address. */
User *store_find_login (Store *self, const char *login, char **password_hash, GError **error);
/* Of User*, by username: those whose username or display name starts with prefix, without case. */
GPtrArray *store_find_users (Store *self, const char *prefix, guint limit, GError **error);
/* NULL leaves as it is; an empty avatar takes it away. */
gboolean store_update_user (Store *self, const char *user_id, const char *display_name, const char *avatar,
                            GError **error);
gboolean store_set_password (Store *self, const char *user_id, const char *password_hash, GError **error);
/* Never backwards. Ids that do not exist are passed over. */
gboolean store_touch_users (Store *self, const char * const *user_ids, gint64 last_seen, GError **error);
/* -1 with an error. */
gint64 store_count_users (Store *self, GError **error);
/* expires_at 0: never. */
gboolean store_create_invite (Store *self, GBytes *hash, ConfabUserRole role, const char *created_by,
                              gint64 expires_at, GError **error);

/* Sessions. */
/* Drops those that have run out, and the longest unused beyond max (0: no limit). */
gboolean store_create_session (Store *self, const Session *session, guint max_sessions, GError **error);
Session *store_get_session (Store *self, const char *session_id, GError **error);
/* Of Session*, last used first. */
GPtrArray *store_list_sessions (Store *self, const char *user_id, GError **error);
/* Compare and set: FALSE with CONFLICT when the row does not hold `from` (any more). */
gboolean store_rotate_session (Store *self, const Session *from, const Session *to, GError **error);
gboolean store_delete_session (Store *self, const char *session_id, GError **error);
/* All of somebody's but one (nullable): the ids (char*) of those deleted. */
GPtrArray *store_delete_sessions (Store *self, const char *user_id, const char *except_id, GError **error);

/* Rooms. A direct room is made once for the same set of people: created tells whether this call made it.
 * member_ids: all of them, the creator (who becomes an admin unless direct) included; NOT_FOUND when one has no
 * account. Whoever had left a direct room is in it again when somebody makes it anew. */
Room *store_create_room (Store *self, const Room *draft, const char * const *member_ids, gboolean *created,
                         GError **error);
Room *store_get_room (Store *self, const char *room_id, GError **error);
/* revs: out, one per room in the order asked, -1 where there is no such room (any more). One query. */
gboolean store_get_revs (Store *self, const char *const *room_ids, gint64 *revs, GError **error);
/* Members that are in the room, by username; after: the username to go on from, nullable; limit 0: all. */
GPtrArray *store_list_members (Store *self, const char *room_id, const char *after, guint limit, GError **error);
/* NOT_FOUND for former ones, too. */
Member *store_get_member (Store *self, const char *room_id, const char *user_id, GError **error);
/* Of RoomSummary*, last activity first. */
GPtrArray *store_list_user_rooms (Store *self, const char *user_id, GError **error);
/* The same for one room; NOT_FOUND unless a member. */
RoomSummary *store_get_user_room (Store *self, const char *user_id, const char *room_id, GError **error);
/* Cheap: for subscriptions. */
char **store_list_user_room_ids (Store *self, const char *user_id, GError **error);
/* Public rooms whose name or description holds query (nullable), most members first. cursor in and out are opaque;
 * BAD_REQUEST for one that is not of this list. */
GPtrArray *store_list_public_rooms (Store *self, const char *query, const char *cursor, guint limit,
                                    char **next_cursor, GError **error);

/* Messages. */
Message *store_get_message (Store *self, const char *message_id, GError **error);
/* One of before and around is > 0, or after is not -1, or none of it for the newest page. Oldest first.
 * has_more: further ones in the direction asked; with around, in either. */
typedef struct
{
  gint64 before;
  gint64 after;              /* -1: not used */
  gint64 around;
  guint limit;
} MessagePage;
GPtrArray *store_list_messages (Store *self, const char *room_id, const MessagePage *page, gboolean *has_more,
                                GError **error);
/* Messages whose rev is above `rev`, by seq; at most limit. total: how many there are in all. */
GPtrArray *store_list_changed_messages (Store *self, const char *room_id, gint64 rev, guint limit, gint64 *total,
                                        GError **error);
/* Memberships whose rev is above `rev`, former members included. */
GPtrArray *store_list_changed_members (Store *self, const char *room_id, gint64 rev, GError **error);
/* The texts a message had before, oldest first: of Message* (content and editedAt only). */
GPtrArray *store_list_message_versions (Store *self, const char *message_id, GError **error);

/* Applies decided changes in one transaction, in the order given, numbering them per room, and fills each one's
 * outcome. FALSE with an error: none of them was applied, and the same array can be handed in again. When the answer to
 * a commit was lost, the store asks what is there. An append whose clientId is known is UNCHANGED even where it would
 * be STALE. */
gboolean store_apply (Store *self, Change **changes, guint n_changes, GError **error);

/* Export: everything, entry by entry, as it is at one moment. entry is lent; FALSE ends the export with that error.
 * func must not call the store. The order is the same everywhere, so that two stores that hold the same hand out the
 * same: settings by key, users by id, invites by hash, sessions by id; then room by room, by id, each followed by its
 * members, former ones included, by user id, and its messages by seq. Ids and keys are compared byte by byte.
 * An implementation whose database gives no view of one moment for as long as this takes fails with CONFLICT when it
 * notices that something was written meanwhile: the servers must be stopped then. */
typedef gboolean (*StoreEntryFunc) (const StoreEntry *entry, gpointer data, GError **error);
gboolean store_export (Store *self, StoreEntryFunc func, gpointer data, GError **error);

/* Restore: entries in the order of an export go into an empty store, exactly as they are, numbers and all.
 *
 * begin: CONFLICT when there are users or rooms. Empties the rest and marks the store as unfinished, in one step: until
 * finish() nobody can open it but store_open_to_restore(). again: what an unfinished restore has left is removed and it
 * begins anew; without, that is a CONFLICT, too. Returns what the two others must be given, so that a restore that was
 * begun again elsewhere ends this one (CONFLICT).
 * put: all of them or none (one transaction; a caller makes batches of some hundreds). CONFLICT where a unique thing is
 * there already, NOT_FOUND where a session or a membership is of somebody who has no account. After UNAVAILABLE it
 * cannot be told whether they are in: begin again.
 * finish: from now on it is a store like any other. */
char *store_restore_begin (Store *self, gboolean again, GError **error);
gboolean store_restore_put (Store *self, const char *restore, StoreEntry *const *entries, guint n_entries,
                            GError **error);
gboolean store_restore_finish (Store *self, const char *restore, GError **error);

G_END_DECLS
