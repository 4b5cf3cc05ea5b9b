/* records.c: copies of records are whole, and belong to themselves
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store/change.h"

static Message *
make_message (void)
{
  Message *message = message_new ();

  message->id = g_strdup ("id");
  message->room_id = g_strdup ("room");
  message->seq = 3;
  message->rev = 4;
  message->sender_id = g_strdup ("ada");
  message->sender_name = g_strdup ("Ada");
  message->client_id = g_strdup ("c1");
  message->type = CONFAB_MESSAGE_TYPE_IMAGE;
  message->encrypted = TRUE;
  message->content = g_strdup ("hello");
  message->reply_to = g_strdup ("other");
  message->mentions = g_strsplit ("ben cleo", " ", -1);
  message->mentions_room = TRUE;
  message->timestamp = 5;
  message->edited_at = 6;
  message->deleted_at = 7;
  message->reactions = g_ptr_array_new_with_free_func ((GDestroyNotify) reaction_free);
  g_ptr_array_add (message->reactions, reaction_new ("ben", "👍"));
  return message;
}

static void
test_message (void)
{
  g_autoptr(Message) message = make_message ();
  g_autoptr(Message) copy = message_copy (message);
  const Reaction *reaction = copy->reactions->pdata[0];

  g_clear_pointer (&message, message_unref);
  g_assert_cmpstr (copy->id, ==, "id");
  g_assert_cmpstr (copy->room_id, ==, "room");
  g_assert_cmpint (copy->seq, ==, 3);
  g_assert_cmpint (copy->rev, ==, 4);
  g_assert_cmpstr (copy->sender_id, ==, "ada");
  g_assert_cmpstr (copy->sender_name, ==, "Ada");
  g_assert_cmpstr (copy->client_id, ==, "c1");
  g_assert_cmpint (copy->type, ==, CONFAB_MESSAGE_TYPE_IMAGE);
  g_assert_true (copy->encrypted);
  g_assert_cmpstr (copy->content, ==, "hello");
  g_assert_cmpstr (copy->reply_to, ==, "other");
  g_assert_cmpuint (g_strv_length (copy->mentions), ==, 2);
  g_assert_true (copy->mentions_room);
  g_assert_cmpint (copy->timestamp, ==, 5);
  g_assert_cmpint (copy->edited_at, ==, 6);
  g_assert_cmpint (copy->deleted_at, ==, 7);
  g_assert_cmpuint (copy->reactions->len, ==, 1);
  g_assert_cmpstr (reaction->user_id, ==, "ben");
  g_assert_cmpstr (reaction->emoji, ==, "👍");
}

static void
test_empty (void)
{
  g_autoptr(Message) message = message_new ();
  g_autoptr(Message) message_again = message_copy (message);
  g_autoptr(User) user = user_new ();
  g_autoptr(User) user_again = user_copy (user);
  g_autoptr(Session) session = session_new ();
  g_autoptr(Session) session_again = session_copy (session);
  g_autoptr(Room) room = room_new ();
  g_autoptr(Room) room_again = room_copy (room);
  g_autoptr(Member) member = member_new ();
  g_autoptr(Member) member_again = member_copy (member);
  g_autoptr(RoomSummary) summary = room_summary_new ();

  g_assert_null (message_again->mentions);
  g_assert_null (message_again->reactions);
  g_assert_null (user_again->id);
  g_assert_null (session_again->refresh_hash);
  g_assert_null (room_again->name);
  g_assert_null (member_again->username);
  g_assert_null (summary->members);
}

static void
test_shared (void)
{
  g_autoptr(Room) room = room_new ();
  Room *other = room_ref (room);

  room->id = g_strdup ("room");
  g_assert_true (room == other);
  g_clear_pointer (&room, room_unref);
  g_assert_cmpstr (other->id, ==, "room");
  room_unref (other);
  room_unref (NULL);
  change_free (NULL);
}

static void
test_change (void)
{
  g_autoptr(Change) change = change_new (CHANGE_EDIT, "room", "ada", 7, 8);

  g_assert_cmpint (change->kind, ==, CHANGE_EDIT);
  g_assert_cmpstr (change->room_id, ==, "room");
  g_assert_cmpstr (change->user_id, ==, "ada");
  g_assert_cmpint (change->members_rev, ==, 7);
  g_assert_cmpint (change->now, ==, 8);
  g_assert_cmpint (change->outcome, ==, OUTCOME_NONE);
  change->message = make_message ();
  change->mentions = g_strsplit ("a b", " ", -1);
  change->member = member_new ();
  change->promoted = member_new ();
  change->room = room_new ();
  change->error = g_error_new_literal (G_FILE_ERROR, 0, "to be freed");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/records/message", test_message);
  g_test_add_func ("/records/empty", test_empty);
  g_test_add_func ("/records/shared", test_shared);
  g_test_add_func ("/records/change", test_change);
  return g_test_run ();
}
