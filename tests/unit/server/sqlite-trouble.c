/* sqlite-trouble.c: what the SQLite store says and does when its file or disk is not as it should be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "failing-disk.h"
#include "protocol/confab-error.h"
#include "store/store.h"

typedef struct
{
  char *folder;
  char *path;
  char *address;
  Store *store;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("confab-trouble-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "confab.db", NULL);
  fixture->address = g_strconcat ("sqlite:", fixture->path, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name = NULL;

  failing_disk_set (FAILING_DISK_SOUND, 0);
  g_clear_pointer (&fixture->store, store_close);
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

static void
open_store (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_clear_pointer (&fixture->store, store_close);
  fixture->store = store_open (fixture->address, &error);
  g_assert_no_error (error);
}

static void
assert_does_not_open (Fixture *fixture, ConfabError code, const char *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (store_open (fixture->address, &error));
  g_assert_error (error, CONFAB_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
}

static sqlite3 *
open_raw (Fixture *fixture)
{
  sqlite3 *database = NULL;

  g_assert_cmpint (sqlite3_open (fixture->path, &database), ==, SQLITE_OK);
  return database;
}

static void
execute_raw (sqlite3 *database, const char *sql)
{
  g_assert_cmpint (sqlite3_exec (database, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

static Room *
make_room (Fixture *fixture)
{
  static const char *members[] = { "ada", NULL };
  g_autoptr(User) ada = user_new ();
  g_autoptr(User) made = NULL;
  g_autoptr(Room) draft = room_new ();
  g_autoptr(GError) error = NULL;
  Room *room = NULL;

  ada->id = g_strdup ("ada");
  ada->username = g_strdup ("ada");
  made = store_create_user (fixture->store, ada, NULL, NULL, 1, &error);
  g_assert_no_error (error);
  draft->id = g_strdup ("room");
  draft->created_by = g_strdup ("ada");
  room = store_create_room (fixture->store, draft, members, NULL, &error);
  g_assert_no_error (error);
  return room;
}

static Change *
make_append (const char *client_id, const char *text)
{
  Change *change = change_new (CHANGE_APPEND, "room", "ada", 1, 1);

  change->message = message_new ();
  change->message->sender_id = g_strdup ("ada");
  change->message->client_id = g_strdup (client_id);
  change->message->content = g_strdup (text);
  return change;
}

static void
assert_unavailable (GError *error)
{
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
  g_assert_cmpfloat (confab_error_get_retry_after (error), >, 0);
}

static void
test_addresses (Fixture *fixture, gconstpointer data)
{
  static const char *addresses[] = { "", "sqlite", "sqlite:", "nosuch:thing", "/some/path", "SQLITE:x" };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (store_open (addresses[i], &error));
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
    }
}

static void
test_in_memory (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Room) room = NULL;
  g_autoptr(Change) change = make_append ("c1", "hello");
  g_autoptr(RoomSummary) summary = NULL;
  g_autoptr(GError) error = NULL;

  fixture->store = store_open ("sqlite::memory:", &error);
  g_assert_no_error (error);
  room = make_room (fixture);
  g_assert_true (store_apply (fixture->store, &change, 1, &error));
  summary = store_get_user_room (fixture->store, "ada", "room", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (summary->last_message->content, ==, "hello");
}

static void
test_private_file_in_new_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "new", NULL);
  g_autofree char *path = g_build_filename (folder, "confab.db", NULL);
  g_autofree char *address = g_strconcat ("sqlite:", path, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(Store) store = store_open (address, &error);
  GStatBuf status = { 0 };

  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmphex (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (folder, &status), ==, 0);
  g_assert_cmphex (status.st_mode & 0777, ==, 0700);
  g_clear_pointer (&store, store_close);
  /* Closing carries the log over into the file and leaves nothing beside it. */
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_folder_is_a_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *address = g_strconcat (fixture->address, "/below", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->path, "", 0, NULL));
  g_assert_null (store_open (address, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
}

static void
test_not_a_database (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (10000, '?');

  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  assert_does_not_open (fixture, CONFAB_ERROR_UNAVAILABLE, "damaged");
}

static void
test_of_another_program (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize length = 0;
  gsize length_after = 0;
  sqlite3 *database = open_raw (fixture);

  execute_raw (database, "CREATE TABLE recipes (name TEXT)");
  sqlite3_close (database);
  g_assert_true (g_file_get_contents (fixture->path, &before, &length, NULL));
  assert_does_not_open (fixture, CONFAB_ERROR_CONFLICT, "another program");
  /* And it was left alone. */
  g_assert_true (g_file_get_contents (fixture->path, &after, &length_after, NULL));
  g_assert_cmpmem (before, length, after, length_after);
}

static void
test_of_newer_version (Fixture *fixture, gconstpointer data)
{
  sqlite3 *database = NULL;

  open_store (fixture);
  g_clear_pointer (&fixture->store, store_close);
  database = open_raw (fixture);
  execute_raw (database, "PRAGMA user_version = 1000");
  sqlite3_close (database);
  assert_does_not_open (fixture, CONFAB_ERROR_CONFLICT, "newer");
}

/* Another process holds the database: reading goes on, writing says so, and goes on by itself when it is let go. */
static void
test_locked (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Room) room = NULL;
  g_autoptr(Room) read = NULL;
  g_autoptr(Change) change = make_append ("c1", "hello");
  g_autoptr(GError) error = NULL;
  sqlite3 *other = NULL;

  open_store (fixture);
  room = make_room (fixture);
  other = open_raw (fixture);
  execute_raw (other, "BEGIN IMMEDIATE");

  g_assert_false (store_apply (fixture->store, &change, 1, &error));
  assert_unavailable (error);
  g_clear_error (&error);
  g_assert_cmpint (change->outcome, ==, OUTCOME_NONE);
  read = store_get_room (fixture->store, "room", &error);
  g_assert_no_error (error);
  g_assert_true (store_check (fixture->store, &error));

  execute_raw (other, "ROLLBACK");
  sqlite3_close (other);
  g_assert_true (store_apply (fixture->store, &change, 1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (change->outcome, ==, OUTCOME_APPLIED);
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Room) room = NULL;
  g_autoptr(Room) read = NULL;
  g_autofree char *sound = NULL;
  g_autofree char *damaged = NULL;
  g_autoptr(GError) error = NULL;
  gsize length = 0;

  open_store (fixture);
  room = make_room (fixture);
  g_clear_pointer (&fixture->store, store_close);
  g_assert_true (g_file_get_contents (fixture->path, &sound, &length, NULL));
  damaged = g_memdup2 (sound, length);
  memset (damaged + 4096, 0x5a, length - 4096);
  open_store (fixture);

  /* Under a running server, in place: the file is the same, what is in it is not. */
  {
    FILE *file = g_fopen (fixture->path, "r+b");

    g_assert_cmpuint (fwrite (damaged, 1, length, file), ==, length);
    fclose (file);
  }
  g_assert_null (store_get_room (fixture->store, "room", &error));
  assert_unavailable (error);
  g_test_message ("%s", error->message);
  g_clear_error (&error);

  {
    FILE *file = g_fopen (fixture->path, "r+b");

    g_assert_cmpuint (fwrite (sound, 1, length, file), ==, length);
    fclose (file);
  }
  read = store_get_room (fixture->store, "room", &error);
  g_assert_no_error (error);
}

static void
assert_batch_outcomes (GPtrArray *changes, ChangeOutcome outcome)
{
  for (guint i = 0; i < changes->len; i++)
    g_assert_cmpint (((Change *) changes->pdata[i])->outcome, ==, outcome);
}

static GPtrArray *
make_batch (guint number)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *client_id = g_strdup_printf ("c-%u-%u", number, i);

      g_ptr_array_add (changes,
                       make_append (client_id, "a text of some length, so that the batch takes more than a page"));
    }
  return changes;
}

/* Tries a batch with the disk failing at that call; what has failed has left nothing, and works when tried again. */
static gboolean
fail_and_repeat (Fixture *fixture, FailingDiskMode mode, guint after)
{
  g_autoptr(GPtrArray) changes = make_batch (after);
  g_autoptr(Room) before = store_get_room (fixture->store, "room", NULL);
  g_autoptr(Room) between = NULL;
  g_autoptr(Room) done = NULL;
  g_autoptr(GError) error = NULL;
  gboolean succeeded = FALSE;

  failing_disk_set (mode, after);
  succeeded = store_apply (fixture->store, (Change **) changes->pdata, changes->len, &error);
  failing_disk_set (FAILING_DISK_SOUND, 0);
  between = store_get_room (fixture->store, "room", NULL);
  g_assert_nonnull (between);
  if (succeeded)
    {
      assert_batch_outcomes (changes, OUTCOME_APPLIED);
      g_assert_cmpint (between->last_seq, ==, before->last_seq + 20);
      return FALSE;
    }

  assert_unavailable (error);
  g_clear_error (&error);
  assert_batch_outcomes (changes, OUTCOME_NONE);
  g_assert_cmpint (between->last_seq, ==, before->last_seq);
  g_assert_cmpint (between->rev, ==, before->rev);
  g_assert_true (store_apply (fixture->store, (Change **) changes->pdata, changes->len, &error));
  g_assert_no_error (error);
  assert_batch_outcomes (changes, OUTCOME_APPLIED);
  done = store_get_room (fixture->store, "room", NULL);
  g_assert_cmpint (done->last_seq, ==, before->last_seq + 20);
  return TRUE;
}

static void
test_failing_disk (Fixture *fixture, gconstpointer data)
{
  FailingDiskMode mode = GPOINTER_TO_INT (data);
  g_autoptr(Room) room = NULL;
  guint failures = 0;

  open_store (fixture);
  room = make_room (fixture);
  /* At the first call, at the second, … until the batch needs no more of them. */
  while (fail_and_repeat (fixture, mode, failures))
    failures++;
  g_test_message ("%u ways to fail", failures);
  g_assert_cmpuint (failures, >=, 1);
}

static void
test_full_while_opening (Fixture *fixture, gconstpointer data)
{
  failing_disk_set (FAILING_DISK_FULL, 0);
  assert_does_not_open (fixture, CONFAB_ERROR_UNAVAILABLE, "full");
  failing_disk_set (FAILING_DISK_SOUND, 0);
  open_store (fixture);
}

static gboolean
file_holds (const char *path, const char *text)
{
  g_autofree char *contents = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  return memmem (contents, length, text, strlen (text)) != NULL;
}

/* Deleted is deleted, in the file, too. */
static void
test_deleted_is_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Room) room = NULL;
  g_autoptr(Change) append = make_append ("c1", "the first secret");
  g_autoptr(Change) edit = change_new (CHANGE_EDIT, "room", "ada", 1, 1);
  g_autoptr(Change) delete = change_new (CHANGE_DELETE, "room", "ada", 1, 1);
  g_autoptr(GError) error = NULL;

  open_store (fixture);
  room = make_room (fixture);
  g_assert_true (store_apply (fixture->store, &append, 1, &error));
  edit->message_id = g_strdup (append->message->id);
  edit->content = g_strdup ("the second secret");
  g_assert_true (store_apply (fixture->store, &edit, 1, &error));
  open_store (fixture);
  g_assert_true (file_holds (fixture->path, "the first secret"));
  g_assert_true (file_holds (fixture->path, "the second secret"));

  delete->message_id = g_strdup (append->message->id);
  g_assert_true (store_apply (fixture->store, &delete, 1, &error));
  g_assert_no_error (error);
  g_clear_pointer (&fixture->store, store_close);
  g_assert_false (file_holds (fixture->path, "the first secret"));
  g_assert_false (file_holds (fixture->path, "the second secret"));
}

#define ADD(name, data, func) g_test_add ("/sqlite/" name, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  failing_disk_install ();

  ADD ("addresses", NULL, test_addresses);
  ADD ("in-memory", NULL, test_in_memory);
  ADD ("private-file-in-new-folder", NULL, test_private_file_in_new_folder);
  ADD ("folder-is-a-file", NULL, test_folder_is_a_file);
  ADD ("not-a-database", NULL, test_not_a_database);
  ADD ("of-another-program", NULL, test_of_another_program);
  ADD ("of-newer-version", NULL, test_of_newer_version);
  ADD ("locked", NULL, test_locked);
  ADD ("damaged", NULL, test_damaged);
  ADD ("full-while-opening", NULL, test_full_while_opening);
  ADD ("full", GINT_TO_POINTER (FAILING_DISK_FULL), test_failing_disk);
  ADD ("broken", GINT_TO_POINTER (FAILING_DISK_BROKEN), test_failing_disk);
  ADD ("loses-sync", GINT_TO_POINTER (FAILING_DISK_LOSES_SYNC), test_failing_disk);
  ADD ("deleted-is-gone", NULL, test_deleted_is_gone);
  return g_test_run ();
}
