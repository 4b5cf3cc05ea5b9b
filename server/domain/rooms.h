/* rooms.h: making, finding, changing and deleting rooms
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/permissions.h"
#include "domain/verb.h"

G_BEGIN_DECLS

extern const RoomVerb rooms_update;
extern const RoomVerb rooms_delete;

gboolean rooms_list (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply,
                     GError **error);
gboolean rooms_list_public (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply,
                            GError **error);
gboolean rooms_create (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply,
                       GError **error);
gboolean rooms_get (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply,
                    GError **error);

/* For verbs that only read: the room when the caller has the permission. me: set to the membership, NULL when none;
 * nullable. */
Room *room_read_permitted (Domain *domain, const Caller *caller, const char *room_id, Permission permission,
                           Member **me, GError **error);

G_END_DECLS
