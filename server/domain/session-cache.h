/* session-cache.h: sessions that were seen in the store a moment ago
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * REST asks for the session at every request. A revocation is known here at once when this instance makes it, as soon
 * as it is heard of when another does, and at the latest when what is remembered has run out.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SessionCache SessionCache;

SessionCache *session_cache_new (void);
void session_cache_free (SessionCache *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SessionCache, session_cache_free)

/* Times in milliseconds. */
gboolean session_cache_contains (SessionCache *self, const char *session_id, const char *user_id, gint64 now);
/* Goes up with every removal. What was read before a removal is not remembered after it: ask for this before the
 * store. */
guint64 session_cache_get_generation (SessionCache *self);
void session_cache_add (SessionCache *self, const char *session_id, const char *user_id, guint64 generation,
                        gint64 now);
void session_cache_remove (SessionCache *self, const char *session_id);

G_END_DECLS
