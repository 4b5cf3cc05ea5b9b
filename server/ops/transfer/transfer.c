/* transfer.c: the commands that take a server's data elsewhere: export, restore, verify
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/transfer/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ops/commands.h"
#include "ops/transfer/output-file.h"
#include "ops/transfer/progress.h"
#include "ops/transfer/restoring.h"
#include "protocol/confab-error.h"

#define BUFFER (256 * 1024)

G_GNUC_PRINTF (3, 4)
static gboolean
fail (GError **error, ConfabError code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (CONFAB_ERROR, code, format, arguments));
  va_end (arguments);
  return FALSE;
}

static const char *
get_store_address (CommandLine *line)
{
  return configuration_get_text (line->configuration, OPTION_STORE);
}

static Store *
open_store (CommandLine *line, Store *(*open) (const char *, GError **), GError **error)
{
  /* What is made here is for nobody else to read. */
  umask (0077);
  return command_make_state_dir (line->configuration, error) ? open (get_store_address (line), error) : NULL;
}

static void
on_entry (gpointer progress)
{
  progress_advance (progress);
}

/* ---- Files -------------------------------------------------------------------------------------------------- */

static ArchiveReader *
open_archive (const char *path, GError **error)
{
  gboolean from_input = strcmp (path, "-") == 0;
  int file = from_input ? STDIN_FILENO : g_open (path, O_RDONLY | O_CLOEXEC, 0);
  g_autoptr(GInputStream) stream = NULL;

  if (file < 0)
    {
      fail (error, CONFAB_ERROR_NOT_FOUND, "%s cannot be read: %s", path, g_strerror (errno));
      return NULL;
    }
  stream = g_unix_input_stream_new (file, !from_input);
  return archive_reader_new (stream, error);
}

static gboolean
read_all (ArchiveReader *reader, GError **error)
{
  g_autoptr(StoreEntry) entry = NULL;
  Progress progress;
  gboolean valid = TRUE;

  progress_begin (&progress, "read");
  do
    {
      g_clear_pointer (&entry, store_entry_free);
      valid = archive_reader_next (reader, &entry, error);
      progress_advance (&progress);
    }
  while (valid && entry != NULL);
  progress_end (&progress);
  return valid;
}

/* ---- Export ------------------------------------------------------------------------------------------------- */

typedef struct
{
  ArchiveWriter *writer;
  Progress progress;
} Exporting;

static gboolean
export_entry (const StoreEntry *entry, gpointer data, GError **error)
{
  Exporting *self = data;

  progress_advance (&self->progress);
  return archive_writer_put (self->writer, entry, error);
}

/* An address with a slip in it names an empty database, and a backup that holds nothing is noticed too late. */
static gboolean
check_not_empty (Store *store, GError **error)
{
  gint64 n_users = store_count_users (store, error);

  return n_users > 0
         || (n_users == 0 && fail (error, CONFAB_ERROR_NOT_FOUND,
                                   "There is no account in this store; does --store name the right one?"));
}

static Tally *
export_to (Store *store, CommandLine *line, GOutputStream *stream, gboolean sessions, GError **error)
{
  const char *address = get_store_address (line);
  g_autofree char *scheme = g_strndup (address, strcspn (address, ":"));
  g_autoptr(ArchiveWriter) writer = archive_writer_new (stream, scheme, sessions, error);
  Exporting exporting = { .writer = writer };
  gboolean done = FALSE;

  if (writer == NULL)
    return NULL;
  progress_begin (&exporting.progress, "exported");
  done = store_export (store, export_entry, &exporting, error) && archive_writer_finish (writer, error)
         && g_output_stream_flush (stream, NULL, error);
  progress_end (&exporting.progress);
  return done ? archive_writer_steal_tally (writer) : NULL;
}

/* What cannot be restored is no backup, and this is the moment at which it can still be made again. */
static gboolean
read_back (OutputFile *file, const Tally *written, GError **error)
{
  const char *path = output_file_sync (file, error);
  g_autoptr(ArchiveReader) reader = path != NULL ? open_archive (path, error) : NULL;
  g_autofree char *differences = NULL;

  if (reader == NULL || !read_all (reader, error))
    return FALSE;
  differences = tally_compare (written, "written", archive_reader_get_tally (reader), "read");
  return differences == NULL
         || fail (error, CONFAB_ERROR_UNAVAILABLE, "The file does not hold what was written:\n%s", differences);
}

static Tally *
export_to_file (Store *store, CommandLine *line, const char *path, gboolean sessions, GError **error)
{
  g_autoptr(OutputFile) file = output_file_new (path, error);
  g_autoptr(Tally) tally = NULL;

  if (file == NULL)
    return NULL;
  tally = export_to (store, line, output_file_get_stream (file), sessions, error);
  return tally != NULL && read_back (file, tally, error) && output_file_finish (file, error) ? g_steal_pointer (&tally)
                                                                                             : NULL;
}

static Tally *
export_to_output (Store *store, CommandLine *line, gboolean sessions, GError **error)
{
  g_autoptr(GOutputStream) unbuffered = g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  g_autoptr(GOutputStream) stream = g_buffered_output_stream_new_sized (unbuffered, BUFFER);

  return export_to (store, line, stream, sessions, error);
}

gboolean
transfer_run_export (CommandLine *line, GError **error)
{
  gboolean sessions = !command_line_take_switch (line, "--without-sessions");
  g_autofree char *path = command_line_take_value (line, "--output");
  g_autoptr(Store) store = NULL;
  g_autoptr(Tally) tally = NULL;
  g_autofree char *table = NULL;

  if (!command_line_configure (line, error)
      || !command_line_expect (line, 0, "[--output FILE] [--without-sessions]", error))
    return FALSE;
  if (path == NULL && isatty (STDOUT_FILENO))
    return fail (error, CONFAB_ERROR_BAD_REQUEST,
                 "An export holds secrets and is long; name a file for it with --output FILE");
  signal (SIGPIPE, SIG_IGN);
  store = open_store (line, store_open, error);
  if (store == NULL || !check_not_empty (store, error))
    return FALSE;
  tally = path != NULL ? export_to_file (store, line, path, sessions, error)
                       : export_to_output (store, line, sessions, error);
  if (tally == NULL)
    return FALSE;
  table = tally_print (tally, "exported", NULL, NULL);
  if (path != NULL)
    g_print ("%s", table);
  else
    g_printerr ("%s", table);
  return TRUE;
}

/* ---- Restore ------------------------------------------------------------------------------------------------ */

/* Whether the store holds what was read; says what differs. */
static gboolean
compare_store (Store *store, ArchiveReader *reader, GError **error)
{
  const Tally *wanted = archive_reader_get_tally (reader);
  g_autoptr(Tally) tally = NULL;
  g_autofree char *table = NULL;
  g_autofree char *differences = NULL;
  Progress progress;

  progress_begin (&progress, "read back");
  tally = restoring_count_store (store, archive_reader_get_header (reader)->sessions, on_entry, &progress, error);
  progress_end (&progress);
  if (tally == NULL)
    return FALSE;
  table = tally_print (wanted, "file", tally, "store");
  g_print ("%s", table);
  differences = tally_compare (wanted, "file", tally, "store");
  if (differences == NULL)
    return TRUE;
  g_printerr ("%s", differences);
  return fail (error, CONFAB_ERROR_CONFLICT, "The store does not hold what the file says");
}

static gboolean
restore (Store *store, ArchiveReader *reader, gboolean again, GError **error)
{
  g_autofree char *token = NULL;
  Progress progress;

  progress_begin (&progress, "restored");
  token = restoring_run (store, reader, again, on_entry, &progress, error);
  progress_end (&progress);
  return token != NULL && compare_store (store, reader, error) && store_restore_finish (store, token, error);
}

gboolean
transfer_run_restore (CommandLine *line, GError **error)
{
  gboolean again = command_line_take_switch (line, "--again");
  g_autoptr(ArchiveReader) reader = NULL;
  g_autoptr(Store) store = NULL;

  if (!command_line_configure (line, error) || !command_line_expect (line, 1, "FILE|- [--again]", error))
    return FALSE;
  /* First of all, so that nothing is begun with what is no export. */
  reader = open_archive (line->arguments->pdata[0], error);
  if (reader == NULL)
    return FALSE;
  store = open_store (line, store_open_to_restore, error);
  if (store == NULL || !restore (store, reader, again, error))
    return FALSE;
  g_print ("The store holds what the file says\n");
  return TRUE;
}

/* ---- Verify ------------------------------------------------------------------------------------------------- */

static gboolean
verify_store (CommandLine *line, ArchiveReader *reader, GError **error)
{
  g_autoptr(Store) store = open_store (line, store_open, error);

  return store != NULL && compare_store (store, reader, error);
}

gboolean
transfer_run_verify (CommandLine *line, GError **error)
{
  gboolean with_store = command_line_take_switch (line, "--with-store");
  g_autoptr(ArchiveReader) reader = NULL;

  if (!command_line_configure (line, error) || !command_line_expect (line, 1, "FILE|- [--with-store]", error))
    return FALSE;
  reader = open_archive (line->arguments->pdata[0], error);
  if (reader == NULL || !read_all (reader, error))
    return FALSE;
  if (with_store)
    {
      if (!verify_store (line, reader, error))
        return FALSE;
      g_print ("The store holds what the file says\n");
    }
  else
    {
      g_autofree char *table = tally_print (archive_reader_get_tally (reader), "file", NULL, NULL);

      g_print ("%sThe file is whole\n", table);
    }
  return TRUE;
}
