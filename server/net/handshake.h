/* handshake.h: how an HTTP request becomes a WebSocket connection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libsoup/soup.h>

#include "net/reactor.h"

G_BEGIN_DECLS

void handshake_serve (Reactor *reactor, SoupServerMessage *message, const char *rest);

G_END_DECLS
