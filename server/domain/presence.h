/* presence.h: who is there; per device, merged per person, told only to devices that show a room with them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/devices.h"
#include "domain/verb.h"

G_BEGIN_DECLS

gboolean presence_set (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply,
                       GError **error);
gboolean presence_open_room (Domain *domain, Request *request, ConfabJsonWriter *reply, GError **error);
gboolean presence_close_room (Domain *domain, Request *request, ConfabJsonWriter *reply, GError **error);

/* A connection of the caller came, gave a sign of life, or the last one of its session went. Blocks on the store: pool
 * threads only. */
void presence_connected (Domain *domain, const Caller *caller);
void presence_alive (Domain *domain, const Caller *caller);
void presence_disconnected (Domain *domain, const Caller *caller);
/* Another instance lost a connection of the device, this one has another. */
void presence_still_there (Domain *domain, const Device *device);

/* Tells of those whose last device fell silent. Every few seconds. */
void presence_expire (Domain *domain);

G_END_DECLS
