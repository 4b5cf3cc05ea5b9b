/* summaries.c: rooms as they stand in somebody's list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite-store-private.h"

/* Counted in the index of mentions alone. A message may mention somebody by name and in "@room": it counts once. */
static gint64
count_unread_mentions (SqliteConnection *connection, const Member *me)
{
  g_auto(Query) query =
    query_make (connection, "SELECT count (DISTINCT seq) FROM mentions"
                            " WHERE room_id = ?1 AND user_id IN (?2, '@room') AND seq > ?3 AND sender_id <> ?2");

  query_put_text (&query, me->room_id);
  query_put_text (&query, me->user_id);
  query_put_int (&query, me->read_seq);
  return query_next (&query) ? query_take_int (&query) : 0;
}

/* Takes both. */
static RoomSummary *
make_summary (SqliteConnection *connection, Room *room, Member *me)
{
  RoomSummary *summary = room_summary_new ();

  summary->room = room;
  summary->me = me;
  if (room->last_seq > 0)
    summary->last_message = sqlite_load_message_at (connection, room->id, room->last_seq);
  if (room->last_seq > me->read_seq)
    summary->mentions = count_unread_mentions (connection, me);
  if (room->member_count <= STORE_SUMMARY_MEMBERS)
    summary->members = sqlite_load_members (connection, room->id, NULL, 0);
  return summary;
}

static GPtrArray *
load_room_ids (SqliteConnection *connection, const char *user_id)
{
  g_auto(Query) query = query_make (connection,
                                    "SELECT room_id FROM members JOIN rooms ON rooms.id = members.room_id"
                                    " WHERE user_id = ? AND left_at = 0 ORDER BY last_activity DESC, rooms.id DESC");
  GPtrArray *ids = g_ptr_array_new_null_terminated (16, g_free, TRUE);

  query_put_text (&query, user_id);
  while (query_next (&query))
    g_ptr_array_add (ids, query_take_text (&query));
  return ids;
}

static RoomSummary *
load_summary (SqliteConnection *connection, const char *user_id, const char *room_id)
{
  g_autoptr(Room) room = sqlite_load_room (connection, room_id);
  g_autoptr(Member) me = sqlite_load_member (connection, room_id, user_id);

  if (room != NULL && me != NULL && me->left_at == 0)
    return make_summary (connection, g_steal_pointer (&room), g_steal_pointer (&me));
  sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no such room");
  return NULL;
}

GPtrArray *
sqlite_store_list_user_rooms (Store *store, const char *user_id, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(GPtrArray) ids = load_room_ids (connection, user_id);
  g_autoptr(GPtrArray) summaries = g_ptr_array_new_with_free_func ((GDestroyNotify) room_summary_free);

  for (guint i = 0; i < ids->len && !sqlite_connection_has_failed (connection); i++)
    {
      RoomSummary *summary = load_summary (connection, user_id, ids->pdata[i]);

      if (summary != NULL)
        g_ptr_array_add (summaries, summary);
    }
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&summaries) : NULL;
}

RoomSummary *
sqlite_store_get_user_room (Store *store, const char *user_id, const char *room_id, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(RoomSummary) summary = load_summary (connection, user_id, room_id);

  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&summary) : NULL;
}

char **
sqlite_store_list_user_room_ids (Store *store, const char *user_id, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(GPtrArray) ids = load_room_ids (connection, user_id);

  return sqlite_store_end (store, connection, error) ? (char **) g_ptr_array_free (g_steal_pointer (&ids), FALSE)
                                                     : NULL;
}
