/* confab-signature.c: Ed25519 (RFC 8032) on libsodium
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-signature.h"

#include <sodium.h>

#include "confab-crypto-error.h"

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

gboolean
confab_signature_check_private (const ConfabSignature *signature,
                                ConfabSpan             private_key,
                                GError               **error)
{
  if (private_key.length == signature->private_length || private_key.length == signature->seed_length)
    return TRUE;

  g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
               "A private %s key has %" G_GSIZE_FORMAT " or %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT,
               signature->name, signature->seed_length, signature->private_length, private_key.length);
  return FALSE;
}

GBytes *
confab_signature_sign (const ConfabSignature *signature,
                       ConfabSpan             private_key,
                       ConfabSpan             message,
                       GError               **error)
{
  g_autofree guint8 *out = NULL;

  if (!confab_signature_check_private (signature, private_key, error))
    return NULL;

  out = g_malloc (signature->signature_length);
  signature->sign (private_key, message, out);

  return g_bytes_new_take (g_steal_pointer (&out), signature->signature_length);
}

gboolean
confab_signature_verify (const ConfabSignature *signature,
                         ConfabSpan             public_key,
                         ConfabSpan             message,
                         ConfabSpan             bytes,
                         GError               **error)
{
  if (public_key.length != signature->public_length || bytes.length != signature->signature_length)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
                   "%s has public keys of %" G_GSIZE_FORMAT " and signatures of %" G_GSIZE_FORMAT
                   " bytes, not %" G_GSIZE_FORMAT " and %" G_GSIZE_FORMAT,
                   signature->name, signature->public_length, signature->signature_length,
                   public_key.length, bytes.length);
      return FALSE;
    }

  if (signature->verify (public_key, message, bytes))
    return TRUE;

  g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_SIGNATURE, "The %s signature is wrong",
               signature->name);
  return FALSE;
}
