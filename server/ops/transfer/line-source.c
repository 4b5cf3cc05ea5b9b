/* line-source.c: a stream cut into lines, each of a bounded length
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/transfer/line-source.h"

#include <string.h>

#include "ops/transfer/line-reader.h"
#include "protocol/confab-error.h"

#define BLOCK (256 * 1024)

struct _LineSource
{
  GInputStream *stream;
  GByteArray *buffer;
  gsize at;             /* where the next line begins in it */
  guint64 number;
};

LineSource *
line_source_new (GInputStream *stream)
{
  LineSource *self = g_new0 (LineSource, 1);

  self->stream = g_object_ref (stream);
  self->buffer = g_byte_array_new ();
  return self;
}

void
line_source_free (LineSource *self)
{
  g_object_unref (self->stream);
  g_byte_array_unref (self->buffer);
  g_free (self);
}

guint64
line_source_get_number (LineSource *self)
{
  return self->number;
}

/* -1 with an error, 0 at the end. */
static gssize
read_more (LineSource *self, GError **error)
{
  gsize before = 0;
  gssize size = 0;

  g_byte_array_remove_range (self->buffer, 0, self->at);
  self->at = 0;
  before = self->buffer->len;
  g_byte_array_set_size (self->buffer, before + BLOCK);
  size = g_input_stream_read (self->stream, self->buffer->data + before, BLOCK, NULL, error);
  g_byte_array_set_size (self->buffer, before + MAX (size, 0));
  return size;
}

static gboolean
fail_end (LineSource *self, GError **error)
{
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "the file is cut off in this line");
  return FALSE;
}

gboolean
line_source_next (LineSource *self, const char **line, gsize *length, GError **error)
{
  gsize looked = 0;

  *line = NULL;
  *length = 0;
  self->number++;
  for (;;)
    {
      const char *start = (const char *) self->buffer->data + self->at;
      gsize there = self->buffer->len - self->at;
      const char *end = there > looked ? memchr (start + looked, '\n', there - looked) : NULL;
      gssize size = 0;

      looked = end != NULL ? (gsize) (end - start) : there;
      if (looked > LINE_LENGTH_MAX)
        {
          g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_TOO_LARGE, "this line has more than %d bytes",
                       LINE_LENGTH_MAX);
          return FALSE;
        }
      if (end != NULL)
        {
          *line = start;
          *length = looked;
          self->at += looked + 1;
          return TRUE;
        }
      size = read_more (self, error);
      if (size < 0)
        return FALSE;
      if (size == 0 && there > 0)
        return fail_end (self, error);
      if (size == 0)
        {
          self->number--;
          return TRUE;
        }
    }
}
