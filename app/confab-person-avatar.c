/* confab-person-avatar.c: the picture of a person or room, with a dot for presence
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-person-avatar.h"

#include <adwaita.h>

struct _ConfabPersonAvatar
{
  GtkWidget parent_instance;

  AdwAvatar *avatar;
  GtkWidget *dot;

  int size;
  char *text;
  ConfabUser *user;
  GSignalGroup *user_signals;
};

G_DEFINE_FINAL_TYPE (ConfabPersonAvatar, confab_person_avatar, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SIZE,
  PROP_TEXT,
  PROP_USER,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
update_dot (ConfabPersonAvatar *self)
{
  ConfabPresenceStatus status = self->user != NULL ? confab_user_get_presence (self->user)
                                                   : CONFAB_PRESENCE_STATUS_OFFLINE;

  gtk_widget_set_visible (self->dot, status != CONFAB_PRESENCE_STATUS_OFFLINE &&
                                       status != CONFAB_PRESENCE_STATUS_INVISIBLE);
  gtk_widget_remove_css_class (self->dot, "away");
  gtk_widget_remove_css_class (self->dot, "dnd");
  if (status == CONFAB_PRESENCE_STATUS_AWAY)
    gtk_widget_add_css_class (self->dot, "away");
  else if (status == CONFAB_PRESENCE_STATUS_DND)
    gtk_widget_add_css_class (self->dot, "dnd");
}

/* A template's children without a name are not removed with the template. */
static void
remove_children (GtkWidget *widget)
{
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (widget)) != NULL)
    gtk_widget_unparent (child);
}

static void
confab_person_avatar_dispose (GObject *object)
{
  ConfabPersonAvatar *self = CONFAB_PERSON_AVATAR (object);

  g_clear_object (&self->user_signals);
  g_clear_object (&self->user);
  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_PERSON_AVATAR);
  remove_children (GTK_WIDGET (self));

  G_OBJECT_CLASS (confab_person_avatar_parent_class)->dispose (object);
}

static void
confab_person_avatar_finalize (GObject *object)
{
  g_clear_pointer (&CONFAB_PERSON_AVATAR (object)->text, g_free);

  G_OBJECT_CLASS (confab_person_avatar_parent_class)->finalize (object);
}

static void
confab_person_avatar_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  ConfabPersonAvatar *self = CONFAB_PERSON_AVATAR (object);

  switch (prop_id)
    {
    case PROP_SIZE:
      g_value_set_int (value, self->size);
      break;

    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;

    case PROP_USER:
      g_value_set_object (value, self->user);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_person_avatar_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  ConfabPersonAvatar *self = CONFAB_PERSON_AVATAR (object);

  switch (prop_id)
    {
    case PROP_SIZE:
      self->size = g_value_get_int (value);
      g_object_notify_by_pspec (object, pspec);
      break;

    case PROP_TEXT:
      confab_person_avatar_set_text (self, g_value_get_string (value));
      break;

    case PROP_USER:
      confab_person_avatar_set_user (self, g_value_get_object (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_person_avatar_class_init (ConfabPersonAvatarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = confab_person_avatar_dispose;
  object_class->finalize = confab_person_avatar_finalize;
  object_class->get_property = confab_person_avatar_get_property;
  object_class->set_property = confab_person_avatar_set_property;

  properties[PROP_SIZE] = g_param_spec_int ("size", NULL, NULL, 8, 512, 40,
                                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL,
                                               G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_USER] = g_param_spec_object ("user", NULL, NULL, CONFAB_TYPE_USER,
                                               G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-person-avatar.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabPersonAvatar, avatar);
  gtk_widget_class_bind_template_child (widget_class, ConfabPersonAvatar, dot);
}

static void
confab_person_avatar_init (ConfabPersonAvatar *self)
{
  self->size = 40;
  gtk_widget_init_template (GTK_WIDGET (self));

  self->user_signals = g_signal_group_new (CONFAB_TYPE_USER);
  g_signal_group_connect_swapped (self->user_signals, "notify::presence", G_CALLBACK (update_dot), self);
}

void
confab_person_avatar_set_text (ConfabPersonAvatar *self,
                               const char         *text)
{
  g_return_if_fail (CONFAB_IS_PERSON_AVATAR (self));

  if (g_set_str (&self->text, text))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

void
confab_person_avatar_set_user (ConfabPersonAvatar *self,
                               ConfabUser         *user)
{
  g_return_if_fail (CONFAB_IS_PERSON_AVATAR (self));

  if (!g_set_object (&self->user, user))
    return;
  g_signal_group_set_target (self->user_signals, user);
  update_dot (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_USER]);
}
