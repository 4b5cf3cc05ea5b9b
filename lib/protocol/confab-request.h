/* confab-request.h: a request's fields, checked and in a C structure
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "protocol/confab-operation.h"

G_BEGIN_DECLS

gpointer confab_request_read (const ConfabOperation *operation,
                              JsonObject *object,
                              GHashTable *strings,
                              guint message_length,
                              GError **error);
void confab_request_free (const ConfabOperation *operation, gpointer request);

G_END_DECLS
