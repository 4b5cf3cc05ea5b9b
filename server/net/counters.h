/* counters.h: what the doors count, for those who watch the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Written by reactors with relaxed atomics, read by whoever prints metrics. Totals only grow; gauges go up and down.
 */
#pragma once

#include <stdatomic.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  /* gauges */
  _Atomic gint64 sockets;              /* accepted and not closed, HTTP and WebSocket */
  _Atomic gint64 connections;          /* WebSocket connections */
  _Atomic gint64 authenticated;        /* of them signed in */
  _Atomic gint64 http_running;         /* requests that wait for their answer */
  _Atomic gint64 bytes_waiting;        /* output that kernels did not take yet */

  /* totals */
  _Atomic gint64 sockets_accepted;
  _Atomic gint64 sockets_refused;      /* a limit was reached */
  _Atomic gint64 connections_opened;
  _Atomic gint64 frames_received;
  _Atomic gint64 frames_sent;
  _Atomic gint64 bytes_received;
  _Atomic gint64 bytes_sent;
  _Atomic gint64 http_requests;
  _Atomic gint64 closed_slow;          /* did not read */
  _Atomic gint64 closed_silent;        /* said nothing for too long */
  _Atomic gint64 closed_unauthenticated;
  _Atomic gint64 closed_protocol;      /* broke the WebSocket protocol or its limits */
  _Atomic gint64 http_timeouts;
} NetCounters;

#define net_count(counter, n) atomic_fetch_add_explicit ((counter), (n), memory_order_relaxed)
#define net_counted(counter) atomic_load_explicit ((counter), memory_order_relaxed)

G_END_DECLS
