/* rest.h: operations by method and path
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libsoup/soup.h>

#include "net/reactor.h"

G_BEGIN_DECLS

/* path: percent-encoded, under /api/; query: decoded, nullable. */
void rest_serve (Reactor *reactor, SoupServerMessage *message, const char *path, GHashTable *query);

/* The address that a request is held against. Free with g_free(). */
char *rest_get_client (Reactor *reactor, SoupServerMessage *message);
/* The token of "Authorization: Bearer …"; NULL without. Borrowed from the message. */
const char *rest_get_token (SoupServerMessage *message);

G_END_DECLS
