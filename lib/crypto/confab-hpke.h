/* confab-hpke.h: hybrid public key encryption, base mode (RFC 9180)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-aead.h"
#include "confab-hash.h"
#include "confab-kem.h"
#include "confab-secret.h"

G_BEGIN_DECLS

typedef struct
{
  const ConfabKem  *kem;
  const ConfabHash *hash;
  const ConfabAead *aead;
} ConfabHpke;

/* The context of one message: MLS never sends a second one over the same encapsulation, so the sequence
 * number of RFC 9180, section 5.2, stays 0 and the base nonce is the nonce. */
typedef struct
{
  ConfabSecret *key;
  ConfabSecret *base_nonce;
  ConfabSecret *exporter_secret;
} ConfabHpkeContext;

void          confab_hpke_context_clear   (ConfabHpkeContext *context);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ConfabHpkeContext, confab_hpke_context_clear)

ConfabSecret *confab_hpke_hash_info       (const ConfabHpke  *hpke,
                                           ConfabSpan         info);
gboolean      confab_hpke_setup_sender    (const ConfabHpke  *hpke,
                                           ConfabSpan         public_key,
                                           ConfabSpan         info_hash,
                                           ConfabSpan         randomness,
                                           GBytes           **kem_output,
                                           ConfabHpkeContext *context,
                                           GError           **error);
gboolean      confab_hpke_setup_receiver  (const ConfabHpke  *hpke,
                                           ConfabSpan         private_key,
                                           ConfabSpan         kem_output,
                                           ConfabSpan         info_hash,
                                           ConfabHpkeContext *context,
                                           GError           **error);
ConfabSecret *confab_hpke_export          (const ConfabHpke        *hpke,
                                           const ConfabHpkeContext *context,
                                           ConfabSpan               exporter_context,
                                           gsize                    length,
                                           GError                 **error);

ConfabSecret *confab_hpke_labeled_extract (const ConfabHash  *hash,
                                           ConfabSpan         suite_id,
                                           ConfabSpan         salt,
                                           const char        *label,
                                           ConfabSpan         key_material);
ConfabSecret *confab_hpke_labeled_expand  (const ConfabHash  *hash,
                                           ConfabSpan         suite_id,
                                           ConfabSpan         pseudorandom_key,
                                           const char        *label,
                                           ConfabSpan         info,
                                           gsize              length,
                                           GError           **error);

G_END_DECLS
