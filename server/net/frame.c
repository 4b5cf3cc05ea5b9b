/* frame.c: the bytes around a WebSocket frame that a server sends (RFC 6455, section 5.2)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/frame.h"

#include <string.h>

static void
write_big_endian (guint8 *at, guint64 value, guint n_bytes)
{
  for (guint i = 0; i < n_bytes; i++)
    at[i] = (guint8) (value >> (8 * (n_bytes - 1 - i)));
}

gsize
frame_write_text_header (guint8 header[FRAME_MAX_HEADER], gsize payload_length)
{
  header[0] = FRAME_FIN | FRAME_TEXT;
  if (payload_length < 126)
    {
      header[1] = (guint8) payload_length;
      return 2;
    }
  if (payload_length <= G_MAXUINT16)
    {
      header[1] = 126;
      write_big_endian (header + 2, payload_length, 2);
      return 4;
    }
  header[1] = 127;
  write_big_endian (header + 2, payload_length, 8);
  return 10;
}

gsize
frame_write_pong_header (guint8 header[FRAME_MAX_HEADER], gsize payload_length)
{
  g_assert (payload_length <= FRAME_MAX_CONTROL_PAYLOAD);
  header[0] = FRAME_FIN | FRAME_PONG;
  header[1] = (guint8) payload_length;
  return 2;
}

gsize
frame_write_close (guint8 frame[FRAME_MAX_CLOSE], guint16 code, const char *reason)
{
  gsize length = reason != NULL ? strlen (reason) : 0;

  length = MIN (length, FRAME_MAX_CONTROL_PAYLOAD - 2);
  /* A cut must not split a character: the reason has to stay UTF-8. */
  while (length > 0 && reason[length] != '\0' && ((guint8) reason[length] & 0xc0) == 0x80)
    length--;

  frame[0] = FRAME_FIN | FRAME_CLOSE;
  frame[1] = (guint8) (2 + length);
  write_big_endian (frame + 2, code, 2);
  if (length > 0)
    memcpy (frame + 4, reason, length);
  return 4 + length;
}
