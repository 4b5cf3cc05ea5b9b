/* api.c: the one place where doors hand requests in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-api"

#include "config.h"

#include "api/api.h"

#include "api/pool.h"
#include "api/verbs.h"
#include "domain/accounts.h"
#include "domain/devices.h"
#include "domain/lanes.h"
#include "domain/presence.h"
#include "domain/store-watch.h"
#include "domain/sync.h"
#include "protocol/confab-error.h"

#define HOUSEKEEPING_SECONDS 5

struct _Api
{
  Domain *domain;
  Pool *pool;
  RequestObserver observe;
  gpointer observe_data;
  guint in_flight;           /* atomic */
  gboolean draining;         /* atomic */
  GThread *housekeeper;
  GMutex mutex;
  GCond cond;
  gboolean closing;          /* under mutex */
};

/* ---- Counting --------------------------------------------------------------------------------------------- */

static void
on_request_finished (const Request *request, const GError *error, gpointer data)
{
  Api *self = data;

  if (g_error_matches (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE))
    store_watch_suspect (self->domain->store_watch);
  if (self->observe != NULL)
    self->observe (request, error, self->observe_data);
}

void
api_set_observer (Api *self, RequestObserver observe, gpointer data)
{
  self->observe = observe;
  self->observe_data = data;
}

static void
refuse (Request *request, ConfabError code, const char *message)
{
  g_autoptr(GError) error = g_error_new_literal (CONFAB_ERROR, code, message);

  if (code == CONFAB_ERROR_UNAVAILABLE)
    confab_error_set_retry_after (error, 1);
  request_finish (request, NULL, error);
}

/* ---- On a pool thread ------------------------------------------------------------------------------------- */

/* The end of a verb that writes its own reply. */
static void
finish_verb (Request *request, gboolean done, ConfabJsonWriter *writer, const GError *error)
{
  g_autoptr(GBytes) reply = NULL;

  if (!done)
    {
      confab_json_writer_clear (writer);
      request_finish (request, NULL, error);
      return;
    }
  confab_json_writer_end_object (writer);
  reply = g_string_free_to_bytes (confab_json_writer_steal (writer));
  request_finish (request, reply, NULL);
}

static void
run_verb (Api *self, Request *request, const Verb *verb)
{
  g_autoptr(GError) error = NULL;
  ConfabJsonWriter writer;
  gboolean done = FALSE;

  confab_json_writer_init (&writer, g_string_sized_new (512));
  confab_json_writer_begin_object (&writer);
  if (verb->pool != NULL)
    done = verb->pool (self->domain, request->caller, request->fields, &writer, &error);
  else
    done = verb->connection (self->domain, request, &writer, &error);
  finish_verb (request, done, &writer, error);
}

/* Hands a request of a room verb to the room's lane, looking up the room where only a message is named. */
static void
run_room_verb (Api *self, Request *request, const RoomVerb *verb)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Message) message = NULL;
  const char *message_id = NULL;
  const char *room_id = verb_get_room (request->operation, request->fields, &message_id);

  if (room_id == NULL)
    {
      message = store_get_message (self->domain->store, message_id, &error);
      if (message == NULL)
        {
          request_finish (request, NULL, error);
          return;
        }
      room_id = message->room_id;
    }
  lanes_submit (self->domain->lanes, room_id, verb, request);
}

/* What is asked about a connection is worth nothing without it. When many come back at once and give up before it is
 * their turn, those that still wait must not wait for them too. */
static gboolean
check_connection (const Request *request, GError **error)
{
  if (!request_is_abandoned (request))
    return TRUE;
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The connection ended before this was done");
  return FALSE;
}

static void
on_pool (gpointer data, gpointer user_data)
{
  Request *request = data;
  Api *self = user_data;
  const Verb *verb = verb_find (request->operation->id);
  g_autoptr(GError) error = NULL;

  /* It may have waited behind others for a store that went away. */
  if (!store_watch_check (self->domain->store_watch, &error) ||
      (verb->connection != NULL && !check_connection (request, &error)))
    request_finish (request, NULL, error);
  /* A connection is closed when its session is revoked; REST has to ask. */
  else if (request->subscriber == NULL && request->caller->user_id != NULL &&
      !accounts_check_session (self->domain->accounts, request->caller, domain_now (self->domain), &error))
    request_finish (request, NULL, error);
  else if (verb->room != NULL)
    run_room_verb (self, request, verb->room);
  else
    run_verb (self, request, verb);
}

static void
submit (Api *self, PoolFunc func, Request *request)
{
  if (!pool_submit (self->pool, func, request, self))
    refuse (request, CONFAB_ERROR_UNAVAILABLE, "The server is busy; try again");
}

/* What somebody does to a message comes to its lane in the order in which they did it: they may not have waited for
 * answers. */
static void
submit_ordered (Api *self, PoolFunc func, Request *request)
{
  if (!pool_submit_ordered (self->pool, request->caller->user_id, func, request, self))
    refuse (request, CONFAB_ERROR_UNAVAILABLE, "The server is busy; try again");
}

/* ---- At the door ------------------------------------------------------------------------------------------ */

static gboolean
check_caller (const Request *request, GError **error)
{
  const Caller *caller = request->caller;

  if (request->operation->auth != CONFAB_AUTH_NONE && caller->user_id == NULL)
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED, "Sign in first");
      return FALSE;
    }
  if (request->operation->auth == CONFAB_AUTH_ADMIN && caller->role != CONFAB_USER_ROLE_ADMIN)
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN, "Only admins of the server may do this");
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_rate (Api *self, Request *request, GError **error)
{
  const ConfabBucket *bucket = request->operation->bucket;
  gboolean by_address = bucket->per_address || request->caller->user_id == NULL;
  const char *who = by_address ? request->caller->address : request->caller->user_id;
  GError *limited = NULL;

  if (!self->domain->limits.rate_limits)
    return TRUE;
  request->rate_limited = TRUE;
  if (backplane_take (self->domain->backplane, bucket->name, who, bucket->rate, bucket->burst, &request->retry_after,
                      &request->rate_remaining))
    return TRUE;
  limited = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_RATE_LIMITED, "Too many requests; wait a little");
  confab_error_set_retry_after (limited, request->retry_after);
  g_propagate_error (error, limited);
  return FALSE;
}

static gboolean
check (Api *self, Request *request, GError **error)
{
  if (g_atomic_int_get (&self->draining))
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The server is going down; try again");
      if (error != NULL)
        confab_error_set_retry_after (*error, 1);
      return FALSE;
    }
  /* The rate limit after the store: whoever comes back as told has not used it up. */
  return check_caller (request, error) && store_watch_check (self->domain->store_watch, error) &&
         check_rate (self, request, error);
}

/* From here on the request is in flight: counted until it is finished. */
static gboolean
admit (Api *self, Request *request)
{
  g_autoptr(GError) error = NULL;

  g_atomic_int_inc (&self->in_flight);
  request->in_flight = &self->in_flight;
  request->observe = on_request_finished;
  request->observe_data = self;
  if (check (self, request, &error))
    return TRUE;
  request_finish (request, NULL, error);
  return FALSE;
}

void
api_dispatch (Api *self, Request *request)
{
  const Verb *verb = verb_find (request->operation->id);
  const char *message_id = NULL;
  const char *room_id = NULL;

  if (!admit (self, request))
    return;
  g_assert (verb != NULL);
  if (verb->room != NULL && request->subscriber != NULL)
    room_id = verb_get_room (request->operation, request->fields, &message_id);
  /* The common case, a connection that names its room, goes straight to the lane. */
  if (room_id != NULL)
    lanes_submit (self->domain->lanes, room_id, verb->room, request);
  else if (message_id != NULL || (verb->ordered && request->subscriber != NULL))
    submit_ordered (self, on_pool, request);
  else
    submit (self, on_pool, request);
}

/* ---- Connections ------------------------------------------------------------------------------------------ */

Caller *
api_verify_token (Api *self, const char *token, const char *address, gint64 *expires_at, GError **error)
{
  Caller *caller = accounts_verify_token (self->domain->accounts, token, domain_now (self->domain), expires_at, error);

  if (caller != NULL)
    {
      g_free (caller->address);
      caller->address = g_strdup (address);
    }
  return caller;
}

static gboolean
authenticate (Api *self, Request *request, ConfabJsonWriter *writer, GError **error)
{
  g_autoptr(Session) session = NULL;
  g_autoptr(User) user = NULL;

  /* In this order: whatever ends the session or changes its rooms from here on is either read or heard. */
  sync_subscribe_user (self->domain, request);
  if (!accounts_load (self->domain->accounts, request->caller, &user, &session, error) ||
      !sync_subscribe_rooms (self->domain, request, error))
    return FALSE;
  devices_add (self->domain->devices, request->caller->session_id, request->caller->user_id);
  presence_connected (self->domain, request->caller);
  sync_write_hello (self->domain, user, session, writer);
  return TRUE;
}

static void
on_authenticate (gpointer data, gpointer user_data)
{
  Request *request = data;
  Api *self = user_data;
  g_autoptr(GError) error = NULL;
  ConfabJsonWriter writer;
  gboolean done = FALSE;

  confab_json_writer_init (&writer, g_string_sized_new (1024));
  confab_json_writer_begin_object (&writer);
  done = store_watch_check (self->domain->store_watch, &error) && check_connection (request, &error) &&
         authenticate (self, request, &writer, &error);
  finish_verb (request, done, &writer, error);
}

void
api_authenticate (Api *self, Request *request)
{
  if (admit (self, request))
    submit (self, on_authenticate, request);
}

static void
on_connection_alive (gpointer data, gpointer user_data)
{
  g_autoptr(Caller) caller = data;

  presence_alive (((Api *) user_data)->domain, caller);
}

static void
on_connection_closed (gpointer data, gpointer user_data)
{
  g_autoptr(Caller) caller = data;
  Api *self = user_data;

  if (devices_remove (self->domain->devices, caller->session_id) == 0)
    presence_disconnected (self->domain, caller);
}

/* What is lost when the pool is full is presence, which runs out by itself. */
static gboolean
submit_caller (Api *self, PoolFunc func, const Caller *caller)
{
  g_autoptr(Caller) copy = caller_copy (caller);

  if (!pool_submit (self->pool, func, copy, self))
    return FALSE;
  g_steal_pointer (&copy);
  return TRUE;
}

void
api_connection_alive (Api *self, const Caller *caller)
{
  submit_caller (self, on_connection_alive, caller);
}

void
api_connection_closed (Api *self, const Caller *caller)
{
  /* Counted where it is told: behind the connection that may have come in its place. */
  if (!submit_caller (self, on_connection_closed, caller))
    devices_remove (self->domain->devices, caller->session_id);
}

/* ---- Life ------------------------------------------------------------------------------------------------- */

static gpointer
housekeeper_run (gpointer data)
{
  Api *self = data;

  g_mutex_lock (&self->mutex);
  while (!self->closing)
    {
      gint64 until = g_get_monotonic_time () + HOUSEKEEPING_SECONDS * G_TIME_SPAN_SECOND;

      if (g_cond_wait_until (&self->cond, &self->mutex, until))
        continue;
      g_mutex_unlock (&self->mutex);
      presence_expire (self->domain);
      g_mutex_lock (&self->mutex);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

Api *
api_new (Domain *domain)
{
  Api *self = g_new0 (Api, 1);

  self->domain = domain;
  self->pool = pool_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->housekeeper = g_thread_new ("housekeeper", housekeeper_run, self);
  return self;
}

void
api_free (Api *self)
{
  g_mutex_lock (&self->mutex);
  self->closing = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->housekeeper);
  pool_free (self->pool);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

guint
api_get_in_flight (Api *self)
{
  return g_atomic_int_get (&self->in_flight);
}

gboolean
api_drain (Api *self, gint64 deadline)
{
  g_atomic_int_set (&self->draining, TRUE);
  /* Polled: it happens once in a process's life, and nothing on the way of a request has to signal for it. */
  while (g_atomic_int_get (&self->in_flight) > 0)
    {
      if (g_get_monotonic_time () >= deadline)
        return FALSE;
      g_usleep (2000);
    }
  return TRUE;
}
