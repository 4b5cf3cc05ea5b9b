/* confab-crypto-init.h: libsodium made ready before its first use
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void confab_crypto_init (void);

G_END_DECLS
