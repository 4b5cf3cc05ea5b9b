/* confab-mls-key-schedule.c: the secrets of an epoch and the hashes they rest on (RFC 9420, section 8)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-key-schedule.h"

/**
 * confab_mls_key_schedule_derive_joiner: (skip)
 * @suite: a cipher suite
 * @init_secret: the init secret of the epoch before
 * @commit_secret: what the update path gave, or zeros
 * @group_context: the encoded context of the new epoch
 *
 * Returns: (transfer full): the joiner_secret, which a Welcome carries
 * Since: 0.1
 */
ConfabSecret *
confab_mls_key_schedule_derive_joiner (const ConfabCryptoSuite *suite,
                                       const ConfabSecret      *init_secret,
                                       const ConfabSecret      *commit_secret,
                                       GBytes                  *group_context)
{
  g_autoptr (ConfabSecret) extracted = confab_crypto_hkdf_extract (suite, confab_secret_span (init_secret),
                                                                   confab_secret_span (commit_secret));

  return confab_mls_expand_with_label (suite, confab_secret_span (extracted), "joiner",
                                       confab_span_from_bytes (group_context),
                                       confab_crypto_suite_get_hash_length (suite));
}

/* The second extraction, from which both the welcome_secret and the epoch_secret come. */
static ConfabSecret *
derive_member_secret (const ConfabCryptoSuite *suite,
                      const ConfabSecret      *joiner_secret,
                      const ConfabSecret      *psk_secret)
{
  return confab_crypto_hkdf_extract (suite, confab_secret_span (joiner_secret), confab_secret_span (psk_secret));
}

ConfabSecret *
confab_mls_key_schedule_derive_welcome (const ConfabCryptoSuite *suite,
                                        const ConfabSecret      *joiner_secret,
                                        const ConfabSecret      *psk_secret)
{
  g_autoptr (ConfabSecret) member = derive_member_secret (suite, joiner_secret, psk_secret);

  return confab_mls_derive_secret (suite, confab_secret_span (member), "welcome");
}

/* What the group information in a Welcome is encrypted with (section 12.4.3.1). */
void
confab_mls_key_schedule_welcome_keys (const ConfabCryptoSuite  *suite,
                                      const ConfabSecret       *joiner_secret,
                                      const ConfabSecret       *psk_secret,
                                      ConfabSecret            **key,
                                      ConfabSecret            **nonce)
{
  g_autoptr (ConfabSecret) welcome = confab_mls_key_schedule_derive_welcome (suite, joiner_secret, psk_secret);
  ConfabSpan secret = confab_secret_span (welcome);

  *key = confab_mls_expand_with_label (suite, secret, "key", confab_span_empty (),
                                       confab_crypto_suite_get_key_length (suite));
  *nonce = confab_mls_expand_with_label (suite, secret, "nonce", confab_span_empty (),
                                         confab_crypto_suite_get_nonce_length (suite));
}

/**
 * confab_mls_epoch_secrets_new: (skip)
 * @suite: a cipher suite
 * @joiner_secret: the joiner secret
 * @psk_secret: the combined pre-shared keys, or zeros
 * @group_context: the encoded context of the epoch
 *
 * Derives the secrets of an epoch. The epoch_secret itself is erased before this returns.
 *
 * Returns: (transfer full): the secrets
 * Since: 0.1
 */
ConfabMlsEpochSecrets *
confab_mls_epoch_secrets_new (const ConfabCryptoSuite *suite,
                              const ConfabSecret      *joiner_secret,
                              const ConfabSecret      *psk_secret,
                              GBytes                  *group_context)
{
  g_autoptr (ConfabSecret) member = derive_member_secret (suite, joiner_secret, psk_secret);
  g_autoptr (ConfabSecret) epoch_secret =
    confab_mls_expand_with_label (suite, confab_secret_span (member), "epoch", confab_span_from_bytes (group_context),
                                  confab_crypto_suite_get_hash_length (suite));

  return confab_mls_epoch_secrets_new_initial (suite, epoch_secret);
}

/**
 * confab_mls_epoch_secrets_new_initial: (skip)
 * @suite: a cipher suite
 * @epoch_secret: the epoch secret; random for the first epoch of a group (section 11)
 *
 * Returns: (transfer full): the secrets
 * Since: 0.1
 */
ConfabMlsEpochSecrets *
confab_mls_epoch_secrets_new_initial (const ConfabCryptoSuite *suite,
                                      const ConfabSecret      *epoch_secret)
{
  ConfabMlsEpochSecrets *self = g_new0 (ConfabMlsEpochSecrets, 1);
  ConfabSpan secret = confab_secret_span (epoch_secret);

  self->sender_data = confab_mls_derive_secret (suite, secret, "sender data");
  self->encryption = confab_mls_derive_secret (suite, secret, "encryption");
  self->exporter = confab_mls_derive_secret (suite, secret, "exporter");
  self->external = confab_mls_derive_secret (suite, secret, "external");
  self->confirmation_key = confab_mls_derive_secret (suite, secret, "confirm");
  self->membership_key = confab_mls_derive_secret (suite, secret, "membership");
  self->resumption_psk = confab_mls_derive_secret (suite, secret, "resumption");
  self->epoch_authenticator = confab_mls_derive_secret (suite, secret, "authentication");
  self->init = confab_mls_derive_secret (suite, secret, "init");

  return self;
}

void
confab_mls_epoch_secrets_free (ConfabMlsEpochSecrets *self)
{
  g_clear_pointer (&self->sender_data, confab_secret_unref);
  g_clear_pointer (&self->encryption, confab_secret_unref);
  g_clear_pointer (&self->exporter, confab_secret_unref);
  g_clear_pointer (&self->external, confab_secret_unref);
  g_clear_pointer (&self->confirmation_key, confab_secret_unref);
  g_clear_pointer (&self->membership_key, confab_secret_unref);
  g_clear_pointer (&self->resumption_psk, confab_secret_unref);
  g_clear_pointer (&self->epoch_authenticator, confab_secret_unref);
  g_clear_pointer (&self->init, confab_secret_unref);
  g_free (self);
}

/* The key pair of the whole group, to which a newcomer encrypts (sections 8 and 8.3). */
gboolean
confab_mls_epoch_secrets_external_keys (const ConfabMlsEpochSecrets  *self,
                                        const ConfabCryptoSuite      *suite,
                                        ConfabSecret                **private_key,
                                        GBytes                      **public_key,
                                        GError                      **error)
{
  return confab_crypto_kem_derive (suite, confab_secret_span (self->external), private_key, public_key, error);
}

/**
 * confab_mls_epoch_secrets_export: (skip)
 * @self: the secrets of an epoch
 * @suite: the cipher suite
 * @label: what the exported secret is for
 * @context: its context
 * @length: its length in bytes
 * @error: return location for an error
 *
 * MLS-Exporter of RFC 9420, section 8.5.
 *
 * Returns: (transfer full) (nullable): the exported secret
 * Since: 0.1
 */
ConfabSecret *
confab_mls_epoch_secrets_export (const ConfabMlsEpochSecrets  *self,
                                 const ConfabCryptoSuite      *suite,
                                 const char                   *label,
                                 ConfabSpan                    context,
                                 gsize                         length,
                                 GError                      **error)
{
  if (length == 0 || length > 255 * confab_crypto_suite_get_hash_length (suite))
    {
      g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_ARGUMENT,
                   "no secret of %" G_GSIZE_FORMAT " bytes can be exported", length);
      return NULL;
    }

  g_autoptr (ConfabSecret) derived = confab_mls_derive_secret (suite, confab_secret_span (self->exporter), label);
  g_autoptr (GBytes) hash = confab_crypto_hash (suite, context);

  return confab_mls_expand_with_label (suite, confab_secret_span (derived), "exported", confab_span_from_bytes (hash),
                                       length);
}

GBytes *
confab_mls_confirmation_tag (const ConfabCryptoSuite *suite,
                             const ConfabSecret      *confirmation_key,
                             GBytes                  *transcript_hash)
{
  return confab_crypto_hmac (suite, confab_secret_span (confirmation_key), confab_span_from_bytes (transcript_hash));
}

/**
 * confab_mls_transcript_confirmed: (skip)
 * @suite: the cipher suite
 * @interim_hash: the interim transcript hash of the epoch before
 * @commit: the signed commit; its confirmation tag is not looked at
 *
 * Returns: (transfer full): the confirmed transcript hash of the new epoch (section 8.2)
 * Since: 0.1
 */
GBytes *
confab_mls_transcript_confirmed (const ConfabCryptoSuite *suite,
                                 GBytes                  *interim_hash,
                                 const ConfabMlsContent  *commit)
{
  g_autoptr (GByteArray) input = g_byte_array_new ();

  confab_mls_write_raw (input, confab_span_from_bytes (interim_hash));
  confab_mls_write_u16 (input, commit->wire_format);
  confab_mls_content_write_framed (commit, input);
  confab_mls_write_bytes (input, commit->signature);

  return confab_crypto_hash (suite, confab_span_from_array (input));
}

GBytes *
confab_mls_transcript_interim (const ConfabCryptoSuite *suite,
                               GBytes                  *confirmed_hash,
                               GBytes                  *confirmation_tag)
{
  g_autoptr (GByteArray) input = g_byte_array_new ();

  confab_mls_write_raw (input, confab_span_from_bytes (confirmed_hash));
  confab_mls_write_bytes (input, confirmation_tag);

  return confab_crypto_hash (suite, confab_span_from_array (input));
}
