/* mentions.h: whom a text mentions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/room-state.h"

G_BEGIN_DECLS

/* User ids of the members that text mentions by @username, each once; NULL for none. whole_room: @room was there.
 * Free with g_strfreev(). */
char **mentions_find (const RoomState *room, const char *text, gboolean *whole_room);

G_END_DECLS
