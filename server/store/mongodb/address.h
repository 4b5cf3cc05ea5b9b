/* address.h: what the address of a MongoDB says, and what is added to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   mongodb://[USER:PASSWORD@]HOST[:PORT][,HOST…]/[DATABASE][?OPTIONS]     mongodb+srv:// likewise
 *
 * Without a database it is "confab". An address may hold a password, so no error tells more of it than its hosts.
 */
#pragma once

#include <glib.h>
#include <mongoc/mongoc.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (mongoc_uri_t, mongoc_uri_destroy)

/* NULL with BAD_REQUEST. Nothing is connected to, and no name is looked up. */
mongoc_uri_t *mongodb_address_parse (const char *address, GError **error);
const char *mongodb_address_get_database (const mongoc_uri_t *uri);
/* "HOST:PORT, HOST:PORT in the replica set NAME", for messages. */
char *mongodb_address_describe (const mongoc_uri_t *uri);

G_END_DECLS
