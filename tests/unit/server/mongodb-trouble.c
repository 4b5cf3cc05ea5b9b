/* mongodb-trouble.c: a MongoDB that is not fit for it, rooms that others hold, and what dead servers have left
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "service.h"
#include "store/mongodb/documents.h"
#include "store/mongodb/schema.h"
#include "store/mongodb/trouble.h"
#include "store/store.h"

#define PATIENCE (30 * G_TIME_SPAN_SECOND)
#define ROOM "room"

static Service *service = NULL;
static char *missing = NULL;

/* The test's own way to the database, beside the store. */
typedef struct
{
  char *address;
  mongoc_client_t *client;
  const char *database;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static guint counter = 0;
  g_autofree char *database = g_strdup_printf ("confab-trouble-%d-%u", g_random_int_range (0, 1000000), counter++);

  if (service == NULL)
    return;
  fixture->address = service_make_database_address (service, database);
  fixture->client = mongoc_client_new (fixture->address);
  mongoc_client_set_error_api (fixture->client, MONGOC_ERROR_API_VERSION_2);
  fixture->database = g_intern_string (database);
}

static mongoc_collection_t *
get_collection (Fixture *fixture, const char *name)
{
  return mongoc_client_get_collection (fixture->client, fixture->database, name);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  mongoc_database_t *database = NULL;

  if (fixture->client == NULL)
    return;
  database = mongoc_client_get_database (fixture->client, fixture->database);
  mongoc_database_drop (database, NULL);
  mongoc_database_destroy (database);
  mongoc_client_destroy (fixture->client);
  g_free (fixture->address);
}

static gboolean
skip_without_service (void)
{
  if (service == NULL)
    g_test_skip (missing);
  return service == NULL;
}

/* document is taken. */
static void
insert (Fixture *fixture, const char *name, bson_t *document)
{
  mongoc_collection_t *collection = get_collection (fixture, name);
  bson_error_t problem = { 0 };

  if (!mongoc_collection_insert_one (collection, document, NULL, NULL, &problem))
    g_error ("%s", problem.message);
  bson_destroy (document);
  mongoc_collection_destroy (collection);
}

static gint64
count (Fixture *fixture, const char *name)
{
  mongoc_collection_t *collection = get_collection (fixture, name);
  bson_t *all = bson_new ();
  gint64 n = mongoc_collection_count_documents (collection, all, NULL, NULL, NULL, NULL);

  bson_destroy (all);
  mongoc_collection_destroy (collection);
  return n;
}

static Store *
open_store (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  Store *store = store_open (fixture->address, &error);

  g_assert_no_error (error);
  return store;
}

static void
assert_refused (Fixture *fixture, ConfabError code, const char *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (store_open (fixture->address, &error));
  g_assert_error (error, CONFAB_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, words));
}

/* ---- What it is opened on ----------------------------------------------------------------------------------- */

static void
test_lone_server (Fixture *fixture, gconstpointer data)
{
  g_autofree char *why = NULL;
  g_autoptr(Service) alone = service_new ("lone-mongodb", &why);
  g_autofree char *address = NULL;
  g_autoptr(GError) error = NULL;

  if (alone == NULL)
    {
      g_test_skip (why);
      return;
    }
  address = service_make_database_address (alone, "confab");
  g_assert_null (store_open (address, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
  g_assert_nonnull (strstr (error->message, "replica set of one"));
}

/* With the name of a replica set that it is not in. */
static void
test_other_replica_set (Fixture *fixture, gconstpointer data)
{
  g_autofree char *address = NULL;
  g_autoptr(GError) error = NULL;

  if (skip_without_service ())
    return;
  address = g_strdup_printf ("mongodb://confab:s3cret@%s/confab?replicaSet=of-somebody-else",
                             mongoc_uri_get_hosts (mongoc_client_get_uri (fixture->client))->host_and_port);
  g_assert_null (store_open (address, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "of-somebody-else"));
  g_assert_null (strstr (error->message, "s3cret"));
}

static void
test_other_program (Fixture *fixture, gconstpointer data)
{
  if (skip_without_service ())
    return;
  insert (fixture, "things", BCON_NEW ("a", BCON_INT32 (1)));
  assert_refused (fixture, CONFAB_ERROR_CONFLICT, "another program");
  g_assert_cmpint (count (fixture, MONGODB_SCHEMA), ==, 0);
}

static void
test_newer (Fixture *fixture, gconstpointer data)
{
  if (skip_without_service ())
    return;
  insert (fixture, MONGODB_SCHEMA, BCON_NEW ("_id", BCON_UTF8 ("confab"), "version", BCON_INT64 (99)));
  assert_refused (fixture, CONFAB_ERROR_CONFLICT, "newer Confab");
}

static guint first_steps = 0;
static guint second_steps = 0;

static void
take_first_step (MongodbCall *call)
{
  first_steps++;
}

static void
fail_once (MongodbCall *call)
{
  if (second_steps++ == 0)
    mongodb_call_fail (call, CONFAB_ERROR_UNAVAILABLE, "The power went out");
}

/* One that was interrupted is taken again, and those before it are not. */
static void
test_interrupted_migration (Fixture *fixture, gconstpointer data)
{
  static const MongodbMigration migrations[] = { take_first_step, fail_once };
  MongodbCall call = { .client = fixture->client, .database = fixture->database };

  if (skip_without_service ())
    return;
  mongodb_migrate (&call, migrations, 2);
  g_assert_error (call.error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
  g_clear_error (&call.error);
  mongodb_migrate (&call, migrations, 2);
  g_assert_no_error (call.error);
  mongodb_migrate (&call, migrations, 2);
  g_assert_no_error (call.error);
  g_assert_cmpuint (first_steps, ==, 1);
  g_assert_cmpuint (second_steps, ==, 2);
  assert_refused (fixture, CONFAB_ERROR_CONFLICT, "newer Confab");
}

/* ---- Rooms that others hold --------------------------------------------------------------------------------- */

static void
make_room (Store *store)
{
  static const char *members[] = { "ada", NULL };
  g_autoptr(User) user = user_new ();
  g_autoptr(Room) draft = room_new ();
  g_autoptr(User) made = NULL;
  g_autoptr(Room) room = NULL;
  g_autoptr(GError) error = NULL;

  user->id = g_strdup ("ada");
  user->username = g_strdup ("ada");
  made = store_create_user (store, user, NULL, NULL, 1, &error);
  g_assert_no_error (error);
  draft->id = g_strdup (ROOM);
  draft->created_by = g_strdup ("ada");
  room = store_create_room (store, draft, members, NULL, &error);
  g_assert_no_error (error);
}

static Change *
make_append (const char *client_id)
{
  Change *change = change_new (CHANGE_APPEND, ROOM, "ada", 1, 1);

  change->message = message_new ();
  change->message->sender_id = g_strdup ("ada");
  change->message->client_id = g_strdup (client_id);
  return change;
}

/* A transaction of another server that has written to the room, and does not end. */
static mongoc_client_session_t *
hold_room (Fixture *fixture)
{
  mongoc_collection_t *rooms = get_collection (fixture, MONGODB_ROOMS);
  mongoc_client_session_t *session = mongoc_client_start_session (fixture->client, NULL, NULL);
  bson_t *filter = BCON_NEW ("_id", BCON_UTF8 (ROOM));
  bson_t *update = BCON_NEW ("$inc", "{", "writes", BCON_INT64 (1), "}");
  bson_t *options = bson_new ();
  bson_error_t problem = { 0 };

  if (!mongoc_client_session_start_transaction (session, NULL, &problem) ||
      !mongoc_client_session_append (session, options, &problem) ||
      !mongoc_collection_update_one (rooms, filter, update, options, NULL, &problem))
    g_error ("%s", problem.message);
  bson_destroy (filter);
  bson_destroy (update);
  bson_destroy (options);
  mongoc_collection_destroy (rooms);
  return session;
}

typedef struct
{
  Store *store;
  Change *change;
  GError *error;
  gint done;              /* atomic */
} Attempt;

static gpointer
run_attempt (gpointer data)
{
  Attempt *self = data;

  store_apply (self->store, &self->change, 1, &self->error);
  g_atomic_int_set (&self->done, TRUE);
  return NULL;
}

static void
assert_rev (Store *store, gint64 rev)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Room) room = store_get_room (store, ROOM, &error);

  g_assert_no_error (error);
  g_assert_cmpint (room->rev, ==, rev);
}

/* Whoever comes second waits, and reads meanwhile are not held up. */
static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Store) store = NULL;
  mongoc_client_session_t *session = NULL;
  Attempt attempt = { NULL };
  GThread *thread = NULL;

  if (skip_without_service ())
    return;
  store = open_store (fixture);
  make_room (store);
  session = hold_room (fixture);
  attempt = (Attempt) { .store = store, .change = make_append ("c1") };
  thread = g_thread_new ("attempt", run_attempt, &attempt);
  for (guint i = 0; i < 100; i++)
    assert_rev (store, 1);
  g_assert_false (g_atomic_int_get (&attempt.done));
  mongoc_client_session_abort_transaction (session, NULL);
  g_thread_join (thread);
  g_assert_no_error (attempt.error);
  g_assert_cmpint (attempt.change->outcome, ==, OUTCOME_APPLIED);
  assert_rev (store, 2);
  change_free (attempt.change);
  mongoc_client_session_destroy (session);
}

static void
test_conflict_without_end (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Store) store = NULL;
  g_autoptr(Change) change = NULL;
  g_autoptr(GError) error = NULL;
  mongoc_client_session_t *session = NULL;
  gint64 start = g_get_monotonic_time ();

  if (skip_without_service ())
    return;
  store = open_store (fixture);
  make_room (store);
  session = hold_room (fixture);
  change = make_append ("c1");
  g_assert_false (store_apply (store, &change, 1, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
  g_assert_cmpfloat (confab_error_get_retry_after (error), >, 0);
  g_assert_cmpint (change->outcome, ==, OUTCOME_NONE);
  g_assert_cmpint (g_get_monotonic_time () - start, <, PATIENCE);
  g_clear_error (&error);

  /* The same can be handed in again. */
  mongoc_client_session_abort_transaction (session, NULL);
  mongoc_client_session_destroy (session);
  g_assert_true (store_apply (store, &change, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (change->outcome, ==, OUTCOME_APPLIED);
}

static gint64
ask_time (Fixture *fixture)
{
  bson_t *command = BCON_NEW ("hello", BCON_INT32 (1));
  bson_t reply = BSON_INITIALIZER;
  bson_iter_t iter;
  gint64 now = 0;

  mongoc_client_command_simple (fixture->client, "admin", command, NULL, &reply, NULL);
  g_assert_true (bson_iter_init_find (&iter, &reply, "localTime"));
  now = bson_iter_date_time (&iter);
  bson_destroy (command);
  bson_destroy (&reply);
  return now;
}

/* Written down as a server does it that says for the last time at seen_at that it is alive. */
static void
write_down_server (Fixture *fixture, mongoc_client_session_t *session, gint64 seen_at)
{
  bson_t *server = BCON_NEW ("_id", BCON_UTF8 ("other"), "seenAt", BCON_DATE_TIME (seen_at));
  bson_t sessions;
  bson_iter_t iter;

  g_assert_true (bson_iter_init_find (&iter, mongoc_client_session_get_lsid (session), "id"));
  BSON_APPEND_ARRAY_BEGIN (server, "sessions", &sessions);
  bson_append_iter (&sessions, "0", -1, &iter);
  bson_append_array_end (server, &sessions);
  insert (fixture, MONGODB_SERVERS, server);
}

static void
test_dead_server (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Store) store = NULL;
  g_autoptr(Change) change = NULL;
  g_autoptr(GError) error = NULL;
  mongoc_client_session_t *session = NULL;
  gint64 start = 0;

  if (skip_without_service ())
    return;
  store = open_store (fixture);
  make_room (store);
  session = hold_room (fixture);
  write_down_server (fixture, session, ask_time (fixture) - 10000);
  change = make_append ("c1");
  start = g_get_monotonic_time ();
  g_assert_true (store_apply (store, &change, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_TIME_SPAN_SECOND);

  /* Should it live after all, it cannot end what it began. */
  g_assert_false (mongoc_client_session_commit_transaction (session, NULL, NULL));
  mongoc_client_session_destroy (session);
  assert_rev (store, 2);
}

/* ---- What dead servers have left ---------------------------------------------------------------------------- */

static gboolean
becomes_empty (Fixture *fixture, const char *collection)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (count (fixture, collection) > 0)
    if (g_get_monotonic_time () > deadline)
      return FALSE;
  return TRUE;
}

static void
delete_all (Fixture *fixture, const char *name)
{
  mongoc_collection_t *collection = get_collection (fixture, name);
  bson_t *all = bson_new ();

  mongoc_collection_delete_many (collection, all, NULL, NULL, NULL);
  bson_destroy (all);
  mongoc_collection_destroy (collection);
}

static void
append_many (Store *store, guint n)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *client_id = g_strdup_printf ("c%u", i);
      Change *change = make_append (client_id);

      change->message->id = g_strdup_printf ("m%u", i);
      g_ptr_array_add (changes, change);
    }
  store_apply (store, (Change **) changes->pdata, n, &error);
  g_assert_no_error (error);
}

/* The room was deleted, and the server killed before it could remove the messages. They are not to be seen, and the
 * next server removes them. */
static void
test_remains (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Store) store = NULL;
  g_autoptr(GError) error = NULL;

  if (skip_without_service ())
    return;
  store = open_store (fixture);
  make_room (store);
  append_many (store, 1200);
  g_clear_pointer (&store, store_close);
  delete_all (fixture, MONGODB_ROOMS);
  delete_all (fixture, MONGODB_MEMBERS);
  insert (fixture, MONGODB_DELETED_ROOMS, BCON_NEW ("_id", BCON_UTF8 (ROOM)));
  store = open_store (fixture);
  g_assert_null (store_get_message (store, "m1199", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_assert_true (becomes_empty (fixture, MONGODB_MESSAGES));
  g_assert_true (becomes_empty (fixture, MONGODB_DELETED_ROOMS));
}

/* The ids of what is left can be taken at once, before anybody has removed it. */
static void
test_remains_in_the_way (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Store) store = NULL;
  g_autoptr(Change) append = NULL;
  g_autoptr(GError) error = NULL;

  if (skip_without_service ())
    return;
  store = open_store (fixture);
  make_room (store);
  insert (fixture, MONGODB_MESSAGES,
          BCON_NEW ("_id", BCON_UTF8 ("left"), "roomId", BCON_UTF8 ("gone"), "seq", BCON_INT64 (1),
                    "senderId", BCON_UTF8 ("ada"), "clientId", BCON_UTF8 ("c1"), "type", BCON_UTF8 ("text")));
  append = make_append ("c1");
  g_assert_true (store_apply (store, &append, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (append->outcome, ==, OUTCOME_APPLIED);
  g_assert_cmpint (count (fixture, MONGODB_MESSAGES), ==, 1);
}

/* What another try may cure is told as such: among it that the server forgot a cursor, because it was restarted. */
static void
test_codes (void)
{
  static const struct
  {
    guint32 code;
    ConfabError expected;
  } cases[] = {
    { 43, CONFAB_ERROR_UNAVAILABLE },
    { 189, CONFAB_ERROR_UNAVAILABLE },
    { MONGODB_WRITE_CONFLICT, CONFAB_ERROR_UNAVAILABLE },
    { 9, CONFAB_ERROR_INTERNAL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const bson_error_t problem = { .domain = MONGOC_ERROR_SERVER, .code = cases[i].code, .message = "words" };
      g_autoptr(GError) error = mongodb_trouble_new (&problem);

      g_assert_error (error, CONFAB_ERROR, (int) cases[i].expected);
      g_assert_true ((confab_error_get_retry_after (error) > 0) == (cases[i].expected == CONFAB_ERROR_UNAVAILABLE));
    }
}

int
main (int argc, char **argv)
{
  int status = 0;

  g_test_init (&argc, &argv, NULL);
  mongoc_init ();
  service = service_new ("mongodb", &missing);
  g_test_add_func ("/mongodb-trouble/codes", test_codes);
  g_test_add ("/mongodb-trouble/lone-server", Fixture, NULL, set_up, test_lone_server, tear_down);
  g_test_add ("/mongodb-trouble/other-replica-set", Fixture, NULL, set_up, test_other_replica_set, tear_down);
  g_test_add ("/mongodb-trouble/other-program", Fixture, NULL, set_up, test_other_program, tear_down);
  g_test_add ("/mongodb-trouble/newer", Fixture, NULL, set_up, test_newer, tear_down);
  g_test_add ("/mongodb-trouble/interrupted-migration", Fixture, NULL, set_up, test_interrupted_migration, tear_down);
  g_test_add ("/mongodb-trouble/conflict", Fixture, NULL, set_up, test_conflict, tear_down);
  g_test_add ("/mongodb-trouble/conflict-without-end", Fixture, NULL, set_up, test_conflict_without_end, tear_down);
  g_test_add ("/mongodb-trouble/dead-server", Fixture, NULL, set_up, test_dead_server, tear_down);
  g_test_add ("/mongodb-trouble/remains", Fixture, NULL, set_up, test_remains, tear_down);
  g_test_add ("/mongodb-trouble/remains-in-the-way", Fixture, NULL, set_up, test_remains_in_the_way, tear_down);
  status = g_test_run ();
  g_clear_pointer (&service, service_free);
  g_free (missing);
  return status;
}
