/* stream.c: a connected socket, as libsoup's WebSocket code wants to see it
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

#include "net/out-buffer.h"

#define FLUSH_EARLY (64 * 1024)

#define INLET_TYPE (inlet_get_type ())
G_DECLARE_FINAL_TYPE (Inlet, inlet, CONFAB, INLET, GInputStream)
#define OUTLET_TYPE (outlet_get_type ())
G_DECLARE_FINAL_TYPE (Outlet, outlet, CONFAB, OUTLET, GOutputStream)

struct _Inlet
{
  GInputStream parent_instance;
  Stream *stream;
};

struct _Outlet
{
  GOutputStream parent_instance;
  Stream *stream;
};

struct _Stream
{
  GIOStream parent_instance;
  Watch watch;
  Settler settler;
  Poller *poller;             /* borrowed */
  const StreamOwnerClass *klass;
  gpointer owner;             /* borrowed */
  Inlet *inlet;
  Outlet *outlet;
  GSource *readable;          /* libsoup's "call me when there is input" */
  const guint8 *input;        /* unread input of this turn: in the poller's buffer or in kept */
  gsize n_input;
  GByteArray *kept;           /* input that came before reading was turned off, nullable */
  OutBuffer out;
  gsize counted;              /* bytes of out that the server's total includes */
  gint64 last_heard;          /* seconds */
  gsize since_mark;
  guint32 interest;           /* what epoll was asked for */
  guint reading : 1;
  guint blocked : 1;          /* the kernel's buffer is full */
  guint output_finished : 1;
  guint input_ignored : 1;
  guint output_ended : 1;
};

static void inlet_pollable_init (GPollableInputStreamInterface *interface);
static void outlet_pollable_init (GPollableOutputStreamInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (Inlet, inlet, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, inlet_pollable_init))
G_DEFINE_FINAL_TYPE_WITH_CODE (Outlet, outlet, G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, outlet_pollable_init))
G_DEFINE_FINAL_TYPE (Stream, stream, G_TYPE_IO_STREAM)

/* A source that no loop ever finds ready: we run its callback ourselves. */
typedef struct
{
  GSource source;
  GObject *stream;   /* borrowed: what the callback gets */
} ManualSource;

static gboolean
manual_source_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs manual_source_funcs = { .dispatch = manual_source_dispatch };

static GSource *
manual_source_new (gpointer stream)
{
  GSource *source = g_source_new (&manual_source_funcs, sizeof (ManualSource));

  ((ManualSource *) source)->stream = stream;
  return source;
}

static void
manual_source_fire (GSource *source)
{
  GSourceCallbackFuncs *funcs = source->callback_funcs;
  gpointer closure = source->callback_data;
  GSourceFunc callback;
  gpointer data;

  if (g_source_is_destroyed (source) || funcs == NULL)
    return;

  g_source_ref (source);
  funcs->ref (closure);
  funcs->get (closure, source, &callback, &data);
  if (!((GPollableSourceFunc) (GCallback) callback) (((ManualSource *) source)->stream, data))
    g_source_destroy (source);
  funcs->unref (closure);
  g_source_unref (source);
}

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

static gssize
outlet_write_nonblocking (GPollableOutputStream *stream, const void *buffer, gsize count, GError **error)
{
  stream_append (CONFAB_OUTLET (stream)->stream, buffer, count, NULL, 0);
  return count;
}

static gssize
outlet_write (GOutputStream *stream, const void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return outlet_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (stream), buffer, count, error);
}

static gboolean
outlet_can_poll (GPollableOutputStream *stream)
{
  return TRUE;
}

static gboolean
outlet_is_writable (GPollableOutputStream *stream)
{
  return TRUE;
}

static GSource *
outlet_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  return manual_source_new (stream);
}

static void
outlet_pollable_init (GPollableOutputStreamInterface *interface)
{
  interface->can_poll = outlet_can_poll;
  interface->is_writable = outlet_is_writable;
  interface->write_nonblocking = outlet_write_nonblocking;
  interface->create_source = outlet_create_source;
}

static void
outlet_class_init (OutletClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = outlet_write;
}

static void
outlet_init (Outlet *self)
{
}

/* ---- Input ----------------------------------------------------------------------------------------------- */

static void
stream_keep_rest (Stream *self)
{
  if (self->kept == NULL)
    self->kept = g_byte_array_sized_new (self->n_input);
  g_byte_array_append (self->kept, self->input, self->n_input);
}

/* Lets libsoup read; what it leaves because reading was turned off meanwhile is kept. */
static void
stream_feed (Stream *self, const guint8 *bytes, gsize length)
{
  self->input = bytes;
  self->n_input = length;
  if (self->readable != NULL)
    manual_source_fire (self->readable);
  if (self->n_input > 0 && !self->reading && self->watch.fd >= 0)
    stream_keep_rest (self);
  self->input = NULL;
  self->n_input = 0;
  if (self->watch.fd >= 0)
    self->klass->fed (self->owner);
}

static void
stream_feed_kept (Stream *self)
{
  g_autoptr(GByteArray) kept = g_steal_pointer (&self->kept);

  if (kept != NULL && !self->input_ignored)
    stream_feed (self, kept->data, kept->len);
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
  if (self->reading && self->kept != NULL)
    stream_feed_kept (self);
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
  self->n_input = 0;
  g_clear_pointer (&self->kept, g_byte_array_unref);
}

gboolean
stream_ignores_input (Stream *self)
{
  return self->input_ignored;
}

gint64
stream_get_last_heard (Stream *self)
{
  return self->last_heard;
}

gsize
stream_get_input_since_mark (Stream *self)
{
  return self->since_mark;
}

void
stream_mark_input (Stream *self)
{
  self->since_mark = 0;
}

static gssize
inlet_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  Stream *self = CONFAB_INLET (stream)->stream;

  if (self->n_input == 0 || !self->reading || self->input_ignored)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "no input now");
      return -1;
    }
  count = MIN (count, self->n_input);
  memcpy (buffer, self->input, count);
  self->input += count;
  self->n_input -= count;
  self->since_mark += count;
  return count;
}

static gssize
inlet_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return inlet_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer, count, error);
}

static gboolean
inlet_can_poll (GPollableInputStream *stream)
{
  return TRUE;
}

static gboolean
inlet_is_readable (GPollableInputStream *stream)
{
  return CONFAB_INLET (stream)->stream->n_input > 0;
}

static GSource *
inlet_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  Stream *self = CONFAB_INLET (stream)->stream;
  GSource *source = manual_source_new (stream);

  g_clear_pointer (&self->readable, g_source_unref);
  self->readable = g_source_ref (source);
  return source;
}

static void
inlet_pollable_init (GPollableInputStreamInterface *interface)
{
  interface->can_poll = inlet_can_poll;
  interface->is_readable = inlet_is_readable;
  interface->read_nonblocking = inlet_read_nonblocking;
  interface->create_source = inlet_create_source;
}

static void
inlet_class_init (InletClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = inlet_read;
}

static void
inlet_init (Inlet *self)
{
}

/* ---- The whole ------------------------------------------------------------------------------------------- */

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

gboolean
stream_is_shut (Stream *self)
{
  return self->watch.fd < 0;
}

static GInputStream *
stream_get_input_stream (GIOStream *stream)
{
  return G_INPUT_STREAM (CONFAB_STREAM (stream)->inlet);
}

static GOutputStream *
stream_get_output_stream (GIOStream *stream)
{
  return G_OUTPUT_STREAM (CONFAB_STREAM (stream)->outlet);
}

static gboolean
stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  Stream *self = CONFAB_STREAM (stream);

  if (self->watch.fd >= 0)
    self->klass->closed (self->owner);
  return TRUE;
}

/* GIO's own would close on a thread of its pool. */
static void
stream_close_async (GIOStream *stream, int priority, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer data)
{
  g_autoptr(GTask) task = g_task_new (stream, cancellable, NULL, NULL);

  stream_close (stream, cancellable, NULL);
  g_task_return_boolean (task, TRUE);
  callback (G_OBJECT (stream), G_ASYNC_RESULT (task), data);
}

static gboolean
stream_close_finish (GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
stream_finalize (GObject *object)
{
  Stream *self = CONFAB_STREAM (object);

  stream_shut (self);
  g_clear_pointer (&self->readable, g_source_unref);
  g_clear_pointer (&self->kept, g_byte_array_unref);
  g_clear_object (&self->inlet);
  g_clear_object (&self->outlet);
  G_OBJECT_CLASS (stream_parent_class)->finalize (object);
}

static void
stream_class_init (StreamClass *klass)
{
  GIOStreamClass *io_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = stream_finalize;
  io_class->get_input_stream = stream_get_input_stream;
  io_class->get_output_stream = stream_get_output_stream;
  io_class->close_fn = stream_close;
  io_class->close_async = stream_close_async;
  io_class->close_finish = stream_close_finish;
}

static void
stream_init (Stream *self)
{
  self->watch = (Watch) { stream_ready, -1 };
  self->settler.settle = stream_settle;
  self->inlet = g_object_new (INLET_TYPE, NULL);
  self->inlet->stream = self;
  self->outlet = g_object_new (OUTLET_TYPE, NULL);
  self->outlet->stream = self;
  self->reading = TRUE;
  self->interest = EPOLLIN;
}

Stream *
stream_new (Poller *poller, int fd, const StreamOwnerClass *klass, gpointer owner)
{
  Stream *self = g_object_new (STREAM_TYPE, NULL);

  self->poller = poller;
  self->klass = klass;
  self->owner = owner;
  self->watch.fd = fd;
  self->last_heard = poller->now;
  poller_add (poller, &self->watch, self->interest);
  return self;
}
