/* domain-fixture.c: people and rooms in a real store, and what verbs stand on, for tests of the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain-fixture.h"

#include <glib/gstdio.h>

#include "domain/accounts.h"
#include "domain/devices.h"
#include "domain/lanes.h"
#include "protocol/confab-ulid.h"

char *
make_user (Store *store, const char *username)
{
  g_autoptr(User) draft = user_new ();
  g_autoptr(User) user = NULL;
  g_autoptr(GError) error = NULL;

  draft->id = confab_ulid_new ();
  draft->username = g_strdup (username);
  draft->display_name = g_strdup (username);
  draft->email = g_strdup_printf ("%s@confab.example", username);
  user = store_create_user (store, draft, "hash", NULL, 1000, &error);
  g_assert_no_error (error);
  return g_strdup (user->id);
}

char *
make_store_room (Store *store, const char *creator)
{
  const char *members[] = { creator, NULL };
  g_autoptr(Room) draft = room_new ();
  g_autoptr(Room) room = NULL;
  g_autoptr(GError) error = NULL;
  gboolean created = FALSE;

  draft->id = confab_ulid_new ();
  draft->name = g_strdup ("Kitchen");
  draft->type = CONFAB_ROOM_TYPE_PUBLIC;
  draft->created_by = g_strdup (creator);
  draft->created_at = draft->last_activity = 1000;
  room = store_create_room (store, draft, members, &created, &error);
  g_assert_no_error (error);
  return g_strdup (room->id);
}

void
open_domain (Domain *domain, const char *address)
{
  g_autoptr(GError) error = NULL;

  domain->store = store_open (address, &error);
  g_assert_no_error (error);
  domain->backplane = backplane_open ("local", &error);
  g_assert_no_error (error);
  limits_init_defaults (&domain->limits);
  domain->accounts = accounts_new (domain->store, domain->backplane, &domain->limits, REGISTRATION_OPEN, &error);
  g_assert_no_error (error);
  domain->devices = devices_new ();
  domain->lanes = lanes_new (domain, 1);
}

void
close_domain (Domain *domain)
{
  g_clear_pointer (&domain->lanes, lanes_free);
  g_clear_pointer (&domain->devices, devices_free);
  g_clear_pointer (&domain->accounts, accounts_free);
  g_clear_pointer (&domain->backplane, backplane_close);
  g_clear_pointer (&domain->store, store_close);
}

void
remove_folder (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}
