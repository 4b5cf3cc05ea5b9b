/* rest.c: operations by method and path
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/rest.h"

#include <string.h>

#include "net/http-answer.h"
#include "net/http-call.h"
#include "net/http-socket.h"
#include "protocol/confab-json.h"
#include "protocol/confab-request.h"

static const char * const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

/* ---- Who asks --------------------------------------------------------------------------------------------- */

char *
rest_get_client (Reactor *reactor, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  HttpSocket *socket = http_socket_from_message (message);

  if (socket == NULL)
    return g_strdup ("unknown");
  return proxies_get_client (reactor->server->proxies, http_socket_get_peer (socket),
                             soup_message_headers_get_list (headers, "X-Forwarded-For"));
}

const char *
rest_get_token (SoupServerMessage *message)
{
  const char *header = soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                                     "Authorization");

  if (header == NULL || g_ascii_strncasecmp (header, "Bearer ", strlen ("Bearer ")) != 0)
    return NULL;
  header += strlen ("Bearer ");
  return header + strspn (header, " ");
}

static Caller *
identify (Reactor *reactor, SoupServerMessage *message, const ConfabOperation *operation, GError **error)
{
  g_autofree char *address = rest_get_client (reactor, message);
  const char *token = rest_get_token (message);
  Caller *nobody;

  if (operation->auth != CONFAB_AUTH_NONE && token != NULL)
    return api_verify_token (reactor->server->api, token, address, NULL, error);

  nobody = g_new0 (Caller, 1);
  nobody->address = g_steal_pointer (&address);
  return nobody;
}

/* ---- What is asked ---------------------------------------------------------------------------------------- */

static gboolean
check_type (SoupServerMessage *message)
{
  const char *type = soup_message_headers_get_content_type (soup_server_message_get_request_headers (message), NULL);
  g_autoptr(GError) error = NULL;

  if (type != NULL && g_ascii_strcasecmp (type, "application/json") == 0)
    return TRUE;
  error = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "The body has to be application/json");
  http_answer_error (message, error, NULL);
  soup_server_message_set_status (message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE, NULL);
  return FALSE;
}

/* FALSE when it was answered; node stays NULL when there is no body. */
static gboolean
read_body (SoupServerMessage *message, JsonNode **node)
{
  g_autoptr(GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autoptr(GError) error = NULL;
  gsize length = 0;
  const char *text = body != NULL ? g_bytes_get_data (body, &length) : NULL;

  if (length == 0)
    return TRUE;
  if (!check_type (message))
    return FALSE;
  *node = confab_json_parse (text, length, &error);
  if (*node != NULL && !JSON_NODE_HOLDS_OBJECT (*node))
    error = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "The body has to be a JSON object");
  if (error == NULL)
    return TRUE;
  http_answer_error (message, error, NULL);
  return FALSE;
}

/* Values of the path win over those of the query. Where there is a body, the query says nothing: addresses end up in
 * logs and histories, and a password in one must not work. */
static GHashTable *
merge (const ConfabOperation *operation, GHashTable *path_values, GHashTable *query)
{
  GHashTable *all = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean has_body = !g_str_equal (operation->method, "GET") && !g_str_equal (operation->method, "DELETE");
  GHashTable *sources[] = { has_body ? NULL : query, path_values };

  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      GHashTableIter iter;
      gpointer name, value;

      if (sources[i] == NULL)
        continue;
      g_hash_table_iter_init (&iter, sources[i]);
      while (g_hash_table_iter_next (&iter, &name, &value))
        g_hash_table_replace (all, name, value);
    }
  return all;
}

/* NULL when it was answered. */
static gpointer
read_fields (Reactor *reactor, SoupServerMessage *message, const ConfabOperation *operation, GHashTable *path_values,
             GHashTable *query)
{
  g_autoptr(GHashTable) strings = merge (operation, path_values, query);
  g_autoptr(JsonNode) body = NULL;
  g_autoptr(GError) error = NULL;
  gpointer fields;

  if (!read_body (message, &body))
    return NULL;
  fields = confab_request_read (operation, body != NULL ? json_node_get_object (body) : NULL, strings,
                                reactor->server->options.message_length, &error);
  if (fields == NULL)
    http_answer_error (message, error, NULL);
  return fields;
}

/* ---- The answer ------------------------------------------------------------------------------------------- */

static void
tell_rate (const Request *request, HttpResult *result)
{
  const ConfabBucket *bucket = request->operation->bucket;

  if (!request->rate_limited || bucket == NULL)
    return;
  result->rate_limited = TRUE;
  result->rate_limit = bucket->burst;
  result->rate_remaining = request->rate_remaining;
  /* Until there is one again, or until all of them are back. */
  result->rate_reset = request->retry_after > 0 ? request->retry_after
                                                : (bucket->burst - request->rate_remaining) / bucket->rate;
}

static void
on_done (Request *request, GBytes *reply, const GError *error)
{
  HttpResult *result = g_new0 (HttpResult, 1);

  result->status = request->operation->status;
  result->type = "application/json";
  result->body = reply != NULL ? g_bytes_ref (reply) : NULL;
  result->error = error != NULL ? g_error_copy (error) : NULL;
  g_strlcpy (result->request_id, request->id, sizeof result->request_id);
  tell_rate (request, result);
  http_call_finish (request->door, result);
}

/* ---- Serving ---------------------------------------------------------------------------------------------- */

/* Takes fields. */
static void
dispatch (Reactor *reactor, SoupServerMessage *message, const ConfabOperation *operation, const Caller *caller,
          gpointer fields)
{
  HttpCall *call = http_call_begin (reactor, message);

  if (call == NULL)
    confab_request_free (operation, fields);
  else
    api_dispatch (reactor->server->api, request_new (operation, caller, fields, on_done, call));
}

static void
serve_operation (Reactor *reactor, SoupServerMessage *message, const ConfabOperation *operation,
                 GHashTable *path_values, GHashTable *query)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) caller = identify (reactor, message, operation, &error);
  gpointer fields;

  if (caller == NULL)
    {
      http_answer_error (message, error, NULL);
      return;
    }
  fields = read_fields (reactor, message, operation, path_values, query);
  if (fields != NULL)
    dispatch (reactor, message, operation, caller, fields);
}

static char *
list_methods (const char *path)
{
  GString *list = g_string_new ("OPTIONS");

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      if (confab_operation_find_path (methods[i], path, NULL, NULL) == NULL)
        continue;
      g_string_append_printf (list, ", %s", methods[i]);
      if (g_str_equal (methods[i], "GET"))
        g_string_append (list, ", HEAD");
    }
  return g_string_free_and_steal (list);
}

static void
serve_options (Reactor *reactor, SoupServerMessage *message, const char *path)
{
  g_autofree char *allowed = list_methods (path);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  http_answer (message, SOUP_STATUS_NO_CONTENT, NULL, NULL, NULL);
  soup_message_headers_replace (headers, "Allow", allowed);
  if (soup_message_headers_get_one (headers, "Access-Control-Allow-Origin") == NULL)
    return;
  soup_message_headers_replace (headers, "Access-Control-Allow-Methods", allowed);
  soup_message_headers_replace (headers, "Access-Control-Allow-Headers", "Authorization, Content-Type");
  soup_message_headers_replace (headers, "Access-Control-Max-Age", "600");
}

static void
refuse_method (SoupServerMessage *message, const char *path)
{
  g_autofree char *allowed = list_methods (path);
  g_autofree char *text = g_strdup_printf ("Only %s here", allowed);

  http_answer_problem (message, CONFAB_ERROR_BAD_REQUEST, text);
  soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow", allowed);
}

void
rest_serve (Reactor *reactor, SoupServerMessage *message, const char *path, GHashTable *query)
{
  const char *method = soup_server_message_get_method (message);
  g_autoptr(GHashTable) path_values = NULL;
  const ConfabOperation *operation;
  gboolean known = FALSE;

  if (method == SOUP_METHOD_HEAD)
    method = SOUP_METHOD_GET;
  operation = confab_operation_find_path (method, path, &path_values, &known);
  if (operation != NULL)
    serve_operation (reactor, message, operation, path_values, query);
  else if (known && method == SOUP_METHOD_OPTIONS)
    serve_options (reactor, message, path);
  else if (known)
    refuse_method (message, path);
  else
    http_answer_problem (message, CONFAB_ERROR_NOT_FOUND, "There is no such path");
}
