/* confab-mls-commit-draft.c: a commit on the way, from proposals to the epoch it leads to (RFC 9420, section 12.4.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-commit-draft.h"

#include "confab-mls-tree-validation.h"

/**
 * confab_mls_commit_draft_new: (skip)
 * @tree: the current tree
 * @context: the current context
 * @keys: (nullable): the private keys of the committer, unless it is a newcomer
 * @own_leaf: the leaf of the committer; a newcomer gets one by confab_mls_commit_draft_add_path()
 * @policy: the application's policy
 *
 * Starts a commit on copies of what there is.
 *
 * Returns: (transfer full): the draft
 * Since: 0.1
 */
ConfabMlsCommitDraft *
confab_mls_commit_draft_new (ConfabMlsRatchetTree        *tree,
                             const ConfabMlsGroupContext *context,
                             const ConfabMlsTreeKeys     *keys,
                             guint32                      own_leaf,
                             const ConfabMlsPolicy       *policy)
{
  ConfabMlsCommitDraft *self = g_new0 (ConfabMlsCommitDraft, 1);

  self->suite = confab_mls_ratchet_tree_get_suite (tree);
  self->policy = policy;
  self->tree = confab_mls_ratchet_tree_copy (tree);
  self->context = confab_mls_group_context_copy (context);
  self->context->epoch++;
  self->keys = keys != NULL ? confab_mls_tree_keys_copy (keys) : g_new0 (ConfabMlsTreeKeys, 1);
  self->own_leaf = own_leaf;

  return self;
}

void
confab_mls_commit_draft_free (ConfabMlsCommitDraft *self)
{
  g_clear_pointer (&self->tree, confab_mls_ratchet_tree_unref);
  g_clear_pointer (&self->context, confab_mls_group_context_free);
  g_clear_pointer (&self->keys, confab_mls_tree_keys_free);
  g_clear_pointer (&self->applied, confab_mls_applied_list_free);
  g_clear_pointer (&self->path, confab_mls_tree_path_free);
  g_clear_pointer (&self->joiner_secret, confab_secret_unref);
  g_clear_pointer (&self->psk_secret, confab_secret_unref);
  g_free (self);
}

static void
refresh_tree_hash (ConfabMlsCommitDraft *self)
{
  g_autoptr (GBytes) hash = confab_mls_ratchet_tree_get_hash (self->tree);

  confab_mls_group_context_set_tree_hash (self->context, hash);
}

/**
 * confab_mls_commit_draft_apply: (skip)
 * @self: a draft
 * @proposals: checked proposals
 * @error: return location for an error
 *
 * Applies the proposals.
 *
 * Returns: %TRUE if what comes out is valid
 * Since: 0.1
 */
gboolean
confab_mls_commit_draft_apply (ConfabMlsCommitDraft         *self,
                               const ConfabMlsProposalList  *proposals,
                               GError                      **error)
{
  gboolean replaces_extensions =
    confab_mls_proposal_list_find (proposals, CONFAB_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS) != NULL;

  self->applied = confab_mls_proposal_list_apply (proposals, self->tree, self->context, self->policy, error);
  if (self->applied == NULL
      || !confab_mls_applied_list_check (self->applied, self->tree, self->context, replaces_extensions, error))
    return FALSE;

  if (self->own_leaf != CONFAB_MLS_NO_NODE)
    confab_mls_tree_keys_prune (self->keys, self->tree, self->own_leaf);
  refresh_tree_hash (self);

  return TRUE;
}

/**
 * confab_mls_commit_draft_add_path: (skip)
 * @self: a draft with the proposals applied
 * @identity: what the committer is from now on
 * @error: return location for an error
 *
 * Gives the committer fresh keys up to the root.
 *
 * Returns: (transfer full) (nullable): the update path for the commit
 * Since: 0.1
 */
ConfabMlsUpdatePath *
confab_mls_commit_draft_add_path (ConfabMlsCommitDraft  *self,
                                  ConfabMlsIdentity     *identity,
                                  GError               **error)
{
  g_autoptr (GArray) committer = g_array_new (FALSE, FALSE, sizeof (guint32));

  self->path = confab_mls_tree_kem_generate (self->tree, self->keys, self->own_leaf, identity, self->context->group_id,
                                             error);
  if (self->path == NULL)
    return NULL;

  g_array_append_val (committer, self->own_leaf);
  if (!confab_mls_tree_check_capabilities (self->tree, self->context->extensions, FALSE, committer, error))
    return NULL;

  refresh_tree_hash (self);
  g_autoptr (GBytes) provisional = confab_mls_group_context_encode (self->context);

  return confab_mls_tree_kem_encrypt (self->path, self->tree, self->own_leaf, self->applied->added, provisional, error);
}

/**
 * confab_mls_commit_draft_finish: (skip)
 * @self: a draft
 * @content: the signed commit; it gets its confirmation tag
 * @interim_transcript_hash: the interim transcript hash of the epoch that ends
 * @init_secret: the init secret of the epoch that ends, or the external one
 * @psk_ids: (element-type ConfabMlsPskId): the pre-shared keys that are mixed in
 * @psks: (element-type ConfabSecret): the keys themselves
 *
 * Derives the new epoch. What a Welcome needs stays in the draft.
 *
 * Returns: (transfer full): the new epoch
 * Since: 0.1
 */
ConfabMlsEpoch *
confab_mls_commit_draft_finish (ConfabMlsCommitDraft *self,
                                ConfabMlsContent     *content,
                                GBytes               *interim_transcript_hash,
                                const ConfabSecret   *init_secret,
                                GPtrArray            *psk_ids,
                                GPtrArray            *psks)
{
  g_autoptr (GBytes) zeros = confab_mls_zero_bytes (self->suite);
  g_autoptr (ConfabSecret) commit_secret =
    self->path != NULL ? confab_secret_ref (self->path->commit_secret)
                       : confab_secret_new_copy (confab_span_from_bytes (zeros));
  g_autoptr (GBytes) confirmed = confab_mls_transcript_confirmed (self->suite, interim_transcript_hash, content);

  confab_mls_group_context_set_transcript_hash (self->context, confirmed);
  g_autoptr (GBytes) encoded = confab_mls_group_context_encode (self->context);

  self->psk_secret = confab_mls_psk_combine (self->suite, psk_ids, psks);
  self->joiner_secret = confab_mls_key_schedule_derive_joiner (self->suite, init_secret, commit_secret, encoded);

  ConfabMlsEpochSecrets *secrets =
    confab_mls_epoch_secrets_new (self->suite, self->joiner_secret, self->psk_secret, encoded);
  ConfabMlsEpoch *epoch = confab_mls_epoch_new (g_steal_pointer (&self->context), self->tree,
                                                g_steal_pointer (&self->keys), self->own_leaf, secrets, self->policy);

  g_clear_pointer (&content->confirmation_tag, g_bytes_unref);
  content->confirmation_tag = g_bytes_ref (epoch->confirmation_tag);

  return epoch;
}
