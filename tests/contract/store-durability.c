/* store-durability.c: what every store promises when the server is killed: acknowledged means durable, and once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A child process appends without end and prints each clientId once the store has acknowledged it. It is killed at a
 * random moment, again and again; in the end everything that was printed is there once.
 */
#include "config.h"

#include "store-fixture.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "protocol/confab-ulid.h"

#define KILLS 20
#define ROOM_ID "room-of-the-killed"

/* A line that was cut by the kill does not end like this. */
#define LINE_END ";"

static void
append_batch (Store *store, gint64 members_rev, guint size)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < size; i++)
    {
      Change *change = change_new (CHANGE_APPEND, ROOM_ID, "user-ada", members_rev, 1);

      change->message = message_new ();
      change->message->sender_id = g_strdup ("user-ada");
      change->message->client_id = confab_ulid_new ();
      change->message->content = g_strdup ("durable");
      g_ptr_array_add (changes, change);
    }
  if (!store_apply (store, (Change **) changes->pdata, size, &error))
    g_error ("%s", error->message);
  for (guint i = 0; i < size; i++)
    {
      const Change *change = changes->pdata[i];

      printf ("%s %d%s\n", change->message->client_id, (int) change->message->seq, LINE_END);
    }
  fflush (stdout);
}

void
store_fixture_run_child (const char *address)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Store) store = store_open (address, &error);
  g_autoptr(Room) room = store != NULL ? store_get_room (store, ROOM_ID, &error) : NULL;

  if (room == NULL)
    g_error ("%s", error->message);
  for (guint i = 0;; i++)
    append_batch (store, room->members_rev, 1 + i % 7);
}

static void
remember_line (GHashTable *printed, const char *line)
{
  if (g_str_has_suffix (line, LINE_END))
    {
      g_auto(GStrv) words = g_strsplit (line, " ", 2);

      g_assert_true (g_hash_table_replace (printed, g_strdup (words[0]), GINT_TO_POINTER (atoi (words[1]))));
    }
}

/* Reads that many lines, kills, and reads what was still on its way. */
static void
run_and_kill (const char *address, guint lines, GHashTable *printed)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) child =
    g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--append-to", address, NULL);
  g_autoptr(GDataInputStream) output = NULL;
  guint count = 0;

  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (output, NULL, NULL, &error);

      g_assert_no_error (error);
      if (line == NULL)
        break;
      remember_line (printed, line);
      if (++count == lines)
        g_subprocess_force_exit (child);
    }
  g_subprocess_wait (child, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_signaled (child));
  g_assert_cmpuint (count, >=, lines);
}

static void
assert_printed_is_there_once (StoreFixture *fixture, GHashTable *printed)
{
  MessagePage page = { .after = 0, .limit = G_MAXINT };
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) messages = store_list_messages (fixture->store, ROOM_ID, &page, NULL, &error);
  g_autoptr(GHashTable) stored = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  char *client_id = NULL;
  gpointer seq = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < messages->len; i++)
    {
      Message *message = messages->pdata[i];

      g_assert_cmpint (message->seq, ==, i + 1);
      if (message->client_id != NULL)
        g_assert_true (g_hash_table_replace (stored, message->client_id, message));
    }
  g_hash_table_iter_init (&iter, printed);
  while (g_hash_table_iter_next (&iter, (gpointer *) &client_id, &seq))
    {
      const Message *message = g_hash_table_lookup (stored, client_id);

      g_assert_nonnull (message);
      g_assert_cmpint (message->seq, ==, GPOINTER_TO_INT (seq));
    }
  g_test_message ("%u acknowledged, %u stored", g_hash_table_size (printed), messages->len);
}

static void
test_killed (StoreFixture *fixture)
{
  static const char *members[] = { "user-ada", NULL };
  g_autoptr(GHashTable) printed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(Room) draft = room_new ();
  g_autoptr(Room) room = NULL;
  g_autoptr(GError) error = NULL;

  user_unref (store_fixture_add_user (fixture, "ada"));
  draft->id = g_strdup (ROOM_ID);
  draft->created_by = g_strdup ("user-ada");
  room = store_create_room (fixture->store, draft, members, NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&fixture->store, store_close);

  for (guint i = 0; i < KILLS; i++)
    run_and_kill (fixture->address, g_test_rand_int_range (1, 150), printed);
  store_fixture_reopen (fixture);
  /* The last one that was killed is in nobody's way for long, either. */
  message_unref (store_fixture_say (fixture, ROOM_ID, "ada", "last"));
  assert_printed_is_there_once (fixture, printed);
}

const StoreCase store_durability_cases[] = {
  { "durability/killed", test_killed },
  { NULL, NULL },
};
