/* confab-person-avatar.h: the picture of a person or room, with a dot for presence
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "client/confab-user.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_PERSON_AVATAR (confab_person_avatar_get_type ())
G_DECLARE_FINAL_TYPE (ConfabPersonAvatar, confab_person_avatar, CONFAB, PERSON_AVATAR, GtkWidget)

/* Properties: size, text (whose initials are shown), user (nullable: no dot). */

void confab_person_avatar_set_text (ConfabPersonAvatar *self, const char *text);
void confab_person_avatar_set_user (ConfabPersonAvatar *self, ConfabUser *user);

G_END_DECLS
