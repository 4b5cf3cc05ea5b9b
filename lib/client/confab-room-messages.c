/* confab-room-messages.c: messages that come into a room, each once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-room-private.h"

#include "client/confab-json-members.h"
#include "client/confab-message-private.h"
#include "client/confab-outbox-private.h"
#include "client/confab-session-private.h"
#include "client/confab-timeline-private.h"
#include "client/confab-user-private.h"
#include "protocol/confab-ulid.h"

static gboolean
makes_sense (ConfabRoom *self, JsonObject *object)
{
  const char *id = confab_json_get_string (object, "id");
  const char *sender_id = confab_json_get_string (object, "senderId");

  return id != NULL && confab_ulid_is_valid (id) && sender_id != NULL && confab_json_get_int (object, "seq") > 0
         && g_strcmp0 (confab_json_get_string (object, "roomId"), self->id) == 0;
}

/* The object that is shown for it already: in the timeline, in the list of rooms, or at its end as being sent. */
static ConfabMessage *
find_shown (ConfabRoom *self, JsonObject *object, ConfabUser *sender)
{
  const char *id = confab_json_get_string (object, "id");
  const char *client_id = confab_json_get_string (object, "clientId");
  ConfabMessage *message = NULL;
  gboolean mine = g_strcmp0 (confab_user_get_id (sender), confab_session_get_user_id (self->session)) == 0;

  if (self->timeline != NULL && (message = confab_timeline_peek (self->timeline, id)) != NULL)
    g_object_ref (message);
  else if (self->last_message != NULL && g_strcmp0 (confab_message_get_id (self->last_message), id) == 0)
    message = g_object_ref (self->last_message);

  if (mine && client_id != NULL)
    {
      g_autoptr(ConfabMessage) sent =
        confab_outbox_take (confab_session_get_outbox (self->session), self->id, client_id);

      if (message == NULL)
        message = g_steal_pointer (&sent);
    }
  return message;
}

static ConfabMessage *
take_one (ConfabRoom *self, JsonObject *object)
{
  ConfabUser *sender = confab_session_ensure_user (self->session, confab_json_get_string (object, "senderId"));
  ConfabMessage *message = find_shown (self, object, sender);

  if (*confab_user_get_display_name (sender) == '\0')
    confab_user_set_display_name (sender, confab_json_get_string (object, "senderName"));
  if (message == NULL)
    message = confab_message_new (self->id);
  if (confab_message_apply (message, object, sender, confab_session_get_user_id (self->session)))
    confab_room_judge (self, message);
  return message;
}

GPtrArray *
confab_room_take (ConfabRoom *self, GPtrArray *objects, gboolean from_cache)
{
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < objects->len; i++)
    {
      JsonObject *object = objects->pdata[i];

      if (!makes_sense (self, object))
        {
          g_warning ("A message without what a message needs was ignored");
          continue;
        }
      g_ptr_array_add (messages, take_one (self, object));
      if (!from_cache)
        confab_cache_batch_put_message (confab_session_get_batch (self->session), self->id, object);
    }
  return g_steal_pointer (&messages);
}

void
confab_room_set_last_message (ConfabRoom *self, ConfabMessage *message)
{
  if (g_set_object (&self->last_message, message))
    confab_room_notify (self, CONFAB_ROOM_PROP_LAST_MESSAGE);
  if (message != NULL)
    confab_room_set_int (self, &self->last_activity, MAX (self->last_activity, confab_message_get_timestamp (message)),
                         CONFAB_ROOM_PROP_LAST_ACTIVITY);
}

/* The server moves the sender's marks to the message where they stood right before it, without a receipt. */
static void
follow_sender (ConfabRoom *self, ConfabMessage *message)
{
  gint64 seq = confab_message_get_seq (message);

  confab_room_follow_sender (self, confab_user_get_id (confab_message_get_sender (message)), seq);
  if (confab_message_is_outgoing (message))
    confab_room_advance_me (self, self->told_received_seq == seq - 1 ? seq : 0,
                            self->told_read_seq == seq - 1 ? seq : 0);
}

static void
arrive_new (ConfabRoom *self, ConfabMessage *message)
{
  gint64 seq = confab_message_get_seq (message);

  follow_sender (self, message);
  if (confab_message_is_outgoing (message))
    return;
  confab_room_show_typing (self, confab_user_get_id (confab_message_get_sender (message)), FALSE);
  if (confab_message_mentions_me (message) && seq > self->read_seq)
    confab_room_add_mention (self, seq);
}

void
confab_room_arrive (ConfabRoom *self, GPtrArray *objects)
{
  g_autoptr(GPtrArray) messages = confab_room_take (self, objects, FALSE);
  gint64 known_seq = self->last_seq;

  g_object_freeze_notify (G_OBJECT (self));
  if (self->timeline != NULL)
    confab_timeline_absorb (self->timeline, messages);
  for (guint i = 0; i < messages->len; i++)
    {
      ConfabMessage *message = messages->pdata[i];
      gint64 seq = confab_message_get_seq (message);

      if (self->last_message == NULL || seq >= confab_message_get_seq (self->last_message))
        confab_room_set_last_message (self, message);
      if (seq <= known_seq)
        continue;
      confab_room_set_int (self, &self->last_seq, MAX (self->last_seq, seq), CONFAB_ROOM_PROP_LAST_SEQ);
      arrive_new (self, message);
    }
  confab_room_count_unread (self);
  g_object_thaw_notify (G_OBJECT (self));

  for (guint i = 0; i < messages->len; i++)
    {
      ConfabMessage *message = messages->pdata[i];

      if (confab_message_get_seq (message) > known_seq && !confab_message_is_outgoing (message))
        confab_session_announce_message (self->session, self, message);
    }
  if (messages->len > 0)
    confab_session_note_room (self->session, self);
  confab_session_queue_marks (self->session, self);
}

void
confab_room_arrive_one (ConfabRoom *self, JsonObject *object)
{
  g_autoptr(GPtrArray) objects = g_ptr_array_new ();

  g_ptr_array_add (objects, object);
  confab_room_arrive (self, objects);
}

void
confab_room_forget_history (ConfabRoom *self)
{
  confab_cache_batch_clear_messages (confab_session_get_batch (self->session), self->id);
  confab_room_set_last_message (self, NULL);
  if (self->timeline != NULL)
    confab_timeline_reset (self->timeline);
}
