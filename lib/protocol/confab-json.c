/* confab-json.c: a JSON reader for text that strangers wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-protocol"

#include "config.h"

#include "protocol/confab-json.h"

#include <math.h>
#include <string.h>

#include "protocol/confab-error.h"

/* Why not JsonParser: it lets duplicate members, comments (unless strict) and any depth through, so a scan with a
 * grammar of its own would have to stand before it anyway; once the grammar is there, making the nodes is the
 * smaller half. */

typedef struct
{
  const char *text;
  const char *at;
  const char *end;
  guint depth;
  guint max_depth;
  guint n_members;
  GString *scratch;
  GError **error;
} Reader;

static JsonNode *read_value (Reader *self);

G_GNUC_PRINTF (2, 3)
static gpointer
fail (Reader *self, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *problem = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_set_error (self->error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "Not valid JSON: %s at byte %" G_GSIZE_FORMAT,
               problem, (gsize) (self->at - self->text));
  return NULL;
}

static void
skip_space (Reader *self)
{
  while (self->at < self->end && (*self->at == ' ' || *self->at == '\n' || *self->at == '\t' || *self->at == '\r'))
    self->at++;
}

static gboolean
take (Reader *self, char c)
{
  skip_space (self);
  if (self->at == self->end || *self->at != c)
    return FALSE;
  self->at++;
  return TRUE;
}

static gboolean
read_hex4 (Reader *self, gunichar *value)
{
  if (self->end - self->at < 4)
    return FALSE;
  *value = 0;
  for (guint i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (self->at[i]))
        return FALSE;
      *value = *value * 16 + g_ascii_xdigit_value (self->at[i]);
    }
  self->at += 4;
  return TRUE;
}

/* Behind \u. Halves of a pair must come together, and U+0000 would end strings early. */
static gboolean
read_unicode_escape (Reader *self)
{
  gunichar c, low;

  if (!read_hex4 (self, &c) || c == 0)
    return FALSE;
  if (c >= 0xd800 && c <= 0xdfff)
    {
      if (c >= 0xdc00 || self->end - self->at < 6 || self->at[0] != '\\' || self->at[1] != 'u')
        return FALSE;
      self->at += 2;
      if (!read_hex4 (self, &low) || low < 0xdc00 || low > 0xdfff)
        return FALSE;
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
  g_string_append_unichar (self->scratch, c);
  return TRUE;
}

static gboolean
read_escape (Reader *self)
{
  static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  char c = self->at < self->end ? *self->at++ : '\0';

  if (c == 'u')
    return read_unicode_escape (self);
  const char *name = c ? strchr (names, c) : NULL;
  if (!name)
    return FALSE;
  g_string_append_c (self->scratch, values[name - names]);
  return TRUE;
}

/* Behind the opening quote; the string is in scratch then. */
static gboolean
read_string (Reader *self)
{
  g_string_truncate (self->scratch, 0);
  for (;;)
    {
      const char *from = self->at;
      while (self->at < self->end && *self->at != '"' && *self->at != '\\' && (guchar) *self->at >= 0x20)
        self->at++;
      g_string_append_len (self->scratch, from, self->at - from);
      if (self->at == self->end)
        return fail (self, "a string does not end") != NULL;
      char c = *self->at++;
      if (c == '"')
        return TRUE;
      if (c != '\\')
        return fail (self, "a control character in a string") != NULL;
      if (!read_escape (self))
        return fail (self, "a wrong escape in a string") != NULL;
    }
}

static gboolean
read_digits (Reader *self)
{
  const char *from = self->at;

  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return self->at > from;
}

static JsonNode *
read_number (Reader *self)
{
  const char *from = self->at;
  gboolean whole = TRUE;

  if (*self->at == '-')
    self->at++;
  const char *digits = self->at;
  if (!read_digits (self) || (*digits == '0' && self->at - digits > 1))
    return fail (self, "a wrong number");
  if (self->at < self->end && *self->at == '.')
    {
      whole = FALSE;
      self->at++;
      if (!read_digits (self))
        return fail (self, "a wrong number");
    }
  if (self->at < self->end && (*self->at == 'e' || *self->at == 'E'))
    {
      whole = FALSE;
      self->at++;
      if (self->at < self->end && (*self->at == '+' || *self->at == '-'))
        self->at++;
      if (!read_digits (self))
        return fail (self, "a wrong number");
    }

  g_string_truncate (self->scratch, 0);
  g_string_append_len (self->scratch, from, self->at - from);
  gint64 number;
  if (whole && g_ascii_string_to_signed (self->scratch->str, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return json_node_init_int (json_node_alloc (), number);
  double real = g_ascii_strtod (self->scratch->str, NULL);
  if (!isfinite (real))
    return fail (self, "a number out of range");
  return json_node_init_double (json_node_alloc (), real);
}

static JsonNode *
read_word (Reader *self)
{
  static const char * const words[] = { "null", "false", "true" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize length = strlen (words[i]);
      if ((gsize) (self->end - self->at) < length || memcmp (self->at, words[i], length) != 0)
        continue;
      self->at += length;
      if (i == 0)
        return json_node_init_null (json_node_alloc ());
      return json_node_init_boolean (json_node_alloc (), i == 2);
    }
  return fail (self, "an unexpected character");
}

static gboolean
read_member (Reader *self, JsonObject *object)
{
  if (!take (self, '"'))
    return fail (self, "a member's name is missing") != NULL;
  if (!read_string (self))
    return FALSE;
  /* Also keeps names that all fall into one place of the hash table from costing more than a blink. */
  if (++self->n_members > CONFAB_JSON_MAX_MEMBERS)
    return fail (self, "too many members") != NULL;
  if (json_object_has_member (object, self->scratch->str))
    return fail (self, "a member is there twice") != NULL;
  g_autofree char *name = g_strndup (self->scratch->str, self->scratch->len);
  if (!take (self, ':'))
    return fail (self, "a colon is missing") != NULL;
  JsonNode *value = read_value (self);
  if (!value)
    return FALSE;
  json_object_set_member (object, name, value);
  return TRUE;
}

static JsonNode *
read_object (Reader *self)
{
  g_autoptr(JsonObject) object = json_object_new ();

  if (!take (self, '}'))
    {
      do
        if (!read_member (self, object))
          return NULL;
      while (take (self, ','));
      if (!take (self, '}'))
        return fail (self, "an object does not end");
    }
  JsonNode *node = json_node_alloc ();
  json_node_init_object (node, object);
  return node;
}

static JsonNode *
read_array (Reader *self)
{
  g_autoptr(JsonArray) array = json_array_new ();

  if (!take (self, ']'))
    {
      do
        {
          JsonNode *value = read_value (self);
          if (!value)
            return NULL;
          json_array_add_element (array, value);
        }
      while (take (self, ','));
      if (!take (self, ']'))
        return fail (self, "an array does not end");
    }
  JsonNode *node = json_node_alloc ();
  json_node_init_array (node, array);
  return node;
}

static JsonNode *
read_value (Reader *self)
{
  skip_space (self);
  if (self->at == self->end)
    return fail (self, "a value is missing");

  char c = *self->at;
  if (c == '"')
    {
      self->at++;
      return read_string (self) ? json_node_init_string (json_node_alloc (), self->scratch->str) : NULL;
    }
  if (c == '-' || g_ascii_isdigit (c))
    return read_number (self);
  if (c != '{' && c != '[')
    return read_word (self);
  if (self->depth == self->max_depth)
    return fail (self, "nested too deeply");

  self->at++;
  self->depth++;
  JsonNode *node = c == '{' ? read_object (self) : read_array (self);
  self->depth--;
  return node;
}

/**
 * confab_json_parse_bounded:
 * @text: what may be JSON; need not end with a NUL
 * @length: bytes of @text
 * @max_length: bytes that are too many
 * @max_depth: how many objects and arrays may lie in each other
 * @error: %CONFAB_ERROR_TOO_LARGE when longer than @max_length, else %CONFAB_ERROR_BAD_REQUEST
 *
 * Reads strict JSON (RFC 8259) of valid UTF-8. Refused beyond that: members that are there twice (readers differ in
 * which one counts, and what two programs understand differently is a way in), U+0000, halves of surrogate pairs,
 * numbers that are no finite double, more than %CONFAB_JSON_MAX_MEMBERS members. Whole numbers that fit are
 * `gint64`, others `double`.
 *
 * Returns: (transfer full) (nullable): the value
 *
 * Since: 0.1
 */
JsonNode *
confab_json_parse_bounded (const char *text, gsize length, gsize max_length, guint max_depth, GError **error)
{
  if (length > max_length)
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_TOO_LARGE, "JSON of more than %" G_GSIZE_FORMAT " bytes",
                   max_length);
      return NULL;
    }
  if (!g_utf8_validate_len (text, length, NULL))
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "Not valid JSON: not UTF-8");
      return NULL;
    }

  g_autoptr(GString) scratch = g_string_sized_new (256);
  Reader reader = { text, text, text + length, 0, max_depth, 0, scratch, error };
  g_autoptr(JsonNode) node = read_value (&reader);
  if (!node)
    return NULL;
  skip_space (&reader);
  if (reader.at < reader.end)
    return fail (&reader, "something stands behind the value");
  return g_steal_pointer (&node);
}

/**
 * confab_json_parse:
 * @text: what may be JSON
 * @length: bytes of @text
 * @error: as of confab_json_parse_bounded()
 *
 * Reads with the bounds that the server keeps for its clients: %CONFAB_JSON_MAX_LENGTH bytes, %CONFAB_JSON_MAX_DEPTH
 * deep.
 *
 * Returns: (transfer full) (nullable): the value
 *
 * Since: 0.1
 */
JsonNode *
confab_json_parse (const char *text, gsize length, GError **error)
{
  return confab_json_parse_bounded (text, length, CONFAB_JSON_MAX_LENGTH, CONFAB_JSON_MAX_DEPTH, error);
}
