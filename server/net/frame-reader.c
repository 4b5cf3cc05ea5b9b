/* frame-reader.c: the messages in the bytes that a WebSocket client sends (RFC 6455, section 5)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Why not libsoup, which has this too: its SoupWebsocketConnection with the streams and sources it needs is 3 KB for a
 * connection that does nothing, four times all the rest of it.
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/frame-reader.h"

#define RESERVED 0x70
#define OPCODE 0x0f
#define OPCODE_CONTINUATION 0x0
#define CONTROL 0x08
#define MASKED 0x80
#define SHORT_LENGTH 0x7f
#define MASK_BYTES 4

typedef struct
{
  gboolean last;            /* of its message */
  guint8 opcode;
  gboolean in_order;        /* what can be said of it alone */
  gsize size;
  guint64 payload;
  const guint8 *mask;
} Header;

/* FALSE: it has not come whole. */
static gboolean
read_header (const FrameReader *self, Header *header)
{
  const guint8 *bytes = self->input;
  guint n_length = 0;

  if (self->n_input < 2)
    return FALSE;
  header->last = (bytes[0] & FRAME_FIN) != 0;
  header->opcode = bytes[0] & OPCODE;
  header->in_order = (bytes[0] & RESERVED) == 0 && (bytes[1] & MASKED) != 0;
  header->payload = bytes[1] & SHORT_LENGTH;
  if (header->payload >= 126)
    n_length = header->payload == 126 ? 2 : 8;
  header->size = 2 + n_length + MASK_BYTES;
  /* What is wrong is refused at once: the rest may never come. */
  if (!header->in_order)
    return TRUE;
  if (self->n_input < header->size)
    return FALSE;
  if (n_length > 0)
    header->payload = 0;
  for (guint i = 0; i < n_length; i++)
    header->payload = header->payload << 8 | bytes[2 + i];
  header->mask = bytes + 2 + n_length;
  return TRUE;
}

/* 0, or the code to close with. */
static guint16
check_header (const FrameReader *self, const Header *header, gsize largest)
{
  gsize so_far = self->message != NULL ? self->message->len : 0;

  if (!header->in_order)
    return CLOSE_PROTOCOL_ERROR;
  switch (header->opcode)
    {
    case FRAME_CLOSE:
    case FRAME_PING:
    case FRAME_PONG:
      return header->last && header->payload <= FRAME_MAX_CONTROL_PAYLOAD ? 0 : CLOSE_PROTOCOL_ERROR;
    case OPCODE_CONTINUATION:
    case FRAME_TEXT:
    case FRAME_BINARY:
      if ((header->opcode == OPCODE_CONTINUATION) != (self->kind != FRAME_NONE))
        return CLOSE_PROTOCOL_ERROR;
      return so_far <= largest && header->payload <= largest - so_far ? 0 : CLOSE_TOO_BIG;
    default:
      return CLOSE_PROTOCOL_ERROR;
    }
}

static void
unmask (guint8 *bytes, gsize length, const guint8 mask[MASK_BYTES])
{
  for (gsize i = 0; i < length; i++)
    bytes[i] ^= mask[i % MASK_BYTES];
}

/* GLib's check takes a NUL for the end of the text; in UTF-8 it is a character like any other. */
static gboolean
is_utf8 (const guint8 *bytes, gsize length)
{
  const char *at = (const char *) bytes;
  const char *end = at + length;
  const char *problem = NULL;

  while (!g_utf8_validate_len (at, end - at, &problem))
    {
      if (problem == end || *problem != '\0')
        return FALSE;
      at = problem + 1;
    }
  return TRUE;
}

/* Section 7.4: those that may stand in a frame. */
static gboolean
is_close_code (guint16 code)
{
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

static guint16
check_close (const guint8 *bytes, gsize length)
{
  if (length == 0)
    return 0;
  if (length == 1 || !is_close_code (bytes[0] << 8 | bytes[1]))
    return CLOSE_PROTOCOL_ERROR;
  return is_utf8 (bytes + 2, length - 2) ? 0 : CLOSE_BAD_DATA;
}

static guint16
check_frame (const Frame *frame)
{
  switch (frame->kind)
    {
    case FRAME_TEXT:
      return is_utf8 (frame->bytes, frame->length) ? 0 : CLOSE_BAD_DATA;
    case FRAME_CLOSE:
      return check_close (frame->bytes, frame->length);
    default:
      return 0;
    }
}

/* FALSE: its message goes on. */
static gboolean
assemble (FrameReader *self, const Header *header, Frame *frame)
{
  if (header->opcode & CONTROL)
    {
      frame->kind = header->opcode;
      return TRUE;
    }
  if (header->opcode != OPCODE_CONTINUATION)
    self->kind = header->opcode;
  if (header->last && self->message == NULL)
    {
      frame->kind = self->kind;
      self->kind = FRAME_NONE;
      return TRUE;
    }
  if (self->message == NULL)
    self->message = g_byte_array_new ();
  g_byte_array_append (self->message, frame->bytes, frame->length);
  if (!header->last)
    return FALSE;
  *frame = (Frame) { self->kind, self->message->data, self->message->len };
  self->kind = FRAME_NONE;
  return TRUE;
}

/* One that was told of. */
static void
forget_message (FrameReader *self)
{
  if (self->kind == FRAME_NONE)
    g_clear_pointer (&self->message, g_byte_array_unref);
}

void
frame_reader_begin (FrameReader *self, guint8 *bytes, gsize length)
{
  if (self->kept == NULL)
    {
      self->input = bytes;
      self->n_input = length;
      return;
    }
  g_byte_array_append (self->kept, bytes, length);
  self->input = self->kept->data;
  self->n_input = self->kept->len;
}

FrameStatus
frame_reader_next (FrameReader *self, gsize largest, Frame *frame, guint16 *code)
{
  Header header = { FALSE };
  gboolean whole = FALSE;

  forget_message (self);
  while (!whole)
    {
      if (!read_header (self, &header))
        return FRAMES_WANTED;
      *code = check_header (self, &header, largest);
      if (*code != 0)
        return FRAMES_BROKEN;
      if (self->n_input - header.size < header.payload)
        return FRAMES_WANTED;
      *frame = (Frame) { FRAME_NONE, self->input + header.size, header.payload };
      unmask (self->input + header.size, header.payload, header.mask);
      self->input += header.size + header.payload;
      self->n_input -= header.size + header.payload;
      whole = assemble (self, &header, frame);
    }
  *code = check_frame (frame);
  return *code != 0 ? FRAMES_BROKEN : FRAMES_FOUND;
}

void
frame_reader_end (FrameReader *self)
{
  forget_message (self);
  if (self->n_input == 0)
    g_clear_pointer (&self->kept, g_byte_array_unref);
  else if (self->kept != NULL)
    g_byte_array_remove_range (self->kept, 0, self->kept->len - self->n_input);
  else
    {
      self->kept = g_byte_array_sized_new (self->n_input);
      g_byte_array_append (self->kept, self->input, self->n_input);
    }
  self->input = NULL;
  self->n_input = 0;
}

void
frame_reader_clear (FrameReader *self)
{
  g_clear_pointer (&self->kept, g_byte_array_unref);
  g_clear_pointer (&self->message, g_byte_array_unref);
  *self = (FrameReader) { NULL };
}
