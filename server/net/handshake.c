/* handshake.c: how an HTTP request becomes a WebSocket connection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/handshake.h"

#include <unistd.h>

#include "net/connection.h"
#include "net/door-websocket.h"
#include "net/http-answer.h"
#include "net/http-socket.h"
#include "net/rest.h"

/* Browsers name the page's origin, other programs none. A page from elsewhere could not read a stolen token, but it
 * could use up the connections of whoever has it open. */
static gboolean
check_origin (Reactor *reactor, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *origin = soup_message_headers_get_one (headers, "Origin");

  if (origin == NULL || origins_is_same (origin, soup_message_headers_get_one (headers, "Host")) ||
      origins_allow (reactor->server->origins, origin))
    return TRUE;
  http_answer_problem (message, CONFAB_ERROR_FORBIDDEN, "Pages of this origin may not connect");
  return FALSE;
}

/* Behind a proxy the socket was counted for nobody yet. */
static gboolean
admit (Reactor *reactor, SoupServerMessage *message, HttpSocket *socket)
{
  g_autofree char *address = NULL;

  if (socket->counted_address != NULL)
    return TRUE;
  address = rest_get_client (reactor, message);
  if (!admission_enter (reactor->server->addresses, address))
    {
      net_count (&reactor->server->counters.sockets_refused, 1);
      http_answer_problem (message, CONFAB_ERROR_UNAVAILABLE, "Too many connections from this address");
      return FALSE;
    }
  socket->counted_address = g_steal_pointer (&address);
  return TRUE;
}

static void
on_upgraded (SoupServerMessage *message, gpointer data)
{
  Reactor *reactor = data;
  HttpSocket *socket = http_socket_from_message (message);
  g_autofree char *address = rest_get_client (reactor, message);
  g_autofree char *token = g_strdup (rest_get_token (message));
  g_autoptr(GIOStream) stream = NULL;
  g_autofree char *counted_address = NULL;
  Connection *connection;
  int fd;

  fd = socket != NULL ? http_socket_take_over (socket, &counted_address) : -1;
  /* libsoup's stream goes, and its descriptor with it; ours is another one of the same socket. */
  stream = soup_server_message_steal_connection (message);
  if (fd < 0)
    return;
  connection = connection_new (reactor, fd, address, g_steal_pointer (&counted_address));
  if (net_server_is_draining (reactor->server))
    connection_drain (connection);
  else if (token != NULL)
    door_websocket_authenticate (connection, token, NULL);
}

void
handshake_serve (Reactor *reactor, SoupServerMessage *message, const char *rest)
{
  HttpSocket *socket = http_socket_from_message (message);

  if (socket == NULL)
    return;
  if (net_server_is_draining (reactor->server))
    {
      http_answer_problem (message, CONFAB_ERROR_UNAVAILABLE, "The server is going down");
      return;
    }
  if (!check_origin (reactor, message) || !admit (reactor, message, socket))
    return;
  /* Answers by itself when it is no handshake. */
  if (soup_websocket_server_process_handshake (message, NULL, NULL, NULL, NULL))
    g_signal_connect (message, "wrote-informational", G_CALLBACK (on_upgraded), reactor);
}
