/* store-changes.c: what every store promises about changes of messages and of rooms themselves
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-fixture.h"

static Change *
make_change (StoreFixture *fixture, ChangeKind kind, const Message *message, const char *username)
{
  Change *change = store_fixture_change (fixture, kind, message->room_id, username);

  change->message_id = g_strdup (message->id);
  return change;
}

static Change *
make_edit (StoreFixture *fixture, const Message *message, const char *username, const char *text)
{
  Change *change = make_change (fixture, CHANGE_EDIT, message, username);

  change->content = g_strdup (text);
  return change;
}

static Change *
make_reaction (StoreFixture *fixture, ChangeKind kind, const Message *message, const char *username, const char *emoji)
{
  Change *change = make_change (fixture, kind, message, username);

  change->emoji = g_strdup (emoji);
  change->max_kinds = 3;
  return change;
}

static void
assert_stored (StoreFixture *fixture, const Change *change)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Message) stored = store_get_message (fixture->store, change->message->id, &error);
  g_autofree char *line = NULL;
  g_autofree char *expected = store_fixture_describe_message (change->message);

  g_assert_no_error (error);
  line = store_fixture_describe_message (stored);
  g_assert_cmpstr (line, ==, expected);
}

static void
test_edit (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Message) message = store_fixture_say (fixture, room->id, "ada", "tpyo");
  g_autoptr(Change) edit = NULL;
  g_autoptr(Change) same = NULL;

  fixture->now += 10;
  edit = store_fixture_apply (fixture, make_edit (fixture, message, "ada", "typo"), OUTCOME_APPLIED);
  g_assert_cmpstr (edit->message->content, ==, "typo");
  g_assert_cmpint (edit->message->edited_at, ==, fixture->now);
  g_assert_cmpint (edit->message->seq, ==, message->seq);
  g_assert_cmpint (edit->message->rev, ==, 3);
  g_assert_cmpint (edit->rev, ==, 3);
  assert_stored (fixture, edit);

  same = store_fixture_apply (fixture, make_edit (fixture, message, "ada", "typo"), OUTCOME_UNCHANGED);
  g_assert_cmpint (same->rev, ==, 3);
  assert_stored (fixture, same);
}

static void
test_edit_refused (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Room) other = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_PRIVATE, "ada ben");
  g_autoptr(Message) message = store_fixture_say (fixture, room->id, "ada", "mine");
  g_autoptr(Room) after = NULL;
  Change *change = NULL;

  store_fixture_refused (fixture, make_edit (fixture, message, "ben", "yours"), CONFAB_ERROR_FORBIDDEN);
  change = make_edit (fixture, message, "ada", "elsewhere");
  g_free (change->room_id);
  change->room_id = g_strdup (other->id);
  store_fixture_refused (fixture, change, CONFAB_ERROR_NOT_FOUND);
  change = make_edit (fixture, message, "ada", "nothing");
  g_free (change->message_id);
  change->message_id = g_strdup ("no-message");
  store_fixture_refused (fixture, change, CONFAB_ERROR_NOT_FOUND);

  change_free (store_fixture_apply (fixture, make_change (fixture, CHANGE_DELETE, message, "ada"), OUTCOME_APPLIED));
  store_fixture_refused (fixture, make_edit (fixture, message, "ada", "too late"), CONFAB_ERROR_NOT_FOUND);
  after = store_fixture_get_room (fixture, room->id);
  g_assert_cmpint (after->rev, ==, 3);
}

static void
test_edit_limit (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Message) message = store_fixture_say (fixture, room->id, "ada", "0");
  g_autoptr(GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  g_autoptr(GError) error = NULL;

  for (guint i = 1; i <= 101; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      g_ptr_array_add (edits, make_edit (fixture, message, "ada", text));
    }
  g_assert_true (store_apply (fixture->store, (Change **) edits->pdata, edits->len, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpint (((Change *) edits->pdata[i])->outcome, ==, OUTCOME_APPLIED);
  g_assert_cmpint (((Change *) edits->pdata[100])->outcome, ==, OUTCOME_REFUSED);
  g_assert_error (((Change *) edits->pdata[100])->error, CONFAB_ERROR, CONFAB_ERROR_TOO_LARGE);
}

static void
test_delete (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Message) message = store_fixture_say (fixture, room->id, "ada", "regret");
  g_autoptr(Change) gone = NULL;
  g_autoptr(Change) again = NULL;
  g_autoptr(Change) reaction = NULL;

  reaction =
    store_fixture_apply (fixture, make_reaction (fixture, CHANGE_ADD_REACTION, message, "ben", "😱"), OUTCOME_APPLIED);
  store_fixture_refused (fixture, make_change (fixture, CHANGE_DELETE, message, "ben"), CONFAB_ERROR_FORBIDDEN);

  fixture->now += 10;
  gone = store_fixture_apply (fixture, make_change (fixture, CHANGE_DELETE, message, "ada"), OUTCOME_APPLIED);
  g_assert_cmpstr (gone->message->content, ==, "");
  g_assert_cmpint (gone->message->deleted_at, ==, fixture->now);
  g_assert_cmpint (gone->message->seq, ==, 1);
  g_assert_cmpint (gone->message->rev, ==, 4);
  g_assert_null (gone->message->reactions);
  assert_stored (fixture, gone);

  again = store_fixture_apply (fixture, make_change (fixture, CHANGE_DELETE, message, "ada"), OUTCOME_UNCHANGED);
  g_assert_cmpint (again->rev, ==, 4);
  assert_stored (fixture, again);
}

static void
test_delete_as_moderator (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Message) message = store_fixture_say (fixture, room->id, "ada", "spam");
  g_autoptr(Change) gone = NULL;
  Change *change = make_change (fixture, CHANGE_DELETE, message, "ben");

  change->as_moderator = TRUE;
  gone = store_fixture_apply (fixture, change, OUTCOME_APPLIED);
  g_assert_cmpstr (gone->message->sender_id, ==, "user-ada");
  assert_stored (fixture, gone);
}

/* A clientId stays taken when its message is deleted: a resend must not bring the message back. */
static void
test_resend_deleted (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Change) first = store_fixture_apply (fixture, store_fixture_draft (fixture, room->id, "ada", "hello", "c1"),
                                                 OUTCOME_APPLIED);
  g_autoptr(Change) again = NULL;

  change_free (
    store_fixture_apply (fixture, make_change (fixture, CHANGE_DELETE, first->message, "ada"), OUTCOME_APPLIED));
  again =
    store_fixture_apply (fixture, store_fixture_draft (fixture, room->id, "ada", "hello", "c1"), OUTCOME_UNCHANGED);
  g_assert_cmpint (again->message->deleted_at, !=, 0);
  g_assert_cmpstr (again->message->content, ==, "");
}

static void
assert_reactions (StoreFixture *fixture, const Change *change, const char *expected)
{
  g_autoptr(GString) list = g_string_new (NULL);

  for (guint i = 0; change->message->reactions != NULL && i < change->message->reactions->len; i++)
    {
      const Reaction *reaction = change->message->reactions->pdata[i];

      g_string_append_printf (list, "%s%s:%s", i > 0 ? " " : "", reaction->user_id, reaction->emoji);
    }
  g_assert_cmpstr (list->str, ==, expected);
  assert_stored (fixture, change);
}

static void
react (StoreFixture *fixture, ChangeKind kind, const Message *message, const char *username, const char *emoji,
       ChangeOutcome outcome, const char *expected)
{
  Change *change = make_reaction (fixture, kind, message, username, emoji);
  g_autoptr(Change) applied = store_fixture_apply (fixture, change, outcome);

  assert_reactions (fixture, applied, expected);
}

static void
test_reactions (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Message) message = store_fixture_say (fixture, room->id, "ada", "cake");
  g_autoptr(Room) after = NULL;

  react (fixture, CHANGE_ADD_REACTION, message, "ben", "🍰", OUTCOME_APPLIED, "user-ben:🍰");
  react (fixture, CHANGE_ADD_REACTION, message, "ben", "🍰", OUTCOME_UNCHANGED, "user-ben:🍰");
  react (fixture, CHANGE_ADD_REACTION, message, "ada", "🍰", OUTCOME_APPLIED, "user-ben:🍰 user-ada:🍰");
  react (fixture, CHANGE_ADD_REACTION, message, "ben", "👍🏽", OUTCOME_APPLIED, "user-ben:🍰 user-ada:🍰 user-ben:👍🏽");
  react (fixture, CHANGE_ADD_REACTION, message, "ben", "👍", OUTCOME_APPLIED,
         "user-ben:🍰 user-ada:🍰 user-ben:👍🏽 user-ben:👍");

  /* Three kinds are there; a fourth is one too many, but one of the three is not. */
  store_fixture_refused (fixture, make_reaction (fixture, CHANGE_ADD_REACTION, message, "ada", "❤️"),
                         CONFAB_ERROR_TOO_LARGE);
  react (fixture, CHANGE_ADD_REACTION, message, "ada", "👍", OUTCOME_APPLIED,
         "user-ben:🍰 user-ada:🍰 user-ben:👍🏽 user-ben:👍 user-ada:👍");

  react (fixture, CHANGE_REMOVE_REACTION, message, "ben", "🍰", OUTCOME_APPLIED,
         "user-ada:🍰 user-ben:👍🏽 user-ben:👍 user-ada:👍");
  react (fixture, CHANGE_REMOVE_REACTION, message, "ben", "🍰", OUTCOME_UNCHANGED,
         "user-ada:🍰 user-ben:👍🏽 user-ben:👍 user-ada:👍");
  react (fixture, CHANGE_ADD_REACTION, message, "ben", "🍰", OUTCOME_APPLIED,
         "user-ada:🍰 user-ben:👍🏽 user-ben:👍 user-ada:👍 user-ben:🍰");
  after = store_fixture_get_room (fixture, room->id);
  g_assert_cmpint (after->rev, ==, 2 + 7);
}

/* A message with that many reactions, in a room of nobody. */
static void
put_popular_message (StoreFixture *fixture, guint n_reactions)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *restore = store_restore_begin (fixture->store, FALSE, &error);
  g_autoptr(StoreEntry) room = store_entry_new (ENTRY_ROOM);
  g_autoptr(StoreEntry) message = store_entry_new (ENTRY_MESSAGE);

  g_assert_no_error (error);
  room->room->id = g_strdup ("room");
  room->room->created_by = g_strdup ("user-ada");
  room->room->rev = 2;
  room->room->last_seq = 1;
  message->message->id = g_strdup ("message");
  message->message->room_id = g_strdup ("room");
  message->message->seq = 1;
  message->message->rev = message->first_rev = 2;
  message->message->sender_id = g_strdup ("user-ada");
  message->message->content = g_strdup ("cake");
  message->message->reactions = g_ptr_array_new_with_free_func ((GDestroyNotify) reaction_free);
  for (guint i = 0; i < n_reactions; i++)
    {
      g_autofree char *user_id = g_strdup_printf ("user-%u", i);

      g_ptr_array_add (message->message->reactions, reaction_new (user_id, "🍰"));
    }
  store_restore_put (fixture->store, restore, (StoreEntry *[]) { room, message }, 2, &error);
  g_assert_no_error (error);
  store_restore_finish (fixture->store, restore, &error);
  g_assert_no_error (error);
}

/* Nothing that people add to has no bound. */
static void
test_crowd (StoreFixture *fixture)
{
  g_autoptr(Message) message = message_new ();

  put_popular_message (fixture, 9999);
  message->id = g_strdup ("message");
  message->room_id = g_strdup ("room");
  change_free (store_fixture_apply (fixture, make_reaction (fixture, CHANGE_ADD_REACTION, message, "ada", "🍰"),
                                    OUTCOME_APPLIED));
  store_fixture_refused (fixture, make_reaction (fixture, CHANGE_ADD_REACTION, message, "ben", "🍰"),
                         CONFAB_ERROR_TOO_LARGE);
  change_free (store_fixture_apply (fixture, make_reaction (fixture, CHANGE_REMOVE_REACTION, message, "ada", "🍰"),
                                    OUTCOME_APPLIED));
  change_free (store_fixture_apply (fixture, make_reaction (fixture, CHANGE_ADD_REACTION, message, "ben", "🍰"),
                                    OUTCOME_APPLIED));
}

static void
test_last_reaction_goes (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Message) message = store_fixture_say (fixture, room->id, "ada", "cake");

  react (fixture, CHANGE_ADD_REACTION, message, "ada", "🍰", OUTCOME_APPLIED, "user-ada:🍰");
  react (fixture, CHANGE_REMOVE_REACTION, message, "ada", "🍰", OUTCOME_APPLIED, "");
}

static void
test_reactions_to_deleted (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Message) message = store_fixture_say (fixture, room->id, "ada", "cake");

  change_free (store_fixture_apply (fixture, make_change (fixture, CHANGE_DELETE, message, "ada"), OUTCOME_APPLIED));
  store_fixture_refused (fixture, make_reaction (fixture, CHANGE_ADD_REACTION, message, "ada", "🍰"),
                         CONFAB_ERROR_NOT_FOUND);
  react (fixture, CHANGE_REMOVE_REACTION, message, "ada", "🍰", OUTCOME_UNCHANGED, "");
}

/* A change sees what those before it in the batch have done. */
static void
test_in_one_batch (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Change) append = store_fixture_draft (fixture, room->id, "ada", "one", NULL);
  g_autoptr(Change) edit = store_fixture_change (fixture, CHANGE_EDIT, room->id, "ada");
  g_autoptr(Change) reaction = store_fixture_change (fixture, CHANGE_ADD_REACTION, room->id, "ada");
  g_autoptr(Change) delete = store_fixture_change (fixture, CHANGE_DELETE, room->id, "ada");
  g_autoptr(Change) late = store_fixture_change (fixture, CHANGE_EDIT, room->id, "ada");
  Change *changes[] = { append, edit, reaction, delete, late };
  g_autoptr(GError) error = NULL;

  append->message->id = g_strdup ("01MESSAGE");
  for (gsize i = 1; i < G_N_ELEMENTS (changes); i++)
    changes[i]->message_id = g_strdup ("01MESSAGE");
  edit->content = g_strdup ("two");
  late->content = g_strdup ("three");
  reaction->emoji = g_strdup ("🍰");
  g_assert_true (store_apply (fixture->store, changes, G_N_ELEMENTS (changes), &error));
  g_assert_no_error (error);
  g_assert_cmpstr (append->message->content, ==, "one");
  g_assert_cmpstr (edit->message->content, ==, "two");
  g_assert_cmpuint (reaction->message->reactions->len, ==, 1);
  g_assert_cmpint (delete->rev, ==, 5);
  g_assert_cmpint (late->outcome, ==, OUTCOME_REFUSED);
  assert_stored (fixture, delete);
}

static void
test_update_room (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Change) renamed = NULL;
  g_autoptr(Change) same = NULL;
  g_autoptr(Room) after = NULL;
  Change *change = store_fixture_change (fixture, CHANGE_UPDATE_ROOM, room->id, "ada");

  change->description = g_strdup ("Where the cake is");
  renamed = store_fixture_apply (fixture, change, OUTCOME_APPLIED);
  g_assert_cmpstr (renamed->room->name, ==, "Kitchen");
  g_assert_cmpstr (renamed->room->description, ==, "Where the cake is");
  g_assert_cmpint (renamed->room->rev, ==, 2);
  g_assert_cmpint (renamed->room->settings_rev, ==, 2);
  g_assert_cmpint (renamed->room->members_rev, ==, 1);

  change = store_fixture_change (fixture, CHANGE_UPDATE_ROOM, room->id, "ada");
  change->name = g_strdup ("Kitchen");
  same = store_fixture_apply (fixture, change, OUTCOME_UNCHANGED);
  g_assert_cmpint (same->rev, ==, 2);
  after = store_fixture_get_room (fixture, room->id);
  g_assert_cmpstr (after->description, ==, "Where the cake is");
  g_assert_cmpint (after->settings_rev, ==, 2);
}

static void
test_delete_room (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Room) other = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_PRIVATE, "ada");
  g_autoptr(Message) message = store_fixture_say (fixture, room->id, "ada", "one");
  g_autoptr(Message) stays = store_fixture_say (fixture, other->id, "ada", "stays");
  g_autoptr(Change) delete = NULL;
  g_autoptr(Change) late = NULL;
  g_autoptr(Message) read = NULL;
  g_auto(GStrv) rooms = NULL;
  g_autoptr(GError) error = NULL;

  change_free (store_fixture_apply (fixture, make_edit (fixture, message, "ada", "two"), OUTCOME_APPLIED));
  react (fixture, CHANGE_ADD_REACTION, message, "ben", "🍰", OUTCOME_APPLIED, "user-ben:🍰");
  delete = store_fixture_change (fixture, CHANGE_DELETE_ROOM, room->id, "ada");
  late = store_fixture_draft (fixture, room->id, "ada", "anybody here?", NULL);
  g_assert_true (store_apply (fixture->store, (Change *[]) { delete, late }, 2, &error));
  g_assert_no_error (error);
  g_assert_cmpint (delete->outcome, ==, OUTCOME_APPLIED);
  g_assert_cmpint (delete->rev, ==, 5);
  g_assert_cmpint (late->outcome, ==, OUTCOME_REFUSED);
  g_assert_error (late->error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);

  g_assert_null (store_get_room (fixture->store, room->id, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (store_get_message (fixture->store, message->id, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (store_list_message_versions (fixture->store, message->id, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  rooms = store_list_user_room_ids (fixture->store, "user-ada", &error);
  g_assert_cmpuint (g_strv_length (rooms), ==, 1);
  read = store_get_message (fixture->store, stays->id, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (read->content, ==, "stays");
}

const StoreCase store_change_cases[] = {
  { "change/edit", test_edit },
  { "change/edit-refused", test_edit_refused },
  { "change/edit-limit", test_edit_limit },
  { "change/delete", test_delete },
  { "change/delete-as-moderator", test_delete_as_moderator },
  { "change/resend-of-deleted", test_resend_deleted },
  { "change/reactions", test_reactions },
  { "change/reactions-of-a-crowd", test_crowd },
  { "change/last-reaction-goes", test_last_reaction_goes },
  { "change/reactions-to-deleted", test_reactions_to_deleted },
  { "change/in-one-batch", test_in_one_batch },
  { "change/update-room", test_update_room },
  { "change/delete-room", test_delete_room },
  { NULL, NULL },
};
