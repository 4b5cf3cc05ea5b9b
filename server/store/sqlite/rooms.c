/* rooms.c: rooms as such: making, reading and finding them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/listing.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite-store-private.h"

Room *
sqlite_load_room (SqliteConnection *connection, const char *room_id)
{
  g_auto(Query) query = query_make (connection, "SELECT " ROOM_COLUMNS " FROM rooms WHERE id = ?");

  query_put_text (&query, room_id);
  return query_next (&query) ? row_take_room (&query) : NULL;
}

Room *
sqlite_store_get_room (Store *store, const char *room_id, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(Room) room = sqlite_load_room (connection, room_id);

  if (room == NULL)
    sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no such room");
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&room) : NULL;
}

static void
load_revs (SqliteConnection *connection, const char *const *room_ids, gint64 *revs)
{
  g_auto(Query) query = query_make (connection, "SELECT rev FROM rooms WHERE id = ?");

  for (gsize i = 0; room_ids[i] != NULL; i++)
    {
      query_put_text (&query, room_ids[i]);
      revs[i] = query_next (&query) ? query_take_int (&query) : -1;
      query_rewind (&query);
    }
}

/* There is no way to a server here that a list in one statement would save: one prepared row after the other, in one
 * transaction, is as quick. */
gboolean
sqlite_store_get_revs (Store *store, const char *const *room_ids, gint64 *revs, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);

  load_revs (connection, room_ids, revs);
  return sqlite_store_end (store, connection, error);
}

void
sqlite_insert_room (SqliteConnection *connection, const Room *room, const char *direct_key)
{
  g_autofree char *folded = store_fold_room (room->name, room->description);
  g_auto(Query) query =
    query_make (connection, "INSERT INTO rooms (id, name, description, folded_text, type, direct_key, encrypted,"
                            " created_by, created_at, last_activity, last_seq, rev, members_rev, settings_rev,"
                            " member_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

  query_put_text (&query, room->id);
  query_put_text (&query, room->name);
  query_put_text (&query, room->description);
  query_put_text (&query, folded);
  query_put_text (&query, confab_room_type_to_string (room->type));
  query_put_text (&query, direct_key);
  query_put_int (&query, room->encrypted);
  query_put_text (&query, room->created_by);
  query_put_int (&query, room->created_at);
  query_put_int (&query, room->last_activity);
  query_put_int (&query, room->last_seq);
  query_put_int (&query, room->rev);
  query_put_int (&query, room->members_rev);
  query_put_int (&query, room->settings_rev);
  query_put_int (&query, room->member_count);
  query_run (&query);
}

static void
check_accounts (SqliteConnection *connection, GPtrArray *user_ids)
{
  for (guint i = 0; i < user_ids->len; i++)
    if (!sqlite_account_exists (connection, user_ids->pdata[i]))
      {
        GError *error = g_error_new (CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND, "There is no account “%s”",
                                     (char *) user_ids->pdata[i]);

        confab_error_add_field (error, "members", "names an account that is not there");
        sqlite_connection_take_error (connection, error);
        return;
      }
}

static void
write_members (SqliteConnection *connection, const Room *room, GPtrArray *user_ids)
{
  for (guint i = 0; i < user_ids->len; i++)
    {
      char *user_id = user_ids->pdata[i];
      gboolean admin = room->type != CONFAB_ROOM_TYPE_DIRECT && g_strcmp0 (user_id, room->created_by) == 0;
      Member member = {
        .room_id = room->id,
        .user_id = user_id,
        .role = admin ? CONFAB_MEMBER_ROLE_ADMIN : CONFAB_MEMBER_ROLE_MEMBER,
        .joined_at = room->created_at,
        .rev = room->rev,
      };

      sqlite_save_member (connection, &member);
    }
}

static char *
load_direct_room_id (SqliteConnection *connection, const char *direct_key)
{
  g_auto(Query) query = query_make (connection, "SELECT id FROM rooms WHERE direct_key = ?");

  query_put_text (&query, direct_key);
  return query_next (&query) ? query_take_text (&query) : NULL;
}

static gint64
bring_back_members (SqliteConnection *connection, const Room *room, gint64 now)
{
  g_auto(Query) query =
    query_make (connection, "UPDATE members SET left_at = 0, joined_at = ?, received_seq = ?2, read_seq = ?2, rev = ?3"
                            " WHERE room_id = ? AND left_at <> 0 RETURNING user_id");
  gint64 count = 0;

  query_put_int (&query, now);
  query_put_int (&query, room->last_seq);
  query_put_int (&query, room->rev + 1);
  query_put_text (&query, room->id);
  while (query_next (&query))
    count++;
  return count;
}

/* Somebody had left the direct room: it is the same one again, with all of its people. */
static void
reopen_direct_room (SqliteConnection *connection, Room *room, gint64 now)
{
  gint64 returned = bring_back_members (connection, room, now);

  if (returned == 0)
    return;
  room->rev++;
  room->members_rev = room->rev;
  room->member_count += returned;

  g_auto(Query) query =
    query_make (connection, "UPDATE rooms SET rev = ?1, members_rev = ?1, member_count = ? WHERE id = ?");
  query_put_int (&query, room->rev);
  query_put_int (&query, room->member_count);
  query_put_text (&query, room->id);
  query_run (&query);
}

Room *
sqlite_store_create_room (Store *store, const Room *draft, const char *const *member_ids, gboolean *created,
                          GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);
  g_autoptr(GPtrArray) ids = store_sort_ids (member_ids);
  g_autofree char *direct_key = draft->type == CONFAB_ROOM_TYPE_DIRECT ? store_make_direct_key (ids) : NULL;
  g_autofree char *existing_id = direct_key != NULL ? load_direct_room_id (connection, direct_key) : NULL;
  g_autoptr(Room) room = NULL;

  if (existing_id != NULL)
    {
      room = sqlite_load_room (connection, existing_id);
      if (room != NULL)
        reopen_direct_room (connection, room, draft->created_at);
    }
  else
    {
      room = room_copy (draft);
      room->last_seq = 0;
      room->rev = room->members_rev = room->settings_rev = 1;
      room->last_activity = room->created_at;
      room->member_count = ids->len;
      check_accounts (connection, ids);
      sqlite_insert_room (connection, room, direct_key);
      write_members (connection, room, ids);
    }
  if (created != NULL)
    *created = existing_id == NULL;
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&room) : NULL;
}

static GPtrArray *
load_public_rooms (SqliteConnection *connection, const char *text, gint64 member_count, const char *room_id,
                   guint limit)
{
  g_autofree char *folded = store_fold_text (text);
  g_auto(Query) query = query_make (connection,
                                    "SELECT " ROOM_COLUMNS " FROM rooms"
                                    " WHERE type = 'public' AND member_count <= ?1 AND (member_count < ?1 OR id > ?2)"
                                    " AND (?3 = '' OR instr (folded_text, ?3) > 0)"
                                    " ORDER BY member_count DESC, id LIMIT ?4");
  GPtrArray *rooms = g_ptr_array_new_with_free_func ((GDestroyNotify) room_unref);

  query_put_int (&query, member_count);
  query_put_text (&query, room_id);
  query_put_text (&query, folded);
  query_put_int (&query, limit);
  while (query_next (&query))
    g_ptr_array_add (rooms, row_take_room (&query));
  return rooms;
}

GPtrArray *
sqlite_store_list_public_rooms (Store *store, const char *query, const char *cursor, guint limit, char **next_cursor,
                                GError **error)
{
  SqliteConnection *connection = NULL;
  g_autoptr(GPtrArray) rooms = NULL;
  RoomCursor after;

  if (!room_cursor_parse (cursor, &after, error))
    return NULL;
  connection = sqlite_store_read (store);
  /* One more than asked tells whether there is a next page. */
  rooms = load_public_rooms (connection, query, after.member_count, after.room_id, limit + 1);
  if (!sqlite_store_end (store, connection, error))
    return NULL;
  room_cursor_cut (rooms, limit, next_cursor);
  return g_steal_pointer (&rooms);
}
