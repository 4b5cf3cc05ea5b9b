/* log.h: what the server says of itself, on standard error
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything goes through GLib's log functions; this is their writer. g_critical and g_error: a mistake in the program;
 * g_warning: somebody should look; g_message and g_info: what happened; g_debug: what else. Fields of
 * g_log_structured() whose names begin with CONFAB_ come along: CONFAB_REQUEST is shown as request. Secrets are
 * given to no log function.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  LOG_TEXT,
  LOG_JSON,
} LogFormat;

/* Shows what is at least as grave as level. Once, before there are threads. */
void log_start (GLogLevelFlags level, LogFormat format);
/* For what would be costly to put into words in vain. */
gboolean log_shows (GLogLevelFlags level);
/* "error", "warning", "info", "debug" */
GLogLevelFlags log_level_from_word (const char *word);

/* One line of a log, with its newline. time: milliseconds. */
GString *log_format (LogFormat format, GLogLevelFlags level, const GLogField *fields, gsize n_fields, gint64 time);

G_END_DECLS
