/* line-reader.c: how a line of an export is read, by the letter
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/transfer/line-reader.h"

#include <string.h>

#include "protocol/confab-error.h"
#include "protocol/confab-json.h"

/* An object with arrays of strings. */
#define DEPTH 2

#define ID_CHARACTERS G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS ".-_"

G_GNUC_PRINTF (3, 4)
static gboolean
fail (GError **error, const char *name, const char *format, ...)
{
  g_autofree char *problem = NULL;
  va_list arguments;

  va_start (arguments, format);
  problem = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "“%s” %s", name, problem);
  return FALSE;
}

JsonObject *
line_parse (const char *line, gsize length, GError **error)
{
  g_autoptr(JsonNode) node = confab_json_parse_bounded (line, length, LINE_LENGTH_MAX, DEPTH, error);

  if (node == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_node_dup_object (node);
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "Every line of an export is a JSON object");
  return NULL;
}

static const char *
get_string (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

const char *
line_get_text (JsonObject *line, const char *name)
{
  return get_string (json_object_get_member (line, name));
}

static gboolean
read_number (JsonNode *node, const char *name, gint64 most, gint64 *value, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return fail (error, name, "is no whole number");
  *value = json_node_get_int (node);
  return (*value >= 0 && *value <= most) || fail (error, name, "is not from 0 to %" G_GINT64_FORMAT, most);
}

gboolean
line_read_number (JsonObject *line, const char *name, gboolean optional, gint64 most, gint64 *value, GError **error)
{
  JsonNode *node = json_object_get_member (line, name);

  *value = 0;
  if (node == NULL)
    return optional || fail (error, name, "is missing");
  return read_number (node, name, most, value, error);
}

static gboolean
read_text (JsonNode *node, const LineField *field, char **value, GError **error)
{
  const char *text = get_string (node);

  if (text == NULL)
    return fail (error, field->name, "is no text");
  if (g_utf8_strlen (text, -1) > (glong) field->most)
    return fail (error, field->name, "has more than %" G_GSIZE_FORMAT " characters", field->most);
  *value = g_strdup (text);
  return TRUE;
}

static gboolean
is_id (const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  return length > 0 && length <= LINE_FIELD_ID_MAX && strspn (text, ID_CHARACTERS) == length;
}

static gboolean
read_id (JsonNode *node, const LineField *field, char **value, GError **error)
{
  const char *text = get_string (node);

  if (!is_id (text))
    return fail (error, field->name, "is no id");
  *value = g_strdup (text);
  return TRUE;
}

static gboolean
read_ids (JsonNode *node, const LineField *field, char ***value, GError **error)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint length = array != NULL ? json_array_get_length (array) : 0;

  if (length == 0 || length > field->most)
    return fail (error, field->name, "is no list of 1 to %" G_GSIZE_FORMAT " ids", field->most);
  for (guint i = 0; i < length; i++)
    {
      const char *id = get_string (json_array_get_element (array, i));

      if (!is_id (id))
        return fail (error, field->name, "holds something that is no id");
      g_strv_builder_add (builder, id);
    }
  *value = g_strv_builder_end (builder);
  return TRUE;
}

/* g_base64_decode() passes over what it does not know. */
static gboolean
read_bytes (JsonNode *node, const LineField *field, GBytes **value, GError **error)
{
  const char *text = get_string (node);
  g_autofree guint8 *data = NULL;
  g_autofree char *again = NULL;
  gsize size = 0;

  if (text == NULL)
    return fail (error, field->name, "is no text");
  data = g_base64_decode (text, &size);
  again = g_base64_encode (data, size);
  if (strcmp (again, text) != 0 || size > field->most)
    return fail (error, field->name, "is not the base64 of up to %" G_GSIZE_FORMAT " bytes", field->most);
  *value = g_bytes_new_take (g_steal_pointer (&data), size);
  return TRUE;
}

static gboolean
read_truth (JsonNode *node, const LineField *field, gboolean *value, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return fail (error, field->name, "is neither true nor false");
  *value = json_node_get_boolean (node);
  return TRUE;
}

static gboolean
read_word (JsonNode *node, const LineField *field, int *value, GError **error)
{
  const char *word = get_string (node);

  return (word != NULL && field->words->from_string (word, value))
         || fail (error, field->name, "is none of the words that there are");
}

static gboolean
read_field (JsonNode *node, const LineField *field, gpointer place, GError **error)
{
  switch (field->type)
    {
    case LINE_FIELD_ID:
      return read_id (node, field, place, error);
    case LINE_FIELD_IDS:
      return read_ids (node, field, place, error);
    case LINE_FIELD_TEXT:
      return read_text (node, field, place, error);
    case LINE_FIELD_BYTES:
      return read_bytes (node, field, place, error);
    case LINE_FIELD_NUMBER:
      return read_number (node, field->name, LINE_FIELD_NUMBER_MAX, place, error);
    case LINE_FIELD_TRUTH:
      return read_truth (node, field, place, error);
    case LINE_FIELD_WORD:
      return read_word (node, field, place, error);
    default:
      g_assert_not_reached ();
    }
}

static gboolean
is_known (const LineField *fields, const char *const *others, const char *name)
{
  for (const LineField *field = fields; field->name != NULL; field++)
    if (strcmp (field->name, name) == 0)
      return TRUE;
  return g_strv_contains (others, name);
}

static gboolean
check_all_known (JsonObject *line, const LineField *fields, const char *const *others, GError **error)
{
  JsonObjectIter iter;
  const char *name = NULL;

  json_object_iter_init (&iter, line);
  while (json_object_iter_next (&iter, &name, NULL))
    if (!is_known (fields, others, name))
      return fail (error, name, "does not belong here");
  return TRUE;
}

gboolean
line_read_fields (JsonObject *line, const LineField *fields, const char *const *others, gpointer record,
                  StoreEntry *entry, GError **error)
{
  guint found = 0;

  for (guint i = 0; others[i] != NULL; i++)
    found += json_object_has_member (line, others[i]);
  for (const LineField *field = fields; field->name != NULL; field++)
    {
      JsonNode *node = json_object_get_member (line, field->name);

      if (node == NULL && field->optional)
        continue;
      if (node == NULL)
        return fail (error, field->name, "is missing");
      if (!read_field (node, field, line_field_locate (field, record, entry), error))
        return FALSE;
      found++;
    }
  /* Looked for only when there must be one. */
  return found == json_object_get_size (line) || check_all_known (line, fields, others, error);
}
