/* confab-session-marks.c: telling the server how far was received and read, in batches
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-session-private.h"

#include "client/confab-json-members.h"
#include "client/confab-room-private.h"
#include "protocol/confab-error.h"

/* Long enough for a burst of messages to become one mark, short enough for ticks to feel immediate. */
#define MARK_DELAY 150

static gboolean
must_tell (ConfabRoom *room)
{
  return confab_room_is_joined (room)
         && (room->read_seq > room->told_read_seq || room->last_seq > room->told_received_seq || room->mentions_stale);
}

/* On a fiber. */
static gboolean
tell_mark (ConfabSession *self, ConfabRoom *room, ConfabOperationId operation, gint64 seq, GError **error)
{
  g_autoptr(JsonNode) request = json_node_new (JSON_NODE_OBJECT);
  g_autoptr(JsonNode) reply = NULL;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "roomId", confab_room_get_id (room));
  json_object_set_int_member (object, "seq", seq);
  json_node_take_object (request, object);
  reply = dex_await_boxed (confab_session_call_operation (self, operation, request), error);
  if (reply == NULL)
    return FALSE;
  confab_room_advance_me (room, confab_json_get_int (json_node_get_object (reply), "receivedSeq"),
                          confab_json_get_int (json_node_get_object (reply), "readSeq"));
  /* Whatever the server made of it, it was told. */
  room->told_received_seq = MAX (room->told_received_seq, seq);
  if (operation == CONFAB_OPERATION_MARK_READ)
    room->told_read_seq = MAX (room->told_read_seq, seq);
  confab_session_note_room (self, room);
  return TRUE;
}

/* On a fiber. */
static gboolean
count_mentions (ConfabSession *self, ConfabRoom *room, GError **error)
{
  g_autoptr(JsonNode) request = json_node_new (JSON_NODE_OBJECT);
  g_autoptr(JsonNode) reply = NULL;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "roomId", confab_room_get_id (room));
  json_node_take_object (request, object);
  room->mentions_stale = FALSE;
  reply = dex_await_boxed (confab_session_call_operation (self, CONFAB_OPERATION_GET_ROOM, request), error);
  if (reply == NULL)
    return FALSE;
  object = confab_json_get_object (json_node_get_object (reply), "room");
  /* Of another moment than the one that is shown: again. */
  if (confab_json_get_int (object, "lastSeq") != room->last_seq || room->read_seq > room->told_read_seq ||
      room->mentions_stale)
    {
      confab_room_doubt_mentions (room);
      return TRUE;
    }
  confab_room_set_mentions (room, confab_json_get_int (object, "mentions"));
  return TRUE;
}

/* On a fiber. What this device holds of the room's end has been received. */
static gboolean
tell_room (ConfabSession *self, ConfabRoom *room, GError **error)
{
  if (room->read_seq > room->told_read_seq &&
      !tell_mark (self, room, CONFAB_OPERATION_MARK_READ, room->read_seq, error))
    return FALSE;
  if (room->last_seq > room->told_received_seq
      && !tell_mark (self, room, CONFAB_OPERATION_MARK_RECEIVED, room->last_seq, error))
    return FALSE;
  return !room->mentions_stale || count_mentions (self, room, error);
}

static ConfabRoom *
take_marked_room (ConfabSession *self)
{
  GHashTableIter iter;
  ConfabRoom *room = NULL;

  g_hash_table_iter_init (&iter, self->marked_rooms);
  if (!g_hash_table_iter_next (&iter, (gpointer *) &room, NULL))
    return NULL;
  g_hash_table_iter_steal (&iter);
  return room;
}

static DexFuture *
mark_fiber (gpointer data)
{
  ConfabSession *self = data;
  ConfabBackoff backoff = { 0 };

  while (confab_session_is_online (self))
    {
      g_autoptr(ConfabRoom) room = take_marked_room (self);
      g_autoptr(GError) error = NULL;

      if (room == NULL)
        break;
      if (!must_tell (room) || tell_room (self, room, &error))
        continue;
      if (!g_error_matches (error, CONFAB_ERROR, CONFAB_ERROR_RATE_LIMITED))
        {
          /* Gone, or offline: then the next connection looks at every room again. */
          g_debug ("A mark was not taken: %s", error->message);
          continue;
        }
      dex_await (dex_timeout_new_msec (
                   confab_backoff_next (&backoff, g_random_double (), confab_error_get_retry_after (error))),
                 NULL);
      g_hash_table_add (self->marked_rooms, g_steal_pointer (&room));
    }
  self->marking = FALSE;
  return dex_future_new_true ();
}

static gboolean
on_mark_timer (gpointer data)
{
  ConfabSession *self = data;

  self->mark_timer = 0;
  if (self->marking || !confab_session_is_online (self))
    return G_SOURCE_REMOVE;
  self->marking = TRUE;
  dex_future_disown (dex_scheduler_spawn (NULL, 0, mark_fiber, g_object_ref (self), g_object_unref));
  return G_SOURCE_REMOVE;
}

void
confab_session_queue_marks (ConfabSession *self, ConfabRoom *room)
{
  if (!must_tell (room))
    return;
  if (!g_hash_table_contains (self->marked_rooms, room))
    g_hash_table_add (self->marked_rooms, g_object_ref (room));
  if (self->mark_timer == 0)
    self->mark_timer = g_timeout_add (MARK_DELAY, on_mark_timer, self);
}
