/* schema.h: the collections and their indexes, how they came to be as they are, and the way there from before
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/mongodb/call.h"

G_BEGIN_DECLS

/* The step that leads from version i to i + 1 of the schema stands at place i. Several servers may take the same step
 * at the same time, and one that was interrupted is taken again. */
typedef void (*MongodbMigration) (MongodbCall *call);

extern const MongodbMigration mongodb_migrations[];
extern const guint mongodb_n_migrations;

/* Brings the database to the last version. Refused: databases of other programs and of newer versions. */
void mongodb_migrate (MongodbCall *call, const MongodbMigration *migrations, guint n_migrations);

G_END_DECLS
