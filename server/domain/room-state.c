/* room-state.c: a room and its members as a lane remembers them between decisions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-domain"

#include "config.h"

#include "domain/room-state.h"

#include "domain/shared-records.h"

static void
room_state_put (RoomState *self, Member *member)
{
  Member *old = g_hash_table_lookup (self->members, member->user_id);

  if (old != NULL)
    g_hash_table_remove (self->by_username, old->username);
  g_hash_table_replace (self->members, member->user_id, member_ref (member));
  g_hash_table_replace (self->by_username, member->username, member);
}

static void
room_state_drop (RoomState *self, const char *user_id)
{
  Member *old = g_hash_table_lookup (self->members, user_id);

  if (old == NULL)
    return;
  g_hash_table_remove (self->by_username, old->username);
  g_hash_table_remove (self->members, user_id);
}

RoomState *
room_state_new (Room *room, GPtrArray *members)
{
  RoomState *self = g_new0 (RoomState, 1);

  self->room = room_ref (room);
  self->members = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) member_unref);
  self->by_username = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < members->len; i++)
    room_state_put (self, members->pdata[i]);
  return self;
}

RoomState *
room_state_load (Store *store, Backplane *backplane, const char *room_id, GError **error)
{
  g_autoptr(Room) room = NULL;
  g_autoptr(GPtrArray) members = NULL;

  /* The room first: if a member joins between the two reads, membersRev is the older one and the decision is made
   * again. */
  room = store_get_room (store, room_id, error);
  if (room == NULL)
    return NULL;
  members = shared_list_members (store, backplane, room, error);
  if (members == NULL)
    return NULL;
  return room_state_new (room, members);
}

void
room_state_free (RoomState *self)
{
  g_hash_table_unref (self->by_username);
  g_hash_table_unref (self->members);
  room_unref (self->room);
  g_free (self);
}

const Member *
room_state_get_member (const RoomState *self, const char *user_id)
{
  return user_id != NULL ? g_hash_table_lookup (self->members, user_id) : NULL;
}

guint
room_state_count_members (const RoomState *self)
{
  return g_hash_table_size (self->members);
}

void
room_state_follow (RoomState *self, const Change *change)
{
  /* How far somebody has read decides nothing. */
  if (change->kind == CHANGE_MARK)
    return;
  if (change->room != NULL)
    {
      g_clear_pointer (&self->room, room_unref);
      self->room = room_ref (change->room);
    }
  if (change->member == NULL)
    return;
  if (change->member->left_at != 0)
    room_state_drop (self, change->member->user_id);
  else
    room_state_put (self, change->member);
  if (change->promoted != NULL)
    room_state_put (self, change->promoted);
}
