/* confab-message-key.h: a key and nonce for one ciphertext, derived with a salt
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-secret.h"

G_BEGIN_DECLS

#define CONFAB_MESSAGE_KEY_LENGTH 32
#define CONFAB_MESSAGE_NONCE_LENGTH 12

/* AES-256-GCM's key, followed by its nonce. */
typedef struct
{
  ConfabSecret *bytes;
  ConfabSpan    key;
  ConfabSpan    nonce;
} ConfabMessageKey;

void confab_message_key_derive (ConfabMessageKey *self,
                                ConfabSpan        secret,
                                ConfabSpan        salt,
                                ConfabSpan        info);
void confab_message_key_clear  (ConfabMessageKey *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ConfabMessageKey, confab_message_key_clear)

G_END_DECLS
