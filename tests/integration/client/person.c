/* person.c: somebody with a client: a session, its folder, and what a person would do and see
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "person.h"

#define PATIENCE_SECONDS 30
#define PASSWORD "correct horse battery"

static char *own_folder;

/* ---- Waiting ------------------------------------------------------------------------------------------------ */

/* What is waited for may come from the disk or another process: the loop must turn now and then. */
static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

Patience
patience_begin (void)
{
  return (Patience) { g_get_monotonic_time () + PATIENCE_SECONDS * G_USEC_PER_SEC, g_timeout_add (10, on_tick, NULL) };
}

void
patience_turn (Patience *self, const char *where, const char *what)
{
  if (g_get_monotonic_time () > self->deadline)
    g_error ("%s: not within %d s: %s", where, PATIENCE_SECONDS, what);
  g_main_context_iteration (NULL, TRUE);
}

void
patience_end (Patience *self)
{
  g_source_remove (self->ticker);
}

/* ---- People --------------------------------------------------------------------------------------------------- */

static void
clean_up (void)
{
  remove_folder (own_folder);
}

void
people_init (void)
{
  g_autofree char *secrets = NULL;

  own_folder = make_folder ();
  atexit (clean_up);
  secrets = g_build_filename (own_folder, "secrets", NULL);
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", secrets, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "test", TRUE);
  g_setenv ("GIO_USE_NETWORK_MONITOR", "base", TRUE);
  g_setenv ("HOME", own_folder, TRUE);
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
}

Person *
person_new (const char *name)
{
  Person *self = g_new0 (Person, 1);

  self->name = g_strdup (name);
  self->folder = make_folder ();
  self->session = confab_session_new (name, self->folder);
  return self;
}

void
person_register (Person *self, const char *url)
{
  g_autofree char *email = g_strconcat (self->name, "@example.org", NULL);
  g_autoptr(ConfabUser) user = NULL;

  user = settle_object (confab_session_register (self->session, url, self->name, email, PASSWORD, NULL, NULL));
  g_assert_cmpstr (confab_user_get_username (user), ==, self->name);
  g_set_str (&self->id, confab_user_get_id (user));
  person_wait_online (self);
}

void
person_sign_in (Person *self, const char *url)
{
  g_autoptr(ConfabUser) user = settle_object (confab_session_sign_in (self->session, url, self->name, PASSWORD));

  g_assert_cmpstr (confab_user_get_username (user), ==, self->name);
  g_set_str (&self->id, confab_user_get_id (user));
  person_wait_online (self);
}

void
person_close (Person *self)
{
  gpointer session = self->session;

  settle (confab_session_close (self->session));
  g_object_add_weak_pointer (G_OBJECT (session), &session);
  g_clear_object (&self->session);
  /* What still runs for it ends by itself. */
  wait_until (session == NULL);
}

gboolean
person_reopen (Person *self)
{
  self->session = confab_session_new (self->name, self->folder);
  return settle (confab_session_resume_saved (self->session));
}

void
person_free (Person *self)
{
  if (self->session != NULL)
    person_close (self);
  remove_folder (self->folder);
  g_free (self->name);
  g_free (self->id);
  g_free (self);
}

void
person_wait_online (Person *self)
{
  wait_until (confab_session_get_state (self->session) == CONFAB_SESSION_STATE_ONLINE);
  g_assert_cmpstr (confab_session_get_error_text (self->session), ==, "");
}

ConfabRoom *
person_wait_room (Person *self, const char *room_id)
{
  ConfabRoomList *rooms = confab_session_get_rooms (self->session);

  wait_until (confab_room_list_find (rooms, room_id) != NULL);
  return confab_room_list_find (rooms, room_id);
}

const char *
person_id (Person *self)
{
  return self->id;
}

/* ---- Timelines -------------------------------------------------------------------------------------------------- */

guint
timeline_length (ConfabTimeline *timeline)
{
  return g_list_model_get_n_items (G_LIST_MODEL (timeline));
}

ConfabMessage *
peek_message (ConfabTimeline *timeline, guint position)
{
  g_autoptr(ConfabMessage) message = g_list_model_get_item (G_LIST_MODEL (timeline), position);

  g_assert_nonnull (message);
  return message;
}

static void
append_reactions (GString *text, ConfabMessage *message)
{
  GPtrArray *reactions = confab_message_get_reactions (message);

  for (guint i = 0; i < reactions->len; i++)
    {
      const ConfabReaction *reaction = reactions->pdata[i];

      g_string_append_printf (text, " %s%u", reaction->emoji, reaction->n_users);
    }
}

char *
describe_timeline (ConfabTimeline *timeline)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < timeline_length (timeline); i++)
    {
      ConfabMessage *message = peek_message (timeline, i);

      g_string_append_printf (text, "%" G_GINT64_FORMAT " %s “%s”%s%s", confab_message_get_seq (message),
                              confab_message_get_sender_name (message), confab_message_get_content (message),
                              confab_message_get_edited_at (message) > 0 ? " edited" : "",
                              confab_message_get_deleted_at (message) > 0 ? " deleted" : "");
      append_reactions (text, message);
      g_string_append_c (text, '\n');
    }
  return g_strdup (text->str);
}

int
find_text (ConfabTimeline *timeline, const char *text)
{
  for (guint i = 0; i < timeline_length (timeline); i++)
    {
      if (g_str_equal (confab_message_get_content (peek_message (timeline, i)), text))
        return i;
    }
  return -1;
}

guint
count_text (ConfabTimeline *timeline, const char *text)
{
  guint count = 0;

  for (guint i = 0; i < timeline_length (timeline); i++)
    count += g_str_equal (confab_message_get_content (peek_message (timeline, i)), text);
  return count;
}

void
load_everything (ConfabTimeline *timeline)
{
  settle (confab_timeline_load (timeline));
  while (confab_timeline_get_has_older (timeline))
    g_assert_true (settle (confab_timeline_load_older (timeline)));
}

static int
compare_members (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (confab_user_get_id (confab_member_get_user (*(ConfabMember **) a)),
                    confab_user_get_id (confab_member_get_user (*(ConfabMember **) b)));
}

static void
append_members (GString *text, ConfabRoom *room)
{
  GListModel *model = G_LIST_MODEL (confab_room_get_members (room));
  g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (members, g_list_model_get_item (model, i));
  g_ptr_array_sort (members, compare_members);
  for (guint i = 0; i < members->len; i++)
    {
      ConfabMember *member = members->pdata[i];

      g_string_append_printf (text, "  %s %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n",
                              confab_user_get_username (confab_member_get_user (member)),
                              confab_member_role_to_string (confab_member_get_role (member)),
                              confab_member_get_received_seq (member), confab_member_get_read_seq (member));
    }
}

static void
append_room (GString *text, ConfabRoom *room, GPtrArray *keep)
{
  ConfabTimeline *timeline = confab_room_ref_timeline (room);
  g_autofree char *messages = NULL;
  ConfabMessage *last = NULL;

  g_ptr_array_add (keep, timeline);
  settle (confab_room_load_members (room));
  load_everything (timeline);
  messages = describe_timeline (timeline);
  last = confab_room_get_last_message (room);
  g_string_append_printf (text,
                          "%s “%s” (%s) %s as %s: %" G_GINT64_FORMAT " members, %" G_GINT64_FORMAT
                          " unread, %" G_GINT64_FORMAT " mentions, last “%s”\n",
                          confab_room_get_id (room), confab_room_get_title (room), confab_room_get_description (room),
                          confab_room_type_to_string (confab_room_get_room_type (room)),
                          confab_member_role_to_string (confab_room_get_role (room)),
                          confab_room_get_member_count (room), confab_room_get_unread_count (room),
                          confab_room_get_mention_count (room), last != NULL ? confab_message_get_content (last) : "");
  append_members (text, room);
  g_string_append (text, messages);
}

static int
compare_rooms (gconstpointer a, gconstpointer b)
{
  return strcmp (confab_room_get_id (*(ConfabRoom **) a), confab_room_get_id (*(ConfabRoom **) b));
}

char *
describe_rooms (Person *self, GPtrArray *keep)
{
  GListModel *model = G_LIST_MODEL (confab_session_get_rooms (self->session));
  g_autoptr(GPtrArray) rooms = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (rooms, g_list_model_get_item (model, i));
  g_ptr_array_sort (rooms, compare_rooms);
  for (guint i = 0; i < rooms->len; i++)
    append_room (text, rooms->pdata[i], keep);
  return g_strdup (text->str);
}
