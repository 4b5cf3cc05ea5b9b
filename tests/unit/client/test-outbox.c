/* test-outbox.c: the outbox: kept over restarts, in order, and decided by the error
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "client-fixture.h"

#include "client/confab-outbox-private.h"
#include "protocol/confab-error.h"

static void
test_restart (void)
{
  char *folder = make_folder ();
  ConfabSession *session = offline_session_new (folder);
  ConfabRoom *room = add_room (session, 0, 1);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) client_ids = NULL;
  g_autoptr(ConfabTimeline) timeline = NULL;

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u", i);
      ConfabMessage *message = confab_room_send (room, text, NULL, NULL);

      g_strv_builder_add (builder, confab_message_get_client_id (message));
    }
  client_ids = g_strv_builder_end (builder);
  offline_session_free (session);

  session = offline_session_new (folder);
  room = confab_room_list_find (confab_session_get_rooms (session), ROOM);
  g_assert_nonnull (room);
  g_assert_cmpuint (confab_outbox_get_n_waiting (confab_session_get_outbox (session)), ==, 20);
  timeline = confab_room_ref_timeline (room);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (timeline)), ==, 20);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(ConfabMessage) message = g_list_model_get_item (G_LIST_MODEL (timeline), i);
      g_autofree char *text = g_strdup_printf ("message %u", i);

      g_assert_cmpstr (confab_message_get_client_id (message), ==, client_ids[i]);
      g_assert_cmpstr (confab_message_get_content (message), ==, text);
      g_assert_cmpint (confab_message_get_state (message), ==, CONFAB_MESSAGE_STATE_SENDING);
    }
  g_clear_object (&timeline);
  offline_session_free (session);
  remove_folder (folder);
}

/* The program ended between the server's commit and its answer: the message comes back as history, once. */
static void
test_answer_lost (void)
{
  char *folder = make_folder ();
  ConfabSession *session = offline_session_new (folder);
  ConfabRoom *room = add_room (session, 0, 1);
  g_autofree char *client_id = g_strdup (confab_message_get_client_id (confab_room_send (room, "mine", NULL, NULL)));
  g_autoptr(ConfabTimeline) timeline = NULL;
  g_autoptr(ConfabMessage) message = NULL;
  g_autoptr(JsonObject) stored = message_object_new (1, 2, ME, "mine", client_id);

  offline_session_free (session);
  session = offline_session_new (folder);
  room = confab_room_list_find (confab_session_get_rooms (session), ROOM);
  timeline = confab_room_ref_timeline (room);
  settle (confab_timeline_load (timeline));
  confab_room_arrive_one (room, stored);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (timeline)), ==, 1);
  message = g_list_model_get_item (G_LIST_MODEL (timeline), 0);
  g_assert_cmpint (confab_message_get_seq (message), ==, 1);
  g_clear_object (&message);
  g_clear_object (&timeline);
  offline_session_free (session);

  session = offline_session_new (folder);
  g_assert_cmpuint (confab_outbox_get_n_waiting (confab_session_get_outbox (session)), ==, 0);
  offline_session_free (session);
  remove_folder (folder);
}

static void
test_discard (void)
{
  char *folder = make_folder ();
  ConfabSession *session = offline_session_new (folder);
  ConfabRoom *room = add_room (session, 0, 1);
  ConfabMessage *first = confab_room_send (room, "first", NULL, NULL);
  ConfabMessage *second = confab_room_send (room, "second", "01J00000000000000000000001", NULL);

  g_assert_cmpstr (confab_message_get_reply_to (second), ==, "01J00000000000000000000001");
  confab_room_discard (room, first);
  offline_session_free (session);
  session = offline_session_new (folder);
  g_assert_cmpuint (confab_outbox_get_n_waiting (confab_session_get_outbox (session)), ==, 1);
  second = g_ptr_array_index (confab_outbox_peek_room (confab_session_get_outbox (session), ROOM), 0);
  g_assert_cmpstr (confab_message_get_content (second), ==, "second");
  g_assert_cmpstr (confab_message_get_reply_to (second), ==, "01J00000000000000000000001");
  offline_session_free (session);
  remove_folder (folder);
}

static void
test_refused_texts (void)
{
  char *folder = make_folder ();
  ConfabSession *session = offline_session_new (folder);
  ConfabRoom *room = add_room (session, 0, 1);
  g_autofree char *long_text = g_strnfill (4001, 'x');
  const char *texts[] = { "", "  \n ", "bell \a", long_text };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GError) error = NULL;

      g_test_message ("text %u", i);
      g_assert_null (confab_room_send (room, texts[i], NULL, &error));
      g_assert_true (error != NULL && error->domain == CONFAB_ERROR);
    }
  g_assert_cmpuint (confab_outbox_get_n_waiting (confab_session_get_outbox (session)), ==, 0);
  offline_session_free (session);
  remove_folder (folder);
}

static void
test_errors (void)
{
  static const struct
  {
    int code;
    gboolean is_final;
  } cases[] = {
    { CONFAB_ERROR_BAD_REQUEST, TRUE },    { CONFAB_ERROR_UNAUTHENTICATED, FALSE }, { CONFAB_ERROR_FORBIDDEN, TRUE },
    { CONFAB_ERROR_NOT_FOUND, TRUE },      { CONFAB_ERROR_CONFLICT, TRUE },         { CONFAB_ERROR_TOO_LARGE, TRUE },
    { CONFAB_ERROR_RATE_LIMITED, FALSE },  { CONFAB_ERROR_UNAVAILABLE, FALSE },     { CONFAB_ERROR_INTERNAL, FALSE },
  };
  g_autoptr(GError) lost = g_error_new (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "Broken pipe");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = g_error_new (CONFAB_ERROR, cases[i].code, "No");

      g_assert_cmpint (confab_outbox_error_is_final (error), ==, cases[i].is_final);
    }
  g_assert_false (confab_outbox_error_is_final (lost));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/outbox/restart", test_restart);
  g_test_add_func ("/client/outbox/answer-lost", test_answer_lost);
  g_test_add_func ("/client/outbox/discard", test_discard);
  g_test_add_func ("/client/outbox/refused-texts", test_refused_texts);
  g_test_add_func ("/client/outbox/errors", test_errors);
  return g_test_run ();
}
