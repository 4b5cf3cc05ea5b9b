/* confab-room-page.h: the room that is open: who is in it, what was said, and where to write
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "client/confab-room.h"
#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_ROOM_PAGE (confab_room_page_get_type ())
G_DECLARE_FINAL_TYPE (ConfabRoomPage, confab_room_page, CONFAB, ROOM_PAGE, AdwNavigationPage)

/* Properties: session, settings, room (nullable: none is open), narrow (the list of rooms is not beside it). */

void confab_room_page_set_room (ConfabRoomPage *self, ConfabRoom *room);
ConfabRoom *confab_room_page_get_room (ConfabRoomPage *self);
void confab_room_page_mark_all_read (ConfabRoomPage *self);
void confab_room_page_focus_composer (ConfabRoomPage *self);
/* Between timeline and composer; FALSE when the keyboard is to leave the page. */
gboolean confab_room_page_focus_next_pane (ConfabRoomPage *self, gboolean forward);

G_END_DECLS
