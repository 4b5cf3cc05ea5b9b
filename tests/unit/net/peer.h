/* peer.h: a client that may behave as badly as a test wants
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Blocking, on its own socket; what does not come within ten seconds fails the test.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct
{
  int fd;
  GByteArray *received;
} Peer;

/* address: "127.0.0.1:PORT". */
Peer *peer_connect (const char *address);
void peer_free (Peer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)

void peer_send (Peer *self, gconstpointer bytes, gsize length);
/* The server closed, or reset. */
void peer_expect_end (Peer *self);

/* ---- HTTP */
typedef struct
{
  guint status;
  char *headers;    /* lower case names */
  char *body;
} Answer;

Answer *peer_read_answer (Peer *self, gboolean has_body);
/* One request on a connection of its own. */
Answer *peer_ask (const char *address, const char *method, const char *path, const char *headers, const char *body);
/* Borrowed; NULL without. */
char *answer_get_header (Answer *self, const char *name);
void answer_free (Answer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

/* ---- WebSocket */
#define PEER_HANDSHAKE "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" \
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

Peer *peer_upgrade (const char *address, const char *headers);
void peer_send_frame (Peer *self, guint8 first_byte, const char *payload, gsize length);
void peer_say (Peer *self, const char *json);
/* The payload of the next frame; opcode: out, nullable. Free with g_free(). */
char *peer_read_frame (Peer *self, guint8 *opcode, gsize *length);
/* The next frame has to be this text. */
void peer_expect (Peer *self, const char *json);
void peer_expect_close (Peer *self, guint16 code);
/* upgrade, authenticate and hello. */
Peer *peer_sign_in (const char *address, const char *token);

G_END_DECLS
