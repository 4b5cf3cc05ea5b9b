/* test-room-state.c: a lane's memory of a room follows the changes that were applied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "records.h"

static Change *
make_change (ChangeKind kind, const char *target_id, gint64 members_rev)
{
  Change *change = change_new (kind, "kitchen", "ada", 7, 1000);

  change->target_id = g_strdup (target_id);
  change->room = make_room ("kitchen", CONFAB_ROOM_TYPE_PUBLIC, members_rev);
  change->outcome = OUTCOME_APPLIED;
  return change;
}

static void
test_join (void)
{
  g_autoptr(RoomState) room = make_state (CONFAB_ROOM_TYPE_PUBLIC);
  g_autoptr(Change) change = make_change (CHANGE_JOIN, "dora", 8);

  g_assert_null (room_state_get_member (room, "dora"));
  change->member = make_member ("dora", "dora", CONFAB_MEMBER_ROLE_MEMBER);
  room_state_follow (room, change);
  g_assert_nonnull (room_state_get_member (room, "dora"));
  g_assert_cmpuint (room_state_count_members (room), ==, 4);
  g_assert_cmpint (room->room->members_rev, ==, 8);
  g_assert_true (g_hash_table_contains (room->by_username, "dora"));
}

static void
test_leave (void)
{
  g_autoptr(RoomState) room = make_state (CONFAB_ROOM_TYPE_PUBLIC);
  g_autoptr(Change) change = make_change (CHANGE_LEAVE, "ada", 8);

  change->member = make_member ("ada", "ada", CONFAB_MEMBER_ROLE_ADMIN);
  change->member->left_at = 1000;
  change->promoted = make_member ("ben", "ben", CONFAB_MEMBER_ROLE_ADMIN);
  room_state_follow (room, change);
  g_assert_null (room_state_get_member (room, "ada"));
  g_assert_false (g_hash_table_contains (room->by_username, "ada"));
  g_assert_cmpint (room_state_get_member (room, "ben")->role, ==, CONFAB_MEMBER_ROLE_ADMIN);
  g_assert_true (g_hash_table_lookup (room->by_username, "ben") == room_state_get_member (room, "ben"));
}

static void
test_renamed_member (void)
{
  g_autoptr(RoomState) room = make_state (CONFAB_ROOM_TYPE_PUBLIC);
  g_autoptr(Change) change = make_change (CHANGE_SET_ROLE, "ben", 8);

  change->member = make_member ("ben", "benjamin", CONFAB_MEMBER_ROLE_ADMIN);
  room_state_follow (room, change);
  g_assert_false (g_hash_table_contains (room->by_username, "ben"));
  g_assert_true (g_hash_table_contains (room->by_username, "benjamin"));
}

static void
test_mark_decides_nothing (void)
{
  g_autoptr(RoomState) room = make_state (CONFAB_ROOM_TYPE_PUBLIC);
  g_autoptr(Change) change = change_new (CHANGE_MARK, "kitchen", "ben", 7, 1000);
  const Member *before = room_state_get_member (room, "ben");

  change->outcome = OUTCOME_APPLIED;
  change->member = make_member ("ben", NULL, CONFAB_MEMBER_ROLE_MEMBER);
  room_state_follow (room, change);
  g_assert_true (room_state_get_member (room, "ben") == before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room-state/join", test_join);
  g_test_add_func ("/room-state/last-admin-leaves", test_leave);
  g_test_add_func ("/room-state/renamed-member", test_renamed_member);
  g_test_add_func ("/room-state/mark-decides-nothing", test_mark_decides_nothing);
  return g_test_run ();
}
