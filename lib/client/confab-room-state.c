/* confab-room-state.c: what the server says of a room: snapshots of it, and the order of its changes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-room-private.h"

#include "client/confab-json-members.h"
#include "client/confab-message-private.h"
#include "client/confab-session-private.h"
#include "client/confab-user-private.h"

/* More changes than this before the ones between, and it is not worth remembering which they were. */
#define MAX_AHEAD 1000

static void
confab_room_apply_name (ConfabRoom *self, JsonObject *object)
{
  if (g_set_str (&self->name, confab_json_get_string (object, "name")))
    {
      confab_room_notify (self, CONFAB_ROOM_PROP_NAME);
      confab_room_notify (self, CONFAB_ROOM_PROP_TITLE);
    }
  if (g_set_str (&self->description, confab_json_get_string (object, "description")))
    confab_room_notify (self, CONFAB_ROOM_PROP_DESCRIPTION);
}

static void
confab_room_apply_nature (ConfabRoom *self, JsonObject *object)
{
  const char *type = confab_json_get_string (object, "type");
  const char *role = confab_json_get_string (object, "role");
  ConfabRoomType room_type = self->room_type;
  ConfabMemberRole member_role = self->role;
  gboolean encrypted = confab_json_get_bool (object, "encrypted");

  if (type != NULL && confab_room_type_from_string (type, &room_type) && room_type != self->room_type)
    {
      self->room_type = room_type;
      confab_room_notify (self, CONFAB_ROOM_PROP_ROOM_TYPE);
    }
  if (role != NULL && confab_member_role_from_string (role, &member_role) && member_role != self->role)
    {
      self->role = member_role;
      confab_room_notify (self, CONFAB_ROOM_PROP_ROLE);
    }
  if (encrypted != self->encrypted)
    {
      self->encrypted = encrypted;
      confab_room_notify (self, CONFAB_ROOM_PROP_ENCRYPTED);
    }
}

/* Only rooms from the cache have these members. */
static void
confab_room_apply_own (ConfabRoom *self, JsonObject *object)
{
  const char *other_id = confab_json_get_string (object, "otherId");

  if (!json_object_has_member (object, "toldReadSeq"))
    return;
  self->told_read_seq = confab_json_get_int (object, "toldReadSeq");
  self->told_received_seq = confab_json_get_int (object, "toldReceivedSeq");
  self->members_complete = confab_json_get_bool (object, "membersComplete");
  if (other_id != NULL)
    {
      ConfabUser *other = confab_session_ensure_user (self->session, other_id);

      if (*confab_user_get_display_name (other) == '\0')
        confab_user_set_display_name (other, confab_json_get_string (object, "otherName"));
      confab_room_set_other (self, other);
    }
}

static void
confab_room_apply_personal (ConfabRoom *self, JsonObject *object)
{
  gboolean from_cache = json_object_has_member (object, "toldReadSeq");

  if (!json_object_has_member (object, "readSeq"))
    return;
  confab_room_advance_me (self, confab_json_get_int (object, "receivedSeq"), confab_json_get_int (object, "readSeq"));
  confab_room_set_mentions (self, confab_json_get_int (object, "mentions"));
  if (from_cache)
    confab_room_apply_own (self, object);
}

static void
confab_room_find_other (ConfabRoom *self, JsonArray *people)
{
  const char *me = confab_session_get_user_id (self->session);
  const char *found = NULL;

  if (self->room_type != CONFAB_ROOM_TYPE_DIRECT)
    return;
  for (guint i = 0; i < confab_json_array_get_length (people); i++)
    {
      const char *id = confab_json_get_string (confab_json_array_get_object (people, i), "userId");

      if (id != NULL && (found == NULL || g_strcmp0 (id, me) != 0))
        found = id;
    }
  if (found != NULL)
    confab_room_set_other (self, confab_session_ensure_user (self->session, found));
}

/* People of a direct room are all of its members. */
static void
confab_room_apply_people (ConfabRoom *self, JsonObject *object)
{
  JsonArray *people = confab_json_get_array (object, "people");

  if (people == NULL)
    return;
  confab_room_take_members (self, people);
  self->members_complete = TRUE;
  confab_room_find_other (self, people);
}

void
confab_room_apply (ConfabRoom *self, JsonObject *object)
{
  gint64 rev = confab_json_get_int (object, "rev");
  gint64 last_seq = confab_json_get_int (object, "lastSeq");
  JsonObject *last_message = confab_json_get_object (object, "lastMessage");

  g_object_freeze_notify (G_OBJECT (self));
  /* Two changes may overtake each other on their way here. */
  if (rev >= self->settings_rev)
    {
      self->settings_rev = rev;
      confab_room_apply_name (self, object);
      confab_room_apply_nature (self, object);
      confab_room_set_int (self, &self->member_count, confab_json_get_int (object, "memberCount"),
                           CONFAB_ROOM_PROP_MEMBER_COUNT);
    }
  confab_room_set_int (self, &self->last_activity,
                       MAX (self->last_activity, confab_json_get_time (object, "lastActivity")),
                       CONFAB_ROOM_PROP_LAST_ACTIVITY);
  if (self->rev == 0)
    {
      self->rev = self->base_rev = rev;
      confab_room_set_int (self, &self->last_seq, last_seq, CONFAB_ROOM_PROP_LAST_SEQ);
    }
  confab_room_apply_people (self, object);
  confab_room_apply_personal (self, object);
  if (last_message != NULL && self->joined)
    confab_room_arrive_one (self, last_message);
  confab_room_count_unread (self);
  g_object_thaw_notify (G_OBJECT (self));
}

static GPtrArray *
collect_objects (JsonArray *array)
{
  g_autoptr(GPtrArray) objects = g_ptr_array_new ();

  for (guint i = 0; i < confab_json_array_get_length (array); i++)
    {
      JsonObject *object = confab_json_array_get_object (array, i);

      if (object != NULL)
        g_ptr_array_add (objects, object);
    }
  return g_steal_pointer (&objects);
}

static void
drop_noted (ConfabRoom *self)
{
  GHashTableIter iter;
  gint64 *rev = NULL;

  while (g_hash_table_remove (self->ahead, &(gint64) { self->rev + 1 }))
    self->rev++;
  g_hash_table_iter_init (&iter, self->ahead);
  while (g_hash_table_iter_next (&iter, (gpointer *) &rev, NULL))
    {
      if (*rev <= self->rev)
        g_hash_table_iter_remove (&iter);
    }
}

gboolean
confab_room_note_rev (ConfabRoom *self, gint64 rev)
{
  if (rev <= self->rev)
    return TRUE;
  if (rev == self->rev + 1)
    {
      self->rev = rev;
      drop_noted (self);
      return g_hash_table_size (self->ahead) == 0;
    }
  if (g_hash_table_size (self->ahead) < MAX_AHEAD)
    g_hash_table_add (self->ahead, g_memdup2 (&rev, sizeof rev));
  return FALSE;
}

gboolean
confab_room_is_old (ConfabRoom *self, gint64 rev)
{
  return rev <= self->base_rev;
}

gboolean
confab_room_has_gap (ConfabRoom *self)
{
  return g_hash_table_size (self->ahead) > 0;
}

void
confab_room_apply_update (ConfabRoom *self, JsonObject *update)
{
  gboolean limited = confab_json_get_bool (update, "limited");
  gint64 rev = confab_json_get_int (update, "rev");
  gint64 last_seq = confab_json_get_int (update, "lastSeq");
  JsonObject *room = confab_json_get_object (update, "room");
  g_autoptr(GPtrArray) messages = collect_objects (confab_json_get_array (update, "messages"));

  g_object_freeze_notify (G_OBJECT (self));
  if (limited)
    {
      confab_room_forget_history (self);
      /* The server may have gone back to a backup: then its numbers are the lower ones. */
      self->rev = rev;
      self->settings_rev = MIN (self->settings_rev, rev);
      confab_room_set_int (self, &self->last_seq, last_seq, CONFAB_ROOM_PROP_LAST_SEQ);
    }
  self->rev = MAX (self->rev, rev);
  self->base_rev = rev;
  confab_room_take_members (self, confab_json_get_array (update, "members"));
  confab_room_arrive (self, messages);
  if (room != NULL)
    confab_room_apply (self, room);
  confab_room_set_int (self, &self->last_seq, MAX (self->last_seq, last_seq), CONFAB_ROOM_PROP_LAST_SEQ);
  confab_room_advance_me (self, confab_json_get_int (update, "receivedSeq"), confab_json_get_int (update, "readSeq"));
  confab_room_set_mentions (self, confab_json_get_int (update, "mentions"));
  drop_noted (self);
  confab_room_count_unread (self);
  /* It counted from where it thinks that I have read to. */
  if (self->read_seq > confab_json_get_int (update, "readSeq") && self->mention_base > 0)
    confab_room_doubt_mentions (self);
  g_object_thaw_notify (G_OBJECT (self));
}
