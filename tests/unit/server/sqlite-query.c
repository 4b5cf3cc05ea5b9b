/* sqlite-query.c: values go in and come out as they were, and the first error of a transaction is the one that is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store/sqlite/query.h"

static SqliteConnection *
make_connection (void)
{
  g_autoptr(GError) error = NULL;
  SqliteConnection *connection = sqlite_connection_new (":memory:", SQLITE_CONNECTION_WRITER);

  sqlite_connection_begin (connection);
  sqlite_connection_execute (connection, "CREATE TABLE things (name TEXT UNIQUE, size INTEGER, data BLOB) STRICT");
  g_assert_true (sqlite_connection_end (connection, &error));
  g_assert_no_error (error);
  return connection;
}

static gboolean
insert (SqliteConnection *connection, const char *name, gint64 size, GBytes *data)
{
  g_auto(Query) query = query_make (connection, "INSERT INTO things VALUES (?, ?, ?)");

  query_put_text (&query, name);
  query_put_int (&query, size);
  query_put_bytes (&query, data);
  return query_run (&query);
}

static gint64
count (SqliteConnection *connection)
{
  g_auto(Query) query = query_make (connection, "SELECT count (*) FROM things");

  return query_next (&query) ? query_take_int (&query) : -1;
}

static void
test_values (void)
{
  g_autoptr(SqliteConnection) connection = make_connection ();
  g_autoptr(GBytes) bytes = g_bytes_new_static ("\0\1\0", 3);
  g_autoptr(GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr(GError) error = NULL;

  sqlite_connection_begin (connection);
  g_assert_true (insert (connection, "ünï \"'; 🦊", G_MININT64, bytes));
  g_assert_true (insert (connection, NULL, G_MAXINT64, NULL));
  g_assert_true (insert (connection, "", 0, empty));

  {
    g_auto(Query) query = query_make (connection, "SELECT name, size, data FROM things ORDER BY rowid");
    g_autofree char *name = NULL;
    g_autofree char *empty_name = NULL;
    g_autoptr(GBytes) data = NULL;
    g_autoptr(GBytes) empty_data = NULL;

    g_assert_true (query_next (&query));
    name = query_take_text (&query);
    g_assert_cmpstr (name, ==, "ünï \"'; 🦊");
    g_assert_cmpint (query_take_int (&query), ==, G_MININT64);
    data = query_take_bytes (&query);
    g_assert_true (g_bytes_equal (data, bytes));

    g_assert_true (query_next (&query));
    g_assert_null (query_take_text (&query));
    g_assert_cmpint (query_take_int (&query), ==, G_MAXINT64);
    g_assert_null (query_take_bytes (&query));

    g_assert_true (query_next (&query));
    empty_name = query_take_text (&query);
    g_assert_cmpstr (empty_name, ==, "");
    g_assert_cmpint (query_take_int (&query), ==, 0);
    empty_data = query_take_bytes (&query);
    g_assert_nonnull (empty_data);
    g_assert_cmpuint (g_bytes_get_size (empty_data), ==, 0);
    g_assert_false (query_next (&query));
  }
  g_assert_true (sqlite_connection_end (connection, &error));
  g_assert_no_error (error);
}

static void
test_run_tells_of_changes (void)
{
  g_autoptr(SqliteConnection) connection = make_connection ();

  sqlite_connection_begin (connection);
  g_assert_true (insert (connection, "a", 1, NULL));
  {
    g_auto(Query) query = query_make (connection, "UPDATE things SET size = size + 1 WHERE name = ?");

    query_put_text (&query, "nobody");
    g_assert_false (query_run (&query));
    query_rewind (&query);
    query_put_text (&query, "a");
    g_assert_true (query_run (&query));
  }
  {
    g_auto(Query) query = query_make (connection, "INSERT INTO things (name) VALUES (?) ON CONFLICT DO NOTHING");

    query_put_text (&query, "a");
    g_assert_false (query_run (&query));
  }
  g_assert_true (sqlite_connection_end (connection, NULL));
}

static void
test_first_error_counts (void)
{
  g_autoptr(SqliteConnection) connection = make_connection ();
  g_autoptr(GError) error = NULL;

  sqlite_connection_begin (connection);
  g_assert_true (insert (connection, "a", 1, NULL));
  sqlite_connection_fail (connection, CONFAB_ERROR_FORBIDDEN, "The %s reason", "first");
  sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "Another");
  g_assert_true (sqlite_connection_has_failed (connection));
  /* From here on nothing is done, and nothing is found. */
  g_assert_false (insert (connection, "b", 1, NULL));
  g_assert_cmpint (count (connection), ==, -1);
  g_assert_false (sqlite_connection_end (connection, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
  g_assert_cmpstr (error->message, ==, "The first reason");
  g_clear_error (&error);

  sqlite_connection_begin (connection);
  g_assert_cmpint (count (connection), ==, 0);
  g_assert_true (sqlite_connection_end (connection, &error));
  g_assert_no_error (error);
}

static void
test_refused_statements (void)
{
  g_autoptr(SqliteConnection) connection = make_connection ();
  g_autoptr(GError) error = NULL;

  sqlite_connection_begin (connection);
  g_assert_true (insert (connection, "a", 1, NULL));
  g_assert_false (insert (connection, "a", 1, NULL));
  g_assert_false (sqlite_connection_end (connection, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_INTERNAL);
  g_clear_error (&error);

  sqlite_connection_begin (connection);
  {
    g_auto(Query) query = query_make (connection, "SELECT no_such_column FROM things");

    query_put_int (&query, 1);
    g_assert_false (query_next (&query));
  }
  g_assert_false (sqlite_connection_end (connection, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_INTERNAL);
}

static void
test_no_such_file (void)
{
  g_autoptr(SqliteConnection) connection = sqlite_connection_new ("/nonexistent/confab.db", SQLITE_CONNECTION_READER);
  g_autoptr(GError) error = NULL;

  /* Again and again, since it may come back. */
  for (guint i = 0; i < 3; i++)
    {
      sqlite_connection_begin (connection);
      g_assert_cmpint (count (connection), ==, -1);
      g_assert_false (sqlite_connection_end (connection, &error));
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
      g_clear_error (&error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/query/values", test_values);
  g_test_add_func ("/query/run-tells-of-changes", test_run_tells_of_changes);
  g_test_add_func ("/query/first-error-counts", test_first_error_counts);
  g_test_add_func ("/query/refused-statements", test_refused_statements);
  g_test_add_func ("/query/no-such-file", test_no_such_file);
  return g_test_run ();
}
