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

static double
read_time (const char *pid)
{
  g_autofree char *text = read_file (pid, "stat");
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
processes_read_time (const char *pids)
{
  g_auto(GStrv) each = g_strsplit (pids != NULL ? pids : "", ",", -1);
  double sum = 0;

  for (guint i = 0; each[i] != NULL; i++)
    sum += read_time (each[i]);
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
