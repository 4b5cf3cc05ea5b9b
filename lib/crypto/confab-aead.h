/* confab-aead.h: the authenticated ciphers a cipher suite can name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-span.h"

G_BEGIN_DECLS

typedef struct _ConfabAead ConfabAead;

/* seal() writes plaintext.length + tag_length bytes, open() ciphertext.length - tag_length.
 * key and nonce have the lengths of the row; ciphertext is at least a tag long. */
struct _ConfabAead
{
  const char *name;
  guint16     hpke_id; /* RFC 9180, section 7.3 */
  gsize       key_length;
  gsize       nonce_length;
  gsize       tag_length;

  gboolean (*seal) (const ConfabAead *aead,
                    const guint8     *key,
                    const guint8     *nonce,
                    ConfabSpan        additional_data,
                    ConfabSpan        plaintext,
                    guint8           *out);
  gboolean (*open) (const ConfabAead *aead,
                    const guint8     *key,
                    const guint8     *nonce,
                    ConfabSpan        additional_data,
                    ConfabSpan        ciphertext,
                    guint8           *out);
};

extern const ConfabAead confab_aead_aes128gcm;
extern const ConfabAead confab_aead_chacha20poly1305;

/* The same bytes by two ways, and the row that takes the quicker one that this CPU has. */
extern const ConfabAead confab_aead_aes256gcm_sodium;
extern const ConfabAead confab_aead_aes256gcm_gnutls;
extern const ConfabAead confab_aead_aes256gcm;

GBytes   *confab_aead_seal         (const ConfabAead *aead,
                                    ConfabSpan        key,
                                    ConfabSpan        nonce,
                                    ConfabSpan        additional_data,
                                    ConfabSpan        plaintext,
                                    GError          **error);
gboolean  confab_aead_seal_into    (const ConfabAead *aead,
                                    ConfabSpan        key,
                                    ConfabSpan        nonce,
                                    ConfabSpan        additional_data,
                                    ConfabSpan        plaintext,
                                    guint8           *out,
                                    GError          **error);
GBytes   *confab_aead_open         (const ConfabAead *aead,
                                    ConfabSpan        key,
                                    ConfabSpan        nonce,
                                    ConfabSpan        additional_data,
                                    ConfabSpan        ciphertext,
                                    GError          **error);
gboolean  confab_aead_open_into    (const ConfabAead *aead,
                                    ConfabSpan        key,
                                    ConfabSpan        nonce,
                                    ConfabSpan        additional_data,
                                    ConfabSpan        ciphertext,
                                    guint8           *out,
                                    GError          **error);

G_END_DECLS
