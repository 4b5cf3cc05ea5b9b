/* confab-secrets.h: where the tokens of a sign-in are kept: the desktop's secret service
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <libdex.h>

G_BEGIN_DECLS

/* Futures of a boolean, a string (rejected when there is none) and a boolean. secret: never in a log. */
DexFuture *confab_secrets_store (const char *profile, const char *server, const char *user_id, const char *secret);
DexFuture *confab_secrets_load (const char *profile, const char *server, const char *user_id);
DexFuture *confab_secrets_forget (const char *profile, const char *server, const char *user_id);

G_END_DECLS
