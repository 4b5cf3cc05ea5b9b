/* door-websocket.c: frames of JSON, in and out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A request goes to the api and is answered from whatever thread finishes it: the frame is written there and posted to
 * the connection's reactor, so answers leave in the order in which they were ready.
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/door-websocket.h"

#include "net/incoming.h"
#include "net/outgoing.h"
#include "protocol/confab-error.h"
#include "protocol/confab-request.h"

/* The request's way back. */
typedef struct
{
  Connection *connection;   /* a reference */
  char *id;                 /* JSON text; NULL when no reply is wanted */
} Call;

static Call *
call_new (Connection *connection, const char *id)
{
  Call *self = g_new (Call, 1);

  self->connection = connection_ref (connection);
  self->id = g_strdup (id);
  return self;
}

static void
call_free (Call *self)
{
  connection_unref (self->connection);
  g_free (self->id);
  g_free (self);
}

static void
refuse (Connection *connection, const char *id, const GError *error)
{
  g_autoptr(GBytes) frame = outgoing_error (id, error, NULL);

  connection_send (connection, frame);
}

static void
acknowledge (Connection *connection, const char *id)
{
  g_autoptr(GBytes) nothing = g_bytes_new_static ("{}", 2);
  g_autoptr(GBytes) frame = NULL;

  if (id == NULL)
    return;
  frame = outgoing_reply (id, nothing);
  connection_send (connection, frame);
}

/* ---- Operations ------------------------------------------------------------------------------------------- */

/* subject: Connection, referenced; content: GBytes, nullable. */
static void
on_answer (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  Connection *connection = subject;
  g_autoptr(GBytes) frame = content;

  if (owner != NULL)
    {
      if (frame != NULL)
        connection_send (connection, frame);
      connection_end_operation (connection);
    }
  connection_unref (connection);
}

static void
on_operation_done (Request *request, GBytes *reply, const GError *error)
{
  Call *call = request->door;
  GBytes *frame = NULL;

  if (error != NULL)
    frame = outgoing_error (call->id, error, request->id);
  else if (call->id != NULL)
    frame = outgoing_reply (call->id, reply);
  reactor_post (call->connection->reactor, on_answer, connection_ref (call->connection), frame, NULL);
  call_free (call);
}

static void
dispatch (Connection *connection, const ConfabOperation *operation, gpointer fields, const char *id)
{
  Request *request = request_new (operation, connection->caller, fields, on_operation_done, call_new (connection, id));

  request_set_subscriber (request, &connection_subscriber_class, connection);
  connection_begin_operation (connection);
  api_dispatch (connection->reactor->server->api, request);
}

/* ---- Signing in ------------------------------------------------------------------------------------------- */

/* What the pool found out, for the reactor. */
typedef struct
{
  Call *call;
  Caller *caller;     /* as the account has it now; NULL with error */
  GBytes *hello;      /* NULL with error */
  GBytes *error;      /* a frame */
  gboolean try_again; /* the token is not to blame */
} Welcome;

static void
welcome_free (Welcome *self)
{
  call_free (self->call);
  g_clear_pointer (&self->caller, caller_free);
  g_clear_pointer (&self->hello, g_bytes_unref);
  g_clear_pointer (&self->error, g_bytes_unref);
  g_free (self);
}

static void
welcome (Connection *connection, Welcome *self)
{
  g_autoptr(GBytes) frame = outgoing_event (CONFAB_EVENT_HELLO, self->hello);

  caller_free (connection->caller);
  connection->caller = g_steal_pointer (&self->caller);
  connection_set_state (connection, CONNECTION_OPEN);
  acknowledge (connection, self->call->id);
  connection_send (connection, frame);
}

static void
turn_away (Connection *connection, Welcome *self)
{
  connection_send (connection, self->error);
  connection_close (connection, self->try_again ? CLOSE_RESTART : CLOSE_SIGN_IN, "not signed in");
}

static void
on_welcome (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  Welcome *self = subject;
  Connection *connection = self->call->connection;

  if (owner == NULL)
    {
      welcome_free (self);
      return;
    }
  /* It may have gone while it was looked up: then its presence has to go too. */
  connection->announced = self->hello != NULL;
  if (connection->state == CONNECTION_GONE && connection->announced)
    api_connection_closed (connection->reactor->server->api, connection->caller);
  if (connection->state == CONNECTION_JOINING && self->hello != NULL)
    welcome (connection, self);
  else if (connection->state == CONNECTION_JOINING)
    turn_away (connection, self);
  connection_end_operation (connection);
  welcome_free (self);
}

static void
on_authenticated (Request *request, GBytes *reply, const GError *error)
{
  Welcome *self = g_new0 (Welcome, 1);

  self->call = request->door;
  if (error != NULL)
    {
      self->error = outgoing_error (self->call->id, error, request->id);
      self->try_again = !g_error_matches (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED) &&
                        !g_error_matches (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
    }
  else
    {
      self->hello = g_bytes_ref (reply);
      self->caller = caller_copy (request->caller);
    }
  reactor_post (self->call->connection->reactor, on_welcome, self, NULL, NULL);
}

static void
join (Connection *connection, const Caller *caller, const char *id)
{
  const ConfabOperation *operation = confab_operation_get (CONFAB_OPERATION_AUTHENTICATE);
  Request *request = request_new (operation, caller, NULL, on_authenticated, call_new (connection, id));

  request_set_subscriber (request, &connection_subscriber_class, connection);
  connection_set_state (connection, CONNECTION_JOINING);
  connection_begin_operation (connection);
  api_authenticate (connection->reactor->server->api, request);
}

static void
admit (Connection *connection, const Caller *caller, gint64 expires, const char *id)
{
  g_autoptr(GError) error = NULL;

  if (connection_set_caller (connection, caller))
    {
      connection_renew_token (connection, expires);
      join (connection, caller, id);
      return;
    }
  error = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN, "This account has too many connections");
  refuse (connection, id, error);
  connection_close (connection, CLOSE_GO_AWAY, "too many connections");
}

static void
renew (Connection *connection, const Caller *caller, gint64 expires, const char *id)
{
  g_autoptr(GError) error = NULL;

  if (g_strcmp0 (caller->user_id, connection->caller->user_id) == 0 &&
      g_strcmp0 (caller->session_id, connection->caller->session_id) == 0)
    {
      connection_renew_token (connection, expires);
      acknowledge (connection, id);
      return;
    }
  error = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN,
                               "This connection is signed in as somebody else; open another one");
  refuse (connection, id, error);
}

void
door_websocket_authenticate (Connection *connection, const char *token, const char *id)
{
  gint64 expires = 0;
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) caller = api_verify_token (connection->reactor->server->api, token, connection->caller->address,
                                               &expires, &error);

  if (caller == NULL)
    refuse (connection, id, error);
  else if (connection->state == CONNECTION_ANONYMOUS)
    admit (connection, caller, expires, id);
  else
    renew (connection, caller, expires, id);
}

/* ---- Frames ----------------------------------------------------------------------------------------------- */

/* Takes fields. */
static void
run (Connection *connection, const ConfabOperation *operation, gpointer fields, const char *id)
{
  if (operation->id != CONFAB_OPERATION_AUTHENTICATE)
    {
      dispatch (connection, operation, fields, id);
      return;
    }
  door_websocket_authenticate (connection, ((ConfabAuthenticateRequest *) fields)->token, id);
  confab_request_free (operation, fields);
}

static const ConfabOperation *
find_operation (Connection *connection, const Incoming *incoming, GError **error)
{
  const ConfabOperation *operation = confab_operation_find_event (incoming->event);

  if (operation == NULL)
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND, "There is no event \"%.64s\"", incoming->event);
      return NULL;
    }
  if (connection->state != CONNECTION_OPEN && operation->id != CONFAB_OPERATION_AUTHENTICATE)
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED,
                           "Send \"authenticate\" first and wait for \"hello\"");
      return NULL;
    }
  return operation;
}

void
door_websocket_receive (Connection *connection, const char *text, gsize length)
{
  g_auto(Incoming) incoming = { NULL };
  g_autoptr(GError) error = NULL;
  const ConfabOperation *operation = NULL;
  gpointer fields = NULL;

  if (!incoming_parse (&incoming, text, length, &error))
    {
      refuse (connection, incoming.id, error);
      connection_count_bad_frame (connection);
      return;
    }
  connection->bad_frames = 0;
  /* Every frame is a sign of life; this one is nothing else. */
  if (g_str_equal (incoming.event, "pong"))
    return;

  operation = find_operation (connection, &incoming, &error);
  if (operation != NULL)
    fields = confab_request_read (operation, incoming.data, NULL, connection->reactor->server->options.message_length,
                                  &error);
  if (fields != NULL)
    run (connection, operation, fields, incoming.id);
  else
    refuse (connection, incoming.id, error);
}
