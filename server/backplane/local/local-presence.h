/* local-presence.h: who is there, as the devices of this process tell
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "protocol/confab-operations.h"

G_BEGIN_DECLS

typedef struct _LocalPresence LocalPresence;

LocalPresence *local_presence_new (void);
void local_presence_free (LocalPresence *self);

/* now: monotonic microseconds. The rest as in backplane.h. */
gboolean local_presence_set (LocalPresence *self, const char *user_id, const char *device_id,
                             ConfabPresenceStatus status, guint ttl, gint64 now, ConfabPresenceStatus *merged);
gboolean local_presence_renew (LocalPresence *self, const char *user_id, const char *device_id, guint ttl, gint64 now);
/* Whether the device is known, and since it is not swept may be past its end; both are nullable. */
gboolean local_presence_find_device (LocalPresence *self, const char *user_id, const char *device_id,
                                     ConfabPresenceStatus *status, gint64 *expires);
/* Each device that has not run out, with microseconds until it does. Under a lock: func must not call back. */
typedef void (*LocalPresenceFunc) (const char *user_id, const char *device_id, ConfabPresenceStatus status,
                                   gint64 lasts, gpointer data);
void local_presence_foreach (LocalPresence *self, gint64 now, LocalPresenceFunc func, gpointer data);
ConfabPresenceStatus local_presence_get (LocalPresence *self, const char *user_id, gint64 now);
void local_presence_expire (LocalPresence *self, gint64 now, void (*gone) (const char *user_id, gpointer data),
                            gpointer data);

G_END_DECLS
