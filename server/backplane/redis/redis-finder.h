/* redis-finder.h: which machine to talk to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names are looked up and sentinels asked by waiting for them, so this has a thread of its own for a moment.
 */
#pragma once

#include "backplane/redis/redis-slots.h"
#include "backplane/redis/redis-tls.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *host;      /* as it was told: what a certificate has to be for */
  char *address;   /* a number */
  guint16 port;
} RedisPlace;

void redis_place_free (RedisPlace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RedisPlace, redis_place_free)

/* attempt: counts up, so that each of several gets its turn. tls: nullable. */
void redis_find_async (RedisAddress *address, RedisTls *tls, guint attempt, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data);
RedisPlace *redis_find_finish (GAsyncResult *result, GError **error);

/* Of a cluster: which nodes there are. */
void redis_find_slots_async (RedisAddress *address, RedisTls *tls, guint attempt, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);
RedisSlots *redis_find_slots_finish (GAsyncResult *result, GError **error);

G_END_DECLS
