/* test-lanes.c: room verbs on their lane, over a real store: order, batches, and decisions that went stale
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <json-glib/json-glib.h>

#include "domain-fixture.h"
#include "domain/lanes.h"
#include "domain/members.h"
#include "domain/messages.h"
#include "protocol/confab-error.h"
#include "protocol/confab-json.h"
#include "protocol/confab-ulid.h"

typedef struct
{
  char *folder;
  char *address;
  Domain domain;
  char *ada;
  char *ben;
  char *room_id;
  GMutex mutex;
  GCond cond;
  GPtrArray *answers;   /* of char*: "NAME: seq" or "NAME: code", in the order they came */
  GPtrArray *events;    /* of char*: names, in the order they were published */
} Fixture;

/* What a test knows a request by. */
typedef struct
{
  Fixture *fixture;
  char *name;
} Call;

static gint64
get_seq (GBytes *reply)
{
  gsize length = 0;
  const char *text = g_bytes_get_data (reply, &length);
  g_autoptr(JsonNode) node = confab_json_parse (text, length, NULL);
  JsonObject *object = json_node_get_object (node);

  if (!json_object_has_member (object, "message"))
    return 0;
  return json_object_get_int_member (json_object_get_object_member (object, "message"), "seq");
}

static void
on_done (Request *request, GBytes *reply, const GError *error)
{
  Call *call = request->door;
  Fixture *fixture = call->fixture;
  char *answer = NULL;

  if (error != NULL)
    answer = g_strdup_printf ("%s: %s", call->name, confab_error_get_code (error->code));
  else
    answer = g_strdup_printf ("%s: %" G_GINT64_FORMAT, call->name, get_seq (reply));
  g_mutex_lock (&fixture->mutex);
  g_ptr_array_add (fixture->answers, answer);
  g_cond_signal (&fixture->cond);
  g_mutex_unlock (&fixture->mutex);
  g_free (call->name);
  g_free (call);
}

static void
on_events (Event **events, guint n_events, gpointer data)
{
  Fixture *fixture = data;

  g_mutex_lock (&fixture->mutex);
  for (guint i = 0; i < n_events; i++)
    g_ptr_array_add (fixture->events, g_strdup (events[i]->name != NULL ? events[i]->name : "(control)"));
  g_mutex_unlock (&fixture->mutex);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *topic = NULL;

  fixture->folder = g_dir_make_tmp ("confab-lanes-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->address = g_strdup_printf ("sqlite:%s/store.db", fixture->folder);
  fixture->answers = g_ptr_array_new_with_free_func (g_free);
  fixture->events = g_ptr_array_new_with_free_func (g_free);
  fixture->domain.store = store_open (fixture->address, &error);
  g_assert_no_error (error);
  fixture->domain.backplane = backplane_open ("local", &error);
  g_assert_no_error (error);
  limits_init_defaults (&fixture->domain.limits);
  fixture->ada = make_user (fixture->domain.store, "ada");
  fixture->ben = make_user (fixture->domain.store, "ben");
  fixture->room_id = make_store_room (fixture->domain.store, fixture->ada);
  backplane_set_deliver (fixture->domain.backplane, on_events, fixture);
  topic = g_strconcat ("room:", fixture->room_id, NULL);
  backplane_subscribe (fixture->domain.backplane, topic);
  fixture->domain.lanes = lanes_new (&fixture->domain, 1);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->domain.lanes, lanes_free);
  g_clear_pointer (&fixture->domain.backplane, backplane_close);
  g_clear_pointer (&fixture->domain.store, store_close);
  remove_folder (fixture->folder);
  g_ptr_array_unref (fixture->answers);
  g_ptr_array_unref (fixture->events);
  g_free (fixture->folder);
  g_free (fixture->address);
  g_free (fixture->ada);
  g_free (fixture->ben);
  g_free (fixture->room_id);
}

static void
submit (Fixture *fixture, const char *name, const char *user_id, ConfabOperationId id, const RoomVerb *verb,
        gpointer fields)
{
  Caller caller = { .user_id = (char *) user_id, .display_name = (char *) "Somebody", .address = (char *) "test" };
  Call *call = g_new0 (Call, 1);

  call->fixture = fixture;
  call->name = g_strdup (name);
  lanes_submit (fixture->domain.lanes, fixture->room_id, verb,
                request_new (confab_operation_get (id), &caller, fields, on_done, call));
}

static void
submit_send (Fixture *fixture, const char *name, const char *user_id, const char *client_id)
{
  ConfabSendMessageRequest *fields = g_new0 (ConfabSendMessageRequest, 1);

  fields->room_id = g_strdup (fixture->room_id);
  fields->content = g_strdup (name);
  fields->client_id = g_strdup (client_id);
  submit (fixture, name, user_id, CONFAB_OPERATION_SEND_MESSAGE, &messages_send, fields);
}

static void
submit_join (Fixture *fixture, const char *name, const char *user_id)
{
  ConfabJoinRoomRequest *fields = g_new0 (ConfabJoinRoomRequest, 1);

  fields->room_id = g_strdup (fixture->room_id);
  submit (fixture, name, user_id, CONFAB_OPERATION_JOIN_ROOM, &members_join, fields);
}

static void
submit_leave (Fixture *fixture, const char *name, const char *user_id)
{
  ConfabLeaveRoomRequest *fields = g_new0 (ConfabLeaveRoomRequest, 1);

  fields->room_id = g_strdup (fixture->room_id);
  submit (fixture, name, user_id, CONFAB_OPERATION_LEAVE_ROOM, &members_leave, fields);
}

static char *
wait_for_answers (Fixture *fixture, guint n)
{
  g_autoptr(GString) all = g_string_new (NULL);

  g_mutex_lock (&fixture->mutex);
  while (fixture->answers->len < n)
    g_cond_wait (&fixture->cond, &fixture->mutex);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (all, "%s%s", i > 0 ? ", " : "", (char *) fixture->answers->pdata[i]);
  g_mutex_unlock (&fixture->mutex);
  return g_string_free_and_steal (g_steal_pointer (&all));
}

/* The order of a room is the order in which its requests came, however they fall into batches. */
static void
test_order (Fixture *fixture, gconstpointer data)
{
  for (guint i = 1; i <= 1000; i++)
    {
      g_autofree char *name = g_strdup_printf ("m%u", i);

      submit_send (fixture, name, fixture->ada, NULL);
    }
  g_free (wait_for_answers (fixture, 1000));
  for (guint i = 1; i <= 1000; i++)
    {
      g_autofree char *expected = g_strdup_printf ("m%u: %u", i, i);

      g_assert_cmpstr (fixture->answers->pdata[i - 1], ==, expected);
    }
  g_assert_cmpuint (fixture->events->len, ==, 1000);
}

static void
test_same_client_id (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answers = NULL;

  submit_send (fixture, "first", fixture->ada, "c1");
  submit_send (fixture, "again", fixture->ada, "c1");
  submit_send (fixture, "other", fixture->ada, "c2");
  answers = wait_for_answers (fixture, 3);
  g_assert_cmpstr (answers, ==, "first: 1, again: 1, other: 2");
  /* What was there already is answered and not announced again. */
  g_assert_cmpuint (fixture->events->len, ==, 2);
}

/* All of it may be one batch: who joins may write at once, who left may not. */
static void
test_membership_in_a_batch (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answers = NULL;

  submit_send (fixture, "before", fixture->ben, NULL);
  submit_join (fixture, "join", fixture->ben);
  submit_send (fixture, "in", fixture->ben, NULL);
  submit_leave (fixture, "leave", fixture->ben);
  submit_send (fixture, "after", fixture->ben, NULL);
  submit_send (fixture, "ada", fixture->ada, NULL);
  answers = wait_for_answers (fixture, 6);
  g_assert_cmpstr (answers, ==, "before: forbidden, join: 0, in: 1, leave: 0, after: forbidden, ada: 2");
}

/* Another instance removes Ben. This one's lane still remembers him as a member, and must find out. */
static void
test_stale_decision (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Store) other = store_open (fixture->address, &error);
  g_autoptr(Room) room = NULL;
  g_autoptr(Change) leave = NULL;
  g_autofree char *answers = NULL;

  g_assert_no_error (error);
  submit_join (fixture, "join", fixture->ben);
  submit_send (fixture, "in", fixture->ben, NULL);
  g_free (wait_for_answers (fixture, 2));
  room = store_get_room (other, fixture->room_id, &error);
  g_assert_no_error (error);
  leave = change_new (CHANGE_LEAVE, fixture->room_id, fixture->ada, room->members_rev, 2000);
  leave->target_id = g_strdup (fixture->ben);
  g_assert_true (store_apply (other, &leave, 1, &error));
  g_assert_cmpint (leave->outcome, ==, OUTCOME_APPLIED);

  submit_send (fixture, "out", fixture->ben, NULL);
  submit_send (fixture, "ada", fixture->ada, NULL);
  answers = wait_for_answers (fixture, 4);
  g_assert_cmpstr (answers, ==, "join: 0, in: 1, out: forbidden, ada: 2");
}

static void
test_no_such_room (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answers = NULL;

  g_free (fixture->room_id);
  fixture->room_id = confab_ulid_new ();
  submit_send (fixture, "nowhere", fixture->ada, NULL);
  answers = wait_for_answers (fixture, 1);
  g_assert_cmpstr (answers, ==, "nowhere: not-found");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/lanes/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("order", test_order);
  ADD ("same-client-id", test_same_client_id);
  ADD ("membership-in-a-batch", test_membership_in_a_batch);
  ADD ("stale-decision", test_stale_decision);
  ADD ("no-such-room", test_no_such_room);
  return g_test_run ();
}
