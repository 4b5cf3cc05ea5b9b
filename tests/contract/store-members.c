/* store-members.c: what every store promises about joining, leaving, roles and read marks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-fixture.h"

static Change *
make_membership (StoreFixture *fixture, ChangeKind kind, const char *room_id, const char *username,
                 ConfabMemberRole role)
{
  Change *change = store_fixture_change (fixture, kind, room_id, username);

  change->target_id = g_strconcat ("user-", username, NULL);
  change->role = role;
  return change;
}

static Change *
join (StoreFixture *fixture, const char *room_id, const char *username, ChangeOutcome outcome)
{
  Change *change = make_membership (fixture, CHANGE_JOIN, room_id, username, CONFAB_MEMBER_ROLE_MEMBER);

  return store_fixture_apply (fixture, change, outcome);
}

static Change *
leave (StoreFixture *fixture, const char *room_id, const char *username, ChangeOutcome outcome)
{
  Change *change = make_membership (fixture, CHANGE_LEAVE, room_id, username, CONFAB_MEMBER_ROLE_MEMBER);

  return store_fixture_apply (fixture, change, outcome);
}

static Change *
set_role (StoreFixture *fixture, const char *room_id, const char *username, ConfabMemberRole role,
          ChangeOutcome outcome)
{
  return store_fixture_apply (fixture, make_membership (fixture, CHANGE_SET_ROLE, room_id, username, role), outcome);
}

static void
assert_changed (StoreFixture *fixture, const char *room_id, gint64 rev, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) members = store_list_changed_members (fixture->store, room_id, rev, &error);
  g_autoptr(GString) list = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < members->len; i++)
    {
      const Member *member = members->pdata[i];

      g_string_append_printf (list, "%s%s%s%s@%d", i > 0 ? " " : "", member->left_at != 0 ? "-" : "+", member->username,
                              member->role == CONFAB_MEMBER_ROLE_ADMIN ? "*" : "", (int) member->rev);
    }
  g_assert_cmpstr (list->str, ==, expected);
}

static void
test_join (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(User) ben = store_fixture_add_user (fixture, "ben");
  g_autoptr(Change) joined = NULL;
  g_autoptr(Change) again = NULL;
  g_autoptr(Member) member = NULL;

  message_unref (store_fixture_say (fixture, room->id, "ada", "before"));
  fixture->now += 10;
  joined = join (fixture, room->id, "ben", OUTCOME_APPLIED);
  g_assert_cmpint (joined->rev, ==, 3);
  g_assert_cmpint (joined->room->rev, ==, 3);
  g_assert_cmpint (joined->room->members_rev, ==, 3);
  g_assert_cmpint (joined->room->member_count, ==, 2);
  g_assert_cmpstr (joined->member->display_name, ==, "Ben");
  g_assert_cmpint (joined->member->joined_at, ==, fixture->now);
  g_assert_cmpint (joined->member->rev, ==, 3);
  /* What was written before is not unread. */
  g_assert_cmpint (joined->member->read_seq, ==, 1);
  g_assert_cmpint (joined->member->received_seq, ==, 1);

  again = join (fixture, room->id, "ben", OUTCOME_UNCHANGED);
  g_assert_cmpint (again->rev, ==, 3);
  g_assert_cmpint (again->member->rev, ==, 3);
  member = store_fixture_get_member (fixture, room->id, "ben");
  g_assert_cmpint (member->rev, ==, 3);
  g_assert_cmpint (member->role, ==, CONFAB_MEMBER_ROLE_MEMBER);
}

static void
test_join_refused (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Room) after = NULL;

  store_fixture_refused (fixture, make_membership (fixture, CHANGE_JOIN, room->id, "nobody", CONFAB_MEMBER_ROLE_MEMBER),
                         CONFAB_ERROR_NOT_FOUND);
  store_fixture_refused (fixture, make_membership (fixture, CHANGE_JOIN, "no-room", "ada", CONFAB_MEMBER_ROLE_MEMBER),
                         CONFAB_ERROR_NOT_FOUND);
  after = store_fixture_get_room (fixture, room->id);
  g_assert_cmpint (after->rev, ==, 1);
  g_assert_cmpint (after->member_count, ==, 1);
}

static void
test_leave_and_return (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Change) left = NULL;
  g_autoptr(Change) again = NULL;
  g_autoptr(Change) never = NULL;
  g_autoptr(Change) back = NULL;
  g_autoptr(GError) error = NULL;

  left = leave (fixture, room->id, "ben", OUTCOME_APPLIED);
  g_assert_cmpint (left->member->left_at, ==, fixture->now);
  g_assert_cmpint (left->member->rev, ==, 2);
  g_assert_cmpint (left->room->member_count, ==, 1);
  g_assert_null (left->promoted);
  again = leave (fixture, room->id, "ben", OUTCOME_UNCHANGED);
  g_assert_cmpint (again->member->rev, ==, 2);
  never = leave (fixture, room->id, "nobody", OUTCOME_UNCHANGED);
  g_assert_null (never->member);
  assert_changed (fixture, room->id, 0, "+ada*@1 -ben@2");
  assert_changed (fixture, room->id, 1, "-ben@2");
  assert_changed (fixture, room->id, 2, "");

  message_unref (store_fixture_say (fixture, room->id, "ada", "gone?"));
  fixture->now += 10;
  back = join (fixture, room->id, "ben", OUTCOME_APPLIED);
  g_assert_cmpint (back->member->left_at, ==, 0);
  g_assert_cmpint (back->member->joined_at, ==, fixture->now);
  g_assert_cmpint (back->member->read_seq, ==, 1);
  g_assert_cmpint (back->room->member_count, ==, 2);
  assert_changed (fixture, room->id, 2, "+ben@4");
  g_assert_null (store_list_changed_members (fixture->store, "no-room", 0, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

static void
test_last_admin_leaves (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Change) left = NULL;
  g_autoptr(Change) second = NULL;
  g_autoptr(Change) last = NULL;

  for (const char *const *name = (const char *[]) { "cleo", "ben", NULL }; *name != NULL; name++)
    {
      user_unref (store_fixture_add_user (fixture, *name));
      fixture->now++;
      change_free (join (fixture, room->id, *name, OUTCOME_APPLIED));
    }

  left = leave (fixture, room->id, "ada", OUTCOME_APPLIED);
  g_assert_nonnull (left->promoted);
  g_assert_cmpstr (left->promoted->user_id, ==, "user-cleo");
  g_assert_cmpint (left->promoted->role, ==, CONFAB_MEMBER_ROLE_ADMIN);
  g_assert_cmpint (left->promoted->rev, ==, 4);
  assert_changed (fixture, room->id, 3, "-ada@4 +cleo*@4");

  /* There is another admin: nobody is promoted. */
  change_free (set_role (fixture, room->id, "ben", CONFAB_MEMBER_ROLE_ADMIN, OUTCOME_APPLIED));
  second = leave (fixture, room->id, "cleo", OUTCOME_APPLIED);
  g_assert_null (second->promoted);
  last = leave (fixture, room->id, "ben", OUTCOME_APPLIED);
  g_assert_null (last->promoted);
  g_assert_cmpint (last->room->member_count, ==, 0);
}

static void
test_leave_direct (StoreFixture *fixture)
{
  g_autoptr(Room) room = NULL;
  g_autoptr(Change) left = NULL;

  user_unref (store_fixture_add_user (fixture, "ada"));
  user_unref (store_fixture_add_user (fixture, "ben"));
  room = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_DIRECT, "ada ben");
  left = leave (fixture, room->id, "ada", OUTCOME_APPLIED);
  g_assert_null (left->promoted);
  assert_changed (fixture, room->id, 0, "+ben@1 -ada@2");
}

static void
test_set_role (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Change) promoted = set_role (fixture, room->id, "ben", CONFAB_MEMBER_ROLE_ADMIN, OUTCOME_APPLIED);
  g_autoptr(Change) again = NULL;

  g_assert_cmpint (promoted->member->role, ==, CONFAB_MEMBER_ROLE_ADMIN);
  g_assert_cmpint (promoted->member->rev, ==, 2);
  g_assert_cmpint (promoted->room->members_rev, ==, 2);
  again = set_role (fixture, room->id, "ben", CONFAB_MEMBER_ROLE_ADMIN, OUTCOME_UNCHANGED);
  g_assert_cmpint (again->rev, ==, 2);
  change_free (set_role (fixture, room->id, "ada", CONFAB_MEMBER_ROLE_MEMBER, OUTCOME_APPLIED));
  assert_changed (fixture, room->id, 0, "+ben*@2 +ada@3");

  change_free (leave (fixture, room->id, "ada", OUTCOME_APPLIED));
  store_fixture_refused (fixture, make_membership (fixture, CHANGE_SET_ROLE, room->id, "ada", CONFAB_MEMBER_ROLE_ADMIN),
                         CONFAB_ERROR_NOT_FOUND);
}

static void
mark (StoreFixture *fixture, const char *room_id, gint64 received, gint64 read, ChangeOutcome outcome,
      gint64 expected_received, gint64 expected_read)
{
  Change *change = store_fixture_change (fixture, CHANGE_MARK, room_id, "ben");
  g_autoptr(Change) applied = NULL;
  g_autoptr(Member) stored = NULL;

  change->received_seq = received;
  change->read_seq = read;
  applied = store_fixture_apply (fixture, change, outcome);
  g_assert_cmpint (applied->member->received_seq, ==, expected_received);
  g_assert_cmpint (applied->member->read_seq, ==, expected_read);
  g_assert_cmpint (applied->rev, ==, 11);
  stored = store_fixture_get_member (fixture, room_id, "ben");
  g_assert_cmpint (stored->received_seq, ==, expected_received);
  g_assert_cmpint (stored->read_seq, ==, expected_read);
  g_assert_cmpint (stored->rev, ==, 1);
}

static void
test_marks (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");

  for (guint i = 0; i < 10; i++)
    message_unref (store_fixture_say (fixture, room->id, "ada", "hello"));

  mark (fixture, room->id, 3, 0, OUTCOME_APPLIED, 3, 0);
  mark (fixture, room->id, 3, 0, OUTCOME_UNCHANGED, 3, 0);
  mark (fixture, room->id, 2, 0, OUTCOME_UNCHANGED, 3, 0);
  mark (fixture, room->id, 0, 2, OUTCOME_APPLIED, 3, 2);
  mark (fixture, room->id, 0, 5, OUTCOME_APPLIED, 5, 5);
  mark (fixture, room->id, 7, 6, OUTCOME_APPLIED, 7, 6);
  mark (fixture, room->id, 1, 1, OUTCOME_UNCHANGED, 7, 6);
  mark (fixture, room->id, -5, G_MININT64, OUTCOME_UNCHANGED, 7, 6);
  mark (fixture, room->id, 0, G_MAXINT64, OUTCOME_APPLIED, 10, 10);
  mark (fixture, room->id, G_MAXINT64, 0, OUTCOME_UNCHANGED, 10, 10);
}

static void
test_mark_of_stranger (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  Change *change = NULL;

  user_unref (store_fixture_add_user (fixture, "cleo"));
  store_fixture_refused (fixture, store_fixture_change (fixture, CHANGE_MARK, room->id, "cleo"),
                         CONFAB_ERROR_NOT_FOUND);
  change_free (leave (fixture, room->id, "ben", OUTCOME_APPLIED));
  change = store_fixture_change (fixture, CHANGE_MARK, room->id, "ben");
  store_fixture_refused (fixture, change, CONFAB_ERROR_NOT_FOUND);
}

/* A name is the account's: memberships show the one it has now. */
static void
test_new_name_shows (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Member) member = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (store_update_user (fixture->store, "user-ada", "Countess", "https://example.org/a.png", &error));
  member = store_fixture_get_member (fixture, room->id, "ada");
  g_assert_cmpstr (member->display_name, ==, "Countess");
  g_assert_cmpstr (member->avatar, ==, "https://example.org/a.png");
}

const StoreCase store_member_cases[] = {
  { "members/join", test_join },
  { "members/join-refused", test_join_refused },
  { "members/leave-and-return", test_leave_and_return },
  { "members/last-admin-leaves", test_last_admin_leaves },
  { "members/leave-direct", test_leave_direct },
  { "members/set-role", test_set_role },
  { "members/marks", test_marks },
  { "members/mark-of-stranger", test_mark_of_stranger },
  { "members/new-name-shows", test_new_name_shows },
  { NULL, NULL },
};
