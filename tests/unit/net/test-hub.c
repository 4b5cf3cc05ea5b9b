/* test-hub.c: who wants to know learns it, and only they
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "net/hub.h"

#define N_SEATS 2

typedef struct
{
  Backplane *backplane;
  Mailbox *mailboxes[N_SEATS];
  Hub *hub;
} Fixture;

/* Stands for a reactor: its members are strings that collect what they are told. */
typedef struct
{
  Fixture *fixture;
  guint number;
} Seat;

static void
deliver (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  Seat *seat = owner;
  g_autoptr(Event) event = content;
  guint n;
  gpointer *members;

  if (seat == NULL)
    {
      topic_unref (subject);
      g_clear_pointer (&extra, topic_unref);
      return;
    }
  members = topic_get_members (subject, seat->number, &n);
  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (members[i], "%s ", event->name != NULL ? event->name : "-");
      if (extra != NULL)
        topic_add_member (hub_hold (seat->fixture->hub, topic_get_name (extra), seat->number), seat->number,
                          members[i]);
    }
  topic_unref (subject);
  if (extra != NULL)
    hub_release (seat->fixture->hub, extra, seat->number);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->backplane = backplane_open ("local", NULL);
  for (guint i = 0; i < N_SEATS; i++)
    fixture->mailboxes[i] = mailbox_new ();
  fixture->hub = hub_new (fixture->backplane, fixture->mailboxes, N_SEATS, deliver);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  hub_free (fixture->hub);
  for (guint i = 0; i < N_SEATS; i++)
    mailbox_free (fixture->mailboxes[i]);
  backplane_close (fixture->backplane);
}

static void
publish (Fixture *fixture, const char *topic, const char *name)
{
  g_autoptr(Event) event = event_new (topic, name, g_string_new ("{}"));

  backplane_publish (fixture->backplane, &event, 1);
}

static guint
drain (Fixture *fixture, guint number)
{
  Seat seat = { fixture, number };

  return mailbox_drain (fixture->mailboxes[number], &seat);
}

static void
test_interest (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GString) ada = g_string_new (NULL), ben = g_string_new (NULL), cy = g_string_new (NULL);
  Topic *left = hub_hold (fixture->hub, "room:R", 0);
  Topic *right = hub_hold (fixture->hub, "room:R", 1);

  g_assert_true (left == right);
  topic_add_member (left, 0, ada);
  topic_add_member (hub_hold (fixture->hub, "room:R", 0), 0, ben);
  topic_add_member (right, 1, cy);
  publish (fixture, "room:R", "one");
  publish (fixture, "room:other", "nothing");
  g_assert_cmpuint (drain (fixture, 0), ==, 1);
  g_assert_cmpuint (drain (fixture, 1), ==, 1);

  topic_remove_member (left, 0, ada);
  hub_release (fixture->hub, left, 0);
  topic_remove_member (left, 1, cy);
  hub_release (fixture->hub, left, 1);
  publish (fixture, "room:R", "two");
  g_assert_cmpuint (drain (fixture, 0), ==, 1);
  g_assert_cmpuint (drain (fixture, 1), ==, 0);

  g_assert_cmpstr (ada->str, ==, "one ");
  g_assert_cmpstr (ben->str, ==, "one two ");
  g_assert_cmpstr (cy->str, ==, "one ");
  topic_remove_member (left, 0, ben);
  hub_release (fixture->hub, left, 0);
  g_assert_cmpuint (hub_count_topics (fixture->hub), ==, 0);
}

/* The hold counts before the member is there: what was published in between waits behind the member's mail. */
static void
test_hold_before_member (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GString) ada = g_string_new (NULL);
  Topic *topic = hub_hold (fixture->hub, "room:R", 0);

  publish (fixture, "room:R", "early");
  topic_add_member (topic, 0, ada);
  drain (fixture, 0);
  g_assert_cmpstr (ada->str, ==, "early ");
  topic_remove_member (topic, 0, ada);
  hub_release (fixture->hub, topic, 0);
}

/* An event that makes its receivers join a topic: nothing of that topic is lost from the moment it is published. */
static void
test_subscribe_event (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GString) ada = g_string_new (NULL);
  g_autoptr(Event) event = event_new_control ("user:ada", EVENT_SUBSCRIBE, "room:R");
  Topic *user = hub_hold (fixture->hub, "user:ada", 0);
  Topic *room;

  topic_add_member (user, 0, ada);
  backplane_publish (fixture->backplane, &event, 1);
  publish (fixture, "room:R", "hello");
  g_assert_cmpuint (drain (fixture, 0), ==, 2);
  g_assert_cmpstr (ada->str, ==, "- hello ");

  room = hub_hold (fixture->hub, "room:R", 0);
  topic_remove_member (room, 0, ada);
  hub_release (fixture->hub, room, 0);
  /* The member's own. */
  hub_release (fixture->hub, room, 0);
  topic_remove_member (user, 0, ada);
  hub_release (fixture->hub, user, 0);
  g_assert_cmpuint (hub_count_topics (fixture->hub), ==, 0);
}

/* Mail about a topic that nobody holds any more finds nobody. */
static void
test_late_mail (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GString) ada = g_string_new (NULL);
  Topic *topic = hub_hold (fixture->hub, "room:R", 0);

  topic_add_member (topic, 0, ada);
  publish (fixture, "room:R", "late");
  topic_remove_member (topic, 0, ada);
  hub_release (fixture->hub, topic, 0);
  g_assert_cmpuint (drain (fixture, 0), ==, 1);
  g_assert_cmpstr (ada->str, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/hub/interest", Fixture, NULL, set_up, test_interest, tear_down);
  g_test_add ("/hub/hold-before-member", Fixture, NULL, set_up, test_hold_before_member, tear_down);
  g_test_add ("/hub/subscribe-event", Fixture, NULL, set_up, test_subscribe_event, tear_down);
  g_test_add ("/hub/late-mail", Fixture, NULL, set_up, test_late_mail, tear_down);
  return g_test_run ();
}
