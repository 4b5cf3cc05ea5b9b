/* local-cache.h: values that this process keeps for a while
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LocalCache LocalCache;

/* Bytes of keys and values at once; what was put longest ago goes first. */
#define LOCAL_CACHE_MAX (16 * 1024 * 1024)

LocalCache *local_cache_new (void);
void local_cache_free (LocalCache *self);

/* now: monotonic microseconds. The rest as in backplane.h. */
GBytes *local_cache_get (LocalCache *self, const char *key, gint64 now);
void local_cache_put (LocalCache *self, const char *key, GBytes *value, guint ttl, gint64 now);
/* Nothing can be put there for so many seconds. */
void local_cache_drop (LocalCache *self, const char *key, guint seconds, gint64 now);
/* How much is kept. */
gsize local_cache_get_size (LocalCache *self);

G_END_DECLS
