/* confab-message.c: a message of a room, stored or still on its way
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-message.h"

#include "client/confab-json-members.h"
#include "client/confab-message-private.h"
#include "protocol/confab-spans.h"

struct _ConfabMessage
{
  GObject parent_instance;

  char *id;
  char *client_id;
  char *room_id;
  gint64 seq;
  gint64 rev;
  char *content;
  ConfabMessageType message_type;
  ConfabMessageState state;
  char *failure;
  ConfabUser *sender;
  char *sender_name;
  gint64 timestamp;
  gint64 edited_at;
  gint64 deleted_at;
  char *reply_to;
  GPtrArray *reactions;      /* of ConfabReaction* */
  GArray *spans;             /* of ConfabSpan; NULL until asked for */
  guint reaction_changes;
  guint read_count;
  guint received_count;
  gboolean outgoing;
  gboolean mentions_me;
};

enum
{
  PROP_ID = 1,
  PROP_CLIENT_ID,
  PROP_ROOM_ID,
  PROP_SEQ,
  PROP_CONTENT,
  PROP_MESSAGE_TYPE,
  PROP_STATE,
  PROP_FAILURE,
  PROP_SENDER,
  PROP_SENDER_NAME,
  PROP_OUTGOING,
  PROP_TIMESTAMP,
  PROP_EDITED_AT,
  PROP_DELETED_AT,
  PROP_EDITED,
  PROP_DELETED,
  PROP_REPLY_TO,
  PROP_REACTIONS_CHANGED_COUNT,
  PROP_READ_COUNT,
  PROP_RECEIVED_COUNT,
  PROP_MENTIONS_ME,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (ConfabMessage, confab_message, G_TYPE_OBJECT)

GType
confab_message_state_get_type (void)
{
  static GType type;
  static const GEnumValue values[] = {
    { CONFAB_MESSAGE_STATE_RECEIVED, "CONFAB_MESSAGE_STATE_RECEIVED", "received" },
    { CONFAB_MESSAGE_STATE_SENDING, "CONFAB_MESSAGE_STATE_SENDING", "sending" },
    { CONFAB_MESSAGE_STATE_FAILED, "CONFAB_MESSAGE_STATE_FAILED", "failed" },
    { CONFAB_MESSAGE_STATE_SENT, "CONFAB_MESSAGE_STATE_SENT", "sent" },
    { CONFAB_MESSAGE_STATE_DELIVERED, "CONFAB_MESSAGE_STATE_DELIVERED", "delivered" },
    { CONFAB_MESSAGE_STATE_READ, "CONFAB_MESSAGE_STATE_READ", "read" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter_pointer (&type))
    g_once_init_leave_pointer (&type, g_enum_register_static ("ConfabMessageState", values));
  return type;
}

void
confab_reaction_free (ConfabReaction *self)
{
  g_free (self->emoji);
  g_strfreev (self->user_ids);
  g_free (self);
}

static void
confab_message_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ConfabMessage *self = CONFAB_MESSAGE (object);

  switch (prop_id)
    {
    case PROP_ID: g_value_set_string (value, self->id); break;
    case PROP_CLIENT_ID: g_value_set_string (value, self->client_id); break;
    case PROP_ROOM_ID: g_value_set_string (value, self->room_id); break;
    case PROP_SEQ: g_value_set_int64 (value, self->seq); break;
    case PROP_CONTENT: g_value_set_string (value, self->content); break;
    case PROP_MESSAGE_TYPE: g_value_set_enum (value, self->message_type); break;
    case PROP_STATE: g_value_set_enum (value, self->state); break;
    case PROP_FAILURE: g_value_set_string (value, self->failure); break;
    case PROP_SENDER: g_value_set_object (value, self->sender); break;
    case PROP_SENDER_NAME: g_value_set_string (value, confab_message_get_sender_name (self)); break;
    case PROP_OUTGOING: g_value_set_boolean (value, self->outgoing); break;
    case PROP_TIMESTAMP: g_value_set_int64 (value, self->timestamp); break;
    case PROP_EDITED_AT: g_value_set_int64 (value, self->edited_at); break;
    case PROP_DELETED_AT: g_value_set_int64 (value, self->deleted_at); break;
    case PROP_EDITED: g_value_set_boolean (value, self->edited_at > 0); break;
    case PROP_DELETED: g_value_set_boolean (value, self->deleted_at > 0); break;
    case PROP_REPLY_TO: g_value_set_string (value, self->reply_to); break;
    case PROP_REACTIONS_CHANGED_COUNT: g_value_set_uint (value, self->reaction_changes); break;
    case PROP_READ_COUNT: g_value_set_uint (value, self->read_count); break;
    case PROP_RECEIVED_COUNT: g_value_set_uint (value, self->received_count); break;
    case PROP_MENTIONS_ME: g_value_set_boolean (value, self->mentions_me); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_message_finalize (GObject *object)
{
  ConfabMessage *self = CONFAB_MESSAGE (object);

  g_free (self->id);
  g_free (self->client_id);
  g_free (self->room_id);
  g_free (self->content);
  g_free (self->failure);
  g_free (self->sender_name);
  g_free (self->reply_to);
  g_clear_object (&self->sender);
  g_ptr_array_unref (self->reactions);
  g_clear_pointer (&self->spans, g_array_unref);
  G_OBJECT_CLASS (confab_message_parent_class)->finalize (object);
}

static void
confab_message_class_init (ConfabMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = confab_message_get_property;
  object_class->finalize = confab_message_finalize;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_CLIENT_ID] = g_param_spec_string ("client-id", NULL, NULL, NULL, flags);
  properties[PROP_ROOM_ID] = g_param_spec_string ("room-id", NULL, NULL, NULL, flags);
  properties[PROP_SEQ] = g_param_spec_int64 ("seq", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_CONTENT] = g_param_spec_string ("content", NULL, NULL, "", flags);
  properties[PROP_MESSAGE_TYPE] = g_param_spec_enum ("message-type", NULL, NULL, CONFAB_TYPE_MESSAGE_TYPE,
                                                     CONFAB_MESSAGE_TYPE_TEXT, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, CONFAB_TYPE_MESSAGE_STATE,
                                              CONFAB_MESSAGE_STATE_RECEIVED, flags);
  properties[PROP_FAILURE] = g_param_spec_string ("failure", NULL, NULL, NULL, flags);
  properties[PROP_SENDER] = g_param_spec_object ("sender", NULL, NULL, CONFAB_TYPE_USER, flags);
  properties[PROP_SENDER_NAME] = g_param_spec_string ("sender-name", NULL, NULL, "", flags);
  properties[PROP_OUTGOING] = g_param_spec_boolean ("outgoing", NULL, NULL, FALSE, flags);
  properties[PROP_TIMESTAMP] = g_param_spec_int64 ("timestamp", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_EDITED_AT] = g_param_spec_int64 ("edited-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_DELETED_AT] = g_param_spec_int64 ("deleted-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_EDITED] = g_param_spec_boolean ("edited", NULL, NULL, FALSE, flags);
  properties[PROP_DELETED] = g_param_spec_boolean ("deleted", NULL, NULL, FALSE, flags);
  properties[PROP_REPLY_TO] = g_param_spec_string ("reply-to", NULL, NULL, NULL, flags);
  properties[PROP_REACTIONS_CHANGED_COUNT] =
    g_param_spec_uint ("reactions-changed-count", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_READ_COUNT] = g_param_spec_uint ("read-count", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_RECEIVED_COUNT] = g_param_spec_uint ("received-count", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_MENTIONS_ME] = g_param_spec_boolean ("mentions-me", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
confab_message_init (ConfabMessage *self)
{
  self->content = g_strdup ("");
  self->message_type = CONFAB_MESSAGE_TYPE_TEXT;
  self->reactions = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_reaction_free);
}

ConfabMessage *
confab_message_new (const char *room_id)
{
  ConfabMessage *self = g_object_new (CONFAB_TYPE_MESSAGE, NULL);

  self->room_id = g_strdup (room_id);
  return self;
}

ConfabMessage *
confab_message_new_pending (const char *room_id, const char *client_id, ConfabUser *sender, const char *content,
                            const char *reply_to, gint64 timestamp)
{
  ConfabMessage *self = confab_message_new (room_id);

  self->client_id = g_strdup (client_id);
  self->sender = g_object_ref (sender);
  self->outgoing = TRUE;
  self->state = CONFAB_MESSAGE_STATE_SENDING;
  self->timestamp = timestamp;
  self->reply_to = g_strdup (reply_to);
  g_set_str (&self->content, content);
  return self;
}

static void
confab_message_notify (ConfabMessage *self, guint prop_id)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static void
confab_message_set_content (ConfabMessage *self, const char *content)
{
  if (!g_set_str (&self->content, content != NULL ? content : ""))
    return;
  g_clear_pointer (&self->spans, g_array_unref);
  confab_message_notify (self, PROP_CONTENT);
}

/* flag_id: the boolean property that says whether there is such a time, 0 for none. */
static void
confab_message_set_time (ConfabMessage *self, gint64 *field, gint64 time, guint prop_id, guint flag_id)
{
  gboolean flips = (*field > 0) != (time > 0);

  if (*field == time)
    return;
  *field = time;
  confab_message_notify (self, prop_id);
  if (flips && flag_id != 0)
    confab_message_notify (self, flag_id);
}

void
confab_message_set_state (ConfabMessage *self, ConfabMessageState state)
{
  if (self->state == state)
    return;
  self->state = state;
  confab_message_notify (self, PROP_STATE);
}

void
confab_message_set_failure (ConfabMessage *self, const char *failure)
{
  if (g_set_str (&self->failure, failure))
    confab_message_notify (self, PROP_FAILURE);
  if (self->seq == 0)
    confab_message_set_state (self, failure != NULL ? CONFAB_MESSAGE_STATE_FAILED : CONFAB_MESSAGE_STATE_SENDING);
}

static ConfabReaction *
find_reaction (GPtrArray *reactions, const char *emoji)
{
  for (guint i = 0; i < reactions->len; i++)
    {
      ConfabReaction *reaction = reactions->pdata[i];

      if (g_str_equal (reaction->emoji, emoji))
        return reaction;
    }
  return NULL;
}

static void
add_reaction (GPtrArray *reactions, const char *emoji, const char *user_id, const char *my_id)
{
  ConfabReaction *reaction = find_reaction (reactions, emoji);

  if (reaction == NULL)
    {
      reaction = g_new0 (ConfabReaction, 1);
      reaction->emoji = g_strdup (emoji);
      g_ptr_array_add (reactions, reaction);
    }
  reaction->user_ids = g_renew (char *, reaction->user_ids, reaction->n_users + 2);
  reaction->user_ids[reaction->n_users++] = g_strdup (user_id);
  reaction->user_ids[reaction->n_users] = NULL;
  reaction->mine |= g_strcmp0 (user_id, my_id) == 0;
}

static gboolean
reactions_equal (GPtrArray *a, GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      ConfabReaction *left = a->pdata[i];
      ConfabReaction *right = b->pdata[i];

      if (!g_str_equal (left->emoji, right->emoji) || left->n_users != right->n_users
          || !g_strv_equal ((const char * const *) left->user_ids, (const char * const *) right->user_ids))
        return FALSE;
    }
  return TRUE;
}

static void
confab_message_apply_reactions (ConfabMessage *self, JsonArray *array, const char *my_id)
{
  g_autoptr(GPtrArray) reactions = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_reaction_free);

  for (guint i = 0; i < confab_json_array_get_length (array); i++)
    {
      JsonObject *object = confab_json_array_get_object (array, i);
      const char *emoji = confab_json_get_string (object, "emoji");
      const char *user_id = confab_json_get_string (object, "userId");

      if (emoji != NULL && user_id != NULL)
        add_reaction (reactions, emoji, user_id, my_id);
    }
  if (reactions_equal (self->reactions, reactions))
    return;
  g_ptr_array_unref (self->reactions);
  self->reactions = g_steal_pointer (&reactions);
  self->reaction_changes++;
  confab_message_notify (self, PROP_REACTIONS_CHANGED_COUNT);
}

static gboolean
mentions_account (JsonObject *object, const char *my_id)
{
  JsonArray *mentions = confab_json_get_array (object, "mentions");

  if (confab_json_get_bool (object, "mentionsRoom"))
    return TRUE;
  for (guint i = 0; i < confab_json_array_get_length (mentions); i++)
    {
      if (g_strcmp0 (confab_json_array_get_string (mentions, i), my_id) == 0)
        return TRUE;
    }
  return FALSE;
}

/* What never changes once the server has stored the message. */
static void
confab_message_settle (ConfabMessage *self, JsonObject *object, ConfabUser *sender, const char *my_id)
{
  const char *word = confab_json_get_string (object, "type");

  g_set_str (&self->id, confab_json_get_string (object, "id"));
  g_set_str (&self->reply_to, confab_json_get_string (object, "replyTo"));
  g_set_str (&self->sender_name, confab_json_get_string (object, "senderName"));
  if (self->client_id == NULL)
    self->client_id = g_strdup (confab_json_get_string (object, "clientId"));
  self->seq = confab_json_get_int (object, "seq");
  g_set_object (&self->sender, sender);
  self->outgoing = g_strcmp0 (confab_user_get_id (sender), my_id) == 0;
  if (word != NULL)
    confab_message_type_from_string (word, &self->message_type);
  g_set_str (&self->failure, NULL);
  for (guint prop_id = PROP_ID; prop_id <= PROP_OUTGOING; prop_id++)
    {
      if (prop_id != PROP_STATE && prop_id != PROP_CONTENT)
        confab_message_notify (self, prop_id);
    }
  confab_message_set_state (self, self->outgoing ? CONFAB_MESSAGE_STATE_SENT : CONFAB_MESSAGE_STATE_RECEIVED);
}

gboolean
confab_message_apply (ConfabMessage *self, JsonObject *object, ConfabUser *sender, const char *my_id)
{
  gint64 rev = confab_json_get_int (object, "rev");
  gboolean mentions_me = FALSE;

  if (self->seq > 0 && rev <= self->rev)
    return FALSE;

  g_object_freeze_notify (G_OBJECT (self));
  if (self->seq == 0)
    confab_message_settle (self, object, sender, my_id);
  self->rev = rev;
  confab_message_set_content (self, confab_json_get_string (object, "content"));
  confab_message_set_time (self, &self->timestamp, confab_json_get_time (object, "timestamp"), PROP_TIMESTAMP, 0);
  confab_message_set_time (self, &self->edited_at, confab_json_get_time (object, "editedAt"), PROP_EDITED_AT,
                           PROP_EDITED);
  confab_message_set_time (self, &self->deleted_at, confab_json_get_time (object, "deletedAt"), PROP_DELETED_AT,
                           PROP_DELETED);
  confab_message_apply_reactions (self, confab_json_get_array (object, "reactions"), my_id);
  mentions_me = !self->outgoing && mentions_account (object, my_id);
  if (mentions_me != self->mentions_me)
    {
      self->mentions_me = mentions_me;
      confab_message_notify (self, PROP_MENTIONS_ME);
    }
  g_object_thaw_notify (G_OBJECT (self));
  return TRUE;
}

void
confab_message_set_counts (ConfabMessage *self, guint received, guint read, guint n_others)
{
  if (!self->outgoing || self->seq == 0)
    return;
  if (self->received_count != received)
    {
      self->received_count = received;
      confab_message_notify (self, PROP_RECEIVED_COUNT);
    }
  if (self->read_count != read)
    {
      self->read_count = read;
      confab_message_notify (self, PROP_READ_COUNT);
    }
  if (n_others > 0 && read >= n_others)
    confab_message_set_state (self, CONFAB_MESSAGE_STATE_READ);
  else if (n_others > 0 && received >= n_others)
    confab_message_set_state (self, CONFAB_MESSAGE_STATE_DELIVERED);
  else
    confab_message_set_state (self, CONFAB_MESSAGE_STATE_SENT);
}

gboolean
confab_message_has_my_reaction (ConfabMessage *self, const char *emoji)
{
  ConfabReaction *reaction = find_reaction (self->reactions, emoji);

  return reaction != NULL && reaction->mine;
}

/**
 * confab_message_get_id:
 * @self: a message
 *
 * Returns: (nullable): the id that the server gave it; %NULL while it is in the outbox
 *
 * Since: 0.1
 */
const char *
confab_message_get_id (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), NULL);
  return self->id;
}

/**
 * confab_message_get_client_id:
 * @self: a message
 *
 * Returns: (nullable): what the sender's device called it
 *
 * Since: 0.1
 */
const char *
confab_message_get_client_id (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), NULL);
  return self->client_id;
}

/**
 * confab_message_get_room_id:
 * @self: a message
 *
 * Returns: the room it is in
 *
 * Since: 0.1
 */
const char *
confab_message_get_room_id (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), NULL);
  return self->room_id;
}

/**
 * confab_message_get_seq:
 * @self: a message
 *
 * Returns: its number in the room, from 1; 0 while it is in the outbox
 *
 * Since: 0.1
 */
gint64
confab_message_get_seq (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), 0);
  return self->seq;
}

/**
 * confab_message_get_rev:
 * @self: a message
 *
 * Returns: the number of its last change among the changes of the room
 *
 * Since: 0.1
 */
gint64
confab_message_get_rev (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), 0);
  return self->rev;
}

/**
 * confab_message_get_content:
 * @self: a message
 *
 * Returns: the text as it was written, "" once deleted; see [method@Message.get_spans] for how to show it
 *
 * Since: 0.1
 */
const char *
confab_message_get_content (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), NULL);
  return self->content;
}

/**
 * confab_message_get_message_type:
 * @self: a message
 *
 * Returns: what it carries
 *
 * Since: 0.1
 */
ConfabMessageType
confab_message_get_message_type (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), CONFAB_MESSAGE_TYPE_TEXT);
  return self->message_type;
}

/**
 * confab_message_get_state:
 * @self: a message
 *
 * Returns: how far it has come
 *
 * Since: 0.1
 */
ConfabMessageState
confab_message_get_state (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), CONFAB_MESSAGE_STATE_RECEIVED);
  return self->state;
}

/**
 * confab_message_get_failure:
 * @self: a message
 *
 * Returns: (nullable): why the server refused it, in words
 *
 * Since: 0.1
 */
const char *
confab_message_get_failure (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), NULL);
  return self->failure;
}

/**
 * confab_message_get_sender:
 * @self: a message
 *
 * Returns: (transfer none): who wrote it
 *
 * Since: 0.1
 */
ConfabUser *
confab_message_get_sender (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), NULL);
  return self->sender;
}

/**
 * confab_message_get_sender_name:
 * @self: a message
 *
 * Returns: what the sender was called when it was written, never %NULL
 *
 * Since: 0.1
 */
const char *
confab_message_get_sender_name (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), NULL);
  if (self->sender_name != NULL)
    return self->sender_name;
  return self->sender != NULL ? confab_user_get_display_name (self->sender) : "";
}

/**
 * confab_message_is_outgoing:
 * @self: a message
 *
 * Returns: whether this account wrote it, on whatever device
 *
 * Since: 0.1
 */
gboolean
confab_message_is_outgoing (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), FALSE);
  return self->outgoing;
}

/**
 * confab_message_get_timestamp:
 * @self: a message
 *
 * Returns: when the server took it (in the outbox: when it was written), in milliseconds since 1970 UTC
 *
 * Since: 0.1
 */
gint64
confab_message_get_timestamp (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), 0);
  return self->timestamp;
}

/**
 * confab_message_get_edited_at:
 * @self: a message
 *
 * Returns: when it was last edited, in milliseconds since 1970 UTC; 0: never
 *
 * Since: 0.1
 */
gint64
confab_message_get_edited_at (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), 0);
  return self->edited_at;
}

/**
 * confab_message_get_deleted_at:
 * @self: a message
 *
 * Returns: when it was deleted, in milliseconds since 1970 UTC; 0: it is there
 *
 * Since: 0.1
 */
gint64
confab_message_get_deleted_at (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), 0);
  return self->deleted_at;
}

/**
 * confab_message_get_reply_to:
 * @self: a message
 *
 * Returns: (nullable): id of the message that it answers
 *
 * Since: 0.1
 */
const char *
confab_message_get_reply_to (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), NULL);
  return self->reply_to;
}

/**
 * confab_message_mentions_me:
 * @self: a message
 *
 * Returns: whether somebody else mentions this account in it, by name or with the whole room
 *
 * Since: 0.1
 */
gboolean
confab_message_mentions_me (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), FALSE);
  return self->mentions_me;
}

/**
 * confab_message_get_read_count:
 * @self: a message
 *
 * Returns: to how many other members it was shown, where that is known
 *
 * Since: 0.1
 */
guint
confab_message_get_read_count (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), 0);
  return self->read_count;
}

/**
 * confab_message_get_received_count:
 * @self: a message
 *
 * Returns: how many other members have it on a device, where that is known
 *
 * Since: 0.1
 */
guint
confab_message_get_received_count (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), 0);
  return self->received_count;
}

/**
 * confab_message_get_reactions: (skip)
 * @self: a message
 *
 * Returns: (transfer none) (element-type ConfabReaction): each emoji once, the first used first
 *
 * Since: 0.1
 */
GPtrArray *
confab_message_get_reactions (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), NULL);
  return self->reactions;
}

/**
 * confab_message_get_spans: (skip)
 * @self: a message
 *
 * Returns: (transfer none): of #ConfabSpan: what in the content is bold, a link and so on
 *
 * Since: 0.1
 */
GArray *
confab_message_get_spans (ConfabMessage *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE (self), NULL);
  if (self->spans == NULL)
    self->spans = confab_spans_parse (self->content);
  return self->spans;
}
