/* confab-ulid.h: identifiers that sort by the time they were made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CONFAB_ULID_LENGTH 26

void confab_ulid_generate (char ulid[CONFAB_ULID_LENGTH + 1]);
char *confab_ulid_new (void);
gboolean confab_ulid_is_valid (const char *ulid);
gint64 confab_ulid_get_time (const char *ulid);

G_END_DECLS
