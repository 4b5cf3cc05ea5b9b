/* confab-mls-suite.h: the labelled functions that MLS builds from a cipher suite (RFC 9420, sections 5 and 8)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-crypto-provider.h"
#include "confab-mls-error.h"

G_BEGIN_DECLS

/* The largest hash of any suite: room for what is kept inline. */
#define CONFAB_MLS_MAXIMUM_HASH 64

/* Labels that sender and receiver use in different files. */
#define CONFAB_MLS_LABEL_WELCOME "Welcome"
#define CONFAB_MLS_LABEL_EXTERNAL_INIT "MLS 1.0 external init secret"

const ConfabCryptoSuite *confab_mls_suite_lookup        (guint16                   id,
                                                         GError                  **error);
ConfabSecret            *confab_mls_expand_with_label   (const ConfabCryptoSuite  *suite,
                                                         ConfabSpan                secret,
                                                         const char               *label,
                                                         ConfabSpan                context,
                                                         gsize                     length);
ConfabSecret            *confab_mls_derive_secret       (const ConfabCryptoSuite  *suite,
                                                         ConfabSpan                secret,
                                                         const char               *label);
ConfabSecret            *confab_mls_derive_tree_secret  (const ConfabCryptoSuite  *suite,
                                                         ConfabSpan                secret,
                                                         const char               *label,
                                                         guint32                   generation,
                                                         gsize                     length);
GBytes                  *confab_mls_reference_hash      (const ConfabCryptoSuite  *suite,
                                                         const char               *label,
                                                         ConfabSpan                value);
GBytes                  *confab_mls_sign_with_label     (const ConfabCryptoSuite  *suite,
                                                         ConfabSpan                private_key,
                                                         const char               *label,
                                                         ConfabSpan                content,
                                                         GError                  **error);
gboolean                 confab_mls_verify_with_label   (const ConfabCryptoSuite  *suite,
                                                         ConfabSpan                public_key,
                                                         const char               *label,
                                                         ConfabSpan                content,
                                                         ConfabSpan                signature,
                                                         GError                  **error);
ConfabCryptoHpkeInfo    *confab_mls_prepare_label       (const ConfabCryptoSuite  *suite,
                                                         const char               *label,
                                                         ConfabSpan                context);
GBytes                  *confab_mls_encrypt_with_label  (const ConfabCryptoSuite  *suite,
                                                         ConfabSpan                public_key,
                                                         const char               *label,
                                                         ConfabSpan                context,
                                                         ConfabSpan                plaintext,
                                                         GBytes                  **kem_output,
                                                         GError                  **error);
GBytes                  *confab_mls_decrypt_with_label  (const ConfabCryptoSuite  *suite,
                                                         ConfabSpan                private_key,
                                                         const char               *label,
                                                         ConfabSpan                context,
                                                         ConfabSpan                kem_output,
                                                         ConfabSpan                ciphertext,
                                                         GError                  **error);
GBytes                  *confab_mls_zero_bytes          (const ConfabCryptoSuite  *suite);

G_END_DECLS
