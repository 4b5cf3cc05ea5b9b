/* confab-mls-group-apply.c: commits of others (RFC 9420, section 12.4.2)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-group-private.h"

#include "confab-mls-tree-validation.h"

/* A commit that is being applied; the group is not touched until all is verified. */
typedef struct
{
  ConfabMlsGroup          *group;
  const ConfabMlsContent  *content;
  const ConfabMlsCommit   *commit;
  gboolean                 is_external;
  guint32                  committer;
  ConfabMlsProposalList   *proposals;
  ConfabMlsRatchetTree    *tree;
  ConfabMlsGroupContext   *context;
  ConfabMlsTreeKeys       *keys;
  ConfabMlsAppliedList    *applied;
  ConfabMlsOwnUpdate      *own_update;  /* borrowed: the own update that is committed */
  ConfabSecret            *init_secret;
  ConfabSecret            *commit_secret;
} Application;

static void
application_clear (Application *self)
{
  g_clear_pointer (&self->proposals, confab_mls_proposal_list_free);
  g_clear_pointer (&self->tree, confab_mls_ratchet_tree_unref);
  g_clear_pointer (&self->context, confab_mls_group_context_free);
  g_clear_pointer (&self->keys, confab_mls_tree_keys_free);
  g_clear_pointer (&self->applied, confab_mls_applied_list_free);
  g_clear_pointer (&self->init_secret, confab_secret_unref);
  g_clear_pointer (&self->commit_secret, confab_secret_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Application, application_clear)

static gboolean
collect_proposals (Application  *self,
                   GError      **error)
{
  self->proposals = confab_mls_proposal_list_new ();

  for (guint i = 0; i < self->commit->proposals->len; i++)
    {
      ConfabMlsProposalOrRef *item = g_ptr_array_index (self->commit->proposals, i);

      if (item->proposal != NULL)
        {
          confab_mls_proposal_list_append (self->proposals, item->proposal, self->content->sender, NULL);
          continue;
        }

      ConfabMlsProposalEntry *entry = confab_mls_group_find_proposal (self->group, item->reference);
      if (entry == NULL)
        return confab_mls_fail (error, CONFAB_MLS_ERROR_UNKNOWN_PROPOSAL,
                                "the commit refers to a proposal that did not arrive");

      confab_mls_proposal_list_append (self->proposals, entry->proposal, entry->sender, entry->reference);
    }

  return TRUE;
}

static gboolean
check_proposals (Application  *self,
                 GError      **error)
{
  ConfabMlsCommitSituation situation;

  confab_mls_group_get_situation (self->group, self->committer, FALSE, &situation);
  if (!confab_mls_proposal_list_check (self->proposals, &situation, error))
    return FALSE;

  if (self->commit->path == NULL && confab_mls_proposal_list_needs_path (self->proposals))
    return confab_mls_fail (error, CONFAB_MLS_ERROR_PATH_REQUIRED,
                            "the commit lacks the update path that its proposals require");

  return TRUE;
}

/* An own update that somebody committed: its keys become current. */
static void
adopt_own_update (Application *self)
{
  guint32 own_leaf = self->group->epoch->own_leaf;
  ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (self->tree, own_leaf);

  self->own_update = confab_mls_group_find_own_update (self->group, leaf_node->encryption_key);
  if (self->own_update != NULL)
    confab_mls_tree_keys_set (self->keys, 0, self->own_update->private_key);
}

static gboolean
apply_proposals (Application  *self,
                 GError      **error)
{
  ConfabMlsEpoch *old = self->group->epoch;
  gboolean replaces_extensions =
    confab_mls_proposal_list_find (self->proposals, CONFAB_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS) != NULL;

  self->tree = confab_mls_ratchet_tree_copy (old->tree);
  self->context = confab_mls_group_context_copy (old->context);
  self->context->epoch++;
  self->keys = confab_mls_tree_keys_copy (old->keys);
  self->applied =
    confab_mls_proposal_list_apply (self->proposals, self->tree, self->context, self->group->policy, error);

  return self->applied != NULL
         && confab_mls_applied_list_check (self->applied, self->tree, self->context, replaces_extensions, error);
}

static gboolean
removes_own_leaf (const Application *self)
{
  for (guint i = 0; i < self->proposals->entries->len; i++)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (self->proposals->entries, i);
      const ConfabMlsProposal *proposal = entry->proposal;

      if (proposal->type == CONFAB_MLS_PROPOSAL_REMOVE && proposal->removed == self->group->epoch->own_leaf)
        return TRUE;
    }

  return FALSE;
}

static gboolean
check_path_leaf (Application  *self,
                 GError      **error)
{
  ConfabMlsGroup *group = self->group;
  ConfabMlsLeafNode *leaf_node = self->commit->path->leaf_node;
  ConfabMlsProposal *removal = confab_mls_proposal_list_find (self->proposals, CONFAB_MLS_PROPOSAL_REMOVE);
  guint32 replaced_leaf = self->committer;

  if (self->is_external)
    replaced_leaf = removal != NULL ? removal->removed : CONFAB_MLS_NO_NODE;

  ConfabMlsLeafNode *replaced = confab_mls_ratchet_tree_get_leaf (group->epoch->tree, replaced_leaf);

  if (replaced != NULL && g_bytes_equal (replaced->encryption_key, leaf_node->encryption_key))
    return confab_mls_fail (error, CONFAB_MLS_ERROR_LEAF_NODE,
                            "the update path does not change the encryption key of its leaf");

  g_autoptr (ConfabMlsMember) presented = confab_mls_member_new (self->committer, leaf_node);
  g_autoptr (ConfabMlsMember) predecessor = replaced != NULL ? confab_mls_member_new (replaced_leaf, replaced) : NULL;

  return confab_mls_leaf_node_check (leaf_node, group->suite, CONFAB_MLS_LEAF_SOURCE_COMMIT, error)
         && confab_mls_leaf_node_verify (leaf_node, group->suite, self->context->group_id, self->committer, error)
         && confab_mls_policy_check_member (group->policy, presented, predecessor, error);
}

/* The public half of an update path: everything that does not need a private key. */
static gboolean
merge_path (Application  *self,
            GError      **error)
{
  g_autoptr (GArray) committer = g_array_new (FALSE, FALSE, sizeof (guint32));

  if (self->is_external)
    {
      self->committer = confab_mls_ratchet_tree_reserve_leaf (self->tree, error);
      if (self->committer == CONFAB_MLS_NO_NODE)
        return FALSE;
    }

  if (!check_path_leaf (self, error)
      || !confab_mls_update_path_check_keys (self->commit->path, self->tree, self->committer, error)
      || !confab_mls_tree_kem_merge (self->tree, self->committer, self->commit->path, error))
    return FALSE;

  g_array_append_val (committer, self->committer);

  return confab_mls_tree_check_capabilities (self->tree, self->context->extensions, FALSE, committer, error);
}

static void
refresh_tree_hash (Application *self)
{
  g_autoptr (GBytes) hash = confab_mls_ratchet_tree_get_hash (self->tree);

  confab_mls_group_context_set_tree_hash (self->context, hash);
}

static gboolean
derive_commit_secret (Application  *self,
                      GError      **error)
{
  if (self->commit->path == NULL)
    {
      g_autoptr (GBytes) zeros = confab_mls_zero_bytes (self->group->suite);

      self->commit_secret = confab_secret_new_copy (confab_span_from_bytes (zeros));
      confab_mls_tree_keys_prune (self->keys, self->tree, self->group->epoch->own_leaf);
      return TRUE;
    }

  g_autoptr (GBytes) provisional = confab_mls_group_context_encode (self->context);
  self->commit_secret =
    confab_mls_tree_kem_decrypt (self->tree, self->keys, self->group->epoch->own_leaf, self->committer,
                                 self->commit->path, self->applied->added, provisional, NULL, error);

  return self->commit_secret != NULL;
}

/* The init secret that a newcomer chose and encrypted to the group (section 8.3), or that of the epoch that ends. */
static gboolean
derive_init_secret (Application  *self,
                    GError      **error)
{
  ConfabMlsGroup *group = self->group;
  ConfabMlsProposal *init = confab_mls_proposal_list_find (self->proposals, CONFAB_MLS_PROPOSAL_EXTERNAL_INIT);
  g_autoptr (ConfabSecret) private_key = NULL;
  g_autoptr (GBytes) public_key = NULL;

  if (init == NULL)
    {
      self->init_secret = confab_secret_ref (group->epoch->secrets->init);
      return TRUE;
    }

  if (!confab_mls_epoch_secrets_external_keys (group->epoch->secrets, group->suite, &private_key, &public_key, error))
    return FALSE;

  self->init_secret =
    confab_crypto_hpke_receive_export (group->suite, confab_secret_span (private_key),
                                       confab_span_from_bytes (init->kem_output), confab_span_empty (),
                                       confab_span_from_string (CONFAB_MLS_LABEL_EXTERNAL_INIT),
                                       confab_crypto_suite_get_hash_length (group->suite), NULL);

  return self->init_secret != NULL
         || confab_mls_fail (error, CONFAB_MLS_ERROR_EXTERNAL_JOIN,
                             "the init secret of an external commit could not be derived");
}

static ConfabMlsEpoch *
derive_epoch (Application  *self,
              GError      **error)
{
  ConfabMlsGroup *group = self->group;
  g_autoptr (GPtrArray) psk_ids = confab_mls_proposal_list_get_psks (self->proposals);
  g_autoptr (GPtrArray) psks = confab_mls_group_find_psks (group, psk_ids, error);

  if (psks == NULL || !derive_init_secret (self, error) || !derive_commit_secret (self, error))
    return NULL;

  g_autoptr (GBytes) confirmed =
    confab_mls_transcript_confirmed (group->suite, group->epoch->interim_transcript_hash, self->content);
  confab_mls_group_context_set_transcript_hash (self->context, confirmed);

  g_autoptr (GBytes) encoded = confab_mls_group_context_encode (self->context);
  g_autoptr (ConfabSecret) psk_secret = confab_mls_psk_combine (group->suite, psk_ids, psks);
  g_autoptr (ConfabSecret) joiner =
    confab_mls_key_schedule_derive_joiner (group->suite, self->init_secret, self->commit_secret, encoded);
  g_autoptr (ConfabMlsEpoch) epoch =
    confab_mls_epoch_new (g_steal_pointer (&self->context), self->tree, g_steal_pointer (&self->keys),
                          group->epoch->own_leaf,
                          confab_mls_epoch_secrets_new (group->suite, joiner, psk_secret, encoded), group->policy);

  return confab_mls_epoch_check_tag (epoch, self->content->confirmation_tag, error) ? g_steal_pointer (&epoch) : NULL;
}

/* Who came, went and changed, by comparing two trees. */
void
confab_mls_group_describe_change (ConfabMlsRatchetTree *before,
                                  ConfabMlsRatchetTree *after,
                                  ConfabMlsEvent       *event)
{
  guint32 n_leaves = MAX (confab_mls_ratchet_tree_get_n_leaves (before), confab_mls_ratchet_tree_get_n_leaves (after));

  event->added = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_member_free);
  event->removed = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_member_free);
  event->updated = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_member_free);

  for (guint32 i = 0; i < n_leaves; i++)
    {
      ConfabMlsLeafNode *old = confab_mls_ratchet_tree_get_leaf (before, i);
      ConfabMlsLeafNode *new = confab_mls_ratchet_tree_get_leaf (after, i);

      if (old == new)
        continue;

      /* A leaf that was freed and taken by a key package in one commit has another member now. */
      gboolean is_other = old != NULL && new != NULL && new->source == CONFAB_MLS_LEAF_SOURCE_KEY_PACKAGE;

      if (old != NULL && (new == NULL || is_other))
        g_ptr_array_add (event->removed, confab_mls_member_new (i, old));
      if (new != NULL && (old == NULL || is_other))
        g_ptr_array_add (event->added, confab_mls_member_new (i, new));
      if (old != NULL && new != NULL && !is_other)
        g_ptr_array_add (event->updated, confab_mls_member_new (i, new));
    }
}

/* A newcomer by resync takes a leaf that was removed in the same commit: it is both gone and new. */
static void
describe_resync (const Application *self,
                 ConfabMlsEvent    *event)
{
  ConfabMlsProposal *removal = confab_mls_proposal_list_find (self->proposals, CONFAB_MLS_PROPOSAL_REMOVE);
  ConfabMlsLeafNode *old = NULL;

  if (removal == NULL || removal->removed != self->committer)
    return;

  old = confab_mls_ratchet_tree_get_leaf (self->group->epoch->tree, removal->removed);
  g_ptr_array_add (event->removed, confab_mls_member_new (removal->removed, old));
  g_ptr_array_add (event->added, confab_mls_member_new (removal->removed, self->commit->path->leaf_node));
  g_ptr_array_set_size (event->updated, 0);
}

static void
describe (const Application *self,
          ConfabMlsEvent    *event)
{
  ConfabMlsProposal *reinit = confab_mls_proposal_list_find (self->proposals, CONFAB_MLS_PROPOSAL_REINIT);

  confab_mls_group_describe_change (self->group->epoch->tree, self->tree, event);
  if (self->is_external)
    {
      describe_resync (self, event);
      event->sender = confab_mls_member_new (self->committer, self->commit->path->leaf_node);
    }
  event->reinit = reinit != NULL ? confab_mls_proposal_ref (reinit) : NULL;
}

/* This member is out. It cannot verify the new epoch, but the commit is signed, valid as far as can be seen, and
 * final. */
static void
leave (ConfabMlsGroup *self,
       ConfabMlsEvent *event)
{
  event->was_removed = TRUE;
  self->was_removed = TRUE;
  g_ptr_array_set_size (self->proposals, 0);
  g_ptr_array_set_size (self->own_updates, 0);
  g_clear_pointer (&self->pending, confab_mls_pending_commit_free);

  /* No key of this member is to outlive its membership, except for late messages of epochs it was in. */
  for (guint level = 0; level < G_N_ELEMENTS (self->epoch->keys->keys); level++)
    confab_mls_tree_keys_set (self->epoch->keys, level, NULL);
  g_clear_pointer (&self->epoch->secrets->init, confab_secret_unref);
  g_clear_pointer (&self->epoch->secrets->external, confab_secret_unref);
}

static void
adopt (Application    *self,
       ConfabMlsEpoch *epoch)
{
  ConfabMlsGroup *group = self->group;
  ConfabMlsProposal *reinit = confab_mls_proposal_list_find (self->proposals, CONFAB_MLS_PROPOSAL_REINIT);

  if (self->own_update != NULL)
    {
      if (self->own_update->identity == group->next_identity)
        g_clear_pointer (&group->next_identity, confab_mls_identity_unref);
      confab_mls_identity_unref (group->identity);
      group->identity = confab_mls_identity_ref (self->own_update->identity);
    }

  if (reinit != NULL)
    group->reinit = confab_mls_proposal_ref (reinit);

  confab_mls_group_advance (group, epoch);
}

/**
 * confab_mls_group_apply_commit: (skip)
 * @self: a group
 * @content: a commit of the current epoch whose signature was verified
 * @event: what to fill in
 * @error: return location for an error
 *
 * Applies a commit of somebody else: all of it or nothing.
 *
 * Returns: %TRUE if the group is in the next epoch, or this client out of it
 * Since: 0.1
 */
gboolean
confab_mls_group_apply_commit (ConfabMlsGroup          *self,
                               const ConfabMlsContent  *content,
                               ConfabMlsEvent          *event,
                               GError                 **error)
{
  g_auto (Application) application = {
    .group = self,
    .content = content,
    .commit = content->commit,
    .is_external = content->sender.type == CONFAB_MLS_SENDER_NEW_MEMBER_COMMIT,
    .committer = content->sender.type == CONFAB_MLS_SENDER_MEMBER ? content->sender.index : CONFAB_MLS_NO_NODE,
  };

  if (!confab_mls_group_check_active (self, error))
    return FALSE;

  if (application.committer == self->epoch->own_leaf)
    return confab_mls_fail (error, CONFAB_MLS_ERROR_OWN_MESSAGE,
                            "the commit is by this client, which does not know it any more");

  if (!collect_proposals (&application, error)
      || !check_proposals (&application, error)
      || !apply_proposals (&application, error))
    return FALSE;

  gboolean is_removed = removes_own_leaf (&application);
  if (!is_removed)
    adopt_own_update (&application);

  if (application.commit->path != NULL && !merge_path (&application, error))
    return FALSE;

  if (is_removed)
    {
      describe (&application, event);
      leave (self, event);
      return TRUE;
    }

  refresh_tree_hash (&application);
  g_autoptr (ConfabMlsEpoch) epoch = derive_epoch (&application, error);
  if (epoch == NULL)
    return FALSE;

  describe (&application, event);
  adopt (&application, g_steal_pointer (&epoch));

  return TRUE;
}
