/* confab-mls-codec.c: the TLS presentation language as MLS uses it (RFC 9420, section 2.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-codec.h"

#include <sodium.h>
#include <string.h>

/**
 * confab_mls_reader_init: (skip)
 * @self: a reader
 * @input: the bytes to read; they must outlive the reader
 *
 * Starts reading at the first byte of @input.
 *
 * Since: 0.1
 */
void
confab_mls_reader_init (ConfabMlsReader *self,
                        ConfabSpan       input)
{
  *self = (ConfabMlsReader) { .data = input.data, .length = input.length };
}

gboolean
confab_mls_reader_is_good (ConfabMlsReader *self)
{
  return self->problem == NULL;
}

/**
 * confab_mls_reader_has_more: (skip)
 * @self: a reader
 *
 * Whether a loop over the elements of a vector should read another: not after the end, and not after an error.
 *
 * Since: 0.1
 */
gboolean
confab_mls_reader_has_more (ConfabMlsReader *self)
{
  return self->problem == NULL && self->position < self->length;
}

/**
 * confab_mls_reader_fail: (skip)
 * @self: a reader
 * @code: the error code that a caller shall get
 * @problem: a static string that says what is wrong
 *
 * Notes an error; only the first one counts.
 *
 * Since: 0.1
 */
void
confab_mls_reader_fail (ConfabMlsReader *self,
                        ConfabMlsError   code,
                        const char      *problem)
{
  if (self->problem != NULL)
    return;

  self->problem = problem;
  self->problem_code = code;
  self->problem_position = self->position;
}

ConfabSpan
confab_mls_reader_span (ConfabMlsReader *self,
                        gsize            length)
{
  if (self->problem != NULL)
    return confab_span_empty ();

  if (length > self->length - self->position)
    {
      confab_mls_reader_fail (self, CONFAB_MLS_ERROR_MALFORMED, "it ends too early");
      return confab_span_empty ();
    }

  ConfabSpan span = confab_span (self->data + self->position, length);
  self->position += length;

  return span;
}

static guint64
read_integer (ConfabMlsReader *self,
              gsize            n_bytes)
{
  ConfabSpan span = confab_mls_reader_span (self, n_bytes);
  guint64 value = 0;

  for (gsize i = 0; i < span.length; i++)
    value = value << 8 | span.data[i];

  return value;
}

guint8
confab_mls_reader_u8 (ConfabMlsReader *self)
{
  return read_integer (self, 1);
}

guint16
confab_mls_reader_u16 (ConfabMlsReader *self)
{
  return read_integer (self, 2);
}

guint32
confab_mls_reader_u32 (ConfabMlsReader *self)
{
  return read_integer (self, 4);
}

guint64
confab_mls_reader_u64 (ConfabMlsReader *self)
{
  return read_integer (self, 8);
}

/**
 * confab_mls_reader_length: (skip)
 * @self: a reader
 *
 * Reads the header of a variable-size vector (RFC 9420, section 2.1.2): like the integers of QUIC, but of at most four
 * bytes, and an encoding that is longer than needed is an error.
 *
 * Returns: the number of bytes in the vector
 * Since: 0.1
 */
guint32
confab_mls_reader_length (ConfabMlsReader *self)
{
  guint8 first = confab_mls_reader_u8 (self);
  guint prefix = first >> 6;

  if (prefix == 3)
    {
      confab_mls_reader_fail (self, CONFAB_MLS_ERROR_MALFORMED, "a vector has an invalid length header");
      return 0;
    }

  guint n_more = (1u << prefix) - 1;
  guint32 value = (first & 0x3f);
  value = value << (8 * n_more) | (guint32) read_integer (self, n_more);

  if ((prefix == 1 && value < 64) || (prefix == 2 && value < 16384))
    confab_mls_reader_fail (self, CONFAB_MLS_ERROR_MALFORMED, "a vector's length is not encoded minimally");

  return confab_mls_reader_is_good (self) ? value : 0;
}

/**
 * confab_mls_reader_optional: (skip)
 * @self: a reader
 *
 * Reads the presence byte of an optional value.
 *
 * Returns: whether the value follows
 * Since: 0.1
 */
gboolean
confab_mls_reader_optional (ConfabMlsReader *self)
{
  guint8 presence = confab_mls_reader_u8 (self);

  if (presence > 1)
    confab_mls_reader_fail (self, CONFAB_MLS_ERROR_MALFORMED, "an optional value is neither present nor absent");

  return presence == 1;
}

ConfabSpan
confab_mls_reader_opaque (ConfabMlsReader *self)
{
  guint32 length = confab_mls_reader_length (self);

  return confab_mls_reader_span (self, length);
}

/**
 * confab_mls_reader_bytes: (skip)
 * @self: a reader
 *
 * Reads an opaque vector and copies it.
 *
 * Returns: (transfer full): the bytes, empty after an error
 * Since: 0.1
 */
GBytes *
confab_mls_reader_bytes (ConfabMlsReader *self)
{
  return confab_span_to_bytes (confab_mls_reader_opaque (self));
}

/**
 * confab_mls_reader_enter: (skip)
 * @self: a reader
 * @vector: (out caller-allocates): a reader for the content of the vector that starts here
 *
 * Steps into a vector. Each call is matched by confab_mls_reader_leave(), which hands an error of the inner reader to
 * the outer one and insists that the vector was read to its end.
 *
 * Since: 0.1
 */
void
confab_mls_reader_enter (ConfabMlsReader *self,
                         ConfabMlsReader *vector)
{
  confab_mls_reader_init (vector, confab_mls_reader_opaque (self));

  if (self->problem != NULL)
    vector->problem = self->problem;
}

void
confab_mls_reader_leave (ConfabMlsReader *self,
                         ConfabMlsReader *vector)
{
  if (self->problem != NULL)
    return;

  if (vector->problem == NULL && vector->position != vector->length)
    confab_mls_reader_fail (vector, CONFAB_MLS_ERROR_MALFORMED, "a vector does not end with its last element");

  if (vector->problem != NULL)
    {
      self->problem = vector->problem;
      self->problem_code = vector->problem_code;
      self->problem_position = self->position - vector->length + vector->problem_position;
    }
}

/**
 * confab_mls_reader_u16_vector: (skip)
 * @self: a reader
 *
 * Reads a vector of 16-bit integers, such as the lists of capabilities.
 *
 * Returns: (transfer full) (element-type guint16): the integers
 * Since: 0.1
 */
GArray *
confab_mls_reader_u16_vector (ConfabMlsReader *self)
{
  ConfabMlsReader vector;
  confab_mls_reader_enter (self, &vector);

  GArray *values = g_array_sized_new (FALSE, FALSE, sizeof (guint16), vector.length / 2);
  while (confab_mls_reader_has_more (&vector))
    {
      guint16 value = confab_mls_reader_u16 (&vector);
      g_array_append_val (values, value);
    }
  confab_mls_reader_leave (self, &vector);

  return values;
}

GArray *
confab_mls_reader_u32_vector (ConfabMlsReader *self)
{
  ConfabMlsReader vector;
  confab_mls_reader_enter (self, &vector);

  GArray *values = g_array_sized_new (FALSE, FALSE, sizeof (guint32), vector.length / 4);
  while (confab_mls_reader_has_more (&vector))
    {
      guint32 value = confab_mls_reader_u32 (&vector);
      g_array_append_val (values, value);
    }
  confab_mls_reader_leave (self, &vector);

  return values;
}

/**
 * confab_mls_reader_finish: (skip)
 * @self: a reader
 * @what: what was being decoded, for the message
 * @error: return location for an error
 *
 * Ends a decoding: everything was understood and nothing is left over.
 *
 * Returns: %TRUE when that is so
 * Since: 0.1
 */
gboolean
confab_mls_reader_finish (ConfabMlsReader  *self,
                          const char       *what,
                          GError          **error)
{
  if (self->problem == NULL && self->position != self->length)
    confab_mls_reader_fail (self, CONFAB_MLS_ERROR_MALFORMED, "bytes follow its end");

  if (self->problem == NULL)
    return TRUE;

  g_set_error (error, CONFAB_MLS_ERROR, self->problem_code,
               "%s: %s (at byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT ")",
               what, self->problem, self->problem_position, self->length);
  return FALSE;
}

static void
write_integer (GByteArray *out,
               guint64     value,
               guint       n_bytes)
{
  guint8 buffer[8];

  for (guint i = 0; i < n_bytes; i++)
    buffer[i] = value >> (8 * (n_bytes - 1 - i));

  g_byte_array_append (out, buffer, n_bytes);
}

void
confab_mls_write_u8 (GByteArray *out,
                     guint8      value)
{
  write_integer (out, value, 1);
}

void
confab_mls_write_u16 (GByteArray *out,
                      guint16     value)
{
  write_integer (out, value, 2);
}

void
confab_mls_write_u32 (GByteArray *out,
                      guint32     value)
{
  write_integer (out, value, 4);
}

void
confab_mls_write_u64 (GByteArray *out,
                      guint64     value)
{
  write_integer (out, value, 8);
}

void
confab_mls_write_raw (GByteArray *out,
                      ConfabSpan  bytes)
{
  if (bytes.length > 0)
    g_byte_array_append (out, bytes.data, bytes.length);
}

static guint
format_length (guint8  header[4],
               gsize   length)
{
  /* Every length that is written here comes from objects that were bounded when they were read or made. */
  g_assert (length <= CONFAB_MLS_MAXIMUM_VECTOR);

  if (length < 64)
    {
      header[0] = length;
      return 1;
    }

  if (length < 16384)
    {
      header[0] = 0x40 | length >> 8;
      header[1] = length;
      return 2;
    }

  header[0] = 0x80 | length >> 24;
  header[1] = length >> 16;
  header[2] = length >> 8;
  header[3] = length;
  return 4;
}

void
confab_mls_write_opaque (GByteArray *out,
                         ConfabSpan  bytes)
{
  guint8 header[4];

  g_byte_array_append (out, header, format_length (header, bytes.length));
  confab_mls_write_raw (out, bytes);
}

void
confab_mls_write_bytes (GByteArray *out,
                        GBytes     *bytes)
{
  confab_mls_write_opaque (out, confab_span_from_bytes (bytes));
}

/**
 * confab_mls_write_begin: (skip)
 * @out: the encoding so far
 *
 * Starts a vector whose length is not known yet.
 *
 * Returns: what confab_mls_write_end() wants to know
 * Since: 0.1
 */
guint
confab_mls_write_begin (GByteArray *out)
{
  return out->len;
}

/**
 * confab_mls_write_end: (skip)
 * @out: the encoding so far
 * @begin: from confab_mls_write_begin()
 *
 * Ends a vector: puts the header before everything that was written since it began.
 *
 * Since: 0.1
 */
void
confab_mls_write_end (GByteArray *out,
                      guint       begin)
{
  guint8 header[4];
  guint length = out->len - begin;
  guint n_header = format_length (header, length);

  g_byte_array_set_size (out, out->len + n_header);
  memmove (out->data + begin + n_header, out->data + begin, length);
  memcpy (out->data + begin, header, n_header);
}

void
confab_mls_write_u16_vector (GByteArray   *out,
                             const GArray *values)
{
  guint begin = confab_mls_write_begin (out);

  for (guint i = 0; values != NULL && i < values->len; i++)
    confab_mls_write_u16 (out, g_array_index (values, guint16, i));

  confab_mls_write_end (out, begin);
}

void
confab_mls_write_u32_vector (GByteArray   *out,
                             const GArray *values)
{
  guint begin = confab_mls_write_begin (out);

  for (guint i = 0; values != NULL && i < values->len; i++)
    confab_mls_write_u32 (out, g_array_index (values, guint32, i));

  confab_mls_write_end (out, begin);
}

/**
 * confab_mls_secret_array_new: (skip)
 * @reserved: how many bytes it will take at most
 *
 * An array for an encoding with secrets in it. As long as it does not outgrow @reserved it is never moved, so that
 * confab_mls_secret_array_free() erases the only copy.
 *
 * Returns: (transfer full): an empty array
 * Since: 0.1
 */
GByteArray *
confab_mls_secret_array_new (gsize reserved)
{
  return g_byte_array_sized_new (reserved);
}

void
confab_mls_secret_array_free (GByteArray *array)
{
  if (array->len > 0)
    sodium_memzero (array->data, array->len);

  g_byte_array_unref (array);
}
