/* mongodb-store.h: a store in a MongoDB that any number of servers share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/store-private.h"

G_BEGIN_DECLS

extern const StoreBackend mongodb_store_backend;
extern const StoreBackend mongodb_srv_store_backend;

G_END_DECLS
