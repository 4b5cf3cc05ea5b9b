/* confab-room-list.h: the rooms this account is in, as a list model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "client/confab-room.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_ROOM_LIST (confab_room_list_get_type ())
G_DECLARE_FINAL_TYPE (ConfabRoomList, confab_room_list, CONFAB, ROOM_LIST, GObject)

/* A GListModel of ConfabRoom in no particular order, each room once, one items-changed per batch. Sort it with
 * GtkSortListModel. Properties, notified: unread-count (messages in rooms not muted), mention-count. */

ConfabRoom *confab_room_list_find (ConfabRoomList *self, const char *room_id);
gint64 confab_room_list_get_unread_count (ConfabRoomList *self);
gint64 confab_room_list_get_mention_count (ConfabRoomList *self);

G_END_DECLS
