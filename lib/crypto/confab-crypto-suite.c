/* confab-crypto-suite.c: the table of cipher suites
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-crypto-suite-private.h"

#include "confab-aead.h"
#include "confab-crypto-init.h"
#include "confab-hash.h"
#include "confab-kem.h"

static const ConfabCryptoSuite suite_aes128gcm = {
  .id = CONFAB_CRYPTO_SUITE_X25519_AES128GCM_SHA256_ED25519,
  .name = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
  .hpke = { &confab_kem_x25519, &confab_hash_sha256, &confab_aead_aes128gcm },
  .signature = &confab_signature_ed25519,
};

static const ConfabCryptoSuite suite_chacha20poly1305 = {
  .id = CONFAB_CRYPTO_SUITE_X25519_CHACHA20POLY1305_SHA256_ED25519,
  .name = "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
  .hpke = { &confab_kem_x25519, &confab_hash_sha256, &confab_aead_chacha20poly1305 },
  .signature = &confab_signature_ed25519,
};

#ifdef HAVE_CRYPTO_KEM_XWING
static const ConfabCryptoSuite suite_xwing = {
  .id = CONFAB_CRYPTO_SUITE_XWING_AES256GCM_SHA512_ED25519,
  .name = "MLS_256_XWING_AES256GCM_SHA512_Ed25519",
  .hpke = { &confab_kem_xwing, &confab_hash_sha512, &confab_aead_aes256gcm },
  .signature = &confab_signature_ed25519,
};
#endif

static const ConfabCryptoSuite *const suites[] = {
  &suite_aes128gcm,
  &suite_chacha20poly1305,
#ifdef HAVE_CRYPTO_KEM_XWING
  &suite_xwing,
#endif
};

/**
 * confab_crypto_suite_lookup:
 * @id: a number of the MLS cipher suite registry
 *
 * Returns: (transfer none) (nullable): the suite, or %NULL when this build does not have it
 *
 * Since: 0.1
 */
const ConfabCryptoSuite *
confab_crypto_suite_lookup (guint16 id)
{
  confab_crypto_init ();

  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++)
    {
      if (suites[i]->id == id)
        return suites[i];
    }

  return NULL;
}

/**
 * confab_crypto_suite_list:
 * @n_suites: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_suites): the suites of this build
 *
 * Since: 0.1
 */
const ConfabCryptoSuite *const *
confab_crypto_suite_list (gsize *n_suites)
{
  confab_crypto_init ();

  *n_suites = G_N_ELEMENTS (suites);

  return suites;
}

/**
 * confab_crypto_suite_get_id:
 * @suite: a suite
 *
 * Returns: its number in the MLS cipher suite registry
 *
 * Since: 0.1
 */
guint16
confab_crypto_suite_get_id (const ConfabCryptoSuite *suite)
{
  return suite->id;
}

/**
 * confab_crypto_suite_get_name:
 * @suite: a suite
 *
 * Returns: its name in the MLS cipher suite registry
 *
 * Since: 0.1
 */
const char *
confab_crypto_suite_get_name (const ConfabCryptoSuite *suite)
{
  return suite->name;
}

/**
 * confab_crypto_suite_get_hash_length:
 * @suite: a suite
 *
 * Returns: the length of a hash, a MAC and a derived secret in bytes: `KDF.Nh` of RFC 9420
 *
 * Since: 0.1
 */
gsize
confab_crypto_suite_get_hash_length (const ConfabCryptoSuite *suite)
{
  return suite->hpke.hash->length;
}

/**
 * confab_crypto_suite_get_key_length:
 * @suite: a suite
 *
 * Returns: the length of the cipher's key in bytes: `AEAD.Nk`
 *
 * Since: 0.1
 */
gsize
confab_crypto_suite_get_key_length (const ConfabCryptoSuite *suite)
{
  return suite->hpke.aead->key_length;
}

/**
 * confab_crypto_suite_get_nonce_length:
 * @suite: a suite
 *
 * Returns: the length of the cipher's nonce in bytes: `AEAD.Nn`
 *
 * Since: 0.1
 */
gsize
confab_crypto_suite_get_nonce_length (const ConfabCryptoSuite *suite)
{
  return suite->hpke.aead->nonce_length;
}

/**
 * confab_crypto_suite_get_tag_length:
 * @suite: a suite
 *
 * Returns: how much longer than its plaintext a ciphertext is, in bytes
 *
 * Since: 0.1
 */
gsize
confab_crypto_suite_get_tag_length (const ConfabCryptoSuite *suite)
{
  return suite->hpke.aead->tag_length;
}

/**
 * confab_crypto_suite_get_kem_public_length:
 * @suite: a suite
 *
 * Returns: the length of a public encryption key in bytes
 *
 * Since: 0.1
 */
gsize
confab_crypto_suite_get_kem_public_length (const ConfabCryptoSuite *suite)
{
  return suite->hpke.kem->public_length;
}

/**
 * confab_crypto_suite_get_kem_private_length:
 * @suite: a suite
 *
 * Returns: the length of a private decryption key in bytes
 *
 * Since: 0.1
 */
gsize
confab_crypto_suite_get_kem_private_length (const ConfabCryptoSuite *suite)
{
  return suite->hpke.kem->private_length;
}

/**
 * confab_crypto_suite_get_kem_output_length:
 * @suite: a suite
 *
 * Returns: the length of an encapsulated key in bytes
 *
 * Since: 0.1
 */
gsize
confab_crypto_suite_get_kem_output_length (const ConfabCryptoSuite *suite)
{
  return suite->hpke.kem->output_length;
}

/**
 * confab_crypto_suite_get_signature_length:
 * @suite: a suite
 *
 * Returns: the length of a signature in bytes
 *
 * Since: 0.1
 */
gsize
confab_crypto_suite_get_signature_length (const ConfabCryptoSuite *suite)
{
  return suite->signature->signature_length;
}

/**
 * confab_crypto_suite_get_verify_key_length:
 * @suite: a suite
 *
 * Returns: the length of a public signature key in bytes
 *
 * Since: 0.1
 */
gsize
confab_crypto_suite_get_verify_key_length (const ConfabCryptoSuite *suite)
{
  return suite->signature->public_length;
}
