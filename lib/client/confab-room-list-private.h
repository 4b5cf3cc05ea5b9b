/* confab-room-list-private.h: how the session fills the list of rooms
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "client/confab-room-list.h"

G_BEGIN_DECLS

ConfabRoomList *confab_room_list_new (void);
/* Adds those that are not there yet, as one change. rooms: of ConfabRoom. */
void confab_room_list_add (ConfabRoomList *self, GPtrArray *rooms);
void confab_room_list_remove (ConfabRoomList *self, const char *room_id);
void confab_room_list_clear (ConfabRoomList *self);

guint confab_room_list_get_length (ConfabRoomList *self);
ConfabRoom *confab_room_list_peek (ConfabRoomList *self, guint position);

G_END_DECLS
