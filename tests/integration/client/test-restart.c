/* test-restart.c: a server that is killed in the middle of a conversation: nothing acknowledged is lost, nothing is
 * there twice
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "person.h"
#include "server-process.h"

#define N_ROUNDS 8
#define N_PER_ROUND 12

static const char * const options[] = { "--rate-limits=no", NULL };

typedef struct
{
  ServerProcess *server;
  Person *people[2];
  ConfabRoom *rooms[2];
  ConfabTimeline *timelines[2];
  GPtrArray *sent;           /* of ConfabMessage, of both */
} Fixture;

static void
open_room (Fixture *self, guint i, const char *room_id)
{
  self->rooms[i] = g_object_ref (person_wait_room (self->people[i], room_id));
  self->timelines[i] = confab_room_ref_timeline (self->rooms[i]);
  settle (confab_timeline_load (self->timelines[i]));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr(ConfabRoom) room = NULL;
  g_autoptr(ConfabRoom) joined = NULL;

  self->server = server_process_new (options);
  self->people[0] = person_new ("ada");
  self->people[1] = person_new ("ben");
  person_register (self->people[0], self->server->url);
  person_register (self->people[1], self->server->url);
  room = settle_object (confab_session_create_room (self->people[0]->session, "Garden", NULL, CONFAB_ROOM_TYPE_PUBLIC));
  joined = settle_object (confab_session_join_room (self->people[1]->session, confab_room_get_id (room)));
  for (guint i = 0; i < 2; i++)
    open_room (self, i, confab_room_get_id (room));
  self->sent = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
close_rooms (Fixture *self)
{
  for (guint i = 0; i < 2; i++)
    {
      g_clear_object (&self->timelines[i]);
      g_clear_object (&self->rooms[i]);
    }
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  close_rooms (self);
  g_ptr_array_unref (self->sent);
  person_free (self->people[0]);
  person_free (self->people[1]);
  server_process_free (self->server);
}

static void
send_some (Fixture *self, guint round)
{
  for (guint n = 0; n < N_PER_ROUND; n++)
    {
      guint i = n % 2;
      g_autofree char *text = g_strdup_printf ("%s %u.%u", self->people[i]->name, round, n);
      ConfabMessage *message = confab_room_send (self->rooms[i], text, NULL, NULL);

      g_assert_nonnull (message);
      g_ptr_array_add (self->sent, g_object_ref (message));
    }
}

static guint
count_stored (Fixture *self)
{
  guint count = 0;

  for (guint i = 0; i < self->sent->len; i++)
    count += confab_message_get_id (self->sent->pdata[i]) != NULL;
  return count;
}

static gboolean
all_delivered (Fixture *self)
{
  guint waiting = 0;

  for (guint i = 0; i < 2; i++)
    waiting += confab_outbox_get_n_waiting (confab_session_get_outbox (self->people[i]->session));
  return waiting == 0 && count_stored (self) == self->sent->len;
}

/* Each text once, for both, and in the same order; a new device agrees. */
static void
check_history (Fixture *self)
{
  Person *phone = person_new ("ben");
  g_autoptr(ConfabTimeline) timeline = NULL;
  g_autofree char *expected = NULL;

  person_sign_in (phone, self->server->url);
  timeline = confab_room_ref_timeline (person_wait_room (phone, confab_room_get_id (self->rooms[0])));
  load_everything (timeline);
  expected = describe_timeline (timeline);
  g_assert_cmpuint (timeline_length (timeline), ==, self->sent->len);
  for (guint i = 0; i < self->sent->len; i++)
    g_assert_cmpuint (count_text (timeline, confab_message_get_content (self->sent->pdata[i])), ==, 1);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *seen = NULL;

      wait_until (timeline_length (self->timelines[i]) >= self->sent->len);
      load_everything (self->timelines[i]);
      seen = describe_timeline (self->timelines[i]);
      g_assert_cmpstr (seen, ==, expected);
    }
  g_clear_object (&timeline);
  person_free (phone);
}

static void
check_order_of_each (Fixture *self)
{
  gint64 last[2] = { 0, 0 };

  for (guint i = 0; i < self->sent->len; i++)
    {
      gint64 seq = confab_message_get_seq (self->sent->pdata[i]);

      g_assert_cmpint (seq, >, last[i % 2]);
      last[i % 2] = seq;
    }
}

static void
test_kill (Fixture *self, gconstpointer data)
{
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      guint target = count_stored (self) + g_test_rand_int_range (0, N_PER_ROUND);
      g_autoptr(GHashTable) acknowledged = g_hash_table_new (NULL, NULL);

      send_some (self, round);
      wait_until (count_stored (self) >= target);
      server_process_kill (self->server);
      for (guint i = 0; i < self->sent->len; i++)
        {
          ConfabMessage *message = self->sent->pdata[i];

          if (confab_message_get_id (message) != NULL)
            g_hash_table_insert (acknowledged, message, GINT_TO_POINTER ((int) confab_message_get_seq (message)));
        }
      wait_until (confab_session_get_state (self->people[0]->session) != CONFAB_SESSION_STATE_ONLINE);
      server_process_start (self->server);
      wait_until (all_delivered (self));
      /* What was acknowledged is where it was. */
      for (guint i = 0; i < self->sent->len; i++)
        {
          gpointer seq = g_hash_table_lookup (acknowledged, self->sent->pdata[i]);

          if (seq != NULL)
            g_assert_cmpint (confab_message_get_seq (self->sent->pdata[i]), ==, GPOINTER_TO_INT (seq));
        }
    }
  check_order_of_each (self);
  check_history (self);
}

/* The server is down, both programs are closed with full outboxes, and everything comes back in the other order. */
static void
test_outbox_survives (Fixture *self, gconstpointer data)
{
  g_autofree char *room_id = g_strdup (confab_room_get_id (self->rooms[0]));
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  server_process_kill (self->server);
  send_some (self, 0);
  for (guint i = 0; i < self->sent->len; i++)
    g_ptr_array_add (texts, g_strdup (confab_message_get_content (self->sent->pdata[i])));
  g_ptr_array_set_size (self->sent, 0);
  close_rooms (self);
  for (guint i = 0; i < 2; i++)
    {
      person_close (self->people[i]);
      g_assert_true (person_reopen (self->people[i]));
      open_room (self, i, room_id);
      g_assert_cmpuint (timeline_length (self->timelines[i]), ==, N_PER_ROUND / 2);
    }
  server_process_start (self->server);
  wait_until (confab_outbox_get_n_waiting (confab_session_get_outbox (self->people[0]->session)) == 0);
  wait_until (confab_outbox_get_n_waiting (confab_session_get_outbox (self->people[1]->session)) == 0);
  for (guint i = 0; i < 2; i++)
    {
      wait_until (timeline_length (self->timelines[i]) == N_PER_ROUND);
      for (guint n = 0; n < texts->len; n++)
        g_assert_cmpuint (count_text (self->timelines[i], texts->pdata[n]), ==, 1);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  people_init ();
#define ADD(name, function) g_test_add ("/client/restart/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("kill", test_kill);
  ADD ("outbox-survives", test_outbox_survives);
  return g_test_run ();
}
