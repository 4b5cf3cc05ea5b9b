/* store-concurrency.c: what every store promises when several processes write to one room at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two stores are opened on one address, as two servers would; writers on both make random changes, and readers on both
 * only ever ask for "rev > mine". At the end each reader must hold what a fresh look at the room shows.
 */
#include "config.h"

#include "store-fixture.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#define N_PEOPLE 6
#define N_WRITERS 4
#define N_READERS 2
#define CHANGES_PER_WRITER 150
#define KILLS 6

/* A line that was cut by the kill does not end like this. */
#define LINE_END ";"

typedef struct
{
  const char *room_id;
  gint writers_left;       /* atomic */
  GHashTable *acknowledged;  /* of "SENDER clientId", by writers that were killed */
} Conversation;

typedef struct
{
  Conversation *conversation;
  Store *store;
  GRand *rand;
  guint number;
  gboolean prints;         /* what was acknowledged */
} Writer;

/* What somebody knows of a room. */
typedef struct
{
  Conversation *conversation;
  Store *store;
  gint64 rev;
  GHashTable *messages;    /* id → line */
  GHashTable *members;     /* user id → line */
  guint rounds;
} Reader;

static Message *
pick_message (Writer *writer)
{
  MessagePage page = { .after = -1, .limit = 20 };
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) messages =
    store_list_messages (writer->store, writer->conversation->room_id, &page, NULL, &error);

  g_assert_no_error (error);
  if (messages->len == 0)
    return NULL;
  return message_ref (messages->pdata[g_rand_int_range (writer->rand, 0, messages->len)]);
}

static Change *
make_append (Writer *writer, Change *change)
{
  change->kind = CHANGE_APPEND;
  change->message = message_new ();
  change->message->sender_id = g_strdup (change->user_id);
  change->message->client_id = g_strdup_printf ("%u-%u", writer->number, g_rand_int (writer->rand) % 1000);
  change->message->content = g_strdup_printf ("text of %u", writer->number);
  return change;
}

static Change *
make_message_change (Writer *writer, Change *change, ChangeKind kind)
{
  g_autoptr(Message) message = pick_message (writer);

  if (message == NULL)
    return make_append (writer, change);
  change->kind = kind;
  change->message_id = g_strdup (message->id);
  change->as_moderator = TRUE;
  if (kind == CHANGE_EDIT)
    {
      g_free (change->user_id);
      change->user_id = g_strdup (message->sender_id);
      change->content = g_strdup_printf ("edited by %u: %u", writer->number, g_rand_int (writer->rand));
    }
  else if (kind != CHANGE_DELETE)
    change->emoji = g_strdup (g_rand_boolean (writer->rand) ? "👍" : "🍰");
  return change;
}

static Change *
make_member_change (Writer *writer, Change *change)
{
  static const ChangeKind kinds[] = { CHANGE_JOIN, CHANGE_LEAVE, CHANGE_SET_ROLE, CHANGE_MARK };

  change->kind = kinds[g_rand_int_range (writer->rand, 0, G_N_ELEMENTS (kinds))];
  change->target_id = g_strdup (change->user_id);
  change->role = g_rand_boolean (writer->rand) ? CONFAB_MEMBER_ROLE_ADMIN : CONFAB_MEMBER_ROLE_MEMBER;
  change->read_seq = g_rand_int_range (writer->rand, 0, 100);
  return change;
}

static Change *
make_random_change (Writer *writer, gint64 members_rev)
{
  g_autofree char *user_id = g_strdup_printf ("user-p%d", g_rand_int_range (writer->rand, 0, N_PEOPLE));
  Change *change = change_new (CHANGE_APPEND, writer->conversation->room_id, user_id, members_rev, 5000);
  gint dice = g_rand_int_range (writer->rand, 0, 100);

  if (dice < 50)
    return make_append (writer, change);
  if (dice < 70)
    return make_message_change (writer, change, CHANGE_EDIT);
  if (dice < 75)
    return make_message_change (writer, change, CHANGE_DELETE);
  if (dice < 85)
    return make_message_change (writer, change, CHANGE_ADD_REACTION);
  if (dice < 90)
    return make_message_change (writer, change, CHANGE_REMOVE_REACTION);
  return make_member_change (writer, change);
}

/* As somebody who looks at the acknowledgements sees it. */
static void
print_acknowledged (GPtrArray *changes)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const Change *change = changes->pdata[i];

      if (change->kind == CHANGE_APPEND &&
          (change->outcome == OUTCOME_APPLIED || change->outcome == OUTCOME_UNCHANGED))
        printf ("%s %s%s\n", change->message->sender_id, change->message->client_id, LINE_END);
    }
  fflush (stdout);
}

static guint
write_batch (Writer *writer)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  g_autoptr(GError) error = NULL;
  g_autoptr(Room) room = store_get_room (writer->store, writer->conversation->room_id, &error);
  guint size = g_rand_int_range (writer->rand, 1, 6);
  gboolean applied = FALSE;

  g_assert_no_error (error);
  for (guint i = 0; i < size; i++)
    g_ptr_array_add (changes, make_random_change (writer, room->members_rev));
  applied = store_apply (writer->store, (Change **) changes->pdata, size, &error);
  g_assert_no_error (error);
  g_assert_true (applied);
  for (guint i = 0; i < size; i++)
    g_assert_cmpint (((Change *) changes->pdata[i])->outcome, !=, OUTCOME_NONE);
  if (writer->prints)
    print_acknowledged (changes);
  return size;
}

static gpointer
run_writer (gpointer data)
{
  Writer *writer = data;
  guint done = 0;

  while (done < CHANGES_PER_WRITER)
    done += write_batch (writer);
  g_atomic_int_add (&writer->conversation->writers_left, -1);
  return NULL;
}

/* The process that is killed. */
void
store_fixture_run_writer (const char *address, const char *room_id, const char *seed)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Store) store = store_open (address, &error);
  Conversation conversation = { .room_id = room_id };
  guint number = g_ascii_strtoull (seed, NULL, 10);
  Writer writer = { &conversation, store, g_rand_new_with_seed (number), number, TRUE };

  if (store == NULL)
    g_error ("%s", error->message);
  for (;;)
    write_batch (&writer);
}

static Reader *
reader_new (Conversation *conversation, Store *store)
{
  Reader *self = g_new0 (Reader, 1);

  self->conversation = conversation;
  self->store = store;
  self->messages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

static void
reader_free (Reader *self)
{
  g_hash_table_unref (self->messages);
  g_hash_table_unref (self->members);
  g_free (self);
}

/* The room's rev is read first: what is told beyond it is told again next time. */
static void
reader_catch_up (Reader *self)
{
  const char *room_id = self->conversation->room_id;
  g_autoptr(GError) error = NULL;
  g_autoptr(Room) room = store_get_room (self->store, room_id, &error);
  g_autoptr(GPtrArray) messages = store_list_changed_messages (self->store, room_id, self->rev, G_MAXINT, NULL, &error);
  g_autoptr(GPtrArray) members = store_list_changed_members (self->store, room_id, self->rev, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < messages->len; i++)
    {
      const Message *message = messages->pdata[i];

      g_hash_table_replace (self->messages, g_strdup (message->id), store_fixture_describe_message (message));
    }
  for (guint i = 0; i < members->len; i++)
    {
      const Member *member = members->pdata[i];

      g_hash_table_replace (self->members, g_strdup (member->user_id), store_fixture_describe_member (member));
    }
  g_assert_cmpint (room->rev, >=, self->rev);
  self->rev = room->rev;
  self->rounds++;
}

static gpointer
run_reader (gpointer data)
{
  Reader *self = data;

  while (g_atomic_int_get (&self->conversation->writers_left) > 0)
    reader_catch_up (self);
  reader_catch_up (self);
  return NULL;
}

static void
assert_same (GHashTable *known, GHashTable *fresh)
{
  GHashTableIter iter;
  char *id = NULL;
  char *line = NULL;

  g_assert_cmpuint (g_hash_table_size (known), ==, g_hash_table_size (fresh));
  g_hash_table_iter_init (&iter, fresh);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, (gpointer *) &line))
    g_assert_cmpstr (g_hash_table_lookup (known, id), ==, line);
}

/* seq from 1 without gaps, every rev used once, the counters of the room right. */
static void
assert_room_in_order (StoreFixture *fixture, const char *room_id)
{
  MessagePage page = { .after = 0, .limit = G_MAXINT };
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) messages = store_list_messages (fixture->store, room_id, &page, NULL, &error);
  g_autoptr(GPtrArray) members = store_list_members (fixture->store, room_id, NULL, 0, &error);
  g_autoptr(GHashTable) revs = g_hash_table_new (NULL, NULL);
  g_autoptr(GHashTable) client_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(Room) room = store_fixture_get_room (fixture, room_id);

  g_assert_no_error (error);
  for (guint i = 0; i < messages->len; i++)
    {
      const Message *message = messages->pdata[i];

      g_assert_cmpint (message->seq, ==, i + 1);
      g_assert_cmpint (message->rev, <=, room->rev);
      g_assert_true (g_hash_table_add (revs, GINT_TO_POINTER ((int) message->rev)));
      g_assert_true (g_hash_table_add (client_ids, g_strconcat (message->sender_id, " ", message->client_id, NULL)));
    }
  g_assert_cmpint (room->last_seq, ==, messages->len);
  g_assert_cmpint (room->member_count, ==, members->len);
  for (guint i = 0; i < members->len; i++)
    {
      const Member *member = members->pdata[i];

      g_assert_cmpint (member->read_seq, <=, member->received_seq);
      g_assert_cmpint (member->received_seq, <=, room->last_seq);
    }
}

static void
check_readers (StoreFixture *fixture, Conversation *conversation, Reader **readers)
{
  Reader *fresh = reader_new (conversation, fixture->store);

  reader_catch_up (fresh);
  for (guint i = 0; i < N_READERS; i++)
    {
      g_test_message ("reader %u looked %u times", i, readers[i]->rounds);
      assert_same (readers[i]->messages, fresh->messages);
      assert_same (readers[i]->members, fresh->members);
    }
  reader_free (fresh);
  assert_room_in_order (fixture, conversation->room_id);
}

/* beside: nullable; what else goes on meanwhile. */
static void
run_conversation (StoreFixture *fixture, Conversation *conversation, GThreadFunc beside, gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Store) other = store_open (fixture->address, &error);
  Writer writers[N_WRITERS] = { 0 };
  Reader *readers[N_READERS] = { NULL };
  GThread *threads[N_WRITERS + N_READERS + 1] = { NULL };

  g_assert_no_error (error);
  conversation->writers_left = N_WRITERS + (beside != NULL);
  for (guint i = 0; i < N_READERS; i++)
    {
      readers[i] = reader_new (conversation, i % 2 ? other : fixture->store);
      threads[N_WRITERS + i] = g_thread_new ("reader", run_reader, readers[i]);
    }
  for (guint i = 0; i < N_WRITERS; i++)
    {
      writers[i] =
        (Writer) { conversation, i % 2 ? other : fixture->store, g_rand_new_with_seed (g_test_rand_int ()), i, FALSE };
      threads[i] = g_thread_new ("writer", run_writer, &writers[i]);
    }
  if (beside != NULL)
    threads[N_WRITERS + N_READERS] = g_thread_new ("beside", beside, data);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);
  check_readers (fixture, conversation, readers);
  for (guint i = 0; i < N_READERS; i++)
    reader_free (readers[i]);
  for (guint i = 0; i < N_WRITERS; i++)
    g_rand_free (writers[i].rand);
}

static void
test_readers_follow (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "p0 p1 p2 p3 p4 p5");
  Conversation conversation = { .room_id = room->id };

  run_conversation (fixture, &conversation, NULL, NULL);
}

typedef struct
{
  StoreFixture *fixture;
  Conversation *conversation;
  guint lines[KILLS];       /* after how many acknowledgements each is killed */
  guint32 seeds[KILLS];
} Killer;

static void
run_and_kill (Killer *self, guint round)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *seed = g_strdup_printf ("%u", self->seeds[round]);
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--write-to",
                                                   self->fixture->address, self->conversation->room_id, seed, NULL);
  g_autoptr(GDataInputStream) output = NULL;
  char *line = NULL;
  guint count = 0;

  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  while ((line = g_data_input_stream_read_line (output, NULL, NULL, NULL)) != NULL)
    {
      if (g_str_has_suffix (line, LINE_END))
        {
          line[strlen (line) - strlen (LINE_END)] = '\0';
          g_hash_table_add (self->conversation->acknowledged, line);
        }
      else
        g_free (line);
      if (++count == self->lines[round])
        g_subprocess_force_exit (child);
    }
  g_subprocess_wait (child, NULL, NULL);
  g_assert_true (g_subprocess_get_if_signaled (child));
  g_assert_cmpuint (count, >=, self->lines[round]);
}

static gpointer
run_killer (gpointer data)
{
  Killer *self = data;

  for (guint i = 0; i < KILLS; i++)
    run_and_kill (self, i);
  g_atomic_int_add (&self->conversation->writers_left, -1);
  return NULL;
}

static void
assert_acknowledged_is_there (StoreFixture *fixture, Conversation *conversation)
{
  MessagePage page = { .after = 0, .limit = G_MAXINT };
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) messages = store_list_messages (fixture->store, conversation->room_id, &page, NULL, &error);
  guint found = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < messages->len; i++)
    {
      const Message *message = messages->pdata[i];
      g_autofree char *key = g_strconcat (message->sender_id, " ", message->client_id, NULL);

      found += g_hash_table_contains (conversation->acknowledged, key);
    }
  g_assert_cmpuint (found, ==, g_hash_table_size (conversation->acknowledged));
}

/* Another server writes to the same room, and is killed again and again. */
static void
test_killed_writers (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "p0 p1 p2 p3 p4 p5");
  g_autoptr(GHashTable) acknowledged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Conversation conversation = { .room_id = room->id, .acknowledged = acknowledged };
  Killer killer = { fixture, &conversation };

  for (guint i = 0; i < KILLS; i++)
    {
      killer.lines[i] = g_test_rand_int_range (1, 40);
      killer.seeds[i] = g_test_rand_int_range (1000, G_MAXINT);
    }
  run_conversation (fixture, &conversation, run_killer, &killer);
  /* The last one that was killed is in nobody's way for long, either. */
  message_unref (store_fixture_say (fixture, room->id, "p0", "last"));
  assert_acknowledged_is_there (fixture, &conversation);
}

static gpointer
open_and_put (gpointer address)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Store) store = store_open (address, &error);
  g_autofree char *text = g_strdup_printf ("%p", g_thread_self ());
  g_autoptr(GBytes) mine = g_bytes_new_take (g_steal_pointer (&text), 8);
  GBytes *kept = NULL;

  g_assert_no_error (error);
  kept = store_put_setting_once (store, "token-key", mine, &error);
  g_assert_no_error (error);
  return kept;
}

/* Instances that start together on nothing agree on their secrets. */
static void
test_start_together (StoreFixture *fixture)
{
  const char *address = store_fixture_make_address (fixture, "new");
  GThread *threads[4] = { NULL };
  g_autoptr(GBytes) first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("start", open_and_put, (gpointer) address);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr(GBytes) kept = g_thread_join (threads[i]);

      if (first == NULL)
        first = g_bytes_ref (kept);
      g_assert_true (g_bytes_equal (kept, first));
    }
}

typedef struct
{
  Store *store;
  const char *room_id;
  gint64 expected;
} Resender;

static gpointer
run_resender (gpointer data)
{
  Resender *self = data;

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr(Change) change = change_new (CHANGE_APPEND, self->room_id, "user-ada", 1, 1);
      g_autoptr(GError) error = NULL;

      change->message = message_new ();
      change->message->sender_id = g_strdup ("user-ada");
      change->message->client_id = g_strdup_printf ("c%u", i);
      store_apply (self->store, &change, 1, &error);
      g_assert_no_error (error);
      g_assert_true (change->outcome == OUTCOME_APPLIED || change->outcome == OUTCOME_UNCHANGED);
      if (change->outcome == OUTCOME_APPLIED)
        self->expected++;
    }
  return NULL;
}

static void
test_resend_elsewhere (StoreFixture *fixture)
{
  g_autoptr(Room) room = store_fixture_add_people_and_room (fixture, "ada");
  g_autoptr(GError) error = NULL;
  g_autoptr(Store) other = store_open (fixture->address, &error);
  Resender here = { fixture->store, room->id, 0 };
  Resender there = { other, room->id, 0 };
  g_autoptr(Room) after = NULL;
  GThread *thread = NULL;

  g_assert_no_error (error);
  thread = g_thread_new ("resender", run_resender, &there);
  run_resender (&here);
  g_thread_join (thread);
  g_assert_cmpint (here.expected + there.expected, ==, 50);
  after = store_fixture_get_room (fixture, room->id);
  g_assert_cmpint (after->last_seq, ==, 50);
}

const StoreCase store_concurrency_cases[] = {
  { "concurrency/readers-follow", test_readers_follow },
  { "concurrency/killed-writers", test_killed_writers },
  { "concurrency/start-together", test_start_together },
  { "concurrency/resend-elsewhere", test_resend_elsewhere },
  { NULL, NULL },
};
