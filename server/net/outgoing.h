/* outgoing.h: what the server's frames look like
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * id is JSON text, as incoming.h left it; nullable where an event "error" takes the place of a reply.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GBytes *outgoing_reply (const char *id, GBytes *data);
GBytes *outgoing_error (const char *id, const GError *error, const char *request_id);
GBytes *outgoing_event (const char *name, GBytes *data);

G_END_DECLS
