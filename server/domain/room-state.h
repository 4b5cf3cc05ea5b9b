/* room-state.h: a room and its members as a lane remembers them between decisions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Belongs to one lane and is touched by its thread only. It may be older than the store: every change is applied
 * only if the room's membersRev is still the one it was decided on.
 */
#pragma once

#include "backplane/backplane.h"
#include "store/store.h"

G_BEGIN_DECLS

typedef struct
{
  Room *room;
  GHashTable *members;      /* user id → Member* */
  GHashTable *by_username;  /* username → Member*, borrowed from members */
} RoomState;

/* NOT_FOUND when there is no such room. */
RoomState *room_state_load (Store *store, Backplane *backplane, const char *room_id, GError **error);
/* A state from records, for tests of decisions. members: of Member*. */
RoomState *room_state_new (Room *room, GPtrArray *members);
void room_state_free (RoomState *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RoomState, room_state_free)

const Member *room_state_get_member (const RoomState *self, const char *user_id);
guint room_state_count_members (const RoomState *self);

/* Follows an applied change of membership or settings. */
void room_state_follow (RoomState *self, const Change *change);

G_END_DECLS
