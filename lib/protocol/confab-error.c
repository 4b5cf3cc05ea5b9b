/* confab-error.c: the errors that both sides of the protocol know
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-protocol"

#include "config.h"

#include "protocol/confab-error.h"

#include <math.h>

/* One enum, one word on every door, one HTTP status. */
static const struct
{
  const char *code;
  guint http_status;
} codes[] = {
  [CONFAB_ERROR_BAD_REQUEST] = { "bad-request", 400 },
  [CONFAB_ERROR_UNAUTHENTICATED] = { "unauthenticated", 401 },
  [CONFAB_ERROR_FORBIDDEN] = { "forbidden", 403 },
  [CONFAB_ERROR_NOT_FOUND] = { "not-found", 404 },
  [CONFAB_ERROR_CONFLICT] = { "conflict", 409 },
  [CONFAB_ERROR_TOO_LARGE] = { "too-large", 413 },
  [CONFAB_ERROR_RATE_LIMITED] = { "rate-limited", 429 },
  [CONFAB_ERROR_UNAVAILABLE] = { "unavailable", 503 },
  [CONFAB_ERROR_INTERNAL] = { "internal", 500 },
};

typedef struct
{
  char *name;
  char *problem;
} Field;

typedef struct
{
  double retry_after;
  GArray *fields;  /* of Field; nullable */
} ConfabErrorPrivate;

static void
field_clear (gpointer data)
{
  Field *self = data;

  g_free (self->name);
  g_free (self->problem);
}

static void
confab_error_private_init (ConfabErrorPrivate *self)
{
  self->retry_after = 0;
  self->fields = NULL;
}

static void
confab_error_private_add (ConfabErrorPrivate *self, const char *name, const char *problem)
{
  Field field = { g_strdup (name), g_strdup (problem) };

  if (!self->fields)
    {
      self->fields = g_array_new (FALSE, FALSE, sizeof (Field));
      g_array_set_clear_func (self->fields, field_clear);
    }
  g_array_append_val (self->fields, field);
}

static void
confab_error_private_copy (const ConfabErrorPrivate *from, ConfabErrorPrivate *to)
{
  to->retry_after = from->retry_after;
  for (guint i = 0; from->fields && i < from->fields->len; i++)
    {
      const Field *field = &g_array_index (from->fields, Field, i);
      confab_error_private_add (to, field->name, field->problem);
    }
}

static void
confab_error_private_clear (ConfabErrorPrivate *self)
{
  g_clear_pointer (&self->fields, g_array_unref);
}

/* GLib lays the private part out in front of the error, suitably aligned; clang cannot know. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-align"
G_DEFINE_EXTENDED_ERROR (ConfabError, confab_error)
#pragma GCC diagnostic pop

static ConfabErrorPrivate *
get_private (const GError *error)
{
  return error && error->domain == CONFAB_ERROR ? confab_error_get_private (error) : NULL;
}

/**
 * confab_error_get_code:
 * @error: a #ConfabError
 *
 * Returns: (transfer none): the word for it on every door, "internal" for a number that is none
 *
 * Since: 0.1
 */
const char *
confab_error_get_code (int error)
{
  if (error < 0 || error >= (int) G_N_ELEMENTS (codes))
    error = CONFAB_ERROR_INTERNAL;

  return codes[error].code;
}

/**
 * confab_error_from_code:
 * @code: (nullable): a word
 * @error: (out): the #ConfabError it stands for
 *
 * Returns: whether it is one of the words
 *
 * Since: 0.1
 */
gboolean
confab_error_from_code (const char *code, ConfabError *error)
{
  for (guint i = 0; code && i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (code, codes[i].code))
      {
        *error = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * confab_error_get_http_status:
 * @error: a #ConfabError
 *
 * Returns: the status of a REST answer
 *
 * Since: 0.1
 */
guint
confab_error_get_http_status (int error)
{
  if (error < 0 || error >= (int) G_N_ELEMENTS (codes))
    error = CONFAB_ERROR_INTERNAL;

  return codes[error].http_status;
}

/**
 * confab_error_refuse: (skip)
 * @error: (nullable): where to put a #CONFAB_ERROR_BAD_REQUEST
 * @format: what is wrong with the input, as in printf()
 * @...: what goes into it
 *
 * For a check that ends with its error: `return confab_error_refuse (error, …);`.
 *
 * Returns: %FALSE
 *
 * Since: 0.1
 */
gboolean
confab_error_refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, format, arguments));
  va_end (arguments);
  return FALSE;
}

/**
 * confab_error_set_retry_after:
 * @error: an error of the domain %CONFAB_ERROR
 * @seconds: after how many it is worth another try
 *
 * Since: 0.1
 */
void
confab_error_set_retry_after (GError *error, double seconds)
{
  ConfabErrorPrivate *self = get_private (error);

  g_return_if_fail (self != NULL);

  self->retry_after = seconds;
}

/**
 * confab_error_get_retry_after:
 * @error: (nullable): an error of any domain
 *
 * Returns: seconds after which it is worth another try; 0 where nothing was said
 *
 * Since: 0.1
 */
double
confab_error_get_retry_after (const GError *error)
{
  const ConfabErrorPrivate *self = get_private (error);

  return self ? self->retry_after : 0;
}

/**
 * confab_error_add_field:
 * @error: an error of the domain %CONFAB_ERROR
 * @field: name of a field of the request
 * @problem: what is wrong with it, in words that can stand behind its name
 *
 * Since: 0.1
 */
void
confab_error_add_field (GError *error, const char *field, const char *problem)
{
  ConfabErrorPrivate *self = get_private (error);

  g_return_if_fail (self != NULL);

  if (!confab_error_get_field (error, field))
    confab_error_private_add (self, field, problem);
}

/**
 * confab_error_get_field:
 * @error: (nullable): an error of any domain
 * @field: name of a field of the request
 *
 * Returns: (transfer none) (nullable): what is wrong with it
 *
 * Since: 0.1
 */
const char *
confab_error_get_field (const GError *error, const char *field)
{
  const ConfabErrorPrivate *self = get_private (error);

  for (guint i = 0; self && self->fields && i < self->fields->len; i++)
    if (g_str_equal (g_array_index (self->fields, Field, i).name, field))
      return g_array_index (self->fields, Field, i).problem;
  return NULL;
}

/**
 * confab_error_get_n_fields:
 * @error: (nullable): an error of any domain
 *
 * Returns: with how many fields something is wrong
 *
 * Since: 0.1
 */
guint
confab_error_get_n_fields (const GError *error)
{
  const ConfabErrorPrivate *self = get_private (error);

  return self && self->fields ? self->fields->len : 0;
}

static void
write_fields (const ConfabErrorPrivate *self, ConfabJsonWriter *writer)
{
  confab_json_writer_member (writer, "fields");
  confab_json_writer_begin_object (writer);
  for (guint i = 0; i < self->fields->len; i++)
    {
      const Field *field = &g_array_index (self->fields, Field, i);
      confab_json_writer_member_string (writer, field->name, field->problem);
    }
  confab_json_writer_end_object (writer);
}

/**
 * confab_error_write: (skip)
 * @error: an error of any domain
 * @request_id: (nullable): under which the server's log has it
 * @writer: a writer, in an object
 *
 * Writes the members code, message and, where there are any, retryAfter, fields and requestId. Of an internal error,
 * and of one that is not of %CONFAB_ERROR, nothing is told but that it happened: its text is for the log.
 *
 * Since: 0.1
 */
void
confab_error_write (const GError *error, const char *request_id, ConfabJsonWriter *writer)
{
  const ConfabErrorPrivate *self = get_private (error);
  gboolean told = self != NULL && error->code != CONFAB_ERROR_INTERNAL;

  confab_json_writer_member_string (writer, "code", confab_error_get_code (told ? error->code : CONFAB_ERROR_INTERNAL));
  confab_json_writer_member_string (writer, "message", told ? error->message : "Something went wrong in the server");
  if (told && self->retry_after > 0)
    {
      confab_json_writer_member (writer, "retryAfter");
      confab_json_writer_double (writer, ceil (self->retry_after * 1000) / 1000);
    }
  if (told && self->fields)
    write_fields (self, writer);
  confab_json_writer_member_string (writer, "requestId", request_id);
}

static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node) : NULL;
}

/**
 * confab_error_read:
 * @object: the error object of an answer
 *
 * A code that this version does not know is read as an internal error, with the message that came.
 *
 * Returns: (transfer full): the error
 *
 * Since: 0.1
 */
GError *
confab_error_read (JsonObject *object)
{
  ConfabError code = CONFAB_ERROR_INTERNAL;
  confab_error_from_code (get_string (object, "code"), &code);
  const char *message = get_string (object, "message");
  GError *error = g_error_new_literal (CONFAB_ERROR, code, message ? message : confab_error_get_code (code));

  JsonNode *retry_after = json_object_get_member (object, "retryAfter");
  if (retry_after && JSON_NODE_HOLDS_VALUE (retry_after))
    confab_error_set_retry_after (error, CLAMP (json_node_get_double (retry_after), 0, 24 * 60 * 60));

  JsonNode *node = json_object_get_member (object, "fields");
  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    return error;
  JsonObject *fields = json_node_get_object (node);
  g_autoptr(GList) names = json_object_get_members (fields);
  for (GList *name = names; name; name = name->next)
    confab_error_add_field (error, name->data, get_string (fields, name->data) ? get_string (fields, name->data) : "");
  return error;
}
