/* test-resume.c: snapshot and events give the same as a new snapshot, whatever happened meanwhile
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "client/confab-session-private.h"
#include "person.h"
#include "server-process.h"

#define N_ROUNDS 8
#define N_STEPS 25
#define N_LIMITED 230

static const char * const options[] = { "--rate-limits=no", NULL };

typedef struct
{
  ServerProcess *server;
  Person *ada;               /* looks on, comes and goes */
  Person *ben;               /* does things */
  Person *eve;               /* has things done to her */
  GPtrArray *keep;           /* Ada's timelines */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr(ConfabRoom) room = NULL;

  self->server = server_process_new (options);
  self->ada = person_new ("ada");
  self->ben = person_new ("ben");
  self->eve = person_new ("eve");
  person_register (self->ada, self->server->url);
  person_register (self->ben, self->server->url);
  person_register (self->eve, self->server->url);
  room = settle_object (confab_session_create_room (self->ben->session, "Room 0", "first", CONFAB_ROOM_TYPE_PUBLIC));
  settle (confab_room_add_member (room, person_id (self->ada)));
  self->keep = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_ptr_array_unref (self->keep);
  person_free (self->ada);
  person_free (self->ben);
  person_free (self->eve);
  server_process_free (self->server);
}

static ConfabRoom *
pick_room (Fixture *self)
{
  GListModel *rooms = G_LIST_MODEL (confab_session_get_rooms (self->ben->session));
  g_autoptr(ConfabRoom) room = g_list_model_get_item (rooms, g_test_rand_int_range (0,
                                                                                    g_list_model_get_n_items (rooms)));

  return room;
}

static void
finish (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;

  /* Some of what is tried is refused: deleting what is deleted, adding who is there. */
  wait_until (!dex_future_is_pending (owned));
}

static void
send_one (ConfabRoom *room, const char *text)
{
  ConfabMessage *message = confab_room_send (room, text, NULL, NULL);

  wait_until (confab_message_get_id (message) != NULL);
}

static void
change_message (Fixture *self, ConfabRoom *room, guint what)
{
  g_autoptr(ConfabTimeline) timeline = confab_room_ref_timeline (room);
  ConfabMessage *message = NULL;

  settle (confab_timeline_load (timeline));
  if (timeline_length (timeline) == 0)
    return;
  message = peek_message (timeline, g_test_rand_int_range (0, timeline_length (timeline)));
  if (what == 0)
    finish (confab_room_edit_message (room, message, "edited"));
  else if (what == 1)
    finish (confab_room_delete_message (room, message));
  else
    finish (confab_room_toggle_reaction (room, message, what == 2 ? "👍" : "🎉"));
}

static void
do_something (Fixture *self, guint round, guint step)
{
  ConfabRoom *room = pick_room (self);
  g_autofree char *text = g_strdup_printf ("text %u.%u", round, step);
  g_autoptr(ConfabRoom) made = NULL;

  switch (g_test_rand_int_range (0, 16))
    {
    case 0:
      made = settle_object (confab_session_create_room (self->ben->session, text, NULL, CONFAB_ROOM_TYPE_PRIVATE));
      finish (confab_room_add_member (made, person_id (self->ada)));
      break;
    case 1:
      finish (confab_room_remove_member (room, person_id (self->ada)));
      break;
    case 2:
    case 3:
      finish (confab_room_add_member (room, person_id (self->ada)));
      break;
    case 4:
      finish (confab_room_add_member (room, person_id (self->eve)));
      break;
    case 5:
      finish (confab_room_remove_member (room, person_id (self->eve)));
      break;
    case 6:
      finish (confab_room_set_member_role (room, person_id (self->eve), CONFAB_MEMBER_ROLE_ADMIN));
      break;
    case 7:
      finish (confab_room_update (room, text, "changed"));
      break;
    case 8:
      send_one (room, "@ada are you there?");
      break;
    case 9:
    case 10:
    case 11:
    case 12:
      change_message (self, room, g_test_rand_int_range (0, 4));
      break;
    default:
      send_one (room, text);
      break;
    }
}

static void
read_something (Fixture *self)
{
  GListModel *rooms = G_LIST_MODEL (confab_session_get_rooms (self->ada->session));
  guint n_rooms = g_list_model_get_n_items (rooms);
  g_autoptr(ConfabRoom) room = n_rooms > 0 ? g_list_model_get_item (rooms, g_test_rand_int_range (0, n_rooms)) : NULL;

  if (room != NULL)
    confab_room_mark_read (room, g_test_rand_int_range (0, confab_room_get_last_seq (room) + 1));
}

/* How Ada comes to miss what happens. */
static void
go_away (Fixture *self, guint how)
{
  if (how == 0)
    return;
  if (how == 1)
    {
      g_ptr_array_set_size (self->keep, 0);
      person_close (self->ada);
      return;
    }
  /* The connection breaks; the client comes back by itself, somewhere in the middle of what happens. */
  confab_socket_close (self->ada->session->socket);
}

static void
come_back (Fixture *self)
{
  if (self->ada->session == NULL)
    g_assert_true (person_reopen (self->ada));
  confab_session_reconnect (self->ada->session);
  person_wait_online (self->ada);
}

static void
check_lines (const char *seen, const char *expected)
{
  g_auto(GStrv) left = g_strsplit (seen, "\n", -1);
  g_auto(GStrv) right = g_strsplit (expected, "\n", -1);

  for (guint i = 0; left[i] != NULL && right[i] != NULL; i++)
    g_assert_cmpstr (left[i], ==, right[i]);
  g_assert_cmpuint (g_strv_length (left), ==, g_strv_length (right));
}

/* What Ada sees is what she would see on a device that she signs in on now. */
static void
check_against_new_device (Fixture *self)
{
  Person *phone = person_new ("ada");
  g_autoptr(GPtrArray) keep = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *expected = NULL;
  g_autofree char *seen = NULL;
  gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  person_sign_in (phone, self->server->url);
  /* Receipts of both devices are still on their way: it is the end that counts. */
  do
    {
      g_clear_pointer (&expected, g_free);
      g_clear_pointer (&seen, g_free);
      expected = describe_rooms (phone, keep);
      seen = describe_rooms (self->ada, self->keep);
      g_main_context_iteration (NULL, FALSE);
    }
  while (!g_str_equal (expected, seen) && g_get_monotonic_time () < deadline);
  check_lines (seen, expected);
  g_clear_pointer (&keep, g_ptr_array_unref);
  person_free (phone);
}

static void
test_random (Fixture *self, gconstpointer data)
{
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      go_away (self, round % 3);
      for (guint step = 0; step < N_STEPS; step++)
        {
          do_something (self, round, step);
          if (self->ada->session != NULL && step % 5 == 0)
            read_something (self);
        }
      come_back (self);
      check_against_new_device (self);
    }
}

/* More was missed than is sent one by one: the history is replaced, and scrolled back into from the server. */
static void
test_limited (Fixture *self, gconstpointer data)
{
  ConfabRoom *room = pick_room (self);

  for (guint i = 0; i < 30; i++)
    confab_room_send (room, "before", NULL, NULL);
  wait_until (confab_outbox_get_n_waiting (confab_session_get_outbox (self->ben->session)) == 0);
  check_against_new_device (self);
  g_ptr_array_set_size (self->keep, 0);
  person_close (self->ada);
  for (guint i = 0; i < N_LIMITED; i++)
    confab_room_send (room, "missed", NULL, NULL);
  wait_until (confab_outbox_get_n_waiting (confab_session_get_outbox (self->ben->session)) == 0);
  g_assert_true (person_reopen (self->ada));
  person_wait_online (self->ada);
  check_against_new_device (self);
}

/* The same while the timeline is on the screen. */
static void
test_limited_in_view (Fixture *self, gconstpointer data)
{
  ConfabRoom *room = pick_room (self);
  g_autofree char *before = describe_rooms (self->ada, self->keep);

  g_assert_nonnull (before);
  settle (confab_session_stop (self->ada->session));
  wait_until (self->ada->session->loop == NULL);
  for (guint i = 0; i < N_LIMITED; i++)
    confab_room_send (room, "missed", NULL, NULL);
  wait_until (confab_outbox_get_n_waiting (confab_session_get_outbox (self->ben->session)) == 0);
  confab_session_start (self->ada->session);
  person_wait_online (self->ada);
  check_against_new_device (self);
}

static ConfabRoom *
find_adas (Fixture *self, ConfabRoom *room)
{
  GListModel *rooms = G_LIST_MODEL (confab_session_get_rooms (self->ada->session));

  for (guint i = 0; i < g_list_model_get_n_items (rooms); i++)
    {
      g_autoptr(ConfabRoom) found = g_list_model_get_item (rooms, i);

      if (g_str_equal (confab_room_get_id (found), confab_room_get_id (room)))
        return found;
    }
  return NULL;
}

/* An instance that may have missed something asks: what Ada was never told she has soon after, with no other event. */
static void
test_resync (Fixture *self, gconstpointer data)
{
  ConfabRoom *room = pick_room (self);
  ConfabRoom *seen = NULL;
  g_autoptr(JsonObject) asked = json_object_new ();
  gint64 rev = 0;

  wait_until (find_adas (self, room) != NULL);
  seen = find_adas (self, room);
  send_one (room, "hello");
  wait_until (confab_room_get_last_seq (seen) == 1);
  rev = seen->rev;
  /* As if the last event had not come. */
  seen->rev--;
  json_object_set_int_member (asked, "within", 1);
  confab_session_on_event (self->ada->session->socket, CONFAB_EVENT_RESYNC, asked, self->ada->session);
  g_assert_cmpuint (self->ada->session->sync_timer, !=, 0);
  g_assert_cmpint (self->ada->session->sync_due, <=, g_get_monotonic_time () + G_USEC_PER_SEC);
  wait_until (seen->rev == rev);
  check_against_new_device (self);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  people_init ();
#define ADD(name, function) g_test_add ("/client/resume/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("random", test_random);
  ADD ("limited", test_limited);
  ADD ("limited-in-view", test_limited_in_view);
  ADD ("resync", test_resync);
  return g_test_run ();
}
