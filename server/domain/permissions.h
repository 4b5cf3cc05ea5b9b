/* permissions.h: who may do what, as pure functions that a table test walks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a person may not see answers as if it were not there: NOT_FOUND before FORBIDDEN.
 */
#pragma once

#include "domain/request.h"
#include "domain/room-state.h"

G_BEGIN_DECLS

typedef enum
{
  PERMISSION_SEE,            /* know that the room exists, see its name */
  PERMISSION_READ,           /* its messages and members */
  PERMISSION_WRITE,          /* messages, reactions, typing */
  PERMISSION_JOIN,
  PERMISSION_LEAVE,
  PERMISSION_CHANGE_ROOM,    /* name, description */
  PERMISSION_DELETE_ROOM,
  PERMISSION_ADD_MEMBER,
  PERMISSION_REMOVE_MEMBER,
  PERMISSION_SET_ROLE,
  PERMISSION_MODERATE,       /* delete other people's messages */
  N_PERMISSIONS
} Permission;

/* me: the caller's membership, nullable. */
gboolean permission_check (Permission permission, ConfabRoomType type, const Member *me, ConfabUserRole server_role,
                           GError **error);

G_END_DECLS
