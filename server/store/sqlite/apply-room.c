/* apply-room.c: changes of a room itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/apply-private.h"

static void
write_settings (SqliteConnection *connection, const Room *room)
{
  g_autofree char *folded = sqlite_fold_room (room->name, room->description);
  g_auto(Query) query =
    query_make (connection, "UPDATE rooms SET name = ?, description = ?, folded_text = ? WHERE id = ?");

  query_put_text (&query, room->name);
  query_put_text (&query, room->description);
  query_put_text (&query, folded);
  query_put_text (&query, room->id);
  query_run (&query);
}

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
      write_settings (batch->connection, room->room);
    }
  else
    change->outcome = OUTCOME_UNCHANGED;
  change->room = room_copy (room->room);
}

static void
delete_of_room (SqliteConnection *connection, const char *sql, const char *room_id)
{
  g_auto(Query) query = query_make (connection, sql);

  query_put_text (&query, room_id);
  query_run (&query);
}

#define MESSAGES_OF_ROOM "(SELECT id FROM messages WHERE room_id = ?)"

void
apply_delete_room (Batch *batch, BatchRoom *room, Change *change)
{
  const char *room_id = room->room->id;

  change->rev = apply_number (room, change);
  delete_of_room (batch->connection, "DELETE FROM reactions WHERE message_id IN " MESSAGES_OF_ROOM, room_id);
  delete_of_room (batch->connection, "DELETE FROM message_versions WHERE message_id IN " MESSAGES_OF_ROOM, room_id);
  delete_of_room (batch->connection, "DELETE FROM mentions WHERE room_id = ?", room_id);
  delete_of_room (batch->connection, "DELETE FROM messages WHERE room_id = ?", room_id);
  /* Memberships go with it. */
  delete_of_room (batch->connection, "DELETE FROM rooms WHERE id = ?", room_id);
  g_clear_pointer (&room->room, room_unref);
}
