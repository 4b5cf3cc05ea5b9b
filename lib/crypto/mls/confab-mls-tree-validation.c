/* confab-mls-tree-validation.c: whether a ratchet tree from somebody else can be trusted (RFC 9420, section 12.4.3.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-tree-validation.h"

/* The one node in the resolution of @child that is no unmerged leaf of @parent. CONFAB_MLS_NO_NODE if there is none or
 * more than one, or if not every unmerged leaf below @child is in the resolution: then @child was not in the update
 * that set @parent. */
static guint32
find_descendant (ConfabMlsRatchetTree *tree,
                 ConfabMlsParentNode  *parent,
                 guint32               child)
{
  g_autoptr (GArray) resolution = confab_mls_ratchet_tree_resolve (tree, child, NULL);
  guint32 found = CONFAB_MLS_NO_NODE;
  guint n_unmerged = 0;
  guint n_expected = 0;

  for (guint i = 0; i < resolution->len; i++)
    {
      guint32 node = g_array_index (resolution, guint32, i);
      guint32 leaf = node / 2;

      if (confab_mls_tree_is_leaf (node)
          && confab_mls_leaf_list_has (parent->unmerged_leaves, leaf))
        n_unmerged++;
      else if (found == CONFAB_MLS_NO_NODE)
        found = node;
      else
        return CONFAB_MLS_NO_NODE;
    }

  for (guint i = 0; i < parent->unmerged_leaves->len; i++)
    n_expected += confab_mls_tree_contains (child, 2 * g_array_index (parent->unmerged_leaves, guint32, i));

  return n_unmerged == n_expected ? found : CONFAB_MLS_NO_NODE;
}

static gboolean
is_valid_child (ConfabMlsRatchetTree *tree,
                guint32               node,
                guint32               child,
                guint32               sibling)
{
  ConfabMlsParentNode *parent = confab_mls_ratchet_tree_get_parent (tree, node);
  guint32 descendant = find_descendant (tree, parent, child);

  if (descendant == CONFAB_MLS_NO_NODE)
    return FALSE;

  GBytes *claimed = NULL;
  if (confab_mls_tree_is_leaf (descendant))
    claimed = confab_mls_ratchet_tree_get_leaf (tree, descendant / 2)->parent_hash;
  else
    claimed = confab_mls_ratchet_tree_get_parent (tree, descendant)->parent_hash;

  if (claimed == NULL)
    return FALSE;

  g_autoptr (GBytes) hash = confab_mls_ratchet_tree_hash_parent (tree, node, sibling);

  return g_bytes_equal (claimed, hash);
}

/**
 * confab_mls_tree_check_parent_hashes: (skip)
 * @tree: a ratchet tree
 * @error: return location for an error
 *
 * Verifies that every parent node that is not blank was set by a member below it (RFC 9420, section 7.9.2).
 *
 * Returns: %TRUE if so
 * Since: 0.1
 */
gboolean
confab_mls_tree_check_parent_hashes (ConfabMlsRatchetTree  *tree,
                                     GError               **error)
{
  for (guint32 node = 1; node < confab_mls_ratchet_tree_get_n_nodes (tree); node += 2)
    {
      if (confab_mls_ratchet_tree_is_blank (tree, node))
        continue;

      guint32 left = confab_mls_tree_left (node);
      guint32 right = confab_mls_tree_right (node);

      if (is_valid_child (tree, node, left, right) == is_valid_child (tree, node, right, left))
        {
          g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_PARENT_HASH,
                       "no single node vouches for node %u of the ratchet tree", node);
          return FALSE;
        }
    }

  return TRUE;
}

/* An unmerged leaf is a member below the node, and unmerged at every node in between. */
static gboolean
check_unmerged_leaf (ConfabMlsRatchetTree *tree,
                     guint32               node,
                     guint32               leaf)
{
  if (leaf >= confab_mls_ratchet_tree_get_n_leaves (tree) || confab_mls_ratchet_tree_get_leaf (tree, leaf) == NULL
      || !confab_mls_tree_contains (node, 2 * leaf))
    return FALSE;

  for (guint level = 1; level < confab_mls_tree_level (node); level++)
    {
      guint32 ancestor = confab_mls_tree_ancestor (2 * leaf, level);
      ConfabMlsParentNode *between = confab_mls_ratchet_tree_get_parent (tree, ancestor);

      if (between != NULL && !confab_mls_leaf_list_has (between->unmerged_leaves, leaf))
        return FALSE;
    }

  return TRUE;
}

/**
 * confab_mls_tree_check_structure: (skip)
 * @tree: a ratchet tree
 * @error: return location for an error
 *
 * Verifies what section 12.4.3.1 demands of unmerged leaves, and that parent nodes have usable keys.
 *
 * Returns: %TRUE if so
 * Since: 0.1
 */
gboolean
confab_mls_tree_check_structure (ConfabMlsRatchetTree  *tree,
                                 GError               **error)
{
  const ConfabCryptoSuite *suite = confab_mls_ratchet_tree_get_suite (tree);

  for (guint32 node = 1; node < confab_mls_ratchet_tree_get_n_nodes (tree); node += 2)
    {
      ConfabMlsParentNode *parent = confab_mls_ratchet_tree_get_parent (tree, node);

      if (parent == NULL)
        continue;

      if (!confab_crypto_kem_check_public (suite, confab_span_from_bytes (parent->encryption_key), NULL))
        {
          g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_TREE, "node %u has an unusable key", node);
          return FALSE;
        }

      for (guint i = 0; i < parent->unmerged_leaves->len; i++)
        {
          guint32 leaf = g_array_index (parent->unmerged_leaves, guint32, i);

          if (!check_unmerged_leaf (tree, node, leaf))
            {
              g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_TREE,
                           "leaf %u cannot be unmerged at node %u", leaf, node);
              return FALSE;
            }
        }
    }

  return TRUE;
}

gboolean
confab_mls_tree_check_signatures (ConfabMlsRatchetTree  *tree,
                                  GBytes                *group_id,
                                  GError               **error)
{
  for (guint32 i = 0; i < confab_mls_ratchet_tree_get_n_leaves (tree); i++)
    {
      ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (tree, i);

      if (leaf_node != NULL
          && !confab_mls_leaf_node_verify (leaf_node, confab_mls_ratchet_tree_get_suite (tree), group_id, i, error))
        {
          g_prefix_error (error, "leaf %u: ", i);
          return FALSE;
        }
    }

  return TRUE;
}

/**
 * confab_mls_tree_check_unique_keys: (skip)
 * @tree: a ratchet tree
 * @error: return location for an error
 *
 * Verifies that no encryption key stands at two nodes and no signature key at two leaves (RFC 9420, section 16.7).
 *
 * Returns: %TRUE if so
 * Since: 0.1
 */
gboolean
confab_mls_tree_check_unique_keys (ConfabMlsRatchetTree  *tree,
                                   GError               **error)
{
  g_autoptr (GHashTable) encryption_keys = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  g_autoptr (GHashTable) signature_keys = g_hash_table_new (g_bytes_hash, g_bytes_equal);

  for (guint32 node = 0; node < confab_mls_ratchet_tree_get_n_nodes (tree); node++)
    {
      GBytes *key = confab_mls_ratchet_tree_get_key (tree, node);
      gboolean is_new = key == NULL || g_hash_table_add (encryption_keys, key);

      if (key != NULL && confab_mls_tree_is_leaf (node))
        is_new &= g_hash_table_add (signature_keys, confab_mls_ratchet_tree_get_leaf (tree, node / 2)->signature_key);

      if (!is_new)
        {
          g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_DUPLICATE_KEY,
                       "a key of node %u appears in the ratchet tree twice", node);
          return FALSE;
        }
    }

  return TRUE;
}

/* The types of credentials in use: nearly always one. */
static GArray *
list_credential_types (ConfabMlsRatchetTree *tree)
{
  GArray *types = g_array_new (FALSE, FALSE, sizeof (guint16));

  for (guint32 i = 0; i < confab_mls_ratchet_tree_get_n_leaves (tree); i++)
    {
      ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (tree, i);

      if (leaf_node == NULL)
        continue;

      guint16 type = confab_mls_credential_get_credential_type (leaf_node->credential);
      if (!confab_mls_capabilities_list_has (types, type))
        g_array_append_val (types, type);
    }

  return types;
}

static gboolean
check_credential_types (ConfabMlsLeafNode  *leaf_node,
                        const GArray       *types,
                        GError            **error)
{
  for (guint i = 0; i < types->len; i++)
    {
      guint16 type = g_array_index (types, guint16, i);

      if (!confab_mls_leaf_node_supports_credential (leaf_node, type))
        {
          g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CAPABILITIES,
                       "a member does not support credentials of type %u, which another one uses", type);
          return FALSE;
        }
    }

  return TRUE;
}

/**
 * confab_mls_tree_check_capabilities: (skip)
 * @tree: a ratchet tree
 * @group_extensions: (element-type ConfabMlsExtension): the extensions of its group
 * @all_members: whether every member is held against @group_extensions
 * @leaves: (nullable) (element-type guint32): the leaves that are held against them otherwise: the changed ones
 * @error: return location for an error
 *
 * Verifies that members support the extensions and required capabilities of the group, and that everybody supports the
 * credential types that are in use (RFC 9420, section 7.3).
 *
 * Returns: %TRUE if so
 * Since: 0.1
 */
gboolean
confab_mls_tree_check_capabilities (ConfabMlsRatchetTree  *tree,
                                    GPtrArray             *group_extensions,
                                    gboolean               all_members,
                                    const GArray          *leaves,
                                    GError               **error)
{
  g_autoptr (GArray) types = list_credential_types (tree);

  for (guint32 i = 0; i < confab_mls_ratchet_tree_get_n_leaves (tree); i++)
    {
      ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (tree, i);

      if (leaf_node == NULL)
        continue;

      if (!check_credential_types (leaf_node, types, error)
          || (all_members && !confab_mls_leaf_node_check_group (leaf_node, group_extensions, error)))
        return FALSE;
    }

  for (guint i = 0; !all_members && leaves != NULL && i < leaves->len; i++)
    {
      ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (tree, g_array_index (leaves, guint32, i));

      if (leaf_node != NULL && !confab_mls_leaf_node_check_group (leaf_node, group_extensions, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_leaves (ConfabMlsRatchetTree   *tree,
              const ConfabMlsPolicy  *policy,
              GError                **error)
{
  const ConfabCryptoSuite *suite = confab_mls_ratchet_tree_get_suite (tree);

  for (guint32 i = 0; i < confab_mls_ratchet_tree_get_n_leaves (tree); i++)
    {
      ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (tree, i);

      if (leaf_node == NULL)
        continue;

      /* The lifetime is not held against members: it limits how long a key package may wait to be used, and a group
       * must not close to newcomers because somebody in it has been away for long. */
      if (!confab_mls_leaf_node_check (leaf_node, suite, leaf_node->source, error)
          || !confab_mls_policy_check_credential (policy, i, leaf_node, NULL, error))
        {
          g_prefix_error (error, "leaf %u: ", i);
          return FALSE;
        }
    }

  return TRUE;
}

/**
 * confab_mls_tree_validate: (skip)
 * @tree: a ratchet tree whose hash is the expected one
 * @group_id: the group
 * @group_extensions: (element-type ConfabMlsExtension): the extensions of the group
 * @policy: the application's policy
 * @error: return location for an error
 *
 * Makes all checks of a tree that a newcomer must make (RFC 9420, section 12.4.3.1).
 *
 * Returns: %TRUE if the tree is valid
 * Since: 0.1
 */
gboolean
confab_mls_tree_validate (ConfabMlsRatchetTree   *tree,
                          GBytes                 *group_id,
                          GPtrArray              *group_extensions,
                          const ConfabMlsPolicy  *policy,
                          GError                **error)
{
  if (confab_mls_ratchet_tree_count_members (tree) > confab_mls_policy_get_maximum_members (policy))
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_TOO_LARGE, "the group has too many members");
      return FALSE;
    }

  return confab_mls_tree_check_structure (tree, error)
         && confab_mls_tree_check_unique_keys (tree, error)
         && confab_mls_tree_check_parent_hashes (tree, error)
         && check_leaves (tree, policy, error)
         && confab_mls_tree_check_signatures (tree, group_id, error)
         && confab_mls_tree_check_capabilities (tree, group_extensions, TRUE, NULL, error);
}
