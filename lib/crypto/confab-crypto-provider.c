/* confab-crypto-provider.c: the primitives of a cipher suite behind one small interface
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-crypto-provider.h"

#include <sodium.h>

#include "confab-aead.h"
#include "confab-crypto-init.h"
#include "confab-crypto-suite-private.h"

/**
 * confab_crypto_hash:
 * @suite: a suite
 * @data: what to hash
 *
 * Returns: (transfer full): the hash
 *
 * Since: 0.1
 */
GBytes *
confab_crypto_hash (const ConfabCryptoSuite *suite,
                    ConfabSpan               data)
{
  guint8 out[CONFAB_HASH_MAX_LENGTH];

  suite->hpke.hash->digest (data, out);

  return g_bytes_new (out, suite->hpke.hash->length);
}

/**
 * confab_crypto_hmac:
 * @suite: a suite
 * @key: a key of any length
 * @data: what to authenticate
 *
 * To check a MAC, make it again and compare with confab_crypto_equal().
 *
 * Returns: (transfer full): the MAC, as long as the suite's hash
 *
 * Since: 0.1
 */
GBytes *
confab_crypto_hmac (const ConfabCryptoSuite *suite,
                    ConfabSpan               key,
                    ConfabSpan               data)
{
  guint8 out[CONFAB_HASH_MAX_LENGTH];

  suite->hpke.hash->hmac (key, &data, 1, out);

  return g_bytes_new (out, suite->hpke.hash->length);
}

/**
 * confab_crypto_hkdf_extract:
 * @suite: a suite
 * @salt: the salt; empty stands for zeroes, as RFC 5869 has it
 * @key_material: the input key material
 *
 * Returns: (transfer full): a pseudorandom key as long as the suite's hash
 *
 * Since: 0.1
 */
ConfabSecret *
confab_crypto_hkdf_extract (const ConfabCryptoSuite *suite,
                            ConfabSpan               salt,
                            ConfabSpan               key_material)
{
  return confab_hash_extract (suite->hpke.hash, salt, &key_material, 1);
}

/**
 * confab_crypto_hkdf_expand:
 * @suite: a suite
 * @pseudorandom_key: from confab_crypto_hkdf_extract(), or as good
 * @info: what the output is for
 * @length: how many bytes to give
 * @error: return location for an error
 *
 * Returns: (transfer full): @length bytes, or %NULL with %CONFAB_CRYPTO_ERROR_INVALID_LENGTH when that is
 *   more than 255 times the hash's length
 *
 * Since: 0.1
 */
ConfabSecret *
confab_crypto_hkdf_expand (const ConfabCryptoSuite *suite,
                           ConfabSpan               pseudorandom_key,
                           ConfabSpan               info,
                           gsize                    length,
                           GError                 **error)
{
  return confab_hash_expand (suite->hpke.hash, pseudorandom_key, &info, 1, length, error);
}

/**
 * confab_crypto_aead_seal:
 * @suite: a suite
 * @key: the key
 * @nonce: the nonce, never used twice with the same key
 * @additional_data: what is authenticated along with the plaintext
 * @plaintext: what to encrypt
 * @error: return location for an error
 *
 * Returns: (transfer full): the ciphertext with the tag at its end, or %NULL with
 *   %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
GBytes *
confab_crypto_aead_seal (const ConfabCryptoSuite *suite,
                         ConfabSpan               key,
                         ConfabSpan               nonce,
                         ConfabSpan               additional_data,
                         ConfabSpan               plaintext,
                         GError                 **error)
{
  return confab_aead_seal (suite->hpke.aead, key, nonce, additional_data, plaintext, error);
}

/**
 * confab_crypto_aead_open:
 * @suite: a suite
 * @key: the key
 * @nonce: the nonce
 * @additional_data: what was authenticated along with the plaintext
 * @ciphertext: the ciphertext with the tag at its end
 * @error: return location for an error
 *
 * Returns: (transfer full): the plaintext, zeroed when freed, or %NULL with
 *   %CONFAB_CRYPTO_ERROR_AUTHENTICATION or %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
GBytes *
confab_crypto_aead_open (const ConfabCryptoSuite *suite,
                         ConfabSpan               key,
                         ConfabSpan               nonce,
                         ConfabSpan               additional_data,
                         ConfabSpan               ciphertext,
                         GError                 **error)
{
  return confab_aead_open (suite->hpke.aead, key, nonce, additional_data, ciphertext, error);
}

/**
 * confab_crypto_kem_generate:
 * @suite: a suite
 * @private_key: (out) (transfer full): a new private key
 * @public_key: (out) (transfer full): the public key that belongs to it
 * @error: return location for an error
 *
 * Returns: %TRUE on success
 *
 * Since: 0.1
 */
gboolean
confab_crypto_kem_generate (const ConfabCryptoSuite *suite,
                            ConfabSecret           **private_key,
                            GBytes                 **public_key,
                            GError                 **error)
{
  g_autoptr (ConfabSecret) randomness = confab_secret_new_random (suite->hpke.kem->private_length);

  return confab_crypto_kem_derive (suite, confab_secret_span (randomness), private_key, public_key, error);
}

/**
 * confab_crypto_kem_derive:
 * @suite: a suite
 * @key_material: a secret with as much entropy as a private key has bytes
 * @private_key: (out) (transfer full): the private key
 * @public_key: (out) (transfer full): the public key
 * @error: return location for an error
 *
 * `DeriveKeyPair` of RFC 9180: the same key material gives the same keys.
 *
 * Returns: %TRUE on success
 *
 * Since: 0.1
 */
gboolean
confab_crypto_kem_derive (const ConfabCryptoSuite *suite,
                          ConfabSpan               key_material,
                          ConfabSecret           **private_key,
                          GBytes                 **public_key,
                          GError                 **error)
{
  const ConfabKem *kem = suite->hpke.kem;
  g_autoptr (ConfabSecret) new_private = confab_secret_new (kem->private_length);
  g_autofree guint8 *new_public = g_malloc (kem->public_length);

  if (!kem->derive (kem, key_material, confab_secret_get_writable (new_private), new_public, error))
    return FALSE;

  *private_key = g_steal_pointer (&new_private);
  *public_key = g_bytes_new_take (g_steal_pointer (&new_public), kem->public_length);

  return TRUE;
}

static gboolean
check_length (const char *what,
              gsize       wanted,
              gsize       length,
              GError    **error)
{
  if (length == wanted)
    return TRUE;

  g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
               "A %s has %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT, what, wanted, length);
  return FALSE;
}

/**
 * confab_crypto_kem_get_public:
 * @suite: a suite
 * @private_key: a private key
 * @error: return location for an error
 *
 * Returns: (transfer full): the public key that belongs to @private_key, or %NULL on error
 *
 * Since: 0.1
 */
GBytes *
confab_crypto_kem_get_public (const ConfabCryptoSuite *suite,
                              ConfabSpan               private_key,
                              GError                 **error)
{
  const ConfabKem *kem = suite->hpke.kem;
  g_autofree guint8 *public_key = g_malloc (kem->public_length);

  if (!check_length ("private encryption key", kem->private_length, private_key.length, error) ||
      !kem->get_public (kem, private_key, public_key, error))
    return NULL;

  return g_bytes_new_take (g_steal_pointer (&public_key), kem->public_length);
}

/**
 * confab_crypto_kem_check_public:
 * @suite: a suite
 * @public_key: a public key that somebody sent
 * @error: return location for an error
 *
 * Checks what can be checked without using the key, which is its length. Points of small order are refused
 * when the key is used.
 *
 * Returns: %TRUE when the key may be one of this suite
 *
 * Since: 0.1
 */
gboolean
confab_crypto_kem_check_public (const ConfabCryptoSuite *suite,
                                ConfabSpan               public_key,
                                GError                 **error)
{
  return check_length ("public encryption key", suite->hpke.kem->public_length, public_key.length, error);
}

/**
 * ConfabCryptoHpkeInfo:
 *
 * The info of HPKE messages, made ready for any number of receivers.
 *
 * Since: 0.1
 */
struct _ConfabCryptoHpkeInfo
{
  const ConfabCryptoSuite *suite;
  ConfabSecret            *hash;
};

/**
 * confab_crypto_hpke_info_new:
 * @suite: a suite
 * @info: what the messages are for
 *
 * Returns: (transfer full): the info for confab_crypto_hpke_seal_prepared()
 *
 * Since: 0.1
 */
ConfabCryptoHpkeInfo *
confab_crypto_hpke_info_new (const ConfabCryptoSuite *suite,
                             ConfabSpan               info)
{
  ConfabCryptoHpkeInfo *self = g_new0 (ConfabCryptoHpkeInfo, 1);

  self->suite = suite;
  self->hash = confab_hpke_hash_info (&suite->hpke, info);

  return self;
}

/**
 * confab_crypto_hpke_info_free:
 * @info: (transfer full): an info
 *
 * Since: 0.1
 */
void
confab_crypto_hpke_info_free (ConfabCryptoHpkeInfo *info)
{
  confab_secret_unref (info->hash);
  g_free (info);
}

static gboolean
setup_sender (const ConfabCryptoHpkeInfo *info,
              ConfabSpan                  public_key,
              GBytes                    **kem_output,
              ConfabHpkeContext          *context,
              GError                    **error)
{
  const ConfabHpke *hpke = &info->suite->hpke;
  g_autoptr (ConfabSecret) randomness = confab_secret_new_random (hpke->kem->randomness_length);

  return confab_hpke_setup_sender (hpke, public_key, confab_secret_span (info->hash),
                                   confab_secret_span (randomness), kem_output, context, error);
}

/**
 * confab_crypto_hpke_seal_prepared:
 * @info: what the message is for
 * @public_key: the receiver's public key
 * @additional_data: what is authenticated along with the plaintext
 * @plaintext: what to encrypt
 * @kem_output: (out) (transfer full): the encapsulated key, to be sent along
 * @error: return location for an error
 *
 * As confab_crypto_hpke_seal(), for when a long info goes to many receivers.
 *
 * Returns: (transfer full): the ciphertext, or %NULL with %CONFAB_CRYPTO_ERROR_INVALID_KEY or
 *   %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
GBytes *
confab_crypto_hpke_seal_prepared (const ConfabCryptoHpkeInfo *info,
                                  ConfabSpan                  public_key,
                                  ConfabSpan                  additional_data,
                                  ConfabSpan                  plaintext,
                                  GBytes                    **kem_output,
                                  GError                    **error)
{
  g_auto (ConfabHpkeContext) context = { 0 };
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GBytes) ciphertext = NULL;

  if (!setup_sender (info, public_key, &output, &context, error))
    return NULL;

  ciphertext = confab_aead_seal (info->suite->hpke.aead, confab_secret_span (context.key),
                                 confab_secret_span (context.base_nonce), additional_data, plaintext, error);
  if (ciphertext == NULL)
    return NULL;

  *kem_output = g_steal_pointer (&output);

  return g_steal_pointer (&ciphertext);
}

/**
 * confab_crypto_hpke_seal:
 * @suite: a suite
 * @public_key: the receiver's public key
 * @info: what the message is for
 * @additional_data: what is authenticated along with the plaintext
 * @plaintext: what to encrypt
 * @kem_output: (out) (transfer full): the encapsulated key, to be sent along
 * @error: return location for an error
 *
 * One message in HPKE's base mode: `SealBase` of RFC 9180, section 6.1.
 *
 * Returns: (transfer full): the ciphertext, or %NULL with %CONFAB_CRYPTO_ERROR_INVALID_KEY or
 *   %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
GBytes *
confab_crypto_hpke_seal (const ConfabCryptoSuite *suite,
                         ConfabSpan               public_key,
                         ConfabSpan               info,
                         ConfabSpan               additional_data,
                         ConfabSpan               plaintext,
                         GBytes                 **kem_output,
                         GError                 **error)
{
  g_autoptr (ConfabCryptoHpkeInfo) prepared = confab_crypto_hpke_info_new (suite, info);

  return confab_crypto_hpke_seal_prepared (prepared, public_key, additional_data, plaintext, kem_output, error);
}

/**
 * confab_crypto_hpke_open:
 * @suite: a suite
 * @private_key: the receiver's private key
 * @kem_output: the encapsulated key that came along
 * @info: what the message is for
 * @additional_data: what was authenticated along with the plaintext
 * @ciphertext: the ciphertext
 * @error: return location for an error
 *
 * One message in HPKE's base mode: `OpenBase` of RFC 9180, section 6.1.
 *
 * Returns: (transfer full): the plaintext, zeroed when freed, or %NULL with
 *   %CONFAB_CRYPTO_ERROR_AUTHENTICATION, %CONFAB_CRYPTO_ERROR_INVALID_KEY or
 *   %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
GBytes *
confab_crypto_hpke_open (const ConfabCryptoSuite *suite,
                         ConfabSpan               private_key,
                         ConfabSpan               kem_output,
                         ConfabSpan               info,
                         ConfabSpan               additional_data,
                         ConfabSpan               ciphertext,
                         GError                 **error)
{
  g_autoptr (ConfabSecret) info_hash = confab_hpke_hash_info (&suite->hpke, info);
  g_auto (ConfabHpkeContext) context = { 0 };

  if (!confab_hpke_setup_receiver (&suite->hpke, private_key, kem_output, confab_secret_span (info_hash), &context,
                                   error))
    return NULL;

  return confab_aead_open (suite->hpke.aead, confab_secret_span (context.key),
                           confab_secret_span (context.base_nonce), additional_data, ciphertext, error);
}

/**
 * confab_crypto_hpke_send_export:
 * @suite: a suite
 * @public_key: the receiver's public key
 * @info: what the secret is for
 * @exporter_context: which secret of the context
 * @length: its length in bytes
 * @kem_output: (out) (transfer full): the encapsulated key, to be sent
 * @error: return location for an error
 *
 * `SendExportBase` of RFC 9180, section 6.2.
 *
 * Returns: (transfer full): a secret that the receiver can have too, or %NULL on error
 *
 * Since: 0.1
 */
ConfabSecret *
confab_crypto_hpke_send_export (const ConfabCryptoSuite *suite,
                                ConfabSpan               public_key,
                                ConfabSpan               info,
                                ConfabSpan               exporter_context,
                                gsize                    length,
                                GBytes                 **kem_output,
                                GError                 **error)
{
  g_autoptr (ConfabCryptoHpkeInfo) prepared = confab_crypto_hpke_info_new (suite, info);
  g_auto (ConfabHpkeContext) context = { 0 };
  g_autoptr (GBytes) output = NULL;
  g_autoptr (ConfabSecret) exported = NULL;

  if (!setup_sender (prepared, public_key, &output, &context, error))
    return NULL;

  exported = confab_hpke_export (&suite->hpke, &context, exporter_context, length, error);
  if (exported == NULL)
    return NULL;

  *kem_output = g_steal_pointer (&output);

  return g_steal_pointer (&exported);
}

/**
 * confab_crypto_hpke_receive_export:
 * @suite: a suite
 * @private_key: the receiver's private key
 * @kem_output: the encapsulated key that was sent
 * @info: what the secret is for
 * @exporter_context: which secret of the context
 * @length: its length in bytes
 * @error: return location for an error
 *
 * `ReceiveExportBase` of RFC 9180, section 6.2.
 *
 * Returns: (transfer full): the secret that the sender has, or %NULL on error
 *
 * Since: 0.1
 */
ConfabSecret *
confab_crypto_hpke_receive_export (const ConfabCryptoSuite *suite,
                                   ConfabSpan               private_key,
                                   ConfabSpan               kem_output,
                                   ConfabSpan               info,
                                   ConfabSpan               exporter_context,
                                   gsize                    length,
                                   GError                 **error)
{
  g_autoptr (ConfabSecret) info_hash = confab_hpke_hash_info (&suite->hpke, info);
  g_auto (ConfabHpkeContext) context = { 0 };

  if (!confab_hpke_setup_receiver (&suite->hpke, private_key, kem_output, confab_secret_span (info_hash), &context,
                                   error))
    return NULL;

  return confab_hpke_export (&suite->hpke, &context, exporter_context, length, error);
}

/**
 * confab_crypto_signature_generate:
 * @suite: a suite
 * @private_key: (out) (transfer full): a new private key
 * @public_key: (out) (transfer full): the public key that belongs to it
 * @error: return location for an error
 *
 * Returns: %TRUE on success
 *
 * Since: 0.1
 */
gboolean
confab_crypto_signature_generate (const ConfabCryptoSuite *suite,
                                  ConfabSecret           **private_key,
                                  GBytes                 **public_key,
                                  GError                 **error)
{
  const ConfabSignature *signature = suite->signature;
  g_autofree guint8 *new_public = g_malloc (signature->public_length);

  *private_key = confab_secret_new (signature->private_length);
  signature->generate (confab_secret_get_writable (*private_key), new_public);
  *public_key = g_bytes_new_take (g_steal_pointer (&new_public), signature->public_length);

  return TRUE;
}

/**
 * confab_crypto_signature_get_public:
 * @suite: a suite
 * @private_key: a private key
 * @error: return location for an error
 *
 * An Ed25519 key is taken in two forms: the 32 bytes of RFC 8032, which other programs write, and these
 * followed by the public key, which confab_crypto_signature_generate() gives and which sign in half the time.
 *
 * Returns: (transfer full): the public key that belongs to @private_key, or %NULL on error
 *
 * Since: 0.1
 */
GBytes *
confab_crypto_signature_get_public (const ConfabCryptoSuite *suite,
                                    ConfabSpan               private_key,
                                    GError                 **error)
{
  const ConfabSignature *signature = suite->signature;
  g_autofree guint8 *public_key = g_malloc (signature->public_length);

  if (!confab_signature_check_private (signature, private_key, error))
    return NULL;

  signature->get_public (private_key, public_key);

  return g_bytes_new_take (g_steal_pointer (&public_key), signature->public_length);
}

/**
 * confab_crypto_signature_check_public:
 * @suite: a suite
 * @public_key: a public key that somebody sent
 * @error: return location for an error
 *
 * Checks what can be checked without using the key, which is its length. Points of small order and
 * encodings that are not canonical are refused when a signature is verified.
 *
 * Returns: %TRUE when the key may be one of this suite
 *
 * Since: 0.1
 */
gboolean
confab_crypto_signature_check_public (const ConfabCryptoSuite *suite,
                                      ConfabSpan               public_key,
                                      GError                 **error)
{
  return check_length ("public signature key", suite->signature->public_length, public_key.length, error);
}

/**
 * confab_crypto_signature_sign:
 * @suite: a suite
 * @private_key: a private key, in either form
 * @message: what to sign
 * @error: return location for an error
 *
 * Returns: (transfer full): the signature, or %NULL with %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
GBytes *
confab_crypto_signature_sign (const ConfabCryptoSuite *suite,
                              ConfabSpan               private_key,
                              ConfabSpan               message,
                              GError                 **error)
{
  return confab_signature_sign (suite->signature, private_key, message, error);
}

/**
 * confab_crypto_signature_verify:
 * @suite: a suite
 * @public_key: the signer's public key
 * @message: what was signed
 * @signature: the signature
 * @error: return location for an error
 *
 * Returns: %TRUE when the signature is right; otherwise %FALSE with %CONFAB_CRYPTO_ERROR_SIGNATURE or
 *   %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
gboolean
confab_crypto_signature_verify (const ConfabCryptoSuite *suite,
                                ConfabSpan               public_key,
                                ConfabSpan               message,
                                ConfabSpan               signature,
                                GError                 **error)
{
  return confab_signature_verify (suite->signature, public_key, message, signature, error);
}

/**
 * confab_crypto_random:
 * @data: (out caller-allocates): what to fill
 * @length: its length in bytes
 *
 * Fills @data from the system's generator. Secrets are better made with confab_secret_new_random().
 *
 * Since: 0.1
 */
void
confab_crypto_random (guint8 *data,
                      gsize   length)
{
  confab_crypto_init ();

  if (length > 0)
    randombytes_buf (data, length);
}

/**
 * confab_crypto_random_bytes:
 * @length: how many
 *
 * Returns: (transfer full): @length random bytes that are no secret: identifiers, salts
 *
 * Since: 0.1
 */
GBytes *
confab_crypto_random_bytes (gsize length)
{
  g_autofree guint8 *data = g_malloc (length);

  confab_crypto_random (data, length);

  return g_bytes_new_take (g_steal_pointer (&data), length);
}

/**
 * confab_crypto_equal:
 * @one: bytes
 * @other: more bytes
 *
 * Compares in time that depends on the lengths alone: for MACs and secrets.
 *
 * Returns: %TRUE when the bytes are the same
 *
 * Since: 0.1
 */
gboolean
confab_crypto_equal (ConfabSpan one,
                     ConfabSpan other)
{
  if (one.length != other.length)
    return FALSE;

  return one.length == 0 || sodium_memcmp (one.data, other.data, one.length) == 0;
}
