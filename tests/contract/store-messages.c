/* store-messages.c: what every store promises about reading messages: pages, catching up, mentions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-fixture.h"

static void
assert_page (StoreFixture *fixture, const char *room_id, MessagePage page, gint64 first, gint64 last,
             gboolean expected_more)
{
  gboolean more = !expected_more;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) messages = store_list_messages (fixture->store, room_id, &page, &more, &error);

  g_assert_no_error (error);
  g_assert_cmpint (messages->len, ==, last - first + 1);
  for (guint i = 0; i < messages->len; i++)
    g_assert_cmpint (((Message *) messages->pdata[i])->seq, ==, first + i);
  g_assert_cmpint (more, ==, expected_more);
}

static void
test_pages (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  const char *id = room->id;
  g_autoptr(GError) error = NULL;
  MessagePage newest = { .after = -1, .limit = 5 };

  assert_page (fixture, id, newest, 1, 0, FALSE);
  for (guint i = 0; i < 20; i++)
    message_unref (store_fixture_say (fixture, id, "ada", "hello"));

  assert_page (fixture, id, (MessagePage) { .after = -1, .limit = 5 }, 16, 20, TRUE);
  assert_page (fixture, id, (MessagePage) { .after = -1, .limit = 20 }, 1, 20, FALSE);
  assert_page (fixture, id, (MessagePage) { .after = -1, .limit = 100 }, 1, 20, FALSE);
  assert_page (fixture, id, (MessagePage) { .before = 16, .after = -1, .limit = 5 }, 11, 15, TRUE);
  assert_page (fixture, id, (MessagePage) { .before = 6, .after = -1, .limit = 5 }, 1, 5, FALSE);
  assert_page (fixture, id, (MessagePage) { .before = 1, .after = -1, .limit = 5 }, 1, 0, FALSE);
  assert_page (fixture, id, (MessagePage) { .before = 1000, .after = -1, .limit = 5 }, 16, 20, TRUE);
  assert_page (fixture, id, (MessagePage) { .after = 0, .limit = 5 }, 1, 5, TRUE);
  assert_page (fixture, id, (MessagePage) { .after = 15, .limit = 5 }, 16, 20, FALSE);
  assert_page (fixture, id, (MessagePage) { .after = 20, .limit = 5 }, 21, 20, FALSE);
  assert_page (fixture, id, (MessagePage) { .after = 1000, .limit = 5 }, 21, 20, FALSE);
  assert_page (fixture, id, (MessagePage) { .around = 10, .after = -1, .limit = 5 }, 8, 12, TRUE);
  assert_page (fixture, id, (MessagePage) { .around = 1, .after = -1, .limit = 5 }, 1, 5, TRUE);
  assert_page (fixture, id, (MessagePage) { .around = 20, .after = -1, .limit = 5 }, 16, 20, TRUE);
  assert_page (fixture, id, (MessagePage) { .around = 1000, .after = -1, .limit = 5 }, 16, 20, TRUE);
  assert_page (fixture, id, (MessagePage) { .around = 3, .after = -1, .limit = 40 }, 1, 20, FALSE);

  g_assert_null (store_list_messages (fixture->store, "no-room", &newest, NULL, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

static void
test_get (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Message) said = store_fixture_say (fixture, room->id, "ada", "hello");
  g_autoptr(Message) read = NULL;
  g_autofree char *expected = store_fixture_describe_message (said);
  g_autofree char *line = NULL;
  g_autoptr(GError) error = NULL;

  store_fixture_reopen (fixture);
  read = store_get_message (fixture->store, said->id, &error);
  g_assert_no_error (error);
  line = store_fixture_describe_message (read);
  g_assert_cmpstr (line, ==, expected);
  g_assert_null (store_get_message (fixture->store, "no-message", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

static void
assert_changed (StoreFixture *fixture, const char *room_id, gint64 rev, guint limit, gint64 expected_total,
                const char *expected)
{
  gint64 total = -1;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) messages = store_list_changed_messages (fixture->store, room_id, rev, limit, &total, &error);
  g_autoptr(GString) list = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < messages->len; i++)
    {
      const Message *message = messages->pdata[i];

      g_assert_cmpint (message->rev, >, rev);
      g_string_append_printf (list, "%s%d@%d", i > 0 ? " " : "", (int) message->seq, (int) message->rev);
    }
  g_assert_cmpstr (list->str, ==, expected);
  g_assert_cmpint (total, ==, expected_total);
}

static void
test_changed (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(Message) second = NULL;
  g_autoptr(GError) error = NULL;
  Change *change = NULL;

  /* rev 1 is the room's own. */
  assert_changed (fixture, room->id, 0, 10, 0, "");
  message_unref (store_fixture_say (fixture, room->id, "ada", "one"));     /* seq 1, rev 2 */
  second = store_fixture_say (fixture, room->id, "ada", "two");             /* seq 2, rev 3 */
  message_unref (store_fixture_say (fixture, room->id, "ada", "three"));   /* seq 3, rev 4 */
  change = store_fixture_change (fixture, CHANGE_EDIT, room->id, "ada");
  change->message_id = g_strdup (second->id);
  change->content = g_strdup ("zwei");
  change_free (store_fixture_apply (fixture, change, OUTCOME_APPLIED));    /* seq 2, rev 5 */
  message_unref (store_fixture_say (fixture, room->id, "ben", "four"));    /* seq 4, rev 6 */

  assert_changed (fixture, room->id, 0, 10, 4, "1@2 2@5 3@4 4@6");
  assert_changed (fixture, room->id, 1, 10, 4, "1@2 2@5 3@4 4@6");
  assert_changed (fixture, room->id, 2, 10, 3, "2@5 3@4 4@6");
  assert_changed (fixture, room->id, 3, 10, 3, "2@5 3@4 4@6");
  assert_changed (fixture, room->id, 4, 10, 2, "2@5 4@6");
  assert_changed (fixture, room->id, 5, 10, 1, "4@6");
  assert_changed (fixture, room->id, 6, 10, 0, "");
  assert_changed (fixture, room->id, 7, 10, 0, "");
  assert_changed (fixture, room->id, 1000, 10, 0, "");
  assert_changed (fixture, room->id, 0, 2, 4, "1@2 2@5");
  assert_changed (fixture, room->id, 4, 1, 2, "2@5");
  assert_changed (fixture, room->id, 4, 2, 2, "2@5 4@6");
  assert_changed (fixture, room->id, 4, 0, 2, "");

  g_assert_null (store_list_changed_messages (fixture->store, "no-room", 0, 10, NULL, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

/* Whatever happens in a room, what "rev > mine" answers is what a look at every message answers. */
static void
test_changed_like_scan (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben");
  g_autoptr(GPtrArray) all = NULL;
  g_autoptr(Room) last = NULL;
  g_autoptr(GError) error = NULL;
  MessagePage page = { .after = 0, .limit = 1000 };

  for (guint i = 0; i < 120; i++)
    {
      g_autoptr(GPtrArray) messages = store_list_messages (fixture->store, room->id, &page, NULL, &error);
      Change *change = NULL;

      if (messages->len == 0 || g_test_rand_int_range (0, 3) > 0)
        change = store_fixture_draft (fixture, room->id, "ada", "text", NULL);
      else
        {
          const Message *message = messages->pdata[g_test_rand_int_range (0, messages->len)];

          change = store_fixture_change (fixture, CHANGE_EDIT, room->id, "ada");
          change->message_id = g_strdup (message->id);
          change->content = g_strdup_printf ("edit %u", i);
        }
      change_free (store_fixture_apply (fixture, change, OUTCOME_APPLIED));
    }

  all = store_list_messages (fixture->store, room->id, &page, NULL, &error);
  last = store_fixture_get_room (fixture, room->id);
  for (gint64 rev = 0; rev <= last->rev + 1; rev++)
    {
      g_autoptr(GPtrArray) changed = store_list_changed_messages (fixture->store, room->id, rev, 1000, NULL, &error);
      guint next = 0;

      for (guint i = 0; i < all->len; i++)
        {
          const Message *message = all->pdata[i];

          if (message->rev <= rev)
            continue;
          g_assert_cmpuint (next, <, changed->len);
          g_assert_cmpint (((Message *) changed->pdata[next++])->seq, ==, message->seq);
        }
      g_assert_cmpuint (next, ==, changed->len);
    }
}

static void
assert_mentions (StoreFixture *fixture, const char *room_id, const char *username, gint64 expected)
{
  g_autofree char *user_id = g_strconcat ("user-", username, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(RoomSummary) summary = store_get_user_room (fixture->store, user_id, room_id, &error);

  g_assert_no_error (error);
  g_assert_cmpint (summary->mentions, ==, expected);
}

static Message *
mention (StoreFixture *fixture, const char *room_id, const char *username, const char *whom, gboolean everybody)
{
  Change *draft = store_fixture_draft (fixture, room_id, username, "hey", NULL);
  g_autoptr(Change) change = NULL;

  if (whom != NULL)
    draft->message->mentions = g_strsplit (whom, " ", -1);
  draft->message->mentions_room = everybody;
  change = store_fixture_apply (fixture, draft, OUTCOME_APPLIED);
  return message_ref (change->message);
}

static void
test_mentions (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada ben cleo");
  const char *id = room->id;
  g_autoptr(Message) first = mention (fixture, id, "ada", "user-ben user-ada", FALSE);
  g_autoptr(Message) second = mention (fixture, id, "ada", NULL, TRUE);
  g_autoptr(Message) third = mention (fixture, id, "ada", "user-ben", TRUE);
  g_autoptr(Message) read = NULL;
  g_autoptr(GError) error = NULL;
  Change *change = NULL;

  read = store_get_message (fixture->store, first->id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (read->mentions), ==, 2);
  g_assert_cmpstr (read->mentions[0], ==, "user-ben");
  g_assert_false (read->mentions_room);

  /* Each message once, and never one's own. */
  assert_mentions (fixture, id, "ada", 0);
  assert_mentions (fixture, id, "ben", 3);
  assert_mentions (fixture, id, "cleo", 2);

  change = store_fixture_change (fixture, CHANGE_EDIT, id, "ada");
  change->message_id = g_strdup (first->id);
  change->content = g_strdup ("hey Cleo");
  change->mentions = g_strsplit ("user-cleo", " ", -1);
  change_free (store_fixture_apply (fixture, change, OUTCOME_APPLIED));
  assert_mentions (fixture, id, "ben", 2);
  assert_mentions (fixture, id, "cleo", 3);

  change = store_fixture_change (fixture, CHANGE_DELETE, id, "ada");
  change->message_id = g_strdup (third->id);
  change_free (store_fixture_apply (fixture, change, OUTCOME_APPLIED));
  assert_mentions (fixture, id, "ben", 1);
  assert_mentions (fixture, id, "cleo", 2);

  change = store_fixture_change (fixture, CHANGE_MARK, id, "cleo");
  change->read_seq = first->seq;
  change_free (store_fixture_apply (fixture, change, OUTCOME_APPLIED));
  assert_mentions (fixture, id, "cleo", 1);
  change = store_fixture_change (fixture, CHANGE_MARK, id, "cleo");
  change->read_seq = 3;
  change_free (store_fixture_apply (fixture, change, OUTCOME_APPLIED));
  assert_mentions (fixture, id, "cleo", 0);
}

static void
test_versions (StoreFixture *fixture)
{
  static const char *texts[] = { "one", "two", "three" };
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(Message) message = store_fixture_say (fixture, room->id, "ada", "zero");
  g_autoptr(GPtrArray) versions = NULL;
  g_autoptr(GPtrArray) none = NULL;
  g_autoptr(GError) error = NULL;
  Change *change = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      fixture->now++;
      change = store_fixture_change (fixture, CHANGE_EDIT, room->id, "ada");
      change->message_id = g_strdup (message->id);
      change->content = g_strdup (texts[i]);
      change_free (store_fixture_apply (fixture, change, OUTCOME_APPLIED));
    }
  versions = store_list_message_versions (fixture->store, message->id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (versions->len, ==, 3);
  g_assert_cmpstr (((Message *) versions->pdata[0])->content, ==, "zero");
  g_assert_cmpint (((Message *) versions->pdata[0])->edited_at, ==, 0);
  g_assert_cmpstr (((Message *) versions->pdata[2])->content, ==, "two");
  g_assert_cmpint (((Message *) versions->pdata[2])->edited_at, ==, fixture->now - 1);

  change = store_fixture_change (fixture, CHANGE_DELETE, room->id, "ada");
  change->message_id = g_strdup (message->id);
  change_free (store_fixture_apply (fixture, change, OUTCOME_APPLIED));
  none = store_list_message_versions (fixture->store, message->id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_null (store_list_message_versions (fixture->store, "no-message", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

const StoreCase store_message_cases[] = {
  { "messages/get", test_get },
  { "messages/pages", test_pages },
  { "messages/changed", test_changed },
  { "messages/changed-like-a-scan", test_changed_like_scan },
  { "messages/mentions", test_mentions },
  { "messages/versions", test_versions },
  { NULL, NULL },
};
