/* frame.h: the bytes around a WebSocket frame, and those that a server sends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Server frames are not masked, so one event's bytes are the same for everybody. Those that come in are for
 * frame-reader.h.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The bit of a first byte that says: the last of its message. */
#define FRAME_FIN 0x80
#define FRAME_MAX_CONTROL_PAYLOAD 125

/* The opcodes. */
typedef enum
{
  FRAME_NONE = 0,
  FRAME_TEXT = 0x1,
  FRAME_BINARY = 0x2,
  FRAME_CLOSE = 0x8,
  FRAME_PING = 0x9,
  FRAME_PONG = 0xa,
} FrameKind;

#define FRAME_MAX_HEADER 10
#define FRAME_MAX_CLOSE 127

/* Writes the header of an unfragmented text frame; returns its length. */
gsize frame_write_text_header (guint8 header[FRAME_MAX_HEADER], gsize payload_length);

/* Writes the header of a pong that says what its ping said; returns its length. */
gsize frame_write_pong_header (guint8 header[FRAME_MAX_HEADER], gsize payload_length);

/* Writes a whole close frame; returns its length. reason is cut to what fits. */
gsize frame_write_close (guint8 frame[FRAME_MAX_CLOSE], guint16 code, const char *reason);

G_END_DECLS
