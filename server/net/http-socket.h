/* http-socket.h: an accepted socket while it speaks HTTP
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libsoup reads and writes it; this keeps the time, because libsoup waits for ever, and the count.
 */
#pragma once

#include "net/reactor.h"

G_BEGIN_DECLS

struct _HttpSocket
{
  GList link;                      /* in the reactor's http_sockets */
  WheelEntry timer;
  Reactor *reactor;                /* borrowed */
  GSocketConnection *connection;   /* libsoup's; this goes when it does */
  int fd;                          /* the GSocket's */
  GSocketAddress *address;         /* the peer's; libsoup's messages lead from it back here */
  char *counted_address;           /* counted in the server's addresses, nullable */
  gboolean counted;                /* among the server's sockets */
  gboolean busy;                   /* with a request */
  gboolean used;                   /* it has brought a request */
};

/* Takes fd. */
void http_socket_accept (Reactor *reactor, int fd, gpointer address, gsize address_length);

/* Whose message it is. Borrowed; NULL when the socket is gone already. */
HttpSocket *http_socket_from_message (SoupServerMessage *message);
GInetAddress *http_socket_get_peer (HttpSocket *self);

/* The phases of a request, as the door sees them. */
void http_socket_reading (HttpSocket *self);
void http_socket_got_headers (HttpSocket *self);
void http_socket_running (HttpSocket *self);
void http_socket_writing (HttpSocket *self);
void http_socket_idle (HttpSocket *self);

/* Cuts the socket; libsoup notices. */
void http_socket_cut (HttpSocket *self);
/* Cuts it: at once when it is between requests, after the answer when it is busy, and in a moment when its first
 * request has not come yet. */
void http_socket_drain (HttpSocket *self);

/* The reactor goes, though somebody may still hold libsoup's objects. */
void http_socket_forget (HttpSocket *self);

/* The socket goes on as something else: a descriptor of its own, and with it the count. counted_address: nullable, to
 * be left by the taker. */
int http_socket_take_over (HttpSocket *self, char **counted_address);

G_END_DECLS
