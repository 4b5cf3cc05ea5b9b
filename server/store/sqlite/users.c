/* users.c: accounts and the invites that let people make them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite-store-private.h"

/* No text sorts after it, so that prefix and prefix + this enclose everything that starts with the prefix. */
#define AFTER_EVERYTHING "\364\217\277\277"

static User *
load_user (SqliteConnection *connection, const char *user_id)
{
  g_auto(Query) query = query_make (connection, "SELECT " USER_COLUMNS " FROM users WHERE id = ?");

  query_put_text (&query, user_id);
  return query_next (&query) ? row_take_user (&query) : NULL;
}

gboolean
sqlite_account_exists (SqliteConnection *connection, const char *user_id)
{
  g_auto(Query) query = query_make (connection, "SELECT 1 FROM users WHERE id = ?");

  query_put_text (&query, user_id);
  return query_next (&query);
}

static void
fail_no_account (SqliteConnection *connection)
{
  sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no such account");
}

static gboolean
is_taken (SqliteConnection *connection, const char *sql, const char *value)
{
  g_auto(Query) query = query_make (connection, sql);

  query_put_text (&query, value);
  return query_next (&query);
}

void
sqlite_refuse_taken (SqliteConnection *connection, const User *draft)
{
  gboolean username = is_taken (connection, "SELECT 1 FROM users WHERE username = ?", draft->username);
  gboolean email = is_taken (connection, "SELECT 1 FROM users WHERE email = ?", draft->email);
  GError *error = NULL;

  if (!username && !email)
    return;
  error = g_error_new (CONFAB_ERROR, CONFAB_ERROR_CONFLICT, "There is an account with this %s already",
                       username ? "username" : "e-mail address");
  if (username)
    confab_error_add_field (error, "username", "is taken");
  if (email)
    confab_error_add_field (error, "email", "is taken");
  sqlite_connection_take_error (connection, error);
}

static void
consume_invite (SqliteConnection *connection, GBytes *hash, gint64 now, ConfabUserRole *role)
{
  g_auto(Query) query =
    query_make (connection, "DELETE FROM invites WHERE hash = ? AND (expires_at = 0 OR expires_at > ?) RETURNING role");

  query_put_bytes (&query, hash);
  query_put_int (&query, now);
  if (query_next (&query))
    confab_user_role_from_string (query_peek_text (&query), role);
  else
    sqlite_connection_fail (connection, CONFAB_ERROR_FORBIDDEN, "This invite has been used or has run out");
}

void
sqlite_insert_user (SqliteConnection *connection, const User *user, const char *password_hash)
{
  g_autofree char *folded = store_fold_text (user->display_name);
  g_auto(Query) query = query_make (connection,
                                    "INSERT INTO users (id, username, display_name, folded_name, email, avatar, role,"
                                    " password_hash, created_at, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

  query_put_text (&query, user->id);
  query_put_text (&query, user->username);
  query_put_text (&query, user->display_name);
  query_put_text (&query, folded);
  query_put_text (&query, user->email);
  query_put_text (&query, user->avatar);
  query_put_text (&query, confab_user_role_to_string (user->role));
  query_put_text (&query, password_hash);
  query_put_int (&query, user->created_at);
  query_put_int (&query, user->last_seen);
  query_run (&query);
}

User *
sqlite_store_create_user (Store *store, const User *draft, const char *password_hash, GBytes *invite_hash, gint64 now,
                          GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);
  g_autoptr(User) user = user_copy (draft);

  sqlite_refuse_taken (connection, draft);
  if (invite_hash != NULL)
    consume_invite (connection, invite_hash, now, &user->role);
  sqlite_insert_user (connection, user, password_hash);
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&user) : NULL;
}

User *
sqlite_store_get_user (Store *store, const char *user_id, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(User) user = load_user (connection, user_id);

  if (user == NULL)
    fail_no_account (connection);
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&user) : NULL;
}

GPtrArray *
sqlite_store_get_users (Store *store, const char *const *user_ids, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(GPtrArray) users = g_ptr_array_new_with_free_func ((GDestroyNotify) user_unref);

  for (gsize i = 0; user_ids[i] != NULL; i++)
    {
      User *user = load_user (connection, user_ids[i]);

      if (user != NULL)
        g_ptr_array_add (users, user);
    }
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&users) : NULL;
}

/* A username comes before the same text as somebody else's e-mail address. */
static User *
load_login (SqliteConnection *connection, const char *login, char **password_hash)
{
  g_auto(Query) query = query_make (connection,
                                    "SELECT " USER_COLUMNS ", password_hash FROM users"
                                    " WHERE username = ?1 OR email = ?1 ORDER BY username = ?1 DESC LIMIT 1");
  User *user = NULL;

  query_put_text (&query, login);
  if (!query_next (&query))
    {
      fail_no_account (connection);
      return NULL;
    }
  user = row_take_user (&query);
  *password_hash = query_take_text (&query);
  return user;
}

User *
sqlite_store_find_login (Store *store, const char *login, char **password_hash, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autofree char *hash = NULL;
  g_autoptr(User) user = load_login (connection, login, &hash);

  if (!sqlite_store_end (store, connection, error))
    return NULL;
  if (password_hash != NULL)
    *password_hash = g_steal_pointer (&hash);
  return g_steal_pointer (&user);
}

static GPtrArray *
load_users_by_prefix (SqliteConnection *connection, const char *prefix, guint limit)
{
  g_autofree char *folded = store_fold_text (prefix);
  g_autofree char *end = g_strconcat (folded, AFTER_EVERYTHING, NULL);
  g_auto(Query) query =
    query_make (connection, "SELECT " USER_COLUMNS " FROM users"
                            " WHERE (username >= ?1 AND username < ?2) OR (folded_name >= ?1 AND folded_name < ?2)"
                            " ORDER BY username LIMIT ?3");
  GPtrArray *users = g_ptr_array_new_with_free_func ((GDestroyNotify) user_unref);

  query_put_text (&query, folded);
  query_put_text (&query, end);
  query_put_int (&query, limit);
  while (query_next (&query))
    g_ptr_array_add (users, row_take_user (&query));
  return users;
}

GPtrArray *
sqlite_store_find_users (Store *store, const char *prefix, guint limit, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(GPtrArray) users = load_users_by_prefix (connection, prefix, limit);

  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&users) : NULL;
}

static void
write_profile (SqliteConnection *connection, const char *user_id, const char *display_name, const char *avatar)
{
  g_autofree char *folded = display_name != NULL ? store_fold_text (display_name) : NULL;
  g_auto(Query) query =
    query_make (connection, "UPDATE users SET display_name = coalesce (?, display_name),"
                            " folded_name = coalesce (?, folded_name), avatar = nullif (coalesce (?, avatar), '')"
                            " WHERE id = ?");

  query_put_text (&query, display_name);
  query_put_text (&query, folded);
  query_put_text (&query, avatar);
  query_put_text (&query, user_id);
  if (!query_run (&query))
    fail_no_account (connection);
}

gboolean
sqlite_store_update_user (Store *store, const char *user_id, const char *display_name, const char *avatar,
                          GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);

  write_profile (connection, user_id, display_name, avatar);
  return sqlite_store_end (store, connection, error);
}

static void
write_password (SqliteConnection *connection, const char *user_id, const char *password_hash)
{
  g_auto(Query) query = query_make (connection, "UPDATE users SET password_hash = ? WHERE id = ?");

  query_put_text (&query, password_hash);
  query_put_text (&query, user_id);
  if (!query_run (&query))
    fail_no_account (connection);
}

gboolean
sqlite_store_set_password (Store *store, const char *user_id, const char *password_hash, GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);

  write_password (connection, user_id, password_hash);
  return sqlite_store_end (store, connection, error);
}

static void
write_last_seen (SqliteConnection *connection, const char *user_id, gint64 last_seen)
{
  g_auto(Query) query = query_make (connection, "UPDATE users SET last_seen = ?1 WHERE id = ?2 AND last_seen < ?1");

  query_put_int (&query, last_seen);
  query_put_text (&query, user_id);
  query_run (&query);
}

gboolean
sqlite_store_touch_users (Store *store, const char *const *user_ids, gint64 last_seen, GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);

  for (gsize i = 0; user_ids[i] != NULL; i++)
    write_last_seen (connection, user_ids[i], last_seen);
  return sqlite_store_end (store, connection, error);
}

gint64
sqlite_store_count_users (Store *store, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  gint64 count = -1;

  {
    g_auto(Query) query = query_make (connection, "SELECT count (*) FROM users");

    if (query_next (&query))
      count = query_take_int (&query);
  }
  return sqlite_store_end (store, connection, error) ? count : -1;
}

void
sqlite_insert_invite (SqliteConnection *connection, GBytes *hash, ConfabUserRole role, const char *created_by,
                      gint64 expires_at)
{
  g_auto(Query) query = query_make (connection,
                                    "INSERT INTO invites (hash, role, created_by, expires_at) VALUES (?, ?, ?, ?)"
                                    " ON CONFLICT DO NOTHING");

  query_put_bytes (&query, hash);
  query_put_text (&query, confab_user_role_to_string (role));
  query_put_text (&query, created_by);
  query_put_int (&query, expires_at);
  if (!query_run (&query))
    sqlite_connection_fail (connection, CONFAB_ERROR_CONFLICT, "There is such an invite already");
}

gboolean
sqlite_store_create_invite (Store *store, GBytes *hash, ConfabUserRole role, const char *created_by, gint64 expires_at,
                            GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);

  sqlite_insert_invite (connection, hash, role, created_by, expires_at);
  return sqlite_store_end (store, connection, error);
}
