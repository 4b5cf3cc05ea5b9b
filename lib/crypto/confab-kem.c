/* confab-kem.c: DHKEM(X25519, HKDF-SHA256) of RFC 9180, section 4.1
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-kem.h"

#include <sodium.h>

#include "confab-crypto-error.h"
#include "confab-hash.h"
#include "confab-hpke.h"

static ConfabSpan
kem_suite_id (const ConfabKem *kem,
              guint8           buffer[5])
{
  memcpy (buffer, "KEM", 3);
  buffer[3] = kem->hpke_id >> 8;
  buffer[4] = kem->hpke_id & 0xff;

  return confab_span (buffer, 5);
}

static gboolean
x25519_get_public (const ConfabKem *kem,
                   ConfabSpan       private_key,
                   guint8          *public_key,
                   GError         **error)
{
  if (crypto_scalarmult_base (public_key, private_key.data) == 0)
    return TRUE;

  g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_KEY, "Not a private X25519 key");
  return FALSE;
}

static gboolean
x25519_derive (const ConfabKem *kem,
               ConfabSpan       key_material,
               guint8          *private_key,
               guint8          *public_key,
               GError         **error)
{
  guint8 id[5];
  ConfabSpan suite_id = kem_suite_id (kem, id);
  g_autoptr (ConfabSecret) pseudorandom_key = NULL;
  g_autoptr (ConfabSecret) secret = NULL;

  pseudorandom_key = confab_hpke_labeled_extract (&confab_hash_sha256, suite_id, confab_span_empty (),
                                                  "dkp_prk", key_material);
  secret = confab_hpke_labeled_expand (&confab_hash_sha256, suite_id, confab_secret_span (pseudorandom_key),
                                       "sk", confab_span_empty (), kem->private_length, error);
  if (secret == NULL)
    return FALSE;

  memcpy (private_key, confab_secret_get_data (secret, NULL), kem->private_length);

  return x25519_get_public (kem, confab_secret_span (secret), public_key, error);
}

/* A public key of small order makes every shared secret zero, which RFC 9180, section 7.1.4, wants refused:
 * libsodium reports exactly that. */
static gboolean
x25519_agree (guint8     *shared,
              ConfabSpan  private_key,
              ConfabSpan  public_key,
              GError    **error)
{
  if (crypto_scalarmult (shared, private_key.data, public_key.data) == 0)
    return TRUE;

  g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_KEY,
                       "The public X25519 key is of small order");
  return FALSE;
}

static ConfabSecret *
x25519_extract_and_expand (const ConfabKem *kem,
                           ConfabSecret    *agreed,
                           ConfabSpan       output,
                           ConfabSpan       recipient,
                           GError         **error)
{
  guint8 id[5];
  guint8 context[2 * crypto_scalarmult_BYTES];
  ConfabSpan suite_id = kem_suite_id (kem, id);
  g_autoptr (ConfabSecret) pseudorandom_key = NULL;

  memcpy (context, output.data, crypto_scalarmult_BYTES);
  memcpy (context + crypto_scalarmult_BYTES, recipient.data, crypto_scalarmult_BYTES);

  pseudorandom_key = confab_hpke_labeled_extract (&confab_hash_sha256, suite_id, confab_span_empty (),
                                                  "eae_prk", confab_secret_span (agreed));
  return confab_hpke_labeled_expand (&confab_hash_sha256, suite_id, confab_secret_span (pseudorandom_key),
                                     "shared_secret", confab_span (context, sizeof context),
                                     kem->secret_length, error);
}

static gboolean
x25519_encapsulate (const ConfabKem *kem,
                    ConfabSpan       public_key,
                    ConfabSpan       randomness,
                    guint8          *output,
                    ConfabSecret   **shared_secret,
                    GError         **error)
{
  g_autoptr (ConfabSecret) ephemeral = confab_secret_new (kem->private_length);
  g_autoptr (ConfabSecret) agreed = confab_secret_new (crypto_scalarmult_BYTES);

  if (!x25519_derive (kem, randomness, confab_secret_get_writable (ephemeral), output, error))
    return FALSE;

  if (!x25519_agree (confab_secret_get_writable (agreed), confab_secret_span (ephemeral), public_key, error))
    return FALSE;

  *shared_secret = x25519_extract_and_expand (kem, agreed, confab_span (output, kem->output_length),
                                              public_key, error);
  return *shared_secret != NULL;
}

static gboolean
x25519_decapsulate (const ConfabKem *kem,
                    ConfabSpan       private_key,
                    ConfabSpan       output,
                    ConfabSecret   **shared_secret,
                    GError         **error)
{
  guint8 public_key[crypto_scalarmult_BYTES];
  g_autoptr (ConfabSecret) agreed = confab_secret_new (crypto_scalarmult_BYTES);

  if (!x25519_agree (confab_secret_get_writable (agreed), private_key, output, error))
    return FALSE;

  if (!x25519_get_public (kem, private_key, public_key, error))
    return FALSE;

  *shared_secret = x25519_extract_and_expand (kem, agreed, output, confab_span (public_key, sizeof public_key),
                                              error);
  return *shared_secret != NULL;
}

const ConfabKem confab_kem_x25519 = {
  .name = "DHKEM(X25519, HKDF-SHA256)",
  .hpke_id = 0x0020,
  .public_length = crypto_scalarmult_BYTES,
  .private_length = crypto_scalarmult_SCALARBYTES,
  .output_length = crypto_scalarmult_BYTES,
  .secret_length = crypto_hash_sha256_BYTES,
  .randomness_length = crypto_scalarmult_SCALARBYTES,
  .derive = x25519_derive,
  .get_public = x25519_get_public,
  .encapsulate = x25519_encapsulate,
  .decapsulate = x25519_decapsulate,
};
