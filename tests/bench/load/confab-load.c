/* confab-load.c: puts a server under load and tells how it does
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *     confab-load --server 127.0.0.1:3000 --pid PID FIGURE…
 *
 * Figures, each printed as a line of JSON, with a line for people on standard error:
 *     idle       connect rate, and memory per connection after a while of nothing
 *     rate       at a steady rate of sends, the time from send to the other members' receipt
 *     saturate   acknowledged sends per second, each connection with a window of unacknowledged ones
 */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "client.h"
#include "setup.h"

static char *server;
static int pid;
static char *people_file;
static int n_people = 1000;
static int room_size = 10;
static int n_idle = 10000;
static int idle_seconds = 10;
static int rate = 1000;
static int seconds = 30;
static int window = 4;
static int warm_up = 3;

static const GOptionEntry options[] = {
  { "server", 0, 0, G_OPTION_ARG_STRING, &server, "Where it listens", "HOST:PORT" },
  { "pid", 0, 0, G_OPTION_ARG_INT, &pid, "Whose memory and time to tell", "PID" },
  { "people", 0, 0, G_OPTION_ARG_INT, &n_people, "Accounts, one connection each (idle: shared)", "N" },
  { "people-file", 0, 0, G_OPTION_ARG_FILENAME, &people_file, "Where to keep them for the next time", "FILE" },
  { "room-size", 0, 0, G_OPTION_ARG_INT, &room_size, "Members of a room", "N" },
  { "idle-connections", 0, 0, G_OPTION_ARG_INT, &n_idle, "For idle", "N" },
  { "idle-seconds", 0, 0, G_OPTION_ARG_INT, &idle_seconds, "How long to do nothing", "S" },
  { "rate", 0, 0, G_OPTION_ARG_INT, &rate, "Sends per second, for rate", "N" },
  { "window", 0, 0, G_OPTION_ARG_INT, &window, "Unacknowledged sends per connection, for saturate", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "How long to measure", "S" },
  { "warm-up", 0, 0, G_OPTION_ARG_INT, &warm_up, "How long before that", "S" },
  { NULL }
};

/* ---- The server, from outside ----------------------------------------------------------------------------- */

static gint64
read_memory_kb (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", pid);
  g_autofree char *text = NULL;
  const char *line;

  if (pid == 0 || !g_file_get_contents (path, &text, NULL, NULL) || (line = strstr (text, "\nVmRSS:")) == NULL)
    return 0;
  return g_ascii_strtoll (line + strlen ("\nVmRSS:"), NULL, 10);
}

/* Seconds of processor time. */
static double
read_time (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  unsigned long user = 0, system = 0;

  if (pid == 0 || !g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  if (sscanf (strrchr (text, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
    return 0;
  return (double) (user + system) / (double) sysconf (_SC_CLK_TCK);
}

static double
read_own_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / G_USEC_PER_SEC;
}

/* ---- Figures ---------------------------------------------------------------------------------------------- */

static void
measure_idle (const Person *people)
{
  Load load;
  gint64 before = read_memory_kb ();
  double took;
  double per_connection;

  load_init (&load, server, people, n_people, n_idle);
  took = load_connect (&load, 256);
  load_run (&load, g_get_monotonic_time () + idle_seconds * G_USEC_PER_SEC, FALSE);
  per_connection = (double) (read_memory_kb () - before) / n_idle;
  g_print ("{\"figure\":\"idle\",\"connections\":%d,\"connectsPerSecond\":%.0f,\"kilobytesPerConnection\":%.2f,"
           "\"residentMegabytes\":%.1f,\"closed\":%u}\n",
           n_idle, n_idle / took, per_connection, (double) read_memory_kb () / 1024, load.n_closed);
  g_printerr ("idle: %d connections at %.0f/s, %.2f KB each\n", n_idle, n_idle / took, per_connection);
  load_clear (&load);
}

typedef struct
{
  double begin_server;
  double begin_own;
  gint64 begin;
  guint64 sent, acknowledged, received;
} Span;

static Span
span_begin (Load *load)
{
  load->measuring = TRUE;
  return (Span) { read_time (), read_own_time (), g_get_monotonic_time (), load->n_sent, load->n_acknowledged,
                  load->n_received };
}

/* What happened in a span. */
typedef struct
{
  double seconds;
  double sent, acknowledged, received;
  double server_cores, own_cores;
} Rates;

static Rates
span_end (const Span *self, const Load *load)
{
  double elapsed = (double) (g_get_monotonic_time () - self->begin) / G_USEC_PER_SEC;

  return (Rates) {
    .seconds = elapsed,
    .sent = (load->n_sent - self->sent) / elapsed,
    .acknowledged = (load->n_acknowledged - self->acknowledged) / elapsed,
    .received = (load->n_received - self->received) / elapsed,
    .server_cores = (read_time () - self->begin_server) / elapsed,
    .own_cores = (read_own_time () - self->begin_own) / elapsed,
  };
}

static void
print_histogram (const char *name, const Histogram *self)
{
  g_print (",\"%s\":{\"p50\":%.2f,\"p99\":%.2f,\"p999\":%.2f,\"max\":%.2f}", name, histogram_get (self, 0.5),
           histogram_get (self, 0.99), histogram_get (self, 0.999), self->maximum / 1000.0);
}

static void
report (const char *figure, const Load *load, const Span *span)
{
  Rates rates = span_end (span, load);

  g_print ("{\"figure\":\"%s\",\"connections\":%u,\"roomSize\":%d,\"seconds\":%.1f", figure, load->n_clients, room_size,
           rates.seconds);
  g_print (",\"sentPerSecond\":%.0f,\"acknowledgedPerSecond\":%.0f,\"receivedPerSecond\":%.0f", rates.sent,
           rates.acknowledged, rates.received);
  print_histogram ("deliveryMs", &load->delivery);
  print_histogram ("acknowledgementMs", &load->acknowledgement);
  g_print (",\"serverCores\":%.2f,\"loadCores\":%.2f,\"residentMegabytes\":%.1f", rates.server_cores, rates.own_cores,
           (double) read_memory_kb () / 1024);
  g_print (",\"refused\":%" G_GUINT64_FORMAT ",\"closed\":%u}\n", load->n_refused, load->n_closed);

  g_printerr ("%s: %.0f acknowledged/s, %.0f received/s; delivery p50 %.2f ms, p99 %.2f ms; ", figure,
              rates.acknowledged, rates.received, histogram_get (&load->delivery, 0.5),
              histogram_get (&load->delivery, 0.99));
  g_printerr ("acknowledgement p50 %.2f ms, p99 %.2f ms; server %.2f cores, load %.2f\n",
              histogram_get (&load->acknowledgement, 0.5), histogram_get (&load->acknowledgement, 0.99),
              rates.server_cores, rates.own_cores);
  if (load->refusal != NULL)
    g_printerr ("refused: %s\n", load->refusal);
}

/* Waits until every send has its answer, or nothing comes any more. */
static void
load_settle (Load *load)
{
  gint64 deadline = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;

  while (load->n_acknowledged < load->n_sent && g_get_monotonic_time () < deadline)
    load_run (load, deadline, TRUE);
  if (load->n_acknowledged < load->n_sent)
    g_printerr ("%" G_GUINT64_FORMAT " sends were never answered\n", load->n_sent - load->n_acknowledged);
}

/* Everybody in turn. A send is measured from the moment it was due, so that a load that falls behind does not look
 * good. */
static void
send_at_rate (Load *load, gint64 duration, guint *next)
{
  gint64 begin = g_get_monotonic_time ();
  guint64 n = 0;

  while (g_get_monotonic_time () < begin + duration)
    {
      gint64 due = begin + (gint64) (n * G_USEC_PER_SEC / rate);

      while (due <= g_get_monotonic_time ())
        {
          client_send_message (&load->clients[*next], due);
          *next = (*next + 1) % load->n_clients;
          due = begin + (gint64) (++n * G_USEC_PER_SEC / rate);
        }
      load_run (load, MIN (due, begin + duration), TRUE);
    }
}

static void
measure_rate (const Person *people)
{
  Load load;
  guint next = 0;
  Span span;

  load_init (&load, server, people, n_people, n_people);
  load_connect (&load, 256);
  send_at_rate (&load, warm_up * G_USEC_PER_SEC, &next);
  span = span_begin (&load);
  send_at_rate (&load, seconds * G_USEC_PER_SEC, &next);
  report ("rate", &load, &span);
  load_settle (&load);
  load_clear (&load);
}

static void
measure_saturation (const Person *people)
{
  Load load;
  Span span;

  load_init (&load, server, people, n_people, n_people);
  load_connect (&load, 256);
  load.window = window;
  load.sending = TRUE;
  for (guint i = 0; i < load.n_clients; i++)
    for (int j = 0; j < window; j++)
      client_send_message (&load.clients[i], g_get_monotonic_time ());
  load_run (&load, g_get_monotonic_time () + warm_up * G_USEC_PER_SEC, FALSE);
  span = span_begin (&load);
  load_run (&load, g_get_monotonic_time () + seconds * G_USEC_PER_SEC, FALSE);
  report ("saturate", &load, &span);
  load.sending = FALSE;
  load_settle (&load);
  load_clear (&load);
}

static const struct
{
  const char *name;
  void (*measure) (const Person *people);
} figures[] = {
  { "idle", measure_idle },
  { "rate", measure_rate },
  { "saturate", measure_saturation },
};

static void
measure (const char *name, const Person *people)
{
  for (gsize i = 0; i < G_N_ELEMENTS (figures); i++)
    {
      if (g_str_equal (figures[i].name, name))
        {
          figures[i].measure (people);
          return;
        }
    }
  g_printerr ("There is no figure \"%s\"\n", name);
  exit (2);
}

/* As many descriptors as the system lets us have. */
static void
raise_limit (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

int
main (int argc, char **argv)
{
  g_autoptr(GOptionContext) context = g_option_context_new ("FIGURE…");
  g_autoptr(GError) error = NULL;
  Person *people;

  setlocale (LC_ALL, "C");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || server == NULL || argc < 2)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "Tell the server and what to measure; see --help");
      return 2;
    }
  raise_limit ();
  people = setup_people (server, n_people, room_size, people_file);
  for (int i = 1; i < argc; i++)
    measure (argv[i], people);
  setup_free (people, n_people);
  return 0;
}
