/* confab-mls-proposal-list.h: the proposals of one commit, checked and applied together (RFC 9420, sections 12.2, 12.3)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-framing.h"
#include "confab-mls-policy.h"
#include "confab-mls-ratchet-tree.h"

G_BEGIN_DECLS

typedef struct
{
  ConfabMlsProposal *proposal;
  ConfabMlsSender    sender;
  GBytes            *reference; /* NULL for one by value */
} ConfabMlsProposalEntry;

typedef struct
{
  GPtrArray *entries; /* of ConfabMlsProposalEntry, in the order of the commit */
} ConfabMlsProposalList;

/* The circumstances of a commit. */
typedef struct
{
  ConfabMlsRatchetTree        *tree;      /* before the commit */
  const ConfabMlsGroupContext *context;   /* before the commit */
  const ConfabMlsPolicy       *policy;
  guint32                      committer; /* CONFAB_MLS_NO_NODE for an external commit */
  gboolean                     is_sending;
  gboolean                     begins_successor; /* resumption keys for reinit and branch are allowed */
} ConfabMlsCommitSituation;

/* What applying a list did. */
typedef struct
{
  GArray *added;   /* leaves, in the order of the proposals, which is ascending */
  GArray *changed; /* leaves that were added or updated */
} ConfabMlsAppliedList;

ConfabMlsProposalEntry *confab_mls_proposal_entry_new       (ConfabMlsProposal               *proposal,
                                                             ConfabMlsSender                  sender,
                                                             GBytes                          *reference);
void                    confab_mls_proposal_entry_free      (ConfabMlsProposalEntry          *self);
ConfabMlsProposalList  *confab_mls_proposal_list_new        (void);
void                    confab_mls_proposal_list_free       (ConfabMlsProposalList           *self);
void                    confab_mls_proposal_list_append     (ConfabMlsProposalList           *self,
                                                             ConfabMlsProposal               *proposal,
                                                             ConfabMlsSender                  sender,
                                                             GBytes                          *reference);
ConfabMlsProposal      *confab_mls_proposal_list_find       (const ConfabMlsProposalList     *self,
                                                             ConfabMlsProposalType            type);
gboolean                confab_mls_proposal_list_needs_path (const ConfabMlsProposalList     *self);
GPtrArray              *confab_mls_proposal_list_get_psks   (const ConfabMlsProposalList     *self);
gboolean                confab_mls_proposal_check           (const ConfabMlsProposalEntry    *entry,
                                                             const ConfabMlsCommitSituation  *situation,
                                                             GError                         **error);
gboolean                confab_mls_proposal_list_check      (const ConfabMlsProposalList     *self,
                                                             const ConfabMlsCommitSituation  *situation,
                                                             GError                         **error);
ConfabMlsAppliedList   *confab_mls_proposal_list_apply      (const ConfabMlsProposalList     *self,
                                                             ConfabMlsRatchetTree            *tree,
                                                             ConfabMlsGroupContext           *context,
                                                             const ConfabMlsPolicy           *policy,
                                                             GError                         **error);
gboolean                confab_mls_applied_list_check       (const ConfabMlsAppliedList      *self,
                                                             ConfabMlsRatchetTree            *tree,
                                                             const ConfabMlsGroupContext     *context,
                                                             gboolean                         extensions_changed,
                                                             GError                         **error);
gboolean                confab_mls_update_path_check_keys   (const ConfabMlsUpdatePath       *update,
                                                             ConfabMlsRatchetTree            *tree,
                                                             guint32                          sender,
                                                             GError                         **error);
void                    confab_mls_applied_list_free        (ConfabMlsAppliedList            *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsProposalList, confab_mls_proposal_list_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsProposalEntry, confab_mls_proposal_entry_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsAppliedList, confab_mls_applied_list_free)

G_END_DECLS
