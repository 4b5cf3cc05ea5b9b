/* mongodb-documents.c: a record comes back from its document as it was, and a document of somebody else does no harm
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"

static bson_t *
parse (const char *json)
{
  bson_error_t problem = { 0 };
  bson_t *document = bson_new_from_json ((const guint8 *) json, -1, &problem);

  if (document == NULL)
    g_error ("%s", problem.message);
  return document;
}

static void
assert_json (const bson_t *document, const char *expected)
{
  g_autofree char *expected_json = NULL;
  bson_t *wanted = parse (expected);
  char *json = bson_as_relaxed_extended_json (document, NULL);
  char *wanted_json = bson_as_relaxed_extended_json (wanted, NULL);

  g_assert_cmpstr (json, ==, wanted_json);
  bson_free (json);
  bson_free (wanted_json);
  bson_destroy (wanted);
}

static void
test_user (void)
{
  g_autoptr(User) user = user_new ();
  g_autoptr(User) read = NULL;
  bson_t document = BSON_INITIALIZER;

  user->id = g_strdup ("ada");
  user->username = g_strdup ("ada");
  user->display_name = g_strdup ("Ädä");
  user->role = CONFAB_USER_ROLE_ADMIN;
  user->created_at = 5;
  document_append_user (&document, user, "hash");
  assert_json (&document, "{\"_id\": \"ada\", \"username\": \"ada\", \"displayName\": \"Ädä\", \"role\": \"admin\","
                          " \"createdAt\": 5, \"lastSeen\": 0, \"foldedName\": \"ädä\", \"passwordHash\": \"hash\"}");
  read = document_read_user (&document);
  g_assert_cmpstr (read->display_name, ==, "Ädä");
  g_assert_null (read->email);
  g_assert_cmpint (read->role, ==, CONFAB_USER_ROLE_ADMIN);
  bson_destroy (&document);
}

static void
test_session (void)
{
  static const guint8 hash[] = { 0, 1, 0, 255 };
  g_autoptr(Session) session = session_new ();
  g_autoptr(Session) read = NULL;
  bson_t document = BSON_INITIALIZER;

  session->id = g_strdup ("session");
  session->user_id = g_strdup ("ada");
  session->expires_at = G_MAXINT64;
  session->refresh_hash = g_bytes_new_static (hash, sizeof hash);
  document_append_session (&document, session);
  read = document_read_session (&document);
  g_assert_true (g_bytes_equal (read->refresh_hash, session->refresh_hash));
  g_assert_null (read->next_refresh_hash);
  g_assert_null (read->name);
  g_assert_cmpint (read->expires_at, ==, G_MAXINT64);
  bson_destroy (&document);
}

static void
test_member (void)
{
  Member member = {
    .room_id = (char *) "room", .user_id = (char *) "ada", .username = (char *) "ada", .display_name = (char *) "Ada",
    .role = CONFAB_MEMBER_ROLE_ADMIN, .joined_at = 1, .received_seq = 3, .read_seq = 2, .rev = 9,
  };
  g_autoptr(Member) read = NULL;
  bson_t document = BSON_INITIALIZER;

  /* leftAt is asked for, so it is there; the display name is the account's. */
  document_append_member (&document, &member);
  assert_json (&document, "{\"_id\": \"room ada\", \"roomId\": \"room\", \"userId\": \"ada\", \"username\": \"ada\","
                          " \"role\": \"admin\", \"joinedAt\": 1, \"leftAt\": 0, \"receivedSeq\": 3, \"readSeq\": 2,"
                          " \"rev\": 9}");
  read = document_read_member (&document);
  g_assert_cmpint (read->received_seq, ==, 3);
  g_assert_null (read->display_name);
  bson_destroy (&document);
}

static Message *
make_message (void)
{
  Message *message = message_new ();

  message->id = g_strdup ("message");
  message->room_id = g_strdup ("room");
  message->seq = 1;
  message->rev = 2;
  message->sender_id = g_strdup ("ada");
  message->content = g_strdup ("hello");
  message->timestamp = 3;
  return message;
}

static void
test_plain_message (void)
{
  g_autoptr(Message) message = make_message ();
  bson_t document = BSON_INITIALIZER;

  document_append_message (&document, message, 2, NULL);
  assert_json (&document, "{\"_id\": \"message\", \"roomId\": \"room\", \"seq\": 1, \"rev\": 2, \"senderId\": \"ada\","
                          " \"type\": \"text\", \"content\": \"hello\", \"timestamp\": 3, \"firstRev\": 2}");
  bson_destroy (&document);
}

static void
test_full_message (void)
{
  g_autoptr(Message) message = make_message ();
  g_autoptr(Message) version = message_new ();
  g_autoptr(GPtrArray) versions = g_ptr_array_new ();
  g_autoptr(GPtrArray) read_versions = NULL;
  g_autoptr(Message) read = NULL;
  bson_t document = BSON_INITIALIZER;

  message->mentions = g_strsplit ("ben cleo", " ", -1);
  message->mentions_room = TRUE;
  message->encrypted = TRUE;
  message->edited_at = 4;
  message->reactions = g_ptr_array_new_with_free_func ((GDestroyNotify) reaction_free);
  g_ptr_array_add (message->reactions, reaction_new ("ben", "👍🏽"));
  g_ptr_array_add (message->reactions, reaction_new ("ada", "👍🏽"));
  version->content = g_strdup ("helo");
  g_ptr_array_add (versions, version);
  document_append_message (&document, message, 1, versions);
  g_assert_cmpint (fields_get_number (&document, "changedRev"), ==, 2);
  g_assert_cmpint (fields_get_number (&document, "edits"), ==, 1);

  read = document_read_message (&document);
  g_assert_cmpuint (g_strv_length (read->mentions), ==, 2);
  g_assert_cmpstr (read->mentions[1], ==, "cleo");
  g_assert_true (read->mentions_room);
  g_assert_true (read->encrypted);
  g_assert_cmpint (read->edited_at, ==, 4);
  g_assert_cmpint (read->deleted_at, ==, 0);
  g_assert_cmpuint (read->reactions->len, ==, 2);
  g_assert_cmpstr (((Reaction *) read->reactions->pdata[1])->user_id, ==, "ada");
  read_versions = document_read_versions (&document);
  g_assert_cmpuint (read_versions->len, ==, 1);
  g_assert_cmpstr (((Message *) read_versions->pdata[0])->content, ==, "helo");
  bson_destroy (&document);
}

/* "@room" alone is nobody's name. */
static void
test_everybody (void)
{
  g_autoptr(Message) message = make_message ();
  g_autoptr(Message) read = NULL;
  bson_t document = BSON_INITIALIZER;

  message->mentions_room = TRUE;
  document_append_message (&document, message, 2, NULL);
  read = document_read_message (&document);
  g_assert_null (read->mentions);
  g_assert_true (read->mentions_room);
  bson_destroy (&document);
}

/* What is not there any more is taken away, what is there replaced. */
static void
test_changes (void)
{
  g_autoptr(Message) message = make_message ();
  bson_t set = BSON_INITIALIZER;
  bson_t unset = BSON_INITIALIZER;

  message->deleted_at = 7;
  document_append_message_changes (&set, &unset, message);
  assert_json (&set, "{\"rev\": 2, \"content\": \"hello\", \"deletedAt\": 7}");
  assert_json (&unset, "{\"editedAt\": true, \"mentions\": true, \"reactions\": true}");
  bson_destroy (&set);
  bson_destroy (&unset);
}

/* Numbers as another client or an older version may have written them, in any order, and what nobody knows. */
static void
test_strange_documents (void)
{
  bson_t *room = parse ("{\"unknown\": {\"rev\": 7}, \"rev\": {\"$numberInt\": \"5\"}, \"lastSeq\": 4.0,"
                        " \"_id\": \"room\", \"encrypted\": true, \"name\": 3, \"type\": \"private\"}");
  bson_t *message = parse ("{\"_id\": \"m\", \"mentions\": \"ben\", \"reactions\": [1, {\"userId\": \"ben\"}, {}],"
                           " \"versions\": [1, {\"content\": 4}]}");
  g_autoptr(Room) read_room = document_read_room (room);
  g_autoptr(Message) read_message = document_read_message (message);
  g_autoptr(GPtrArray) versions = document_read_versions (message);

  g_assert_cmpstr (read_room->id, ==, "room");
  g_assert_cmpint (read_room->rev, ==, 5);
  g_assert_cmpint (read_room->last_seq, ==, 4);
  g_assert_true (read_room->encrypted);
  g_assert_null (read_room->name);
  g_assert_cmpint (read_room->type, ==, CONFAB_ROOM_TYPE_PRIVATE);
  g_assert_null (read_message->mentions);
  g_assert_null (read_message->reactions);
  g_assert_cmpuint (versions->len, ==, 1);
  bson_destroy (room);
  bson_destroy (message);
}

/* A word of a newer version grants the least. */
static void
test_unknown_word (void)
{
  bson_t *member = parse ("{\"roomId\": \"room\", \"userId\": \"ada\", \"role\": \"emperor\"}");
  g_autoptr(Member) read = NULL;

  g_test_expect_message ("confab-store", G_LOG_LEVEL_WARNING, "*emperor*");
  read = document_read_member (member);
  g_test_assert_expected_messages ();
  g_assert_cmpint (read->role, ==, 0);
  bson_destroy (member);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mongodb-documents/user", test_user);
  g_test_add_func ("/mongodb-documents/session", test_session);
  g_test_add_func ("/mongodb-documents/member", test_member);
  g_test_add_func ("/mongodb-documents/plain-message", test_plain_message);
  g_test_add_func ("/mongodb-documents/full-message", test_full_message);
  g_test_add_func ("/mongodb-documents/everybody", test_everybody);
  g_test_add_func ("/mongodb-documents/changes", test_changes);
  g_test_add_func ("/mongodb-documents/strange-documents", test_strange_documents);
  g_test_add_func ("/mongodb-documents/unknown-word", test_unknown_word);
  return g_test_run ();
}
