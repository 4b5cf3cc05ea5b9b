/* transaction.c: work that happens as a whole or not at all, tried again while others are in its way
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MongoDB does not let a transaction wait for another one: the later writer of a document is refused at once and has to
 * start over. Others hold a room for some milliseconds, so the pause before the next try is short and random, and
 * grows a little while they are many.
 *
 * The answer to a commit may be lost. MongoDB remembers what became of a transaction, so the commit is sent again until
 * it is answered; a server that has forgotten (it says that there is no such transaction) leaves a look at what is
 * there.
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/transaction.h"

#include "store/mongodb/mongodb-store-private.h"
#include "store/mongodb/trouble.h"

/* A server that was killed may keep hold of rooms for some seconds (liveness.h), and whoever comes after it waits. */
#define PATIENCE (10 * G_TIME_SPAN_SECOND)
#define SUSPICIOUS (G_TIME_SPAN_SECOND / 2)
#define LONGEST_COMMIT 4000       /* milliseconds that the server may take for it */
#define LONGEST_PAUSE 40000       /* microseconds, like the two below */
#define AGED (200 * G_TIME_SPAN_MILLISECOND)
#define AGED_PAUSE 4000
/* A connection that broke is made anew once; when that breaks as well, nobody is there. */
#define BROKEN_CONNECTIONS 2

typedef enum
{
  COMMIT_DONE,
  COMMIT_FAILED,                  /* nothing was written: the call has the error */
  COMMIT_LOST,                    /* nobody knows: the call has the error */
} Commit;

static mongoc_client_session_t *
start_session (MongodbCall *call)
{
  mongoc_session_opt_t *options = mongoc_session_opts_new ();
  mongoc_client_session_t *session = NULL;
  bson_error_t problem = { 0 };

  mongoc_session_opts_set_causal_consistency (options, false);
  session = mongoc_client_start_session (call->client, options, &problem);
  if (session == NULL)
    mongodb_call_fail_with (call, &problem, NULL);
  mongoc_session_opts_destroy (options);
  return session;
}

/* Every read of a transaction is of one moment, and its commit is that of a majority: what it was decided on is then
 * there, too. */
static void
begin (Store *store, MongodbCall *call)
{
  mongoc_transaction_opt_t *options = mongoc_transaction_opts_new ();
  mongoc_read_concern_t *snapshot = mongoc_read_concern_new ();
  mongoc_client_session_t *session = NULL;
  bson_error_t problem = { 0 };

  mongoc_read_concern_set_level (snapshot, MONGOC_READ_CONCERN_LEVEL_SNAPSHOT);
  mongoc_transaction_opts_set_read_concern (options, snapshot);
  mongoc_transaction_opts_set_max_commit_time_ms (options, LONGEST_COMMIT);
  session = start_session (call);
  if (session != NULL)
    liveness_register (mongodb_store_get_liveness (store), call, session);
  call->session = session;
  if (call->error == NULL && !mongoc_client_session_start_transaction (call->session, options, &problem))
    mongodb_call_fail_with (call, &problem, NULL);
  mongoc_read_concern_destroy (snapshot);
  mongoc_transaction_opts_destroy (options);
}

static Commit
commit (MongodbCall *call, gint64 deadline)
{
  gboolean lost = FALSE;

  for (;;)
    {
      g_auto(bson_t) reply = BSON_INITIALIZER;
      bson_error_t problem = { 0 };

      bson_destroy (&reply);
      if (mongoc_client_session_commit_transaction (call->session, &reply, &problem))
        return COMMIT_DONE;
      if (!mongoc_error_has_label (&reply, "UnknownTransactionCommitResult"))
        {
          mongodb_call_fail_with (call, &problem, &reply);
          return lost ? COMMIT_LOST : COMMIT_FAILED;
        }
      lost = TRUE;
      g_debug ("The answer to a commit was lost: %s", problem.message);
      if (g_get_monotonic_time () > deadline)
        {
          mongodb_call_fail_with (call, &problem, NULL);
          return COMMIT_LOST;
        }
    }
}

static void
forget_error (MongodbCall *call)
{
  g_clear_error (&call->error);
  call->transient = FALSE;
  call->duplicate = FALSE;
  call->broken = FALSE;
}

/* Aborts what was not committed. */
static void
end (MongodbCall *call)
{
  g_clear_pointer (&call->session, mongoc_client_session_destroy);
}

/* MongoDB has forgotten the transaction whose answer was lost. When a look does not tell either, it is not begun anew:
 * what it wrote may be there. */
static gboolean
look_for (MongodbCall *call, const MongodbWork *work, gpointer data)
{
  MongodbCall look = { .client = call->client, .database = call->database };
  gboolean there = work->is_there != NULL && work->is_there (&look, data);

  call->transient = look.error == NULL;
  g_clear_error (&look.error);
  return there;
}

static gboolean
run_once (Store *store, MongodbCall *call, const MongodbWork *work, gpointer data, gint64 deadline)
{
  Commit result = COMMIT_FAILED;

  begin (store, call);
  if (call->error == NULL)
    work->run (call, data);
  if (call->error == NULL)
    result = commit (call, deadline);
  end (call);
  return result == COMMIT_DONE || (result == COMMIT_LOST && call->transient && look_for (call, work, data));
}

/* It has taken long: perhaps whoever has hold of the rooms is dead. */
static void
end_dead (Store *store, MongodbCall *call)
{
  MongodbCall look = { .client = call->client, .database = call->database };

  liveness_end_dead (mongodb_store_get_liveness (store), &look);
  g_clear_error (&look.error);
}

/* Looks that come to nothing cost the database more than waiting, so the first pauses grow. Whoever has waited for long
 * looks often, to find the moment between two transactions of somebody who writes without end. */
static void
pause_before (guint attempt, gint64 waited)
{
  gint64 longest = waited < AGED ? MIN (1000 * attempt * attempt, LONGEST_PAUSE) : AGED_PAUSE;

  g_usleep (g_random_int_range (0, longest + 1));
}

gboolean
mongodb_transact (Store *store, const MongodbWork *work, gpointer data, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  gint64 deadline = start + PATIENCE;
  MongodbCall *call = mongodb_store_begin (store);
  gint64 suspicious = start + SUSPICIOUS;
  guint broken = 0;

  for (guint attempt = 1; call->error == NULL; attempt++)
    {
      if (run_once (store, call, work, data, deadline))
        {
          forget_error (call);
          break;
        }
      broken += call->broken;
      if (!call->transient || broken == BROKEN_CONNECTIONS || g_get_monotonic_time () > deadline)
        break;
      forget_error (call);
      if (g_get_monotonic_time () > suspicious)
        {
          end_dead (store, call);
          suspicious = g_get_monotonic_time () + SUSPICIOUS;
        }
      store->retries++;
      pause_before (attempt, g_get_monotonic_time () - start);
    }
  return mongodb_store_end (store, call, error);
}

void
mongodb_call_start_over (MongodbCall *call)
{
  if (call->error != NULL)
    return;
  mongodb_call_take_error (call, mongodb_trouble_new_unavailable ("The database is too busy; try again in a moment"));
  call->transient = TRUE;
}
