/* fields.c: which field of a document is which member of a record, in both directions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/fields.h"

static void
append_text (bson_t *document, const char *name, const char *text)
{
  if (text != NULL)
    bson_append_utf8 (document, name, -1, text, -1);
}

void
fields_append_bytes (bson_t *document, const char *name, GBytes *bytes)
{
  gsize size = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  if (bytes != NULL)
    bson_append_binary (document, name, -1, BSON_SUBTYPE_BINARY, data != NULL ? data : (const guint8 *) "", size);
}

static void
append_spare_number (bson_t *document, const char *name, gint64 number)
{
  if (number != 0)
    bson_append_int64 (document, name, -1, number);
}

static void
append_flag (bson_t *document, const char *name, gboolean flag)
{
  if (flag)
    bson_append_bool (document, name, -1, true);
}

void
fields_append (const Field *fields, gconstpointer record, bson_t *document)
{
  for (const Field *field = fields; field->name != NULL; field++)
    {
      gconstpointer place = (const char *) record + field->offset;

      switch (field->kind)
        {
        case FIELD_TEXT:
          append_text (document, field->name, *(char *const *) place);
          break;
        case FIELD_BYTES:
          fields_append_bytes (document, field->name, *(GBytes *const *) place);
          break;
        case FIELD_NUMBER:
          bson_append_int64 (document, field->name, -1, *(const gint64 *) place);
          break;
        case FIELD_SPARE_NUMBER:
          append_spare_number (document, field->name, *(const gint64 *) place);
          break;
        case FIELD_FLAG:
          append_flag (document, field->name, *(const gboolean *) place);
          break;
        case FIELD_WORD:
          append_text (document, field->name, field->words->to_string (*(const int *) place));
          break;
        }
    }
}

static void
read_text (const bson_iter_t *iter, char **place)
{
  if (!BSON_ITER_HOLDS_UTF8 (iter))
    return;
  g_free (*place);
  *place = g_strdup (bson_iter_utf8 (iter, NULL));
}

static void
read_bytes (const bson_iter_t *iter, GBytes **place)
{
  const guint8 *data = NULL;
  guint32 size = 0;

  if (!BSON_ITER_HOLDS_BINARY (iter))
    return;
  bson_iter_binary (iter, NULL, &size, &data);
  g_clear_pointer (place, g_bytes_unref);
  *place = g_bytes_new (data, size);
}

/* A word that this program does not know was written by a newer one: the first of the enum grants the least. */
static void
read_word (const bson_iter_t *iter, const FieldWords *words, int *place)
{
  const char *word = BSON_ITER_HOLDS_UTF8 (iter) ? bson_iter_utf8 (iter, NULL) : NULL;

  if (word == NULL || !words->from_string (word, place))
    g_warning ("The database holds the unknown word “%s”", word);
}

static void
read_field (const Field *field, const bson_iter_t *iter, gpointer record)
{
  gpointer place = (char *) record + field->offset;

  switch (field->kind)
    {
    case FIELD_TEXT:
      read_text (iter, place);
      break;
    case FIELD_BYTES:
      read_bytes (iter, place);
      break;
    case FIELD_NUMBER:
    case FIELD_SPARE_NUMBER:
      *(gint64 *) place = bson_iter_as_int64 (iter);
      break;
    case FIELD_FLAG:
      *(gboolean *) place = bson_iter_as_bool (iter);
      break;
    case FIELD_WORD:
      read_word (iter, field->words, place);
      break;
    }
}

/* Documents mostly have their fields in the order in which they were written: where the last one stood, the next one
 * is looked for first. */
static const Field *
find_field (const Field *fields, const Field *expected, const char *name)
{
  for (const Field *field = expected; field->name != NULL; field++)
    if (g_str_equal (field->name, name))
      return field;
  for (const Field *field = fields; field != expected; field++)
    if (g_str_equal (field->name, name))
      return field;
  return NULL;
}

void
fields_read (const Field *fields, const bson_t *document, gpointer record)
{
  const Field *expected = fields;
  bson_iter_t iter;

  if (!bson_iter_init (&iter, document))
    return;
  while (bson_iter_next (&iter))
    {
      const Field *field = find_field (fields, expected, bson_iter_key (&iter));

      if (field == NULL)
        continue;
      read_field (field, &iter, record);
      expected = field + 1;
    }
}

void
fields_append_texts (bson_t *document, const char *name, const char *const *texts, gsize n_texts)
{
  bson_array_builder_t *array = NULL;

  bson_append_array_builder_begin (document, name, -1, &array);
  for (gsize i = 0; i < n_texts; i++)
    bson_array_builder_append_utf8 (array, texts[i], -1);
  bson_append_array_builder_end (document, array);
}

char *
fields_dup_text (const bson_t *document, const char *name)
{
  bson_iter_t iter;

  if (!bson_iter_init_find (&iter, document, name) || !BSON_ITER_HOLDS_UTF8 (&iter))
    return NULL;
  return g_strdup (bson_iter_utf8 (&iter, NULL));
}

GBytes *
fields_dup_bytes (const bson_t *document, const char *name)
{
  GBytes *bytes = NULL;
  bson_iter_t iter;

  if (bson_iter_init_find (&iter, document, name))
    read_bytes (&iter, &bytes);
  return bytes;
}

gint64
fields_get_number (const bson_t *document, const char *name)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, document, name) ? bson_iter_as_int64 (&iter) : 0;
}
