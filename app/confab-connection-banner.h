/* confab-connection-banner.h: says in words that and why there is no connection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_CONNECTION_BANNER (confab_connection_banner_get_type ())
G_DECLARE_FINAL_TYPE (ConfabConnectionBanner, confab_connection_banner, CONFAB, CONNECTION_BANNER, AdwBin)

/* Property: session. */

G_END_DECLS
