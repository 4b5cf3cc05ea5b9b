/* reactor.c: one I/O thread and what it owns
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reactors listen on the same address with SO_REUSEPORT, so the kernel deals new sockets out among them.
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/reactor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/connection.h"
#include "net/door-http.h"
#include "net/http-socket.h"

/* Sockets accepted in one turn; more come in the next, after those who talk already. */
#define ACCEPT_PER_TURN 64
/* And before no more are: a bound, not a number that is ever reached. */
#define ACCEPT_BEFORE_DRAINING 4096

static inline Reactor *
reactor_from_watch (Watch *watch, gsize offset)
{
  return (Reactor *) (gpointer) ((guint8 *) watch - offset);
}

/* ---- Accepting -------------------------------------------------------------------------------------------- */

static void
reactor_rest_listener (Reactor *self)
{
  g_warning ("cannot accept connections: %s", g_strerror (errno));
  self->listener_rests = TRUE;
  poller_change (self->poller, &self->listener, 0);
}

/* FALSE when there is nobody else for now. */
static gboolean
reactor_accept (Reactor *self)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  int fd = accept4 (self->listener.fd, (struct sockaddr *) &address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

  if (fd >= 0)
    http_socket_accept (self, fd, &address, length);
  else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
    reactor_rest_listener (self);
  else
    /* One that left before its turn is no reason not to look at the next. */
    return errno != EAGAIN;
  return fd >= 0;
}

static void
on_acceptable (Watch *watch, guint32 events)
{
  Reactor *self = reactor_from_watch (watch, G_STRUCT_OFFSET (Reactor, listener));

  for (guint i = 0; i < ACCEPT_PER_TURN && self->listener.fd >= 0 && reactor_accept (self); i++)
    ;
}

static void
reactor_stop_listening (Reactor *self)
{
  if (self->listener.fd < 0)
    return;
  poller_remove (self->poller, &self->listener);
  close (self->listener.fd);
  self->listener.fd = -1;
}

/* ---- A turn ----------------------------------------------------------------------------------------------- */

static void
on_mail (Watch *watch, guint32 events)
{
  Reactor *self = reactor_from_watch (watch, G_STRUCT_OFFSET (Reactor, mail_watch));

  mailbox_drain (self->mailbox, self);
}

static void
on_tick (Watch *watch, guint32 events)
{
  Reactor *self = reactor_from_watch (watch, G_STRUCT_OFFSET (Reactor, tick_watch));
  guint64 ticks;

  if (read (watch->fd, &ticks, sizeof ticks) < 0)
    return;
  wheel_advance (&self->wheel, self->poller->now);
  if (self->listener_rests && self->listener.fd >= 0)
    {
      self->listener_rests = FALSE;
      poller_change (self->poller, &self->listener, EPOLLIN);
    }
}

static void
nothing (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
}

static void
on_wake_wanted (gpointer data)
{
  mailbox_post (((Reactor *) data)->mailbox, nothing, NULL, NULL, NULL);
}

/* ---- Draining --------------------------------------------------------------------------------------------- */

static void
on_drain (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  Reactor *self = owner;

  if (self == NULL)
    return;
  /* Who has connected already would lose what they have written when the listening socket is closed over them. */
  for (guint i = 0; i < ACCEPT_BEFORE_DRAINING && self->listener.fd >= 0 && reactor_accept (self); i++)
    ;
  reactor_stop_listening (self);
  for (GList *l = self->connections.head, *next = NULL; l != NULL; l = next)
    {
      next = l->next;
      connection_drain (l->data);
    }
  for (GList *l = self->http_sockets.head, *next = NULL; l != NULL; l = next)
    {
      next = l->next;
      http_socket_drain (l->data);
    }
}

void
reactor_drain (Reactor *self)
{
  reactor_post (self, on_drain, NULL, NULL, NULL);
}

/* ---- Life ------------------------------------------------------------------------------------------------- */

static void
reactor_watch (Reactor *self, Watch *watch, int fd, void (*ready) (Watch *, guint32))
{
  *watch = (Watch) { ready, fd };
  poller_add (self->poller, watch, EPOLLIN);
}

static int
timer_new (void)
{
  const struct itimerspec every_second = { { 1, 0 }, { 1, 0 } };
  int fd = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

  if (fd < 0 || timerfd_settime (fd, 0, &every_second, NULL) != 0)
    g_error ("no timer for a reactor: %s", g_strerror (errno));
  return fd;
}

/* libsoup keeps a connection alive only while it listens itself, and here it does not: accepting is ours, because of
 * the limits. So it is given a listening socket whose descriptor is then put in the place of one that never becomes
 * readable. */
static void
reactor_pretend_to_listen (Reactor *self)
{
  const struct sockaddr_un unnamed = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int silence = eventfd (0, EFD_CLOEXEC);
  g_autoptr(GSocket) listener = NULL;
  g_autoptr(GError) error = NULL;

  if (fd < 0 || silence < 0 || bind (fd, (const struct sockaddr *) &unnamed, sizeof (sa_family_t)) != 0 ||
      listen (fd, 0) != 0)
    g_error ("no socket for libsoup to listen on: %s", g_strerror (errno));
  listener = g_socket_new_from_fd (fd, &error);
  if (listener == NULL || !soup_server_listen_socket (self->soup, listener, 0, &error))
    g_error ("libsoup does not listen: %s", error->message);
  dup3 (silence, fd, O_CLOEXEC);
  close (silence);
}

static void
reactor_set_up (Reactor *self)
{
  self->owner = g_thread_self ();
  self->poller = poller_new (&self->server->counters, self->context);
  self->poller->wake = on_wake_wanted;
  self->poller->data = self;
  wheel_init (&self->wheel, self->poller->now);
  reactor_watch (self, &self->mail_watch, mailbox_get_fd (self->mailbox), on_mail);
  reactor_watch (self, &self->tick_watch, timer_new (), on_tick);
  self->soup = soup_server_new ("raw-paths", TRUE, "server-header", NULL, NULL);
  reactor_pretend_to_listen (self);
  door_http_open (self);
  reactor_watch (self, &self->listener, self->listener.fd, on_acceptable);
}

static void
reactor_tear_down (Reactor *self)
{
  reactor_stop_listening (self);
  while (self->connections.head != NULL)
    connection_release (self->connections.head->data);
  soup_server_disconnect (self->soup);
  g_clear_object (&self->soup);
  /* Sockets that libsoup closed are told of by their last reference, which its pending sources may hold. */
  while (g_main_context_iteration (self->context, FALSE))
    ;
  while (self->http_sockets.head != NULL)
    http_socket_forget (self->http_sockets.head->data);
  poller_remove (self->poller, &self->tick_watch);
  close (self->tick_watch.fd);
  poller_remove (self->poller, &self->mail_watch);
  g_clear_pointer (&self->poller, poller_free);
}

static gpointer
reactor_run (gpointer data)
{
  Reactor *self = data;

  g_main_context_push_thread_default (self->context);
  reactor_set_up (self);
  g_main_loop_run (self->loop);
  reactor_tear_down (self);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

Reactor *
reactor_new (NetServer *server, guint seat, int listener_fd, GSocketAddress *local_address)
{
  Reactor *self = g_new0 (Reactor, 1);
  g_autofree char *name = g_strdup_printf ("reactor-%u", seat);

  self->seat = seat;
  self->server = server;
  self->mailbox = server->mailboxes[seat];
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->listener.fd = listener_fd;
  self->local_address = g_object_ref (local_address);
  g_queue_init (&self->connections);
  g_queue_init (&self->http_sockets);
  self->thread = g_thread_new (name, reactor_run, self);
  return self;
}

static void
on_quit (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  if (owner != NULL)
    g_main_loop_quit (((Reactor *) owner)->loop);
}

void
reactor_free (Reactor *self)
{
  reactor_post (self, on_quit, NULL, NULL, NULL);
  g_thread_join (self->thread);
  g_clear_object (&self->local_address);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self);
}

void
reactor_post (Reactor *self, MailFunc func, gpointer subject, gpointer content, gpointer extra)
{
  mailbox_post (self->mailbox, func, subject, content, extra);
}
