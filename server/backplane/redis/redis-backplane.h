/* redis-backplane.h: the backplane of several instances, a Redis that they share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backplane/backplane.h"

G_BEGIN_DECLS

/* The address as redis/redis-address.h says. Waits a moment for Redis, and goes on without it. */
Backplane *redis_backplane_new (const char *address, GError **error);

/* Monotonic, in microseconds, for presence and buckets here and in Redis; the real ones unless set. For tests. */
void redis_backplane_set_clock (Backplane *self, gint64 (*clock) (void));

G_END_DECLS
