/* backplane-private.h: what an implementation of the backplane provides
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The contract of each function is in backplane.h.
 */
#pragma once

#include "backplane/backplane.h"

#include <stdatomic.h>

G_BEGIN_DECLS

/* How long backplane_cache_drop() keeps out what was read before it. */
#define CACHE_TOMBSTONE_SECONDS 10

typedef struct
{
  gboolean shared;
  void (*close) (Backplane *self);
  gboolean (*check) (Backplane *self, GError **error);
  /* Fills in what the base does not count. */
  void (*get_status) (Backplane *self, BackplaneStatus *status);
  void (*subscribe) (Backplane *self, const char *topic);
  void (*unsubscribe) (Backplane *self, const char *topic);
  gboolean (*settle) (Backplane *self, guint milliseconds);
  void (*publish) (Backplane *self, Event **events, guint n_events);
  gboolean (*set_presence) (Backplane *self, const char *user_id, const char *device_id, ConfabPresenceStatus status,
                            guint ttl, ConfabPresenceStatus *merged);
  gboolean (*renew_presence) (Backplane *self, const char *user_id, const char *device_id, guint ttl);
  void (*get_presences) (Backplane *self, const char *const *user_ids, guint n, ConfabPresenceStatus *statuses);
  void (*expire_presence) (Backplane *self, void (*gone) (const char *user_id, gpointer data), gpointer data);
  gboolean (*take) (Backplane *self, const char *bucket, const char *who, double rate, double burst,
                    double *retry_after, double *remaining);
  GBytes *(*cache_get) (Backplane *self, const char *key);
  void (*cache_put) (Backplane *self, const char *key, GBytes *value, guint ttl);
  void (*cache_drop) (Backplane *self, const char *key);
} BackplaneClass;

/* The first member of every implementation's structure. */
struct _Backplane
{
  const BackplaneClass *klass;
  GRWLock deliver_lock;       /* read while delivering, so that a receiver who leaves is not called any more */
  BackplaneDeliver deliver;   /* nullable */
  gpointer deliver_data;
  const BackplaneObserver *observer;   /* nullable */
  gpointer observer_data;
  BackplaneGap gap;           /* nullable */
  gpointer gap_data;
  _Atomic guint64 published;
  _Atomic guint64 delivered;
  _Atomic guint64 gaps;
};

/* For implementations. */
void backplane_init (Backplane *self, const BackplaneClass *klass);
void backplane_clear (Backplane *self);
void backplane_tell_gap (Backplane *self);

G_END_DECLS
