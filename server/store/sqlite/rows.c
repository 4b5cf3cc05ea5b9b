/* rows.c: the columns that make up each record, and how a row becomes one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/rows.h"

/* Ids hold no spaces. */
#define MENTION_SEPARATOR " "

/* A word that this program does not know was written by a newer one: the first of the enum grants the least. */
#define DEFINE_TAKE_WORD(Type, name, from_string)                        \
  Type                                                                   \
  name (Query *query)                                                    \
  {                                                                      \
    const char *word = query_peek_text (query);                          \
    Type value = 0;                                                      \
                                                                         \
    if (word == NULL || !from_string (word, &value))                     \
      g_warning ("The database holds the unknown word “%s”", word);      \
    return value;                                                        \
  }

DEFINE_TAKE_WORD (ConfabUserRole, row_take_user_role, confab_user_role_from_string)
static DEFINE_TAKE_WORD (ConfabRoomType, take_room_type, confab_room_type_from_string)
DEFINE_TAKE_WORD (ConfabMemberRole, row_take_member_role, confab_member_role_from_string)
static DEFINE_TAKE_WORD (ConfabMessageType, take_message_type, confab_message_type_from_string)

User *
row_take_user (Query *query)
{
  User *user = user_new ();

  user->id = query_take_text (query);
  user->username = query_take_text (query);
  user->display_name = query_take_text (query);
  user->email = query_take_text (query);
  user->avatar = query_take_text (query);
  user->role = row_take_user_role (query);
  user->created_at = query_take_int (query);
  user->last_seen = query_take_int (query);
  return user;
}

Session *
row_take_session (Query *query)
{
  Session *session = session_new ();

  session->id = query_take_text (query);
  session->user_id = query_take_text (query);
  session->name = query_take_text (query);
  session->address = query_take_text (query);
  session->created_at = query_take_int (query);
  session->last_used_at = query_take_int (query);
  session->expires_at = query_take_int (query);
  session->refresh_hash = query_take_bytes (query);
  session->next_refresh_hash = query_take_bytes (query);
  return session;
}

Room *
row_take_room (Query *query)
{
  Room *room = room_new ();

  room->id = query_take_text (query);
  room->name = query_take_text (query);
  room->description = query_take_text (query);
  room->type = take_room_type (query);
  room->encrypted = query_take_int (query) != 0;
  room->created_by = query_take_text (query);
  room->created_at = query_take_int (query);
  room->last_activity = query_take_int (query);
  room->last_seq = query_take_int (query);
  room->rev = query_take_int (query);
  room->members_rev = query_take_int (query);
  room->settings_rev = query_take_int (query);
  room->member_count = query_take_int (query);
  return room;
}

Member *
row_take_member (Query *query)
{
  Member *member = member_new ();

  member->room_id = query_take_text (query);
  member->user_id = query_take_text (query);
  member->username = query_take_text (query);
  member->display_name = query_take_text (query);
  member->avatar = query_take_text (query);
  member->role = row_take_member_role (query);
  member->joined_at = query_take_int (query);
  member->left_at = query_take_int (query);
  member->received_seq = query_take_int (query);
  member->read_seq = query_take_int (query);
  member->rev = query_take_int (query);
  return member;
}

static GPtrArray *
load_reactions (SqliteConnection *connection, const char *message_id)
{
  g_auto(Query) query =
    query_make (connection, "SELECT user_id, emoji FROM reactions WHERE message_id = ? ORDER BY position");
  GPtrArray *reactions = g_ptr_array_new_with_free_func ((GDestroyNotify) reaction_free);

  query_put_text (&query, message_id);
  while (query_next (&query))
    {
      const char *user_id = query_peek_text (&query);
      const char *emoji = query_peek_text (&query);

      g_ptr_array_add (reactions, reaction_new (user_id, emoji));
    }
  return reactions;
}

static char **
split_mentions (const char *joined)
{
  return joined != NULL ? g_strsplit (joined, MENTION_SEPARATOR, -1) : NULL;
}

char *
row_join_mentions (char **mentions)
{
  return mentions != NULL && mentions[0] != NULL ? g_strjoinv (MENTION_SEPARATOR, mentions) : NULL;
}

Message *
row_take_message (Query *query)
{
  Message *message = message_new ();

  message->id = query_take_text (query);
  message->room_id = query_take_text (query);
  message->seq = query_take_int (query);
  message->rev = query_take_int (query);
  message->sender_id = query_take_text (query);
  message->sender_name = query_take_text (query);
  message->client_id = query_take_text (query);
  message->type = take_message_type (query);
  message->encrypted = query_take_int (query) != 0;
  message->content = query_take_text (query);
  message->reply_to = query_take_text (query);
  message->mentions = split_mentions (query_peek_text (query));
  message->mentions_room = query_take_int (query) != 0;
  message->timestamp = query_take_int (query);
  message->edited_at = query_take_int (query);
  message->deleted_at = query_take_int (query);
  if (query_take_int (query) > 0)
    message->reactions = load_reactions (query->connection, message->id);
  return message;
}
