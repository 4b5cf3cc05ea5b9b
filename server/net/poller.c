/* poller.c: one epoll set, as one source of a reactor's loop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/poller.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define MAX_EVENTS 512
#define MAX_SPARE_BUFFERS 512

typedef struct
{
  GSource source;
  Poller *poller;
} PollerSource;

static void
poller_settle (Poller *self)
{
  /* Settling may make others ask for it. */
  while (self->settlers != NULL)
    {
      Settler *settler = g_steal_pointer (&self->settlers);

      while (settler != NULL)
        {
          Settler *next = g_steal_pointer (&settler->next);

          settler->queued = FALSE;
          settler->settle (settler);
          settler = next;
        }
    }
}

typedef struct
{
  gpointer owner;
  GDestroyNotify let_go;
} Dead;

/* Letting go of one may bury another. */
static void
poller_let_go (Poller *self)
{
  while (self->dead->len > 0)
    {
      Dead last = g_array_index (self->dead, Dead, self->dead->len - 1);

      g_array_set_size (self->dead, self->dead->len - 1);
      last.let_go (last.owner);
    }
}

static gboolean
poller_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  Poller *self = ((PollerSource *) source)->poller;
  struct epoll_event events[MAX_EVENTS];
  int n = epoll_wait (self->epoll_fd, events, MAX_EVENTS, 0);

  self->now = g_get_monotonic_time () / G_USEC_PER_SEC;
  self->in_turn = TRUE;
  for (int i = 0; i < n; i++)
    {
      Watch *watch = events[i].data.ptr;

      /* Closed by what an earlier one of this turn did; its memory lives until the turn's end. */
      if (watch->fd >= 0)
        watch->ready (watch, events[i].events);
    }
  poller_settle (self);
  poller_let_go (self);
  self->in_turn = FALSE;
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs poller_source_funcs = { .dispatch = poller_dispatch };

Poller *
poller_new (NetCounters *counters, GMainContext *context)
{
  Poller *self = g_new0 (Poller, 1);
  g_autoptr(GSource) source = g_source_new (&poller_source_funcs, sizeof (PollerSource));

  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll_fd < 0)
    g_error ("no epoll: %s", g_strerror (errno));
  self->now = g_get_monotonic_time () / G_USEC_PER_SEC;
  self->dead = g_array_new (FALSE, FALSE, sizeof (Dead));
  self->spare_buffers = g_ptr_array_new_with_free_func (g_free);
  self->counters = counters;

  ((PollerSource *) source)->poller = self;
  g_source_set_static_name (source, "poller");
  g_source_add_unix_fd (source, self->epoll_fd, G_IO_IN);
  g_source_attach (source, context);
  return self;
}

void
poller_free (Poller *self)
{
  poller_settle (self);
  poller_let_go (self);

  g_array_unref (self->dead);
  g_ptr_array_unref (self->spare_buffers);
  close (self->epoll_fd);
  g_free (self);
}

static void
poller_control (Poller *self, int operation, Watch *watch, guint32 epoll_events)
{
  struct epoll_event event = { .events = epoll_events, .data.ptr = watch };

  if (epoll_ctl (self->epoll_fd, operation, watch->fd, &event) != 0)
    g_warning ("epoll refuses descriptor %d: %s", watch->fd, g_strerror (errno));
}

void
poller_add (Poller *self, Watch *watch, guint32 epoll_events)
{
  poller_control (self, EPOLL_CTL_ADD, watch, epoll_events);
}

void
poller_change (Poller *self, Watch *watch, guint32 epoll_events)
{
  poller_control (self, EPOLL_CTL_MOD, watch, epoll_events);
}

void
poller_remove (Poller *self, Watch *watch)
{
  poller_control (self, EPOLL_CTL_DEL, watch, 0);
}

void
poller_settle_later (Poller *self, Settler *settler)
{
  if (settler->queued)
    return;
  settler->queued = TRUE;
  settler->next = self->settlers;
  self->settlers = settler;
  if (!self->in_turn)
    self->wake (self->data);
}

void
poller_bury (Poller *self, gpointer owner, GDestroyNotify let_go)
{
  const Dead dead = { owner, let_go };

  g_array_append_val (self->dead, dead);
  if (!self->in_turn)
    self->wake (self->data);
}

guint8 *
poller_take_buffer (Poller *self)
{
  if (self->spare_buffers->len == 0)
    return g_malloc (POLLER_BUFFER_SIZE);
  return g_ptr_array_steal_index_fast (self->spare_buffers, self->spare_buffers->len - 1);
}

void
poller_give_buffer (Poller *self, guint8 *buffer)
{
  if (self->spare_buffers->len < MAX_SPARE_BUFFERS)
    g_ptr_array_add (self->spare_buffers, buffer);
  else
    g_free (buffer);
}
