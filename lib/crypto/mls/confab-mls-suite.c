/* confab-mls-suite.c: the labelled functions that MLS builds from a cipher suite (RFC 9420, sections 5 and 8)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-suite.h"

#include "confab-mls-codec.h"

#define LABEL_PREFIX "MLS 1.0 "

static void
write_label (GByteArray *out,
             const char *label)
{
  guint begin = confab_mls_write_begin (out);

  confab_mls_write_raw (out, confab_span_from_string (LABEL_PREFIX));
  confab_mls_write_raw (out, confab_span_from_string (label));
  confab_mls_write_end (out, begin);
}

/* The structure { opaque label<V>; opaque content<V>; } that signatures and encryption put around their input. */
static GByteArray *
labelled (const char *label,
          ConfabSpan  content)
{
  GByteArray *out = g_byte_array_sized_new (content.length + strlen (label) + 16);

  write_label (out, label);
  confab_mls_write_opaque (out, content);

  return out;
}

/**
 * confab_mls_suite_lookup: (skip)
 * @id: the number of a cipher suite (RFC 9420, section 17.1)
 * @error: return location for an error
 *
 * Returns: (transfer none) (nullable): the suite, or %NULL with %CONFAB_MLS_ERROR_UNSUPPORTED
 * Since: 0.1
 */
const ConfabCryptoSuite *
confab_mls_suite_lookup (guint16   id,
                         GError  **error)
{
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (id);

  if (suite == NULL)
    g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_UNSUPPORTED, "cipher suite 0x%04x is not supported", id);

  return suite;
}

/**
 * confab_mls_expand_with_label: (skip)
 * @suite: a cipher suite
 * @secret: the secret to expand
 * @label: the label, without its prefix
 * @context: the context
 * @length: how many bytes to make, at most 255 times the length of the hash
 *
 * ExpandWithLabel of RFC 9420, section 8.
 *
 * Returns: (transfer full): the derived secret
 * Since: 0.1
 */
ConfabSecret *
confab_mls_expand_with_label (const ConfabCryptoSuite *suite,
                              ConfabSpan               secret,
                              const char              *label,
                              ConfabSpan               context,
                              gsize                    length)
{
  g_autoptr (GByteArray) info = g_byte_array_sized_new (context.length + strlen (label) + 16);
  g_autoptr (GError) error = NULL;

  confab_mls_write_u16 (info, length);
  write_label (info, label);
  confab_mls_write_opaque (info, context);

  ConfabSecret *derived = confab_crypto_hkdf_expand (suite, secret, confab_span_from_array (info), length, &error);

  /* Fails for a length past the bound only, which callers have checked. */
  if (derived == NULL)
    g_error ("Could not expand a secret: %s", error->message);

  return derived;
}

ConfabSecret *
confab_mls_derive_secret (const ConfabCryptoSuite *suite,
                          ConfabSpan               secret,
                          const char              *label)
{
  return confab_mls_expand_with_label (suite, secret, label, confab_span_empty (),
                                       confab_crypto_suite_get_hash_length (suite));
}

/**
 * confab_mls_derive_tree_secret: (skip)
 * @suite: a cipher suite
 * @secret: a secret of a ratchet
 * @label: the label, without its prefix
 * @generation: the position in the ratchet
 * @length: how many bytes to make
 *
 * DeriveTreeSecret of RFC 9420, section 9.1.
 *
 * Returns: (transfer full): the derived secret
 * Since: 0.1
 */
ConfabSecret *
confab_mls_derive_tree_secret (const ConfabCryptoSuite *suite,
                               ConfabSpan               secret,
                               const char              *label,
                               guint32                  generation,
                               gsize                    length)
{
  guint32 context = GUINT32_TO_BE (generation);

  return confab_mls_expand_with_label (suite, secret, label, confab_span (&context, sizeof context), length);
}

/**
 * confab_mls_reference_hash: (skip)
 * @suite: a cipher suite
 * @label: the whole label
 * @value: the encoded object
 *
 * RefHash of RFC 9420, section 5.2.
 *
 * Returns: (transfer full): the reference
 * Since: 0.1
 */
GBytes *
confab_mls_reference_hash (const ConfabCryptoSuite *suite,
                           const char              *label,
                           ConfabSpan               value)
{
  g_autoptr (GByteArray) input = g_byte_array_sized_new (value.length + strlen (label) + 16);

  confab_mls_write_opaque (input, confab_span_from_string (label));
  confab_mls_write_opaque (input, value);

  return confab_crypto_hash (suite, confab_span_from_array (input));
}

/**
 * confab_mls_sign_with_label: (skip)
 * @suite: a cipher suite
 * @private_key: a private signature key
 * @label: the label, without its prefix
 * @content: what to sign
 * @error: return location for an error
 *
 * SignWithLabel of RFC 9420, section 5.1.2.
 *
 * Returns: (transfer full) (nullable): the signature
 * Since: 0.1
 */
GBytes *
confab_mls_sign_with_label (const ConfabCryptoSuite  *suite,
                            ConfabSpan                private_key,
                            const char               *label,
                            ConfabSpan                content,
                            GError                  **error)
{
  g_autoptr (GByteArray) input = labelled (label, content);

  return confab_crypto_signature_sign (suite, private_key, confab_span_from_array (input), error);
}

gboolean
confab_mls_verify_with_label (const ConfabCryptoSuite  *suite,
                              ConfabSpan                public_key,
                              const char               *label,
                              ConfabSpan                content,
                              ConfabSpan                signature,
                              GError                  **error)
{
  g_autoptr (GByteArray) input = labelled (label, content);

  if (confab_crypto_signature_verify (suite, public_key, confab_span_from_array (input), signature, NULL))
    return TRUE;

  g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_SIGNATURE, "the signature of a %s is wrong", label);
  return FALSE;
}

/**
 * confab_mls_prepare_label: (skip)
 * @suite: a cipher suite
 * @label: the label, without its prefix
 * @context: the context, which the recipients must know
 *
 * The part of EncryptWithLabel that is the same for all recipients, for confab_crypto_hpke_seal_prepared().
 *
 * Returns: (transfer full): label and context
 * Since: 0.1
 */
ConfabCryptoHpkeInfo *
confab_mls_prepare_label (const ConfabCryptoSuite  *suite,
                          const char               *label,
                          ConfabSpan                context)
{
  g_autoptr (GByteArray) info = labelled (label, context);

  return confab_crypto_hpke_info_new (suite, confab_span_from_array (info));
}

/**
 * confab_mls_encrypt_with_label: (skip)
 * @suite: a cipher suite
 * @public_key: the public key of the recipient
 * @label: the label, without its prefix
 * @context: the context, which the recipient must know
 * @plaintext: what to encrypt
 * @kem_output: (out) (transfer full): the encapsulated key
 * @error: return location for an error
 *
 * EncryptWithLabel of RFC 9420, section 5.1.3.
 *
 * Returns: (transfer full) (nullable): the ciphertext
 * Since: 0.1
 */
GBytes *
confab_mls_encrypt_with_label (const ConfabCryptoSuite  *suite,
                               ConfabSpan                public_key,
                               const char               *label,
                               ConfabSpan                context,
                               ConfabSpan                plaintext,
                               GBytes                  **kem_output,
                               GError                  **error)
{
  g_autoptr (GByteArray) info = labelled (label, context);

  return confab_crypto_hpke_seal (suite, public_key, confab_span_from_array (info), confab_span_empty (), plaintext,
                                  kem_output, error);
}

GBytes *
confab_mls_decrypt_with_label (const ConfabCryptoSuite  *suite,
                               ConfabSpan                private_key,
                               const char               *label,
                               ConfabSpan                context,
                               ConfabSpan                kem_output,
                               ConfabSpan                ciphertext,
                               GError                  **error)
{
  g_autoptr (GByteArray) info = labelled (label, context);
  g_autoptr (GError) cause = NULL;

  GBytes *plaintext = confab_crypto_hpke_open (suite, private_key, kem_output, confab_span_from_array (info),
                                               confab_span_empty (), ciphertext, &cause);
  if (plaintext == NULL)
    g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_DECRYPTION, "a %s could not be decrypted: %s", label,
                 cause->message);

  return plaintext;
}

/* The all-zero vector of the length of the hash, which stands for an absent secret in the key schedule. */
GBytes *
confab_mls_zero_bytes (const ConfabCryptoSuite *suite)
{
  static const guint8 zeros[CONFAB_MLS_MAXIMUM_HASH];

  return g_bytes_new_static (zeros, confab_crypto_suite_get_hash_length (suite));
}
