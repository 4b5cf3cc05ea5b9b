/* apply-messages.c: changes that add a message or change one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "protocol/confab-ulid.h"
#include "store/apply/apply-private.h"
#include "store/store-private.h"

/* message: as it is now. Taken. */
static void
tell (Change *change, Message *message)
{
  g_clear_pointer (&change->message, message_unref);
  change->message = message;
}

gboolean
apply_find_first (Batch *batch, Change *change)
{
  const Message *draft = change->message;
  Message *first = NULL;

  if (change->kind != CHANGE_APPEND || draft == NULL || draft->sender_id == NULL || draft->client_id == NULL)
    return FALSE;
  first = batch->klass->load_message_of_client (batch, draft->sender_id, draft->client_id);
  if (first == NULL)
    return FALSE;
  change->outcome = OUTCOME_UNCHANGED;
  tell (change, first);
  return TRUE;
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
  if (message->reply_to != NULL && !batch->klass->has_message (batch, message->reply_to, message->room_id))
    {
      apply_refuse (change, CONFAB_ERROR_NOT_FOUND, "The message it answers is not in this room");
      return;
    }
  if (!batch->klass->insert_message (batch, message))
    {
      if (!apply_find_first (batch, change))
        apply_refuse (change, CONFAB_ERROR_CONFLICT, "There is a message with this id already");
      return;
    }
  apply_number (room, change);
  room->room->last_seq = message->seq;
  room->room->last_activity = MAX (room->room->last_activity, message->timestamp);
  tell (change, g_steal_pointer (&message));
  mark_own (batch, room, change);
}

/* The message a change is about, as the batch's own copy. NULL when it is not in the room: the change is refused. */
static Message *
find_message (Batch *batch, BatchRoom *room, Change *change)
{
  g_autoptr(Message) message = batch->klass->load_message (batch, change->message_id);

  if (message != NULL && g_str_equal (message->room_id, room->room->id))
    return g_steal_pointer (&message);
  apply_refuse (change, CONFAB_ERROR_NOT_FOUND, "There is no such message in this room");
  return NULL;
}

static void
leave_unchanged (Change *change, Message *message)
{
  change->outcome = OUTCOME_UNCHANGED;
  tell (change, message);
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

static void
edit (Batch *batch, BatchRoom *room, Change *change, const Message *before, guint n_versions)
{
  Message *after = message_copy (before);

  g_free (after->content);
  after->content = g_strdup (change->content != NULL ? change->content : "");
  g_strfreev (after->mentions);
  after->mentions = g_strdupv (change->mentions);
  after->mentions_room = change->mentions_room;
  after->edited_at = change->now;
  after->rev = apply_number (room, change);
  batch->klass->edit_message (batch, before, n_versions + 1, after);
  tell (change, after);
}

void
apply_edit (Batch *batch, BatchRoom *room, Change *change)
{
  g_autoptr(Message) message = find_message (batch, room, change);
  guint n_versions = 0;

  if (message == NULL)
    return;
  if (g_strcmp0 (message->sender_id, change->user_id) != 0)
    apply_refuse (change, CONFAB_ERROR_FORBIDDEN, "Only its sender may edit a message");
  else if (message->deleted_at != 0)
    apply_refuse (change, CONFAB_ERROR_NOT_FOUND, "This message has been deleted");
  else if (says_the_same (message, change))
    leave_unchanged (change, g_steal_pointer (&message));
  else if ((n_versions = batch->klass->count_versions (batch, message->id)) >= STORE_MESSAGE_EDITS)
    apply_refuse (change, CONFAB_ERROR_TOO_LARGE, "This message has been edited too often");
  else
    edit (batch, room, change, message, n_versions);
}

static void
erase (Batch *batch, BatchRoom *room, Change *change, const Message *before)
{
  Message *after = message_copy (before);

  g_free (after->content);
  after->content = g_strdup ("");
  g_clear_pointer (&after->mentions, g_strfreev);
  after->mentions_room = FALSE;
  g_clear_pointer (&after->reactions, g_ptr_array_unref);
  after->edited_at = 0;
  after->deleted_at = change->now;
  after->rev = apply_number (room, change);
  batch->klass->erase_message (batch, before, after);
  tell (change, after);
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
    erase (batch, room, change, message);
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
  if (message->reactions->len >= STORE_MESSAGE_REACTIONS)
    {
      apply_refuse (change, CONFAB_ERROR_TOO_LARGE, "This message has as many reactions as it may have");
      return;
    }
  g_ptr_array_add (message->reactions, reaction_new (change->user_id, change->emoji));
  message->rev = apply_number (room, change);
  batch->klass->add_reaction (batch, message, change->user_id, change->emoji);
  tell (change, g_steal_pointer (&message));
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
  g_ptr_array_remove_index (message->reactions, place);
  if (message->reactions->len == 0)
    g_clear_pointer (&message->reactions, g_ptr_array_unref);
  message->rev = apply_number (room, change);
  batch->klass->remove_reaction (batch, message, change->user_id, change->emoji);
  tell (change, g_steal_pointer (&message));
}
