/* confab-mls-proposal-list.c: the proposals of one commit, checked and applied together (RFC 9420, sections 12.2, 12.3)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-proposal-list.h"

#include "confab-mls-external-sender.h"
#include "confab-mls-tree-validation.h"

ConfabMlsProposalEntry *
confab_mls_proposal_entry_new (ConfabMlsProposal *proposal,
                               ConfabMlsSender    sender,
                               GBytes            *reference)
{
  ConfabMlsProposalEntry *self = g_new0 (ConfabMlsProposalEntry, 1);

  self->proposal = confab_mls_proposal_ref (proposal);
  self->sender = sender;
  self->reference = reference != NULL ? g_bytes_ref (reference) : NULL;

  return self;
}

void
confab_mls_proposal_entry_free (ConfabMlsProposalEntry *self)
{
  g_clear_pointer (&self->proposal, confab_mls_proposal_unref);
  g_clear_pointer (&self->reference, g_bytes_unref);
  g_free (self);
}

ConfabMlsProposalList *
confab_mls_proposal_list_new (void)
{
  ConfabMlsProposalList *self = g_new0 (ConfabMlsProposalList, 1);

  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_entry_free);

  return self;
}

void
confab_mls_proposal_list_free (ConfabMlsProposalList *self)
{
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_free (self);
}

void
confab_mls_proposal_list_append (ConfabMlsProposalList *self,
                                 ConfabMlsProposal     *proposal,
                                 ConfabMlsSender        sender,
                                 GBytes                *reference)
{
  g_ptr_array_add (self->entries, confab_mls_proposal_entry_new (proposal, sender, reference));
}

/* The first proposal of a type, or NULL. */
ConfabMlsProposal *
confab_mls_proposal_list_find (const ConfabMlsProposalList *self,
                               ConfabMlsProposalType        type)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->proposal->type == type)
        return entry->proposal;
    }

  return NULL;
}

/* pathRequired of section 12.4 */
gboolean
confab_mls_proposal_list_needs_path (const ConfabMlsProposalList *self)
{
  return self->entries->len == 0
         || confab_mls_proposal_list_find (self, CONFAB_MLS_PROPOSAL_UPDATE) != NULL
         || confab_mls_proposal_list_find (self, CONFAB_MLS_PROPOSAL_REMOVE) != NULL
         || confab_mls_proposal_list_find (self, CONFAB_MLS_PROPOSAL_EXTERNAL_INIT) != NULL
         || confab_mls_proposal_list_find (self, CONFAB_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS) != NULL;
}

/* The identifiers of the pre-shared keys, in order; borrowed from the list. */
GPtrArray *
confab_mls_proposal_list_get_psks (const ConfabMlsProposalList *self)
{
  GPtrArray *psks = g_ptr_array_new ();

  for (guint i = 0; i < self->entries->len; i++)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->proposal->type == CONFAB_MLS_PROPOSAL_PSK)
        g_ptr_array_add (psks, entry->proposal->psk);
    }

  return psks;
}

static gboolean
check_add (const ConfabMlsProposal         *proposal,
           const ConfabMlsCommitSituation  *situation,
           GError                         **error)
{
  const ConfabMlsKeyPackage *key_package = proposal->key_package;

  if (key_package->cipher_suite != situation->context->cipher_suite)
    return confab_mls_fail (error, CONFAB_MLS_ERROR_KEY_PACKAGE,
                            "a key package is for another cipher suite than the group's");

  return confab_mls_key_package_verify (key_package, error)
         && confab_mls_policy_check_lifetime (situation->policy, key_package->leaf_node, !situation->is_sending, error)
         && confab_mls_policy_check_credential (situation->policy, CONFAB_MLS_NO_NODE, key_package->leaf_node, NULL,
                                                error);
}

static gboolean
check_update (const ConfabMlsProposalEntry    *entry,
              const ConfabMlsCommitSituation  *situation,
              GError                         **error)
{
  const ConfabCryptoSuite *suite = confab_mls_ratchet_tree_get_suite (situation->tree);
  ConfabMlsLeafNode *leaf_node = entry->proposal->leaf_node;
  ConfabMlsLeafNode *replaced = NULL;

  if (entry->sender.type == CONFAB_MLS_SENDER_MEMBER)
    replaced = confab_mls_ratchet_tree_get_leaf (situation->tree, entry->sender.index);
  if (replaced == NULL)
    return confab_mls_fail (error, CONFAB_MLS_ERROR_SENDER, "an update does not come from a member");

  if (g_bytes_equal (leaf_node->encryption_key, replaced->encryption_key))
    return confab_mls_fail (error, CONFAB_MLS_ERROR_LEAF_NODE, "an update does not change the encryption key");

  return confab_mls_leaf_node_check (leaf_node, suite, CONFAB_MLS_LEAF_SOURCE_UPDATE, error)
         && confab_mls_leaf_node_verify (leaf_node, suite, situation->context->group_id, entry->sender.index, error)
         && confab_mls_policy_check_credential (situation->policy, entry->sender.index, leaf_node, replaced, error);
}

static gboolean
check_psk (const ConfabMlsProposal         *proposal,
           const ConfabMlsCommitSituation  *situation,
           GError                         **error)
{
  const ConfabMlsPskId *psk = proposal->psk;
  const ConfabCryptoSuite *suite = confab_mls_ratchet_tree_get_suite (situation->tree);

  if (g_bytes_get_size (psk->nonce) != confab_crypto_suite_get_hash_length (suite))
    return confab_mls_fail (error, CONFAB_MLS_ERROR_PROPOSAL, "the nonce of a pre-shared key has the wrong length");

  if (psk->type == CONFAB_MLS_PSK_RESUMPTION && psk->usage != CONFAB_MLS_RESUMPTION_APPLICATION
      && !situation->begins_successor)
    return confab_mls_fail (error, CONFAB_MLS_ERROR_PROPOSAL,
                            "a resumption key for reinit or branch is used outside the first commit of a new group");

  return TRUE;
}

static gboolean
check_external_senders (GBytes                 *data,
                        const ConfabMlsPolicy  *policy,
                        GError                **error)
{
  g_autoptr (GPtrArray) senders = confab_mls_external_senders_decode (data, error);
  g_autoptr (GPtrArray) no_extensions = confab_mls_extensions_new ();
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);

  for (guint i = 0; senders != NULL && i < senders->len; i++)
    {
      ConfabMlsExternalSender *sender = g_ptr_array_index (senders, i);
      ConfabMlsMember member = {
        .leaf_index = CONFAB_MLS_NO_NODE,
        .credential = sender->credential,
        .signature_key = sender->signature_key,
        .encryption_key = nothing,
        .extensions = no_extensions,
      };

      if (!confab_mls_policy_check_member (policy, &member, NULL, error))
        return FALSE;
    }

  return senders != NULL;
}

static gboolean
check_group_context_extensions (const ConfabMlsProposal         *proposal,
                                const ConfabMlsCommitSituation  *situation,
                                GError                         **error)
{
  GBytes *required = confab_mls_extensions_find (proposal->extensions, CONFAB_MLS_EXTENSION_REQUIRED_CAPABILITIES);
  GBytes *senders = confab_mls_extensions_find (proposal->extensions, CONFAB_MLS_EXTENSION_EXTERNAL_SENDERS);
  GBytes *old_senders =
    confab_mls_extensions_find (situation->context->extensions, CONFAB_MLS_EXTENSION_EXTERNAL_SENDERS);

  if (required != NULL)
    {
      g_autoptr (ConfabMlsRequiredCapabilities) decoded = confab_mls_required_capabilities_decode (required, error);

      if (decoded == NULL)
        return FALSE;
    }

  if (senders == NULL || (old_senders != NULL && g_bytes_equal (senders, old_senders)))
    return TRUE;

  return check_external_senders (senders, situation->policy, error);
}

static gboolean
may_be_sent_by (ConfabMlsSenderType sender,
                guint16             type)
{
  switch (sender)
    {
    case CONFAB_MLS_SENDER_MEMBER:
      return type != CONFAB_MLS_PROPOSAL_EXTERNAL_INIT;

    case CONFAB_MLS_SENDER_EXTERNAL:
      return type != CONFAB_MLS_PROPOSAL_UPDATE && type != CONFAB_MLS_PROPOSAL_EXTERNAL_INIT;

    case CONFAB_MLS_SENDER_NEW_MEMBER_PROPOSAL:
      return type == CONFAB_MLS_PROPOSAL_ADD;

    case CONFAB_MLS_SENDER_NEW_MEMBER_COMMIT:
      return type == CONFAB_MLS_PROPOSAL_EXTERNAL_INIT || type == CONFAB_MLS_PROPOSAL_REMOVE
             || type == CONFAB_MLS_PROPOSAL_PSK;

    default:
      return FALSE;
    }
}

/**
 * confab_mls_proposal_check: (skip)
 * @entry: a proposal and who sent it
 * @situation: the group
 * @error: return location for an error
 *
 * Checks a proposal by itself (RFC 9420, section 12.1).
 *
 * Returns: %TRUE if it is valid
 * Since: 0.1
 */
gboolean
confab_mls_proposal_check (const ConfabMlsProposalEntry    *entry,
                           const ConfabMlsCommitSituation  *situation,
                           GError                         **error)
{
  const ConfabMlsProposal *proposal = entry->proposal;

  if (!may_be_sent_by (entry->sender.type, proposal->type))
    {
      g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_SENDER, "such a sender may not send a proposal of type %s",
                   confab_mls_proposal_type_name (proposal->type));
      return FALSE;
    }

  switch (proposal->type)
    {
    case CONFAB_MLS_PROPOSAL_ADD:
      return check_add (proposal, situation, error);

    case CONFAB_MLS_PROPOSAL_UPDATE:
      return check_update (entry, situation, error);

    case CONFAB_MLS_PROPOSAL_REMOVE:
      if (confab_mls_ratchet_tree_get_leaf (situation->tree, proposal->removed) == NULL)
        return confab_mls_fail (error, CONFAB_MLS_ERROR_NO_SUCH_MEMBER, "a proposal removes somebody who is no member");
      return TRUE;

    case CONFAB_MLS_PROPOSAL_PSK:
      return check_psk (proposal, situation, error);

    case CONFAB_MLS_PROPOSAL_REINIT:
      if (proposal->version < CONFAB_MLS_VERSION_10)
        return confab_mls_fail (error, CONFAB_MLS_ERROR_PROPOSAL, "a re-initialisation to an older protocol version");
      return TRUE;

    case CONFAB_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
      return check_group_context_extensions (proposal, situation, error);

    default:
      return TRUE;
    }
}

/* No leaf is updated or removed twice, and not the committer's (section 12.2). */
static gboolean
check_leaves (const ConfabMlsProposalList  *self,
              guint32                       committer,
              GError                      **error)
{
  g_autoptr (GHashTable) leaves = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < self->entries->len; i++)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (self->entries, i);
      guint32 leaf = 0;

      if (entry->proposal->type == CONFAB_MLS_PROPOSAL_UPDATE)
        leaf = entry->sender.index;
      else if (entry->proposal->type == CONFAB_MLS_PROPOSAL_REMOVE)
        leaf = entry->proposal->removed;
      else
        continue;

      if (leaf == committer)
        return confab_mls_fail (error, CONFAB_MLS_ERROR_PROPOSAL_LIST, "a commit updates or removes its own committer");

      if (!g_hash_table_add (leaves, GUINT_TO_POINTER (leaf)))
        return confab_mls_fail (error, CONFAB_MLS_ERROR_PROPOSAL_LIST, "a commit updates or removes a member twice");
    }

  return TRUE;
}

/* A client is known by its signature key: nobody is added twice, nor who is a member and stays one. */
static gboolean
check_added_clients (const ConfabMlsProposalList  *self,
                     ConfabMlsRatchetTree         *tree,
                     GError                      **error)
{
  g_autoptr (GHashTable) clients = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  g_autoptr (GHashTable) removed = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < self->entries->len; i++)
    {
      const ConfabMlsProposal *proposal = ((ConfabMlsProposalEntry *) g_ptr_array_index (self->entries, i))->proposal;

      if (proposal->type == CONFAB_MLS_PROPOSAL_REMOVE)
        g_hash_table_add (removed, GUINT_TO_POINTER (proposal->removed));
      else if (proposal->type == CONFAB_MLS_PROPOSAL_ADD
               && !g_hash_table_add (clients, proposal->key_package->leaf_node->signature_key))
        return confab_mls_fail (error, CONFAB_MLS_ERROR_PROPOSAL_LIST, "a commit adds a client twice");
    }

  if (g_hash_table_size (clients) == 0)
    return TRUE;

  for (guint32 i = 0; i < confab_mls_ratchet_tree_get_n_leaves (tree); i++)
    {
      ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (tree, i);

      if (leaf_node != NULL && g_hash_table_contains (clients, leaf_node->signature_key)
          && !g_hash_table_contains (removed, GUINT_TO_POINTER (i)))
        return confab_mls_fail (error, CONFAB_MLS_ERROR_PROPOSAL_LIST,
                                "a commit adds a client that is a member already");
    }

  return TRUE;
}

static gboolean
check_psks (const ConfabMlsProposalList  *self,
            GError                      **error)
{
  g_autoptr (GPtrArray) psks = confab_mls_proposal_list_get_psks (self);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref,
                                                       NULL);

  for (guint i = 0; i < psks->len; i++)
    {
      GByteArray *encoded = g_byte_array_new ();

      confab_mls_psk_id_write (g_ptr_array_index (psks, i), encoded);
      if (!g_hash_table_add (seen, g_byte_array_free_to_bytes (encoded)))
        return confab_mls_fail (error, CONFAB_MLS_ERROR_PROPOSAL_LIST, "a commit uses a pre-shared key twice");
    }

  return TRUE;
}

static guint
count_type (const ConfabMlsProposalList *self,
            ConfabMlsProposalType        type)
{
  guint count = 0;

  for (guint i = 0; i < self->entries->len; i++)
    count += ((ConfabMlsProposalEntry *) g_ptr_array_index (self->entries, i))->proposal->type == type;

  return count;
}

static gboolean
check_regular (const ConfabMlsProposalList     *self,
               const ConfabMlsCommitSituation  *situation,
               GError                         **error)
{
  if (count_type (self, CONFAB_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS) > 1)
    return confab_mls_fail (error, CONFAB_MLS_ERROR_PROPOSAL_LIST,
                            "a commit replaces the extensions of the group twice");

  if (count_type (self, CONFAB_MLS_PROPOSAL_REINIT) > 0 && self->entries->len > 1)
    return confab_mls_fail (error, CONFAB_MLS_ERROR_PROPOSAL_LIST,
                            "a commit re-initialises the group and does more than that");

  if (count_type (self, CONFAB_MLS_PROPOSAL_EXTERNAL_INIT) > 0)
    return confab_mls_fail (error, CONFAB_MLS_ERROR_PROPOSAL_LIST, "a member's commit has an external_init proposal");

  return check_leaves (self, situation->committer, error)
         && check_added_clients (self, situation->tree, error);
}

static gboolean
check_external (const ConfabMlsProposalList     *self,
                const ConfabMlsCommitSituation  *situation,
                GError                         **error)
{
  guint n_removes = count_type (self, CONFAB_MLS_PROPOSAL_REMOVE);

  if (count_type (self, CONFAB_MLS_PROPOSAL_EXTERNAL_INIT) != 1 || n_removes > 1
      || count_type (self, CONFAB_MLS_PROPOSAL_PSK) + n_removes + 1 != self->entries->len)
    return confab_mls_fail (error, CONFAB_MLS_ERROR_EXTERNAL_JOIN,
                            "an external commit has other proposals than it may have");

  if (n_removes > 0 && !confab_mls_policy_get_allow_resync (situation->policy))
    return confab_mls_fail (error, CONFAB_MLS_ERROR_EXTERNAL_JOIN,
                            "the policy forbids external commits that remove a member");

  for (guint i = 0; i < self->entries->len; i++)
    {
      if (((ConfabMlsProposalEntry *) g_ptr_array_index (self->entries, i))->reference != NULL)
        return confab_mls_fail (error, CONFAB_MLS_ERROR_EXTERNAL_JOIN,
                                "an external commit refers to proposals of others");
    }

  return TRUE;
}

/**
 * confab_mls_proposal_list_check: (skip)
 * @self: the proposals of a commit
 * @situation: the group and the committer
 * @error: return location for an error
 *
 * Checks each proposal and the list as a whole (RFC 9420, section 12.2), except for what depends on the tree that comes
 * out of it; see confab_mls_applied_list_check().
 *
 * Returns: %TRUE if it is valid
 * Since: 0.1
 */
gboolean
confab_mls_proposal_list_check (const ConfabMlsProposalList     *self,
                                const ConfabMlsCommitSituation  *situation,
                                GError                         **error)
{
  gboolean is_external = situation->committer == CONFAB_MLS_NO_NODE;

  if (!(is_external ? check_external (self, situation, error) : check_regular (self, situation, error))
      || !check_psks (self, error))
    return FALSE;

  for (guint i = 0; i < self->entries->len; i++)
    {
      if (!confab_mls_proposal_check (g_ptr_array_index (self->entries, i), situation, error))
        return FALSE;
    }

  return TRUE;
}

static void
apply_changes (const ConfabMlsProposalList *self,
               ConfabMlsRatchetTree        *tree,
               GArray                      *changed)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->proposal->type == CONFAB_MLS_PROPOSAL_UPDATE)
        {
          confab_mls_ratchet_tree_update_leaf (tree, entry->sender.index, entry->proposal->leaf_node);
          g_array_append_val (changed, entry->sender.index);
        }
    }

  for (guint i = 0; i < self->entries->len; i++)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->proposal->type == CONFAB_MLS_PROPOSAL_REMOVE)
        confab_mls_ratchet_tree_remove_leaf (tree, entry->proposal->removed);
    }

  confab_mls_ratchet_tree_truncate (tree);
}

/**
 * confab_mls_proposal_list_apply: (skip)
 * @self: the checked proposals of a commit
 * @tree: a copy of the tree, which is changed
 * @context: a copy of the group context, whose extensions are changed
 * @policy: the application's policy
 * @error: return location for an error
 *
 * Applies proposals in the order that RFC 9420, section 12.3, demands.
 *
 * Returns: (transfer full) (nullable): which leaves changed
 * Since: 0.1
 */
ConfabMlsAppliedList *
confab_mls_proposal_list_apply (const ConfabMlsProposalList  *self,
                                ConfabMlsRatchetTree         *tree,
                                ConfabMlsGroupContext        *context,
                                const ConfabMlsPolicy        *policy,
                                GError                      **error)
{
  g_autoptr (ConfabMlsAppliedList) applied = g_new0 (ConfabMlsAppliedList, 1);
  ConfabMlsProposal *extensions = confab_mls_proposal_list_find (self, CONFAB_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS);

  applied->added = g_array_new (FALSE, FALSE, sizeof (guint32));
  applied->changed = g_array_new (FALSE, FALSE, sizeof (guint32));
  if (extensions != NULL)
    confab_mls_group_context_set_extensions (context, extensions->extensions);

  apply_changes (self, tree, applied->changed);
  for (guint i = 0; i < self->entries->len; i++)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->proposal->type != CONFAB_MLS_PROPOSAL_ADD)
        continue;

      guint32 leaf = confab_mls_ratchet_tree_add_leaf (tree, entry->proposal->key_package->leaf_node, error);
      if (leaf == CONFAB_MLS_NO_NODE)
        return NULL;

      g_array_append_val (applied->added, leaf);
      g_array_append_val (applied->changed, leaf);
    }

  if (applied->added->len > 0
      && confab_mls_ratchet_tree_count_members (tree) > confab_mls_policy_get_maximum_members (policy))
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_TOO_LARGE, "the group would get too many members");
      return NULL;
    }

  return g_steal_pointer (&applied);
}

static gboolean
count_key (GHashTable *counts,
           GBytes     *key)
{
  gpointer value = NULL;

  if (!g_hash_table_lookup_extended (counts, key, NULL, &value))
    return TRUE;

  g_hash_table_insert (counts, key, GUINT_TO_POINTER (GPOINTER_TO_UINT (value) + 1));

  return value == NULL;
}

/* The keys of the changed leaves stand in the tree once: there. One pass over the tree, whatever their number. */
static gboolean
check_changed_keys (const GArray          *changed,
                    ConfabMlsRatchetTree  *tree,
                    GError               **error)
{
  g_autoptr (GHashTable) encryption_keys = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  g_autoptr (GHashTable) signature_keys = g_hash_table_new (g_bytes_hash, g_bytes_equal);

  for (guint i = 0; i < changed->len; i++)
    {
      ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (tree, g_array_index (changed, guint32, i));

      if (leaf_node == NULL)
        continue;
      g_hash_table_insert (encryption_keys, leaf_node->encryption_key, NULL);
      g_hash_table_insert (signature_keys, leaf_node->signature_key, NULL);
    }

  for (guint32 node = 0; node < confab_mls_ratchet_tree_get_n_nodes (tree); node++)
    {
      GBytes *key = confab_mls_ratchet_tree_get_key (tree, node);

      if (key == NULL)
        continue;

      if (!count_key (encryption_keys, key)
          || (confab_mls_tree_is_leaf (node)
              && !count_key (signature_keys, confab_mls_ratchet_tree_get_leaf (tree, node / 2)->signature_key)))
        return confab_mls_fail (error, CONFAB_MLS_ERROR_DUPLICATE_KEY,
                                "a key of a new leaf node is in the group already");
    }

  return TRUE;
}

/**
 * confab_mls_applied_list_check: (skip)
 * @self: what applying a list of proposals did
 * @tree: the tree that came out
 * @context: the context that came out
 * @extensions_changed: whether the extensions of the group were replaced
 * @error: return location for an error
 *
 * Checks what can be checked after proposals were applied only: that keys are unique and that the members support the
 * group and each other (RFC 9420, sections 7.3 and 12.2).
 *
 * Returns: %TRUE if the tree is valid
 * Since: 0.1
 */
gboolean
confab_mls_applied_list_check (const ConfabMlsAppliedList   *self,
                               ConfabMlsRatchetTree         *tree,
                               const ConfabMlsGroupContext  *context,
                               gboolean                      extensions_changed,
                               GError                      **error)
{
  if (self->changed->len == 0 && !extensions_changed)
    return TRUE;

  return check_changed_keys (self->changed, tree, error)
         && confab_mls_tree_check_capabilities (tree, context->extensions, extensions_changed, self->changed, error);
}

/**
 * confab_mls_update_path_check_keys: (skip)
 * @update: an update path
 * @tree: the tree into which it is not merged yet
 * @sender: the leaf of the committer
 * @error: return location for an error
 *
 * Verifies that no key of an update path stands in the tree (RFC 9420, section 12.4.2), and that no other member
 * has the signature key of its leaf node.
 *
 * Returns: %TRUE if all are new
 * Since: 0.1
 */
gboolean
confab_mls_update_path_check_keys (const ConfabMlsUpdatePath  *update,
                                   ConfabMlsRatchetTree       *tree,
                                   guint32                     sender,
                                   GError                    **error)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  gboolean are_new = g_hash_table_add (keys, update->leaf_node->encryption_key);

  for (guint i = 0; i < update->nodes->len; i++)
    {
      ConfabMlsUpdatePathNode *node = g_ptr_array_index (update->nodes, i);
      are_new &= g_hash_table_add (keys, node->encryption_key);
    }

  for (guint32 node = 0; are_new && node < confab_mls_ratchet_tree_get_n_nodes (tree); node++)
    {
      GBytes *key = confab_mls_ratchet_tree_get_key (tree, node);

      if (key == NULL)
        continue;

      are_new = !g_hash_table_contains (keys, key);
      if (confab_mls_tree_is_leaf (node) && node / 2 != sender)
        are_new &= !g_bytes_equal (confab_mls_ratchet_tree_get_leaf (tree, node / 2)->signature_key,
                                   update->leaf_node->signature_key);
    }

  return are_new || confab_mls_fail (error, CONFAB_MLS_ERROR_DUPLICATE_KEY,
                                     "a key of the update path is in the group already");
}

void
confab_mls_applied_list_free (ConfabMlsAppliedList *self)
{
  g_clear_pointer (&self->added, g_array_unref);
  g_clear_pointer (&self->changed, g_array_unref);
  g_free (self);
}
