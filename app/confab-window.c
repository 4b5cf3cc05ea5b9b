/* confab-window.c: a window of the client
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-window.h"

#include <glib/gi18n.h>

#include "confab-browse-dialog.h"
#include "confab-new-room-dialog.h"
#include "confab-preferences-dialog.h"
#include "confab-room-page.h"
#include "confab-sessions-dialog.h"
#include "confab-sidebar.h"
#include "confab-switcher-dialog.h"
#include "confab-toast.h"
#include "confab-welcome-view.h"

struct _ConfabWindow
{
  AdwApplicationWindow parent_instance;

  GtkStack *stack;
  ConfabWelcomeView *welcome_view;
  AdwNavigationSplitView *split_view;
  ConfabSidebar *sidebar;
  ConfabRoomPage *room_page;

  ConfabSession *session;
  GSettings *settings;
  gboolean starting;
};

G_DEFINE_FINAL_TYPE (ConfabWindow, confab_window, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_SETTINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
open_last_room (ConfabWindow *self)
{
  g_autofree char *room_id = g_settings_get_string (self->settings, "room");
  ConfabRoom *room = confab_room_list_find (confab_session_get_rooms (self->session), room_id);

  /* On a narrow screen the list is where one begins. */
  if (room != NULL && !adw_navigation_split_view_get_collapsed (self->split_view))
    confab_sidebar_set_room (self->sidebar, room);
}

static void
update_stack (ConfabWindow *self)
{
  gboolean signed_in = confab_session_get_state (self->session) != CONFAB_SESSION_STATE_SIGNED_OUT;
  const char *page = self->starting ? "starting" : (signed_in ? "main" : "welcome");
  gboolean was_main = g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "main") == 0;

  gtk_stack_set_visible_child_name (self->stack, page);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.new-room", signed_in);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.new-conversation", signed_in);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.browse-rooms", signed_in);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.switch-room", signed_in);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.show-sessions", signed_in);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.sign-out", signed_in);
  if (!self->starting && signed_in && !was_main)
    open_last_room (self);
  else if (!signed_in)
    confab_sidebar_set_room (self->sidebar, NULL);
}

static void
on_sidebar_room_changed (ConfabWindow *self)
{
  ConfabRoom *room = confab_sidebar_get_room (self->sidebar);

  confab_room_page_set_room (self->room_page, room);
  adw_navigation_split_view_set_show_content (self->split_view, room != NULL);
  if (room == NULL)
    return;
  g_settings_set_string (self->settings, "room", confab_room_get_id (room));
  confab_room_page_focus_composer (self->room_page);
}

/* Going back to the list closes the room: it is not in view, so what comes is told by notifications. */
static void
on_content_shown (ConfabWindow *self)
{
  if (adw_navigation_split_view_get_collapsed (self->split_view) &&
      !adw_navigation_split_view_get_show_content (self->split_view))
    confab_sidebar_set_room (self->sidebar, NULL);
}

static void
on_room_left (ConfabWindow *self,
              ConfabRoom   *room)
{
  if (confab_sidebar_get_room (self->sidebar) == room)
    confab_sidebar_set_room (self->sidebar, NULL);
}

static void
on_room_chosen (ConfabWindow *self,
                ConfabRoom   *room)
{
  confab_window_open_room (self, room);
}

static void
present_dialog (ConfabWindow *self,
                AdwDialog    *dialog)
{
  if (g_signal_lookup ("room-chosen", G_OBJECT_TYPE (dialog)) != 0)
    g_signal_connect_object (dialog, "room-chosen", G_CALLBACK (on_room_chosen), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
new_room (GtkWidget  *widget,
          const char *action,
          GVariant   *parameter)
{
  ConfabWindow *self = CONFAB_WINDOW (widget);

  present_dialog (self, ADW_DIALOG (confab_new_room_dialog_new (self->session)));
}

static void
new_conversation (GtkWidget  *widget,
                  const char *action,
                  GVariant   *parameter)
{
  ConfabWindow *self = CONFAB_WINDOW (widget);

  present_dialog (self, ADW_DIALOG (confab_switcher_dialog_new (self->session, CONFAB_SWITCHER_PEOPLE)));
}

static void
browse_rooms (GtkWidget  *widget,
              const char *action,
              GVariant   *parameter)
{
  ConfabWindow *self = CONFAB_WINDOW (widget);

  present_dialog (self, ADW_DIALOG (confab_browse_dialog_new (self->session)));
}

static void
switch_room (GtkWidget  *widget,
             const char *action,
             GVariant   *parameter)
{
  ConfabWindow *self = CONFAB_WINDOW (widget);

  present_dialog (self, ADW_DIALOG (confab_switcher_dialog_new (self->session, CONFAB_SWITCHER_EVERYTHING)));
}

static void
show_sessions (GtkWidget  *widget,
               const char *action,
               GVariant   *parameter)
{
  ConfabWindow *self = CONFAB_WINDOW (widget);

  present_dialog (self, ADW_DIALOG (confab_sessions_dialog_new (self->session)));
}

static void
show_preferences (GtkWidget  *widget,
                  const char *action,
                  GVariant   *parameter)
{
  ConfabWindow *self = CONFAB_WINDOW (widget);

  present_dialog (self, ADW_DIALOG (confab_preferences_dialog_new (self->session, self->settings)));
}

static char *
create_debug_info (ConfabWindow *self)
{
  return g_strdup_printf ("Confab %s\nGTK %u.%u.%u\nlibadwaita %u.%u.%u\nGLib %u.%u.%u\nDisplay: %s\nProfile: %s\n",
                          PACKAGE_VERSION, gtk_get_major_version (), gtk_get_minor_version (), gtk_get_micro_version (),
                          adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version (),
                          glib_major_version, glib_minor_version, glib_micro_version,
                          G_OBJECT_TYPE_NAME (gtk_widget_get_display (GTK_WIDGET (self))),
                          confab_session_get_profile (self->session));
}

static void
show_about (GtkWidget  *widget,
            const char *action,
            GVariant   *parameter)
{
  g_autofree char *debug_info = create_debug_info (CONFAB_WINDOW (widget));
  AdwDialog *dialog = adw_about_dialog_new ();

  g_object_set (dialog,
                "application-name", "Confab",
                "application-icon", APP_ID,
                "developer-name", _("The Confab authors"),
                "version", PACKAGE_VERSION,
                "license-type", GTK_LICENSE_GPL_3_0,
                "comments", _("Talk to people on a server of your own."),
                "debug-info", debug_info,
                "debug-info-filename", "confab-debug.txt",
                /* Translators: your name and address, one translator a line */
                "translator-credits", _("translator-credits"),
                NULL);
  adw_dialog_present (dialog, widget);
}

static void
on_sign_out_confirmed (ConfabWindow   *self,
                       const char     *response,
                       AdwAlertDialog *dialog)
{
  confab_toast_watch (GTK_WIDGET (self->stack), confab_session_sign_out (self->session));
}

static void
sign_out (GtkWidget  *widget,
          const char *action,
          GVariant   *parameter)
{
  ConfabWindow *self = CONFAB_WINDOW (widget);
  guint n_waiting = confab_outbox_get_n_waiting (confab_session_get_outbox (self->session));
  AdwDialog *dialog = adw_alert_dialog_new (_("Sign Out?"), NULL);

  if (n_waiting > 0)
    adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                  ngettext ("%u message was not sent yet and will be lost. Drafts and the history kept "
                                            "on this computer are deleted.",
                                            "%u messages were not sent yet and will be lost. Drafts and the history "
                                            "kept on this computer are deleted.", n_waiting),
                                  n_waiting);
  else
    adw_alert_dialog_set_body (ADW_ALERT_DIALOG (dialog),
                               _("Drafts and the history kept on this computer are deleted. The server keeps your "
                                 "messages."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "sign-out", _("_Sign Out"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "sign-out", ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (dialog, "response::sign-out", G_CALLBACK (on_sign_out_confirmed), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, widget);
}

static void
move_room (GtkWidget  *widget,
           const char *action,
           GVariant   *parameter)
{
  gboolean forward = FALSE, unread = FALSE;

  g_variant_get (parameter, "(bb)", &forward, &unread);
  confab_sidebar_move (CONFAB_WINDOW (widget)->sidebar, forward, unread);
}

static void
mark_read (GtkWidget  *widget,
           const char *action,
           GVariant   *parameter)
{
  confab_room_page_mark_all_read (CONFAB_WINDOW (widget)->room_page);
}

static void
focus_search (GtkWidget  *widget,
              const char *action,
              GVariant   *parameter)
{
  ConfabWindow *self = CONFAB_WINDOW (widget);

  adw_navigation_split_view_set_show_content (self->split_view, FALSE);
  confab_sidebar_focus_search (self->sidebar);
}

static void
focus_composer (GtkWidget  *widget,
                const char *action,
                GVariant   *parameter)
{
  confab_room_page_focus_composer (CONFAB_WINDOW (widget)->room_page);
}

/* Sidebar, timeline, composer, and around again. */
static void
focus_pane (GtkWidget  *widget,
            const char *action,
            GVariant   *parameter)
{
  ConfabWindow *self = CONFAB_WINDOW (widget);
  gboolean forward = g_variant_get_boolean (parameter);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  gboolean in_page = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->room_page));

  if (in_page)
    {
      if (!confab_room_page_focus_next_pane (self->room_page, forward) &&
          !adw_navigation_split_view_get_collapsed (self->split_view))
        confab_sidebar_focus_rooms (self->sidebar);
    }
  else if (confab_room_page_get_room (self->room_page) == NULL)
    confab_sidebar_focus_rooms (self->sidebar);
  else if (forward)
    confab_room_page_focus_next_pane (self->room_page, FALSE);
  else
    confab_room_page_focus_composer (self->room_page);
}

static gboolean
confab_window_close_request (GtkWindow *window)
{
  ConfabWindow *self = CONFAB_WINDOW (window);
  int width = 0, height = 0;

  gtk_window_get_default_size (window, &width, &height);
  g_settings_set (self->settings, "window-size", "(ii)", width, height);
  g_settings_set_boolean (self->settings, "window-maximized", gtk_window_is_maximized (window));

  return GTK_WINDOW_CLASS (confab_window_parent_class)->close_request (window);
}

static void
confab_window_dispose (GObject *object)
{
  ConfabWindow *self = CONFAB_WINDOW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_WINDOW);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (confab_window_parent_class)->dispose (object);
}

static void
confab_window_constructed (GObject *object)
{
  ConfabWindow *self = CONFAB_WINDOW (object);
  int width = 0, height = 0;

  G_OBJECT_CLASS (confab_window_parent_class)->constructed (object);

  g_settings_get (self->settings, "window-size", "(ii)", &width, &height);
  gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  g_signal_connect_object (self->session, "notify::state", G_CALLBACK (update_stack), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "room-left", G_CALLBACK (on_room_left), self, G_CONNECT_SWAPPED);
  update_stack (self);
}

static void
confab_window_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  ConfabWindow *self = CONFAB_WINDOW (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;

    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_window_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  ConfabWindow *self = CONFAB_WINDOW (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      self->session = g_value_dup_object (value);
      break;

    case PROP_SETTINGS:
      self->settings = g_value_dup_object (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.new-room", NULL, new_room);
  gtk_widget_class_install_action (widget_class, "win.new-conversation", NULL, new_conversation);
  gtk_widget_class_install_action (widget_class, "win.browse-rooms", NULL, browse_rooms);
  gtk_widget_class_install_action (widget_class, "win.switch-room", NULL, switch_room);
  gtk_widget_class_install_action (widget_class, "win.show-sessions", NULL, show_sessions);
  gtk_widget_class_install_action (widget_class, "win.preferences", NULL, show_preferences);
  gtk_widget_class_install_action (widget_class, "win.about", NULL, show_about);
  gtk_widget_class_install_action (widget_class, "win.sign-out", NULL, sign_out);
  gtk_widget_class_install_action (widget_class, "win.move-room", "(bb)", move_room);
  gtk_widget_class_install_action (widget_class, "win.mark-read", NULL, mark_read);
  gtk_widget_class_install_action (widget_class, "win.focus-search", NULL, focus_search);
  gtk_widget_class_install_action (widget_class, "win.focus-pane", "b", focus_pane);
  gtk_widget_class_install_action (widget_class, "win.focus-composer", NULL, focus_composer);
}

static void
install_shortcuts (GtkWidgetClass *widget_class)
{
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_k, GDK_CONTROL_MASK, "win.switch-room", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_n, GDK_CONTROL_MASK, "win.new-conversation", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_n, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.new-room",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_b, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.browse-rooms",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_l, GDK_CONTROL_MASK, "win.focus-search", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_m, GDK_CONTROL_MASK, "win.focus-composer", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_comma, GDK_CONTROL_MASK, "win.preferences", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, GDK_NO_MODIFIER_MASK, "win.mark-read", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F6, GDK_NO_MODIFIER_MASK, "win.focus-pane", "b", TRUE);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F6, GDK_SHIFT_MASK, "win.focus-pane", "b", FALSE);
}

static void
confab_window_class_init (ConfabWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = confab_window_constructed;
  object_class->dispose = confab_window_dispose;
  object_class->get_property = confab_window_get_property;
  object_class->set_property = confab_window_set_property;
  GTK_WINDOW_CLASS (klass)->close_request = confab_window_close_request;

  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, CONFAB_TYPE_SESSION,
                                                  G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] = g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS,
                                                   G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY |
                                                     G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  install_actions (widget_class);
  install_shortcuts (widget_class);

  g_type_ensure (CONFAB_TYPE_ROOM_PAGE);
  g_type_ensure (CONFAB_TYPE_SIDEBAR);
  g_type_ensure (CONFAB_TYPE_WELCOME_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-window.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, ConfabWindow, welcome_view);
  gtk_widget_class_bind_template_child (widget_class, ConfabWindow, split_view);
  gtk_widget_class_bind_template_child (widget_class, ConfabWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, ConfabWindow, room_page);
}

static void
confab_window_init (ConfabWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect_object (self->sidebar, "notify::room", G_CALLBACK (on_sidebar_room_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->split_view, "notify::show-content", G_CALLBACK (on_content_shown), self,
                           G_CONNECT_SWAPPED);
}

ConfabWindow *
confab_window_new (GtkApplication *application,
                   ConfabSession  *session,
                   GSettings      *settings)
{
  return g_object_new (CONFAB_TYPE_WINDOW, "application", application, "session", session, "settings", settings, NULL);
}

void
confab_window_set_starting (ConfabWindow *self,
                            gboolean      starting)
{
  g_return_if_fail (CONFAB_IS_WINDOW (self));

  self->starting = starting;
  update_stack (self);
}

void
confab_window_offer_server (ConfabWindow *self,
                            const char   *server)
{
  g_return_if_fail (CONFAB_IS_WINDOW (self));
  confab_welcome_view_set_server (self->welcome_view, server);
}

void
confab_window_open_room (ConfabWindow *self,
                         ConfabRoom   *room)
{
  g_return_if_fail (CONFAB_IS_WINDOW (self));

  if (confab_sidebar_get_room (self->sidebar) == room)
    adw_navigation_split_view_set_show_content (self->split_view, TRUE);
  else
    confab_sidebar_set_room (self->sidebar, room);
}

ConfabRoom *
confab_window_get_visible_room (ConfabWindow *self)
{
  g_return_val_if_fail (CONFAB_IS_WINDOW (self), NULL);
  return confab_room_page_get_room (self->room_page);
}
