/* line-reader.h: how a line of an export is read, by the letter
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "ops/transfer/line-fields.h"

G_BEGIN_DECLS

/* Bytes of one line. The longest text of 65,536 characters fits, however it is escaped. */
#define LINE_LENGTH_MAX (1024 * 1024)

/* One line, without its newline, which must be one object. */
JsonObject *line_parse (const char *line, gsize length, GError **error);
/* NULL unless there is such a text. */
const char *line_get_text (JsonObject *line, const char *name);
/* A member that must be there, or (optional) may be missing and is 0 then. */
gboolean line_read_number (JsonObject *line, const char *name, gboolean optional, gint64 most, gint64 *value,
                           GError **error);
/* Fills record and entry (nullable where no field is in it). What is unknown, missing or out of bounds is an error that
 * names the field. others: members that the caller reads by itself, NULL-terminated. */
gboolean line_read_fields (JsonObject *line, const LineField *fields, const char *const *others, gpointer record,
                           StoreEntry *entry, GError **error);

G_END_DECLS
