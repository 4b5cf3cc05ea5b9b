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
double processes_read_time (const char *pids);
double processes_read_own_time (void);

G_END_DECLS
