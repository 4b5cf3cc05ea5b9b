/* store.c: how many appends a second the store takes, by the size of the batch, and how long one batch waits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   store [ADDRESS [SECONDS]]      sqlite in a temporary folder and 3 seconds per size without
 *
 * 100 rooms of 10 people who write in turn, texts of 100 bytes: every change is acknowledged only when it is durable.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>

#include "protocol/confab-ulid.h"
#include "store/store.h"

#define N_ROOMS 100
#define N_MEMBERS 10
#define N_USERS (N_ROOMS * N_MEMBERS)

static const guint batch_sizes[] = { 1, 4, 10, 100, 256 };

typedef struct
{
  Store *store;
  char *user_ids[N_USERS];
  Room *rooms[N_ROOMS];
  guint64 sent;
} Bench;

static void
die_on (GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

static void
make_people (Bench *bench)
{
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < N_USERS; i++)
    {
      g_autoptr(User) draft = user_new ();
      g_autoptr(User) user = NULL;

      draft->id = confab_ulid_new ();
      draft->username = g_strdup_printf ("person-%u", i);
      draft->display_name = g_strdup_printf ("Person %u", i);
      draft->created_at = 1;
      user = store_create_user (bench->store, draft, "hash", NULL, 1, &error);
      die_on (error);
      bench->user_ids[i] = g_strdup (user->id);
    }
}

static void
make_rooms (Bench *bench)
{
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < N_ROOMS; i++)
    {
      g_autoptr(Room) draft = room_new ();
      const char *members[N_MEMBERS + 1] = { NULL };

      for (guint j = 0; j < N_MEMBERS; j++)
        members[j] = bench->user_ids[i * N_MEMBERS + j];
      draft->id = confab_ulid_new ();
      draft->name = g_strdup_printf ("Room %u", i);
      draft->type = CONFAB_ROOM_TYPE_PRIVATE;
      draft->created_by = g_strdup (members[0]);
      draft->created_at = 1;
      bench->rooms[i] = store_create_room (bench->store, draft, members, NULL, &error);
      die_on (error);
    }
}

static Change *
make_append (Bench *bench)
{
  guint room = bench->sent % N_ROOMS;
  guint member = bench->sent / N_ROOMS % N_MEMBERS;
  const char *user_id = bench->user_ids[room * N_MEMBERS + member];
  Change *change = change_new (CHANGE_APPEND, bench->rooms[room]->id, user_id, bench->rooms[room]->members_rev, 2);

  change->message = message_new ();
  change->message->id = confab_ulid_new ();
  change->message->sender_id = g_strdup (user_id);
  change->message->sender_name = g_strdup_printf ("Person %u", room * N_MEMBERS + member);
  change->message->client_id = g_strdup_printf ("c-%" G_GUINT64_FORMAT, bench->sent);
  change->message->content = g_strnfill (100, 'x');
  change->message->timestamp = g_get_real_time () / 1000;
  bench->sent++;
  return change;
}

static void
send_batch (Bench *bench, guint size)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < size; i++)
    g_ptr_array_add (changes, make_append (bench));
  store_apply (bench->store, (Change **) changes->pdata, changes->len, &error);
  die_on (error);
  for (guint i = 0; i < size; i++)
    g_assert_cmpint (((Change *) changes->pdata[i])->outcome, ==, OUTCOME_APPLIED);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *) a;
  gint64 other = *(const gint64 *) b;

  return (one > other) - (one < other);
}

static double
get_milliseconds (GArray *sorted_times, double part)
{
  return g_array_index (sorted_times, gint64, (guint) ((sorted_times->len - 1) * part)) / 1000.0;
}

static void
measure (Bench *bench, guint size, double seconds)
{
  g_autoptr(GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 start = g_get_monotonic_time ();
  gint64 end = start;
  guint64 before = bench->sent;

  while (end - start < seconds * G_USEC_PER_SEC)
    {
      gint64 begin = end;
      gint64 took = 0;

      send_batch (bench, size);
      end = g_get_monotonic_time ();
      took = end - begin;
      g_array_append_val (times, took);
    }
  g_array_sort (times, compare_times);
  printf ("batches of %3u: %6.0f appends/s, a batch takes %.2f ms, 99 of 100 at most %.2f ms, the slowest %.2f ms\n",
          size, (bench->sent - before) * (double) G_USEC_PER_SEC / (end - start), get_milliseconds (times, 0.5),
          get_milliseconds (times, 0.99), get_milliseconds (times, 1));
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("confab-bench-XXXXXX", NULL);
  g_autofree char *address = argc > 1 ? g_strdup (argv[1]) : g_strdup_printf ("sqlite:%s/confab.db", folder);
  double seconds = argc > 2 ? g_ascii_strtod (argv[2], NULL) : 3;
  g_autoptr(GError) error = NULL;
  Bench bench = { .store = store_open (address, &error) };

  die_on (error);
  make_people (&bench);
  make_rooms (&bench);
  for (gsize i = 0; i < G_N_ELEMENTS (batch_sizes); i++)
    measure (&bench, batch_sizes[i], seconds);

  store_close (bench.store);
  for (guint i = 0; i < N_USERS; i++)
    g_free (bench.user_ids[i]);
  for (guint i = 0; i < N_ROOMS; i++)
    room_unref (bench.rooms[i]);
  if (argc <= 1)
    {
      g_autofree char *path = g_build_filename (folder, "confab.db", NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  return 0;
}
