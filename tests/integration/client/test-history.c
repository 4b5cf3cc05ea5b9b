/* test-history.c: history that is longer than a page, on a device that has none of it yet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "person.h"
#include "protocol/confab-error.h"
#include "server-process.h"

#define N_MESSAGES 180

static const char * const options[] = { "--rate-limits=no", NULL };

typedef struct
{
  ServerProcess *server;
  Person *ada;
  char *room_id;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr(ConfabRoom) room = NULL;

  self->server = server_process_new (options);
  self->ada = person_new ("ada");
  person_register (self->ada, self->server->url);
  room = settle_object (confab_session_create_room (self->ada->session, "Diary", NULL, CONFAB_ROOM_TYPE_PRIVATE));
  self->room_id = g_strdup (confab_room_get_id (room));
  for (guint i = 1; i <= N_MESSAGES; i++)
    {
      g_autofree char *text = g_strdup_printf ("day %u", i);

      confab_room_send (room, text, NULL, NULL);
    }
  wait_until (confab_outbox_get_n_waiting (confab_session_get_outbox (self->ada->session)) == 0);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  person_free (self->ada);
  server_process_free (self->server);
  g_free (self->room_id);
}

static void
check_days (ConfabTimeline *timeline, guint first, guint last)
{
  g_assert_cmpuint (timeline_length (timeline), ==, last - first + 1);
  for (guint i = 0; i < timeline_length (timeline); i++)
    {
      g_autofree char *text = g_strdup_printf ("day %u", first + i);

      g_assert_cmpstr (confab_message_get_content (peek_message (timeline, i)), ==, text);
      g_assert_cmpint (confab_message_get_seq (peek_message (timeline, i)), ==, first + i);
    }
}

static void
test_order (Fixture *self, gconstpointer data)
{
  g_autoptr(ConfabTimeline) timeline = confab_room_ref_timeline (person_wait_room (self->ada, self->room_id));

  load_everything (timeline);
  check_days (timeline, 1, N_MESSAGES);
}

static void
test_other_device (Fixture *self, gconstpointer data)
{
  Person *phone = person_new ("ada");
  ConfabRoom *room = NULL;
  g_autoptr(ConfabTimeline) timeline = NULL;
  g_autoptr(ConfabMessage) found = NULL;
  g_autoptr(GError) error = NULL;

  person_sign_in (phone, self->server->url);
  room = person_wait_room (phone, self->room_id);
  g_assert_cmpint (confab_room_get_unread_count (room), ==, 0);
  timeline = confab_room_ref_timeline (room);
  g_assert_true (settle (confab_timeline_load (timeline)));
  check_days (timeline, 131, 180);
  g_assert_true (settle (confab_timeline_load_older (timeline)));
  check_days (timeline, 81, 180);

  g_assert_true (settle (confab_timeline_load_around (timeline, 20)));
  g_assert_true (confab_timeline_get_has_newer (timeline));
  g_assert_true (confab_timeline_get_has_older (timeline) || confab_message_get_seq (peek_message (timeline, 0)) == 1);
  g_assert_cmpstr (confab_message_get_content (peek_message (timeline, confab_timeline_find_seq (timeline, 20))), ==,
                   "day 20");
  found = settle_object (confab_room_find_message (room, confab_message_get_id (peek_message (timeline, 0))));
  g_assert_true (found == peek_message (timeline, 0));
  while (confab_timeline_get_has_newer (timeline))
    g_assert_true (settle (confab_timeline_load_newer (timeline)));
  load_everything (timeline);
  check_days (timeline, 1, N_MESSAGES);

  error = settle_error (confab_room_find_message (room, "01J00000000000000000000000"));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_clear_object (&timeline);
  person_free (phone);
}

/* The program starts without a server: what was seen before is there, and grows when the server is back. */
static void
test_offline (Fixture *self, gconstpointer data)
{
  ConfabRoom *room = NULL;
  g_autoptr(ConfabTimeline) timeline = NULL;
  Person *phone = person_new ("ada");

  person_sign_in (phone, self->server->url);
  room = person_wait_room (phone, self->room_id);
  timeline = confab_room_ref_timeline (room);
  settle (confab_timeline_load (timeline));
  confab_room_set_draft (room, "dear diary");
  g_clear_object (&timeline);
  person_close (phone);
  server_process_kill (self->server);

  g_assert_true (person_reopen (phone));
  room = confab_room_list_find (confab_session_get_rooms (phone->session), self->room_id);
  g_assert_nonnull (room);
  g_assert_cmpstr (confab_room_get_draft (room), ==, "dear diary");
  g_assert_cmpstr (confab_message_get_content (confab_room_get_last_message (room)), ==, "day 180");
  timeline = confab_room_ref_timeline (room);
  settle (confab_timeline_load (timeline));
  check_days (timeline, 131, 180);
  g_assert_true (confab_timeline_get_has_older (timeline));
  g_assert_false (settle (confab_timeline_load_older (timeline)));
  wait_until (confab_session_get_state (phone->session) == CONFAB_SESSION_STATE_OFFLINE
              && *confab_session_get_error_text (phone->session) != '\0');
  g_assert_true (g_str_has_prefix (confab_session_get_error_text (phone->session), "Nothing answers at"));
  confab_room_send (room, "day 181", NULL, NULL);
  g_assert_cmpuint (timeline_length (timeline), ==, 51);

  server_process_start (self->server);
  person_wait_online (phone);
  load_everything (timeline);
  wait_until (confab_outbox_get_n_waiting (confab_session_get_outbox (phone->session)) == 0);
  check_days (timeline, 1, 181);
  g_clear_object (&timeline);
  person_free (phone);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  people_init ();
#define ADD(name, function) g_test_add ("/client/history/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("order", test_order);
  ADD ("other-device", test_other_device);
  ADD ("offline", test_offline);
  return g_test_run ();
}
