/* poller.h: one epoll set, as one source of a reactor's loop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GMainContext polls and walks all its sources on every turn, which thousands of connections cannot afford; so they are
 * one source together. What happens in a turn: the watches that are ready, then everybody who asked to be settled
 * (output leaves in one write per stream), then those who died.
 */
#pragma once

#include <gio/gio.h>

#include "net/counters.h"

G_BEGIN_DECLS

#define POLLER_INPUT_SIZE (64 * 1024)
#define POLLER_BUFFER_SIZE 4096

typedef struct _Watch Watch;
typedef struct _Poller Poller;

/* Embedded in what owns the file descriptor. */
struct _Watch
{
  void (*ready) (Watch *self, guint32 epoll_events);
  int fd;                 /* -1: not watched */
};

/* Embedded in what wants to be called at the end of the turn. */
typedef struct _Settler Settler;
struct _Settler
{
  void (*settle) (Settler *self);
  Settler *next;
  gboolean queued;
};

struct _Poller
{
  int epoll_fd;
  gint64 now;                 /* monotonic seconds, as of this turn */
  Settler *settlers;
  gboolean in_turn;
  GArray *dead;               /* of Dead: to let go of when nobody is inside them any more */
  GPtrArray *spare_buffers;   /* of POLLER_BUFFER_SIZE bytes */
  NetCounters *counters;      /* borrowed */
  void (*wake) (gpointer data);   /* makes a turn happen */
  gpointer data;
  guint8 input[POLLER_INPUT_SIZE];   /* what was just received, until the next receive */
};

Poller *poller_new (NetCounters *counters, GMainContext *context);
void poller_free (Poller *self);

void poller_add (Poller *self, Watch *watch, guint32 epoll_events);
void poller_change (Poller *self, Watch *watch, guint32 epoll_events);
void poller_remove (Poller *self, Watch *watch);

void poller_settle_later (Poller *self, Settler *settler);
/* Calls let_go at the end of the turn: until then an event may point there. */
void poller_bury (Poller *self, gpointer owner, GDestroyNotify let_go);

guint8 *poller_take_buffer (Poller *self);
void poller_give_buffer (Poller *self, guint8 *buffer);

G_END_DECLS
