/* test-fan-out.c: events reach those who are subscribed, on whatever reactor they are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fixture.h"

#define ROOM "01J00000000000000000000000"
#define N_PEERS 12

static Peer *
sign_in_and_open (Fixture *fixture, const char *token)
{
  Peer *peer = peer_sign_in (fixture->address, token);

  peer_say (peer, "{\"event\":\"open-room\",\"id\":1,\"data\":{\"roomId\":\"" ROOM "\"}}");
  peer_expect (peer, "{\"reply\":1,\"data\":{\"operation\":\"open-room\"}}");
  return peer;
}

/* Enough peers that the kernel deals them out to both reactors. */
static void
test_room (Fixture *fixture, gconstpointer data)
{
  Peer *peers[N_PEERS];

  for (guint i = 0; i < N_PEERS; i++)
    peers[i] = sign_in_and_open (fixture, "ada");
  g_assert_cmpuint (net_server_count_topics (fixture->server), ==, 2);

  fixture_publish (fixture, "live:" ROOM, "user-typing", "{\"n\":1}");
  fixture_publish (fixture, "user:ada", "user-changed", "{\"n\":2}");
  fixture_publish (fixture, "user:ben", "user-changed", "{\"n\":3}");
  fixture_publish (fixture, "live:" ROOM, "user-typing", "{\"n\":4}");
  for (guint i = 0; i < N_PEERS; i++)
    {
      peer_expect (peers[i], "{\"event\":\"user-typing\",\"data\":{\"n\":1}}");
      peer_expect (peers[i], "{\"event\":\"user-changed\",\"data\":{\"n\":2}}");
      peer_expect (peers[i], "{\"event\":\"user-typing\",\"data\":{\"n\":4}}");
      peer_free (peers[i]);
    }
}

static void
test_close_room (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = sign_in_and_open (fixture, "ada");

  peer_say (ada, "{\"event\":\"close-room\",\"id\":2,\"data\":{\"roomId\":\"" ROOM "\"}}");
  peer_expect (ada, "{\"reply\":2,\"data\":{\"operation\":\"close-room\"}}");
  fixture_publish (fixture, "live:" ROOM, "user-typing", "{\"n\":1}");
  fixture_publish (fixture, "user:ada", "user-changed", "{\"n\":2}");
  peer_expect (ada, "{\"event\":\"user-changed\",\"data\":{\"n\":2}}");
  g_assert_cmpuint (net_server_count_topics (fixture->server), ==, 1);
}

/* Twice in a room is once. */
static void
test_open_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = sign_in_and_open (fixture, "ada");

  peer_say (ada, "{\"event\":\"open-room\",\"id\":3,\"data\":{\"roomId\":\"" ROOM "\"}}");
  peer_expect (ada, "{\"reply\":3,\"data\":{\"operation\":\"open-room\"}}");
  fixture_publish (fixture, "live:" ROOM, "user-typing", "{\"n\":1}");
  fixture_publish (fixture, "live:" ROOM, "user-typing", "{\"n\":2}");
  peer_expect (ada, "{\"event\":\"user-typing\",\"data\":{\"n\":1}}");
  peer_expect (ada, "{\"event\":\"user-typing\",\"data\":{\"n\":2}}");
}

static void
test_except_user (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = sign_in_and_open (fixture, "ada");
  g_autoptr(Peer) ben = sign_in_and_open (fixture, "ben");
  g_autoptr(Event) event = event_new ("live:" ROOM, "user-typing", g_string_new ("{\"n\":1}"));

  event->except_user = g_strdup ("ada");
  backplane_publish (fixture->backplane, &event, 1);
  fixture_publish (fixture, "live:" ROOM, "user-typing", "{\"n\":2}");
  peer_expect (ben, "{\"event\":\"user-typing\",\"data\":{\"n\":1}}");
  peer_expect (ben, "{\"event\":\"user-typing\",\"data\":{\"n\":2}}");
  peer_expect (ada, "{\"event\":\"user-typing\",\"data\":{\"n\":2}}");
}

/* Somebody is brought into a room: all their devices, and nobody else's, hear of it from then on. */
static void
test_controls (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) phone = peer_sign_in (fixture->address, "ada/phone");
  g_autoptr(Peer) laptop = peer_sign_in (fixture->address, "ada/laptop");
  g_autoptr(Peer) ben = peer_sign_in (fixture->address, "ben");

  fixture_publish_control (fixture, "user:ada", EVENT_SUBSCRIBE, "room:" ROOM);
  fixture_publish (fixture, "room:" ROOM, "new-message", "{\"n\":1}");
  fixture_publish_control (fixture, "user:ada", EVENT_UNSUBSCRIBE, "room:" ROOM);
  fixture_publish (fixture, "room:" ROOM, "new-message", "{\"n\":2}");
  fixture_publish (fixture, "user:ada", "user-changed", "{\"n\":3}");
  fixture_publish (fixture, "user:ben", "user-changed", "{\"n\":4}");

  peer_expect (phone, "{\"event\":\"new-message\",\"data\":{\"n\":1}}");
  peer_expect (phone, "{\"event\":\"user-changed\",\"data\":{\"n\":3}}");
  peer_expect (laptop, "{\"event\":\"new-message\",\"data\":{\"n\":1}}");
  peer_expect (laptop, "{\"event\":\"user-changed\",\"data\":{\"n\":3}}");
  peer_expect (ben, "{\"event\":\"user-changed\",\"data\":{\"n\":4}}");
  g_assert_cmpuint (net_server_count_topics (fixture->server), ==, 2);
}

/* An operation that looked a membership up before it ended subscribes after: that comes to nothing. */
static void
test_late_subscription (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");
  g_autoptr(GBytes) reply = g_bytes_new_static ("{}", 2);
  Request *request;

  api_double_hold (fixture->api, TRUE);
  peer_say (ada, "{\"event\":\"open-room\",\"id\":1,\"data\":{\"roomId\":\"" ROOM "\"}}");
  request = api_double_take (fixture->api);
  fixture_publish_control (fixture, "user:ada", EVENT_UNSUBSCRIBE, "live:" ROOM);
  request->subscriber_class->subscribe (request->subscriber, "live:" ROOM);
  request_finish (request, reply, NULL);
  peer_expect (ada, "{\"reply\":1,\"data\":{}}");
  fixture_publish (fixture, "live:" ROOM, "user-typing", "{\"n\":1}");
  fixture_publish (fixture, "user:ada", "user-changed", "{\"n\":2}");
  peer_expect (ada, "{\"event\":\"user-changed\",\"data\":{\"n\":2}}");
  g_assert_cmpuint (net_server_count_topics (fixture->server), ==, 1);

  /* Nor does the leaving undo what comes after it. */
  peer_say (ada, "{\"event\":\"open-room\",\"id\":2,\"data\":{\"roomId\":\"" ROOM "\"}}");
  request = api_double_take (fixture->api);
  request->subscriber_class->subscribe (request->subscriber, "live:" ROOM);
  request_finish (request, reply, NULL);
  peer_expect (ada, "{\"reply\":2,\"data\":{}}");
  fixture_publish (fixture, "live:" ROOM, "user-typing", "{\"n\":3}");
  peer_expect (ada, "{\"event\":\"user-typing\",\"data\":{\"n\":3}}");
}

/* The frame of a control event comes to those whom it concerns; a revoked session ends, others stay. */
static void
test_close_session (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) phone = peer_sign_in (fixture->address, "ada/phone");
  g_autoptr(Peer) laptop = peer_sign_in (fixture->address, "ada/laptop");
  g_autoptr(Event) event = event_new ("user:ada", "session-revoked", g_string_new ("{}"));

  event->control = EVENT_CLOSE_SESSION;
  event->argument = g_strdup ("phone");
  backplane_publish (fixture->backplane, &event, 1);
  fixture_publish (fixture, "user:ada", "user-changed", "{\"n\":1}");
  peer_expect (phone, "{\"event\":\"session-revoked\",\"data\":{}}");
  peer_expect_close (phone, 4001);
  peer_expect (laptop, "{\"event\":\"user-changed\",\"data\":{\"n\":1}}");
  fixture_await (&net_server_get_counters (fixture->server)->connections, 1);
  g_assert_cmpuint (api_double_count_closed (fixture->api), ==, 1);
}

typedef struct
{
  Fixture *fixture;
  guint n_events;
} Publisher;

static gpointer
publish_many (gpointer data)
{
  Publisher *self = data;

  for (guint i = 0; i < self->n_events; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"n\":%u}", i);

      fixture_publish (self->fixture, "live:" ROOM, "user-typing", text);
    }
  return NULL;
}

/* In order, and none missing, while others come and go. */
static void
test_order_under_churn (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = sign_in_and_open (fixture, "ada");
  Publisher publisher = { fixture, 5000 };
  GThread *thread = g_thread_new ("publisher", publish_many, &publisher);

  for (guint i = 0; i < publisher.n_events; i++)
    {
      g_autofree char *expected = g_strdup_printf ("{\"event\":\"user-typing\",\"data\":{\"n\":%u}}", i);

      peer_expect (ada, expected);
      if (i % 250 == 0)
        {
          Peer *passer_by = peer_sign_in (fixture->address, "ben");

          peer_say (passer_by, "{\"event\":\"open-room\",\"data\":{\"roomId\":\"" ROOM "\"}}");
          peer_free (passer_by);
        }
    }
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_add ("/fan-out/room", NULL, test_room);
  fixture_add ("/fan-out/close-room", NULL, test_close_room);
  fixture_add ("/fan-out/open-twice", NULL, test_open_twice);
  fixture_add ("/fan-out/except-user", NULL, test_except_user);
  fixture_add ("/fan-out/controls", NULL, test_controls);
  fixture_add ("/fan-out/late-subscription", NULL, test_late_subscription);
  fixture_add ("/fan-out/close-session", NULL, test_close_session);
  fixture_add ("/fan-out/order-under-churn", NULL, test_order_under_churn);
  return g_test_run ();
}
