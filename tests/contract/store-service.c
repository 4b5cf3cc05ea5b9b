/* store-service.c: what a store promises whose database is a server of its own, and that goes away
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-fixture.h"

#include "protocol/confab-ulid.h"

#define KILLS 4
#define N_WRITERS 3
/* How many more must be acknowledged before the next kill. */
#define BETWEEN_KILLS 50
/* Much longer than any call may take to find that nobody answers. */
#define PATIENCE (30 * G_TIME_SPAN_SECOND)
/* Milliseconds before it is asked again: as often as a server asks. */
#define PAUSE 250

typedef struct
{
  Store *store;
  const Room *room;
  GMutex mutex;
  GCond cond;
  GHashTable *acknowledged;   /* clientId → seq, under mutex */
  guint failures;             /* under mutex */
  gint stopping;              /* atomic */
} Conversation;

static GPtrArray *
make_batch (const Room *room, guint size)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);

  for (guint i = 0; i < size; i++)
    {
      Change *change = change_new (CHANGE_APPEND, room->id, "user-ada", room->members_rev, 1);

      change->message = message_new ();
      change->message->sender_id = g_strdup ("user-ada");
      change->message->client_id = confab_ulid_new ();
      change->message->content = g_strdup ("durable");
      g_ptr_array_add (changes, change);
    }
  return changes;
}

static void
acknowledge (Conversation *self, GPtrArray *changes)
{
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < changes->len; i++)
    {
      const Change *change = changes->pdata[i];

      g_assert_true (change->outcome == OUTCOME_APPLIED || change->outcome == OUTCOME_UNCHANGED);
      g_hash_table_insert (self->acknowledged, g_strdup (change->message->client_id),
                           GINT_TO_POINTER ((int) change->message->seq));
    }
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
note_failure (Conversation *self, const GError *error)
{
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
  g_mutex_lock (&self->mutex);
  self->failures++;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/* As a client does: what was not acknowledged is sent again as it is. */
static gpointer
run_writer (gpointer data)
{
  Conversation *self = data;

  for (guint i = 0; !g_atomic_int_get (&self->stopping); i++)
    {
      g_autoptr(GPtrArray) changes = make_batch (self->room, 1 + i % 7);
      g_autoptr(GError) error = NULL;

      while (!store_apply (self->store, (Change **) changes->pdata, changes->len, &error))
        {
          note_failure (self, error);
          g_clear_error (&error);
        }
      acknowledge (self, changes);
    }
  return NULL;
}

static void
wait_for_acknowledged (Conversation *self, guint more)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  guint enough = 0;

  g_mutex_lock (&self->mutex);
  enough = g_hash_table_size (self->acknowledged) + more;
  while (g_hash_table_size (self->acknowledged) < enough)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  g_mutex_unlock (&self->mutex);
}

static void
assert_all_there_once (StoreFixture *fixture, Conversation *self)
{
  MessagePage page = { .after = 0, .limit = G_MAXINT };
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) messages = store_list_messages (fixture->store, self->room->id, &page, NULL, &error);
  g_autoptr(GHashTable) stored = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  char *client_id = NULL;
  gpointer seq = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < messages->len; i++)
    {
      Message *message = messages->pdata[i];

      g_assert_cmpint (message->seq, ==, i + 1);
      g_assert_true (g_hash_table_replace (stored, message->client_id, message));
    }
  g_hash_table_iter_init (&iter, self->acknowledged);
  while (g_hash_table_iter_next (&iter, (gpointer *) &client_id, &seq))
    {
      const Message *message = g_hash_table_lookup (stored, client_id);

      g_assert_nonnull (message);
      g_assert_cmpint (message->seq, ==, GPOINTER_TO_INT (seq));
    }
  g_test_message ("%u acknowledged, %u stored, %u times unavailable", g_hash_table_size (self->acknowledged),
                  messages->len, self->failures);
}

static Service *
get_service (StoreFixture *fixture)
{
  Service *service = fixture->implementation->get_service ();

  if (service_can_restart (service))
    return service;
  g_test_skip ("the database server is not the tests' own, and may not be stopped");
  return NULL;
}

/* What was acknowledged is there after a kill of the database, and what was not is there once when it is sent again. */
static void
test_killed (StoreFixture *fixture)
{
  Service *service = get_service (fixture);
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(Room) room = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_PRIVATE, "ada");
  Conversation conversation = { .store = fixture->store, .room = room };
  GThread *threads[N_WRITERS] = { NULL };

  if (service == NULL)
    return;
  g_mutex_init (&conversation.mutex);
  g_cond_init (&conversation.cond);
  conversation.acknowledged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < N_WRITERS; i++)
    threads[i] = g_thread_new ("writer", run_writer, &conversation);
  for (guint i = 0; i < KILLS; i++)
    {
      wait_for_acknowledged (&conversation, g_test_rand_int_range (1, BETWEEN_KILLS));
      service_run (service, "kill");
      service_run (service, "start");
    }
  wait_for_acknowledged (&conversation, BETWEEN_KILLS);
  g_atomic_int_set (&conversation.stopping, TRUE);
  for (guint i = 0; i < N_WRITERS; i++)
    g_thread_join (threads[i]);
  assert_all_there_once (fixture, &conversation);
  g_hash_table_unref (conversation.acknowledged);
  g_mutex_clear (&conversation.mutex);
  g_cond_clear (&conversation.cond);
}

static void
assert_unavailable (StoreFixture *fixture, const Room *room)
{
  g_autoptr(GPtrArray) changes = make_batch (room, 3);
  gint64 start = g_get_monotonic_time ();
  g_autoptr(GError) error = NULL;

  g_assert_false (store_check (fixture->store, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
  g_assert_cmpfloat (confab_error_get_retry_after (error), >, 0);
  g_clear_error (&error);
  g_assert_null (store_get_room (fixture->store, room->id, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (store_apply (fixture->store, (Change **) changes->pdata, changes->len, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
  for (guint i = 0; i < changes->len; i++)
    g_assert_cmpint (((Change *) changes->pdata[i])->outcome, ==, OUTCOME_NONE);
  g_assert_cmpint (g_get_monotonic_time () - start, <, PATIENCE);
}

static void
end_turn (gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
wait_for_turn (void)
{
  gboolean over = FALSE;

  g_timeout_add_once (PAUSE, end_turn, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_until_back (StoreFixture *fixture)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  g_autoptr(GError) error = NULL;

  while (!store_check (fixture->store, &error))
    {
      if (g_get_monotonic_time () > deadline)
        g_assert_no_error (error);
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
      g_clear_error (&error);
      wait_for_turn ();
    }
}

/* It says that it cannot be reached within a bounded time, whether it is gone or does not answer, and recovers by
 * itself. */
static void
test_away (StoreFixture *fixture)
{
  static const char *ways[][2] = { { "stop", "start" }, { "pause", "resume" } };
  Service *service = get_service (fixture);
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(Room) room = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_PRIVATE, "ada");

  if (service == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr(Message) said = NULL;

      service_run (service, ways[i][0]);
      assert_unavailable (fixture, room);
      service_run (service, ways[i][1]);
      wait_until_back (fixture);
      said = store_fixture_say (fixture, room->id, "ada", "back");
      g_assert_cmpint (said->seq, ==, i + 1);
    }
}

/* Who starts while it is away is told so, and not let wait for long. */
static void
test_open_while_away (StoreFixture *fixture)
{
  Service *service = get_service (fixture);
  gint64 start = g_get_monotonic_time ();
  g_autoptr(GError) error = NULL;

  if (service == NULL)
    return;
  service_run (service, "stop");
  g_assert_null (store_open (fixture->address, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
  g_assert_cmpint (g_get_monotonic_time () - start, <, PATIENCE);
  service_run (service, "start");
  wait_until_back (fixture);
}

/* What is in no replica set is none of the servers that the store looks for. They may be the same again later: a member
 * is started alone to be maintained, and one that goes down may forget what it is a moment before it is gone. */
static void
test_alone (StoreFixture *fixture)
{
  Service *service = get_service (fixture);
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(Room) room = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_PRIVATE, "ada");
  g_autoptr(Message) said = NULL;

  if (service == NULL)
    return;
  service_run (service, "stop");
  service_run (service, "start_alone");
  assert_unavailable (fixture, room);
  service_run (service, "stop");
  service_run (service, "start");
  wait_until_back (fixture);
  said = store_fixture_say (fixture, room->id, "ada", "back");
  g_assert_cmpint (said->seq, ==, 1);
}

const StoreCase store_service_cases[] = {
  { "service/killed", test_killed },
  { "service/away", test_away },
  { "service/open-while-away", test_open_while_away },
  { "service/alone", test_alone },
  { NULL, NULL },
};
