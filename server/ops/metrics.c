/* metrics.c: what the server counts and measures, as Prometheus reads it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/metrics.h"

#include <stdio.h>
#include <unistd.h>

#include "domain/instances.h"
#include "domain/lanes.h"
#include "domain/store-watch.h"
#include "protocol/confab-error.h"

#define N_OUTCOMES (CONFAB_ERROR_INTERNAL + 2)   /* fine, then the codes of errors */
#define N_BOUNDS 14

/* Microseconds. */
static const gint64 bounds[N_BOUNDS] = {
  250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 64000, 125000, 250000, 500000, 1000000, 5000000,
};

typedef struct
{
  _Atomic guint64 outcomes[N_OUTCOMES];
  _Atomic guint64 buckets[N_BOUNDS + 1];
  _Atomic guint64 microseconds;
} Operation;

struct _Metrics
{
  MetricsSources sources;
  gint64 started;                              /* microseconds since 1970 */
  Operation operations[CONFAB_N_OPERATIONS];
};

Metrics *
metrics_new (const MetricsSources *sources)
{
  Metrics *self = g_new0 (Metrics, 1);

  self->sources = *sources;
  self->started = g_get_real_time ();
  return self;
}

void
metrics_free (Metrics *self)
{
  g_free (self);
}

static guint
find_bucket (gint64 microseconds)
{
  guint i = 0;

  while (i < N_BOUNDS && microseconds > bounds[i])
    i++;
  return i;
}

static guint
find_outcome (const GError *error)
{
  if (error == NULL)
    return 0;
  return error->domain == CONFAB_ERROR && error->code >= 0 && error->code <= CONFAB_ERROR_INTERNAL
           ? 1 + error->code
           : 1 + CONFAB_ERROR_INTERNAL;
}

void
metrics_observe (const Request *request, const GError *error, gpointer metrics)
{
  Metrics *self = metrics;
  Operation *operation = &self->operations[request->operation->id];
  gint64 taken = MAX (0, g_get_monotonic_time () - request->arrived);

  net_count (&operation->outcomes[find_outcome (error)], 1);
  net_count (&operation->buckets[find_bucket (taken)], 1);
  net_count (&operation->microseconds, taken);
}

/* ---- Printing --------------------------------------------------------------------------------------------- */

static void
head (GString *text, const char *name, const char *type, const char *about)
{
  g_string_append_printf (text, "# HELP confab_%s %s\n# TYPE confab_%s %s\n", name, about, name, type);
}

static void
print_one (GString *text, const char *name, const char *type, const char *about, gint64 value)
{
  head (text, name, type, about);
  g_string_append_printf (text, "confab_%s %" G_GINT64_FORMAT "\n", name, value);
}

static const char *
name_outcome (guint outcome)
{
  return outcome == 0 ? "ok" : confab_error_get_code (outcome - 1);
}

static void
print_outcomes (Metrics *self, GString *text)
{
  head (text, "requests_total", "counter", "Requests finished, by verb and outcome");
  for (guint i = 0; i < CONFAB_N_OPERATIONS; i++)
    for (guint j = 0; j < N_OUTCOMES; j++)
      {
        guint64 count = net_counted (&self->operations[i].outcomes[j]);

        if (count > 0)
          g_string_append_printf (text,
                                  "confab_requests_total{operation=\"%s\",outcome=\"%s\"} %" G_GUINT64_FORMAT "\n",
                                  confab_operation_get (i)->name, name_outcome (j), count);
      }
}

static void
print_histogram (const char *name, Operation *operation, GString *text)
{
  guint64 count = 0;
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < N_BOUNDS; i++)
    {
      count += net_counted (&operation->buckets[i]);
      g_string_append_printf (text,
                              "confab_request_seconds_bucket{operation=\"%s\",le=\"%s\"} %" G_GUINT64_FORMAT "\n",
                              name, g_ascii_formatd (seconds, sizeof seconds, "%g", bounds[i] / 1e6), count);
    }
  count += net_counted (&operation->buckets[N_BOUNDS]);
  g_string_append_printf (text, "confab_request_seconds_bucket{operation=\"%s\",le=\"+Inf\"} %" G_GUINT64_FORMAT "\n",
                          name, count);
  g_string_append_printf (text, "confab_request_seconds_sum{operation=\"%s\"} %s\n", name,
                          g_ascii_formatd (seconds, sizeof seconds, "%.6f",
                                           net_counted (&operation->microseconds) / 1e6));
  g_string_append_printf (text, "confab_request_seconds_count{operation=\"%s\"} %" G_GUINT64_FORMAT "\n", name, count);
}

static gboolean
was_called (Operation *operation)
{
  for (guint i = 0; i <= N_BOUNDS; i++)
    if (net_counted (&operation->buckets[i]) > 0)
      return TRUE;
  return FALSE;
}

static void
print_histograms (Metrics *self, GString *text)
{
  head (text, "request_seconds", "histogram", "From a request's arrival to its answer");
  for (guint i = 0; i < CONFAB_N_OPERATIONS; i++)
    if (was_called (&self->operations[i]))
      print_histogram (confab_operation_get (i)->name, &self->operations[i], text);
}

static void
print_counters (const NetCounters *counters, GString *text)
{
  const struct
  {
    const char *name;
    const char *type;
    const char *about;
    const _Atomic gint64 *value;
  } rows[] = {
    { "sockets", "gauge", "Sockets open, HTTP and WebSocket", &counters->sockets },
    { "connections", "gauge", "WebSocket connections", &counters->connections },
    { "connections_authenticated", "gauge", "WebSocket connections that are signed in", &counters->authenticated },
    { "http_requests_running", "gauge", "HTTP requests that wait for their answer", &counters->http_running },
    { "bytes_waiting", "gauge", "Output that peers have not taken yet", &counters->bytes_waiting },
    { "sockets_accepted_total", "counter", "Sockets accepted", &counters->sockets_accepted },
    { "sockets_refused_total", "counter", "Sockets refused because a limit was reached", &counters->sockets_refused },
    { "connections_opened_total", "counter", "WebSocket connections opened", &counters->connections_opened },
    { "frames_received_total", "counter", "WebSocket frames received", &counters->frames_received },
    { "frames_sent_total", "counter", "WebSocket frames sent: replies and fan-out", &counters->frames_sent },
    { "bytes_received_total", "counter", "Bytes received", &counters->bytes_received },
    { "bytes_sent_total", "counter", "Bytes sent", &counters->bytes_sent },
    { "http_requests_total", "counter", "HTTP requests", &counters->http_requests },
    { "closed_slow_total", "counter", "Connections closed because they did not read", &counters->closed_slow },
    { "closed_silent_total", "counter", "Connections closed because they said nothing", &counters->closed_silent },
    { "closed_unauthenticated_total", "counter", "Connections closed because nobody signed in",
      &counters->closed_unauthenticated },
    { "closed_protocol_total", "counter", "Connections closed because they broke the rules",
      &counters->closed_protocol },
    { "http_timeouts_total", "counter", "HTTP requests that were too slow", &counters->http_timeouts },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    print_one (text, rows[i].name, rows[i].type, rows[i].about, net_counted (rows[i].value));
}

/* Pages of memory that are resident: the second number of /proc/self/statm. */
static gint64
read_resident_bytes (void)
{
  g_autofree char *text = NULL;
  long size = 0;
  long resident = 0;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) || sscanf (text, "%ld %ld", &size, &resident) != 2)
    return 0;
  return (gint64) resident * sysconf (_SC_PAGESIZE);
}

static gint64
count_open_files (void)
{
  g_autoptr(GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  gint64 count = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    count++;
  return count;
}

static void
print_gauge (GString *text, const char *name, const char *about, guint (*count) (gpointer), gpointer data)
{
  if (count != NULL)
    print_one (text, name, "gauge", about, count (data));
}

static void
print_backplane (Domain *domain, GString *text)
{
  BackplaneStatus status;

  backplane_get_status (domain->backplane, &status);
  print_one (text, "backplane_up", "gauge", "Whether events reach other instances", status.connected);
  print_one (text, "backplane_queued", "gauge", "Commands that wait for the backplane", status.queued);
  print_one (text, "backplane_reconnects_total", "counter", "How often it came back", status.reconnects);
  print_one (text, "backplane_gaps_total", "counter", "How often events may have been lost", status.gaps);
  print_one (text, "backplane_published_total", "counter", "Events told", status.published);
  print_one (text, "backplane_received_total", "counter", "Events heard from other instances", status.received);
  print_one (text, "backplane_delivered_total", "counter", "Events handed to connections here", status.delivered);
  print_one (text, "backplane_dropped_total", "counter", "Events that did not reach other instances", status.dropped);
}

static void
print_instances (Domain *domain, GString *text)
{
  InstancesStatus status;

  instances_get_status (domain->instances, &status);
  print_one (text, "rooms_followed", "gauge", "Rooms whose revs are compared with the store", status.rooms);
  print_one (text, "comparisons_total", "counter", "How often all of them were compared", status.rounds);
  print_one (text, "rooms_caught_up_total", "counter", "Rooms of which something had been missed",
             status.rooms_caught_up);
  print_one (text, "events_caught_up_total", "counter", "Events told because they had been missed",
             status.events_caught_up);
  print_one (text, "resyncs_total", "counter", "How often clients were asked to resume", status.gaps);
  print_one (text, "comparison_failures_total", "counter", "Comparisons that the store did not answer",
             status.failures);
}

static void
print_domain (Domain *domain, GString *text)
{
  print_one (text, "store_up", "gauge", "Whether the store answers", !store_watch_is_away (domain->store_watch));
  print_one (text, "store_outages_total", "counter", "How often it went away",
             store_watch_count_outages (domain->store_watch));
  print_one (text, "store_retries_total", "counter", "Transactions begun again because others were in the way",
             store_get_retries (domain->store));
  if (domain->lanes != NULL)
    {
      print_one (text, "lane_requests_pending", "gauge", "Requests that wait or run in lanes",
                 lanes_get_pending (domain->lanes));
      print_one (text, "stale_rounds_total", "counter", "Decisions made again: the membership had changed elsewhere",
                 lanes_get_stale_rounds (domain->lanes));
    }
  if (domain->backplane == NULL)
    return;
  print_backplane (domain, text);
  print_instances (domain, text);
}

GString *
metrics_print (Metrics *self)
{
  const MetricsSources *sources = &self->sources;
  GString *text = g_string_sized_new (16 * 1024);

  head (text, "info", "gauge", "Which server this is");
  g_string_append (text, "confab_info{version=\"" PACKAGE_VERSION "\"} 1\n");
  print_one (text, "start_time_seconds", "gauge", "When it was started, since 1970",
             self->started / G_TIME_SPAN_SECOND);
  print_one (text, "resident_memory_bytes", "gauge", "Memory in use", read_resident_bytes ());
  print_one (text, "open_files", "gauge", "File descriptors in use", count_open_files ());
  print_gauge (text, "requests_in_flight", "Requests taken and not answered", sources->count_in_flight, sources->data);
  print_gauge (text, "topics", "Topics with subscribers here", sources->count_topics, sources->data);
  if (sources->get_counters != NULL)
    print_counters (sources->get_counters (sources->data), text);
  if (sources->domain != NULL)
    print_domain (sources->domain, text);
  print_outcomes (self, text);
  print_histograms (self, text);
  return text;
}
