/* confab-timeline-view.c: the messages of a room, scrolled
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-timeline-view.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "confab-message-row.h"
#include "confab-timeline-entries.h"
#include "confab-toast.h"

/* So near to the end counts as being there, in pixels. */
#define END_TOLERANCE 24

/* The button that leads back to the newest message shows from this distance on, in pixels. */
#define JUMP_DISTANCE 240

/* Messages that the newest page surely has. */
#define PAGE_SIZE 40

struct _ConfabTimelineView
{
  GtkWidget parent_instance;

  GtkStack *stack;
  GtkScrolledWindow *scrolled_window;
  GtkListView *list_view;
  GtkRevealer *older_revealer;
  GtkRevealer *jump_revealer;
  GtkWidget *jump_button;
  GtkLabel *jump_count;

  ConfabSession *session;
  ConfabRoom *room;
  ConfabTimeline *timeline;
  ConfabTimelineEntries *entries;
  GSignalGroup *session_signals;
  GSignalGroup *room_signals;
  GSignalGroup *timeline_signals;
  GPtrArray *bound_rows;      /* of ConfabMessageRow, borrowed: what the list view shows or keeps near */
  GtkWindow *window;          /* borrowed, while rooted */
  gulong window_handler;

  gboolean follows_end;       /* new messages scroll into view by themselves */
  gboolean layout_changes;    /* the value moves because sizes changed, not because somebody scrolled */
  gint64 changed_frame;       /* number of the last frame that was laid out without the newest change of the entries */
  gboolean opened;            /* the first place of this room was found */
  gboolean loaded;
  gboolean loading_older;
  gboolean loading_newer;
  char *wanted_message;       /* to scroll to and highlight as soon as it is there */
  guint settle_source;
  guint read_source;
};

G_DEFINE_FINAL_TYPE (ConfabTimelineView, confab_timeline_view, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_ROOM,
  N_PROPS
};

enum
{
  REPLY_REQUESTED,
  EDIT_REQUESTED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void queue_settle (ConfabTimelineView *self);
static void load_older (ConfabTimelineView *self);
static void load_newer (ConfabTimelineView *self);

static GtkAdjustment *
get_adjustment (ConfabTimelineView *self)
{
  return gtk_scrolled_window_get_vadjustment (self->scrolled_window);
}

static guint
get_n_entries (ConfabTimelineView *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->entries));
}

/* In pixels below what is in view. */
static double
distance_to_end (ConfabTimelineView *self)
{
  GtkAdjustment *adjustment = get_adjustment (self);

  return gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment) -
         gtk_adjustment_get_value (adjustment);
}

static gboolean
has_newer (ConfabTimelineView *self)
{
  return self->timeline != NULL && confab_timeline_get_has_newer (self->timeline);
}

static gboolean
is_in_view (ConfabTimelineView *self)
{
  return self->window != NULL && gtk_window_is_active (self->window) && gtk_widget_get_mapped (GTK_WIDGET (self)) &&
         self->opened;
}

/* The highest number among the messages whose end is in view. */
static gint64
find_last_seq_in_view (ConfabTimelineView *self)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self->scrolled_window));
  gint64 last = 0;

  for (guint i = 0; i < self->bound_rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->bound_rows, i);
      ConfabMessage *message = confab_message_row_get_message (CONFAB_MESSAGE_ROW (row));
      graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, 0, 0);

      if (message == NULL || !gtk_widget_get_mapped (row) ||
          !gtk_widget_compute_bounds (row, GTK_WIDGET (self->scrolled_window), &bounds))
        continue;
      if (bounds.origin.y + bounds.size.height <= height + END_TOLERANCE && bounds.origin.y + bounds.size.height > 0)
        last = MAX (last, confab_message_get_seq (message));
    }
  return last;
}

static gboolean
mark_what_is_in_view (gpointer user_data)
{
  ConfabTimelineView *self = user_data;

  self->read_source = 0;
  if (self->room != NULL && is_in_view (self))
    {
      gint64 last = find_last_seq_in_view (self);
      if (last > confab_room_get_read_seq (self->room))
        confab_room_mark_read (self->room, last);
    }
  return G_SOURCE_REMOVE;
}

static void
queue_mark_read (ConfabTimelineView *self)
{
  /* After the layout, so that places are right. */
  if (self->read_source == 0)
    self->read_source = g_timeout_add (100, mark_what_is_in_view, self);
}

static void
update_jump_button (ConfabTimelineView *self)
{
  gint64 n_unread = self->room != NULL ? confab_room_get_unread_count (self->room) : 0;
  gboolean far = !self->follows_end && distance_to_end (self) > JUMP_DISTANCE;
  gboolean wanted = self->opened && (has_newer (self) || far);
  g_autofree char *count = g_strdup_printf ("%" G_GINT64_FORMAT, MIN (n_unread, 999));
  g_autofree char *label = NULL;

  gtk_revealer_set_reveal_child (self->jump_revealer, wanted);
  gtk_widget_set_can_target (GTK_WIDGET (self->jump_revealer), wanted);
  gtk_label_set_label (self->jump_count, count);
  gtk_widget_set_visible (GTK_WIDGET (self->jump_count), n_unread > 0);
  if (n_unread > 0)
    label = g_strdup_printf (ngettext ("Jump to latest, %" G_GINT64_FORMAT " new message",
                                       "Jump to latest, %" G_GINT64_FORMAT " new messages", n_unread),
                             n_unread);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->jump_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label != NULL ? label : _("Jump to latest"), -1);
}

static void
scroll_to_end (ConfabTimelineView *self)
{
  guint n_entries = get_n_entries (self);
  GtkAdjustment *adjustment = get_adjustment (self);

  if (n_entries == 0)
    return;
  gtk_list_view_scroll_to (self->list_view, n_entries - 1, GTK_LIST_SCROLL_NONE, NULL);
  gtk_adjustment_set_value (adjustment,
                            gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment));
}

static ConfabMessageRow *
find_row (ConfabTimelineView *self,
          guint               position)
{
  g_autoptr(ConfabTimelineEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->entries), position);

  for (guint i = 0; entry != NULL && i < self->bound_rows->len; i++)
    {
      ConfabMessageRow *row = g_ptr_array_index (self->bound_rows, i);
      if (confab_message_row_get_message (row) == confab_timeline_entry_get_message (entry))
        return row;
    }
  return NULL;
}

/* Where the message at that position is, as of the last layout; FALSE: it has no place. */
static gboolean
find_entry_bounds (ConfabTimelineView *self,
                   guint               position,
                   graphene_rect_t    *bounds)
{
  ConfabMessageRow *row = find_row (self, position);

  return row != NULL && gtk_widget_get_mapped (GTK_WIDGET (row)) &&
         gtk_widget_get_height (GTK_WIDGET (row)) > 0 &&
         gtk_widget_compute_bounds (GTK_WIDGET (row), GTK_WIDGET (self->scrolled_window), bounds);
}

static gboolean
is_entry_in_view (ConfabTimelineView *self,
                  guint               position)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self->scrolled_window));
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, 0, 0);

  return find_entry_bounds (self, position, &bounds) && bounds.origin.y >= 0 &&
         bounds.origin.y + bounds.size.height <= height + END_TOLERANCE;
}

/* A message higher than the window is never all in view. */
static gboolean
is_end_in_view (ConfabTimelineView *self)
{
  guint last = get_n_entries (self) - 1;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, 0, 0);

  return is_entry_in_view (self, last) ||
         (find_entry_bounds (self, last, &bounds) && distance_to_end (self) <= END_TOLERANCE);
}

static gint64
get_frame (ConfabTimelineView *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  return clock != NULL ? gdk_frame_clock_get_frame_counter (clock) : -1;
}

/* The first place that a person sees: the end, or what is new when that begins above. */
static void
find_first_place (ConfabTimelineView *self)
{
  guint first_unread = confab_timeline_entries_get_first_unread (self->entries);

  /* Nothing can be said before the end has been laid out; until then rows have the places of what they showed before,
   * or none. */
  if (get_frame (self) <= self->changed_frame || !is_end_in_view (self))
    return;

  self->opened = TRUE;
  gtk_widget_set_opacity (GTK_WIDGET (self->list_view), 1);
  self->follows_end = !has_newer (self);
  if (first_unread == G_MAXUINT || self->wanted_message != NULL || is_entry_in_view (self, first_unread))
    return;
  self->follows_end = FALSE;
  gtk_list_view_scroll_to (self->list_view, first_unread, GTK_LIST_SCROLL_NONE, NULL);
}

static void
highlight_message (ConfabTimelineView *self,
                   const char         *message_id)
{
  for (guint i = 0; i < self->bound_rows->len; i++)
    {
      ConfabMessageRow *row = g_ptr_array_index (self->bound_rows, i);
      ConfabMessage *message = confab_message_row_get_message (row);

      if (message != NULL && g_strcmp0 (confab_message_get_id (message), message_id) == 0)
        confab_message_row_highlight (row);
    }
}

static gboolean
look_again (GtkWidget     *widget,
            GdkFrameClock *clock,
            gpointer       user_data)
{
  queue_settle (CONFAB_TIMELINE_VIEW (widget));
  return G_SOURCE_REMOVE;
}

/* When sizes have changed and everything has its place again. */
static gboolean
settle (gpointer user_data)
{
  ConfabTimelineView *self = user_data;

  self->settle_source = 0;
  if (!self->opened && self->loaded && get_n_entries (self) > 0)
    find_first_place (self);
  if (self->follows_end)
    scroll_to_end (self);
  if (!self->opened && self->loaded && get_n_entries (self) > 0)
    gtk_widget_add_tick_callback (GTK_WIDGET (self), look_again, NULL, NULL);
  if (self->wanted_message != NULL)
    {
      highlight_message (self, self->wanted_message);
      g_clear_pointer (&self->wanted_message, g_free);
    }
  self->layout_changes = FALSE;
  update_jump_button (self);
  queue_mark_read (self);
  load_older (self);
  load_newer (self);
  return G_SOURCE_REMOVE;
}

static void
queue_settle (ConfabTimelineView *self)
{
  /* Before the next frame is painted, so that nobody sees the place in between. */
  if (self->settle_source == 0)
    self->settle_source = g_idle_add_full (GDK_PRIORITY_REDRAW - 5, settle, self, NULL);
}

static void
on_sizes_changed (ConfabTimelineView *self)
{
  self->layout_changes = TRUE;
  queue_settle (self);
}

static void
on_scrolled (ConfabTimelineView *self)
{
  if (self->layout_changes || self->timeline == NULL)
    return;
  self->follows_end = distance_to_end (self) <= END_TOLERANCE && !has_newer (self);
  update_jump_button (self);
  queue_mark_read (self);
  load_older (self);
  load_newer (self);
}

static void
update_stack (ConfabTimelineView *self)
{
  if (get_n_entries (self) > 0)
    gtk_stack_set_visible_child_name (self->stack, "messages");
  else
    gtk_stack_set_visible_child_name (self->stack, self->loaded ? "empty" : "loading");
}

static void
on_entries_changed (ConfabTimelineView *self)
{
  self->changed_frame = get_frame (self);
  update_stack (self);
  self->layout_changes = TRUE;
  queue_settle (self);
}

/* A page may be shorter than the window, and then the next is wanted too. When nothing came, which is so when nothing
 * answers, the next scroll or connection asks again. */
static void
go_on_loading (ConfabTimelineView *self,
               DexFuture          *page)
{
  const GValue *added = dex_future_get_value (page, NULL);

  if (added != NULL && g_value_get_boolean (added) && self->list_view != NULL)
    queue_settle (self);
}

static DexFuture *
on_older_loaded (DexFuture *future,
                 gpointer   user_data)
{
  ConfabTimelineView *self = user_data;

  self->loading_older = FALSE;
  gtk_revealer_set_reveal_child (self->older_revealer, FALSE);
  go_on_loading (self, future);
  return dex_future_new_true ();
}

static void
load_older (ConfabTimelineView *self)
{
  GtkAdjustment *adjustment = get_adjustment (self);

  if (self->timeline == NULL || self->loading_older || !self->opened ||
      !confab_timeline_get_has_older (self->timeline) ||
      gtk_adjustment_get_value (adjustment) > gtk_adjustment_get_page_size (adjustment))
    return;

  self->loading_older = TRUE;
  gtk_revealer_set_reveal_child (self->older_revealer, TRUE);
  dex_future_disown (dex_future_finally (confab_timeline_load_older (self->timeline), on_older_loaded,
                                         g_object_ref (self), g_object_unref));
}

static DexFuture *
on_newer_loaded (DexFuture *future,
                 gpointer   user_data)
{
  ConfabTimelineView *self = user_data;

  self->loading_newer = FALSE;
  go_on_loading (self, future);
  return dex_future_new_true ();
}

static void
load_newer (ConfabTimelineView *self)
{
  GtkAdjustment *adjustment = get_adjustment (self);

  if (!has_newer (self) || self->loading_newer || !self->opened ||
      distance_to_end (self) > gtk_adjustment_get_page_size (adjustment))
    return;

  self->loading_newer = TRUE;
  dex_future_disown (dex_future_finally (confab_timeline_load_newer (self->timeline), on_newer_loaded,
                                         g_object_ref (self), g_object_unref));
}

/* What comes while nobody looks gets its line above it. */
static void
on_unread_count_changed (ConfabTimelineView *self)
{
  if (confab_room_get_unread_count (self->room) > 0 && !is_in_view (self) &&
      confab_timeline_entries_get_first_unread (self->entries) == G_MAXUINT)
    confab_timeline_entries_set_read_seq (self->entries, confab_room_get_read_seq (self->room));
  update_jump_button (self);
  queue_mark_read (self);
}

typedef struct
{
  ConfabTimelineView *self;
  ConfabTimeline *timeline;
} Loading;

static void
loading_free (Loading *loading)
{
  g_clear_object (&loading->self);
  g_clear_object (&loading->timeline);
  g_free (loading);
}

static DexFuture *
on_loaded (DexFuture *future,
           gpointer   user_data)
{
  Loading *loading = user_data;
  ConfabTimelineView *self = loading->self;
  g_autoptr(GError) error = NULL;

  /* Another room may be shown by now. */
  if (self->timeline != loading->timeline)
    return dex_future_new_true ();
  if (dex_future_get_value (future, &error) == NULL && get_n_entries (self) == 0)
    confab_toast_show_error (GTK_WIDGET (self), error);
  self->loaded = TRUE;
  update_stack (self);
  queue_settle (self);
  return dex_future_new_true ();
}

static void
load (ConfabTimelineView *self,
      DexFuture          *future)
{
  Loading *loading = g_new0 (Loading, 1);

  loading->self = g_object_ref (self);
  loading->timeline = g_object_ref (self->timeline);
  dex_future_disown (dex_future_finally (future, on_loaded, loading, (GDestroyNotify) loading_free));
}

static void
load_latest (ConfabTimelineView *self)
{
  load (self, confab_timeline_load (self->timeline));
}

/* The newest messages, or those around the first unread one when it is further back than a page. */
static void
load_first (ConfabTimelineView *self)
{
  if (confab_room_get_unread_count (self->room) > PAGE_SIZE)
    load (self, confab_timeline_load_around (self->timeline, confab_room_get_read_seq (self->room) + 1));
  else
    load_latest (self);
}

static void
scroll_to_message (ConfabTimelineView *self,
                   const char         *message_id)
{
  guint position = 0;

  if (confab_timeline_find (self->timeline, message_id, &position) == NULL)
    return;
  self->follows_end = FALSE;
  g_set_str (&self->wanted_message, message_id);
  gtk_list_view_scroll_to (self->list_view, position, GTK_LIST_SCROLL_FOCUS, NULL);
  queue_settle (self);
}

typedef struct
{
  ConfabTimelineView *self;
  ConfabRoom *room;
  char *message_id;
} Jump;

static void
jump_free (Jump *jump)
{
  g_clear_object (&jump->self);
  g_clear_object (&jump->room);
  g_clear_pointer (&jump->message_id, g_free);
  g_free (jump);
}

static DexFuture *
on_jump_loaded (DexFuture *future,
                gpointer   user_data)
{
  Jump *jump = user_data;

  if (jump->self->room == jump->room)
    scroll_to_message (jump->self, jump->message_id);
  return dex_future_new_true ();
}

static DexFuture *
on_jump_found (DexFuture *future,
               gpointer   user_data)
{
  Jump *jump = user_data;
  g_autoptr(ConfabMessage) message = dex_await_object (dex_ref (future), NULL);
  Jump *next = NULL;

  if (jump->self->room != jump->room)
    return dex_future_new_true ();
  if (message == NULL)
    {
      confab_toast_show (GTK_WIDGET (jump->self), _("That message is not here any more"));
      return dex_future_new_true ();
    }

  next = g_new0 (Jump, 1);
  next->self = g_object_ref (jump->self);
  next->room = g_object_ref (jump->room);
  next->message_id = g_strdup (jump->message_id);
  jump->self->follows_end = FALSE;
  return dex_future_then (confab_timeline_load_around (jump->self->timeline, confab_message_get_seq (message)),
                          on_jump_loaded, next, (GDestroyNotify) jump_free);
}

static void
jump_to_message (ConfabTimelineView *self,
                 const char         *message_id)
{
  Jump *jump = NULL;

  if (confab_timeline_find (self->timeline, message_id, NULL) != NULL)
    {
      scroll_to_message (self, message_id);
      return;
    }

  jump = g_new0 (Jump, 1);
  jump->self = g_object_ref (self);
  jump->room = g_object_ref (self->room);
  jump->message_id = g_strdup (message_id);
  dex_future_disown (dex_future_finally (confab_room_find_message (self->room, message_id), on_jump_found, jump,
                                         (GDestroyNotify) jump_free));
}

static void
on_reply_requested (ConfabTimelineView *self,
                    ConfabMessage      *message)
{
  g_signal_emit (self, signals[REPLY_REQUESTED], 0, message);
}

static void
on_edit_requested (ConfabTimelineView *self,
                   ConfabMessage      *message)
{
  g_signal_emit (self, signals[EDIT_REQUESTED], 0, message);
}

static void
on_setup (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          ConfabTimelineView       *self)
{
  ConfabMessageRow *row = confab_message_row_new (self->session);

  g_signal_connect_object (row, "reply-requested", G_CALLBACK (on_reply_requested), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "edit-requested", G_CALLBACK (on_edit_requested), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "jump-requested", G_CALLBACK (jump_to_message), self, G_CONNECT_SWAPPED);
  g_object_bind_property (row, "description", item, "accessible-label", G_BINDING_DEFAULT);
  gtk_list_item_set_activatable (item, FALSE);
  gtk_list_item_set_child (item, GTK_WIDGET (row));
}

static void
on_bind (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         ConfabTimelineView       *self)
{
  ConfabMessageRow *row = CONFAB_MESSAGE_ROW (gtk_list_item_get_child (item));

  confab_message_row_set_entry (row, self->room, gtk_list_item_get_item (item));
  g_ptr_array_add (self->bound_rows, row);
}

static void
on_unbind (GtkSignalListItemFactory *factory,
           GtkListItem              *item,
           ConfabTimelineView       *self)
{
  ConfabMessageRow *row = CONFAB_MESSAGE_ROW (gtk_list_item_get_child (item));

  g_ptr_array_remove_fast (self->bound_rows, row);
  confab_message_row_set_entry (row, NULL, NULL);
}

static void
jump_to_latest_action (GtkWidget  *widget,
                       const char *action,
                       GVariant   *parameter)
{
  confab_timeline_view_jump_to_latest (CONFAB_TIMELINE_VIEW (widget));
}

/* The keyboard is on the row of the list view, whose child is the message. */
static void
show_menu_action (GtkWidget  *widget,
                  const char *action,
                  GVariant   *parameter)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  GtkWidget *row = NULL;

  if (focus == NULL)
    return;
  row = gtk_widget_get_ancestor (focus, CONFAB_TYPE_MESSAGE_ROW);
  if (row == NULL)
    row = gtk_widget_get_first_child (focus);
  if (CONFAB_IS_MESSAGE_ROW (row))
    gtk_widget_activate_action (row, "message.show-menu", NULL);
}

static void
confab_timeline_view_root (GtkWidget *widget)
{
  ConfabTimelineView *self = CONFAB_TIMELINE_VIEW (widget);

  GTK_WIDGET_CLASS (confab_timeline_view_parent_class)->root (widget);

  if (GTK_IS_WINDOW (gtk_widget_get_root (widget)))
    {
      self->window = GTK_WINDOW (gtk_widget_get_root (widget));
      self->window_handler = g_signal_connect_swapped (self->window, "notify::is-active", G_CALLBACK (queue_mark_read),
                                                       self);
    }
}

static void
confab_timeline_view_unroot (GtkWidget *widget)
{
  ConfabTimelineView *self = CONFAB_TIMELINE_VIEW (widget);

  if (self->window != NULL)
    g_clear_signal_handler (&self->window_handler, self->window);
  self->window = NULL;

  GTK_WIDGET_CLASS (confab_timeline_view_parent_class)->unroot (widget);
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
confab_timeline_view_dispose (GObject *object)
{
  ConfabTimelineView *self = CONFAB_TIMELINE_VIEW (object);

  confab_timeline_view_set_room (self, NULL);
  g_clear_handle_id (&self->settle_source, g_source_remove);
  g_clear_handle_id (&self->read_source, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_TIMELINE_VIEW);
  remove_children (GTK_WIDGET (self));
  g_clear_object (&self->session_signals);
  g_clear_object (&self->room_signals);
  g_clear_object (&self->timeline_signals);
  g_clear_object (&self->entries);
  g_clear_object (&self->session);
  g_clear_pointer (&self->wanted_message, g_free);

  G_OBJECT_CLASS (confab_timeline_view_parent_class)->dispose (object);
}

static void
confab_timeline_view_finalize (GObject *object)
{
  g_clear_pointer (&CONFAB_TIMELINE_VIEW (object)->bound_rows, g_ptr_array_unref);

  G_OBJECT_CLASS (confab_timeline_view_parent_class)->finalize (object);
}

static void
confab_timeline_view_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  ConfabTimelineView *self = CONFAB_TIMELINE_VIEW (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;

    case PROP_ROOM:
      g_value_set_object (value, self->room);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_timeline_view_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  ConfabTimelineView *self = CONFAB_TIMELINE_VIEW (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      confab_timeline_view_set_session (self, g_value_get_object (value));
      break;

    case PROP_ROOM:
      confab_timeline_view_set_room (self, g_value_get_object (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-timeline-view.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabTimelineView, stack);
  gtk_widget_class_bind_template_child (widget_class, ConfabTimelineView, scrolled_window);
  gtk_widget_class_bind_template_child (widget_class, ConfabTimelineView, list_view);
  gtk_widget_class_bind_template_child (widget_class, ConfabTimelineView, older_revealer);
  gtk_widget_class_bind_template_child (widget_class, ConfabTimelineView, jump_revealer);
  gtk_widget_class_bind_template_child (widget_class, ConfabTimelineView, jump_button);
  gtk_widget_class_bind_template_child (widget_class, ConfabTimelineView, jump_count);
}

static void
confab_timeline_view_class_init (ConfabTimelineViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = confab_timeline_view_dispose;
  object_class->finalize = confab_timeline_view_finalize;
  object_class->get_property = confab_timeline_view_get_property;
  object_class->set_property = confab_timeline_view_set_property;
  widget_class->root = confab_timeline_view_root;
  widget_class->unroot = confab_timeline_view_unroot;

  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, CONFAB_TYPE_SESSION,
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_ROOM] = g_param_spec_object ("room", NULL, NULL, CONFAB_TYPE_ROOM,
                                               G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[REPLY_REQUESTED] = g_signal_new ("reply-requested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 1, CONFAB_TYPE_MESSAGE);
  signals[EDIT_REQUESTED] = g_signal_new ("edit-requested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, CONFAB_TYPE_MESSAGE);

  gtk_widget_class_install_action (widget_class, "timeline.jump-to-latest", NULL, jump_to_latest_action);
  gtk_widget_class_install_action (widget_class, "timeline.show-menu", NULL, show_menu_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, GDK_NO_MODIFIER_MASK, "timeline.show-menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, "timeline.show-menu", NULL);

  bind_template (widget_class);
}

static void
confab_timeline_view_init (ConfabTimelineView *self)
{
  g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));

  self->bound_rows = g_ptr_array_new ();
  self->entries = confab_timeline_entries_new ();
  self->follows_end = TRUE;
  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), self);
  gtk_list_view_set_factory (self->list_view, factory);
  g_autoptr(GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->entries)));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));

  g_signal_connect_object (self->entries, "items-changed", G_CALLBACK (on_entries_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_adjustment (self), "changed", G_CALLBACK (on_sizes_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_adjustment (self), "value-changed", G_CALLBACK (on_scrolled), self, G_CONNECT_SWAPPED);

  /* What could not be had before can be had once the server answers. */
  self->session_signals = g_signal_group_new (CONFAB_TYPE_SESSION);
  g_signal_group_connect_swapped (self->session_signals, "notify::state", G_CALLBACK (queue_settle), self);
  self->room_signals = g_signal_group_new (CONFAB_TYPE_ROOM);
  g_signal_group_connect_swapped (self->room_signals, "notify::unread-count", G_CALLBACK (on_unread_count_changed),
                                  self);
  self->timeline_signals = g_signal_group_new (CONFAB_TYPE_TIMELINE);
  g_signal_group_connect_swapped (self->timeline_signals, "notify::has-newer", G_CALLBACK (update_jump_button), self);
}

void
confab_timeline_view_set_session (ConfabTimelineView *self,
                                  ConfabSession      *session)
{
  g_return_if_fail (CONFAB_IS_TIMELINE_VIEW (self));

  if (!g_set_object (&self->session, session))
    return;
  g_signal_group_set_target (self->session_signals, session);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SESSION]);
}

void
confab_timeline_view_set_room (ConfabTimelineView *self,
                               ConfabRoom         *room)
{
  g_return_if_fail (CONFAB_IS_TIMELINE_VIEW (self));
  g_return_if_fail (room == NULL || CONFAB_IS_ROOM (room));

  if (self->room == room)
    return;

  confab_timeline_entries_set_messages (self->entries, NULL);
  g_clear_object (&self->timeline);
  g_clear_pointer (&self->wanted_message, g_free);
  g_set_object (&self->room, room);
  self->opened = FALSE;
  self->loaded = FALSE;
  self->follows_end = TRUE;
  /* Until its first place is found, so that nobody sees it jump there. */
  gtk_widget_set_opacity (GTK_WIDGET (self->list_view), 0);
  if (room != NULL)
    {
      gboolean has_unread = confab_room_get_unread_count (room) > 0;

      self->timeline = confab_room_ref_timeline (room);
      confab_timeline_entries_set_read_seq (self->entries, has_unread ? confab_room_get_read_seq (room) : G_MAXINT64);
      confab_timeline_entries_set_messages (self->entries, G_LIST_MODEL (self->timeline));
    }
  g_signal_group_set_target (self->room_signals, room);
  g_signal_group_set_target (self->timeline_signals, self->timeline);
  if (room != NULL)
    {
      update_stack (self);
      update_jump_button (self);
      load_first (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROOM]);
}

void
confab_timeline_view_jump_to_latest (ConfabTimelineView *self)
{
  g_return_if_fail (CONFAB_IS_TIMELINE_VIEW (self));

  if (self->timeline == NULL)
    return;
  self->follows_end = TRUE;
  if (has_newer (self))
    load_latest (self);
  /* So that this is not taken for somebody who scrolls to the end of a window that does not end with the newest. */
  self->layout_changes = TRUE;
  scroll_to_end (self);
  queue_settle (self);
}

void
confab_timeline_view_mark_all_read (ConfabTimelineView *self)
{
  g_return_if_fail (CONFAB_IS_TIMELINE_VIEW (self));

  if (self->room == NULL)
    return;
  confab_room_mark_read (self->room, confab_room_get_last_seq (self->room));
  confab_timeline_entries_set_read_seq (self->entries, G_MAXINT64);
}

ConfabMessage *
confab_timeline_view_get_last_own_message (ConfabTimelineView *self)
{
  g_return_val_if_fail (CONFAB_IS_TIMELINE_VIEW (self), NULL);

  for (guint i = get_n_entries (self); i > 0; i--)
    {
      g_autoptr(ConfabTimelineEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->entries), i - 1);
      ConfabMessage *message = confab_timeline_entry_get_message (entry);

      if (confab_message_is_outgoing (message) && confab_message_get_id (message) != NULL &&
          confab_message_get_deleted_at (message) == 0)
        return message;
    }
  return NULL;
}
