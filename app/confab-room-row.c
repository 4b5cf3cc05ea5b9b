/* confab-room-row.c: a room in the list of the sidebar
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-room-row.h"

#include <glib/gi18n.h>

#include "confab-dates.h"
#include "confab-message-words.h"
#include "confab-person-avatar.h"

/* More are counted as "999+"; nobody reads the number any more. */
#define COUNT_SHOWN_MAX 999

struct _ConfabRoomRow
{
  GtkWidget parent_instance;

  ConfabPersonAvatar *avatar;
  GtkLabel *title_label;
  GtkWidget *muted_image;
  GtkLabel *time_label;
  GtkWidget *draft_label;
  GtkLabel *preview_label;
  GtkWidget *mention_badge;
  GtkLabel *unread_badge;

  ConfabRoom *room;
  GBindingGroup *room_bindings;
  GSignalGroup *room_signals;
  GSignalGroup *message_signals;
  char *description;
};

G_DEFINE_FINAL_TYPE (ConfabRoomRow, confab_room_row, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_DESCRIPTION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static char *
describe_last_message (ConfabRoom *room)
{
  ConfabMessage *message = confab_room_get_last_message (room);
  const char *description = confab_room_get_description (room);

  if (message == NULL)
    return g_strdup (description != NULL && *description != '\0' ? description : _("No messages yet"));

  g_autofree char *preview = confab_message_words_get_preview (message);
  if (confab_message_get_message_type (message) == CONFAB_MESSAGE_TYPE_SYSTEM)
    return g_steal_pointer (&preview);
  if (confab_message_is_outgoing (message))
    /* Translators: the beginning of my own last message in a list */
    return g_strdup_printf (_("You: %s"), preview);
  if (confab_room_get_room_type (room) == CONFAB_ROOM_TYPE_DIRECT)
    return g_steal_pointer (&preview);
  /* Translators: who wrote the last message in a list, and its beginning */
  return g_strdup_printf (_("%s: %s"), confab_message_words_get_sender (message), preview);
}

static void
update_description (ConfabRoomRow *self)
{
  GString *words = g_string_new (confab_room_get_title (self->room));
  gint64 n_unread = confab_room_get_unread_count (self->room);

  if (n_unread > 0)
    {
      g_string_append (words, ", ");
      g_string_append_printf (words,
                              ngettext ("%" G_GINT64_FORMAT " unread message", "%" G_GINT64_FORMAT " unread messages",
                                        n_unread),
                              n_unread);
    }
  if (confab_room_get_mention_count (self->room) > 0)
    g_string_append_printf (words, ", %s", _("you were mentioned"));
  if (gtk_widget_get_visible (self->draft_label))
    g_string_append_printf (words, ", %s", _("draft"));
  g_string_append_printf (words, ", %s", gtk_label_get_label (self->preview_label));

  g_free (self->description);
  self->description = g_string_free (words, FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESCRIPTION]);
}

static void
update_preview (ConfabRoomRow *self)
{
  const char *typing = confab_room_get_typing_text (self->room);
  const char *draft = confab_room_get_draft (self->room);
  gboolean is_typing = typing != NULL && *typing != '\0';
  gboolean has_draft = draft != NULL && *draft != '\0' && !is_typing && confab_room_get_unread_count (self->room) == 0;
  g_autofree char *preview = NULL;

  if (is_typing)
    preview = g_strdup (typing);
  else if (has_draft)
    preview = g_strdup (draft);
  else
    preview = describe_last_message (self->room);
  g_strdelimit (preview, "\n", ' ');

  gtk_widget_set_visible (self->draft_label, has_draft);
  gtk_label_set_label (self->preview_label, preview);
  if (is_typing)
    gtk_widget_add_css_class (GTK_WIDGET (self->preview_label), "accent");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->preview_label), "accent");
  update_description (self);
}

static void
update_time (ConfabRoomRow *self)
{
  gint64 last_activity = confab_room_get_last_activity (self->room);
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autoptr(GDateTime) when = last_activity > 0 ? g_date_time_new_from_unix_local (last_activity / 1000) : NULL;
  g_autofree char *time = when != NULL ? confab_dates_format_short (when, now) : g_strdup ("");

  gtk_label_set_label (self->time_label, time);
}

static void
update_last_message (ConfabRoomRow *self)
{
  g_signal_group_set_target (self->message_signals, confab_room_get_last_message (self->room));
  update_preview (self);
  update_time (self);
}

static void
update_counts (ConfabRoomRow *self)
{
  gint64 n_unread = confab_room_get_unread_count (self->room);
  gboolean muted = confab_room_get_muted (self->room);
  g_autofree char *count = n_unread > COUNT_SHOWN_MAX ? g_strdup_printf ("%d+", COUNT_SHOWN_MAX)
                                                      : g_strdup_printf ("%" G_GINT64_FORMAT, n_unread);

  gtk_label_set_label (self->unread_badge, count);
  gtk_widget_set_visible (GTK_WIDGET (self->unread_badge), n_unread > 0);
  gtk_widget_set_visible (self->mention_badge, confab_room_get_mention_count (self->room) > 0);
  gtk_widget_set_visible (self->muted_image, muted);
  if (n_unread > 0 && !muted)
    gtk_widget_add_css_class (GTK_WIDGET (self), "unread");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "unread");
  if (muted)
    gtk_widget_add_css_class (GTK_WIDGET (self), "muted");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "muted");
  update_preview (self);
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
confab_room_row_dispose (GObject *object)
{
  ConfabRoomRow *self = CONFAB_ROOM_ROW (object);

  g_clear_object (&self->room_bindings);
  g_clear_object (&self->room_signals);
  g_clear_object (&self->message_signals);
  g_clear_object (&self->room);
  g_clear_pointer (&self->description, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_ROOM_ROW);
  remove_children (GTK_WIDGET (self));

  G_OBJECT_CLASS (confab_room_row_parent_class)->dispose (object);
}

static void
confab_room_row_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_DESCRIPTION:
      g_value_set_string (value, CONFAB_ROOM_ROW (object)->description);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_room_row_class_init (ConfabRoomRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = confab_room_row_dispose;
  object_class->get_property = confab_room_row_get_property;

  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                                                        G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (CONFAB_TYPE_PERSON_AVATAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-room-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomRow, title_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomRow, muted_image);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomRow, time_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomRow, draft_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomRow, preview_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomRow, mention_badge);
  gtk_widget_class_bind_template_child (widget_class, ConfabRoomRow, unread_badge);
}

static void
confab_room_row_init (ConfabRoomRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->room_bindings = g_binding_group_new ();
  g_binding_group_bind (self->room_bindings, "title", self->title_label, "label", G_BINDING_SYNC_CREATE);
  g_binding_group_bind (self->room_bindings, "title", self->avatar, "text", G_BINDING_SYNC_CREATE);
  g_binding_group_bind (self->room_bindings, "other", self->avatar, "user", G_BINDING_SYNC_CREATE);

  self->room_signals = g_signal_group_new (CONFAB_TYPE_ROOM);
  g_signal_group_connect_swapped (self->room_signals, "notify::title", G_CALLBACK (update_description), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::last-message", G_CALLBACK (update_last_message), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::last-activity", G_CALLBACK (update_time), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::typing-text", G_CALLBACK (update_preview), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::draft", G_CALLBACK (update_preview), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::unread-count", G_CALLBACK (update_counts), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::mention-count", G_CALLBACK (update_counts), self);
  g_signal_group_connect_swapped (self->room_signals, "notify::muted", G_CALLBACK (update_counts), self);

  self->message_signals = g_signal_group_new (CONFAB_TYPE_MESSAGE);
  g_signal_group_connect_swapped (self->message_signals, "notify::content", G_CALLBACK (update_preview), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::deleted", G_CALLBACK (update_preview), self);
}

ConfabRoomRow *
confab_room_row_new (void)
{
  return g_object_new (CONFAB_TYPE_ROOM_ROW, NULL);
}

void
confab_room_row_set_room (ConfabRoomRow *self,
                          ConfabRoom    *room)
{
  g_return_if_fail (CONFAB_IS_ROOM_ROW (self));

  g_set_object (&self->room, room);
  g_binding_group_set_source (self->room_bindings, room);
  g_signal_group_set_target (self->room_signals, room);
  g_signal_group_set_target (self->message_signals, NULL);
  if (room == NULL)
    return;
  update_counts (self);
  update_last_message (self);
}
