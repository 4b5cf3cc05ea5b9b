/* backplane-private.h: what an implementation of the backplane provides
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The contract of each function is in backplane.h.
 */
#pragma once

#include "backplane/backplane.h"

G_BEGIN_DECLS

typedef struct
{
  void (*close) (Backplane *self);
  gboolean (*check) (Backplane *self, GError **error);
  void (*subscribe) (Backplane *self, const char *topic);
  void (*unsubscribe) (Backplane *self, const char *topic);
  void (*publish) (Backplane *self, Event **events, guint n_events);
  gboolean (*set_presence) (Backplane *self, const char *user_id, const char *device_id, ConfabPresenceStatus status,
                            guint ttl, ConfabPresenceStatus *merged);
  gboolean (*renew_presence) (Backplane *self, const char *user_id, const char *device_id, guint ttl);
  ConfabPresenceStatus (*get_presence) (Backplane *self, const char *user_id);
  void (*expire_presence) (Backplane *self, void (*gone) (const char *user_id, gpointer data), gpointer data);
  gboolean (*take) (Backplane *self, const char *bucket, const char *who, double rate, double burst,
                    double *retry_after, double *remaining);
} BackplaneClass;

/* The first member of every implementation's structure. */
struct _Backplane
{
  const BackplaneClass *klass;
  GRWLock deliver_lock;       /* read while delivering, so that a receiver who leaves is not called any more */
  BackplaneDeliver deliver;   /* nullable */
  gpointer deliver_data;
};

/* For implementations. */
void backplane_init (Backplane *self, const BackplaneClass *klass);
void backplane_clear (Backplane *self);
void backplane_deliver (Backplane *self, Event **events, guint n_events);

G_END_DECLS
