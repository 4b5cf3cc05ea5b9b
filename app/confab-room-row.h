/* confab-room-row.h: a room in the list of the sidebar
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "client/confab-room.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_ROOM_ROW (confab_room_row_get_type ())
G_DECLARE_FINAL_TYPE (ConfabRoomRow, confab_room_row, CONFAB, ROOM_ROW, GtkWidget)

/* Property, notified: description, all that a screen reader says of the room. */

ConfabRoomRow *confab_room_row_new (void);
void confab_room_row_set_room (ConfabRoomRow *self, ConfabRoom *room);

G_END_DECLS
