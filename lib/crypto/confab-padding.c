/* confab-padding.c: lengths that say less
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-padding.h"

#include "confab-byte-reader.h"
#include "confab-crypto-error.h"

/*
 * A frame is the content's length in four bytes, the content, and zeroes up to a bucket: the powers of two
 * from 128 to 4,096, then the multiples of 4,096. Most chat messages fall into the first two buckets; past
 * 4,096 the waste stays under 4 KiB a message while the length still says little.
 */
#define PADDING_SMALLEST 128
#define PADDING_STEP 4096

/*
 * confab_padding_get_length:
 * @length: the content's length, far from overflowing
 *
 * Returns: the length of the frame around it
 */
gsize
confab_padding_get_length (gsize length)
{
  gsize needed = CONFAB_PADDING_OVERHEAD + length;
  gsize bucket = PADDING_SMALLEST;

  if (needed > PADDING_STEP)
    return (needed + PADDING_STEP - 1) / PADDING_STEP * PADDING_STEP;

  while (bucket < needed)
    bucket *= 2;

  return bucket;
}

/*
 * confab_padding_frame:
 * @first: the content's beginning
 * @second: the rest of it
 * @out: takes confab_padding_get_length() bytes
 */
void
confab_padding_frame (ConfabSpan  first,
                      ConfabSpan  second,
                      guint8     *out)
{
  gsize length = first.length + second.length;
  guint32 big_endian = GUINT32_TO_BE (length);
  gsize used = CONFAB_PADDING_OVERHEAD + length;

  g_assert (length <= G_MAXUINT32);

  memcpy (out, &big_endian, sizeof big_endian);
  if (first.length > 0)
    memcpy (out + CONFAB_PADDING_OVERHEAD, first.data, first.length);
  if (second.length > 0)
    memcpy (out + CONFAB_PADDING_OVERHEAD + first.length, second.data, second.length);
  memset (out + used, 0, confab_padding_get_length (length) - used);
}

/*
 * confab_padding_unframe:
 * @content: (out): the content inside @frame
 *
 * Strict: the frame has exactly the length of its content's bucket, and the padding is zero, so that nobody can
 * hide anything in it and there is one frame for one content.
 */
gboolean
confab_padding_unframe (ConfabSpan   frame,
                        ConfabSpan  *content,
                        GError     **error)
{
  ConfabByteReader reader = { .rest = frame };
  guint32 length = 0;
  guint8 padding = 0;

  if (!confab_byte_reader_read_u32 (&reader, &length) ||
      !confab_byte_reader_read_span (&reader, length, content) ||
      confab_padding_get_length (length) != frame.length)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MALFORMED,
                           "The padded length does not fit the content");
      return FALSE;
    }

  for (gsize i = 0; i < reader.rest.length; i++)
    padding |= reader.rest.data[i];

  if (padding != 0)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MALFORMED, "The padding is not zero");
      return FALSE;
    }

  return TRUE;
}
