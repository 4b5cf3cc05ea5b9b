/* fuzz-stream.c: any bytes on a socket, through the stream and its reader of frames
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first byte says in how large pieces the rest is sent, and how often reading is turned off and on in between.
 */
#include "config.h"

#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "net/stream.h"

#define LARGEST 65536

typedef struct
{
  GMainContext *context;
  Poller *poller;
  Stream stream;
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
on_received (gpointer owner, const Frame *frame)
{
  Harness *self = owner;

  g_assert_cmpuint (frame->length, <=, frame->kind >= FRAME_CLOSE ? 125 : LARGEST);
  /* Every byte is looked at, so that a sanitizer sees one that is not there. */
  for (gsize i = 0; i < frame->length; i++)
    counters.bytes_sent += frame->bytes[i];
  if (frame->length > 0)
    stream_append (&self->stream, frame->bytes, frame->length, NULL, 0);
  self->n_messages++;
  if (self->rest_after > 0 && self->n_messages % self->rest_after == 0)
    stream_set_reading (&self->stream, FALSE);
  if (frame->kind == FRAME_CLOSE)
    {
      stream_shut (&self->stream);
      self->over = TRUE;
    }
}

static void
on_broken (gpointer owner, guint16 code)
{
  g_assert_true (code == CLOSE_PROTOCOL_ERROR || code == CLOSE_BAD_DATA || code == CLOSE_TOO_BIG);
  g_assert_false (((Harness *) owner)->over);
}

static const StreamOwnerClass owner_class = { on_ended, on_received, on_broken };

static void
on_nothing (gpointer data)
{
}

static void
harness_open (Harness *self, int fd)
{
  self->context = g_main_context_new ();
  self->poller = poller_new (&counters, self->context);
  self->poller->wake = on_nothing;
  stream_init (&self->stream, self->poller, fd, LARGEST, &owner_class, self);
}

static void
harness_close (Harness *self)
{
  stream_shut (&self->stream);
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
  if (!self->over)
    stream_set_reading (&self->stream, TRUE);
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
