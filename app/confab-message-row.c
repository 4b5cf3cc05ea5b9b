/* confab-message-row.c: a message in the timeline
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-message-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "confab-bubble-layout.h"
#include "confab-dates.h"
#include "confab-message-text.h"
#include "confab-message-words.h"
#include "confab-quick-reactions.h"
#include "confab-reaction-bar.h"
#include "confab-reply-quote.h"
#include "confab-toast.h"

/* Sender names have one of so many colours; style.css says which. */
#define N_NAME_COLOURS 8

#define HIGHLIGHT_MILLISECONDS 1600

struct _ConfabMessageRow
{
  GtkWidget parent_instance;

  GtkLabel *day_label;
  GtkWidget *unread_line;
  GtkLabel *notice_label;
  GtkWidget *line;
  GtkWidget *avatar_space;
  AdwAvatar *avatar;
  GtkWidget *column;
  GtkWidget *bubble_clamp;
  GtkWidget *bubble;
  GtkLabel *name_label;
  ConfabReplyQuote *reply_quote;
  ConfabMessageText *text;
  GtkWidget *edited_label;
  GtkLabel *time_label;
  GtkImage *state_image;
  ConfabReactionBar *reaction_bar;
  GtkWidget *failure_box;
  GtkLabel *failure_label;
  GMenuModel *message_menu;

  ConfabSession *session;
  ConfabRoom *room;
  ConfabTimelineEntry *entry;
  ConfabMessage *message;
  GSignalGroup *entry_signals;
  GSignalGroup *message_signals;
  GSignalGroup *sender_signals;
  char *description;
  guint name_colour;
  guint highlight_source;
};

G_DEFINE_FINAL_TYPE (ConfabMessageRow, confab_message_row, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_DESCRIPTION,
  N_PROPS
};

enum
{
  REPLY_REQUESTED,
  EDIT_REQUESTED,
  JUMP_REQUESTED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
set_css_class (GtkWidget  *widget,
               const char *css_class,
               gboolean    wanted)
{
  if (wanted)
    gtk_widget_add_css_class (widget, css_class);
  else
    gtk_widget_remove_css_class (widget, css_class);
}

static gboolean
is_deleted (ConfabMessageRow *self)
{
  return confab_message_get_deleted_at (self->message) > 0;
}

static void
update_description (ConfabMessageRow *self)
{
  g_autofree char *description = confab_message_words_get_description (self->message);

  if (!g_set_str (&self->description, description))
    return;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, description, -1);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESCRIPTION]);
}

static void
update_actions (ConfabMessageRow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  ConfabMessageState state = confab_message_get_state (self->message);
  gboolean stored = confab_message_get_id (self->message) != NULL && !is_deleted (self);
  gboolean mine = confab_message_is_outgoing (self->message);
  gboolean moderates = confab_room_get_role (self->room) == CONFAB_MEMBER_ROLE_ADMIN;

  gtk_widget_action_set_enabled (widget, "message.reply", stored);
  gtk_widget_action_set_enabled (widget, "message.toggle-reaction", stored);
  gtk_widget_action_set_enabled (widget, "message.choose-reaction", stored);
  gtk_widget_action_set_enabled (widget, "message.edit", stored && mine);
  gtk_widget_action_set_enabled (widget, "message.copy", !is_deleted (self));
  gtk_widget_action_set_enabled (widget, "message.delete", stored && (mine || moderates));
  gtk_widget_action_set_enabled (widget, "message.retry", state == CONFAB_MESSAGE_STATE_FAILED);
  gtk_widget_action_set_enabled (widget, "message.discard", state == CONFAB_MESSAGE_STATE_FAILED);
  gtk_widget_action_set_enabled (widget, "message.jump-to-reply", confab_message_get_reply_to (self->message) != NULL);
}

static void
update_text (ConfabMessageRow *self)
{
  ConfabUser *user = confab_session_get_user (self->session);
  const char *content = confab_message_get_content (self->message);

  set_css_class (self->bubble, "deleted", is_deleted (self));
  gtk_widget_set_visible (self->edited_label, confab_message_get_edited_at (self->message) > 0 && !is_deleted (self));
  if (is_deleted (self))
    confab_message_text_set_notice (self->text, _("Message deleted"));
  else
    confab_message_text_set_content (self->text, content != NULL ? content : "",
                                     confab_message_get_spans (self->message),
                                     user != NULL ? confab_user_get_username (user) : NULL);
  confab_reply_quote_set_reply_to (self->reply_quote, self->room,
                                   is_deleted (self) ? NULL : confab_message_get_reply_to (self->message));
  gtk_label_set_label (self->notice_label, content != NULL ? content : "");
  update_actions (self);
  update_description (self);
}

static const char *
state_icon (ConfabMessageState state)
{
  switch (state)
    {
    case CONFAB_MESSAGE_STATE_SENDING:
      return "confab-sending-symbolic";

    case CONFAB_MESSAGE_STATE_FAILED:
      return "dialog-warning-symbolic";

    case CONFAB_MESSAGE_STATE_SENT:
      return "confab-sent-symbolic";

    case CONFAB_MESSAGE_STATE_DELIVERED:
    case CONFAB_MESSAGE_STATE_READ:
      return "confab-delivered-symbolic";

    case CONFAB_MESSAGE_STATE_RECEIVED:
    default:
      return NULL;
    }
}

static void
update_state (ConfabMessageRow *self)
{
  ConfabMessageState state = confab_message_get_state (self->message);
  gboolean failed = state == CONFAB_MESSAGE_STATE_FAILED;
  g_autofree char *words = confab_message_words_get_state (self->message);
  g_autofree char *time = confab_message_words_get_time (self->message);
  g_autoptr(GDateTime) when = g_date_time_new_from_unix_local (confab_message_get_timestamp (self->message) / 1000);
  g_autofree char *full = when != NULL ? confab_dates_format_full (when) : NULL;
  const char *failure = confab_message_get_failure (self->message);

  gtk_label_set_label (self->time_label, time);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->time_label), full);
  gtk_image_set_from_icon_name (self->state_image, state_icon (state));
  gtk_widget_set_visible (GTK_WIDGET (self->state_image), words != NULL && !is_deleted (self));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->state_image), words);
  if (words != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->state_image), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  set_css_class (self->bubble, "read", state == CONFAB_MESSAGE_STATE_READ);
  set_css_class (self->bubble, "failed", failed);
  set_css_class (self->bubble, "sending", state == CONFAB_MESSAGE_STATE_SENDING);
  gtk_widget_set_visible (self->failure_box, failed);
  gtk_label_set_label (self->failure_label, failed && failure != NULL ? failure : _("Not sent"));
  update_actions (self);
  update_description (self);
}

static void
update_reactions (ConfabMessageRow *self)
{
  confab_reaction_bar_set_message (self->reaction_bar, self->session, is_deleted (self) ? NULL : self->message);
  update_description (self);
}

static void
update_sender (ConfabMessageRow *self)
{
  const char *name = confab_message_words_get_sender (self->message);
  g_autofree char *old_class = g_strdup_printf ("colour-%u", self->name_colour);

  gtk_label_set_label (self->name_label, name);
  adw_avatar_set_text (self->avatar, name);
  gtk_widget_remove_css_class (GTK_WIDGET (self->name_label), old_class);
  ConfabUser *sender = confab_message_get_sender (self->message);
  self->name_colour = g_str_hash (sender != NULL ? confab_user_get_id (sender) : name) % N_NAME_COLOURS;
  g_autofree char *new_class = g_strdup_printf ("colour-%u", self->name_colour);
  gtk_widget_add_css_class (GTK_WIDGET (self->name_label), new_class);
  update_description (self);
}

static void
update_placing (ConfabMessageRow *self)
{
  ConfabPlacing placing = confab_timeline_entry_get_placing (self->entry);
  gboolean outgoing = confab_message_is_outgoing (self->message);
  gboolean direct = confab_room_get_room_type (self->room) == CONFAB_ROOM_TYPE_DIRECT;
  gboolean starts_group = (placing & CONFAB_PLACING_STARTS_GROUP) != 0;

  if (placing & CONFAB_PLACING_STARTS_DAY)
    {
      g_autoptr(GDateTime) now = g_date_time_new_now_local ();
      g_autoptr(GDateTime) when = g_date_time_new_from_unix_local (confab_message_get_timestamp (self->message) / 1000);
      g_autofree char *day = when != NULL ? confab_dates_format_day (when, now) : g_strdup ("");
      gtk_label_set_label (self->day_label, day);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->day_label), (placing & CONFAB_PLACING_STARTS_DAY) != 0);
  gtk_widget_set_visible (self->unread_line, (placing & CONFAB_PLACING_FIRST_UNREAD) != 0);
  gtk_widget_set_visible (GTK_WIDGET (self->name_label), starts_group && !outgoing && !direct);
  gtk_widget_set_visible (GTK_WIDGET (self->avatar), starts_group);
  set_css_class (GTK_WIDGET (self), "starts-group", starts_group);
  set_css_class (GTK_WIDGET (self), "ends-group", (placing & CONFAB_PLACING_ENDS_GROUP) != 0);
}

/* On whose side the message stands. */
static void
update_side (ConfabMessageRow *self)
{
  gboolean outgoing = confab_message_is_outgoing (self->message);
  gboolean direct = confab_room_get_room_type (self->room) == CONFAB_ROOM_TYPE_DIRECT;
  gboolean notice = confab_message_get_message_type (self->message) == CONFAB_MESSAGE_TYPE_SYSTEM;
  GtkAlign side = outgoing ? GTK_ALIGN_END : GTK_ALIGN_START;

  gtk_widget_set_visible (GTK_WIDGET (self->notice_label), notice);
  gtk_widget_set_visible (self->line, !notice);
  gtk_widget_set_visible (self->avatar_space, !outgoing && !direct);
  gtk_widget_set_halign (self->bubble_clamp, side);
  gtk_widget_set_halign (GTK_WIDGET (self->reaction_bar), side);
  set_css_class (GTK_WIDGET (self), "outgoing", outgoing);
  set_css_class (self->bubble, "mention", confab_message_mentions_me (self->message) && !outgoing);
}

static void
reply (GtkWidget  *widget,
       const char *action,
       GVariant   *parameter)
{
  g_signal_emit (widget, signals[REPLY_REQUESTED], 0, CONFAB_MESSAGE_ROW (widget)->message);
}

static void
edit (GtkWidget  *widget,
      const char *action,
      GVariant   *parameter)
{
  g_signal_emit (widget, signals[EDIT_REQUESTED], 0, CONFAB_MESSAGE_ROW (widget)->message);
}

static void
jump_to_reply (GtkWidget  *widget,
               const char *action,
               GVariant   *parameter)
{
  const char *message_id = confab_message_get_reply_to (CONFAB_MESSAGE_ROW (widget)->message);

  if (message_id != NULL)
    g_signal_emit (widget, signals[JUMP_REQUESTED], 0, message_id);
}

static void
copy (GtkWidget  *widget,
      const char *action,
      GVariant   *parameter)
{
  const char *content = confab_message_get_content (CONFAB_MESSAGE_ROW (widget)->message);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), content != NULL ? content : "");
}

static void
toggle_reaction (GtkWidget  *widget,
                 const char *action,
                 GVariant   *parameter)
{
  ConfabMessageRow *self = CONFAB_MESSAGE_ROW (widget);

  confab_toast_watch (widget,
                      confab_room_toggle_reaction (self->room, self->message, g_variant_get_string (parameter, NULL)));
}

static void
on_emoji_picked (GtkEmojiChooser  *chooser,
                 const char       *emoji,
                 ConfabMessageRow *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "message.toggle-reaction", "s", emoji);
}

/* A popover that has closed goes away when nothing of its own is running any more. */
static gboolean
unparent_popover (gpointer user_data)
{
  GtkWidget *popover = user_data;

  if (gtk_widget_get_parent (popover) != NULL)
    gtk_widget_unparent (popover);
  return G_SOURCE_REMOVE;
}

static void
on_popover_closed (GtkPopover *popover)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, unparent_popover, g_object_ref (popover), g_object_unref);
}

static void
add_popover (ConfabMessageRow *self,
             GtkWidget        *popover)
{
  gtk_widget_set_parent (popover, GTK_WIDGET (self));
  gtk_popover_set_position (GTK_POPOVER (popover), GTK_POS_BOTTOM);
  g_signal_connect (popover, "closed", G_CALLBACK (on_popover_closed), NULL);
}

static GdkRectangle
get_bubble (ConfabMessageRow *self)
{
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, 0, 0);

  if (!gtk_widget_compute_bounds (self->bubble, GTK_WIDGET (self), &bounds))
    return (GdkRectangle) { 0, 0, 1, 1 };
  return (GdkRectangle) { (int) bounds.origin.x, (int) bounds.origin.y, (int) bounds.size.width,
                          (int) bounds.size.height };
}

static void
choose_reaction (GtkWidget  *widget,
                 const char *action,
                 GVariant   *parameter)
{
  ConfabMessageRow *self = CONFAB_MESSAGE_ROW (widget);
  GtkWidget *chooser = gtk_emoji_chooser_new ();
  GdkRectangle bubble = get_bubble (self);

  gtk_popover_set_pointing_to (GTK_POPOVER (chooser), &bubble);
  g_signal_connect_object (chooser, "emoji-picked", G_CALLBACK (on_emoji_picked), self, G_CONNECT_DEFAULT);
  add_popover (self, chooser);
  gtk_popover_popup (GTK_POPOVER (chooser));
}

static void
retry (GtkWidget  *widget,
       const char *action,
       GVariant   *parameter)
{
  ConfabMessageRow *self = CONFAB_MESSAGE_ROW (widget);

  confab_room_retry (self->room, self->message);
}

static void
discard (GtkWidget  *widget,
         const char *action,
         GVariant   *parameter)
{
  ConfabMessageRow *self = CONFAB_MESSAGE_ROW (widget);

  confab_room_discard (self->room, self->message);
}

typedef struct
{
  GtkWidget *overlay;
  ConfabRoom *room;
  ConfabMessage *message;
} Deletion;

static void
deletion_free (Deletion *deletion)
{
  g_clear_object (&deletion->overlay);
  g_clear_object (&deletion->room);
  g_clear_object (&deletion->message);
  g_free (deletion);
}

static void
on_deletion_confirmed (AdwAlertDialog *dialog,
                       const char     *response,
                       Deletion       *deletion)
{
  confab_toast_watch (deletion->overlay, confab_room_delete_message (deletion->room, deletion->message));
}

static void
delete_message (GtkWidget  *widget,
                const char *action,
                GVariant   *parameter)
{
  ConfabMessageRow *self = CONFAB_MESSAGE_ROW (widget);
  AdwDialog *dialog = adw_alert_dialog_new (_("Delete Message?"), _("It is deleted for everybody in this room."));
  Deletion *deletion = g_new0 (Deletion, 1);

  /* The row may show another message when the answer comes, so nothing is read from it then. */
  deletion->overlay = g_object_ref (gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY));
  deletion->room = g_object_ref (self->room);
  deletion->message = g_object_ref (self->message);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "delete", _("_Delete"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "delete", ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_data (dialog, "response::delete", G_CALLBACK (on_deletion_confirmed), deletion,
                         (GClosureNotify) deletion_free, 0);
  adw_dialog_present (dialog, widget);
}

static void
show_menu_at (ConfabMessageRow *self,
              double            x,
              double            y)
{
  GtkWidget *popover = NULL;

  if (self->message == NULL || confab_message_get_message_type (self->message) == CONFAB_MESSAGE_TYPE_SYSTEM)
    return;
  /* The model comes last: items of a menu that is not yet below the row do not notice which actions are possible. */
  popover = gtk_popover_menu_new_from_model (NULL);
  gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
  gtk_widget_set_halign (popover, GTK_ALIGN_START);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  add_popover (self, popover);
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (popover), self->message_menu);
  if (confab_message_get_id (self->message) != NULL && !is_deleted (self))
    gtk_popover_menu_add_child (GTK_POPOVER_MENU (popover), GTK_WIDGET (confab_quick_reactions_new ()), "reactions");
  gtk_popover_popup (GTK_POPOVER (popover));
}

/* From the keyboard, or from what reads the screen. */
static void
show_menu (GtkWidget  *widget,
           const char *action,
           GVariant   *parameter)
{
  ConfabMessageRow *self = CONFAB_MESSAGE_ROW (widget);
  GdkRectangle bubble = get_bubble (self);

  show_menu_at (self, bubble.x + bubble.width / 2.0, bubble.y + bubble.height);
}

static void
on_secondary_pressed (GtkGestureClick  *gesture,
                      int               n_press,
                      double            x,
                      double            y,
                      ConfabMessageRow *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  show_menu_at (self, x, y);
}

static void
on_long_pressed (GtkGestureLongPress *gesture,
                 double               x,
                 double               y,
                 ConfabMessageRow    *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  show_menu_at (self, x, y);
}

static void
on_double_pressed (GtkGestureClick  *gesture,
                   int               n_press,
                   double            x,
                   double            y,
                   ConfabMessageRow *self)
{
  /* Beside the bubble a double click replies; inside it selects a word. */
  if (n_press != 2 || self->message == NULL)
    return;
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);
  if (picked != NULL && (picked == self->bubble || gtk_widget_is_ancestor (picked, self->bubble)))
    return;
  gtk_widget_activate_action (GTK_WIDGET (self), "message.reply", NULL);
}

static gboolean
end_highlight (gpointer user_data)
{
  ConfabMessageRow *self = user_data;

  self->highlight_source = 0;
  gtk_widget_remove_css_class (GTK_WIDGET (self), "highlight");
  return G_SOURCE_REMOVE;
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
confab_message_row_dispose (GObject *object)
{
  ConfabMessageRow *self = CONFAB_MESSAGE_ROW (object);

  g_clear_handle_id (&self->highlight_source, g_source_remove);
  g_clear_object (&self->entry_signals);
  g_clear_object (&self->message_signals);
  g_clear_object (&self->sender_signals);
  g_clear_object (&self->entry);
  g_clear_object (&self->message);
  g_clear_object (&self->room);
  g_clear_object (&self->session);
  g_clear_pointer (&self->description, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_MESSAGE_ROW);
  remove_children (GTK_WIDGET (self));

  G_OBJECT_CLASS (confab_message_row_parent_class)->dispose (object);
}

static void
confab_message_row_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  ConfabMessageRow *self = CONFAB_MESSAGE_ROW (object);

  switch (prop_id)
    {
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->description);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "message.reply", NULL, reply);
  gtk_widget_class_install_action (widget_class, "message.edit", NULL, edit);
  gtk_widget_class_install_action (widget_class, "message.copy", NULL, copy);
  gtk_widget_class_install_action (widget_class, "message.delete", NULL, delete_message);
  gtk_widget_class_install_action (widget_class, "message.retry", NULL, retry);
  gtk_widget_class_install_action (widget_class, "message.discard", NULL, discard);
  gtk_widget_class_install_action (widget_class, "message.jump-to-reply", NULL, jump_to_reply);
  gtk_widget_class_install_action (widget_class, "message.toggle-reaction", "s", toggle_reaction);
  gtk_widget_class_install_action (widget_class, "message.choose-reaction", NULL, choose_reaction);
  gtk_widget_class_install_action (widget_class, "message.show-menu", NULL, show_menu);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (CONFAB_TYPE_BUBBLE_LAYOUT);
  g_type_ensure (CONFAB_TYPE_MESSAGE_TEXT);
  g_type_ensure (CONFAB_TYPE_REACTION_BAR);
  g_type_ensure (CONFAB_TYPE_REPLY_QUOTE);

  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-message-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, day_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, unread_line);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, notice_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, line);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, avatar_space);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, column);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, bubble_clamp);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, bubble);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, reply_quote);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, text);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, edited_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, time_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, state_image);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, reaction_bar);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, failure_box);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, failure_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabMessageRow, message_menu);
}

static void
confab_message_row_class_init (ConfabMessageRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = confab_message_row_dispose;
  object_class->get_property = confab_message_row_get_property;

  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                                                        G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[REPLY_REQUESTED] = g_signal_new ("reply-requested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 1, CONFAB_TYPE_MESSAGE);
  signals[EDIT_REQUESTED] = g_signal_new ("edit-requested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, CONFAB_TYPE_MESSAGE);
  signals[JUMP_REQUESTED] = g_signal_new ("jump-requested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  install_actions (GTK_WIDGET_CLASS (klass));
  bind_template (GTK_WIDGET_CLASS (klass));
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
add_gestures (ConfabMessageRow *self)
{
  GtkGesture *secondary = gtk_gesture_click_new ();
  GtkGesture *long_press = gtk_gesture_long_press_new ();
  GtkGesture *primary = gtk_gesture_click_new ();

  /* In the capture phase, because a label that can be selected has a menu of its own. */
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (secondary), GDK_BUTTON_SECONDARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (secondary), GTK_PHASE_CAPTURE);
  g_signal_connect (secondary, "pressed", G_CALLBACK (on_secondary_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (secondary));

  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (long_press), TRUE);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (long_press), GTK_PHASE_CAPTURE);
  g_signal_connect (long_press, "pressed", G_CALLBACK (on_long_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (long_press));

  g_signal_connect (primary, "pressed", G_CALLBACK (on_double_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (primary));
}

static void
connect_message (ConfabMessageRow *self)
{
  self->entry_signals = g_signal_group_new (CONFAB_TYPE_TIMELINE_ENTRY);
  g_signal_group_connect_swapped (self->entry_signals, "notify::placing", G_CALLBACK (update_placing), self);

  self->message_signals = g_signal_group_new (CONFAB_TYPE_MESSAGE);
  g_signal_group_connect_swapped (self->message_signals, "notify::content", G_CALLBACK (update_text), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::edited", G_CALLBACK (update_text), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::deleted", G_CALLBACK (update_text), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::deleted", G_CALLBACK (update_state), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::deleted", G_CALLBACK (update_reactions), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::id", G_CALLBACK (update_actions), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::state", G_CALLBACK (update_state), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::failure", G_CALLBACK (update_state), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::timestamp", G_CALLBACK (update_state), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::read-count", G_CALLBACK (update_state), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::reactions-changed-count",
                                  G_CALLBACK (update_reactions), self);

  self->sender_signals = g_signal_group_new (CONFAB_TYPE_USER);
  g_signal_group_connect_swapped (self->sender_signals, "notify::display-name", G_CALLBACK (update_sender), self);
}

static void
confab_message_row_init (ConfabMessageRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_gestures (self);
  connect_message (self);
}

ConfabMessageRow *
confab_message_row_new (ConfabSession *session)
{
  ConfabMessageRow *self = g_object_new (CONFAB_TYPE_MESSAGE_ROW, NULL);

  self->session = g_object_ref (session);
  return self;
}

void
confab_message_row_set_entry (ConfabMessageRow    *self,
                              ConfabRoom          *room,
                              ConfabTimelineEntry *entry)
{
  g_return_if_fail (CONFAB_IS_MESSAGE_ROW (self));

  ConfabMessage *message = entry != NULL ? confab_timeline_entry_get_message (entry) : NULL;

  g_set_object (&self->room, room);
  g_set_object (&self->entry, entry);
  g_set_object (&self->message, message);
  g_signal_group_set_target (self->entry_signals, entry);
  g_signal_group_set_target (self->message_signals, message);
  g_signal_group_set_target (self->sender_signals, message != NULL ? confab_message_get_sender (message) : NULL);
  g_clear_handle_id (&self->highlight_source, g_source_remove);
  gtk_widget_remove_css_class (GTK_WIDGET (self), "highlight");
  if (message == NULL)
    return;

  update_side (self);
  update_placing (self);
  update_sender (self);
  update_text (self);
  update_state (self);
  update_reactions (self);
}

ConfabMessage *
confab_message_row_get_message (ConfabMessageRow *self)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE_ROW (self), NULL);
  return self->message;
}

void
confab_message_row_highlight (ConfabMessageRow *self)
{
  g_return_if_fail (CONFAB_IS_MESSAGE_ROW (self));

  g_clear_handle_id (&self->highlight_source, g_source_remove);
  gtk_widget_add_css_class (GTK_WIDGET (self), "highlight");
  self->highlight_source = g_timeout_add (HIGHLIGHT_MILLISECONDS, end_highlight, self);
}
