/* output-file.h: a file that is there whole or not at all, and that nobody else may read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _OutputFile OutputFile;

/* Writes to PATH.unfinished; what stood there is lost. */
OutputFile *output_file_new (const char *path, GError **error);
GOutputStream *output_file_get_stream (OutputFile *self);
/* Brings what was written to the disk, where it can be read under this name until it gets its own. */
const char *output_file_sync (OutputFile *self, GError **error);
/* Gives it its name. */
gboolean output_file_finish (OutputFile *self, GError **error);
/* Removes what was not finished. */
void output_file_free (OutputFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OutputFile, output_file_free)

G_END_DECLS
