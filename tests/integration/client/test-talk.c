/* test-talk.c: two people talk through a real server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "person.h"
#include "protocol/confab-error.h"
#include "server-process.h"

typedef struct
{
  ServerProcess *server;
  Person *ada;
  Person *ben;
  ConfabRoom *adas;            /* Ada's object for the room that they share */
  ConfabRoom *bens;
  ConfabTimeline *adas_timeline;
  ConfabTimeline *bens_timeline;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr(GListModel) found = NULL;
  g_autoptr(ConfabRoom) seen = NULL;

  self->server = server_process_new (NULL);
  self->ada = person_new ("ada");
  self->ben = person_new ("ben");
  person_register (self->ada, self->server->url);
  person_register (self->ben, self->server->url);

  self->adas = settle_object (confab_session_create_room (self->ada->session, "Garden", "What grows",
                                                          CONFAB_ROOM_TYPE_PUBLIC));
  found = settle_object (confab_session_browse_rooms (self->ben->session, "gard"));
  g_assert_cmpuint (g_list_model_get_n_items (found), ==, 1);
  seen = g_list_model_get_item (found, 0);
  g_assert_cmpstr (confab_room_get_title (seen), ==, "Garden");
  g_assert_cmpstr (confab_room_get_description (seen), ==, "What grows");
  g_assert_false (confab_room_is_joined (seen));
  self->bens = settle_object (confab_session_join_room (self->ben->session, confab_room_get_id (seen)));
  g_assert_true (confab_room_is_joined (self->bens));
  g_assert_true (person_wait_room (self->ben, confab_room_get_id (seen)) == self->bens);

  self->adas_timeline = confab_room_ref_timeline (self->adas);
  self->bens_timeline = confab_room_ref_timeline (self->bens);
  settle (confab_timeline_load (self->adas_timeline));
  settle (confab_timeline_load (self->bens_timeline));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->adas_timeline);
  g_clear_object (&self->bens_timeline);
  g_clear_object (&self->adas);
  g_clear_object (&self->bens);
  person_free (self->ada);
  person_free (self->ben);
  server_process_free (self->server);
}

static void
test_ticks (Fixture *self, gconstpointer data)
{
  ConfabMessage *sent = NULL;
  ConfabMessage *received = NULL;
  g_autoptr(GError) error = NULL;

  confab_room_open (self->adas);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (confab_room_get_members (self->adas))) == 2);
  sent = confab_room_send (self->adas, "Are the beans up?", NULL, &error);
  g_assert_no_error (error);
  wait_until (timeline_length (self->bens_timeline) == 1);
  received = peek_message (self->bens_timeline, 0);
  g_assert_cmpstr (confab_message_get_content (received), ==, "Are the beans up?");
  g_assert_cmpstr (confab_message_get_sender_name (received), ==, "ada");
  g_assert_cmpint (confab_message_get_state (received), ==, CONFAB_MESSAGE_STATE_RECEIVED);
  g_assert_cmpint (confab_room_get_unread_count (self->bens), ==, 1);
  g_assert_cmpint (confab_room_get_unread_count (self->adas), ==, 0);

  /* On Ben's device by itself, read when it was shown. */
  wait_until (confab_message_get_state (sent) == CONFAB_MESSAGE_STATE_DELIVERED);
  g_assert_true (peek_message (self->adas_timeline, 0) == sent);
  confab_room_mark_read (self->bens, confab_message_get_seq (received));
  g_assert_cmpint (confab_room_get_unread_count (self->bens), ==, 0);
  wait_until (confab_message_get_state (sent) == CONFAB_MESSAGE_STATE_READ);
  g_assert_cmpuint (confab_message_get_read_count (sent), ==, 1);
  g_assert_true (confab_room_get_last_message (self->bens) == received);
  confab_room_close (self->adas);
}

static void
test_typing_and_presence (Fixture *self, gconstpointer data)
{
  ConfabUser *ben = NULL;

  confab_room_open (self->adas);
  confab_room_open (self->bens);
  wait_until ((ben = confab_session_find_user (self->ada->session, person_id (self->ben))) != NULL
              && confab_user_get_presence (ben) == CONFAB_PRESENCE_STATUS_ONLINE);
  confab_room_set_typing (self->bens, TRUE);
  wait_until (g_str_equal (confab_room_get_typing_text (self->adas), "ben is typing…"));
  confab_room_set_typing (self->bens, FALSE);
  wait_until (g_str_equal (confab_room_get_typing_text (self->adas), ""));

  settle (confab_session_set_presence (self->ben->session, CONFAB_PRESENCE_STATUS_AWAY));
  wait_until (confab_user_get_presence (ben) == CONFAB_PRESENCE_STATUS_AWAY);
  confab_room_close (self->adas);
  confab_room_close (self->bens);
}

static void
test_changes (Fixture *self, gconstpointer data)
{
  ConfabMessage *sent = confab_room_send (self->adas, "teh beans", NULL, NULL);
  ConfabMessage *received = NULL;
  ConfabMessage *answer = NULL;
  g_autoptr(GError) error = NULL;

  wait_until (timeline_length (self->bens_timeline) == 1);
  wait_until (confab_message_get_id (sent) != NULL);
  received = peek_message (self->bens_timeline, 0);
  settle (confab_room_edit_message (self->adas, sent, "the beans"));
  g_assert_cmpstr (confab_message_get_content (sent), ==, "the beans");
  wait_until (g_str_equal (confab_message_get_content (received), "the beans"));
  g_assert_cmpint (confab_message_get_edited_at (received), >, 0);

  settle (confab_room_toggle_reaction (self->bens, received, "🌱"));
  wait_until (confab_message_get_reactions (sent)->len == 1);
  settle (confab_room_toggle_reaction (self->bens, received, "🌱"));
  wait_until (confab_message_get_reactions (sent)->len == 0);

  answer = confab_room_send (self->bens, "At last", confab_message_get_id (received), NULL);
  wait_until (timeline_length (self->adas_timeline) == 2);
  g_assert_cmpstr (confab_message_get_reply_to (peek_message (self->adas_timeline, 1)), ==,
                   confab_message_get_id (sent));
  wait_until (confab_message_get_id (answer) != NULL);

  error = settle_error (confab_room_edit_message (self->bens, received, "mine now"));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
  settle (confab_room_delete_message (self->adas, sent));
  wait_until (confab_message_get_deleted_at (received) > 0);
  g_assert_cmpstr (confab_message_get_content (received), ==, "");
  g_assert_cmpuint (timeline_length (self->bens_timeline), ==, 2);
}

static void
test_mention (Fixture *self, gconstpointer data)
{
  confab_room_send (self->adas, "@ben look", NULL, NULL);
  wait_until (confab_room_get_mention_count (self->bens) == 1);
  g_assert_cmpint (confab_room_list_get_mention_count (confab_session_get_rooms (self->ben->session)), ==, 1);
  confab_room_mark_read (self->bens, confab_room_get_last_seq (self->bens));
  g_assert_cmpint (confab_room_get_mention_count (self->bens), ==, 0);
}

static void
test_direct (Fixture *self, gconstpointer data)
{
  g_autoptr(GListModel) people = settle_object (confab_session_find_users (self->ada->session, "be"));
  g_autoptr(ConfabUser) ben = g_list_model_get_item (people, 0);
  g_autoptr(ConfabRoom) direct = NULL;
  g_autoptr(ConfabRoom) again = NULL;
  ConfabRoom *bens = NULL;

  g_assert_cmpuint (g_list_model_get_n_items (people), ==, 1);
  direct = settle_object (confab_session_open_direct (self->ada->session, confab_user_get_id (ben)));
  g_assert_cmpstr (confab_room_get_title (direct), ==, "ben");
  g_assert_true (confab_room_get_other (direct) == ben);
  again = settle_object (confab_session_open_direct (self->ada->session, confab_user_get_id (ben)));
  g_assert_true (again == direct);
  bens = person_wait_room (self->ben, confab_room_get_id (direct));
  g_assert_cmpstr (confab_room_get_title (bens), ==, "ada");
  confab_room_send (bens, "Hello", NULL, NULL);
  wait_until (confab_room_get_unread_count (direct) == 1);
  g_assert_cmpstr (confab_message_get_content (confab_room_get_last_message (direct)), ==, "Hello");
}

static void
on_room_left (ConfabSession *session, ConfabRoom *room, guint *count)
{
  (*count)++;
}

static void
test_members (Fixture *self, gconstpointer data)
{
  Person *eve = person_new ("eve");
  ConfabRoom *eves = NULL;
  GListModel *members = G_LIST_MODEL (confab_room_get_members (self->adas));
  g_autoptr(GError) error = NULL;
  guint n_left = 0;

  person_register (eve, self->server->url);
  g_assert_true (settle (confab_room_load_members (self->adas)));
  g_assert_cmpuint (g_list_model_get_n_items (members), ==, 2);
  settle (confab_room_add_member (self->adas, person_id (eve)));
  eves = person_wait_room (eve, confab_room_get_id (self->adas));
  wait_until (g_list_model_get_n_items (members) == 3);
  g_assert_cmpint (confab_room_get_member_count (self->adas), ==, 3);
  settle (confab_room_set_member_role (self->adas, person_id (eve), CONFAB_MEMBER_ROLE_ADMIN));
  wait_until (confab_room_get_role (eves) == CONFAB_MEMBER_ROLE_ADMIN);

  settle (confab_room_update (self->adas, "Kitchen garden", NULL));
  wait_until (g_str_equal (confab_room_get_title (eves), "Kitchen garden"));
  g_assert_cmpstr (confab_room_get_description (eves), ==, "What grows");
  error = settle_error (confab_room_update (self->bens, "Ben's garden", NULL));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);

  g_signal_connect (eve->session, "room-left", G_CALLBACK (on_room_left), &n_left);
  settle (confab_room_remove_member (self->adas, person_id (eve)));
  wait_until (n_left == 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (confab_session_get_rooms (eve->session))), ==, 0);
  wait_until (g_list_model_get_n_items (members) == 2);
  settle (confab_room_leave (self->bens));
  g_assert_false (confab_room_is_joined (self->bens));
  wait_until (g_list_model_get_n_items (members) == 1);
  person_free (eve);
}

/* The server says no for good: the message stays, with the reason, and can be taken away. */
static void
test_refused (Fixture *self, gconstpointer data)
{
  ConfabMessage *message = NULL;
  ConfabOutbox *outbox = confab_session_get_outbox (self->ben->session);

  message = confab_room_send (self->bens, "An answer to nothing", "01J00000000000000000000000", NULL);
  wait_until (confab_message_get_state (message) == CONFAB_MESSAGE_STATE_FAILED);
  g_assert_nonnull (confab_message_get_failure (message));
  g_assert_cmpuint (confab_outbox_get_n_waiting (outbox), ==, 0);
  /* It does not hold up the others. */
  confab_room_send (self->bens, "But this", NULL, NULL);
  wait_until (find_text (self->adas_timeline, "But this") >= 0);
  confab_room_retry (self->bens, message);
  g_assert_cmpint (confab_message_get_state (message), ==, CONFAB_MESSAGE_STATE_SENDING);
  wait_until (confab_message_get_state (message) == CONFAB_MESSAGE_STATE_FAILED);
  g_assert_cmpuint (timeline_length (self->bens_timeline), ==, 2);
  confab_room_discard (self->bens, message);
  g_assert_cmpuint (timeline_length (self->bens_timeline), ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  people_init ();
#define ADD(name, function) g_test_add ("/client/talk/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("ticks", test_ticks);
  ADD ("typing-and-presence", test_typing_and_presence);
  ADD ("changes", test_changes);
  ADD ("mention", test_mention);
  ADD ("direct", test_direct);
  ADD ("members", test_members);
  ADD ("refused", test_refused);
  return g_test_run ();
}
