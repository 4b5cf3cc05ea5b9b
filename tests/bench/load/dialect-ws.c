/* dialect-ws.c: the frames of the bare fan-out in tests/bench/peers/ws
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "client.h"

#define MESSAGE "{\"event\":\"new-message\""
#define REPLY "{\"reply\":"
#define JOINED "{\"event\":\"joined\""

static void
join_room (Client *self)
{
  g_autofree char *text = g_strdup_printf ("{\"event\":\"join\",\"userId\":\"%s\",\"roomId\":\"%s\"}", self->person->id,
                                           self->person->room_id);

  client_send_text (self, text);
}

static void
received (Client *self, const char *text, gsize length)
{
  if (starts_with (text, length, MESSAGE))
    client_on_message (self, text, length);
  else if (starts_with (text, length, REPLY) && length > strlen (REPLY STAMP_PLACE))
    client_on_answer (self, text + strlen (REPLY), FALSE, text, length);
  else if (starts_with (text, length, JOINED))
    client_become_ready (self);
}

static char *
write_message (const Client *self, const char *content)
{
  return g_strdup_printf ("{\"event\":\"send\",\"id\":" STAMP_PLACE ",\"roomId\":\"%s\",\"content\":\"%s\"}",
                          self->person->room_id, content);
}

const Dialect dialect_ws = {
  .name = "ws",
  .path = "/",
  .opened = join_room,
  .received = received,
  .write_message = write_message,
};
