/* store-appends.c: what every store promises about adding messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-fixture.h"

#include <string.h>

static void
test_append (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Message) first = store_fixture_say (fixture, room->id, "ada", "first");
  Change *draft = store_fixture_draft (fixture, room->id, "ben", "zwei 👩‍👩‍👧 ∑ \n\t\"quoted\" \u202e", "client-1");
  g_autoptr(Change) change = NULL;
  g_autoptr(Message) read = NULL;
  g_autoptr(Room) after = NULL;
  g_autofree char *line = NULL;
  g_autofree char *expected = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (first->seq, ==, 1);
  g_assert_cmpint (first->rev, ==, 2);

  fixture->now += 5;
  draft->message->id = g_strdup ("01MESSAGE");
  draft->message->type = CONFAB_MESSAGE_TYPE_FILE;
  draft->message->encrypted = TRUE;
  draft->message->reply_to = g_strdup (first->id);
  draft->message->timestamp = fixture->now;
  change = store_fixture_apply (fixture, draft, OUTCOME_APPLIED);
  g_assert_cmpint (change->rev, ==, 3);
  g_assert_cmpint (change->message->seq, ==, 2);
  g_assert_cmpint (change->message->rev, ==, 3);
  g_assert_cmpstr (change->message->room_id, ==, room->id);
  expected = store_fixture_describe_message (change->message);

  store_fixture_reopen (fixture);
  read = store_get_message (fixture->store, "01MESSAGE", &error);
  g_assert_no_error (error);
  line = store_fixture_describe_message (read);
  g_assert_cmpstr (line, ==, expected);

  after = store_fixture_get_room (fixture, room->id);
  g_assert_cmpint (after->last_seq, ==, 2);
  g_assert_cmpint (after->rev, ==, 3);
  g_assert_cmpint (after->members_rev, ==, 1);
  g_assert_cmpint (after->settings_rev, ==, 1);
  g_assert_cmpint (after->last_activity, ==, fixture->now);
}

/* A text comes back as it was given, whatever is in it. */
static void
test_texts (StoreFixture *fixture)
{
  g_autofree char *longest = g_strnfill (4 * 4000, 'x');
  const char *texts[] = {
    "",
    " ",
    "'; DROP TABLE messages; --",
    "\n\r\t\x7f",
    "%s %n \\ \" $where {\"$gt\": 1}",
    "\u202eright to left\u202c \u200d \ufeff",
    "e\u0301 is not \u00e9",
    "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    longest,
  };
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(GPtrArray) messages = NULL;
  g_autoptr(GError) error = NULL;
  MessagePage page = { .after = 0, .limit = 100 };

  for (gsize i = 0; i < 4000; i++)
    memcpy (longest + 4 * i, "🦊", 4);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    message_unref (store_fixture_say (fixture, room->id, "ada", texts[i]));
  store_fixture_reopen (fixture);
  messages = store_list_messages (fixture->store, room->id, &page, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (messages->len, ==, G_N_ELEMENTS (texts));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpstr (((Message *) messages->pdata[i])->content, ==, texts[i]);
}

static void
test_batch (StoreFixture *fixture)
{
  g_autoptr(Room) one = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Room) two = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_PUBLIC, "ben ada");
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  g_autoptr(GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < 300; i++)
    g_ptr_array_add (changes,
                     store_fixture_draft (fixture, i % 3 == 0 ? two->id : one->id, i % 2 ? "ada" : "ben", "x", NULL));
  g_assert_true (store_apply (fixture->store, (Change **) changes->pdata, changes->len, &error));
  g_assert_no_error (error);

  for (guint i = 0; i < 300; i++)
    {
      const Change *change = changes->pdata[i];
      gint64 seq = i % 3 == 0 ? i / 3 + 1 : i - i / 3;

      g_assert_cmpint (change->outcome, ==, OUTCOME_APPLIED);
      g_assert_cmpint (change->message->seq, ==, seq);
      g_assert_cmpint (change->message->rev, ==, seq + 1);
      g_assert_cmpint (change->rev, ==, seq + 1);
      g_hash_table_add (ids, change->message->id);
    }
  g_assert_cmpuint (g_hash_table_size (ids), ==, 300);
  g_assert_true (store_apply (fixture->store, NULL, 0, &error));
  g_assert_no_error (error);
}

static void
test_resend (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Room) other = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_PUBLIC, "ada");
  g_autoptr(Change) first = store_fixture_apply (fixture, store_fixture_draft (fixture, room->id, "ada", "hello", "c1"),
                                                 OUTCOME_APPLIED);
  g_autoptr(Change) again = NULL;
  g_autoptr(Change) elsewhere = NULL;
  g_autoptr(Change) of_ben = NULL;
  g_autoptr(Message) next = NULL;
  g_autoptr(Room) after = NULL;

  store_fixture_reopen (fixture);
  again = store_fixture_apply (fixture, store_fixture_draft (fixture, room->id, "ada", "hello again", "c1"),
                               OUTCOME_UNCHANGED);
  g_assert_cmpstr (again->message->id, ==, first->message->id);
  g_assert_cmpstr (again->message->content, ==, "hello");
  g_assert_cmpint (again->message->seq, ==, 1);
  g_assert_cmpint (again->rev, ==, 2);
  elsewhere =
    store_fixture_apply (fixture, store_fixture_draft (fixture, other->id, "ada", "hello", "c1"), OUTCOME_UNCHANGED);
  g_assert_cmpstr (elsewhere->message->room_id, ==, room->id);

  /* Somebody else's clientId is another one. */
  of_ben =
    store_fixture_apply (fixture, store_fixture_draft (fixture, room->id, "ben", "me too", "c1"), OUTCOME_APPLIED);
  g_assert_cmpint (of_ben->message->seq, ==, 2);
  next = store_fixture_say (fixture, room->id, "ada", "no number was lost");
  g_assert_cmpint (next->seq, ==, 3);
  after = store_fixture_get_room (fixture, room->id);
  g_assert_cmpint (after->rev, ==, 4);
}

static void
test_resend_in_batch (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Change) first = store_fixture_draft (fixture, room->id, "ada", "hello", "c1");
  g_autoptr(Change) again = store_fixture_draft (fixture, room->id, "ada", "hello", "c1");
  g_autoptr(Change) next = store_fixture_draft (fixture, room->id, "ada", "next", "c2");
  Change *changes[] = { first, again, next };
  g_autoptr(GError) error = NULL;

  g_assert_true (store_apply (fixture->store, changes, G_N_ELEMENTS (changes), &error));
  g_assert_no_error (error);
  g_assert_cmpint (first->outcome, ==, OUTCOME_APPLIED);
  g_assert_cmpint (again->outcome, ==, OUTCOME_UNCHANGED);
  g_assert_cmpstr (again->message->id, ==, first->message->id);
  g_assert_cmpint (next->outcome, ==, OUTCOME_APPLIED);
  g_assert_cmpint (next->message->seq, ==, 2);
}

/* What was acknowledged is acknowledged again, even to somebody who has left meanwhile. */
static void
test_resend_when_stale (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Change) first = store_fixture_apply (fixture, store_fixture_draft (fixture, room->id, "ben", "hello", "c1"),
                                                 OUTCOME_APPLIED);
  Change *stale = store_fixture_draft (fixture, room->id, "ben", "hello", "c1");
  Change *fresh = store_fixture_draft (fixture, room->id, "ben", "bye", "c2");
  Change *leave = store_fixture_change (fixture, CHANGE_LEAVE, room->id, "ben");
  g_autoptr(Change) again = NULL;
  g_autoptr(Change) refused = NULL;

  leave->target_id = g_strdup ("user-ben");
  change_free (store_fixture_apply (fixture, leave, OUTCOME_APPLIED));
  again = store_fixture_apply (fixture, stale, OUTCOME_UNCHANGED);
  g_assert_cmpstr (again->message->id, ==, first->message->id);
  refused = store_fixture_apply (fixture, fresh, OUTCOME_STALE);
  g_assert_cmpint (refused->message->seq, ==, 0);
}

static void
test_stale (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Room) other = NULL;
  g_autoptr(Change) leave = NULL;
  g_autoptr(Change) append = NULL;
  g_autoptr(Change) elsewhere = NULL;
  g_autoptr(GError) error = NULL;

  user_unref (store_fixture_add_user (fixture, "cleo"));
  other = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_PRIVATE, "ada ben");
  leave = store_fixture_change (fixture, CHANGE_LEAVE, room->id, "ada");
  leave->target_id = g_strdup ("user-ben");
  append = store_fixture_draft (fixture, room->id, "ben", "I am out?", NULL);
  elsewhere = store_fixture_draft (fixture, other->id, "ben", "I am in", NULL);

  /* Both were decided on the same members; the first changes them. Other rooms are not concerned. */
  g_assert_true (store_apply (fixture->store, (Change *[]) { leave, append, elsewhere }, 3, &error));
  g_assert_no_error (error);
  g_assert_cmpint (leave->outcome, ==, OUTCOME_APPLIED);
  g_assert_cmpint (append->outcome, ==, OUTCOME_STALE);
  g_assert_cmpint (append->message->seq, ==, 0);
  g_assert_cmpint (elsewhere->outcome, ==, OUTCOME_APPLIED);

  /* Decided again, it may be applied: the same change can be handed in again. */
  append->members_rev = leave->room->members_rev;
  g_assert_true (store_apply (fixture->store, &append, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (append->outcome, ==, OUTCOME_APPLIED);
}

static void
test_reply_elsewhere (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Room) other = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_PRIVATE, "ada");
  g_autoptr(Message) message = store_fixture_say (fixture, room->id, "ada", "here");
  Change *reply = store_fixture_draft (fixture, other->id, "ada", "there", NULL);

  reply->message->reply_to = g_strdup (message->id);
  store_fixture_refused (fixture, reply, CONFAB_ERROR_NOT_FOUND);
}

static void
test_refused (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Message) message = store_fixture_say (fixture, room->id, "ada", "here");
  g_autoptr(Room) after = NULL;
  Change *change = NULL;

  store_fixture_refused (fixture, store_fixture_draft (fixture, "no-room", "ada", "hello", NULL),
                         CONFAB_ERROR_NOT_FOUND);
  change = store_fixture_draft (fixture, room->id, "ada", "hello", NULL);
  change->message->id = g_strdup (message->id);
  store_fixture_refused (fixture, change, CONFAB_ERROR_CONFLICT);
  change = store_fixture_draft (fixture, room->id, "ada", "hello", NULL);
  g_clear_pointer (&change->message->sender_id, g_free);
  store_fixture_refused (fixture, change, CONFAB_ERROR_BAD_REQUEST);

  after = store_fixture_get_room (fixture, room->id);
  g_assert_cmpint (after->rev, ==, 2);
  g_assert_cmpint (after->last_seq, ==, 1);
}

static void
assert_marks (StoreFixture *fixture, const char *room_id, const char *username, gint64 received, gint64 read)
{
  g_autoptr(Member) member = store_fixture_get_member (fixture, room_id, username);

  g_assert_cmpint (member->received_seq, ==, received);
  g_assert_cmpint (member->read_seq, ==, read);
}

static void
test_own_marks (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Change) change = NULL;
  Change *mark = NULL;

  message_unref (store_fixture_say (fixture, room->id, "ada", "one"));
  change = store_fixture_apply (fixture, store_fixture_draft (fixture, room->id, "ada", "two", NULL), OUTCOME_APPLIED);
  g_assert_cmpint (change->read_seq, ==, 2);
  g_assert_cmpint (change->received_seq, ==, 2);
  assert_marks (fixture, room->id, "ada", 2, 2);
  assert_marks (fixture, room->id, "ben", 0, 0);

  /* Ben has unread messages before his own: they stay unread. */
  message_unref (store_fixture_say (fixture, room->id, "ben", "three"));
  assert_marks (fixture, room->id, "ben", 0, 0);
  mark = store_fixture_change (fixture, CHANGE_MARK, room->id, "ben");
  mark->received_seq = 3;
  mark->read_seq = 1;
  change_free (store_fixture_apply (fixture, mark, OUTCOME_APPLIED));
  message_unref (store_fixture_say (fixture, room->id, "ben", "four"));
  assert_marks (fixture, room->id, "ben", 4, 1);
  assert_marks (fixture, room->id, "ada", 2, 2);
}

const StoreCase store_append_cases[] = {
  { "append/one", test_append },
  { "append/texts", test_texts },
  { "append/batch", test_batch },
  { "append/resend", test_resend },
  { "append/resend-in-batch", test_resend_in_batch },
  { "append/resend-when-stale", test_resend_when_stale },
  { "append/stale", test_stale },
  { "append/reply-elsewhere", test_reply_elsewhere },
  { "append/refused", test_refused },
  { "append/own-marks", test_own_marks },
  { NULL, NULL },
};
