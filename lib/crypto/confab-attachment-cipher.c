/* confab-attachment-cipher.c: a file in encrypted chunks that can be read from anywhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The format is specified in docs/encryption.md, "Attachments".
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-attachment-cipher-private.h"

#include "confab-aead.h"
#include "confab-byte-reader.h"
#include "confab-byte-writer.h"
#include "confab-crypto-error.h"
#include "confab-crypto-provider.h"
#include "confab-hash.h"

#define ATTACHMENT_KEY_LABEL "confab attachment 1"
#define ATTACHMENT_STREAM_KEY_LENGTH 32
#define ATTACHMENT_NONCE_PREFIX_LENGTH 7
#define ATTACHMENT_NONCE_LENGTH 12
#define ATTACHMENT_MIN_CHUNK_BITS 12
#define ATTACHMENT_MAX_CHUNK_BITS 20
#define ATTACHMENT_DEFAULT_CHUNK_BITS 16

G_STATIC_ASSERT (1 << ATTACHMENT_MIN_CHUNK_BITS == CONFAB_ATTACHMENT_MIN_CHUNK_SIZE);
G_STATIC_ASSERT (1 << ATTACHMENT_DEFAULT_CHUNK_BITS == CONFAB_ATTACHMENT_CHUNK_SIZE);
G_STATIC_ASSERT (1 << ATTACHMENT_MAX_CHUNK_BITS == CONFAB_ATTACHMENT_MAX_CHUNK_SIZE);

/**
 * ConfabAttachmentCipher:
 *
 * The keys of one encrypted file. A file is a header and then chunks of equal size, each encrypted by itself;
 * number and end are part of every chunk's nonce, so chunks that were left out, swapped, repeated or added do not
 * decrypt, and any chunk can be read without those before it.
 *
 * Since: 0.1
 */
struct _ConfabAttachmentCipher
{
  gatomicrefcount ref_count;
  ConfabSecret   *key;
  ConfabSecret   *stream; /* the chunks' key, then the nonces' prefix */
  gsize           chunk_size;
  guint8          header[CONFAB_ATTACHMENT_HEADER_LENGTH];
};

G_DEFINE_BOXED_TYPE (ConfabAttachmentCipher, confab_attachment_cipher,
                     confab_attachment_cipher_ref, confab_attachment_cipher_unref)

/* The header is part of what the chunks' key is derived from: changing it changes the key. The salt in it keeps two
 * files under the same key apart, which nobody should make but somebody will. */
static ConfabAttachmentCipher *
cipher_new (ConfabSpan    key,
            const guint8  header[CONFAB_ATTACHMENT_HEADER_LENGTH],
            guint         chunk_bits)
{
  ConfabAttachmentCipher *self = g_new0 (ConfabAttachmentCipher, 1);
  ConfabSpan salt = confab_span (header + 2, CONFAB_ATTACHMENT_SALT_LENGTH);
  g_autoptr (ConfabSecret) pseudorandom_key = confab_hash_extract (&confab_hash_sha256, salt, &key, 1);
  g_autoptr (GByteArray) info = g_byte_array_new ();
  ConfabSpan info_span = confab_span_empty ();

  g_atomic_ref_count_init (&self->ref_count);
  self->key = confab_secret_new_copy (key);
  self->chunk_size = (gsize) 1 << chunk_bits;
  memcpy (self->header, header, sizeof self->header);

  confab_byte_writer_append_string (info, ATTACHMENT_KEY_LABEL);
  confab_byte_writer_append_span (info, confab_span (header, CONFAB_ATTACHMENT_HEADER_LENGTH));
  info_span = confab_span_from_array (info);
  self->stream = confab_hash_expand (&confab_hash_sha256, confab_secret_span (pseudorandom_key), &info_span, 1,
                                     ATTACHMENT_STREAM_KEY_LENGTH + ATTACHMENT_NONCE_PREFIX_LENGTH, NULL);

  return self;
}

/*
 * confab_attachment_cipher_new_with_salt:
 *
 * Only test vectors may choose a key and a salt.
 */
ConfabAttachmentCipher *
confab_attachment_cipher_new_with_salt (ConfabSpan key,
                                        ConfabSpan salt,
                                        gsize      chunk_size)
{
  guint8 header[CONFAB_ATTACHMENT_HEADER_LENGTH] = { CONFAB_ATTACHMENT_VERSION };
  guint chunk_bits = g_bit_storage (chunk_size) - 1;

  g_assert (key.length == CONFAB_ATTACHMENT_KEY_LENGTH);
  g_assert (salt.length == CONFAB_ATTACHMENT_SALT_LENGTH);
  g_assert (chunk_size == (gsize) 1 << chunk_bits);

  header[1] = chunk_bits;
  memcpy (header + 2, salt.data, salt.length);

  return cipher_new (key, header, chunk_bits);
}

/**
 * confab_attachment_cipher_new:
 *
 * Makes the keys for a new file.
 *
 * Returns: (transfer full): a cipher with a random key
 *
 * Since: 0.1
 */
ConfabAttachmentCipher *
confab_attachment_cipher_new (void)
{
  g_autoptr (ConfabSecret) key = confab_secret_new_random (CONFAB_ATTACHMENT_KEY_LENGTH);
  guint8 salt[CONFAB_ATTACHMENT_SALT_LENGTH];

  confab_crypto_random (salt, sizeof salt);

  return confab_attachment_cipher_new_with_salt (confab_secret_span (key), confab_span (salt, sizeof salt),
                                                 CONFAB_ATTACHMENT_CHUNK_SIZE);
}

/**
 * confab_attachment_cipher_new_from_header:
 * @key: the file's key, from the message that it is attached to
 * @header: the first %CONFAB_ATTACHMENT_HEADER_LENGTH bytes of the file
 * @error: return location for an error
 *
 * Returns: (transfer full): the cipher to read the file with, or %NULL with %CONFAB_CRYPTO_ERROR_UNSUPPORTED,
 *   %CONFAB_CRYPTO_ERROR_MALFORMED or %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
ConfabAttachmentCipher *
confab_attachment_cipher_new_from_header (ConfabSpan   key,
                                          ConfabSpan   header,
                                          GError     **error)
{
  if (key.length != CONFAB_ATTACHMENT_KEY_LENGTH)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
                   "A file's key has %d bytes, not %" G_GSIZE_FORMAT, CONFAB_ATTACHMENT_KEY_LENGTH, key.length);
      return NULL;
    }

  if (header.length > 0 && header.data[0] != CONFAB_ATTACHMENT_VERSION)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_UNSUPPORTED,
                   "The file is of format %u, which this version does not know", header.data[0]);
      return NULL;
    }

  if (header.length != CONFAB_ATTACHMENT_HEADER_LENGTH ||
      header.data[1] < ATTACHMENT_MIN_CHUNK_BITS || header.data[1] > ATTACHMENT_MAX_CHUNK_BITS)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MALFORMED,
                           "The file does not begin like an encrypted one");
      return NULL;
    }

  return cipher_new (key, header.data, header.data[1]);
}

/**
 * confab_attachment_cipher_ref:
 * @self: a cipher
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
ConfabAttachmentCipher *
confab_attachment_cipher_ref (ConfabAttachmentCipher *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * confab_attachment_cipher_unref:
 * @self: (transfer full): a cipher
 *
 * Since: 0.1
 */
void
confab_attachment_cipher_unref (ConfabAttachmentCipher *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  confab_secret_unref (self->key);
  confab_secret_unref (self->stream);
  g_free (self);
}

/**
 * confab_attachment_cipher_get_key:
 * @self: a cipher
 *
 * Returns: (transfer none): the key that the message carries
 *
 * Since: 0.1
 */
ConfabSecret *
confab_attachment_cipher_get_key (ConfabAttachmentCipher *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->key;
}

/**
 * confab_attachment_cipher_get_header:
 * @self: a cipher
 *
 * Returns: what the encrypted file begins with, borrowed from @self
 *
 * Since: 0.1
 */
ConfabSpan
confab_attachment_cipher_get_header (const ConfabAttachmentCipher *self)
{
  g_return_val_if_fail (self != NULL, confab_span_empty ());

  return confab_span (self->header, sizeof self->header);
}

/**
 * confab_attachment_cipher_get_chunk_size:
 * @self: a cipher
 *
 * Returns: the number of bytes of the file in every chunk but the last; encrypted, a chunk is
 *   %CONFAB_ATTACHMENT_TAG_LENGTH longer
 *
 * Since: 0.1
 */
gsize
confab_attachment_cipher_get_chunk_size (const ConfabAttachmentCipher *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->chunk_size;
}

/**
 * confab_attachment_cipher_get_encrypted_size:
 * @self: a cipher
 * @size: the size of a file in bytes
 *
 * Returns: the size of the encrypted file; an empty file has one empty chunk
 *
 * Since: 0.1
 */
guint64
confab_attachment_cipher_get_encrypted_size (const ConfabAttachmentCipher *self,
                                             guint64                       size)
{
  guint64 n_chunks = 0;

  g_return_val_if_fail (self != NULL, 0);

  n_chunks = size > 0 ? (size - 1) / self->chunk_size + 1 : 1;

  return CONFAB_ATTACHMENT_HEADER_LENGTH + size + n_chunks * CONFAB_ATTACHMENT_TAG_LENGTH;
}

/**
 * confab_attachment_cipher_get_size:
 * @self: a cipher
 * @encrypted_size: the size of an encrypted file in bytes
 * @size: (out): the size of the file
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %CONFAB_CRYPTO_ERROR_TRUNCATED when no encrypted file has that size
 *
 * Since: 0.1
 */
gboolean
confab_attachment_cipher_get_size (const ConfabAttachmentCipher *self,
                                   guint64                       encrypted_size,
                                   guint64                      *size,
                                   GError                      **error)
{
  guint64 encrypted_chunk = 0;
  guint64 rest = 0;
  guint64 last = 0;

  g_return_val_if_fail (self != NULL, FALSE);

  encrypted_chunk = self->chunk_size + CONFAB_ATTACHMENT_TAG_LENGTH;
  rest = encrypted_size > CONFAB_ATTACHMENT_HEADER_LENGTH ? encrypted_size - CONFAB_ATTACHMENT_HEADER_LENGTH : 0;
  last = rest % encrypted_chunk;

  /* Only an empty file ends with a chunk that is nothing but its tag. */
  if (rest < CONFAB_ATTACHMENT_TAG_LENGTH || (last > 0 && last < CONFAB_ATTACHMENT_TAG_LENGTH) ||
      (last == CONFAB_ATTACHMENT_TAG_LENGTH && rest > encrypted_chunk))
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TRUNCATED,
                   "No encrypted file has %" G_GUINT64_FORMAT " bytes: some are missing", encrypted_size);
      return FALSE;
    }

  *size = rest - (rest / encrypted_chunk + (last > 0 ? 1 : 0)) * CONFAB_ATTACHMENT_TAG_LENGTH;

  return TRUE;
}

/* Every chunk but the last is full; the last is not empty unless it is the only one. So a file has exactly one
 * division into chunks. */
static gboolean
check_chunk (const ConfabAttachmentCipher *self,
             guint64                       index,
             gboolean                      is_last,
             gsize                         length,
             GError                      **error)
{
  gboolean fits = is_last ? length <= self->chunk_size && (length > 0 || index == 0) : length == self->chunk_size;

  if (index > G_MAXUINT32)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TOO_LARGE,
                           "The file has more chunks than can be numbered");
      return FALSE;
    }

  if (!fits)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
                   "A chunk of %" G_GSIZE_FORMAT " bytes has no place at number %" G_GUINT64_FORMAT,
                   length, index);
      return FALSE;
    }

  return TRUE;
}

static void
make_nonce (const ConfabAttachmentCipher *self,
            guint32                       index,
            gboolean                      is_last,
            guint8                        nonce[ATTACHMENT_NONCE_LENGTH])
{
  const guint8 *stream = confab_secret_get_data (self->stream, NULL);
  guint32 big_endian = GUINT32_TO_BE (index);

  memcpy (nonce, stream + ATTACHMENT_STREAM_KEY_LENGTH, ATTACHMENT_NONCE_PREFIX_LENGTH);
  memcpy (nonce + ATTACHMENT_NONCE_PREFIX_LENGTH, &big_endian, sizeof big_endian);
  nonce[ATTACHMENT_NONCE_LENGTH - 1] = is_last ? 1 : 0;
}

static ConfabSpan
stream_key (const ConfabAttachmentCipher *self)
{
  return confab_span (confab_secret_get_data (self->stream, NULL), ATTACHMENT_STREAM_KEY_LENGTH);
}

/**
 * confab_attachment_cipher_seal_chunk:
 * @self: a cipher
 * @index: the chunk's number, from 0
 * @is_last: whether the file ends with it
 * @plaintext: the chunk: of the chunk size, or up to it if it is the last
 * @error: return location for an error
 *
 * Each number is sealed once: two contents under one number give both away.
 *
 * Returns: (transfer full): the encrypted chunk, or %NULL with %CONFAB_CRYPTO_ERROR_INVALID_LENGTH or
 *   %CONFAB_CRYPTO_ERROR_TOO_LARGE
 *
 * Since: 0.1
 */
GBytes *
confab_attachment_cipher_seal_chunk (ConfabAttachmentCipher *self,
                                     guint64                 index,
                                     gboolean                is_last,
                                     ConfabSpan              plaintext,
                                     GError                **error)
{
  guint8 nonce[ATTACHMENT_NONCE_LENGTH];

  g_return_val_if_fail (self != NULL, NULL);

  if (!check_chunk (self, index, is_last, plaintext.length, error))
    return NULL;

  make_nonce (self, index, is_last, nonce);

  return confab_aead_seal (&confab_aead_aes256gcm, stream_key (self), confab_span (nonce, sizeof nonce),
                           confab_span_empty (), plaintext, error);
}

/**
 * confab_attachment_cipher_open_chunk:
 * @self: a cipher
 * @index: the chunk's number, from 0
 * @is_last: whether the file ends with it
 * @ciphertext: the encrypted chunk
 * @error: return location for an error
 *
 * Returns: (transfer full): the chunk, zeroed when freed, or %NULL with %CONFAB_CRYPTO_ERROR_AUTHENTICATION when
 *   the bytes are not those of chunk @index, or the file does (not) end here; %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *   or %CONFAB_CRYPTO_ERROR_TOO_LARGE when no chunk looks like that
 *
 * Since: 0.1
 */
GBytes *
confab_attachment_cipher_open_chunk (ConfabAttachmentCipher *self,
                                     guint64                 index,
                                     gboolean                is_last,
                                     ConfabSpan              ciphertext,
                                     GError                **error)
{
  guint8 nonce[ATTACHMENT_NONCE_LENGTH];

  g_return_val_if_fail (self != NULL, NULL);

  if (ciphertext.length < CONFAB_ATTACHMENT_TAG_LENGTH)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TRUNCATED,
                           "The chunk is shorter than its tag");
      return NULL;
    }

  if (!check_chunk (self, index, is_last, ciphertext.length - CONFAB_ATTACHMENT_TAG_LENGTH, error))
    return NULL;

  make_nonce (self, index, is_last, nonce);

  return confab_aead_open (&confab_aead_aes256gcm, stream_key (self), confab_span (nonce, sizeof nonce),
                           confab_span_empty (), ciphertext, error);
}
