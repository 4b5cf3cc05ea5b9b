/* archive.h: an export as a whole: its first line, its entries, its last line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * docs/export.md describes the format. Both directions check what passes (checker.h); that every field is within its
 * bounds is checked where it is read. Memory does not grow with the size of it.
 */
#pragma once

#include <gio/gio.h>

#include "ops/transfer/tally.h"

G_BEGIN_DECLS

#define ARCHIVE_VERSION 1

typedef struct
{
  char *created;          /* an ISO 8601 time, for people */
  char *server;           /* the version that wrote it */
  char *store;            /* the kind of store it came from: "sqlite" */
  gboolean sessions;      /* FALSE: sessions and settings were left out */
} ArchiveHeader;

/* ---- Writing ---- */

typedef struct _ArchiveWriter ArchiveWriter;

/* stream NULL: only counts. */
ArchiveWriter *archive_writer_new (GOutputStream *stream, const char *store, gboolean sessions, GError **error);
void archive_writer_free (ArchiveWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArchiveWriter, archive_writer_free)

/* Sessions and settings are passed over where they are not wanted. */
gboolean archive_writer_put (ArchiveWriter *self, const StoreEntry *entry, GError **error);
/* Writes the last line; nothing may follow. */
gboolean archive_writer_finish (ArchiveWriter *self, GError **error);
/* After that. */
Tally *archive_writer_steal_tally (ArchiveWriter *self);

/* ---- Reading ---- */

typedef struct _ArchiveReader ArchiveReader;

/* Reads the first line. Errors of reading begin with the number of the line. */
ArchiveReader *archive_reader_new (GInputStream *stream, GError **error);
void archive_reader_free (ArchiveReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArchiveReader, archive_reader_free)

const ArchiveHeader *archive_reader_get_header (ArchiveReader *self);
/* entry NULL: it was the last one, and counts and checksum are what the last line says. */
gboolean archive_reader_next (ArchiveReader *self, StoreEntry **entry, GError **error);
/* Of the line that was read last. */
guint64 archive_reader_get_line (ArchiveReader *self);
/* Bytes read so far, of whole lines. */
guint64 archive_reader_get_size (ArchiveReader *self);
/* After the last one. */
const Tally *archive_reader_get_tally (ArchiveReader *self);

G_END_DECLS
