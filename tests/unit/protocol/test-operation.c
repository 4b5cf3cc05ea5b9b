/* test-operation.c: that every door finds its verb
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "protocol/confab-operations.h"

#define ROOM "01ARZ3NDEKTSV4RRFFQ69G5FAV"

static void
test_table (void)
{
  for (guint i = 0; i < CONFAB_N_OPERATIONS; i++)
    {
      const ConfabOperation *operation = confab_operation_get (i);
      g_assert_cmpuint (operation->id, ==, i);
      g_assert_nonnull (operation->bucket);
      g_assert_cmpuint (operation->size, >=, sizeof (guint64));
      if (operation->event)
        g_assert_true (confab_operation_find_event (operation->event) == operation);
      else
        g_assert_null (confab_operation_find_event (operation->name));
    }
  g_assert_null (confab_operation_find_event (NULL));
  g_assert_null (confab_operation_find_event (""));
  g_assert_null (confab_operation_find_event ("new-message"));
  g_assert_null (confab_operation_find_event ("zzz"));
}

static void
test_paths (void)
{
  static const struct
  {
    const char *method, *path;
    int id;
    gboolean known;
    const char *name, *value;
  } cases[] = {
    { "GET", "/api/rooms", CONFAB_OPERATION_LIST_ROOMS, TRUE, NULL, NULL },
    { "POST", "/api/rooms", CONFAB_OPERATION_CREATE_ROOM, TRUE, NULL, NULL },
    { "GET", "/api/rooms/public", CONFAB_OPERATION_LIST_PUBLIC_ROOMS, TRUE, NULL, NULL },
    { "GET", "/api/rooms/" ROOM, CONFAB_OPERATION_GET_ROOM, TRUE, "roomId", ROOM },
    { "PATCH", "/api/rooms/" ROOM, CONFAB_OPERATION_UPDATE_ROOM, TRUE, "roomId", ROOM },
    { "GET", "/api/users/me", CONFAB_OPERATION_GET_ME, TRUE, NULL, NULL },
    { "GET", "/api/users/" ROOM, CONFAB_OPERATION_GET_USER, TRUE, "userId", ROOM },
    { "POST", "/api/users/me/password", CONFAB_OPERATION_CHANGE_PASSWORD, TRUE, NULL, NULL },
    { "DELETE", "/api/rooms/" ROOM "/members/x%20y", CONFAB_OPERATION_REMOVE_MEMBER, TRUE, "userId", "x y" },
    { "PUT", "/api/messages/" ROOM "/reactions/%F0%9F%91%8B", CONFAB_OPERATION_ADD_REACTION, TRUE, "emoji",
      "\360\237\221\213" },
    { "GET", "/api/messages/" ROOM "/reactions/a", -1, TRUE, NULL, NULL },
    { "PUT", "/api/rooms", -1, TRUE, NULL, NULL },
    { "GET", "/api/rooms/", -1, FALSE, NULL, NULL },
    { "GET", "/api/roomsx", -1, FALSE, NULL, NULL },
    { "GET", "/api/room", -1, FALSE, NULL, NULL },
    { "GET", "/api/rooms/a%2Fb", -1, FALSE, NULL, NULL },
    { "GET", "/api/rooms/a%00b", -1, FALSE, NULL, NULL },
    { "GET", "/api/rooms/a%zz", -1, FALSE, NULL, NULL },
    { "GET", "/api/rooms/%ff", -1, FALSE, NULL, NULL },
    { "GET", "", -1, FALSE, NULL, NULL },
    { "GET", "/", -1, FALSE, NULL, NULL },
    { "get", "/api/rooms", -1, TRUE, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GHashTable) values = NULL;
      gboolean known;
      const ConfabOperation *operation = confab_operation_find_path (cases[i].method, cases[i].path, &values, &known);
      g_test_message ("%s %s", cases[i].method, cases[i].path);
      g_assert_cmpint (operation ? (int) operation->id : -1, ==, cases[i].id);
      g_assert_cmpint (known, ==, cases[i].known);
      g_assert_true ((operation != NULL) == (values != NULL));
      if (cases[i].name)
        g_assert_cmpstr (g_hash_table_lookup (values, cases[i].name), ==, cases[i].value);
    }
  g_assert_nonnull (confab_operation_find_path ("GET", "/api/rooms", NULL, NULL));
}

static void
test_words (void)
{
  ConfabMessageType type;

  g_assert_cmpstr (confab_message_type_to_string (CONFAB_MESSAGE_TYPE_FILE), ==, "file");
  g_assert_true (confab_message_type_from_string ("image", &type));
  g_assert_cmpint (type, ==, CONFAB_MESSAGE_TYPE_IMAGE);
  g_assert_false (confab_message_type_from_string ("Image", &type));
  g_assert_false (confab_message_type_from_string (NULL, &type));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/operation/table", test_table);
  g_test_add_func ("/operation/paths", test_paths);
  g_test_add_func ("/operation/words", test_words);
  return g_test_run ();
}
