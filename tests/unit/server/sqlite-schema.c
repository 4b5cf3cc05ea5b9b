/* sqlite-schema.c: databases of every version before are opened, and a migration that fails leaves them as they were
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * schema/version-N.sql is what a server of schema N wrote, as text; schema/contents.txt is what every one of them
 * holds, as the store tells of it.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "store/sqlite/query.h"
#include "store/sqlite/schema.h"
#include "store/store.h"

typedef struct
{
  char *folder;
  char *path;
  char *address;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("confab-schema-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "confab.db", NULL);
  fixture->address = g_strconcat ("sqlite:", fixture->path, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->address);
}

static char *
read_test_file (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "schema", name, NULL);
  g_autoptr(GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
load_dump (Fixture *fixture, const char *name)
{
  g_autofree char *sql = read_test_file (name);
  sqlite3 *database = NULL;

  g_assert_cmpint (sqlite3_open (fixture->path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (database, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (database);
}

static char *
describe_bytes (GBytes *bytes)
{
  return bytes != NULL ? g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : g_strdup ("-");
}

static void
describe_user (GString *text, Store *store, const char *username)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = NULL;
  g_autoptr(User) user = store_find_login (store, username, &hash, &error);
  g_autoptr(GPtrArray) sessions = NULL;

  g_assert_no_error (error);
  g_string_append_printf (text, "user %s %s “%s” %s %s %s %d %d %s\n", user->id, user->username, user->display_name,
                          user->email, user->avatar, confab_user_role_to_string (user->role), (int) user->created_at,
                          (int) user->last_seen, hash);
  sessions = store_list_sessions (store, user->id, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < sessions->len; i++)
    {
      const Session *session = sessions->pdata[i];
      g_autofree char *refresh = describe_bytes (session->refresh_hash);
      g_autofree char *next = describe_bytes (session->next_refresh_hash);

      g_string_append_printf (text, "  session %s “%s” %s %d %d %d %s %s\n", session->id, session->name,
                              session->address, (int) session->created_at, (int) session->last_used_at,
                              (int) session->expires_at, refresh, next);
    }
}

static void
describe_message (GString *text, Store *store, const Message *message)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) versions = store_list_message_versions (store, message->id, &error);
  g_autofree char *mentions = message->mentions != NULL ? g_strjoinv (",", message->mentions) : g_strdup ("-");

  g_assert_no_error (error);
  g_string_append_printf (text,
                          "  message %s %d@%d %s “%s” %s %s%s “%s” reply %s mentions %s%s at %d edited %d deleted %d\n",
                          message->id, (int) message->seq, (int) message->rev, message->sender_id, message->sender_name,
                          message->client_id, confab_message_type_to_string (message->type),
                          message->encrypted ? " encrypted" : "", message->content, message->reply_to, mentions,
                          message->mentions_room ? " @room" : "", (int) message->timestamp, (int) message->edited_at,
                          (int) message->deleted_at);
  for (guint i = 0; message->reactions != NULL && i < message->reactions->len; i++)
    {
      const Reaction *reaction = message->reactions->pdata[i];

      g_string_append_printf (text, "    reaction %s %s\n", reaction->user_id, reaction->emoji);
    }
  for (guint i = 0; i < versions->len; i++)
    {
      const Message *version = versions->pdata[i];

      g_string_append_printf (text, "    before %d “%s”\n", (int) version->edited_at, version->content);
    }
}

static void
describe_room (GString *text, Store *store, const RoomSummary *summary)
{
  const Room *room = summary->room;
  MessagePage page = { .after = 0, .limit = 1000 };
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) members = store_list_changed_members (store, room->id, 0, &error);
  g_autoptr(GPtrArray) messages = store_list_messages (store, room->id, &page, NULL, &error);

  g_assert_no_error (error);
  g_string_append_printf (text,
                          "room %s “%s” “%s” %s%s by %s at %d last %d seq %d rev %d %d %d members %d mentions %d\n",
                          room->id, room->name, room->description, confab_room_type_to_string (room->type),
                          room->encrypted ? " encrypted" : "", room->created_by, (int) room->created_at,
                          (int) room->last_activity, (int) room->last_seq, (int) room->rev, (int) room->members_rev,
                          (int) room->settings_rev, (int) room->member_count, (int) summary->mentions);
  for (guint i = 0; i < members->len; i++)
    {
      const Member *member = members->pdata[i];

      g_string_append_printf (text, "  member %s %s joined %d left %d received %d read %d rev %d\n", member->user_id,
                              confab_member_role_to_string (member->role), (int) member->joined_at,
                              (int) member->left_at, (int) member->received_seq, (int) member->read_seq,
                              (int) member->rev);
    }
  for (guint i = 0; i < messages->len; i++)
    describe_message (text, store, messages->pdata[i]);
}

static char *
describe_store (Store *store)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GPtrArray) users = store_find_users (store, "", 1000, &error);
  g_autoptr(GPtrArray) rooms = store_list_user_rooms (store, "user-ada", &error);
  g_autoptr(GBytes) setting = store_get_setting (store, "token-key", &error);
  g_autofree char *value = describe_bytes (setting);

  g_assert_no_error (error);
  g_string_append_printf (text, "setting token-key %s\n", value);
  for (guint i = 0; i < users->len; i++)
    describe_user (text, store, ((User *) users->pdata[i])->username);
  for (guint i = 0; i < rooms->len; i++)
    describe_room (text, store, rooms->pdata[i]);
  return g_strdup (text->str);
}

static void
test_versions (Fixture *fixture, gconstpointer data)
{
  g_autofree char *dump = g_strdup_printf ("version-%d.sql", GPOINTER_TO_INT (data));
  g_autofree char *expected = read_test_file ("contents.txt");
  g_autofree char *found = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(Store) store = NULL;

  load_dump (fixture, dump);
  store = store_open (fixture->address, &error);
  g_assert_no_error (error);
  found = describe_store (store);
  g_assert_cmpstr (found, ==, expected);
}

/* A server of the last version writes what it reads. */
static void
test_used_invite_and_new_message (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) invite = g_bytes_new_static ("invite", 6);
  g_autoptr(User) draft = user_new ();
  g_autoptr(User) made = NULL;
  g_autoptr(Room) room = NULL;
  g_autoptr(Change) change = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(Store) store = NULL;

  load_dump (fixture, "version-1.sql");
  store = store_open (fixture->address, &error);
  g_assert_no_error (error);
  draft->id = g_strdup ("new");
  draft->username = g_strdup ("new");
  made = store_create_user (store, draft, NULL, invite, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (made->role, ==, CONFAB_USER_ROLE_MODERATOR);

  room = store_get_room (store, "room-kitchen", &error);
  g_assert_no_error (error);
  change = change_new (CHANGE_APPEND, room->id, "user-ada", room->members_rev, 1);
  change->message = message_new ();
  change->message->sender_id = g_strdup ("user-ada");
  g_assert_true (store_apply (store, &change, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (change->message->seq, ==, room->last_seq + 1);
}

static gint64
ask_number (const char *path, const char *sql)
{
  sqlite3 *database = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 number = 0;

  g_assert_cmpint (sqlite3_open_v2 (path, &database, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (database);
  return number;
}

static gboolean
migrate (Fixture *fixture, const char *const *migrations, guint n_migrations, GError **error)
{
  g_autoptr(SqliteConnection) connection = sqlite_connection_new (fixture->path, SQLITE_CONNECTION_WRITER);

  return schema_migrate (connection, fixture->path, migrations, n_migrations, error);
}

static const char *const good[] = {
  "CREATE TABLE cakes (name TEXT); INSERT INTO cakes VALUES ('apple'), ('poppy')",
  "ALTER TABLE cakes ADD COLUMN eaten INTEGER NOT NULL DEFAULT 0; UPDATE cakes SET eaten = 1 WHERE name = 'apple'",
  "CREATE TABLE forks (length INTEGER)",
};

static const char *const failing[] = {
  "never run",
  "INSERT INTO cakes VALUES ('half'); CREATE TABLE plates (size INTEGER); INSERT INTO no_such_table VALUES (1)",
};

static void
test_migration (Fixture *fixture, gconstpointer data)
{
  g_autofree char *copy = g_strconcat (fixture->path, ".before-3", NULL);
  g_autoptr(GError) error = NULL;
  GStatBuf status = { 0 };

  g_assert_true (g_file_set_contents (fixture->path, "", 0, NULL));
  g_assert_true (migrate (fixture, good, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ask_number (fixture->path, "PRAGMA user_version"), ==, 1);
  /* Nothing is copied of an empty database. */
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));

  g_assert_true (migrate (fixture, good, 3, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ask_number (fixture->path, "PRAGMA user_version"), ==, 3);
  g_assert_cmpint (ask_number (fixture->path, "SELECT sum (eaten) FROM cakes"), ==, 1);
  g_assert_cmpint (ask_number (fixture->path, "SELECT count (*) FROM forks"), ==, 0);

  g_assert_cmpint (ask_number (copy, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (ask_number (copy, "SELECT count (*) FROM cakes"), ==, 2);
  g_assert_cmpint (ask_number (copy, "SELECT count (*) FROM pragma_table_info ('cakes')"), ==, 1);
  g_assert_cmpint (g_stat (copy, &status), ==, 0);
  g_assert_cmphex (status.st_mode & 0777, ==, 0600);

  /* Nothing more to do: nothing is done. */
  g_unlink (copy);
  g_assert_true (migrate (fixture, good, 3, &error));
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));
}

static void
test_failing_migration (Fixture *fixture, gconstpointer data)
{
  g_autofree char *copy = g_strconcat (fixture->path, ".before-2", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->path, "", 0, NULL));
  g_assert_true (migrate (fixture, good, 1, &error));
  g_assert_false (migrate (fixture, failing, 2, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_INTERNAL);
  g_clear_error (&error);
  g_assert_cmpint (ask_number (fixture->path, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (ask_number (fixture->path, "SELECT count (*) FROM cakes"), ==, 2);
  g_assert_cmpint (ask_number (fixture->path, "SELECT count (*) FROM sqlite_schema"), ==, 1);
  g_assert_cmpint (ask_number (copy, "SELECT count (*) FROM cakes"), ==, 2);

  g_assert_true (migrate (fixture, good, 2, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ask_number (fixture->path, "PRAGMA user_version"), ==, 2);
}

static char *
describe_schema (const char *path)
{
  sqlite3 *database = NULL;
  sqlite3_stmt *statement = NULL;
  GString *text = g_string_new (NULL);

  g_assert_cmpint (sqlite3_open_v2 (path, &database, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (database, "SELECT name, sql FROM sqlite_schema ORDER BY name", -1, &statement,
                                       NULL),
                   ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (text, "%s: %s\n", sqlite3_column_text (statement, 0), sqlite3_column_text (statement, 1));
  sqlite3_finalize (statement);
  sqlite3_close (database);
  return g_string_free (text, FALSE);
}

/* An old database that was migrated is like a new one. This also fails when somebody changes a released version. */
static void
test_like_new (Fixture *fixture, gconstpointer data)
{
  g_autofree char *new_path = g_strconcat (fixture->path, "-new", NULL);
  g_autofree char *new_address = g_strconcat (fixture->address, "-new", NULL);
  g_autofree char *migrated = NULL;
  g_autofree char *new = NULL;
  g_autoptr(GError) error = NULL;

  load_dump (fixture, "version-1.sql");
  store_close (store_open (fixture->address, &error));
  g_assert_no_error (error);
  store_close (store_open (new_address, &error));
  g_assert_no_error (error);
  migrated = describe_schema (fixture->path);
  new = describe_schema (new_path);
  g_assert_cmpstr (migrated, ==, new);
}

#define N_MAKERS 4
#define MAKINGS 100

typedef struct
{
  const char *address;
  gint waiting;     /* atomic */
} Making;

static gpointer
run_maker (gpointer data)
{
  Making *making = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(Store) store = NULL;

  g_atomic_int_add (&making->waiting, -1);
  while (g_atomic_int_get (&making->waiting) > 0)
    ;
  store = store_open (making->address, &error);
  g_assert_no_error (error);
  return NULL;
}

/* Of several that find no database one makes it, and the others use it. */
static void
test_made_at_once (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < MAKINGS; i++)
    {
      g_autofree char *address = g_strdup_printf ("%s-%u", fixture->address, i);
      Making making = { address, N_MAKERS };
      GThread *threads[N_MAKERS] = { NULL };

      for (guint j = 0; j < N_MAKERS; j++)
        threads[j] = g_thread_new ("maker", run_maker, &making);
      for (guint j = 0; j < N_MAKERS; j++)
        g_thread_join (threads[j]);
    }
}

#define ADD(name, data, func) g_test_add ("/schema/" name, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("version-1", GINT_TO_POINTER (1), test_versions);
  ADD ("version-1-in-use", NULL, test_used_invite_and_new_message);
  ADD ("migration", NULL, test_migration);
  ADD ("failing-migration", NULL, test_failing_migration);
  ADD ("like-new", NULL, test_like_new);
  ADD ("made-at-once", NULL, test_made_at_once);
  return g_test_run ();
}
