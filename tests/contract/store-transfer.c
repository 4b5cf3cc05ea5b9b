/* store-transfer.c: what an export hands out, and what a restore makes of it, in the same kind of store and in others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ops/transfer/archive.h"
#include "ops/transfer/restoring.h"
#include "store-fixture.h"
#include "store/store-private.h"

/* ---- Exports as bytes --------------------------------------------------------------------------------------- */

static gboolean
put_entry (const StoreEntry *entry, gpointer writer, GError **error)
{
  return archive_writer_put (writer, entry, error);
}

static GBytes *
export_bytes (Store *store)
{
  g_autoptr(GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr(GError) error = NULL;
  g_autoptr(ArchiveWriter) writer = archive_writer_new (stream, "test", TRUE, &error);

  g_assert_no_error (error);
  store_export (store, put_entry, writer, &error);
  g_assert_no_error (error);
  archive_writer_finish (writer, &error);
  g_assert_no_error (error);
  g_output_stream_close (stream, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
}

/* All lines but the first, which tells the time, and the last, whose checksum is of the first as well. */
static char *
get_records (GBytes *export)
{
  const char *text = g_bytes_get_data (export, NULL);
  gsize size = g_bytes_get_size (export);
  const char *begin = memchr (text, '\n', size);
  const char *end = text + size - 1;

  g_assert_nonnull (begin);
  do
    end--;
  while (*end != '\n');
  return g_strndup (begin + 1, end - begin);
}

static char *
export_records (Store *store)
{
  g_autoptr(GBytes) export = export_bytes (store);

  return get_records (export);
}

/* Differences of long texts are better told by the line. */
static void
assert_same_records (const char *one, const char *other)
{
  g_auto(GStrv) lines = g_strsplit (one, "\n", -1);
  g_auto(GStrv) others = g_strsplit (other, "\n", -1);

  for (guint i = 0; lines[i] != NULL && others[i] != NULL; i++)
    g_assert_cmpstr (lines[i], ==, others[i]);
  g_assert_cmpuint (g_strv_length (lines), ==, g_strv_length (others));
}

static void
restore_bytes (Store *store, GBytes *export)
{
  g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_bytes (export);
  g_autoptr(GError) error = NULL;
  g_autoptr(ArchiveReader) reader = archive_reader_new (stream, &error);
  g_autofree char *restore = NULL;

  g_assert_no_error (error);
  restore = restoring_run (store, reader, FALSE, NULL, NULL, &error);
  g_assert_no_error (error);
  store_restore_finish (store, restore, &error);
  g_assert_no_error (error);
}

/* ---- A store with everything in it -------------------------------------------------------------------------- */

static GBytes *
make_hash (guint8 fill)
{
  guint8 bytes[32];

  memset (bytes, fill, sizeof bytes);
  return g_bytes_new (bytes, sizeof bytes);
}

static void
add_session (StoreFixture *fixture, const char *id, const char *username, gboolean rotated)
{
  g_autoptr(Session) session = session_new ();
  g_autoptr(GError) error = NULL;

  session->id = g_strdup (id);
  session->user_id = g_strconcat ("user-", username, NULL);
  session->name = rotated ? g_strdup ("Laptop ☕") : NULL;
  session->address = g_strdup ("2001:db8::1");
  session->created_at = fixture->now;
  session->last_used_at = fixture->now + 5;
  session->expires_at = rotated ? fixture->now + 1000000 : 0;
  session->refresh_hash = make_hash (1);
  session->next_refresh_hash = rotated ? make_hash (2) : NULL;
  store_create_session (fixture->store, session, 0, &error);
  g_assert_no_error (error);
}

static void
add_accounts (StoreFixture *fixture)
{
  g_autoptr(GBytes) key = make_hash (9);
  g_autoptr(GBytes) kept = NULL;
  g_autoptr(GBytes) low = make_hash (3);
  g_autoptr(GBytes) high = make_hash (250);
  g_autoptr(GError) error = NULL;

  user_unref (store_fixture_add_user (fixture, "ada"));
  user_unref (store_fixture_add_user (fixture, "ben"));
  user_unref (store_fixture_add_user (fixture, "cleo"));
  store_update_user (fixture->store, "user-ben", "Ben “⚽” \\ \"x\"", "https://example.org/ben.png", &error);
  store_touch_users (fixture->store, (const char *const[]) { "user-ada", NULL }, fixture->now + 7, &error);
  store_set_password (fixture->store, "user-cleo", "$argon2id$v=19$other", &error);
  kept = store_put_setting_once (fixture->store, "token-key", key, &error);
  store_create_invite (fixture->store, high, CONFAB_USER_ROLE_ADMIN, NULL, 0, &error);
  store_create_invite (fixture->store, low, CONFAB_USER_ROLE_USER, "user-ada", fixture->now + 1000, &error);
  g_assert_no_error (error);
  add_session (fixture, "session-2", "ada", TRUE);
  add_session (fixture, "session-1", "ada", FALSE);
  add_session (fixture, "session-3", "ben", TRUE);
}

static void
apply (StoreFixture *fixture, Change *change)
{
  change_free (store_fixture_apply (fixture, change, OUTCOME_APPLIED));
}

static void
edit (StoreFixture *fixture, const Message *message, const char *username, const char *text)
{
  Change *change = store_fixture_change (fixture, CHANGE_EDIT, message->room_id, username);

  fixture->now++;
  change->message_id = g_strdup (message->id);
  change->content = g_strdup (text);
  apply (fixture, change);
}

static void
react (StoreFixture *fixture, ChangeKind kind, const Message *message, const char *username, const char *emoji)
{
  Change *change = store_fixture_change (fixture, kind, message->room_id, username);

  change->message_id = g_strdup (message->id);
  change->emoji = g_strdup (emoji);
  apply (fixture, change);
}

static void
move_member (StoreFixture *fixture, ChangeKind kind, const char *room_id, const char *username)
{
  Change *change = store_fixture_change (fixture, kind, room_id, "ada");

  fixture->now++;
  change->target_id = g_strconcat ("user-", username, NULL);
  apply (fixture, change);
}

static void
delete_message (StoreFixture *fixture, const Message *message, const char *username)
{
  Change *change = store_fixture_change (fixture, CHANGE_DELETE, message->room_id, username);

  change->message_id = g_strdup (message->id);
  apply (fixture, change);
}

static void
mention (StoreFixture *fixture, const char *room_id, const char *reply_to)
{
  Change *change = store_fixture_draft (fixture, room_id, "ben", "@ada @cleo @room", "ben mentions");

  change->message->reply_to = g_strdup (reply_to);
  change->message->mentions = g_strsplit ("user-cleo user-ada", " ", -1);
  change->message->mentions_room = TRUE;
  apply (fixture, change);
}

static void
rename_room (StoreFixture *fixture, const char *room_id, const char *name)
{
  Change *change = store_fixture_change (fixture, CHANGE_UPDATE_ROOM, room_id, "ada");

  change->name = g_strdup (name);
  change->description = g_strdup ("Wer kocht?\n\t\x7f“’”");
  apply (fixture, change);
}

static void
mark (StoreFixture *fixture, const char *room_id, const char *username, gint64 received, gint64 read)
{
  Change *change = store_fixture_change (fixture, CHANGE_MARK, room_id, username);

  change->received_seq = received;
  change->read_seq = read;
  apply (fixture, change);
}

/* A room in which everything has happened that can. Its id. */
static char *
add_busy_room (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_PUBLIC, "ada ben cleo");
  g_autoptr(Message) first = store_fixture_say (fixture, room->id, "ada", "Hello \"everybody\" 👋\n\n\tand  more");
  g_autoptr(Message) second = NULL;
  g_autoptr(Message) third = NULL;

  mark (fixture, room->id, "ben", 1, 1);
  mention (fixture, room->id, first->id);
  second = store_fixture_say (fixture, room->id, "cleo", "To be deleted");
  third = store_fixture_say (fixture, room->id, "ada", "");
  edit (fixture, first, "ada", "Hello all");
  edit (fixture, first, "ada", "Hello");
  react (fixture, CHANGE_ADD_REACTION, first, "cleo", "👍");
  react (fixture, CHANGE_ADD_REACTION, first, "ben", "🍰");
  react (fixture, CHANGE_ADD_REACTION, first, "ada", "👍");
  react (fixture, CHANGE_REMOVE_REACTION, first, "cleo", "👍");
  react (fixture, CHANGE_ADD_REACTION, first, "cleo", "👩🏽‍🚀");
  react (fixture, CHANGE_ADD_REACTION, second, "ben", "🍰");
  edit (fixture, second, "cleo", "To be deleted soon");
  delete_message (fixture, second, "cleo");
  rename_room (fixture, room->id, "Küche");
  move_member (fixture, CHANGE_LEAVE, room->id, "cleo");
  move_member (fixture, CHANGE_LEAVE, room->id, "ben");
  move_member (fixture, CHANGE_JOIN, room->id, "ben");
  mark (fixture, room->id, "ada", 4, 2);
  message_unref (store_fixture_say (fixture, room->id, "ben", "Back"));
  return g_strdup (room->id);
}

static void
add_encrypted_room (StoreFixture *fixture)
{
  g_autoptr(Room) draft = room_new ();
  g_autoptr(Room) room = NULL;
  g_autoptr(GError) error = NULL;
  Change *change = NULL;

  draft->id = g_strdup ("encrypted");
  draft->name = g_strdup ("Secret");
  draft->encrypted = TRUE;
  draft->type = CONFAB_ROOM_TYPE_PRIVATE;
  draft->created_by = g_strdup ("user-ada");
  draft->created_at = fixture->now;
  room = store_create_room (fixture->store, draft, (const char *const[]) { "user-ada", NULL }, NULL, &error);
  g_assert_no_error (error);
  change = store_fixture_draft (fixture, room->id, "ada", "b3BhcXVl", "file");
  change->message->encrypted = TRUE;
  change->message->type = CONFAB_MESSAGE_TYPE_FILE;
  apply (fixture, change);
}

/* The id of the busy room. */
static char *
fill (StoreFixture *fixture)
{
  g_autoptr(Room) direct = NULL;
  g_autoptr(Room) quiet = NULL;

  add_accounts (fixture);
  direct = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_DIRECT, "ben ada");
  message_unref (store_fixture_say (fixture, direct->id, "ben", "psst"));
  move_member (fixture, CHANGE_LEAVE, direct->id, "ben");
  quiet = store_fixture_add_room (fixture, CONFAB_ROOM_TYPE_PRIVATE, "cleo");
  add_encrypted_room (fixture);
  return add_busy_room (fixture);
}

/* ---- Entries by hand ---------------------------------------------------------------------------------------- */

static StoreEntry *
make_user (const char *name)
{
  StoreEntry *entry = store_entry_new (ENTRY_USER);

  entry->user->id = g_strconcat ("user-", name, NULL);
  entry->user->username = g_strdup (name);
  entry->user->created_at = 1;
  return entry;
}

static StoreEntry *
make_session (const char *user_id)
{
  StoreEntry *entry = store_entry_new (ENTRY_SESSION);

  entry->session->id = g_strdup ("session");
  entry->session->user_id = g_strdup (user_id);
  return entry;
}

static StoreEntry *
make_message (const char *id, gint64 seq, const char *client_id)
{
  StoreEntry *entry = store_entry_new (ENTRY_MESSAGE);

  entry->message->id = g_strdup (id);
  entry->message->room_id = g_strdup ("room");
  entry->message->sender_id = g_strdup ("user-ada");
  entry->message->client_id = g_strdup (client_id);
  entry->message->content = g_strdup ("");
  entry->message->seq = seq;
  entry->message->rev = seq + 1;
  entry->first_rev = seq + 1;
  return entry;
}

static StoreEntry *
make_room (const char *id)
{
  StoreEntry *entry = store_entry_new (ENTRY_ROOM);

  entry->room->id = g_strdup (id);
  entry->room->created_by = g_strdup ("user-ada");
  entry->room->rev = 10;
  return entry;
}

static gboolean
put_one (Store *store, const char *restore, StoreEntry *entry, GError **error)
{
  g_autoptr(StoreEntry) taken = entry;

  return store_restore_put (store, restore, &taken, 1, error);
}

/* ---- Round trips -------------------------------------------------------------------------------------------- */

/* Runs test with an empty store of every kind, those that cannot be had here passed over. */
static void
each_other_store (StoreFixture *fixture, void (*test) (StoreFixture *from, StoreFixture *to))
{
  for (const StoreImplementation *other = store_implementations; other->name != NULL; other++)
    {
      StoreFixture to = { NULL };

      store_fixture_set_up (&to, other);
      if (to.store != NULL)
        test (fixture, &to);
      store_fixture_tear_down (&to);
    }
}

static void
check_round_trip (StoreFixture *from, StoreFixture *to)
{
  g_autoptr(GBytes) export = export_bytes (from->store);
  g_autofree char *records = get_records (export);
  g_autofree char *again = NULL;

  restore_bytes (to->store, export);
  again = export_records (to->store);
  assert_same_records (records, again);
}

static void
test_round_trip (StoreFixture *fixture)
{
  g_free (fill (fixture));
  each_other_store (fixture, check_round_trip);
}

/* As large as the server lets one become: 10,000 characters of 4 bytes, edited 100 times, by a crowd. */
static StoreEntry *
make_large_message (void)
{
  StoreEntry *entry = make_message ("large", 1, "client");
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < 10000; i++)
    g_string_append (text, "😀");
  g_set_str (&entry->message->content, text->str);
  entry->message->edited_at = 1000;
  entry->versions = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
  for (guint i = 0; i < STORE_MESSAGE_EDITS; i++)
    {
      Message *version = message_new ();

      version->content = g_strdup (text->str);
      version->edited_at = i;
      g_ptr_array_add (entry->versions, version);
    }
  entry->message->reactions = g_ptr_array_new_with_free_func ((GDestroyNotify) reaction_free);
  for (guint i = 0; i < 500; i++)
    {
      g_autofree char *user_id = g_strdup_printf ("somebody-%u", i);

      g_ptr_array_add (entry->message->reactions, reaction_new (user_id, "👩🏽‍🚀"));
    }
  return entry;
}

static void
test_large_message (StoreFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *restore = store_restore_begin (fixture->store, FALSE, &error);
  StoreEntry *room = make_room ("room");

  g_assert_no_error (error);
  room->room->last_seq = 1;
  put_one (fixture->store, restore, room, &error);
  g_assert_no_error (error);
  put_one (fixture->store, restore, make_large_message (), &error);
  g_assert_no_error (error);
  store_restore_finish (fixture->store, restore, &error);
  g_assert_no_error (error);
  each_other_store (fixture, check_round_trip);
}

static void
test_empty (StoreFixture *fixture)
{
  g_autofree char *records = export_records (fixture->store);

  g_assert_cmpstr (records, ==, "");
}

/* ---- What a restored store does ----------------------------------------------------------------------------- */

static char *
describe_list (GPtrArray *messages)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < messages->len; i++)
    g_ptr_array_add (lines, store_fixture_describe_message (messages->pdata[i]));
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

/* Whoever was here up to rev hears the same from both. */
static void
check_same_changes (StoreFixture *from, StoreFixture *to, const char *room_id)
{
  g_autoptr(Room) room = store_fixture_get_room (from, room_id);

  for (gint64 rev = 0; rev <= room->rev; rev++)
    {
      g_autoptr(GPtrArray) here = store_list_changed_messages (from->store, room_id, rev, 100, NULL, NULL);
      g_autoptr(GPtrArray) there = store_list_changed_messages (to->store, room_id, rev, 100, NULL, NULL);
      g_autoptr(GPtrArray) members = store_list_changed_members (from->store, room_id, rev, NULL);
      g_autoptr(GPtrArray) others = store_list_changed_members (to->store, room_id, rev, NULL);
      g_autofree char *one = describe_list (here);
      g_autofree char *other = describe_list (there);

      g_assert_cmpstr (one, ==, other);
      g_assert_cmpuint (members->len, ==, others->len);
    }
}

static void
check_same_list (StoreFixture *from, StoreFixture *to, const char *user_id)
{
  g_autoptr(GPtrArray) here = store_list_user_rooms (from->store, user_id, NULL);
  g_autoptr(GPtrArray) there = store_list_user_rooms (to->store, user_id, NULL);

  g_assert_cmpuint (here->len, ==, there->len);
  for (guint i = 0; i < here->len; i++)
    {
      const RoomSummary *one = here->pdata[i];
      const RoomSummary *other = there->pdata[i];

      g_assert_cmpstr (one->room->id, ==, other->room->id);
      g_assert_cmpint (one->mentions, ==, other->mentions);
      g_assert_cmpint (one->me->read_seq, ==, other->me->read_seq);
    }
}

/* A message sent again is the first one, and the next one gets the next numbers. */
static void
check_goes_on (StoreFixture *to, const char *room_id)
{
  Change *draft = store_fixture_draft (to, room_id, "ben", "again", "ben mentions");
  g_autoptr(Change) resent = store_fixture_apply (to, draft, OUTCOME_UNCHANGED);
  g_autoptr(Room) before = store_fixture_get_room (to, room_id);
  g_autoptr(Message) next = store_fixture_say (to, room_id, "ada", "Next");

  g_assert_cmpint (resent->message->seq, ==, 2);
  g_assert_cmpstr (resent->message->content, ==, "@ada @cleo @room");
  g_assert_cmpint (next->seq, ==, before->last_seq + 1);
  g_assert_cmpint (next->rev, ==, before->rev + 1);
}

static void
check_direct_room_is_found (StoreFixture *from, StoreFixture *to)
{
  g_autoptr(Room) here = store_fixture_add_room (from, CONFAB_ROOM_TYPE_DIRECT, "ada ben");
  g_autoptr(Room) there = store_fixture_add_room (to, CONFAB_ROOM_TYPE_DIRECT, "ada ben");

  g_assert_cmpstr (here->id, ==, there->id);
  g_assert_cmpint (here->rev, ==, there->rev);
}

static void
check_accounts (StoreFixture *to)
{
  g_autofree char *password_hash = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(User) cleo = store_find_login (to->store, "cleo@example.org", &password_hash, &error);
  g_autoptr(GBytes) hash = make_hash (250);
  g_autoptr(User) draft = user_copy (cleo);
  g_autoptr(User) dora = NULL;
  g_autoptr(GPtrArray) found = store_find_users (to->store, "BEN", 10, NULL);

  g_assert_no_error (error);
  g_assert_cmpstr (password_hash, ==, "$argon2id$v=19$other");
  g_assert_cmpuint (found->len, ==, 1);
  g_set_str (&draft->id, "user-dora");
  g_set_str (&draft->username, "dora");
  g_set_str (&draft->email, "dora@example.org");
  dora = store_create_user (to->store, draft, "hash", hash, to->now, &error);
  g_assert_no_error (error);
  g_assert_cmpint (dora->role, ==, CONFAB_USER_ROLE_ADMIN);
}

static void
check_restored (StoreFixture *from, StoreFixture *to)
{
  g_autoptr(GBytes) export = export_bytes (from->store);
  g_autoptr(GPtrArray) rooms = store_list_public_rooms (from->store, "küche", NULL, 10, NULL, NULL);
  const Room *busy = rooms->pdata[0];

  restore_bytes (to->store, export);
  store_fixture_reopen (to);
  to->now = from->now;
  check_same_changes (from, to, busy->id);
  check_same_list (from, to, "user-ada");
  check_same_list (from, to, "user-cleo");
  check_direct_room_is_found (from, to);
  check_goes_on (to, busy->id);
  check_accounts (to);
}

static void
test_restored_store_goes_on (StoreFixture *fixture)
{
  g_free (fill (fixture));
  each_other_store (fixture, check_restored);
}

/* ---- Beginning, ending, failing ----------------------------------------------------------------------------- */

static void
test_not_empty (StoreFixture *fixture)
{
  g_autoptr(User) ada = store_fixture_add_user (fixture, "ada");
  g_autoptr(GError) error = NULL;

  g_assert_null (store_restore_begin (fixture->store, FALSE, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
  g_clear_error (&error);
  /* again is for what an unfinished restore has left. */
  g_assert_null (store_restore_begin (fixture->store, TRUE, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
  g_assert_cmpint (store_count_users (fixture->store, NULL), ==, 1);
}

static void
assert_opens (StoreFixture *fixture, gboolean finished)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Store) store = NULL;

  g_clear_pointer (&fixture->store, store_close);
  store = store_open (fixture->address, &error);
  if (finished)
    g_assert_no_error (error);
  else
    g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
  g_clear_pointer (&store, store_close);
  fixture->store = store_open_to_restore (fixture->address, NULL);
  g_assert_nonnull (fixture->store);
}

static void
test_unfinished (StoreFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *first = store_restore_begin (fixture->store, FALSE, &error);
  g_autofree char *second = NULL;

  g_assert_no_error (error);
  put_one (fixture->store, first, make_user ("ada"), &error);
  g_assert_no_error (error);
  assert_opens (fixture, FALSE);
  g_assert_null (store_restore_begin (fixture->store, FALSE, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
  g_clear_error (&error);

  second = store_restore_begin (fixture->store, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (store_count_users (fixture->store, NULL), ==, 0);
  g_assert_false (put_one (fixture->store, first, make_user ("ben"), &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (store_restore_finish (fixture->store, first, NULL));
  put_one (fixture->store, second, make_user ("cleo"), &error);
  g_assert_no_error (error);
  store_restore_finish (fixture->store, second, &error);
  g_assert_no_error (error);
  assert_opens (fixture, TRUE);
  g_assert_false (put_one (fixture->store, second, make_user ("dora"), &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
  g_assert_cmpint (store_count_users (fixture->store, NULL), ==, 1);
}

/* A server that was started on it once has left a key and a claim: those of the file count. */
static void
test_settings_are_replaced (StoreFixture *fixture)
{
  g_autoptr(GBytes) old = make_hash (1);
  g_autoptr(GBytes) new = make_hash (2);
  g_autoptr(GBytes) kept = store_put_setting_once (fixture->store, "token-key", old, NULL);
  g_autoptr(GBytes) found = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *restore = NULL;
  StoreEntry *setting = store_entry_new (ENTRY_SETTING);

  store_create_invite (fixture->store, old, CONFAB_USER_ROLE_ADMIN, NULL, 0, NULL);
  restore = store_restore_begin (fixture->store, FALSE, &error);
  g_assert_no_error (error);
  setting->setting->key = g_strdup ("token-key");
  setting->setting->value = g_bytes_ref (new);
  put_one (fixture->store, restore, setting, &error);
  store_restore_finish (fixture->store, restore, &error);
  g_assert_no_error (error);
  found = store_get_setting (fixture->store, "token-key", &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (found, new));
  g_assert_no_error (error);
  store_create_invite (fixture->store, old, CONFAB_USER_ROLE_ADMIN, NULL, 0, &error);
  g_assert_no_error (error);
}

static void
assert_refused (StoreFixture *fixture, const char *restore, StoreEntry *entry, ConfabError code)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (put_one (fixture->store, restore, entry, &error));
  g_assert_error (error, CONFAB_ERROR, (int) code);
}

static void
test_refused_entries (StoreFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *restore = store_restore_begin (fixture->store, FALSE, &error);
  StoreEntry *member = store_entry_new (ENTRY_MEMBER);

  g_assert_true (put_one (fixture->store, restore, make_user ("ada"), &error));
  g_assert_true (put_one (fixture->store, restore, make_room ("room"), &error));
  g_assert_true (put_one (fixture->store, restore, make_message ("one", 1, "client"), &error));
  g_assert_no_error (error);
  assert_refused (fixture, restore, make_user ("ada"), CONFAB_ERROR_CONFLICT);
  assert_refused (fixture, restore, make_session ("user-nobody"), CONFAB_ERROR_NOT_FOUND);
  assert_refused (fixture, restore, make_room ("room"), CONFAB_ERROR_CONFLICT);
  assert_refused (fixture, restore, make_message ("one", 2, NULL), CONFAB_ERROR_CONFLICT);
  assert_refused (fixture, restore, make_message ("two", 1, NULL), CONFAB_ERROR_CONFLICT);
  assert_refused (fixture, restore, make_message ("two", 2, "client"), CONFAB_ERROR_CONFLICT);
  member->member->room_id = g_strdup ("room");
  member->member->user_id = g_strdup ("user-nobody");
  assert_refused (fixture, restore, member, CONFAB_ERROR_NOT_FOUND);
}

static void
test_batch_is_whole (StoreFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *restore = store_restore_begin (fixture->store, FALSE, &error);
  g_autoptr(StoreEntry) good = make_user ("ada");
  g_autoptr(StoreEntry) bad = make_session ("user-nobody");

  g_assert_false (store_restore_put (fixture->store, restore, (StoreEntry *[]) { good, bad }, 2, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_assert_cmpint (store_count_users (fixture->store, NULL), ==, 0);
}

static gboolean
stop_at_third (const StoreEntry *entry, gpointer seen, GError **error)
{
  if (++*(guint *) seen < 3)
    return TRUE;
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_TOO_LARGE, "Enough");
  return FALSE;
}

static void
test_export_can_be_ended (StoreFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  guint seen = 0;

  g_free (fill (fixture));
  g_assert_false (store_export (fixture->store, stop_at_third, &seen, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_TOO_LARGE);
  g_assert_cmpuint (seen, ==, 3);
  /* And the store is none the worse for it. */
  g_clear_error (&error);
  g_assert_cmpint (store_count_users (fixture->store, &error), ==, 3);
  g_free (export_records (fixture->store));
}

typedef struct
{
  StoreFixture *fixture;    /* of another connection to the same store */
  const char *room_id;
  ArchiveWriter *writer;
  gboolean written;
} Meanwhile;

/* Somebody says something as soon as the first thing was read. */
static gboolean
write_meanwhile (const StoreEntry *entry, gpointer data, GError **error)
{
  Meanwhile *self = data;

  if (!self->written)
    message_unref (store_fixture_say (self->fixture, self->room_id, "ada", "Meanwhile"));
  self->written = TRUE;
  return archive_writer_put (self->writer, entry, error);
}

/* What is exported is of one moment, or it is an error. */
static void
test_written_meanwhile (StoreFixture *fixture)
{
  g_autofree char *room_id = fill (fixture);
  g_autoptr(GBytes) before = export_bytes (fixture->store);
  g_autofree char *records = get_records (before);
  g_autoptr(GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr(GError) error = NULL;
  g_autoptr(ArchiveWriter) writer = archive_writer_new (stream, "test", TRUE, &error);
  StoreFixture other = *fixture;
  Meanwhile meanwhile = { .fixture = &other, .room_id = room_id, .writer = writer };

  other.store = store_open (fixture->address, &error);
  g_assert_no_error (error);
  if (store_export (fixture->store, write_meanwhile, &meanwhile, &error))
    {
      g_autoptr(GBytes) export = NULL;
      g_autofree char *exported = NULL;

      archive_writer_finish (writer, &error);
      g_assert_no_error (error);
      g_output_stream_close (stream, NULL, NULL);
      export = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
      exported = get_records (export);
      assert_same_records (records, exported);
    }
  else
    {
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT);
    }
  g_assert_true (meanwhile.written);
  store_close (other.store);
}

const StoreCase store_transfer_cases[] = {
  { "transfer/round-trip", test_round_trip },
  { "transfer/large-message", test_large_message },
  { "transfer/empty", test_empty },
  { "transfer/restored-store-goes-on", test_restored_store_goes_on },
  { "transfer/not-empty", test_not_empty },
  { "transfer/unfinished", test_unfinished },
  { "transfer/settings-are-replaced", test_settings_are_replaced },
  { "transfer/refused-entries", test_refused_entries },
  { "transfer/batch-is-whole", test_batch_is_whole },
  { "transfer/export-can-be-ended", test_export_can_be_ended },
  { "transfer/written-meanwhile", test_written_meanwhile },
  { NULL },
};
