/* confab-application.c: the desktop client: one profile, its session, its windows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-application.h"

#include <glib/gi18n.h>

#include "client/confab-session.h"

#include "confab-notifier.h"
#include "confab-window.h"

#define DEFAULT_PROFILE "default"
#define PROFILE_LENGTH_MAX 32

struct _ConfabApplication
{
  AdwApplication parent_instance;

  char *profile;
  char *server;               /* offered by the welcome screen instead of the last one; nullable */
  ConfabSession *session;
  GSettings *settings;
  ConfabNotifier *notifier;
  gboolean starting;          /* the saved account is being loaded */
  gboolean closing;
};

G_DEFINE_FINAL_TYPE (ConfabApplication, confab_application, ADW_TYPE_APPLICATION)

static const GOptionEntry options[] = {
  { "profile", 'p', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, NULL,
    N_("Use a profile of that name, with its own account, data and windows"), N_("NAME") },
  { "server", 's', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, NULL, N_("Offer this server when signing in"), N_("URL") },
  { "new-window", 'w', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_("Open another window"), NULL },
  { "version", 'v', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_("Print the version and exit"), NULL },
  { NULL },
};

/* A profile's name becomes part of the application's name on the session bus, and of a path. */
static gboolean
is_profile_name (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > PROFILE_LENGTH_MAX || g_ascii_isdigit (name[0]) || name[0] == '-')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '_' && name[i] != '-')
      return FALSE;
  return TRUE;
}

static ConfabWindow *
get_window (ConfabApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *link = windows; link != NULL; link = link->next)
    if (CONFAB_IS_WINDOW (link->data))
      return link->data;
  return NULL;
}

static ConfabWindow *
create_window (ConfabApplication *self)
{
  ConfabWindow *window = confab_window_new (GTK_APPLICATION (self), self->session, self->settings);

  if (self->server != NULL)
    confab_window_offer_server (window, self->server);
  confab_window_set_starting (window, self->starting);
  return window;
}

static void
set_starting (ConfabApplication *self,
              gboolean           starting)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  self->starting = starting;
  for (GList *link = windows; link != NULL; link = link->next)
    if (CONFAB_IS_WINDOW (link->data))
      confab_window_set_starting (link->data, starting);
}

static DexFuture *
on_resumed (DexFuture *future,
            gpointer   user_data)
{
  ConfabApplication *self = user_data;
  g_autoptr(GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    g_warning ("The saved account could not be loaded: %s", error->message);
  set_starting (self, FALSE);
  return dex_future_new_true ();
}

static void
on_color_scheme_changed (GSettings         *settings,
                         const char        *key,
                         ConfabApplication *self)
{
  static const AdwColorScheme schemes[] = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT,
                                            ADW_COLOR_SCHEME_FORCE_DARK };
  int chosen = g_settings_get_enum (settings, "color-scheme");

  adw_style_manager_set_color_scheme (adw_application_get_style_manager (ADW_APPLICATION (self)),
                                      schemes[CLAMP (chosen, 0, (int) G_N_ELEMENTS (schemes) - 1)]);
}

static void
on_new_window (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  gtk_window_present (GTK_WINDOW (create_window (user_data)));
}

static void
on_open_room (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  ConfabApplication *self = user_data;
  ConfabRoom *room = confab_room_list_find (confab_session_get_rooms (self->session),
                                            g_variant_get_string (parameter, NULL));
  ConfabWindow *window = get_window (self);

  if (window == NULL)
    window = create_window (self);
  if (room != NULL)
    confab_window_open_room (window, room);
  gtk_window_present (GTK_WINDOW (window));
}

static DexFuture *
on_closed (DexFuture *future,
           gpointer   user_data)
{
  g_application_release (user_data);
  g_application_quit (user_data);
  return dex_future_new_true ();
}

/* Ends when what is to be kept has been written. */
static void
close_session (ConfabApplication *self)
{
  if (self->closing || self->session == NULL)
    return;
  self->closing = TRUE;
  g_application_hold (G_APPLICATION (self));
  dex_future_disown (dex_future_finally (confab_session_close (self->session), on_closed, g_object_ref (self),
                                         g_object_unref));
}

static void
on_quit (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  ConfabApplication *self = user_data;
  g_autoptr(GList) windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (self)));

  for (GList *link = windows; link != NULL; link = link->next)
    gtk_window_close (link->data);
}

static void
confab_application_window_removed (GtkApplication *application,
                                   GtkWindow      *window)
{
  GTK_APPLICATION_CLASS (confab_application_parent_class)->window_removed (application, window);

  if (get_window (CONFAB_APPLICATION (application)) == NULL)
    close_session (CONFAB_APPLICATION (application));
}

static void
confab_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = {
    { .name = "new-window", .activate = on_new_window },
    { .name = "open-room", .activate = on_open_room, .parameter_type = "s" },
    { .name = "quit", .activate = on_quit },
  };
  static const struct
  {
    const char *action;
    const char *accelerator;
  } accelerators[] = {
    { "app.quit", "<Control>q" },
    { "window.close", "<Control>w" },
    { "win.move-room((true,false))", "<Alt>Down" },
    { "win.move-room((false,false))", "<Alt>Up" },
    { "win.move-room((true,true))", "<Alt><Shift>Down" },
    { "win.move-room((false,true))", "<Alt><Shift>Up" },
  };
  ConfabApplication *self = CONFAB_APPLICATION (application);
  g_autofree char *settings_path = NULL;

  G_APPLICATION_CLASS (confab_application_parent_class)->startup (application);

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  /* Before the text view in the composer, which has other uses for these. */
  for (gsize i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accelerators[i].action,
                                           (const char *[]) { accelerators[i].accelerator, NULL });
  gtk_window_set_default_icon_name (APP_ID);
  /* Selecting a message's text by moving to it with the keyboard would only be noise. */
  g_object_set (gtk_settings_get_default (), "gtk-label-select-on-focus", FALSE, NULL);

  settings_path = g_strcmp0 (self->profile, DEFAULT_PROFILE) == 0
                    ? g_strdup ("/chat/confab/Confab/")
                    : g_strdup_printf ("/chat/confab/Confab/profiles/%s/", self->profile);
  self->settings = g_settings_new_with_path (APP_ID, settings_path);
  g_signal_connect_object (self->settings, "changed::color-scheme", G_CALLBACK (on_color_scheme_changed), self,
                           G_CONNECT_DEFAULT);
  on_color_scheme_changed (self->settings, NULL, self);

  self->session = confab_session_new (self->profile, NULL);
  self->notifier = confab_notifier_new (G_APPLICATION (self), self->session, self->settings);
  self->starting = TRUE;
  dex_future_disown (dex_future_finally (confab_session_resume_saved (self->session), on_resumed, g_object_ref (self),
                                         g_object_unref));
}

static void
confab_application_activate (GApplication *application)
{
  ConfabApplication *self = CONFAB_APPLICATION (application);
  ConfabWindow *window = get_window (self);

  if (window == NULL)
    window = create_window (self);
  gtk_window_present (GTK_WINDOW (window));
}

static int
confab_application_command_line (GApplication            *application,
                                 GApplicationCommandLine *command_line)
{
  ConfabApplication *self = CONFAB_APPLICATION (application);
  GVariantDict *given = g_application_command_line_get_options_dict (command_line);
  const char *server = NULL;
  gboolean new_window = FALSE;

  g_variant_dict_lookup (given, "server", "&s", &server);
  g_variant_dict_lookup (given, "new-window", "b", &new_window);
  if (server != NULL)
    {
      g_set_str (&self->server, server);
      if (get_window (self) != NULL)
        confab_window_offer_server (get_window (self), server);
    }
  if (new_window)
    gtk_window_present (GTK_WINDOW (create_window (self)));
  else
    g_application_activate (application);
  return EXIT_SUCCESS;
}

/* In the process that was started, before it is known whether another one of this profile runs already. */
static int
confab_application_handle_local_options (GApplication *application,
                                         GVariantDict *given)
{
  ConfabApplication *self = CONFAB_APPLICATION (application);
  const char *profile = NULL;
  const char *server = NULL;
  g_autoptr(GError) error = NULL;

  if (g_variant_dict_contains (given, "version"))
    {
      g_print ("confab %s\n", PACKAGE_VERSION);
      return EXIT_SUCCESS;
    }
  if (g_variant_dict_lookup (given, "server", "&s", &server))
    {
      g_autofree char *normalized = confab_session_normalize_server (server, &error);
      if (normalized == NULL)
        {
          g_printerr ("confab: --server %s: %s\n", server, error->message);
          return EXIT_FAILURE;
        }
    }
  if (g_variant_dict_lookup (given, "profile", "&s", &profile) && g_strcmp0 (profile, DEFAULT_PROFILE) != 0)
    {
      if (!is_profile_name (profile))
        {
          g_printerr (_("confab: --profile %s: a name has 1 to %d letters, digits, dashes and underscores, and begins "
                        "with a letter\n"),
                      profile, PROFILE_LENGTH_MAX);
          return EXIT_FAILURE;
        }
      g_autofree char *id = g_strconcat (APP_ID, ".", profile, NULL);
      g_set_str (&self->profile, profile);
      g_application_set_application_id (application, id);
    }
  return -1;
}

static void
confab_application_dispose (GObject *object)
{
  ConfabApplication *self = CONFAB_APPLICATION (object);

  g_clear_object (&self->notifier);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->profile, g_free);
  g_clear_pointer (&self->server, g_free);

  G_OBJECT_CLASS (confab_application_parent_class)->dispose (object);
}

static void
confab_application_class_init (ConfabApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = confab_application_dispose;
  application_class->startup = confab_application_startup;
  application_class->activate = confab_application_activate;
  application_class->command_line = confab_application_command_line;
  application_class->handle_local_options = confab_application_handle_local_options;
  GTK_APPLICATION_CLASS (klass)->window_removed = confab_application_window_removed;
}

static void
confab_application_init (ConfabApplication *self)
{
  self->profile = g_strdup (DEFAULT_PROFILE);
  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

ConfabApplication *
confab_application_new (void)
{
  return g_object_new (CONFAB_TYPE_APPLICATION, "application-id", APP_ID, "resource-base-path", "/chat/confab/Confab",
                       "flags", G_APPLICATION_HANDLES_COMMAND_LINE, NULL);
}
