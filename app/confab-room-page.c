/* confab-room-page.c: the room that is open: who is in it, what was said, and where to write
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-room-page.h"

#include <glib/gi18n.h>

#include "confab-composer.h"
#include "confab-connection-banner.h"
#include "confab-person-avatar.h"
#include "confab-room-details-dialog.h"
#include "confab-timeline-view.h"
#include "confab-toast.h"
#include "confab-user-words.h"

struct _ConfabRoomPage
{
  AdwNavigationPage parent_instance;

  GtkWidget *title_button;
  ConfabPersonAvatar *avatar;
  GtkLabel *title_label;
  GtkLabel *subtitle_label;
  GtkWidget *menu_button;
  GtkStack *stack;
  ConfabTimelineView *timeline_view;
  GtkLabel *typing_label;
  ConfabComposer *composer;

  ConfabSession *session;
  GSettings *settings;
  ConfabRoom *room;
  GBindingGroup *room_bindings;
  GSignalGroup *room_signals;
  GSignalGroup *other_signals;
  gboolean narrow;
};

G_DEFINE_FINAL_TYPE (ConfabRoomPage, confab_room_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_SETTINGS,
  PROP_ROOM,
  PROP_MUTED,
  PROP_NARROW,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static char *
describe_room (ConfabRoom *room)
{
  gint64 n_members = confab_room_get_member_count (room);
  const char *description = confab_room_get_description (room);
  ConfabUser *other = confab_room_get_other (room);

  if (confab_room_get_room_type (room) == CONFAB_ROOM_TYPE_DIRECT)
    return other != NULL ? confab_user_words_get_presence (other) : g_strdup ("");

  g_autofree char *members = g_strdup_printf (ngettext ("%" G_GINT64_FORMAT " member", "%" G_GINT64_FORMAT " members",
                                                        n_members),
                                              n_members);
  if (description == NULL || *description == '\0')
    return g_steal_pointer (&members);
  return g_strdup_printf ("%s · %s", members, description);
}

static void
update_subtitle (ConfabRoomPage *self)
{
  g_autofree char *subtitle = describe_room (self->room);

  gtk_label_set_label (self->subtitle_label, subtitle);
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle_label), *subtitle != '\0');
}

static void
update_typing (ConfabRoomPage *self)
{
  gtk_label_set_label (self->typing_label, confab_room_get_typing_text (self->room));
}

static void
update_other (ConfabRoomPage *self)
{
  ConfabUser *other = self->room != NULL ? confab_room_get_other (self->room) : NULL;

  confab_person_avatar_set_user (self->avatar, other);
  g_signal_group_set_target (self->other_signals, other);
  if (self->room != NULL)
    update_subtitle (self);
}

static void
on_muted_changed (ConfabRoomPage *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MUTED]);
}

static void
on_reply_requested (ConfabRoomPage *self,
                    ConfabMessage  *message)
{
  confab_composer_reply (self->composer, message);
}

static void
on_edit_requested (ConfabRoomPage *self,
                   ConfabMessage  *message)
{
  confab_composer_edit (self->composer, message);
}

static void
on_edit_last_requested (ConfabRoomPage *self)
{
  ConfabMessage *message = confab_timeline_view_get_last_own_message (self->timeline_view);

  if (message != NULL)
    confab_composer_edit (self->composer, message);
}

static void
on_sent (ConfabRoomPage *self)
{
  confab_timeline_view_jump_to_latest (self->timeline_view);
}

static void
show_details (GtkWidget  *widget,
              const char *action,
              GVariant   *parameter)
{
  ConfabRoomPage *self = CONFAB_ROOM_PAGE (widget);

  if (self->room != NULL)
    adw_dialog_present (ADW_DIALOG (confab_room_details_dialog_new (self->session, self->room)), widget);
}

static void
mark_read (GtkWidget  *widget,
           const char *action,
           GVariant   *parameter)
{
  confab_room_page_mark_all_read (CONFAB_ROOM_PAGE (widget));
}

static void
on_leave_confirmed (ConfabRoomPage *self,
                    const char     *response,
                    AdwAlertDialog *dialog)
{
  ConfabRoom *room = g_object_get_data (G_OBJECT (dialog), "room");

  confab_toast_watch (GTK_WIDGET (self), confab_room_leave (room));
}

static void
leave (GtkWidget  *widget,
       const char *action,
       GVariant   *parameter)
{
  ConfabRoomPage *self = CONFAB_ROOM_PAGE (widget);
  AdwDialog *dialog = NULL;

  if (self->room == NULL)
    return;
  dialog = adw_alert_dialog_new (NULL, NULL);
  adw_alert_dialog_format_heading (ADW_ALERT_DIALOG (dialog), _("Leave “%s”?"), confab_room_get_title (self->room));
  adw_alert_dialog_set_body (ADW_ALERT_DIALOG (dialog),
                             confab_room_get_room_type (self->room) == CONFAB_ROOM_TYPE_PUBLIC
                               ? _("You can join again at any time.")
                               : _("Somebody in the room has to add you before you can come back."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "leave", _("_Leave"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "leave", ADW_RESPONSE_DESTRUCTIVE);
  g_object_set_data_full (G_OBJECT (dialog), "room", g_object_ref (self->room), g_object_unref);
  g_signal_connect_object (dialog, "response::leave", G_CALLBACK (on_leave_confirmed), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
}

static void
confab_room_page_dispose (GObject *object)
{
  ConfabRoomPage *self = CONFAB_ROOM_PAGE (object);

  confab_room_page_set_room (self, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_ROOM_PAGE);
  g_clear_object (&self->room_bindings);
  g_clear_object (&self->room_signals);
  g_clear_object (&self->other_signals);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (confab_room_page_parent_class)->dispose (object);
}

static void
confab_room_page_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  ConfabRoomPage *self = CONFAB_ROOM_PAGE (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;

    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;

    case PROP_ROOM:
      g_value_set_object (value, self->room);
      break;

    case PROP_MUTED:
      g_value_set_boolean (value, self->room != NULL && confab_room_get_muted (self->room));
      break;

    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_room_page_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  ConfabRoomPage *self = CONFAB_ROOM_PAGE (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      g_set_object (&self->session, g_value_get_object (value));
      break;

    case PROP_SETTINGS:
      g_set_object (&self->settings, g_value_get_object (value));
      break;

    case PROP_ROOM:
      confab_room_page_set_room (self, g_value_get_object (value));
      break;

    case PROP_MUTED:
      if (self->room != NULL)
        confab_room_set_muted (self->room, g_value_get_boolean (value));
      break;

    case PROP_NARROW:
      self->narrow = g_value_get_boolean (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (CONFAB_TYPE_COMPOSER);
  g_type_ensure (CONFAB_TYPE_CONNECTION_BANNER);
  g_type_ensure (CONFAB_TYPE_PERSON_AVATAR);
  g_type_ensure (CONFAB_TYPE_TIMELINE_VIEW);

  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-room-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomPage, title_button);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomPage, avatar);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomPage, title_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomPage, subtitle_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomPage, menu_button);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomPage, stack);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomPage, timeline_view);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomPage, typing_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomPage, composer);
}

static void
confab_room_page_class_init (ConfabRoomPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = confab_room_page_dispose;
  object_class->get_property = confab_room_page_get_property;
  object_class->set_property = confab_room_page_set_property;

  properties[PROP_SESSION] =
    g_param_spec_object ("session", NULL, NULL, CONFAB_TYPE_SESSION, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_ROOM] = g_param_spec_object ("room", NULL, NULL, CONFAB_TYPE_ROOM,
                                               G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_MUTED] = g_param_spec_boolean ("muted", NULL, NULL, FALSE,
                                                 G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_install_action (widget_class, "room.show-details", NULL, show_details);
  gtk_widget_class_install_action (widget_class, "room.mark-read", NULL, mark_read);
  gtk_widget_class_install_action (widget_class, "room.leave", NULL, leave);
  gtk_widget_class_install_property_action (widget_class, "room.muted", "muted");
  bind_template (widget_class);
}

static void
bind_room (ConfabRoomPage *self)
{
  self->room_bindings = g_binding_group_new ();
  g_binding_group_bind (self->room_bindings, "title", self->title_label, "label", G_BINDING_SYNC_CREATE);
  g_binding_group_bind (self->room_bindings, "title", self->avatar, "text", G_BINDING_SYNC_CREATE);
  g_binding_group_bind (self->room_bindings, "title", self, "title", G_BINDING_SYNC_CREATE);

  self->room_signals = g_signal_group_new (CONFAB_TYPE_ROOM);
  g_signal_group_connect_swapped (self->room_signals, "notify::member-count", G_CALLBACK (update_subtitle), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::description", G_CALLBACK (update_subtitle), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::typing-text", G_CALLBACK (update_typing), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::other", G_CALLBACK (update_other), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::muted", G_CALLBACK (on_muted_changed), self);

  self->other_signals = g_signal_group_new (CONFAB_TYPE_USER);
  g_signal_group_connect_swapped (self->other_signals, "notify::presence", G_CALLBACK (update_subtitle), self);
  g_signal_group_connect_swapped (self->other_signals, "notify::last-seen", G_CALLBACK (update_subtitle), self);
}

static void
confab_room_page_init (ConfabRoomPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  bind_room (self);
  g_signal_connect_object (self->timeline_view, "reply-requested", G_CALLBACK (on_reply_requested), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->timeline_view, "edit-requested", G_CALLBACK (on_edit_requested), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->composer, "edit-last-requested", G_CALLBACK (on_edit_last_requested), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->composer, "sent", G_CALLBACK (on_sent), self, G_CONNECT_SWAPPED);
}

ConfabRoom *
confab_room_page_get_room (ConfabRoomPage *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM_PAGE (self), NULL);
  return self->room;
}

void
confab_room_page_set_room (ConfabRoomPage *self,
                           ConfabRoom     *room)
{
  g_return_if_fail (CONFAB_IS_ROOM_PAGE (self));

  if (self->room == room)
    return;

  if (self->room != NULL)
    confab_room_close (self->room);
  g_set_object (&self->room, room);
  if (room != NULL)
    confab_room_open (room);

  g_binding_group_set_source (self->room_bindings, room);
  g_signal_group_set_target (self->room_signals, room);
  confab_timeline_view_set_room (self->timeline_view, room);
  g_object_set (self->composer, "room", room, NULL);
  gtk_widget_set_visible (self->title_button, room != NULL);
  gtk_widget_set_visible (self->menu_button, room != NULL);
  gtk_stack_set_visible_child_name (self->stack, room != NULL ? "room" : "none");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "room.leave",
                                 room != NULL && confab_room_get_room_type (room) != CONFAB_ROOM_TYPE_DIRECT);
  update_other (self);
  if (room != NULL)
    update_typing (self);
  else
    adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), _("Room"));
  on_muted_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROOM]);
}

void
confab_room_page_mark_all_read (ConfabRoomPage *self)
{
  g_return_if_fail (CONFAB_IS_ROOM_PAGE (self));
  confab_timeline_view_mark_all_read (self->timeline_view);
}

void
confab_room_page_focus_composer (ConfabRoomPage *self)
{
  g_return_if_fail (CONFAB_IS_ROOM_PAGE (self));

  if (self->room != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (self->composer));
}

gboolean
confab_room_page_focus_next_pane (ConfabRoomPage *self,
                                  gboolean        forward)
{
  g_return_val_if_fail (CONFAB_IS_ROOM_PAGE (self), FALSE);

  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  gboolean in_timeline = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->timeline_view));
  gboolean in_composer = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->composer));

  if (self->room == NULL || (forward ? in_composer : in_timeline))
    return FALSE;
  if (forward ? in_timeline : !in_composer)
    return gtk_widget_grab_focus (GTK_WIDGET (self->composer));
  return gtk_widget_child_focus (GTK_WIDGET (self->timeline_view), GTK_DIR_TAB_FORWARD);
}
