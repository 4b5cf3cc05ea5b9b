/* confab-room-details-dialog.c: what a room is, who is in it, and what can be done with it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-room-details-dialog.h"

#include <glib/gi18n.h>

#include "confab-member-row.h"
#include "confab-person-avatar.h"
#include "confab-switcher-dialog.h"
#include "confab-toast.h"
#include "confab-user-words.h"

struct _ConfabRoomDetailsDialog
{
  AdwDialog parent_instance;

  AdwNavigationView *navigation_view;
  GtkWidget *edit_button;
  ConfabPersonAvatar *avatar;
  GtkLabel *title_label;
  GtkLabel *subtitle_label;
  GtkLabel *description_label;
  GtkWidget *members_group;
  GtkLabel *members_count;
  GtkWidget *muted_row;
  GtkWidget *leave_group;
  GtkWidget *delete_row;
  GtkWidget *add_button;
  GtkSearchEntry *member_search;
  GtkListView *member_list;
  GtkEditable *name_row;
  GtkEditable *description_row;

  ConfabSession *session;
  ConfabRoom *room;
  GtkFilter *member_filter;
};

G_DEFINE_FINAL_TYPE (ConfabRoomDetailsDialog, confab_room_details_dialog, ADW_TYPE_DIALOG)

static char *
describe_type (ConfabRoomDetailsDialog *self)
{
  ConfabUser *other = confab_room_get_other (self->room);

  switch (confab_room_get_room_type (self->room))
    {
    case CONFAB_ROOM_TYPE_PUBLIC:
      return g_strdup (_("Public room"));

    case CONFAB_ROOM_TYPE_PRIVATE:
      return g_strdup (_("Private room"));

    case CONFAB_ROOM_TYPE_DIRECT:
    default:
      break;
    }
  if (other == NULL)
    return g_strdup (_("Conversation"));

  g_autofree char *presence = confab_user_words_get_presence (other);
  if (*presence == '\0')
    return g_strdup_printf ("@%s", confab_user_get_username (other));
  return g_strdup_printf ("@%s · %s", confab_user_get_username (other), presence);
}

static void
update (ConfabRoomDetailsDialog *self)
{
  gboolean direct = confab_room_get_room_type (self->room) == CONFAB_ROOM_TYPE_DIRECT;
  gboolean admin = confab_room_get_role (self->room) == CONFAB_MEMBER_ROLE_ADMIN && !direct;
  const char *title = confab_room_get_title (self->room);
  const char *description = confab_room_get_description (self->room);
  g_autofree char *type = describe_type (self);
  g_autofree char *count = g_strdup_printf ("%" G_GINT64_FORMAT, confab_room_get_member_count (self->room));

  confab_person_avatar_set_text (self->avatar, title);
  confab_person_avatar_set_user (self->avatar, confab_room_get_other (self->room));
  gtk_label_set_label (self->title_label, title);
  gtk_label_set_label (self->subtitle_label, type);
  gtk_label_set_label (self->description_label, description != NULL ? description : "");
  gtk_widget_set_visible (GTK_WIDGET (self->description_label), description != NULL && *description != '\0');
  gtk_label_set_label (self->members_count, count);
  gtk_widget_set_visible (self->members_group, !direct);
  gtk_widget_set_visible (self->leave_group, !direct);
  gtk_widget_set_visible (self->edit_button, admin);
  gtk_widget_set_visible (self->add_button, admin);
  gtk_widget_set_visible (self->delete_row, admin);
}

static void
on_edit_clicked (ConfabRoomDetailsDialog *self,
                 GtkButton               *button)
{
  const char *name = confab_room_get_name (self->room);
  const char *description = confab_room_get_description (self->room);

  gtk_editable_set_text (self->name_row, name != NULL ? name : "");
  gtk_editable_set_text (self->description_row, description != NULL ? description : "");
  adw_navigation_view_push_by_tag (self->navigation_view, "edit");
  gtk_widget_grab_focus (GTK_WIDGET (self->name_row));
}

static DexFuture *
on_saved (DexFuture *future,
          gpointer   user_data)
{
  ConfabRoomDetailsDialog *self = user_data;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    confab_toast_show_error (GTK_WIDGET (self->navigation_view), error);
  else
    adw_navigation_view_pop_to_tag (self->navigation_view, "details");
  return dex_future_new_true ();
}

static void
on_save_clicked (ConfabRoomDetailsDialog *self,
                 GtkWidget               *widget)
{
  dex_future_disown (dex_future_finally (confab_room_update (self->room, gtk_editable_get_text (self->name_row),
                                                             gtk_editable_get_text (self->description_row)),
                                         on_saved, g_object_ref (self), g_object_unref));
}

static void
on_members_activated (ConfabRoomDetailsDialog *self,
                      AdwActionRow            *row)
{
  confab_toast_watch (GTK_WIDGET (self->navigation_view), confab_room_load_members (self->room));
  adw_navigation_view_push_by_tag (self->navigation_view, "members");
}

static void
on_person_chosen (ConfabRoomDetailsDialog *self,
                  ConfabUser              *user)
{
  confab_toast_watch (GTK_WIDGET (self->navigation_view),
                      confab_room_add_member (self->room, confab_user_get_id (user)));
}

static void
on_add_clicked (ConfabRoomDetailsDialog *self,
                GtkButton               *button)
{
  ConfabSwitcherDialog *dialog = confab_switcher_dialog_new (self->session, CONFAB_SWITCHER_PERSON);

  g_signal_connect_object (dialog, "person-chosen", G_CALLBACK (on_person_chosen), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

static void
on_leave_activated (ConfabRoomDetailsDialog *self,
                    AdwButtonRow            *row)
{
  GtkWidget *page = gtk_widget_get_root (GTK_WIDGET (self)) != NULL ? GTK_WIDGET (self) : NULL;

  if (page != NULL)
    gtk_widget_activate_action (page, "room.leave", NULL);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
on_delete_confirmed (ConfabRoomDetailsDialog *self)
{
  confab_toast_watch (GTK_WIDGET (self->navigation_view), confab_room_delete (self->room));
}

static void
on_delete_activated (ConfabRoomDetailsDialog *self,
                     AdwButtonRow            *row)
{
  AdwDialog *dialog = adw_alert_dialog_new (NULL, _("All its messages are deleted, for everybody and for good."));

  adw_alert_dialog_format_heading (ADW_ALERT_DIALOG (dialog), _("Delete “%s”?"),
                                   confab_room_get_title (self->room));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "delete", _("_Delete"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "delete", ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (dialog, "response::delete", G_CALLBACK (on_delete_confirmed), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
on_room_left (ConfabRoomDetailsDialog *self,
              ConfabRoom              *room)
{
  if (room == self->room)
    adw_dialog_force_close (ADW_DIALOG (self));
}

static gboolean
matches_search (gpointer item,
                gpointer user_data)
{
  ConfabRoomDetailsDialog *self = user_data;
  ConfabUser *user = confab_member_get_user (item);
  const char *search = gtk_editable_get_text (GTK_EDITABLE (self->member_search));

  return g_str_match_string (search, confab_user_get_display_name (user), TRUE) ||
         g_str_has_prefix (confab_user_get_username (user), search);
}

static void
on_member_search_changed (ConfabRoomDetailsDialog *self)
{
  gtk_filter_changed (self->member_filter, GTK_FILTER_CHANGE_DIFFERENT);
}

/* Admins first, then by name. */
static int
compare_members (gconstpointer a,
                 gconstpointer b,
                 gpointer      user_data)
{
  ConfabMemberRole one = confab_member_get_role ((ConfabMember *) a);
  ConfabMemberRole other = confab_member_get_role ((ConfabMember *) b);

  if (one != other)
    return one == CONFAB_MEMBER_ROLE_ADMIN ? GTK_ORDERING_SMALLER : GTK_ORDERING_LARGER;
  return g_utf8_collate (confab_user_get_display_name (confab_member_get_user ((ConfabMember *) a)),
                         confab_user_get_display_name (confab_member_get_user ((ConfabMember *) b)));
}

static void
on_setup (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          ConfabRoomDetailsDialog  *self)
{
  gtk_list_item_set_activatable (item, FALSE);
  gtk_list_item_set_child (item, GTK_WIDGET (confab_member_row_new (self->session, self->room)));
}

static void
on_bind (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         ConfabRoomDetailsDialog  *self)
{
  ConfabMember *member = gtk_list_item_get_item (item);

  confab_member_row_set_member (CONFAB_MEMBER_ROW (gtk_list_item_get_child (item)), member);
  gtk_list_item_set_accessible_label (item, confab_user_get_display_name (confab_member_get_user (member)));
}

static void
on_unbind (GtkSignalListItemFactory *factory,
           GtkListItem              *item,
           ConfabRoomDetailsDialog  *self)
{
  confab_member_row_set_member (CONFAB_MEMBER_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
set_up_members (ConfabRoomDetailsDialog *self)
{
  g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  GListModel *members = g_object_ref (G_LIST_MODEL (confab_room_get_members (self->room)));
  GtkSorter *sorter = GTK_SORTER (gtk_custom_sorter_new (compare_members, NULL, NULL));

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), self);
  gtk_list_view_set_factory (self->member_list, factory);

  self->member_filter = GTK_FILTER (gtk_custom_filter_new (matches_search, self, NULL));
  GtkFilterListModel *filtered = gtk_filter_list_model_new (members, g_object_ref (self->member_filter));
  GtkSortListModel *sorted = gtk_sort_list_model_new (G_LIST_MODEL (filtered), sorter);
  g_autoptr(GtkNoSelection) selection = gtk_no_selection_new (G_LIST_MODEL (sorted));
  gtk_list_view_set_model (self->member_list, GTK_SELECTION_MODEL (selection));
}

static void
confab_room_details_dialog_dispose (GObject *object)
{
  ConfabRoomDetailsDialog *self = CONFAB_ROOM_DETAILS_DIALOG (object);

  if (self->member_list != NULL)
    gtk_list_view_set_model (self->member_list, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_ROOM_DETAILS_DIALOG);
  g_clear_object (&self->member_filter);
  g_clear_object (&self->room);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (confab_room_details_dialog_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (CONFAB_TYPE_PERSON_AVATAR);

  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-room-details-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, navigation_view);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, edit_button);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, avatar);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, title_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, subtitle_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, description_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, members_group);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, members_count);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, muted_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, leave_group);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, delete_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, add_button);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, member_search);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, member_list);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomDetailsDialog, description_row);
  gtk_widget_class_bind_template_callback (widget_class, on_edit_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_members_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_leave_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_delete_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_add_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_save_clicked);
}

static void
confab_room_details_dialog_class_init (ConfabRoomDetailsDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = confab_room_details_dialog_dispose;

  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
confab_room_details_dialog_init (ConfabRoomDetailsDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect_object (self->member_search, "search-changed", G_CALLBACK (on_member_search_changed), self,
                           G_CONNECT_SWAPPED);
}

ConfabRoomDetailsDialog *
confab_room_details_dialog_new (ConfabSession *session,
                                ConfabRoom    *room)
{
  ConfabRoomDetailsDialog *self = g_object_new (CONFAB_TYPE_ROOM_DETAILS_DIALOG, NULL);

  self->session = g_object_ref (session);
  self->room = g_object_ref (room);
  g_object_bind_property (room, "muted", self->muted_row, "active", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  g_signal_connect_object (room, "notify::title", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (room, "notify::description", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (room, "notify::member-count", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (room, "notify::role", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "room-left", G_CALLBACK (on_room_left), self, G_CONNECT_SWAPPED);
  set_up_members (self);
  update (self);
  return self;
}
