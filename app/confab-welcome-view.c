/* confab-welcome-view.c: names a server, signs in or makes an account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-welcome-view.h"

#include <glib/gi18n.h>

#include "protocol/confab-error.h"

struct _ConfabWelcomeView
{
  AdwBin parent_instance;

  AdwNavigationView *navigation_view;
  AdwEntryRow *server_row;
  GtkLabel *server_error;
  GtkWidget *insecure_label;
  AdwEntryRow *sign_in_username_row;
  AdwEntryRow *sign_in_password_row;
  GtkLabel *sign_in_error;
  GtkWidget *sign_in_button;
  GtkStack *sign_in_stack;
  AdwEntryRow *register_name_row;
  AdwEntryRow *register_username_row;
  AdwEntryRow *register_email_row;
  AdwEntryRow *register_password_row;
  AdwEntryRow *register_invite_row;
  GtkLabel *register_error;
  GtkWidget *register_button;
  GtkStack *register_stack;

  ConfabSession *session;
  GSettings *settings;
  char *server;               /* as it will be used */
};

G_DEFINE_FINAL_TYPE (ConfabWelcomeView, confab_welcome_view, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_SETTINGS,
  PROP_SERVER_SHOWN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static const char *
get_row_text (AdwEntryRow *row)
{
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

static void
show_error (GtkLabel   *label,
            const char *text)
{
  gtk_label_set_label (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
}

static void
set_busy (ConfabWelcomeView *self,
          gboolean           busy)
{
  gtk_widget_set_sensitive (self->sign_in_button, !busy);
  gtk_widget_set_sensitive (self->register_button, !busy);
  gtk_stack_set_visible_child_name (self->sign_in_stack, busy ? "busy" : "label");
  gtk_stack_set_visible_child_name (self->register_stack, busy ? "busy" : "label");
}

/* Takes the address from the entry; FALSE when it is none, which is then said below it. */
static gboolean
take_server (ConfabWelcomeView *self)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *server = confab_session_normalize_server (get_row_text (self->server_row), &error);

  show_error (self->server_error, error != NULL ? error->message : NULL);
  if (server == NULL)
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->server_row));
      return FALSE;
    }
  g_set_str (&self->server, server);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SERVER_SHOWN]);
  return TRUE;
}

static void
on_server_changed (ConfabWelcomeView *self,
                   GtkEditable       *row)
{
  const char *text = gtk_editable_get_text (row);

  show_error (self->server_error, NULL);
  gtk_widget_set_visible (self->insecure_label, *text != '\0' && confab_session_server_is_insecure (text));
}

static void
on_sign_in_clicked (ConfabWelcomeView *self,
                    GtkWidget         *widget)
{
  if (!take_server (self))
    return;
  adw_navigation_view_push_by_tag (self->navigation_view, "sign-in");
  gtk_widget_grab_focus (GTK_WIDGET (self->sign_in_username_row));
}

static void
on_register_clicked (ConfabWelcomeView *self,
                     GtkWidget         *widget)
{
  if (!take_server (self))
    return;
  adw_navigation_view_push_by_tag (self->navigation_view, "register");
  gtk_widget_grab_focus (GTK_WIDGET (self->register_name_row));
}

static void
mark_row (AdwEntryRow *row,
          gboolean     wrong)
{
  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (row), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (row), "error");
}

/* What is wrong with each field that the server complained about, in words below the form and in colour at the
 * field. */
static char *
explain_register_error (ConfabWelcomeView *self,
                        const GError      *error)
{
  const struct
  {
    const char *field;
    const char *label;
    AdwEntryRow *row;
  } fields[] = {
    { "username", _("Username"), self->register_username_row },
    { "email", _("E-mail address"), self->register_email_row },
    { "password", _("Password"), self->register_password_row },
    { "displayName", _("Your name"), self->register_name_row },
    { "invite", _("Invite"), self->register_invite_row },
  };
  g_autoptr(GString) words = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      const char *problem = error != NULL && error->domain == CONFAB_ERROR
                              ? confab_error_get_field (error, fields[i].field) : NULL;

      mark_row (fields[i].row, problem != NULL);
      if (problem != NULL)
        g_string_append_printf (words, "%s%s: %s", words->len > 0 ? "\n" : "", fields[i].label, problem);
    }
  if (words->len > 0)
    return g_string_free (g_steal_pointer (&words), FALSE);
  return error != NULL ? g_strdup (error->message) : NULL;
}

static void
remember_server (ConfabWelcomeView *self)
{
  g_settings_set_string (self->settings, "server", get_row_text (self->server_row));
}

static void
clear_secrets (ConfabWelcomeView *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->sign_in_password_row), "");
  gtk_editable_set_text (GTK_EDITABLE (self->register_password_row), "");
  gtk_editable_set_text (GTK_EDITABLE (self->register_invite_row), "");
  adw_navigation_view_pop_to_tag (self->navigation_view, "start");
}

static DexFuture *
on_signed_in (DexFuture *future,
              gpointer   user_data)
{
  ConfabWelcomeView *self = user_data;
  g_autoptr(GError) error = NULL;

  set_busy (self, FALSE);
  if (dex_future_get_value (future, &error) == NULL)
    {
      show_error (self->sign_in_error, error->message);
      gtk_widget_grab_focus (GTK_WIDGET (self->sign_in_password_row));
      return dex_future_new_true ();
    }
  remember_server (self);
  clear_secrets (self);
  return dex_future_new_true ();
}

static DexFuture *
on_registered (DexFuture *future,
               gpointer   user_data)
{
  ConfabWelcomeView *self = user_data;
  g_autoptr(GError) error = NULL;

  set_busy (self, FALSE);
  if (dex_future_get_value (future, &error) == NULL)
    {
      g_autofree char *words = explain_register_error (self, error);
      show_error (self->register_error, words);
      return dex_future_new_true ();
    }
  remember_server (self);
  clear_secrets (self);
  return dex_future_new_true ();
}

static void
on_sign_in_activated (ConfabWelcomeView *self,
                      GtkWidget         *widget)
{
  if (!gtk_widget_get_sensitive (self->sign_in_button))
    return;
  if (*get_row_text (self->sign_in_username_row) == '\0')
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->sign_in_username_row));
      return;
    }
  show_error (self->sign_in_error, NULL);
  set_busy (self, TRUE);
  dex_future_disown (dex_future_finally (confab_session_sign_in (self->session, self->server,
                                                                 get_row_text (self->sign_in_username_row),
                                                                 get_row_text (self->sign_in_password_row)),
                                         on_signed_in, g_object_ref (self), g_object_unref));
}

/* What can be said without asking the server; NULL when there is nothing. */
static const char *
find_missing (ConfabWelcomeView *self)
{
  mark_row (self->register_username_row, *get_row_text (self->register_username_row) == '\0');
  mark_row (self->register_email_row, *get_row_text (self->register_email_row) == '\0');
  mark_row (self->register_password_row, g_utf8_strlen (get_row_text (self->register_password_row), -1) < 8);

  if (*get_row_text (self->register_username_row) == '\0')
    return _("Choose a username; people can mention you by it.");
  if (*get_row_text (self->register_email_row) == '\0')
    return _("An e-mail address is needed to sign in when you forget your username.");
  if (g_utf8_strlen (get_row_text (self->register_password_row), -1) < 8)
    return _("The password needs at least 8 characters.");
  return NULL;
}

static const char *
get_text_or_null (AdwEntryRow *row)
{
  const char *text = get_row_text (row);

  return *text != '\0' ? text : NULL;
}

static void
on_register_activated (ConfabWelcomeView *self,
                       GtkWidget         *widget)
{
  const char *missing = find_missing (self);

  show_error (self->register_error, missing);
  if (missing != NULL)
    return;
  set_busy (self, TRUE);
  dex_future_disown (dex_future_finally (confab_session_register (self->session, self->server,
                                                                  get_row_text (self->register_username_row),
                                                                  get_row_text (self->register_email_row),
                                                                  get_row_text (self->register_password_row),
                                                                  get_text_or_null (self->register_name_row),
                                                                  get_text_or_null (self->register_invite_row)),
                                         on_registered, g_object_ref (self), g_object_unref));
}

static void
set_settings (ConfabWelcomeView *self,
              GSettings         *settings)
{
  if (!g_set_object (&self->settings, settings) || settings == NULL)
    return;

  g_autofree char *server = g_settings_get_string (settings, "server");
  if (*server != '\0')
    confab_welcome_view_set_server (self, server);
}

static gboolean
confab_welcome_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (CONFAB_WELCOME_VIEW (widget)->server_row));
}

static void
confab_welcome_view_dispose (GObject *object)
{
  ConfabWelcomeView *self = CONFAB_WELCOME_VIEW (object);

  /* Before the template goes: it would take the child away without the bin knowing. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_WELCOME_VIEW);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->server, g_free);

  G_OBJECT_CLASS (confab_welcome_view_parent_class)->dispose (object);
}

static void
confab_welcome_view_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  ConfabWelcomeView *self = CONFAB_WELCOME_VIEW (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;

    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;

    case PROP_SERVER_SHOWN:
      g_value_set_string (value, self->server);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_welcome_view_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  ConfabWelcomeView *self = CONFAB_WELCOME_VIEW (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      g_set_object (&self->session, g_value_get_object (value));
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
  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-welcome-view.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, navigation_view);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, server_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, server_error);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, insecure_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, sign_in_username_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, sign_in_password_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, sign_in_error);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, sign_in_button);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, sign_in_stack);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, register_name_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, register_username_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, register_email_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, register_password_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, register_invite_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, register_error);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, register_button);
  gtk_widget_class_bind_template_child (widget_class, ConfabWelcomeView, register_stack);
  gtk_widget_class_bind_template_callback (widget_class, on_server_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_sign_in_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_sign_in_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_register_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_register_activated);
}

static void
confab_welcome_view_class_init (ConfabWelcomeViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = confab_welcome_view_dispose;
  object_class->get_property = confab_welcome_view_get_property;
  object_class->set_property = confab_welcome_view_set_property;
  GTK_WIDGET_CLASS (klass)->grab_focus = confab_welcome_view_grab_focus;

  properties[PROP_SESSION] =
    g_param_spec_object ("session", NULL, NULL, CONFAB_TYPE_SESSION, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SETTINGS] =
    g_param_spec_object ("settings", NULL, NULL, G_TYPE_SETTINGS, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SERVER_SHOWN] =
    g_param_spec_string ("server-shown", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
confab_welcome_view_init (ConfabWelcomeView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
confab_welcome_view_set_server (ConfabWelcomeView *self,
                                const char        *server)
{
  g_return_if_fail (CONFAB_IS_WELCOME_VIEW (self));

  gtk_editable_set_text (GTK_EDITABLE (self->server_row), server != NULL ? server : "");
}
