/* confab-user.c: a person or a bot, as far as this account knows them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-user.h"

#include "client/confab-json-members.h"
#include "client/confab-user-private.h"

struct _ConfabUser
{
  GObject parent_instance;

  char *id;
  char *username;
  char *display_name;
  char *avatar;
  ConfabPresenceStatus presence;
  ConfabUserRole role;
  gint64 last_seen;
};

enum
{
  PROP_ID = 1,
  PROP_USERNAME,
  PROP_DISPLAY_NAME,
  PROP_AVATAR,
  PROP_PRESENCE,
  PROP_ROLE,
  PROP_LAST_SEEN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (ConfabUser, confab_user, G_TYPE_OBJECT)

static void
confab_user_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ConfabUser *self = CONFAB_USER (object);

  switch (prop_id)
    {
    case PROP_ID: g_value_set_string (value, self->id); break;
    case PROP_USERNAME: g_value_set_string (value, self->username); break;
    case PROP_DISPLAY_NAME: g_value_set_string (value, confab_user_get_display_name (self)); break;
    case PROP_AVATAR: g_value_set_string (value, self->avatar); break;
    case PROP_PRESENCE: g_value_set_enum (value, self->presence); break;
    case PROP_ROLE: g_value_set_enum (value, self->role); break;
    case PROP_LAST_SEEN: g_value_set_int64 (value, self->last_seen); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_user_finalize (GObject *object)
{
  ConfabUser *self = CONFAB_USER (object);

  g_free (self->id);
  g_free (self->username);
  g_free (self->display_name);
  g_free (self->avatar);
  G_OBJECT_CLASS (confab_user_parent_class)->finalize (object);
}

static void
confab_user_class_init (ConfabUserClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = confab_user_get_property;
  object_class->finalize = confab_user_finalize;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_USERNAME] = g_param_spec_string ("username", NULL, NULL, NULL, flags);
  properties[PROP_DISPLAY_NAME] = g_param_spec_string ("display-name", NULL, NULL, NULL, flags);
  properties[PROP_AVATAR] = g_param_spec_string ("avatar", NULL, NULL, NULL, flags);
  properties[PROP_PRESENCE] = g_param_spec_enum ("presence", NULL, NULL, CONFAB_TYPE_PRESENCE_STATUS,
                                                 CONFAB_PRESENCE_STATUS_OFFLINE, flags);
  properties[PROP_ROLE] = g_param_spec_enum ("role", NULL, NULL, CONFAB_TYPE_USER_ROLE, CONFAB_USER_ROLE_USER, flags);
  properties[PROP_LAST_SEEN] = g_param_spec_int64 ("last-seen", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
confab_user_init (ConfabUser *self)
{
  self->presence = CONFAB_PRESENCE_STATUS_OFFLINE;
}

ConfabUser *
confab_user_new (const char *id)
{
  ConfabUser *self = g_object_new (CONFAB_TYPE_USER, NULL);

  self->id = g_strdup (id);
  return self;
}

void
confab_user_set_display_name (ConfabUser *self, const char *display_name)
{
  if (display_name != NULL && *display_name != '\0' && g_set_str (&self->display_name, display_name))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DISPLAY_NAME]);
}

void
confab_user_set_presence (ConfabUser *self, ConfabPresenceStatus presence, gint64 last_seen)
{
  if (self->presence != presence)
    {
      self->presence = presence;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PRESENCE]);
    }
  if (last_seen > 0 && self->last_seen != last_seen)
    {
      self->last_seen = last_seen;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_SEEN]);
    }
}

static void
confab_user_apply_role (ConfabUser *self, const char *word)
{
  ConfabUserRole role = CONFAB_USER_ROLE_USER;

  if (word == NULL || !confab_user_role_from_string (word, &role) || self->role == role)
    return;
  self->role = role;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROLE]);
}

void
confab_user_apply (ConfabUser *self, JsonObject *object)
{
  const char *username = confab_json_get_string (object, "username");
  const char *status = confab_json_get_string (object, "status");
  ConfabPresenceStatus presence = self->presence;

  g_object_freeze_notify (G_OBJECT (self));
  if (username != NULL && g_set_str (&self->username, username))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_USERNAME]);
  confab_user_set_display_name (self, confab_json_get_string (object, "displayName"));
  if (json_object_has_member (object, "avatar")
      && g_set_str (&self->avatar, confab_json_get_string (object, "avatar")))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AVATAR]);
  if (status != NULL && confab_presence_status_from_string (status, &presence))
    confab_user_set_presence (self, presence, confab_json_get_time (object, "lastSeen"));
  /* A Member has a role too, but in its room. */
  if (!json_object_has_member (object, "userId"))
    confab_user_apply_role (self, confab_json_get_string (object, "role"));
  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * confab_user_get_id:
 * @self: a user
 *
 * Returns: the account's id
 *
 * Since: 0.1
 */
const char *
confab_user_get_id (ConfabUser *self)
{
  g_return_val_if_fail (CONFAB_IS_USER (self), NULL);
  return self->id;
}

/**
 * confab_user_get_username:
 * @self: a user
 *
 * Returns: (nullable): the unique name, where it is known
 *
 * Since: 0.1
 */
const char *
confab_user_get_username (ConfabUser *self)
{
  g_return_val_if_fail (CONFAB_IS_USER (self), NULL);
  return self->username;
}

/**
 * confab_user_get_display_name:
 * @self: a user
 *
 * Returns: what to call this person; the username where nothing better is known, never %NULL
 *
 * Since: 0.1
 */
const char *
confab_user_get_display_name (ConfabUser *self)
{
  g_return_val_if_fail (CONFAB_IS_USER (self), NULL);
  if (self->display_name != NULL)
    return self->display_name;
  return self->username != NULL ? self->username : "";
}

/**
 * confab_user_get_avatar:
 * @self: a user
 *
 * Returns: (nullable): the address of a picture
 *
 * Since: 0.1
 */
const char *
confab_user_get_avatar (ConfabUser *self)
{
  g_return_val_if_fail (CONFAB_IS_USER (self), NULL);
  return self->avatar;
}

/**
 * confab_user_get_presence:
 * @self: a user
 *
 * Known only for people in rooms that are open, see [method@Room.open].
 *
 * Returns: whether they are there
 *
 * Since: 0.1
 */
ConfabPresenceStatus
confab_user_get_presence (ConfabUser *self)
{
  g_return_val_if_fail (CONFAB_IS_USER (self), CONFAB_PRESENCE_STATUS_OFFLINE);
  return self->presence;
}

/**
 * confab_user_get_last_seen:
 * @self: a user
 *
 * Returns: when a device of theirs was last connected, in milliseconds since 1970 UTC; 0 when unknown
 *
 * Since: 0.1
 */
gint64
confab_user_get_last_seen (ConfabUser *self)
{
  g_return_val_if_fail (CONFAB_IS_USER (self), 0);
  return self->last_seen;
}

/**
 * confab_user_get_role:
 * @self: a user
 *
 * Returns: what the account may do on the server
 *
 * Since: 0.1
 */
ConfabUserRole
confab_user_get_role (ConfabUser *self)
{
  g_return_val_if_fail (CONFAB_IS_USER (self), CONFAB_USER_ROLE_USER);
  return self->role;
}
