/* confab-json.h: a JSON reader for text that strangers wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define CONFAB_JSON_MAX_LENGTH (64 * 1024)
#define CONFAB_JSON_MAX_DEPTH 16
#define CONFAB_JSON_MAX_MEMBERS 2048

JsonNode *confab_json_parse (const char *text, gsize length, GError **error);
JsonNode *confab_json_parse_bounded (const char *text, gsize length, gsize max_length, guint max_depth, GError **error);

G_END_DECLS
