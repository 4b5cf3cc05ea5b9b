/* confab-message-key.c: a key and nonce for one ciphertext, derived with a salt
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-message-key.h"

#include "confab-hash.h"

/*
 * confab_message_key_derive:
 * @self: (out caller-allocates): the key
 * @secret: a secret of 32 bytes
 * @salt: random bytes that travel with the ciphertext
 * @info: what the key is for
 *
 * HKDF-SHA256. The salt is random and 16 bytes long everywhere: a key is used for one ciphertext, so its nonce
 * cannot repeat, and it would take 2^64 ciphertexts of one sender for two keys to meet by chance.
 */
void
confab_message_key_derive (ConfabMessageKey *self,
                           ConfabSpan        secret,
                           ConfabSpan        salt,
                           ConfabSpan        info)
{
  g_autoptr (ConfabSecret) pseudorandom_key = confab_hash_extract (&confab_hash_sha256, salt, &secret, 1);

  self->bytes = confab_hash_expand (&confab_hash_sha256, confab_secret_span (pseudorandom_key), &info, 1,
                                    CONFAB_MESSAGE_KEY_LENGTH + CONFAB_MESSAGE_NONCE_LENGTH, NULL);

  const guint8 *data = confab_secret_get_data (self->bytes, NULL);

  self->key = confab_span (data, CONFAB_MESSAGE_KEY_LENGTH);
  self->nonce = confab_span (data + CONFAB_MESSAGE_KEY_LENGTH, CONFAB_MESSAGE_NONCE_LENGTH);
}

void
confab_message_key_clear (ConfabMessageKey *self)
{
  g_clear_pointer (&self->bytes, confab_secret_unref);
  self->key = confab_span_empty ();
  self->nonce = confab_span_empty ();
}
