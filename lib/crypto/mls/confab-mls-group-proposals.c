/* confab-mls-group-proposals.c: proposals that a group sends, keeps and chooses from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-group-private.h"

void
confab_mls_group_get_situation (ConfabMlsGroup           *self,
                                guint32                   committer,
                                gboolean                  is_sending,
                                ConfabMlsCommitSituation *situation)
{
  *situation = (ConfabMlsCommitSituation) {
    .tree = self->epoch->tree,
    .context = self->epoch->context,
    .policy = self->policy,
    .committer = committer,
    .is_sending = is_sending,
  };
}

ConfabMlsProposalEntry *
confab_mls_group_find_proposal (ConfabMlsGroup *self,
                                GBytes         *reference)
{
  for (guint i = 0; i < self->proposals->len; i++)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (self->proposals, i);

      if (g_bytes_equal (entry->reference, reference))
        return entry;
    }

  return NULL;
}

/**
 * confab_mls_group_store_proposal: (skip)
 * @self: a group
 * @content: a verified proposal of the current epoch
 * @error: return location for an error
 *
 * Keeps a proposal until a commit refers to it (RFC 9420, section 12.1).
 *
 * Returns: (transfer full) (nullable): its reference
 * Since: 0.1
 */
GBytes *
confab_mls_group_store_proposal (ConfabMlsGroup          *self,
                                 const ConfabMlsContent  *content,
                                 GError                 **error)
{
  g_autoptr (GBytes) reference = confab_mls_content_make_reference (content, self->suite);

  if (confab_mls_group_find_proposal (self, reference) != NULL)
    return g_steal_pointer (&reference);

  if (self->proposals->len >= CONFAB_MLS_MAXIMUM_PROPOSALS)
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_TOO_LARGE, "too many proposals wait for a commit");
      return NULL;
    }

  g_ptr_array_add (self->proposals, confab_mls_proposal_entry_new (content->proposal, content->sender, reference));

  return g_steal_pointer (&reference);
}

/**
 * confab_mls_group_get_n_proposals:
 * @self: a group
 *
 * Returns: how many proposals wait for a commit
 * Since: 0.1
 */
guint
confab_mls_group_get_n_proposals (ConfabMlsGroup *self)
{
  return self->proposals->len;
}

/**
 * confab_mls_group_clear_proposals:
 * @self: a group
 *
 * Forgets the proposals that wait for a commit. A commit of somebody else that refers to them cannot be processed then.
 *
 * Since: 0.1
 */
void
confab_mls_group_clear_proposals (ConfabMlsGroup *self)
{
  g_ptr_array_set_size (self->proposals, 0);
  g_ptr_array_set_size (self->own_updates, 0);
}

/**
 * confab_mls_group_propose:
 * @self: a group
 * @proposal: what to propose
 * @error: return location for an error
 *
 * Makes a message that proposes a change, which somebody has to commit. The proposal waits here, too.
 *
 * Returns: (transfer full) (nullable): the message
 * Since: 0.1
 */
GBytes *
confab_mls_group_propose (ConfabMlsGroup     *self,
                          ConfabMlsProposal  *proposal,
                          GError            **error)
{
  ConfabMlsCommitSituation situation;
  ConfabMlsSender sender = { .type = CONFAB_MLS_SENDER_MEMBER, .index = self->epoch->own_leaf };
  g_autoptr (ConfabMlsProposalEntry) entry = confab_mls_proposal_entry_new (proposal, sender, NULL);

  confab_mls_group_get_situation (self, self->epoch->own_leaf, TRUE, &situation);
  if (!confab_mls_group_check_active (self, error) || !confab_mls_proposal_check (entry, &situation, error))
    return NULL;

  g_autoptr (ConfabMlsContent) content = confab_mls_group_new_content (self, NULL, CONFAB_MLS_CONTENT_PROPOSAL);
  content->proposal = confab_mls_proposal_ref (proposal);
  if (!confab_mls_group_sign_content (self, content, error))
    return NULL;

  g_autoptr (GBytes) reference = confab_mls_group_store_proposal (self, content, error);
  if (reference == NULL)
    return NULL;

  return confab_mls_group_protect (self, g_steal_pointer (&content), error);
}

/**
 * confab_mls_group_propose_update:
 * @self: a group
 * @error: return location for an error
 *
 * Proposes to replace the leaf of this client: with fresh keys, and with what confab_mls_group_set_next_identity() set.
 *
 * Returns: (transfer full) (nullable): the message
 * Since: 0.1
 */
GBytes *
confab_mls_group_propose_update (ConfabMlsGroup  *self,
                                 GError         **error)
{
  ConfabMlsIdentity *identity = self->next_identity != NULL ? self->next_identity : self->identity;
  g_autoptr (ConfabSecret) private_key = NULL;
  g_autoptr (GBytes) public_key = NULL;

  if (!confab_mls_group_check_active (self, error)
      || !confab_crypto_kem_generate (self->suite, &private_key, &public_key, error))
    return NULL;

  g_autoptr (ConfabMlsLeafNode) leaf_node =
    confab_mls_identity_make_leaf (identity, public_key, CONFAB_MLS_LEAF_SOURCE_UPDATE);
  if (!confab_mls_leaf_node_sign (leaf_node, self->suite,
                                  confab_secret_span (confab_mls_identity_get_private_key (identity)),
                                  self->epoch->context->group_id, self->epoch->own_leaf, error))
    return NULL;

  g_autoptr (ConfabMlsProposal) proposal = confab_mls_proposal_new_update (leaf_node);
  GBytes *message = confab_mls_group_propose (self, proposal, error);
  if (message == NULL)
    return NULL;

  ConfabMlsOwnUpdate *update = g_new0 (ConfabMlsOwnUpdate, 1);
  update->encryption_key = g_steal_pointer (&public_key);
  update->private_key = g_steal_pointer (&private_key);
  update->identity = confab_mls_identity_ref (identity);
  g_ptr_array_add (self->own_updates, update);

  return message;
}

static guint32
affected_leaf (const ConfabMlsProposalEntry *entry)
{
  switch (entry->proposal->type)
    {
    case CONFAB_MLS_PROPOSAL_UPDATE:
      return entry->sender.index;

    case CONFAB_MLS_PROPOSAL_REMOVE:
      return entry->proposal->removed;

    default:
      return CONFAB_MLS_NO_NODE;
    }
}

/* Whether @entry is to give way to @other: a removal wins over an update, the later update over the earlier, and
 * what is in the list already over what would repeat it (section 12.2). */
static gboolean
conflicts (const ConfabMlsProposalEntry *entry,
           const ConfabMlsProposalEntry *other)
{
  const ConfabMlsProposal *left = entry->proposal;
  const ConfabMlsProposal *right = other->proposal;

  if (affected_leaf (entry) != CONFAB_MLS_NO_NODE)
    return affected_leaf (entry) == affected_leaf (other);

  if (left->type != right->type)
    return FALSE;

  switch (left->type)
    {
    case CONFAB_MLS_PROPOSAL_ADD:
      return g_bytes_equal (left->key_package->leaf_node->signature_key, right->key_package->leaf_node->signature_key);

    case CONFAB_MLS_PROPOSAL_PSK:
      return confab_mls_psk_id_equal (left->psk, right->psk);

    case CONFAB_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
    case CONFAB_MLS_PROPOSAL_REINIT:
      return TRUE;

    default:
      return FALSE;
    }
}

static gboolean
list_conflicts (const ConfabMlsProposalList  *list,
                const ConfabMlsProposalEntry *entry)
{
  for (guint i = 0; i < list->entries->len; i++)
    {
      if (conflicts (entry, g_ptr_array_index (list->entries, i)))
        return TRUE;
    }

  return FALSE;
}

/* Whether committing an add would fail: the client is a member who stays one, or it does not support the group. */
static gboolean
is_futile_add (ConfabMlsGroup               *self,
               const ConfabMlsProposalList  *list,
               const ConfabMlsProposalEntry *entry)
{
  if (entry->proposal->type != CONFAB_MLS_PROPOSAL_ADD)
    return FALSE;

  ConfabMlsLeafNode *leaf_node = entry->proposal->key_package->leaf_node;
  g_autoptr (ConfabMlsMember) member = confab_mls_group_find_member (self, leaf_node->signature_key);
  gboolean is_member = member != NULL;

  for (guint i = 0; is_member && i < list->entries->len; i++)
    {
      const ConfabMlsProposal *other = ((ConfabMlsProposalEntry *) g_ptr_array_index (list->entries, i))->proposal;

      if (other->type == CONFAB_MLS_PROPOSAL_REMOVE && other->removed == member->leaf_index)
        is_member = FALSE;
    }

  return is_member || !confab_mls_leaf_node_check_group (leaf_node, self->epoch->context->extensions, NULL);
}

/* Adds those stored proposals that are valid and do not conflict, the latest first, of one type or of all others. */
static void
select_stored (ConfabMlsGroup           *self,
               ConfabMlsProposalList    *list,
               ConfabMlsCommitSituation *situation,
               gboolean                  removes)
{
  for (guint i = self->proposals->len; i > 0; i--)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (self->proposals, i - 1);

      if ((entry->proposal->type == CONFAB_MLS_PROPOSAL_REMOVE) != removes
          || entry->proposal->type == CONFAB_MLS_PROPOSAL_REINIT
          || affected_leaf (entry) == self->epoch->own_leaf
          || list_conflicts (list, entry)
          || is_futile_add (self, list, entry)
          || !confab_mls_proposal_check (entry, situation, NULL))
        continue;

      confab_mls_proposal_list_append (list, entry->proposal, entry->sender, entry->reference);
    }
}

/**
 * confab_mls_group_select_proposals: (skip)
 * @self: a group
 * @given: (nullable) (element-type ConfabMlsProposal): proposals to commit by value
 * @only_given: whether to leave out the stored ones
 *
 * Puts together what a commit is to cover: what is given, and of what was received as much as makes a valid list. A
 * stored re-initialisation is taken only if there is nothing else (RFC 9420, section 12.2).
 *
 * Returns: (transfer full): the list
 * Since: 0.1
 */
ConfabMlsProposalList *
confab_mls_group_select_proposals (ConfabMlsGroup *self,
                                   GPtrArray      *given,
                                   gboolean        only_given)
{
  ConfabMlsProposalList *list = confab_mls_proposal_list_new ();
  ConfabMlsSender own = { .type = CONFAB_MLS_SENDER_MEMBER, .index = self->epoch->own_leaf };
  ConfabMlsCommitSituation situation;

  for (guint i = 0; given != NULL && i < given->len; i++)
    confab_mls_proposal_list_append (list, g_ptr_array_index (given, i), own, NULL);

  if (only_given || confab_mls_proposal_list_find (list, CONFAB_MLS_PROPOSAL_REINIT) != NULL)
    return list;

  confab_mls_group_get_situation (self, self->epoch->own_leaf, TRUE, &situation);
  select_stored (self, list, &situation, TRUE);
  select_stored (self, list, &situation, FALSE);

  for (guint i = 0; list->entries->len == 0 && i < self->proposals->len; i++)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (self->proposals, i);

      if (entry->proposal->type == CONFAB_MLS_PROPOSAL_REINIT)
        confab_mls_proposal_list_append (list, entry->proposal, entry->sender, entry->reference);
    }

  return list;
}
