/* confab-session-private.h: what the parts of the session share, and what rooms and the outbox may ask of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "client/confab-backoff.h"
#include "client/confab-cache.h"
#include "client/confab-http.h"
#include "client/confab-session.h"
#include "client/confab-socket.h"

G_BEGIN_DECLS

/* What the parts of the session (confab-session*.c) share. */
struct _ConfabSession
{
  GObject parent_instance;

  char *profile;
  char *folder;               /* of this profile */
  ConfabSessionState state;
  char *server;               /* nullable */
  char *server_name;
  char *error_text;
  gint64 retry_at;
  guint message_length;
  guint members_shown;
  guint silence;              /* seconds */
  guint typing_repeat;        /* seconds */
  guint typing_expiry;        /* seconds */

  ConfabUser *user;           /* nullable */
  GHashTable *users;          /* id → ConfabUser */
  ConfabRoomList *rooms;
  ConfabOutbox *outbox;

  ConfabCache *cache;         /* nullable until an account is known */
  gboolean cache_loaded;
  ConfabCacheBatch *batch;    /* what is to be written in this turn of the main loop */
  GHashTable *changed_rooms;  /* set of ConfabRoom, to be written with it */
  guint flush_source;

  ConfabHttp *http;
  ConfabSocket *socket;       /* nullable */
  char *token;
  char *refresh_token;
  gint64 token_expires;       /* wall clock, seconds since 1970 */
  DexFuture *refreshing;      /* nullable: the refresh that is under way */

  DexFuture *loop;            /* nullable: the fiber that keeps the connection */
  gboolean stopping;
  DexPromise *wake;           /* nullable: resolved to try again at once */
  ConfabBackoff backoff;
  GNetworkMonitor *network;
  gint64 last_try;            /* monotonic */
  ConfabPresenceStatus presence;   /* how this device's user wants to be seen */

  DexPromise *hello;          /* nullable: waits for the first event of a connection */
  gboolean syncing;           /* events are kept in early until it ends */
  gboolean sync_again;
  GQueue early;               /* of Event */
  guint sync_timer;
  gint64 sync_due;            /* when it fires, monotonic */

  GHashTable *marked_rooms;   /* set of ConfabRoom whose marks are to be told */
  guint mark_timer;
  gboolean marking;
};

/* ---- confab-session.c -------------------------------------------------------------------------------------- */

/* Moves along the table of allowed edges; another move is a programming error and does nothing. */
void confab_session_set_state (ConfabSession *self, ConfabSessionState state);
gboolean confab_session_state_may_become (ConfabSessionState from, ConfabSessionState to);
/* error NULL: all is well. */
void confab_session_set_error (ConfabSession *self, const GError *error);
void confab_session_set_retry_at (ConfabSession *self, gint64 retry_at);
void confab_session_set_server (ConfabSession *self, const char *server);
void confab_session_set_server_name (ConfabSession *self, const char *name);
void confab_session_set_user (ConfabSession *self, ConfabUser *user);
void confab_session_set_message_length (ConfabSession *self, guint length);
/* A sentence for a person. */
char *confab_session_describe_error (ConfabSession *self, const GError *error);

ConfabUser *confab_session_ensure_user (ConfabSession *self, const char *user_id);
const char *confab_session_get_user_id (ConfabSession *self);
void confab_session_announce_message (ConfabSession *self, ConfabRoom *room, ConfabMessage *message);
void confab_session_announce_joined (ConfabSession *self, ConfabRoom *room);
void confab_session_announce_left (ConfabSession *self, ConfabRoom *room);

/* ---- confab-session-store.c: what goes to the cache and comes from it ---------------------------------------- */

/* The batch of this turn of the main loop; it is written by itself. */
ConfabCacheBatch *confab_session_get_batch (ConfabSession *self);
void confab_session_note_room (ConfabSession *self, ConfabRoom *room);
void confab_session_forget_room (ConfabSession *self, const char *room_id);
void confab_session_flush (ConfabSession *self);
/* On a fiber: opens the profile's cache, and gives the account in it. */
gboolean confab_session_open_cache (ConfabSession *self, char **server, JsonObject **user, GError **error);
/* On a fiber: rooms and outbox from the cache, once. */
gboolean confab_session_load_cache (ConfabSession *self, GError **error);
/* On a fiber. */
gboolean confab_session_clear_cache (ConfabSession *self, GError **error);
void confab_session_save_account (ConfabSession *self);

/* ---- confab-session-account.c: signing in and tokens --------------------------------------------------------- */

/* On a fiber: a token that is good for a while, refreshed when it is not. Owned by the session. */
const char *confab_session_ensure_token (ConfabSession *self, GError **error);
/* On a fiber: exchanges the refresh token, once for all that ask at the same time. */
gboolean confab_session_refresh (ConfabSession *self, GError **error);
/* The sign-in is no longer good. */
void confab_session_drop_account (ConfabSession *self, const GError *error);

/* ---- confab-session-connection.c: the connection and its return ----------------------------------------------- */

void confab_session_start (ConfabSession *self);
/* Future of a boolean, when the connection is closed and nothing tries again. */
DexFuture *confab_session_stop (ConfabSession *self);
gboolean confab_session_is_online (ConfabSession *self);
/* ---- confab-session-call.c: requests over whichever door is open ---------------------------------------------- */

/* Like confab_session_call (). data: nullable, not taken. */
DexFuture *confab_session_call_operation (ConfabSession *self, ConfabOperationId operation, JsonNode *data);

/* ---- confab-session-sync.c: what was missed, and what happens ------------------------------------------------- */

/* On a fiber: asks for what was missed and applies it, then what came in the meantime. */
gboolean confab_session_sync (ConfabSession *self, GError **error);
/* Soon, when online: something was missed. */
void confab_session_request_sync (ConfabSession *self);
void confab_session_on_event (ConfabSocket *socket, const char *event, JsonObject *data, gpointer user_data);
void confab_session_forget_early_events (ConfabSession *self);
/* The room of a Room object that this account is in, made when it is new. */
ConfabRoom *confab_session_adopt_room (ConfabSession *self, JsonObject *object);
void confab_session_drop_room (ConfabSession *self, const char *room_id);

/* ---- confab-session-marks.c: how far was received and read ----------------------------------------------------- */

void confab_session_queue_marks (ConfabSession *self, ConfabRoom *room);

G_END_DECLS
