/* confab-session-connection.c: the connection to the server, and its return
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
#include "client/confab-user-private.h"
#include "protocol/confab-error.h"

#define CONNECT_TIMEOUT_SECONDS 30
/* After a connection that lasted less the next wait is not the first again, but it does not grow further either: a
 * server that lets clients in and loses them at once is not to be hurried, nor to be given up. */
#define STABLE_SECONDS 10
#define UNSTABLE_TRIES 2
#define NETWORK_PATIENCE_SECONDS 2
/* Before the token of a connection runs out. */
#define RENEW_MARGIN_SECONDS 90

gboolean
confab_session_is_online (ConfabSession *self)
{
  return self != NULL && self->state == CONFAB_SESSION_STATE_ONLINE && self->socket != NULL
         && !confab_socket_is_closed (self->socket);
}

/* ---- Renewing the token of an open connection -------------------------------------------------------------------- */

typedef struct
{
  ConfabSession *session;
  ConfabSocket *socket;
} Renewal;

static void
renewal_free (gpointer data)
{
  Renewal *renewal = data;

  g_object_unref (renewal->session);
  g_object_unref (renewal->socket);
  g_free (renewal);
}

static gboolean
renew_once (Renewal *renewal)
{
  ConfabSession *self = renewal->session;
  g_autoptr(JsonNode) request = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (request, object);
  if (!confab_session_refresh (self, NULL) || self->token == NULL)
    return FALSE;
  json_object_set_string_member (object, "token", self->token);
  return dex_await (confab_socket_call (renewal->socket, "authenticate", request), NULL);
}

static DexFuture *
renew_fiber (gpointer data)
{
  Renewal *renewal = data;
  ConfabBackoff backoff = { 0 };

  while (!confab_socket_is_closed (renewal->socket))
    {
      gint64 left = renewal->session->token_expires - g_get_real_time () / G_USEC_PER_SEC;
      int wait = MAX (left - RENEW_MARGIN_SECONDS, 1);

      dex_await (dex_future_first (confab_socket_closed (renewal->socket), dex_timeout_new_seconds (wait), NULL), NULL);
      if (confab_socket_is_closed (renewal->socket))
        break;
      if (renew_once (renewal))
        confab_backoff_reset (&backoff);
      else
        dex_await (dex_future_first (confab_socket_closed (renewal->socket),
                                     dex_timeout_new_msec (confab_backoff_next (&backoff, g_random_double (), 0)),
                                     NULL),
                   NULL);
    }
  return dex_future_new_true ();
}

static void
start_renewing (ConfabSession *self)
{
  Renewal *renewal = g_new0 (Renewal, 1);

  renewal->session = g_object_ref (self);
  renewal->socket = g_object_ref (self->socket);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, renew_fiber, renewal, renewal_free));
}

/* ---- One connection ------------------------------------------------------------------------------------------------
 */

static void
take_hello (ConfabSession *self, JsonObject *hello)
{
  JsonObject *limits = confab_json_get_object (hello, "limits");
  JsonObject *timings = confab_json_get_object (hello, "timings");
  JsonObject *user = confab_json_get_object (hello, "user");

  if (user != NULL && g_strcmp0 (confab_json_get_string (user, "id"), confab_session_get_user_id (self)) == 0)
    confab_user_apply (self->user, user);
  confab_session_set_server_name (self, confab_json_get_string (hello, "server"));
  confab_session_set_message_length (self, CLAMP (confab_json_get_int (limits, "messageLength"), 0, 1000000));
  if (confab_json_get_int (limits, "membersShown") > 0)
    self->members_shown = MIN (confab_json_get_int (limits, "membersShown"), 10000);
  if (confab_json_get_int (timings, "typingRepeat") > 0)
    self->typing_repeat = MIN (confab_json_get_int (timings, "typingRepeat"), 60);
  if (confab_json_get_int (timings, "typingExpiry") > 0)
    self->typing_expiry = MIN (confab_json_get_int (timings, "typingExpiry"), 120);
  if (confab_json_get_int (timings, "silence") > 0)
    self->silence = MIN (confab_json_get_int (timings, "silence"), 600);
  confab_socket_set_silence (self->socket, self->silence);
  confab_session_save_account (self);
}

/* On a fiber. */
static gboolean
await_hello (ConfabSession *self, GError **error)
{
  g_autoptr(JsonObject) hello = NULL;

  if (!dex_await (dex_future_first (dex_ref (DEX_FUTURE (self->hello)), confab_socket_closed (self->socket),
                                    dex_timeout_new_seconds (CONNECT_TIMEOUT_SECONDS), NULL), error))
    return FALSE;
  if (dex_future_is_resolved (DEX_FUTURE (self->hello)))
    {
      hello = dex_await_boxed (dex_ref (DEX_FUTURE (self->hello)), error);
      take_hello (self, hello);
      return TRUE;
    }
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, _("The connection to the server was lost"));
  return FALSE;
}

/* On a fiber. */
static gboolean
open_socket (ConfabSession *self, GError **error)
{
  const char *token = confab_session_ensure_token (self, error);
  DexFuture *connecting = NULL;

  if (token == NULL || self->stopping)
    {
      if (token != NULL)
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The session ends");
      return FALSE;
    }
  dex_clear (&self->hello);
  self->hello = dex_promise_new ();
  self->syncing = TRUE;
  confab_session_forget_early_events (self);
  connecting =
    confab_socket_connect (confab_http_get_soup (self->http), self->server, token, confab_session_on_event, self);
  self->socket = dex_await_object (connecting, error);
  return self->socket != NULL;
}

static void
come_online (ConfabSession *self)
{
  confab_session_set_error (self, NULL);
  confab_session_set_state (self, CONFAB_SESSION_STATE_ONLINE);
  for (guint i = 0; i < confab_room_list_get_length (self->rooms); i++)
    {
      ConfabRoom *room = confab_room_list_peek (self->rooms, i);

      confab_room_came_online (room);
      confab_session_queue_marks (self, room);
    }
  confab_outbox_run (self->outbox);
  /* Every connection begins as online. */
  if (self->presence != CONFAB_PRESENCE_STATUS_ONLINE)
    dex_future_disown (confab_session_set_presence (self, self->presence));
}

/* Nobody tells any more who is there. */
static void
forget_presence (ConfabSession *self)
{
  GHashTableIter iter;
  ConfabUser *user = NULL;

  g_hash_table_iter_init (&iter, self->users);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &user))
    confab_user_set_presence (user, CONFAB_PRESENCE_STATUS_OFFLINE, 0);
}

/* On a fiber, until the connection ends. The close code, or -1 and error when there was none. */
static int
live (ConfabSession *self, GError **error)
{
  gint64 online_since = 0;
  int code = -1;

  if (!open_socket (self, error))
    return -1;
  if (await_hello (self, error) && confab_session_sync (self, error) && !self->stopping)
    {
      come_online (self);
      start_renewing (self);
      online_since = g_get_monotonic_time ();
      code = dex_await_int (confab_socket_closed (self->socket), NULL);
      if (g_get_monotonic_time () - online_since > STABLE_SECONDS * G_USEC_PER_SEC)
        confab_backoff_reset (&self->backoff);
      else
        self->backoff.tries = MIN (self->backoff.tries, UNSTABLE_TRIES);
    }
  else if (confab_socket_is_closed (self->socket))
    {
      /* The code says more than that a request was cut off. */
      g_clear_error (error);
      code = dex_await_int (confab_socket_closed (self->socket), NULL);
    }
  confab_socket_close (self->socket);
  g_clear_object (&self->socket);
  confab_session_forget_early_events (self);
  forget_presence (self);
  return code;
}

/* ---- The loop
 * -------------------------------------------------------------------------------------------------------- */

static void
on_network_changed (ConfabSession *self, gboolean available)
{
  /* A network that comes up says so several times. */
  gboolean just_tried = g_get_monotonic_time () - self->last_try < NETWORK_PATIENCE_SECONDS * G_USEC_PER_SEC;

  if (available && !just_tried && self->state == CONFAB_SESSION_STATE_OFFLINE)
    confab_session_reconnect (self);
}

/* On a fiber. FALSE: the sign-in is no longer good. */
static gboolean
sign_in_is_good (ConfabSession *self, GError **error)
{
  g_autoptr(GError) local_error = NULL;

  if (confab_session_refresh (self, &local_error)
      || !(g_error_matches (local_error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED)
           || g_error_matches (local_error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN)))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
must_sign_in (int code, const GError *error)
{
  return code == CONFAB_CLOSE_SIGN_IN
         || (error != NULL && g_error_matches (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED));
}

/* On a fiber: until the wait is over, or somebody wakes it. */
static void
wait_for_next_try (ConfabSession *self, int code, const GError *error)
{
  double asked = error != NULL ? confab_error_get_retry_after (error) : 0;
  guint delay = confab_backoff_next (&self->backoff, g_random_double (), asked);

  dex_clear (&self->wake);
  self->wake = dex_promise_new ();
  if (code == CONFAB_CLOSE_STAY_AWAY)
    {
      /* Only the person can decide to try again. */
      dex_await (dex_ref (DEX_FUTURE (self->wake)), NULL);
      return;
    }
  g_debug ("Trying again in %u ms", delay);
  confab_session_set_retry_at (self, g_get_monotonic_time () + delay * 1000);
  dex_await (dex_future_first (dex_ref (DEX_FUTURE (self->wake)), dex_timeout_new_msec (delay), NULL), NULL);
  confab_session_set_retry_at (self, 0);
}

static GError *
explain (int code, GError *error)
{
  if (error != NULL)
    return error;
  switch (code)
    {
    case CONFAB_CLOSE_RESTART:
    /* What libsoup 3.6 makes of 1012, which it does not know. */
    case SOUP_WEBSOCKET_CLOSE_PROTOCOL_ERROR:
      return g_error_new (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, _("The server is restarting"));
    case CONFAB_CLOSE_STAY_AWAY:
      return g_error_new (CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN, _("The server does not let this account in"));
    default:
      return g_error_new (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, _("The connection to the server was lost"));
    }
}

static DexFuture *
loop_fiber (gpointer data)
{
  ConfabSession *self = data;

  while (!self->stopping)
    {
      g_autoptr(GError) error = NULL;
      int code = -1;

      self->last_try = g_get_monotonic_time ();
      confab_session_set_state (self, CONFAB_SESSION_STATE_CONNECTING);
      code = live (self, &error);
      if (self->stopping)
        break;
      error = explain (code, g_steal_pointer (&error));
      if (must_sign_in (code, error))
        {
          g_autoptr(GError) refusal = NULL;

          if (!sign_in_is_good (self, &refusal))
            {
              confab_session_drop_account (self, refusal);
              break;
            }
        }
      g_debug ("Not connected: %s", error->message);
      confab_session_set_state (self, CONFAB_SESSION_STATE_OFFLINE);
      confab_session_set_error (self, error);
      wait_for_next_try (self, code, error);
    }
  dex_clear (&self->wake);
  if (self->state == CONFAB_SESSION_STATE_CONNECTING || self->state == CONFAB_SESSION_STATE_ONLINE)
    confab_session_set_state (self, CONFAB_SESSION_STATE_OFFLINE);
  return dex_future_new_true ();
}

static DexFuture *
on_loop_ended (DexFuture *future, gpointer data)
{
  ConfabSession *self = data;

  dex_clear (&self->loop);
  return dex_future_new_true ();
}

void
confab_session_start (ConfabSession *self)
{
  g_return_if_fail (self->loop == NULL);
  self->stopping = FALSE;
  confab_backoff_reset (&self->backoff);
  if (self->network == NULL)
    {
      self->network = g_object_ref (g_network_monitor_get_default ());
      g_signal_connect_object (self->network, "network-changed", G_CALLBACK (on_network_changed), self,
                               G_CONNECT_SWAPPED);
    }
  confab_session_set_state (self, CONFAB_SESSION_STATE_OFFLINE);
  self->loop = dex_scheduler_spawn (NULL, 0, loop_fiber, g_object_ref (self), g_object_unref);
  dex_future_disown (dex_future_finally (dex_ref (self->loop), on_loop_ended, g_object_ref (self), g_object_unref));
}

DexFuture *
confab_session_stop (ConfabSession *self)
{
  self->stopping = TRUE;
  confab_session_reconnect (self);
  if (self->socket != NULL)
    confab_socket_close (self->socket);
  else if (self->http != NULL && self->state == CONFAB_SESSION_STATE_CONNECTING)
    confab_http_abort (self->http);
  return self->loop != NULL ? dex_ref (self->loop) : dex_future_new_true ();
}

/**
 * confab_session_reconnect:
 * @self: a session
 *
 * Where it waits before it tries to connect again, it tries now.
 *
 * Since: 0.1
 */
void
confab_session_reconnect (ConfabSession *self)
{
  g_return_if_fail (CONFAB_IS_SESSION (self));
  if (self->wake != NULL && dex_future_is_pending (DEX_FUTURE (self->wake)))
    dex_promise_resolve_boolean (self->wake, TRUE);
}
