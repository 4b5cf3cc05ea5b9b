/* redis-cache.h: values that all instances share for a while
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backplane/redis/redis-client.h"

G_BEGIN_DECLS

typedef struct _RedisCache RedisCache;

RedisCache *redis_cache_new (RedisClient *client, const char *key_prefix);
void redis_cache_free (RedisCache *self);

/* As in backplane.h. */
GBytes *redis_cache_get (RedisCache *self, const char *key);
void redis_cache_put (RedisCache *self, const char *key, GBytes *value, guint ttl);
void redis_cache_drop (RedisCache *self, const char *key);
/* After Redis was away: what was to be dropped meanwhile. */
void redis_cache_restore (RedisCache *self);

G_END_DECLS
