/* confab-room-members.c: the people of a room, and how far they and I have received and read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-room-private.h"

#include "client/confab-json-members.h"
#include "client/confab-member-private.h"
#include "client/confab-message-private.h"
#include "client/confab-session-private.h"
#include "client/confab-timeline-private.h"
#include "client/confab-user-private.h"

static gboolean
is_me (ConfabRoom *self, const char *user_id)
{
  return g_strcmp0 (user_id, confab_session_get_user_id (self->session)) == 0;
}

/* The receipts of small rooms come in whole; of large ones nothing is known. */
static gboolean
knows_marks (ConfabRoom *self)
{
  return self->members_complete && confab_member_list_get_length (self->members) <= self->session->members_shown;
}

void
confab_room_judge (ConfabRoom *self, ConfabMessage *message)
{
  guint length = confab_member_list_get_length (self->members);
  gint64 seq = confab_message_get_seq (message);
  guint n_others = 0;
  guint received = 0;
  guint read = 0;

  if (!confab_message_is_outgoing (message) || !knows_marks (self))
    return;
  for (guint i = 0; i < length; i++)
    {
      ConfabMember *member = confab_member_list_peek (self->members, i);

      if (is_me (self, confab_user_get_id (confab_member_get_user (member))))
        continue;
      n_others++;
      received += confab_member_get_received_seq (member) >= seq;
      read += confab_member_get_read_seq (member) >= seq;
    }
  confab_message_set_counts (message, received, read, n_others);
}

/* Messages with a seq above low and up to high. */
static void
judge_range (ConfabRoom *self, gint64 low, gint64 high)
{
  if (self->timeline != NULL && high > low)
    confab_timeline_judge (self->timeline, low, high);
  if (self->last_message != NULL)
    confab_room_judge (self, self->last_message);
}

static ConfabMember *
make_member (ConfabRoom *self, JsonObject *object)
{
  ConfabUser *user = confab_session_ensure_user (self->session, confab_json_get_string (object, "userId"));
  ConfabMember *member = confab_member_list_find (self->members, confab_user_get_id (user));

  confab_user_apply (user, object);
  member = member != NULL ? g_object_ref (member) : confab_member_new (user);
  confab_member_apply (member, object);
  return member;
}

static void
note_my_role (ConfabRoom *self, ConfabMember *member)
{
  ConfabMemberRole role = confab_member_get_role (member);

  if (!is_me (self, confab_user_get_id (confab_member_get_user (member))) || role == self->role)
    return;
  self->role = role;
  confab_room_notify (self, CONFAB_ROOM_PROP_ROLE);
}

static void
count_members (ConfabRoom *self)
{
  if (self->members_complete)
    confab_room_set_int (self, &self->member_count, confab_member_list_get_length (self->members),
                         CONFAB_ROOM_PROP_MEMBER_COUNT);
}

void
confab_room_take_members (ConfabRoom *self, JsonArray *array)
{
  g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < confab_json_array_get_length (array); i++)
    {
      JsonObject *object = confab_json_array_get_object (array, i);
      const char *user_id = confab_json_get_string (object, "userId");

      if (user_id == NULL)
        continue;
      if (confab_json_get_bool (object, "left"))
        {
          confab_room_remove_member_now (self, user_id);
          continue;
        }
      g_ptr_array_add (members, make_member (self, object));
      note_my_role (self, g_ptr_array_index (members, members->len - 1));
      confab_cache_batch_put_member (confab_session_get_batch (self->session), self->id, object);
    }
  confab_member_list_add (self->members, members);
  count_members (self);
  judge_range (self, 0, G_MAXINT64);
}

void
confab_room_take_member (ConfabRoom *self, JsonObject *object)
{
  g_autoptr(JsonArray) array = json_array_new ();

  json_array_add_object_element (array, json_object_ref (object));
  confab_room_take_members (self, array);
}

void
confab_room_remove_member_now (ConfabRoom *self, const char *user_id)
{
  confab_member_list_remove (self->members, user_id);
  confab_cache_batch_remove_member (confab_session_get_batch (self->session), self->id, user_id);
  confab_room_show_typing (self, user_id, FALSE);
  count_members (self);
  judge_range (self, 0, G_MAXINT64);
}

/* ---- Marks --------------------------------------------------------------------------------------------------- */

/* Marks have no rev: a list of members that was made before a mark does not show it, and may arrive after it. What
 * comes while the list is fetched, about people who are not in it yet, is gone through again when they are. */
#define MAX_EARLY_MARKS 1000

typedef struct
{
  char *user_id;
  gint64 received_seq;
  gint64 read_seq;
  gint64 own_seq;        /* not 0: a message of theirs */
} EarlyMark;

static void
early_mark_clear (gpointer data)
{
  g_free (((EarlyMark *) data)->user_id);
}

GArray *
confab_room_early_marks_new (void)
{
  GArray *marks = g_array_new (FALSE, FALSE, sizeof (EarlyMark));

  g_array_set_clear_func (marks, early_mark_clear);
  return marks;
}

static void
keep_early_mark (ConfabRoom *self, const char *user_id, gint64 received_seq, gint64 read_seq, gint64 own_seq)
{
  EarlyMark mark = { NULL, received_seq, read_seq, own_seq };

  if (self->members_loading == 0 || self->early_marks->len >= MAX_EARLY_MARKS)
    return;
  mark.user_id = g_strdup (user_id);
  g_array_append_val (self->early_marks, mark);
}

static void
advance (ConfabRoom *self, ConfabMember *member, gint64 received_seq, gint64 read_seq)
{
  gint64 low = MIN (confab_member_get_read_seq (member), confab_member_get_received_seq (member));

  if (!confab_member_advance (member, received_seq, read_seq))
    return;
  confab_cache_batch_set_marks (confab_session_get_batch (self->session), self->id,
                                confab_user_get_id (confab_member_get_user (member)),
                                confab_member_get_received_seq (member), confab_member_get_read_seq (member));
  judge_range (self, low, confab_member_get_received_seq (member));
}

static void
follow (ConfabRoom *self, ConfabMember *member, gint64 seq)
{
  advance (self, member, confab_member_get_received_seq (member) == seq - 1 ? seq : 0,
           confab_member_get_read_seq (member) == seq - 1 ? seq : 0);
}

void
confab_room_advance_member (ConfabRoom *self, const char *user_id, gint64 received_seq, gint64 read_seq)
{
  ConfabMember *member = confab_member_list_find (self->members, user_id);

  if (member != NULL)
    advance (self, member, received_seq, read_seq);
  else
    keep_early_mark (self, user_id, received_seq, read_seq, 0);
}

void
confab_room_follow_sender (ConfabRoom *self, const char *sender_id, gint64 seq)
{
  ConfabMember *member = confab_member_list_find (self->members, sender_id);

  if (member != NULL)
    follow (self, member, seq);
  else
    keep_early_mark (self, sender_id, 0, 0, seq);
}

void
confab_room_begin_members (ConfabRoom *self)
{
  self->members_loading++;
}

void
confab_room_end_members (ConfabRoom *self)
{
  if (--self->members_loading > 0)
    return;
  for (guint i = 0; i < self->early_marks->len; i++)
    {
      const EarlyMark *mark = &g_array_index (self->early_marks, EarlyMark, i);
      ConfabMember *member = confab_member_list_find (self->members, mark->user_id);

      if (member == NULL || self->session == NULL)
        continue;
      if (mark->own_seq > 0)
        follow (self, member, mark->own_seq);
      else
        advance (self, member, mark->received_seq, mark->read_seq);
    }
  g_array_set_size (self->early_marks, 0);
}

void
confab_room_count_unread (ConfabRoom *self)
{
  gint64 unread = self->joined ? MAX (0, self->last_seq - self->read_seq) : 0;
  guint n_read = 0;
  gboolean had_mentions = confab_room_get_mention_count (self) > 0;

  while (n_read < self->mention_seqs->len && g_array_index (self->mention_seqs, gint64, n_read) <= self->read_seq)
    n_read++;
  if (n_read > 0)
    g_array_remove_range (self->mention_seqs, 0, n_read);
  if (unread == 0)
    {
      self->mention_base = 0;
      self->mentions_stale = FALSE;
      g_array_set_size (self->mention_seqs, 0);
    }
  if (n_read > 0 || (had_mentions && unread == 0))
    confab_room_notify (self, CONFAB_ROOM_PROP_MENTION_COUNT);
  confab_room_set_int (self, &self->unread_count, unread, CONFAB_ROOM_PROP_UNREAD_COUNT);
}

void
confab_room_set_mentions (ConfabRoom *self, gint64 mentions)
{
  if (self->read_seq >= self->last_seq)
    mentions = 0;
  if (self->mention_base == mentions && self->mention_seqs->len == 0)
    return;
  self->mention_base = mentions;
  g_array_set_size (self->mention_seqs, 0);
  confab_room_notify (self, CONFAB_ROOM_PROP_MENTION_COUNT);
}

void
confab_room_add_mention (ConfabRoom *self, gint64 seq)
{
  g_array_append_val (self->mention_seqs, seq);
  confab_room_notify (self, CONFAB_ROOM_PROP_MENTION_COUNT);
}

void
confab_room_doubt_mentions (ConfabRoom *self)
{
  if (self->unread_count == 0)
    return;
  self->mentions_stale = TRUE;
  confab_session_queue_marks (self->session, self);
}

void
confab_room_advance_me (ConfabRoom *self, gint64 received_seq, gint64 read_seq)
{
  gboolean reads_on = read_seq > self->read_seq;

  received_seq = MAX (received_seq, read_seq);
  self->told_read_seq = MAX (self->told_read_seq, read_seq);
  self->told_received_seq = MAX (self->told_received_seq, received_seq);
  self->received_seq = MAX (self->received_seq, received_seq);
  confab_room_set_int (self, &self->read_seq, MAX (self->read_seq, read_seq), CONFAB_ROOM_PROP_READ_SEQ);
  confab_room_count_unread (self);
  if (reads_on && self->mention_base > 0)
    confab_room_doubt_mentions (self);
}
