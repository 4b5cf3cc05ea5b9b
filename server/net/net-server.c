/* net-server.c: everything of the server that listens
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/net-server.h"

#include "net/delivery.h"
#include "net/listener.h"
#include "net/probes.h"
#include "net/reactor.h"

#define MAX_REACTORS 256
#define DRAIN_STEP (5 * G_TIME_SPAN_MILLISECOND)

void
net_options_init_defaults (NetOptions *self)
{
  *self = (NetOptions) {
    .server_name = "Confab",
    .max_sockets = 100000,
    .max_per_address = 1000,
    .max_per_user = 32,
    .max_http_running = 1024,
    .max_in_flight = 64,
    .max_waiting = 1024 * 1024,
    .max_waiting_total = 256 * 1024 * 1024,
    .message_length = 4000,
    .heartbeat = 30,
    .silence = 75,
    .authentication_timeout = 10,
    .token_grace = 60,
    .http_read_timeout = 10,
    .http_write_timeout = 30,
    .http_idle_timeout = 60,
  };
}

static guint
choose_n_reactors (guint wanted)
{
  return CLAMP (wanted > 0 ? wanted : g_get_num_processors (), 1, MAX_REACTORS);
}

static void
make_seats (NetServer *self, Backplane *backplane)
{
  self->n_reactors = choose_n_reactors (self->options.reactors);
  self->mailboxes = g_new0 (Mailbox *, self->n_reactors);
  for (guint i = 0; i < self->n_reactors; i++)
    self->mailboxes[i] = mailbox_new ();
  self->hub = hub_new (backplane, self->mailboxes, self->n_reactors, delivery_run);
}

NetServer *
net_server_new (const NetOptions *options, const NetHooks *hooks, Api *api, Backplane *backplane, GError **error)
{
  g_autoptr(Proxies) proxies = proxies_new (options->trusted_proxies, error);
  g_autoptr(Origins) origins = NULL;
  NetServer *self;

  if (proxies == NULL)
    return NULL;
  origins = origins_new (options->allowed_origins, error);
  if (origins == NULL)
    return NULL;

  self = g_new0 (NetServer, 1);
  self->options = *options;
  self->options.trusted_proxies = self->options.allowed_origins = NULL;
  self->server_name = g_strdup (options->server_name);
  self->options.server_name = self->server_name;
  self->proxies = g_steal_pointer (&proxies);
  self->origins = g_steal_pointer (&origins);
  if (hooks != NULL)
    self->hooks = *hooks;
  self->api = api;
  self->addresses = admission_new (options->max_per_address);
  self->users = admission_new (options->max_per_user);
  self->probes = probes_new_pool (self);
  make_seats (self, backplane);
  return self;
}

void
net_server_free (NetServer *self)
{
  /* Its answers go to reactors. */
  g_thread_pool_free (self->probes, FALSE, TRUE);
  for (guint i = 0; self->reactors != NULL && i < self->n_reactors; i++)
    reactor_free (self->reactors[i]);
  hub_free (self->hub);
  for (guint i = 0; i < self->n_reactors; i++)
    mailbox_free (self->mailboxes[i]);
  g_free (self->reactors);
  g_free (self->mailboxes);
  admission_free (self->addresses);
  admission_free (self->users);
  proxies_free (self->proxies);
  origins_free (self->origins);
  g_free (self->server_name);
  g_free (self);
}

char *
net_server_listen (NetServer *self, const char *address, GError **error)
{
  g_autofree int *fds = g_new (int, self->n_reactors);
  g_autoptr(GSocketAddress) bound = NULL;

  g_assert (self->reactors == NULL);
  bound = listener_open (address, fds, self->n_reactors, error);
  if (bound == NULL)
    return NULL;
  self->reactors = g_new0 (Reactor *, self->n_reactors);
  for (guint i = 0; i < self->n_reactors; i++)
    self->reactors[i] = reactor_new (self, i, fds[i], bound);
  return listener_write_address (bound);
}

static gboolean
net_server_is_quiet (NetServer *self)
{
  return net_counted (&self->counters.sockets) == 0 && net_counted (&self->counters.http_running) == 0;
}

gboolean
net_server_drain (NetServer *self, gint64 deadline)
{
  g_atomic_int_set (&self->draining, TRUE);
  for (guint i = 0; self->reactors != NULL && i < self->n_reactors; i++)
    reactor_drain (self->reactors[i]);

  /* Polled: it happens once in a process's life, and no connection has to signal for it. */
  while (!net_server_is_quiet (self) && g_get_monotonic_time () < deadline)
    g_usleep (DRAIN_STEP);
  return net_server_is_quiet (self);
}

const NetCounters *
net_server_get_counters (NetServer *self)
{
  return &self->counters;
}

guint
net_server_count_topics (NetServer *self)
{
  return hub_count_topics (self->hub);
}
