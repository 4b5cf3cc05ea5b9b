/* announce.c: what the others are told of an applied change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/announce.h"

#include "domain/records-json.h"

char *
topic_for_room (const char *room_id)
{
  return g_strconcat ("room:", room_id, NULL);
}

char *
topic_for_live (const char *room_id)
{
  return g_strconcat ("live:", room_id, NULL);
}

char *
topic_for_user (const char *user_id)
{
  return g_strconcat ("user:", user_id, NULL);
}

static void
begin (ConfabJsonWriter *writer)
{
  confab_json_writer_init (writer, g_string_sized_new (512));
  confab_json_writer_begin_object (writer);
}

/* Ends the object and makes the event; takes topic. rev: the room's after it; 0 for what is not of its history. */
static void
finish (ConfabJsonWriter *writer, char *topic, const char *name, gint64 rev, GPtrArray *events)
{
  Event *event = NULL;

  confab_json_writer_end_object (writer);
  event = event_new (topic, name, confab_json_writer_steal (writer));
  event->rev = rev;
  g_ptr_array_add (events, event);
  g_free (topic);
}

static void
announce_message (const Change *change, GPtrArray *events)
{
  ConfabJsonWriter writer;

  begin (&writer);
  if (change->kind == CHANGE_APPEND)
    {
      message_write_members (change->message, &writer);
      finish (&writer, topic_for_room (change->room_id), CONFAB_EVENT_NEW_MESSAGE, change->rev, events);
      return;
    }
  confab_json_writer_member (&writer, "message");
  message_write_json (change->message, &writer);
  finish (&writer, topic_for_room (change->room_id), CONFAB_EVENT_MESSAGE_CHANGED, change->rev, events);
}

static void
begin_membership (ConfabJsonWriter *writer, const Change *change)
{
  begin (writer);
  confab_json_writer_member_string (writer, "roomId", change->room_id);
  confab_json_writer_member_int (writer, "rev", change->rev);
}

static void
announce_person (const Change *change, const char *name, GPtrArray *events)
{
  ConfabJsonWriter writer;

  begin_membership (&writer, change);
  confab_json_writer_member_string (&writer, "userId", change->member->user_id);
  confab_json_writer_member_string (&writer, "username", change->member->username);
  if (change->kind == CHANGE_JOIN)
    {
      confab_json_writer_member (&writer, "member");
      member_write_json (change->member, &writer);
    }
  finish (&writer, topic_for_room (change->room_id), name, change->rev, events);
}

static void
announce_member (const Change *change, const Member *member, GPtrArray *events)
{
  ConfabJsonWriter writer;

  begin_membership (&writer, change);
  confab_json_writer_member (&writer, "member");
  member_write_json (member, &writer);
  finish (&writer, topic_for_room (change->room_id), CONFAB_EVENT_MEMBER_CHANGED, change->rev, events);
}

/* topic's devices stop following the room and are told that it is gone for them. */
static void
announce_left (const char *room_id, char *topic, GPtrArray *events)
{
  g_autofree char *room_topic = topic_for_room (room_id);
  g_autofree char *live_topic = topic_for_live (room_id);
  ConfabJsonWriter writer;

  begin (&writer);
  confab_json_writer_member_string (&writer, "roomId", room_id);
  finish (&writer, g_strdup (topic), CONFAB_EVENT_ROOM_LEFT, 0, events);
  g_ptr_array_add (events, event_new_control (topic, EVENT_UNSUBSCRIBE, live_topic));
  g_ptr_array_add (events, event_new_control (topic, EVENT_UNSUBSCRIBE, room_topic));
  g_free (topic);
}

static void
announce_room (const Change *change, GPtrArray *events)
{
  ConfabJsonWriter writer;

  begin (&writer);
  confab_json_writer_member (&writer, "room");
  room_write_json (change->room, NULL, NULL, NULL, 0, &writer);
  finish (&writer, topic_for_room (change->room_id), CONFAB_EVENT_ROOM_CHANGED, change->rev, events);
}

/* In large rooms nobody looks at who read what, and the notices would be the bulk of the traffic: only the person's
 * own devices hear. */
static void
announce_mark (const Limits *limits, const RoomState *room, const Change *change, GPtrArray *events)
{
  gboolean shown = room_state_count_members (room) <= limits->members_shown;
  ConfabJsonWriter writer;

  begin (&writer);
  confab_json_writer_member_string (&writer, "roomId", change->room_id);
  confab_json_writer_member_string (&writer, "userId", change->member->user_id);
  confab_json_writer_member_int (&writer, "receivedSeq", change->member->received_seq);
  confab_json_writer_member_int (&writer, "readSeq", change->member->read_seq);
  finish (&writer, shown ? topic_for_room (change->room_id) : topic_for_user (change->member->user_id),
          CONFAB_EVENT_RECEIPT, 0, events);
}

void
announce_joined (const RoomSummary *summary, GPtrArray *events)
{
  g_autofree char *user_topic = topic_for_user (summary->me->user_id);
  g_autofree char *room_topic = topic_for_room (summary->room->id);
  Event *subscribe = event_new_control (user_topic, EVENT_SUBSCRIBE, room_topic);
  ConfabJsonWriter writer;

  /* Subscribed before told: what happens in the room between the two is seen, not missed. Another instance may hear of
   * the room from now on only: the rev lets it find what happened until then. */
  subscribe->rev = summary->room->rev;
  g_ptr_array_add (events, subscribe);
  begin (&writer);
  confab_json_writer_member (&writer, "room");
  room_summary_write_json (summary, &writer);
  finish (&writer, g_steal_pointer (&user_topic), CONFAB_EVENT_ROOM_JOINED, 0, events);
}

void
announce_gone (const char *room_id, GPtrArray *events)
{
  announce_left (room_id, topic_for_room (room_id), events);
}

void
announce_outdated (const char *what, GPtrArray *events)
{
  g_ptr_array_add (events, event_new_control (TOPIC_INSTANCES, EVENT_FORGET, what));
}

void
announce_change (const Limits *limits, const RoomState *room, const Change *change, GPtrArray *events)
{
  switch (change->kind)
    {
    case CHANGE_APPEND:
    case CHANGE_EDIT:
    case CHANGE_DELETE:
    case CHANGE_ADD_REACTION:
    case CHANGE_REMOVE_REACTION:
      announce_message (change, events);
      break;

    case CHANGE_JOIN:
      announce_person (change, CONFAB_EVENT_USER_JOINED, events);
      break;

    case CHANGE_LEAVE:
      announce_person (change, CONFAB_EVENT_USER_LEFT, events);
      if (change->promoted != NULL)
        announce_member (change, change->promoted, events);
      announce_left (change->room_id, topic_for_user (change->target_id), events);
      break;

    case CHANGE_SET_ROLE:
      announce_member (change, change->member, events);
      break;

    case CHANGE_UPDATE_ROOM:
      announce_room (change, events);
      break;

    case CHANGE_DELETE_ROOM:
      announce_gone (change->room_id, events);
      break;

    case CHANGE_MARK:
      announce_mark (limits, room, change, events);
      break;

    default:
      g_assert_not_reached ();
    }
}
