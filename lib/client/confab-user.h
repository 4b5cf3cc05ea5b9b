/* confab-user.h: a person or a bot, as far as this account knows them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

#include "client/confab-vocabulary-types.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_USER (confab_user_get_type ())
G_DECLARE_FINAL_TYPE (ConfabUser, confab_user, CONFAB, USER, GObject)

/* Properties, all notified: id, username, display-name, avatar, presence, last-seen, role.
 * There is one object per person and session: bind to it and it stays right. */

const char *confab_user_get_id (ConfabUser *self);
const char *confab_user_get_username (ConfabUser *self);
const char *confab_user_get_display_name (ConfabUser *self);
const char *confab_user_get_avatar (ConfabUser *self);
ConfabPresenceStatus confab_user_get_presence (ConfabUser *self);
gint64 confab_user_get_last_seen (ConfabUser *self);
ConfabUserRole confab_user_get_role (ConfabUser *self);

G_END_DECLS
