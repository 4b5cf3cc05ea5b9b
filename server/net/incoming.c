/* incoming.c: what a client's frame says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/incoming.h"

#include "protocol/confab-error.h"
#include "protocol/confab-json-writer.h"
#include "protocol/confab-json.h"

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, message);
  return FALSE;
}

static char *
quote (const char *text)
{
  ConfabJsonWriter writer;

  confab_json_writer_init (&writer, g_string_new (NULL));
  confab_json_writer_string (&writer, text);
  return g_string_free_and_steal (confab_json_writer_steal (&writer));
}

static gboolean
read_id (Incoming *self, JsonNode *node, GError **error)
{
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (type == G_TYPE_INT64)
    {
      self->id = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
      return TRUE;
    }
  if (type == G_TYPE_STRING && g_utf8_strlen (json_node_get_string (node), -1) <= INCOMING_MAX_ID)
    {
      self->id = quote (json_node_get_string (node));
      return TRUE;
    }
  return fail (error, "\"id\" has to be an integer or a string of at most 64 characters");
}

static gboolean
read_event (Incoming *self, JsonNode *node, GError **error)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return fail (error, "A frame has to name its \"event\"");
  self->event = json_node_get_string (node);
  return TRUE;
}

static gboolean
read_data (Incoming *self, JsonNode *node, GError **error)
{
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (error, "\"data\" has to be an object");
  self->data = json_node_get_object (node);
  return TRUE;
}

gboolean
incoming_parse (Incoming *self, const char *text, gsize length, GError **error)
{
  JsonObject *object;

  *self = (Incoming) { NULL };
  self->root = confab_json_parse (text, length, error);
  if (self->root == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (self->root))
    return fail (error, "A frame has to be a JSON object");

  object = json_node_get_object (self->root);
  return read_id (self, json_object_get_member (object, "id"), error) &&
         read_event (self, json_object_get_member (object, "event"), error) &&
         read_data (self, json_object_get_member (object, "data"), error);
}

void
incoming_clear (Incoming *self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->root, json_node_unref);
}
