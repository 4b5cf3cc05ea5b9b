/* confab-public-room-row.h: a public room, with a button that joins or opens it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "client/confab-room.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_PUBLIC_ROOM_ROW (confab_public_room_row_get_type ())
G_DECLARE_FINAL_TYPE (ConfabPublicRoomRow, confab_public_room_row, CONFAB, PUBLIC_ROOM_ROW, GtkWidget)

/* Signal: activated (ConfabRoom *room), the button was pressed. */

ConfabPublicRoomRow *confab_public_room_row_new (void);
void confab_public_room_row_set_room (ConfabPublicRoomRow *self, ConfabRoom *room);

G_END_DECLS
