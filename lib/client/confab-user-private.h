/* confab-user-private.h: how the session makes and changes people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "client/confab-user.h"

G_BEGIN_DECLS

ConfabUser *confab_user_new (const char *id);
/* From a User, or a Member (userId instead of id is the caller's to know). Missing members change nothing. */
void confab_user_apply (ConfabUser *self, JsonObject *object);
void confab_user_set_display_name (ConfabUser *self, const char *display_name);
void confab_user_set_presence (ConfabUser *self, ConfabPresenceStatus presence, gint64 last_seen);

G_END_DECLS
