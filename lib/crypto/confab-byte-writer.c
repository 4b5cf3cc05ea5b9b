/* confab-byte-writer.c: the encodings that the content formats are put together from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-byte-writer.h"

void
confab_byte_writer_append_u8 (GByteArray *bytes,
                              guint8      value)
{
  g_byte_array_append (bytes, &value, 1);
}

void
confab_byte_writer_append_u16 (GByteArray *bytes,
                               guint16     value)
{
  guint16 big_endian = GUINT16_TO_BE (value);

  g_byte_array_append (bytes, (const guint8 *) &big_endian, sizeof big_endian);
}

void
confab_byte_writer_append_u32 (GByteArray *bytes,
                               guint32     value)
{
  guint32 big_endian = GUINT32_TO_BE (value);

  g_byte_array_append (bytes, (const guint8 *) &big_endian, sizeof big_endian);
}

void
confab_byte_writer_append_u64 (GByteArray *bytes,
                               guint64     value)
{
  guint64 big_endian = GUINT64_TO_BE (value);

  g_byte_array_append (bytes, (const guint8 *) &big_endian, sizeof big_endian);
}

void
confab_byte_writer_append_span (GByteArray *bytes,
                                ConfabSpan  span)
{
  g_assert (span.length <= G_MAXUINT - bytes->len);

  if (span.length > 0)
    g_byte_array_append (bytes, span.data, span.length);
}

void
confab_byte_writer_append_string (GByteArray *bytes,
                                  const char *string)
{
  ConfabSpan span = confab_span_from_string (string);

  g_assert (span.length <= G_MAXUINT16);

  confab_byte_writer_append_u16 (bytes, span.length);
  confab_byte_writer_append_span (bytes, span);
}
