/* confab-mls-group-successor.c: groups that continue others (RFC 9420, sections 11.2 and 11.3)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-group-private.h"

static GHashTable *
list_credentials (ConfabMlsRatchetTree *tree)
{
  GHashTable *credentials = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);

  for (guint32 i = 0; i < confab_mls_ratchet_tree_get_n_leaves (tree); i++)
    {
      ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (tree, i);
      GByteArray *encoded = NULL;

      if (leaf_node == NULL)
        continue;

      encoded = g_byte_array_new ();
      confab_mls_credential_write (leaf_node->credential, encoded);
      g_hash_table_add (credentials, g_byte_array_free_to_bytes (encoded));
    }

  return credentials;
}

/* Whether everybody in @inner is in @outer, too. Signature keys may have changed, so the credential is what counts. */
static gboolean
is_subset (ConfabMlsRatchetTree *inner,
           ConfabMlsRatchetTree *outer)
{
  g_autoptr (GHashTable) inner_credentials = list_credentials (inner);
  g_autoptr (GHashTable) outer_credentials = list_credentials (outer);
  GHashTableIter iter;
  gpointer credential = NULL;

  g_hash_table_iter_init (&iter, inner_credentials);
  while (g_hash_table_iter_next (&iter, &credential, NULL))
    {
      if (!g_hash_table_contains (outer_credentials, credential))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_reinitialized (ConfabMlsGroup               *predecessor,
                     const ConfabMlsPskId         *psk,
                     const ConfabMlsGroupContext  *context,
                     ConfabMlsRatchetTree         *tree,
                     GError                      **error)
{
  const ConfabMlsProposal *reinit = predecessor->reinit;

  if (reinit == NULL || psk->epoch != predecessor->epoch->context->epoch)
    return confab_mls_fail (error, CONFAB_MLS_ERROR_REINIT, "the group that is to be continued was not re-initialised");

  if (!g_bytes_equal (reinit->group_id, context->group_id)
      || reinit->version != CONFAB_MLS_VERSION_10
      || reinit->cipher_suite != context->cipher_suite
      || !confab_mls_extensions_equal (reinit->extensions, context->extensions))
    return confab_mls_fail (error, CONFAB_MLS_ERROR_REINIT,
                            "the group is not what was agreed on when the old one was closed");

  return is_subset (predecessor->epoch->tree, tree)
         || confab_mls_fail (error, CONFAB_MLS_ERROR_REINIT, "a member of the old group is missing from its successor");
}

static gboolean
check_branch (ConfabMlsGroup               *predecessor,
              const ConfabMlsGroupContext  *context,
              ConfabMlsRatchetTree         *tree,
              GError                      **error)
{
  if (context->cipher_suite != predecessor->epoch->context->cipher_suite)
    return confab_mls_fail (error, CONFAB_MLS_ERROR_REINIT, "a branch has another cipher suite than its group");

  return is_subset (tree, predecessor->epoch->tree)
         || confab_mls_fail (error, CONFAB_MLS_ERROR_REINIT, "a member of the branch is no member of the group");
}

/**
 * confab_mls_group_check_succession: (skip)
 * @predecessor: (nullable): the group that is continued
 * @psk: the resumption key that says so
 * @context: the context of the new group
 * @tree: the tree of the new group
 * @error: return location for an error
 *
 * Verifies that a new group is what it claims to continue (RFC 9420, section 12.4.3.1).
 *
 * Returns: %TRUE if it is
 * Since: 0.1
 */
gboolean
confab_mls_group_check_succession (ConfabMlsGroup               *predecessor,
                                   const ConfabMlsPskId         *psk,
                                   const ConfabMlsGroupContext  *context,
                                   ConfabMlsRatchetTree         *tree,
                                   GError                      **error)
{
  if (predecessor == NULL || !g_bytes_equal (psk->group_id, confab_mls_group_get_id (predecessor)))
    return confab_mls_fail (error, CONFAB_MLS_ERROR_REINIT, "the group that the new one continues was not given");

  if (context->epoch != 1)
    return confab_mls_fail (error, CONFAB_MLS_ERROR_REINIT,
                            "a group that continues another one is not in its first epoch");

  return psk->usage == CONFAB_MLS_RESUMPTION_REINIT ? check_reinitialized (predecessor, psk, context, tree, error)
                                                    : check_branch (predecessor, context, tree, error);
}

static ConfabMlsGroup *
create_successor (ConfabMlsGroup            *self,
                  GBytes                    *group_id,
                  ConfabMlsIdentity         *identity,
                  GPtrArray                 *extensions,
                  ConfabMlsResumptionUsage   usage,
                  GPtrArray                 *key_packages,
                  ConfabMlsCommitResult    **result,
                  GError                   **error)
{
  g_autoptr (ConfabMlsGroup) successor = confab_mls_group_create (group_id, identity, extensions, self->policy, error);
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_unref);

  if (successor == NULL)
    return NULL;

  g_autoptr (ConfabMlsPskId) psk = confab_mls_psk_id_new_resumption (successor->suite, usage,
                                                                     confab_mls_group_get_id (self),
                                                                     confab_mls_group_get_epoch (self));
  for (guint i = 0; i < key_packages->len; i++)
    g_ptr_array_add (proposals, confab_mls_proposal_new_add (g_ptr_array_index (key_packages, i)));
  g_ptr_array_add (proposals, confab_mls_proposal_new_psk (psk));

  successor->predecessor = self;
  g_autoptr (ConfabMlsCommitResult) made =
    confab_mls_group_make_commit (successor, proposals, CONFAB_MLS_COMMIT_DEFAULT, NULL, TRUE, error);
  gboolean is_good =
    made != NULL
    && confab_mls_group_check_succession (self, psk, successor->pending->epoch->context,
                                          successor->pending->epoch->tree, error)
    && confab_mls_group_merge_pending (successor, error);
  successor->predecessor = NULL;
  if (!is_good)
    return NULL;

  *result = g_steal_pointer (&made);

  return g_steal_pointer (&successor);
}

/**
 * confab_mls_group_create_reinitialized:
 * @self: a group that was closed by a re-initialisation
 * @identity: this client in the new group, of the new cipher suite
 * @key_packages: (element-type ConfabMlsKeyPackage): key packages of all other members, of the new cipher suite
 * @result: (out) (transfer full): the Welcome to send
 * @error: return location for an error
 *
 * Creates the group in which the members go on (RFC 9420, section 11.2). One of them does so.
 *
 * Returns: (transfer full) (nullable): the new group, in epoch 1
 * Since: 0.1
 */
ConfabMlsGroup *
confab_mls_group_create_reinitialized (ConfabMlsGroup         *self,
                                       ConfabMlsIdentity      *identity,
                                       GPtrArray              *key_packages,
                                       ConfabMlsCommitResult **result,
                                       GError                **error)
{
  if (self->reinit == NULL || self->reinit->cipher_suite != confab_mls_identity_get_cipher_suite (identity))
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_REINIT,
                       "the group was not re-initialised to the cipher suite of this identity");
      return NULL;
    }

  return create_successor (self, self->reinit->group_id, identity, self->reinit->extensions,
                           CONFAB_MLS_RESUMPTION_REINIT, key_packages, result, error);
}

/**
 * confab_mls_group_create_branch:
 * @self: a group
 * @group_id: the identifier of the new group
 * @identity: this client in it
 * @key_packages: (element-type ConfabMlsKeyPackage): key packages of those members who shall be in it
 * @result: (out) (transfer full): the Welcome to send
 * @error: return location for an error
 *
 * Creates a group of some members of another one, tied to it (RFC 9420, section 11.3).
 *
 * Returns: (transfer full) (nullable): the new group, in epoch 1
 * Since: 0.1
 */
ConfabMlsGroup *
confab_mls_group_create_branch (ConfabMlsGroup         *self,
                                GBytes                 *group_id,
                                ConfabMlsIdentity      *identity,
                                GPtrArray              *key_packages,
                                ConfabMlsCommitResult **result,
                                GError                **error)
{
  if (!confab_mls_group_check_active (self, error))
    return NULL;

  return create_successor (self, group_id, identity, self->epoch->context->extensions, CONFAB_MLS_RESUMPTION_BRANCH,
                           key_packages, result, error);
}
