/* confab-byte-reader.c: the content formats taken apart, never past the end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-byte-reader.h"

static gboolean
read_number (ConfabByteReader *reader,
             guint             width,
             guint64          *value)
{
  ConfabSpan span = confab_span_empty ();

  if (!confab_byte_reader_read_span (reader, width, &span))
    return FALSE;

  *value = 0;
  for (guint i = 0; i < width; i++)
    *value = *value << 8 | span.data[i];

  return TRUE;
}

gboolean
confab_byte_reader_read_u8 (ConfabByteReader *reader,
                            guint8           *value)
{
  guint64 wide = 0;

  if (!read_number (reader, sizeof *value, &wide))
    return FALSE;

  *value = wide;
  return TRUE;
}

gboolean
confab_byte_reader_read_u16 (ConfabByteReader *reader,
                             guint16          *value)
{
  guint64 wide = 0;

  if (!read_number (reader, sizeof *value, &wide))
    return FALSE;

  *value = wide;
  return TRUE;
}

gboolean
confab_byte_reader_read_u32 (ConfabByteReader *reader,
                             guint32          *value)
{
  guint64 wide = 0;

  if (!read_number (reader, sizeof *value, &wide))
    return FALSE;

  *value = wide;
  return TRUE;
}

gboolean
confab_byte_reader_read_u64 (ConfabByteReader *reader,
                             guint64          *value)
{
  return read_number (reader, sizeof *value, value);
}

gboolean
confab_byte_reader_read_span (ConfabByteReader *reader,
                              gsize             length,
                              ConfabSpan       *span)
{
  if (length > reader->rest.length)
    return FALSE;

  *span = confab_span (reader->rest.data, length);
  if (length > 0)
    reader->rest = confab_span (reader->rest.data + length, reader->rest.length - length);

  return TRUE;
}
