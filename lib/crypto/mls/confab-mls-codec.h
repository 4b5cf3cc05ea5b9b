/* confab-mls-codec.h: the TLS presentation language as MLS uses it (RFC 9420, section 2.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "confab-mls-error.h"
#include "confab-span.h"

G_BEGIN_DECLS

/* The longest vector that the variable-length header can announce. */
#define CONFAB_MLS_MAXIMUM_VECTOR ((1u << 30) - 1)

/**
 * ConfabMlsReader:
 * @data: the bytes being read; not owned
 * @length: how many there are
 * @position: the next byte to read
 * @problem: (nullable): what went wrong first, a static string
 * @problem_position: where
 * @problem_code: the #ConfabMlsError that fits it
 *
 * A bounded reader whose first error sticks: after it every read gives zero or nothing and no byte is touched, so
 * that a decoder reads straight down and asks once, by confab_mls_reader_finish(). Nothing is ever allocated for a
 * length that the input does not contain.
 *
 * Since: 0.1
 */
typedef struct
{
  const guint8   *data;
  gsize           length;
  gsize           position;
  const char     *problem;
  gsize           problem_position;
  ConfabMlsError  problem_code;
} ConfabMlsReader;

void        confab_mls_reader_init        (ConfabMlsReader  *self,
                                           ConfabSpan        input);
gboolean    confab_mls_reader_is_good     (ConfabMlsReader  *self);
gboolean    confab_mls_reader_has_more    (ConfabMlsReader  *self);
void        confab_mls_reader_fail        (ConfabMlsReader  *self,
                                           ConfabMlsError    code,
                                           const char       *problem);
guint8      confab_mls_reader_u8          (ConfabMlsReader  *self);
guint16     confab_mls_reader_u16         (ConfabMlsReader  *self);
guint32     confab_mls_reader_u32         (ConfabMlsReader  *self);
guint64     confab_mls_reader_u64         (ConfabMlsReader  *self);
guint32     confab_mls_reader_length      (ConfabMlsReader  *self);
gboolean    confab_mls_reader_optional    (ConfabMlsReader  *self);
ConfabSpan  confab_mls_reader_span        (ConfabMlsReader  *self,
                                           gsize             length);
ConfabSpan  confab_mls_reader_opaque      (ConfabMlsReader  *self);
GBytes     *confab_mls_reader_bytes       (ConfabMlsReader  *self);
void        confab_mls_reader_enter       (ConfabMlsReader  *self,
                                           ConfabMlsReader  *vector);
void        confab_mls_reader_leave       (ConfabMlsReader  *self,
                                           ConfabMlsReader  *vector);
GArray     *confab_mls_reader_u16_vector  (ConfabMlsReader  *self);
GArray     *confab_mls_reader_u32_vector  (ConfabMlsReader  *self);
gboolean    confab_mls_reader_finish      (ConfabMlsReader  *self,
                                           const char       *what,
                                           GError          **error);

void        confab_mls_write_u8           (GByteArray       *out,
                                           guint8            value);
void        confab_mls_write_u16          (GByteArray       *out,
                                           guint16           value);
void        confab_mls_write_u32          (GByteArray       *out,
                                           guint32           value);
void        confab_mls_write_u64          (GByteArray       *out,
                                           guint64           value);
void        confab_mls_write_raw          (GByteArray       *out,
                                           ConfabSpan        bytes);
void        confab_mls_write_opaque       (GByteArray       *out,
                                           ConfabSpan        bytes);
void        confab_mls_write_bytes        (GByteArray       *out,
                                           GBytes           *bytes);
guint       confab_mls_write_begin        (GByteArray       *out);
void        confab_mls_write_end          (GByteArray       *out,
                                           guint             begin);
void        confab_mls_write_u16_vector   (GByteArray       *out,
                                           const GArray     *values);
void        confab_mls_write_u32_vector   (GByteArray       *out,
                                           const GArray     *values);
GByteArray *confab_mls_secret_array_new   (gsize             reserved);
void        confab_mls_secret_array_free  (GByteArray       *array);

typedef GByteArray ConfabMlsSecretArray;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsSecretArray, confab_mls_secret_array_free)

G_END_DECLS
