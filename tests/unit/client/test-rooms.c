/* test-rooms.c: the list of rooms, and what a room makes of snapshots and events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "client-fixture.h"

#include "client/confab-json-members.h"
#include "client/confab-room-list-private.h"
#include "protocol/confab-json.h"

typedef struct
{
  char *folder;
  ConfabSession *session;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = make_folder ();
  self->session = offline_session_new (self->folder);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  offline_session_free (self->session);
  remove_folder (self->folder);
}

static void
event (Fixture *self, const char *name, const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = confab_json_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  confab_session_on_event (NULL, name, json_node_get_object (node), self->session);
}

static void
test_list (Fixture *self, gconstpointer data)
{
  ConfabRoomList *list = confab_session_get_rooms (self->session);
  g_autoptr(GPtrArray) rooms = g_ptr_array_new_with_free_func (g_object_unref);
  Emissions emissions = { NULL };

  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("01J0000000000000000000000%u", i % 5);

      g_ptr_array_add (rooms, confab_room_new (self->session, id));
    }
  emissions_watch (&emissions, list);
  confab_room_list_add (list, rooms);
  g_assert_cmpuint (emissions.emissions, ==, 1);
  g_assert_cmpuint (emissions.added, ==, 5);
  confab_room_list_add (list, rooms);
  g_assert_cmpuint (emissions.emissions, ==, 1);
  confab_room_list_remove (list, "01J00000000000000000000002");
  confab_room_list_remove (list, "01J00000000000000000000002");
  g_assert_cmpuint (emissions.emissions, ==, 2);
  g_assert_null (confab_room_list_find (list, "01J00000000000000000000002"));
  confab_room_list_clear (list);
  g_assert_cmpuint (emissions.emissions, ==, 3);
  emissions_clear (&emissions);
}

static void
test_unread_total (Fixture *self, gconstpointer data)
{
  ConfabRoom *room = add_room (self->session, 0, 1);
  ConfabRoomList *list = confab_session_get_rooms (self->session);

  arrive_run (room, 1, 7);
  g_assert_cmpint (confab_room_list_get_unread_count (list), ==, 7);
  confab_room_set_muted (room, TRUE);
  g_assert_cmpint (confab_room_list_get_unread_count (list), ==, 0);
  confab_room_set_muted (room, FALSE);
  confab_room_mark_read (room, 5);
  g_assert_cmpint (confab_room_list_get_unread_count (list), ==, 2);
}

static void
test_revs (Fixture *self, gconstpointer data)
{
  ConfabRoom *room = add_room (self->session, 0, 10);

  g_assert_true (confab_room_note_rev (room, 11));
  g_assert_true (confab_room_note_rev (room, 11));
  g_assert_true (confab_room_note_rev (room, 4));
  g_assert_false (confab_room_note_rev (room, 14));
  g_assert_false (confab_room_note_rev (room, 13));
  g_assert_true (confab_room_has_gap (room));
  g_assert_cmpint (room->rev, ==, 11);
  g_assert_true (confab_room_note_rev (room, 12));
  g_assert_false (confab_room_has_gap (room));
  g_assert_cmpint (room->rev, ==, 14);
}

static void
test_kept (Fixture *self, gconstpointer data)
{
  ConfabRoom *room = add_room (self->session, 0, 1);

  arrive_run (room, 1, 3);
  confab_room_set_draft (room, "half a thou");
  confab_room_set_muted (room, TRUE);
  confab_room_mark_read (room, 2);
  confab_room_note_rev (room, 2);
  offline_session_free (self->session);

  self->session = offline_session_new (self->folder);
  room = confab_room_list_find (confab_session_get_rooms (self->session), ROOM);
  g_assert_nonnull (room);
  g_assert_cmpstr (confab_room_get_title (room), ==, "Garden");
  g_assert_cmpstr (confab_room_get_draft (room), ==, "half a thou");
  g_assert_true (confab_room_get_muted (room));
  g_assert_cmpint (confab_room_get_role (room), ==, CONFAB_MEMBER_ROLE_ADMIN);
  g_assert_cmpint (confab_room_get_read_seq (room), ==, 2);
  /* The server still is to be told. */
  g_assert_cmpint (room->told_read_seq, ==, 0);
  g_assert_cmpint (confab_room_get_unread_count (room), ==, 1);
  g_assert_cmpint (room->rev, ==, 2);
  g_assert_cmpstr (confab_message_get_content (confab_room_get_last_message (room)), ==, "message 3");
}

static void
test_direct (Fixture *self, gconstpointer data)
{
  ConfabRoom *room = NULL;

  event (self, "room-joined",
         "{\"room\":{\"id\":\"" ROOM "\",\"type\":\"direct\",\"encrypted\":false,\"lastSeq\":0,\"rev\":1,"
         "\"memberCount\":2,"
         "\"people\":[{\"userId\":\"" ME "\",\"username\":\"me\",\"displayName\":\"Me\",\"role\":\"member\",\"rev\":1},"
         "{\"userId\":\"" BEN "\",\"username\":\"ben\",\"displayName\":\"Ben B.\",\"role\":\"member\",\"rev\":1}]}}");
  room = confab_room_list_find (confab_session_get_rooms (self->session), ROOM);
  g_assert_nonnull (room);
  g_assert_cmpstr (confab_room_get_title (room), ==, "Ben B.");
  g_assert_cmpstr (confab_user_get_id (confab_room_get_other (room)), ==, BEN);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (confab_room_get_members (room))), ==, 2);
  /* The title and the dot follow the person. */
  event (self, "presence", "{\"userId\":\"" BEN "\",\"status\":\"away\"}");
  g_assert_cmpint (confab_user_get_presence (confab_room_get_other (room)), ==, CONFAB_PRESENCE_STATUS_AWAY);
}

/* What happens while the snapshot is on its way is applied after it. */
static void
test_early_events (Fixture *self, gconstpointer data)
{
  ConfabRoom *room = add_room (self->session, 0, 1);

  self->session->syncing = TRUE;
  event (self, "room-left", "{\"roomId\":\"" ROOM "\"}");
  g_assert_true (confab_room_is_joined (room));
  g_assert_cmpuint (g_queue_get_length (&self->session->early), ==, 1);
  confab_session_forget_early_events (self->session);
  self->session->syncing = FALSE;
  event (self, "room-left", "{\"roomId\":\"" ROOM "\"}");
  g_assert_null (confab_room_list_find (confab_session_get_rooms (self->session), ROOM));
}

static void
test_update (Fixture *self, gconstpointer data)
{
  static const char limited[] =
    "{\"roomId\":\"" ROOM "\",\"rev\":900,\"lastSeq\":500,\"readSeq\":400,\"receivedSeq\":400,\"mentions\":3,"
    "\"limited\":true,\"members\":[],\"messages\":[]}";
  ConfabRoom *room = add_room (self->session, 0, 1);
  g_autoptr(ConfabTimeline) timeline = confab_room_ref_timeline (room);
  g_autoptr(JsonNode) node = confab_json_parse (limited, strlen (limited), NULL);
  JsonArray *messages = confab_json_get_array (json_node_get_object (node), "messages");
  Emissions emissions = { NULL };

  settle (confab_timeline_load (timeline));
  arrive_run (room, 1, 20);
  emissions_watch (&emissions, timeline);
  for (gint64 seq = 451; seq <= 500; seq++)
    json_array_add_object_element (messages, message_object_new (seq, seq + 400, BEN, "later", NULL));
  confab_room_apply_update (room, json_node_get_object (node));

  /* The old messages give way to the new ones, at once. */
  g_assert_cmpuint (emissions.emissions, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (timeline)), ==, 50);
  g_assert_true (confab_timeline_get_has_older (timeline));
  g_assert_cmpint (room->rev, ==, 900);
  g_assert_cmpint (confab_room_get_unread_count (room), ==, 100);
  g_assert_cmpint (confab_room_get_mention_count (room), ==, 3);
  emissions_clear (&emissions);
}

static void
test_members (Fixture *self, gconstpointer data)
{
  ConfabRoom *room = add_room (self->session, 0, 5);

  room->members_complete = TRUE;
  event (self, "user-joined",
         "{\"roomId\":\"" ROOM "\",\"rev\":6,\"userId\":\"" BEN "\",\"username\":\"ben\",\"member\":"
         "{\"userId\":\"" BEN "\",\"username\":\"ben\",\"displayName\":\"Ben\",\"role\":\"member\","
         "\"rev\":6,\"receivedSeq\":0,\"readSeq\":0}}");
  g_assert_nonnull (confab_member_list_find (confab_room_get_members (room), BEN));
  g_assert_cmpint (room->rev, ==, 6);
  event (self, "receipt", "{\"roomId\":\"" ROOM "\",\"userId\":\"" BEN "\",\"receivedSeq\":3,\"readSeq\":2}");
  g_assert_cmpint (confab_member_get_read_seq (confab_member_list_find (confab_room_get_members (room), BEN)), ==, 2);
  /* From before the snapshot that this room was made from. */
  event (self, "user-left", "{\"roomId\":\"" ROOM "\",\"rev\":4,\"userId\":\"" BEN "\"}");
  g_assert_nonnull (confab_member_list_find (confab_room_get_members (room), BEN));
  event (self, "user-left", "{\"roomId\":\"" ROOM "\",\"rev\":7,\"userId\":\"" BEN "\"}");
  g_assert_null (confab_member_list_find (confab_room_get_members (room), BEN));
}

/* A receipt and a message overtake the list of members that was made before them. */
static void
test_early_marks (Fixture *self, gconstpointer data)
{
  static const char text[] = "[{\"userId\":\"" BEN "\",\"username\":\"ben\",\"role\":\"member\",\"rev\":1,"
                             "\"receivedSeq\":3,\"readSeq\":2}]";
  ConfabRoom *room = add_room (self->session, 0, 5);
  g_autoptr(JsonNode) node = confab_json_parse (text, strlen (text), NULL);
  ConfabMember *ben = NULL;

  confab_room_begin_members (room);
  event (self, "receipt", "{\"roomId\":\"" ROOM "\",\"userId\":\"" BEN "\",\"receivedSeq\":4,\"readSeq\":4}");
  arrive_run (room, 5, 5);
  confab_room_take_members (room, json_node_get_array (node));
  confab_room_end_members (room);
  ben = confab_member_list_find (confab_room_get_members (room), BEN);
  g_assert_cmpint (confab_member_get_received_seq (ben), ==, 5);
  g_assert_cmpint (confab_member_get_read_seq (ben), ==, 5);
  g_assert_cmpuint (room->early_marks->len, ==, 0);
  /* Nothing is remembered when nothing is fetched. */
  event (self, "receipt", "{\"roomId\":\"" ROOM "\",\"userId\":\"" ROOM "\",\"receivedSeq\":4,\"readSeq\":4}");
  g_assert_cmpuint (room->early_marks->len, ==, 0);
}

static void
test_typing (Fixture *self, gconstpointer data)
{
  ConfabRoom *room = add_room (self->session, 0, 1);

  event (self, "user-typing",
         "{\"roomId\":\"" ROOM "\",\"userId\":\"" BEN "\",\"username\":\"Ben\",\"isTyping\":true}");
  g_assert_cmpstr (confab_room_get_typing_text (room), ==, "Ben is typing…");
  event (self, "user-typing",
         "{\"roomId\":\"" ROOM "\",\"userId\":\"" ME "\",\"username\":\"Me\",\"isTyping\":true}");
  g_assert_cmpstr (confab_room_get_typing_text (room), ==, "Ben is typing…");
  /* The message is what was being typed. */
  arrive_run (room, 1, 1);
  g_assert_cmpstr (confab_room_get_typing_text (room), ==, "");
}

/* An event that is not understood harms nothing. */
static void
test_nonsense (Fixture *self, gconstpointer data)
{
  static const char * const texts[] = { "{}", "{\"roomId\":7}", "{\"roomId\":\"" ROOM "\"}",
                                        "{\"room\":[],\"message\":\"x\"}",
                                        "{\"roomId\":\"" ROOM "\",\"member\":{},\"rev\":\"x\",\"userId\":[]}" };
  static const char * const names[] = { "message-changed", "room-joined", "room-left", "room-changed", "presence",
                                        "user-changed", "user-joined", "user-left", "member-changed", "receipt",
                                        "user-typing", "error", "of-the-future" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint j = 0; j < G_N_ELEMENTS (texts); j++)
      event (self, names[i], texts[j]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/client/rooms/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("list", test_list);
  ADD ("unread-total", test_unread_total);
  ADD ("revs", test_revs);
  ADD ("kept", test_kept);
  ADD ("direct", test_direct);
  ADD ("early-events", test_early_events);
  ADD ("update", test_update);
  ADD ("members", test_members);
  ADD ("early-marks", test_early_marks);
  ADD ("typing", test_typing);
  ADD ("nonsense", test_nonsense);
  return g_test_run ();
}
