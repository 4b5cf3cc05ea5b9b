/* door-websocket.h: frames of JSON, in and out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *     client → {"event":"send-message","id":17,"data":{…}}
 *     server → {"reply":17,"data":{…}}   or   {"reply":17,"error":{"code":…,"message":…}}
 *     server → {"event":"new-message","data":{…}}
 */
#pragma once

#include "net/connection.h"

G_BEGIN_DECLS

void door_websocket_receive (Connection *connection, const char *text, gsize length);

/* Signs the connection in with a token; id (JSON text, nullable) is what its reply echoes. */
void door_websocket_authenticate (Connection *connection, const char *token, const char *id);

G_END_DECLS
