/* members.c: who is or was in a room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite-store-private.h"

#define SELECT_MEMBERS "SELECT " MEMBER_COLUMNS " FROM members JOIN users ON users.id = members.user_id"

Member *
sqlite_load_member (SqliteConnection *connection, const char *room_id, const char *user_id)
{
  g_auto(Query) query = query_make (connection, SELECT_MEMBERS " WHERE room_id = ? AND user_id = ?");

  query_put_text (&query, room_id);
  query_put_text (&query, user_id);
  return query_next (&query) ? row_take_member (&query) : NULL;
}

Member *
sqlite_store_get_member (Store *store, const char *room_id, const char *user_id, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(Member) member = sqlite_load_member (connection, room_id, user_id);

  if (member == NULL || member->left_at != 0)
    sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no such member in this room");
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&member) : NULL;
}

static GPtrArray *
take_members (Query *query)
{
  GPtrArray *members = g_ptr_array_new_with_free_func ((GDestroyNotify) member_unref);

  while (query_next (query))
    g_ptr_array_add (members, row_take_member (query));
  return members;
}

GPtrArray *
sqlite_load_members (SqliteConnection *connection, const char *room_id, const char *after, guint limit)
{
  g_auto(Query) query = query_make (connection,
                                    SELECT_MEMBERS " WHERE room_id = ? AND left_at = 0 AND username > ?"
                                    " ORDER BY username LIMIT ?");

  query_put_text (&query, room_id);
  query_put_text (&query, after != NULL ? after : "");
  query_put_int (&query, limit > 0 ? limit : -1);
  return take_members (&query);
}

static void
check_room (SqliteConnection *connection, const char *room_id)
{
  g_autoptr(Room) room = sqlite_load_room (connection, room_id);

  if (room == NULL)
    sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no such room");
}

GPtrArray *
sqlite_store_list_members (Store *store, const char *room_id, const char *after, guint limit, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(GPtrArray) members = NULL;

  check_room (connection, room_id);
  members = sqlite_load_members (connection, room_id, after, limit);
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&members) : NULL;
}

static GPtrArray *
load_changed_members (SqliteConnection *connection, const char *room_id, gint64 rev)
{
  g_auto(Query) query = query_make (connection, SELECT_MEMBERS " WHERE room_id = ? AND rev > ? ORDER BY rev, user_id");

  query_put_text (&query, room_id);
  query_put_int (&query, rev);
  return take_members (&query);
}

GPtrArray *
sqlite_store_list_changed_members (Store *store, const char *room_id, gint64 rev, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(GPtrArray) members = NULL;

  check_room (connection, room_id);
  members = load_changed_members (connection, room_id, rev);
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&members) : NULL;
}

void
sqlite_save_member (SqliteConnection *connection, const Member *member)
{
  g_auto(Query) query =
    query_make (connection, "INSERT INTO members (room_id, user_id, role, joined_at, left_at, received_seq, read_seq,"
                            " rev) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                            " ON CONFLICT DO UPDATE SET role = excluded.role, joined_at = excluded.joined_at,"
                            " left_at = excluded.left_at, received_seq = excluded.received_seq,"
                            " read_seq = excluded.read_seq, rev = excluded.rev");

  query_put_text (&query, member->room_id);
  query_put_text (&query, member->user_id);
  query_put_text (&query, confab_member_role_to_string (member->role));
  query_put_int (&query, member->joined_at);
  query_put_int (&query, member->left_at);
  query_put_int (&query, member->received_seq);
  query_put_int (&query, member->read_seq);
  query_put_int (&query, member->rev);
  query_run (&query);
}
