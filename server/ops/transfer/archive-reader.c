/* archive-reader.c: reads an export: its first line, its entries, its last line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/transfer/archive.h"

#include <string.h>

#include "ops/transfer/checker.h"
#include "ops/transfer/line-reader.h"
#include "ops/transfer/line-source.h"
#include "ops/transfer/line-writer.h"
#include "protocol/confab-error.h"
#include "store/store-private.h"

#define HEADER_TEXT_MAX 64

struct _ArchiveReader
{
  LineSource *source;
  ArchiveHeader header;
  Checker *checker;
  Tally *tally;
  GChecksum *checksum;    /* of all lines but the last */
  GString *text;
  guint64 size;
};

static gboolean
is_end (JsonObject *line)
{
  return g_strcmp0 (line_get_text (line, "kind"), "end") == 0;
}

/* The next line, which must be there. */
static JsonObject *
next_line (ArchiveReader *self, GError **error)
{
  const char *text = NULL;
  gsize length = 0;
  JsonObject *line = NULL;

  if (!line_source_next (self->source, &text, &length, error))
    return NULL;
  if (text == NULL)
    {
      confab_error_refuse (error, "the file ends here, without its last line: it is cut off");
      return NULL;
    }
  line = line_parse (text, length, error);
  if (line == NULL)
    return NULL;
  self->size += length + 1;
  /* The newline stands behind it in the buffer. */
  if (!is_end (line))
    g_checksum_update (self->checksum, (const guchar *) text, length + 1);
  return line;
}

static gboolean
prefix_line (ArchiveReader *self, GError **error)
{
  g_prefix_error (error, "line %" G_GUINT64_FORMAT ": ", MAX (line_source_get_number (self->source), 1));
  return FALSE;
}

/* ---- The first line ----------------------------------------------------------------------------------------- */

#define HEADER_TEXT(member, field_name)                                    \
  { .name = field_name, .type = LINE_FIELD_TEXT, .most = HEADER_TEXT_MAX,  \
    .place = G_STRUCT_OFFSET (ArchiveHeader, member) }

static const LineField header_fields[] = {
  HEADER_TEXT (created, "created"),
  HEADER_TEXT (server, "server"),
  HEADER_TEXT (store, "store"),
  { .name = "sessions", .type = LINE_FIELD_TRUTH, .place = G_STRUCT_OFFSET (ArchiveHeader, sessions) },
  { .name = NULL },
};

static gboolean
read_header (ArchiveReader *self, GError **error)
{
  static const char *const others[] = { "confab-export", NULL };
  g_autoptr(JsonObject) line = next_line (self, error);
  gint64 version = 0;

  if (line == NULL)
    return FALSE;
  if (!json_object_has_member (line, "confab-export"))
    return confab_error_refuse (error, "this is no export of Confab");
  if (!line_read_number (line, "confab-export", FALSE, G_MAXINT, &version, error))
    return FALSE;
  if (version != ARCHIVE_VERSION)
    return confab_error_refuse (error, "this export is of version %d, this Confab knows version %d", (int) version,
                                ARCHIVE_VERSION);
  return line_read_fields (line, header_fields, others, &self->header, NULL, error);
}

ArchiveReader *
archive_reader_new (GInputStream *stream, GError **error)
{
  g_autoptr(ArchiveReader) self = g_new0 (ArchiveReader, 1);

  self->source = line_source_new (stream);
  self->checker = checker_new ();
  self->tally = tally_new ();
  self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  self->text = g_string_new (NULL);
  if (read_header (self, error))
    return g_steal_pointer (&self);
  prefix_line (self, error);
  return NULL;
}

void
archive_reader_free (ArchiveReader *self)
{
  line_source_free (self->source);
  g_free (self->header.created);
  g_free (self->header.server);
  g_free (self->header.store);
  checker_free (self->checker);
  tally_free (self->tally);
  g_checksum_free (self->checksum);
  g_string_free (self->text, TRUE);
  g_free (self);
}

const ArchiveHeader *
archive_reader_get_header (ArchiveReader *self)
{
  return &self->header;
}

guint64
archive_reader_get_line (ArchiveReader *self)
{
  return line_source_get_number (self->source);
}

guint64
archive_reader_get_size (ArchiveReader *self)
{
  return self->size;
}

const Tally *
archive_reader_get_tally (ArchiveReader *self)
{
  return self->tally;
}

/* ---- Entries ------------------------------------------------------------------------------------------------ */

static gboolean
get_kind (JsonObject *line, LineKind *kind, GError **error)
{
  const char *word = line_get_text (line, "kind");

  return (word != NULL && line_kind_from_string (word, kind))
         || confab_error_refuse (error, "“kind” is none that there is");
}

/* A line that belongs to the message before it; record is what its fields go into. */
static gboolean
read_part (ArchiveReader *self, LineKind kind, gpointer record, GError **error)
{
  static const char *const others[] = { "kind", NULL };
  g_autoptr(JsonObject) line = next_line (self, error);
  LineKind found = N_LINE_KINDS;

  if (line == NULL)
    return FALSE;
  if (is_end (line) || !get_kind (line, &found, NULL) || found != kind)
    return confab_error_refuse (error, "a %s of the message before is missing here", line_kind_to_string (kind));
  return line_read_fields (line, line_kind_get_fields (kind), others, record, NULL, error);
}

static gboolean
read_versions (ArchiveReader *self, StoreEntry *entry, gint64 count, GError **error)
{
  for (gint64 i = 0; i < count; i++)
    {
      g_autoptr(Message) version = message_new ();

      if (!read_part (self, LINE_VERSION, version, error))
        return FALSE;
      if (entry->versions == NULL)
        entry->versions = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
      g_ptr_array_add (entry->versions, g_steal_pointer (&version));
    }
  return TRUE;
}

static gboolean
read_reactions (ArchiveReader *self, Message *message, gint64 count, GError **error)
{
  for (gint64 i = 0; i < count; i++)
    {
      Reaction *reaction = reaction_new (NULL, NULL);

      if (message->reactions == NULL)
        message->reactions = g_ptr_array_new_with_free_func ((GDestroyNotify) reaction_free);
      g_ptr_array_add (message->reactions, reaction);
      if (!read_part (self, LINE_REACTION, reaction, error))
        return FALSE;
    }
  return TRUE;
}

static StoreEntry *
read_entry (ArchiveReader *self, JsonObject *line, GError **error)
{
  static const char *const others[] = { "kind", NULL };
  static const char *const message_others[] = { "kind", "versions", "reactions", NULL };
  g_autoptr(StoreEntry) entry = NULL;
  LineKind kind = N_LINE_KINDS;
  gint64 n_versions = 0;
  gint64 n_reactions = 0;

  if (!get_kind (line, &kind, error))
    return NULL;
  if (kind >= (LineKind) N_ENTRY_KINDS)
    {
      confab_error_refuse (error, "this %s belongs to no message", line_kind_to_string (kind));
      return NULL;
    }
  entry = store_entry_new ((StoreEntryKind) kind);
  if (!line_read_fields (line, line_kind_get_fields (kind), kind == LINE_MESSAGE ? message_others : others,
                         entry->record, entry, error))
    return NULL;
  if (kind == LINE_MESSAGE
      && !(line_read_number (line, "versions", TRUE, STORE_MESSAGE_EDITS, &n_versions, error)
           && line_read_number (line, "reactions", TRUE, CHECKER_REACTIONS_MAX, &n_reactions, error)
           && read_versions (self, entry, n_versions, error)
           && read_reactions (self, entry->message, n_reactions, error)))
    return NULL;
  return g_steal_pointer (&entry);
}

/* ---- The last line ------------------------------------------------------------------------------------------ */

static gboolean
check_counts (ArchiveReader *self, JsonObject *line, GError **error)
{
  JsonNode *node = json_object_get_member (line, "counts");
  JsonObject *counts = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (counts == NULL || json_object_get_size (counts) != N_LINE_KINDS)
    return confab_error_refuse (error, "“counts” does not count every kind");
  for (guint i = 0; i < N_LINE_KINDS; i++)
    {
      const char *name = line_kind_to_string (i);
      gint64 there = tally_get_count (self->tally, i);
      gint64 count = 0;

      if (!line_read_number (counts, name, FALSE, LINE_FIELD_NUMBER_MAX, &count, error))
        return FALSE;
      if (count != there)
        return confab_error_refuse (
          error, "the file has %" G_GINT64_FORMAT " lines of the kind “%s”, but says %" G_GINT64_FORMAT, there, name,
          count);
    }
  return TRUE;
}

typedef struct
{
  char *sha256;
} Trailer;

static const LineField trailer_fields[] = {
  { .name = "sha256", .type = LINE_FIELD_ID, .place = G_STRUCT_OFFSET (Trailer, sha256), .most = LINE_FIELD_ID_MAX },
  { .name = NULL },
};

static gboolean
check_checksum (ArchiveReader *self, JsonObject *line, GError **error)
{
  static const char *const others[] = { "kind", "counts", NULL };
  Trailer trailer = { NULL };
  gboolean read = line_read_fields (line, trailer_fields, others, &trailer, NULL, error);
  g_autofree char *sha256 = trailer.sha256;

  if (!read)
    return FALSE;
  return strcmp (sha256, g_checksum_get_string (self->checksum)) == 0
         || confab_error_refuse (error, "the checksum is another one: the file was changed after it was written");
}

static gboolean
check_nothing_follows (ArchiveReader *self, GError **error)
{
  const char *text = NULL;
  gsize length = 0;

  return line_source_next (self->source, &text, &length, error)
         && (text == NULL || confab_error_refuse (error, "something stands behind the last line"));
}

static gboolean
finish (ArchiveReader *self, JsonObject *line, GError **error)
{
  if (!checker_finish (self->checker, error) || !check_counts (self, line, error)
      || !check_checksum (self, line, error) || !check_nothing_follows (self, error))
    return FALSE;
  tally_finish (self->tally);
  return TRUE;
}

static gboolean
check_promised (ArchiveReader *self, const StoreEntry *entry, GError **error)
{
  return self->header.sessions || (entry->kind != ENTRY_SESSION && entry->kind != ENTRY_SETTING)
         || confab_error_refuse (error, "the first line says that there are no sessions and settings");
}

static gboolean
next (ArchiveReader *self, StoreEntry **entry, GError **error)
{
  g_autoptr(JsonObject) line = next_line (self, error);
  g_autoptr(StoreEntry) found = NULL;

  if (line == NULL)
    return FALSE;
  if (is_end (line))
    return finish (self, line, error);
  found = read_entry (self, line, error);
  if (found == NULL || !check_promised (self, found, error) || !checker_check (self->checker, found, error))
    return FALSE;
  g_string_truncate (self->text, 0);
  line_write_entry (self->text, found);
  tally_add (self->tally, found, self->text);
  *entry = g_steal_pointer (&found);
  return TRUE;
}

gboolean
archive_reader_next (ArchiveReader *self, StoreEntry **entry, GError **error)
{
  *entry = NULL;
  return next (self, entry, error) || prefix_line (self, error);
}
