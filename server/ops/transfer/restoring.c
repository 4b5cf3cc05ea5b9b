/* restoring.c: puts an export into an empty store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/transfer/restoring.h"

/* What goes into one transaction; a single entry may be larger. */
#define BATCH_ENTRIES 1000
#define BATCH_BYTES (1024 * 1024)

typedef struct
{
  Store *store;
  ArchiveReader *reader;
  char *restore;
  GPtrArray *batch;      /* of StoreEntry* */
  guint64 first_line;    /* of the batch */
  guint64 first_byte;
} Restoring;

static gboolean
flush (Restoring *self, GError **error)
{
  guint n_entries = self->batch->len;

  if (n_entries > 0
      && !store_restore_put (self->store, self->restore, (StoreEntry *const *) self->batch->pdata, n_entries, error))
    {
      g_prefix_error (error, "lines %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ": ", self->first_line,
                      archive_reader_get_line (self->reader));
      return FALSE;
    }
  g_ptr_array_set_size (self->batch, 0);
  self->first_line = archive_reader_get_line (self->reader) + 1;
  self->first_byte = archive_reader_get_size (self->reader);
  return TRUE;
}

static gboolean
put_all (Restoring *self, RestoringFunc func, gpointer data, GError **error)
{
  for (;;)
    {
      StoreEntry *entry = NULL;

      if (!archive_reader_next (self->reader, &entry, error))
        return FALSE;
      if (entry == NULL)
        return flush (self, error);
      g_ptr_array_add (self->batch, entry);
      if (func != NULL)
        func (data);
      if ((self->batch->len >= BATCH_ENTRIES
           || archive_reader_get_size (self->reader) - self->first_byte >= BATCH_BYTES)
          && !flush (self, error))
        return FALSE;
    }
}

char *
restoring_run (Store *store, ArchiveReader *reader, gboolean again, RestoringFunc func, gpointer data, GError **error)
{
  g_autofree char *restore = store_restore_begin (store, again, error);
  g_autoptr(GPtrArray) batch = g_ptr_array_new_with_free_func ((GDestroyNotify) store_entry_free);
  Restoring self = { .store = store, .reader = reader, .restore = restore, .batch = batch };

  if (restore == NULL)
    return NULL;
  self.first_line = archive_reader_get_line (reader) + 1;
  self.first_byte = archive_reader_get_size (reader);
  return put_all (&self, func, data, error) ? g_steal_pointer (&restore) : NULL;
}

/* ---- Reading back ------------------------------------------------------------------------------------------- */

typedef struct
{
  ArchiveWriter *writer;
  RestoringFunc func;
  gpointer data;
} Counting;

static gboolean
count (const StoreEntry *entry, gpointer data, GError **error)
{
  Counting *self = data;

  if (self->func != NULL)
    self->func (self->data);
  return archive_writer_put (self->writer, entry, error);
}

Tally *
restoring_count_store (Store *store, gboolean sessions, RestoringFunc func, gpointer data, GError **error)
{
  g_autoptr(ArchiveWriter) writer = archive_writer_new (NULL, "", sessions, error);
  Counting counting = { .writer = writer, .func = func, .data = data };

  if (writer == NULL || !store_export (store, count, &counting, error) || !archive_writer_finish (writer, error))
    return NULL;
  return archive_writer_steal_tally (writer);
}
