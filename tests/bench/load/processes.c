/* processes.c: what the processes under load cost, seen from outside
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "processes.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* NULL when there is no such process. */
static char *
read_file (const char *pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/%s", pid, name);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

static gint64
read_memory_kb (const char *pid)
{
  g_autofree char *text = read_file (pid, "status");
  const char *line = text != NULL ? strstr (text, "\nVmRSS:") : NULL;

  return line != NULL ? g_ascii_strtoll (line + strlen ("\nVmRSS:"), NULL, 10) : 0;
}

/* Of a file like /proc/PID/stat. */
static double
parse_time (const char *text)
{
  const char *end = text != NULL ? strrchr (text, ')') : NULL;
  unsigned long user = 0, system = 0;

  if (end == NULL || sscanf (end, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
    return 0;
  return (double) (user + system) / (double) sysconf (_SC_CLK_TCK);
}

gint64
processes_read_memory_kb (const char *pids)
{
  g_auto(GStrv) each = g_strsplit (pids != NULL ? pids : "", ",", -1);
  gint64 sum = 0;

  for (guint i = 0; each[i] != NULL; i++)
    sum += read_memory_kb (each[i]);
  return sum;
}

double
processes_read_own_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / G_USEC_PER_SEC;
}

double
processes_read_machine_time (void)
{
  g_autofree char *text = NULL;
  unsigned long user = 0, nice = 0, system = 0, irq = 0, softirq = 0, steal = 0;

  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL) ||
      sscanf (text, "cpu %lu %lu %lu %*u %*u %lu %lu %lu", &user, &nice, &system, &irq, &softirq, &steal) != 6)
    return 0;
  return (double) (user + nice + system + irq + softirq + steal) / (double) sysconf (_SC_CLK_TCK);
}

/* ---- Times of processes and their threads ----------------------------------------------------------------- */

typedef struct
{
  double seconds;
  GHashTable *threads; /* id → double*, seconds */
} ProcessTime;

struct _ProcessTimes
{
  GPtrArray *each; /* of ProcessTime* */
};

static void
process_time_free (ProcessTime *self)
{
  g_hash_table_unref (self->threads);
  g_free (self);
}

static void
process_time_read_threads (ProcessTime *self, const char *pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/task", pid);
  g_autoptr(GDir) folder = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *thread = g_strdup_printf ("%s/task/%s", pid, name);
      g_autofree char *text = read_file (thread, "stat");
      double seconds = parse_time (text);

      g_hash_table_insert (self->threads, g_strdup (name), g_memdup2 (&seconds, sizeof seconds));
    }
}

static ProcessTime *
process_time_read (const char *pid)
{
  ProcessTime *self = g_new0 (ProcessTime, 1);
  g_autofree char *text = read_file (pid, "stat");

  self->seconds = parse_time (text);
  self->threads = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  process_time_read_threads (self, pid);
  return self;
}

ProcessTimes *
process_times_read (const char *pids)
{
  ProcessTimes *self = g_new0 (ProcessTimes, 1);
  g_auto(GStrv) each = g_strsplit (pids != NULL ? pids : "", ",", -1);

  self->each = g_ptr_array_new_with_free_func ((GDestroyNotify) process_time_free);
  for (guint i = 0; each[i] != NULL; i++)
    g_ptr_array_add (self->each, process_time_read (each[i]));
  return self;
}

void
process_times_free (ProcessTimes *self)
{
  g_ptr_array_unref (self->each);
  g_free (self);
}

guint
process_times_get_n (const ProcessTimes *self)
{
  return self->each->len;
}

double
process_times_get_used (const ProcessTimes *self, const ProcessTimes *earlier, guint i)
{
  const ProcessTime *now = self->each->pdata[i];
  const ProcessTime *then = earlier->each->pdata[i];

  return now->seconds - then->seconds;
}

double
process_times_get_most_used (const ProcessTimes *self, const ProcessTimes *earlier, guint i)
{
  const ProcessTime *now = self->each->pdata[i];
  const ProcessTime *then = earlier->each->pdata[i];
  const char *thread = NULL;
  const double *seconds = NULL;
  double most = 0;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, now->threads);
  while (g_hash_table_iter_next (&iter, (gpointer *) &thread, (gpointer *) &seconds))
    {
      const double *before = g_hash_table_lookup (then->threads, thread);

      most = MAX (most, *seconds - (before != NULL ? *before : 0));
    }
  return most;
}

double
process_times_get_sum (const ProcessTimes *self, const ProcessTimes *earlier)
{
  double sum = 0;

  for (guint i = 0; i < self->each->len; i++)
    sum += process_times_get_used (self, earlier, i);
  return sum;
}
