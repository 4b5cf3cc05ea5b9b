/* api-double.c: an api that does what a test of the doors wants
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "api-double.h"

#include <string.h>

#include "protocol/confab-error.h"

struct _Api
{
  GThreadPool *pool;
  GAsyncQueue *held;
  gboolean holds;         /* atomic */
  guint n_closed;         /* atomic */
  GMutex mutex;
  GError *failure;
  char *last;
};

static void
describe (Api *self, Request *request)
{
  GString *text = g_string_new (request->operation->name);

  g_string_append_printf (text, " address=%s user=%s", request->caller->address,
                          request->caller->user_id != NULL ? request->caller->user_id : "-");
  for (guint i = 0; request->fields != NULL && i < request->operation->n_fields; i++)
    {
      const ConfabField *field = &request->operation->fields[i];
      guint8 *place = (guint8 *) request->fields + field->offset;

      if (field->kind == CONFAB_FIELD_ID || field->kind == CONFAB_FIELD_STRING || field->kind == CONFAB_FIELD_TEXT)
        g_string_append_printf (text, " %s=%s", field->name, *(char **) (gpointer) place);
      else if (field->kind == CONFAB_FIELD_INT)
        g_string_append_printf (text, " %s=%" G_GINT64_FORMAT, field->name, *(gint64 *) (gpointer) place);
    }
  g_mutex_lock (&self->mutex);
  g_free (self->last);
  self->last = g_string_free_and_steal (text);
  g_mutex_unlock (&self->mutex);
}

static void
finish (Request *request)
{
  g_autofree char *text = g_strdup_printf ("{\"operation\":\"%s\"}", request->operation->name);
  g_autoptr(GBytes) reply = g_bytes_new (text, strlen (text));

  request_finish (request, reply, NULL);
}

static void
authenticate (Api *self, Request *request)
{
  g_autofree char *topic = g_strconcat ("user:", request->caller->user_id, NULL);
  g_autofree char *text = g_strdup_printf ("{\"user\":{\"id\":\"%s\"}}", request->caller->user_id);
  g_autoptr(GBytes) hello = g_bytes_new (text, strlen (text));
  g_autoptr(GError) error = NULL;

  g_mutex_lock (&self->mutex);
  error = self->failure != NULL ? g_error_copy (self->failure) : NULL;
  g_mutex_unlock (&self->mutex);
  if (error == NULL)
    request->subscriber_class->subscribe (request->subscriber, topic);
  request_finish (request, error == NULL ? hello : NULL, error);
}

/* open-room is the one that subscribes, close-room the one that unsubscribes. */
static void
on_request (gpointer data, gpointer user_data)
{
  Request *request = data;

  if (request->operation->id == CONFAB_OPERATION_AUTHENTICATE)
    {
      authenticate (user_data, request);
      return;
    }
  if (request->operation->id == CONFAB_OPERATION_OPEN_ROOM)
    {
      const ConfabOpenRoomRequest *fields = request->fields;
      g_autofree char *topic = g_strconcat ("live:", fields->room_id, NULL);

      request->subscriber_class->subscribe (request->subscriber, topic);
    }
  if (request->operation->id == CONFAB_OPERATION_CLOSE_ROOM)
    {
      const ConfabCloseRoomRequest *fields = request->fields;
      g_autofree char *topic = g_strconcat ("live:", fields->room_id, NULL);

      request->subscriber_class->unsubscribe (request->subscriber, topic);
    }
  finish (request);
}

Api *
api_double_new (void)
{
  Api *self = g_new0 (Api, 1);

  self->pool = g_thread_pool_new (on_request, self, 2, TRUE, NULL);
  self->held = g_async_queue_new ();
  g_mutex_init (&self->mutex);
  return self;
}

void
api_double_free (Api *self)
{
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_async_queue_unref (self->held);
  g_clear_error (&self->failure);
  g_free (self->last);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
api_double_hold (Api *self, gboolean hold)
{
  g_atomic_int_set (&self->holds, hold);
}

Request *
api_double_take (Api *self)
{
  Request *request = g_async_queue_timeout_pop (self->held, 10 * G_USEC_PER_SEC);

  g_assert_nonnull (request);
  return request;
}

guint
api_double_count_held (Api *self)
{
  return MAX (g_async_queue_length (self->held), 0);
}

void
api_double_fail_authentication (Api *self, const GError *error)
{
  g_mutex_lock (&self->mutex);
  g_clear_error (&self->failure);
  self->failure = error != NULL ? g_error_copy (error) : NULL;
  g_mutex_unlock (&self->mutex);
}

guint
api_double_count_closed (Api *self)
{
  return g_atomic_int_get (&self->n_closed);
}

char *
api_double_describe_last (Api *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_strdup (self->last);
}

/* ---- api.h ------------------------------------------------------------------------------------------------ */

void
api_dispatch (Api *self, Request *request)
{
  describe (self, request);
  if (request->operation->auth != CONFAB_AUTH_NONE && request->caller->user_id == NULL)
    {
      g_autoptr(GError) error = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED, "Sign in first");

      request_finish (request, NULL, error);
    }
  else if (request->operation->id == CONFAB_OPERATION_LEAVE_ROOM)
    {
      g_autoptr(GError) error = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_RATE_LIMITED, "Too often");

      confab_error_set_retry_after (error, 2.5);
      request->rate_limited = TRUE;
      request->retry_after = 2.5;
      request_finish (request, NULL, error);
    }
  else if (g_atomic_int_get (&self->holds))
    g_async_queue_push (self->held, request);
  else
    g_thread_pool_push (self->pool, request, NULL);
}

Caller *
api_verify_token (Api *self, const char *token, const char *address, gint64 *expires_at, GError **error)
{
  g_auto(GStrv) parts = g_strsplit (token, "/", 3);
  guint n = g_strv_length (parts);
  Caller *caller;

  if (n == 0 || g_str_equal (token, "bad"))
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED, "This is no token");
      return NULL;
    }
  caller = g_new0 (Caller, 1);
  caller->user_id = g_strdup (parts[0]);
  caller->session_id = g_strdup (n > 1 ? parts[1] : "session");
  caller->address = g_strdup (address);
  if (expires_at != NULL)
    *expires_at = g_get_real_time () / 1000 + (n > 2 ? g_ascii_strtoll (parts[2], NULL, 10) : 900) * 1000;
  return caller;
}

void
api_authenticate (Api *self, Request *request)
{
  g_thread_pool_push (self->pool, request, NULL);
}

void
api_connection_closed (Api *self, const Caller *caller)
{
  g_assert_nonnull (caller->user_id);
  g_atomic_int_inc (&self->n_closed);
}

void
api_connection_alive (Api *self, const Caller *caller)
{
  g_assert_nonnull (caller->user_id);
}
