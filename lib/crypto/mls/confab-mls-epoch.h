/* confab-mls-epoch.h: everything that one member knows in one epoch of a group
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-key-schedule.h"
#include "confab-mls-policy.h"
#include "confab-mls-protection.h"
#include "confab-mls-tree-kem.h"

G_BEGIN_DECLS

typedef struct
{
  ConfabMlsGroupContext *context;
  GBytes                *encoded_context;
  ConfabMlsRatchetTree  *tree; /* not changed any more: it is shared */
  ConfabMlsTreeKeys     *keys;
  guint32                own_leaf;
  ConfabMlsEpochSecrets *secrets;
  ConfabMlsSecretTree   *secret_tree;
  GBytes                *confirmation_tag;
  GBytes                *interim_transcript_hash;
} ConfabMlsEpoch;

/* What is kept of an epoch that is over: enough to read late messages of it. */
typedef struct
{
  guint64               number;
  GBytes               *encoded_context;
  ConfabMlsRatchetTree *tree;
  guint32               own_leaf;
  ConfabSecret         *sender_data;
  ConfabMlsSecretTree  *secret_tree;
} ConfabMlsPastEpoch;

ConfabMlsEpoch     *confab_mls_epoch_new          (ConfabMlsGroupContext  *context,
                                                   ConfabMlsRatchetTree   *tree,
                                                   ConfabMlsTreeKeys      *keys,
                                                   guint32                 own_leaf,
                                                   ConfabMlsEpochSecrets  *secrets,
                                                   const ConfabMlsPolicy  *policy);
void                confab_mls_epoch_free         (ConfabMlsEpoch         *self);
ConfabMlsPastEpoch *confab_mls_epoch_retire       (ConfabMlsEpoch         *self);
void                confab_mls_past_epoch_free    (ConfabMlsPastEpoch     *self);
gboolean            confab_mls_epoch_check_tag    (const ConfabMlsEpoch   *self,
                                                   GBytes                 *confirmation_tag,
                                                   GError                **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsEpoch, confab_mls_epoch_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsPastEpoch, confab_mls_past_epoch_free)

G_END_DECLS
