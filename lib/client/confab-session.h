/* confab-session.h: an account on a server, and the connection to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libdex.h>

#include "client/confab-outbox.h"
#include "client/confab-room-list.h"
#include "client/confab-user.h"

G_BEGIN_DECLS

/**
 * ConfabSessionState:
 * @CONFAB_SESSION_STATE_SIGNED_OUT: no account, or its sign-in is no longer good: ask for the password
 * @CONFAB_SESSION_STATE_OFFLINE: signed in, not connected; comes back by itself (see retry-at)
 * @CONFAB_SESSION_STATE_CONNECTING: connecting, or catching up
 * @CONFAB_SESSION_STATE_ONLINE: connected, and everything missed has been fetched
 *
 * Since: 0.1
 */
typedef enum
{
  CONFAB_SESSION_STATE_SIGNED_OUT,
  CONFAB_SESSION_STATE_OFFLINE,
  CONFAB_SESSION_STATE_CONNECTING,
  CONFAB_SESSION_STATE_ONLINE,
} ConfabSessionState;

#define CONFAB_TYPE_SESSION_STATE (confab_session_state_get_type ())
GType confab_session_state_get_type (void) G_GNUC_CONST;

#define CONFAB_TYPE_SESSION (confab_session_get_type ())
G_DECLARE_FINAL_TYPE (ConfabSession, confab_session, CONFAB, SESSION, GObject)

/* Properties, all notified: profile, server, state, user (nullable), rooms, outbox, server-name, error-text ("" when
 * all is well; else a sentence for a person), retry-at (g_get_monotonic_time () of the next try, 0: none waits),
 * message-length.
 *
 * Signals:
 *   message-arrived (ConfabRoom *room, ConfabMessage *message)  somebody else's new message, live or caught up; for
 * notifications room-joined (ConfabRoom *room)                               I am in a room that was not there before
 *   room-left (ConfabRoom *room)                                 I am no longer in it
 *
 * Everything belongs to the thread with the default main context. Call dex_init () or make a session before anything
 * else.
 */

/* folder: where profiles are kept; NULL: $XDG_DATA_HOME/confab. Two sessions must not share a profile. */
ConfabSession *confab_session_new (const char *profile, const char *folder);

/* Futures of ConfabUser. They resolve when the account is known and the cache is loaded; connecting goes on by itself.
 * server: "chat.example.org", "http://127.0.0.1:3000"; without a scheme https is meant, http on loopback. */
DexFuture *confab_session_register (ConfabSession *self, const char *server, const char *username, const char *email,
                                    const char *password, const char *display_name, const char *invite);
DexFuture *confab_session_sign_in (ConfabSession *self, const char *server, const char *username, const char *password);
/* Future of a boolean: whether this profile has an account. Rooms are in the list when it resolves, online or not. */
DexFuture *confab_session_resume_saved (ConfabSession *self);
/* Tells the server when it can, forgets the tokens and everything in the cache. */
DexFuture *confab_session_sign_out (ConfabSession *self);
/* Closes the connection and writes out what is to be kept; for before the program ends. */
DexFuture *confab_session_close (ConfabSession *self);
/* Tries again now rather than at retry-at. */
void confab_session_reconnect (ConfabSession *self);

const char *confab_session_get_profile (ConfabSession *self);
const char *confab_session_get_server (ConfabSession *self);
const char *confab_session_get_server_name (ConfabSession *self);
ConfabSessionState confab_session_get_state (ConfabSession *self);
ConfabUser *confab_session_get_user (ConfabSession *self);
const char *confab_session_get_error_text (ConfabSession *self);
gint64 confab_session_get_retry_at (ConfabSession *self);
guint confab_session_get_message_length (ConfabSession *self);
ConfabRoomList *confab_session_get_rooms (ConfabSession *self);
ConfabOutbox *confab_session_get_outbox (ConfabSession *self);
/* The one object for this person; NULL when never heard of. */
ConfabUser *confab_session_find_user (ConfabSession *self, const char *user_id);

/* Whether a server address sends passwords in the clear over a network: warn before signing in. */
gboolean confab_session_server_is_insecure (const char *server);
/* The address as it will be used, or an error in words. */
char *confab_session_normalize_server (const char *server, GError **error);

/* Any operation of the protocol by its name. data: nullable object. Future of JsonNode (boxed), the reply's data. */
DexFuture *confab_session_call (ConfabSession *self, const char *operation, JsonNode *data);

/* type direct: use confab_session_open_direct (). Futures of ConfabRoom. */
DexFuture *
confab_session_create_room (ConfabSession *self, const char *name, const char *description, ConfabRoomType type);
DexFuture *confab_session_open_direct (ConfabSession *self, const char *user_id);
DexFuture *confab_session_join_room (ConfabSession *self, const char *room_id);
/* Futures of GListModel: of ConfabRoom, those already joined are the objects of the room list; of ConfabUser. query:
 * nullable for rooms */
DexFuture *confab_session_browse_rooms (ConfabSession *self, const char *query);
DexFuture *confab_session_find_users (ConfabSession *self, const char *query);
/* Futures of a boolean. */
DexFuture *confab_session_set_presence (ConfabSession *self, ConfabPresenceStatus status);
DexFuture *confab_session_set_display_name (ConfabSession *self, const char *display_name);
DexFuture *confab_session_change_password (ConfabSession *self, const char *password, const char *new_password);

G_END_DECLS
