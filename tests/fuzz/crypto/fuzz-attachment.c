/* fuzz-attachment.c: files that are cut, changed or claimed to be of another size
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Input: four bytes that say where to cut and which byte to change, eight bytes of claimed size, and the file.
 */

#include "config.h"

#include "confab-attachment-cipher-private.h"
#include "confab-attachment.h"
#include "confab-byte-reader.h"
#include "confab-byte-writer.h"
#include "confab-hash.h"
#include "fuzz.h"

static const guint8 key[CONFAB_ATTACHMENT_KEY_LENGTH] = { 1 };
static const guint8 salt[CONFAB_ATTACHMENT_SALT_LENGTH] = { 2 };

static GByteArray *
encrypt (ConfabSpan file)
{
  g_autoptr (ConfabAttachmentCipher) cipher = NULL;
  GByteArray *encrypted = g_byte_array_new ();
  ConfabByteReader reader = { .rest = file };

  cipher = confab_attachment_cipher_new_with_salt (confab_span (key, sizeof key), confab_span (salt, sizeof salt),
                                                   CONFAB_ATTACHMENT_MIN_CHUNK_SIZE);
  confab_byte_writer_append_span (encrypted, confab_attachment_cipher_get_header (cipher));

  for (guint64 index = 0; index == 0 || reader.rest.length > 0; index++)
    {
      ConfabSpan chunk = confab_span_empty ();
      gsize length = MIN (reader.rest.length, CONFAB_ATTACHMENT_MIN_CHUNK_SIZE);
      g_autoptr (GBytes) sealed = NULL;

      confab_byte_reader_read_span (&reader, length, &chunk);
      sealed = confab_attachment_cipher_seal_chunk (cipher, index, reader.rest.length == 0, chunk, NULL);
      confab_byte_writer_append_span (encrypted, confab_span_from_bytes (sealed));
    }

  return encrypted;
}

/* Reads @encrypted as what it claims to be; gives the file, or nothing. */
static GBytes *
decrypt (ConfabSpan encrypted,
         ConfabSpan hash,
         guint64    size)
{
  g_autoptr (ConfabAttachment) attachment = confab_attachment_new (confab_span (key, sizeof key), hash, size, NULL);
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data (encrypted.data, encrypted.length, NULL);
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GBytes) range = NULL;
  g_autoptr (GError) error = NULL;

  if (attachment == NULL)
    return NULL;

  range = confab_attachment_read_range (attachment, input, size / 2, 100, NULL, NULL);
  if (!g_seekable_seek (G_SEEKABLE (input), 0, G_SEEK_SET, NULL, NULL) ||
      !confab_attachment_decrypt (attachment, input, output, NULL, &error))
    {
      g_assert_nonnull (error);
      return NULL;
    }

  g_output_stream_close (output, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (output));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  ConfabByteReader reader = { .rest = confab_span (data, size) };
  guint16 cut = 0;
  guint16 change = 0;
  guint64 claimed = 0;
  guint8 hash[CONFAB_HASH_MAX_LENGTH];
  g_autoptr (ConfabAttachmentCipher) cipher = NULL;

  /* As a file by itself. */
  cipher = confab_attachment_cipher_new_from_header (confab_span (key, sizeof key), reader.rest, NULL);
  g_assert_null (decrypt (reader.rest, confab_span (key, sizeof key), size));

  if (!confab_byte_reader_read_u16 (&reader, &cut) || !confab_byte_reader_read_u16 (&reader, &change) ||
      !confab_byte_reader_read_u64 (&reader, &claimed))
    return 0;

  g_autoptr (GByteArray) encrypted = encrypt (reader.rest);
  gsize length = encrypted->len - MIN (cut, encrypted->len);
  gboolean whole = cut == 0 && change >= encrypted->len && claimed == reader.rest.length;
  g_autoptr (GBytes) file = NULL;

  confab_hash_sha256.digest (confab_span_from_array (encrypted), hash);
  if (change < encrypted->len)
    encrypted->data[change] ^= 1;

  file = decrypt (confab_span (encrypted->data, length), confab_span (hash, CONFAB_ATTACHMENT_HASH_LENGTH), claimed);
  if (whole || change >= length)
    g_assert_true ((file != NULL) == (cut == 0 && claimed == reader.rest.length));
  else
    g_assert_null (file);

  return 0;
}
