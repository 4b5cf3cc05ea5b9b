/* store-private.h: what an implementation of Store fills in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

/* One function per call of store.h, same contract; store.c holds the one-line dispatchers. */
typedef struct _StoreClass StoreClass;

struct _Store
{
  const StoreClass *klass;
};

G_END_DECLS
