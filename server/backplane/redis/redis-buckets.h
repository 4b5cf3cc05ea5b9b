/* redis-buckets.h: token buckets that instances share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backplane/redis/redis-client.h"

G_BEGIN_DECLS

typedef struct _RedisBuckets RedisBuckets;

RedisBuckets *redis_buckets_new (RedisClient *client, const char *key_prefix);
void redis_buckets_free (RedisBuckets *self);
/* As redis_presence_set_clock(). */
void redis_buckets_set_clock (RedisBuckets *self, gint64 (*clock) (void));

/* As in backplane.h. */
gboolean redis_buckets_take (RedisBuckets *self, const char *bucket, const char *who, double rate, double burst,
                             double *retry_after, double *remaining);

G_END_DECLS
