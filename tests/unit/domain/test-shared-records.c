/* test-shared-records.c: records come from the shared cache as they are in the store, and nothing else does
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "domain-fixture.h"
#include "domain/shared-records.h"
#include "protocol/confab-error.h"
#include "protocol/confab-ulid.h"
#include "service.h"

#define FORMAT "1." G_STRINGIFY (G_BYTE_ORDER)

typedef struct
{
  Service *redis;       /* NULL: the case is skipped */
  Backplane *backplane;
  char *folder;
  Store *store;
  char *ada;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *address = NULL;
  g_autofree char *why = NULL;

  fixture->redis = service_new ("redis", &why);
  if (fixture->redis == NULL)
    {
      g_test_skip (why);
      return;
    }
  fixture->backplane = backplane_open (service_get_address (fixture->redis), &error);
  g_assert_no_error (error);
  fixture->folder = g_dir_make_tmp ("confab-shared-XXXXXX", &error);
  g_assert_no_error (error);
  address = g_strdup_printf ("sqlite:%s/store.db", fixture->folder);
  fixture->store = store_open (address, &error);
  g_assert_no_error (error);
  fixture->ada = make_user (fixture->store, "ada");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->redis == NULL)
    return;
  g_clear_pointer (&fixture->backplane, backplane_close);
  g_clear_pointer (&fixture->store, store_close);
  g_clear_pointer (&fixture->redis, service_free);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->ada);
}

static User *
get_user (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  User *user = shared_get_user (fixture->store, fixture->backplane, fixture->ada, &error);

  g_assert_no_error (error);
  return user;
}

static void
assert_name (Fixture *fixture, const char *display_name)
{
  g_autoptr(User) user = get_user (fixture);

  g_assert_cmpstr (user->display_name, ==, display_name);
}

static void
rename_ada (Fixture *fixture, const char *name)
{
  g_assert_true (store_update_user (fixture->store, fixture->ada, name, NULL, NULL));
}

static void
test_user (Fixture *fixture, gconstpointer data)
{
  g_autoptr(User) from_store = NULL;
  g_autoptr(User) from_cache = NULL;
  g_autoptr(User) nobody = NULL;
  g_autoptr(GError) error = NULL;

  if (fixture->redis == NULL)
    return;
  from_store = get_user (fixture);
  rename_ada (fixture, "Other");
  from_cache = get_user (fixture);
  g_assert_cmpstr (from_cache->display_name, ==, from_store->display_name);
  g_assert_cmpstr (from_cache->id, ==, from_store->id);
  g_assert_cmpstr (from_cache->username, ==, "ada");
  g_assert_cmpstr (from_cache->email, ==, "ada@confab.example");
  g_assert_null (from_cache->avatar);
  g_assert_cmpint (from_cache->role, ==, from_store->role);
  g_assert_cmpint (from_cache->created_at, ==, from_store->created_at);

  shared_drop_user (fixture->backplane, fixture->ada);
  assert_name (fixture, "Other");
  nobody = shared_get_user (fixture->store, fixture->backplane, "nobody", &error);
  g_assert_null (nobody);
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

static void
put_bytes (Fixture *fixture, const char *kind, const char *id, gconstpointer bytes, gsize length)
{
  g_autofree char *key = g_strconcat (kind, ":" FORMAT ":", id, NULL);
  g_autoptr(GBytes) value = g_bytes_new (bytes, length);

  backplane_cache_put (fixture->backplane, key, value, 60);
}

/* Whoever writes to Redis gets nothing but a look into the store. */
static void
test_hostile (Fixture *fixture, gconstpointer data)
{
  guint8 bytes[512];

  if (fixture->redis == NULL)
    return;
  for (guint round = 0; round < 500; round++)
    {
      g_autofree char *id = g_strdup_printf ("hostile-%u", round);
      g_autoptr(User) user = NULL;
      g_autoptr(Session) session = NULL;

      for (gsize i = 0; i < sizeof bytes; i++)
        bytes[i] = g_test_rand_bit () ? 0 : g_test_rand_int_range (0, 256);
      put_bytes (fixture, "user", id, bytes, g_test_rand_int_range (0, sizeof bytes));
      put_bytes (fixture, "session", id, bytes, g_test_rand_int_range (0, sizeof bytes));
      user = shared_get_user (fixture->store, fixture->backplane, id, NULL);
      session = shared_get_session (fixture->store, fixture->backplane, id, NULL);
      g_assert_null (user);
      g_assert_null (session);
    }
}

static void
put_user (Fixture *fixture, const char *id, gint32 role)
{
  const gint64 then = 1;
  g_autoptr(GVariant) variant = g_variant_ref_sink (
    g_variant_new ("(ssmsmsmsixx)", id, "ada", "Forged", NULL, NULL, role, then, then));

  put_bytes (fixture, "user", fixture->ada, g_variant_get_data (variant), g_variant_get_size (variant));
}

static void
test_forged (Fixture *fixture, gconstpointer data)
{
  if (fixture->redis == NULL)
    return;
  put_user (fixture, "somebody-else", CONFAB_USER_ROLE_ADMIN);
  assert_name (fixture, "ada");
}

static void
test_no_such_role (Fixture *fixture, gconstpointer data)
{
  if (fixture->redis == NULL)
    return;
  put_user (fixture, fixture->ada, -1);
  assert_name (fixture, "ada");
}

static void
test_session (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Session) made = session_new ();
  g_autoptr(Session) first = NULL;
  g_autoptr(Session) cached = NULL;
  g_autoptr(Session) gone = NULL;

  if (fixture->redis == NULL)
    return;
  made->id = confab_ulid_new ();
  made->user_id = g_strdup (fixture->ada);
  made->name = g_strdup ("Laptop");
  made->created_at = 5;
  made->expires_at = 100000;
  made->refresh_hash = g_bytes_new ("hash", 4);
  g_assert_true (store_create_session (fixture->store, made, 0, NULL));
  first = shared_get_session (fixture->store, fixture->backplane, made->id, NULL);
  g_assert_nonnull (first);
  g_assert_true (store_delete_session (fixture->store, made->id, NULL));
  cached = shared_get_session (fixture->store, fixture->backplane, made->id, NULL);
  g_assert_cmpstr (cached->user_id, ==, fixture->ada);
  g_assert_cmpstr (cached->name, ==, "Laptop");
  g_assert_null (cached->address);
  g_assert_cmpint (cached->expires_at, ==, 100000);
  /* Nobody needs the secrets' hashes there. */
  g_assert_null (cached->refresh_hash);
  shared_drop_session (fixture->backplane, made->id);
  gone = shared_get_session (fixture->store, fixture->backplane, made->id, NULL);
  g_assert_null (gone);
}

static Room *
make_large_room (Fixture *fixture, guint n_members)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_null_terminated (n_members, g_free, TRUE);
  g_autoptr(Room) draft = room_new ();
  g_autoptr(GError) error = NULL;
  Room *room = NULL;

  g_ptr_array_add (ids, g_strdup (fixture->ada));
  for (guint i = 1; i < n_members; i++)
    {
      g_autofree char *name = g_strdup_printf ("person%u", i);

      g_ptr_array_add (ids, make_user (fixture->store, name));
    }
  draft->id = confab_ulid_new ();
  draft->name = g_strdup ("Hall");
  draft->created_by = g_strdup (fixture->ada);
  room = store_create_room (fixture->store, draft, (const char *const *) ids->pdata, NULL, &error);
  g_assert_no_error (error);
  return room;
}

static GPtrArray *
list_members (Fixture *fixture, const Room *room)
{
  g_autoptr(GError) error = NULL;
  GPtrArray *members = shared_list_members (fixture->store, fixture->backplane, room, &error);

  g_assert_no_error (error);
  return members;
}

/* A list belongs to one membersRev: after a change of membership nobody finds the old one. */
static void
test_members (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Room) room = NULL;
  g_autoptr(Room) later = NULL;
  g_autoptr(Change) leave = NULL;
  g_autoptr(GPtrArray) first = NULL;
  g_autoptr(GPtrArray) cached = NULL;
  g_autoptr(GPtrArray) now = NULL;

  if (fixture->redis == NULL)
    return;
  room = make_large_room (fixture, 30);
  first = list_members (fixture, room);
  leave = change_new (CHANGE_LEAVE, room->id, fixture->ada, room->members_rev, 2000);
  leave->target_id = g_strdup (((Member *) first->pdata[29])->user_id);
  g_assert_true (store_apply (fixture->store, &leave, 1, NULL));
  cached = list_members (fixture, room);
  g_assert_cmpuint (cached->len, ==, 30);
  for (guint i = 0; i < 30; i++)
    {
      const Member *one = first->pdata[i];
      const Member *other = cached->pdata[i];

      g_assert_cmpstr (one->user_id, ==, other->user_id);
      g_assert_cmpstr (one->username, ==, other->username);
      g_assert_cmpint (one->role, ==, other->role);
      g_assert_cmpstr (other->room_id, ==, room->id);
    }
  later = store_get_room (fixture->store, room->id, NULL);
  now = list_members (fixture, later);
  g_assert_cmpuint (now->len, ==, 29);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/shared-records/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("user", test_user);
  ADD ("hostile", test_hostile);
  ADD ("forged", test_forged);
  ADD ("no-such-role", test_no_such_role);
  ADD ("session", test_session);
  ADD ("members", test_members);
  return g_test_run ();
}
