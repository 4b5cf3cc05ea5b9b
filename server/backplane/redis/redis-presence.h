/* redis-presence.h: who is there, on all instances
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the devices of this instance tell is also kept here: it answers while Redis is away, and Redis is told again
 * what it may have lost.
 */
#pragma once

#include "backplane/redis/redis-client.h"
#include "protocol/confab-operations.h"

G_BEGIN_DECLS

typedef struct _RedisPresence RedisPresence;

/* Keys start with key_prefix. The clock is g_get_monotonic_time(), and Redis's own in Redis, unless a test sets it. */
/* instance: what tells this one from others, without an @. */
RedisPresence *redis_presence_new (RedisClient *client, const char *key_prefix, const char *instance);
void redis_presence_free (RedisPresence *self);
void redis_presence_set_clock (RedisPresence *self, gint64 (*clock) (void));

/* As in backplane.h. */
gboolean redis_presence_set (RedisPresence *self, const char *user_id, const char *device_id,
                             ConfabPresenceStatus status, guint ttl, ConfabPresenceStatus *merged);
gboolean redis_presence_renew (RedisPresence *self, const char *user_id, const char *device_id, guint ttl);
void redis_presence_get (RedisPresence *self, const char *const *user_ids, guint n, ConfabPresenceStatus *statuses);
void redis_presence_expire (RedisPresence *self, void (*gone) (const char *user_id, gpointer data), gpointer data);
/* After Redis was away. */
void redis_presence_restore (RedisPresence *self);

G_END_DECLS
