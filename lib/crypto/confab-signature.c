/* confab-signature.c: Ed25519 (RFC 8032) on libsodium
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-signature.h"

#include <sodium.h>

static void
ed25519_generate (guint8 *private_key,
                  guint8 *public_key)
{
  crypto_sign_keypair (public_key, private_key);
}

static void
ed25519_get_public (ConfabSpan private_key,
                    guint8    *public_key)
{
  g_autoptr (ConfabSecret) expanded = NULL;

  if (private_key.length == crypto_sign_SECRETKEYBYTES)
    {
      memcpy (public_key, private_key.data + crypto_sign_SEEDBYTES, crypto_sign_PUBLICKEYBYTES);
      return;
    }

  expanded = confab_secret_new (crypto_sign_SECRETKEYBYTES);
  crypto_sign_seed_keypair (public_key, confab_secret_get_writable (expanded), private_key.data);
}

static void
ed25519_sign (ConfabSpan private_key,
              ConfabSpan message,
              guint8    *signature)
{
  guint8 public_key[crypto_sign_PUBLICKEYBYTES];
  g_autoptr (ConfabSecret) expanded = NULL;

  if (private_key.length == crypto_sign_SEEDBYTES)
    {
      expanded = confab_secret_new (crypto_sign_SECRETKEYBYTES);
      crypto_sign_seed_keypair (public_key, confab_secret_get_writable (expanded), private_key.data);
      private_key = confab_secret_span (expanded);
    }

  crypto_sign_detached (signature, NULL, message.data, message.length, private_key.data);
}

static gboolean
ed25519_verify (ConfabSpan public_key,
                ConfabSpan message,
                ConfabSpan signature)
{
  return crypto_sign_verify_detached (signature.data, message.data, message.length, public_key.data) == 0;
}

const ConfabSignature confab_signature_ed25519 = {
  .name = "Ed25519",
  .seed_length = crypto_sign_SEEDBYTES,
  .private_length = crypto_sign_SECRETKEYBYTES,
  .public_length = crypto_sign_PUBLICKEYBYTES,
  .signature_length = crypto_sign_BYTES,
  .generate = ed25519_generate,
  .get_public = ed25519_get_public,
  .sign = ed25519_sign,
  .verify = ed25519_verify,
};
