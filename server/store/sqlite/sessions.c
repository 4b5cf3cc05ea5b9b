/* sessions.c: the devices that are signed in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite-store-private.h"

void
sqlite_insert_session (SqliteConnection *connection, const Session *session)
{
  g_auto(Query) query = query_make (connection,
                                    "INSERT INTO sessions (" SESSION_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");

  query_put_text (&query, session->id);
  query_put_text (&query, session->user_id);
  query_put_text (&query, session->name);
  query_put_text (&query, session->address);
  query_put_int (&query, session->created_at);
  query_put_int (&query, session->last_used_at);
  query_put_int (&query, session->expires_at);
  query_put_bytes (&query, session->refresh_hash);
  query_put_bytes (&query, session->next_refresh_hash);
  query_run (&query);
}

static void
drop_expired (SqliteConnection *connection, const char *user_id, gint64 now)
{
  g_auto(Query) query =
    query_make (connection, "DELETE FROM sessions WHERE user_id = ? AND expires_at <> 0 AND expires_at <= ?");

  query_put_text (&query, user_id);
  query_put_int (&query, now);
  query_run (&query);
}

/* All but the one just made and the max - 1 that were used last. */
static void
drop_beyond (SqliteConnection *connection, const Session *newest, guint max_sessions)
{
  g_auto(Query) query =
    query_make (connection, "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = ? AND id <> ?"
                            " ORDER BY last_used_at DESC, id DESC LIMIT -1 OFFSET ?)");

  query_put_text (&query, newest->user_id);
  query_put_text (&query, newest->id);
  query_put_int (&query, max_sessions - 1);
  query_run (&query);
}

gboolean
sqlite_store_create_session (Store *store, const Session *session, guint max_sessions, GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);

  if (!sqlite_account_exists (connection, session->user_id))
    sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no such account");
  drop_expired (connection, session->user_id, session->created_at);
  sqlite_insert_session (connection, session);
  if (max_sessions > 0)
    drop_beyond (connection, session, max_sessions);
  return sqlite_store_end (store, connection, error);
}

static Session *
load_session (SqliteConnection *connection, const char *session_id)
{
  g_auto(Query) query = query_make (connection, "SELECT " SESSION_COLUMNS " FROM sessions WHERE id = ?");

  query_put_text (&query, session_id);
  if (query_next (&query))
    return row_take_session (&query);
  sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no such session");
  return NULL;
}

Session *
sqlite_store_get_session (Store *store, const char *session_id, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(Session) session = load_session (connection, session_id);

  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&session) : NULL;
}

static GPtrArray *
load_sessions (SqliteConnection *connection, const char *user_id)
{
  g_auto(Query) query = query_make (connection,
                                    "SELECT " SESSION_COLUMNS " FROM sessions WHERE user_id = ?"
                                    " ORDER BY last_used_at DESC, id DESC");
  GPtrArray *sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) session_unref);

  query_put_text (&query, user_id);
  while (query_next (&query))
    g_ptr_array_add (sessions, row_take_session (&query));
  return sessions;
}

GPtrArray *
sqlite_store_list_sessions (Store *store, const char *user_id, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(GPtrArray) sessions = load_sessions (connection, user_id);

  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&sessions) : NULL;
}

static void
rotate_session (SqliteConnection *connection, const Session *from, const Session *to)
{
  g_auto(Query) query = query_make (connection,
                                    "UPDATE sessions SET name = ?, address = ?, last_used_at = ?, expires_at = ?,"
                                    " refresh_hash = ?, next_refresh_hash = ?"
                                    " WHERE id = ? AND refresh_hash IS ? AND next_refresh_hash IS ?");

  query_put_text (&query, to->name);
  query_put_text (&query, to->address);
  query_put_int (&query, to->last_used_at);
  query_put_int (&query, to->expires_at);
  query_put_bytes (&query, to->refresh_hash);
  query_put_bytes (&query, to->next_refresh_hash);
  query_put_text (&query, from->id);
  query_put_bytes (&query, from->refresh_hash);
  query_put_bytes (&query, from->next_refresh_hash);
  if (!query_run (&query))
    sqlite_connection_fail (connection, CONFAB_ERROR_CONFLICT, "This session has been changed meanwhile");
}

gboolean
sqlite_store_rotate_session (Store *store, const Session *from, const Session *to, GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);

  rotate_session (connection, from, to);
  return sqlite_store_end (store, connection, error);
}

static void
delete_session (SqliteConnection *connection, const char *session_id)
{
  g_auto(Query) query = query_make (connection, "DELETE FROM sessions WHERE id = ?");

  query_put_text (&query, session_id);
  if (!query_run (&query))
    sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no such session");
}

gboolean
sqlite_store_delete_session (Store *store, const char *session_id, GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);

  delete_session (connection, session_id);
  return sqlite_store_end (store, connection, error);
}

static GPtrArray *
delete_sessions (SqliteConnection *connection, const char *user_id, const char *except_id)
{
  g_auto(Query) query = query_make (connection, "DELETE FROM sessions WHERE user_id = ? AND id IS NOT ? RETURNING id");
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  query_put_text (&query, user_id);
  query_put_text (&query, except_id);
  while (query_next (&query))
    g_ptr_array_add (ids, query_take_text (&query));
  return ids;
}

GPtrArray *
sqlite_store_delete_sessions (Store *store, const char *user_id, const char *except_id, GError **error)
{
  SqliteConnection *connection = sqlite_store_write (store);
  g_autoptr(GPtrArray) ids = delete_sessions (connection, user_id, except_id);

  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&ids) : NULL;
}
