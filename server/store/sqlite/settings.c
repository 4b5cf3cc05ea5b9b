/* settings.c: values that the server keeps for itself, such as its secrets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/sqlite-store-private.h"

GBytes *
sqlite_load_setting (SqliteConnection *connection, const char *key)
{
  g_auto(Query) query = query_make (connection, "SELECT value FROM settings WHERE key = ?");

  query_put_text (&query, key);
  if (query_next (&query))
    return query_take_bytes (&query);
  sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no setting “%s”", key);
  return NULL;
}

gboolean
sqlite_insert_setting (SqliteConnection *connection, const char *key, GBytes *value)
{
  g_auto(Query) query =
    query_make (connection, "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING");

  query_put_text (&query, key);
  query_put_bytes (&query, value);
  return query_run (&query);
}

GBytes *
sqlite_store_put_setting_once (Store *store, const char *key, GBytes *value, GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);
  g_autoptr(GBytes) kept = NULL;

  sqlite_insert_setting (connection, key, value);
  kept = sqlite_load_setting (connection, key);
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&kept) : NULL;
}

GBytes *
sqlite_store_get_setting (Store *store, const char *key, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(GBytes) value = sqlite_load_setting (connection, key);

  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&value) : NULL;
}
