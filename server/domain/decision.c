/* decision.c: what room verbs share when they decide
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/decision.h"

gboolean
decision_permits (const Decision *self, Permission permission, GError **error)
{
  return permission_check (permission, self->room->room->type, self->me, self->caller->role, error);
}

Change *
decision_add (Decision *self, ChangeKind kind)
{
  const Room *room = self->room->room;
  Change *change = change_new (kind, room->id, self->caller->user_id, room->members_rev, self->now);

  g_ptr_array_add (self->changes, change);
  return change;
}

const Change *
decision_get_change (const Decision *self)
{
  g_assert (self->changes->len == 1);
  return self->changes->pdata[0];
}
