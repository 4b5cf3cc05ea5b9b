/* confab-connection-banner.c: says in words that and why there is no connection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-connection-banner.h"

#include <glib/gi18n.h>

/* A connection that comes within this time is nothing to speak of. */
#define PATIENCE_MILLISECONDS 2000

struct _ConfabConnectionBanner
{
  AdwBin parent_instance;

  AdwBanner *banner;

  ConfabSession *session;
  guint patience_source;
  guint countdown_source;
};

G_DEFINE_FINAL_TYPE (ConfabConnectionBanner, confab_connection_banner, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_SESSION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void update (ConfabConnectionBanner *self);

static char *
describe_offline (ConfabSession *session)
{
  const char *reason = confab_session_get_error_text (session);
  gint64 retry_at = confab_session_get_retry_at (session);
  gint64 seconds = (retry_at - g_get_monotonic_time () + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
  GString *words = g_string_new (reason != NULL && *reason != '\0' ? reason : _("You are offline"));

  if (retry_at > 0 && seconds > 1)
    {
      g_string_append (words, " · ");
      g_string_append_printf (words,
                              ngettext ("next try in %" G_GINT64_FORMAT " second",
                                        "next try in %" G_GINT64_FORMAT " seconds", seconds),
                              seconds);
    }
  return g_string_free (words, FALSE);
}

static gboolean
on_countdown (gpointer user_data)
{
  update (user_data);
  return G_SOURCE_CONTINUE;
}

static void
show (ConfabConnectionBanner *self)
{
  ConfabSessionState state = confab_session_get_state (self->session);
  g_autofree char *words = state == CONFAB_SESSION_STATE_CONNECTING ? g_strdup (_("Connecting…"))
                                                                    : describe_offline (self->session);

  adw_banner_set_title (self->banner, words);
  adw_banner_set_button_label (self->banner, state == CONFAB_SESSION_STATE_CONNECTING ? NULL : _("_Try Now"));
  adw_banner_set_revealed (self->banner, TRUE);
  if (state == CONFAB_SESSION_STATE_OFFLINE && self->countdown_source == 0)
    self->countdown_source = g_timeout_add_seconds (1, on_countdown, self);
  else if (state != CONFAB_SESSION_STATE_OFFLINE)
    g_clear_handle_id (&self->countdown_source, g_source_remove);
}

static gboolean
on_patience_ended (gpointer user_data)
{
  ConfabConnectionBanner *self = user_data;

  self->patience_source = 0;
  show (self);
  return G_SOURCE_REMOVE;
}

static void
update (ConfabConnectionBanner *self)
{
  ConfabSessionState state = self->session != NULL ? confab_session_get_state (self->session)
                                                   : CONFAB_SESSION_STATE_SIGNED_OUT;

  if (state == CONFAB_SESSION_STATE_ONLINE || state == CONFAB_SESSION_STATE_SIGNED_OUT)
    {
      g_clear_handle_id (&self->patience_source, g_source_remove);
      g_clear_handle_id (&self->countdown_source, g_source_remove);
      adw_banner_set_revealed (self->banner, FALSE);
    }
  else if (adw_banner_get_revealed (self->banner))
    show (self);
  else if (self->patience_source == 0)
    self->patience_source = g_timeout_add (PATIENCE_MILLISECONDS, on_patience_ended, self);
}

static void
on_button_clicked (ConfabConnectionBanner *self)
{
  confab_session_reconnect (self->session);
}

static void
set_session (ConfabConnectionBanner *self,
             ConfabSession          *session)
{
  if (!g_set_object (&self->session, session) || session == NULL)
    return;
  g_signal_connect_object (session, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::error-text", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::retry-at", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
confab_connection_banner_dispose (GObject *object)
{
  ConfabConnectionBanner *self = CONFAB_CONNECTION_BANNER (object);

  g_clear_handle_id (&self->patience_source, g_source_remove);
  g_clear_handle_id (&self->countdown_source, g_source_remove);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (confab_connection_banner_parent_class)->dispose (object);
}

static void
confab_connection_banner_get_property (GObject    *object,
                                       guint       prop_id,
                                       GValue     *value,
                                       GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SESSION:
      g_value_set_object (value, CONFAB_CONNECTION_BANNER (object)->session);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_connection_banner_set_property (GObject      *object,
                                       guint         prop_id,
                                       const GValue *value,
                                       GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SESSION:
      set_session (CONFAB_CONNECTION_BANNER (object), g_value_get_object (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_connection_banner_class_init (ConfabConnectionBannerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = confab_connection_banner_dispose;
  object_class->get_property = confab_connection_banner_get_property;
  object_class->set_property = confab_connection_banner_set_property;

  properties[PROP_SESSION] =
    g_param_spec_object ("session", NULL, NULL, CONFAB_TYPE_SESSION, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
confab_connection_banner_init (ConfabConnectionBanner *self)
{
  self->banner = ADW_BANNER (adw_banner_new (""));
  adw_banner_set_use_markup (self->banner, FALSE);
  g_signal_connect_object (self->banner, "button-clicked", G_CALLBACK (on_button_clicked), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->banner));
}
