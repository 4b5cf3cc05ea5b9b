/* archive-writer.c: writes an export: its first line, its entries, its last line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/transfer/archive.h"

#include "ops/transfer/checker.h"
#include "ops/transfer/line-writer.h"
#include "protocol/confab-json-writer.h"

struct _ArchiveWriter
{
  GOutputStream *stream;    /* nullable */
  gboolean sessions;
  Checker *checker;
  Tally *tally;
  GChecksum *checksum;      /* of all that is written */
  GString *text;
};

static gboolean
write_text (ArchiveWriter *self, GError **error)
{
  if (self->stream == NULL)
    return TRUE;
  return g_output_stream_write_all (self->stream, self->text->str, self->text->len, NULL, NULL, error);
}

/* All but the last line. */
static gboolean
write_checked (ArchiveWriter *self, GError **error)
{
  if (self->stream != NULL)
    g_checksum_update (self->checksum, (const guchar *) self->text->str, self->text->len);
  return write_text (self, error);
}

static void
end_line (ConfabJsonWriter *writer)
{
  confab_json_writer_end_object (writer);
  g_string_append_c (confab_json_writer_steal (writer), '\n');
}

static gboolean
write_header (ArchiveWriter *self, const char *store, GError **error)
{
  ConfabJsonWriter writer;

  g_string_truncate (self->text, 0);
  confab_json_writer_init (&writer, self->text);
  confab_json_writer_begin_object (&writer);
  confab_json_writer_member_int (&writer, "confab-export", ARCHIVE_VERSION);
  confab_json_writer_member_timestamp (&writer, "created", g_get_real_time () / 1000);
  confab_json_writer_member_string (&writer, "server", PACKAGE_VERSION);
  confab_json_writer_member_string (&writer, "store", store);
  confab_json_writer_member_bool (&writer, "sessions", self->sessions);
  end_line (&writer);
  return write_checked (self, error);
}

ArchiveWriter *
archive_writer_new (GOutputStream *stream, const char *store, gboolean sessions, GError **error)
{
  g_autoptr(ArchiveWriter) self = g_new0 (ArchiveWriter, 1);

  self->stream = stream != NULL ? g_object_ref (stream) : NULL;
  self->sessions = sessions;
  self->checker = checker_new ();
  self->tally = tally_new ();
  self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  self->text = g_string_new (NULL);
  return write_header (self, store, error) ? g_steal_pointer (&self) : NULL;
}

void
archive_writer_free (ArchiveWriter *self)
{
  g_clear_object (&self->stream);
  checker_free (self->checker);
  g_clear_pointer (&self->tally, tally_free);
  g_checksum_free (self->checksum);
  g_string_free (self->text, TRUE);
  g_free (self);
}

Tally *
archive_writer_steal_tally (ArchiveWriter *self)
{
  return g_steal_pointer (&self->tally);
}

gboolean
archive_writer_put (ArchiveWriter *self, const StoreEntry *entry, GError **error)
{
  if (!self->sessions && (entry->kind == ENTRY_SESSION || entry->kind == ENTRY_SETTING))
    return TRUE;
  if (!checker_check (self->checker, entry, error))
    {
      g_prefix_error (error, "The store holds something that cannot be exported: ");
      return FALSE;
    }
  g_string_truncate (self->text, 0);
  line_write_entry (self->text, entry);
  tally_add (self->tally, entry, self->text);
  return write_checked (self, error);
}

static void
write_counts (ArchiveWriter *self, ConfabJsonWriter *writer)
{
  confab_json_writer_member (writer, "counts");
  confab_json_writer_begin_object (writer);
  for (guint i = 0; i < N_LINE_KINDS; i++)
    confab_json_writer_member_int (writer, line_kind_to_string (i), tally_get_count (self->tally, i));
  confab_json_writer_end_object (writer);
}

gboolean
archive_writer_finish (ArchiveWriter *self, GError **error)
{
  ConfabJsonWriter writer;

  if (!checker_finish (self->checker, error))
    {
      g_prefix_error (error, "The store holds something that cannot be exported: ");
      return FALSE;
    }
  tally_finish (self->tally);
  g_string_truncate (self->text, 0);
  confab_json_writer_init (&writer, self->text);
  confab_json_writer_begin_object (&writer);
  confab_json_writer_member_string (&writer, "kind", "end");
  write_counts (self, &writer);
  confab_json_writer_member_string (&writer, "sha256", g_checksum_get_string (self->checksum));
  end_line (&writer);
  return write_text (self, error);
}
