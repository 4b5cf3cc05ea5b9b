/* schema.c: the tables, how they came to be as they are, and the way there from every version before
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/sqlite/schema.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "store/sqlite/query.h"

#define APPLICATION_ID 0x436f6e66  /* "Conf", so that file(1) and we know one of ours */

/* Notes on the choices of version 1:
 * - Enumerations are kept as their words, since the numbers of the C enums follow the order in the operations files.
 * - messages has no foreign keys: each would cost a lookup per row, and rows are written by apply-messages.c alone,
 *   which has the room in hand. Deleting a room deletes what is in it (apply-room.c).
 * - What an append costs is the pages it touches, one for each index that is not written at its end. So messages_by_rev
 *   holds only those that were changed after they came (first_rev grows with seq and is found by bisection, see
 *   messages.c), and messages_by_client_id starts with what clients make in order of time.
 * - mentions holds a row per message and person, "@room" among them, so that unread ones are counted in the index
 *   alone.
 * - members keeps those who left, so that "rev > mine" tells of it.
 * - folded_name and folded_text are what searches compare with: SQLite's own LIKE folds ASCII only. */
static const char version_1[] =
  "CREATE TABLE settings ("
  "  key TEXT PRIMARY KEY,"
  "  value BLOB NOT NULL"
  ") STRICT, WITHOUT ROWID;"

  "CREATE TABLE users ("
  "  id TEXT PRIMARY KEY NOT NULL,"
  "  username TEXT NOT NULL UNIQUE,"
  "  display_name TEXT,"
  "  folded_name TEXT NOT NULL,"
  "  email TEXT UNIQUE,"
  "  avatar TEXT,"
  "  role TEXT NOT NULL,"
  "  password_hash TEXT,"
  "  created_at INTEGER NOT NULL,"
  "  last_seen INTEGER NOT NULL"
  ") STRICT;"
  "CREATE INDEX users_by_folded_name ON users (folded_name);"

  "CREATE TABLE invites ("
  "  hash BLOB PRIMARY KEY,"
  "  role TEXT NOT NULL,"
  "  created_by TEXT,"
  "  expires_at INTEGER NOT NULL"
  ") STRICT, WITHOUT ROWID;"

  "CREATE TABLE sessions ("
  "  id TEXT PRIMARY KEY NOT NULL,"
  "  user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,"
  "  name TEXT,"
  "  address TEXT,"
  "  created_at INTEGER NOT NULL,"
  "  last_used_at INTEGER NOT NULL,"
  "  expires_at INTEGER NOT NULL,"
  "  refresh_hash BLOB,"
  "  next_refresh_hash BLOB"
  ") STRICT;"
  "CREATE INDEX sessions_by_user ON sessions (user_id, last_used_at);"

  "CREATE TABLE rooms ("
  "  id TEXT PRIMARY KEY NOT NULL,"
  "  name TEXT,"
  "  description TEXT,"
  "  folded_text TEXT NOT NULL,"
  "  type TEXT NOT NULL,"
  "  direct_key TEXT UNIQUE,"
  "  encrypted INTEGER NOT NULL,"
  "  created_by TEXT NOT NULL,"
  "  created_at INTEGER NOT NULL,"
  "  last_activity INTEGER NOT NULL,"
  "  last_seq INTEGER NOT NULL,"
  "  rev INTEGER NOT NULL,"
  "  members_rev INTEGER NOT NULL,"
  "  settings_rev INTEGER NOT NULL,"
  "  member_count INTEGER NOT NULL"
  ") STRICT;"
  "CREATE INDEX rooms_public ON rooms (member_count DESC, id) WHERE type = 'public';"

  "CREATE TABLE members ("
  "  room_id TEXT NOT NULL REFERENCES rooms ON DELETE CASCADE,"
  "  user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,"
  "  role TEXT NOT NULL,"
  "  joined_at INTEGER NOT NULL,"
  "  left_at INTEGER NOT NULL,"
  "  received_seq INTEGER NOT NULL,"
  "  read_seq INTEGER NOT NULL,"
  "  rev INTEGER NOT NULL,"
  "  PRIMARY KEY (room_id, user_id)"
  ") STRICT, WITHOUT ROWID;"
  "CREATE INDEX members_by_user ON members (user_id, left_at);"
  "CREATE INDEX members_by_rev ON members (room_id, rev);"

  "CREATE TABLE messages ("
  "  id TEXT PRIMARY KEY NOT NULL,"
  "  room_id TEXT NOT NULL,"
  "  seq INTEGER NOT NULL,"
  "  rev INTEGER NOT NULL,"
  "  first_rev INTEGER NOT NULL,"
  "  sender_id TEXT NOT NULL,"
  "  sender_name TEXT,"
  "  client_id TEXT,"
  "  type TEXT NOT NULL,"
  "  encrypted INTEGER NOT NULL,"
  "  content TEXT NOT NULL,"
  "  reply_to TEXT,"
  "  mentions TEXT,"
  "  mentions_room INTEGER NOT NULL,"
  "  timestamp INTEGER NOT NULL,"
  "  edited_at INTEGER NOT NULL DEFAULT 0,"
  "  deleted_at INTEGER NOT NULL DEFAULT 0,"
  "  reactions INTEGER NOT NULL DEFAULT 0"
  ") STRICT;"
  "CREATE UNIQUE INDEX messages_by_seq ON messages (room_id, seq);"
  "CREATE INDEX messages_by_rev ON messages (room_id, rev) WHERE rev <> first_rev;"
  "CREATE UNIQUE INDEX messages_by_client_id ON messages (client_id, sender_id) WHERE client_id IS NOT NULL;"

  "CREATE TABLE message_versions ("
  "  message_id TEXT NOT NULL,"
  "  version INTEGER NOT NULL,"
  "  content TEXT NOT NULL,"
  "  edited_at INTEGER NOT NULL,"
  "  PRIMARY KEY (message_id, version)"
  ") STRICT, WITHOUT ROWID;"

  "CREATE TABLE mentions ("
  "  room_id TEXT NOT NULL,"
  "  user_id TEXT NOT NULL,"
  "  seq INTEGER NOT NULL,"
  "  sender_id TEXT NOT NULL,"
  "  PRIMARY KEY (room_id, user_id, seq)"
  ") STRICT, WITHOUT ROWID;"

  "CREATE TABLE reactions ("
  "  message_id TEXT NOT NULL,"
  "  position INTEGER NOT NULL,"
  "  user_id TEXT NOT NULL,"
  "  emoji TEXT NOT NULL,"
  "  PRIMARY KEY (message_id, position)"
  ") STRICT, WITHOUT ROWID;";

const char *const schema_migrations[] = {
  version_1,
};
const guint schema_n_migrations = G_N_ELEMENTS (schema_migrations);

static gint64
ask_number (SqliteConnection *connection, const char *sql)
{
  g_auto(Query) query = query_make (connection, sql);

  return query_next (&query) ? query_take_int (&query) : 0;
}

static gint64
get_version (SqliteConnection *connection)
{
  return ask_number (connection, "PRAGMA user_version");
}

static void
check_ours (SqliteConnection *connection, const char *path, guint n_migrations)
{
  gint64 application = 0;
  gint64 version = 0;
  gint64 tables = 0;

  /* Of one moment: another process may be making the database just now. */
  sqlite_connection_execute (connection, "BEGIN");
  tables = ask_number (connection, "SELECT count (*) FROM sqlite_schema");
  application = ask_number (connection, "PRAGMA application_id");
  version = get_version (connection);
  if (!sqlite_connection_execute (connection, "COMMIT"))
    return;
  if (application != APPLICATION_ID && (application != 0 || version != 0 || tables != 0))
    sqlite_connection_fail (connection, CONFAB_ERROR_CONFLICT, "%s is the database of another program", path);
  else if (version > n_migrations)
    sqlite_connection_fail (connection, CONFAB_ERROR_CONFLICT,
                            "%s was written by a newer Confab (its schema is %d, this one knows %u)", path,
                            (int) version, n_migrations);
}

/* The copy is made beside its name and renamed, so that a copy that is there is a whole one. */
static void
copy_before (SqliteConnection *connection, const char *path, guint next_version)
{
  g_autofree char *copy = g_strdup_printf ("%s.before-%u", path, next_version);
  g_autofree char *unfinished = g_strdup_printf ("%s.unfinished", copy);
  int file = -1;

  if (sqlite_connection_has_failed (connection))
    return;
  g_unlink (unfinished);
  file = g_open (unfinished, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0)
    {
      sqlite_connection_fail (connection, CONFAB_ERROR_UNAVAILABLE, "%s cannot be written: %s", unfinished,
                              g_strerror (errno));
      return;
    }
  close (file);

  g_auto(Query) query = query_make (connection, "VACUUM INTO ?");
  query_put_text (&query, unfinished);
  query_run (&query);
  if (!sqlite_connection_has_failed (connection) && g_rename (unfinished, copy) != 0)
    sqlite_connection_fail (connection, CONFAB_ERROR_UNAVAILABLE, "%s cannot be written: %s", copy, g_strerror (errno));
}

static void
run_migrations (SqliteConnection *connection, const char *const *migrations, guint n_migrations)
{
  g_autofree char *stamp = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %u;",
                                            APPLICATION_ID, n_migrations);

  sqlite_connection_begin (connection);
  /* Asked again inside the transaction: another process may have been quicker. */
  for (gint64 version = get_version (connection); version < n_migrations; version++)
    sqlite_connection_execute (connection, migrations[version]);
  sqlite_connection_execute (connection, stamp);
}

gboolean
schema_migrate (SqliteConnection *connection, const char *path, const char *const *migrations, guint n_migrations,
                GError **error)
{
  gint64 version = 0;

  sqlite_connection_open (connection);
  check_ours (connection, path, n_migrations);
  sqlite_connection_execute_patiently (connection, "PRAGMA journal_mode = WAL");
  version = get_version (connection);
  if (!sqlite_connection_has_failed (connection) && version < n_migrations)
    {
      if (version > 0)
        copy_before (connection, path, n_migrations);
      if (!sqlite_connection_has_failed (connection))
        run_migrations (connection, migrations, n_migrations);
    }
  return sqlite_connection_end (connection, error);
}
