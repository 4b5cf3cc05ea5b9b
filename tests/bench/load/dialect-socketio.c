/* dialect-socketio.c: the original application's events, in the frames of Socket.IO 5 over Engine.IO 4
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first digit is Engine.IO's (0 open, 2 ping, 3 pong, 4 message), the second Socket.IO's (0 connect, 2 event, 3
 * acknowledgement, 4 connect error), then comes the number of the acknowledgement that is wanted, which is the stamp.
 */
#include "config.h"

#include <string.h>

#include "client.h"

#define MESSAGE "42[\"new-message\""
#define JOINED "430["
#define ACKNOWLEDGEMENT "43"
#define STAMP_DIGITS strlen (STAMP_PLACE)

static void
show_token (Client *self)
{
  g_autofree char *text = g_strdup_printf ("40{\"token\":\"%s\"}", self->person->token);

  client_send_text (self, text);
}

static void
join_room (Client *self)
{
  g_autofree char *text = g_strdup_printf ("420[\"join-room\",{\"roomId\":\"%s\"}]", self->person->room_id);

  client_send_text (self, text);
}

static gboolean
is_refusal (const char *text, gsize length)
{
  return starts_with (text, length, "[{\"error\"");
}

static void
on_acknowledgement (Client *self, const char *text, gsize length)
{
  gsize after = strlen (ACKNOWLEDGEMENT) + STAMP_DIGITS;

  if (self->state == CLIENT_READY && length > after)
    client_on_answer (self, text + strlen (ACKNOWLEDGEMENT), is_refusal (text + after, length - after), text, length);
  else if (starts_with (text, length, JOINED) && !is_refusal (text + strlen ("430"), length - strlen ("430")))
    client_become_ready (self);
  else
    client_fail (self, text, length);
}

static void
received (Client *self, const char *text, gsize length)
{
  if (starts_with (text, length, MESSAGE))
    client_on_message (self, text, length);
  else if (starts_with (text, length, ACKNOWLEDGEMENT))
    on_acknowledgement (self, text, length);
  else if (starts_with (text, length, "2"))
    client_send_text (self, "3");
  else if (starts_with (text, length, "0"))
    show_token (self);
  else if (starts_with (text, length, "40"))
    join_room (self);
  else if (starts_with (text, length, "44"))
    client_fail (self, text, length);
}

static char *
write_message (const Client *self, const char *content)
{
  return g_strdup_printf ("42" STAMP_PLACE
                          "[\"send-message\",{\"roomId\":\"%s\",\"message\":\"%s\",\"type\":\"text\"}]",
                          self->person->room_id, content);
}

const Dialect dialect_socketio = {
  .name = "socketio",
  .path = "/socket.io/?EIO=4&transport=websocket",
  .received = received,
  .write_message = write_message,
};
