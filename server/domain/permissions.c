/* permissions.c: who may do what, as pure functions that a table test walks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/permissions.h"

#include "protocol/confab-error.h"

/* What stands between a person and a room, from the outside in. */
typedef enum
{
  STANDING_STRANGER,   /* not a member */
  STANDING_MODERATOR,  /* not a member, but a moderator or admin of the server */
  STANDING_MEMBER,
  STANDING_ADMIN,      /* of the room, or a member who moderates the server */
  N_STANDINGS
} Standing;

typedef enum
{
  DENIED,
  ALLOWED,
  HIDDEN,    /* denied, and as if the room were not there */
} Verdict;

#define D DENIED
#define A ALLOWED
#define H HIDDEN

/* A server moderator who is not in a private or direct room does not see into it: moderation there begins with a
 * report. */
static const Verdict verdicts[N_PERMISSIONS][3][N_STANDINGS] = {
  /*                            public: stranger, moderator, member, admin   private                direct */
  [PERMISSION_SEE]           = { { A, A, A, A },                         { H, H, A, A },        { H, H, A, A } },
  [PERMISSION_READ]          = { { D, A, A, A },                         { H, H, A, A },        { H, H, A, A } },
  [PERMISSION_WRITE]         = { { D, D, A, A },                         { H, H, A, A },        { H, H, A, A } },
  [PERMISSION_JOIN]          = { { A, A, A, A },                         { H, H, A, A },        { H, H, A, A } },
  [PERMISSION_LEAVE]         = { { A, A, A, A },                         { H, H, A, A },        { H, H, D, D } },
  [PERMISSION_CHANGE_ROOM]   = { { D, A, D, A },                         { H, H, D, A },        { H, H, D, D } },
  [PERMISSION_DELETE_ROOM]   = { { D, A, D, A },                         { H, H, D, A },        { H, H, D, D } },
  [PERMISSION_ADD_MEMBER]    = { { D, D, D, A },                         { H, H, D, A },        { H, H, D, D } },
  [PERMISSION_REMOVE_MEMBER] = { { D, A, D, A },                         { H, H, D, A },        { H, H, D, D } },
  [PERMISSION_SET_ROLE]      = { { D, A, D, A },                         { H, H, D, A },        { H, H, D, D } },
  [PERMISSION_MODERATE]      = { { D, A, D, A },                         { H, H, D, A },        { H, H, D, D } },
};

#undef D
#undef A
#undef H

static const char * const reasons[N_PERMISSIONS] = {
  [PERMISSION_SEE] = "You may not see this room",
  [PERMISSION_READ] = "Join the room to read it",
  [PERMISSION_WRITE] = "Join the room to write in it",
  [PERMISSION_JOIN] = "You may not join this room",
  [PERMISSION_LEAVE] = "A direct conversation cannot be left",
  [PERMISSION_CHANGE_ROOM] = "Only admins of the room may change it",
  [PERMISSION_DELETE_ROOM] = "Only admins of the room may delete it",
  [PERMISSION_ADD_MEMBER] = "Only admins of the room may add people",
  [PERMISSION_REMOVE_MEMBER] = "Only admins of the room may remove people",
  [PERMISSION_SET_ROLE] = "Only admins of the room may change roles",
  [PERMISSION_MODERATE] = "Only admins of the room may do this",
};

static Standing
standing_of (const Member *me, ConfabUserRole server_role)
{
  gboolean moderates = server_role == CONFAB_USER_ROLE_MODERATOR || server_role == CONFAB_USER_ROLE_ADMIN;

  if (me == NULL)
    return moderates ? STANDING_MODERATOR : STANDING_STRANGER;
  return moderates || me->role == CONFAB_MEMBER_ROLE_ADMIN ? STANDING_ADMIN : STANDING_MEMBER;
}

gboolean
permission_check (Permission permission, ConfabRoomType type, const Member *me, ConfabUserRole server_role,
                  GError **error)
{
  switch (verdicts[permission][type][standing_of (me, server_role)])
    {
    case ALLOWED:
      return TRUE;

    case HIDDEN:
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND, "There is no such room");
      return FALSE;

    case DENIED:
    default:
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN, reasons[permission]);
      return FALSE;
    }
}
