/* test-announce.c: what the others are told of a change, and who is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <json-glib/json-glib.h>

#include "domain/announce.h"
#include "protocol/confab-json.h"
#include "records.h"

static JsonObject *
get_data (const Event *event, JsonNode **frame)
{
  gsize length = 0;
  const char *text = g_bytes_get_data (event->frame, &length);

  *frame = confab_json_parse (text, length, NULL);
  g_assert_nonnull (*frame);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (*frame), "event"), ==, event->name);
  return json_object_get_object_member (json_node_get_object (*frame), "data");
}

static GPtrArray *
announce (const RoomState *room, const Change *change)
{
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);
  Limits limits = { .members_shown = 2 };

  announce_change (&limits, room, change, events);
  return g_steal_pointer (&events);
}

static void
test_message (void)
{
  g_autoptr(RoomState) room = make_state (CONFAB_ROOM_TYPE_PUBLIC);
  g_autoptr(Change) change = change_new (CHANGE_APPEND, "kitchen", "ben", 7, 1000);
  g_autoptr(GPtrArray) events = NULL;
  g_autoptr(JsonNode) frame = NULL;
  JsonObject *data = NULL;

  change->message = message_new ();
  change->message->id = g_strdup ("m1");
  change->message->room_id = g_strdup ("kitchen");
  change->message->seq = 3;
  change->message->rev = 9;
  change->message->sender_id = g_strdup ("ben");
  change->message->sender_name = g_strdup ("Ben \"B\"");
  change->message->content = g_strdup ("two\nlines");
  change->message->timestamp = 1000;
  events = announce (room, change);

  g_assert_cmpuint (events->len, ==, 1);
  g_assert_cmpstr (((Event *) events->pdata[0])->topic, ==, "room:kitchen");
  data = get_data (events->pdata[0], &frame);
  g_assert_cmpstr (json_object_get_string_member (data, "content"), ==, "two\nlines");
  g_assert_cmpstr (json_object_get_string_member (data, "senderName"), ==, "Ben \"B\"");
  g_assert_cmpstr (json_object_get_string_member (data, "timestamp"), ==, "1970-01-01T00:00:01.000Z");
  g_assert_cmpint (json_object_get_int_member (data, "rev"), ==, 9);
  g_assert_false (json_object_has_member (data, "editedAt"));
}

static void
test_leave (void)
{
  g_autoptr(RoomState) room = make_state (CONFAB_ROOM_TYPE_PUBLIC);
  g_autoptr(Change) change = change_new (CHANGE_LEAVE, "kitchen", "ben", 7, 1000);
  g_autoptr(GPtrArray) events = NULL;
  const Event *event = NULL;

  change->target_id = g_strdup ("ben");
  change->member = make_member ("ben", "ben", CONFAB_MEMBER_ROLE_MEMBER);
  events = announce (room, change);

  /* The room is told first; then the person's devices, which stop listening last. */
  g_assert_cmpuint (events->len, ==, 4);
  event = events->pdata[0];
  g_assert_cmpstr (event->topic, ==, "room:kitchen");
  g_assert_cmpstr (event->name, ==, "user-left");
  event = events->pdata[1];
  g_assert_cmpstr (event->topic, ==, "user:ben");
  g_assert_cmpstr (event->name, ==, "room-left");
  event = events->pdata[3];
  g_assert_cmpint (event->control, ==, EVENT_UNSUBSCRIBE);
  g_assert_cmpstr (event->argument, ==, "room:kitchen");
}

static void
test_mark_in_large_room (void)
{
  g_autoptr(RoomState) room = make_state (CONFAB_ROOM_TYPE_PUBLIC);
  g_autoptr(Change) change = change_new (CHANGE_MARK, "kitchen", "ben", 7, 1000);
  g_autoptr(GPtrArray) events = NULL;

  change->member = make_member ("ben", "ben", CONFAB_MEMBER_ROLE_MEMBER);
  events = announce (room, change);
  g_assert_cmpuint (events->len, ==, 1);
  g_assert_cmpstr (((Event *) events->pdata[0])->topic, ==, "user:ben");
}

static void
test_joined (void)
{
  g_autoptr(RoomSummary) summary = room_summary_new ();
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);
  const Event *event = NULL;

  summary->room = make_room ("kitchen", CONFAB_ROOM_TYPE_PUBLIC, 7);
  summary->me = make_member ("ben", "ben", CONFAB_MEMBER_ROLE_MEMBER);
  announce_joined (summary, events);
  g_assert_cmpuint (events->len, ==, 2);
  event = events->pdata[0];
  g_assert_cmpint (event->control, ==, EVENT_SUBSCRIBE);
  g_assert_cmpstr (event->topic, ==, "user:ben");
  g_assert_cmpstr (event->argument, ==, "room:kitchen");
  g_assert_cmpstr (((Event *) events->pdata[1])->name, ==, "room-joined");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/announce/message", test_message);
  g_test_add_func ("/announce/leave", test_leave);
  g_test_add_func ("/announce/mark-in-large-room", test_mark_in_large_room);
  g_test_add_func ("/announce/joined", test_joined);
  return g_test_run ();
}
