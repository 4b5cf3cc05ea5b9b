/* confab-socket.c: an authenticated WebSocket connection: requests with replies, and events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-socket.h"

#include "client/confab-http.h"
#include "client/confab-json-members.h"
#include "protocol/confab-error.h"
#include "protocol/confab-json-writer.h"
#include "protocol/confab-json.h"

#define MAX_FRAME (16 * 1024 * 1024)
#define MAX_REQUESTS 512
#define DEFAULT_SILENCE 75
#define REQUEST_TIMEOUT 30

typedef struct
{
  ConfabSocket *socket;    /* borrowed */
  gint64 id;
  DexPromise *promise;
  guint timeout;
} Request;

struct _ConfabSocket
{
  GObject parent_instance;

  SoupWebsocketConnection *connection;
  ConfabSocketHandler handler;
  gpointer user_data;
  GHashTable *requests;    /* gint64* id → Request* */
  gint64 last_id;
  DexPromise *closed;
  gboolean is_closed;
  guint silence;           /* seconds */
  guint silence_timer;
  gint64 last_frame;       /* monotonic */
};

G_DEFINE_FINAL_TYPE (ConfabSocket, confab_socket, G_TYPE_OBJECT)

static void
request_free (gpointer data)
{
  Request *request = data;

  g_clear_handle_id (&request->timeout, g_source_remove);
  dex_unref (request->promise);
  g_free (request);
}

static void
confab_socket_dispose (GObject *object)
{
  ConfabSocket *self = CONFAB_SOCKET (object);

  g_clear_handle_id (&self->silence_timer, g_source_remove);
  if (self->connection != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->connection, self);
      /* Nobody is left to wait for the closing handshake. */
      g_io_stream_close (soup_websocket_connection_get_io_stream (self->connection), NULL, NULL);
    }
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (confab_socket_parent_class)->dispose (object);
}

static void
confab_socket_finalize (GObject *object)
{
  ConfabSocket *self = CONFAB_SOCKET (object);

  g_hash_table_unref (self->requests);
  dex_clear (&self->closed);
  G_OBJECT_CLASS (confab_socket_parent_class)->finalize (object);
}

static void
confab_socket_class_init (ConfabSocketClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = confab_socket_dispose;
  object_class->finalize = confab_socket_finalize;
}

static void
confab_socket_init (ConfabSocket *self)
{
  self->requests = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, request_free);
  self->closed = dex_promise_new ();
  self->silence = DEFAULT_SILENCE;
}

static void
confab_socket_end (ConfabSocket *self, int code)
{
  g_autoptr(GHashTable) requests = NULL;
  GHashTableIter iter;
  Request *request = NULL;

  if (self->is_closed)
    return;
  self->is_closed = TRUE;
  g_clear_handle_id (&self->silence_timer, g_source_remove);
  requests = g_steal_pointer (&self->requests);
  self->requests = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, request_free);
  g_hash_table_iter_init (&iter, requests);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &request))
    dex_promise_reject (request->promise,
                        g_error_new (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The connection to the server was lost"));
  dex_promise_resolve_int (self->closed, code);
}

static void
on_closed (ConfabSocket *self)
{
  SoupWebsocketState state = soup_websocket_connection_get_state (self->connection);
  gushort code = soup_websocket_connection_get_close_code (self->connection);

  g_debug ("Connection closed with %u (state %d)", code, state);
  confab_socket_end (self, code);
}

static void
on_reply (ConfabSocket *self, gint64 id, JsonObject *frame)
{
  Request *request = g_hash_table_lookup (self->requests, &id);
  JsonObject *failure = confab_json_get_object (frame, "error");
  JsonObject *data = confab_json_get_object (frame, "data");
  g_autoptr(DexPromise) promise = NULL;

  if (request == NULL)
    return;
  promise = dex_ref (request->promise);
  g_hash_table_remove (self->requests, &id);
  if (failure != NULL)
    dex_promise_reject (promise, confab_error_read (failure));
  else
    {
      JsonNode *node = json_node_new (JSON_NODE_OBJECT);

      if (data != NULL)
        json_node_set_object (node, data);
      else
        json_node_take_object (node, json_object_new ());
      dex_promise_resolve_boxed (promise, JSON_TYPE_NODE, node);
    }
}

static void
on_frame (ConfabSocket *self, int type, GBytes *message)
{
  gsize length = 0;
  const char *text = g_bytes_get_data (message, &length);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = NULL;
  JsonObject *frame = NULL;
  const char *event = NULL;

  self->last_frame = g_get_monotonic_time ();
  if (self->is_closed || type != SOUP_WEBSOCKET_DATA_TEXT)
    return;
  node = confab_json_parse_bounded (text, length, MAX_FRAME, CONFAB_JSON_MAX_DEPTH, &error);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_warning ("A frame that is no JSON object was ignored: %s", error != NULL ? error->message : "not an object");
      return;
    }
  frame = json_node_get_object (node);
  event = confab_json_get_string (frame, "event");
  if (json_object_has_member (frame, "reply"))
    on_reply (self, confab_json_get_int (frame, "reply"), frame);
  else if (g_strcmp0 (event, "ping") == 0)
    confab_socket_tell (self, "pong", NULL);
  else if (event != NULL)
    self->handler (self, event, confab_json_get_object (frame, "data"), self->user_data);
}

static gboolean
on_silence_timer (gpointer data)
{
  ConfabSocket *self = data;
  gint64 quiet = (g_get_monotonic_time () - self->last_frame) / G_USEC_PER_SEC;

  if (quiet < self->silence)
    {
      self->silence_timer = g_timeout_add_seconds (self->silence - quiet, on_silence_timer, self);
      return G_SOURCE_REMOVE;
    }
  g_debug ("Nothing was heard for %u s", self->silence);
  self->silence_timer = 0;
  confab_socket_end (self, CONFAB_CLOSE_LOST);
  g_io_stream_close (soup_websocket_connection_get_io_stream (self->connection), NULL, NULL);
  return G_SOURCE_REMOVE;
}

void
confab_socket_set_silence (ConfabSocket *self, guint seconds)
{
  self->silence = MAX (seconds, 1);
  g_clear_handle_id (&self->silence_timer, g_source_remove);
  if (!self->is_closed)
    self->silence_timer = g_timeout_add_seconds (self->silence, on_silence_timer, self);
}

static ConfabSocket *
confab_socket_new (SoupWebsocketConnection *connection, ConfabSocketHandler handler, gpointer user_data)
{
  ConfabSocket *self = g_object_new (CONFAB_TYPE_SOCKET, NULL);

  self->connection = g_object_ref (connection);
  self->handler = handler;
  self->user_data = user_data;
  self->last_frame = g_get_monotonic_time ();
  soup_websocket_connection_set_max_incoming_payload_size (connection, MAX_FRAME);
  g_signal_connect_swapped (connection, "message", G_CALLBACK (on_frame), self);
  g_signal_connect_swapped (connection, "closed", G_CALLBACK (on_closed), self);
  confab_socket_set_silence (self, DEFAULT_SILENCE);
  return self;
}

typedef struct
{
  DexPromise *promise;
  SoupMessage *message;
  ConfabSocketHandler handler;
  gpointer user_data;
} Handshake;

static GError *
handshake_error (SoupMessage *message, GError *error)
{
  guint status = soup_message_get_status (message);

  /* libsoup only says that it was no WebSocket; the status says why. */
  if (error->domain == SOUP_WEBSOCKET_ERROR && status >= 400)
    {
      g_error_free (error);
      return confab_http_error_for_status (status);
    }
  return error;
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Handshake *handshake = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SoupWebsocketConnection) connection = NULL;

  connection = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);
  if (connection != NULL)
    dex_promise_resolve_object (handshake->promise,
                                confab_socket_new (connection, handshake->handler, handshake->user_data));
  else
    dex_promise_reject (handshake->promise, handshake_error (handshake->message, g_steal_pointer (&error)));
  dex_unref (handshake->promise);
  g_object_unref (handshake->message);
  g_free (handshake);
}

DexFuture *
confab_socket_connect (SoupSession *soup, const char *server, const char *token, ConfabSocketHandler handler,
                       gpointer user_data)
{
  g_autofree char *address =
    g_strconcat (g_str_has_prefix (server, "https:") ? "wss" : "ws", strchr (server, ':'), "/ws", NULL);
  g_autofree char *authorization = g_strconcat ("Bearer ", token, NULL);
  g_autoptr(SoupMessage) message = soup_message_new (SOUP_METHOD_GET, address);
  Handshake *handshake = NULL;
  DexPromise *promise = NULL;

  if (message == NULL)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "“%s” is not an address", server);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", authorization);
  promise = dex_promise_new_cancellable ();
  handshake = g_new0 (Handshake, 1);
  handshake->promise = dex_ref (promise);
  handshake->message = g_object_ref (message);
  handshake->handler = handler;
  handshake->user_data = user_data;
  soup_session_websocket_connect_async (soup, message, NULL, NULL, G_PRIORITY_DEFAULT,
                                        dex_promise_get_cancellable (promise), on_connected, handshake);
  return DEX_FUTURE (promise);
}

static void
confab_socket_send (ConfabSocket *self, const char *event, gint64 id, JsonNode *data)
{
  g_auto(ConfabJsonWriter) writer = { NULL };
  g_autofree char *text = NULL;

  if (self->is_closed || soup_websocket_connection_get_state (self->connection) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  confab_json_writer_init (&writer, g_string_new (NULL));
  confab_json_writer_begin_object (&writer);
  confab_json_writer_member_string (&writer, "event", event);
  if (id > 0)
    confab_json_writer_member_int (&writer, "id", id);
  if (data != NULL)
    {
      text = json_to_string (data, FALSE);
      confab_json_writer_member (&writer, "data");
      confab_json_writer_raw (&writer, text, strlen (text));
    }
  confab_json_writer_end_object (&writer);
  soup_websocket_connection_send_text (self->connection, writer.text->str);
}

static gboolean
on_request_timeout (gpointer data)
{
  Request *request = data;
  g_autoptr(DexPromise) promise = dex_ref (request->promise);

  request->timeout = 0;
  g_hash_table_remove (request->socket->requests, &request->id);
  dex_promise_reject (promise,
                      g_error_new (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The server did not answer in time"));
  return G_SOURCE_REMOVE;
}

DexFuture *
confab_socket_call (ConfabSocket *self, const char *event, JsonNode *data)
{
  Request *request = NULL;

  if (self->is_closed)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "There is no connection to the server");
  if (g_hash_table_size (self->requests) >= MAX_REQUESTS)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_RATE_LIMITED, "Too many requests wait for an answer");

  request = g_new0 (Request, 1);
  request->socket = self;
  request->id = ++self->last_id;
  request->promise = dex_promise_new ();
  request->timeout = g_timeout_add_seconds (REQUEST_TIMEOUT, on_request_timeout, request);
  g_hash_table_insert (self->requests, &request->id, request);
  confab_socket_send (self, event, request->id, data);
  return dex_ref (DEX_FUTURE (request->promise));
}

void
confab_socket_tell (ConfabSocket *self, const char *event, JsonNode *data)
{
  confab_socket_send (self, event, 0, data);
}

DexFuture *
confab_socket_closed (ConfabSocket *self)
{
  return dex_ref (DEX_FUTURE (self->closed));
}

gboolean
confab_socket_is_closed (ConfabSocket *self)
{
  return self->is_closed;
}

void
confab_socket_close (ConfabSocket *self)
{
  if (self->is_closed)
    return;
  if (soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  confab_socket_end (self, CONFAB_CLOSE_LOST);
}
