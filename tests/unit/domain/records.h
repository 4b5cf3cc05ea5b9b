/* records.h: records for the tests of this folder, made in one line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/room-state.h"

static inline Member *
make_member (const char *user_id, const char *username, ConfabMemberRole role)
{
  Member *member = member_new ();

  member->user_id = g_strdup (user_id);
  member->username = g_strdup (username);
  member->display_name = g_strdup (username);
  member->role = role;
  return member;
}

static inline Room *
make_room (const char *id, ConfabRoomType type, gint64 members_rev)
{
  Room *room = room_new ();

  room->id = g_strdup (id);
  room->name = g_strdup ("Kitchen");
  room->type = type;
  room->created_by = g_strdup ("ada");
  room->members_rev = members_rev;
  return room;
}

/* Ada is its admin, Ben and Cem are members. */
static inline RoomState *
make_state (ConfabRoomType type)
{
  g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func ((GDestroyNotify) member_unref);
  g_autoptr(Room) room = make_room ("kitchen", type, 7);

  g_ptr_array_add (members, make_member ("ada", "ada", CONFAB_MEMBER_ROLE_ADMIN));
  g_ptr_array_add (members, make_member ("ben", "ben", CONFAB_MEMBER_ROLE_MEMBER));
  g_ptr_array_add (members, make_member ("cem", "cem.k", CONFAB_MEMBER_ROLE_MEMBER));
  return room_state_new (room, members);
}
