/* test-socket.c: the client's end of a WebSocket connection, against libsoup's other end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "client-fixture.h"

#include "client/confab-json-members.h"
#include "client/confab-socket.h"
#include "protocol/confab-error.h"

typedef struct
{
  SoupServer *server;
  SoupSession *soup;
  char *address;
  SoupWebsocketConnection *peer;   /* the server's end */
  GPtrArray *received;             /* of char*: frames that the server got */
  ConfabSocket *socket;
  GPtrArray *events;               /* of char*: names that the client got */
  const char *greeting;
  guint status;                    /* of the handshake, when it is refused */
  char *authorization;
} Fixture;

static void
on_peer_message (SoupWebsocketConnection *peer, int type, GBytes *message, Fixture *self)
{
  g_ptr_array_add (self->received, g_strndup (g_bytes_get_data (message, NULL), g_bytes_get_size (message)));
}

static void
on_peer (SoupServer *server, SoupServerMessage *message, const char *path, SoupWebsocketConnection *peer, gpointer data)
{
  Fixture *self = data;

  self->peer = g_object_ref (peer);
  g_signal_connect (peer, "message", G_CALLBACK (on_peer_message), self);
  if (self->greeting != NULL)
    soup_websocket_connection_send_text (peer, self->greeting);
}

static void
on_handshake (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Fixture *self = data;
  const char *authorization = soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                                            "Authorization");

  g_set_str (&self->authorization, authorization);
  if (self->status != 0)
    soup_server_message_set_status (message, self->status, NULL);
}

static void
on_event (ConfabSocket *socket, const char *event, JsonObject *data, gpointer user_data)
{
  Fixture *self = user_data;

  g_ptr_array_add (self->events, g_strdup (event));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  GSList *uris = NULL;

  dex_init ();
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_early_handler (self->server, "/ws", on_handshake, self, NULL);
  soup_server_add_websocket_handler (self->server, "/ws", NULL, NULL, on_peer, self, NULL);
  g_assert_true (soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  uris = soup_server_get_uris (self->server);
  self->address = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  self->soup = soup_session_new ();
  self->received = g_ptr_array_new_with_free_func (g_free);
  self->events = g_ptr_array_new_with_free_func (g_free);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->socket);
  g_clear_object (&self->peer);
  soup_session_abort (self->soup);
  g_clear_object (&self->soup);
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_ptr_array_unref (self->received);
  g_ptr_array_unref (self->events);
  g_free (self->address);
  g_free (self->authorization);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
connect_socket (Fixture *self)
{
  self->socket = settle_object (confab_socket_connect (self->soup, self->address, "secret", on_event, self));
}

static void
wait_for_length (GPtrArray *array, guint length)
{
  while (array->len < length)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (array->len, ==, length);
}

static void
tell (Fixture *self, const char *text)
{
  soup_websocket_connection_send_text (self->peer, text);
}

/* What the server says first is not lost, however early it comes. */
static void
test_hello (Fixture *self, gconstpointer data)
{
  self->greeting = "{\"event\":\"hello\",\"data\":{}}";
  connect_socket (self);
  wait_for_length (self->events, 1);
  g_assert_cmpstr (self->events->pdata[0], ==, "hello");
  g_assert_cmpstr (self->authorization, ==, "Bearer secret");
}

static void
test_replies (Fixture *self, gconstpointer data)
{
  DexFuture *first = NULL;
  DexFuture *second = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = NULL;

  connect_socket (self);
  first = confab_socket_call (self->socket, "one", NULL);
  second = confab_socket_call (self->socket, "two", NULL);
  wait_for_length (self->received, 2);
  g_assert_cmpstr (self->received->pdata[0], ==, "{\"event\":\"one\",\"id\":1}");
  /* In another order, with things between that nobody asked for. */
  tell (self, "{\"reply\":99,\"data\":{}}");
  tell (self, "{\"reply\":2,\"error\":{\"code\":\"rate-limited\",\"message\":\"Slowly\",\"retryAfter\":2.5}}");
  tell (self, "{\"event\":\"news\",\"data\":{}}");
  tell (self, "{\"reply\":1,\"data\":{\"x\":7}}");
  tell (self, "{\"reply\":1,\"data\":{\"x\":8}}");
  node = settle_boxed (first);
  g_assert_cmpint (confab_json_get_int (json_node_get_object (node), "x"), ==, 7);
  error = settle_error (second);
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_RATE_LIMITED);
  g_assert_cmpfloat (confab_error_get_retry_after (error), ==, 2.5);
  g_assert_cmpuint (self->events->len, ==, 1);
}

static void
test_ping (Fixture *self, gconstpointer data)
{
  connect_socket (self);
  tell (self, "{\"event\":\"ping\"}");
  wait_for_length (self->received, 1);
  g_assert_cmpstr (self->received->pdata[0], ==, "{\"event\":\"pong\"}");
  g_assert_cmpuint (self->events->len, ==, 0);
}

static void
test_nonsense (Fixture *self, gconstpointer data)
{
  static const char * const frames[] = { "", "[]", "{", "null", "{\"event\":7}", "{\"reply\":\"x\"}",
                                         "{\"reply\":null}", "{}", "{\"event\":\"x\",\"event\":\"y\"}" };

  connect_socket (self);
  for (guint i = 0; i < 5; i++)
    g_test_expect_message ("confab-client", G_LOG_LEVEL_WARNING, "*no JSON object*");
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    tell (self, frames[i]);
  tell (self, "{\"event\":\"sense\"}");
  wait_for_length (self->events, 1);
  g_test_assert_expected_messages ();
  g_assert_false (confab_socket_is_closed (self->socket));
}

static int
settle_int (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  return g_value_get_int (dex_future_get_value (future, NULL));
}

/* The code comes through, and what waited for an answer is told. */
static void
test_close_codes (Fixture *self, gconstpointer data)
{
  /* libsoup 3.6 does not know 1012 and makes a protocol error of it, which must be no more than a lost connection. */
  static const struct
  {
    int sent;
    int seen;
  } codes[] = { { CONFAB_CLOSE_RESTART, SOUP_WEBSOCKET_CLOSE_PROTOCOL_ERROR },
                { CONFAB_CLOSE_SLOW, CONFAB_CLOSE_SLOW },
                { CONFAB_CLOSE_SIGN_IN, CONFAB_CLOSE_SIGN_IN },
                { CONFAB_CLOSE_STAY_AWAY, CONFAB_CLOSE_STAY_AWAY } };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      DexFuture *asked = NULL;
      g_autoptr(GError) error = NULL;
      g_autoptr(GError) late = NULL;

      connect_socket (self);
      asked = confab_socket_call (self->socket, "anything", NULL);
      soup_websocket_connection_close (self->peer, codes[i].sent, NULL);
      g_assert_cmpint (settle_int (confab_socket_closed (self->socket)), ==, codes[i].seen);
      error = settle_error (asked);
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
      late = settle_error (confab_socket_call (self->socket, "anything", NULL));
      g_assert_error (late, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
      g_clear_object (&self->socket);
      g_clear_object (&self->peer);
    }
}

static void
test_silence (Fixture *self, gconstpointer data)
{
  connect_socket (self);
  confab_socket_set_silence (self->socket, 1);
  g_assert_cmpint (settle_int (confab_socket_closed (self->socket)), ==, CONFAB_CLOSE_LOST);
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  static const struct
  {
    guint status;
    int code;
  } cases[] = { { 401, CONFAB_ERROR_UNAUTHENTICATED },
                { 403, CONFAB_ERROR_FORBIDDEN },
                { 404, CONFAB_ERROR_NOT_FOUND },
                { 429, CONFAB_ERROR_RATE_LIMITED },
                { 503, CONFAB_ERROR_UNAVAILABLE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;

      self->status = cases[i].status;
      error = settle_error (confab_socket_connect (self->soup, self->address, "secret", on_event, self));
      g_assert_error (error, CONFAB_ERROR, cases[i].code);
    }
}

/* A peer that never answers cannot make the client remember for ever. */
static void
test_too_many (Fixture *self, gconstpointer data)
{
  g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func (dex_unref);
  g_autoptr(GError) error = NULL;

  connect_socket (self);
  for (guint i = 0; i < 512; i++)
    g_ptr_array_add (calls, confab_socket_call (self->socket, "anything", NULL));
  error = settle_error (confab_socket_call (self->socket, "anything", NULL));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_RATE_LIMITED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/client/socket/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("hello", test_hello);
  ADD ("replies", test_replies);
  ADD ("ping", test_ping);
  ADD ("nonsense", test_nonsense);
  ADD ("close-codes", test_close_codes);
  ADD ("silence", test_silence);
  ADD ("refused", test_refused);
  ADD ("too-many", test_too_many);
  return g_test_run ();
}
