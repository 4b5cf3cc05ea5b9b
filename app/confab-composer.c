/* confab-composer.c: where messages are written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-composer.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>
#include <libspelling.h>

#include "confab-message-words.h"
#include "confab-toast.h"

/* The characters left are shown when there are no more than these. */
#define LIMIT_SHOWN_BELOW 200

struct _ConfabComposer
{
  GtkWidget parent_instance;

  GtkRevealer *context_revealer;
  GtkImage *context_icon;
  GtkLabel *context_title;
  GtkLabel *context_preview;
  GtkWidget *entry_box;
  GtkMenuButton *emoji_button;
  GtkTextView *text_view;
  GtkTextBuffer *buffer;
  GtkWidget *placeholder_label;
  GtkLabel *limit_label;
  GtkButton *send_button;

  ConfabSession *session;
  ConfabRoom *room;
  GSettings *settings;
  SpellingTextBufferAdapter *spelling;
  ConfabMessage *reply_to;
  ConfabMessage *edited;
  gboolean composing_input;   /* an input method has text that is not in the buffer yet */
  gboolean loading_text;      /* the buffer changes, but nobody types */
};

G_DEFINE_FINAL_TYPE (ConfabComposer, confab_composer, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_ROOM,
  PROP_SETTINGS,
  N_PROPS
};

enum
{
  SENT,
  EDIT_LAST_REQUESTED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static char *
get_text (ConfabComposer *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  return gtk_text_buffer_get_text (self->buffer, &start, &end, FALSE);
}

static gboolean
has_words (ConfabComposer *self)
{
  g_autofree char *text = get_text (self);

  return *g_strstrip (text) != '\0';
}

static void
set_text (ConfabComposer *self,
          const char     *text)
{
  self->loading_text = TRUE;
  gtk_text_buffer_begin_irreversible_action (self->buffer);
  gtk_text_buffer_set_text (self->buffer, text != NULL ? text : "", -1);
  gtk_text_buffer_end_irreversible_action (self->buffer);
  self->loading_text = FALSE;
}

static int
get_characters_left (ConfabComposer *self)
{
  guint limit = self->session != NULL ? confab_session_get_message_length (self->session) : 0;

  return limit == 0 ? G_MAXINT : (int) limit - gtk_text_buffer_get_char_count (self->buffer);
}

static void
update_controls (ConfabComposer *self)
{
  int left = get_characters_left (self);
  g_autofree char *left_text = g_strdup_printf ("%d", left);

  gtk_widget_set_visible (self->placeholder_label, gtk_text_buffer_get_char_count (self->buffer) == 0);
  gtk_label_set_label (self->limit_label, left_text);
  gtk_widget_set_visible (GTK_WIDGET (self->limit_label), left <= LIMIT_SHOWN_BELOW);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->limit_label), left >= 0 ? _("Characters left")
                                                                          : _("Too long to be sent"));
  if (left < 0)
    gtk_widget_add_css_class (GTK_WIDGET (self->limit_label), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->limit_label), "error");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "composer.send",
                                 self->room != NULL && left >= 0 && has_words (self));
}

static void
update_context (ConfabComposer *self)
{
  ConfabMessage *message = self->edited != NULL ? self->edited : self->reply_to;
  g_autofree char *title = NULL;

  gtk_revealer_set_reveal_child (self->context_revealer, message != NULL);
  gtk_button_set_icon_name (self->send_button, self->edited != NULL ? "object-select-symbolic"
                                                                    : "confab-send-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->send_button), self->edited != NULL ? _("Save Changes") : _("Send"));
  if (message == NULL)
    return;

  g_autofree char *preview = confab_message_words_get_preview (message);
  if (self->edited != NULL)
    title = g_strdup (_("Edit message"));
  else if (confab_message_is_outgoing (message))
    title = g_strdup (_("Reply to yourself"));
  else
    /* Translators: above the composer, with the name of the person who is answered */
    title = g_strdup_printf (_("Reply to %s"), confab_message_words_get_sender (message));
  gtk_image_set_from_icon_name (self->context_icon, self->edited != NULL ? "document-edit-symbolic"
                                                                         : "mail-reply-sender-symbolic");
  gtk_label_set_label (self->context_title, title);
  gtk_label_set_label (self->context_preview, preview);
}

static void
end_edit (ConfabComposer *self)
{
  g_clear_object (&self->edited);
  set_text (self, confab_room_get_draft (self->room));
  update_context (self);
  update_controls (self);
}

static void
save_edit (ConfabComposer *self)
{
  g_autofree char *text = get_text (self);

  confab_toast_watch (GTK_WIDGET (self), confab_room_edit_message (self->room, self->edited, g_strstrip (text)));
  end_edit (self);
}

static void
send_text (ConfabComposer *self)
{
  g_autofree char *text = get_text (self);
  g_autoptr(GError) error = NULL;

  if (confab_room_send (self->room, g_strstrip (text),
                        self->reply_to != NULL ? confab_message_get_id (self->reply_to) : NULL, &error) == NULL)
    {
      confab_toast_show_error (GTK_WIDGET (self), error);
      return;
    }
  confab_room_set_draft (self->room, "");
  confab_room_set_typing (self->room, FALSE);
  g_clear_object (&self->reply_to);
  set_text (self, "");
  update_context (self);
  update_controls (self);
  g_signal_emit (self, signals[SENT], 0);
}

static void
send_action (GtkWidget  *widget,
             const char *action,
             GVariant   *parameter)
{
  ConfabComposer *self = CONFAB_COMPOSER (widget);

  if (self->edited != NULL)
    save_edit (self);
  else
    send_text (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->text_view));
}

static void
cancel_action (GtkWidget  *widget,
               const char *action,
               GVariant   *parameter)
{
  confab_composer_cancel (CONFAB_COMPOSER (widget));
}

static void
on_buffer_changed (ConfabComposer *self)
{
  update_controls (self);
  if (self->loading_text || self->room == NULL)
    return;

  g_autofree char *text = get_text (self);
  if (self->edited == NULL)
    confab_room_set_draft (self->room, text);
  confab_room_set_typing (self->room, *text != '\0');
}

static void
on_preedit_changed (ConfabComposer *self,
                    const char     *preedit)
{
  self->composing_input = *preedit != '\0';
}

static gboolean
enter_is_for_sending (ConfabComposer  *self,
                      GdkModifierType  state)
{
  gboolean control = (state & GDK_CONTROL_MASK) != 0;
  gboolean shift = (state & GDK_SHIFT_MASK) != 0;

  if (self->composing_input || shift)
    return FALSE;
  return control || g_settings_get_boolean (self->settings, "enter-sends");
}

static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                ConfabComposer        *self)
{
  switch (keyval)
    {
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
      if (!enter_is_for_sending (self, state))
        return GDK_EVENT_PROPAGATE;
      gtk_widget_activate_action (GTK_WIDGET (self), "composer.send", NULL);
      return GDK_EVENT_STOP;

    case GDK_KEY_Up:
      if ((state & gtk_accelerator_get_default_mod_mask ()) != 0 || self->edited != NULL ||
          gtk_text_buffer_get_char_count (self->buffer) > 0)
        return GDK_EVENT_PROPAGATE;
      g_signal_emit (self, signals[EDIT_LAST_REQUESTED], 0);
      return GDK_EVENT_STOP;

    case GDK_KEY_Escape:
      return confab_composer_cancel (self);

    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
on_emoji_picked (GtkEmojiChooser *chooser,
                 const char      *emoji,
                 ConfabComposer  *self)
{
  gtk_text_buffer_insert_at_cursor (self->buffer, emoji, -1);
  gtk_widget_grab_focus (GTK_WIDGET (self->text_view));
}

/* The chooser is large; most people start without it. */
static void
create_emoji_chooser (GtkMenuButton *button,
                      gpointer       user_data)
{
  GtkWidget *chooser = NULL;

  if (gtk_menu_button_get_popover (button) != NULL)
    return;
  chooser = gtk_emoji_chooser_new ();
  g_signal_connect (chooser, "emoji-picked", G_CALLBACK (on_emoji_picked), user_data);
  gtk_menu_button_set_popover (button, chooser);
}

static void
set_up_spelling (ConfabComposer *self)
{
  self->spelling = spelling_text_buffer_adapter_new (GTK_SOURCE_BUFFER (self->buffer), spelling_checker_get_default ());
  gtk_text_view_set_extra_menu (self->text_view, spelling_text_buffer_adapter_get_menu_model (self->spelling));
  gtk_widget_insert_action_group (GTK_WIDGET (self->text_view), "spelling", G_ACTION_GROUP (self->spelling));
}

static void
set_settings (ConfabComposer *self,
              GSettings      *settings)
{
  if (!g_set_object (&self->settings, settings) || settings == NULL)
    return;
  g_settings_bind (settings, "check-spelling", self->spelling, "enabled", G_SETTINGS_BIND_GET);
}

static void
set_session (ConfabComposer *self,
             ConfabSession  *session)
{
  if (!g_set_object (&self->session, session) || session == NULL)
    return;
  g_signal_connect_object (session, "notify::message-length", G_CALLBACK (update_controls), self, G_CONNECT_SWAPPED);
}

static void
set_room (ConfabComposer *self,
          ConfabRoom     *room)
{
  if (self->room == room)
    return;
  if (self->room != NULL)
    confab_room_set_typing (self->room, FALSE);
  g_clear_object (&self->reply_to);
  g_clear_object (&self->edited);
  g_set_object (&self->room, room);
  set_text (self, room != NULL ? confab_room_get_draft (room) : "");
  gtk_revealer_set_transition_duration (self->context_revealer, 0);
  update_context (self);
  gtk_revealer_set_transition_duration (self->context_revealer, 200);
  update_controls (self);
}

static gboolean
confab_composer_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (CONFAB_COMPOSER (widget)->text_view));
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
confab_composer_dispose (GObject *object)
{
  ConfabComposer *self = CONFAB_COMPOSER (object);

  g_clear_object (&self->spelling);
  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_COMPOSER);
  remove_children (GTK_WIDGET (self));
  g_clear_object (&self->reply_to);
  g_clear_object (&self->edited);
  g_clear_object (&self->room);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (confab_composer_parent_class)->dispose (object);
}

static void
confab_composer_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  ConfabComposer *self = CONFAB_COMPOSER (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;

    case PROP_ROOM:
      g_value_set_object (value, self->room);
      break;

    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_composer_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  ConfabComposer *self = CONFAB_COMPOSER (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      set_session (self, g_value_get_object (value));
      break;

    case PROP_ROOM:
      set_room (self, g_value_get_object (value));
      break;

    case PROP_SETTINGS:
      set_settings (self, g_value_get_object (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (GTK_SOURCE_TYPE_VIEW);

  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-composer.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabComposer, context_revealer);
  gtk_widget_class_bind_template_child (widget_class, ConfabComposer, context_icon);
  gtk_widget_class_bind_template_child (widget_class, ConfabComposer, context_title);
  gtk_widget_class_bind_template_child (widget_class, ConfabComposer, context_preview);
  gtk_widget_class_bind_template_child (widget_class, ConfabComposer, entry_box);
  gtk_widget_class_bind_template_child (widget_class, ConfabComposer, emoji_button);
  gtk_widget_class_bind_template_child (widget_class, ConfabComposer, text_view);
  gtk_widget_class_bind_template_child (widget_class, ConfabComposer, buffer);
  gtk_widget_class_bind_template_child (widget_class, ConfabComposer, placeholder_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabComposer, limit_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabComposer, send_button);
}

static void
confab_composer_class_init (ConfabComposerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = confab_composer_dispose;
  object_class->get_property = confab_composer_get_property;
  object_class->set_property = confab_composer_set_property;
  widget_class->grab_focus = confab_composer_grab_focus;

  properties[PROP_SESSION] =
    g_param_spec_object ("session", NULL, NULL, CONFAB_TYPE_SESSION, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_ROOM] =
    g_param_spec_object ("room", NULL, NULL, CONFAB_TYPE_ROOM, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SENT] = g_signal_new ("sent", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                0);
  signals[EDIT_LAST_REQUESTED] = g_signal_new ("edit-last-requested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                               NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_install_action (widget_class, "composer.send", NULL, send_action);
  gtk_widget_class_install_action (widget_class, "composer.cancel", NULL, cancel_action);
  bind_template (widget_class);
}

static void
confab_composer_init (ConfabComposer *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));

  /* Colours come from the desktop's theme, not from one for source code. */
  gtk_source_buffer_set_style_scheme (GTK_SOURCE_BUFFER (self->buffer), NULL);
  set_up_spelling (self);
  gtk_menu_button_set_create_popup_func (self->emoji_button, create_emoji_chooser, self, NULL);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self->text_view), keys);
  g_signal_connect_object (self->buffer, "changed", G_CALLBACK (on_buffer_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->text_view, "preedit-changed", G_CALLBACK (on_preedit_changed), self,
                           G_CONNECT_SWAPPED);
  update_controls (self);
}

void
confab_composer_reply (ConfabComposer *self,
                       ConfabMessage  *message)
{
  g_return_if_fail (CONFAB_IS_COMPOSER (self));

  if (self->edited != NULL)
    end_edit (self);
  g_set_object (&self->reply_to, message);
  update_context (self);
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

void
confab_composer_edit (ConfabComposer *self,
                      ConfabMessage  *message)
{
  g_return_if_fail (CONFAB_IS_COMPOSER (self));

  g_clear_object (&self->reply_to);
  g_set_object (&self->edited, message);
  set_text (self, confab_message_get_content (message));
  update_context (self);
  update_controls (self);
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

gboolean
confab_composer_cancel (ConfabComposer *self)
{
  g_return_val_if_fail (CONFAB_IS_COMPOSER (self), FALSE);

  if (self->edited == NULL && self->reply_to == NULL)
    return FALSE;
  g_clear_object (&self->reply_to);
  if (self->edited != NULL)
    end_edit (self);
  update_context (self);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  return TRUE;
}
