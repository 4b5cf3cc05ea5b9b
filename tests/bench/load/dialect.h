/* dialect.h: how to talk to one kind of chat server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that costs time is the same for all of them (client.c); a dialect knows words only. So a server is never
 * ahead because the load that measures it is cheaper.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Client Client;

/* What client_send_message() writes over in a prepared message: when it was due, and which message of its client it is.
 * The stamp is a whole number of 16 digits that does not begin with 0, so that it can be a number of JSON's. */
#define STAMP_PLACE "@@@@@@@@@@@@@@@@"
#define NUMBER_PLACE "##########"
/* Begins every text, before the stamp. */
#define DUE "due="

typedef struct
{
  const char *name;
  const char *path;            /* of the handshake */
  gboolean token_in_handshake; /* as a bearer token */
  /* The socket is open; nullable. */
  void (*opened) (Client *self);
  void (*received) (Client *self, const char *text, gsize length);
  /* Sends content, which has a stamp and needs no escapes, to the client's room; a stamp before it comes back with the
   * acknowledgement. */
  char *(*write_message) (const Client *self, const char *content);
} Dialect;

extern const Dialect dialect_confab;
extern const Dialect dialect_socketio;
extern const Dialect dialect_ws;

/* NULL when there is none of that name. */
const Dialect *dialect_find (const char *name);

/* ---- What dialects use ------------------------------------------------------------------------------------ */

gboolean starts_with (const char *text, gsize length, const char *beginning);

void client_send_text (Client *self, const char *text);
/* It may send messages now and gets those of its room. */
void client_become_ready (Client *self);
/* Ends the program: no figure can come of this. */
void client_fail (const Client *self, const char *text, gsize length);
/* stamp: where the answer has it; refusal: the message was not taken. */
void client_on_answer (Client *self, const char *stamp, gboolean refusal, const char *text, gsize length);
void client_on_message (Client *self, const char *text, gsize length);

G_END_DECLS
