/* trouble.h: what libmongoc and the server complain about, as errors of the store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <mongoc/mongoc.h>

#include "protocol/confab-error.h"

G_BEGIN_DECLS

/* The codes of the server that mean something here. */
#define MONGODB_NAMESPACE_EXISTS 48
#define MONGODB_WRITE_CONFLICT 112
#define MONGODB_DUPLICATE_KEY 11000

/* UNAVAILABLE with a time to come back where another try may cure it, INTERNAL for what is our own mistake. */
GError *mongodb_trouble_new (const bson_error_t *problem);
/* That nothing answered in time, whatever it was. */
GError *mongodb_trouble_new_unavailable (const char *words);

G_END_DECLS
