/* confab-json-writer.c: compact JSON, written straight into a string
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-protocol"

#include "config.h"

#include "protocol/confab-json-writer.h"

#include <math.h>
#include <string.h>

#include "protocol/confab-timestamp.h"

/* The server answers thousands of requests a second, each with a dozen members: a tree of nodes that is serialised
 * afterwards costs several times what appending does. The two bit sets are what is left of the tree. */

static guint32
bit (const ConfabJsonWriter *self)
{
  return G_GUINT64_CONSTANT (1) << (self->depth - 1);
}

static gboolean
is_in_object (const ConfabJsonWriter *self)
{
  return self->depth > 0 && (self->objects & bit (self)) != 0;
}

/* Before every value: the comma of an array; in an object a name must have come. */
static void
begin_value (ConfabJsonWriter *self)
{
  if (self->after_name)
    {
      self->after_name = FALSE;
      return;
    }
  g_assert (!is_in_object (self));
  if (self->depth == 0)
    return;
  if (self->filled & bit (self))
    g_string_append_c (self->text, ',');
  self->filled |= bit (self);
}

static void
begin_container (ConfabJsonWriter *self, gboolean object)
{
  g_assert (self->depth < CONFAB_JSON_WRITER_MAX_DEPTH);
  begin_value (self);
  g_string_append_c (self->text, object ? '{' : '[');
  self->depth++;
  self->filled &= ~bit (self);
  if (object)
    self->objects |= bit (self);
  else
    self->objects &= ~bit (self);
}

static void
end_container (ConfabJsonWriter *self, gboolean object)
{
  g_assert (self->depth > 0 && !self->after_name && is_in_object (self) == object);
  self->depth--;
  g_string_append_c (self->text, object ? '}' : ']');
}

static void
append_escaped (GString *text, guchar c)
{
  static const char short_names[] = "btn\0fr";

  if (c >= '\b' && c <= '\r' && c != '\v')
    {
      g_string_append_c (text, '\\');
      g_string_append_c (text, short_names[c - '\b']);
    }
  else if (c == '"' || c == '\\')
    {
      g_string_append_c (text, '\\');
      g_string_append_c (text, c);
    }
  else
    {
      g_string_append_printf (text, "\\u%04x", c);
    }
}

static void
append_quoted (GString *text, const char *value)
{
  g_string_append_c (text, '"');
  for (const char *from = value;;)
    {
      const char *to = from;
      while ((guchar) *to >= 0x20 && *to != '"' && *to != '\\' && *to != 0x7f)
        to++;
      g_string_append_len (text, from, to - from);
      if (*to == '\0')
        break;
      append_escaped (text, *to);
      from = to + 1;
    }
  g_string_append_c (text, '"');
}

/**
 * confab_json_writer_init: (skip)
 * @self: a writer, its memory uninitialised
 * @text: (transfer full): what to append to
 *
 * Begins to write one JSON value behind what is in @text already.
 *
 * Since: 0.1
 */
void
confab_json_writer_init (ConfabJsonWriter *self, GString *text)
{
  *self = (ConfabJsonWriter) { .text = text };
}

/**
 * confab_json_writer_steal: (skip)
 * @self: a writer whose value is complete
 *
 * Returns: (transfer full): the text
 *
 * Since: 0.1
 */
GString *
confab_json_writer_steal (ConfabJsonWriter *self)
{
  g_assert (self->depth == 0 && !self->after_name);

  return g_steal_pointer (&self->text);
}

/**
 * confab_json_writer_clear: (skip)
 * @self: a writer
 *
 * Drops the text, unless it was stolen.
 *
 * Since: 0.1
 */
void
confab_json_writer_clear (ConfabJsonWriter *self)
{
  if (self->text)
    g_string_free (g_steal_pointer (&self->text), TRUE);
}

/**
 * confab_json_writer_begin_object: (skip)
 * @self: a writer
 *
 * Since: 0.1
 */
void
confab_json_writer_begin_object (ConfabJsonWriter *self)
{
  begin_container (self, TRUE);
}

/**
 * confab_json_writer_end_object: (skip)
 * @self: a writer, in an object
 *
 * Since: 0.1
 */
void
confab_json_writer_end_object (ConfabJsonWriter *self)
{
  end_container (self, TRUE);
}

/**
 * confab_json_writer_begin_array: (skip)
 * @self: a writer
 *
 * Since: 0.1
 */
void
confab_json_writer_begin_array (ConfabJsonWriter *self)
{
  begin_container (self, FALSE);
}

/**
 * confab_json_writer_end_array: (skip)
 * @self: a writer, in an array
 *
 * Since: 0.1
 */
void
confab_json_writer_end_array (ConfabJsonWriter *self)
{
  end_container (self, FALSE);
}

/**
 * confab_json_writer_member: (skip)
 * @self: a writer, in an object
 * @name: the name of the value that is written next
 *
 * Since: 0.1
 */
void
confab_json_writer_member (ConfabJsonWriter *self, const char *name)
{
  g_assert (is_in_object (self) && !self->after_name);

  if (self->filled & bit (self))
    g_string_append_c (self->text, ',');
  self->filled |= bit (self);
  append_quoted (self->text, name);
  g_string_append_c (self->text, ':');
  self->after_name = TRUE;
}

/**
 * confab_json_writer_string: (skip)
 * @self: a writer
 * @value: (nullable): UTF-8; %NULL is written as null
 *
 * Since: 0.1
 */
void
confab_json_writer_string (ConfabJsonWriter *self, const char *value)
{
  if (!value)
    {
      confab_json_writer_null (self);
      return;
    }
  begin_value (self);
  append_quoted (self->text, value);
}

/**
 * confab_json_writer_int: (skip)
 * @self: a writer
 * @value: a number
 *
 * Since: 0.1
 */
void
confab_json_writer_int (ConfabJsonWriter *self, gint64 value)
{
  char digits[24];
  char *at = digits + sizeof digits;
  guint64 rest = value < 0 ? -(guint64) value : (guint64) value;

  do
    *--at = '0' + rest % 10;
  while (rest /= 10);
  if (value < 0)
    *--at = '-';
  begin_value (self);
  g_string_append_len (self->text, at, digits + sizeof digits - at);
}

/**
 * confab_json_writer_bool: (skip)
 * @self: a writer
 * @value: a truth
 *
 * Since: 0.1
 */
void
confab_json_writer_bool (ConfabJsonWriter *self, gboolean value)
{
  begin_value (self);
  g_string_append (self->text, value ? "true" : "false");
}

/**
 * confab_json_writer_double: (skip)
 * @self: a writer
 * @value: a finite number
 *
 * Since: 0.1
 */
void
confab_json_writer_double (ConfabJsonWriter *self, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_assert (isfinite (value));

  begin_value (self);
  g_string_append (self->text, g_ascii_dtostr (digits, sizeof digits, value));
}

/**
 * confab_json_writer_null: (skip)
 * @self: a writer
 *
 * Since: 0.1
 */
void
confab_json_writer_null (ConfabJsonWriter *self)
{
  begin_value (self);
  g_string_append (self->text, "null");
}

/**
 * confab_json_writer_timestamp: (skip)
 * @self: a writer
 * @milliseconds: since 1970 UTC
 *
 * Since: 0.1
 */
void
confab_json_writer_timestamp (ConfabJsonWriter *self, gint64 milliseconds)
{
  char text[CONFAB_TIMESTAMP_LENGTH + 1];

  confab_timestamp_format (milliseconds, text);
  confab_json_writer_string (self, text);
}

/**
 * confab_json_writer_strings: (skip)
 * @self: a writer
 * @values: (nullable) (array zero-terminated=1): the strings of an array
 *
 * Since: 0.1
 */
void
confab_json_writer_strings (ConfabJsonWriter *self, const char * const *values)
{
  confab_json_writer_begin_array (self);
  for (guint i = 0; values && values[i]; i++)
    confab_json_writer_string (self, values[i]);
  confab_json_writer_end_array (self);
}

/**
 * confab_json_writer_raw: (skip)
 * @self: a writer
 * @text: one JSON value, known to be well formed
 * @length: bytes of @text
 *
 * Since: 0.1
 */
void
confab_json_writer_raw (ConfabJsonWriter *self, const char *text, gsize length)
{
  begin_value (self);
  g_string_append_len (self->text, text, length);
}

/**
 * confab_json_writer_member_string: (skip)
 * @self: a writer, in an object
 * @name: name of the member
 * @value: (nullable): its value; %NULL leaves the whole member out
 *
 * Since: 0.1
 */
void
confab_json_writer_member_string (ConfabJsonWriter *self, const char *name, const char *value)
{
  if (!value)
    return;
  confab_json_writer_member (self, name);
  confab_json_writer_string (self, value);
}

/**
 * confab_json_writer_member_int: (skip)
 * @self: a writer, in an object
 * @name: name of the member
 * @value: its value
 *
 * Since: 0.1
 */
void
confab_json_writer_member_int (ConfabJsonWriter *self, const char *name, gint64 value)
{
  confab_json_writer_member (self, name);
  confab_json_writer_int (self, value);
}

/**
 * confab_json_writer_member_bool: (skip)
 * @self: a writer, in an object
 * @name: name of the member
 * @value: its value
 *
 * Since: 0.1
 */
void
confab_json_writer_member_bool (ConfabJsonWriter *self, const char *name, gboolean value)
{
  confab_json_writer_member (self, name);
  confab_json_writer_bool (self, value);
}

/**
 * confab_json_writer_member_timestamp: (skip)
 * @self: a writer, in an object
 * @name: name of the member
 * @milliseconds: since 1970 UTC; 0 leaves the whole member out
 *
 * Since: 0.1
 */
void
confab_json_writer_member_timestamp (ConfabJsonWriter *self, const char *name, gint64 milliseconds)
{
  if (milliseconds == 0)
    return;
  confab_json_writer_member (self, name);
  confab_json_writer_timestamp (self, milliseconds);
}

/**
 * confab_json_writer_member_strings: (skip)
 * @self: a writer, in an object
 * @name: name of the member
 * @values: (nullable) (array zero-terminated=1): the strings; %NULL leaves the whole member out
 *
 * Since: 0.1
 */
void
confab_json_writer_member_strings (ConfabJsonWriter *self, const char *name, const char * const *values)
{
  if (!values)
    return;
  confab_json_writer_member (self, name);
  confab_json_writer_strings (self, values);
}
