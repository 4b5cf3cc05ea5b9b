/* confab-session-sync.c: what was missed, and what happens: snapshot and events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server subscribes a connection to its rooms before it answers resume. Events that come while the answer is on its
 * way are kept and applied after it, so that nothing falls between the two; what the answer has already, they find
 * there.
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-session-private.h"

#include <glib/gi18n-lib.h>

#include "client/confab-json-members.h"
#include "client/confab-room-list-private.h"
#include "client/confab-room-private.h"
#include "client/confab-user-private.h"
#include "protocol/confab-error.h"

#define MAX_EARLY_EVENTS 10000
#define MAX_ROOMS_NAMED 1000
/* Events of several server instances may overtake each other by a little: not every jump is a loss. */
#define GAP_PATIENCE 300
#define MOST_RESYNC_SECONDS 300

typedef struct
{
  char *name;
  JsonObject *data;   /* nullable */
} Event;

static void
event_free (gpointer data)
{
  Event *event = data;

  g_free (event->name);
  g_clear_pointer (&event->data, json_object_unref);
  g_free (event);
}

void
confab_session_forget_early_events (ConfabSession *self)
{
  g_queue_clear_full (&self->early, event_free);
}

/* ---- Rooms coming and going ------------------------------------------------------------------------------------ */

ConfabRoom *
confab_session_adopt_room (ConfabSession *self, JsonObject *object)
{
  const char *id = confab_json_get_string (object, "id");
  g_autoptr(GPtrArray) added = NULL;
  ConfabRoom *room = NULL;

  if (id == NULL)
    return NULL;
  room = confab_room_list_find (self->rooms, id);
  if (room != NULL)
    {
      confab_room_apply (room, object);
      confab_session_note_room (self, room);
      return room;
    }
  room = confab_room_new (self, id);
  confab_room_set_joined (room, TRUE);
  confab_room_apply (room, object);
  added = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (added, room);
  confab_room_list_add (self->rooms, added);
  confab_session_note_room (self, room);
  return room;
}

void
confab_session_drop_room (ConfabSession *self, const char *room_id)
{
  ConfabRoom *found = confab_room_list_find (self->rooms, room_id);
  g_autoptr(ConfabRoom) room = NULL;

  if (found == NULL)
    return;
  room = g_object_ref (found);
  confab_session_forget_room (self, room_id);
  confab_room_set_joined (room, FALSE);
  confab_room_list_remove (self->rooms, room_id);
  confab_session_announce_left (self, room);
}

/* A snapshot of a room whose changes were not followed: nothing of its history is sure any more. */
static void
replace_room (ConfabSession *self, JsonObject *object)
{
  const char *id = confab_json_get_string (object, "id");
  ConfabRoom *room = id != NULL ? confab_room_list_find (self->rooms, id) : NULL;

  if (room == NULL)
    {
      room = confab_session_adopt_room (self, object);
      if (room != NULL)
        confab_session_announce_joined (self, room);
      return;
    }
  if (confab_json_get_int (object, "rev") != room->rev)
    {
      confab_room_forget_history (room);
      room->rev = room->base_rev = room->settings_rev = 0;
      room->members_complete = FALSE;
    }
  confab_session_adopt_room (self, object);
}

/* ---- Catching up --------------------------------------------------------------------------------------------------
 */

static int
compare_activity (gconstpointer a, gconstpointer b)
{
  gint64 left = confab_room_get_last_activity (*(ConfabRoom **) a);
  gint64 right = confab_room_get_last_activity (*(ConfabRoom **) b);

  return (left < right) - (left > right);
}

static JsonNode *
resume_request_new (ConfabSession *self)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonObject *revs = json_object_new ();
  guint length = confab_room_list_get_length (self->rooms);
  g_autoptr(GPtrArray) rooms = g_ptr_array_sized_new (length);

  for (guint i = 0; i < length; i++)
    g_ptr_array_add (rooms, confab_room_list_peek (self->rooms, i));
  /* Those that are not named come as new; let it be the quiet ones. */
  g_ptr_array_sort (rooms, compare_activity);
  for (guint i = 0; i < MIN (rooms->len, MAX_ROOMS_NAMED); i++)
    {
      ConfabRoom *room = rooms->pdata[i];

      json_object_set_int_member (revs, confab_room_get_id (room), room->rev);
    }
  json_object_set_object_member (object, "rooms", revs);
  json_node_take_object (node, object);
  return node;
}

static void
apply_resume (ConfabSession *self, JsonObject *reply)
{
  JsonArray *updates = confab_json_get_array (reply, "rooms");
  JsonArray *joined = confab_json_get_array (reply, "joined");
  JsonArray *left = confab_json_get_array (reply, "left");

  for (guint i = 0; i < confab_json_array_get_length (updates); i++)
    {
      JsonObject *update = confab_json_array_get_object (updates, i);
      const char *room_id = confab_json_get_string (update, "roomId");
      ConfabRoom *room = room_id != NULL ? confab_room_list_find (self->rooms, room_id) : NULL;

      if (room == NULL)
        continue;
      confab_room_apply_update (room, update);
      confab_session_note_room (self, room);
      confab_session_queue_marks (self, room);
    }
  for (guint i = 0; i < confab_json_array_get_length (joined); i++)
    {
      JsonObject *object = confab_json_array_get_object (joined, i);

      if (object != NULL)
        replace_room (self, object);
    }
  for (guint i = 0; i < confab_json_array_get_length (left); i++)
    {
      const char *room_id = confab_json_array_get_string (left, i);

      if (room_id != NULL)
        confab_session_drop_room (self, room_id);
    }
}

static void handle_event (ConfabSession *self, const char *name, JsonObject *data);

static void
apply_early_events (ConfabSession *self)
{
  Event *event = NULL;

  self->syncing = FALSE;
  while ((event = g_queue_pop_head (&self->early)) != NULL)
    {
      handle_event (self, event->name, event->data);
      event_free (event);
    }
}

gboolean
confab_session_sync (ConfabSession *self, GError **error)
{
  ConfabSocket *socket = self->socket;
  g_autoptr(JsonNode) request = NULL;
  g_autoptr(JsonNode) reply = NULL;

  g_clear_handle_id (&self->sync_timer, g_source_remove);
  self->syncing = TRUE;
  request = resume_request_new (self);
  reply = dex_await_boxed (confab_session_call_operation (self, CONFAB_OPERATION_RESUME, request), error);
  /* Another connection may have taken over; its own sync is under way. */
  if (socket != self->socket)
    {
      g_clear_error (error);
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, _("The connection to the server was lost"));
      return FALSE;
    }
  if (reply == NULL)
    {
      apply_early_events (self);
      return FALSE;
    }
  /* Together in one transaction: a crash leaves either all of it or none. */
  confab_session_flush (self);
  apply_resume (self, json_node_get_object (reply));
  confab_session_flush (self);
  apply_early_events (self);
  return TRUE;
}

static DexFuture *
sync_again_fiber (gpointer data)
{
  ConfabSession *self = data;
  g_autoptr(GError) error = NULL;

  if (!confab_session_is_online (self) || self->syncing)
    return dex_future_new_false ();
  if (confab_session_sync (self, &error))
    return dex_future_new_true ();
  g_debug ("What was missed could not be fetched: %s", error->message);
  /* Without it the rooms are not right; a new connection catches up, after a wait. */
  if (self->socket != NULL)
    confab_socket_close (self->socket);
  return dex_future_new_false ();
}

static gboolean
anything_missing (ConfabSession *self)
{
  if (self->sync_again)
    return TRUE;
  for (guint i = 0; i < confab_room_list_get_length (self->rooms); i++)
    {
      if (confab_room_has_gap (confab_room_list_peek (self->rooms, i)))
        return TRUE;
    }
  return FALSE;
}

static gboolean
on_sync_timer (gpointer data)
{
  ConfabSession *self = data;

  self->sync_timer = 0;
  if (anything_missing (self))
    {
      self->sync_again = FALSE;
      dex_future_disown (dex_scheduler_spawn (NULL, 0, sync_again_fiber, g_object_ref (self), g_object_unref));
    }
  return G_SOURCE_REMOVE;
}

static void
schedule_sync_in (ConfabSession *self, guint milliseconds)
{
  gint64 due = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;

  if (self->sync_timer != 0 && self->sync_due <= due)
    return;
  g_clear_handle_id (&self->sync_timer, g_source_remove);
  self->sync_timer = g_timeout_add (milliseconds, on_sync_timer, self);
  self->sync_due = due;
}

static void
schedule_sync (ConfabSession *self)
{
  schedule_sync_in (self, GAP_PATIENCE);
}

void
confab_session_request_sync (ConfabSession *self)
{
  self->sync_again = TRUE;
  schedule_sync (self);
}

/* ---- Events ---------------------------------------------------------------------------------------------------------
 */

typedef void (*RoomEventHandler) (ConfabSession *self, ConfabRoom *room, JsonObject *data);
typedef void (*EventHandler) (ConfabSession *self, JsonObject *data);

static void
note_rev (ConfabSession *self, ConfabRoom *room, gint64 rev)
{
  if (!confab_room_note_rev (room, rev))
    schedule_sync (self);
  confab_session_note_room (self, room);
}

static void
on_new_message (ConfabSession *self, ConfabRoom *room, JsonObject *data)
{
  confab_room_arrive_one (room, data);
  note_rev (self, room, confab_json_get_int (data, "rev"));
}

static void
on_user_joined (ConfabSession *self, ConfabRoom *room, JsonObject *data)
{
  gint64 rev = confab_json_get_int (data, "rev");
  JsonObject *member = confab_json_get_object (data, "member");

  if (confab_room_is_old (room, rev) || member == NULL)
    return;
  if (!room->members_complete)
    confab_room_set_int (room, &room->member_count, room->member_count + 1, CONFAB_ROOM_PROP_MEMBER_COUNT);
  confab_room_take_member (room, member);
  note_rev (self, room, rev);
}

static void
on_user_left (ConfabSession *self, ConfabRoom *room, JsonObject *data)
{
  gint64 rev = confab_json_get_int (data, "rev");
  const char *user_id = confab_json_get_string (data, "userId");

  if (confab_room_is_old (room, rev) || user_id == NULL)
    return;
  if (!room->members_complete)
    confab_room_set_int (room, &room->member_count, MAX (0, room->member_count - 1), CONFAB_ROOM_PROP_MEMBER_COUNT);
  confab_room_remove_member_now (room, user_id);
  note_rev (self, room, rev);
}

static void
on_member_changed (ConfabSession *self, ConfabRoom *room, JsonObject *data)
{
  gint64 rev = confab_json_get_int (data, "rev");
  JsonObject *member = confab_json_get_object (data, "member");

  if (confab_room_is_old (room, rev) || member == NULL)
    return;
  confab_room_take_member (room, member);
  note_rev (self, room, rev);
}

static void
on_receipt (ConfabSession *self, ConfabRoom *room, JsonObject *data)
{
  const char *user_id = confab_json_get_string (data, "userId");
  gint64 received_seq = confab_json_get_int (data, "receivedSeq");
  gint64 read_seq = confab_json_get_int (data, "readSeq");

  if (user_id == NULL)
    return;
  confab_room_advance_member (room, user_id, received_seq, read_seq);
  if (g_strcmp0 (user_id, confab_session_get_user_id (self)) == 0)
    confab_room_advance_me (room, received_seq, read_seq);
  confab_session_note_room (self, room);
}

static void
on_user_typing (ConfabSession *self, ConfabRoom *room, JsonObject *data)
{
  const char *user_id = confab_json_get_string (data, "userId");
  ConfabUser *user = NULL;

  if (user_id == NULL || g_strcmp0 (user_id, confab_session_get_user_id (self)) == 0)
    return;
  user = confab_session_ensure_user (self, user_id);
  if (*confab_user_get_display_name (user) == '\0')
    confab_user_set_display_name (user, confab_json_get_string (data, "username"));
  confab_room_show_typing (room, user_id, confab_json_get_bool (data, "isTyping"));
}

static const struct
{
  const char *name;
  RoomEventHandler handler;
} room_events[] = {
  { CONFAB_EVENT_NEW_MESSAGE, on_new_message },
  { CONFAB_EVENT_USER_JOINED, on_user_joined },
  { CONFAB_EVENT_USER_LEFT, on_user_left },
  { CONFAB_EVENT_MEMBER_CHANGED, on_member_changed },
  { CONFAB_EVENT_RECEIPT, on_receipt },
  { CONFAB_EVENT_USER_TYPING, on_user_typing },
};

static void
on_message_changed (ConfabSession *self, JsonObject *data)
{
  JsonObject *message = confab_json_get_object (data, "message");
  const char *room_id = confab_json_get_string (message, "roomId");
  ConfabRoom *room = room_id != NULL ? confab_room_list_find (self->rooms, room_id) : NULL;

  if (room == NULL)
    return;
  confab_room_arrive_one (room, message);
  if (confab_json_get_int (message, "seq") > room->read_seq &&
      (confab_room_get_mention_count (room) > 0 || json_object_has_member (message, "mentions") ||
       json_object_has_member (message, "mentionsRoom")))
    confab_room_doubt_mentions (room);
  note_rev (self, room, confab_json_get_int (message, "rev"));
}

static void
on_room_joined (ConfabSession *self, JsonObject *data)
{
  JsonObject *object = confab_json_get_object (data, "room");
  const char *id = confab_json_get_string (object, "id");
  gboolean known = id != NULL && confab_room_list_find (self->rooms, id) != NULL;
  ConfabRoom *room = object != NULL ? confab_session_adopt_room (self, object) : NULL;

  if (room != NULL && !known)
    confab_session_announce_joined (self, room);
}

static void
on_room_left (ConfabSession *self, JsonObject *data)
{
  const char *room_id = confab_json_get_string (data, "roomId");

  if (room_id != NULL)
    confab_session_drop_room (self, room_id);
}

static void
on_room_changed (ConfabSession *self, JsonObject *data)
{
  JsonObject *object = confab_json_get_object (data, "room");
  const char *id = confab_json_get_string (object, "id");
  ConfabRoom *room = id != NULL ? confab_room_list_find (self->rooms, id) : NULL;

  if (room == NULL)
    return;
  confab_room_apply (room, object);
  note_rev (self, room, confab_json_get_int (object, "rev"));
}

static void
on_presence (ConfabSession *self, JsonObject *data)
{
  const char *user_id = confab_json_get_string (data, "userId");

  if (user_id != NULL)
    confab_user_apply (confab_session_ensure_user (self, user_id), data);
}

static void
on_user_changed (ConfabSession *self, JsonObject *data)
{
  JsonObject *user = confab_json_get_object (data, "user");
  const char *id = confab_json_get_string (user, "id");

  if (id == NULL || g_strcmp0 (id, confab_session_get_user_id (self)) != 0)
    return;
  confab_user_apply (self->user, user);
  confab_session_save_account (self);
}

/* Everybody is asked at the same moment, and is not to come at the same moment. */
static void
on_resync (ConfabSession *self, JsonObject *data)
{
  gint64 within = CLAMP (confab_json_get_int (data, "within"), 0, MOST_RESYNC_SECONDS);

  self->sync_again = TRUE;
  schedule_sync_in (self, (guint) g_random_int_range (0, (gint32) within * 1000 + 1));
}

static void
on_error_event (ConfabSession *self, JsonObject *data)
{
  const char *message = confab_json_get_string (data, "message");

  g_debug ("The server refused a notice: %s", message != NULL ? message : "");
}

static const struct
{
  const char *name;
  EventHandler handler;
} other_events[] = {
  { CONFAB_EVENT_MESSAGE_CHANGED, on_message_changed },
  { CONFAB_EVENT_ROOM_JOINED, on_room_joined },
  { CONFAB_EVENT_ROOM_LEFT, on_room_left },
  { CONFAB_EVENT_ROOM_CHANGED, on_room_changed },
  { CONFAB_EVENT_PRESENCE, on_presence },
  { CONFAB_EVENT_USER_CHANGED, on_user_changed },
  { CONFAB_EVENT_RESYNC, on_resync },
  { CONFAB_EVENT_ERROR, on_error_event },
};

static void
handle_event (ConfabSession *self, const char *name, JsonObject *data)
{
  const char *room_id = NULL;
  ConfabRoom *room = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (other_events); i++)
    {
      if (g_str_equal (name, other_events[i].name) && data != NULL)
        {
          other_events[i].handler (self, data);
          return;
        }
    }
  room_id = confab_json_get_string (data, "roomId");
  room = room_id != NULL ? confab_room_list_find (self->rooms, room_id) : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (room_events); i++)
    {
      if (!g_str_equal (name, room_events[i].name))
        continue;
      if (room != NULL)
        room_events[i].handler (self, room, data);
      return;
    }
  g_debug ("An event that this version does not know was ignored: %s", name);
}

void
confab_session_on_event (ConfabSocket *socket, const char *name, JsonObject *data, gpointer user_data)
{
  ConfabSession *self = user_data;
  Event *event = NULL;

  if (g_str_equal (name, CONFAB_EVENT_HELLO))
    {
      if (data != NULL && self->hello != NULL && dex_future_is_pending (DEX_FUTURE (self->hello)))
        dex_promise_resolve_boxed (self->hello, JSON_TYPE_OBJECT, json_object_ref (data));
      return;
    }
  if (!self->syncing)
    {
      handle_event (self, name, data);
      return;
    }
  if (g_queue_get_length (&self->early) >= MAX_EARLY_EVENTS)
    {
      /* Catching up takes too long for what happens meanwhile: begin again. */
      confab_session_forget_early_events (self);
      confab_socket_close (socket);
      return;
    }
  event = g_new0 (Event, 1);
  event->name = g_strdup (name);
  event->data = data != NULL ? json_object_ref (data) : NULL;
  g_queue_push_tail (&self->early, event);
}
