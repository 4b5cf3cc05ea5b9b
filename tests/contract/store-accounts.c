/* store-accounts.c: what every store promises about settings, accounts and invites
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-fixture.h"

#include <string.h>

static void
test_settings (StoreFixture *fixture)
{
  static const guint8 secret[] = { 0, 1, 2, 0, 255 };
  g_autoptr(GBytes) first = g_bytes_new_static (secret, sizeof secret);
  g_autoptr(GBytes) second = g_bytes_new_static ("other", 5);
  g_autoptr(GBytes) kept = NULL;
  g_autoptr(GBytes) again = NULL;
  g_autoptr(GBytes) read = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_null (store_get_setting (fixture->store, "token-key", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_clear_error (&error);

  kept = store_put_setting_once (fixture->store, "token-key", first, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (kept, first));
  again = store_put_setting_once (fixture->store, "token-key", second, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (again, first));

  store_fixture_reopen (fixture);
  read = store_get_setting (fixture->store, "token-key", &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (read, first));
}

static void
test_check (StoreFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (store_check (fixture->store, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (store_get_lanes (fixture->store), >=, 1);
}

static void
assert_user (const User *user, const User *expected)
{
  g_assert_nonnull (user);
  g_assert_cmpstr (user->id, ==, expected->id);
  g_assert_cmpstr (user->username, ==, expected->username);
  g_assert_cmpstr (user->display_name, ==, expected->display_name);
  g_assert_cmpstr (user->email, ==, expected->email);
  g_assert_cmpstr (user->avatar, ==, expected->avatar);
  g_assert_cmpint (user->role, ==, expected->role);
  g_assert_cmpint (user->created_at, ==, expected->created_at);
  g_assert_cmpint (user->last_seen, ==, expected->last_seen);
}

static void
test_create (StoreFixture *fixture)
{
  g_autoptr(User) draft = user_new ();
  g_autoptr(User) made = NULL;
  g_autoptr(User) read = NULL;
  g_autoptr(GError) error = NULL;

  draft->id = g_strdup ("01J00000000000000000000000");
  draft->username = g_strdup ("åsa");
  draft->display_name = g_strdup ("Åsa 🦊 \u202e'\"; DROP TABLE users; --");
  draft->email = g_strdup ("åsa@例え.jp");
  draft->avatar = g_strdup ("https://example.org/a.png");
  draft->role = CONFAB_USER_ROLE_MODERATOR;
  draft->created_at = 4102444800000;
  made = store_create_user (fixture->store, draft, "$argon2id$…", NULL, 1, &error);
  g_assert_no_error (error);
  assert_user (made, draft);

  store_fixture_reopen (fixture);
  read = store_get_user (fixture->store, draft->id, &error);
  g_assert_no_error (error);
  assert_user (read, draft);
  g_assert_cmpint (store_count_users (fixture->store, &error), ==, 1);
}

static void
test_without_email (StoreFixture *fixture)
{
  static const char *names[] = { "ada", "ben" };
  g_autoptr(GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(User) draft = user_new ();
      g_autoptr(User) made = NULL;

      draft->id = g_strdup (names[i]);
      draft->username = g_strdup (names[i]);
      made = store_create_user (fixture->store, draft, NULL, NULL, 1, &error);
      g_assert_no_error (error);
      assert_user (made, draft);
    }
}

static void
assert_taken (StoreFixture *fixture, const char *id, const char *username, const char *email, const char *fields)
{
  g_autoptr(User) draft = user_new ();
  g_autoptr(GError) error = NULL;

  draft->id = g_strdup (id);
  draft->username = g_strdup (username);
  draft->email = g_strdup (email);
  g_assert_null (store_create_user (fixture->store, draft, "hash", NULL, 1, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
  g_assert_cmpint (confab_error_get_field (error, "username") != NULL, ==, strstr (fields, "username") != NULL);
  g_assert_cmpint (confab_error_get_field (error, "email") != NULL, ==, strstr (fields, "email") != NULL);
}

static void
test_unique (StoreFixture *fixture)
{
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(GError) error = NULL;

  assert_taken (fixture, "other", "ada", "other@example.org", "username");
  assert_taken (fixture, "other", "other", "ada@example.org", "email");
  assert_taken (fixture, "other", "ada", "ada@example.org", "username email");
  g_assert_cmpint (store_count_users (fixture->store, &error), ==, 1);
}

static User *
register_with (StoreFixture *fixture, const char *name, GBytes *invite, gint64 now, GError **error)
{
  g_autoptr(User) draft = user_new ();

  draft->id = g_strdup (name);
  draft->username = g_strdup (name);
  return store_create_user (fixture->store, draft, "hash", invite, now, error);
}

static void
test_invites (StoreFixture *fixture)
{
  g_autoptr(GBytes) claim = g_bytes_new_static ("claim", 5);
  g_autoptr(GBytes) short_lived = g_bytes_new_static ("short", 5);
  g_autoptr(GBytes) unknown = g_bytes_new_static ("unknown", 7);
  g_autoptr(User) ada = NULL;
  g_autoptr(User) cleo = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (store_create_invite (fixture->store, claim, CONFAB_USER_ROLE_ADMIN, NULL, 0, &error));
  g_assert_true (store_create_invite (fixture->store, short_lived, CONFAB_USER_ROLE_USER, "ada", 500, &error));
  g_assert_no_error (error);
  g_assert_false (store_create_invite (fixture->store, claim, CONFAB_USER_ROLE_USER, NULL, 0, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
  g_clear_error (&error);

  g_assert_null (register_with (fixture, "eve", unknown, 100, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
  g_clear_error (&error);

  ada = register_with (fixture, "ada", claim, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ada->role, ==, CONFAB_USER_ROLE_ADMIN);

  /* Used once. */
  g_assert_null (register_with (fixture, "ben", claim, 100, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
  g_clear_error (&error);

  /* A registration that fails does not use it up. */
  g_assert_null (register_with (fixture, "ada", short_lived, 100, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_null (register_with (fixture, "cleo", short_lived, 500, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
  g_clear_error (&error);
  cleo = register_with (fixture, "cleo", short_lived, 499, &error);
  g_assert_no_error (error);
  g_assert_cmpint (cleo->role, ==, CONFAB_USER_ROLE_USER);
}

static void
test_find_login (StoreFixture *fixture)
{
  static const char *logins[] = { "ada", "ada@example.org" };
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(User) ben = store_fixture_add_user (fixture, "ben");
  g_autoptr(GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (logins); i++)
    {
      g_autofree char *hash = NULL;
      g_autoptr(User) found = store_find_login (fixture->store, logins[i], &hash, &error);

      g_assert_no_error (error);
      assert_user (found, ada);
      g_assert_cmpstr (hash, ==, "hash");
    }
  g_assert_null (store_find_login (fixture->store, "nobody", NULL, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

static void
test_password (StoreFixture *fixture)
{
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(User) found = NULL;
  g_autofree char *hash = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (store_set_password (fixture->store, ada->id, "new hash", &error));
  found = store_find_login (fixture->store, "ada", &hash, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (hash, ==, "new hash");
  g_assert_false (store_set_password (fixture->store, "nobody", "hash", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

static void
test_update (StoreFixture *fixture)
{
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(User) with_avatar = NULL;
  g_autoptr(User) without = NULL;
  g_autoptr(GPtrArray) found = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (store_update_user (fixture->store, ada->id, NULL, "https://example.org/a.png", &error));
  with_avatar = store_get_user (fixture->store, ada->id, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (with_avatar->display_name, ==, "Ada");
  g_assert_cmpstr (with_avatar->avatar, ==, "https://example.org/a.png");

  g_assert_true (store_update_user (fixture->store, ada->id, "Countess", "", &error));
  without = store_get_user (fixture->store, ada->id, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (without->display_name, ==, "Countess");
  g_assert_null (without->avatar);
  found = store_find_users (fixture->store, "count", 10, &error);
  g_assert_cmpuint (found->len, ==, 1);

  g_assert_false (store_update_user (fixture->store, "nobody", "X", NULL, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

static void
test_touch (StoreFixture *fixture)
{
  static const char *ids[] = { "user-ada", "user-nobody", "user-ben", NULL };
  static const char *one[] = { "user-ada", NULL };
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(User) ben = store_fixture_add_user (fixture, "ben");
  g_autoptr(GPtrArray) seen = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (store_touch_users (fixture->store, ids, 700, &error));
  /* Never backwards, whichever instance was late. */
  g_assert_true (store_touch_users (fixture->store, one, 600, &error));
  seen = store_get_users (fixture->store, ids, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (seen->len, ==, 2);
  g_assert_cmpint (((User *) seen->pdata[0])->last_seen, ==, 700);
  g_assert_cmpint (((User *) seen->pdata[1])->last_seen, ==, 700);
}

static void
assert_found (StoreFixture *fixture, const char *prefix, guint limit, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) users = store_find_users (fixture->store, prefix, limit, &error);
  g_autoptr(GString) names = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < users->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "", ((User *) users->pdata[i])->username);
  g_assert_cmpstr (names->str, ==, expected);
}

static void
test_find_users (StoreFixture *fixture)
{
  static const char *names[] = { "ben", "adam", "ada", "adele", "zoe" };
  g_autoptr(GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    user_unref (store_fixture_add_user (fixture, names[i]));
  g_assert_true (store_update_user (fixture->store, "user-zoe", "Ädelheid 100%_", NULL, &error));

  assert_found (fixture, "ad", 10, "ada adam adele");
  assert_found (fixture, "ad", 2, "ada adam");
  assert_found (fixture, "AD", 10, "ada adam adele");
  assert_found (fixture, "ädel", 10, "zoe");
  assert_found (fixture, "ÄDEL", 10, "zoe");
  assert_found (fixture, "%", 10, "");
  assert_found (fixture, "_", 10, "");
  assert_found (fixture, "nobody", 10, "");
}

static void
test_missing (StoreFixture *fixture)
{
  static const char *nobody[] = { "nobody", NULL };
  static const char *none[] = { NULL };
  g_autoptr(GPtrArray) users = NULL;
  g_autoptr(GPtrArray) empty = NULL;
  g_autoptr(GError) error = NULL;

  users = store_get_users (fixture->store, nobody, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (users->len, ==, 0);
  empty = store_get_users (fixture->store, none, &error);
  g_assert_cmpuint (empty->len, ==, 0);
  g_assert_null (store_get_user (fixture->store, "nobody", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_assert_cmpint (store_count_users (fixture->store, NULL), ==, 0);
}

const StoreCase store_account_cases[] = {
  { "settings/first-stays", test_settings },
  { "check", test_check },
  { "accounts/create", test_create },
  { "accounts/without-email", test_without_email },
  { "accounts/unique", test_unique },
  { "accounts/invites", test_invites },
  { "accounts/find-login", test_find_login },
  { "accounts/password", test_password },
  { "accounts/update", test_update },
  { "accounts/touch", test_touch },
  { "accounts/find", test_find_users },
  { "accounts/missing", test_missing },
  { NULL, NULL },
};
