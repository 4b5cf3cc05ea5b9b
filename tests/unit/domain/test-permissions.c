/* test-permissions.c: who may do what, as a person would state it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/permissions.h"
#include "protocol/confab-error.h"
#include "records.h"

#define PUBLIC CONFAB_ROOM_TYPE_PUBLIC
#define PRIVATE CONFAB_ROOM_TYPE_PRIVATE
#define DIRECT CONFAB_ROOM_TYPE_DIRECT

enum { STRANGER, SERVER_MODERATOR, SERVER_ADMIN, MEMBER, ROOM_ADMIN };
enum { YES, NO, HIDDEN };

static const struct
{
  const char *statement;
  int who;
  Permission permission;
  ConfabRoomType type;
  int verdict;
} cases[] = {
  { "anybody sees a public room", STRANGER, PERMISSION_SEE, PUBLIC, YES },
  { "but reads it only after joining", STRANGER, PERMISSION_READ, PUBLIC, NO },
  { "and may join", STRANGER, PERMISSION_JOIN, PUBLIC, YES },
  { "strangers do not write", STRANGER, PERMISSION_WRITE, PUBLIC, NO },
  { "nor change the room", STRANGER, PERMISSION_CHANGE_ROOM, PUBLIC, NO },
  { "a private room is hidden from strangers", STRANGER, PERMISSION_SEE, PRIVATE, HIDDEN },
  { "whatever they try: join", STRANGER, PERMISSION_JOIN, PRIVATE, HIDDEN },
  { "write", STRANGER, PERMISSION_WRITE, PRIVATE, HIDDEN },
  { "delete", STRANGER, PERMISSION_DELETE_ROOM, PRIVATE, HIDDEN },
  { "a direct room is hidden from strangers", STRANGER, PERMISSION_READ, DIRECT, HIDDEN },
  { "and from moderators of the server", SERVER_MODERATOR, PERMISSION_READ, DIRECT, HIDDEN },
  { "as private ones are", SERVER_MODERATOR, PERMISSION_SEE, PRIVATE, HIDDEN },
  { "even from the server's admin", SERVER_ADMIN, PERMISSION_MODERATE, PRIVATE, HIDDEN },
  { "moderators of the server read public rooms", SERVER_MODERATOR, PERMISSION_READ, PUBLIC, YES },
  { "moderate them", SERVER_MODERATOR, PERMISSION_MODERATE, PUBLIC, YES },
  { "and remove people", SERVER_MODERATOR, PERMISSION_REMOVE_MEMBER, PUBLIC, YES },
  { "but do not write without joining", SERVER_ADMIN, PERMISSION_WRITE, PUBLIC, NO },
  { "members read and write", MEMBER, PERMISSION_WRITE, PUBLIC, YES },
  { "in private too", MEMBER, PERMISSION_WRITE, PRIVATE, YES },
  { "in direct too", MEMBER, PERMISSION_WRITE, DIRECT, YES },
  { "members do not rename", MEMBER, PERMISSION_CHANGE_ROOM, PUBLIC, NO },
  { "nor add people to a private room", MEMBER, PERMISSION_ADD_MEMBER, PRIVATE, NO },
  { "nor delete what others wrote", MEMBER, PERMISSION_MODERATE, PUBLIC, NO },
  { "members may leave", MEMBER, PERMISSION_LEAVE, PRIVATE, YES },
  { "but not a direct conversation", MEMBER, PERMISSION_LEAVE, DIRECT, NO },
  { "room admins rename", ROOM_ADMIN, PERMISSION_CHANGE_ROOM, PRIVATE, YES },
  { "add", ROOM_ADMIN, PERMISSION_ADD_MEMBER, PRIVATE, YES },
  { "remove", ROOM_ADMIN, PERMISSION_REMOVE_MEMBER, PUBLIC, YES },
  { "give roles", ROOM_ADMIN, PERMISSION_SET_ROLE, PUBLIC, YES },
  { "moderate", ROOM_ADMIN, PERMISSION_MODERATE, PRIVATE, YES },
  { "and delete the room", ROOM_ADMIN, PERMISSION_DELETE_ROOM, PUBLIC, YES },
  { "nobody adds a third to a direct conversation", ROOM_ADMIN, PERMISSION_ADD_MEMBER, DIRECT, NO },
  { "or deletes it", ROOM_ADMIN, PERMISSION_DELETE_ROOM, DIRECT, NO },
};

static void
check_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  ConfabMemberRole room_role = cases[i].who == ROOM_ADMIN ? CONFAB_MEMBER_ROLE_ADMIN : CONFAB_MEMBER_ROLE_MEMBER;
  ConfabUserRole server_role = cases[i].who == SERVER_ADMIN       ? CONFAB_USER_ROLE_ADMIN
                               : cases[i].who == SERVER_MODERATOR ? CONFAB_USER_ROLE_MODERATOR
                                                                  : CONFAB_USER_ROLE_USER;
  g_autoptr(Member) me = make_member ("me", "me", room_role);
  g_autoptr(GError) error = NULL;
  gboolean is_member = cases[i].who == MEMBER || cases[i].who == ROOM_ADMIN;
  gboolean allowed = permission_check (cases[i].permission, cases[i].type, is_member ? me : NULL, server_role, &error);

  g_assert_cmpint (allowed, ==, cases[i].verdict == YES);
  if (cases[i].verdict == NO)
    g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
  else if (cases[i].verdict == HIDDEN)
    g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  else
    g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/permissions/%02u %s", i + 1, cases[i].statement);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), check_case);
    }
  return g_test_run ();
}
