/* confab-mls-group.h: a group of Messaging Layer Security (RFC 9420), as one client takes part in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-event.h"
#include "confab-mls-key-bundle.h"
#include "confab-mls-message.h"
#include "confab-mls-policy.h"

G_BEGIN_DECLS

typedef struct _ConfabMlsGroup ConfabMlsGroup;

/**
 * ConfabMlsCommitFlags:
 * @CONFAB_MLS_COMMIT_DEFAULT: with a path, with all pending proposals, with the tree in the Welcome
 * @CONFAB_MLS_COMMIT_OMIT_PATH: leave out the update path where the proposals allow it: smaller, but the
 *   committer's own keys are not refreshed
 * @CONFAB_MLS_COMMIT_ONLY_GIVEN: commit only the proposals that are passed, not those received before
 * @CONFAB_MLS_COMMIT_OMIT_TREE: leave the ratchet tree out of Welcome and group information; newcomers get it elsewhere
 *
 * How to make a commit.
 *
 * Since: 0.1
 */
typedef enum
{
  CONFAB_MLS_COMMIT_DEFAULT = 0,
  CONFAB_MLS_COMMIT_OMIT_PATH = 1 << 0,
  CONFAB_MLS_COMMIT_ONLY_GIVEN = 1 << 1,
  CONFAB_MLS_COMMIT_OMIT_TREE = 1 << 2,
} ConfabMlsCommitFlags;

/**
 * ConfabMlsCommitResult:
 * @commit: the message for the members
 * @welcome: (nullable): the message for those who were added
 * @group_info: the message for those who may join by an external commit once the commit was accepted
 *
 * What a commit consists of. Nothing of it may reach a newcomer before the commit is known to be accepted.
 *
 * Since: 0.1
 */
typedef struct
{
  GBytes *commit;
  GBytes *welcome;
  GBytes *group_info;
} ConfabMlsCommitResult;

void                   confab_mls_commit_result_free           (ConfabMlsCommitResult  *self);

/* Becoming a member */
ConfabMlsGroup        *confab_mls_group_create                 (GBytes                 *group_id,
                                                                ConfabMlsIdentity      *identity,
                                                                GPtrArray              *extensions,
                                                                ConfabMlsPolicy        *policy,
                                                                GError                **error);
ConfabMlsGroup        *confab_mls_group_join                   (GBytes                 *welcome,
                                                                ConfabMlsKeyBundle     *key_bundle,
                                                                ConfabMlsIdentity      *identity,
                                                                GBytes                 *ratchet_tree,
                                                                ConfabMlsGroup         *predecessor,
                                                                ConfabMlsPolicy        *policy,
                                                                GError                **error);
ConfabMlsGroup        *confab_mls_group_join_external          (GBytes                 *group_info,
                                                                ConfabMlsIdentity      *identity,
                                                                GBytes                 *ratchet_tree,
                                                                GPtrArray              *psks,
                                                                gint64                  resync_leaf,
                                                                ConfabMlsPolicy        *policy,
                                                                GBytes                **commit,
                                                                GError                **error);
ConfabMlsGroup        *confab_mls_group_ref                    (ConfabMlsGroup         *self);
void                   confab_mls_group_unref                  (ConfabMlsGroup         *self);

/* Changing it */
ConfabMlsCommitResult *confab_mls_group_add                    (ConfabMlsGroup         *self,
                                                                GPtrArray              *key_packages,
                                                                GError                **error);
ConfabMlsCommitResult *confab_mls_group_remove                 (ConfabMlsGroup         *self,
                                                                const guint32          *leaf_indices,
                                                                gsize                   n_leaf_indices,
                                                                GError                **error);
ConfabMlsCommitResult *confab_mls_group_update                 (ConfabMlsGroup         *self,
                                                                GError                **error);
ConfabMlsCommitResult *confab_mls_group_commit                 (ConfabMlsGroup         *self,
                                                                GPtrArray              *proposals,
                                                                ConfabMlsCommitFlags    flags,
                                                                GBytes                 *authenticated_data,
                                                                GError                **error);
gboolean               confab_mls_group_merge_pending          (ConfabMlsGroup         *self,
                                                                GError                **error);
void                   confab_mls_group_clear_pending          (ConfabMlsGroup         *self);
gboolean               confab_mls_group_has_pending            (ConfabMlsGroup         *self);
GBytes                *confab_mls_group_propose                (ConfabMlsGroup         *self,
                                                                ConfabMlsProposal      *proposal,
                                                                GError                **error);
GBytes                *confab_mls_group_propose_update         (ConfabMlsGroup         *self,
                                                                GError                **error);
guint                  confab_mls_group_get_n_proposals        (ConfabMlsGroup         *self);
void                   confab_mls_group_clear_proposals        (ConfabMlsGroup         *self);
void                   confab_mls_group_set_next_identity      (ConfabMlsGroup         *self,
                                                                ConfabMlsIdentity      *identity);

/* Messages */
ConfabMlsEvent        *confab_mls_group_process                (ConfabMlsGroup         *self,
                                                                GBytes                 *message,
                                                                GError                **error);
GBytes                *confab_mls_group_encrypt                (ConfabMlsGroup         *self,
                                                                GBytes                 *data,
                                                                GBytes                 *authenticated_data,
                                                                GError                **error);
GBytes                *confab_mls_group_decrypt                (ConfabMlsGroup         *self,
                                                                GBytes                 *message,
                                                                guint32                *sender,
                                                                GError                **error);

/* What it agrees on */
ConfabSecret          *confab_mls_group_export                 (ConfabMlsGroup         *self,
                                                                const char             *label,
                                                                ConfabSpan              context,
                                                                gsize                   length,
                                                                GError                **error);
GBytes                *confab_mls_group_get_epoch_authenticator (ConfabMlsGroup        *self);
GBytes                *confab_mls_group_get_id                 (ConfabMlsGroup         *self);
guint64                confab_mls_group_get_epoch              (ConfabMlsGroup         *self);
guint16                confab_mls_group_get_cipher_suite       (ConfabMlsGroup         *self);
GPtrArray             *confab_mls_group_get_extensions         (ConfabMlsGroup         *self);
guint32                confab_mls_group_get_own_leaf           (ConfabMlsGroup         *self);
ConfabMlsIdentity     *confab_mls_group_get_identity           (ConfabMlsGroup         *self);
guint                  confab_mls_group_get_n_members          (ConfabMlsGroup         *self);
GPtrArray             *confab_mls_group_get_members            (ConfabMlsGroup         *self);
ConfabMlsMember       *confab_mls_group_get_member             (ConfabMlsGroup         *self,
                                                                guint32                 leaf_index);
ConfabMlsMember       *confab_mls_group_find_member            (ConfabMlsGroup         *self,
                                                                GBytes                 *signature_key);
gboolean               confab_mls_group_is_active              (ConfabMlsGroup         *self);
GBytes                *confab_mls_group_make_group_info        (ConfabMlsGroup         *self,
                                                                gboolean                with_tree,
                                                                GError                **error);
GBytes                *confab_mls_group_export_ratchet_tree    (ConfabMlsGroup         *self);
ConfabSecret          *confab_mls_group_get_resumption_psk     (ConfabMlsGroup         *self,
                                                                guint64                 epoch);

/* Successors (RFC 9420, sections 11.2 and 11.3) */
ConfabMlsGroup        *confab_mls_group_create_reinitialized   (ConfabMlsGroup         *self,
                                                                ConfabMlsIdentity      *identity,
                                                                GPtrArray              *key_packages,
                                                                ConfabMlsCommitResult **result,
                                                                GError                **error);
ConfabMlsGroup        *confab_mls_group_create_branch          (ConfabMlsGroup         *self,
                                                                GBytes                 *group_id,
                                                                ConfabMlsIdentity      *identity,
                                                                GPtrArray              *key_packages,
                                                                ConfabMlsCommitResult **result,
                                                                GError                **error);

/* A restart */
ConfabSecret          *confab_mls_group_serialize              (ConfabMlsGroup         *self);
ConfabMlsGroup        *confab_mls_group_deserialize            (ConfabSpan              state,
                                                                ConfabMlsPolicy        *policy,
                                                                GError                **error);

/* Proposals from outside (RFC 9420, section 12.1.8) */
GBytes                *confab_mls_external_proposal_new        (guint16                 cipher_suite,
                                                                GBytes                 *group_id,
                                                                guint64                 epoch,
                                                                guint32                 sender_index,
                                                                ConfabSecret           *signature_private_key,
                                                                ConfabMlsProposal      *proposal,
                                                                GError                **error);
GBytes                *confab_mls_new_member_proposal_new      (GBytes                 *group_id,
                                                                guint64                 epoch,
                                                                ConfabMlsIdentity      *identity,
                                                                ConfabMlsKeyPackage    *key_package,
                                                                GError                **error);
GBytes                *confab_mls_external_senders_encode      (GPtrArray              *signature_keys,
                                                                GPtrArray              *credentials);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsGroup, confab_mls_group_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsCommitResult, confab_mls_commit_result_free)

G_END_DECLS
