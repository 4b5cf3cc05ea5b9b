/* sync.c: what a client missed, and what a new connection is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/sync.h"

#include "domain/announce.h"
#include "domain/instances.h"
#include "domain/messages.h"
#include "domain/records-json.h"
#include "domain/rooms.h"

/* How much of the end of a room comes with an update that cannot hold all that was missed. */
#define LIMITED_PAGE 50

/* ---- Resume ----------------------------------------------------------------------------------------------- */

typedef struct
{
  const RoomSummary *summary;
  gint64 since;               /* the rev that the client holds */
  GPtrArray *messages;        /* of Message* */
  GPtrArray *members;         /* of Member* */
  gboolean limited;
} Update;

static void
update_clear (Update *self)
{
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_clear_pointer (&self->members, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Update, update_clear)

static gboolean
update_read (Update *self, Domain *domain, GError **error)
{
  const Room *room = self->summary->room;
  guint most = domain->limits.resume_changes;
  MessagePage newest = { .after = -1, .limit = LIMITED_PAGE };
  gboolean anew = self->since > room->rev;
  gboolean has_more = FALSE;
  gint64 total = 0;

  /* Nothing to look for; a client from another life of this database (a restored backup) starts anew. */
  if (self->since == room->rev)
    {
      self->messages = g_ptr_array_new ();
      self->members = g_ptr_array_new ();
      return TRUE;
    }
  if (anew)
    self->since = 0;
  /* Members before messages: a mark may then be older than a message, never the other way round. */
  self->members = store_list_changed_members (domain->store, room->id, self->since, error);
  if (self->members == NULL)
    return FALSE;
  self->messages = store_list_changed_messages (domain->store, room->id, self->since, most, &total, error);
  if (self->messages == NULL)
    return FALSE;
  self->limited = total > most || anew;
  if (!self->limited)
    return TRUE;
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  self->messages = store_list_messages (domain->store, room->id, &newest, &has_more, error);
  return self->messages != NULL;
}

static void
write_members (const Update *self, ConfabJsonWriter *writer)
{
  g_autoptr(GHashTable) written = g_hash_table_new (g_str_hash, g_str_equal);

  confab_json_writer_member (writer, "members");
  confab_json_writer_begin_array (writer);
  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = self->members->pdata[i];

      member_write_json (member, writer);
      g_hash_table_add (written, member->user_id);
    }
  /* Read marks have no rev. Rooms that show them send them all. */
  for (guint i = 0; self->summary->members != NULL && i < self->summary->members->len; i++)
    {
      const Member *member = self->summary->members->pdata[i];

      if (!g_hash_table_contains (written, member->user_id))
        member_write_json (member, writer);
    }
  confab_json_writer_end_array (writer);
}

static void
update_write (const Update *self, ConfabJsonWriter *writer)
{
  const Room *room = self->summary->room;
  const Member *me = self->summary->me;

  confab_json_writer_begin_object (writer);
  confab_json_writer_member_string (writer, "roomId", room->id);
  /* A change that came after the summary was read may be among the messages too; its own event brings the rev. */
  confab_json_writer_member_int (writer, "rev", room->rev);
  confab_json_writer_member_int (writer, "lastSeq", room->last_seq);
  confab_json_writer_member_int (writer, "readSeq", me->read_seq);
  confab_json_writer_member_int (writer, "receivedSeq", me->received_seq);
  confab_json_writer_member_int (writer, "mentions", self->summary->mentions);
  if (room->settings_rev > self->since || self->limited)
    {
      confab_json_writer_member (writer, "room");
      room_summary_write_json (self->summary, writer);
    }
  confab_json_writer_member (writer, "messages");
  confab_json_writer_begin_array (writer);
  for (guint i = 0; i < self->messages->len; i++)
    message_write_json (self->messages->pdata[i], writer);
  confab_json_writer_end_array (writer);
  write_members (self, writer);
  if (self->limited)
    {
      const Message *oldest = self->messages->len > 0 ? self->messages->pdata[0] : NULL;

      confab_json_writer_member_bool (writer, "limited", TRUE);
      if (oldest != NULL && oldest->seq > 1)
        {
          g_autofree char *cursor = messages_cursor_before (oldest->seq);

          confab_json_writer_member_string (writer, "cursor", cursor);
        }
    }
  confab_json_writer_end_object (writer);
}

static gboolean
write_updates (Domain *domain, GPtrArray *summaries, GHashTable *held, ConfabJsonWriter *reply, GError **error)
{
  confab_json_writer_member (reply, "rooms");
  confab_json_writer_begin_array (reply);
  for (guint i = 0; i < summaries->len; i++)
    {
      const RoomSummary *summary = summaries->pdata[i];
      const gint64 *since = held != NULL ? g_hash_table_lookup (held, summary->room->id) : NULL;
      g_auto(Update) update = { .summary = summary };

      if (since == NULL)
        continue;
      update.since = *since;
      if (!update_read (&update, domain, error))
        return FALSE;
      update_write (&update, reply);
    }
  confab_json_writer_end_array (reply);
  return TRUE;
}

static void
write_joined (GPtrArray *summaries, GHashTable *held, ConfabJsonWriter *reply)
{
  confab_json_writer_member (reply, "joined");
  confab_json_writer_begin_array (reply);
  for (guint i = 0; i < summaries->len; i++)
    {
      const RoomSummary *summary = summaries->pdata[i];

      if (held == NULL || !g_hash_table_contains (held, summary->room->id))
        room_summary_write_json (summary, reply);
    }
  confab_json_writer_end_array (reply);
}

static void
write_left (GPtrArray *summaries, GHashTable *held, ConfabJsonWriter *reply)
{
  g_autoptr(GHashTable) mine = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer room_id = NULL;

  for (guint i = 0; i < summaries->len; i++)
    g_hash_table_add (mine, ((const RoomSummary *) summaries->pdata[i])->room->id);
  confab_json_writer_member (reply, "left");
  confab_json_writer_begin_array (reply);
  if (held != NULL)
    {
      g_hash_table_iter_init (&iter, held);
      while (g_hash_table_iter_next (&iter, &room_id, NULL))
        if (!g_hash_table_contains (mine, room_id))
          confab_json_writer_string (reply, room_id);
    }
  confab_json_writer_end_array (reply);
}

/* ---- What a connection follows ----------------------------------------------------------------------------- */

void
sync_subscribe_user (Domain *domain, const Request *request)
{
  g_autofree char *topic = topic_for_user (request->caller->user_id);

  request->subscriber_class->subscribe (request->subscriber, topic);
  instances_settle (domain->instances, NULL);
}

static char **
subscribe_rooms (Domain *domain, const Request *request, GError **error)
{
  char **room_ids = store_list_user_room_ids (domain->store, request->caller->user_id, error);

  for (char **id = room_ids; id != NULL && *id != NULL; id++)
    {
      g_autofree char *topic = topic_for_room (*id);

      request->subscriber_class->subscribe (request->subscriber, topic);
    }
  return room_ids;
}

gboolean
sync_subscribe_rooms (Domain *domain, const Request *request, GError **error)
{
  g_auto(GStrv) room_ids = subscribe_rooms (domain, request, error);

  if (room_ids == NULL)
    return FALSE;
  instances_settle (domain->instances, (const char *const *) room_ids);
  return TRUE;
}

/* What another instance told of joining and leaving may have been lost. */
static gboolean
correct_rooms (Domain *domain, const Request *request, GError **error)
{
  g_auto(GStrv) room_ids = NULL;

  if (request->subscriber == NULL || domain->instances == NULL)
    return TRUE;
  room_ids = subscribe_rooms (domain, request, error);
  if (room_ids == NULL)
    return FALSE;
  request->subscriber_class->keep (request->subscriber, "room:", (const char *const *) room_ids);
  request->subscriber_class->keep (request->subscriber, "live:", (const char *const *) room_ids);
  instances_settle (domain->instances, (const char *const *) room_ids);
  return TRUE;
}

gboolean
sync_resume (Domain *domain, Request *request, ConfabJsonWriter *reply, GError **error)
{
  const ConfabResumeRequest *fields = request->fields;
  g_autoptr(GPtrArray) summaries = NULL;

  if (!correct_rooms (domain, request, error))
    return FALSE;
  summaries = store_list_user_rooms (domain->store, request->caller->user_id, error);
  if (summaries == NULL || !write_updates (domain, summaries, fields->rooms, reply, error))
    return FALSE;
  write_joined (summaries, fields->rooms, reply);
  write_left (summaries, fields->rooms, reply);
  return TRUE;
}

/* ---- A new connection ------------------------------------------------------------------------------------- */

static void
write_limits (const Limits *limits, ConfabJsonWriter *writer)
{
  confab_json_writer_member (writer, "limits");
  confab_json_writer_begin_object (writer);
  confab_json_writer_member_int (writer, "messageLength", limits->message_length);
  confab_json_writer_member_int (writer, "membersShown", limits->members_shown);
  confab_json_writer_member_int (writer, "typingMembers", limits->typing_members);
  confab_json_writer_member_int (writer, "roomMembers", limits->room_members);
  confab_json_writer_member_int (writer, "roomsPerUser", limits->rooms_per_user);
  confab_json_writer_member_int (writer, "reactionKinds", limits->reaction_kinds);
  confab_json_writer_member_int (writer, "pageSize", 100);
  confab_json_writer_member_int (writer, "frameBytes", 65536);
  confab_json_writer_end_object (writer);
}

static void
write_timings (const Limits *limits, ConfabJsonWriter *writer)
{
  confab_json_writer_member (writer, "timings");
  confab_json_writer_begin_object (writer);
  confab_json_writer_member_int (writer, "heartbeat", limits->heartbeat);
  confab_json_writer_member_int (writer, "silence", limits->silence);
  confab_json_writer_member_int (writer, "typingRepeat", limits->typing_repeat);
  confab_json_writer_member_int (writer, "typingExpiry", limits->typing_expiry);
  confab_json_writer_member_int (writer, "awayAfter", limits->away_after);
  confab_json_writer_member_int (writer, "tokenLifetime", limits->token_lifetime);
  confab_json_writer_end_object (writer);
}

void
sync_write_hello (Domain *domain, const User *user, const Session *session, ConfabJsonWriter *writer)
{
  confab_json_writer_member (writer, "user");
  user_write_json (user, TRUE, writer);
  confab_json_writer_member (writer, "session");
  session_write_json (session, TRUE, writer);
  confab_json_writer_member_int (writer, "features", CONFAB_FEATURE_LEVEL);
  confab_json_writer_member_string (writer, "server", domain->server_name);
  write_limits (&domain->limits, writer);
  write_timings (&domain->limits, writer);
}
