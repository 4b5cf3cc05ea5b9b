/* confab-session.c: an account on a server: its state and its properties
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-session-private.h"

#include <glib/gi18n-lib.h>

#include "client/confab-outbox-private.h"
#include "client/confab-room-list-private.h"
#include "client/confab-room-private.h"
#include "client/confab-user-private.h"
#include "protocol/confab-error.h"

#define DEFAULT_MESSAGE_LENGTH 4000
#define DEFAULT_MEMBERS_SHOWN 50
#define DEFAULT_SILENCE 75
#define DEFAULT_TYPING_REPEAT 4
#define DEFAULT_TYPING_EXPIRY 6

enum
{
  PROP_PROFILE = 1,
  PROP_SERVER,
  PROP_STATE,
  PROP_USER,
  PROP_ROOMS,
  PROP_OUTBOX,
  PROP_SERVER_NAME,
  PROP_ERROR_TEXT,
  PROP_RETRY_AT,
  PROP_MESSAGE_LENGTH,
  N_PROPS
};

enum
{
  SIGNAL_MESSAGE_ARRIVED,
  SIGNAL_ROOM_JOINED,
  SIGNAL_ROOM_LEFT,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ConfabSession, confab_session, G_TYPE_OBJECT)

GType
confab_session_state_get_type (void)
{
  static GType type;
  static const GEnumValue values[] = {
    { CONFAB_SESSION_STATE_SIGNED_OUT, "CONFAB_SESSION_STATE_SIGNED_OUT", "signed-out" },
    { CONFAB_SESSION_STATE_OFFLINE, "CONFAB_SESSION_STATE_OFFLINE", "offline" },
    { CONFAB_SESSION_STATE_CONNECTING, "CONFAB_SESSION_STATE_CONNECTING", "connecting" },
    { CONFAB_SESSION_STATE_ONLINE, "CONFAB_SESSION_STATE_ONLINE", "online" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter_pointer (&type))
    g_once_init_leave_pointer (&type, g_enum_register_static ("ConfabSessionState", values));
  return type;
}

static void
confab_session_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ConfabSession *self = CONFAB_SESSION (object);

  switch (prop_id)
    {
    case PROP_PROFILE: g_value_set_string (value, self->profile); break;
    case PROP_SERVER: g_value_set_string (value, self->server); break;
    case PROP_STATE: g_value_set_enum (value, self->state); break;
    case PROP_USER: g_value_set_object (value, self->user); break;
    case PROP_ROOMS: g_value_set_object (value, self->rooms); break;
    case PROP_OUTBOX: g_value_set_object (value, self->outbox); break;
    case PROP_SERVER_NAME: g_value_set_string (value, self->server_name); break;
    case PROP_ERROR_TEXT: g_value_set_string (value, self->error_text); break;
    case PROP_RETRY_AT: g_value_set_int64 (value, self->retry_at); break;
    case PROP_MESSAGE_LENGTH: g_value_set_uint (value, self->message_length); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_session_dispose (GObject *object)
{
  ConfabSession *self = CONFAB_SESSION (object);

  confab_session_flush (self);
  g_clear_handle_id (&self->sync_timer, g_source_remove);
  g_clear_handle_id (&self->mark_timer, g_source_remove);
  if (self->socket != NULL)
    confab_socket_close (self->socket);
  g_clear_object (&self->socket);
  g_clear_object (&self->http);
  if (self->network != NULL)
    g_signal_handlers_disconnect_by_data (self->network, self);
  g_clear_object (&self->network);
  confab_session_forget_early_events (self);
  g_hash_table_remove_all (self->changed_rooms);
  g_hash_table_remove_all (self->marked_rooms);
  g_clear_object (&self->cache);
  G_OBJECT_CLASS (confab_session_parent_class)->dispose (object);
}

static void
confab_session_finalize (GObject *object)
{
  ConfabSession *self = CONFAB_SESSION (object);

  dex_clear (&self->loop);
  dex_clear (&self->wake);
  dex_clear (&self->hello);
  dex_clear (&self->refreshing);
  g_object_unref (self->outbox);
  g_object_unref (self->rooms);
  g_clear_object (&self->user);
  g_hash_table_unref (self->users);
  g_hash_table_unref (self->changed_rooms);
  g_hash_table_unref (self->marked_rooms);
  g_free (self->profile);
  g_free (self->folder);
  g_free (self->server);
  g_free (self->server_name);
  g_free (self->error_text);
  g_free (self->token);
  g_free (self->refresh_token);
  G_OBJECT_CLASS (confab_session_parent_class)->finalize (object);
}

static void
confab_session_class_init (ConfabSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  dex_init ();
  object_class->get_property = confab_session_get_property;
  object_class->dispose = confab_session_dispose;
  object_class->finalize = confab_session_finalize;

  properties[PROP_PROFILE] = g_param_spec_string ("profile", NULL, NULL, NULL, flags);
  properties[PROP_SERVER] = g_param_spec_string ("server", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, CONFAB_TYPE_SESSION_STATE,
                                              CONFAB_SESSION_STATE_SIGNED_OUT, flags);
  properties[PROP_USER] = g_param_spec_object ("user", NULL, NULL, CONFAB_TYPE_USER, flags);
  properties[PROP_ROOMS] = g_param_spec_object ("rooms", NULL, NULL, CONFAB_TYPE_ROOM_LIST, flags);
  properties[PROP_OUTBOX] = g_param_spec_object ("outbox", NULL, NULL, CONFAB_TYPE_OUTBOX, flags);
  properties[PROP_SERVER_NAME] = g_param_spec_string ("server-name", NULL, NULL, "", flags);
  properties[PROP_ERROR_TEXT] = g_param_spec_string ("error-text", NULL, NULL, "", flags);
  properties[PROP_RETRY_AT] = g_param_spec_int64 ("retry-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_MESSAGE_LENGTH] =
    g_param_spec_uint ("message-length", NULL, NULL, 1, G_MAXUINT, DEFAULT_MESSAGE_LENGTH, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_MESSAGE_ARRIVED] = g_signal_new ("message-arrived", CONFAB_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                                  NULL, NULL, G_TYPE_NONE, 2, CONFAB_TYPE_ROOM, CONFAB_TYPE_MESSAGE);
  signals[SIGNAL_ROOM_JOINED] = g_signal_new ("room-joined", CONFAB_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                              NULL, G_TYPE_NONE, 1, CONFAB_TYPE_ROOM);
  signals[SIGNAL_ROOM_LEFT] = g_signal_new ("room-left", CONFAB_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 1, CONFAB_TYPE_ROOM);
}

static void
confab_session_init (ConfabSession *self)
{
  self->state = CONFAB_SESSION_STATE_SIGNED_OUT;
  self->presence = CONFAB_PRESENCE_STATUS_ONLINE;
  self->error_text = g_strdup ("");
  self->server_name = g_strdup ("");
  self->message_length = DEFAULT_MESSAGE_LENGTH;
  self->members_shown = DEFAULT_MEMBERS_SHOWN;
  self->silence = DEFAULT_SILENCE;
  self->typing_repeat = DEFAULT_TYPING_REPEAT;
  self->typing_expiry = DEFAULT_TYPING_EXPIRY;
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->rooms = confab_room_list_new ();
  self->outbox = confab_outbox_new (self);
  self->changed_rooms = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->marked_rooms = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  g_queue_init (&self->early);
}

/* ---- State --------------------------------------------------------------------------------------------------- */

static const gboolean allowed_edges[4][4] = {
  [CONFAB_SESSION_STATE_SIGNED_OUT] = { [CONFAB_SESSION_STATE_OFFLINE] = TRUE },
  [CONFAB_SESSION_STATE_OFFLINE] = { [CONFAB_SESSION_STATE_CONNECTING] = TRUE,
                                     [CONFAB_SESSION_STATE_SIGNED_OUT] = TRUE },
  [CONFAB_SESSION_STATE_CONNECTING] = { [CONFAB_SESSION_STATE_ONLINE] = TRUE,
                                        [CONFAB_SESSION_STATE_OFFLINE] = TRUE,
                                        [CONFAB_SESSION_STATE_SIGNED_OUT] = TRUE },
  [CONFAB_SESSION_STATE_ONLINE] = { [CONFAB_SESSION_STATE_OFFLINE] = TRUE, [CONFAB_SESSION_STATE_SIGNED_OUT] = TRUE },
};

gboolean
confab_session_state_may_become (ConfabSessionState from, ConfabSessionState to)
{
  return allowed_edges[from][to];
}

void
confab_session_set_state (ConfabSession *self, ConfabSessionState state)
{
  if (self->state == state)
    return;
  if (!confab_session_state_may_become (self->state, state))
    {
      g_critical ("A session cannot go from state %d to %d", self->state, state);
      return;
    }
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

char *
confab_session_describe_error (ConfabSession *self, const GError *error)
{
  const char *server = self->server != NULL ? self->server : "";

  if (error->domain == G_TLS_ERROR)
    return g_strdup_printf (_("The certificate of %s is not trusted: %s"), server, error->message);
  if (error->domain == G_RESOLVER_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND))
    return g_strdup_printf (_("The server %s was not found"), server);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return g_strdup_printf (_("Nothing answers at %s"), server);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return g_strdup_printf (_("%s does not answer"), server);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE))
    return g_strdup (_("There is no network"));
  return g_strdup (error->message);
}

void
confab_session_set_error (ConfabSession *self, const GError *error)
{
  g_autofree char *text = error != NULL ? confab_session_describe_error (self, error) : g_strdup ("");

  if (g_set_str (&self->error_text, text))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR_TEXT]);
}

void
confab_session_set_retry_at (ConfabSession *self, gint64 retry_at)
{
  if (self->retry_at == retry_at)
    return;
  self->retry_at = retry_at;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RETRY_AT]);
}

void
confab_session_set_server (ConfabSession *self, const char *server)
{
  if (!g_set_str (&self->server, server))
    return;
  g_clear_object (&self->http);
  if (server != NULL)
    self->http = confab_http_new (server);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SERVER]);
}

void
confab_session_set_server_name (ConfabSession *self, const char *name)
{
  if (name != NULL && g_set_str (&self->server_name, name))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SERVER_NAME]);
}

void
confab_session_set_user (ConfabSession *self, ConfabUser *user)
{
  if (g_set_object (&self->user, user))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_USER]);
}

void
confab_session_set_message_length (ConfabSession *self, guint length)
{
  if (length == 0 || length == self->message_length)
    return;
  self->message_length = length;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE_LENGTH]);
}

ConfabUser *
confab_session_ensure_user (ConfabSession *self, const char *user_id)
{
  ConfabUser *user = g_hash_table_lookup (self->users, user_id);

  if (user != NULL)
    return user;
  user = confab_user_new (user_id);
  g_hash_table_insert (self->users, (gpointer) confab_user_get_id (user), user);
  return user;
}

const char *
confab_session_get_user_id (ConfabSession *self)
{
  return self->user != NULL ? confab_user_get_id (self->user) : NULL;
}

void
confab_session_announce_message (ConfabSession *self, ConfabRoom *room, ConfabMessage *message)
{
  g_signal_emit (self, signals[SIGNAL_MESSAGE_ARRIVED], 0, room, message);
}

void
confab_session_announce_joined (ConfabSession *self, ConfabRoom *room)
{
  g_signal_emit (self, signals[SIGNAL_ROOM_JOINED], 0, room);
}

void
confab_session_announce_left (ConfabSession *self, ConfabRoom *room)
{
  g_signal_emit (self, signals[SIGNAL_ROOM_LEFT], 0, room);
}

/* ---- For everybody -------------------------------------------------------------------------------------------- */

/**
 * confab_session_new:
 * @profile: name of the profile: letters, digits, dash and underscore
 * @folder: (nullable): where profiles are kept; %NULL for `$XDG_DATA_HOME/confab`
 *
 * Nothing is read, written or connected before one of [method@Session.resume_saved], [method@Session.sign_in] and
 * [method@Session.register]. Once it is signed in a session keeps itself alive until [method@Session.close] or
 * [method@Session.sign_out].
 *
 * Returns: (transfer full): a session, signed out
 *
 * Since: 0.1
 */
ConfabSession *
confab_session_new (const char *profile, const char *folder)
{
  ConfabSession *self = NULL;

  g_return_val_if_fail (profile != NULL && *profile != '\0' && strchr (profile, '/') == NULL && *profile != '.', NULL);

  self = g_object_new (CONFAB_TYPE_SESSION, NULL);
  self->profile = g_strdup (profile);
  self->folder = folder != NULL ? g_build_filename (folder, profile, NULL)
                                : g_build_filename (g_get_user_data_dir (), "confab", profile, NULL);
  return self;
}

/**
 * confab_session_get_profile:
 * @self: a session
 *
 * Returns: the name of its profile
 *
 * Since: 0.1
 */
const char *
confab_session_get_profile (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  return self->profile;
}

/**
 * confab_session_get_server:
 * @self: a session
 *
 * Returns: (nullable): the address of the server, once one is known
 *
 * Since: 0.1
 */
const char *
confab_session_get_server (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  return self->server;
}

/**
 * confab_session_get_server_name:
 * @self: a session
 *
 * Returns: what the server calls itself; "" before the first connection
 *
 * Since: 0.1
 */
const char *
confab_session_get_server_name (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  return self->server_name;
}

/**
 * confab_session_get_state:
 * @self: a session
 *
 * Returns: whether it is signed in and connected
 *
 * Since: 0.1
 */
ConfabSessionState
confab_session_get_state (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), CONFAB_SESSION_STATE_SIGNED_OUT);
  return self->state;
}

/**
 * confab_session_get_user:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): whose account it is
 *
 * Since: 0.1
 */
ConfabUser *
confab_session_get_user (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  return self->user;
}

/**
 * confab_session_get_error_text:
 * @self: a session
 *
 * Returns: why it is not connected, in a sentence; "" when all is well
 *
 * Since: 0.1
 */
const char *
confab_session_get_error_text (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  return self->error_text;
}

/**
 * confab_session_get_retry_at:
 * @self: a session
 *
 * Returns: when it tries to connect again, as g_get_monotonic_time() counts; 0 when it does not wait
 *
 * Since: 0.1
 */
gint64
confab_session_get_retry_at (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), 0);
  return self->retry_at;
}

/**
 * confab_session_get_message_length:
 * @self: a session
 *
 * Returns: how many characters a message may have
 *
 * Since: 0.1
 */
guint
confab_session_get_message_length (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), 0);
  return self->message_length;
}

/**
 * confab_session_get_rooms:
 * @self: a session
 *
 * Returns: (transfer none): the rooms that the account is in; always the same object
 *
 * Since: 0.1
 */
ConfabRoomList *
confab_session_get_rooms (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  return self->rooms;
}

/**
 * confab_session_get_outbox:
 * @self: a session
 *
 * Returns: (transfer none): what is still to be sent; always the same object
 *
 * Since: 0.1
 */
ConfabOutbox *
confab_session_get_outbox (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  return self->outbox;
}

/**
 * confab_session_find_user:
 * @self: a session
 * @user_id: an account
 *
 * Returns: (transfer none) (nullable): the one object for this person, when they were heard of
 *
 * Since: 0.1
 */
ConfabUser *
confab_session_find_user (ConfabSession *self, const char *user_id)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  g_return_val_if_fail (user_id != NULL, NULL);
  return g_hash_table_lookup (self->users, user_id);
}
