/* confab-switcher-dialog.c: finds a room or a person by a few letters
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-switcher-dialog.h"

#include <glib/gi18n.h>

#include "confab-found-row.h"
#include "confab-toast.h"

struct _ConfabSwitcherDialog
{
  AdwDialog parent_instance;

  GtkSearchEntry *search_entry;
  GtkStack *stack;
  AdwStatusPage *hint_page;
  GtkListView *list_view;

  ConfabSession *session;
  ConfabSwitcherKind kind;
  GtkFilter *room_filter;
  GListStore *people;
  GtkSingleSelection *selection;
  char *query;
  gboolean searching;
};

G_DEFINE_FINAL_TYPE (ConfabSwitcherDialog, confab_switcher_dialog, ADW_TYPE_DIALOG)

enum
{
  ROOM_CHOSEN,
  PERSON_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
update_stack (ConfabSwitcherDialog *self)
{
  const char *page = "results";

  if (g_list_model_get_n_items (G_LIST_MODEL (self->selection)) == 0)
    page = self->query == NULL || *self->query == '\0' || self->searching ? "hint" : "nothing-found";
  gtk_stack_set_visible_child_name (self->stack, page);
}

/* Somebody with whom there is a conversation already is found as that conversation. */
static gboolean
has_conversation (ConfabSwitcherDialog *self,
                  ConfabUser           *user)
{
  GListModel *rooms = G_LIST_MODEL (confab_session_get_rooms (self->session));

  for (guint i = 0; i < g_list_model_get_n_items (rooms); i++)
    {
      g_autoptr(ConfabRoom) room = g_list_model_get_item (rooms, i);
      if (confab_room_get_other (room) == user)
        return TRUE;
    }
  return FALSE;
}

static void
show_people (ConfabSwitcherDialog *self,
             GListModel           *found)
{
  g_autoptr(GPtrArray) people = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; found != NULL && i < g_list_model_get_n_items (found); i++)
    {
      g_autoptr(ConfabUser) user = g_list_model_get_item (found, i);

      if (user == confab_session_get_user (self->session) ||
          (self->kind == CONFAB_SWITCHER_EVERYTHING && has_conversation (self, user)))
        continue;
      g_ptr_array_add (people, g_steal_pointer (&user));
    }
  g_list_store_splice (self->people, 0, g_list_model_get_n_items (G_LIST_MODEL (self->people)), people->pdata,
                       people->len);
}

typedef struct
{
  ConfabSwitcherDialog *self;
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
on_people_found (DexFuture *future,
                 gpointer   user_data)
{
  Search *search = user_data;
  ConfabSwitcherDialog *self = search->self;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  /* Only the answer to what stands in the entry now counts. */
  if (g_strcmp0 (self->query, search->query) != 0)
    return dex_future_new_true ();
  self->searching = FALSE;
  if (value == NULL && self->kind != CONFAB_SWITCHER_EVERYTHING)
    confab_toast_show_error (GTK_WIDGET (self->stack), error);
  show_people (self, value != NULL ? g_value_get_object (value) : NULL);
  update_stack (self);
  return dex_future_new_true ();
}

static void
on_search_changed (ConfabSwitcherDialog *self)
{
  g_autofree char *query = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));
  Search *search = NULL;

  g_set_str (&self->query, g_strstrip (query));
  if (self->room_filter != NULL)
    gtk_string_filter_set_search (GTK_STRING_FILTER (self->room_filter), query);
  if (*query == '\0')
    {
      show_people (self, NULL);
      update_stack (self);
      return;
    }

  search = g_new0 (Search, 1);
  search->self = g_object_ref (self);
  search->query = g_strdup (query);
  self->searching = TRUE;
  update_stack (self);
  dex_future_disown (dex_future_finally (confab_session_find_users (self->session, query), on_people_found, search,
                                         (GDestroyNotify) search_free));
}

static void
choose_room (ConfabSwitcherDialog *self,
             ConfabRoom           *room)
{
  g_signal_emit (self, signals[ROOM_CHOSEN], 0, room);
  adw_dialog_close (ADW_DIALOG (self));
}

static DexFuture *
on_conversation_opened (DexFuture *future,
                        gpointer   user_data)
{
  ConfabSwitcherDialog *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  gtk_widget_set_sensitive (GTK_WIDGET (self->list_view), TRUE);
  if (value != NULL)
    choose_room (self, g_value_get_object (value));
  else
    confab_toast_show_error (GTK_WIDGET (self->stack), error);
  return dex_future_new_true ();
}

static void
choose_person (ConfabSwitcherDialog *self,
               ConfabUser           *user)
{
  if (self->kind == CONFAB_SWITCHER_PERSON)
    {
      g_signal_emit (self, signals[PERSON_CHOSEN], 0, user);
      adw_dialog_close (ADW_DIALOG (self));
      return;
    }
  gtk_widget_set_sensitive (GTK_WIDGET (self->list_view), FALSE);
  dex_future_disown (dex_future_finally (confab_session_open_direct (self->session, confab_user_get_id (user)),
                                         on_conversation_opened, g_object_ref (self), g_object_unref));
}

static void
on_activated (ConfabSwitcherDialog *self,
              guint                 position)
{
  g_autoptr(GObject) item = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (CONFAB_IS_ROOM (item))
    choose_room (self, CONFAB_ROOM (item));
  else if (CONFAB_IS_USER (item))
    choose_person (self, CONFAB_USER (item));
}

static void
on_search_activated (ConfabSwitcherDialog *self)
{
  /* Somebody who types fast means what stands in the entry, not what was found for less of it. */
  if (g_strcmp0 (self->query, gtk_editable_get_text (GTK_EDITABLE (self->search_entry))) != 0)
    on_search_changed (self);

  guint selected = gtk_single_selection_get_selected (self->selection);

  if (selected != GTK_INVALID_LIST_POSITION)
    on_activated (self, selected);
}

/* Up and Down move through the results while the keyboard stays in the entry. */
static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                ConfabSwitcherDialog  *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  guint selected = gtk_single_selection_get_selected (self->selection);

  if (n_items == 0 || (keyval != GDK_KEY_Up && keyval != GDK_KEY_Down))
    return GDK_EVENT_PROPAGATE;
  if (keyval == GDK_KEY_Down)
    selected = selected == GTK_INVALID_LIST_POSITION ? 0 : MIN (selected + 1, n_items - 1);
  else
    selected = selected == GTK_INVALID_LIST_POSITION || selected == 0 ? 0 : selected - 1;
  gtk_list_view_scroll_to (self->list_view, selected, GTK_LIST_SCROLL_SELECT, NULL);
  return GDK_EVENT_STOP;
}

static int
compare_by_activity (gconstpointer a,
                     gconstpointer b,
                     gpointer      user_data)
{
  gint64 one = confab_room_get_last_activity ((ConfabRoom *) a);
  gint64 other = confab_room_get_last_activity ((ConfabRoom *) b);

  return one == other ? GTK_ORDERING_EQUAL : (one > other ? GTK_ORDERING_SMALLER : GTK_ORDERING_LARGER);
}

static GListModel *
create_room_model (ConfabSwitcherDialog *self)
{
  GtkExpression *title = gtk_property_expression_new (CONFAB_TYPE_ROOM, NULL, "title");
  GtkSorter *sorter = GTK_SORTER (gtk_custom_sorter_new (compare_by_activity, NULL, NULL));
  GListModel *rooms = g_object_ref (G_LIST_MODEL (confab_session_get_rooms (self->session)));
  GtkFilterListModel *filtered = NULL;

  self->room_filter = GTK_FILTER (gtk_string_filter_new (title));
  filtered = gtk_filter_list_model_new (rooms, g_object_ref (self->room_filter));
  return G_LIST_MODEL (gtk_sort_list_model_new (G_LIST_MODEL (filtered), sorter));
}

static void
set_up_model (ConfabSwitcherDialog *self)
{
  g_autoptr(GListStore) models = g_list_store_new (G_TYPE_LIST_MODEL);

  if (self->kind == CONFAB_SWITCHER_EVERYTHING)
    {
      g_autoptr(GListModel) rooms = create_room_model (self);
      g_list_store_append (models, rooms);
    }
  g_list_store_append (models, self->people);
  self->selection = gtk_single_selection_new (
    G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (g_steal_pointer (&models)))));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (update_stack), self, G_CONNECT_SWAPPED);
}

static void
set_up_words (ConfabSwitcherDialog *self)
{
  static const struct
  {
    const char *title;
    const char *placeholder;
    const char *hint;
  } words[] = {
    [CONFAB_SWITCHER_EVERYTHING] = { N_("Go To"), N_("Room or person"), N_("Find a Room or Person") },
    [CONFAB_SWITCHER_PEOPLE] = { N_("New Conversation"), N_("Name or username"), N_("Find Somebody to Talk To") },
    [CONFAB_SWITCHER_PERSON] = { N_("Add Person"), N_("Name or username"), N_("Find Somebody to Add") },
  };

  adw_dialog_set_title (ADW_DIALOG (self), _(words[self->kind].title));
  gtk_search_entry_set_placeholder_text (self->search_entry, _(words[self->kind].placeholder));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search_entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _(words[self->kind].placeholder), -1);
  adw_status_page_set_title (self->hint_page, _(words[self->kind].hint));
}

static void
confab_switcher_dialog_dispose (GObject *object)
{
  ConfabSwitcherDialog *self = CONFAB_SWITCHER_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_SWITCHER_DIALOG);
  g_clear_object (&self->room_filter);
  g_clear_object (&self->people);
  g_clear_object (&self->selection);
  g_clear_object (&self->session);
  g_clear_pointer (&self->query, g_free);

  G_OBJECT_CLASS (confab_switcher_dialog_parent_class)->dispose (object);
}

static void
confab_switcher_dialog_class_init (ConfabSwitcherDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = confab_switcher_dialog_dispose;

  signals[ROOM_CHOSEN] = g_signal_new ("room-chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, CONFAB_TYPE_ROOM);
  signals[PERSON_CHOSEN] = g_signal_new ("person-chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, CONFAB_TYPE_USER);

  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-switcher-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabSwitcherDialog, search_entry);
  gtk_widget_class_bind_template_child (widget_class, ConfabSwitcherDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, ConfabSwitcherDialog, hint_page);
  gtk_widget_class_bind_template_child (widget_class, ConfabSwitcherDialog, list_view);
}

static void
confab_switcher_dialog_init (ConfabSwitcherDialog *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  g_autoptr(GtkListItemFactory) factory = confab_found_row_create_factory ();

  gtk_widget_init_template (GTK_WIDGET (self));

  self->people = g_list_store_new (CONFAB_TYPE_USER);
  gtk_list_view_set_factory (self->list_view, factory);
  g_signal_connect_object (self->list_view, "activate", G_CALLBACK (on_activated), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "search-changed", G_CALLBACK (on_search_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "activate", G_CALLBACK (on_search_activated), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "stop-search", G_CALLBACK (adw_dialog_close), self, G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self->search_entry), keys);
}

ConfabSwitcherDialog *
confab_switcher_dialog_new (ConfabSession      *session,
                            ConfabSwitcherKind  kind)
{
  ConfabSwitcherDialog *self = g_object_new (CONFAB_TYPE_SWITCHER_DIALOG, NULL);

  self->session = g_object_ref (session);
  self->kind = kind;
  set_up_words (self);
  set_up_model (self);
  update_stack (self);
  return self;
}
