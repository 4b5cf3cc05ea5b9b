/* schema.h: the tables, how they came to be as they are, and the way there from every version before
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/sqlite/connection.h"

G_BEGIN_DECLS

/* The statements that lead from version i to i + 1 of the schema stand at place i. A released one is never changed. */
extern const char *const schema_migrations[];
extern const guint schema_n_migrations;

/* Brings the file to the last version in one transaction. A file that holds something is copied first, to
 * PATH.before-N with N the version it is to become. Refused: files of other programs and of newer versions. */
gboolean schema_migrate (SqliteConnection        *connection,
                         const char        *path,
                         const char *const *migrations,
                         guint              n_migrations,
                         GError           **error);

G_END_DECLS
