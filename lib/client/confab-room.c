/* confab-room.c: a room that this account is in, or a public one that it may join
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-room-private.h"

#include "client/confab-message-private.h"
#include "client/confab-session-private.h"
#include "client/confab-timeline-private.h"
#include "protocol/confab-json-writer.h"

/* Typing changes the draft with every key; it need not be on the disk that often. */
#define SETTINGS_DELAY 500

static GParamSpec *properties[CONFAB_ROOM_N_PROPS];

G_DEFINE_FINAL_TYPE (ConfabRoom, confab_room, G_TYPE_OBJECT)

static void
confab_room_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ConfabRoom *self = CONFAB_ROOM (object);

  switch (prop_id)
    {
    case CONFAB_ROOM_PROP_ID: g_value_set_string (value, self->id); break;
    case CONFAB_ROOM_PROP_NAME: g_value_set_string (value, self->name); break;
    case CONFAB_ROOM_PROP_TITLE: g_value_set_string (value, confab_room_get_title (self)); break;
    case CONFAB_ROOM_PROP_DESCRIPTION: g_value_set_string (value, self->description); break;
    case CONFAB_ROOM_PROP_ROOM_TYPE: g_value_set_enum (value, self->room_type); break;
    case CONFAB_ROOM_PROP_ENCRYPTED: g_value_set_boolean (value, self->encrypted); break;
    case CONFAB_ROOM_PROP_JOINED: g_value_set_boolean (value, self->joined); break;
    case CONFAB_ROOM_PROP_ROLE: g_value_set_enum (value, self->role); break;
    case CONFAB_ROOM_PROP_MEMBER_COUNT: g_value_set_int64 (value, self->member_count); break;
    case CONFAB_ROOM_PROP_UNREAD_COUNT: g_value_set_int64 (value, self->unread_count); break;
    case CONFAB_ROOM_PROP_MENTION_COUNT: g_value_set_int64 (value, confab_room_get_mention_count (self)); break;
    case CONFAB_ROOM_PROP_LAST_MESSAGE: g_value_set_object (value, self->last_message); break;
    case CONFAB_ROOM_PROP_LAST_ACTIVITY: g_value_set_int64 (value, self->last_activity); break;
    case CONFAB_ROOM_PROP_LAST_SEQ: g_value_set_int64 (value, self->last_seq); break;
    case CONFAB_ROOM_PROP_READ_SEQ: g_value_set_int64 (value, self->read_seq); break;
    case CONFAB_ROOM_PROP_TYPING_TEXT: g_value_set_string (value, self->typing_text); break;
    case CONFAB_ROOM_PROP_OTHER: g_value_set_object (value, self->other); break;
    case CONFAB_ROOM_PROP_DRAFT: g_value_set_string (value, self->draft); break;
    case CONFAB_ROOM_PROP_MUTED: g_value_set_boolean (value, self->muted); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_room_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  ConfabRoom *self = CONFAB_ROOM (object);

  switch (prop_id)
    {
    case CONFAB_ROOM_PROP_DRAFT: confab_room_set_draft (self, g_value_get_string (value)); break;
    case CONFAB_ROOM_PROP_MUTED: confab_room_set_muted (self, g_value_get_boolean (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
on_other_renamed (ConfabRoom *self)
{
  if (self->name == NULL)
    confab_room_notify (self, CONFAB_ROOM_PROP_TITLE);
}

static void
confab_room_save_settings (ConfabRoom *self)
{
  g_clear_handle_id (&self->settings_timer, g_source_remove);
  if (self->session != NULL && self->joined)
    confab_cache_batch_put_room_settings (confab_session_get_batch (self->session), self->id, self->draft, self->muted);
}

void
confab_room_keep_settings (ConfabRoom *self)
{
  if (self->settings_timer != 0)
    confab_room_save_settings (self);
}

static void
confab_room_dispose (GObject *object)
{
  ConfabRoom *self = CONFAB_ROOM (object);

  confab_room_keep_settings (self);
  g_clear_handle_id (&self->typing_timer, g_source_remove);
  g_clear_handle_id (&self->tell_timer, g_source_remove);
  if (self->other != NULL)
    g_signal_handlers_disconnect_by_func (self->other, on_other_renamed, self);
  g_clear_object (&self->other);
  g_clear_object (&self->last_message);
  g_clear_weak_pointer (&self->session);
  g_clear_weak_pointer (&self->timeline);
  G_OBJECT_CLASS (confab_room_parent_class)->dispose (object);
}

static void
confab_room_finalize (GObject *object)
{
  ConfabRoom *self = CONFAB_ROOM (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->description);
  g_free (self->draft);
  g_free (self->typing_text);
  g_hash_table_unref (self->ahead);
  g_hash_table_unref (self->typing);
  g_array_unref (self->mention_seqs);
  g_array_unref (self->early_marks);
  g_object_unref (self->members);
  G_OBJECT_CLASS (confab_room_parent_class)->finalize (object);
}

static void
confab_room_class_init (ConfabRoomClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = confab_room_get_property;
  object_class->set_property = confab_room_set_property;
  object_class->dispose = confab_room_dispose;
  object_class->finalize = confab_room_finalize;

  properties[CONFAB_ROOM_PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[CONFAB_ROOM_PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[CONFAB_ROOM_PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  properties[CONFAB_ROOM_PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, flags);
  properties[CONFAB_ROOM_PROP_ROOM_TYPE] = g_param_spec_enum ("room-type", NULL, NULL, CONFAB_TYPE_ROOM_TYPE,
                                                              CONFAB_ROOM_TYPE_PUBLIC, flags);
  properties[CONFAB_ROOM_PROP_ENCRYPTED] = g_param_spec_boolean ("encrypted", NULL, NULL, FALSE, flags);
  properties[CONFAB_ROOM_PROP_JOINED] = g_param_spec_boolean ("joined", NULL, NULL, FALSE, flags);
  properties[CONFAB_ROOM_PROP_ROLE] = g_param_spec_enum ("role", NULL, NULL, CONFAB_TYPE_MEMBER_ROLE,
                                                         CONFAB_MEMBER_ROLE_MEMBER, flags);
  properties[CONFAB_ROOM_PROP_MEMBER_COUNT] = g_param_spec_int64 ("member-count", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[CONFAB_ROOM_PROP_UNREAD_COUNT] = g_param_spec_int64 ("unread-count", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[CONFAB_ROOM_PROP_MENTION_COUNT] =
    g_param_spec_int64 ("mention-count", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[CONFAB_ROOM_PROP_LAST_MESSAGE] =
    g_param_spec_object ("last-message", NULL, NULL, CONFAB_TYPE_MESSAGE, flags);
  properties[CONFAB_ROOM_PROP_LAST_ACTIVITY] =
    g_param_spec_int64 ("last-activity", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[CONFAB_ROOM_PROP_LAST_SEQ] = g_param_spec_int64 ("last-seq", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[CONFAB_ROOM_PROP_READ_SEQ] = g_param_spec_int64 ("read-seq", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[CONFAB_ROOM_PROP_TYPING_TEXT] = g_param_spec_string ("typing-text", NULL, NULL, "", flags);
  properties[CONFAB_ROOM_PROP_OTHER] = g_param_spec_object ("other", NULL, NULL, CONFAB_TYPE_USER, flags);
  properties[CONFAB_ROOM_PROP_DRAFT] = g_param_spec_string ("draft", NULL, NULL, "", flags | G_PARAM_WRITABLE);
  properties[CONFAB_ROOM_PROP_MUTED] = g_param_spec_boolean ("muted", NULL, NULL, FALSE, flags | G_PARAM_WRITABLE);
  g_object_class_install_properties (object_class, CONFAB_ROOM_N_PROPS, properties);
}

static void
confab_room_init (ConfabRoom *self)
{
  self->ahead = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->typing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->mention_seqs = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->members = confab_member_list_new ();
  self->early_marks = confab_room_early_marks_new ();
  self->draft = g_strdup ("");
  self->typing_text = g_strdup ("");
}

ConfabRoom *
confab_room_new (ConfabSession *session, const char *id)
{
  ConfabRoom *self = g_object_new (CONFAB_TYPE_ROOM, NULL);

  g_set_weak_pointer (&self->session, session);
  self->id = g_strdup (id);
  return self;
}

void
confab_room_notify (ConfabRoom *self, guint prop_id)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

void
confab_room_set_int (ConfabRoom *self, gint64 *field, gint64 value, guint prop_id)
{
  if (*field == value)
    return;
  *field = value;
  confab_room_notify (self, prop_id);
}

void
confab_room_set_joined (ConfabRoom *self, gboolean joined)
{
  if (self->joined == joined)
    return;
  self->joined = joined;
  confab_room_notify (self, CONFAB_ROOM_PROP_JOINED);
}

void
confab_room_set_other (ConfabRoom *self, ConfabUser *other)
{
  if (self->other == other)
    return;
  if (self->other != NULL)
    g_signal_handlers_disconnect_by_func (self->other, on_other_renamed, self);
  g_set_object (&self->other, other);
  if (other != NULL)
    g_signal_connect_object (other, "notify::display-name", G_CALLBACK (on_other_renamed), self, G_CONNECT_SWAPPED);
  confab_room_notify (self, CONFAB_ROOM_PROP_OTHER);
  confab_room_notify (self, CONFAB_ROOM_PROP_TITLE);
}

void
confab_room_restore_settings (ConfabRoom *self, const char *draft, gboolean muted)
{
  if (g_set_str (&self->draft, draft != NULL ? draft : ""))
    confab_room_notify (self, CONFAB_ROOM_PROP_DRAFT);
  if (self->muted != muted)
    {
      self->muted = muted;
      confab_room_notify (self, CONFAB_ROOM_PROP_MUTED);
    }
}

void
confab_room_outbox_changed (ConfabRoom *self)
{
  if (self->timeline != NULL)
    confab_timeline_refresh (self->timeline);
}

char *
confab_room_to_text (ConfabRoom *self)
{
  g_auto(ConfabJsonWriter) writer = { NULL };

  confab_json_writer_init (&writer, g_string_new (NULL));
  confab_json_writer_begin_object (&writer);
  confab_json_writer_member_string (&writer, "id", self->id);
  if (self->name != NULL)
    confab_json_writer_member_string (&writer, "name", self->name);
  if (self->description != NULL)
    confab_json_writer_member_string (&writer, "description", self->description);
  confab_json_writer_member_string (&writer, "type", confab_room_type_to_string (self->room_type));
  confab_json_writer_member_bool (&writer, "encrypted", self->encrypted);
  confab_json_writer_member_string (&writer, "role", confab_member_role_to_string (self->role));
  confab_json_writer_member_int (&writer, "memberCount", self->member_count);
  confab_json_writer_member_timestamp (&writer, "lastActivity", self->last_activity);
  confab_json_writer_member_int (&writer, "lastSeq", self->last_seq);
  confab_json_writer_member_int (&writer, "rev", self->rev);
  confab_json_writer_member_int (&writer, "readSeq", self->read_seq);
  confab_json_writer_member_int (&writer, "receivedSeq", self->received_seq);
  confab_json_writer_member_int (&writer, "mentions", confab_room_get_mention_count (self));
  /* Of this device: the protocol's Room has no such members. */
  confab_json_writer_member_int (&writer, "toldReadSeq", self->told_read_seq);
  confab_json_writer_member_int (&writer, "toldReceivedSeq", self->told_received_seq);
  confab_json_writer_member_bool (&writer, "membersComplete", self->members_complete);
  if (self->other != NULL)
    {
      confab_json_writer_member_string (&writer, "otherId", confab_user_get_id (self->other));
      confab_json_writer_member_string (&writer, "otherName", confab_user_get_display_name (self->other));
    }
  confab_json_writer_end_object (&writer);
  return g_strdup (writer.text->str);
}

/**
 * confab_room_get_id:
 * @self: a room
 *
 * Returns: its id
 *
 * Since: 0.1
 */
const char *
confab_room_get_id (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  return self->id;
}

/**
 * confab_room_get_name:
 * @self: a room
 *
 * Returns: (nullable): its name; direct rooms have none
 *
 * Since: 0.1
 */
const char *
confab_room_get_name (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  return self->name;
}

/**
 * confab_room_get_title:
 * @self: a room
 *
 * Returns: what to call it: its name, or in a direct room the other person's; never %NULL
 *
 * Since: 0.1
 */
const char *
confab_room_get_title (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  if (self->name != NULL)
    return self->name;
  return self->other != NULL ? confab_user_get_display_name (self->other) : "";
}

/**
 * confab_room_get_description:
 * @self: a room
 *
 * Returns: (nullable): what it is for
 *
 * Since: 0.1
 */
const char *
confab_room_get_description (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  return self->description;
}

/**
 * confab_room_get_room_type:
 * @self: a room
 *
 * Returns: who can find and join it
 *
 * Since: 0.1
 */
ConfabRoomType
confab_room_get_room_type (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), CONFAB_ROOM_TYPE_PUBLIC);
  return self->room_type;
}

/**
 * confab_room_is_encrypted:
 * @self: a room
 *
 * Returns: whether it is end-to-end encrypted
 *
 * Since: 0.1
 */
gboolean
confab_room_is_encrypted (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), FALSE);
  return self->encrypted;
}

/**
 * confab_room_is_joined:
 * @self: a room
 *
 * Returns: whether this account is in it
 *
 * Since: 0.1
 */
gboolean
confab_room_is_joined (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), FALSE);
  return self->joined;
}

/**
 * confab_room_get_role:
 * @self: a room
 *
 * Returns: what this account may do in it
 *
 * Since: 0.1
 */
ConfabMemberRole
confab_room_get_role (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), CONFAB_MEMBER_ROLE_MEMBER);
  return self->role;
}

/**
 * confab_room_get_member_count:
 * @self: a room
 *
 * Returns: how many are in it
 *
 * Since: 0.1
 */
gint64
confab_room_get_member_count (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), 0);
  return self->member_count;
}

/**
 * confab_room_get_unread_count:
 * @self: a room
 *
 * Returns: how many messages were not shown to this account on any device
 *
 * Since: 0.1
 */
gint64
confab_room_get_unread_count (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), 0);
  return self->unread_count;
}

/**
 * confab_room_get_mention_count:
 * @self: a room
 *
 * Returns: how many of the unread messages mention this account
 *
 * Since: 0.1
 */
gint64
confab_room_get_mention_count (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), 0);
  return self->mention_base + self->mention_seqs->len;
}

/**
 * confab_room_get_last_message:
 * @self: a room
 *
 * Returns: (transfer none) (nullable): the newest message that the server has
 *
 * Since: 0.1
 */
ConfabMessage *
confab_room_get_last_message (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  return self->last_message;
}

/**
 * confab_room_get_last_activity:
 * @self: a room
 *
 * Returns: when the last message came (of a room without one: when it was made), in milliseconds since 1970 UTC
 *
 * Since: 0.1
 */
gint64
confab_room_get_last_activity (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), 0);
  return self->last_activity;
}

/**
 * confab_room_get_last_seq:
 * @self: a room
 *
 * Returns: seq of the newest message
 *
 * Since: 0.1
 */
gint64
confab_room_get_last_seq (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), 0);
  return self->last_seq;
}

/**
 * confab_room_get_read_seq:
 * @self: a room
 *
 * Returns: the seq up to which everything was shown to this account; where the line above the new messages belongs
 *
 * Since: 0.1
 */
gint64
confab_room_get_read_seq (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), 0);
  return self->read_seq;
}

/**
 * confab_room_get_typing_text:
 * @self: a room
 *
 * Returns: a sentence about who is typing, in the user's language; "" when nobody is. Known while the room is open
 *
 * Since: 0.1
 */
const char *
confab_room_get_typing_text (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  return self->typing_text;
}

/**
 * confab_room_get_other:
 * @self: a room
 *
 * Returns: (transfer none) (nullable): the person at the other end of a direct room
 *
 * Since: 0.1
 */
ConfabUser *
confab_room_get_other (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  return self->other;
}

/**
 * confab_room_get_members:
 * @self: a room
 *
 * Returns: (transfer none): the people in it; complete once [method@Room.load_members] has resolved, and kept up to
 * date
 *
 * Since: 0.1
 */
ConfabMemberList *
confab_room_get_members (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  return self->members;
}

/**
 * confab_room_ref_timeline:
 * @self: a room
 *
 * Returns: (transfer full): the room's messages; the same object for as long as somebody holds it. Nothing is in it
 * before [method@Timeline.load]
 *
 * Since: 0.1
 */
ConfabTimeline *
confab_room_ref_timeline (ConfabRoom *self)
{
  g_autoptr(ConfabTimeline) timeline = NULL;

  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  if (self->timeline != NULL)
    return g_object_ref (self->timeline);
  timeline = confab_timeline_new (self);
  g_set_weak_pointer (&self->timeline, timeline);
  return g_steal_pointer (&timeline);
}

/**
 * confab_room_get_draft:
 * @self: a room
 *
 * Returns: what was being written, "" when nothing was
 *
 * Since: 0.1
 */
const char *
confab_room_get_draft (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), NULL);
  return self->draft;
}

static gboolean
on_settings_timer (gpointer data)
{
  ConfabRoom *self = data;

  self->settings_timer = 0;
  confab_room_save_settings (self);
  return G_SOURCE_REMOVE;
}

/**
 * confab_room_set_draft:
 * @self: a room
 * @draft: (nullable): what is being written
 *
 * Keeps it on this device.
 *
 * Since: 0.1
 */
void
confab_room_set_draft (ConfabRoom *self, const char *draft)
{
  g_return_if_fail (CONFAB_IS_ROOM (self));
  if (!g_set_str (&self->draft, draft != NULL ? draft : ""))
    return;
  if (self->settings_timer == 0)
    self->settings_timer = g_timeout_add (SETTINGS_DELAY, on_settings_timer, self);
  confab_room_notify (self, CONFAB_ROOM_PROP_DRAFT);
}

/**
 * confab_room_get_muted:
 * @self: a room
 *
 * Returns: whether this device is not to notify about it
 *
 * Since: 0.1
 */
gboolean
confab_room_get_muted (ConfabRoom *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM (self), FALSE);
  return self->muted;
}

/**
 * confab_room_set_muted:
 * @self: a room
 * @muted: whether this device is not to notify about it
 *
 * Since: 0.1
 */
void
confab_room_set_muted (ConfabRoom *self, gboolean muted)
{
  g_return_if_fail (CONFAB_IS_ROOM (self));
  if (self->muted == !!muted)
    return;
  self->muted = !!muted;
  confab_room_save_settings (self);
  confab_room_notify (self, CONFAB_ROOM_PROP_MUTED);
}
