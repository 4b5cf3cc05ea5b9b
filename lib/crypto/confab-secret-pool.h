/* confab-secret-pool.h: small pieces of guarded memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is larger than this gets guarded pages of its own. */
#define CONFAB_SECRET_POOL_MAX_SIZE 512

typedef struct _ConfabSecretSlab ConfabSecretSlab;

guint8 *confab_secret_pool_take (gsize              size,
                                 ConfabSecretSlab **slab);
void    confab_secret_pool_give (ConfabSecretSlab  *slab,
                                 guint8            *memory);

G_END_DECLS
