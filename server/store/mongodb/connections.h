/* connections.h: the connections to MongoDB, and new ones when nothing would come of the old
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Used by any number of threads.
 */
#pragma once

#include <glib.h>
#include <mongoc/mongoc.h>

G_BEGIN_DECLS

typedef struct _Connections Connections;
/* Those that were made together; a client goes back to where it came from. */
typedef struct _ConnectionPool ConnectionPool;

/* Does not wait for MongoDB. */
Connections *connections_new (const mongoc_uri_t *uri, GError **error);
void connections_free (Connections *self);

/* NULL: all were busy for a while. */
mongoc_client_t *connections_take (Connections *self, ConnectionPool **pool);
/* Both are taken; client is nullable. */
void connections_give_back (ConnectionPool *pool, mongoc_client_t *client);

G_END_DECLS
