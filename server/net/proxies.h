/* proxies.h: whom to believe about where a request came from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _Proxies Proxies;

/* networks: "10.0.0.0/8", "::1", …; nullable. BAD_REQUEST names the one that cannot be read. */
Proxies *proxies_new (const char * const *networks, GError **error);
void proxies_free (Proxies *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Proxies, proxies_free)

gboolean proxies_trust (Proxies *self, GInetAddress *address);

/* The address to hold responsible: the peer's own, or, when the peer is a trusted proxy, the last one in its
 * X-Forwarded-For (nullable) that is not a trusted proxy itself. Free with g_free(). */
char *proxies_get_client (Proxies *self, GInetAddress *peer, const char *forwarded_for);

G_END_DECLS
