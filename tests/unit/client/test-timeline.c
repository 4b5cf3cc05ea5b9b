/* test-timeline.c: a room's timeline: each message once, in order, and few emissions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "client-fixture.h"

#include "client/confab-member-private.h"
#include "client/confab-message-private.h"
#include "client/confab-outbox-private.h"

typedef struct
{
  char *folder;
  ConfabSession *session;
  ConfabRoom *room;
  ConfabTimeline *timeline;
  Emissions emissions;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = make_folder ();
  self->session = offline_session_new (self->folder);
  self->room = g_object_ref (add_room (self->session, 0, 1));
  self->timeline = confab_room_ref_timeline (self->room);
  emissions_watch (&self->emissions, self->timeline);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  emissions_clear (&self->emissions);
  g_clear_object (&self->timeline);
  g_clear_object (&self->room);
  offline_session_free (self->session);
  remove_folder (self->folder);
}

static ConfabMessage *
peek (Fixture *self, guint position)
{
  g_autoptr(ConfabMessage) message = g_list_model_get_item (G_LIST_MODEL (self->timeline), position);

  g_assert_nonnull (message);
  return message;
}

static void
check_run (Fixture *self, gint64 first, gint64 last)
{
  g_assert_cmpint (g_list_model_get_n_items (G_LIST_MODEL (self->timeline)), ==, last - first + 1);
  for (gint64 seq = first; seq <= last; seq++)
    g_assert_cmpint (confab_message_get_seq (peek (self, seq - first)), ==, seq);
}

static void
check_emissions (Fixture *self, guint emissions, guint removed, guint added)
{
  g_assert_cmpuint (self->emissions.emissions, ==, emissions);
  g_assert_cmpuint (self->emissions.removed, ==, removed);
  g_assert_cmpuint (self->emissions.added, ==, added);
  emissions_forget (&self->emissions);
}

static void
arrive (Fixture *self, JsonObject *object)
{
  confab_room_arrive_one (self->room, object);
  json_object_unref (object);
}

static void
test_batches (Fixture *self, gconstpointer data)
{
  settle (confab_timeline_load (self->timeline));
  arrive_run (self->room, 1, 20);
  check_run (self, 1, 20);
  check_emissions (self, 1, 0, 20);
  /* The same again, and half of it new. */
  arrive_run (self->room, 1, 20);
  check_emissions (self, 0, 0, 0);
  arrive_run (self->room, 11, 30);
  check_run (self, 1, 30);
  check_emissions (self, 1, 0, 10);
}

/* Events of several instances may come in another order. */
static void
test_out_of_order (Fixture *self, gconstpointer data)
{
  settle (confab_timeline_load (self->timeline));
  arrive_run (self->room, 1, 2);
  arrive_run (self->room, 5, 5);
  arrive_run (self->room, 3, 4);
  check_run (self, 1, 5);
  check_emissions (self, 3, 0, 5);
}

static void
test_change (Fixture *self, gconstpointer data)
{
  ConfabMessage *message = NULL;

  settle (confab_timeline_load (self->timeline));
  arrive_run (self->room, 1, 3);
  check_emissions (self, 1, 0, 3);
  message = peek (self, 1);
  arrive (self, message_object_new (2, 7, BEN, "changed", NULL));
  arrive (self, message_object_new (2, 5, BEN, "an older state", NULL));
  g_assert_true (peek (self, 1) == message);
  g_assert_cmpstr (confab_message_get_content (message), ==, "changed");
  check_emissions (self, 0, 0, 0);
}

/* The row on the screen stays the same object from the first key to the last tick. */
static void
test_own_message (Fixture *self, gconstpointer data)
{
  ConfabMessage *message = NULL;
  ConfabMessage *later = NULL;
  g_autofree char *client_id = NULL;

  settle (confab_timeline_load (self->timeline));
  arrive_run (self->room, 1, 1);
  emissions_forget (&self->emissions);
  message = confab_room_send (self->room, "mine", NULL, NULL);
  later = confab_room_send (self->room, "mine too", NULL, NULL);
  check_emissions (self, 2, 0, 2);
  g_assert_cmpint (confab_message_get_state (message), ==, CONFAB_MESSAGE_STATE_SENDING);

  client_id = g_strdup (confab_message_get_client_id (message));
  arrive (self, message_object_new (2, 2, ME, "mine", client_id));
  /* As event and as reply, whichever comes first. */
  arrive (self, message_object_new (2, 2, ME, "mine", client_id));
  check_emissions (self, 0, 0, 0);
  g_assert_true (peek (self, 1) == message);
  g_assert_true (peek (self, 2) == later);
  g_assert_cmpint (confab_message_get_state (message), ==, CONFAB_MESSAGE_STATE_SENT);
  g_assert_cmpint (confab_message_get_seq (message), ==, 2);
  g_assert_cmpuint (confab_outbox_get_n_waiting (confab_session_get_outbox (self->session)), ==, 1);
}

/* Somebody else's message got in before mine: mine moves up as one change. */
static void
test_overtaken (Fixture *self, gconstpointer data)
{
  ConfabMessage *message = NULL;

  settle (confab_timeline_load (self->timeline));
  message = confab_room_send (self->room, "mine", NULL, NULL);
  g_assert_nonnull (confab_room_send (self->room, "mine too", NULL, NULL));
  emissions_forget (&self->emissions);
  arrive_run (self->room, 1, 1);
  check_emissions (self, 1, 0, 1);
  g_assert_true (peek (self, 1) == message);
  arrive (self, message_object_new (2, 2, ME, "mine", confab_message_get_client_id (message)));
  check_emissions (self, 0, 0, 0);
}

static void
take_members (Fixture *self)
{
  static const char * const ids[] = { ME, BEN };
  g_autoptr(JsonArray) array = json_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      JsonObject *member = json_object_new ();

      json_object_set_string_member (member, "userId", ids[i]);
      json_object_set_string_member (member, "username", ids[i]);
      json_object_set_string_member (member, "role", "member");
      json_object_set_int_member (member, "rev", 1);
      json_array_add_object_element (array, member);
    }
  self->room->members_complete = TRUE;
  confab_room_take_members (self->room, array);
}

static void
test_ticks (Fixture *self, gconstpointer data)
{
  ConfabMessage *first = NULL;
  ConfabMessage *second = NULL;

  settle (confab_timeline_load (self->timeline));
  take_members (self);
  arrive (self, message_object_new (1, 1, ME, "one", NULL));
  arrive (self, message_object_new (2, 2, ME, "two", NULL));
  first = peek (self, 0);
  second = peek (self, 1);
  g_assert_cmpint (confab_message_get_state (first), ==, CONFAB_MESSAGE_STATE_SENT);
  /* My own messages are not unread to me. */
  g_assert_cmpint (confab_room_get_unread_count (self->room), ==, 0);

  confab_room_advance_member (self->room, BEN, 2, 0);
  g_assert_cmpint (confab_message_get_state (second), ==, CONFAB_MESSAGE_STATE_DELIVERED);
  confab_room_advance_member (self->room, BEN, 2, 1);
  g_assert_cmpint (confab_message_get_state (first), ==, CONFAB_MESSAGE_STATE_READ);
  g_assert_cmpuint (confab_message_get_read_count (first), ==, 1);
  g_assert_cmpint (confab_message_get_state (second), ==, CONFAB_MESSAGE_STATE_DELIVERED);
  /* Late news changes nothing. */
  confab_room_advance_member (self->room, BEN, 1, 0);
  g_assert_cmpint (confab_message_get_state (first), ==, CONFAB_MESSAGE_STATE_READ);
  g_assert_cmpint (confab_message_get_state (second), ==, CONFAB_MESSAGE_STATE_DELIVERED);
}

static void
test_pages_from_cache (Fixture *self, gconstpointer data)
{
  arrive_run (self->room, 1, 130);
  check_emissions (self, 0, 0, 0);
  g_assert_true (settle (confab_timeline_load (self->timeline)));
  check_run (self, 81, 130);
  check_emissions (self, 1, 0, 50);
  g_assert_true (confab_timeline_get_has_older (self->timeline));
  g_assert_true (settle (confab_timeline_load_older (self->timeline)));
  check_run (self, 31, 130);
  g_assert_true (settle (confab_timeline_load_older (self->timeline)));
  check_run (self, 1, 130);
  check_emissions (self, 2, 0, 80);
  g_assert_false (confab_timeline_get_has_older (self->timeline));
  g_assert_false (settle (confab_timeline_load_older (self->timeline)));
}

/* What is not there is not jumped over: the run ends at the gap. */
static void
test_gap (Fixture *self, gconstpointer data)
{
  arrive_run (self->room, 1, 40);
  arrive_run (self->room, 61, 70);
  settle (confab_timeline_load (self->timeline));
  check_run (self, 61, 70);
  g_assert_true (confab_timeline_get_has_older (self->timeline));
  g_assert_false (settle (confab_timeline_load_older (self->timeline)));
  check_run (self, 61, 70);
}

static void
test_jump (Fixture *self, gconstpointer data)
{
  arrive_run (self->room, 1, 300);
  settle (confab_timeline_load (self->timeline));
  check_run (self, 251, 300);
  g_assert_true (settle (confab_timeline_load_around (self->timeline, 100)));
  check_run (self, 75, 124);
  g_assert_true (confab_timeline_get_has_newer (self->timeline));
  g_assert_cmpuint (confab_timeline_find_seq (self->timeline, 100), ==, 25);
  emissions_forget (&self->emissions);
  /* The window is elsewhere: neither news nor the outbox belong at its end. */
  arrive_run (self->room, 301, 301);
  g_assert_nonnull (confab_room_send (self->room, "mine", NULL, NULL));
  check_emissions (self, 0, 0, 0);
  g_assert_true (settle (confab_timeline_load_newer (self->timeline)));
  check_run (self, 75, 174);
  settle (confab_timeline_load (self->timeline));
  g_assert_false (confab_timeline_get_has_newer (self->timeline));
  g_assert_cmpint (confab_message_get_seq (peek (self, 0)), ==, 252);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->timeline)), ==, 51);
}

/* Loads that overlap neither double nor lose. */
static void
test_concurrent_loads (Fixture *self, gconstpointer data)
{
  DexFuture *loads[4] = { NULL };

  arrive_run (self->room, 1, 200);
  loads[0] = confab_timeline_load (self->timeline);
  loads[1] = confab_timeline_load_older (self->timeline);
  loads[2] = confab_timeline_load (self->timeline);
  loads[3] = confab_timeline_load_older (self->timeline);
  g_assert_true (confab_timeline_get_loading (self->timeline));
  for (guint i = 0; i < G_N_ELEMENTS (loads); i++)
    settle (loads[i]);
  g_assert_false (confab_timeline_get_loading (self->timeline));
  check_run (self, 51, 200);
}

/* A message that comes while the newest page is being read is in it, whatever the moment. */
static void
check_arrival_while_loading (Fixture *self, guint turns)
{
  gint64 last = confab_room_get_last_seq (self->room) + 1;
  DexFuture *load = NULL;

  if (last > 61)
    settle (confab_timeline_load_around (self->timeline, 2));
  load = confab_timeline_load (self->timeline);
  for (guint i = 0; i < turns; i++)
    g_main_context_iteration (NULL, FALSE);
  arrive_run (self->room, last, last);
  settle (load);
  g_assert_false (confab_timeline_get_has_newer (self->timeline));
  g_assert_cmpint (confab_message_get_seq (peek (self, g_list_model_get_n_items (G_LIST_MODEL (self->timeline)) - 1)),
                   ==, last);
}

static void
test_arrival_while_loading (Fixture *self, gconstpointer data)
{
  arrive_run (self->room, 1, 60);
  for (guint turns = 0; turns < 20; turns++)
    check_arrival_while_loading (self, 1 + turns % 10);
}

/* The history is found to be out of date while it is read: what the server said instead is shown. */
static void
test_reset_while_loading (Fixture *self, gconstpointer data)
{
  DexFuture *load = NULL;

  arrive_run (self->room, 1, 60);
  load = confab_timeline_load (self->timeline);
  g_main_context_iteration (NULL, FALSE);
  confab_room_forget_history (self->room);
  arrive_run (self->room, 58, 60);
  settle (load);
  check_run (self, 58, 60);
}

static void
test_unread (Fixture *self, gconstpointer data)
{
  g_autoptr(JsonArray) mentions = json_array_new ();
  JsonObject *mentioning = message_object_new (4, 4, BEN, "@me", NULL);

  arrive_run (self->room, 1, 3);
  g_assert_cmpint (confab_room_get_unread_count (self->room), ==, 3);
  json_array_add_string_element (mentions, ME);
  json_object_set_array_member (mentioning, "mentions", g_steal_pointer (&mentions));
  arrive (self, mentioning);
  g_assert_cmpint (confab_room_get_mention_count (self->room), ==, 1);
  confab_room_mark_read (self->room, 2);
  g_assert_cmpint (confab_room_get_unread_count (self->room), ==, 2);
  g_assert_cmpint (confab_room_get_mention_count (self->room), ==, 1);
  confab_room_mark_read (self->room, 1);
  g_assert_cmpint (confab_room_get_read_seq (self->room), ==, 2);
  /* Nobody read what is not there. */
  confab_room_mark_read (self->room, 99);
  g_assert_cmpint (confab_room_get_read_seq (self->room), ==, 4);
  g_assert_cmpint (confab_room_get_unread_count (self->room), ==, 0);
  g_assert_cmpint (confab_room_get_mention_count (self->room), ==, 0);
  g_assert_cmpint (confab_room_list_get_unread_count (confab_session_get_rooms (self->session)), ==, 0);
}

static void
test_nonsense (Fixture *self, gconstpointer data)
{
  g_autoptr(JsonObject) nameless = message_object_new (1, 1, BEN, "text", NULL);
  g_autoptr(JsonObject) elsewhere = message_object_new (1, 1, BEN, "text", NULL);
  g_autoptr(JsonObject) odd = message_object_new (1, 1, BEN, "text", NULL);

  settle (confab_timeline_load (self->timeline));
  json_object_remove_member (nameless, "id");
  json_object_set_string_member (elsewhere, "roomId", BEN);
  json_object_set_string_member (odd, "seq", "one");
  for (guint i = 0; i < 3; i++)
    g_test_expect_message ("confab-client", G_LOG_LEVEL_WARNING, "*was ignored*");
  confab_room_arrive_one (self->room, nameless);
  confab_room_arrive_one (self->room, elsewhere);
  confab_room_arrive_one (self->room, odd);
  g_test_assert_expected_messages ();
  check_emissions (self, 0, 0, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/client/timeline/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("batches", test_batches);
  ADD ("out-of-order", test_out_of_order);
  ADD ("change", test_change);
  ADD ("own-message", test_own_message);
  ADD ("overtaken", test_overtaken);
  ADD ("ticks", test_ticks);
  ADD ("pages-from-cache", test_pages_from_cache);
  ADD ("gap", test_gap);
  ADD ("jump", test_jump);
  ADD ("concurrent-loads", test_concurrent_loads);
  ADD ("arrival-while-loading", test_arrival_while_loading);
  ADD ("reset-while-loading", test_reset_while_loading);
  ADD ("unread", test_unread);
  ADD ("nonsense", test_nonsense);
  return g_test_run ();
}
