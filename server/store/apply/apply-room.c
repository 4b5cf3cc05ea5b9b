/* apply-room.c: changes of a room itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/apply/apply-private.h"

/* NULL leaves as it is. */
static gboolean
replace (char **place, const char *text)
{
  if (text == NULL || g_strcmp0 (*place, text) == 0)
    return FALSE;
  g_free (*place);
  *place = g_strdup (text);
  return TRUE;
}

void
apply_update_room (Batch *batch, BatchRoom *room, Change *change)
{
  gboolean changed = replace (&room->room->name, change->name);

  changed |= replace (&room->room->description, change->description);
  if (changed)
    {
      room->room->settings_rev = apply_number (room, change);
      room->settings_changed = TRUE;
    }
  else
    change->outcome = OUTCOME_UNCHANGED;
  change->room = room_copy (room->room);
}

void
apply_delete_room (Batch *batch, BatchRoom *room, Change *change)
{
  change->rev = apply_number (room, change);
  batch->klass->delete_room (batch, room->room->id);
  g_clear_pointer (&room->room, room_unref);
}
