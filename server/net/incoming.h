/* incoming.h: what a client's frame says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *event;     /* NULL when the frame names none */
  char *id;              /* as JSON text, to be echoed; NULL when the sender wants no reply */
  JsonObject *data;      /* nullable */
  JsonNode *root;        /* owns event and data */
} Incoming;

#define INCOMING_MAX_ID 64

/* {"event":…,"id":…,"data":{…}}. BAD_REQUEST or TOO_LARGE otherwise; id is set even then, if it could be read. */
gboolean incoming_parse (Incoming *self, const char *text, gsize length, GError **error);
void incoming_clear (Incoming *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Incoming, incoming_clear)

G_END_DECLS
