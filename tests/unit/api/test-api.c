/* test-api.c: what becomes of requests, whatever their verbs do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "api/api.h"
#include "domain-fixture.h"
#include "protocol/confab-error.h"

#define PATIENCE (20 * G_TIME_SPAN_SECOND)

typedef struct
{
  char *folder;
  Domain domain;
  Api *api;
  Caller *ada;
  GMutex mutex;
  GCond cond;
  guint answers;       /* these under mutex */
  GError *error;       /* of the last of them */
  guint subscriptions;
  gboolean gone;       /* the connection: atomic */
} Fixture;

/* ---- The connection --------------------------------------------------------------------------------------- */

static void
subscribe (gpointer subscriber, const char *topic)
{
  Fixture *fixture = subscriber;

  g_mutex_lock (&fixture->mutex);
  fixture->subscriptions++;
  g_mutex_unlock (&fixture->mutex);
}

static void
unsubscribe (gpointer subscriber, const char *topic)
{
}

static void
keep (gpointer subscriber, const char *prefix, const char *const *ids)
{
}

static gboolean
is_gone (gpointer subscriber)
{
  return g_atomic_int_get (&((Fixture *) subscriber)->gone);
}

static gpointer
ref (gpointer subscriber)
{
  return subscriber;
}

static void
unref (gpointer subscriber)
{
}

static const SubscriberClass connection_class = { subscribe, unsubscribe, keep, is_gone, ref, unref };

static void
on_done (Request *request, GBytes *reply, const GError *error)
{
  Fixture *fixture = request->door;

  /* Who is told must still be there: nothing is taken apart while something is in flight. */
  g_assert_cmpuint (api_get_in_flight (fixture->api), ==, 1);
  g_mutex_lock (&fixture->mutex);
  g_clear_error (&fixture->error);
  fixture->error = error != NULL ? g_error_copy (error) : NULL;
  fixture->answers++;
  g_cond_signal (&fixture->cond);
  g_mutex_unlock (&fixture->mutex);
}

static Request *
make_request (Fixture *fixture, ConfabOperationId operation, gpointer fields)
{
  Request *request = request_new (confab_operation_get (operation), fixture->ada, fields, on_done, fixture);

  request_set_subscriber (request, &connection_class, fixture);
  return request;
}

static void
wait_for_answer (Fixture *fixture)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&fixture->mutex);
  while (fixture->answers == 0)
    g_assert_true (g_cond_wait_until (&fixture->cond, &fixture->mutex, until));
  g_mutex_unlock (&fixture->mutex);
}

/* ---- The server ------------------------------------------------------------------------------------------- */

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *address = NULL;
  Domain *domain = &fixture->domain;

  fixture->folder = g_dir_make_tmp ("confab-api-XXXXXX", &error);
  g_assert_no_error (error);
  address = g_strdup_printf ("sqlite:%s/store.db", fixture->folder);
  open_domain (domain, address);
  fixture->api = api_new (domain);
  fixture->ada = g_new0 (Caller, 1);
  fixture->ada->user_id = make_user (domain->store, "ada");
  fixture->ada->session_id = g_strdup ("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  fixture->ada->address = g_strdup ("127.0.0.1");
  fixture->gone = GPOINTER_TO_INT (data);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  api_free (fixture->api);
  close_domain (&fixture->domain);
  remove_folder (fixture->folder);
  caller_free (fixture->ada);
  g_clear_error (&fixture->error);
  g_free (fixture->folder);
}

/* ---- Tests ------------------------------------------------------------------------------------------------ */

static void
assert_not_done (Fixture *fixture)
{
  g_assert_error (fixture->error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
  g_assert_cmpuint (fixture->subscriptions, ==, 0);
  g_assert_true (api_drain (fixture->api, g_get_monotonic_time () + PATIENCE));
}

/* For a connection that has gone neither its rooms nor its session are looked up. */
static void
test_resume (Fixture *fixture, gconstpointer data)
{
  ConfabResumeRequest *fields = g_new0 (ConfabResumeRequest, 1);

  fields->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  api_dispatch (fixture->api, make_request (fixture, CONFAB_OPERATION_RESUME, fields));
  wait_for_answer (fixture);
  if (fixture->gone)
    assert_not_done (fixture);
  else
    g_assert_no_error (fixture->error);
}

static void
test_authenticate (Fixture *fixture, gconstpointer data)
{
  api_authenticate (fixture->api, make_request (fixture, CONFAB_OPERATION_AUTHENTICATE, NULL));
  wait_for_answer (fixture);
  if (fixture->gone)
    {
      assert_not_done (fixture);
      return;
    }
  /* There is no such session, which somebody found out. */
  g_assert_error (fixture->error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED);
  g_assert_cmpuint (fixture->subscriptions, >, 0);
}

/* What changes something is done all the same: who sent it may have left at once. */
static void
test_change (Fixture *fixture, gconstpointer data)
{
  ConfabUpdateMeRequest *fields = g_new0 (ConfabUpdateMeRequest, 1);
  g_autoptr(User) user = NULL;

  fields->present = CONFAB_UPDATE_ME_DISPLAY_NAME;
  fields->display_name = g_strdup ("Countess");
  api_dispatch (fixture->api, make_request (fixture, CONFAB_OPERATION_UPDATE_ME, fields));
  wait_for_answer (fixture);
  g_assert_no_error (fixture->error);
  user = store_get_user (fixture->domain.store, fixture->ada->user_id, NULL);
  g_assert_cmpstr (user->display_name, ==, "Countess");
}

#define ADD(name, gone, func) g_test_add ("/api/" name, Fixture, GINT_TO_POINTER (gone), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("resume/here", FALSE, test_resume);
  ADD ("resume/gone", TRUE, test_resume);
  ADD ("authenticate/here", FALSE, test_authenticate);
  ADD ("authenticate/gone", TRUE, test_authenticate);
  ADD ("change/gone", TRUE, test_change);
  return g_test_run ();
}
