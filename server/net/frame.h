/* frame.h: the bytes around a WebSocket frame that a server sends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Server frames are not masked, so one event's bytes are the same for everybody. Those that come in are for
 * frame-reader.h.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FRAME_MAX_HEADER 10
#define FRAME_MAX_CLOSE 127

/* Writes the header of an unfragmented text frame; returns its length. */
gsize frame_write_text_header (guint8 header[FRAME_MAX_HEADER], gsize payload_length);

/* Writes the header of a pong that says what its ping said; returns its length. */
gsize frame_write_pong_header (guint8 header[FRAME_MAX_HEADER], gsize payload_length);

/* Writes a whole close frame; returns its length. reason is cut to what fits. */
gsize frame_write_close (guint8 frame[FRAME_MAX_CLOSE], guint16 code, const char *reason);

G_END_DECLS
