/* store.c: how many appends a second the store takes, by the size of the batch, and how long one batch waits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   store [ADDRESS [SECONDS [LANES [SERVERS]]]]      sqlite in a temporary folder, 3 seconds per size, as many lanes as
 *                                                    suit the store, and one server without
 *
 * 100 rooms of 10 people who write in turn, texts of 100 bytes: every change is acknowledged only when it is durable.
 * Each lane of a server has rooms of its own; several servers all write to all of them.
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

#define MAX_SERVERS 8

typedef struct
{
  Store *store;             /* the first of the servers' */
  Store *servers[MAX_SERVERS];
  char *user_ids[N_USERS];
  Room *rooms[N_ROOMS];
  guint n_lanes;            /* of each server */
  guint n_servers;
} Bench;

typedef struct
{
  const Bench *bench;
  Store *store;
  guint number;
  guint size;             /* of a batch */
  gint64 end;             /* monotonic time */
  guint64 sent;
  GArray *times;          /* microseconds, of each batch */
} Lane;

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
      draft->username = g_strconcat ("person-", draft->id, NULL);
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
make_append (Lane *self)
{
  const Bench *bench = self->bench;
  guint n_rooms = N_ROOMS / bench->n_lanes;
  guint room = self->number * n_rooms + self->sent % n_rooms;
  guint member = self->sent / n_rooms % N_MEMBERS;
  const char *user_id = bench->user_ids[room * N_MEMBERS + member];
  Change *change = change_new (CHANGE_APPEND, bench->rooms[room]->id, user_id, bench->rooms[room]->members_rev, 2);

  change->message = message_new ();
  change->message->sender_id = g_strdup (user_id);
  change->message->sender_name = g_strdup_printf ("Person %u", room * N_MEMBERS + member);
  change->message->client_id = confab_ulid_new ();
  change->message->content = g_strnfill (100, 'x');
  change->message->timestamp = g_get_real_time () / 1000;
  self->sent++;
  return change;
}

static void
send_batch (Lane *self)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < self->size; i++)
    g_ptr_array_add (changes, make_append (self));
  store_apply (self->store, (Change **) changes->pdata, changes->len, &error);
  die_on (error);
  for (guint i = 0; i < self->size; i++)
    g_assert_cmpint (((Change *) changes->pdata[i])->outcome, ==, OUTCOME_APPLIED);
}

static gpointer
run_lane (gpointer data)
{
  Lane *self = data;
  gint64 now = g_get_monotonic_time ();

  while (now < self->end)
    {
      gint64 begin = now;
      gint64 took = 0;

      send_batch (self);
      now = g_get_monotonic_time ();
      took = now - begin;
      g_array_append_val (self->times, took);
    }
  return NULL;
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
measure (const Bench *bench, guint size, double seconds)
{
  g_autoptr(GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint n_threads = bench->n_lanes * bench->n_servers;
  g_autofree Lane *lanes = g_new0 (Lane, n_threads);
  g_autofree GThread **threads = g_new0 (GThread *, n_threads);
  gint64 start = g_get_monotonic_time ();
  guint64 sent = 0;

  for (guint i = 0; i < n_threads; i++)
    {
      lanes[i] = (Lane) { .bench = bench, .store = bench->servers[i / bench->n_lanes], .number = i % bench->n_lanes,
                          .size = size, .end = start + seconds * G_USEC_PER_SEC,
                          .times = g_array_new (FALSE, FALSE, sizeof (gint64)) };
      threads[i] = g_thread_new ("lane", run_lane, &lanes[i]);
    }
  for (guint i = 0; i < n_threads; i++)
    {
      g_thread_join (threads[i]);
      sent += lanes[i].sent;
      g_array_append_vals (times, lanes[i].times->data, lanes[i].times->len);
      g_array_unref (lanes[i].times);
    }
  g_array_sort (times, compare_times);
  printf ("%u × %u lanes, batches of %3u: %6.0f appends/s, a batch takes %.2f ms, 99 of 100 at most %.2f ms, the"
          " slowest %.2f ms\n", bench->n_servers, bench->n_lanes, size,
          sent * (double) G_USEC_PER_SEC / (g_get_monotonic_time () - start), get_milliseconds (times, 0.5),
          get_milliseconds (times, 0.99), get_milliseconds (times, 1));
  fflush (stdout);
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
  bench.n_lanes = argc > 3 ? CLAMP (g_ascii_strtoull (argv[3], NULL, 10), 1, N_ROOMS) : store_get_lanes (bench.store);
  bench.n_servers = argc > 4 ? CLAMP (g_ascii_strtoull (argv[4], NULL, 10), 1, MAX_SERVERS) : 1;
  bench.servers[0] = bench.store;
  for (guint i = 1; i < bench.n_servers; i++)
    {
      bench.servers[i] = store_open (address, &error);
      die_on (error);
    }
  make_people (&bench);
  make_rooms (&bench);
  for (gsize i = 0; i < G_N_ELEMENTS (batch_sizes); i++)
    measure (&bench, batch_sizes[i], seconds);

  for (guint i = 0; i < bench.n_servers; i++)
    store_close (bench.servers[i]);
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
