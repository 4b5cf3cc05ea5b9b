/* test-attachment.c: files come out as they went in, whole or in parts, or not at all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-attachment.h"
#include "confab-crypto-provider.h"

#define HEADER CONFAB_ATTACHMENT_HEADER_LENGTH
#define CHUNK CONFAB_ATTACHMENT_CHUNK_SIZE
#define ENCRYPTED_CHUNK (CHUNK + CONFAB_ATTACHMENT_TAG_LENGTH)

static GBytes *
encrypt (GBytes            *file,
         ConfabAttachment **attachment)
{
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_bytes (file);
  g_autoptr (GOutputStream) encrypted = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;

  *attachment = confab_attachment_encrypt (plain, encrypted, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_output_stream_close (encrypted, NULL, NULL));

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (encrypted));
}

static GBytes *
decrypt (ConfabAttachment *attachment,
         ConfabSpan        encrypted,
         GError          **error)
{
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data (encrypted.data, encrypted.length, NULL);
  g_autoptr (GOutputStream) plain = g_memory_output_stream_new_resizable ();

  if (!confab_attachment_decrypt (attachment, input, plain, NULL, error))
    return NULL;

  g_assert_true (g_output_stream_close (plain, NULL, NULL));
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (plain));
}

static void
assert_refused (ConfabAttachment *attachment,
                ConfabSpan        encrypted,
                ConfabCryptoError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) file = decrypt (attachment, encrypted, &error);

  g_assert_null (file);
  g_assert_error (error, CONFAB_CRYPTO_ERROR, (int) code);
}

static void
test_round_trip (void)
{
  static const gsize sizes[] = { 0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) file = confab_crypto_random_bytes (sizes[i]);
      g_autoptr (ConfabAttachment) attachment = NULL;
      g_autoptr (GBytes) encrypted = encrypt (file, &attachment);
      g_autoptr (ConfabAttachment) received = NULL;
      g_autoptr (GBytes) decrypted = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (confab_attachment_get_size (attachment), ==, sizes[i]);
      received = confab_attachment_new (confab_secret_span (confab_attachment_get_key (attachment)),
                                        confab_attachment_get_hash (attachment),
                                        confab_attachment_get_size (attachment), &error);
      g_assert_no_error (error);
      decrypted = decrypt (received, confab_span_from_bytes (encrypted), &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (decrypted, file));
    }
}

static void
test_sizes (void)
{
  g_autoptr (ConfabAttachmentCipher) cipher = confab_attachment_cipher_new ();
  static const guint64 sizes[] = { 0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 10 * (guint64) CHUNK, (guint64) 5 << 40 };
  static const guint64 impossible[] = { 0, HEADER, HEADER + 15, HEADER + ENCRYPTED_CHUNK + 1,
                                        HEADER + ENCRYPTED_CHUNK + 15, HEADER + ENCRYPTED_CHUNK + 16 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint64 size = 1;
      g_autoptr (GError) error = NULL;

      confab_attachment_cipher_get_size (cipher, confab_attachment_cipher_get_encrypted_size (cipher, sizes[i]),
                                         &size, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (size, ==, sizes[i]);
    }

  for (guint i = 0; i < G_N_ELEMENTS (impossible); i++)
    {
      guint64 size = 0;
      g_autoptr (GError) error = NULL;

      g_assert_false (confab_attachment_cipher_get_size (cipher, impossible[i], &size, &error));
      g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TRUNCATED);
    }
}

/* Every byte of a small file, and of a larger one those around its seams. */
static void
test_every_byte_counts (void)
{
  static const gsize sizes[] = { 40, 2 * CHUNK + 100 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) file = confab_crypto_random_bytes (sizes[i]);
      g_autoptr (ConfabAttachment) attachment = NULL;
      g_autoptr (GBytes) encrypted = encrypt (file, &attachment);
      gsize length = g_bytes_get_size (encrypted);
      g_autofree guint8 *changed = g_memdup2 (g_bytes_get_data (encrypted, NULL), length);

      for (gsize at = 0; at < length; at++)
        {
          gsize in_chunk = at < HEADER ? 0 : (at - HEADER) % ENCRYPTED_CHUNK;
          g_autoptr (GBytes) decrypted = NULL;

          if (in_chunk > 2 && in_chunk < CHUNK - 1 && at < length - 20 && sizes[i] > 40)
            {
              at += 9973;
              continue;
            }

          changed[at] ^= 0x40;
          decrypted = decrypt (attachment, confab_span (changed, length), NULL);
          g_assert_null (decrypted);
          changed[at] ^= 0x40;
        }
    }
}

static void
test_chunks_stay_in_place (void)
{
  g_autoptr (GBytes) file = confab_crypto_random_bytes (3 * CHUNK + 5);
  g_autoptr (ConfabAttachment) attachment = NULL;
  g_autoptr (GBytes) encrypted = encrypt (file, &attachment);
  gsize length = g_bytes_get_size (encrypted);
  const guint8 *bytes = g_bytes_get_data (encrypted, NULL);
  g_autofree guint8 *changed = g_malloc (length + ENCRYPTED_CHUNK);

  /* swapped */
  memcpy (changed, bytes, length);
  memcpy (changed + HEADER, bytes + HEADER + ENCRYPTED_CHUNK, ENCRYPTED_CHUNK);
  memcpy (changed + HEADER + ENCRYPTED_CHUNK, bytes + HEADER, ENCRYPTED_CHUNK);
  assert_refused (attachment, confab_span (changed, length), CONFAB_CRYPTO_ERROR_AUTHENTICATION);

  /* one left out: the last one comes too early */
  memcpy (changed, bytes, length);
  memmove (changed + HEADER, bytes + HEADER + ENCRYPTED_CHUNK, length - HEADER - ENCRYPTED_CHUNK);
  assert_refused (attachment, confab_span (changed, length - ENCRYPTED_CHUNK), CONFAB_CRYPTO_ERROR_AUTHENTICATION);

  /* one repeated */
  memcpy (changed, bytes, HEADER + ENCRYPTED_CHUNK);
  memcpy (changed + HEADER + ENCRYPTED_CHUNK, bytes + HEADER, length - HEADER);
  assert_refused (attachment, confab_span (changed, length + ENCRYPTED_CHUNK), CONFAB_CRYPTO_ERROR_AUTHENTICATION);

  /* more at the end */
  memcpy (changed, bytes, length);
  changed[length] = 0;
  assert_refused (attachment, confab_span (changed, length + 1), CONFAB_CRYPTO_ERROR_TRAILING);
}

/* Cut at a seam, with a message that agrees on the size: the chunk that is now the last was not sealed as such. */
static void
test_truncation (void)
{
  g_autoptr (GBytes) file = confab_crypto_random_bytes (2 * CHUNK);
  g_autoptr (ConfabAttachment) attachment = NULL;
  g_autoptr (ConfabAttachment) shorter = NULL;
  g_autoptr (GBytes) encrypted = encrypt (file, &attachment);
  const guint8 *bytes = g_bytes_get_data (encrypted, NULL);

  shorter = confab_attachment_new (confab_secret_span (confab_attachment_get_key (attachment)),
                                   confab_attachment_get_hash (attachment), CHUNK, NULL);
  assert_refused (shorter, confab_span (bytes, HEADER + ENCRYPTED_CHUNK), CONFAB_CRYPTO_ERROR_AUTHENTICATION);
  assert_refused (shorter, confab_span_from_bytes (encrypted), CONFAB_CRYPTO_ERROR_AUTHENTICATION);

  for (gsize cut = 0; cut < 3; cut++)
    {
      assert_refused (attachment, confab_span (bytes, cut * (HEADER - 1) / 2), CONFAB_CRYPTO_ERROR_TRUNCATED);
      assert_refused (attachment, confab_span (bytes, HEADER + cut * (ENCRYPTED_CHUNK - 1)),
                      CONFAB_CRYPTO_ERROR_TRUNCATED);
    }
}

/* Whoever has the key can make another file that decrypts; it is not the one that was signed for. */
static void
test_other_file_under_the_same_key (void)
{
  g_autoptr (GBytes) file = confab_crypto_random_bytes (100);
  g_autoptr (GBytes) other = confab_crypto_random_bytes (100);
  g_autoptr (ConfabAttachment) attachment = NULL;
  g_autoptr (ConfabAttachment) other_attachment = NULL;
  g_autoptr (ConfabAttachment) mixed = NULL;
  g_autoptr (GBytes) encrypted = encrypt (file, &attachment);
  g_autoptr (GBytes) other_encrypted = encrypt (other, &other_attachment);

  mixed = confab_attachment_new (confab_secret_span (confab_attachment_get_key (other_attachment)),
                                 confab_attachment_get_hash (attachment), 100, NULL);
  assert_refused (mixed, confab_span_from_bytes (other_encrypted), CONFAB_CRYPTO_ERROR_MISMATCH);
  assert_refused (mixed, confab_span_from_bytes (encrypted), CONFAB_CRYPTO_ERROR_AUTHENTICATION);
}

static void
test_ranges (void)
{
  static const struct { guint64 offset; gsize length; } ranges[] = {
    { 0, 0 }, { 0, 1 }, { 0, CHUNK }, { CHUNK - 1, 2 }, { CHUNK, 1 }, { 5, 3 * CHUNK }, { 3 * CHUNK, 100 },
    { 3 * CHUNK + 6, 1 }, { 3 * CHUNK + 7, 1 }, { G_MAXUINT64, 5 }, { 0, G_MAXSIZE }, { CHUNK + 1, G_MAXSIZE },
  };
  gsize size = 3 * CHUNK + 7;
  g_autoptr (GBytes) file = confab_crypto_random_bytes (size);
  g_autoptr (ConfabAttachment) attachment = NULL;
  g_autoptr (GBytes) encrypted = encrypt (file, &attachment);
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_bytes (encrypted);

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      gsize start = MIN (ranges[i].offset, size);
      gsize expected = MIN (ranges[i].length, size - start);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) range = NULL;

      range = confab_attachment_read_range (attachment, input, ranges[i].offset, ranges[i].length, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (range, NULL), g_bytes_get_size (range),
                       (const guint8 *) g_bytes_get_data (file, NULL) + start, expected);
    }
}

/* What a message claims is checked before it is calculated with, and nothing is allocated for it. */
static void
test_claims (void)
{
  static const guint8 bytes[64] = { 0 };
  g_autoptr (ConfabAttachment) attachment = NULL;
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GBytes) file = g_bytes_new_static ("a small file", 12);
  g_autoptr (ConfabAttachment) real = NULL;
  g_autoptr (GBytes) encrypted = encrypt (file, &real);
  g_autoptr (GBytes) range = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (confab_attachment_new (confab_span (bytes, 32), confab_span (bytes, 32), G_MAXUINT64, &error));
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_null (confab_attachment_new (confab_span (bytes, 31), confab_span (bytes, 32), 0, &error));
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
  g_clear_error (&error);
  g_assert_null (confab_attachment_new (confab_span (bytes, 32), confab_span (bytes, 33), 0, &error));
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
  g_clear_error (&error);

  attachment = confab_attachment_new (confab_secret_span (confab_attachment_get_key (real)),
                                      confab_attachment_get_hash (real), (guint64) 1 << 48, &error);
  g_assert_no_error (error);
  assert_refused (attachment, confab_span_from_bytes (encrypted), CONFAB_CRYPTO_ERROR_TRUNCATED);
  input = g_memory_input_stream_new_from_bytes (encrypted);
  range = confab_attachment_read_range (attachment, input, ((guint64) 1 << 48) - 5, 5, NULL, &error);
  g_assert_null (range);
  g_assert_nonnull (error);
}

static void
test_headers (void)
{
  guint8 key[CONFAB_ATTACHMENT_KEY_LENGTH] = { 0 };
  guint8 header[HEADER + 1] = { 1, 16 };
  const struct { guint8 version, bits; gsize length; ConfabCryptoError code; } wrong[] = {
    { 0, 16, HEADER, CONFAB_CRYPTO_ERROR_UNSUPPORTED },
    { 2, 16, HEADER, CONFAB_CRYPTO_ERROR_UNSUPPORTED },
    { 1, 11, HEADER, CONFAB_CRYPTO_ERROR_MALFORMED },
    { 1, 21, HEADER, CONFAB_CRYPTO_ERROR_MALFORMED },
    { 1, 255, HEADER, CONFAB_CRYPTO_ERROR_MALFORMED },
    { 1, 16, HEADER - 1, CONFAB_CRYPTO_ERROR_MALFORMED },
    { 1, 16, HEADER + 1, CONFAB_CRYPTO_ERROR_MALFORMED },
    { 1, 16, 0, CONFAB_CRYPTO_ERROR_MALFORMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (ConfabAttachmentCipher) cipher = NULL;
      g_autoptr (GError) error = NULL;

      header[0] = wrong[i].version;
      header[1] = wrong[i].bits;
      cipher = confab_attachment_cipher_new_from_header (confab_span (key, sizeof key),
                                                         confab_span (header, wrong[i].length), &error);
      g_assert_null (cipher);
      g_assert_error (error, CONFAB_CRYPTO_ERROR, (int) wrong[i].code);
    }
}

static void
test_chunk_misuse (void)
{
  g_autoptr (ConfabAttachmentCipher) cipher = confab_attachment_cipher_new ();
  g_autofree guint8 *bytes = g_malloc0 (CHUNK + 1);
  const struct { guint64 index; gboolean is_last; gsize length; } wrong[] = {
    { 0, FALSE, CHUNK - 1 }, { 0, FALSE, 0 }, { 0, TRUE, CHUNK + 1 }, { 1, TRUE, 0 },
    { (guint64) G_MAXUINT32 + 1, TRUE, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GBytes) chunk = NULL;
      g_autoptr (GError) error = NULL;

      chunk = confab_attachment_cipher_seal_chunk (cipher, wrong[i].index, wrong[i].is_last,
                                                   confab_span (bytes, wrong[i].length), &error);
      g_assert_null (chunk);
      g_assert_nonnull (error);
    }
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_data ("x", 1, NULL);
  g_autoptr (GOutputStream) encrypted = g_memory_output_stream_new_resizable ();
  g_autoptr (ConfabAttachment) attachment = NULL;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  attachment = confab_attachment_encrypt (plain, encrypted, cancellable, &error);
  g_assert_null (attachment);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/crypto/attachment/round-trip", test_round_trip);
  g_test_add_func ("/crypto/attachment/sizes", test_sizes);
  g_test_add_func ("/crypto/attachment/every-byte-counts", test_every_byte_counts);
  g_test_add_func ("/crypto/attachment/chunks-stay-in-place", test_chunks_stay_in_place);
  g_test_add_func ("/crypto/attachment/truncation", test_truncation);
  g_test_add_func ("/crypto/attachment/other-file-under-the-same-key", test_other_file_under_the_same_key);
  g_test_add_func ("/crypto/attachment/ranges", test_ranges);
  g_test_add_func ("/crypto/attachment/claims", test_claims);
  g_test_add_func ("/crypto/attachment/headers", test_headers);
  g_test_add_func ("/crypto/attachment/chunk-misuse", test_chunk_misuse);
  g_test_add_func ("/crypto/attachment/cancelled", test_cancelled);

  return g_test_run ();
}
