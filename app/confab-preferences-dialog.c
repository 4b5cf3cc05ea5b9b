/* confab-preferences-dialog.c: how the client looks and behaves, and the account's own data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-preferences-dialog.h"

#include <glib/gi18n.h>

struct _ConfabPreferencesDialog
{
  AdwPreferencesDialog parent_instance;

  AdwComboRow *color_scheme_row;
  GtkWidget *enter_sends_row;
  GtkWidget *spelling_row;
  GtkWidget *notifications_row;
  GtkWidget *notification_text_row;
  GtkWidget *account_group;
  GtkEditable *display_name_row;
  AdwNavigationPage *password_page;
  GtkEditable *password_row;
  GtkEditable *new_password_row;

  ConfabSession *session;
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (ConfabPreferencesDialog, confab_preferences_dialog, ADW_TYPE_PREFERENCES_DIALOG)

static void
show_toast (ConfabPreferencesDialog *self,
            const char              *text)
{
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_use_markup (toast, FALSE);
  adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (self), toast);
}

static DexFuture *
on_display_name_set (DexFuture *future,
                     gpointer   user_data)
{
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    show_toast (user_data, error->message);
  return dex_future_new_true ();
}

static void
on_display_name_applied (ConfabPreferencesDialog *self,
                         AdwEntryRow             *row)
{
  const char *display_name = gtk_editable_get_text (self->display_name_row);

  dex_future_disown (dex_future_finally (confab_session_set_display_name (self->session, display_name),
                                         on_display_name_set, g_object_ref (self), g_object_unref));
}

static void
on_password_activated (ConfabPreferencesDialog *self,
                       AdwActionRow            *row)
{
  gtk_editable_set_text (self->password_row, "");
  gtk_editable_set_text (self->new_password_row, "");
  adw_preferences_dialog_push_subpage (ADW_PREFERENCES_DIALOG (self), self->password_page);
  gtk_widget_grab_focus (GTK_WIDGET (self->password_row));
}

static DexFuture *
on_password_changed (DexFuture *future,
                     gpointer   user_data)
{
  ConfabPreferencesDialog *self = user_data;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    {
      show_toast (self, error->message);
      return dex_future_new_true ();
    }
  adw_preferences_dialog_pop_subpage (ADW_PREFERENCES_DIALOG (self));
  show_toast (self, _("Password changed"));
  return dex_future_new_true ();
}

static void
on_change_password_clicked (ConfabPreferencesDialog *self,
                            GtkWidget               *widget)
{
  const char *password = gtk_editable_get_text (self->password_row);
  const char *new_password = gtk_editable_get_text (self->new_password_row);

  if (g_utf8_strlen (new_password, -1) < 8)
    {
      show_toast (self, _("The new password needs at least 8 characters"));
      return;
    }
  dex_future_disown (dex_future_finally (confab_session_change_password (self->session, password, new_password),
                                         on_password_changed, g_object_ref (self), g_object_unref));
}

/* The values of the enumeration in the settings are numbered as the rows are. */
static void
on_color_scheme_selected (ConfabPreferencesDialog *self)
{
  g_settings_set_enum (self->settings, "color-scheme", adw_combo_row_get_selected (self->color_scheme_row));
}

static void
update_account (ConfabPreferencesDialog *self)
{
  ConfabUser *user = confab_session_get_user (self->session);

  gtk_widget_set_visible (self->account_group, user != NULL);
  if (user != NULL)
    gtk_editable_set_text (self->display_name_row, confab_user_get_display_name (user));
}

static void
confab_preferences_dialog_dispose (GObject *object)
{
  ConfabPreferencesDialog *self = CONFAB_PREFERENCES_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_PREFERENCES_DIALOG);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (confab_preferences_dialog_parent_class)->dispose (object);
}

static void
confab_preferences_dialog_class_init (ConfabPreferencesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = confab_preferences_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabPreferencesDialog, color_scheme_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabPreferencesDialog, enter_sends_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabPreferencesDialog, spelling_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabPreferencesDialog, notifications_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabPreferencesDialog, notification_text_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabPreferencesDialog, account_group);
  gtk_widget_class_bind_template_child (widget_class, ConfabPreferencesDialog, display_name_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabPreferencesDialog, password_page);
  gtk_widget_class_bind_template_child (widget_class, ConfabPreferencesDialog, password_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabPreferencesDialog, new_password_row);
  gtk_widget_class_bind_template_callback (widget_class, on_display_name_applied);
  gtk_widget_class_bind_template_callback (widget_class, on_password_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_change_password_clicked);
}

static void
confab_preferences_dialog_init (ConfabPreferencesDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

ConfabPreferencesDialog *
confab_preferences_dialog_new (ConfabSession *session,
                               GSettings     *settings)
{
  ConfabPreferencesDialog *self = g_object_new (CONFAB_TYPE_PREFERENCES_DIALOG, NULL);

  self->session = g_object_ref (session);
  self->settings = g_object_ref (settings);
  g_settings_bind (settings, "enter-sends", self->enter_sends_row, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "check-spelling", self->spelling_row, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "notifications", self->notifications_row, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "notification-text", self->notification_text_row, "active", G_SETTINGS_BIND_DEFAULT);
  adw_combo_row_set_selected (self->color_scheme_row, g_settings_get_enum (settings, "color-scheme"));
  g_signal_connect_object (self->color_scheme_row, "notify::selected", G_CALLBACK (on_color_scheme_selected), self,
                           G_CONNECT_SWAPPED);
  update_account (self);
  return self;
}
