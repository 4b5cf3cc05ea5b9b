/* test-instances.c: what other instances wrote reaches those who follow it here, though nobody tells
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The other instance is a second Store on the same database: what it applies is told by nobody, like what is lost on
 * the way.
 */
#include "config.h"

#include <string.h>

#include "backplane/backplane-private.h"
#include "domain-fixture.h"
#include "domain/accounts.h"
#include "domain/announce.h"
#include "domain/devices.h"
#include "domain/instances.h"
#include "domain/lanes.h"

#define PATIENCE (20 * G_TIME_SPAN_SECOND)

typedef struct
{
  char *folder;
  Domain domain;
  Store *other;
  char *ada;
  char *ben;
  char *room_id;
  GMutex mutex;
  GCond cond;
  GPtrArray *told;      /* of char*: "TOPIC EVENT REV" or "TOPIC +TOPIC" or "TOPIC -TOPIC" */
} Fixture;

/* Ids are read badly: those of the fixture go by their names. */
static char *
describe_topic (Fixture *fixture, const char *topic)
{
  const char *id = strchr (topic, ':');

  if (id == NULL)
    return g_strdup (topic);
  if (g_str_equal (id + 1, fixture->ada))
    return g_strdup ("ada");
  if (g_str_equal (id + 1, fixture->ben))
    return g_strdup ("ben");
  return g_strndup (topic, id - topic);
}

static char *
describe (Fixture *fixture, const Event *event)
{
  g_autofree char *topic = describe_topic (fixture, event->topic);
  g_autofree char *argument = event->argument != NULL ? describe_topic (fixture, event->argument) : NULL;

  if (event->control == EVENT_SUBSCRIBE)
    return g_strdup_printf ("%s +%s", topic, argument);
  if (event->control == EVENT_UNSUBSCRIBE)
    return g_strdup_printf ("%s -%s", topic, argument);
  if (event->control == EVENT_FORGET)
    return g_strdup_printf ("%s forget %s", topic, argument);
  return g_strdup_printf ("%s %s %" G_GINT64_FORMAT, topic, event->name, event->rev);
}

static void
on_events (Event **events, guint n_events, gpointer data)
{
  Fixture *fixture = data;

  g_mutex_lock (&fixture->mutex);
  for (guint i = 0; i < n_events; i++)
    g_ptr_array_add (fixture->told, describe (fixture, events[i]));
  g_cond_signal (&fixture->cond);
  g_mutex_unlock (&fixture->mutex);
}

static void
follow (Fixture *fixture, const char *topic)
{
  g_autofree char *taken = (char *) topic;

  backplane_subscribe (fixture->domain.backplane, taken);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *address = NULL;
  Domain *domain = &fixture->domain;
  const char *ids[2] = { NULL };

  fixture->folder = g_dir_make_tmp ("confab-instances-XXXXXX", &error);
  g_assert_no_error (error);
  address = g_strdup_printf ("sqlite:%s/store.db", fixture->folder);
  fixture->told = g_ptr_array_new_with_free_func (g_free);
  open_domain (domain, address);
  fixture->other = store_open (address, &error);
  g_assert_no_error (error);
  domain->instances = instances_new (domain);
  backplane_set_deliver (domain->backplane, on_events, fixture);
  fixture->ada = make_user (domain->store, "ada");
  fixture->ben = make_user (domain->store, "ben");
  fixture->room_id = make_store_room (domain->store, fixture->ada);
  follow (fixture, topic_for_user (fixture->ada));
  follow (fixture, topic_for_user (fixture->ben));
  follow (fixture, topic_for_room (fixture->room_id));
  ids[0] = fixture->room_id;
  instances_settle (domain->instances, ids);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  Domain *domain = &fixture->domain;

  backplane_set_deliver (domain->backplane, NULL, NULL);
  g_clear_pointer (&domain->instances, instances_free);
  close_domain (domain);
  g_clear_pointer (&fixture->other, store_close);
  remove_folder (fixture->folder);
  g_ptr_array_unref (fixture->told);
  g_free (fixture->folder);
  g_free (fixture->ada);
  g_free (fixture->ben);
  g_free (fixture->room_id);
}

/* ---- The other instance ----------------------------------------------------------------------------------- */

static Change *
change_here (Fixture *fixture, ChangeKind kind)
{
  g_autoptr(Room) room = store_get_room (fixture->other, fixture->room_id, NULL);

  return change_new (kind, fixture->room_id, fixture->ada, room->members_rev, 2000);
}

/* Takes the change; its rev. */
static gint64
apply (Fixture *fixture, Change *change)
{
  g_autoptr(Change) taken = change;
  g_autoptr(GError) error = NULL;

  g_assert_true (store_apply (fixture->other, &taken, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (taken->outcome, ==, OUTCOME_APPLIED);
  return taken->rev;
}

static gint64
say (Fixture *fixture, const char *id)
{
  Change *change = change_here (fixture, CHANGE_APPEND);

  change->message = message_new ();
  change->message->id = g_strdup (id);
  change->message->room_id = g_strdup (fixture->room_id);
  change->message->sender_id = g_strdup (fixture->ada);
  change->message->content = g_strdup ("hello");
  change->message->timestamp = 2000;
  return apply (fixture, change);
}

static gint64
edit (Fixture *fixture, const char *id)
{
  Change *change = change_here (fixture, CHANGE_EDIT);

  change->message_id = g_strdup (id);
  change->content = g_strdup ("hello again");
  return apply (fixture, change);
}

static gint64
move (Fixture *fixture, ChangeKind kind, const char *user_id, ConfabMemberRole role)
{
  Change *change = change_here (fixture, kind);

  change->target_id = g_strdup (user_id);
  change->role = role;
  return apply (fixture, change);
}

static gint64
rename_room (Fixture *fixture)
{
  Change *change = change_here (fixture, CHANGE_UPDATE_ROOM);

  change->name = g_strdup ("Cellar");
  return apply (fixture, change);
}

/* ---- Here ------------------------------------------------------------------------------------------------- */

/* What was told until something is told that ends with last; the notice that goes to everybody is left out. */
static char *
wait_for (Fixture *fixture, const char *last)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;
  g_autoptr(GString) all = g_string_new (NULL);

  g_mutex_lock (&fixture->mutex);
  while (fixture->told->len == 0 || !g_str_has_suffix (fixture->told->pdata[fixture->told->len - 1], last))
    if (!g_cond_wait_until (&fixture->cond, &fixture->mutex, until))
      g_error ("“%s” was not told", last);
  for (guint i = 0; i < fixture->told->len; i++)
    if (strstr (fixture->told->pdata[i], "resync") == NULL)
      g_string_append_printf (all, "%s%s", all->len > 0 ? ", " : "", (char *) fixture->told->pdata[i]);
  g_ptr_array_set_size (fixture->told, 0);
  g_mutex_unlock (&fixture->mutex);
  return g_string_free_and_steal (g_steal_pointer (&all));
}

static void
assert_told (Fixture *fixture, const char *last, const char *expected)
{
  g_autofree char *told = NULL;

  backplane_tell_gap (fixture->domain.backplane);
  told = wait_for (fixture, last);
  g_assert_cmpstr (told, ==, expected);
}

static void
publish (Fixture *fixture, gint64 rev)
{
  g_autofree char *topic = topic_for_room (fixture->room_id);
  g_autoptr(Event) event = event_new (topic, CONFAB_EVENT_NEW_MESSAGE, g_string_new ("{}"));

  event->rev = rev;
  backplane_publish (fixture->domain.backplane, &event, 1);
}

static void
test_messages (Fixture *fixture, gconstpointer data)
{
  say (fixture, "m1");
  say (fixture, "m2");
  edit (fixture, "m1");
  rename_room (fixture);
  assert_told (fixture, "room-changed 5", "room new-message 3, room message-changed 4, room room-changed 5");
}

static void
test_resync (Fixture *fixture, gconstpointer data)
{
  InstancesStatus status;

  backplane_tell_gap (fixture->domain.backplane);
  g_mutex_lock (&fixture->mutex);
  while (fixture->told->len < 2)
    g_cond_wait (&fixture->cond, &fixture->mutex);
  for (guint i = 0; i < 2; i++)
    g_assert_true (g_str_has_suffix (fixture->told->pdata[i], " resync 0"));
  g_assert_cmpstr (fixture->told->pdata[0], !=, fixture->told->pdata[1]);
  g_mutex_unlock (&fixture->mutex);
  instances_get_status (fixture->domain.instances, &status);
  g_assert_cmpuint (status.gaps, ==, 1);
  g_assert_cmpuint (status.rooms, ==, 1);
}

static void
test_members (Fixture *fixture, gconstpointer data)
{
  move (fixture, CHANGE_JOIN, fixture->ben, CONFAB_MEMBER_ROLE_MEMBER);
  assert_told (fixture, "user-joined 2", "ben +room, ben room-joined 0, room user-joined 2");
}

/* Whoever was taken out must hear nothing any more, also when nobody said so. */
static void
test_removed (Fixture *fixture, gconstpointer data)
{
  move (fixture, CHANGE_JOIN, fixture->ben, CONFAB_MEMBER_ROLE_MEMBER);
  publish (fixture, 2);
  g_free (wait_for (fixture, "new-message 2"));
  move (fixture, CHANGE_LEAVE, fixture->ben, CONFAB_MEMBER_ROLE_MEMBER);
  assert_told (fixture, "ben -room", "room user-left 3, ben room-left 0, ben -live, ben -room");
}

static void
test_deleted_room (Fixture *fixture, gconstpointer data)
{
  apply (fixture, change_here (fixture, CHANGE_DELETE_ROOM));
  assert_told (fixture, "room -room", "room room-left 0, room -live, room -room");
}

/* One event is lost, the next one shows it: no gap, and no wait for the next round. */
static void
test_jump (Fixture *fixture, gconstpointer data)
{
  g_autofree char *told = NULL;

  say (fixture, "m1");
  say (fixture, "m2");
  publish (fixture, 3);
  told = wait_for (fixture, "new-message 2");
  g_assert_cmpstr (told, ==, "room new-message 3, room new-message 2");
}

/* Overtaken events are no loss: what was told is not told again. */
static void
test_overtaking (Fixture *fixture, gconstpointer data)
{
  say (fixture, "m1");
  say (fixture, "m2");
  publish (fixture, 3);
  publish (fixture, 2);
  g_free (wait_for (fixture, "new-message 2"));
  say (fixture, "m3");
  assert_told (fixture, "new-message 4", "room new-message 4");
}

/* A device is told of a room as it was before this instance heard of what happens in it. */
static void
test_join_elsewhere (Fixture *fixture, gconstpointer data)
{
  g_autofree char *topic = topic_for_user (fixture->ben);
  g_autofree char *room_topic = topic_for_room (fixture->room_id);
  g_autoptr(Event) event = event_new_control (topic, EVENT_SUBSCRIBE, room_topic);
  g_autofree char *told = NULL;

  move (fixture, CHANGE_JOIN, fixture->ben, CONFAB_MEMBER_ROLE_MEMBER);
  say (fixture, "m1");
  publish (fixture, 2);
  publish (fixture, 3);
  event->rev = 2;
  backplane_publish (fixture->domain.backplane, &event, 1);
  g_free (wait_for (fixture, "ben +room"));
  told = wait_for (fixture, "new-message 3");
  g_assert_cmpstr (told, ==, "room new-message 3");
}

/* That a session was ended may be what was lost. */
static void
test_ended_session (Fixture *fixture, gconstpointer data)
{
  devices_add (fixture->domain.devices, "01SESSION", fixture->ben);
  assert_told (fixture, "session-revoked 0", "instances forget session, ben session-revoked 0");
}

/* The last event's rev makes clients fetch what they did not get. */
static void
test_too_many (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i <= fixture->domain.limits.resume_changes; i++)
    {
      g_autofree char *id = g_strdup_printf ("m%u", i);

      say (fixture, id);
    }
  move (fixture, CHANGE_JOIN, fixture->ben, CONFAB_MEMBER_ROLE_MEMBER);
  rename_room (fixture);
  assert_told (fixture, "room-changed 204",
               "ben +room, ben room-joined 0, room user-joined 203, room room-changed 204");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/instances/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("messages", test_messages);
  ADD ("resync", test_resync);
  ADD ("members", test_members);
  ADD ("removed", test_removed);
  ADD ("deleted-room", test_deleted_room);
  ADD ("jump", test_jump);
  ADD ("overtaking", test_overtaking);
  ADD ("join-elsewhere", test_join_elsewhere);
  ADD ("ended-session", test_ended_session);
  ADD ("too-many", test_too_many);
  return g_test_run ();
}
