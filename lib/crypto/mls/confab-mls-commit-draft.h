/* confab-mls-commit-draft.h: a commit on the way, from proposals to the epoch it leads to (RFC 9420, section 12.4.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-epoch.h"
#include "confab-mls-proposal-list.h"

G_BEGIN_DECLS

/* A member's commit and an external one are made in the same steps: start, apply, take a path, finish. */
typedef struct
{
  const ConfabCryptoSuite *suite;
  const ConfabMlsPolicy   *policy;
  ConfabMlsRatchetTree    *tree;    /* a copy that becomes the new tree */
  ConfabMlsGroupContext   *context; /* a copy that becomes the new context */
  ConfabMlsTreeKeys       *keys;
  guint32                  own_leaf;
  ConfabMlsAppliedList    *applied;
  ConfabMlsTreePath       *path;    /* NULL if there is none */
  ConfabSecret            *joiner_secret;
  ConfabSecret            *psk_secret;
} ConfabMlsCommitDraft;

ConfabMlsCommitDraft *confab_mls_commit_draft_new      (ConfabMlsRatchetTree         *tree,
                                                        const ConfabMlsGroupContext  *context,
                                                        const ConfabMlsTreeKeys      *keys,
                                                        guint32                       own_leaf,
                                                        const ConfabMlsPolicy        *policy);
void                  confab_mls_commit_draft_free     (ConfabMlsCommitDraft         *self);
gboolean              confab_mls_commit_draft_apply    (ConfabMlsCommitDraft         *self,
                                                        const ConfabMlsProposalList  *proposals,
                                                        GError                      **error);
ConfabMlsUpdatePath  *confab_mls_commit_draft_add_path (ConfabMlsCommitDraft         *self,
                                                        ConfabMlsIdentity            *identity,
                                                        GError                      **error);
ConfabMlsEpoch       *confab_mls_commit_draft_finish   (ConfabMlsCommitDraft         *self,
                                                        ConfabMlsContent             *content,
                                                        GBytes                       *interim_transcript_hash,
                                                        const ConfabSecret           *init_secret,
                                                        GPtrArray                    *psk_ids,
                                                        GPtrArray                    *psks);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsCommitDraft, confab_mls_commit_draft_free)

G_END_DECLS
