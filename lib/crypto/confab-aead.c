/* confab-aead.c: the authenticated ciphers a cipher suite can name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-aead.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <sodium.h>

#include "confab-crypto-error.h"
#include "confab-crypto-init.h"
#include "confab-secret.h"

static gboolean
chacha20poly1305_seal (const ConfabAead *aead,
                       const guint8     *key,
                       const guint8     *nonce,
                       ConfabSpan        additional_data,
                       ConfabSpan        plaintext,
                       guint8           *out)
{
  return crypto_aead_chacha20poly1305_ietf_encrypt (out, NULL, plaintext.data, plaintext.length,
                                                    additional_data.data, additional_data.length,
                                                    NULL, nonce, key) == 0;
}

static gboolean
chacha20poly1305_open (const ConfabAead *aead,
                       const guint8     *key,
                       const guint8     *nonce,
                       ConfabSpan        additional_data,
                       ConfabSpan        ciphertext,
                       guint8           *out)
{
  return crypto_aead_chacha20poly1305_ietf_decrypt (out, NULL, NULL, ciphertext.data, ciphertext.length,
                                                    additional_data.data, additional_data.length,
                                                    nonce, key) == 0;
}

static gboolean
aes256gcm_sodium_seal (const ConfabAead *aead,
                       const guint8     *key,
                       const guint8     *nonce,
                       ConfabSpan        additional_data,
                       ConfabSpan        plaintext,
                       guint8           *out)
{
  return crypto_aead_aes256gcm_encrypt (out, NULL, plaintext.data, plaintext.length,
                                        additional_data.data, additional_data.length,
                                        NULL, nonce, key) == 0;
}

static gboolean
aes256gcm_sodium_open (const ConfabAead *aead,
                       const guint8     *key,
                       const guint8     *nonce,
                       ConfabSpan        additional_data,
                       ConfabSpan        ciphertext,
                       guint8           *out)
{
  return crypto_aead_aes256gcm_decrypt (out, NULL, NULL, ciphertext.data, ciphertext.length,
                                        additional_data.data, additional_data.length,
                                        nonce, key) == 0;
}

static gnutls_aead_cipher_hd_t
gnutls_cipher_new (const ConfabAead *aead,
                   const guint8     *key)
{
  gnutls_aead_cipher_hd_t cipher = NULL;
  gnutls_cipher_algorithm_t algorithm = aead->key_length == 16 ? GNUTLS_CIPHER_AES_128_GCM : GNUTLS_CIPHER_AES_256_GCM;
  gnutls_datum_t key_datum = { .data = (unsigned char *) key, .size = aead->key_length };

  if (gnutls_aead_cipher_init (&cipher, algorithm, &key_datum) < 0)
    return NULL;

  return cipher;
}

static gboolean
aesgcm_gnutls_seal (const ConfabAead *aead,
                    const guint8     *key,
                    const guint8     *nonce,
                    ConfabSpan        additional_data,
                    ConfabSpan        plaintext,
                    guint8           *out)
{
  gnutls_aead_cipher_hd_t cipher = gnutls_cipher_new (aead, key);
  size_t written = plaintext.length + aead->tag_length;

  if (cipher == NULL)
    return FALSE;

  int result = gnutls_aead_cipher_encrypt (cipher, nonce, aead->nonce_length,
                                           additional_data.data, additional_data.length, aead->tag_length,
                                           plaintext.data, plaintext.length, out, &written);
  gnutls_aead_cipher_deinit (cipher);

  return result >= 0 && written == plaintext.length + aead->tag_length;
}

static gboolean
aesgcm_gnutls_open (const ConfabAead *aead,
                    const guint8     *key,
                    const guint8     *nonce,
                    ConfabSpan        additional_data,
                    ConfabSpan        ciphertext,
                    guint8           *out)
{
  gnutls_aead_cipher_hd_t cipher = gnutls_cipher_new (aead, key);
  size_t written = ciphertext.length - aead->tag_length;

  if (cipher == NULL)
    return FALSE;

  int result = gnutls_aead_cipher_decrypt (cipher, nonce, aead->nonce_length,
                                           additional_data.data, additional_data.length, aead->tag_length,
                                           ciphertext.data, ciphertext.length, out, &written);
  gnutls_aead_cipher_deinit (cipher);

  return result >= 0 && written == ciphertext.length - aead->tag_length;
}

/* libsodium has no AES-128. */
const ConfabAead confab_aead_aes128gcm = {
  .name = "AES-128-GCM",
  .hpke_id = 0x0001,
  .key_length = 16,
  .nonce_length = 12,
  .tag_length = 16,
  .seal = aesgcm_gnutls_seal,
  .open = aesgcm_gnutls_open,
};

const ConfabAead confab_aead_aes256gcm_sodium = {
  .name = "AES-256-GCM",
  .hpke_id = 0x0002,
  .key_length = crypto_aead_aes256gcm_KEYBYTES,
  .nonce_length = crypto_aead_aes256gcm_NPUBBYTES,
  .tag_length = crypto_aead_aes256gcm_ABYTES,
  .seal = aes256gcm_sodium_seal,
  .open = aes256gcm_sodium_open,
};

const ConfabAead confab_aead_aes256gcm_gnutls = {
  .name = "AES-256-GCM",
  .hpke_id = 0x0002,
  .key_length = 32,
  .nonce_length = 12,
  .tag_length = 16,
  .seal = aesgcm_gnutls_seal,
  .open = aesgcm_gnutls_open,
};

/* libsodium's AES-256-GCM needs the CPU's AES instructions and says whether it found them; GnuTLS runs everywhere and
 * gives the same bytes. */
static const ConfabAead *
aes256gcm_choice (void)
{
  confab_crypto_init ();

  return crypto_aead_aes256gcm_is_available () ? &confab_aead_aes256gcm_sodium : &confab_aead_aes256gcm_gnutls;
}

static gboolean
aes256gcm_seal (const ConfabAead *aead,
                const guint8     *key,
                const guint8     *nonce,
                ConfabSpan        additional_data,
                ConfabSpan        plaintext,
                guint8           *out)
{
  const ConfabAead *choice = aes256gcm_choice ();

  return choice->seal (choice, key, nonce, additional_data, plaintext, out);
}

static gboolean
aes256gcm_open (const ConfabAead *aead,
                const guint8     *key,
                const guint8     *nonce,
                ConfabSpan        additional_data,
                ConfabSpan        ciphertext,
                guint8           *out)
{
  const ConfabAead *choice = aes256gcm_choice ();

  return choice->open (choice, key, nonce, additional_data, ciphertext, out);
}

const ConfabAead confab_aead_aes256gcm = {
  .name = "AES-256-GCM",
  .hpke_id = 0x0002,
  .key_length = 32,
  .nonce_length = 12,
  .tag_length = 16,
  .seal = aes256gcm_seal,
  .open = aes256gcm_open,
};

const ConfabAead confab_aead_chacha20poly1305 = {
  .name = "ChaCha20-Poly1305",
  .hpke_id = 0x0003,
  .key_length = crypto_aead_chacha20poly1305_ietf_KEYBYTES,
  .nonce_length = crypto_aead_chacha20poly1305_ietf_NPUBBYTES,
  .tag_length = crypto_aead_chacha20poly1305_ietf_ABYTES,
  .seal = chacha20poly1305_seal,
  .open = chacha20poly1305_open,
};

static gboolean
check_lengths (const ConfabAead *aead,
               ConfabSpan        key,
               ConfabSpan        nonce,
               GError          **error)
{
  if (key.length == aead->key_length && nonce.length == aead->nonce_length)
    return TRUE;

  g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
               "%s takes a key of %" G_GSIZE_FORMAT " and a nonce of %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT
               " and %" G_GSIZE_FORMAT,
               aead->name, aead->key_length, aead->nonce_length, key.length, nonce.length);
  return FALSE;
}

/*
 * confab_aead_seal_into:
 * @out: (out): takes the ciphertext: @plaintext.length plus the tag's length
 */
gboolean
confab_aead_seal_into (const ConfabAead *aead,
                       ConfabSpan        key,
                       ConfabSpan        nonce,
                       ConfabSpan        additional_data,
                       ConfabSpan        plaintext,
                       guint8           *out,
                       GError          **error)
{
  if (!check_lengths (aead, key, nonce, error))
    return FALSE;

  if (!aead->seal (aead, key.data, nonce.data, confab_span_never_null (additional_data),
                   confab_span_never_null (plaintext), out))
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INTERNAL, "%s failed to encrypt", aead->name);
      return FALSE;
    }

  return TRUE;
}

/*
 * confab_aead_seal:
 *
 * Returns: (transfer full): the ciphertext with the tag at its end
 */
GBytes *
confab_aead_seal (const ConfabAead *aead,
                  ConfabSpan        key,
                  ConfabSpan        nonce,
                  ConfabSpan        additional_data,
                  ConfabSpan        plaintext,
                  GError          **error)
{
  gsize length = plaintext.length + aead->tag_length;
  g_autofree guint8 *out = g_malloc (length);

  if (!confab_aead_seal_into (aead, key, nonce, additional_data, plaintext, out, error))
    return NULL;

  return g_bytes_new_take (g_steal_pointer (&out), length);
}

/*
 * confab_aead_open_into:
 * @out: (out): takes the plaintext: @ciphertext.length minus the tag's length
 */
gboolean
confab_aead_open_into (const ConfabAead *aead,
                       ConfabSpan        key,
                       ConfabSpan        nonce,
                       ConfabSpan        additional_data,
                       ConfabSpan        ciphertext,
                       guint8           *out,
                       GError          **error)
{
  if (!check_lengths (aead, key, nonce, error))
    return FALSE;

  if (ciphertext.length < aead->tag_length)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
                   "A ciphertext of %" G_GSIZE_FORMAT " bytes is shorter than the tag of %s",
                   ciphertext.length, aead->name);
      return FALSE;
    }

  if (!aead->open (aead, key.data, nonce.data, confab_span_never_null (additional_data), ciphertext, out))
    {
      sodium_memzero (out, ciphertext.length - aead->tag_length);
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_AUTHENTICATION,
                   "The bytes were changed, or were encrypted with another key");
      return FALSE;
    }

  return TRUE;
}

/*
 * confab_aead_open:
 *
 * Returns: (transfer full): the plaintext, zeroed when freed
 */
GBytes *
confab_aead_open (const ConfabAead *aead,
                  ConfabSpan        key,
                  ConfabSpan        nonce,
                  ConfabSpan        additional_data,
                  ConfabSpan        ciphertext,
                  GError          **error)
{
  gsize length = ciphertext.length >= aead->tag_length ? ciphertext.length - aead->tag_length : 0;
  guint8 *out = NULL;
  g_autoptr (GBytes) plaintext = confab_secret_bytes_new (length, &out);

  if (!confab_aead_open_into (aead, key, nonce, additional_data, ciphertext, out, error))
    return NULL;

  return g_steal_pointer (&plaintext);
}
