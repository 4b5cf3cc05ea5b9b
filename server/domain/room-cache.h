/* room-cache.h: the rooms that a lane remembers, the least recently used forgotten first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/room-state.h"

G_BEGIN_DECLS

typedef struct _RoomCache RoomCache;

/* lifetime: seconds that a room is remembered at most; 0: no limit. */
RoomCache *room_cache_new (guint lifetime);
void room_cache_free (RoomCache *self);

/* Borrowed until room_cache_drop() or room_cache_trim(). */
const RoomState *room_cache_get (RoomCache *self, Store *store, Backplane *backplane, const char *room_id,
                                 GError **error);
void room_cache_drop (RoomCache *self, const char *room_id);
void room_cache_clear (RoomCache *self);
void room_cache_follow (RoomCache *self, const Change *change);
/* How long ago the store last agreed with what is remembered of the room, in seconds; 0 when that is just read. */
guint room_cache_get_age (RoomCache *self, const char *room_id);
/* The store agrees with it now. */
void room_cache_confirm (RoomCache *self, const char *room_id);
/* Between batches: forgets what is beyond the bounds. */
void room_cache_trim (RoomCache *self);

G_END_DECLS
