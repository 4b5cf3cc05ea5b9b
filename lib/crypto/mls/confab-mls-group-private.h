/* confab-mls-group-private.h: the inside of a group, for the files that make it up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-epoch.h"
#include "confab-mls-group.h"
#include "confab-mls-message.h"
#include "confab-mls-proposal-list.h"

G_BEGIN_DECLS

/* Who can flood a group with proposals is a member of it; still, nobody needs more than this in one epoch. */
#define CONFAB_MLS_MAXIMUM_PROPOSALS 4096

/* A leaf key that this member proposed by an update and that becomes current when somebody commits it. */
typedef struct
{
  GBytes            *encryption_key;
  ConfabSecret      *private_key;
  ConfabMlsIdentity *identity;
} ConfabMlsOwnUpdate;

typedef struct
{
  guint64       epoch;
  ConfabSecret *psk;
} ConfabMlsResumption;

/* A commit that was made and is not known to be accepted. */
typedef struct
{
  ConfabMlsEpoch    *epoch; /* the one it leads to */
  GBytes            *message;
  ConfabMlsIdentity *identity;
  ConfabMlsProposal *reinit;
} ConfabMlsPendingCommit;

struct _ConfabMlsGroup
{
  gatomicrefcount          ref_count;
  const ConfabCryptoSuite *suite;
  ConfabMlsPolicy         *policy;
  ConfabMlsIdentity       *identity;
  ConfabMlsIdentity       *next_identity;
  ConfabMlsEpoch          *epoch;
  GPtrArray               *past_epochs; /* of ConfabMlsPastEpoch, the latest last */
  GArray                  *resumptions; /* of ConfabMlsResumption, the latest last, the current epoch included */
  GPtrArray               *proposals;   /* of ConfabMlsProposalEntry with references, as they came */
  GPtrArray               *own_updates; /* of ConfabMlsOwnUpdate */
  ConfabMlsPendingCommit  *pending;
  ConfabMlsProposal       *reinit;      /* the group is closed */
  gboolean                 was_removed;
  ConfabMlsGroup          *predecessor; /* borrowed, while a successor is made or joined */
};

ConfabMlsGroup         *confab_mls_group_alloc                 (const ConfabCryptoSuite         *suite,
                                                                ConfabMlsPolicy                 *policy,
                                                                ConfabMlsIdentity               *identity);
void                    confab_mls_group_start                 (ConfabMlsGroup                  *self,
                                                                ConfabMlsEpoch                  *epoch);
void                    confab_mls_group_advance               (ConfabMlsGroup                  *self,
                                                                ConfabMlsEpoch                  *epoch);
gboolean                confab_mls_group_check_active          (ConfabMlsGroup                  *self,
                                                                GError                         **error);
GPtrArray              *confab_mls_group_find_psks             (ConfabMlsGroup                  *self,
                                                                GPtrArray                       *ids,
                                                                GError                         **error);
void                    confab_mls_own_update_free             (ConfabMlsOwnUpdate              *self);
ConfabMlsOwnUpdate     *confab_mls_group_find_own_update       (ConfabMlsGroup                  *self,
                                                                GBytes                          *encryption_key);
void                    confab_mls_pending_commit_free         (ConfabMlsPendingCommit          *self);

/* confab-mls-group-messages.c */
gboolean                confab_mls_group_sign_content          (ConfabMlsGroup                  *self,
                                                                ConfabMlsContent                *content,
                                                                GError                         **error);
GBytes                 *confab_mls_group_protect               (ConfabMlsGroup                  *self,
                                                                ConfabMlsContent                *content,
                                                                GError                         **error);
ConfabMlsContent       *confab_mls_group_new_content           (ConfabMlsGroup                  *self,
                                                                GBytes                          *authenticated_data,
                                                                ConfabMlsContentType             type);

/* confab-mls-group-proposals.c */
void                    confab_mls_group_get_situation         (ConfabMlsGroup                  *self,
                                                                guint32                          committer,
                                                                gboolean                         is_sending,
                                                                ConfabMlsCommitSituation        *situation);
ConfabMlsProposalEntry *confab_mls_group_find_proposal         (ConfabMlsGroup                  *self,
                                                                GBytes                          *reference);
GBytes                 *confab_mls_group_store_proposal        (ConfabMlsGroup                  *self,
                                                                const ConfabMlsContent          *content,
                                                                GError                         **error);
ConfabMlsProposalList  *confab_mls_group_select_proposals      (ConfabMlsGroup                  *self,
                                                                GPtrArray                       *given,
                                                                gboolean                         only_given);

/* confab-mls-group-commit.c */
ConfabMlsCommitResult  *confab_mls_group_make_commit           (ConfabMlsGroup                  *self,
                                                                GPtrArray                       *proposals,
                                                                ConfabMlsCommitFlags             flags,
                                                                GBytes                          *authenticated_data,
                                                                gboolean                         begins_successor,
                                                                GError                         **error);

/* confab-mls-group-apply.c */
gboolean                confab_mls_group_apply_commit          (ConfabMlsGroup                  *self,
                                                                const ConfabMlsContent          *content,
                                                                ConfabMlsEvent                  *event,
                                                                GError                         **error);
void                    confab_mls_group_describe_change       (ConfabMlsRatchetTree            *before,
                                                                ConfabMlsRatchetTree            *after,
                                                                ConfabMlsEvent                  *event);

/* confab-mls-group-join.c */
ConfabMlsGroupInfo     *confab_mls_epoch_make_group_info       (const ConfabMlsEpoch            *epoch,
                                                                ConfabMlsIdentity               *identity,
                                                                gboolean                         with_tree,
                                                                gboolean                         with_external_pub,
                                                                GError                         **error);
ConfabMlsRatchetTree   *confab_mls_group_info_get_tree         (const ConfabMlsGroupInfo        *info,
                                                                const ConfabCryptoSuite         *suite,
                                                                GBytes                          *ratchet_tree,
                                                                const ConfabMlsPolicy           *policy,
                                                                GError                         **error);

/* confab-mls-group-successor.c */
gboolean                confab_mls_group_check_succession      (ConfabMlsGroup                  *predecessor,
                                                                const ConfabMlsPskId            *psk,
                                                                const ConfabMlsGroupContext     *context,
                                                                ConfabMlsRatchetTree            *tree,
                                                                GError                         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsPendingCommit, confab_mls_pending_commit_free)

G_END_DECLS
