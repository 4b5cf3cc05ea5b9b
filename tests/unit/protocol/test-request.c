/* test-request.c: that good requests arrive whole and every wrong field is named
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "protocol/confab-error.h"
#include "protocol/confab-json.h"
#include "protocol/confab-operations.h"

#define ROOM "01ARZ3NDEKTSV4RRFFQ69G5FAV"
#define OTHER "01BX5ZZKBKACTAV9WEVGEMMVS0"

static gpointer
read_json (ConfabOperationId id, const char *json, guint message_length, GError **error)
{
  g_autoptr(JsonNode) node = confab_json_parse (json, strlen (json), NULL);

  g_assert_nonnull (node);
  return confab_request_read (confab_operation_get (id), json_node_get_object (node), NULL, message_length, error);
}

static void
test_send_message (void)
{
  const ConfabOperation *operation = confab_operation_get (CONFAB_OPERATION_SEND_MESSAGE);
  g_autoptr(GError) error = NULL;
  ConfabSendMessageRequest *request =
    read_json (operation->id,
               "{\"roomId\":\"" ROOM "\",\"content\":\"e\314\201 \\r\\n\",\"clientId\":\"c\","
               "\"replyTo\":null,\"unknown\":[1]}",
               0, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (request->room_id, ==, ROOM);
  g_assert_cmpstr (request->content, ==, "\303\251");
  g_assert_cmpint (request->type, ==, CONFAB_MESSAGE_TYPE_TEXT);
  g_assert_cmpstr (request->client_id, ==, "c");
  g_assert_null (request->reply_to);
  g_assert_cmpuint (request->present, ==,
                    CONFAB_SEND_MESSAGE_ROOM_ID | CONFAB_SEND_MESSAGE_CONTENT | CONFAB_SEND_MESSAGE_CLIENT_ID);
  confab_request_free (operation, request);
}

static void
test_alias (void)
{
  ConfabSendMessageRequest *request =
    read_json (CONFAB_OPERATION_SEND_MESSAGE, "{\"roomId\":\"" ROOM "\",\"message\":\"hi\",\"type\":\"image\"}", 0,
               NULL);

  g_assert_cmpstr (request->content, ==, "hi");
  g_assert_cmpint (request->type, ==, CONFAB_MESSAGE_TYPE_IMAGE);
  confab_request_free (confab_operation_get (CONFAB_OPERATION_SEND_MESSAGE), request);
}

static void
test_wrong (void)
{
  static const struct
  {
    ConfabOperationId id;
    const char *json, *field, *problem;
  } cases[] = {
    { CONFAB_OPERATION_SEND_MESSAGE, "{\"content\":\"a\"}", "roomId", "is required" },
    { CONFAB_OPERATION_SEND_MESSAGE, "{\"roomId\":\"" ROOM "\",\"content\":null}", "content", "is required" },
    { CONFAB_OPERATION_SEND_MESSAGE, "{\"roomId\":\"x\",\"content\":\"a\"}", "roomId",
      "must be an id of 26 characters" },
    { CONFAB_OPERATION_SEND_MESSAGE, "{\"roomId\":7,\"content\":\"a\"}", "roomId", "must be an id of 26 characters" },
    { CONFAB_OPERATION_SEND_MESSAGE, "{\"roomId\":\"" ROOM "\",\"content\":\"  \\n\"}", "content",
      "must not be empty" },
    { CONFAB_OPERATION_SEND_MESSAGE, "{\"roomId\":\"" ROOM "\",\"content\":\"\\u0007\"}", "content",
      "holds a control character" },
    { CONFAB_OPERATION_SEND_MESSAGE, "{\"roomId\":\"" ROOM "\",\"content\":{}}", "content", "must be a string" },
    { CONFAB_OPERATION_SEND_MESSAGE, "{\"roomId\":\"" ROOM "\",\"content\":\"123456\"}", "content",
      "must have at most 5 characters" },
    { CONFAB_OPERATION_SEND_MESSAGE, "{\"roomId\":\"" ROOM "\",\"content\":\"a\",\"type\":\"sound\"}", "type",
      "must be one of text, image, file, system" },
    { CONFAB_OPERATION_REGISTER, "{\"username\":\"ada\",\"email\":\"a@b\",\"password\":\"short\"}", "password",
      "must have at least 8 characters" },
    { CONFAB_OPERATION_MARK_READ, "{\"roomId\":\"" ROOM "\",\"seq\":\"1\"}", "seq", "must be a whole number" },
    { CONFAB_OPERATION_MARK_READ, "{\"roomId\":\"" ROOM "\",\"seq\":1.5}", "seq", "must be a whole number" },
    { CONFAB_OPERATION_MARK_READ, "{\"roomId\":\"" ROOM "\",\"seq\":1e300}", "seq", "must be a whole number" },
    { CONFAB_OPERATION_MARK_READ, "{\"roomId\":\"" ROOM "\",\"seq\":-1}", "seq", "must be at least 0" },
    { CONFAB_OPERATION_CREATE_INVITE, "{\"days\":91}", "days", "must be at most 90" },
    { CONFAB_OPERATION_TYPING, "{\"roomId\":\"" ROOM "\",\"isTyping\":1}", "isTyping", "must be true or false" },
    { CONFAB_OPERATION_CREATE_ROOM, "{\"members\":\"" ROOM "\"}", "members", "must be a list of ids" },
    { CONFAB_OPERATION_CREATE_ROOM, "{\"members\":[\"" ROOM "\",1]}", "members", "must be ids of 26 characters" },
    { CONFAB_OPERATION_RESUME, "{\"rooms\":[]}", "rooms", "must be an object of room ids and revs" },
    { CONFAB_OPERATION_RESUME, "{\"rooms\":{\"x\":1}}", "rooms", "must be an object of room ids and revs" },
    { CONFAB_OPERATION_RESUME, "{\"rooms\":{\"" ROOM "\":-1}}", "rooms", "must be an object of room ids and revs" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_test_message ("%s", cases[i].json);
      g_assert_null (read_json (cases[i].id, cases[i].json, 5, &error));
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
      g_assert_cmpuint (confab_error_get_n_fields (error), ==, 1);
      g_assert_cmpstr (confab_error_get_field (error, cases[i].field), ==, cases[i].problem);
    }
}

static void
test_all_wrong_fields_are_named (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (read_json (CONFAB_OPERATION_REGISTER, "{\"username\":\"a\",\"password\":\"1\"}", 0, &error));
  g_assert_cmpuint (confab_error_get_n_fields (error), ==, 3);
  g_assert_cmpstr (error->message, ==, "3 fields are wrong, the first: username must have at least 2 characters");
  g_assert_cmpstr (confab_error_get_field (error, "email"), ==, "is required");
}

static void
test_strings (void)
{
  const ConfabOperation *operation = confab_operation_get (CONFAB_OPERATION_LIST_MESSAGES);
  g_autoptr(GHashTable) strings = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GError) error = NULL;
  g_hash_table_insert (strings, (char *) "roomId", (char *) ROOM);
  g_hash_table_insert (strings, (char *) "before", (char *) "12");

  ConfabListMessagesRequest *request = confab_request_read (operation, NULL, strings, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpint (request->before, ==, 12);
  g_assert_cmpint (request->limit, ==, 50);
  g_assert_cmpuint (request->present, ==, CONFAB_LIST_MESSAGES_ROOM_ID | CONFAB_LIST_MESSAGES_BEFORE);
  confab_request_free (operation, request);

  g_hash_table_insert (strings, (char *) "before", (char *) "12x");
  g_assert_null (confab_request_read (operation, NULL, strings, 0, &error));
  g_assert_cmpstr (confab_error_get_field (error, "before"), ==, "must be a whole number");
}

static void
test_path_goes_before_body (void)
{
  const ConfabOperation *operation = confab_operation_get (CONFAB_OPERATION_MARK_READ);
  g_autoptr(GHashTable) strings = g_hash_table_new (g_str_hash, g_str_equal);
  const char *json = "{\"roomId\":\"" OTHER "\",\"seq\":3}";
  g_autoptr(JsonNode) node = confab_json_parse (json, strlen (json), NULL);
  g_hash_table_insert (strings, (char *) "roomId", (char *) ROOM);

  ConfabMarkReadRequest *request = confab_request_read (operation, json_node_get_object (node), strings, 0, NULL);
  g_assert_cmpstr (request->room_id, ==, ROOM);
  g_assert_cmpint (request->seq, ==, 3);
  confab_request_free (operation, request);
}

static void
test_lists (void)
{
  const ConfabOperation *create = confab_operation_get (CONFAB_OPERATION_CREATE_ROOM);
  ConfabCreateRoomRequest *room =
    read_json (create->id, "{\"name\":\" A  b \",\"members\":[\"" ROOM "\",\"" OTHER "\"],\"type\":\"private\"}", 0,
               NULL);
  g_assert_cmpstr (room->name, ==, "A  b");
  g_assert_cmpuint (g_strv_length (room->members), ==, 2);
  g_assert_cmpint (room->type, ==, CONFAB_ROOM_TYPE_PRIVATE);
  g_assert_false (room->encrypted);
  confab_request_free (create, room);

  const ConfabOperation *resume = confab_operation_get (CONFAB_OPERATION_RESUME);
  ConfabResumeRequest *revs = read_json (resume->id, "{\"rooms\":{\"" ROOM "\":7,\"" OTHER "\":0}}", 0, NULL);
  g_assert_cmpuint (g_hash_table_size (revs->rooms), ==, 2);
  g_assert_cmpint (*(gint64 *) g_hash_table_lookup (revs->rooms, ROOM), ==, 7);
  confab_request_free (resume, revs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request/send-message", test_send_message);
  g_test_add_func ("/request/alias", test_alias);
  g_test_add_func ("/request/wrong", test_wrong);
  g_test_add_func ("/request/all-wrong-fields-are-named", test_all_wrong_fields_are_named);
  g_test_add_func ("/request/strings", test_strings);
  g_test_add_func ("/request/path-goes-before-body", test_path_goes_before_body);
  g_test_add_func ("/request/lists", test_lists);
  return g_test_run ();
}
