/* stream.c: a connected socket: frames come in, bytes go out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/stream.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define FLUSH_EARLY (64 * 1024)

/* ---- Output ---------------------------------------------------------------------------------------------- */

static void
stream_update_interest (Stream *self)
{
  guint32 interest = (self->reading ? EPOLLIN : 0) | (self->blocked ? EPOLLOUT : 0);

  if (self->watch.fd < 0 || interest == self->interest)
    return;
  self->interest = interest;
  poller_change (self->poller, &self->watch, interest);
}

/* The last word was sent and nothing more is read: the peer learns it from the end of the stream, and closes. */
static void
stream_end_output (Stream *self)
{
  if (self->output_finished && self->input_ignored && !self->output_ended && out_buffer_length (&self->out) == 0)
    {
      self->output_ended = TRUE;
      shutdown (self->watch.fd, SHUT_WR);
    }
}

/* Only what a turn left behind counts as waiting. */
static void
stream_count_waiting (Stream *self)
{
  gsize length = out_buffer_length (&self->out);

  if (length == self->counted)
    return;
  net_count (&self->poller->counters->bytes_waiting, (gint64) length - (gint64) self->counted);
  self->counted = length;
}

static void
stream_flush (Stream *self)
{
  gsize length = out_buffer_length (&self->out);
  gssize sent;

  if (self->watch.fd < 0 || self->blocked || length == 0)
    return;

  sent = send (self->watch.fd, self->out.bytes + self->out.start, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent > 0)
    {
      net_count (&self->poller->counters->bytes_sent, sent);
      out_buffer_consume (&self->out, self->poller, sent);
    }
  else if (sent < 0 && errno != EAGAIN && errno != EINTR)
    {
      /* The peer is gone; reading will say so and end the stream. */
      out_buffer_clear (&self->out, self->poller);
    }
  self->blocked = out_buffer_length (&self->out) > 0;
  stream_update_interest (self);
  stream_count_waiting (self);
  stream_end_output (self);
}

void
stream_append (Stream *self, gconstpointer header, gsize header_length, gconstpointer payload, gsize payload_length)
{
  if (self->watch.fd < 0 || self->output_finished)
    return;
  out_buffer_append (&self->out, self->poller, header, header_length);
  if (payload_length > 0)
    out_buffer_append (&self->out, self->poller, payload, payload_length);
  /* So much does not wait for the turn's end: what the kernel takes now is not held against the peer. */
  if (out_buffer_length (&self->out) > FLUSH_EARLY)
    stream_flush (self);
  if (self->blocked)
    stream_count_waiting (self);
  else
    poller_settle_later (self->poller, &self->settler);
}

gsize
stream_get_waiting (Stream *self)
{
  return out_buffer_length (&self->out);
}

void
stream_finish_output (Stream *self)
{
  self->output_finished = TRUE;
}

/* ---- Input ----------------------------------------------------------------------------------------------- */

static gboolean
stream_may_read (Stream *self)
{
  return self->reading && !self->input_ignored && self->watch.fd >= 0;
}

/* Whatever the owner is told may turn reading off, or shut the stream. */
static void
stream_tell (Stream *self)
{
  Frame frame;
  guint16 code = 0;
  FrameStatus status = FRAMES_FOUND;

  while (status == FRAMES_FOUND && stream_may_read (self))
    {
      status = frame_reader_next (&self->reader, self->largest, &frame, &code);
      if (status == FRAMES_FOUND)
        self->klass->received (self->owner, &frame);
      else if (status == FRAMES_BROKEN)
        {
          stream_ignore_input (self);
          self->klass->broken (self->owner, code);
        }
    }
}

static void
stream_feed (Stream *self, guint8 *bytes, gsize length)
{
  self->feeding = TRUE;
  frame_reader_begin (&self->reader, bytes, length);
  stream_tell (self);
  self->feeding = FALSE;
  if (self->input_ignored)
    frame_reader_clear (&self->reader);
  else
    frame_reader_end (&self->reader);
}

static void
stream_receive (Stream *self)
{
  gssize length = recv (self->watch.fd, self->poller->input, POLLER_INPUT_SIZE, MSG_DONTWAIT);

  if (length < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (length <= 0)
    {
      self->klass->ended (self->owner);
      return;
    }
  net_count (&self->poller->counters->bytes_received, length);
  self->last_heard = self->poller->now;
  if (!self->input_ignored)
    stream_feed (self, self->poller->input, length);
}

static void
stream_ready (Watch *watch, guint32 events)
{
  Stream *self = (Stream *) (gpointer) ((guint8 *) watch - G_STRUCT_OFFSET (Stream, watch));

  if (events & EPOLLOUT)
    {
      self->blocked = FALSE;
      stream_flush (self);
    }
  if (self->watch.fd >= 0 && events & EPOLLIN && self->reading)
    stream_receive (self);
  else if (self->watch.fd >= 0 && events & (EPOLLHUP | EPOLLERR))
    self->klass->ended (self->owner);
}

static void
stream_settle (Settler *settler)
{
  Stream *self = (Stream *) (gpointer) ((guint8 *) settler - G_STRUCT_OFFSET (Stream, settler));

  if (self->watch.fd < 0)
    return;
  if (self->reading && self->reader.kept != NULL)
    stream_feed (self, NULL, 0);
  if (self->watch.fd < 0)
    return;
  stream_update_interest (self);
  stream_flush (self);
}

void
stream_set_reading (Stream *self, gboolean reading)
{
  self->reading = reading;
  poller_settle_later (self->poller, &self->settler);
}

void
stream_ignore_input (Stream *self)
{
  self->input_ignored = TRUE;
  /* The owner may be looking at a frame. */
  if (!self->feeding)
    frame_reader_clear (&self->reader);
}

gint64
stream_get_last_heard (Stream *self)
{
  return self->last_heard;
}

/* ---- The whole ------------------------------------------------------------------------------------------- */

void
stream_init (Stream *self, Poller *poller, int fd, guint32 largest, const StreamOwnerClass *klass, gpointer owner)
{
  *self = (Stream) {
    .watch = { stream_ready, fd },
    .settler.settle = stream_settle,
    .poller = poller,
    .klass = klass,
    .owner = owner,
    .last_heard = poller->now,
    .largest = largest,
    .interest = EPOLLIN,
    .reading = TRUE,
  };
  poller_add (poller, &self->watch, self->interest);
}

void
stream_shut (Stream *self)
{
  if (self->watch.fd < 0)
    return;
  stream_flush (self);
  poller_remove (self->poller, &self->watch);
  close (self->watch.fd);
  self->watch.fd = -1;
  out_buffer_clear (&self->out, self->poller);
  stream_count_waiting (self);
  stream_ignore_input (self);
}
