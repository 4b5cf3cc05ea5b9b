/* fuzz-archive.c: whatever somebody calls an export, and that what is taken of it is understood alike again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ops/transfer/archive.h"
#include "ops/transfer/line-writer.h"

#include "fuzz.h"

#define HEADER "{\"confab-export\":1,\"created\":\"\",\"server\":\"\",\"store\":\"\",\"sessions\":true}\n"

/* The entries that are taken before the end or the first thing that is wrong, as an export writes them. */
static GString *
read_entries (const void *data, gsize size)
{
  GString *text = g_string_new (HEADER);
  g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_data (data, size, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(ArchiveReader) reader = archive_reader_new (stream, &error);
  gboolean more = reader != NULL;

  while (more)
    {
      g_autoptr(StoreEntry) entry = NULL;
      gboolean valid = archive_reader_next (reader, &entry, &error);

      g_assert_true (valid == (error == NULL));
      more = valid && entry != NULL;
      if (more)
        line_write_entry (text, entry);
    }
  return text;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr(GString) once = read_entries (data, size);
  g_autoptr(GString) twice = read_entries (once->str, once->len);

  g_assert_cmpstr (once->str, ==, twice->str);
  return 0;
}
