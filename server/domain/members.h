/* members.h: joining, leaving, adding, removing and roles
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/verb.h"

G_BEGIN_DECLS

extern const RoomVerb members_join;
extern const RoomVerb members_leave;
extern const RoomVerb members_add;
extern const RoomVerb members_remove;
extern const RoomVerb members_set_role;

gboolean members_list (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply,
                       GError **error);

G_END_DECLS
