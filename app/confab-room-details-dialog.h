/* confab-room-details-dialog.h: what a room is, who is in it, and what can be done with it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "client/confab-room.h"
#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_ROOM_DETAILS_DIALOG (confab_room_details_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ConfabRoomDetailsDialog, confab_room_details_dialog, CONFAB, ROOM_DETAILS_DIALOG, AdwDialog)

ConfabRoomDetailsDialog *confab_room_details_dialog_new (ConfabSession *session, ConfabRoom *room);

G_END_DECLS
