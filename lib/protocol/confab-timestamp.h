/* confab-timestamp.h: points in time as they stand in JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CONFAB_TIMESTAMP_LENGTH 24

void confab_timestamp_format (gint64 milliseconds, char text[CONFAB_TIMESTAMP_LENGTH + 1]);
gboolean confab_timestamp_parse (const char *text, gint64 *milliseconds);

G_END_DECLS
