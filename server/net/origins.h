/* origins.h: which web pages may talk to this server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Origins Origins;

/* allowed: "https://chat.example.org", …; nullable. BAD_REQUEST names the one that is no origin. */
Origins *origins_new (const char * const *allowed, GError **error);
void origins_free (Origins *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Origins, origins_free)

/* On the list: gets CORS headers. */
gboolean origins_allow (Origins *self, const char *origin);
/* The page came from this very server, as the Host header (nullable) has it. Ports count, schemes do not: TLS may end
 * at a proxy. */
gboolean origins_is_same (const char *origin, const char *host);

G_END_DECLS
