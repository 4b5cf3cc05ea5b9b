/* confab-member-row.c: a person in the list of a room's members
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-member-row.h"

#include <glib/gi18n.h>

#include "confab-person-avatar.h"
#include "confab-toast.h"

struct _ConfabMemberRow
{
  GtkWidget parent_instance;

  ConfabPersonAvatar *avatar;
  GtkLabel *name_label;
  GtkLabel *username_label;
  GtkWidget *admin_label;
  GtkWidget *menu_button;

  ConfabSession *session;
  ConfabRoom *room;
  ConfabMember *member;
  GSignalGroup *member_signals;
  GBindingGroup *user_bindings;
};

G_DEFINE_FINAL_TYPE (ConfabMemberRow, confab_member_row, GTK_TYPE_WIDGET)

static void
update_role (ConfabMemberRow *self)
{
  gboolean admin = confab_member_get_role (self->member) == CONFAB_MEMBER_ROLE_ADMIN;
  gboolean me = confab_member_get_user (self->member) == confab_session_get_user (self->session);
  gboolean may_change = confab_room_get_role (self->room) == CONFAB_MEMBER_ROLE_ADMIN &&
                        confab_room_get_room_type (self->room) != CONFAB_ROOM_TYPE_DIRECT;

  gtk_widget_set_visible (self->admin_label, admin);
  gtk_widget_set_visible (self->menu_button, may_change && !me);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "member.promote", may_change && !admin);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "member.demote", may_change && admin);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "member.remove", may_change && !me);
}

static const char *
get_user_id (ConfabMemberRow *self)
{
  return confab_user_get_id (confab_member_get_user (self->member));
}

static void
promote (GtkWidget  *widget,
         const char *action,
         GVariant   *parameter)
{
  ConfabMemberRow *self = CONFAB_MEMBER_ROW (widget);

  confab_toast_watch (widget, confab_room_set_member_role (self->room, get_user_id (self), CONFAB_MEMBER_ROLE_ADMIN));
}

static void
demote (GtkWidget  *widget,
        const char *action,
        GVariant   *parameter)
{
  ConfabMemberRow *self = CONFAB_MEMBER_ROW (widget);

  confab_toast_watch (widget, confab_room_set_member_role (self->room, get_user_id (self), CONFAB_MEMBER_ROLE_MEMBER));
}

static void
remove_member (GtkWidget  *widget,
               const char *action,
               GVariant   *parameter)
{
  ConfabMemberRow *self = CONFAB_MEMBER_ROW (widget);

  confab_toast_watch (widget, confab_room_remove_member (self->room, get_user_id (self)));
}

static gboolean
format_username (GBinding     *binding,
                 const GValue *from,
                 GValue       *to,
                 gpointer      user_data)
{
  const char *username = g_value_get_string (from);

  g_value_take_string (to, g_strdup_printf ("@%s", username != NULL ? username : ""));
  return TRUE;
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
confab_member_row_dispose (GObject *object)
{
  ConfabMemberRow *self = CONFAB_MEMBER_ROW (object);

  g_clear_object (&self->member_signals);
  g_clear_object (&self->user_bindings);
  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_MEMBER_ROW);
  remove_children (GTK_WIDGET (self));
  g_clear_object (&self->member);
  g_clear_object (&self->room);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (confab_member_row_parent_class)->dispose (object);
}

static void
confab_member_row_class_init (ConfabMemberRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = confab_member_row_dispose;

  gtk_widget_class_install_action (widget_class, "member.promote", NULL, promote);
  gtk_widget_class_install_action (widget_class, "member.demote", NULL, demote);
  gtk_widget_class_install_action (widget_class, "member.remove", NULL, remove_member);

  g_type_ensure (CONFAB_TYPE_PERSON_AVATAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-member-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabMemberRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, ConfabMemberRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabMemberRow, username_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabMemberRow, admin_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabMemberRow, menu_button);
}

static void
confab_member_row_init (ConfabMemberRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->member_signals = g_signal_group_new (CONFAB_TYPE_MEMBER);
  g_signal_group_connect_swapped (self->member_signals, "notify::role", G_CALLBACK (update_role), self);
  self->user_bindings = g_binding_group_new ();
  g_binding_group_bind (self->user_bindings, "display-name", self->name_label, "label", G_BINDING_SYNC_CREATE);
  g_binding_group_bind (self->user_bindings, "display-name", self->avatar, "text", G_BINDING_SYNC_CREATE);
  g_binding_group_bind_full (self->user_bindings, "username", self->username_label, "label", G_BINDING_SYNC_CREATE,
                             format_username, NULL, NULL, NULL);
}

ConfabMemberRow *
confab_member_row_new (ConfabSession *session,
                       ConfabRoom    *room)
{
  ConfabMemberRow *self = g_object_new (CONFAB_TYPE_MEMBER_ROW, NULL);

  self->session = g_object_ref (session);
  self->room = g_object_ref (room);
  return self;
}

void
confab_member_row_set_member (ConfabMemberRow *self,
                              ConfabMember    *member)
{
  g_return_if_fail (CONFAB_IS_MEMBER_ROW (self));

  g_set_object (&self->member, member);
  g_signal_group_set_target (self->member_signals, member);
  g_binding_group_set_source (self->user_bindings, member != NULL ? confab_member_get_user (member) : NULL);
  confab_person_avatar_set_user (self->avatar, member != NULL ? confab_member_get_user (member) : NULL);
  if (member != NULL)
    update_role (self);
}
