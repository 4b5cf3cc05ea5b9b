/* confab-request.c: a request's fields, checked and in a C structure
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-protocol"

#include "config.h"

#include "protocol/confab-request.h"

#include <math.h>
#include <string.h>

#include "protocol/confab-error.h"
#include "protocol/confab-operation-private.h"
#include "protocol/confab-text.h"
#include "protocol/confab-timestamp.h"
#include "protocol/confab-ulid.h"

#define MAX_SAFE_INTEGER (G_GINT64_CONSTANT (1) << 53)  /* what JavaScript can tell apart */

/* A value as it came: a JSON node from a body or a frame, or a text from a path or a query. */
typedef struct
{
  JsonNode *node;
  const char *text;
} Given;

/* Every reader below stores into place and returns NULL, or returns what is wrong in words that can stand behind the
 * name. */
typedef char *(*FieldReader) (const ConfabField *field, const Given *given, gpointer place);

static const char *
given_string (const Given *given)
{
  if (given->text)
    return given->text;
  if (JSON_NODE_HOLDS_VALUE (given->node) && json_node_get_value_type (given->node) == G_TYPE_STRING)
    return json_node_get_string (given->node);
  return NULL;
}

static char *
check_length (const ConfabField *field, gsize n)
{
  if ((gint64) n < field->minimum)
    return n == 0 ? g_strdup ("must not be empty")
                  : g_strdup_printf ("must have at least %" G_GINT64_FORMAT " characters", field->minimum);
  if ((gint64) n > field->maximum)
    return g_strdup_printf ("must have at most %" G_GINT64_FORMAT " characters", field->maximum);
  return NULL;
}

static char *
read_string (const ConfabField *field, const Given *given, gpointer place)
{
  const char *text = given_string (given);
  g_autoptr(GError) error = NULL;
  g_autofree char *result = NULL;

  if (!text)
    return g_strdup ("must be a string");
  if (field->kind == CONFAB_FIELD_SECRET)
    result = g_strdup (text);
  else if (field->kind == CONFAB_FIELD_TEXT)
    result = confab_text_normalize (text, 0, &error);
  else
    result = confab_line_normalize (text, 0, &error);
  if (!result)
    return g_strdup (error->message);
  char *problem = check_length (field, g_utf8_strlen (result, -1));
  if (!problem)
    *(char **) place = g_steal_pointer (&result);
  return problem;
}

static char *
read_id (const ConfabField *field, const Given *given, gpointer place)
{
  const char *text = given_string (given);

  if (!confab_ulid_is_valid (text))
    return g_strdup ("must be an id of 26 characters");
  *(char **) place = g_strdup (text);
  return NULL;
}

static char *
check_count (const ConfabField *field, gsize n)
{
  if ((gint64) n < field->minimum)
    return g_strdup_printf ("must name at least %" G_GINT64_FORMAT, field->minimum);
  if ((gint64) n > field->maximum)
    return g_strdup_printf ("must name at most %" G_GINT64_FORMAT, field->maximum);
  return NULL;
}

static char *
check_ids (const ConfabField *field, char **ids, gpointer place)
{
  g_auto(GStrv) owned = ids;

  for (guint i = 0; ids[i]; i++)
    if (!confab_ulid_is_valid (ids[i]))
      return g_strdup ("must be ids of 26 characters");
  char *problem = check_count (field, g_strv_length (ids));
  if (!problem)
    *(char ***) place = g_steal_pointer (&owned);
  return problem;
}

static char *
read_ids (const ConfabField *field, const Given *given, gpointer place)
{
  if (given->text)
    return check_ids (field, g_strsplit (given->text, ",", -1), place);
  if (!JSON_NODE_HOLDS_ARRAY (given->node))
    return g_strdup ("must be a list of ids");

  JsonArray *array = json_node_get_array (given->node);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      Given element = { json_array_get_element (array, i), NULL };
      const char *id = given_string (&element);
      g_strv_builder_add (builder, id ? id : "");
    }
  return check_ids (field, g_strv_builder_end (builder), place);
}

static gboolean
node_to_int (JsonNode *node, gint64 *value)
{
  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  GType type = json_node_get_value_type (node);
  if (type == G_TYPE_INT64)
    {
      *value = json_node_get_int (node);
      return TRUE;
    }
  double real = type == G_TYPE_DOUBLE ? json_node_get_double (node) : NAN;
  if (real != floor (real) || fabs (real) > MAX_SAFE_INTEGER)
    return FALSE;
  *value = real;
  return TRUE;
}

static char *
read_int (const ConfabField *field, const Given *given, gpointer place)
{
  gint64 value;

  if (given->text ? !g_ascii_string_to_signed (given->text, 10, G_MININT64, G_MAXINT64, &value, NULL)
                  : !node_to_int (given->node, &value))
    return g_strdup ("must be a whole number");
  if (value < field->minimum)
    return g_strdup_printf ("must be at least %" G_GINT64_FORMAT, field->minimum);
  if (value > field->maximum)
    return g_strdup_printf ("must be at most %" G_GINT64_FORMAT, field->maximum);
  *(gint64 *) place = value;
  return NULL;
}

static char *
read_bool (const ConfabField *field, const Given *given, gpointer place)
{
  if (given->text && (g_str_equal (given->text, "true") || g_str_equal (given->text, "false")))
    *(gboolean *) place = given->text[0] == 't';
  else if (given->node && JSON_NODE_HOLDS_VALUE (given->node) &&
           json_node_get_value_type (given->node) == G_TYPE_BOOLEAN)
    *(gboolean *) place = json_node_get_boolean (given->node);
  else
    return g_strdup ("must be true or false");
  return NULL;
}

static char *
read_timestamp (const ConfabField *field, const Given *given, gpointer place)
{
  return confab_timestamp_parse (given_string (given), place)
           ? NULL
           : g_strdup ("must be a time like 2026-01-02T03:04:05.678Z");
}

static char *
read_enum (const ConfabField *field, const Given *given, gpointer place)
{
  const char *word = given_string (given);

  for (guint i = 0; word && field->words[i]; i++)
    if (g_str_equal (word, field->words[i]))
      {
        *(int *) place = i;
        return NULL;
      }
  g_autofree char *words = g_strjoinv (", ", (char **) field->words);
  return g_strdup_printf ("must be one of %s", words);
}

static char *
read_revs (const ConfabField *field, const Given *given, gpointer place)
{
  g_autoptr(GHashTable) revs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  JsonObjectIter iter;
  const char *room_id;
  JsonNode *node;

  if (!given->node || !JSON_NODE_HOLDS_OBJECT (given->node))
    return g_strdup ("must be an object of room ids and revs");
  json_object_iter_init (&iter, json_node_get_object (given->node));
  while (json_object_iter_next (&iter, &room_id, &node))
    {
      gint64 rev;
      if (!confab_ulid_is_valid (room_id) || !node_to_int (node, &rev) || rev < 0)
        return g_strdup ("must be an object of room ids and revs");
      g_hash_table_insert (revs, g_strdup (room_id), g_memdup2 (&rev, sizeof rev));
    }
  char *problem = check_count (field, g_hash_table_size (revs));
  if (!problem)
    *(GHashTable **) place = g_steal_pointer (&revs);
  return problem;
}

static const FieldReader readers[] = {
  [CONFAB_FIELD_ID] = read_id,
  [CONFAB_FIELD_IDS] = read_ids,
  [CONFAB_FIELD_STRING] = read_string,
  [CONFAB_FIELD_TEXT] = read_string,
  [CONFAB_FIELD_SECRET] = read_string,
  [CONFAB_FIELD_INT] = read_int,
  [CONFAB_FIELD_BOOL] = read_bool,
  [CONFAB_FIELD_TIMESTAMP] = read_timestamp,
  [CONFAB_FIELD_REVS] = read_revs,
  [CONFAB_FIELD_ENUM] = read_enum,
};

static gboolean
look_up_name (const char *name, JsonObject *object, GHashTable *strings, Given *given)
{
  if (!name)
    return FALSE;
  given->text = strings ? g_hash_table_lookup (strings, name) : NULL;
  given->node = object && !given->text ? json_object_get_member (object, name) : NULL;
  /* null says the same as nothing: many writers cannot leave a member out. */
  return given->text || (given->node && !JSON_NODE_HOLDS_NULL (given->node));
}

static void
set_default (const ConfabField *field, gpointer place)
{
  if (field->kind == CONFAB_FIELD_INT)
    *(gint64 *) place = field->default_value;
  else if (field->kind == CONFAB_FIELD_BOOL)
    *(gboolean *) place = field->default_value;
  else if (field->kind == CONFAB_FIELD_ENUM)
    *(int *) place = field->default_value;
}

static char *
read_field (ConfabField field,
            guint message_length,
            JsonObject *object,
            GHashTable *strings,
            gpointer place,
            gboolean *present)
{
  Given given;

  if (field.kind == CONFAB_FIELD_TEXT && message_length > 0)
    field.maximum = message_length;
  *present = look_up_name (field.name, object, strings, &given) || look_up_name (field.alias, object, strings, &given);
  if (*present)
    return readers[field.kind](&field, &given, place);
  set_default (&field, place);
  return field.required ? g_strdup ("is required") : NULL;
}

static void
set_errors (GError **error, GError *problems)
{
  if (confab_error_get_n_fields (problems) > 1)
    {
      g_autofree char *message = g_strdup_printf ("%u fields are wrong, the first: %s",
                                                  confab_error_get_n_fields (problems), problems->message);
      g_free (problems->message);
      problems->message = g_steal_pointer (&message);
    }
  g_propagate_error (error, problems);
}

/**
 * confab_request_read: (skip)
 * @operation: the verb
 * @object: (nullable): the body or the data of the frame
 * @strings: (nullable): values of the path and the query, which go before those of @object
 * @message_length: how long a field of type text may be; 0: as its row says
 * @error: %CONFAB_ERROR_BAD_REQUEST with every field that is wrong
 *
 * Members that the verb does not know are passed over, so that newer clients can talk to older servers.
 *
 * Returns: (transfer full) (nullable): the verb's request structure, to be freed with confab_request_free()
 *
 * Since: 0.1
 */
gpointer
confab_request_read (const ConfabOperation *operation,
                     JsonObject *object,
                     GHashTable *strings,
                     guint message_length,
                     GError **error)
{
  guint8 *request = g_malloc0 (operation->size);
  guint64 *present = (guint64 *) (gpointer) request;
  GError *problems = NULL;

  for (guint i = 0; i < operation->n_fields; i++)
    {
      const ConfabField *field = &operation->fields[i];
      gboolean given = FALSE;
      g_autofree char *problem = read_field (*field, message_length, object, strings, request + field->offset, &given);
      if (given)
        *present |= G_GUINT64_CONSTANT (1) << i;
      if (!problem)
        continue;
      if (!problems)
        problems = g_error_new (CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "%s %s", field->name, problem);
      confab_error_add_field (problems, field->name, problem);
    }
  if (!problems)
    return request;
  set_errors (error, problems);
  confab_request_free (operation, request);
  return NULL;
}

/* Passwords and tokens do not stay in memory that is handed out again. */
static void
free_secret (char *secret)
{
  if (secret)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

/**
 * confab_request_free: (skip)
 * @operation: the verb
 * @request: (nullable) (transfer full): its request structure
 *
 * Since: 0.1
 */
void
confab_request_free (const ConfabOperation *operation, gpointer request)
{
  for (guint i = 0; request && i < operation->n_fields; i++)
    {
      const ConfabField *field = &operation->fields[i];
      gpointer place = (guint8 *) request + field->offset;
      if (field->kind == CONFAB_FIELD_SECRET)
        free_secret (*(char **) place);
      else if (field->kind == CONFAB_FIELD_ID || field->kind == CONFAB_FIELD_STRING || field->kind == CONFAB_FIELD_TEXT)
        g_free (*(char **) place);
      else if (field->kind == CONFAB_FIELD_IDS)
        g_strfreev (*(char ***) place);
      else if (field->kind == CONFAB_FIELD_REVS)
        g_clear_pointer ((GHashTable **) place, g_hash_table_unref);
    }
  g_free (request);
}
