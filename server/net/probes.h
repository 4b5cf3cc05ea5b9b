/* probes.h: what those who watch the server ask for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libsoup/soup.h>

#include "net/reactor.h"

G_BEGIN_DECLS

void probes_serve_ready (Reactor *reactor, SoupServerMessage *message, const char *rest);
/* Only to those who ask directly: what came through a proxy came from outside. */
void probes_serve_metrics (Reactor *reactor, SoupServerMessage *message, const char *rest);

GThreadPool *probes_new_pool (NetServer *server);

G_END_DECLS
