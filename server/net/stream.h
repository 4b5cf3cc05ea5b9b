/* stream.h: a connected socket: frames come in, bytes go out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Input is pushed by the poller and handed on frame by frame; output goes into one buffer per stream that is sent once
 * per turn. Embedded in its owner, and belongs to its poller's thread.
 */
#pragma once

#include "net/frame-reader.h"
#include "net/out-buffer.h"
#include "net/poller.h"

G_BEGIN_DECLS

typedef struct
{
  void (*ended) (gpointer owner);                          /* the peer is gone */
  void (*received) (gpointer owner, const Frame *frame);
  void (*broken) (gpointer owner, guint16 code);           /* the peer breaks the rules; nothing more is read */
} StreamOwnerClass;

/* All of it is stream.c's own. */
typedef struct
{
  Watch watch;
  Settler settler;
  Poller *poller;             /* borrowed */
  const StreamOwnerClass *klass;
  gpointer owner;             /* borrowed */
  FrameReader reader;
  OutBuffer out;
  gsize counted;              /* bytes of out that the server's total includes */
  gint64 last_heard;          /* seconds */
  guint32 largest;            /* message */
  guint32 interest;           /* what epoll was asked for */
  guint reading : 1;
  guint feeding : 1;          /* the owner is being told of frames */
  guint blocked : 1;          /* the kernel's buffer is full */
  guint output_finished : 1;
  guint input_ignored : 1;
  guint output_ended : 1;
} Stream;

/* Takes the descriptor. The owner's memory lives until the end of the turn in which the stream is shut. */
void stream_init (Stream *self, Poller *poller, int fd, guint32 largest, const StreamOwnerClass *klass, gpointer owner);

/* A frame's header and payload, whole. */
void stream_append (Stream *self, gconstpointer header, gsize header_length, gconstpointer payload,
                    gsize payload_length);
/* Bytes that wait for the peer to read. */
gsize stream_get_waiting (Stream *self);

/* Off: neither the socket nor what was received already is read, until on again. */
void stream_set_reading (Stream *self, gboolean reading);
/* From now on output is dropped: the last frame was appended. */
void stream_finish_output (Stream *self);
/* From now on input is dropped: the peer is only waited for to close. */
void stream_ignore_input (Stream *self);

gint64 stream_get_last_heard (Stream *self);

/* Sends what can be sent and closes the descriptor. Nothing is called back. */
void stream_shut (Stream *self);

G_END_DECLS
