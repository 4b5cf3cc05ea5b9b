/* confab-browse-dialog.c: the public rooms of the server, to join
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-browse-dialog.h"

#include <glib/gi18n.h>

#include "confab-public-room-row.h"
#include "confab-toast.h"

struct _ConfabBrowseDialog
{
  AdwDialog parent_instance;

  GtkSearchEntry *search_entry;
  GtkStack *stack;
  AdwStatusPage *error_page;
  GtkListView *list_view;

  ConfabSession *session;
  char *query;
  gboolean joining;
};

G_DEFINE_FINAL_TYPE (ConfabBrowseDialog, confab_browse_dialog, ADW_TYPE_DIALOG)

enum
{
  ROOM_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
show_rooms (ConfabBrowseDialog *self,
            GListModel         *rooms)
{
  g_autoptr(GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (rooms));

  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  if (g_list_model_get_n_items (rooms) > 0)
    gtk_stack_set_visible_child_name (self->stack, "rooms");
  else
    gtk_stack_set_visible_child_name (self->stack, *self->query != '\0' ? "nothing-found" : "empty");
}

typedef struct
{
  ConfabBrowseDialog *self;
  char *query;
} Search;

static void
search_free (Search *search)
{
  g_clear_object (&search->self);
  g_clear_pointer (&search->query, g_free);
  g_free (search);
}

static DexFuture *
on_found (DexFuture *future,
          gpointer   user_data)
{
  Search *search = user_data;
  ConfabBrowseDialog *self = search->self;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (g_strcmp0 (self->query, search->query) != 0)
    return dex_future_new_true ();
  if (value != NULL)
    show_rooms (self, g_value_get_object (value));
  else
    {
      adw_status_page_set_description (self->error_page, error->message);
      gtk_stack_set_visible_child_name (self->stack, "error");
    }
  return dex_future_new_true ();
}

static void
search (ConfabBrowseDialog *self)
{
  g_autofree char *query = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));
  Search *started = g_new0 (Search, 1);

  g_set_str (&self->query, g_strstrip (query));
  started->self = g_object_ref (self);
  started->query = g_strdup (query);
  dex_future_disown (dex_future_finally (confab_session_browse_rooms (self->session, *query != '\0' ? query : NULL),
                                         on_found, started, (GDestroyNotify) search_free));
}

static void
on_search_changed (ConfabBrowseDialog *self,
                   GtkSearchEntry     *entry)
{
  /* An entry tells about its empty text as well, soon after it came up; that has been looked for already. */
  if (g_strcmp0 (self->query, gtk_editable_get_text (GTK_EDITABLE (entry))) != 0)
    search (self);
}

static void
on_search_stopped (ConfabBrowseDialog *self,
                   GtkSearchEntry     *entry)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
on_retry_clicked (ConfabBrowseDialog *self,
                  GtkButton          *button)
{
  gtk_stack_set_visible_child_name (self->stack, "loading");
  search (self);
}

static void
on_new_room_clicked (ConfabBrowseDialog *self,
                     GtkButton          *button)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.new-room", NULL);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
choose (ConfabBrowseDialog *self,
        ConfabRoom         *room)
{
  g_signal_emit (self, signals[ROOM_CHOSEN], 0, room);
  adw_dialog_close (ADW_DIALOG (self));
}

static DexFuture *
on_joined (DexFuture *future,
           gpointer   user_data)
{
  ConfabBrowseDialog *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  self->joining = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->list_view), TRUE);
  if (value != NULL)
    choose (self, g_value_get_object (value));
  else
    confab_toast_show_error (GTK_WIDGET (self->stack), error);
  return dex_future_new_true ();
}

static void
on_room_activated (ConfabBrowseDialog *self,
                   ConfabRoom         *room)
{
  if (self->joining)
    return;
  if (confab_room_is_joined (room))
    {
      choose (self, room);
      return;
    }
  self->joining = TRUE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->list_view), FALSE);
  dex_future_disown (dex_future_finally (confab_session_join_room (self->session, confab_room_get_id (room)), on_joined,
                                         g_object_ref (self), g_object_unref));
}

static void
on_row_activated (ConfabBrowseDialog *self,
                  guint               position)
{
  g_autoptr(ConfabRoom) room = g_list_model_get_item (G_LIST_MODEL (gtk_list_view_get_model (self->list_view)),
                                                      position);

  if (room != NULL)
    on_room_activated (self, room);
}

static void
on_setup (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          ConfabBrowseDialog       *self)
{
  ConfabPublicRoomRow *row = confab_public_room_row_new ();

  g_signal_connect_object (row, "activated", G_CALLBACK (on_room_activated), self, G_CONNECT_SWAPPED);
  gtk_list_item_set_child (item, GTK_WIDGET (row));
}

static void
on_bind (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         ConfabBrowseDialog       *self)
{
  ConfabRoom *room = gtk_list_item_get_item (item);

  confab_public_room_row_set_room (CONFAB_PUBLIC_ROOM_ROW (gtk_list_item_get_child (item)), room);
  gtk_list_item_set_accessible_label (item, confab_room_get_title (room));
}

static void
on_unbind (GtkSignalListItemFactory *factory,
           GtkListItem              *item,
           ConfabBrowseDialog       *self)
{
  confab_public_room_row_set_room (CONFAB_PUBLIC_ROOM_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
confab_browse_dialog_dispose (GObject *object)
{
  ConfabBrowseDialog *self = CONFAB_BROWSE_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_BROWSE_DIALOG);
  g_clear_object (&self->session);
  g_clear_pointer (&self->query, g_free);

  G_OBJECT_CLASS (confab_browse_dialog_parent_class)->dispose (object);
}

static void
confab_browse_dialog_class_init (ConfabBrowseDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = confab_browse_dialog_dispose;

  signals[ROOM_CHOSEN] = g_signal_new ("room-chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, CONFAB_TYPE_ROOM);

  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-browse-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabBrowseDialog, search_entry);
  gtk_widget_class_bind_template_child (widget_class, ConfabBrowseDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, ConfabBrowseDialog, error_page);
  gtk_widget_class_bind_template_child (widget_class, ConfabBrowseDialog, list_view);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_search_stopped);
  gtk_widget_class_bind_template_callback (widget_class, on_retry_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_new_room_clicked);
}

static void
confab_browse_dialog_init (ConfabBrowseDialog *self)
{
  g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), self);
  gtk_list_view_set_factory (self->list_view, factory);
  g_signal_connect_object (self->list_view, "activate", G_CALLBACK (on_row_activated), self, G_CONNECT_SWAPPED);
}

ConfabBrowseDialog *
confab_browse_dialog_new (ConfabSession *session)
{
  ConfabBrowseDialog *self = g_object_new (CONFAB_TYPE_BROWSE_DIALOG, NULL);

  self->session = g_object_ref (session);
  search (self);
  return self;
}
