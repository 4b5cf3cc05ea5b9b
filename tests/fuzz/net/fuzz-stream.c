/* fuzz-stream.c: any bytes on a socket, through the stream and libsoup's parser
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first byte says in how large pieces the rest is sent, and how often reading is turned off and on in between.
 */
#include "config.h"

#include <libsoup/soup.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "net/stream.h"

typedef struct
{
  GMainContext *context;
  Poller *poller;
  Stream *stream;
  SoupWebsocketConnection *socket;
  guint n_messages;
  guint rest_after;       /* messages until reading is turned off; 0: never */
  gboolean over;
} Harness;

static NetCounters counters;

static void
on_ended (gpointer owner)
{
  ((Harness *) owner)->over = TRUE;
}

static void
on_fed (gpointer owner)
{
}

static const StreamOwnerClass owner_class = { on_ended, on_ended, on_fed };

static void
on_message (SoupWebsocketConnection *socket, int type, GBytes *message, Harness *self)
{
  g_assert_cmpuint (g_bytes_get_size (message), <=, 1024 * 1024);
  self->n_messages++;
  if (self->rest_after > 0 && self->n_messages % self->rest_after == 0)
    stream_set_reading (self->stream, FALSE);
}

static void
on_nothing (gpointer data)
{
}

static void
harness_open (Harness *self, int fd)
{
  g_autoptr(GUri) uri = g_uri_parse ("ws://localhost/", G_URI_FLAGS_NONE, NULL);

  self->context = g_main_context_new ();
  self->poller = poller_new (&counters, self->context);
  self->poller->wake = on_nothing;
  self->stream = stream_new (self->poller, fd, &owner_class, self);
  g_main_context_push_thread_default (self->poller->dormant);
  self->socket = soup_websocket_connection_new (G_IO_STREAM (self->stream), uri, SOUP_WEBSOCKET_CONNECTION_SERVER, NULL,
                                                NULL, NULL);
  g_main_context_pop_thread_default (self->poller->dormant);
  soup_websocket_connection_set_max_incoming_payload_size (self->socket, 65536);
  g_signal_connect (self->socket, "message", G_CALLBACK (on_message), self);
}

static void
harness_close (Harness *self)
{
  stream_shut (self->stream);
  g_signal_handlers_disconnect_by_data (self->socket, self);
  poller_bury (self->poller, self->socket);
  poller_bury (self->poller, self->stream);
  poller_free (self->poller);
  g_main_context_unref (self->context);
  g_assert_cmpint (net_counted (&counters.bytes_waiting), ==, 0);
}

static void
harness_turn (Harness *self)
{
  while (g_main_context_iteration (self->context, FALSE))
    ;
  /* What was kept while reading was off is read now. */
  stream_set_reading (self->stream, TRUE);
  while (g_main_context_iteration (self->context, FALSE))
    ;
}

static void
discard (int fd)
{
  char bytes[4096];

  while (recv (fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
    ;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Harness self = { NULL };
  size_t piece;
  int fds[2];

  if (size < 2)
    return 0;
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0)
    return 0;
  piece = 1 + (data[0] & 0x3f) * (data[0] & 0x3f);
  self.rest_after = data[0] >> 6;
  harness_open (&self, fds[0]);
  for (size_t at = 1; at < size && !self.over; at += piece)
    {
      if (send (fds[1], data + at, MIN (piece, size - at), MSG_NOSIGNAL) < 0)
        break;
      harness_turn (&self);
      discard (fds[1]);
    }
  harness_close (&self);
  close (fds[1]);
  return 0;
}
