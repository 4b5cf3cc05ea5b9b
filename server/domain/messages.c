/* messages.c: sending, changing and reading messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/messages.h"

#include "domain/decision.h"
#include "domain/mentions.h"
#include "domain/records-json.h"
#include "domain/rooms.h"
#include "protocol/confab-error.h"
#include "protocol/confab-text.h"
#include "protocol/confab-ulid.h"

static void
reply_message (const Decision *decision, ConfabJsonWriter *reply)
{
  confab_json_writer_member (reply, "message");
  message_write_json (decision_get_change (decision)->message, reply);
}

static gboolean
decide_send (Decision *decision, GError **error)
{
  const ConfabSendMessageRequest *fields = decision->fields;
  Message *draft = NULL;

  if (!decision_permits (decision, PERMISSION_WRITE, error))
    return FALSE;
  if (fields->type == CONFAB_MESSAGE_TYPE_SYSTEM)
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "Only the server writes system messages");
      if (error != NULL)
        confab_error_add_field (*error, "type", "must be text, image or file");
      return FALSE;
    }
  draft = message_new ();
  draft->id = confab_ulid_new ();
  draft->room_id = g_strdup (decision->room->room->id);
  draft->sender_id = g_strdup (decision->caller->user_id);
  draft->client_id = g_strdup (fields->client_id);
  draft->type = fields->type;
  draft->content = g_strdup (fields->content);
  draft->reply_to = g_strdup (fields->reply_to);
  draft->timestamp = decision->now;
  draft->mentions = mentions_find (decision->room, fields->content, &draft->mentions_room);
  decision_add (decision, CHANGE_APPEND)->message = draft;
  return TRUE;
}

const RoomVerb messages_send = { decide_send, reply_message };

static gboolean
decide_edit (Decision *decision, GError **error)
{
  const ConfabEditMessageRequest *fields = decision->fields;
  Change *change = NULL;

  if (!decision_permits (decision, PERMISSION_WRITE, error))
    return FALSE;
  change = decision_add (decision, CHANGE_EDIT);
  change->message_id = g_strdup (fields->message_id);
  change->content = g_strdup (fields->content);
  change->mentions = mentions_find (decision->room, fields->content, &change->mentions_room);
  return TRUE;
}

const RoomVerb messages_edit = { decide_edit, reply_message };

static gboolean
decide_delete (Decision *decision, GError **error)
{
  const ConfabDeleteMessageRequest *fields = decision->fields;
  gboolean moderates = decision_permits (decision, PERMISSION_MODERATE, NULL);
  Change *change = NULL;

  if (!moderates && !decision_permits (decision, PERMISSION_WRITE, error))
    return FALSE;
  change = decision_add (decision, CHANGE_DELETE);
  change->message_id = g_strdup (fields->message_id);
  change->as_moderator = moderates;
  return TRUE;
}

const RoomVerb messages_delete = { decide_delete, reply_message };

static gboolean
decide_reaction (Decision *decision, ChangeKind kind, const char *message_id, const char *emoji, GError **error)
{
  Change *change = NULL;

  if (!decision_permits (decision, PERMISSION_WRITE, error))
    return FALSE;
  if (!confab_emoji_is_valid (emoji))
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "A reaction is one emoji");
      if (error != NULL)
        confab_error_add_field (*error, "emoji", "is not one emoji");
      return FALSE;
    }
  change = decision_add (decision, kind);
  change->message_id = g_strdup (message_id);
  change->emoji = g_strdup (emoji);
  change->max_kinds = decision->domain->limits.reaction_kinds;
  return TRUE;
}

static gboolean
decide_add_reaction (Decision *decision, GError **error)
{
  const ConfabAddReactionRequest *fields = decision->fields;

  return decide_reaction (decision, CHANGE_ADD_REACTION, fields->message_id, fields->emoji, error);
}

const RoomVerb messages_add_reaction = { decide_add_reaction, reply_message };

static gboolean
decide_remove_reaction (Decision *decision, GError **error)
{
  const ConfabRemoveReactionRequest *fields = decision->fields;

  return decide_reaction (decision, CHANGE_REMOVE_REACTION, fields->message_id, fields->emoji, error);
}

const RoomVerb messages_remove_reaction = { decide_remove_reaction, reply_message };

/* ---- History ---------------------------------------------------------------------------------------------- */

/* A cursor is a direction and the seq to go on from: "b120" or "a120". Clients are told nothing of that. */
char *
messages_cursor_before (gint64 seq)
{
  return g_strdup_printf ("b%" G_GINT64_FORMAT, seq);
}

static char *
cursor_after (gint64 seq)
{
  return g_strdup_printf ("a%" G_GINT64_FORMAT, seq);
}

static gboolean
page_from_cursor (const char *cursor, MessagePage *page)
{
  gint64 seq = 0;

  if ((cursor[0] != 'a' && cursor[0] != 'b') || !g_ascii_string_to_signed (cursor + 1, 10, 0, G_MAXINT64, &seq, NULL))
    return FALSE;
  if (cursor[0] == 'a')
    page->after = seq;
  else
    page->before = seq;
  return TRUE;
}

static gboolean
page_from_fields (const ConfabListMessagesRequest *fields, MessagePage *page, GError **error)
{
  const guint64 places = CONFAB_LIST_MESSAGES_CURSOR | CONFAB_LIST_MESSAGES_BEFORE | CONFAB_LIST_MESSAGES_AFTER |
                         CONFAB_LIST_MESSAGES_AROUND;
  guint64 given = fields->present & places;

  *page = (MessagePage) { .after = -1, .limit = fields->limit };
  if ((given & (given - 1)) != 0)
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST,
                           "Give only one of cursor, before, after and around");
      return FALSE;
    }
  if (given == CONFAB_LIST_MESSAGES_BEFORE)
    page->before = fields->before;
  else if (given == CONFAB_LIST_MESSAGES_AFTER)
    page->after = fields->after;
  else if (given == CONFAB_LIST_MESSAGES_AROUND)
    page->around = fields->around;
  else if (given == CONFAB_LIST_MESSAGES_CURSOR && !page_from_cursor (fields->cursor, page))
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "This cursor is not one of ours");
      if (error != NULL)
        confab_error_add_field (*error, "cursor", "is not a nextCursor of an earlier page");
      return FALSE;
    }
  return TRUE;
}

static void
write_page (const MessagePage *page, GPtrArray *messages, gboolean has_more, ConfabJsonWriter *reply)
{
  confab_json_writer_member (reply, "messages");
  confab_json_writer_begin_array (reply);
  for (guint i = 0; i < messages->len; i++)
    message_write_json (messages->pdata[i], reply);
  confab_json_writer_end_array (reply);
  confab_json_writer_member_bool (reply, "hasMore", has_more);
  if (has_more && messages->len > 0)
    {
      const Message *first = messages->pdata[0];
      const Message *last = messages->pdata[messages->len - 1];
      g_autofree char *cursor = page->after >= 0 ? cursor_after (last->seq) : messages_cursor_before (first->seq);

      confab_json_writer_member_string (reply, "nextCursor", cursor);
    }
}

gboolean
messages_list (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  const ConfabListMessagesRequest *request = fields;
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(Room) room = NULL;
  gboolean has_more = FALSE;
  MessagePage page;

  room = room_read_permitted (domain, caller, request->room_id, PERMISSION_READ, NULL, error);
  if (room == NULL || !page_from_fields (request, &page, error))
    return FALSE;
  messages = store_list_messages (domain->store, request->room_id, &page, &has_more, error);
  if (messages == NULL)
    return FALSE;
  write_page (&page, messages, has_more, reply);
  return TRUE;
}
