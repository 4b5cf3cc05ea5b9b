/* test-events.c: events that cross from one instance to others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "instances.h"

#define N_TOPICS 10000

/* All that an event is made of. */
static Event *
make_full_event (void)
{
  Event *event = event_new ("room:R", "new-message", g_string_new ("{\"text\":\"Grüße\"}"));

  event->except_user = g_strdup ("ada");
  event->rev = 1234567890123;
  return event;
}

static void
assert_same_event (const Event *a, const Event *b)
{
  g_assert_cmpstr (a->topic, ==, b->topic);
  g_assert_true (a->name == b->name);
  g_assert_cmpint (a->control, ==, b->control);
  g_assert_cmpstr (a->argument, ==, b->argument);
  g_assert_cmpstr (a->except_user, ==, b->except_user);
  g_assert_cmpint (a->rev, ==, b->rev);
  g_assert_true (a->frame == b->frame || g_bytes_equal (a->frame, b->frame));
}

static void
test_crossing (void)
{
  g_auto(Fixture) fixture = { NULL };
  Instance *a, *b, *c;
  Event *events[4];

  if (!fixture_start_redis (&fixture, NULL))
    return;
  a = fixture_add_instance (&fixture, NULL);
  b = fixture_add_instance (&fixture, NULL);
  c = fixture_add_instance (&fixture, NULL);
  instance_subscribe (a, "room:R");
  instance_subscribe (b, "room:R");
  instance_subscribe (b, "user:U");
  instance_subscribe (c, "room:S");

  events[0] = make_full_event ();
  events[1] = event_new_control ("user:U", EVENT_SUBSCRIBE, "room:R");
  events[2] = event_new_control ("user:U", EVENT_CLOSE_SESSION, "session");
  events[2]->frame = g_bytes_new_static ("{}", 2);
  events[3] = event_new ("room:R", "typing", g_string_new ("{}"));
  backplane_publish (a->backplane, events, 4);
  /* One on each topic that shows that all before it has come. */
  instance_publish (b, "room:S", "end");
  eventually (instance_count_events (b) == 4);
  eventually (instance_count_events (c) == 1);
  g_assert_cmpuint (instance_count_events (a), ==, 2);

  /* Per topic in order; nothing but what was subscribed, and no echo. */
  assert_same_event (b->events->pdata[0], events[0]);
  assert_same_event (b->events->pdata[1], events[1]);
  assert_same_event (b->events->pdata[2], events[2]);
  assert_same_event (b->events->pdata[3], events[3]);
  instance_publish (b, "room:R", "end");
  eventually (instance_count_events (a) == 3);
  g_assert_cmpstr (((Event *) a->events->pdata[2])->name, ==, "end");
  g_assert_cmpuint (instance_count_gaps (a) + instance_count_gaps (b) + instance_count_gaps (c), ==, 0);
  for (guint i = 0; i < 4; i++)
    event_unref (events[i]);
}

/* What goes to nobody does not cross; that nobody may have left a moment ago. */
static void
test_interest (void)
{
  g_auto(Fixture) fixture = { NULL };
  Instance *a, *b;
  BackplaneStatus status;
  g_autofree char *told = NULL;

  if (!fixture_start_redis (&fixture, NULL))
    return;
  a = fixture_add_instance (&fixture, NULL);
  b = fixture_add_instance (&fixture, NULL);
  instance_subscribe (b, "room:kept");
  instance_subscribe (b, "room:left");
  instance_subscribe (b, "room:left");
  backplane_unsubscribe (b->backplane, "room:left");
  instance_publish (a, "room:left", "still");
  eventually (instance_count_events (b) == 1);
  backplane_unsubscribe (b->backplane, "room:left");
  backplane_unsubscribe (b->backplane, "room:left");
  g_assert_true (backplane_settle (b->backplane, 5000));
  instance_publish (a, "room:left", "not-any-more");
  instance_publish (a, "room:never", "never");
  instance_publish (a, "room:kept", "end");
  eventually (instance_count_events (b) == 2);
  told = instance_tell_events (b);
  g_assert_cmpstr (told, ==, "room:left/still room:kept/end ");
  backplane_get_status (b->backplane, &status);
  g_assert_cmpuint (status.received, ==, 2);

  /* On and off and on again at once. */
  backplane_subscribe (b->backplane, "room:left");
  backplane_unsubscribe (b->backplane, "room:left");
  instance_subscribe (b, "room:left");
  instance_publish (a, "room:left", "again");
  eventually (instance_count_events (b) == 3);
}

/* Neighbours in one Redis: other prefixes and databases are other servers. */
static void
test_neighbours (void)
{
  g_auto(Fixture) fixture = { NULL };
  Instance *a, *b, *c;
  ConfabPresenceStatus merged;

  if (!fixture_start_redis (&fixture, NULL))
    return;
  a = fixture_add_instance (&fixture, NULL);
  b = fixture_add_instance (&fixture, "/0?prefix=other");
  c = fixture_add_instance (&fixture, "/1");
  instance_subscribe (b, "room:R");
  instance_subscribe (c, "room:R");
  instance_publish (a, "room:R", "of-a");
  backplane_set_presence (a->backplane, "ada", "phone", CONFAB_PRESENCE_STATUS_ONLINE, 60, &merged);
  g_assert_cmpint (backplane_get_presence (b->backplane, "ada"), ==, CONFAB_PRESENCE_STATUS_OFFLINE);
  g_assert_cmpint (backplane_get_presence (c->backplane, "ada"), ==, CONFAB_PRESENCE_STATUS_OFFLINE);
  instance_publish (b, "room:R", "of-b");
  g_assert_cmpuint (instance_count_events (c), ==, 0);
  g_assert_cmpuint (instance_count_events (b), ==, 1);
}

typedef struct
{
  Instance *instance;
  guint number;
} Publisher;

static gpointer
publish_many (gpointer data)
{
  Publisher *self = data;
  g_autofree char *topic = g_strdup_printf ("room:%u", self->number);

  for (guint i = 0; i < 2000; i += 4)
    {
      Event *events[4];

      for (guint j = 0; j < 4; j++)
        {
          events[j] = event_new (topic, "counted", g_string_new ("{}"));
          events[j]->rev = i + j + 1;
        }
      backplane_publish (self->instance->backplane, events, 4);
      for (guint j = 0; j < 4; j++)
        event_unref (events[j]);
    }
  return NULL;
}

/* Several threads of two instances at once; a third gets all of it, each topic in its order. */
static void
test_order (void)
{
  g_auto(Fixture) fixture = { NULL };
  Publisher publishers[4];
  GThread *threads[4];
  gint64 last[4] = { 0 };
  Instance *reader;

  if (!fixture_start_redis (&fixture, NULL))
    return;
  fixture_add_instance (&fixture, NULL);
  fixture_add_instance (&fixture, NULL);
  reader = fixture_add_instance (&fixture, NULL);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *topic = g_strdup_printf ("room:%u", i);

      instance_subscribe (reader, topic);
      publishers[i] = (Publisher) { &fixture.instances[i % 2], i };
      threads[i] = g_thread_new ("publisher", publish_many, &publishers[i]);
    }
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  eventually (instance_count_events (reader) == 8000);
  for (guint i = 0; i < 8000; i++)
    {
      const Event *event = reader->events->pdata[i];
      guint room = event->topic[5] - '0';

      g_assert_cmpint (event->rev, ==, last[room] + 1);
      last[room] = event->rev;
    }
  /* What came together was handed on together. */
  g_assert_cmpuint (reader->n_calls, <, 4000);
}

static void
test_hostile_messages (void)
{
  static const char truncated[] = "C\001................\000\000\000\000\000\000\000\000\000\377\377\377\377";
  static const char endless[] = "C\001................\000\000\000\000\000\000\000\000\000\377\377\377\377\377\377"
                                "\177\377\377\377";
  g_auto(Fixture) fixture = { NULL };
  Instance *a, *b;
  guint n_warned = instances_count_logged ("Left out");

  if (!fixture_start_redis (&fixture, NULL))
    return;
  a = fixture_add_instance (&fixture, NULL);
  b = fixture_add_instance (&fixture, NULL);
  instance_subscribe (b, "room:R");
  fixture_do (&fixture, "PUBLISH confab:room:R %b", "", (size_t) 0);
  fixture_do (&fixture, "PUBLISH confab:room:R hello");
  fixture_do (&fixture, "PUBLISH confab:room:R %b", truncated, sizeof truncated - 1);
  fixture_do (&fixture, "PUBLISH confab:room:R %b", endless, sizeof endless - 1);
  instance_publish (a, "room:R", "good");
  eventually (instance_count_events (b) == 1);
  g_assert_cmpstr (((Event *) b->events->pdata[0])->name, ==, "good");
  g_assert_cmpuint (instances_count_logged ("Left out"), ==, n_warned + 1);
  g_assert_true (instance_is_connected (b));
}

static long long
count_channels (Fixture *fixture)
{
  redisReply *reply = fixture_run (fixture, "PUBSUB CHANNELS confab:room:*");
  long long n = reply->elements;

  freeReplyObject (reply);
  return n;
}

static void
test_thousands_of_topics (void)
{
  g_auto(Fixture) fixture = { NULL };
  Instance *a;
  gint64 start;

  if (!fixture_start_redis (&fixture, NULL))
    return;
  a = fixture_add_instance (&fixture, NULL);
  for (guint i = 0; i < N_TOPICS; i++)
    {
      g_autofree char *topic = g_strdup_printf ("room:%u", i);

      backplane_subscribe (a->backplane, topic);
    }
  g_assert_true (backplane_settle (a->backplane, 5000));
  g_assert_cmpint (count_channels (&fixture), ==, N_TOPICS);

  start = g_get_monotonic_time ();
  fixture_do (&fixture, "CLIENT KILL TYPE pubsub");
  eventually (instance_count_gaps (a) == 1);
  g_test_message ("%u subscriptions in force again after %.3f s", N_TOPICS,
                  (g_get_monotonic_time () - start) / 1e6);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
  g_assert_cmpint (count_channels (&fixture), ==, N_TOPICS);
  instance_publish (a, "room:4711", "one");
  g_assert_cmpuint (instance_count_events (a), ==, 1);
}

int
main (int argc, char **argv)
{
  instances_init (&argc, &argv);
  g_test_add_func ("/redis/events/crossing", test_crossing);
  g_test_add_func ("/redis/events/interest", test_interest);
  g_test_add_func ("/redis/events/neighbours", test_neighbours);
  g_test_add_func ("/redis/events/order", test_order);
  g_test_add_func ("/redis/events/hostile-messages", test_hostile_messages);
  g_test_add_func ("/redis/events/thousands-of-topics", test_thousands_of_topics);
  return g_test_run ();
}
