/* confab-sidebar.h: the list of rooms, and what belongs to the account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_SIDEBAR (confab_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (ConfabSidebar, confab_sidebar, CONFAB, SIDEBAR, AdwNavigationPage)

/* Properties: session, room (the one that is selected; nullable, notified). */

ConfabRoom *confab_sidebar_get_room (ConfabSidebar *self);
void confab_sidebar_set_room (ConfabSidebar *self, ConfabRoom *room);
/* Selects the room before or after; with unread, the next one that has unread messages. */
void confab_sidebar_move (ConfabSidebar *self, gboolean forward, gboolean unread);
void confab_sidebar_focus_search (ConfabSidebar *self);
void confab_sidebar_focus_rooms (ConfabSidebar *self);

G_END_DECLS
