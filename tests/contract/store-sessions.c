/* store-sessions.c: what every store promises about sessions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-fixture.h"

#include <string.h>

static Session *
make_session (const char *id, const char *user_id, gint64 created_at)
{
  Session *session = session_new ();

  session->id = g_strdup (id);
  session->user_id = g_strdup (user_id);
  session->name = g_strdup ("Laptop ☕");
  session->address = g_strdup ("2001:db8::1");
  session->created_at = created_at;
  session->last_used_at = created_at;
  session->expires_at = created_at + 1000;
  session->refresh_hash = g_bytes_new (id, strlen (id));
  return session;
}

static void
add_session (StoreFixture *fixture, const char *id, const char *user_id, gint64 created_at, guint max)
{
  g_autoptr(Session) session = make_session (id, user_id, created_at);
  g_autoptr(GError) error = NULL;

  g_assert_true (store_create_session (fixture->store, session, max, &error));
  g_assert_no_error (error);
}

static void
assert_sessions (StoreFixture *fixture, const char *user_id, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) sessions = store_list_sessions (fixture->store, user_id, &error);
  g_autoptr(GString) ids = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < sessions->len; i++)
    g_string_append_printf (ids, "%s%s", i > 0 ? " " : "", ((Session *) sessions->pdata[i])->id);
  g_assert_cmpstr (ids->str, ==, expected);
}

static void
assert_hash (GBytes *one, GBytes *other)
{
  g_assert_cmpint (one == NULL, ==, other == NULL);
  if (one != NULL)
    g_assert_true (g_bytes_equal (one, other));
}

static void
assert_session (const Session *session, const Session *expected)
{
  g_assert_cmpstr (session->id, ==, expected->id);
  g_assert_cmpstr (session->user_id, ==, expected->user_id);
  g_assert_cmpstr (session->name, ==, expected->name);
  g_assert_cmpstr (session->address, ==, expected->address);
  g_assert_cmpint (session->created_at, ==, expected->created_at);
  g_assert_cmpint (session->last_used_at, ==, expected->last_used_at);
  g_assert_cmpint (session->expires_at, ==, expected->expires_at);
  assert_hash (session->refresh_hash, expected->refresh_hash);
  assert_hash (session->next_refresh_hash, expected->next_refresh_hash);
}

static void
test_create (StoreFixture *fixture)
{
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(Session) session = make_session ("one", ada->id, 100);
  g_autoptr(Session) of_nobody = make_session ("two", "nobody", 100);
  g_autoptr(Session) read = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (store_create_session (fixture->store, session, 10, &error));
  g_assert_no_error (error);
  store_fixture_reopen (fixture);
  read = store_get_session (fixture->store, "one", &error);
  g_assert_no_error (error);
  assert_session (read, session);

  g_assert_false (store_create_session (fixture->store, of_nobody, 10, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (store_get_session (fixture->store, "two", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

static void
test_limit (StoreFixture *fixture)
{
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(User) ben = store_fixture_add_user (fixture, "ben");

  add_session (fixture, "ben", ben->id, 1, 3);
  add_session (fixture, "a1", ada->id, 101, 3);
  add_session (fixture, "a2", ada->id, 102, 3);
  add_session (fixture, "a3", ada->id, 103, 3);
  assert_sessions (fixture, ada->id, "a3 a2 a1");
  add_session (fixture, "a4", ada->id, 104, 3);
  assert_sessions (fixture, ada->id, "a4 a3 a2");
  /* The new one stays whatever its clock says. */
  add_session (fixture, "a0", ada->id, 50, 3);
  assert_sessions (fixture, ada->id, "a4 a3 a0");
  assert_sessions (fixture, ben->id, "ben");
}

static void
test_expired_go (StoreFixture *fixture)
{
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");

  add_session (fixture, "old", ada->id, 100, 0);
  add_session (fixture, "new", ada->id, 1100, 0);
  assert_sessions (fixture, ada->id, "new");
}

static void
test_rotate (StoreFixture *fixture)
{
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(Session) first = make_session ("one", ada->id, 100);
  g_autoptr(Session) second = session_copy (first);
  g_autoptr(Session) third = NULL;
  g_autoptr(Session) read = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (store_create_session (fixture->store, first, 0, &error));
  second->next_refresh_hash = g_bytes_new_static ("next", 4);
  second->last_used_at = 200;
  second->expires_at = 2000;
  g_assert_true (store_rotate_session (fixture->store, first, second, &error));
  g_assert_no_error (error);
  read = store_get_session (fixture->store, "one", &error);
  assert_session (read, second);

  /* Somebody else was quicker. */
  g_assert_false (store_rotate_session (fixture->store, first, second, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
  g_clear_error (&error);

  third = session_copy (second);
  g_bytes_unref (third->refresh_hash);
  third->refresh_hash = g_steal_pointer (&third->next_refresh_hash);
  g_assert_true (store_rotate_session (fixture->store, second, third, &error));
  g_assert_no_error (error);

  g_assert_true (store_delete_session (fixture->store, "one", &error));
  g_assert_false (store_rotate_session (fixture->store, third, first, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

static void
test_delete (StoreFixture *fixture)
{
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(User) ben = store_fixture_add_user (fixture, "ben");
  g_autoptr(GPtrArray) others = NULL;
  g_autoptr(GPtrArray) rest = NULL;
  g_autoptr(GError) error = NULL;

  add_session (fixture, "ben", ben->id, 1, 0);
  add_session (fixture, "a1", ada->id, 101, 0);
  add_session (fixture, "a2", ada->id, 102, 0);
  add_session (fixture, "a3", ada->id, 103, 0);

  others = store_delete_sessions (fixture->store, ada->id, "a2", &error);
  g_assert_no_error (error);
  g_ptr_array_sort (others, compare_ids);
  g_assert_cmpuint (others->len, ==, 2);
  g_assert_cmpstr (others->pdata[0], ==, "a1");
  g_assert_cmpstr (others->pdata[1], ==, "a3");
  assert_sessions (fixture, ada->id, "a2");

  rest = store_delete_sessions (fixture->store, ada->id, NULL, &error);
  g_assert_cmpuint (rest->len, ==, 1);
  assert_sessions (fixture, ada->id, "");
  assert_sessions (fixture, ben->id, "ben");

  g_assert_false (store_delete_session (fixture->store, "a2", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

const StoreCase store_session_cases[] = {
  { "sessions/create", test_create },
  { "sessions/limit", test_limit },
  { "sessions/expired-go", test_expired_go },
  { "sessions/rotate", test_rotate },
  { "sessions/delete", test_delete },
  { NULL, NULL },
};
