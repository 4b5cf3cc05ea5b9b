/* test-cache.c: the cache against a real file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "client-fixture.h"

#include <sqlite3.h>

#include "client/confab-cache.h"
#include "client/confab-json-members.h"

typedef struct
{
  char *folder;
  ConfabCache *cache;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  dex_init ();
  self->folder = make_folder ();
  self->cache = confab_cache_new (self->folder);
  settle (confab_cache_open (self->cache));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->cache);
  remove_folder (self->folder);
}

static void
reopen (Fixture *self)
{
  settle (confab_cache_close (self->cache));
  g_object_unref (self->cache);
  self->cache = confab_cache_new (self->folder);
  settle (confab_cache_open (self->cache));
}

static void
put_run (ConfabCacheBatch *batch, gint64 first, gint64 last)
{
  for (gint64 seq = first; seq <= last; seq++)
    {
      g_autoptr(JsonObject) message = message_object_new (seq, seq, BEN, "text", NULL);

      confab_cache_batch_put_message (batch, ROOM, message);
    }
}

static void
check_run (GPtrArray *rows, gint64 first, gint64 last)
{
  g_assert_cmpint (rows->len, ==, last - first + 1);
  for (guint i = 0; i < rows->len; i++)
    g_assert_cmpint (confab_json_get_int (rows->pdata[i], "seq"), ==, first + i);
}

static void
test_pages (Fixture *self, gconstpointer data)
{
  ConfabCacheBatch *batch = confab_cache_batch_new ();
  g_autoptr(GPtrArray) newest = NULL;
  g_autoptr(GPtrArray) older = NULL;
  g_autoptr(GPtrArray) from = NULL;
  g_autoptr(GPtrArray) one = NULL;
  g_autoptr(GPtrArray) none = NULL;

  put_run (batch, 1, 120);
  settle (confab_cache_write (self->cache, batch));
  reopen (self);

  newest = settle_boxed (confab_cache_load_messages (self->cache, ROOM, 0, 50));
  check_run (newest, 71, 120);
  older = settle_boxed (confab_cache_load_messages (self->cache, ROOM, 21, 50));
  check_run (older, 1, 20);
  from = settle_boxed (confab_cache_load_messages_from (self->cache, ROOM, 30, 5));
  check_run (from, 30, 34);
  one = settle_boxed (confab_cache_load_message (self->cache, confab_json_get_string (newest->pdata[0], "id")));
  check_run (one, 71, 71);
  none = settle_boxed (confab_cache_load_messages (self->cache, BEN, 0, 50));
  g_assert_cmpuint (none->len, ==, 0);
}

/* Writes that nobody waits for are seen by the read after them, and an older state never replaces a newer one. */
static void
test_order (Fixture *self, gconstpointer data)
{
  static const gint64 revs[] = { 5, 9, 7, 9 };
  static const char * const contents[] = { "first", "second", "stale", "third" };
  g_autoptr(GPtrArray) rows = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (revs); i++)
    {
      ConfabCacheBatch *batch = confab_cache_batch_new ();
      g_autoptr(JsonObject) message = message_object_new (1, revs[i], BEN, contents[i], NULL);

      confab_cache_batch_put_message (batch, ROOM, message);
      dex_future_disown (confab_cache_write (self->cache, batch));
    }
  rows = settle_boxed (confab_cache_load_messages (self->cache, ROOM, 0, 10));
  check_run (rows, 1, 1);
  g_assert_cmpstr (confab_json_get_string (rows->pdata[0], "content"), ==, "third");
}

static void
test_rooms (Fixture *self, gconstpointer data)
{
  ConfabCacheBatch *batch = confab_cache_batch_new ();
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(GPtrArray) after = NULL;
  const ConfabCachedRoom *row = NULL;

  confab_cache_batch_put_room_settings (batch, ROOM, "a thought", TRUE);
  confab_cache_batch_put_room (batch, ROOM, "{\"id\":\"" ROOM "\",\"rev\":3}");
  put_run (batch, 1, 3);
  settle (confab_cache_write (self->cache, batch));
  reopen (self);

  rows = settle_boxed (confab_cache_load_rooms (self->cache));
  g_assert_cmpuint (rows->len, ==, 1);
  row = rows->pdata[0];
  g_assert_cmpstr (row->draft, ==, "a thought");
  g_assert_true (row->muted);
  g_assert_cmpint (confab_json_get_int (row->room, "rev"), ==, 3);
  g_assert_cmpint (confab_json_get_int (row->last_message, "seq"), ==, 3);

  batch = confab_cache_batch_new ();
  confab_cache_batch_remove_room (batch, ROOM);
  settle (confab_cache_write (self->cache, batch));
  after = settle_boxed (confab_cache_load_rooms (self->cache));
  g_assert_cmpuint (after->len, ==, 0);
  g_ptr_array_unref (after);
  after = settle_boxed (confab_cache_load_messages (self->cache, ROOM, 0, 10));
  g_assert_cmpuint (after->len, ==, 0);
}

static void
test_members (Fixture *self, gconstpointer data)
{
  ConfabCacheBatch *batch = confab_cache_batch_new ();
  g_autoptr(JsonObject) member = json_object_new ();
  g_autoptr(GPtrArray) rows = NULL;

  json_object_set_string_member (member, "userId", BEN);
  json_object_set_int_member (member, "receivedSeq", 4);
  json_object_set_int_member (member, "readSeq", 2);
  confab_cache_batch_put_member (batch, ROOM, member);
  confab_cache_batch_set_marks (batch, ROOM, BEN, 9, 8);
  /* Marks never go back. */
  confab_cache_batch_put_member (batch, ROOM, member);
  settle (confab_cache_write (self->cache, batch));

  rows = settle_boxed (confab_cache_load_members (self->cache, ROOM));
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_cmpint (confab_json_get_int (rows->pdata[0], "receivedSeq"), ==, 9);
  g_assert_cmpint (confab_json_get_int (rows->pdata[0], "readSeq"), ==, 8);
}

static void
test_trim (Fixture *self, gconstpointer data)
{
  ConfabCacheBatch *batch = confab_cache_batch_new ();
  g_autoptr(GPtrArray) rows = NULL;

  put_run (batch, 1, 20);
  confab_cache_batch_trim_messages (batch, ROOM, 11);
  settle (confab_cache_write (self->cache, batch));
  rows = settle_boxed (confab_cache_load_messages (self->cache, ROOM, 0, 50));
  check_run (rows, 11, 20);
}

/* All of a batch or none of it. */
static void
test_atomic (Fixture *self, gconstpointer data)
{
  ConfabCacheBatch *batch = confab_cache_batch_new ();
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) nameless = message_object_new (2, 2, BEN, "text", NULL);

  put_run (batch, 1, 1);
  json_object_remove_member (nameless, "id");
  confab_cache_batch_put_message (batch, ROOM, nameless);
  g_test_expect_message ("confab-client", G_LOG_LEVEL_WARNING, "*NOT NULL*");
  error = settle_error (confab_cache_write (self->cache, batch));
  g_test_assert_expected_messages ();
  g_assert_nonnull (error);
  rows = settle_boxed (confab_cache_load_messages (self->cache, ROOM, 0, 50));
  g_assert_cmpuint (rows->len, ==, 0);
}

static void
test_newer_version (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folder, "cache.db", NULL);
  g_autoptr(GError) error = NULL;
  sqlite3 *handle = NULL;

  settle (confab_cache_close (self->cache));
  g_clear_object (&self->cache);
  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, "PRAGMA user_version = 9999", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
  self->cache = confab_cache_new (self->folder);
  error = settle_error (confab_cache_open (self->cache));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

static void
test_broken_file (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folder, "cache.db", NULL);
  g_autofree char *aside = g_strconcat (path, ".broken", NULL);
  g_autofree char *garbage = g_strnfill (8192, 'x');
  g_autoptr(GPtrArray) rows = NULL;

  settle (confab_cache_close (self->cache));
  g_clear_object (&self->cache);
  g_assert_true (g_file_set_contents (path, garbage, -1, NULL));
  self->cache = confab_cache_new (self->folder);
  g_test_expect_message ("confab-client", G_LOG_LEVEL_WARNING, "*it is kept as*");
  settle (confab_cache_open (self->cache));
  g_test_assert_expected_messages ();
  rows = settle_boxed (confab_cache_load_rooms (self->cache));
  g_assert_cmpuint (rows->len, ==, 0);
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
}

static void
test_closed (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  settle (confab_cache_close (self->cache));
  error = settle_error (confab_cache_load_rooms (self->cache));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/client/cache/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("pages", test_pages);
  ADD ("order", test_order);
  ADD ("rooms", test_rooms);
  ADD ("members", test_members);
  ADD ("trim", test_trim);
  ADD ("atomic", test_atomic);
  ADD ("newer-version", test_newer_version);
  ADD ("broken-file", test_broken_file);
  ADD ("closed", test_closed);
  return g_test_run ();
}
