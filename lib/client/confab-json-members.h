/* confab-json-members.h: members of JSON objects that a server wrote, whatever it wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Each gives its default (NULL, 0, FALSE) when the member is missing or of another type. */
const char *confab_json_get_string (JsonObject *object, const char *name);
gint64 confab_json_get_int (JsonObject *object, const char *name);
gboolean confab_json_get_bool (JsonObject *object, const char *name);
gint64 confab_json_get_time (JsonObject *object, const char *name);
JsonObject *confab_json_get_object (JsonObject *object, const char *name);
JsonArray *confab_json_get_array (JsonObject *object, const char *name);

/* Element of an array, nullable (an array too). */
JsonObject *confab_json_array_get_object (JsonArray *array, guint index);
const char *confab_json_array_get_string (JsonArray *array, guint index);
guint confab_json_array_get_length (JsonArray *array);

char *confab_json_object_to_text (JsonObject *object);

G_END_DECLS
