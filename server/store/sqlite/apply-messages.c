/* apply-messages.c: changes that add a message or change one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "protocol/confab-ulid.h"
#include "store/sqlite/apply-private.h"
#include "store/sqlite/rows.h"

/* Stands for everybody in the table of mentions. No user id looks like it. */
#define EVERYBODY "@room"

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

void
sqlite_insert_mentions (SqliteConnection *connection, const Message *message)
{
  each_mention (connection, message, insert_mention);
}

/* Whether it was inserted: its id or clientId may be there already. */
static gboolean
insert_message (SqliteConnection *connection, const Message *message)
{
  g_autofree char *mentions = row_join_mentions (message->mentions);
  g_auto(Query) query =
    query_make (connection, "INSERT INTO messages (id, room_id, seq, rev, first_rev, sender_id, sender_name, client_id,"
                            " type, encrypted, content, reply_to, mentions, mentions_room, timestamp)"
                            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");

  query_put_text (&query, message->id);
  query_put_text (&query, message->room_id);
  query_put_int (&query, message->seq);
  query_put_int (&query, message->rev);
  query_put_int (&query, message->rev);
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
  return query_run (&query);
}

gboolean
apply_find_first (Batch *batch, Change *change)
{
  const Message *draft = change->message;
  Message *first = NULL;

  if (change->kind != CHANGE_APPEND || draft == NULL || draft->sender_id == NULL || draft->client_id == NULL)
    return FALSE;
  first = sqlite_load_message_of_client (batch->connection, draft->sender_id, draft->client_id);
  if (first == NULL)
    return FALSE;
  g_clear_pointer (&change->message, message_unref);
  change->message = first;
  change->outcome = OUTCOME_UNCHANGED;
  return TRUE;
}

static gboolean
is_in_room (SqliteConnection *connection, const char *message_id, const char *room_id)
{
  g_auto(Query) query = query_make (connection, "SELECT 1 FROM messages WHERE id = ? AND room_id = ?");

  query_put_text (&query, message_id);
  query_put_text (&query, room_id);
  return query_next (&query);
}

/* As the account is called at this moment; whoever decided may have had an older name at hand. */
static void
fill_in_sender_name (Batch *batch, BatchRoom *room, Message *message)
{
  const Member *sender = batch_get_member (batch, room, message->sender_id)->member;

  if (message->sender_name == NULL && sender != NULL)
    message->sender_name = g_strdup (sender->display_name != NULL ? sender->display_name : sender->username);
}

static Message *
make_stored (Batch *batch, BatchRoom *room, const Change *change)
{
  Message *message = message_copy (change->message);

  fill_in_sender_name (batch, room, message);
  if (message->id == NULL)
    message->id = confab_ulid_new ();
  if (message->content == NULL)
    message->content = g_strdup ("");
  if (message->timestamp == 0)
    message->timestamp = change->now;
  g_free (message->room_id);
  message->room_id = g_strdup (room->room->id);
  message->seq = room->room->last_seq + 1;
  message->rev = room->room->rev + 1;
  return message;
}

/* Nobody's own message is unread to them, unless something before it is. */
static void
mark_own (Batch *batch, BatchRoom *room, Change *change)
{
  gint64 seq = change->message->seq;
  BatchMember *sender = batch_get_member (batch, room, change->message->sender_id);

  if (!batch_member_is_present (sender))
    return;
  batch_member_mark (sender,
                     sender->member->received_seq == seq - 1 ? seq : 0,
                     sender->member->read_seq == seq - 1 ? seq : 0);
  change->received_seq = sender->member->received_seq;
  change->read_seq = sender->member->read_seq;
}

void
apply_append (Batch *batch, BatchRoom *room, Change *change)
{
  g_autoptr(Message) message = NULL;

  if (change->message == NULL || change->message->sender_id == NULL)
    {
      apply_refuse (change, CONFAB_ERROR_BAD_REQUEST, "A message needs a sender");
      return;
    }

  message = make_stored (batch, room, change);
  if (message->reply_to != NULL && !is_in_room (batch->connection, message->reply_to, message->room_id))
    {
      apply_refuse (change, CONFAB_ERROR_NOT_FOUND, "The message it answers is not in this room");
      return;
    }
  if (!insert_message (batch->connection, message))
    {
      if (!apply_find_first (batch, change))
        apply_refuse (change, CONFAB_ERROR_CONFLICT, "There is a message with this id already");
      return;
    }
  sqlite_insert_mentions (batch->connection, message);
  apply_number (room, change);
  room->room->last_seq = message->seq;
  room->room->last_activity = MAX (room->room->last_activity, message->timestamp);
  message_unref (change->message);
  change->message = g_steal_pointer (&message);
  mark_own (batch, room, change);
}

/* The message a change is about, as the batch's own copy. NULL when it is not in the room: the change is refused. */
static Message *
find_message (Batch *batch, BatchRoom *room, Change *change)
{
  g_autoptr(Message) message = sqlite_load_message (batch->connection, change->message_id);

  if (message != NULL && g_str_equal (message->room_id, room->room->id))
    return g_steal_pointer (&message);
  apply_refuse (change, CONFAB_ERROR_NOT_FOUND, "There is no such message in this room");
  return NULL;
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

/* message: as it is now, but for rev. Taken. */
static void
finish (Batch *batch, BatchRoom *room, Change *change, Message *message)
{
  message->rev = apply_number (room, change);
  write_message (batch->connection, message);
  g_clear_pointer (&change->message, message_unref);
  change->message = message;
}

static void
leave_unchanged (Change *change, Message *message)
{
  change->outcome = OUTCOME_UNCHANGED;
  g_clear_pointer (&change->message, message_unref);
  change->message = message;
}

void
sqlite_insert_version (SqliteConnection *connection, const Message *message, gint64 number)
{
  g_auto(Query) query =
    query_make (connection,
                "INSERT INTO message_versions (message_id, version, content, edited_at) VALUES (?, ?, ?, ?)");

  query_put_text (&query, message->id);
  query_put_int (&query, number);
  query_put_text (&query, message->content);
  query_put_int (&query, message->edited_at);
  query_run (&query);
}

/* Keeps the present text among the earlier ones; FALSE when there are too many of them. */
static gboolean
keep_version (SqliteConnection *connection, const Message *message)
{
  gint64 count = 0;

  {
    g_auto(Query) counting = query_make (connection, "SELECT count (*) FROM message_versions WHERE message_id = ?");

    query_put_text (&counting, message->id);
    count = query_next (&counting) ? query_take_int (&counting) : 0;
  }
  if (count >= STORE_MESSAGE_EDITS)
    return FALSE;
  sqlite_insert_version (connection, message, count + 1);
  return TRUE;
}

static gboolean
same_mentions (char **one, char **other)
{
  static char *none[] = { NULL };

  return g_strv_equal ((const char *const *) (one != NULL ? one : none),
                       (const char *const *) (other != NULL ? other : none));
}

static gboolean
says_the_same (const Message *message, const Change *change)
{
  return g_strcmp0 (message->content, change->content) == 0 && message->mentions_room == change->mentions_room &&
         same_mentions (message->mentions, change->mentions);
}

void
apply_edit (Batch *batch, BatchRoom *room, Change *change)
{
  g_autoptr(Message) message = find_message (batch, room, change);

  if (message == NULL)
    return;
  if (g_strcmp0 (message->sender_id, change->user_id) != 0)
    apply_refuse (change, CONFAB_ERROR_FORBIDDEN, "Only its sender may edit a message");
  else if (message->deleted_at != 0)
    apply_refuse (change, CONFAB_ERROR_NOT_FOUND, "This message has been deleted");
  else if (says_the_same (message, change))
    leave_unchanged (change, g_steal_pointer (&message));
  else if (!keep_version (batch->connection, message))
    apply_refuse (change, CONFAB_ERROR_TOO_LARGE, "This message has been edited too often");
  else
    {
      each_mention (batch->connection, message, delete_mention);
      g_free (message->content);
      message->content = g_strdup (change->content != NULL ? change->content : "");
      g_strfreev (message->mentions);
      message->mentions = g_strdupv (change->mentions);
      message->mentions_room = change->mentions_room;
      message->edited_at = change->now;
      sqlite_insert_mentions (batch->connection, message);
      finish (batch, room, change, g_steal_pointer (&message));
    }
}

static void
delete_of_message (SqliteConnection *connection, const char *sql, const char *message_id)
{
  g_auto(Query) query = query_make (connection, sql);

  query_put_text (&query, message_id);
  query_run (&query);
}

void
apply_delete (Batch *batch, BatchRoom *room, Change *change)
{
  g_autoptr(Message) message = find_message (batch, room, change);

  if (message == NULL)
    return;
  if (!change->as_moderator && g_strcmp0 (message->sender_id, change->user_id) != 0)
    apply_refuse (change, CONFAB_ERROR_FORBIDDEN, "Only its sender or a moderator may delete a message");
  else if (message->deleted_at != 0)
    leave_unchanged (change, g_steal_pointer (&message));
  else
    {
      each_mention (batch->connection, message, delete_mention);
      delete_of_message (batch->connection, "DELETE FROM reactions WHERE message_id = ?", message->id);
      delete_of_message (batch->connection, "DELETE FROM message_versions WHERE message_id = ?", message->id);
      g_free (message->content);
      message->content = g_strdup ("");
      g_clear_pointer (&message->mentions, g_strfreev);
      message->mentions_room = FALSE;
      g_clear_pointer (&message->reactions, g_ptr_array_unref);
      message->edited_at = 0;
      message->deleted_at = change->now;
      finish (batch, room, change, g_steal_pointer (&message));
    }
}

static guint
count_kinds (GPtrArray *reactions)
{
  g_autoptr(GHashTable) kinds = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < reactions->len; i++)
    g_hash_table_add (kinds, ((Reaction *) reactions->pdata[i])->emoji);
  return g_hash_table_size (kinds);
}

static gboolean
has_kind (GPtrArray *reactions, const char *emoji)
{
  for (guint i = 0; i < reactions->len; i++)
    if (g_str_equal (((Reaction *) reactions->pdata[i])->emoji, emoji))
      return TRUE;
  return FALSE;
}

static gboolean
find_reaction (GPtrArray *reactions, const char *user_id, const char *emoji, guint *place)
{
  for (guint i = 0; reactions != NULL && i < reactions->len; i++)
    {
      const Reaction *reaction = reactions->pdata[i];

      if (g_str_equal (reaction->user_id, user_id) && g_str_equal (reaction->emoji, emoji))
        {
          *place = i;
          return TRUE;
        }
    }
  return FALSE;
}

static void
insert_reaction (SqliteConnection *connection, const Change *change)
{
  g_auto(Query) query = query_make (connection,
                                    "INSERT INTO reactions (message_id, position, user_id, emoji) SELECT ?1,"
                                    " coalesce (max (position), 0) + 1, ?2, ?3 FROM reactions WHERE message_id = ?1");

  query_put_text (&query, change->message_id);
  query_put_text (&query, change->user_id);
  query_put_text (&query, change->emoji);
  query_run (&query);
}

void
apply_add_reaction (Batch *batch, BatchRoom *room, Change *change)
{
  g_autoptr(Message) message = find_message (batch, room, change);
  guint place = 0;

  if (message == NULL)
    return;
  if (message->deleted_at != 0)
    {
      apply_refuse (change, CONFAB_ERROR_NOT_FOUND, "This message has been deleted");
      return;
    }
  if (find_reaction (message->reactions, change->user_id, change->emoji, &place))
    {
      leave_unchanged (change, g_steal_pointer (&message));
      return;
    }
  if (message->reactions == NULL)
    message->reactions = g_ptr_array_new_with_free_func ((GDestroyNotify) reaction_free);
  if (change->max_kinds > 0 && !has_kind (message->reactions, change->emoji) &&
      count_kinds (message->reactions) >= change->max_kinds)
    {
      apply_refuse (change, CONFAB_ERROR_TOO_LARGE, "This message has as many different reactions as it may have");
      return;
    }
  insert_reaction (batch->connection, change);
  g_ptr_array_add (message->reactions, reaction_new (change->user_id, change->emoji));
  finish (batch, room, change, g_steal_pointer (&message));
}

static void
delete_reaction (SqliteConnection *connection, const Change *change)
{
  g_auto(Query) query =
    query_make (connection, "DELETE FROM reactions WHERE message_id = ? AND user_id = ? AND emoji = ?");

  query_put_text (&query, change->message_id);
  query_put_text (&query, change->user_id);
  query_put_text (&query, change->emoji);
  query_run (&query);
}

void
apply_remove_reaction (Batch *batch, BatchRoom *room, Change *change)
{
  g_autoptr(Message) message = find_message (batch, room, change);
  guint place = 0;

  if (message == NULL)
    return;
  if (!find_reaction (message->reactions, change->user_id, change->emoji, &place))
    {
      leave_unchanged (change, g_steal_pointer (&message));
      return;
    }
  delete_reaction (batch->connection, change);
  g_ptr_array_remove_index (message->reactions, place);
  if (message->reactions->len == 0)
    g_clear_pointer (&message->reactions, g_ptr_array_unref);
  finish (batch, room, change, g_steal_pointer (&message));
}
