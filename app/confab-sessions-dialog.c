/* confab-sessions-dialog.c: the devices that are signed in to the account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-sessions-dialog.h"

#include <glib/gi18n.h>

#include "protocol/confab-timestamp.h"

#include "confab-dates.h"
#include "confab-toast.h"

struct _ConfabSessionsDialog
{
  AdwDialog parent_instance;

  GtkStack *stack;
  AdwStatusPage *error_page;
  AdwPreferencesGroup *group;

  ConfabSession *session;
  GPtrArray *rows;            /* of AdwActionRow, borrowed from the group */
};

G_DEFINE_FINAL_TYPE (ConfabSessionsDialog, confab_sessions_dialog, ADW_TYPE_DIALOG)

static void load (ConfabSessionsDialog *self);

static char *
describe_use (JsonObject *device)
{
  const char *text = json_object_get_string_member_with_default (device, "lastUsedAt", "");
  const char *address = json_object_get_string_member_with_default (device, "address", NULL);
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autoptr(GDateTime) when = NULL;
  g_autofree char *words = NULL;
  gint64 milliseconds = 0;

  if (confab_timestamp_parse (text, &milliseconds))
    when = g_date_time_new_from_unix_local (milliseconds / 1000);
  words = when != NULL ? confab_dates_format_short (when, now) : g_strdup ("");
  if (json_object_get_boolean_member_with_default (device, "current", FALSE))
    return g_strdup (_("This device"));
  if (address != NULL && *address != '\0')
    /* Translators: when a device was last used, and its network address */
    return g_strdup_printf (_("Last used %s from %s"), words, address);
  /* Translators: when a device was last used */
  return g_strdup_printf (_("Last used %s"), words);
}

static DexFuture *
on_revoked (DexFuture *future,
            gpointer   user_data)
{
  ConfabSessionsDialog *self = user_data;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    confab_toast_show_error (GTK_WIDGET (self->stack), error);
  load (self);
  return dex_future_new_true ();
}

static void
on_revoke_clicked (GtkButton            *button,
                   ConfabSessionsDialog *self)
{
  const char *session_id = g_object_get_data (G_OBJECT (button), "session-id");
  g_autoptr(JsonNode) data = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "sessionId", session_id);
  json_node_take_object (data, object);
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  dex_future_disown (dex_future_finally (confab_session_call (self->session, "revoke-session", data), on_revoked,
                                         g_object_ref (self), g_object_unref));
}

static void
add_device (ConfabSessionsDialog *self,
            JsonObject           *device)
{
  const char *name = json_object_get_string_member_with_default (device, "name", "");
  g_autofree char *use = describe_use (device);
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), *name != '\0' ? name : _("Unnamed device"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), use);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("computer-symbolic"));
  if (!json_object_get_boolean_member_with_default (device, "current", FALSE))
    {
      GtkWidget *button = gtk_button_new_with_mnemonic (_("_Sign Out"));

      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      g_object_set_data_full (G_OBJECT (button), "session-id",
                              g_strdup (json_object_get_string_member_with_default (device, "id", "")), g_free);
      g_signal_connect (button, "clicked", G_CALLBACK (on_revoke_clicked), self);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
    }
  adw_preferences_group_add (self->group, row);
  g_ptr_array_add (self->rows, row);
}

static void
show_devices (ConfabSessionsDialog *self,
              JsonNode             *reply)
{
  JsonObject *object = reply != NULL && JSON_NODE_HOLDS_OBJECT (reply) ? json_node_get_object (reply) : NULL;
  JsonArray *devices = object != NULL && json_object_has_member (object, "sessions")
                         ? json_object_get_array_member (object, "sessions") : NULL;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; devices != NULL && i < json_array_get_length (devices); i++)
    add_device (self, json_array_get_object_element (devices, i));
  gtk_stack_set_visible_child_name (self->stack, "devices");
}

static DexFuture *
on_listed (DexFuture *future,
           gpointer   user_data)
{
  ConfabSessionsDialog *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value != NULL)
    {
      show_devices (self, g_value_get_boxed (value));
      return dex_future_new_true ();
    }
  adw_status_page_set_description (self->error_page, error->message);
  gtk_stack_set_visible_child_name (self->stack, "error");
  return dex_future_new_true ();
}

static void
load (ConfabSessionsDialog *self)
{
  dex_future_disown (dex_future_finally (confab_session_call (self->session, "list-sessions", NULL), on_listed,
                                         g_object_ref (self), g_object_unref));
}

static void
confab_sessions_dialog_dispose (GObject *object)
{
  ConfabSessionsDialog *self = CONFAB_SESSIONS_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_SESSIONS_DIALOG);
  g_clear_object (&self->session);
  g_clear_pointer (&self->rows, g_ptr_array_unref);

  G_OBJECT_CLASS (confab_sessions_dialog_parent_class)->dispose (object);
}

static void
confab_sessions_dialog_class_init (ConfabSessionsDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = confab_sessions_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-sessions-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabSessionsDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, ConfabSessionsDialog, error_page);
  gtk_widget_class_bind_template_child (widget_class, ConfabSessionsDialog, group);
}

static void
confab_sessions_dialog_init (ConfabSessionsDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->rows = g_ptr_array_new ();
}

ConfabSessionsDialog *
confab_sessions_dialog_new (ConfabSession *session)
{
  ConfabSessionsDialog *self = g_object_new (CONFAB_TYPE_SESSIONS_DIALOG, NULL);

  self->session = g_object_ref (session);
  load (self);
  return self;
}
