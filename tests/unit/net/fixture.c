/* fixture.c: a NetServer on loopback with a test's api behind it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fixture.h"

void
fixture_set_up (Fixture *self, gconstpointer change)
{
  NetOptions options;
  NetHooks hooks = { NULL };
  g_autoptr(GError) error = NULL;

  net_options_init_defaults (&options);
  options.reactors = 2;
  if (change != NULL)
    ((FixtureChange) (GCallback) change) (&options, &hooks);

  self->api = api_double_new ();
  self->backplane = backplane_open ("local", &error);
  g_assert_no_error (error);
  self->server = net_server_new (&options, &hooks, self->api, self->backplane, &error);
  g_assert_no_error (error);
  self->address = net_server_listen (self->server, "127.0.0.1:0", &error);
  g_assert_no_error (error);
}

void
fixture_tear_down (Fixture *self, gconstpointer change)
{
  const NetCounters *counters = net_server_get_counters (self->server);

  g_assert_true (net_server_drain (self->server, g_get_monotonic_time () + 10 * G_USEC_PER_SEC));
  g_assert_cmpint (net_counted (&counters->connections), ==, 0);
  g_assert_cmpint (net_counted (&counters->authenticated), ==, 0);
  g_assert_cmpint (net_counted (&counters->bytes_waiting), ==, 0);
  g_assert_cmpuint (net_server_count_topics (self->server), ==, 0);
  net_server_free (self->server);
  api_double_free (self->api);
  backplane_close (self->backplane);
  g_free (self->address);
}

void
fixture_publish (Fixture *self, const char *topic, const char *name, const char *data)
{
  g_autoptr(Event) event = event_new (topic, name, g_string_new (data));

  backplane_publish (self->backplane, &event, 1);
}

void
fixture_publish_control (Fixture *self, const char *topic, EventControl control, const char *argument)
{
  g_autoptr(Event) event = event_new_control (topic, control, argument);

  backplane_publish (self->backplane, &event, 1);
}

void
fixture_await (const _Atomic gint64 *counter, gint64 value)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (net_counted (counter) != value)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
}
