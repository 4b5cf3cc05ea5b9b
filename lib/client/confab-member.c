/* confab-member.c: a person in a room, with how far they have received and read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-member.h"

#include "client/confab-json-members.h"
#include "client/confab-member-private.h"

struct _ConfabMember
{
  GObject parent_instance;

  ConfabUser *user;
  ConfabMemberRole role;
  gint64 joined_at;
  gint64 received_seq;
  gint64 read_seq;
  gint64 rev;
};

enum
{
  PROP_USER = 1,
  PROP_ROLE,
  PROP_JOINED_AT,
  PROP_RECEIVED_SEQ,
  PROP_READ_SEQ,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (ConfabMember, confab_member, G_TYPE_OBJECT)

static void
confab_member_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ConfabMember *self = CONFAB_MEMBER (object);

  switch (prop_id)
    {
    case PROP_USER: g_value_set_object (value, self->user); break;
    case PROP_ROLE: g_value_set_enum (value, self->role); break;
    case PROP_JOINED_AT: g_value_set_int64 (value, self->joined_at); break;
    case PROP_RECEIVED_SEQ: g_value_set_int64 (value, self->received_seq); break;
    case PROP_READ_SEQ: g_value_set_int64 (value, self->read_seq); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_member_finalize (GObject *object)
{
  g_clear_object (&CONFAB_MEMBER (object)->user);
  G_OBJECT_CLASS (confab_member_parent_class)->finalize (object);
}

static void
confab_member_class_init (ConfabMemberClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = confab_member_get_property;
  object_class->finalize = confab_member_finalize;

  properties[PROP_USER] = g_param_spec_object ("user", NULL, NULL, CONFAB_TYPE_USER, flags);
  properties[PROP_ROLE] =
    g_param_spec_enum ("role", NULL, NULL, CONFAB_TYPE_MEMBER_ROLE, CONFAB_MEMBER_ROLE_MEMBER, flags);
  properties[PROP_JOINED_AT] = g_param_spec_int64 ("joined-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_RECEIVED_SEQ] = g_param_spec_int64 ("received-seq", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_READ_SEQ] = g_param_spec_int64 ("read-seq", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
confab_member_init (ConfabMember *self)
{
}

ConfabMember *
confab_member_new (ConfabUser *user)
{
  ConfabMember *self = g_object_new (CONFAB_TYPE_MEMBER, NULL);

  self->user = g_object_ref (user);
  return self;
}

gboolean
confab_member_advance (ConfabMember *self, gint64 received_seq, gint64 read_seq)
{
  gboolean advanced = FALSE;

  if (read_seq > self->read_seq)
    {
      self->read_seq = read_seq;
      advanced = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READ_SEQ]);
    }
  received_seq = MAX (received_seq, self->read_seq);
  if (received_seq > self->received_seq)
    {
      self->received_seq = received_seq;
      advanced = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECEIVED_SEQ]);
    }
  return advanced;
}

void
confab_member_apply (ConfabMember *self, JsonObject *object)
{
  const char *word = confab_json_get_string (object, "role");
  gint64 rev = confab_json_get_int (object, "rev");
  gint64 joined_at = confab_json_get_time (object, "joinedAt");
  ConfabMemberRole role = self->role;

  confab_member_advance (self, confab_json_get_int (object, "receivedSeq"), confab_json_get_int (object, "readSeq"));
  if (rev < self->rev)
    return;
  self->rev = rev;
  if (word != NULL && confab_member_role_from_string (word, &role) && role != self->role)
    {
      self->role = role;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROLE]);
    }
  if (joined_at > 0 && joined_at != self->joined_at)
    {
      self->joined_at = joined_at;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOINED_AT]);
    }
}

/**
 * confab_member_get_user:
 * @self: a member
 *
 * Returns: (transfer none): who it is
 *
 * Since: 0.1
 */
ConfabUser *
confab_member_get_user (ConfabMember *self)
{
  g_return_val_if_fail (CONFAB_IS_MEMBER (self), NULL);
  return self->user;
}

/**
 * confab_member_get_role:
 * @self: a member
 *
 * Returns: what they may do in the room
 *
 * Since: 0.1
 */
ConfabMemberRole
confab_member_get_role (ConfabMember *self)
{
  g_return_val_if_fail (CONFAB_IS_MEMBER (self), CONFAB_MEMBER_ROLE_MEMBER);
  return self->role;
}

/**
 * confab_member_get_joined_at:
 * @self: a member
 *
 * Returns: when they joined, in milliseconds since 1970 UTC
 *
 * Since: 0.1
 */
gint64
confab_member_get_joined_at (ConfabMember *self)
{
  g_return_val_if_fail (CONFAB_IS_MEMBER (self), 0);
  return self->joined_at;
}

/**
 * confab_member_get_received_seq:
 * @self: a member
 *
 * Returns: the seq up to which everything has reached a device of theirs
 *
 * Since: 0.1
 */
gint64
confab_member_get_received_seq (ConfabMember *self)
{
  g_return_val_if_fail (CONFAB_IS_MEMBER (self), 0);
  return self->received_seq;
}

/**
 * confab_member_get_read_seq:
 * @self: a member
 *
 * Returns: the seq up to which everything was shown to them
 *
 * Since: 0.1
 */
gint64
confab_member_get_read_seq (ConfabMember *self)
{
  g_return_val_if_fail (CONFAB_IS_MEMBER (self), 0);
  return self->read_seq;
}
