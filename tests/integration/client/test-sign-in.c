/* test-sign-in.c: accounts: what is refused and in which words, what is kept, and how it ends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "client/confab-json-members.h"
#include "client/confab-session-private.h"
#include "person.h"
#include "protocol/confab-error.h"
#include "server-process.h"

typedef struct
{
  ServerProcess *server;
  Person *ada;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->server = server_process_new (NULL);
  self->ada = person_new ("ada");
  person_register (self->ada, self->server->url);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  person_free (self->ada);
  server_process_free (self->server);
}

static void
test_refusals (Fixture *self, gconstpointer data)
{
  Person *eve = person_new ("eve");
  g_autoptr(GError) wrong_password = NULL;
  g_autoptr(GError) taken = NULL;
  g_autoptr(GError) short_password = NULL;
  g_autoptr(GError) nobody = NULL;
  g_autoptr(GError) words = NULL;

  wrong_password = settle_error (confab_session_sign_in (eve->session, self->server->url, "ada", "not it at all"));
  g_assert_error (wrong_password, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED);
  taken = settle_error (confab_session_register (eve->session, self->server->url, "ada", "eve@example.org",
                                                 "long enough",
                                                 NULL, NULL));
  g_assert_error (taken, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
  short_password = settle_error (confab_session_register (eve->session, self->server->url, "eve", "eve@example.org",
                                                          "short",
                                                          NULL, NULL));
  g_assert_error (short_password, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
  g_assert_nonnull (confab_error_get_field (short_password, "password"));
  nobody = settle_error (confab_session_sign_in (eve->session, "http://127.0.0.1:9", "ada", "whatever it is"));
  g_assert_cmpstr (nobody->message, ==, "Nothing answers at http://127.0.0.1:9");
  words = settle_error (confab_session_sign_in (eve->session, "two words", "ada", "whatever it is"));
  g_assert_error (words, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
  g_assert_cmpint (confab_session_get_state (eve->session), ==, CONFAB_SESSION_STATE_SIGNED_OUT);
  /* After all that it still works. */
  person_register (eve, self->server->url);
  person_free (eve);
}

static void
test_kept (Fixture *self, gconstpointer data)
{
  g_autofree char *id = g_strdup (person_id (self->ada));
  Person *new = person_new ("new");

  g_assert_false (settle (confab_session_resume_saved (new->session)));
  g_assert_cmpint (confab_session_get_state (new->session), ==, CONFAB_SESSION_STATE_SIGNED_OUT);
  person_free (new);

  person_close (self->ada);
  g_assert_true (person_reopen (self->ada));
  g_assert_cmpstr (person_id (self->ada), ==, id);
  g_assert_cmpstr (confab_session_get_server (self->ada->session), ==, self->server->url);
  g_assert_cmpstr (confab_user_get_username (confab_session_get_user (self->ada->session)), ==, "ada");
  person_wait_online (self->ada);
}

static void
test_sign_out (Fixture *self, gconstpointer data)
{
  g_autoptr(ConfabRoom) room = settle_object (confab_session_create_room (self->ada->session, "Garden", NULL,
                                                                         CONFAB_ROOM_TYPE_PUBLIC));

  confab_room_send (room, "Hello", NULL, NULL);
  wait_until (confab_outbox_get_n_waiting (confab_session_get_outbox (self->ada->session)) == 0);
  g_assert_true (settle (confab_session_sign_out (self->ada->session)));
  g_assert_cmpint (confab_session_get_state (self->ada->session), ==, CONFAB_SESSION_STATE_SIGNED_OUT);
  g_assert_null (confab_session_get_user (self->ada->session));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (confab_session_get_rooms (self->ada->session))), ==, 0);
  g_assert_false (confab_room_is_joined (room));
  g_clear_object (&room);
  person_close (self->ada);
  g_assert_false (person_reopen (self->ada));

  /* And in again, in the same window. */
  person_sign_in (self->ada, self->server->url);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (confab_session_get_rooms (self->ada->session))) == 1);
}

/* Another device ends this one: it says so, keeps what it has, and is good again after the password. */
static void
test_revoked (Fixture *self, gconstpointer data)
{
  Person *phone = person_new ("ada");
  g_autoptr(JsonNode) request = json_node_new (JSON_NODE_OBJECT);
  g_autoptr(JsonNode) reply = NULL;
  g_autoptr(ConfabRoom) room = NULL;
  JsonArray *sessions = NULL;

  person_sign_in (phone, self->server->url);
  room = settle_object (confab_session_create_room (phone->session, "Garden", NULL, CONFAB_ROOM_TYPE_PUBLIC));
  reply = settle_boxed (confab_session_call (self->ada->session, "list-sessions", NULL));
  sessions = confab_json_get_array (json_node_get_object (reply), "sessions");
  g_assert_cmpuint (confab_json_array_get_length (sessions), ==, 2);
  json_node_take_object (request, json_object_new ());
  for (guint i = 0; i < 2; i++)
    {
      JsonObject *session = confab_json_array_get_object (sessions, i);

      if (!confab_json_get_bool (session, "current"))
        json_object_set_string_member (json_node_get_object (request), "sessionId", confab_json_get_string (session,
                                                                                                            "id"));
    }
  json_node_unref (g_steal_pointer (&reply));
  reply = settle_boxed (confab_session_call (self->ada->session, "revoke-session", request));
  wait_until (confab_session_get_state (phone->session) == CONFAB_SESSION_STATE_SIGNED_OUT);
  g_assert_cmpstr (confab_session_get_error_text (phone->session), !=, "");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (confab_session_get_rooms (phone->session))), ==, 1);
  g_assert_nonnull (confab_room_send (room, "written while signed out", NULL, NULL));

  person_sign_in (phone, self->server->url);
  wait_until (confab_outbox_get_n_waiting (confab_session_get_outbox (phone->session)) == 0);
  g_assert_cmpstr (confab_message_get_content (confab_room_get_last_message (room)), ==, "written while signed out");
  g_clear_object (&room);
  person_free (phone);
}

/* The access token has run out, here and on the server's side of it: one refresh, and on. */
static void
test_refresh (Fixture *self, gconstpointer data)
{
  g_autofree char *first = NULL;

  first = g_strdup (self->ada->session->refresh_token);
  self->ada->session->token_expires = 0;
  confab_socket_close (self->ada->session->socket);
  wait_until (confab_session_get_state (self->ada->session) != CONFAB_SESSION_STATE_ONLINE);
  person_wait_online (self->ada);
  g_assert_cmpstr (self->ada->session->refresh_token, !=, first);

  /* A token that only the server knows to be bad. */
  g_set_str (&self->ada->session->token, "eyJhbGciOiJIUzI1NiJ9.e30.bad");
  confab_socket_close (self->ada->session->socket);
  wait_until (confab_session_get_state (self->ada->session) != CONFAB_SESSION_STATE_ONLINE);
  person_wait_online (self->ada);
  /* And what was kept is what is in force. */
  person_close (self->ada);
  g_assert_true (person_reopen (self->ada));
  person_wait_online (self->ada);
}

static void
test_profile (Fixture *self, gconstpointer data)
{
  settle (confab_session_set_display_name (self->ada->session, "Ada L."));
  g_assert_cmpstr (confab_user_get_display_name (confab_session_get_user (self->ada->session)), ==, "Ada L.");
  person_close (self->ada);
  server_process_kill (self->server);
  g_assert_true (person_reopen (self->ada));
  g_assert_cmpstr (confab_user_get_display_name (confab_session_get_user (self->ada->session)), ==, "Ada L.");
  server_process_start (self->server);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  people_init ();
#define ADD(name, function) g_test_add ("/client/sign-in/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("refusals", test_refusals);
  ADD ("kept", test_kept);
  ADD ("sign-out", test_sign_out);
  ADD ("revoked", test_revoked);
  ADD ("refresh", test_refresh);
  ADD ("profile", test_profile);
  return g_test_run ();
}
