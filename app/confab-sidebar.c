/* confab-sidebar.c: the list of rooms, and what belongs to the account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-sidebar.h"

#include <glib/gi18n.h>

#include "confab-connection-banner.h"
#include "confab-room-row.h"

/* In the order of the list. */
typedef enum
{
  SECTION_UNREAD,
  SECTION_PEOPLE,
  SECTION_ROOMS,
} Section;

struct _ConfabSidebar
{
  AdwNavigationPage parent_instance;

  AdwWindowTitle *window_title;
  GtkSearchEntry *search_entry;
  GtkStack *stack;
  GtkListView *list_view;
  GtkSingleSelection *selection;
  GtkSortListModel *sort_model;

  ConfabSession *session;
  GtkSorter *sorter;
  GtkSorter *section_sorter;
  /* Reading a room does not move it away under the pointer: it stays where it was found until another one is opened. */
  ConfabRoom *kept_unread;
  ConfabRoom *room;
  guint sort_source;
  gboolean selecting;
};

G_DEFINE_FINAL_TYPE (ConfabSidebar, confab_sidebar, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_ROOMS,
  PROP_ROOM,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static Section
get_section (ConfabSidebar *self,
             ConfabRoom    *room)
{
  if (room == self->kept_unread || (confab_room_get_unread_count (room) > 0 && !confab_room_get_muted (room)))
    return SECTION_UNREAD;
  return confab_room_get_room_type (room) == CONFAB_ROOM_TYPE_DIRECT ? SECTION_PEOPLE : SECTION_ROOMS;
}

static const char *
get_section_title (Section section)
{
  switch (section)
    {
    case SECTION_UNREAD:
      return _("Unread");

    case SECTION_PEOPLE:
      return _("People");

    case SECTION_ROOMS:
    default:
      return _("Rooms");
    }
}

static int
compare_sections (gconstpointer a,
                  gconstpointer b,
                  gpointer      user_data)
{
  return (int) get_section (user_data, (ConfabRoom *) a) - (int) get_section (user_data, (ConfabRoom *) b);
}

static int
compare_rooms (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  gint64 one = confab_room_get_last_activity ((ConfabRoom *) a);
  gint64 other = confab_room_get_last_activity ((ConfabRoom *) b);

  if (one != other)
    return one > other ? GTK_ORDERING_SMALLER : GTK_ORDERING_LARGER;
  return g_utf8_collate (confab_room_get_title ((ConfabRoom *) a), confab_room_get_title ((ConfabRoom *) b));
}

static gboolean
sort_again (gpointer user_data)
{
  ConfabSidebar *self = user_data;

  self->sort_source = 0;
  gtk_sorter_changed (self->section_sorter, GTK_SORTER_CHANGE_DIFFERENT);
  gtk_sorter_changed (self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
  return G_SOURCE_REMOVE;
}

static void
queue_sort (ConfabSidebar *self)
{
  if (self->sort_source == 0)
    self->sort_source = g_idle_add (sort_again, self);
}

static void
on_rooms_changed (ConfabSidebar *self,
                  guint          position,
                  guint          removed,
                  guint          added,
                  GListModel    *rooms)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr(ConfabRoom) room = g_list_model_get_item (rooms, position + i);

      g_signal_handlers_disconnect_by_func (room, queue_sort, self);
      g_signal_connect_object (room, "notify::last-activity", G_CALLBACK (queue_sort), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (room, "notify::unread-count", G_CALLBACK (queue_sort), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (room, "notify::muted", G_CALLBACK (queue_sort), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (room, "notify::title", G_CALLBACK (queue_sort), self, G_CONNECT_SWAPPED);
    }
}

static void
update_stack (ConfabSidebar *self)
{
  const char *page = "rooms";

  if (g_list_model_get_n_items (G_LIST_MODEL (self->sort_model)) == 0)
    page = *gtk_editable_get_text (GTK_EDITABLE (self->search_entry)) != '\0' ? "nothing-found" : "no-rooms";
  gtk_stack_set_visible_child_name (self->stack, page);
}

static void
set_room (ConfabSidebar *self,
          ConfabRoom    *room)
{
  ConfabRoom *kept_unread = room != NULL && confab_room_get_unread_count (room) > 0 ? room : NULL;

  if (!g_set_object (&self->room, room))
    return;
  if (g_set_object (&self->kept_unread, kept_unread))
    queue_sort (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROOM]);
}

static void
on_selected_changed (ConfabSidebar *self)
{
  gpointer selected = gtk_single_selection_get_selected_item (self->selection);

  /* A filter may hide the room that is open; it stays open. */
  if (!self->selecting && selected != NULL)
    set_room (self, selected);
}

static void
select_room_in_list (ConfabSidebar *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->sort_model));
  guint position = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; i < n_items && self->room != NULL; i++)
    {
      g_autoptr(ConfabRoom) room = g_list_model_get_item (G_LIST_MODEL (self->sort_model), i);
      if (room == self->room)
        position = i;
    }
  self->selecting = TRUE;
  gtk_single_selection_set_selected (self->selection, position);
  self->selecting = FALSE;
}

static void
on_sorted_changed (ConfabSidebar *self)
{
  update_stack (self);
  if (self->room != NULL && gtk_single_selection_get_selected_item (self->selection) != self->room)
    select_room_in_list (self);
}

static void
on_search_activated (ConfabSidebar *self)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->sort_model)) == 0)
    return;
  gtk_single_selection_set_selected (self->selection, 0);
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
}

static void
on_search_stopped (ConfabSidebar *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  gtk_widget_grab_focus (GTK_WIDGET (self->list_view));
}

static void
update_title (ConfabSidebar *self)
{
  ConfabUser *user = confab_session_get_user (self->session);
  const char *server_name = confab_session_get_server_name (self->session);

  adw_window_title_set_title (self->window_title, user != NULL ? confab_user_get_display_name (user) : "Confab");
  adw_window_title_set_subtitle (self->window_title, server_name != NULL ? server_name : "");
}

static void
on_setup (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          ConfabSidebar            *self)
{
  ConfabRoomRow *row = confab_room_row_new ();

  g_object_bind_property (row, "description", item, "accessible-label", G_BINDING_DEFAULT);
  gtk_list_item_set_child (item, GTK_WIDGET (row));
}

static void
on_bind (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         ConfabSidebar            *self)
{
  confab_room_row_set_room (CONFAB_ROOM_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
on_unbind (GtkSignalListItemFactory *factory,
           GtkListItem              *item,
           ConfabSidebar            *self)
{
  confab_room_row_set_room (CONFAB_ROOM_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
on_header_setup (GtkSignalListItemFactory *factory,
                 GtkListHeader            *header,
                 ConfabSidebar            *self)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_widget_add_css_class (label, "dimmed");
  gtk_widget_add_css_class (label, "section-title");
  gtk_list_header_set_child (header, label);
}

static void
on_header_bind (GtkSignalListItemFactory *factory,
                GtkListHeader            *header,
                ConfabSidebar            *self)
{
  gtk_label_set_label (GTK_LABEL (gtk_list_header_get_child (header)),
                       get_section_title (get_section (self, gtk_list_header_get_item (header))));
}

static void
set_session (ConfabSidebar *self,
             ConfabSession *session)
{
  if (!g_set_object (&self->session, session) || session == NULL)
    return;

  GListModel *rooms = G_LIST_MODEL (confab_session_get_rooms (session));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROOMS]);
  g_signal_connect_object (rooms, "items-changed", G_CALLBACK (on_rooms_changed), self, G_CONNECT_SWAPPED);
  on_rooms_changed (self, 0, 0, g_list_model_get_n_items (rooms), rooms);
  g_signal_connect_object (session, "notify::user", G_CALLBACK (update_title), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::server-name", G_CALLBACK (update_title), self, G_CONNECT_SWAPPED);
  update_title (self);
  update_stack (self);
}

static void
confab_sidebar_dispose (GObject *object)
{
  ConfabSidebar *self = CONFAB_SIDEBAR (object);

  g_clear_handle_id (&self->sort_source, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_SIDEBAR);
  g_clear_object (&self->sorter);
  g_clear_object (&self->section_sorter);
  g_clear_object (&self->kept_unread);
  g_clear_object (&self->room);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (confab_sidebar_parent_class)->dispose (object);
}

static void
confab_sidebar_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  ConfabSidebar *self = CONFAB_SIDEBAR (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;

    case PROP_ROOMS:
      g_value_set_object (value, self->session != NULL ? confab_session_get_rooms (self->session) : NULL);
      break;

    case PROP_ROOM:
      g_value_set_object (value, self->room);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_sidebar_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  ConfabSidebar *self = CONFAB_SIDEBAR (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      set_session (self, g_value_get_object (value));
      break;

    case PROP_ROOM:
      confab_sidebar_set_room (self, g_value_get_object (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_sidebar_class_init (ConfabSidebarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = confab_sidebar_dispose;
  object_class->get_property = confab_sidebar_get_property;
  object_class->set_property = confab_sidebar_set_property;

  properties[PROP_SESSION] =
    g_param_spec_object ("session", NULL, NULL, CONFAB_TYPE_SESSION, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_ROOMS] =
    g_param_spec_object ("rooms", NULL, NULL, G_TYPE_LIST_MODEL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_ROOM] = g_param_spec_object ("room", NULL, NULL, CONFAB_TYPE_ROOM,
                                               G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (CONFAB_TYPE_CONNECTION_BANNER);
  g_type_ensure (CONFAB_TYPE_ROOM);
  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabSidebar, window_title);
  gtk_widget_class_bind_template_child (widget_class, ConfabSidebar, search_entry);
  gtk_widget_class_bind_template_child (widget_class, ConfabSidebar, stack);
  gtk_widget_class_bind_template_child (widget_class, ConfabSidebar, list_view);
  gtk_widget_class_bind_template_child (widget_class, ConfabSidebar, selection);
  gtk_widget_class_bind_template_child (widget_class, ConfabSidebar, sort_model);
}

static void
set_up_list (ConfabSidebar *self)
{
  g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr(GtkListItemFactory) header_factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), self);
  gtk_list_view_set_factory (self->list_view, factory);
  g_signal_connect (header_factory, "setup", G_CALLBACK (on_header_setup), self);
  g_signal_connect (header_factory, "bind", G_CALLBACK (on_header_bind), self);
  gtk_list_view_set_header_factory (self->list_view, header_factory);

  self->sorter = GTK_SORTER (gtk_custom_sorter_new (compare_rooms, self, NULL));
  self->section_sorter = GTK_SORTER (gtk_custom_sorter_new (compare_sections, self, NULL));
  gtk_sort_list_model_set_section_sorter (self->sort_model, self->section_sorter);
  gtk_sort_list_model_set_sorter (self->sort_model, self->sorter);
}

static void
confab_sidebar_init (ConfabSidebar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  set_up_list (self);
  g_signal_connect_object (self->sort_model, "items-changed", G_CALLBACK (on_sorted_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (on_selected_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "activate", G_CALLBACK (on_search_activated), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "stop-search", G_CALLBACK (on_search_stopped), self, G_CONNECT_SWAPPED);
  gtk_search_entry_set_key_capture_widget (self->search_entry, GTK_WIDGET (self->list_view));
}

ConfabRoom *
confab_sidebar_get_room (ConfabSidebar *self)
{
  g_return_val_if_fail (CONFAB_IS_SIDEBAR (self), NULL);
  return self->room;
}

void
confab_sidebar_set_room (ConfabSidebar *self,
                         ConfabRoom    *room)
{
  g_return_if_fail (CONFAB_IS_SIDEBAR (self));

  set_room (self, room);
  select_room_in_list (self);
}

void
confab_sidebar_move (ConfabSidebar *self,
                     gboolean       forward,
                     gboolean       unread)
{
  g_return_if_fail (CONFAB_IS_SIDEBAR (self));

  GListModel *model = G_LIST_MODEL (self->sort_model);
  int n_items = (int) g_list_model_get_n_items (model);
  guint selected = gtk_single_selection_get_selected (self->selection);
  int start = selected != GTK_INVALID_LIST_POSITION ? (int) selected : (forward ? -1 : n_items);

  for (int i = start + (forward ? 1 : -1); i >= 0 && i < n_items; i += forward ? 1 : -1)
    {
      g_autoptr(ConfabRoom) room = g_list_model_get_item (model, i);

      if (unread && confab_room_get_unread_count (room) == 0)
        continue;
      gtk_single_selection_set_selected (self->selection, i);
      gtk_list_view_scroll_to (self->list_view, i, GTK_LIST_SCROLL_NONE, NULL);
      return;
    }
}

void
confab_sidebar_focus_search (ConfabSidebar *self)
{
  g_return_if_fail (CONFAB_IS_SIDEBAR (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

void
confab_sidebar_focus_rooms (ConfabSidebar *self)
{
  g_return_if_fail (CONFAB_IS_SIDEBAR (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->list_view));
}
