/* records-json.c: records as clients see them, the objects of lib/protocol/operations
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/records-json.h"

/* Optional members are left out rather than sent as null or zero: half the bytes of a typical message. */
static void
write_optional_string (ConfabJsonWriter *writer, const char *name, const char *value)
{
  if (value != NULL && *value != '\0')
    confab_json_writer_member_string (writer, name, value);
}

static void
write_display_name (ConfabJsonWriter *writer, const char *display_name, const char *username)
{
  confab_json_writer_member_string (writer, "displayName", display_name != NULL ? display_name : username);
}

static void
write_optional_time (ConfabJsonWriter *writer, const char *name, gint64 time)
{
  if (time != 0)
    confab_json_writer_member_timestamp (writer, name, time);
}

void
user_write_json (const User *self, gboolean with_email, ConfabJsonWriter *writer)
{
  confab_json_writer_begin_object (writer);
  confab_json_writer_member_string (writer, "id", self->id);
  confab_json_writer_member_string (writer, "username", self->username);
  write_display_name (writer, self->display_name, self->username);
  if (with_email)
    write_optional_string (writer, "email", self->email);
  write_optional_string (writer, "avatar", self->avatar);
  confab_json_writer_member_string (writer, "role", confab_user_role_to_string (self->role));
  confab_json_writer_member_timestamp (writer, "createdAt", self->created_at);
  write_optional_time (writer, "lastSeen", self->last_seen);
  confab_json_writer_end_object (writer);
}

void
session_write_json (const Session *self, gboolean current, ConfabJsonWriter *writer)
{
  confab_json_writer_begin_object (writer);
  confab_json_writer_member_string (writer, "id", self->id);
  confab_json_writer_member_string (writer, "name", self->name != NULL ? self->name : "");
  confab_json_writer_member_timestamp (writer, "createdAt", self->created_at);
  confab_json_writer_member_timestamp (writer, "lastUsedAt", self->last_used_at);
  write_optional_string (writer, "address", self->address);
  confab_json_writer_member_bool (writer, "current", current);
  confab_json_writer_end_object (writer);
}

void
member_write_json (const Member *self, ConfabJsonWriter *writer)
{
  confab_json_writer_begin_object (writer);
  confab_json_writer_member_string (writer, "userId", self->user_id);
  confab_json_writer_member_string (writer, "username", self->username);
  write_display_name (writer, self->display_name, self->username);
  write_optional_string (writer, "avatar", self->avatar);
  confab_json_writer_member_string (writer, "role", confab_member_role_to_string (self->role));
  confab_json_writer_member_timestamp (writer, "joinedAt", self->joined_at);
  confab_json_writer_member_int (writer, "receivedSeq", self->received_seq);
  confab_json_writer_member_int (writer, "readSeq", self->read_seq);
  confab_json_writer_member_int (writer, "rev", self->rev);
  if (self->left_at != 0)
    confab_json_writer_member_bool (writer, "left", TRUE);
  confab_json_writer_end_object (writer);
}

static void
write_reactions (GPtrArray *reactions, ConfabJsonWriter *writer)
{
  confab_json_writer_member (writer, "reactions");
  confab_json_writer_begin_array (writer);
  for (guint i = 0; reactions != NULL && i < reactions->len; i++)
    {
      const Reaction *reaction = reactions->pdata[i];

      confab_json_writer_begin_object (writer);
      confab_json_writer_member_string (writer, "userId", reaction->user_id);
      confab_json_writer_member_string (writer, "emoji", reaction->emoji);
      confab_json_writer_end_object (writer);
    }
  confab_json_writer_end_array (writer);
}

void
message_write_members (const Message *self, ConfabJsonWriter *writer)
{
  confab_json_writer_member_string (writer, "id", self->id);
  confab_json_writer_member_string (writer, "roomId", self->room_id);
  confab_json_writer_member_int (writer, "seq", self->seq);
  confab_json_writer_member_int (writer, "rev", self->rev);
  confab_json_writer_member_string (writer, "senderId", self->sender_id);
  confab_json_writer_member_string (writer, "senderName", self->sender_name);
  confab_json_writer_member_string (writer, "content", self->content != NULL ? self->content : "");
  confab_json_writer_member_string (writer, "type", confab_message_type_to_string (self->type));
  if (self->encrypted)
    confab_json_writer_member_bool (writer, "encrypted", TRUE);
  confab_json_writer_member_timestamp (writer, "timestamp", self->timestamp);
  write_optional_time (writer, "editedAt", self->edited_at);
  write_optional_time (writer, "deletedAt", self->deleted_at);
  write_optional_string (writer, "replyTo", self->reply_to);
  if (self->mentions != NULL && self->mentions[0] != NULL)
    {
      confab_json_writer_member (writer, "mentions");
      confab_json_writer_begin_array (writer);
      for (char **id = self->mentions; *id != NULL; id++)
        confab_json_writer_string (writer, *id);
      confab_json_writer_end_array (writer);
    }
  if (self->mentions_room)
    confab_json_writer_member_bool (writer, "mentionsRoom", TRUE);
  if (self->reactions != NULL && self->reactions->len > 0)
    write_reactions (self->reactions, writer);
  write_optional_string (writer, "clientId", self->client_id);
}

void
message_write_json (const Message *self, ConfabJsonWriter *writer)
{
  confab_json_writer_begin_object (writer);
  message_write_members (self, writer);
  confab_json_writer_end_object (writer);
}

static void
write_member_ids (GPtrArray *members, ConfabJsonWriter *writer, const char *name, gboolean admins_only)
{
  confab_json_writer_member (writer, name);
  confab_json_writer_begin_array (writer);
  for (guint i = 0; i < members->len; i++)
    {
      const Member *member = members->pdata[i];

      if (!admins_only || member->role == CONFAB_MEMBER_ROLE_ADMIN)
        confab_json_writer_string (writer, member->user_id);
    }
  confab_json_writer_end_array (writer);
}

void
room_write_json (const Room *self, const Member *me, GPtrArray *members, const Message *last_message, gint64 mentions,
                 ConfabJsonWriter *writer)
{
  confab_json_writer_begin_object (writer);
  confab_json_writer_member_string (writer, "id", self->id);
  write_optional_string (writer, "name", self->name);
  write_optional_string (writer, "description", self->description);
  confab_json_writer_member_string (writer, "type", confab_room_type_to_string (self->type));
  confab_json_writer_member_bool (writer, "encrypted", self->encrypted);
  confab_json_writer_member_string (writer, "createdBy", self->created_by);
  confab_json_writer_member_timestamp (writer, "createdAt", self->created_at);
  confab_json_writer_member_timestamp (writer, "lastActivity", self->last_activity);
  confab_json_writer_member_int (writer, "lastSeq", self->last_seq);
  confab_json_writer_member_int (writer, "rev", self->rev);
  confab_json_writer_member_int (writer, "memberCount", self->member_count);
  if (members != NULL)
    {
      write_member_ids (members, writer, "members", FALSE);
      write_member_ids (members, writer, "admins", TRUE);
    }
  if (me != NULL)
    {
      confab_json_writer_member_string (writer, "role", confab_member_role_to_string (me->role));
      confab_json_writer_member_int (writer, "readSeq", me->read_seq);
      confab_json_writer_member_int (writer, "receivedSeq", me->received_seq);
      confab_json_writer_member_int (writer, "mentions", mentions);
    }
  if (last_message != NULL)
    {
      confab_json_writer_member (writer, "lastMessage");
      message_write_json (last_message, writer);
    }
  if (members != NULL && self->type == CONFAB_ROOM_TYPE_DIRECT)
    {
      confab_json_writer_member (writer, "people");
      confab_json_writer_begin_array (writer);
      for (guint i = 0; i < members->len; i++)
        member_write_json (members->pdata[i], writer);
      confab_json_writer_end_array (writer);
    }
  confab_json_writer_end_object (writer);
}

void
room_summary_write_json (const RoomSummary *self, ConfabJsonWriter *writer)
{
  room_write_json (self->room, self->me, self->members, self->last_message, self->mentions, writer);
}
