/* confab-session-account.c: signing in and out, and the tokens that come of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-session-private.h"

#include <glib/gi18n-lib.h>

#include "client/confab-json-members.h"
#include "client/confab-outbox-private.h"
#include "client/confab-room-list-private.h"
#include "client/confab-room-private.h"
#include "client/confab-secrets.h"
#include "client/confab-user-private.h"
#include "protocol/confab-error.h"
#include "protocol/confab-json.h"

/* A token with less left than this is exchanged before it is used. */
#define TOKEN_MARGIN_SECONDS 60
#define TOKEN_LIFETIME_SECONDS 900

/* ---- Tokens ---------------------------------------------------------------------------------------------------- */

/* The lifetime that a JWT states, as exp − iat: the two clocks need not agree. */
static gint64
read_lifetime (const char *token)
{
  g_auto(GStrv) parts = g_strsplit (token, ".", 3);
  g_autoptr(GString) text = NULL;
  g_autofree guchar *decoded = NULL;
  g_autoptr(JsonNode) node = NULL;
  gsize length = 0;
  gint64 lifetime = 0;

  if (g_strv_length (parts) != 3)
    return TOKEN_LIFETIME_SECONDS;
  text = g_string_new (parts[1]);
  g_string_replace (text, "-", "+", 0);
  g_string_replace (text, "_", "/", 0);
  while (text->len % 4 != 0)
    g_string_append_c (text, '=');
  decoded = g_base64_decode (text->str, &length);
  node = confab_json_parse ((const char *) decoded, length, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return TOKEN_LIFETIME_SECONDS;
  lifetime =
    confab_json_get_int (json_node_get_object (node), "exp") - confab_json_get_int (json_node_get_object (node), "iat");
  return lifetime > 0 ? MIN (lifetime, 24 * 3600) : TOKEN_LIFETIME_SECONDS;
}

static gint64
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gboolean
take_tokens (ConfabSession *self, JsonObject *reply, GError **error)
{
  const char *token = confab_json_get_string (reply, "token");
  const char *refresh_token = confab_json_get_string (reply, "refreshToken");

  if (token == NULL || refresh_token == NULL)
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_INTERNAL, _("The server's answer makes no sense"));
      return FALSE;
    }
  g_set_str (&self->token, token);
  g_set_str (&self->refresh_token, refresh_token);
  self->token_expires = now_seconds () + read_lifetime (token);
  return TRUE;
}

static void
forget_tokens (ConfabSession *self)
{
  g_clear_pointer (&self->token, g_free);
  g_clear_pointer (&self->refresh_token, g_free);
  self->token_expires = 0;
}

/* On a fiber. Without a secret service the sign-in lasts as long as the program. */
static void
keep_tokens (ConfabSession *self)
{
  g_autoptr(JsonObject) object = json_object_new ();
  g_autofree char *secret = NULL;
  g_autoptr(GError) error = NULL;

  json_object_set_string_member (object, "token", self->token);
  json_object_set_string_member (object, "refreshToken", self->refresh_token);
  json_object_set_int_member (object, "expires", self->token_expires);
  secret = confab_json_object_to_text (object);
  if (!dex_await (confab_secrets_store (self->profile, self->server, confab_session_get_user_id (self), secret),
                  &error))
    g_warning ("The sign-in cannot be kept: %s", error->message);
}

/* On a fiber. loading: of confab_secrets_load (), taken. */
static gboolean
restore_tokens (ConfabSession *self, DexFuture *loading, GError **error)
{
  g_autofree char *secret = dex_await_string (loading, error);
  g_autoptr(JsonNode) node = NULL;
  JsonObject *object = NULL;

  if (secret == NULL)
    return FALSE;
  node = confab_json_parse (secret, strlen (secret), NULL);
  object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  if (confab_json_get_string (object, "refreshToken") == NULL)
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED, _("The sign-in that was kept cannot be read"));
      return FALSE;
    }
  g_set_str (&self->token, confab_json_get_string (object, "token"));
  g_set_str (&self->refresh_token, confab_json_get_string (object, "refreshToken"));
  /* A clock that was set back must not make an old token look fresh. */
  self->token_expires = MIN (confab_json_get_int (object, "expires"), now_seconds () + TOKEN_LIFETIME_SECONDS);
  return TRUE;
}

static DexFuture *
refresh_fiber (gpointer data)
{
  ConfabSession *self = data;
  g_autoptr(JsonNode) request = json_node_new (JSON_NODE_OBJECT);
  g_autoptr(JsonNode) reply = NULL;
  g_autoptr(GError) error = NULL;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "refreshToken", self->refresh_token != NULL ? self->refresh_token : "");
  json_node_take_object (request, object);
  if (self->refresh_token == NULL || self->http == NULL)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED, "%s", _("Nobody is signed in"));
  reply = dex_await_boxed (confab_session_call_operation (self, CONFAB_OPERATION_REFRESH, request), &error);
  if (reply == NULL || !take_tokens (self, json_node_get_object (reply), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  /* The old one works until the new one is first used, so the new one is kept before it is. */
  keep_tokens (self);
  return dex_future_new_true ();
}

gboolean
confab_session_refresh (ConfabSession *self, GError **error)
{
  gboolean refreshed = FALSE;
  g_autoptr(GError) local_error = NULL;
  g_autoptr(DexFuture) mine = NULL;

  if (self->refreshing == NULL)
    self->refreshing = dex_scheduler_spawn (NULL, 0, refresh_fiber, g_object_ref (self), g_object_unref);
  mine = dex_ref (self->refreshing);
  refreshed = dex_await (dex_ref (mine), &local_error);
  if (self->refreshing == mine)
    dex_clear (&self->refreshing);
  if (!refreshed)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return refreshed;
}

const char *
confab_session_ensure_token (ConfabSession *self, GError **error)
{
  if (self->token != NULL && self->token_expires - now_seconds () > TOKEN_MARGIN_SECONDS)
    return self->token;
  return confab_session_refresh (self, error) ? self->token : NULL;
}

void
confab_session_drop_account (ConfabSession *self, const GError *error)
{
  forget_tokens (self);
  confab_session_set_error (self, error);
  if (self->state != CONFAB_SESSION_STATE_SIGNED_OUT)
    confab_session_set_state (self, CONFAB_SESSION_STATE_SIGNED_OUT);
}

/* ---- Signing in -------------------------------------------------------------------------------------------------- */

/* On a fiber. What another account left in this profile goes. */
static gboolean
prepare_cache (ConfabSession *self, const char *server, const char *user_id, GError **error)
{
  g_autofree char *kept_server = NULL;
  g_autoptr(JsonObject) kept_user = NULL;

  if (!confab_session_open_cache (self, &kept_server, &kept_user, error))
    return FALSE;
  if (g_strcmp0 (kept_server, server) == 0 && g_strcmp0 (confab_json_get_string (kept_user, "id"), user_id) == 0)
    return TRUE;
  confab_room_list_clear (self->rooms);
  confab_outbox_clear (self->outbox);
  return confab_session_clear_cache (self, error);
}

typedef struct
{
  ConfabSession *session;
  ConfabOperationId operation;
  char *server;
  JsonNode *request;
} SignIn;

static void
sign_in_free (gpointer data)
{
  SignIn *sign_in = data;

  g_object_unref (sign_in->session);
  g_free (sign_in->server);
  json_node_unref (sign_in->request);
  g_free (sign_in);
}

/* On a fiber. */
static gboolean
take_account (ConfabSession *self, JsonObject *reply, GError **error)
{
  JsonObject *account = confab_json_get_object (reply, "user");
  const char *user_id = confab_json_get_string (account, "id");
  ConfabUser *user = NULL;

  if (user_id == NULL)
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_INTERNAL, _("The server's answer makes no sense"));
      return FALSE;
    }
  if (!take_tokens (self, reply, error) || !prepare_cache (self, self->server, user_id, error))
    return FALSE;
  user = confab_session_ensure_user (self, user_id);
  confab_user_apply (user, account);
  confab_session_set_user (self, user);
  if (!confab_session_load_cache (self, error))
    return FALSE;
  confab_session_save_account (self);
  keep_tokens (self);
  return TRUE;
}

static DexFuture *
sign_in_fiber (gpointer data)
{
  SignIn *sign_in = data;
  ConfabSession *self = sign_in->session;
  g_autoptr(JsonNode) reply = NULL;
  g_autoptr(GError) error = NULL;

  if (self->state != CONFAB_SESSION_STATE_SIGNED_OUT)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_CONFLICT, "%s", _("Somebody is signed in already"));
  confab_session_set_server (self, sign_in->server);
  reply = dex_await_boxed (confab_session_call_operation (self, sign_in->operation, sign_in->request), &error);
  if (reply == NULL || !take_account (self, json_node_get_object (reply), &error))
    {
      g_autofree char *words = confab_session_describe_error (self, error);

      confab_session_set_error (self, error);
      /* The sentence for a person, the fields for a form. */
      if (error->domain != CONFAB_ERROR)
        return dex_future_new_reject (error->domain, error->code, "%s", words);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  confab_session_set_error (self, NULL);
  confab_session_start (self);
  return dex_future_new_take_object (g_object_ref (self->user));
}

static DexFuture *
start_sign_in (ConfabSession *self, ConfabOperationId operation, const char *server, JsonObject *request)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *address = confab_session_normalize_server (server, &error);
  SignIn *sign_in = NULL;

  json_object_set_string_member (request, "sessionName", g_get_host_name ());
  if (address == NULL)
    {
      json_object_unref (request);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  sign_in = g_new0 (SignIn, 1);
  sign_in->session = g_object_ref (self);
  sign_in->operation = operation;
  sign_in->server = g_steal_pointer (&address);
  sign_in->request = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (sign_in->request, request);
  return dex_scheduler_spawn (NULL, 0, sign_in_fiber, sign_in, sign_in_free);
}

static void
set_when_given (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL && *value != '\0')
    json_object_set_string_member (object, name, value);
}

/**
 * confab_session_register:
 * @self: a session that is signed out
 * @server: address of the server
 * @username: the name that is to be the account's for ever
 * @email: an e-mail address
 * @password: at least 8 characters
 * @display_name: (nullable): what others are to see
 * @invite: (nullable): an invite, or the server's one-time claim
 *
 * Makes an account and signs in.
 *
 * Returns: (transfer full): a future of [class@User]; `CONFAB_ERROR` with fields when the server refuses
 *
 * Since: 0.1
 */
DexFuture *
confab_session_register (ConfabSession *self,
                         const char *server,
                         const char *username,
                         const char *email,
                         const char *password,
                         const char *display_name,
                         const char *invite)
{
  JsonObject *request = NULL;

  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  g_return_val_if_fail (server != NULL && username != NULL && email != NULL && password != NULL, NULL);
  request = json_object_new ();
  json_object_set_string_member (request, "username", username);
  json_object_set_string_member (request, "email", email);
  json_object_set_string_member (request, "password", password);
  set_when_given (request, "displayName", display_name);
  set_when_given (request, "invite", invite);
  return start_sign_in (self, CONFAB_OPERATION_REGISTER, server, request);
}

/**
 * confab_session_sign_in:
 * @self: a session that is signed out
 * @server: address of the server
 * @username: the username or the e-mail address
 * @password: the password
 *
 * Returns: (transfer full): a future of [class@User]
 *
 * Since: 0.1
 */
DexFuture *
confab_session_sign_in (ConfabSession *self, const char *server, const char *username, const char *password)
{
  JsonObject *request = NULL;

  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  g_return_val_if_fail (server != NULL && username != NULL && password != NULL, NULL);
  request = json_object_new ();
  json_object_set_string_member (request, "username", username);
  json_object_set_string_member (request, "password", password);
  return start_sign_in (self, CONFAB_OPERATION_LOGIN, server, request);
}

static DexFuture *
resume_saved_fiber (gpointer data)
{
  ConfabSession *self = data;
  g_autofree char *server = NULL;
  g_autoptr(JsonObject) account = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(DexFuture) loading = NULL;
  const char *user_id = NULL;

  if (self->state != CONFAB_SESSION_STATE_SIGNED_OUT)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_CONFLICT, "%s", _("Somebody is signed in already"));
  if (!confab_session_open_cache (self, &server, &account, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  user_id = confab_json_get_string (account, "id");
  if (server == NULL || user_id == NULL)
    return dex_future_new_false ();
  confab_session_set_server (self, server);
  confab_session_set_user (self, confab_session_ensure_user (self, user_id));
  confab_user_apply (self->user, account);
  /* A secret service may have to start, or to ask: the rooms are on the screen before it answers. */
  loading = confab_secrets_load (self->profile, self->server, user_id);
  if (!confab_session_load_cache (self, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (!restore_tokens (self, g_steal_pointer (&loading), &error))
    {
      /* Known, but to be asked for the password again. */
      g_debug ("No sign-in is kept: %s", error->message);
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        confab_session_set_error (self, error);
      return dex_future_new_false ();
    }
  confab_session_start (self);
  return dex_future_new_true ();
}

/**
 * confab_session_resume_saved:
 * @self: a session that is signed out
 *
 * Signs in as before. The rooms are in the list when the future resolves, whether or not there is a connection. When
 * the account is known and its sign-in is not, the server and user properties say who is to give the password again,
 * and the rooms can be read.
 *
 * Returns: (transfer full): a future of a boolean, whether this profile has a sign-in
 *
 * Since: 0.1
 */
DexFuture *
confab_session_resume_saved (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  return dex_scheduler_spawn (NULL, 0, resume_saved_fiber, g_object_ref (self), g_object_unref);
}

/* ---- Signing out ---------------------------------------------------------------------------------------------------
 */

static void
leave_rooms (ConfabSession *self)
{
  while (confab_room_list_get_length (self->rooms) > 0)
    {
      guint length = confab_room_list_get_length (self->rooms);

      for (guint i = 0; i < length; i++)
        confab_room_set_joined (confab_room_list_peek (self->rooms, i), FALSE);
      confab_room_list_clear (self->rooms);
    }
}

static DexFuture *
sign_out_fiber (gpointer data)
{
  ConfabSession *self = data;
  g_autoptr(GError) error = NULL;

  if (self->token != NULL && confab_session_is_online (self))
    dex_await (dex_future_first (confab_session_call_operation (self, CONFAB_OPERATION_LOGOUT, NULL),
                                 dex_timeout_new_seconds (5), NULL),
               NULL);
  dex_await (confab_session_stop (self), NULL);
  if (self->server != NULL && self->user != NULL)
    dex_await (confab_secrets_forget (self->profile, self->server, confab_session_get_user_id (self)), &error);
  if (error != NULL)
    g_warning ("The sign-in cannot be removed from the secret service: %s", error->message);
  g_clear_error (&error);
  confab_session_drop_account (self, NULL);
  leave_rooms (self);
  confab_outbox_clear (self->outbox);
  if (!confab_session_clear_cache (self, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  confab_session_set_user (self, NULL);
  return dex_future_new_true ();
}

/**
 * confab_session_sign_out:
 * @self: a session
 *
 * Ends the sign-in on the server when it can be reached, and removes tokens, rooms, messages and the outbox from this
 * device.
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_session_sign_out (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  return dex_scheduler_spawn (NULL, 0, sign_out_fiber, g_object_ref (self), g_object_unref);
}

static DexFuture *
close_fiber (gpointer data)
{
  ConfabSession *self = data;
  g_autoptr(GError) error = NULL;

  dex_await (confab_session_stop (self), NULL);
  for (guint i = 0; i < confab_room_list_get_length (self->rooms); i++)
    confab_room_keep_settings (confab_room_list_peek (self->rooms, i));
  confab_session_flush (self);
  if (self->cache != NULL && !dex_await (confab_cache_close (self->cache), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  g_clear_object (&self->cache);
  return dex_future_new_true ();
}

/**
 * confab_session_close:
 * @self: a session
 *
 * Ends the connection and writes out what is to be kept; the sign-in stays. For before the program ends.
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_session_close (ConfabSession *self)
{
  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  return dex_scheduler_spawn (NULL, 0, close_fiber, g_object_ref (self), g_object_unref);
}

/* ---- The account ---------------------------------------------------------------------------------------------------
 */

static DexFuture *
on_me_changed (DexFuture *future, gpointer data)
{
  ConfabSession *self = data;
  JsonNode *reply = g_value_get_boxed (dex_future_get_value (future, NULL));
  JsonObject *user = confab_json_get_object (json_node_get_object (reply), "user");

  if (user != NULL && self->user != NULL)
    {
      confab_user_apply (self->user, user);
      confab_session_save_account (self);
    }
  return dex_future_new_true ();
}

/**
 * confab_session_set_display_name:
 * @self: a session
 * @display_name: what others are to see
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_session_set_display_name (ConfabSession *self, const char *display_name)
{
  g_autoptr(JsonNode) node = NULL;
  JsonObject *object = NULL;

  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  g_return_val_if_fail (display_name != NULL, NULL);
  node = json_node_new (JSON_NODE_OBJECT);
  object = json_object_new ();
  json_object_set_string_member (object, "displayName", display_name);
  json_node_take_object (node, object);
  return dex_future_then (confab_session_call_operation (self, CONFAB_OPERATION_UPDATE_ME, node), on_me_changed,
                          g_object_ref (self), g_object_unref);
}

static DexFuture *
to_true (DexFuture *future, gpointer data)
{
  return dex_future_new_true ();
}

/**
 * confab_session_change_password:
 * @self: a session
 * @password: the present one
 * @new_password: the next one
 *
 * The account's other sessions end.
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_session_change_password (ConfabSession *self, const char *password, const char *new_password)
{
  g_autoptr(JsonNode) node = NULL;
  JsonObject *object = NULL;

  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  g_return_val_if_fail (password != NULL && new_password != NULL, NULL);
  node = json_node_new (JSON_NODE_OBJECT);
  object = json_object_new ();
  json_object_set_string_member (object, "password", password);
  json_object_set_string_member (object, "newPassword", new_password);
  json_node_take_object (node, object);
  return dex_future_then (confab_session_call_operation (self, CONFAB_OPERATION_CHANGE_PASSWORD, node), to_true, NULL,
                          NULL);
}
