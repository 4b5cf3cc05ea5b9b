/* sqlite-store.h: a store in one SQLite file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

extern const StoreBackend sqlite_store_backend;

G_END_DECLS
