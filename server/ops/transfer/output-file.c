/* output-file.c: a file that is there whole or not at all, and that nobody else may read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/transfer/output-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "protocol/confab-error.h"

#define BUFFER (256 * 1024)

struct _OutputFile
{
  char *path;
  char *unfinished;     /* NULL: it has its name */
  int file;
  GOutputStream *stream;
};

static gboolean
fail (const char *path, GError **error)
{
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "%s cannot be written: %s", path, g_strerror (errno));
  return FALSE;
}

OutputFile *
output_file_new (const char *path, GError **error)
{
  g_autofree char *unfinished = g_strconcat (path, ".unfinished", NULL);
  g_autoptr(GOutputStream) unbuffered = NULL;
  OutputFile *self = NULL;
  int file = -1;

  g_unlink (unfinished);
  file = g_open (unfinished, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0)
    {
      fail (unfinished, error);
      return NULL;
    }
  self = g_new0 (OutputFile, 1);
  self->path = g_strdup (path);
  self->unfinished = g_steal_pointer (&unfinished);
  self->file = file;
  unbuffered = g_unix_output_stream_new (file, FALSE);
  self->stream = g_buffered_output_stream_new_sized (unbuffered, BUFFER);
  return self;
}

GOutputStream *
output_file_get_stream (OutputFile *self)
{
  return self->stream;
}

/* The name is in the folder, which has to be on the disk as well. */
static gboolean
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int file = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean synced = file >= 0 && fsync (file) == 0;

  if (file >= 0)
    close (file);
  return synced;
}

const char *
output_file_sync (OutputFile *self, GError **error)
{
  if (!g_output_stream_flush (self->stream, NULL, error))
    return NULL;
  if (fsync (self->file) == 0)
    return self->unfinished;
  fail (self->unfinished, error);
  return NULL;
}

gboolean
output_file_finish (OutputFile *self, GError **error)
{
  if (g_rename (self->unfinished, self->path) != 0)
    return fail (self->path, error);
  g_clear_pointer (&self->unfinished, g_free);
  return sync_folder (self->path) || fail (self->path, error);
}

void
output_file_free (OutputFile *self)
{
  g_object_unref (self->stream);
  close (self->file);
  if (self->unfinished != NULL)
    g_unlink (self->unfinished);
  g_free (self->unfinished);
  g_free (self->path);
  g_free (self);
}
