/* confab-socket.h: an authenticated WebSocket connection: requests with replies, and events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>
#include <libdex.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Close codes that mean something to a client, see docs/protocol.md; RFC 6455 has the others. */
#define CONFAB_CLOSE_LOST 0              /* no close frame came */
#define CONFAB_CLOSE_RESTART 1012
#define CONFAB_CLOSE_SLOW 4000
#define CONFAB_CLOSE_SIGN_IN 4001
#define CONFAB_CLOSE_STAY_AWAY 4003

#define CONFAB_TYPE_SOCKET (confab_socket_get_type ())
G_DECLARE_FINAL_TYPE (ConfabSocket, confab_socket, CONFAB, SOCKET, GObject)

/* Is told everything that the server says unasked, but ping. data: nullable. */
typedef void (*ConfabSocketHandler) (ConfabSocket *self, const char *event, JsonObject *data, gpointer user_data);

/* Future of ConfabSocket. The first event is hello; it may come before the future's owner runs. user_data must live
 * until the socket is closed. */
DexFuture *confab_socket_connect (SoupSession *soup, const char *server, const char *token, ConfabSocketHandler handler,
                                  gpointer user_data);

/* data: nullable object. Future of JsonNode, an object; CONFAB_ERROR when refused or when the connection is lost. */
DexFuture *confab_socket_call (ConfabSocket *self, const char *event, JsonNode *data);
/* Without an answer. */
void confab_socket_tell (ConfabSocket *self, const char *event, JsonNode *data);

/* Future of an int, the close code. */
DexFuture *confab_socket_closed (ConfabSocket *self);
gboolean confab_socket_is_closed (ConfabSocket *self);
void confab_socket_close (ConfabSocket *self);
/* Seconds without a frame after which the connection counts as lost. */
void confab_socket_set_silence (ConfabSocket *self, guint seconds);

G_END_DECLS
