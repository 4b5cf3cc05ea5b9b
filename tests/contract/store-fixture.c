/* store-fixture.c: a fresh store of one implementation, and short ways to put people, rooms and messages in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-fixture.h"

#include <glib/gstdio.h>

static const char *
make_address (StoreFixture *fixture, const char *store, char **why)
{
  char *address = fixture->implementation->make_address (fixture->folder, store, why);

  if (address != NULL)
    g_ptr_array_add (fixture->addresses, address);
  return address;
}

const char *
store_fixture_make_address (StoreFixture *fixture, const char *store)
{
  g_autofree char *why = NULL;
  const char *address = make_address (fixture, store, &why);

  g_assert_nonnull (address);
  return address;
}

void
store_fixture_set_up (StoreFixture *fixture, const StoreImplementation *implementation)
{
  g_autofree char *why = NULL;
  g_autoptr(GError) error = NULL;

  fixture->implementation = implementation;
  fixture->now = 1000000;
  fixture->addresses = g_ptr_array_new_with_free_func (g_free);
  fixture->folder = g_dir_make_tmp ("confab-store-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->address = g_strdup (make_address (fixture, "confab", &why));
  if (fixture->address == NULL)
    {
      g_test_skip (why);
      return;
    }
  fixture->store = store_open (fixture->address, &error);
  g_assert_no_error (error);
}

void
store_fixture_tear_down (StoreFixture *fixture)
{
  g_autoptr(GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name = NULL;

  g_clear_pointer (&fixture->store, store_close);
  for (guint i = 0; fixture->implementation->drop != NULL && i < fixture->addresses->len; i++)
    fixture->implementation->drop (fixture->addresses->pdata[i]);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->address);
  g_ptr_array_unref (fixture->addresses);
}

void
store_fixture_reopen (StoreFixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_clear_pointer (&fixture->store, store_close);
  fixture->store = store_open (fixture->address, &error);
  g_assert_no_error (error);
}

static char *
make_user_id (const char *username)
{
  return g_strconcat ("user-", username, NULL);
}

User *
store_fixture_add_user (StoreFixture *fixture, const char *name)
{
  g_autoptr(User) draft = user_new ();
  g_autoptr(GError) error = NULL;
  User *user = NULL;

  draft->id = make_user_id (name);
  draft->username = g_strdup (name);
  draft->display_name = g_strdup (name);
  draft->display_name[0] = g_ascii_toupper (name[0]);
  draft->email = g_strconcat (name, "@example.org", NULL);
  draft->created_at = fixture->now;
  user = store_create_user (fixture->store, draft, "hash", NULL, fixture->now, &error);
  g_assert_no_error (error);
  return user;
}

Room *
store_fixture_add_room (StoreFixture *fixture, ConfabRoomType type, const char *usernames)
{
  static int counter = 0;
  g_auto(GStrv) members = g_strsplit (usernames, " ", -1);
  g_autoptr(Room) draft = room_new ();
  g_autoptr(GError) error = NULL;
  Room *room = NULL;

  for (gsize i = 0; members[i] != NULL; i++)
    {
      g_autofree char *username = members[i];

      members[i] = make_user_id (username);
    }
  draft->id = g_strdup_printf ("room-%d", g_atomic_int_add (&counter, 1));
  draft->name = type != CONFAB_ROOM_TYPE_DIRECT ? g_strdup ("Kitchen") : NULL;
  draft->type = type;
  draft->created_by = g_strdup (members[0]);
  draft->created_at = fixture->now;
  room = store_create_room (fixture->store, draft, (const char *const *) members, NULL, &error);
  g_assert_no_error (error);
  return room;
}

Room *
store_fixture_add_people_and_room (StoreFixture *fixture, const char *usernames)
{
  g_auto(GStrv) names = g_strsplit (usernames, " ", -1);

  for (gsize i = 0; names[i] != NULL; i++)
    user_unref (store_fixture_add_user (fixture, names[i]));
  return store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_PRIVATE, usernames);
}

Change *
store_fixture_change (StoreFixture *fixture, ChangeKind kind, const char *room_id, const char *username)
{
  g_autofree char *user_id = make_user_id (username);
  g_autoptr(Room) room = store_get_room (fixture->store, room_id, NULL);

  return change_new (kind, room_id, user_id, room != NULL ? room->members_rev : 0, fixture->now);
}

Change *
store_fixture_draft (StoreFixture *fixture, const char *room_id, const char *username, const char *text,
                     const char *client_id)
{
  Change *change = store_fixture_change (fixture, CHANGE_APPEND, room_id, username);

  change->message = message_new ();
  change->message->sender_id = g_strdup (change->user_id);
  change->message->sender_name = g_strdup (username);
  change->message->client_id = g_strdup (client_id);
  change->message->content = g_strdup (text);
  change->message->timestamp = fixture->now;
  return change;
}

Change *
store_fixture_apply (StoreFixture *fixture, Change *change, ChangeOutcome outcome)
{
  g_autoptr(GError) error = NULL;

  store_apply (fixture->store, &change, 1, &error);
  g_assert_no_error (error);
  if (outcome != OUTCOME_REFUSED)
    g_assert_no_error (change->error);
  g_assert_cmpint (change->outcome, ==, outcome);
  return change;
}

void
store_fixture_refused (StoreFixture *fixture, Change *change, ConfabError code)
{
  g_autoptr(Change) refused = store_fixture_apply (fixture, change, OUTCOME_REFUSED);

  g_assert_error (refused->error, CONFAB_ERROR, (int) code);
}

Message *
store_fixture_say (StoreFixture *fixture, const char *room_id, const char *username, const char *text)
{
  Change *draft = store_fixture_draft (fixture, room_id, username, text, NULL);
  g_autoptr(Change) change = store_fixture_apply (fixture, draft, OUTCOME_APPLIED);

  return message_ref (change->message);
}

Room *
store_fixture_get_room (StoreFixture *fixture, const char *room_id)
{
  g_autoptr(GError) error = NULL;
  Room *room = store_get_room (fixture->store, room_id, &error);

  g_assert_no_error (error);
  return room;
}

Member *
store_fixture_get_member (StoreFixture *fixture, const char *room_id, const char *username)
{
  g_autofree char *user_id = make_user_id (username);
  g_autoptr(GError) error = NULL;
  Member *member = store_get_member (fixture->store, room_id, user_id, &error);

  g_assert_no_error (error);
  return member;
}

char *
store_fixture_describe_message (const Message *message)
{
  g_autofree char *mentions = message->mentions != NULL ? g_strjoinv (",", message->mentions) : NULL;
  GString *line = g_string_new (NULL);

  g_string_append_printf (
    line, "%s %s seq=%d rev=%d %s/%s client=%s type=%d encrypted=%d “%s” reply=%s mentions=%s,%d times=%d,%d,%d",
    message->id, message->room_id, (int) message->seq, (int) message->rev, message->sender_id, message->sender_name,
    message->client_id, message->type, message->encrypted, message->content, message->reply_to, mentions,
    message->mentions_room, (int) message->timestamp, (int) message->edited_at, (int) message->deleted_at);
  for (guint i = 0; message->reactions != NULL && i < message->reactions->len; i++)
    {
      const Reaction *reaction = message->reactions->pdata[i];

      g_string_append_printf (line, " %s:%s", reaction->user_id, reaction->emoji);
    }
  return g_string_free (line, FALSE);
}

char *
store_fixture_describe_member (const Member *member)
{
  return g_strdup_printf ("%s in %s: %s “%s” %s role=%d joined=%d left=%d rev=%d",
                          member->user_id, member->room_id, member->username, member->display_name, member->avatar,
                          member->role, (int) member->joined_at, (int) member->left_at, (int) member->rev);
}
