/* processes.h: what the processes under load cost, seen from outside
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* pids: numbers with commas between them; nullable. What has gone counts as nothing. */
gint64 processes_read_memory_kb (const char *pids);
/* Seconds of processor time. */
double processes_read_own_time (void);
/* All processors together, whoever kept them busy; what a host took from a virtual one counts as busy. */
double processes_read_machine_time (void);

/* Where the processor time of some processes and of each of their threads stood. */
typedef struct _ProcessTimes ProcessTimes;

ProcessTimes *process_times_read (const char *pids);
void process_times_free (ProcessTimes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcessTimes, process_times_free)

guint process_times_get_n (const ProcessTimes *self);
/* What process i, in the order of the pids, has used since an earlier reading of the same. */
double process_times_get_used (const ProcessTimes *self, const ProcessTimes *earlier, guint i);
/* The same of that one of its threads that used most. */
double process_times_get_most_used (const ProcessTimes *self, const ProcessTimes *earlier, guint i);
double process_times_get_sum (const ProcessTimes *self, const ProcessTimes *earlier);

G_END_DECLS
