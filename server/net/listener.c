/* listener.c: sockets to accept from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/listener.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/confab-error.h"

#define BACKLOG 4096

static GSocketAddress *
resolve (const char *text, GError **error)
{
  g_autoptr(GSocketConnectable) connectable = g_network_address_parse (text, 0, NULL);
  g_autoptr(GSocketAddressEnumerator) addresses = NULL;
  GSocketAddress *address = NULL;

  if (connectable == NULL || g_strrstr (text, ":") == NULL)
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST,
                   "\"%s\" is no address to listen on: it should look like 127.0.0.1:3000 or [::]:3000", text);
      return NULL;
    }
  addresses = g_socket_connectable_enumerate (connectable);
  address = g_socket_address_enumerator_next (addresses, NULL, NULL);
  if (address == NULL)
    g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "\"%s\" is not an address of this machine", text);
  return address;
}

static gboolean
bind_and_listen (int fd, GSocketAddress *address)
{
  struct sockaddr_storage native;
  const int on = 1;

  return g_socket_address_to_native (address, &native, sizeof native, NULL) &&
         setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
         setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 &&
         bind (fd, (struct sockaddr *) &native, g_socket_address_get_native_size (address)) == 0 &&
         listen (fd, BACKLOG) == 0;
}

static int
open_one (GSocketAddress *address, GError **error)
{
  int fd = socket (g_socket_address_get_family (address), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  g_autofree char *text = NULL;

  if (fd >= 0 && bind_and_listen (fd, address))
    return fd;

  text = listener_write_address (address);
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "Cannot listen on %s: %s", text, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

/* With SO_REUSEPORT a second server of the same user would be let in, and get half of the connections. */
static gboolean
check_free (GSocketAddress *address, GError **error)
{
  struct sockaddr_storage native;
  g_autofree char *text = NULL;
  gboolean taken;
  int fd;

  if (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) == 0)
    return TRUE;
  fd = socket (g_socket_address_get_family (address), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || !g_socket_address_to_native (address, &native, sizeof native, NULL))
    return TRUE;
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &(int) { 1 }, sizeof (int));
  taken = bind (fd, (struct sockaddr *) &native, g_socket_address_get_native_size (address)) != 0 &&
          errno == EADDRINUSE;
  close (fd);
  if (!taken)
    return TRUE;
  text = listener_write_address (address);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "Cannot listen on %s: something else does already", text);
  return FALSE;
}

static GSocketAddress *
get_bound_address (int fd)
{
  struct sockaddr_storage native;
  socklen_t length = sizeof native;

  if (getsockname (fd, (struct sockaddr *) &native, &length) != 0)
    return NULL;
  return g_socket_address_new_from_native (&native, length);
}

GSocketAddress *
listener_open (const char *text, int *fds, guint n_fds, GError **error)
{
  g_autoptr(GSocketAddress) wanted = resolve (text, error);
  g_autoptr(GSocketAddress) bound = NULL;

  if (wanted == NULL || !check_free (wanted, error))
    return NULL;
  for (guint i = 0; i < n_fds; i++)
    {
      fds[i] = open_one (bound != NULL ? bound : wanted, error);
      if (fds[i] < 0)
        {
          while (i-- > 0)
            close (fds[i]);
          return NULL;
        }
      if (bound == NULL)
        bound = get_bound_address (fds[i]);
    }
  return g_steal_pointer (&bound);
}

char *
listener_write_address (GSocketAddress *address)
{
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (inet));
  guint port = g_inet_socket_address_get_port (inet);

  return g_socket_address_get_family (address) == G_SOCKET_FAMILY_IPV6 ? g_strdup_printf ("[%s]:%u", host, port)
                                                                       : g_strdup_printf ("%s:%u", host, port);
}
