/* sqlite-batch.c: how a batch of changes is read from the tables and written to them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order of the statements is the order of the changes, so that each load sees what was written before.
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/sqlite-batch.h"

#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite-store-private.h"

/* Stands for everybody in the table of mentions. No user id looks like it. */
#define EVERYBODY "@room"

static SqliteConnection *
get_connection (Batch *batch)
{
  return ((SqliteBatch *) batch)->connection;
}

static gboolean
has_failed (Batch *batch)
{
  return sqlite_connection_has_failed (get_connection (batch));
}

static Room *
load_room (Batch *batch, const char *room_id)
{
  return sqlite_load_room (get_connection (batch), room_id);
}

static Member *
load_member (Batch *batch, const char *room_id, const char *user_id)
{
  return sqlite_load_member (get_connection (batch), room_id, user_id);
}

static Message *
load_message (Batch *batch, const char *message_id)
{
  return sqlite_load_message (get_connection (batch), message_id);
}

static Message *
load_message_of_client (Batch *batch, const char *sender_id, const char *client_id)
{
  return sqlite_load_message_of_client (get_connection (batch), sender_id, client_id);
}

static gboolean
has_account (Batch *batch, const char *user_id)
{
  return sqlite_account_exists (get_connection (batch), user_id);
}

static gboolean
has_message (Batch *batch, const char *message_id, const char *room_id)
{
  g_auto(Query) query = query_make (get_connection (batch), "SELECT 1 FROM messages WHERE id = ? AND room_id = ?");

  query_put_text (&query, message_id);
  query_put_text (&query, room_id);
  return query_next (&query);
}

static guint
count_versions (Batch *batch, const char *message_id)
{
  g_auto(Query) query =
    query_make (get_connection (batch), "SELECT count (*) FROM message_versions WHERE message_id = ?");

  query_put_text (&query, message_id);
  return query_next (&query) ? query_take_int (&query) : 0;
}

static gboolean
has_admin (SqliteConnection *connection, const char *room_id)
{
  g_auto(Query) query =
    query_make (connection, "SELECT 1 FROM members WHERE room_id = ? AND left_at = 0 AND role = 'admin' LIMIT 1");

  query_put_text (&query, room_id);
  return query_next (&query);
}

static char *
find_successor (Batch *batch, const char *room_id)
{
  SqliteConnection *connection = get_connection (batch);

  if (has_admin (connection, room_id))
    return NULL;

  g_auto(Query) query = query_make (connection,
                                    "SELECT user_id FROM members WHERE room_id = ? AND left_at = 0"
                                    " ORDER BY joined_at, user_id LIMIT 1");
  query_put_text (&query, room_id);
  return query_next (&query) ? query_take_text (&query) : NULL;
}

static void
insert_mention (SqliteConnection *connection, const Message *message, const char *user_id)
{
  g_auto(Query) query = query_make (connection,
                                    "INSERT INTO mentions (room_id, user_id, seq, sender_id) VALUES (?, ?, ?, ?)"
                                    " ON CONFLICT DO NOTHING");

  query_put_text (&query, message->room_id);
  query_put_text (&query, user_id);
  query_put_int (&query, message->seq);
  query_put_text (&query, message->sender_id);
  query_run (&query);
}

static void
delete_mention (SqliteConnection *connection, const Message *message, const char *user_id)
{
  g_auto(Query) query = query_make (connection, "DELETE FROM mentions WHERE room_id = ? AND user_id = ? AND seq = ?");

  query_put_text (&query, message->room_id);
  query_put_text (&query, user_id);
  query_put_int (&query, message->seq);
  query_run (&query);
}

static void
each_mention (SqliteConnection *connection, const Message *message,
              void (*func) (SqliteConnection *, const Message *, const char *))
{
  for (gsize i = 0; message->mentions != NULL && message->mentions[i] != NULL; i++)
    func (connection, message, message->mentions[i]);
  if (message->mentions_room)
    func (connection, message, EVERYBODY);
}

gboolean
sqlite_insert_message (SqliteConnection *connection, const Message *message, gint64 first_rev)
{
  g_autofree char *mentions = row_join_mentions (message->mentions);
  g_auto(Query) query =
    query_make (connection, "INSERT INTO messages (id, room_id, seq, rev, first_rev, sender_id, sender_name, client_id,"
                            " type, encrypted, content, reply_to, mentions, mentions_room, timestamp, edited_at,"
                            " deleted_at, reactions)"
                            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");

  query_put_text (&query, message->id);
  query_put_text (&query, message->room_id);
  query_put_int (&query, message->seq);
  query_put_int (&query, message->rev);
  query_put_int (&query, first_rev);
  query_put_text (&query, message->sender_id);
  query_put_text (&query, message->sender_name);
  query_put_text (&query, message->client_id);
  query_put_text (&query, confab_message_type_to_string (message->type));
  query_put_int (&query, message->encrypted);
  query_put_text (&query, message->content);
  query_put_text (&query, message->reply_to);
  query_put_text (&query, mentions);
  query_put_int (&query, message->mentions_room);
  query_put_int (&query, message->timestamp);
  query_put_int (&query, message->edited_at);
  query_put_int (&query, message->deleted_at);
  query_put_int (&query, message->reactions != NULL ? message->reactions->len : 0);
  if (!query_run (&query))
    return FALSE;
  each_mention (connection, message, insert_mention);
  return TRUE;
}

static gboolean
insert_message (Batch *batch, const Message *message)
{
  return sqlite_insert_message (get_connection (batch), message, message->rev);
}

static void
write_message (SqliteConnection *connection, const Message *message)
{
  g_autofree char *mentions = row_join_mentions (message->mentions);
  g_auto(Query) query =
    query_make (connection, "UPDATE messages SET rev = ?, content = ?, mentions = ?, mentions_room = ?, edited_at = ?,"
                            " deleted_at = ?, reactions = ? WHERE id = ?");

  query_put_int (&query, message->rev);
  query_put_text (&query, message->content);
  query_put_text (&query, mentions);
  query_put_int (&query, message->mentions_room);
  query_put_int (&query, message->edited_at);
  query_put_int (&query, message->deleted_at);
  query_put_int (&query, message->reactions != NULL ? message->reactions->len : 0);
  query_put_text (&query, message->id);
  query_run (&query);
}

void
sqlite_insert_version (SqliteConnection *connection, const char *message_id, guint number, const Message *version)
{
  g_auto(Query) query = query_make (connection,
                                    "INSERT INTO message_versions (message_id, version, content, edited_at)"
                                    " VALUES (?, ?, ?, ?)");

  query_put_text (&query, message_id);
  query_put_int (&query, number);
  query_put_text (&query, version->content);
  query_put_int (&query, version->edited_at);
  query_run (&query);
}

static void
edit_message (Batch *batch, const Message *before, guint number, const Message *after)
{
  SqliteConnection *connection = get_connection (batch);

  each_mention (connection, before, delete_mention);
  sqlite_insert_version (connection, before->id, number, before);
  each_mention (connection, after, insert_mention);
  write_message (connection, after);
}

static void
delete_of (SqliteConnection *connection, const char *sql, const char *id)
{
  g_auto(Query) query = query_make (connection, sql);

  query_put_text (&query, id);
  query_run (&query);
}

static void
erase_message (Batch *batch, const Message *before, const Message *after)
{
  SqliteConnection *connection = get_connection (batch);

  each_mention (connection, before, delete_mention);
  delete_of (connection, "DELETE FROM reactions WHERE message_id = ?", before->id);
  delete_of (connection, "DELETE FROM message_versions WHERE message_id = ?", before->id);
  write_message (connection, after);
}

static void
add_reaction (Batch *batch, const Message *after, const char *user_id, const char *emoji)
{
  {
    g_auto(Query) query = query_make (get_connection (batch),
                                      "INSERT INTO reactions (message_id, position, user_id, emoji) SELECT ?1,"
                                      " coalesce (max (position), 0) + 1, ?2, ?3 FROM reactions WHERE message_id = ?1");

    query_put_text (&query, after->id);
    query_put_text (&query, user_id);
    query_put_text (&query, emoji);
    query_run (&query);
  }
  write_message (get_connection (batch), after);
}

static void
remove_reaction (Batch *batch, const Message *after, const char *user_id, const char *emoji)
{
  {
    g_auto(Query) query = query_make (get_connection (batch),
                                      "DELETE FROM reactions WHERE message_id = ? AND user_id = ? AND emoji = ?");

    query_put_text (&query, after->id);
    query_put_text (&query, user_id);
    query_put_text (&query, emoji);
    query_run (&query);
  }
  write_message (get_connection (batch), after);
}

static void
save_member (Batch *batch, const Member *member)
{
  sqlite_save_member (get_connection (batch), member);
}

static void
save_marks (Batch *batch, const Member *member)
{
  g_auto(Query) query = query_make (get_connection (batch),
                                    "UPDATE members SET received_seq = ?, read_seq = ? WHERE room_id = ? AND"
                                    " user_id = ?");

  query_put_int (&query, member->received_seq);
  query_put_int (&query, member->read_seq);
  query_put_text (&query, member->room_id);
  query_put_text (&query, member->user_id);
  query_run (&query);
}

static void
write_member_count (SqliteConnection *connection, const Room *room)
{
  g_auto(Query) query = query_make (connection, "UPDATE rooms SET member_count = ? WHERE id = ?");

  query_put_int (&query, room->member_count);
  query_put_text (&query, room->id);
  query_run (&query);
}

static void
write_settings (SqliteConnection *connection, const Room *room)
{
  g_autofree char *folded = store_fold_room (room->name, room->description);
  g_auto(Query) query =
    query_make (connection, "UPDATE rooms SET name = ?, description = ?, folded_text = ? WHERE id = ?");

  query_put_text (&query, room->name);
  query_put_text (&query, room->description);
  query_put_text (&query, folded);
  query_put_text (&query, room->id);
  query_run (&query);
}

static void
write_numbers (SqliteConnection *connection, const Room *room)
{
  g_auto(Query) query = query_make (connection,
                                    "UPDATE rooms SET last_activity = ?, last_seq = ?, rev = ?, members_rev = ?,"
                                    " settings_rev = ? WHERE id = ?");

  query_put_int (&query, room->last_activity);
  query_put_int (&query, room->last_seq);
  query_put_int (&query, room->rev);
  query_put_int (&query, room->members_rev);
  query_put_int (&query, room->settings_rev);
  query_put_text (&query, room->id);
  query_run (&query);
}

/* The index of public rooms is over member_count, and naming it in an UPDATE costs a look at that index, changed or
 * not: so there are several. */
static void
save_room (Batch *batch, const BatchRoom *room)
{
  SqliteConnection *connection = get_connection (batch);

  write_numbers (connection, room->room);
  if (room->count_changed)
    write_member_count (connection, room->room);
  if (room->settings_changed)
    write_settings (connection, room->room);
}

#define MESSAGES_OF_ROOM "(SELECT id FROM messages WHERE room_id = ?)"

/* Memberships go with the room. */
static void
delete_room (Batch *batch, const char *room_id)
{
  SqliteConnection *connection = get_connection (batch);

  delete_of (connection, "DELETE FROM reactions WHERE message_id IN " MESSAGES_OF_ROOM, room_id);
  delete_of (connection, "DELETE FROM message_versions WHERE message_id IN " MESSAGES_OF_ROOM, room_id);
  delete_of (connection, "DELETE FROM mentions WHERE room_id = ?", room_id);
  delete_of (connection, "DELETE FROM messages WHERE room_id = ?", room_id);
  delete_of (connection, "DELETE FROM rooms WHERE id = ?", room_id);
}

static const BatchClass sqlite_batch_class = {
  .has_failed = has_failed,
  .load_room = load_room,
  .load_member = load_member,
  .load_message = load_message,
  .load_message_of_client = load_message_of_client,
  .has_account = has_account,
  .has_message = has_message,
  .count_versions = count_versions,
  .find_successor = find_successor,
  .insert_message = insert_message,
  .edit_message = edit_message,
  .erase_message = erase_message,
  .add_reaction = add_reaction,
  .remove_reaction = remove_reaction,
  .save_member = save_member,
  .save_marks = save_marks,
  .save_room = save_room,
  .delete_room = delete_room,
};

void
sqlite_batch_init (SqliteBatch *self, SqliteConnection *connection)
{
  batch_init (&self->parent, &sqlite_batch_class);
  self->connection = connection;
}
