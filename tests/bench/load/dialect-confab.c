/* dialect-confab.c: Confab's own frames
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "client.h"

/* What every frame of the kind begins with. */
#define MESSAGE "{\"event\":\"new-message\""
#define REPLY "{\"reply\":"
#define PING "{\"event\":\"ping\""
#define HELLO "{\"event\":\"hello\""
#define STAMP_DIGITS strlen (STAMP_PLACE)

static void
received (Client *self, const char *text, gsize length)
{
  if (starts_with (text, length, MESSAGE))
    client_on_message (self, text, length);
  else if (starts_with (text, length, REPLY) && length > strlen (REPLY) + STAMP_DIGITS)
    client_on_answer (self, text + strlen (REPLY),
                      starts_with (text + strlen (REPLY) + STAMP_DIGITS, length - strlen (REPLY) - STAMP_DIGITS,
                                   ",\"error\":"),
                      text, length);
  else if (starts_with (text, length, PING))
    client_send_text (self, "{\"event\":\"pong\"}");
  else if (starts_with (text, length, HELLO))
    client_become_ready (self);
}

/* No clientId comes twice, not even in another run: the server would answer with the first message. */
static char *
write_message (const Client *self, const char *content)
{
  guint32 run = (guint32) (g_get_real_time () / G_USEC_PER_SEC);

  return g_strdup_printf ("{\"event\":\"send-message\",\"id\":" STAMP_PLACE ",\"data\":{\"clientId\":\"%08x-%08x-"
                          NUMBER_PLACE "\",\"roomId\":\"%s\",\"content\":\"%s\"}}",
                          run, self->number, self->person->room_id, content);
}

const Dialect dialect_confab = {
  .name = "confab",
  .path = "/ws",
  .token_in_handshake = TRUE,
  .received = received,
  .write_message = write_message,
};
