/* stream.h: a connected socket, as libsoup's WebSocket code wants to see it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A GIOStream whose input is pushed by the poller and whose output always accepts: it goes into one buffer per stream
 * that is sent once per turn. Belongs to its poller's thread.
 */
#pragma once

#include "net/poller.h"

G_BEGIN_DECLS

#define STREAM_TYPE (stream_get_type ())
G_DECLARE_FINAL_TYPE (Stream, stream, CONFAB, STREAM, GIOStream)

typedef struct
{
  void (*ended) (gpointer owner);    /* the peer is gone */
  void (*closed) (gpointer owner);   /* libsoup is done with the stream; called from inside libsoup */
  void (*fed) (gpointer owner);      /* libsoup has read what came */
} StreamOwnerClass;

/* Takes the descriptor. The owner is borrowed and outlives the stream's descriptor. */
Stream *stream_new (Poller *poller, int fd, const StreamOwnerClass *klass, gpointer owner);

/* Output past what libsoup writes: a frame's header and payload, whole. */
void stream_append (Stream *self, gconstpointer header, gsize header_length, gconstpointer payload,
                    gsize payload_length);
/* Bytes that wait for the peer to read. */
gsize stream_get_waiting (Stream *self);

/* Off: neither the socket nor what was received already is read, until on again. */
void stream_set_reading (Stream *self, gboolean reading);
/* From now on libsoup's own output is dropped: the last frame was appended. */
void stream_finish_output (Stream *self);
/* From now on input is dropped: the peer is only waited for to close. */
void stream_ignore_input (Stream *self);
gboolean stream_ignores_input (Stream *self);

gint64 stream_get_last_heard (Stream *self);
/* Bytes given to libsoup since the mark; marking begins anew. */
gsize stream_get_input_since_mark (Stream *self);
void stream_mark_input (Stream *self);

/* Sends what can be sent and closes the descriptor. Nothing is called back. */
void stream_shut (Stream *self);
gboolean stream_is_shut (Stream *self);

G_END_DECLS
