/* confab-load.c: puts a server under load and tells how it does
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *     confab-load --server 127.0.0.1:3000 --pid PID FIGURE…
 *
 * Figures, each printed as a line of JSON, with a line for people on standard error:
 *     idle       connect rate, and memory per connection after a while of nothing
 *     rate       at a steady rate of sends, the time from send to the other members' receipt
 *     saturate   acknowledged sends per second, so many unacknowledged ones at any time
 *
 * Several servers (instances of one service) share the connections. Other servers than Confab are loaded by the same
 * program in another dialect; their people come with --seeded, because they register in other ways.
 */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "client.h"
#include "processes.h"
#include "setup.h"

#define AT_ONCE 256
#define FIRST_CONNECTIONS 32
/* For the first answers, before anything is measured. */
#define PATIENCE_SECONDS 20
/* After the last send: for answers and deliveries that are under way. */
#define SETTLE_SECONDS 15
#define QUIET_SECONDS 2

static char *server;
static char *dialect_name;
static char *pids;
static char *beside_pids;
static char *people_file;
static char *seeded_file;
static int n_people = 1000;
static int room_size = 10;
static int n_idle = 10000;
static int idle_seconds = 10;
static int connect_seconds = 120;
static int rate = 1000;
static int seconds = 30;
static int in_flight = 2000;
static int warm_up = 3;

static const GOptionEntry options[] = {
  { "server", 0, 0, G_OPTION_ARG_STRING, &server, "Where it listens; several with commas", "HOST:PORT" },
  { "dialect", 0, 0, G_OPTION_ARG_STRING, &dialect_name, "confab, socketio or ws", "NAME" },
  { "pid", 0, 0, G_OPTION_ARG_STRING, &pids, "Whose memory and time to tell; several with commas", "PID" },
  { "beside", 0, 0, G_OPTION_ARG_STRING, &beside_pids, "Whose time to tell apart: databases", "PID" },
  { "people", 0, 0, G_OPTION_ARG_INT, &n_people, "Accounts, one connection each (idle: shared)", "N" },
  { "people-file", 0, 0, G_OPTION_ARG_FILENAME, &people_file, "Where to keep them for the next time", "FILE" },
  { "seeded", 0, 0, G_OPTION_ARG_FILENAME, &seeded_file, "People that are there: id, token, room per line", "FILE" },
  { "room-size", 0, 0, G_OPTION_ARG_INT, &room_size, "Members of a room", "N" },
  { "idle-connections", 0, 0, G_OPTION_ARG_INT, &n_idle, "For idle", "N" },
  { "idle-seconds", 0, 0, G_OPTION_ARG_INT, &idle_seconds, "How long to do nothing", "S" },
  { "connect-seconds", 0, 0, G_OPTION_ARG_INT, &connect_seconds, "For all to be connected, at most", "S" },
  { "rate", 0, 0, G_OPTION_ARG_INT, &rate, "Sends per second, for rate", "N" },
  { "in-flight", 0, 0, G_OPTION_ARG_INT, &in_flight, "Unacknowledged sends in all, for saturate", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "How long to measure", "S" },
  { "warm-up", 0, 0, G_OPTION_ARG_INT, &warm_up, "How long before that", "S" },
  { NULL }
};

static const Dialect *dialect = &dialect_confab;
static char **servers;

static double
connect_people (Load *load, const Person *people, guint n_clients)
{
  load_init (load, dialect, (const char *const *) servers, people, n_people, n_clients);
  return load_connect (load, AT_ONCE, connect_seconds);
}

/* ---- Idle ------------------------------------------------------------------------------------------------- */

/* What a server makes once, threads and their pools, is no connection's cost: the first ones stay open beside those
 * that are counted, and no connection that is counted gets the memory of one that was closed. */
static void
measure_idle (const Person *people)
{
  Load first;
  Load load;
  gint64 before;
  double took;
  double per_connection;

  connect_people (&first, people, MIN (FIRST_CONNECTIONS, n_people));
  load_run (&first, g_get_monotonic_time () + QUIET_SECONDS * G_USEC_PER_SEC, FALSE);
  before = processes_read_memory_kb (pids);
  took = connect_people (&load, people, n_idle);
  load_run (&load, g_get_monotonic_time () + idle_seconds * G_USEC_PER_SEC, FALSE);
  per_connection = (double) (processes_read_memory_kb (pids) - before) / n_idle;
  g_print ("{\"figure\":\"idle\",\"connections\":%d,\"connectsPerSecond\":%.0f,\"kilobytesPerConnection\":%.2f,"
           "\"residentMegabytes\":%.1f,\"closed\":%u}\n",
           n_idle, n_idle / took, per_connection, (double) processes_read_memory_kb (pids) / 1024,
           first.n_closed + load.n_closed);
  g_printerr ("idle: %d connections at %.0f/s, %.2f KB each\n", n_idle, n_idle / took, per_connection);
  load_clear (&load);
  load_clear (&first);
}

/* ---- Under load ------------------------------------------------------------------------------------------- */

/* Where all counters stood when it began. */
typedef struct
{
  gint64 begin;
  ProcessTimes *servers, *beside;
  double own_time, machine_time;
  guint64 sent, answered, refused, received;
} Span;

static void
span_begin (Span *self, Load *load)
{
  load->measuring = TRUE;
  *self = (Span) {
    .begin = g_get_monotonic_time (),
    .servers = process_times_read (pids),
    .beside = process_times_read (beside_pids),
    .own_time = processes_read_own_time (),
    .machine_time = processes_read_machine_time (),
    .sent = load->n_sent,
    .answered = load->n_answered,
    .refused = load->n_refused,
    .received = load->n_received,
  };
}

static void
span_clear (Span *self)
{
  process_times_free (self->servers);
  process_times_free (self->beside);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Span, span_clear)

/* What happened in a span. */
typedef struct
{
  double seconds;
  double sent, acknowledged, received;
  double server_cores, beside_cores, own_cores, other_cores;
  char *each; /* JSON: the servers, then those beside them, in the order of their pids */
  double resident_megabytes;
} Rates;

static void
rates_clear (Rates *self)
{
  g_free (self->each);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rates, rates_clear)

static void
append_processes (GString *text, const ProcessTimes *now, const ProcessTimes *then, double elapsed)
{
  for (guint i = 0; i < process_times_get_n (now); i++)
    g_string_append_printf (text, "%s{\"cores\":%.2f,\"busiestThread\":%.2f}", text->len > 0 ? "," : "",
                            process_times_get_used (now, then, i) / elapsed,
                            process_times_get_most_used (now, then, i) / elapsed);
}

static void
span_end (const Span *self, Load *load, Rates *rates)
{
  double elapsed = (double) (g_get_monotonic_time () - self->begin) / G_USEC_PER_SEC;
  double machine = (processes_read_machine_time () - self->machine_time) / elapsed;
  g_autoptr(ProcessTimes) now = process_times_read (pids);
  g_autoptr(ProcessTimes) beside = process_times_read (beside_pids);
  g_autoptr(GString) each = g_string_new (NULL);

  load->measuring = FALSE;
  append_processes (each, now, self->servers, elapsed);
  append_processes (each, beside, self->beside, elapsed);
  *rates = (Rates) {
    .seconds = elapsed,
    .sent = (load->n_sent - self->sent) / elapsed,
    .acknowledged = (load->n_answered - self->answered - (load->n_refused - self->refused)) / elapsed,
    .received = (load->n_received - self->received) / elapsed,
    .server_cores = process_times_get_sum (now, self->servers) / elapsed,
    .beside_cores = process_times_get_sum (beside, self->beside) / elapsed,
    .own_cores = (processes_read_own_time () - self->own_time) / elapsed,
    .each = g_string_free (g_steal_pointer (&each), FALSE),
    .resident_megabytes = (double) processes_read_memory_kb (pids) / 1024,
  };
  rates->other_cores = MAX (machine - rates->server_cores - rates->beside_cores - rates->own_cores, 0);
}

/* How many messages all connections together should have got by now. */
static guint64
load_get_expected (const Load *load)
{
  return (load->n_answered - load->n_refused) * MIN (room_size, n_people);
}

/* Waits until every send has its answer and every member has it, or nothing comes any more. */
static void
load_settle (Load *load)
{
  gint64 deadline = g_get_monotonic_time () + SETTLE_SECONDS * G_USEC_PER_SEC;
  gint64 quiet_since = g_get_monotonic_time ();

  while ((load->n_answered < load->n_sent || load->n_received < load_get_expected (load))
         && g_get_monotonic_time () < MIN (deadline, quiet_since + QUIET_SECONDS * G_USEC_PER_SEC))
    {
      guint64 before = load->n_answered + load->n_received;

      load_run (load, g_get_monotonic_time () + G_USEC_PER_SEC / 10, TRUE);
      if (load->n_answered + load->n_received > before)
        quiet_since = g_get_monotonic_time ();
    }
  if (load->n_answered < load->n_sent)
    g_printerr ("%" G_GUINT64_FORMAT " sends were never answered\n", load->n_sent - load->n_answered);
}

static void
print_histogram (const char *name, const Histogram *self)
{
  g_print (",\"%s\":{\"p50\":%.2f,\"p99\":%.2f,\"p999\":%.2f,\"max\":%.2f}", name, histogram_get (self, 0.5),
           histogram_get (self, 0.99), histogram_get (self, 0.999), self->maximum / 1000.0);
}

static void
print_rates (const char *figure, const Load *load, const Rates *rates)
{
  g_print ("{\"figure\":\"%s\",\"connections\":%u,\"roomSize\":%d,\"seconds\":%.1f", figure, load->n_clients, room_size,
           rates->seconds);
  g_print (",\"sentPerSecond\":%.0f,\"acknowledgedPerSecond\":%.0f,\"receivedPerSecond\":%.0f", rates->sent,
           rates->acknowledged, rates->received);
  print_histogram ("deliveryMs", &load->delivery);
  print_histogram ("acknowledgementMs", &load->acknowledgement);
  g_print (",\"serverCores\":%.2f,\"besideCores\":%.2f,\"loadCores\":%.2f,\"otherCores\":%.2f,\"processes\":[%s]",
           rates->server_cores, rates->beside_cores, rates->own_cores, rates->other_cores, rates->each);
  g_print (",\"residentMegabytes\":%.1f", rates->resident_megabytes);
}

/* What became of it all, from the first send on. */
static void
print_counts (const Load *load)
{
  guint64 expected = load_get_expected (load);

  g_print (",\"sent\":%" G_GUINT64_FORMAT ",\"unanswered\":%" G_GUINT64_FORMAT ",\"refused\":%" G_GUINT64_FORMAT,
           load->n_sent, load->n_sent - load->n_answered, load->n_refused);
  g_print (",\"expected\":%" G_GUINT64_FORMAT ",\"received\":%" G_GUINT64_FORMAT ",\"closed\":%u}\n", expected,
           load->n_received, load->n_closed);
}

static void
report (const char *figure, const Load *load, const Rates *rates)
{
  print_rates (figure, load, rates);
  print_counts (load);
  g_printerr ("%s: %.0f acknowledged/s, %.0f received/s; delivery p50 %.2f ms, p99 %.2f ms; ", figure,
              rates->acknowledged, rates->received, histogram_get (&load->delivery, 0.5),
              histogram_get (&load->delivery, 0.99));
  g_printerr ("acknowledgement p50 %.2f ms, p99 %.2f ms; server %.2f cores, beside it %.2f, load %.2f\n",
              histogram_get (&load->acknowledgement, 0.5), histogram_get (&load->acknowledgement, 0.99),
              rates->server_cores, rates->beside_cores, rates->own_cores);
  if (load->refusal != NULL)
    g_printerr ("refused: %s\n", load->refusal);
}

/* A send is measured from the moment it was due, so that a load that falls behind does not look good. */
static void
send_at_rate (Load *load, gint64 duration)
{
  gint64 begin = g_get_monotonic_time ();
  guint64 n = 0;

  while (g_get_monotonic_time () < begin + duration)
    {
      gint64 due = begin + (gint64) (n * G_USEC_PER_SEC / rate);

      while (due <= g_get_monotonic_time ())
        {
          load_send_next (load, due);
          due = begin + (gint64) (++n * G_USEC_PER_SEC / rate);
        }
      load_run (load, MIN (due, begin + duration), TRUE);
    }
}

static void
measure_rate (const Person *people)
{
  Load load;
  g_auto(Span) span = { 0 };
  g_auto(Rates) rates = { 0 };

  connect_people (&load, people, n_people);
  send_at_rate (&load, warm_up * G_USEC_PER_SEC);
  span_begin (&span, &load);
  send_at_rate (&load, seconds * G_USEC_PER_SEC);
  span_end (&span, &load, &rates);
  load_settle (&load);
  report ("rate", &load, &rates);
  load_clear (&load);
}

/* Until the queue that was there at the beginning is gone: before, a server is still busy with taking it in. */
static void
load_warm_up (Load *load)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_SECONDS * G_USEC_PER_SEC;

  load_run (load, g_get_monotonic_time () + warm_up * G_USEC_PER_SEC, FALSE);
  while (load->n_answered < (guint64) in_flight && g_get_monotonic_time () < deadline)
    load_run (load, g_get_monotonic_time () + G_USEC_PER_SEC / 10, TRUE);
}

static void
measure_saturation (const Person *people)
{
  Load load;
  g_auto(Span) span = { 0 };
  g_auto(Rates) rates = { 0 };

  connect_people (&load, people, n_people);
  load.sending = TRUE;
  for (int i = 0; i < in_flight; i++)
    load_send_next (&load, g_get_monotonic_time ());
  load_warm_up (&load);
  span_begin (&span, &load);
  load_run (&load, g_get_monotonic_time () + seconds * G_USEC_PER_SEC, FALSE);
  span_end (&span, &load, &rates);
  load.sending = FALSE;
  load_settle (&load);
  report ("saturate", &load, &rates);
  load_clear (&load);
}

/* ---- The whole -------------------------------------------------------------------------------------------- */

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

static void
read_arguments (int *argc, char ***argv)
{
  g_autoptr(GOptionContext) context = g_option_context_new ("FIGURE…");
  g_autoptr(GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, argc, argv, &error) || server == NULL || *argc < 2)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "Tell the server and what to measure; see --help");
      exit (2);
    }
  if (dialect_name != NULL)
    dialect = dialect_find (dialect_name);
  if (dialect == NULL)
    {
      g_printerr ("There is no dialect \"%s\"\n", dialect_name);
      exit (2);
    }
  servers = g_strsplit (server, ",", -1);
}

int
main (int argc, char **argv)
{
  Person *people;

  setlocale (LC_ALL, "C");
  read_arguments (&argc, &argv);
  raise_limit ();
  people = seeded_file != NULL ? read_seeded_people (seeded_file, n_people)
                               : setup_people (servers[0], n_people, room_size, people_file);
  for (int i = 1; i < argc; i++)
    measure (argv[i], people);
  setup_free (people, n_people);
  g_strfreev (servers);
  return 0;
}
