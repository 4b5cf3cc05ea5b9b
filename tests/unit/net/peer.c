/* peer.c: a client that may behave as badly as a test wants
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "peer.h"

#include <errno.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

Peer *
peer_connect (const char *address)
{
  Peer *self = g_new0 (Peer, 1);
  g_autoptr(GSocketConnectable) connectable = g_network_address_parse (address, 0, NULL);
  struct sockaddr_in native = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  const struct timeval patience = { .tv_sec = 10 };

  native.sin_port = htons (g_network_address_get_port (G_NETWORK_ADDRESS (connectable)));
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (self->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (self->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  g_assert_cmpint (connect (self->fd, (struct sockaddr *) &native, sizeof native), ==, 0);
  self->received = g_byte_array_new ();
  return self;
}

void
peer_free (Peer *self)
{
  close (self->fd);
  g_byte_array_unref (self->received);
  g_free (self);
}

void
peer_send (Peer *self, gconstpointer bytes, gsize length)
{
  g_assert_cmpint (send (self->fd, bytes, length, MSG_NOSIGNAL), ==, length);
}

/* FALSE: the server closed. */
static gboolean
receive (Peer *self)
{
  guint8 bytes[65536];
  gssize length = recv (self->fd, bytes, sizeof bytes, 0);

  g_assert_false (length < 0 && errno == EAGAIN);
  if (length <= 0)
    return FALSE;
  g_byte_array_append (self->received, bytes, length);
  return TRUE;
}

static void
need (Peer *self, gsize length)
{
  while (self->received->len < length)
    g_assert_true (receive (self));
}

void
peer_expect_end (Peer *self)
{
  while (receive (self))
    ;
}

/* ---- HTTP ------------------------------------------------------------------------------------------------- */

static char *
take (Peer *self, gsize length)
{
  char *text;

  need (self, length);
  text = g_strndup ((const char *) self->received->data, length);
  g_byte_array_remove_range (self->received, 0, length);
  return text;
}

static gsize
find_end_of_headers (Peer *self)
{
  const char *end;

  need (self, 4);
  while ((end = memmem (self->received->data, self->received->len, "\r\n\r\n", 4)) == NULL)
    g_assert_true (receive (self));
  return end - (const char *) self->received->data + 4;
}

Answer *
peer_read_answer (Peer *self, gboolean has_body)
{
  Answer *answer = g_new0 (Answer, 1);
  const char *length = NULL;

  answer->headers = take (self, find_end_of_headers (self));
  g_assert_true (g_str_has_prefix (answer->headers, "HTTP/1.1 "));
  answer->status = g_ascii_strtoull (answer->headers + strlen ("HTTP/1.1 "), NULL, 10);
  length = answer_get_header (answer, "content-length");
  answer->body = has_body && length != NULL ? take (self, g_ascii_strtoull (length, NULL, 10)) : g_strdup ("");
  return answer;
}

Answer *
peer_ask (const char *address, const char *method, const char *path, const char *headers, const char *body)
{
  g_autoptr(Peer) self = peer_connect (address);
  g_autofree char *length = body != NULL ? g_strdup_printf ("Content-Length: %zu\r\n", strlen (body)) : g_strdup ("");
  g_autofree char *request = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: %s\r\n%s%s\r\n%s", method, path, address, length,
                                              headers != NULL ? headers : "", body != NULL ? body : "");

  peer_send (self, request, strlen (request));
  return peer_read_answer (self, !g_str_equal (method, "HEAD"));
}

char *
answer_get_header (Answer *self, const char *name)
{
  static char *value;
  g_auto(GStrv) lines = g_strsplit (self->headers, "\r\n", -1);

  g_clear_pointer (&value, g_free);
  for (guint i = 1; lines[i] != NULL && value == NULL; i++)
    {
      char *colon = strchr (lines[i], ':');

      if (colon != NULL && strlen (name) == (gsize) (colon - lines[i]) && g_ascii_strncasecmp (lines[i], name,
                                                                                               strlen (name)) == 0)
        value = g_strdup (g_strstrip (colon + 1));
    }
  return value;
}

void
answer_free (Answer *self)
{
  g_free (self->headers);
  g_free (self->body);
  g_free (self);
}

/* ---- WebSocket -------------------------------------------------------------------------------------------- */

Peer *
peer_upgrade (const char *address, const char *headers)
{
  Peer *self = peer_connect (address);
  g_autofree char *request = g_strdup_printf ("GET /ws HTTP/1.1\r\nHost: %s\r\n" PEER_HANDSHAKE "%s\r\n", address,
                                              headers != NULL ? headers : "");
  g_autoptr(Answer) answer = NULL;

  peer_send (self, request, strlen (request));
  answer = peer_read_answer (self, FALSE);
  g_assert_cmpuint (answer->status, ==, 101);
  g_assert_cmpstr (answer_get_header (answer, "sec-websocket-accept"), ==, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  return self;
}

void
peer_send_frame (Peer *self, guint8 first_byte, const char *payload, gsize length)
{
  g_autoptr(GByteArray) frame = g_byte_array_new ();
  static const guint8 mask[4] = { 1, 2, 3, 4 };
  guint8 header[10] = { first_byte };
  gsize header_length = 2;
  guint8 *masked;

  header[1] = 0x80 | (length < 126 ? length : length <= G_MAXUINT16 ? 126 : 127);
  if (length >= 126)
    {
      guint n = length <= G_MAXUINT16 ? 2 : 8;

      for (guint i = 0; i < n; i++)
        header[2 + i] = (guint8) ((guint64) length >> (8 * (n - 1 - i)));
      header_length += n;
    }
  g_byte_array_append (frame, header, header_length);
  g_byte_array_append (frame, mask, sizeof mask);
  g_byte_array_append (frame, (const guint8 *) payload, length);
  masked = frame->data + header_length + sizeof mask;
  for (gsize i = 0; i < length; i++)
    masked[i] ^= mask[i % 4];
  peer_send (self, frame->data, frame->len);
}

void
peer_say (Peer *self, const char *json)
{
  peer_send_frame (self, 0x81, json, strlen (json));
}

char *
peer_read_frame (Peer *self, guint8 *opcode, gsize *length)
{
  gsize header_length = 2;
  guint64 payload_length;
  g_autofree char *header = NULL;

  need (self, 2);
  g_assert_cmpuint (self->received->data[1] & 0x80, ==, 0);
  payload_length = self->received->data[1];
  if (payload_length >= 126)
    {
      guint n = payload_length == 126 ? 2 : 8;

      need (self, 2 + n);
      payload_length = 0;
      for (guint i = 0; i < n; i++)
        payload_length = payload_length << 8 | self->received->data[2 + i];
      header_length += n;
    }
  if (opcode != NULL)
    *opcode = self->received->data[0];
  if (length != NULL)
    *length = payload_length;
  header = take (self, header_length);
  return take (self, payload_length);
}

void
peer_expect (Peer *self, const char *json)
{
  guint8 opcode;
  g_autofree char *text = peer_read_frame (self, &opcode, NULL);

  g_assert_cmpstr (text, ==, json);
  g_assert_cmphex (opcode, ==, 0x81);
}

void
peer_expect_close (Peer *self, guint16 code)
{
  guint8 opcode;
  gsize length;
  g_autofree char *payload = NULL;
  guint8 answer[2] = { (guint8) (code >> 8), (guint8) code };

  need (self, 4);
  g_assert_cmphex (self->received->data[0], ==, 0x88);
  g_assert_cmpuint (self->received->data[2] << 8 | self->received->data[3], ==, code);
  payload = peer_read_frame (self, &opcode, &length);
  peer_send_frame (self, 0x88, (const char *) answer, sizeof answer);
  peer_expect_end (self);
}

Peer *
peer_sign_in (const char *address, const char *token)
{
  Peer *self = peer_upgrade (address, NULL);
  g_autofree char *frame = g_strdup_printf ("{\"event\":\"authenticate\",\"id\":\"in\",\"data\":{\"token\":\"%s\"}}",
                                            token);
  g_autofree char *hello = NULL;

  peer_say (self, frame);
  peer_expect (self, "{\"reply\":\"in\",\"data\":{}}");
  hello = peer_read_frame (self, NULL, NULL);
  g_assert_true (g_str_has_prefix (hello, "{\"event\":\"hello\",\"data\":{"));
  return self;
}
