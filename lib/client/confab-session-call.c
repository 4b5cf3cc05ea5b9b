/* confab-session-call.c: requests of the protocol over whichever door is open
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-session-private.h"

#include <glib/gi18n-lib.h>

#include "client/confab-json-members.h"
#include "protocol/confab-error.h"
#include "protocol/confab-operation.h"

static const ConfabOperation *
find_operation (const char *name)
{
  for (ConfabOperationId id = 0; id < CONFAB_N_OPERATIONS; id++)
    {
      const ConfabOperation *operation = confab_operation_get (id);

      if (g_str_equal (operation->name, name))
        return operation;
    }
  return NULL;
}

static void
append_escaped (GString *path, JsonNode *value)
{
  g_autofree char *text = NULL;

  if (value == NULL || !JSON_NODE_HOLDS_VALUE (value))
    return;
  text =
    json_node_get_value_type (value) == G_TYPE_STRING ? json_node_dup_string (value) : json_to_string (value, FALSE);
  g_string_append_uri_escaped (path, text, NULL, TRUE);
}

/* Fills ":name" in the path from the members of data, and takes them out of rest. */
static void
append_path (GString *path, const char *pattern, JsonObject *rest)
{
  g_auto(GStrv) parts = g_strsplit (pattern + 1, "/", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_string_append_c (path, '/');
      if (parts[i][0] != ':')
        {
          g_string_append (path, parts[i]);
          continue;
        }
      append_escaped (path, json_object_get_member (rest, parts[i] + 1));
      json_object_remove_member (rest, parts[i] + 1);
    }
}

static void
append_query (GString *path, JsonObject *rest)
{
  g_autoptr(GList) names = json_object_get_members (rest);
  char separator = '?';

  for (GList *item = names; item != NULL; item = item->next)
    {
      g_string_append_c (path, separator);
      g_string_append_uri_escaped (path, item->data, NULL, TRUE);
      g_string_append_c (path, '=');
      append_escaped (path, json_object_get_member (rest, item->data));
      separator = '&';
    }
}

static JsonObject *
copy_members (JsonNode *data)
{
  JsonObject *copy = json_object_new ();
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *value = NULL;

  if (data == NULL)
    return copy;
  json_object_iter_init (&iter, json_node_get_object (data));
  while (json_object_iter_next (&iter, &name, &value))
    json_object_set_member (copy, name, json_node_copy (value));
  return copy;
}

typedef struct
{
  ConfabSession *session;
  const ConfabOperation *operation;
  char *path;
  JsonNode *body;   /* nullable */
} RestCall;

static void
rest_call_free (gpointer data)
{
  RestCall *call = data;

  g_object_unref (call->session);
  g_free (call->path);
  g_clear_pointer (&call->body, json_node_unref);
  g_free (call);
}

static DexFuture *
rest_call_fiber (gpointer data)
{
  RestCall *call = data;
  ConfabSession *self = call->session;
  g_autoptr(GError) error = NULL;
  const char *token = NULL;
  JsonNode *reply = NULL;

  for (guint tries = 0; tries < 2 && reply == NULL; tries++)
    {
      g_clear_error (&error);
      if (call->operation->auth != CONFAB_AUTH_NONE && (token = confab_session_ensure_token (self, &error)) == NULL)
        break;
      if (self->http == NULL)
        return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "%s", _("No server is known"));
      reply =
        dex_await_boxed (confab_http_call (self->http, call->operation->method, call->path, token, call->body), &error);
      /* The token was good by this clock and not by the server's, or the session was revoked: the refresh will tell. */
      if (reply != NULL || call->operation->auth == CONFAB_AUTH_NONE ||
          !g_error_matches (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED) || !confab_session_refresh (self, NULL))
        break;
    }
  if (reply == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_boxed (JSON_TYPE_NODE, reply);
}

static DexFuture *
call_rest (ConfabSession *self, const ConfabOperation *operation, JsonNode *data)
{
  g_autoptr(JsonObject) rest = copy_members (data);
  g_autoptr(GString) path = g_string_new (NULL);
  RestCall *call = NULL;

  append_path (path, operation->path, rest);
  call = g_new0 (RestCall, 1);
  call->session = g_object_ref (self);
  call->operation = operation;
  if (g_str_equal (operation->method, "GET") || g_str_equal (operation->method, "DELETE"))
    append_query (path, rest);
  else
    {
      call->body = json_node_new (JSON_NODE_OBJECT);
      json_node_set_object (call->body, rest);
    }
  call->path = g_strdup (path->str);
  return dex_scheduler_spawn (NULL, 0, rest_call_fiber, call, rest_call_free);
}

DexFuture *
confab_session_call_operation (ConfabSession *self, ConfabOperationId id, JsonNode *data)
{
  const ConfabOperation *operation = confab_operation_get (id);

  if (operation->event != NULL && self->socket != NULL && !confab_socket_is_closed (self->socket))
    return confab_socket_call (self->socket, operation->event, data);
  if (operation->path == NULL || self->http == NULL)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "%s",
                                  _ ("There is no connection to the server"));
  return call_rest (self, operation, data);
}

/**
 * confab_session_call:
 * @self: a session
 * @operation: name of an operation of the protocol, as "list-sessions"
 * @data: (nullable): its fields, an object
 *
 * For what has no function of its own. Over the connection when there is one, else over REST.
 *
 * Returns: (transfer full): a future of a #JsonNode, the object with the operation's results; `CONFAB_ERROR` when it
 * was refused
 *
 * Since: 0.1
 */
DexFuture *
confab_session_call (ConfabSession *self, const char *operation, JsonNode *data)
{
  const ConfabOperation *known = NULL;

  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  g_return_val_if_fail (operation != NULL, NULL);
  g_return_val_if_fail (data == NULL || JSON_NODE_HOLDS_OBJECT (data), NULL);
  known = find_operation (operation);
  if (known == NULL)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND, "There is no operation “%s”", operation);
  return confab_session_call_operation (self, known->id, data);
}
