/* confab-seed.c: puts people, their sessions and their rooms into a store before the server that is measured starts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *     confab-seed STORE PEOPLE ROOM-SIZE
 *
 * Prints a line for each: id, access token, room. Registering thousands by the doors would be minutes of hashing
 * passwords, which says nothing about messages; nobody can sign in to these accounts with a password.
 */
#include "config.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/token.h"
#include "protocol/confab-ulid.h"
#include "store/store.h"

#define N_WORKERS 8
/* Longer than any run. */
#define LIFETIME_SECONDS (7 * 24 * 3600)

typedef struct
{
  Store *store;
  guint8 key[TOKEN_KEY_BYTES];
  gint64 now; /* milliseconds */
  guint n_people;
  guint room_size;
  guint next; /* atomic: the next piece of work */
  User **people;
  char **tokens;
  char **room_ids; /* of rooms */
} Seed;

static void
die_on (const GError *error)
{
  if (error == NULL)
    return;
  fprintf (stderr, "%s\n", error->message);
  exit (EXIT_FAILURE);
}

/* The server that opens this store later signs with the same key. */
static void
put_key (Seed *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) proposal = NULL;
  g_autoptr(GBytes) kept = NULL;

  randombytes_buf (self->key, sizeof self->key);
  proposal = g_bytes_new (self->key, sizeof self->key);
  kept = store_put_setting_once (self->store, "token-key", proposal, &error);
  die_on (error);
  memcpy (self->key, g_bytes_get_data (kept, NULL), MIN (g_bytes_get_size (kept), sizeof self->key));
}

static void
make_person (Seed *self, guint i)
{
  g_autoptr(User) draft = user_new ();
  g_autoptr(GError) error = NULL;

  draft->id = confab_ulid_new ();
  draft->username = g_strdup_printf ("person-%u", i);
  draft->display_name = g_strdup_printf ("Person %u", i);
  draft->created_at = self->now;
  self->people[i] = store_create_user (self->store, draft, "*", NULL, self->now, &error);
  die_on (error);
}

static void
make_session (Seed *self, guint i)
{
  const User *user = self->people[i];
  g_autoptr(Session) session = session_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *secret = token_new_secret ();
  Caller caller = { .role = user->role };
  gint64 end = self->now / 1000 + LIFETIME_SECONDS;

  session->id = confab_ulid_new ();
  session->user_id = g_strdup (user->id);
  session->name = g_strdup ("load");
  session->created_at = self->now;
  session->last_used_at = self->now;
  session->expires_at = end * 1000;
  session->refresh_hash = token_hash (secret);
  store_create_session (self->store, session, 0, &error);
  die_on (error);

  caller.user_id = user->id;
  caller.session_id = session->id;
  caller.display_name = user->display_name;
  caller.username = user->username;
  self->tokens[i] = token_sign (self->key, &caller, self->now / 1000, end);
}

static void
make_room (Seed *self, guint number)
{
  guint first = number * self->room_size;
  guint n = MIN (self->room_size, self->n_people - first);
  g_autoptr(Room) draft = room_new ();
  g_autoptr(Room) room = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree const char **members = g_new0 (const char *, n + 1);

  for (guint i = 0; i < n; i++)
    members[i] = self->people[first + i]->id;
  draft->id = confab_ulid_new ();
  draft->name = g_strdup_printf ("Room %u", number);
  draft->type = CONFAB_ROOM_TYPE_PRIVATE;
  draft->created_by = g_strdup (members[0]);
  draft->created_at = self->now;
  room = store_create_room (self->store, draft, members, NULL, &error);
  die_on (error);
  self->room_ids[number] = g_strdup (room->id);
}

static guint
count_rooms (const Seed *self)
{
  return (self->n_people + self->room_size - 1) / self->room_size;
}

static gpointer
make_people (gpointer data)
{
  Seed *self = data;

  for (guint i; (i = g_atomic_int_add (&self->next, 1)) < self->n_people;)
    {
      make_person (self, i);
      make_session (self, i);
    }
  return NULL;
}

static gpointer
make_rooms (gpointer data)
{
  Seed *self = data;

  for (guint i; (i = g_atomic_int_add (&self->next, 1)) < count_rooms (self);)
    make_room (self, i);
  return NULL;
}

/* Side by side: most of the time is waiting for the disk. */
static void
work (Seed *self, GThreadFunc func)
{
  GThread *workers[N_WORKERS];

  g_atomic_int_set (&self->next, 0);
  for (guint i = 0; i < N_WORKERS; i++)
    workers[i] = g_thread_new ("seed", func, self);
  for (guint i = 0; i < N_WORKERS; i++)
    g_thread_join (workers[i]);
}

static void
print_and_free (Seed *self)
{
  for (guint i = 0; i < self->n_people; i++)
    {
      printf ("%s %s %s\n", self->people[i]->id, self->tokens[i], self->room_ids[i / self->room_size]);
      user_unref (self->people[i]);
      g_free (self->tokens[i]);
    }
  for (guint i = 0; i < count_rooms (self); i++)
    g_free (self->room_ids[i]);
  g_free (self->people);
  g_free (self->tokens);
  g_free (self->room_ids);
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  Seed self = { .now = g_get_real_time () / 1000 };

  if (argc == 4)
    {
      self.n_people = (guint) g_ascii_strtoull (argv[2], NULL, 10);
      self.room_size = (guint) g_ascii_strtoull (argv[3], NULL, 10);
    }
  if (self.n_people == 0 || self.room_size == 0 || sodium_init () < 0)
    {
      fprintf (stderr, "confab-seed STORE PEOPLE ROOM-SIZE\n");
      return 2;
    }
  self.store = store_open (argv[1], &error);
  die_on (error);
  self.people = g_new0 (User *, self.n_people);
  self.tokens = g_new0 (char *, self.n_people);
  self.room_ids = g_new0 (char *, count_rooms (&self));
  put_key (&self);
  work (&self, make_people);
  work (&self, make_rooms);
  store_close (self.store);
  print_and_free (&self);
  return EXIT_SUCCESS;
}
