/* redis-slots.h: which node of a cluster has what
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <hiredis/hiredis.h>

#include "backplane/redis/redis-address.h"

G_BEGIN_DECLS

#define REDIS_N_SLOTS 16384

typedef struct
{
  GArray *nodes;                        /* of RedisEndpoint: the masters */
  guint16 node_of[REDIS_N_SLOTS];       /* by slot, an index into nodes */
} RedisSlots;

/* The slot of a key or channel: of what stands between { and } in it, if there is that. */
guint redis_slot_of (const char *key, gsize length);

/* From the answer to CLUSTER SLOTS of a node, whose host it may mean without naming it. */
RedisSlots *redis_slots_new (const redisReply *reply, const char *host, GError **error);
void redis_slots_free (RedisSlots *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RedisSlots, redis_slots_free)

G_END_DECLS
