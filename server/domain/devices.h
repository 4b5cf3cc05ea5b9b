/* devices.h: the sessions that have connections to this instance
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tabs of one browser share a session: one that is closed ends nobody's presence. From any thread; nothing blocks.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Devices Devices;

typedef struct
{
  char *session_id;
  char *user_id;
} Device;

Devices *devices_new (void);
void devices_free (Devices *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Devices, devices_free)

void device_free (Device *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Device, device_free)

/* A connection came, or one went: how many the session has now. */
guint devices_add (Devices *self, const char *session_id, const char *user_id);
guint devices_remove (Devices *self, const char *session_id);

/* Of Device*. */
GPtrArray *devices_list (Devices *self);

G_END_DECLS
