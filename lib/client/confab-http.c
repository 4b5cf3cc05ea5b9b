/* confab-http.c: requests to the REST door of a server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-http.h"

#include "client/confab-json-members.h"
#include "protocol/confab-error.h"
#include "protocol/confab-json.h"

#define MAX_REPLY (16 * 1024 * 1024)
#define TIMEOUT_SECONDS 30

struct _ConfabHttp
{
  GObject parent_instance;

  char *server;
  SoupSession *soup;
};

G_DEFINE_FINAL_TYPE (ConfabHttp, confab_http, G_TYPE_OBJECT)

static void
confab_http_finalize (GObject *object)
{
  ConfabHttp *self = CONFAB_HTTP (object);

  soup_session_abort (self->soup);
  g_clear_object (&self->soup);
  g_free (self->server);
  G_OBJECT_CLASS (confab_http_parent_class)->finalize (object);
}

static void
confab_http_class_init (ConfabHttpClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = confab_http_finalize;
}

static void
confab_http_init (ConfabHttp *self)
{
  self->soup = soup_session_new_with_options ("user-agent", "Confab/" PACKAGE_VERSION, "timeout", TIMEOUT_SECONDS,
                                              "idle-timeout", 60, NULL);
}

ConfabHttp *
confab_http_new (const char *server)
{
  ConfabHttp *self = g_object_new (CONFAB_TYPE_HTTP, NULL);

  self->server = g_strdup (server);
  return self;
}

SoupSession *
confab_http_get_soup (ConfabHttp *self)
{
  return self->soup;
}

void
confab_http_abort (ConfabHttp *self)
{
  soup_session_abort (self->soup);
}

GError *
confab_http_error_for_status (guint status)
{
  if (status == 401)
    return g_error_new (CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED, "The sign-in is no longer good");
  if (status == 403)
    return g_error_new (CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN, "The server does not allow this");
  if (status == 429)
    return g_error_new (CONFAB_ERROR, CONFAB_ERROR_RATE_LIMITED, "The server asks for a little patience");
  if (status >= 500)
    return g_error_new (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The server is not available (HTTP %u)", status);
  return g_error_new (CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND, "This is not a Confab server (HTTP %u)", status);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(DexPromise) promise = data;
  g_autoptr(GError) error = NULL;
  GInputStream *stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (stream != NULL)
    dex_promise_resolve_object (promise, stream);
  else
    dex_promise_reject (promise, g_steal_pointer (&error));
}

static DexFuture *
send_message (SoupSession *soup, SoupMessage *message)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  soup_session_send_async (soup, message, G_PRIORITY_DEFAULT, dex_promise_get_cancellable (promise), on_sent,
                           dex_ref (promise));
  return DEX_FUTURE (promise);
}

/* On a fiber. */
static GByteArray *
read_bounded (GInputStream *stream, GError **error)
{
  g_autoptr(GByteArray) body = g_byte_array_new ();

  while (TRUE)
    {
      g_autoptr(GBytes) bytes =
        dex_await_boxed (dex_input_stream_read_bytes (stream, 64 * 1024, G_PRIORITY_DEFAULT), error);

      if (bytes == NULL)
        return NULL;
      if (g_bytes_get_size (bytes) == 0)
        return g_steal_pointer (&body);
      if (body->len + g_bytes_get_size (bytes) > MAX_REPLY)
        {
          g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_TOO_LARGE, "The server's reply is too large");
          return NULL;
        }
      g_byte_array_append (body, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }
}

static JsonNode *
understand_reply (guint status, GByteArray *body, GError **error)
{
  g_autoptr(JsonNode) node =
    confab_json_parse_bounded ((const char *) body->data, body->len, MAX_REPLY, CONFAB_JSON_MAX_DEPTH, NULL);
  gboolean readable = node != NULL && JSON_NODE_HOLDS_OBJECT (node);
  JsonObject *failure = readable ? confab_json_get_object (json_node_get_object (node), "error") : NULL;

  if (status >= 200 && status < 300 && readable)
    return g_steal_pointer (&node);
  if (failure != NULL)
    g_propagate_error (error, confab_error_read (failure));
  else
    g_propagate_error (error, confab_http_error_for_status (status));
  return NULL;
}

typedef struct
{
  SoupSession *soup;
  SoupMessage *message;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_object_unref (call->soup);
  g_object_unref (call->message);
  g_free (call);
}

static DexFuture *
call_fiber (gpointer data)
{
  Call *call = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GInputStream) stream = NULL;
  g_autoptr(GByteArray) body = NULL;
  JsonNode *node = NULL;

  stream = dex_await_object (send_message (call->soup, call->message), &error);
  if (stream == NULL || (body = read_bounded (stream, &error)) == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  node = understand_reply (soup_message_get_status (call->message), body, &error);
  if (node == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_boxed (JSON_TYPE_NODE, node);
}

DexFuture *
confab_http_call (ConfabHttp *self, const char *method, const char *path, const char *token, JsonNode *body)
{
  g_autofree char *address = g_strconcat (self->server, path, NULL);
  g_autoptr(SoupMessage) message = soup_message_new (method, address);
  Call *call = NULL;

  if (message == NULL)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "“%s” is not an address", self->server);
  /* A redirection would carry the token to wherever it points. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  if (token != NULL)
    {
      g_autofree char *authorization = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", authorization);
    }
  if (body != NULL)
    {
      char *text = json_to_string (body, FALSE);
      g_autoptr(GBytes) bytes = g_bytes_new_take (text, strlen (text));

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }
  call = g_new0 (Call, 1);
  call->soup = g_object_ref (self->soup);
  call->message = g_object_ref (message);
  return dex_scheduler_spawn (NULL, 0, call_fiber, call, call_free);
}
