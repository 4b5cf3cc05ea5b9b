/* confab-room-verbs.c: what this account does in a room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-room-private.h"

#include <glib/gi18n-lib.h>

#include "client/confab-json-members.h"
#include "client/confab-message-private.h"
#include "client/confab-outbox-private.h"
#include "client/confab-session-private.h"
#include "client/confab-timeline-private.h"
#include "client/confab-user-private.h"
#include "protocol/confab-error.h"
#include "protocol/confab-text.h"

static JsonObject *
request_new (ConfabRoom *self, JsonNode **node)
{
  JsonObject *object = json_object_new ();

  *node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (*node, object);
  json_object_set_string_member (object, "roomId", self->id);
  return object;
}

static DexFuture *
call (ConfabRoom *self, ConfabOperationId operation, JsonNode *data)
{
  if (self->session == NULL)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The session has ended");
  return confab_session_call_operation (self->session, operation, data);
}

static DexFuture *
to_true (DexFuture *future, gpointer data)
{
  return dex_future_new_true ();
}

/* ---- Messages ------------------------------------------------------------------------------------------------ */

/**
 * confab_room_send:
 * @self: a room
 * @text: what to say
 * @reply_to: (nullable): id of the message that this answers
 * @error: return location for an error
 *
 * Puts a message into the outbox, from where it is sent when there is a connection, also after a restart of the
 * program.
 *
 * Returns: (transfer none) (nullable): the message as it stands at the end of the timeline; %NULL and
 * `CONFAB_ERROR_BAD_REQUEST` or `CONFAB_ERROR_TOO_LARGE` when no server would take this text
 *
 * Since: 0.1
 */
ConfabMessage *
confab_room_send (ConfabRoom *self, const char *text, const char *reply_to, GError **error)
{
  g_autofree char *content = NULL;

  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  g_return_val_if_fail (text != NULL, NULL);
  if (self->session == NULL || confab_session_get_user (self->session) == NULL)
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED, "Nobody is signed in");
      return NULL;
    }
  content = confab_text_normalize (text, confab_session_get_message_length (self->session), error);
  if (content == NULL)
    return NULL;
  if (*content == '\0')
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, _("There is nothing to send"));
      return NULL;
    }
  confab_room_stop_typing (self);
  return confab_outbox_add (confab_session_get_outbox (self->session), self->id, content, reply_to);
}

/**
 * confab_room_retry:
 * @self: a room
 * @message: one of its messages that failed
 *
 * Sends it again.
 *
 * Since: 0.1
 */
void
confab_room_retry (ConfabRoom *self, ConfabMessage *message)
{
  g_return_if_fail (CONFAB_IS_ROOM (self));
  g_return_if_fail (CONFAB_IS_MESSAGE (message));
  if (self->session != NULL)
    confab_outbox_retry (confab_session_get_outbox (self->session), message);
}

/**
 * confab_room_discard:
 * @self: a room
 * @message: one of its messages in the outbox
 *
 * Forgets it. One that is being sent at this moment may still arrive.
 *
 * Since: 0.1
 */
void
confab_room_discard (ConfabRoom *self, ConfabMessage *message)
{
  g_return_if_fail (CONFAB_IS_ROOM (self));
  g_return_if_fail (CONFAB_IS_MESSAGE (message));
  if (self->session != NULL)
    confab_outbox_discard (confab_session_get_outbox (self->session), message);
}

/* The reply carries the message as it is now; its event may come before or after. */
static DexFuture *
on_message_reply (DexFuture *future, gpointer data)
{
  ConfabRoom *self = data;
  JsonNode *reply = g_value_get_boxed (dex_future_get_value (future, NULL));
  JsonObject *message = confab_json_get_object (json_node_get_object (reply), "message");

  if (message != NULL && self->session != NULL)
    confab_room_arrive_one (self, message);
  return dex_future_new_true ();
}

static DexFuture *
change_message (ConfabRoom *self,
                ConfabMessage *message,
                ConfabOperationId operation,
                const char *name,
                const char *value)
{
  g_autoptr(JsonNode) node = NULL;
  JsonObject *object = request_new (self, &node);

  if (confab_message_get_id (message) == NULL)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_CONFLICT, "%s", _("The message has not been sent yet"));
  json_object_set_string_member (object, "messageId", confab_message_get_id (message));
  if (name != NULL)
    json_object_set_string_member (object, name, value);
  return dex_future_then (call (self, operation, node), on_message_reply, g_object_ref (self), g_object_unref);
}

/**
 * confab_room_edit_message:
 * @self: a room
 * @message: one of my messages in it
 * @text: what it is to say
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_room_edit_message (ConfabRoom *self, ConfabMessage *message, const char *text)
{
  g_autofree char *content = NULL;
  g_autoptr(GError) error = NULL;

  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  g_return_val_if_fail (CONFAB_IS_MESSAGE (message), NULL);
  g_return_val_if_fail (text != NULL, NULL);
  content =
    confab_text_normalize (text, self->session != NULL ? confab_session_get_message_length (self->session) : 4000,
                           &error);
  if (content == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return change_message (self, message, CONFAB_OPERATION_EDIT_MESSAGE, "content", content);
}

/**
 * confab_room_delete_message:
 * @self: a room
 * @message: one of my messages in it; room admins may delete any
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_room_delete_message (ConfabRoom *self, ConfabMessage *message)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  g_return_val_if_fail (CONFAB_IS_MESSAGE (message), NULL);
  return change_message (self, message, CONFAB_OPERATION_DELETE_MESSAGE, NULL, NULL);
}

/**
 * confab_room_toggle_reaction:
 * @self: a room
 * @message: a message in it
 * @emoji: one emoji
 *
 * Puts the emoji on the message, or takes mine off again.
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_room_toggle_reaction (ConfabRoom *self, ConfabMessage *message, const char *emoji)
{
  gboolean mine = FALSE;

  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  g_return_val_if_fail (CONFAB_IS_MESSAGE (message), NULL);
  g_return_val_if_fail (emoji != NULL, NULL);
  mine = confab_message_has_my_reaction (message, emoji);
  return change_message (self, message, mine ? CONFAB_OPERATION_REMOVE_REACTION : CONFAB_OPERATION_ADD_REACTION,
                         "emoji", emoji);
}

/**
 * confab_room_mark_read:
 * @self: a room
 * @seq: the last message that was shown to the person
 *
 * Cheap: a lower number than before changes nothing, and the server is told a moment later, of several calls at once.
 *
 * Since: 0.1
 */
void
confab_room_mark_read (ConfabRoom *self, gint64 seq)
{
  g_return_if_fail (CONFAB_IS_ROOM (self));
  seq = MIN (seq, self->last_seq);
  if (self->session == NULL || !self->joined || seq <= self->read_seq)
    return;
  confab_room_set_int (self, &self->read_seq, seq, CONFAB_ROOM_PROP_READ_SEQ);
  self->received_seq = MAX (self->received_seq, seq);
  confab_room_count_unread (self);
  if (self->mention_base > 0)
    confab_room_doubt_mentions (self);
  confab_session_note_room (self->session, self);
  confab_session_queue_marks (self->session, self);
}

typedef struct
{
  ConfabRoom *room;
  char *message_id;
} Finding;

static void
finding_free (gpointer data)
{
  Finding *finding = data;

  g_object_unref (finding->room);
  g_free (finding->message_id);
  g_free (finding);
}

static DexFuture *
find_fiber (gpointer data)
{
  Finding *finding = data;
  ConfabRoom *self = finding->room;
  g_autoptr(GPtrArray) objects = NULL;
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(GError) error = NULL;

  if (self->session == NULL || self->session->cache == NULL)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The session has ended");
  confab_session_flush (self->session);
  objects = dex_await_boxed (confab_cache_load_message (self->session->cache, finding->message_id), &error);
  if (objects == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (self->session == NULL)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The session has ended");
  messages = confab_room_take (self, objects, TRUE);
  if (messages->len == 0)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND, "%s", _("The message is not on this device"));
  return dex_future_new_take_object (g_object_ref (messages->pdata[0]));
}

/**
 * confab_room_find_message:
 * @self: a room
 * @message_id: a message
 *
 * For quotes and jumps. What neither the timeline nor the cache has is `CONFAB_ERROR_NOT_FOUND`.
 *
 * Returns: (transfer full): a future of [class@Message]
 *
 * Since: 0.1
 */
DexFuture *
confab_room_find_message (ConfabRoom *self, const char *message_id)
{
  ConfabMessage *shown = NULL;
  Finding *finding = NULL;

  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  g_return_val_if_fail (message_id != NULL, NULL);
  if (self->timeline != NULL && (shown = confab_timeline_peek (self->timeline, message_id)) != NULL)
    return dex_future_new_take_object (g_object_ref (shown));
  if (self->session == NULL || self->session->cache == NULL)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND, "%s", _("The message is not on this device"));
  finding = g_new0 (Finding, 1);
  finding->room = g_object_ref (self);
  finding->message_id = g_strdup (message_id);
  return dex_scheduler_spawn (NULL, 0, find_fiber, finding, finding_free);
}

/* ---- Having it open ------------------------------------------------------------------------------------------- */

static DexFuture *
on_opened (DexFuture *future, gpointer data)
{
  ConfabRoom *self = data;
  JsonNode *reply = g_value_get_boxed (dex_future_get_value (future, NULL));
  JsonArray *presence = confab_json_get_array (json_node_get_object (reply), "presence");

  for (guint i = 0; self->session != NULL && i < confab_json_array_get_length (presence); i++)
    {
      JsonObject *object = confab_json_array_get_object (presence, i);
      const char *user_id = confab_json_get_string (object, "userId");

      if (user_id != NULL)
        confab_user_apply (confab_session_ensure_user (self->session, user_id), object);
    }
  return dex_future_new_true ();
}

static void
tell_open (ConfabRoom *self)
{
  g_autoptr(JsonNode) node = NULL;

  request_new (self, &node);
  dex_future_disown (dex_future_then (call (self, CONFAB_OPERATION_OPEN_ROOM, node), on_opened, g_object_ref (self),
                                      g_object_unref));
  if (!self->members_complete)
    dex_future_disown (confab_room_load_members (self));
}

/**
 * confab_room_open:
 * @self: a room
 *
 * The room is in view: typing and presence of its members come in until [method@Room.close]. Survives reconnects.
 *
 * Since: 0.1
 */
void
confab_room_open (ConfabRoom *self)
{
  g_return_if_fail (CONFAB_IS_ROOM (self));
  if (self->open_count++ > 0 || self->session == NULL || !self->joined)
    return;
  if (confab_session_is_online (self->session))
    tell_open (self);
  else
    dex_future_disown (confab_room_load_members (self));
}

/**
 * confab_room_close:
 * @self: a room
 *
 * The room is no longer in view. Ends one [method@Room.open].
 *
 * Since: 0.1
 */
void
confab_room_close (ConfabRoom *self)
{
  g_autoptr(JsonNode) node = NULL;

  g_return_if_fail (CONFAB_IS_ROOM (self));
  g_return_if_fail (self->open_count > 0);
  if (--self->open_count > 0 || self->session == NULL)
    return;
  confab_room_stop_typing (self);
  confab_room_clear_typing (self);
  request_new (self, &node);
  if (self->session->socket != NULL && confab_session_is_online (self->session))
    confab_socket_tell (self->session->socket, "close-room", node);
}

void
confab_room_came_online (ConfabRoom *self)
{
  self->telling_typing = FALSE;
  confab_room_clear_typing (self);
  if (self->open_count > 0 && self->joined)
    tell_open (self);
  if (self->timeline != NULL)
    confab_timeline_came_online (self->timeline);
}

/* ---- Members --------------------------------------------------------------------------------------------------- */

/* On a fiber. */
static gboolean
load_cached_members (ConfabRoom *self, GError **error)
{
  g_autoptr(GPtrArray) objects = NULL;
  g_autoptr(JsonArray) array = NULL;

  confab_session_flush (self->session);
  objects = dex_await_boxed (confab_cache_load_members (self->session->cache, self->id), error);
  if (objects == NULL)
    return FALSE;
  if (self->session == NULL)
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The session has ended");
      return FALSE;
    }
  array = json_array_new ();
  for (guint i = 0; i < objects->len; i++)
    json_array_add_object_element (array, json_object_ref (objects->pdata[i]));
  confab_room_take_members (self, array);
  return TRUE;
}

/* On a fiber. */
static gboolean
load_served_members (ConfabRoom *self, GError **error)
{
  g_autofree char *cursor = NULL;

  do
    {
      g_autoptr(JsonNode) node = NULL;
      g_autoptr(JsonNode) reply = NULL;
      JsonObject *object = request_new (self, &node);

      json_object_set_int_member (object, "limit", 200);
      if (cursor != NULL)
        json_object_set_string_member (object, "cursor", cursor);
      reply = dex_await_boxed (call (self, CONFAB_OPERATION_LIST_MEMBERS, node), error);
      if (reply == NULL)
        return FALSE;
      if (self->session == NULL)
        {
          g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The session has ended");
          return FALSE;
        }
      confab_room_take_members (self, confab_json_get_array (json_node_get_object (reply), "members"));
      g_set_str (&cursor, confab_json_get_string (json_node_get_object (reply), "nextCursor"));
    }
  while (cursor != NULL);
  return TRUE;
}

/* On a fiber. */
static gboolean
fill_members (ConfabRoom *self, GError **error)
{
  if (self->session->cache != NULL && confab_member_list_get_length (self->members) == 0 &&
      !load_cached_members (self, error))
    return FALSE;
  if (self->members_complete && confab_member_list_get_length (self->members) > 0)
    return TRUE;
  if (!load_served_members (self, error))
    return FALSE;
  self->members_complete = TRUE;
  confab_room_take_members (self, NULL);
  confab_session_note_room (self->session, self);
  return TRUE;
}

static DexFuture *
load_members_fiber (gpointer data)
{
  ConfabRoom *self = data;
  g_autoptr(GError) error = NULL;
  gboolean filled = FALSE;

  if (self->session == NULL)
    return dex_future_new_false ();
  /* Kept up to date by events and resume once they were complete. */
  if (self->members_complete && confab_member_list_get_length (self->members) > 0)
    return dex_future_new_true ();
  confab_room_begin_members (self);
  filled = fill_members (self, &error);
  confab_room_end_members (self);
  return filled ? dex_future_new_true () : dex_future_new_for_error (g_steal_pointer (&error));
}

/**
 * confab_room_load_members:
 * @self: a room
 *
 * Returns: (transfer full): a future of a boolean, when the list of members is complete
 *
 * Since: 0.1
 */
DexFuture *
confab_room_load_members (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  return dex_scheduler_spawn (NULL, 0, load_members_fiber, g_object_ref (self), g_object_unref);
}

static DexFuture *
change_member (ConfabRoom *self, const char *user_id, ConfabOperationId operation, const char *role)
{
  g_autoptr(JsonNode) node = NULL;
  JsonObject *object = request_new (self, &node);

  json_object_set_string_member (object, "userId", user_id);
  if (role != NULL)
    json_object_set_string_member (object, "role", role);
  return dex_future_then (call (self, operation, node), to_true, NULL, NULL);
}

/**
 * confab_room_add_member:
 * @self: a room
 * @user_id: whom to bring into it
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_room_add_member (ConfabRoom *self, const char *user_id)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  g_return_val_if_fail (user_id != NULL, NULL);
  return change_member (self, user_id, CONFAB_OPERATION_ADD_MEMBER, NULL);
}

/**
 * confab_room_remove_member:
 * @self: a room
 * @user_id: whom to take out of it
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_room_remove_member (ConfabRoom *self, const char *user_id)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  g_return_val_if_fail (user_id != NULL, NULL);
  return change_member (self, user_id, CONFAB_OPERATION_REMOVE_MEMBER, NULL);
}

/**
 * confab_room_set_member_role:
 * @self: a room
 * @user_id: a member
 * @role: what they may do in it
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_room_set_member_role (ConfabRoom *self, const char *user_id, ConfabMemberRole role)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  g_return_val_if_fail (user_id != NULL, NULL);
  return change_member (self, user_id, CONFAB_OPERATION_SET_MEMBER_ROLE, confab_member_role_to_string (role));
}

/* ---- The room itself -------------------------------------------------------------------------------------------- */

/* The event may come later; what was asked for is to be seen when the future resolves. */
static DexFuture *
on_updated (DexFuture *future, gpointer data)
{
  ConfabRoom *self = data;
  JsonNode *reply = g_value_get_boxed (dex_future_get_value (future, NULL));
  JsonObject *room = confab_json_get_object (json_node_get_object (reply), "room");

  if (room != NULL && self->session != NULL)
    {
      confab_room_apply (self, room);
      confab_session_note_room (self->session, self);
    }
  return dex_future_new_true ();
}

/**
 * confab_room_update:
 * @self: a room
 * @name: (nullable): its new name
 * @description: (nullable): its new description
 *
 * %NULL leaves a thing as it is.
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_room_update (ConfabRoom *self, const char *name, const char *description)
{
  g_autoptr(JsonNode) node = NULL;
  JsonObject *object = NULL;

  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  object = request_new (self, &node);
  if (name != NULL)
    json_object_set_string_member (object, "name", name);
  if (description != NULL)
    json_object_set_string_member (object, "description", description);
  return dex_future_then (call (self, CONFAB_OPERATION_UPDATE_ROOM, node), on_updated, g_object_ref (self),
                          g_object_unref);
}

static DexFuture *
on_left (DexFuture *future, gpointer data)
{
  ConfabRoom *self = data;

  if (self->session != NULL)
    confab_session_drop_room (self->session, self->id);
  return dex_future_new_true ();
}

static DexFuture *
end_room (ConfabRoom *self, ConfabOperationId operation)
{
  g_autoptr(JsonNode) node = NULL;

  request_new (self, &node);
  return dex_future_then (call (self, operation, node), on_left, g_object_ref (self), g_object_unref);
}

/**
 * confab_room_leave:
 * @self: a room
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_room_leave (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  return end_room (self, CONFAB_OPERATION_LEAVE_ROOM);
}

/**
 * confab_room_delete:
 * @self: a room
 *
 * Deletes it and all that is in it, for everybody. Room admins only.
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_room_delete (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  return end_room (self, CONFAB_OPERATION_DELETE_ROOM);
}
