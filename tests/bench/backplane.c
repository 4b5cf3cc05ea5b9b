/* backplane.c: what it costs to reach other instances, and how long it takes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   bench-backplane [ADDRESS [SECONDS]]     two instances on redis://127.0.0.1 and 2 seconds per figure without
 *
 * Events have frames of 300 bytes. What goes to "nobody" is on topics that no other instance wants.
 */
#include "config.h"

#include "backplane/backplane.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define N_TOPICS 100
#define N_LATENCIES 20000

static const guint batch_sizes[] = { 1, 10, 100 };

typedef struct
{
  Backplane *here;
  Backplane *there;
  double seconds;
  GMutex mutex;
  GCond cond;
  guint64 n_received;
  gint64 last;             /* when */
  GString *data;
} Bench;

static void
on_events (Event **events, guint n_events, gpointer data)
{
  Bench *bench = data;

  g_mutex_lock (&bench->mutex);
  bench->n_received += n_events;
  bench->last = g_get_monotonic_time ();
  g_cond_signal (&bench->cond);
  g_mutex_unlock (&bench->mutex);
}

static Event *
make_event (Bench *bench, const char *kind, guint number)
{
  g_autofree char *topic = g_strdup_printf ("%s:%u", kind, number % N_TOPICS);

  return event_new (topic, "new-message", g_string_new_len (bench->data->str, bench->data->len));
}

/* What is under way is bounded, as it is by clients who wait for their answers. */
static void
await (Bench *bench, guint64 n)
{
  g_mutex_lock (&bench->mutex);
  while (bench->n_received < n)
    g_cond_wait (&bench->cond, &bench->mutex);
  g_mutex_unlock (&bench->mutex);
}

static void
await_answers (Bench *bench, guint most)
{
  BackplaneStatus status;

  do
    {
      g_thread_yield ();
      backplane_get_status (bench->here, &status);
    }
  while (status.queued > most);
}

static void
measure_throughput (Bench *bench, const char *kind, guint batch_size)
{
  gint64 start = g_get_monotonic_time (), end = start + (gint64) (bench->seconds * G_USEC_PER_SEC);
  gboolean heard = g_str_equal (kind, "room");
  guint64 n = 0;
  double seconds;

  bench->n_received = 0;
  while (g_get_monotonic_time () < end)
    {
      g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);

      for (guint i = 0; i < batch_size; i++)
        g_ptr_array_add (events, make_event (bench, kind, n / 10 + i));
      backplane_publish (bench->here, (Event **) events->pdata, events->len);
      n += batch_size;
      if (heard && n > 20000)
        await (bench, n - 20000);
      await_answers (bench, 20000 / batch_size);
    }
  await_answers (bench, 0);
  if (heard)
    await (bench, n);
  seconds = ((heard ? bench->last : g_get_monotonic_time ()) - start) / (double) G_USEC_PER_SEC;
  printf ("{\"figure\": \"publish\", \"to\": \"%s\", \"batch\": %u, \"events_per_second\": %.0f}\n",
          heard ? "there" : "nobody", batch_size, n / seconds);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return *(const gint64 *) a < *(const gint64 *) b ? -1 : *(const gint64 *) a > *(const gint64 *) b;
}

/* One at a time: from the call here to the receiver's there. */
static void
measure_latency (Bench *bench)
{
  g_autofree gint64 *times = g_new (gint64, N_LATENCIES);

  bench->n_received = 0;
  for (guint i = 0; i < N_LATENCIES; i++)
    {
      g_autoptr(Event) event = make_event (bench, "room", i);
      gint64 start = g_get_monotonic_time ();

      backplane_publish (bench->here, &event, 1);
      await (bench, i + 1);
      times[i] = bench->last - start;
    }
  qsort (times, N_LATENCIES, sizeof *times, compare);
  printf ("{\"figure\": \"latency\", \"p50_us\": %" G_GINT64_FORMAT ", \"p99_us\": %" G_GINT64_FORMAT
          ", \"p999_us\": %" G_GINT64_FORMAT "}\n",
          times[N_LATENCIES / 2], times[N_LATENCIES * 99 / 100], times[N_LATENCIES / 1000 * 999]);
}

/* Of this thread, while the processor is its own. */
static double
get_cpu_microseconds (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

/* What a lane pays. */
static void
measure_publish_call (Bench *bench)
{
  g_autoptr(Event) event = make_event (bench, "nobody", 0);
  double time = 0;
  guint n = 0;

  for (; n < 100000; n++)
    {
      double start = get_cpu_microseconds ();

      backplane_publish (bench->here, &event, 1);
      time += get_cpu_microseconds () - start;
      await_answers (bench, 1000);
    }
  printf ("{\"figure\": \"publish-call\", \"cpu_microseconds\": %.2f}\n", time / n);
}

static void
measure_rest (Bench *bench)
{
  const char *user_ids[100];
  ConfabPresenceStatus statuses[100], merged;
  gint64 start = g_get_monotonic_time ();
  guint n;

  for (n = 0; n < 10000; n++)
    {
      g_autofree char *user = g_strdup_printf ("user-%u", n % 1000);

      backplane_set_presence (bench->here, user, "phone", CONFAB_PRESENCE_STATUS_ONLINE, 60, &merged);
    }
  printf ("{\"figure\": \"set-presence\", \"microseconds\": %.1f}\n",
          (g_get_monotonic_time () - start) / (double) n);
  for (guint i = 0; i < 100; i++)
    user_ids[i] = g_strdup_printf ("user-%u", i);
  start = g_get_monotonic_time ();
  for (n = 0; n < 2000; n++)
    backplane_get_presences (bench->here, user_ids, 100, statuses);
  printf ("{\"figure\": \"get-100-presences\", \"microseconds\": %.1f}\n",
          (g_get_monotonic_time () - start) / (double) n);
  start = g_get_monotonic_time ();
  for (n = 0; n < 200000; n++)
    {
      g_autofree char *user = g_strdup_printf ("user-%u", n % 10000);

      backplane_take (bench->here, "send", user, 10, 1000, NULL, NULL);
      await_answers (bench, 10000);
    }
  await_answers (bench, 0);
  printf ("{\"figure\": \"take\", \"per_second\": %.0f}\n",
          n / ((g_get_monotonic_time () - start) / (double) G_USEC_PER_SEC));
  for (guint i = 0; i < 100; i++)
    g_free ((char *) user_ids[i]);
}

int
main (int argc, char **argv)
{
  const char *address = argc > 1 ? argv[1] : "redis://127.0.0.1";
  Bench bench = { .seconds = argc > 2 ? g_ascii_strtod (argv[2], NULL) : 2 };
  g_autoptr(GError) error = NULL;

  bench.here = backplane_open (address, &error);
  bench.there = error == NULL ? backplane_open (address, &error) : NULL;
  if (error != NULL || !backplane_check (bench.here, &error))
    g_error ("%s", error->message);
  g_mutex_init (&bench.mutex);
  g_cond_init (&bench.cond);
  bench.data = g_string_new (NULL);
  g_string_append_printf (bench.data, "{\"text\":\"%0270d\"}", 0);
  backplane_set_deliver (bench.there, on_events, &bench);
  for (guint i = 0; i < N_TOPICS; i++)
    {
      g_autofree char *topic = g_strdup_printf ("room:%u", i);

      backplane_subscribe (bench.there, topic);
    }
  backplane_settle (bench.there, 5000);
  for (gsize i = 0; i < G_N_ELEMENTS (batch_sizes); i++)
    measure_throughput (&bench, "room", batch_sizes[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (batch_sizes); i++)
    measure_throughput (&bench, "nobody", batch_sizes[i]);
  measure_latency (&bench);
  measure_publish_call (&bench);
  measure_rest (&bench);
  backplane_close (bench.here);
  backplane_close (bench.there);
  g_string_free (bench.data, TRUE);
  g_mutex_clear (&bench.mutex);
  g_cond_clear (&bench.cond);
  return 0;
}
