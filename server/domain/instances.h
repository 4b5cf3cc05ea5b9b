/* instances.h: what makes one server of several: nobody's connections depend on what others tell being heard
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looks on at what this instance's connections follow and are told, compares a few times a minute with the store, and
 * tells them what they missed. Hears what others want forgotten. A server that is alone has none: every function takes
 * NULL and does nothing then.
 */
#pragma once

#include "domain/domain.h"

G_BEGIN_DECLS

typedef struct
{
  guint rooms;              /* followed here */
  guint64 rounds;           /* of comparing */
  guint64 rooms_caught_up;
  guint64 events_caught_up;
  guint64 gaps;             /* after which clients were asked to resume */
  guint64 failures;         /* the store did not answer */
} InstancesStatus;

/* The domain's store, backplane, lanes and accounts are there. Before the backplane has a receiver. */
Instances *instances_new (Domain *domain);
/* After it has none any more. */
void instances_free (Instances *self);

/* A connection was subscribed to all of these rooms: returns when it misses nothing of them that a snapshot, read from
 * now on, does not have. room_ids: nullable. Blocks, for a bounded time; what the backplane cannot tell now, its next
 * gap does. */
void instances_settle (Instances *self, const char *const *room_ids);

void instances_get_status (Instances *self, InstancesStatus *status);

G_END_DECLS
