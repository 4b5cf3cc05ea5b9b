/* store-rooms.c: what every store promises about making, listing and finding rooms
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-fixture.h"

static void
assert_room (const Room *room, const Room *expected)
{
  g_assert_cmpstr (room->id, ==, expected->id);
  g_assert_cmpstr (room->name, ==, expected->name);
  g_assert_cmpstr (room->description, ==, expected->description);
  g_assert_cmpint (room->type, ==, expected->type);
  g_assert_cmpint (room->encrypted, ==, expected->encrypted);
  g_assert_cmpstr (room->created_by, ==, expected->created_by);
  g_assert_cmpint (room->created_at, ==, expected->created_at);
  g_assert_cmpint (room->last_activity, ==, expected->last_activity);
  g_assert_cmpint (room->last_seq, ==, expected->last_seq);
  g_assert_cmpint (room->rev, ==, expected->rev);
  g_assert_cmpint (room->members_rev, ==, expected->members_rev);
  g_assert_cmpint (room->settings_rev, ==, expected->settings_rev);
  g_assert_cmpint (room->member_count, ==, expected->member_count);
}

static void
test_revs (StoreFixture *fixture)
{
  static const char *none[] = { NULL };
  g_autoptr(Room) first = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Room) second = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_DIRECT, "ada ben");
  const char *asked[] = { second->id, "no-room", first->id, second->id, NULL };
  gint64 revs[4] = { 0 };
  g_autoptr(GError) error = NULL;

  message_unref (store_fixture_say (fixture, first->id, "ada", "one"));
  message_unref (store_fixture_say (fixture, first->id, "ben", "two"));
  g_assert_true (store_get_revs (fixture->store, asked, revs, &error));
  g_assert_no_error (error);
  g_assert_cmpint (revs[0], ==, 1);
  g_assert_cmpint (revs[1], ==, -1);
  g_assert_cmpint (revs[2], ==, 3);
  g_assert_cmpint (revs[3], ==, 1);

  change_free (store_fixture_apply (fixture, store_fixture_change (fixture, CHANGE_DELETE_ROOM, first->id, "ada"),
                                    OUTCOME_APPLIED));
  g_assert_true (store_get_revs (fixture->store, asked, revs, &error));
  g_assert_cmpint (revs[2], ==, -1);
  g_assert_true (store_get_revs (fixture->store, none, revs, &error));
  g_assert_no_error (error);
}

/* More than any database takes in one list of parameters. */
static void
test_many_revs (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(GPtrArray) asked = g_ptr_array_new_null_terminated (2000, g_free, TRUE);
  g_autofree gint64 *revs = g_new0 (gint64, 2001);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < 2000; i++)
    g_ptr_array_add (asked, g_strdup_printf ("no-room-%u", i));
  g_ptr_array_add (asked, g_strdup (room->id));
  g_assert_true (store_get_revs (fixture->store, (const char *const *) asked->pdata, revs, &error));
  g_assert_no_error (error);
  g_assert_cmpint (revs[0], ==, -1);
  g_assert_cmpint (revs[1999], ==, -1);
  g_assert_cmpint (revs[2000], ==, 1);
}

static void
add_people (StoreFixture *fixture, const char *usernames)
{
  g_auto(GStrv) names = g_strsplit (usernames, " ", -1);

  for (gsize i = 0; names[i] != NULL; i++)
    user_unref (store_fixture_add_user (fixture, names[i]));
}

static void
test_create (StoreFixture *fixture)
{
  static const char *members[] = { "user-ben", "user-ada", "user-ben", NULL };
  g_autoptr(Room) draft = room_new ();
  g_autoptr(Room) made = NULL;
  g_autoptr(Room) read = NULL;
  g_autoptr(Member) ada = NULL;
  g_autoptr(Member) ben = NULL;
  g_autoptr(GError) error = NULL;
  gboolean created = FALSE;

  add_people (fixture, "ada ben");
  draft->id = g_strdup ("01ROOM");
  draft->name = g_strdup ("Küche 🍳");
  draft->description = g_strdup ("Wer kocht?");
  draft->type = CONFAB_ROOM_TYPE_PRIVATE;
  draft->encrypted = TRUE;
  draft->created_by = g_strdup ("user-ada");
  draft->created_at = 77;
  made = store_create_room (fixture->store, draft, members, &created, &error);
  g_assert_no_error (error);
  g_assert_true (created);
  g_assert_cmpint (made->rev, ==, 1);
  g_assert_cmpint (made->members_rev, ==, 1);
  g_assert_cmpint (made->settings_rev, ==, 1);
  g_assert_cmpint (made->member_count, ==, 2);
  g_assert_cmpint (made->last_activity, ==, 77);
  g_assert_cmpint (made->last_seq, ==, 0);
  g_assert_true (made->encrypted);
  g_assert_cmpstr (made->name, ==, draft->name);
  g_assert_cmpstr (made->description, ==, draft->description);

  store_fixture_reopen (fixture);
  read = store_fixture_get_room (fixture, "01ROOM");
  assert_room (read, made);
  ada = store_fixture_get_member (fixture, "01ROOM", "ada");
  g_assert_cmpint (ada->role, ==, CONFAB_MEMBER_ROLE_ADMIN);
  g_assert_cmpint (ada->joined_at, ==, 77);
  g_assert_cmpint (ada->rev, ==, 1);
  g_assert_cmpstr (ada->display_name, ==, "Ada");
  ben = store_fixture_get_member (fixture, "01ROOM", "ben");
  g_assert_cmpint (ben->role, ==, CONFAB_MEMBER_ROLE_MEMBER);
}

static void
test_unknown_member (StoreFixture *fixture)
{
  static const char *members[] = { "user-ada", "user-nobody", NULL };
  g_autoptr(Room) draft = room_new ();
  g_autoptr(GError) error = NULL;

  add_people (fixture, "ada");
  draft->id = g_strdup ("01ROOM");
  draft->created_by = g_strdup ("user-ada");
  g_assert_null (store_create_room (fixture->store, draft, members, NULL, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_assert_nonnull (confab_error_get_field (error, "members"));
  g_clear_error (&error);
  g_assert_null (store_get_room (fixture->store, "01ROOM", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

static void
test_direct_once (StoreFixture *fixture)
{
  g_autoptr(Room) first = NULL;
  g_autoptr(Room) again = NULL;
  g_autoptr(Room) three = NULL;
  g_autoptr(Member) ada = NULL;

  add_people (fixture, "ada ben cleo");
  first = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_DIRECT, "ada ben");
  again = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_DIRECT, "ben ada");
  assert_room (again, first);
  three = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_DIRECT, "ada ben cleo");
  g_assert_cmpstr (three->id, !=, first->id);
  ada = store_fixture_get_member (fixture, first->id, "ada");
  g_assert_cmpint (ada->role, ==, CONFAB_MEMBER_ROLE_MEMBER);
}

static void
test_direct_again (StoreFixture *fixture)
{
  g_autoptr(Room) room = NULL;
  g_autoptr(Room) again = NULL;
  g_autoptr(Member) ben = NULL;
  Change *leave = NULL;

  add_people (fixture, "ada ben");
  room = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_DIRECT, "ada ben");
  message_unref (store_fixture_say (fixture, room->id, "ada", "hello"));
  leave = store_fixture_change (fixture, CHANGE_LEAVE, room->id, "ben");
  leave->target_id = g_strdup ("user-ben");
  change_free (store_fixture_apply (fixture, leave, OUTCOME_APPLIED));

  again = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_DIRECT, "ada ben");
  g_assert_cmpstr (again->id, ==, room->id);
  g_assert_cmpint (again->member_count, ==, 2);
  g_assert_cmpint (again->rev, ==, 4);
  g_assert_cmpint (again->members_rev, ==, 4);
  ben = store_fixture_get_member (fixture, room->id, "ben");
  g_assert_cmpint (ben->rev, ==, 4);
}

static void
assert_members (StoreFixture *fixture, const char *room_id, const char *after, guint limit, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) members = store_list_members (fixture->store, room_id, after, limit, &error);
  g_autoptr(GString) names = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < members->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "", ((Member *) members->pdata[i])->username);
  g_assert_cmpstr (names->str, ==, expected);
}

static void
test_list_members (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "dora ben ada cleo");
  g_autoptr(GError) error = NULL;
  Change *leave = store_fixture_change (fixture, CHANGE_LEAVE, room->id, "cleo");

  leave->target_id = g_strdup ("user-cleo");
  change_free (store_fixture_apply (fixture, leave, OUTCOME_APPLIED));
  assert_members (fixture, room->id, NULL, 0, "ada ben dora");
  assert_members (fixture, room->id, NULL, 2, "ada ben");
  assert_members (fixture, room->id, "ben", 2, "dora");
  assert_members (fixture, room->id, "dora", 2, "");
  g_assert_null (store_list_members (fixture->store, "no-room", NULL, 0, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (store_get_member (fixture->store, room->id, "user-cleo", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

static void
assert_my_rooms (StoreFixture *fixture, const char *user_id, const char *const *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) rooms = store_list_user_rooms (fixture->store, user_id, &error);
  g_auto(GStrv) ids = store_list_user_room_ids (fixture->store, user_id, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (rooms->len, ==, g_strv_length ((char **) expected));
  g_assert_cmpuint (g_strv_length (ids), ==, rooms->len);
  for (guint i = 0; i < rooms->len; i++)
    {
      const RoomSummary *summary = rooms->pdata[i];

      g_assert_cmpstr (summary->room->id, ==, expected[i]);
      g_assert_cmpstr (summary->me->user_id, ==, user_id);
      g_assert_true (g_strv_contains ((const char *const *) ids, expected[i]));
    }
}

static void
test_my_rooms (StoreFixture *fixture)
{
  g_autoptr(Room) first = store_fixture_add_people_and_room (fixture, "ada ben cleo");
  g_autoptr(Room) second = NULL;
  g_autoptr(RoomSummary) summary = NULL;
  g_autoptr(GError) error = NULL;
  Change *leave = NULL;

  fixture->now += 10;
  second = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_DIRECT, "ben ada");
  assert_my_rooms (fixture, "user-ada", (const char *[]) { second->id, first->id, NULL });
  assert_my_rooms (fixture, "user-cleo", (const char *[]) { first->id, NULL });
  assert_my_rooms (fixture, "user-nobody", (const char *[]) { NULL });

  fixture->now += 10;
  message_unref (store_fixture_say (fixture, first->id, "ben", "one"));
  message_unref (store_fixture_say (fixture, first->id, "ben", "two"));
  assert_my_rooms (fixture, "user-ada", (const char *[]) { first->id, second->id, NULL });

  summary = store_get_user_room (fixture->store, "user-ada", first->id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (summary->room->last_seq, ==, 2);
  g_assert_cmpint (summary->me->read_seq, ==, 0);
  g_assert_cmpstr (summary->last_message->content, ==, "two");
  g_assert_cmpint (summary->mentions, ==, 0);
  g_assert_cmpuint (summary->members->len, ==, 3);

  leave = store_fixture_change (fixture, CHANGE_LEAVE, first->id, "ada");
  leave->target_id = g_strdup ("user-ada");
  change_free (store_fixture_apply (fixture, leave, OUTCOME_APPLIED));
  assert_my_rooms (fixture, "user-ada", (const char *[]) { second->id, NULL });
  g_assert_null (store_get_user_room (fixture->store, "user-ada", first->id, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (store_get_user_room (fixture->store, "user-ada", "no-room", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

static void
test_large_room_without_members (StoreFixture *fixture)
{
  g_autoptr(GString) names = g_string_new ("p0");
  g_autoptr(Room) room = NULL;
  g_autoptr(RoomSummary) at_limit = NULL;
  g_autoptr(RoomSummary) above = NULL;
  g_autoptr(GError) error = NULL;
  Change *join = NULL;

  for (guint i = 1; i < 50; i++)
    g_string_append_printf (names, " p%u", i);
  room = store_fixture_add_people_and_room (fixture, names->str);
  user_unref (store_fixture_add_user (fixture, "late"));

  at_limit = store_get_user_room (fixture->store, "user-p7", room->id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (at_limit->members->len, ==, 50);
  join = store_fixture_change (fixture, CHANGE_JOIN, room->id, "late");
  join->target_id = g_strdup ("user-late");
  change_free (store_fixture_apply (fixture, join, OUTCOME_APPLIED));
  above = store_get_user_room (fixture->store, "user-p7", room->id, &error);
  g_assert_no_error (error);
  g_assert_null (above->members);
  g_assert_cmpint (above->room->member_count, ==, 51);
}

static Room *
add_public (StoreFixture *fixture, const char *name, const char *description, const char *const *members)
{
  g_autoptr(Room) draft = room_new ();
  g_autoptr(GError) error = NULL;
  Room *room = NULL;

  draft->id = g_strconcat ("room-", name, NULL);
  draft->name = g_strdup (name);
  draft->description = g_strdup (description);
  draft->type = CONFAB_ROOM_TYPE_PUBLIC;
  draft->created_by = g_strdup (members[0]);
  room = store_create_room (fixture->store, draft, members, NULL, &error);
  g_assert_no_error (error);
  return room;
}

static void
assert_public (StoreFixture *fixture, const char *query, guint page_size, const char *expected)
{
  g_autoptr(GString) names = g_string_new (NULL);
  g_autofree char *cursor = NULL;

  do
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *next = NULL;
      g_autoptr(GPtrArray) rooms = store_list_public_rooms (fixture->store, query, cursor, page_size, &next, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (rooms->len, <=, page_size);
      for (guint i = 0; i < rooms->len; i++)
        g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", ((Room *) rooms->pdata[i])->name);
      g_free (cursor);
      cursor = g_steal_pointer (&next);
    }
  while (cursor != NULL);
  g_assert_cmpstr (names->str, ==, expected);
}

static void
test_public_rooms (StoreFixture *fixture)
{
  static const char *one[] = { "user-ada", NULL };
  static const char *two[] = { "user-ada", "user-ben", NULL };
  g_autoptr(Room) hidden = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(GError) error = NULL;
  Change *join = NULL;

  room_unref (add_public (fixture, "Äpfel", "Obst, auch BIRNEN", one));
  room_unref (add_public (fixture, "birds", NULL, two));
  room_unref (add_public (fixture, "cats", "100%_sure", one));
  room_unref (add_public (fixture, "dogs", "", one));

  assert_public (fixture, NULL, 10, "birds cats dogs Äpfel");
  assert_public (fixture, "", 10, "birds cats dogs Äpfel");
  assert_public (fixture, NULL, 1, "birds cats dogs Äpfel");
  assert_public (fixture, NULL, 2, "birds cats dogs Äpfel");
  assert_public (fixture, NULL, 4, "birds cats dogs Äpfel");
  assert_public (fixture, "BIR", 1, "birds Äpfel");
  assert_public (fixture, "ÄPFEL", 10, "Äpfel");
  assert_public (fixture, "%", 10, "cats");
  assert_public (fixture, "Kitchen", 10, "");

  /* Joins change the order, a new name what is found. */
  join = store_fixture_change (fixture, CHANGE_JOIN, "room-dogs", "ben");
  join->target_id = g_strdup ("user-ben");
  change_free (store_fixture_apply (fixture, join, OUTCOME_APPLIED));
  assert_public (fixture, NULL, 10, "birds dogs cats Äpfel");
  join = store_fixture_change (fixture, CHANGE_UPDATE_ROOM, "room-dogs", "ben");
  join->name = g_strdup ("wolves");
  change_free (store_fixture_apply (fixture, join, OUTCOME_APPLIED));
  assert_public (fixture, "WOLV", 10, "wolves");
  assert_public (fixture, "dogs", 10, "");

  g_assert_null (store_list_public_rooms (fixture->store, NULL, "nonsense", 10, NULL, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
}

const StoreCase store_room_cases[] = {
  { "rooms/create", test_create },
  { "rooms/unknown-member", test_unknown_member },
  { "rooms/direct-once", test_direct_once },
  { "rooms/direct-again-after-leaving", test_direct_again },
  { "rooms/members", test_list_members },
  { "rooms/mine", test_my_rooms },
  { "rooms/members-up-to-50", test_large_room_without_members },
  { "rooms/revs", test_revs },
  { "rooms/many-revs", test_many_revs },
  { "rooms/public", test_public_rooms },
  { NULL, NULL },
};
