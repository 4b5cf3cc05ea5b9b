/* instances.c: several backplanes on one Redis, and what they were told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "instances.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static GMutex log_mutex;
static GString *logged;

static void
on_log (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  g_mutex_lock (&log_mutex);
  g_string_append_printf (logged, "%s\n", message);
  g_mutex_unlock (&log_mutex);
}

void
instances_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  logged = g_string_new (NULL);
  g_log_set_handler ("confab-backplane", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO
                     | G_LOG_LEVEL_DEBUG, on_log, NULL);
  /* As the server does: OpenSSL writes to connections that may be gone. */
  signal (SIGPIPE, SIG_IGN);
}

guint
instances_count_logged (const char *part)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&log_mutex);
  guint n = 0;

  for (const char *at = strstr (logged->str, part); at != NULL; at = strstr (at + 1, part))
    n++;
  return n;
}

void
instances_let_others_run (void)
{
  g_poll (NULL, 0, 1);
}

gboolean
fixture_start_redis (Fixture *self, const char *const *options)
{
  const char *nothing[] = { NULL };
  g_autofree char *why = NULL;

  self->redis = service_new_with ("redis", options != NULL ? options : nothing, &why);
  if (self->redis == NULL)
    {
      g_test_skip (why);
      return FALSE;
    }
  self->port = atoi (strrchr (service_get_address (self->redis), ':') + 1);
  self->console = redisConnect ("127.0.0.1", self->port);
  g_assert_cmpint (self->console->err, ==, 0);
  return TRUE;
}

static void
instance_clear (Instance *self)
{
  g_clear_pointer (&self->backplane, backplane_close);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_mutex_clear (&self->mutex);
}

void
fixture_clear (Fixture *self)
{
  for (guint i = 0; i < self->n_instances; i++)
    instance_clear (&self->instances[i]);
  g_clear_pointer (&self->console, redisFree);
  g_clear_pointer (&self->redis, service_free);
}

static void
on_events (Event **events, guint n_events, gpointer data)
{
  Instance *self = data;

  g_mutex_lock (&self->mutex);
  self->n_calls++;
  for (guint i = 0; i < n_events; i++)
    g_ptr_array_add (self->events, event_ref (events[i]));
  g_mutex_unlock (&self->mutex);
}

static void
on_gap (gpointer data)
{
  Instance *self = data;

  g_mutex_lock (&self->mutex);
  self->n_gaps++;
  g_mutex_unlock (&self->mutex);
}

Instance *
fixture_add_instance_at (Fixture *self, const char *address)
{
  Instance *instance = &self->instances[self->n_instances++];
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (self->n_instances, <=, MAX_INSTANCES);
  g_mutex_init (&instance->mutex);
  instance->events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);
  instance->backplane = backplane_open (address, &error);
  g_assert_no_error (error);
  backplane_set_deliver (instance->backplane, on_events, instance);
  backplane_set_gap (instance->backplane, on_gap, instance);
  return instance;
}

Instance *
fixture_add_instance (Fixture *self, const char *after)
{
  g_autofree char *address = g_strdup_printf ("redis://127.0.0.1:%u%s", self->port, after != NULL ? after : "");

  return fixture_add_instance_at (self, address);
}

static redisReply *
fixture_run_valist (Fixture *self, const char *format, va_list arguments)
{
  redisReply *reply = redisvCommand (self->console, format, arguments);

  /* It was restarted. */
  if (reply == NULL && redisReconnect (self->console) == REDIS_OK)
    {
      va_list again;

      va_copy (again, arguments);
      reply = redisvCommand (self->console, format, again);
      va_end (again);
    }
  g_assert_nonnull (reply);
  if (reply->type == REDIS_REPLY_ERROR)
    g_error ("%s: %s", format, reply->str);
  return reply;
}

redisReply *
fixture_run (Fixture *self, const char *format, ...)
{
  redisReply *reply;
  va_list arguments;

  va_start (arguments, format);
  reply = fixture_run_valist (self, format, arguments);
  va_end (arguments);
  return reply;
}

void
fixture_do (Fixture *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  freeReplyObject (fixture_run_valist (self, format, arguments));
  va_end (arguments);
}

void
instance_subscribe (Instance *self, const char *topic)
{
  backplane_subscribe (self->backplane, topic);
  g_assert_true (backplane_settle (self->backplane, 5000));
}

void
instance_publish (Instance *self, const char *topic, const char *name)
{
  g_autoptr(Event) event = event_new (topic, name, g_string_new ("{}"));

  backplane_publish (self->backplane, &event, 1);
}

char *
instance_tell_events (Instance *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GString *events = g_string_new (NULL);

  for (guint i = 0; i < self->events->len; i++)
    {
      const Event *event = self->events->pdata[i];

      g_string_append_printf (events, "%s/%s ", event->topic, event->name != NULL ? event->name : "");
    }
  return g_string_free (events, FALSE);
}

guint
instance_count_events (Instance *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->events->len;
}

guint
instance_count_gaps (Instance *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_gaps;
}

static BackplaneStatus
instance_get_status (Instance *self)
{
  BackplaneStatus status;

  backplane_get_status (self->backplane, &status);
  return status;
}

gboolean
instance_is_connected (Instance *self)
{
  return instance_get_status (self).connected;
}

guint64
instance_count_dropped (Instance *self)
{
  return instance_get_status (self).dropped;
}

gboolean
instance_is_idle (Instance *self)
{
  return instance_get_status (self).queued == 0;
}
