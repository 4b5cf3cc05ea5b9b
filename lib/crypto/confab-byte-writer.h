/* confab-byte-writer.h: the encodings that the content formats are put together from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-span.h"

G_BEGIN_DECLS

/* Numbers are big-endian; a string is its length in two bytes and then its bytes. Where more is appended
 * than a string can hold, the writer's caller has forgotten a check: that is asserted. */
void confab_byte_writer_append_u8     (GByteArray *bytes,
                                       guint8      value);
void confab_byte_writer_append_u16    (GByteArray *bytes,
                                       guint16     value);
void confab_byte_writer_append_u32    (GByteArray *bytes,
                                       guint32     value);
void confab_byte_writer_append_u64    (GByteArray *bytes,
                                       guint64     value);
void confab_byte_writer_append_span   (GByteArray *bytes,
                                       ConfabSpan  span);
void confab_byte_writer_append_string (GByteArray *bytes,
                                       const char *string);

G_END_DECLS
