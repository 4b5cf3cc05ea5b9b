/* backplane.h: what instances tell each other and share for a while
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nothing here is durable and nothing is acknowledged: what is lost is caught up from the store.
 * Calls may come from any thread; none blocks on a network.
 */
#pragma once

#include "backplane/event.h"
#include "protocol/confab-operations.h"

G_BEGIN_DECLS

typedef struct _Backplane Backplane;

/* Called with events on subscribed topics, on whatever thread published or received them, in order per topic. What was
 * published together comes together where it can, so that a receiver's wake-up serves them all. */
typedef void (*BackplaneDeliver) (Event **events, guint n_events, gpointer data);

/* "local" (one instance) or, later, redis://… */
Backplane *backplane_open (const char *address, GError **error);
/* Whether it is the address of a backplane, be that there or not. */
gboolean backplane_check_address (const char *address, GError **error);
void backplane_close (Backplane *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Backplane, backplane_close)

gboolean backplane_check (Backplane *self, GError **error);
/* NULL: nobody; returns when nobody is being called any more. Not from inside deliver. */
void backplane_set_deliver (Backplane *self, BackplaneDeliver deliver, gpointer data);

/* Counted: a topic is of interest while it was subscribed more often than unsubscribed. */
void backplane_subscribe (Backplane *self, const char *topic);
void backplane_unsubscribe (Backplane *self, const char *topic);
void backplane_publish (Backplane *self, Event **events, guint n_events);

/* Presence per device, merged per person (online > dnd > away > offline; invisible hides all).
 * set: TRUE when the merged status changed. An entry not renewed within ttl seconds counts as offline. */
gboolean backplane_set_presence (Backplane *self, const char *user_id, const char *device_id,
                                 ConfabPresenceStatus status, guint ttl, ConfabPresenceStatus *merged);
/* A sign of life of a device that is known already: its entry now lasts ttl seconds more, whatever its status. FALSE
 * when it is not known (any more). */
gboolean backplane_renew_presence (Backplane *self, const char *user_id, const char *device_id, guint ttl);
ConfabPresenceStatus backplane_get_presence (Backplane *self, const char *user_id);
/* Removes what ran out; calls gone for each person who became offline by that. Called every few seconds. */
void backplane_expire_presence (Backplane *self, void (*gone) (const char *user_id, gpointer data), gpointer data);

/* Token bucket: TRUE and one token fewer, or FALSE and seconds until there is one. Idle buckets are forgotten; their
 * number is bounded. */
gboolean backplane_take (Backplane *self, const char *bucket, const char *who, double rate, double burst,
                         double *retry_after, double *remaining);

G_END_DECLS
