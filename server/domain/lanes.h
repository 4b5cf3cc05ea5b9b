/* lanes.h: where room verbs run, one room always on the same thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A lane takes all that is queued (bounded), decides it, has the store apply the batch as one transaction, and only
 * then answers and announces: acknowledged means durable.
 */
#pragma once

#include "domain/verb.h"

G_BEGIN_DECLS

/* n_lanes 0: as many as the store suggests. Borrows domain and its parts. */
Lanes *lanes_new (Domain *domain, guint n_lanes);
/* Finishes what is queued, then ends the threads. */
void lanes_free (Lanes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Lanes, lanes_free)

/* Takes the request and finishes it: at once with UNAVAILABLE when the lane's queue is full. room_id: copied. */
void lanes_submit (Lanes *self, const char *room_id, const RoomVerb *verb, Request *request);

/* What is remembered of the room is out of date; from any thread. A lane that changed the room itself knows. */
void lanes_forget (Lanes *self, const char *room_id);

/* How many requests wait or run. */
guint lanes_get_pending (Lanes *self);
/* How often a decision had to be made again because the membership had changed elsewhere. */
guint64 lanes_get_stale_rounds (Lanes *self);

G_END_DECLS
