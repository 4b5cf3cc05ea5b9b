/* http-socket.c: an accepted socket while it speaks HTTP
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/http-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* For the first request of a socket to arrive while the server drains. */
#define FIRST_REQUEST_SECONDS 1

static GQuark
http_socket_quark (void)
{
  return g_quark_from_static_string ("confab-http-socket");
}

static void
http_socket_set_deadline (HttpSocket *self, guint seconds)
{
  wheel_set (&self->reactor->wheel, &self->timer, self->reactor->poller->now + seconds);
}

static void
on_due (WheelEntry *timer)
{
  HttpSocket *self = (HttpSocket *) (gpointer) ((guint8 *) timer - G_STRUCT_OFFSET (HttpSocket, timer));

  if (self->busy)
    net_count (&self->reactor->server->counters.http_timeouts, 1);
  http_socket_cut (self);
}

static void
http_socket_free (HttpSocket *self)
{
  NetServer *server = self->reactor->server;

  wheel_remove (&self->timer);
  g_queue_unlink (&self->reactor->http_sockets, &self->link);
  if (self->counted_address != NULL)
    admission_leave (server->addresses, self->counted_address);
  if (self->counted)
    net_count (&server->counters.sockets, -1);
  g_free (self->counted_address);
  g_object_set_qdata (G_OBJECT (self->address), http_socket_quark (), NULL);
  g_object_unref (self->address);
  g_free (self);
}

static void
on_connection_gone (gpointer data, GObject *where_it_was)
{
  http_socket_free (data);
}

void
http_socket_forget (HttpSocket *self)
{
  if (self->connection != NULL)
    g_object_weak_unref (G_OBJECT (self->connection), on_connection_gone, self);
  http_socket_free (self);
}

/* A socket that listens for both kinds tells IPv4 addresses in IPv6 clothes; limits and trusted networks mean the
 * former. */
static GSocketAddress *
address_new (struct sockaddr_storage *native, gsize length)
{
  const struct sockaddr_in6 *mapped = (const struct sockaddr_in6 *) native;
  struct sockaddr_in plain = { .sin_family = AF_INET };

  if (native->ss_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED (&mapped->sin6_addr))
    return g_socket_address_new_from_native (native, length);
  plain.sin_port = mapped->sin6_port;
  memcpy (&plain.sin_addr, &mapped->sin6_addr.s6_addr[12], sizeof plain.sin_addr);
  return g_socket_address_new_from_native (&plain, sizeof plain);
}

static HttpSocket *
http_socket_new (Reactor *reactor, int fd, GSocketAddress *address)
{
  HttpSocket *self = g_new0 (HttpSocket, 1);

  self->link.data = self;
  self->timer.call = on_due;
  self->reactor = reactor;
  self->fd = fd;
  self->address = g_object_ref (address);
  g_object_set_qdata (G_OBJECT (address), http_socket_quark (), self);
  self->counted = TRUE;
  g_queue_push_tail_link (&reactor->http_sockets, &self->link);
  return self;
}

/* Proxies bring many people: their connections are counted by the address that they tell. */
static gboolean
admit (NetServer *server, GInetAddress *peer, char **counted_address)
{
  g_autofree char *address = NULL;

  if (net_count (&server->counters.sockets, 1) < server->options.max_sockets)
    {
      if (proxies_trust (server->proxies, peer))
        return TRUE;
      address = g_inet_address_to_string (peer);
      if (admission_enter (server->addresses, address))
        {
          *counted_address = g_steal_pointer (&address);
          return TRUE;
        }
    }
  net_count (&server->counters.sockets, -1);
  net_count (&server->counters.sockets_refused, 1);
  return FALSE;
}

void
http_socket_accept (Reactor *reactor, int fd, gpointer native_address, gsize address_length)
{
  g_autoptr(GSocketAddress) address = address_new (native_address, address_length);
  GInetAddress *peer = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(GSocketConnection) connection = NULL;
  g_autofree char *counted_address = NULL;
  g_autoptr(GError) error = NULL;
  HttpSocket *self;

  if (!admit (reactor->server, peer, &counted_address))
    {
      close (fd);
      return;
    }
  net_count (&reactor->server->counters.sockets_accepted, 1);

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &(int) { 1 }, sizeof (int));
  self = http_socket_new (reactor, fd, address);
  self->counted_address = g_steal_pointer (&counted_address);
  http_socket_set_deadline (self, reactor->server->options.http_read_timeout);

  socket = g_socket_new_from_fd (fd, &error);
  if (socket == NULL)
    {
      g_warning ("cannot use a socket that was accepted: %s", error->message);
      close (fd);
      http_socket_free (self);
      return;
    }
  connection = g_socket_connection_factory_create_connection (socket);
  self->connection = connection;
  g_object_weak_ref (G_OBJECT (connection), on_connection_gone, self);

  g_main_context_push_thread_default (reactor->context);
  if (!soup_server_accept_iostream (reactor->soup, G_IO_STREAM (connection), reactor->local_address, address, &error))
    g_warning ("libsoup does not take a socket: %s", error->message);
  g_main_context_pop_thread_default (reactor->context);
}

HttpSocket *
http_socket_from_message (SoupServerMessage *message)
{
  return g_object_get_qdata (G_OBJECT (soup_server_message_get_remote_address (message)), http_socket_quark ());
}

GInetAddress *
http_socket_get_peer (HttpSocket *self)
{
  return g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (self->address));
}

void
http_socket_reading (HttpSocket *self)
{
  http_socket_set_deadline (self, self->reactor->server->options.http_read_timeout);
}

void
http_socket_got_headers (HttpSocket *self)
{
  self->busy = self->used = TRUE;
}

void
http_socket_running (HttpSocket *self)
{
  self->busy = TRUE;
  wheel_remove (&self->timer);
}

void
http_socket_writing (HttpSocket *self)
{
  http_socket_set_deadline (self, self->reactor->server->options.http_write_timeout);
}

void
http_socket_idle (HttpSocket *self)
{
  self->busy = FALSE;
  http_socket_set_deadline (self, self->reactor->server->options.http_idle_timeout);
  if (net_server_is_draining (self->reactor->server))
    http_socket_cut (self);
}

void
http_socket_cut (HttpSocket *self)
{
  if (self->fd >= 0)
    shutdown (self->fd, SHUT_RDWR);
}

void
http_socket_drain (HttpSocket *self)
{
  if (self->busy)
    return;
  /* A proxy connects when it has something to say, so the request is on its way. It would not be repeated elsewhere
   * when the connection breaks after it was written: nobody could know that it was not read. */
  if (self->used)
    http_socket_cut (self);
  else
    http_socket_set_deadline (self, FIRST_REQUEST_SECONDS);
}

int
http_socket_take_over (HttpSocket *self, char **counted_address)
{
  int fd = fcntl (self->fd, F_DUPFD_CLOEXEC, 0);

  if (fd < 0)
    {
      g_warning ("cannot keep a socket: %s", g_strerror (errno));
      return -1;
    }
  *counted_address = g_steal_pointer (&self->counted_address);
  self->counted = FALSE;
  self->fd = -1;
  wheel_remove (&self->timer);
  return fd;
}
