/* request.c: one call of an operation, whichever door it came through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-api"

#include "config.h"

#include "domain/request.h"

#include "protocol/confab-error.h"
#include "protocol/confab-ulid.h"

Caller *
caller_copy (const Caller *self)
{
  Caller *copy = g_new0 (Caller, 1);

  copy->user_id = g_strdup (self->user_id);
  copy->session_id = g_strdup (self->session_id);
  copy->display_name = g_strdup (self->display_name);
  copy->username = g_strdup (self->username);
  copy->role = self->role;
  copy->address = g_strdup (self->address);
  return copy;
}

void
caller_free (Caller *self)
{
  g_free (self->user_id);
  g_free (self->session_id);
  g_free (self->display_name);
  g_free (self->username);
  g_free (self->address);
  g_free (self);
}

Request *
request_new (const ConfabOperation *operation, const Caller *caller, gpointer fields, RequestDone done, gpointer door)
{
  Request *self = g_new0 (Request, 1);

  confab_ulid_generate (self->id);
  self->operation = operation;
  self->caller = caller_copy (caller);
  self->fields = fields;
  self->arrived = g_get_monotonic_time ();
  self->done = done;
  self->door = door;
  return self;
}

void
request_set_subscriber (Request *self, const SubscriberClass *klass, gpointer subscriber)
{
  g_assert (self->subscriber == NULL);
  self->subscriber_class = klass;
  self->subscriber = klass->ref (subscriber);
}

gboolean
request_is_abandoned (const Request *self)
{
  return self->subscriber != NULL && self->subscriber_class->is_gone (self->subscriber);
}

void
request_finish (Request *self, GBytes *reply, const GError *error)
{
  guint *in_flight = self->in_flight;

  g_assert ((reply == NULL) != (error == NULL));

  if (error != NULL && (error->domain != CONFAB_ERROR || error->code == CONFAB_ERROR_INTERNAL))
    g_warning ("%s failed (request %s): %s", self->operation->name, self->id, error->message);
  if (self->observe != NULL)
    self->observe (self, error, self->observe_data);
  self->done (self, reply, error);

  if (self->subscriber != NULL)
    self->subscriber_class->unref (self->subscriber);
  confab_request_free (self->operation, self->fields);
  caller_free (self->caller);
  g_free (self);
  /* The last thing: once none is in flight, the reactor that was just told may be taken apart. */
  if (in_flight != NULL)
    g_atomic_int_add (in_flight, -1);
}
