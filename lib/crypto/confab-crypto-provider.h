/* confab-crypto-provider.h: the primitives of a cipher suite behind one small interface
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "confab-crypto-error.h"
#include "confab-secret.h"
#include "confab-span.h"

G_BEGIN_DECLS

/* The numbers are those of the MLS cipher suite registry (RFC 9420, section 17.1), except for the last: X-Wing has
 * none yet (draft-ietf-mls-pq-ciphersuites), so it is the one that ts-mls uses. It is there with libsodium 1.0.21 or
 * newer; confab_crypto_suite_lookup() tells. */
typedef enum
{
  CONFAB_CRYPTO_SUITE_X25519_AES128GCM_SHA256_ED25519 = 0x0001,
  CONFAB_CRYPTO_SUITE_X25519_CHACHA20POLY1305_SHA256_ED25519 = 0x0003,
  CONFAB_CRYPTO_SUITE_XWING_AES256GCM_SHA512_ED25519 = 0x0053,
} ConfabCryptoSuiteId;

typedef struct _ConfabCryptoSuite ConfabCryptoSuite;
typedef struct _ConfabCryptoHpkeInfo ConfabCryptoHpkeInfo;

const ConfabCryptoSuite        *confab_crypto_suite_lookup                 (guint16                   id);
const ConfabCryptoSuite *const *confab_crypto_suite_list                   (gsize                    *n_suites);

guint16       confab_crypto_suite_get_id                    (const ConfabCryptoSuite  *suite);
const char   *confab_crypto_suite_get_name                  (const ConfabCryptoSuite  *suite);
gsize         confab_crypto_suite_get_hash_length           (const ConfabCryptoSuite  *suite);
gsize         confab_crypto_suite_get_key_length            (const ConfabCryptoSuite  *suite);
gsize         confab_crypto_suite_get_nonce_length          (const ConfabCryptoSuite  *suite);
gsize         confab_crypto_suite_get_tag_length            (const ConfabCryptoSuite  *suite);
gsize         confab_crypto_suite_get_kem_public_length     (const ConfabCryptoSuite  *suite);
gsize         confab_crypto_suite_get_kem_private_length    (const ConfabCryptoSuite  *suite);
gsize         confab_crypto_suite_get_kem_output_length     (const ConfabCryptoSuite  *suite);
gsize         confab_crypto_suite_get_signature_length      (const ConfabCryptoSuite  *suite);
gsize         confab_crypto_suite_get_verify_key_length     (const ConfabCryptoSuite  *suite);

/* Hash, MAC, key derivation. confab_crypto_hash() and confab_crypto_hmac() cannot fail. */
GBytes       *confab_crypto_hash                            (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                data);
GBytes       *confab_crypto_hmac                            (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                key,
                                                             ConfabSpan                data);
ConfabSecret *confab_crypto_hkdf_extract                    (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                salt,
                                                             ConfabSpan                key_material);
ConfabSecret *confab_crypto_hkdf_expand                     (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                pseudorandom_key,
                                                             ConfabSpan                info,
                                                             gsize                     length,
                                                             GError                  **error);

/* Authenticated encryption; the ciphertext ends with the tag. */
GBytes       *confab_crypto_aead_seal                       (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                key,
                                                             ConfabSpan                nonce,
                                                             ConfabSpan                additional_data,
                                                             ConfabSpan                plaintext,
                                                             GError                  **error);
GBytes       *confab_crypto_aead_open                       (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                key,
                                                             ConfabSpan                nonce,
                                                             ConfabSpan                additional_data,
                                                             ConfabSpan                ciphertext,
                                                             GError                  **error);

/* Key encapsulation keys and HPKE base mode (RFC 9180). */
gboolean      confab_crypto_kem_generate                    (const ConfabCryptoSuite  *suite,
                                                             ConfabSecret            **private_key,
                                                             GBytes                  **public_key,
                                                             GError                  **error);
gboolean      confab_crypto_kem_derive                      (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                key_material,
                                                             ConfabSecret            **private_key,
                                                             GBytes                  **public_key,
                                                             GError                  **error);
GBytes       *confab_crypto_kem_get_public                  (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                private_key,
                                                             GError                  **error);
gboolean      confab_crypto_kem_check_public                (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                public_key,
                                                             GError                  **error);
GBytes       *confab_crypto_hpke_seal                       (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                public_key,
                                                             ConfabSpan                info,
                                                             ConfabSpan                additional_data,
                                                             ConfabSpan                plaintext,
                                                             GBytes                  **kem_output,
                                                             GError                  **error);
GBytes       *confab_crypto_hpke_open                       (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                private_key,
                                                             ConfabSpan                kem_output,
                                                             ConfabSpan                info,
                                                             ConfabSpan                additional_data,
                                                             ConfabSpan                ciphertext,
                                                             GError                  **error);
ConfabCryptoHpkeInfo *confab_crypto_hpke_info_new           (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                info);
void          confab_crypto_hpke_info_free                  (ConfabCryptoHpkeInfo     *info);
GBytes       *confab_crypto_hpke_seal_prepared              (const ConfabCryptoHpkeInfo *info,
                                                             ConfabSpan                public_key,
                                                             ConfabSpan                additional_data,
                                                             ConfabSpan                plaintext,
                                                             GBytes                  **kem_output,
                                                             GError                  **error);
ConfabSecret *confab_crypto_hpke_send_export                (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                public_key,
                                                             ConfabSpan                info,
                                                             ConfabSpan                exporter_context,
                                                             gsize                     length,
                                                             GBytes                  **kem_output,
                                                             GError                  **error);
ConfabSecret *confab_crypto_hpke_receive_export             (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                private_key,
                                                             ConfabSpan                kem_output,
                                                             ConfabSpan                info,
                                                             ConfabSpan                exporter_context,
                                                             gsize                     length,
                                                             GError                  **error);

/* Signatures. */
gboolean      confab_crypto_signature_generate              (const ConfabCryptoSuite  *suite,
                                                             ConfabSecret            **private_key,
                                                             GBytes                  **public_key,
                                                             GError                  **error);
GBytes       *confab_crypto_signature_get_public            (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                private_key,
                                                             GError                  **error);
gboolean      confab_crypto_signature_check_public          (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                public_key,
                                                             GError                  **error);
GBytes       *confab_crypto_signature_sign                  (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                private_key,
                                                             ConfabSpan                message,
                                                             GError                  **error);
gboolean      confab_crypto_signature_verify                (const ConfabCryptoSuite  *suite,
                                                             ConfabSpan                public_key,
                                                             ConfabSpan                message,
                                                             ConfabSpan                signature,
                                                             GError                  **error);

void          confab_crypto_random                          (guint8                   *data,
                                                             gsize                     length);
GBytes       *confab_crypto_random_bytes                    (gsize                     length);
gboolean      confab_crypto_equal                           (ConfabSpan                one,
                                                             ConfabSpan                other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabCryptoHpkeInfo, confab_crypto_hpke_info_free)

G_END_DECLS
