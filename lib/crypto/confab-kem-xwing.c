/* confab-kem-xwing.c: X-Wing, X25519 and ML-KEM-768 together (draft-connolly-cfrg-xwing-kem)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only built with libsodium 1.0.21 or newer.
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-kem.h"

#include <sodium.h>

#include "confab-crypto-error.h"

#define XWING_RANDOMNESS_LENGTH 64

/* The private key is the seed of both halves. */
static gboolean
xwing_get_public (const ConfabKem *kem,
                  ConfabSpan       private_key,
                  guint8          *public_key,
                  GError         **error)
{
  g_autoptr (ConfabSecret) copy = confab_secret_new (crypto_kem_xwing_SECRETKEYBYTES);

  if (crypto_kem_xwing_seed_keypair (public_key, confab_secret_get_writable (copy), private_key.data) == 0)
    return TRUE;

  g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_KEY, "Not a private X-Wing key");
  return FALSE;
}

static gboolean
xwing_derive (const ConfabKem *kem,
              ConfabSpan       key_material,
              guint8          *private_key,
              guint8          *public_key,
              GError         **error)
{
  crypto_xof_shake256 (private_key, kem->private_length, key_material.data, key_material.length);

  return xwing_get_public (kem, confab_span (private_key, kem->private_length), public_key, error);
}

static gboolean
xwing_encapsulate (const ConfabKem *kem,
                   ConfabSpan       public_key,
                   ConfabSpan       randomness,
                   guint8          *output,
                   ConfabSecret   **shared_secret,
                   GError         **error)
{
  g_autoptr (ConfabSecret) secret = confab_secret_new (kem->secret_length);

  if (crypto_kem_xwing_enc_deterministic (output, confab_secret_get_writable (secret), public_key.data,
                                          randomness.data) != 0)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_KEY, "Not a public X-Wing key");
      return FALSE;
    }

  *shared_secret = g_steal_pointer (&secret);
  return TRUE;
}

static gboolean
xwing_decapsulate (const ConfabKem *kem,
                   ConfabSpan       private_key,
                   ConfabSpan       output,
                   ConfabSecret   **shared_secret,
                   GError         **error)
{
  g_autoptr (ConfabSecret) secret = confab_secret_new (kem->secret_length);

  if (crypto_kem_xwing_dec (confab_secret_get_writable (secret), output.data, private_key.data) != 0)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_KEY,
                           "Not an encapsulated X-Wing key");
      return FALSE;
    }

  *shared_secret = g_steal_pointer (&secret);
  return TRUE;
}

const ConfabKem confab_kem_xwing = {
  .name = "X-Wing",
  .hpke_id = 0x647a,
  .public_length = crypto_kem_xwing_PUBLICKEYBYTES,
  .private_length = crypto_kem_xwing_SECRETKEYBYTES,
  .output_length = crypto_kem_xwing_CIPHERTEXTBYTES,
  .secret_length = crypto_kem_xwing_SHAREDSECRETBYTES,
  .randomness_length = XWING_RANDOMNESS_LENGTH,
  .derive = xwing_derive,
  .get_public = xwing_get_public,
  .encapsulate = xwing_encapsulate,
  .decapsulate = xwing_decapsulate,
};
