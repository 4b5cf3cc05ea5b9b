/* confab-byte-reader.h: the content formats taken apart, never past the end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-span.h"

G_BEGIN_DECLS

/* What is left to read. Each function takes from the front, or leaves everything and returns FALSE when
 * there is too little. */
typedef struct
{
  ConfabSpan rest;
} ConfabByteReader;

gboolean confab_byte_reader_read_u8   (ConfabByteReader *reader,
                                       guint8           *value);
gboolean confab_byte_reader_read_u16  (ConfabByteReader *reader,
                                       guint16          *value);
gboolean confab_byte_reader_read_u32  (ConfabByteReader *reader,
                                       guint32          *value);
gboolean confab_byte_reader_read_u64  (ConfabByteReader *reader,
                                       guint64          *value);
gboolean confab_byte_reader_read_span (ConfabByteReader *reader,
                                       gsize             length,
                                       ConfabSpan       *span);

G_END_DECLS
