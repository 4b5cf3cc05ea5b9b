/* fields.h: which field of a document is which member of a record, in both directions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <mongoc/mongoc.h>

G_BEGIN_DECLS

typedef enum
{
  FIELD_TEXT,           /* char*; left out where it is NULL */
  FIELD_BYTES,          /* GBytes*; likewise */
  FIELD_NUMBER,         /* gint64 */
  FIELD_SPARE_NUMBER,   /* gint64; left out where it is 0 */
  FIELD_FLAG,           /* gboolean; left out where it is FALSE */
  FIELD_WORD,           /* an enumeration, kept as its word: the numbers follow the order of the operations files */
} FieldKind;

typedef struct
{
  const char *(*to_string) (int value);
  gboolean (*from_string) (const char *word, int *value);
} FieldWords;

typedef struct
{
  const char *name;     /* NULL ends a table */
  FieldKind kind;
  gsize offset;
  const FieldWords *words;
} Field;

void fields_append (const Field *fields, gconstpointer record, bson_t *document);
/* Fields that the document has not got stay as they are in the record, and others are passed over. */
void fields_read (const Field *fields, const bson_t *document, gpointer record);

/* name: ["…", …] */
void fields_append_texts (bson_t *document, const char *name, const char *const *texts, gsize n_texts);
void fields_append_bytes (bson_t *document, const char *name, GBytes *bytes);
/* NULL where there is no such field of that type. */
char *fields_dup_text (const bson_t *document, const char *name);
GBytes *fields_dup_bytes (const bson_t *document, const char *name);
gint64 fields_get_number (const bson_t *document, const char *name);

G_END_DECLS
