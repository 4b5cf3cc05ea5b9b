/* line-fields.h: the kinds of lines in an export and the fields of each, as docs/export.md describes them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/entry.h"

G_BEGIN_DECLS

/* The first ones are the store's own kinds; the last two belong to the message above them. */
typedef enum
{
  LINE_SETTING = ENTRY_SETTING,
  LINE_USER = ENTRY_USER,
  LINE_INVITE = ENTRY_INVITE,
  LINE_SESSION = ENTRY_SESSION,
  LINE_ROOM = ENTRY_ROOM,
  LINE_MEMBER = ENTRY_MEMBER,
  LINE_MESSAGE = ENTRY_MESSAGE,
  LINE_VERSION,
  LINE_REACTION,
  N_LINE_KINDS,
} LineKind;

typedef enum
{
  LINE_FIELD_ID,       /* letters, digits, dot, dash and underscore */
  LINE_FIELD_IDS,      /* an array of them */
  LINE_FIELD_TEXT,     /* up to `most` characters */
  LINE_FIELD_BYTES,    /* base64 of up to `most` bytes */
  LINE_FIELD_NUMBER,   /* not negative */
  LINE_FIELD_TRUTH,
  LINE_FIELD_WORD,     /* one of an enumeration of the protocol */
} LineFieldType;

typedef struct
{
  const char *(*to_string) (int value);
  gboolean (*from_string) (const char *word, int *value);
} LineWords;

typedef struct
{
  const char *name;
  LineFieldType type;
  gboolean in_entry;        /* its place is in the StoreEntry, not in the record */
  gsize place;
  gboolean optional;        /* NULL, 0 and FALSE are left out */
  gsize most;               /* of an array: elements */
  const LineWords *words;
} LineField;

#define LINE_FIELD_ID_MAX 64
/* What JavaScript and jq can count to. */
#define LINE_FIELD_NUMBER_MAX G_GINT64_CONSTANT (9007199254740991)

const char *line_kind_to_string (LineKind kind);
gboolean line_kind_from_string (const char *word, LineKind *kind);
/* Ends with a field without a name. */
const LineField *line_kind_get_fields (LineKind kind);

/* Where the value of a field is. record: a User for LINE_USER…, a Message for LINE_VERSION, a Reaction. */
gpointer line_field_locate (const LineField *self, gpointer record, StoreEntry *entry);

G_END_DECLS
