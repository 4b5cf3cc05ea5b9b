/* confab-hash.c: the hash functions a cipher suite can name, with HMAC and HKDF on them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-hash.h"

#include <sodium.h>

#include "confab-crypto-error.h"

static void
sha256_digest (ConfabSpan data,
               guint8    *out)
{
  crypto_hash_sha256 (out, data.data, data.length);
}

static void
sha256_hmac (ConfabSpan        key,
             const ConfabSpan *parts,
             guint             n_parts,
             guint8           *out)
{
  crypto_auth_hmacsha256_state state;

  crypto_auth_hmacsha256_init (&state, confab_span_never_null (key).data, key.length);
  for (guint i = 0; i < n_parts; i++)
    crypto_auth_hmacsha256_update (&state, parts[i].data, parts[i].length);
  crypto_auth_hmacsha256_final (&state, out);

  sodium_memzero (&state, sizeof state);
}

static void
sha512_digest (ConfabSpan data,
               guint8    *out)
{
  crypto_hash_sha512 (out, data.data, data.length);
}

static void
sha512_hmac (ConfabSpan        key,
             const ConfabSpan *parts,
             guint             n_parts,
             guint8           *out)
{
  crypto_auth_hmacsha512_state state;

  crypto_auth_hmacsha512_init (&state, confab_span_never_null (key).data, key.length);
  for (guint i = 0; i < n_parts; i++)
    crypto_auth_hmacsha512_update (&state, parts[i].data, parts[i].length);
  crypto_auth_hmacsha512_final (&state, out);

  sodium_memzero (&state, sizeof state);
}

const ConfabHash confab_hash_sha256 = {
  .name = "SHA-256",
  .length = crypto_hash_sha256_BYTES,
  .hpke_kdf_id = 0x0001,
  .digest = sha256_digest,
  .hmac = sha256_hmac,
};

const ConfabHash confab_hash_sha512 = {
  .name = "SHA-512",
  .length = crypto_hash_sha512_BYTES,
  .hpke_kdf_id = 0x0003,
  .digest = sha512_digest,
  .hmac = sha512_hmac,
};

/*
 * confab_hash_extract:
 * @parts: the key material, in pieces that are read as one
 *
 * HKDF-Extract (RFC 5869, section 2.2). An empty @salt stands for a salt of zeroes: HMAC pads its key
 * with zeroes, so the two are the same.
 *
 * Returns: (transfer full): a pseudorandom key of the hash's length
 */
ConfabSecret *
confab_hash_extract (const ConfabHash *hash,
                     ConfabSpan        salt,
                     const ConfabSpan *parts,
                     guint             n_parts)
{
  ConfabSecret *secret = confab_secret_new (hash->length);

  hash->hmac (salt, parts, n_parts, confab_secret_get_writable (secret));

  return secret;
}

/*
 * confab_hash_expand:
 * @parts: the info, in at most 8 pieces that are read as one
 *
 * HKDF-Expand (RFC 5869, section 2.3).
 *
 * Returns: (transfer full): @length bytes, or %NULL when that is more than 255 times the hash's length
 */
ConfabSecret *
confab_hash_expand (const ConfabHash *hash,
                    ConfabSpan        pseudorandom_key,
                    const ConfabSpan *parts,
                    guint             n_parts,
                    gsize             length,
                    GError          **error)
{
  ConfabSpan input[10];
  guint8 block[CONFAB_HASH_MAX_LENGTH];
  guint8 counter = 0;

  g_assert (n_parts <= G_N_ELEMENTS (input) - 2);

  if (length > 255 * hash->length)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
                   "HKDF with %s gives at most %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT,
                   hash->name, 255 * hash->length, length);
      return NULL;
    }

  ConfabSecret *secret = confab_secret_new (length);
  guint8 *out = confab_secret_get_writable (secret);

  input[0] = confab_span_empty ();
  for (guint i = 0; i < n_parts; i++)
    input[i + 1] = parts[i];
  input[n_parts + 1] = confab_span (&counter, 1);

  for (gsize done = 0; done < length; done += hash->length)
    {
      counter++;
      hash->hmac (pseudorandom_key, input, n_parts + 2, block);
      memcpy (out + done, block, MIN (hash->length, length - done));
      input[0] = confab_span (block, hash->length);
    }

  sodium_memzero (block, sizeof block);

  return secret;
}
