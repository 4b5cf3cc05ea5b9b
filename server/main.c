/* main.c: confab-server, put together and taken apart again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one place that knows every part. What one needs of another is handed to it here.
 */
#define G_LOG_DOMAIN "confab-server"

#include "config.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "domain/accounts.h"
#include "domain/devices.h"
#include "domain/instances.h"
#include "domain/lanes.h"
#include "domain/store-watch.h"
#include "net/net-server.h"
#include "net/origins.h"
#include "net/proxies.h"
#include "ops/commands.h"
#include "ops/health.h"
#include "ops/log.h"
#include "ops/metrics.h"
#include "ops/notify.h"
#include "protocol/confab-error.h"

/* A service manager waits 10 seconds for the whole of it. */
#define DRAIN_CONNECTIONS_SECONDS 6
#define DRAIN_REQUESTS_SECONDS 8
/* Then the parts are taken apart, and threads may be waiting for a database that is away. */
#define END_SECONDS 9

/* After a power cut everything starts at once, and a database takes longer. Who manages the service sees it wait, and
 * is told to try again when that was not enough. */
#define WAIT_FOR_STORE_SECONDS 60

/* What is not a socket: the database, logs, libraries. */
#define RESERVED_FILES 256
#define MOST_SOCKETS 1000000

typedef struct
{
  Configuration *configuration;
  Domain domain;
  Api *api;
  NetServer *net;
  Metrics *metrics;
  GMainLoop *loop;
  gboolean stopped;   /* a signal came */
} Server;

/* ---- What the parts ask of each other ----------------------------------------------------------------------- */

static GString *
describe_health (gpointer data, gboolean *ready)
{
  return health_describe (&((Server *) data)->domain, ready);
}

static GString *
print_metrics (gpointer data)
{
  return metrics_print (((Server *) data)->metrics);
}

static const NetCounters *
get_counters (gpointer data)
{
  return net_server_get_counters (((Server *) data)->net);
}

static guint
count_topics (gpointer data)
{
  return net_server_count_topics (((Server *) data)->net);
}

static guint
count_in_flight (gpointer data)
{
  return api_get_in_flight (((Server *) data)->api);
}

static void
on_request_finished (const Request *request, const GError *error, gpointer data)
{
  Server *self = data;

  metrics_observe (request, error, self->metrics);
  if (!log_shows (G_LOG_LEVEL_DEBUG))
    return;
  g_debug ("%s: %s in %.1f ms for %s from %s (request %s)", request->operation->name,
           error != NULL ? confab_error_get_code (error->domain == CONFAB_ERROR ? error->code : CONFAB_ERROR_INTERNAL)
                         : "ok",
           (g_get_monotonic_time () - request->arrived) / 1000.0,
           request->caller->user_id != NULL ? request->caller->user_id : "nobody", request->caller->address,
           request->id);
}

/* ---- Putting together --------------------------------------------------------------------------------------- */

/* Every socket is a file. As many are allowed as the system lets a process have; how many sockets that leaves. */
static guint
allow_files (gint64 wanted)
{
  struct rlimit limit = { 0, 0 };
  gint64 most = MOST_SOCKETS;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      if (setrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        most = MIN (limit.rlim_cur, MOST_SOCKETS);
      most -= MIN (RESERVED_FILES, most / 2);
    }
  if (wanted > most)
    g_warning ("max-connections is %" G_GINT64_FORMAT ", but the system allows %" G_GINT64_FORMAT
               ": raise its limit of open files",
               wanted, most);
  return wanted > 0 ? MIN (wanted, most) : most;
}

static Registration
get_registration (Configuration *configuration)
{
  const char *word = configuration_get_text (configuration, OPTION_REGISTRATION);

  if (strcmp (word, "closed") == 0)
    return REGISTRATION_CLOSED;
  if (strcmp (word, "invite") == 0)
    return REGISTRATION_INVITE;
  if (strcmp (word, "auto") == 0 && !configuration_is_loopback (configuration))
    return REGISTRATION_INVITE;
  return REGISTRATION_OPEN;
}

static void
set_limits (Limits *limits, Configuration *configuration)
{
  limits_init_defaults (limits);
  limits->message_length = configuration_get_number (configuration, OPTION_MESSAGE_LENGTH);
  limits->rate_limits = configuration_get_switch (configuration, OPTION_RATE_LIMITS);
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* FALSE: it has waited long enough, or is to stop. */
static gboolean
wait_for_store (Server *self, gint64 since, const GError *problem)
{
  if (self->stopped || g_get_monotonic_time () - since > WAIT_FOR_STORE_SECONDS * G_TIME_SPAN_SECOND)
    return FALSE;
  g_message ("Waiting for the store: %s", problem->message);
  g_timeout_add_seconds (1, quit, self->loop);
  g_main_loop_run (self->loop);
  return !self->stopped;
}

static Store *
open_store (Server *self, GError **error)
{
  const char *address = configuration_get_text (self->configuration, OPTION_STORE);
  gint64 since = g_get_monotonic_time ();

  for (;;)
    {
      g_autoptr(GError) problem = NULL;
      Store *store = store_open (address, &problem);

      if (store != NULL)
        return store;
      if (g_error_matches (problem, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE) && store_is_remote (address) &&
          wait_for_store (self, since, problem))
        continue;
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
}

static gboolean
open_domain (Server *self, GError **error)
{
  Configuration *configuration = self->configuration;
  Domain *domain = &self->domain;

  domain->server_name = configuration_get_text (configuration, OPTION_SERVER_NAME);
  set_limits (&domain->limits, configuration);
  domain->store = open_store (self, error);
  if (domain->store == NULL)
    return FALSE;
  domain->store_watch = store_watch_new (domain->store);
  domain->backplane = backplane_open (configuration_get_text (configuration, OPTION_BACKPLANE), error);
  if (domain->backplane == NULL)
    return FALSE;
  domain->accounts =
    accounts_new (domain->store, domain->backplane, &domain->limits, get_registration (configuration), error);
  if (domain->accounts == NULL)
    return FALSE;
  domain->devices = devices_new ();
  domain->lanes = lanes_new (domain, configuration_get_number (configuration, OPTION_LANES));
  if (backplane_is_shared (domain->backplane))
    domain->instances = instances_new (domain);
  return TRUE;
}

static gboolean
open_net (Server *self, GError **error)
{
  Configuration *configuration = self->configuration;
  g_auto(GStrv) proxies = configuration_get_list (configuration, OPTION_TRUSTED_PROXIES);
  g_auto(GStrv) origins = configuration_get_list (configuration, OPTION_ALLOWED_ORIGINS);
  const NetHooks hooks = { describe_health, print_metrics, self };
  NetOptions options;

  net_options_init_defaults (&options);
  options.server_name = self->domain.server_name;
  options.reactors = configuration_get_number (configuration, OPTION_REACTORS);
  options.max_sockets = allow_files (configuration_get_number (configuration, OPTION_MAX_CONNECTIONS));
  options.max_per_user = configuration_get_number (configuration, OPTION_CONNECTIONS_PER_USER);
  options.max_per_address = configuration_get_number (configuration, OPTION_CONNECTIONS_PER_ADDRESS);
  options.message_length = self->domain.limits.message_length;
  options.heartbeat = self->domain.limits.heartbeat;
  options.silence = self->domain.limits.silence;
  options.trusted_proxies = (const char *const *) proxies;
  options.allowed_origins = (const char *const *) origins;
  self->net = net_server_new (&options, &hooks, self->api, self->domain.backplane, error);
  return self->net != NULL;
}

static gboolean
server_open (Server *self, GError **error)
{
  const MetricsSources sources = { get_counters, count_in_flight, count_topics, &self->domain, self };

  self->metrics = metrics_new (&sources);
  if (!command_make_state_dir (self->configuration, error) || !open_domain (self, error))
    return FALSE;
  self->api = api_new (&self->domain);
  api_set_observer (self->api, on_request_finished, self);
  return open_net (self, error);
}

/* In the opposite order; a part that was never opened is passed over. */
static void
server_close (Server *self)
{
  g_clear_pointer (&self->net, net_server_free);
  g_clear_pointer (&self->api, api_free);
  g_clear_pointer (&self->domain.instances, instances_free);
  g_clear_pointer (&self->domain.lanes, lanes_free);
  g_clear_pointer (&self->domain.devices, devices_free);
  g_clear_pointer (&self->domain.accounts, accounts_free);
  g_clear_pointer (&self->domain.backplane, backplane_close);
  g_clear_pointer (&self->domain.store_watch, store_watch_free);
  g_clear_pointer (&self->domain.store, store_close);
  g_clear_pointer (&self->metrics, metrics_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

/* ---- Running ------------------------------------------------------------------------------------------------ */

/* On standard output and not in the log, which others may read: whoever registers with it is the admin. Behind the
 * #, so that no browser sends it to a server or a proxy. */
static gboolean
print_claim (Server *self, const char *address, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autofree char *claim = accounts_make_claim (self->domain.accounts, domain_now (&self->domain), &problem);

  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (claim != NULL)
    g_print ("There is no account yet. Whoever registers with this one-time invite is the admin:\n"
             "  %s\n  http://%s/invite/%s\n", claim, address, claim);
  return TRUE;
}

static gboolean
on_signal (gpointer data)
{
  Server *self = data;

  self->stopped = TRUE;
  g_main_loop_quit (self->loop);
  /* The handler goes with the source: a second signal ends the process at once. */
  return G_SOURCE_REMOVE;
}

/* Before anybody is told that the server listens: whoever is told may end it at once. */
static void
watch_signals (Server *self)
{
  self->loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_signal, self);
  g_unix_signal_add (SIGINT, on_signal, self);
}

/* What was acknowledged is durable, and what was not is sent again: to leave now loses nothing. */
static void
leave (void)
{
  fflush (NULL);
  _exit (EXIT_SUCCESS);
}

static gpointer
leave_in_time (gpointer data)
{
  g_usleep (END_SECONDS * G_USEC_PER_SEC);
  g_message ("Something still waits; the server ends without it");
  leave ();
  return NULL;
}

/* FALSE: something is still under way, so nothing may be taken apart. */
static gboolean
drain (Server *self)
{
  gint64 now = g_get_monotonic_time ();
  gboolean connections = FALSE;

  g_thread_unref (g_thread_new ("end", leave_in_time, NULL));
  notify_service_manager ("STOPPING=1");
  g_message ("Going down: clients are told to come back later");
  connections = net_server_drain (self->net, now + DRAIN_CONNECTIONS_SECONDS * G_TIME_SPAN_SECOND);
  if (!connections)
    g_message ("Some connections did not end by themselves");
  return api_drain (self->api, now + DRAIN_REQUESTS_SECONDS * G_TIME_SPAN_SECOND);
}

static gboolean
server_run (Server *self, GError **error)
{
  g_autofree char *address = NULL;

  watch_signals (self);
  if (!server_open (self, error))
    {
      /* Who stops a server that waits for its store has not seen it fail. */
      if (self->stopped)
        g_clear_error (error);
      return self->stopped;
    }
  address = net_server_listen (self->net, configuration_get_text (self->configuration, OPTION_LISTEN), error);
  if (address == NULL || !print_claim (self, address, error))
    return FALSE;
  g_print ("listening on http://%s\n", address);
  fflush (stdout);
  notify_service_manager ("READY=1");
  g_main_loop_run (self->loop);
  if (drain (self))
    return TRUE;
  g_warning ("%u requests were not finished in time", api_get_in_flight (self->api));
  leave ();
  return TRUE;
}

static gboolean
serve (CommandLine *line, GError **error)
{
  Server server = { .configuration = line->configuration };
  gboolean done = FALSE;

  signal (SIGPIPE, SIG_IGN);
  /* The database and its journal are for nobody else to read. */
  umask (0077);
  done = server_run (&server, error);
  server_close (&server);
  return done;
}

static void
start_log (Configuration *configuration)
{
  gboolean json = strcmp (configuration_get_text (configuration, OPTION_LOG_FORMAT), "json") == 0;

  log_start (log_level_from_word (configuration_get_text (configuration, OPTION_LOG_LEVEL)),
             json ? LOG_JSON : LOG_TEXT);
}

/* What only the parts can tell about their options; the rest was looked at when it was read. */
static gboolean
check_configuration (Configuration *configuration, GError **error)
{
  g_auto(GStrv) networks = configuration_get_list (configuration, OPTION_TRUSTED_PROXIES);
  g_auto(GStrv) pages = configuration_get_list (configuration, OPTION_ALLOWED_ORIGINS);
  g_autoptr(Proxies) proxies = proxies_new ((const char *const *) networks, error);
  g_autoptr(Origins) origins = proxies != NULL ? origins_new ((const char *const *) pages, error) : NULL;

  return origins != NULL && store_check_address (configuration_get_text (configuration, OPTION_STORE), error)
         && backplane_check_address (configuration_get_text (configuration, OPTION_BACKPLANE), error);
}

static gboolean
run_serve (CommandLine *line, GError **error)
{
  if (!command_line_configure (line, error) || !command_line_expect (line, 0, "[OPTIONS]; confab-server --help", error))
    return FALSE;
  if (line->print_config)
    {
      g_autofree char *text = configuration_print (line->configuration);

      g_print ("%s", text);
      return TRUE;
    }
  if (line->check)
    {
      if (!check_configuration (line->configuration, error))
        return FALSE;
      g_print ("The configuration is in order\n");
      return TRUE;
    }
  start_log (line->configuration);
  return serve (line, error);
}

static Command
find_command (const char *name)
{
  return strcmp (name, "serve") == 0 ? run_serve : command_find (name);
}

/* As it is: g_print() would turn what the locale does not know into question marks, and a document is UTF-8
 * everywhere. */
static void
print_out (const char *text)
{
  fputs (text, stdout);
}

static void
print_error (const char *text)
{
  fputs (text, stderr);
}

int
main (int argc, char **argv)
{
  g_autoptr(CommandLine) line = command_line_new (argc, argv);
  g_autoptr(GError) error = NULL;
  Command command = find_command (line->command);

  g_set_prgname ("confab-server");
  g_set_print_handler (print_out);
  g_set_printerr_handler (print_error);
  if (line->help)
    {
      g_autofree char *help = command_line_help ();

      g_print ("%s", help);
      return EXIT_SUCCESS;
    }
  if (line->version)
    {
      g_print ("confab-server " PACKAGE_VERSION "\n");
      return EXIT_SUCCESS;
    }
  if (command == NULL)
    {
      g_printerr ("confab-server: there is no command “%s”; confab-server --help lists them\n", line->command);
      return EXIT_FAILURE;
    }
  if (command (line, &error))
    return EXIT_SUCCESS;
  g_printerr ("confab-server: %s\n", error->message);
  return EXIT_FAILURE;
}
