/* line-source.h: a stream cut into lines, each of a bounded length
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LineSource LineSource;

LineSource *line_source_new (GInputStream *stream);
void line_source_free (LineSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LineSource, line_source_free)

/* The next line without its newline, lent until the next call. line NULL: there is none left. A line that is longer
 * than LINE_LENGTH_MAX or does not end with a newline is an error. */
gboolean line_source_next (LineSource *self, const char **line, gsize *length, GError **error);
/* How many lines were read; that is the number of the last one. */
guint64 line_source_get_number (LineSource *self);

G_END_DECLS
