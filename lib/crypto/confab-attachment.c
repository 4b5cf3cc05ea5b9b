/* confab-attachment.c: files encrypted and decrypted as streams
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-attachment.h"

#include <sodium.h>

#include "confab-crypto-error.h"

/**
 * ConfabAttachment:
 *
 * What a message says about an encrypted file: its key, the SHA-256 hash of the encrypted file, and the size of the
 * file in the clear. The key lets chunks be read as they come; the hash, which the message's signature covers, says
 * that it is the file that the sender meant, and can be checked only when all of it is there.
 *
 * Since: 0.1
 */
struct _ConfabAttachment
{
  gatomicrefcount ref_count;
  ConfabSecret   *key;
  guint64         size;
  guint8          hash[CONFAB_ATTACHMENT_HASH_LENGTH];
};

G_DEFINE_BOXED_TYPE (ConfabAttachment, confab_attachment, confab_attachment_ref, confab_attachment_unref)

/* As many chunks of the usual size as can be numbered. What a message says is refused past it, before anything is
 * calculated from it. */
#define ATTACHMENT_MAX_SIZE ((guint64) 1 << 48)

G_STATIC_ASSERT (CONFAB_ATTACHMENT_HASH_LENGTH == crypto_hash_sha256_BYTES);

/* A stream that writes what it hashes, or hashes what it reads. */
typedef struct
{
  ConfabAttachmentCipher  *cipher;
  crypto_hash_sha256_state hash;
  GInputStream            *input;
  GOutputStream           *output;
  GCancellable            *cancellable;
} AttachmentPass;

/**
 * confab_attachment_new:
 * @key: the file's key
 * @hash: the SHA-256 hash of the encrypted file
 * @size: the size of the file in the clear, in bytes
 * @error: return location for an error
 *
 * Makes an attachment from what a message says about it.
 *
 * Returns: (transfer full): the attachment, or %NULL with %CONFAB_CRYPTO_ERROR_INVALID_LENGTH or
 *   %CONFAB_CRYPTO_ERROR_TOO_LARGE
 *
 * Since: 0.1
 */
ConfabAttachment *
confab_attachment_new (ConfabSpan   key,
                       ConfabSpan   hash,
                       guint64      size,
                       GError     **error)
{
  if (key.length != CONFAB_ATTACHMENT_KEY_LENGTH || hash.length != CONFAB_ATTACHMENT_HASH_LENGTH)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
                   "A file has a key of %d and a hash of %d bytes, not %" G_GSIZE_FORMAT " and %" G_GSIZE_FORMAT,
                   CONFAB_ATTACHMENT_KEY_LENGTH, CONFAB_ATTACHMENT_HASH_LENGTH, key.length, hash.length);
      return NULL;
    }

  if (size > ATTACHMENT_MAX_SIZE)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TOO_LARGE,
                   "A file of %" G_GUINT64_FORMAT " bytes is larger than any that can be encrypted", size);
      return NULL;
    }

  ConfabAttachment *self = g_new0 (ConfabAttachment, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->key = confab_secret_new_copy (key);
  self->size = size;
  memcpy (self->hash, hash.data, sizeof self->hash);

  return self;
}

/**
 * confab_attachment_ref:
 * @self: an attachment
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
ConfabAttachment *
confab_attachment_ref (ConfabAttachment *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * confab_attachment_unref:
 * @self: (transfer full): an attachment
 *
 * Since: 0.1
 */
void
confab_attachment_unref (ConfabAttachment *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  confab_secret_unref (self->key);
  g_free (self);
}

/**
 * confab_attachment_get_key:
 * @self: an attachment
 *
 * Returns: (transfer none): the file's key
 *
 * Since: 0.1
 */
ConfabSecret *
confab_attachment_get_key (ConfabAttachment *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->key;
}

/**
 * confab_attachment_get_hash:
 * @self: an attachment
 *
 * Returns: the SHA-256 hash of the encrypted file, borrowed from @self
 *
 * Since: 0.1
 */
ConfabSpan
confab_attachment_get_hash (ConfabAttachment *self)
{
  g_return_val_if_fail (self != NULL, confab_span_empty ());

  return confab_span (self->hash, sizeof self->hash);
}

/**
 * confab_attachment_get_size:
 * @self: an attachment
 *
 * Returns: the size of the file in the clear, in bytes
 *
 * Since: 0.1
 */
guint64
confab_attachment_get_size (ConfabAttachment *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

static gboolean
write_hashed (AttachmentPass *pass,
              ConfabSpan      span,
              GError        **error)
{
  crypto_hash_sha256_update (&pass->hash, span.data, span.length);

  return g_output_stream_write_all (pass->output, span.data, span.length, NULL, pass->cancellable, error);
}

static gboolean
seal_and_write (AttachmentPass *pass,
                guint64         index,
                gboolean        is_last,
                ConfabSpan      plaintext,
                GError        **error)
{
  g_autoptr (GBytes) chunk = confab_attachment_cipher_seal_chunk (pass->cipher, index, is_last, plaintext, error);

  return chunk != NULL && write_hashed (pass, confab_span_from_bytes (chunk), error);
}

/* Reads one chunk ahead: that a chunk is the last is known when the next one turns out to be empty. */
static gboolean
encrypt_chunks (AttachmentPass *pass,
                guint64        *size,
                GError        **error)
{
  gsize chunk_size = confab_attachment_cipher_get_chunk_size (pass->cipher);
  g_autoptr (GBytes) buffers = NULL;
  guint8 *current = NULL;
  guint8 *next = NULL;
  gsize current_length = 0;

  buffers = confab_secret_bytes_new (2 * chunk_size, &current);
  next = current + chunk_size;

  if (!g_input_stream_read_all (pass->input, current, chunk_size, &current_length, pass->cancellable, error))
    return FALSE;

  for (guint64 index = 0;; index++)
    {
      gsize next_length = 0;

      /* Streams in memory never look at the cancellable. */
      if (g_cancellable_set_error_if_cancelled (pass->cancellable, error) ||
          !g_input_stream_read_all (pass->input, next, chunk_size, &next_length, pass->cancellable, error) ||
          !seal_and_write (pass, index, next_length == 0, confab_span (current, current_length), error))
        return FALSE;

      *size += current_length;
      if (next_length == 0)
        return TRUE;

      guint8 *spare = current;

      current = next;
      next = spare;
      current_length = next_length;
    }
}

/**
 * confab_attachment_encrypt:
 * @plain: the file
 * @encrypted: where to write the encrypted file
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Encrypts a file under a new random key, holding two chunks in memory. Blocks: call it where blocking is allowed.
 * Neither stream is closed. After an error, what was written is useless.
 *
 * Returns: (transfer full): what the message has to say about the file, or %NULL with an error of the streams or
 *   %CONFAB_CRYPTO_ERROR_TOO_LARGE past 256 TiB
 *
 * Since: 0.1
 */
ConfabAttachment *
confab_attachment_encrypt (GInputStream  *plain,
                           GOutputStream *encrypted,
                           GCancellable  *cancellable,
                           GError       **error)
{
  g_autoptr (ConfabAttachmentCipher) cipher = confab_attachment_cipher_new ();
  AttachmentPass pass = { .cipher = cipher, .input = plain, .output = encrypted, .cancellable = cancellable };
  guint8 hash[CONFAB_ATTACHMENT_HASH_LENGTH];
  guint64 size = 0;

  g_return_val_if_fail (G_IS_INPUT_STREAM (plain), NULL);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (encrypted), NULL);

  crypto_hash_sha256_init (&pass.hash);

  if (!write_hashed (&pass, confab_attachment_cipher_get_header (cipher), error) ||
      !encrypt_chunks (&pass, &size, error))
    return NULL;

  crypto_hash_sha256_final (&pass.hash, hash);

  return confab_attachment_new (confab_secret_span (confab_attachment_cipher_get_key (cipher)),
                                confab_span (hash, sizeof hash), size, error);
}

static ConfabAttachmentCipher *
read_header (ConfabAttachment *self,
             GInputStream     *encrypted,
             guint8            header[CONFAB_ATTACHMENT_HEADER_LENGTH],
             GCancellable     *cancellable,
             GError          **error)
{
  gsize length = 0;

  if (!g_input_stream_read_all (encrypted, header, CONFAB_ATTACHMENT_HEADER_LENGTH, &length, cancellable, error))
    return NULL;

  if (length < CONFAB_ATTACHMENT_HEADER_LENGTH)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TRUNCATED,
                           "The encrypted file ends in its header");
      return NULL;
    }

  return confab_attachment_cipher_new_from_header (confab_secret_span (self->key), confab_span (header, length),
                                                   error);
}

static gboolean
read_encrypted_chunk (AttachmentPass *pass,
                      guint8         *buffer,
                      gsize           length,
                      GError        **error)
{
  gsize n_read = 0;

  if (!g_input_stream_read_all (pass->input, buffer, length, &n_read, pass->cancellable, error))
    return FALSE;

  if (n_read < length)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TRUNCATED,
                           "The encrypted file ends before the file does");
      return FALSE;
    }

  crypto_hash_sha256_update (&pass->hash, buffer, length);

  return TRUE;
}

static gboolean
decrypt_chunks (AttachmentPass *pass,
                guint64         size,
                GError        **error)
{
  gsize chunk_size = confab_attachment_cipher_get_chunk_size (pass->cipher);
  g_autofree guint8 *buffer = g_malloc (chunk_size + CONFAB_ATTACHMENT_TAG_LENGTH);
  guint64 left = size;

  for (guint64 index = 0;; index++)
    {
      gsize length = MIN (left, chunk_size);
      gboolean is_last = length == left;
      g_autoptr (GBytes) chunk = NULL;

      if (g_cancellable_set_error_if_cancelled (pass->cancellable, error) ||
          !read_encrypted_chunk (pass, buffer, length + CONFAB_ATTACHMENT_TAG_LENGTH, error))
        return FALSE;

      chunk = confab_attachment_cipher_open_chunk (pass->cipher, index, is_last,
                                                   confab_span (buffer, length + CONFAB_ATTACHMENT_TAG_LENGTH),
                                                   error);
      if (chunk == NULL ||
          !g_output_stream_write_all (pass->output, g_bytes_get_data (chunk, NULL), length, NULL,
                                      pass->cancellable, error))
        return FALSE;

      left -= length;
      if (is_last)
        return TRUE;
    }
}

static gboolean
check_end (AttachmentPass *pass,
           GError        **error)
{
  guint8 more = 0;
  gssize n_read = g_input_stream_read (pass->input, &more, 1, pass->cancellable, error);

  if (n_read > 0)
    g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TRAILING,
                         "The encrypted file goes on after its last chunk");

  return n_read == 0;
}

/**
 * confab_attachment_decrypt:
 * @self: what the message says about the file
 * @encrypted: the encrypted file
 * @plain: where to write the file
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Decrypts a file, holding one chunk in memory. Every chunk is authenticated before it is written, but that the
 * file is the one that the message means is known only at the end: after an error, what was written must not be
 * used. Blocks; neither stream is closed.
 *
 * Returns: %TRUE on success; otherwise %FALSE with an error of the streams, %CONFAB_CRYPTO_ERROR_AUTHENTICATION for
 *   changed, swapped or missing chunks, %CONFAB_CRYPTO_ERROR_TRUNCATED or %CONFAB_CRYPTO_ERROR_TRAILING for another
 *   length than the message says, %CONFAB_CRYPTO_ERROR_MISMATCH for another file than the message means
 *
 * Since: 0.1
 */
gboolean
confab_attachment_decrypt (ConfabAttachment *self,
                           GInputStream     *encrypted,
                           GOutputStream    *plain,
                           GCancellable     *cancellable,
                           GError          **error)
{
  guint8 header[CONFAB_ATTACHMENT_HEADER_LENGTH];
  guint8 hash[CONFAB_ATTACHMENT_HASH_LENGTH];
  g_autoptr (ConfabAttachmentCipher) cipher = NULL;
  AttachmentPass pass = { .input = encrypted, .output = plain, .cancellable = cancellable };

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (G_IS_INPUT_STREAM (encrypted), FALSE);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (plain), FALSE);

  cipher = read_header (self, encrypted, header, cancellable, error);
  if (cipher == NULL)
    return FALSE;

  pass.cipher = cipher;
  crypto_hash_sha256_init (&pass.hash);
  crypto_hash_sha256_update (&pass.hash, header, sizeof header);

  if (!decrypt_chunks (&pass, self->size, error) || !check_end (&pass, error))
    return FALSE;

  crypto_hash_sha256_final (&pass.hash, hash);
  if (sodium_memcmp (hash, self->hash, sizeof hash) != 0)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MISMATCH,
                           "This is not the file that was attached");
      return FALSE;
    }

  return TRUE;
}

/* Reads and opens chunk @index, which starts where the stream is told to go. */
static GBytes *
read_chunk_at (ConfabAttachment       *self,
               ConfabAttachmentCipher *cipher,
               GInputStream           *encrypted,
               guint64                 index,
               GCancellable           *cancellable,
               GError                **error)
{
  gsize chunk_size = confab_attachment_cipher_get_chunk_size (cipher);
  guint64 start = index * chunk_size;
  gsize length = MIN (self->size - start, chunk_size);
  gboolean is_last = start + length == self->size;
  gsize encrypted_length = length + CONFAB_ATTACHMENT_TAG_LENGTH;
  goffset position = CONFAB_ATTACHMENT_HEADER_LENGTH + index * (chunk_size + CONFAB_ATTACHMENT_TAG_LENGTH);
  g_autofree guint8 *buffer = g_malloc (encrypted_length);
  gsize n_read = 0;

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !g_seekable_seek (G_SEEKABLE (encrypted), position, G_SEEK_SET, cancellable, error) ||
      !g_input_stream_read_all (encrypted, buffer, encrypted_length, &n_read, cancellable, error))
    return NULL;

  if (n_read < encrypted_length)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TRUNCATED,
                           "The encrypted file ends before the file does");
      return NULL;
    }

  return confab_attachment_cipher_open_chunk (cipher, index, is_last, confab_span (buffer, n_read), error);
}

/**
 * confab_attachment_read_range:
 * @self: what the message says about the file
 * @encrypted: the encrypted file; must be seekable
 * @offset: where to start in the file, in bytes
 * @length: how many bytes to read, at most
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads a part of a file, decrypting the chunks that it touches: for players and previews. What is returned is
 * authentic under the file's key, but the hash is not checked.
 *
 * Returns: (transfer full): up to @length bytes, fewer only at the end of the file; %NULL with an error as of
 *   confab_attachment_decrypt(), or %G_IO_ERROR_NOT_SUPPORTED when @encrypted cannot seek
 *
 * Since: 0.1
 */
GBytes *
confab_attachment_read_range (ConfabAttachment *self,
                              GInputStream     *encrypted,
                              guint64           offset,
                              gsize             length,
                              GCancellable     *cancellable,
                              GError          **error)
{
  guint8 header[CONFAB_ATTACHMENT_HEADER_LENGTH];
  g_autoptr (ConfabAttachmentCipher) cipher = NULL;
  g_autoptr (GBytes) range = NULL;
  guint8 *data = NULL;
  gsize done = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (G_IS_INPUT_STREAM (encrypted), NULL);

  if (!G_IS_SEEKABLE (encrypted) || !g_seekable_can_seek (G_SEEKABLE (encrypted)))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "The encrypted file cannot be read from anywhere but its beginning");
      return NULL;
    }

  if (!g_seekable_seek (G_SEEKABLE (encrypted), 0, G_SEEK_SET, cancellable, error))
    return NULL;

  cipher = read_header (self, encrypted, header, cancellable, error);
  if (cipher == NULL)
    return NULL;

  length = offset < self->size ? MIN (length, self->size - offset) : 0;
  range = confab_secret_bytes_new (length, &data);

  while (done < length)
    {
      gsize chunk_size = confab_attachment_cipher_get_chunk_size (cipher);
      gsize skip = (offset + done) % chunk_size;
      g_autoptr (GBytes) chunk = read_chunk_at (self, cipher, encrypted, (offset + done) / chunk_size, cancellable,
                                                error);
      if (chunk == NULL)
        return NULL;

      gsize n_bytes = MIN (g_bytes_get_size (chunk) - skip, length - done);

      memcpy (data + done, (const guint8 *) g_bytes_get_data (chunk, NULL) + skip, n_bytes);
      done += n_bytes;
    }

  return g_steal_pointer (&range);
}
