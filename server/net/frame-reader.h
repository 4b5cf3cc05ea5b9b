/* frame-reader.h: the messages in the bytes that a WebSocket client sends (RFC 6455, section 5)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads in the caller's buffer and holds no memory while no frame and no message has begun, which is most of the time:
 * a server's memory is its idle connections.
 */
#pragma once

#include "net/frame.h"

G_BEGIN_DECLS

/* Close codes of RFC 6455, section 7.4.1, that a frame may call for. */
enum
{
  CLOSE_PROTOCOL_ERROR = 1002,
  CLOSE_BAD_DATA = 1007,
  CLOSE_TOO_BIG = 1009,
};

/* A whole message, or a control frame. */
typedef struct
{
  FrameKind kind;
  const guint8 *bytes;      /* unmasked; until the reader is used again. Text is UTF-8; no NUL ends it */
  gsize length;
} Frame;

typedef enum
{
  FRAMES_WANTED,            /* more bytes are */
  FRAMES_FOUND,             /* the frame was filled */
  FRAMES_BROKEN,            /* the client breaks the rules: close with the code, and read no further */
} FrameStatus;

typedef struct
{
  guint8 *input;            /* unread; in the caller's buffer or in kept */
  gsize n_input;
  GByteArray *kept;         /* bytes that were not read; nullable */
  GByteArray *message;      /* fragments so far; nullable */
  FrameKind kind;           /* theirs; FRAME_NONE: no message has begun */
} FrameReader;

/* Once per arrival: begin, next until there is nothing more or the caller has had enough, end, which keeps the rest.
 * The bytes are written to. */
void frame_reader_begin (FrameReader *self, guint8 *bytes, gsize length);
/* largest: what a message may have. */
FrameStatus frame_reader_next (FrameReader *self, gsize largest, Frame *frame, guint16 *code);
void frame_reader_end (FrameReader *self);
/* Forgets everything, also between begin and end. */
void frame_reader_clear (FrameReader *self);

G_END_DECLS
