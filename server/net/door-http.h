/* door-http.h: REST, the handshake of the WebSocket door, and what people and operators open
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "net/reactor.h"

G_BEGIN_DECLS

/* Makes the reactor's SoupServer answer. */
void door_http_open (Reactor *reactor);

G_END_DECLS
