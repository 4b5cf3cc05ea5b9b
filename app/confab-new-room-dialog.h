/* confab-new-room-dialog.h: makes a public or a private room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_NEW_ROOM_DIALOG (confab_new_room_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ConfabNewRoomDialog, confab_new_room_dialog, CONFAB, NEW_ROOM_DIALOG, AdwDialog)

/* Signal: room-chosen (ConfabRoom *room), the new one. */

ConfabNewRoomDialog *confab_new_room_dialog_new (ConfabSession *session);

G_END_DECLS
