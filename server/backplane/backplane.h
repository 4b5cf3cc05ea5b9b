/* backplane.h: what instances tell each other and share for a while
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nothing here is durable and nothing is acknowledged: what is lost is caught up from the store.
 * Calls may come from any thread. Those that say "may wait" may do so for a round trip to other machines, and for a
 * second at most when those do not answer: they are for lanes, the pool and housekeeping, never for a reactor. No other
 * call waits for a network.
 */
#pragma once

#include "backplane/event.h"
#include "protocol/confab-operations.h"

G_BEGIN_DECLS

typedef struct _Backplane Backplane;

/* Called with events on subscribed topics, on whatever thread published or received them, in order per topic. What was
 * published together comes together where it can, so that a receiver's wake-up serves them all. */
typedef void (*BackplaneDeliver) (Event **events, guint n_events, gpointer data);

/* What an operator wants to know about it. */
typedef struct
{
  gboolean connected;     /* what is published reaches other instances; always so for local */
  gint64 since;           /* when that began or ended, milliseconds since 1970 */
  guint64 reconnects;
  guint64 published;      /* events handed to backplane_publish() */
  guint64 received;       /* events that came from other instances */
  guint64 delivered;      /* events handed to BackplaneDeliver */
  guint64 dropped;        /* events that did not reach other instances */
  guint64 gaps;           /* how often events may have been lost */
  guint queued;           /* commands that wait for being sent or answered */
} BackplaneStatus;

/* Events may have been lost: after a reconnect, or because another instance tells that what it published was lost. On a
 * thread of the backplane: must not block. */
typedef void (*BackplaneGap) (gpointer data);

/* Sees what the receiver subscribes and is told, without being one. Must neither block nor call the backplane. */
typedef struct
{
  void (*subscribed) (const char *topic, gpointer data);
  void (*unsubscribed) (const char *topic, gpointer data);
  void (*delivered) (Event **events, guint n_events, gpointer data);   /* the receiver has them */
} BackplaneObserver;

/* "local" (one instance), or where a Redis is that several instances share (redis/redis-address.h). Where that does not
 * answer yet, the backplane is there all the same and keeps trying. */
Backplane *backplane_open (const char *address, GError **error);
/* Whether it is the address of a backplane, be that there or not. */
gboolean backplane_check_address (const char *address, GError **error);
void backplane_close (Backplane *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Backplane, backplane_close)

/* Whether it does its work right now; an error says what is wrong. */
gboolean backplane_check (Backplane *self, GError **error);
/* Whether other instances may be behind it. */
gboolean backplane_is_shared (Backplane *self);
void backplane_get_status (Backplane *self, BackplaneStatus *status);
/* NULL: nobody; returns when nobody is being called any more. Not from inside deliver. */
void backplane_set_deliver (Backplane *self, BackplaneDeliver deliver, gpointer data);
/* Set before the first subscription; NULL after the last. */
void backplane_set_observer (Backplane *self, const BackplaneObserver *observer, gpointer data);
void backplane_set_gap (Backplane *self, BackplaneGap gap, gpointer data);

/* Counted: a topic is of interest while it was subscribed more often than unsubscribed. What this instance publishes is
 * heard from now on, what others publish a moment later: see backplane_settle(). */
void backplane_subscribe (Backplane *self, const char *topic);
void backplane_unsubscribe (Backplane *self, const char *topic);
/* May wait, for so many milliseconds at most: TRUE when every subscription asked for before is in force, so that what
 * is read from the store from now on is followed by every event about what came later. FALSE: nothing is known. */
gboolean backplane_settle (Backplane *self, guint milliseconds);
void backplane_publish (Backplane *self, Event **events, guint n_events);
/* To the receiver of this instance only: what it missed. */
void backplane_deliver (Backplane *self, Event **events, guint n_events);

/* Presence per device, merged per person (online > dnd > away > offline; invisible hides all).
 * set: TRUE when the merged status changed. An entry not renewed within ttl seconds counts as offline. May wait. */
gboolean backplane_set_presence (Backplane *self, const char *user_id, const char *device_id,
                                 ConfabPresenceStatus status, guint ttl, ConfabPresenceStatus *merged);
/* A sign of life of a device that is known already: its entry now lasts ttl seconds more, whatever its status. FALSE
 * when it is not known (any more). Waits only for a device that this instance has not heard of before. */
gboolean backplane_renew_presence (Backplane *self, const char *user_id, const char *device_id, guint ttl);
/* May wait; of many in one round trip. */
ConfabPresenceStatus backplane_get_presence (Backplane *self, const char *user_id);
void backplane_get_presences (Backplane *self, const char *const *user_ids, guint n, ConfabPresenceStatus *statuses);
/* Removes what ran out; calls gone for each person who became offline by that, on one instance only. Called every few
 * seconds. May wait. */
void backplane_expire_presence (Backplane *self, void (*gone) (const char *user_id, gpointer data), gpointer data);

/* Token bucket: TRUE and one token fewer, or FALSE and seconds until there is one. Idle buckets are forgotten; their
 * number is bounded. Instances share it: together they let through what one would, and what they did before they heard
 * of each other. */
gboolean backplane_take (Backplane *self, const char *bucket, const char *who, double rate, double burst,
                         double *retry_after, double *remaining);

/* What several instances would otherwise read from the store again and again. Anything may be forgotten at any time.
 * put keeps value for ttl seconds, if there is nothing yet; values above BACKPLANE_CACHE_MAX are not kept. drop also
 * keeps out, for a few seconds, what somebody read before the drop and puts after it. May wait. */
#define BACKPLANE_CACHE_MAX (64 * 1024)
GBytes *backplane_cache_get (Backplane *self, const char *key);
void backplane_cache_put (Backplane *self, const char *key, GBytes *value, guint ttl);
void backplane_cache_drop (Backplane *self, const char *key);

G_END_DECLS
