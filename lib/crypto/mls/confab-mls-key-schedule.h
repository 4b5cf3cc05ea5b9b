/* confab-mls-key-schedule.h: the secrets of an epoch and the hashes they rest on (RFC 9420, section 8)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-framing.h"

G_BEGIN_DECLS

/* What an epoch keeps. encryption is handed to the secret tree and is NULL afterwards. */
typedef struct
{
  ConfabSecret *sender_data;
  ConfabSecret *encryption;
  ConfabSecret *exporter;
  ConfabSecret *external;
  ConfabSecret *confirmation_key;
  ConfabSecret *membership_key;
  ConfabSecret *resumption_psk;
  ConfabSecret *epoch_authenticator;
  ConfabSecret *init;
} ConfabMlsEpochSecrets;

ConfabSecret          *confab_mls_key_schedule_derive_joiner  (const ConfabCryptoSuite      *suite,
                                                               const ConfabSecret           *init_secret,
                                                               const ConfabSecret           *commit_secret,
                                                               GBytes                       *group_context);
ConfabSecret          *confab_mls_key_schedule_derive_welcome (const ConfabCryptoSuite      *suite,
                                                               const ConfabSecret           *joiner_secret,
                                                               const ConfabSecret           *psk_secret);
void                   confab_mls_key_schedule_welcome_keys   (const ConfabCryptoSuite      *suite,
                                                               const ConfabSecret           *joiner_secret,
                                                               const ConfabSecret           *psk_secret,
                                                               ConfabSecret                **key,
                                                               ConfabSecret                **nonce);
ConfabMlsEpochSecrets *confab_mls_epoch_secrets_new           (const ConfabCryptoSuite      *suite,
                                                               const ConfabSecret           *joiner_secret,
                                                               const ConfabSecret           *psk_secret,
                                                               GBytes                       *group_context);
ConfabMlsEpochSecrets *confab_mls_epoch_secrets_new_initial   (const ConfabCryptoSuite      *suite,
                                                               const ConfabSecret           *epoch_secret);
void                   confab_mls_epoch_secrets_free          (ConfabMlsEpochSecrets        *self);
gboolean               confab_mls_epoch_secrets_external_keys (const ConfabMlsEpochSecrets  *self,
                                                               const ConfabCryptoSuite      *suite,
                                                               ConfabSecret                **private_key,
                                                               GBytes                      **public_key,
                                                               GError                      **error);
ConfabSecret          *confab_mls_epoch_secrets_export        (const ConfabMlsEpochSecrets  *self,
                                                               const ConfabCryptoSuite      *suite,
                                                               const char                   *label,
                                                               ConfabSpan                    context,
                                                               gsize                         length,
                                                               GError                      **error);
GBytes                *confab_mls_confirmation_tag            (const ConfabCryptoSuite      *suite,
                                                               const ConfabSecret           *confirmation_key,
                                                               GBytes                       *transcript_hash);
GBytes                *confab_mls_transcript_confirmed        (const ConfabCryptoSuite      *suite,
                                                               GBytes                       *interim_hash,
                                                               const ConfabMlsContent       *commit);
GBytes                *confab_mls_transcript_interim          (const ConfabCryptoSuite      *suite,
                                                               GBytes                       *confirmed_hash,
                                                               GBytes                       *confirmation_tag);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsEpochSecrets, confab_mls_epoch_secrets_free)

G_END_DECLS
