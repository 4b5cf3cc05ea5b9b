/* confab-mls-tree-kem.c: fresh keys along a path of the ratchet tree (RFC 9420, sections 7.4 to 7.6)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-tree-kem.h"

#define PATH_LABEL "UpdatePathNode"

ConfabMlsTreeKeys *
confab_mls_tree_keys_new (ConfabSecret *leaf_key)
{
  ConfabMlsTreeKeys *self = g_new0 (ConfabMlsTreeKeys, 1);

  self->keys[0] = confab_secret_ref (leaf_key);

  return self;
}

ConfabMlsTreeKeys *
confab_mls_tree_keys_copy (const ConfabMlsTreeKeys *self)
{
  ConfabMlsTreeKeys *copy = g_new0 (ConfabMlsTreeKeys, 1);

  for (guint i = 0; i < G_N_ELEMENTS (self->keys); i++)
    copy->keys[i] = self->keys[i] != NULL ? confab_secret_ref (self->keys[i]) : NULL;

  return copy;
}

void
confab_mls_tree_keys_free (ConfabMlsTreeKeys *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->keys); i++)
    g_clear_pointer (&self->keys[i], confab_secret_unref);

  g_free (self);
}

void
confab_mls_tree_keys_set (ConfabMlsTreeKeys *self,
                          guint              level,
                          ConfabSecret      *key)
{
  if (key != NULL)
    confab_secret_ref (key);

  g_clear_pointer (&self->keys[level], confab_secret_unref);
  self->keys[level] = key;
}

/**
 * confab_mls_tree_keys_prune: (skip)
 * @self: the private keys of a member
 * @tree: the tree as it is now
 * @own_leaf: the leaf of that member
 *
 * Drops keys to nodes that are blank or gone: nothing will ever be encrypted to them again.
 *
 * Since: 0.1
 */
void
confab_mls_tree_keys_prune (ConfabMlsTreeKeys    *self,
                            ConfabMlsRatchetTree *tree,
                            guint32               own_leaf)
{
  guint top = confab_mls_tree_level (confab_mls_tree_root (confab_mls_ratchet_tree_get_n_leaves (tree)));

  for (guint level = 1; level < G_N_ELEMENTS (self->keys); level++)
    {
      if (level > top || confab_mls_ratchet_tree_is_blank (tree, confab_mls_tree_ancestor (2 * own_leaf, level)))
        g_clear_pointer (&self->keys[level], confab_secret_unref);
    }
}

void
confab_mls_tree_path_free (ConfabMlsTreePath *self)
{
  g_clear_pointer (&self->path, g_array_unref);
  g_clear_pointer (&self->copath, g_array_unref);
  g_clear_pointer (&self->secrets, g_ptr_array_unref);
  g_clear_pointer (&self->commit_secret, confab_secret_unref);
  g_free (self);
}

/* The path secret of a node on the path, which a Welcome gives to those below it; NULL if the node is not on it. */
ConfabSecret *
confab_mls_tree_path_find_secret (const ConfabMlsTreePath *self,
                                  guint32                  node)
{
  for (guint i = 0; i < self->path->len; i++)
    {
      if (g_array_index (self->path, guint32, i) == node)
        return g_ptr_array_index (self->secrets, i);
    }

  return NULL;
}

/* node_secret, and from it the key pair of a node (section 7.4). */
static gboolean
derive_node_keys (const ConfabCryptoSuite  *suite,
                  const ConfabSecret       *path_secret,
                  ConfabSecret            **private_key,
                  GBytes                  **public_key,
                  GError                  **error)
{
  g_autoptr (ConfabSecret) node_secret = confab_mls_derive_secret (suite, confab_secret_span (path_secret), "node");

  return confab_crypto_kem_derive (suite, confab_secret_span (node_secret), private_key, public_key, error);
}

static gboolean
generate_nodes (ConfabMlsTreePath     *self,
                ConfabMlsRatchetTree  *tree,
                ConfabMlsTreeKeys     *keys,
                GError               **error)
{
  const ConfabCryptoSuite *suite = confab_mls_ratchet_tree_get_suite (tree);
  g_autoptr (ConfabSecret) secret = confab_secret_new_random (confab_crypto_suite_get_hash_length (suite));
  g_autoptr (GBytes) no_hash = g_bytes_new (NULL, 0);

  for (guint i = 0; i < self->path->len; i++)
    {
      guint32 node = g_array_index (self->path, guint32, i);
      g_autoptr (ConfabSecret) private_key = NULL;
      g_autoptr (GBytes) public_key = NULL;

      if (!derive_node_keys (suite, secret, &private_key, &public_key, error))
        return FALSE;

      confab_mls_ratchet_tree_set_parent (tree, node, confab_mls_parent_node_new (public_key, no_hash));
      confab_mls_tree_keys_set (keys, confab_mls_tree_level (node), private_key);

      ConfabSecret *next = confab_mls_derive_secret (suite, confab_secret_span (secret), "path");
      g_ptr_array_add (self->secrets, g_steal_pointer (&secret));
      secret = next;
    }

  self->commit_secret = g_steal_pointer (&secret);

  return TRUE;
}

/* Sets the parent hashes of the nodes on a path that was just filled in, from the root down, and returns the one that
 * belongs into the leaf (section 7.9). */
static GBytes *
chain_parent_hashes (ConfabMlsRatchetTree *tree,
                     const GArray         *path,
                     const GArray         *copath)
{
  GBytes *hash = g_bytes_new (NULL, 0);

  for (guint i = path->len; i > 0; i--)
    {
      guint32 node = g_array_index (path, guint32, i - 1);
      g_autoptr (GBytes) above = hash;
      GBytes *key = confab_mls_ratchet_tree_get_key (tree, node);

      confab_mls_ratchet_tree_set_parent (tree, node, confab_mls_parent_node_new (key, above));
      hash = confab_mls_ratchet_tree_hash_parent (tree, node, g_array_index (copath, guint32, i - 1));
    }

  return hash;
}

/**
 * confab_mls_tree_kem_generate: (skip)
 * @tree: the tree with the proposals applied; it gets the new path
 * @keys: the private keys of the committer; they get the new ones
 * @own_leaf: the leaf of the committer
 * @identity: who it is
 * @group_id: the group
 * @error: return location for an error
 *
 * Gives a member's leaf and the nodes above it new keys (RFC 9420, section 7.5). After this the tree hash is final.
 *
 * Returns: (transfer full) (nullable): the secrets of the path, for confab_mls_tree_kem_encrypt()
 * Since: 0.1
 */
ConfabMlsTreePath *
confab_mls_tree_kem_generate (ConfabMlsRatchetTree  *tree,
                              ConfabMlsTreeKeys     *keys,
                              guint32                own_leaf,
                              ConfabMlsIdentity     *identity,
                              GBytes                *group_id,
                              GError               **error)
{
  const ConfabCryptoSuite *suite = confab_mls_ratchet_tree_get_suite (tree);
  g_autoptr (ConfabMlsTreePath) self = g_new0 (ConfabMlsTreePath, 1);
  g_autoptr (ConfabSecret) leaf_private = NULL;
  g_autoptr (GBytes) leaf_public = NULL;

  self->secrets = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_secret_unref);
  confab_mls_ratchet_tree_filter_path (tree, own_leaf, &self->path, &self->copath);
  confab_mls_ratchet_tree_blank_path (tree, own_leaf);

  if (!generate_nodes (self, tree, keys, error)
      || !confab_crypto_kem_generate (suite, &leaf_private, &leaf_public, error))
    return NULL;

  g_autoptr (ConfabMlsLeafNode) leaf_node =
    confab_mls_identity_make_leaf (identity, leaf_public, CONFAB_MLS_LEAF_SOURCE_COMMIT);
  leaf_node->parent_hash = chain_parent_hashes (tree, self->path, self->copath);

  if (!confab_mls_leaf_node_sign (leaf_node, suite, confab_secret_span (confab_mls_identity_get_private_key (identity)),
                                  group_id, own_leaf, error))
    return NULL;

  confab_mls_ratchet_tree_set_leaf (tree, own_leaf, leaf_node);
  confab_mls_tree_keys_set (keys, 0, leaf_private);
  confab_mls_tree_keys_prune (keys, tree, own_leaf);

  return g_steal_pointer (&self);
}

static gboolean
encrypt_to_resolution (ConfabMlsUpdatePathNode  *node,
                       ConfabMlsRatchetTree     *tree,
                       const GArray             *resolution,
                       const ConfabSecret       *path_secret,
                       GBytes                   *group_context,
                       GError                  **error)
{
  for (guint i = 0; i < resolution->len; i++)
    {
      GBytes *key = confab_mls_ratchet_tree_get_key (tree, g_array_index (resolution, guint32, i));
      g_autoptr (GBytes) kem_output = NULL;
      g_autoptr (GBytes) ciphertext =
        confab_mls_encrypt_with_label (confab_mls_ratchet_tree_get_suite (tree), confab_span_from_bytes (key),
                                       PATH_LABEL, confab_span_from_bytes (group_context),
                                       confab_secret_span (path_secret), &kem_output, error);

      if (ciphertext == NULL)
        return FALSE;

      g_ptr_array_add (node->encrypted_path_secrets, confab_mls_hpke_ciphertext_new (kem_output, ciphertext));
    }

  return TRUE;
}

/**
 * confab_mls_tree_kem_encrypt: (skip)
 * @path: a generated path
 * @tree: the tree it was generated for
 * @own_leaf: the leaf of the committer
 * @added_leaves: (nullable) (element-type guint32): leaves that the same commit adds; they learn by the Welcome
 * @group_context: the encoded provisional context of the new epoch
 * @error: return location for an error
 *
 * Encrypts the path secrets to the other members (RFC 9420, section 7.6).
 *
 * Returns: (transfer full) (nullable): the update path for the commit
 * Since: 0.1
 */
ConfabMlsUpdatePath *
confab_mls_tree_kem_encrypt (const ConfabMlsTreePath  *path,
                             ConfabMlsRatchetTree     *tree,
                             guint32                   own_leaf,
                             const GArray             *added_leaves,
                             GBytes                   *group_context,
                             GError                  **error)
{
  ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (tree, own_leaf);
  g_autoptr (ConfabMlsUpdatePath) update = confab_mls_update_path_new (leaf_node);

  for (guint i = 0; i < path->path->len; i++)
    {
      GBytes *key = confab_mls_ratchet_tree_get_key (tree, g_array_index (path->path, guint32, i));
      ConfabMlsUpdatePathNode *node = confab_mls_update_path_node_new (key);
      g_autoptr (GArray) resolution =
        confab_mls_ratchet_tree_resolve (tree, g_array_index (path->copath, guint32, i), added_leaves);

      g_ptr_array_add (update->nodes, node);
      if (!encrypt_to_resolution (node, tree, resolution, g_ptr_array_index (path->secrets, i), group_context, error))
        return NULL;
    }

  return g_steal_pointer (&update);
}

/**
 * confab_mls_tree_kem_merge: (skip)
 * @tree: the tree with the proposals applied; it gets the new path
 * @sender: the leaf of the committer
 * @update: the update path of the commit
 * @error: return location for an error
 *
 * Applies the public part of an update path and verifies its parent hash (RFC 9420, section 7.5). The leaf node
 * must have been validated, and the caller verifies that the keys are new.
 *
 * Returns: %TRUE on success; otherwise the tree is of no use
 * Since: 0.1
 */
gboolean
confab_mls_tree_kem_merge (ConfabMlsRatchetTree       *tree,
                           guint32                     sender,
                           const ConfabMlsUpdatePath  *update,
                           GError                    **error)
{
  const ConfabCryptoSuite *suite = confab_mls_ratchet_tree_get_suite (tree);
  g_autoptr (GArray) path = NULL;
  g_autoptr (GArray) copath = NULL;
  g_autoptr (GBytes) no_hash = g_bytes_new (NULL, 0);

  confab_mls_ratchet_tree_filter_path (tree, sender, &path, &copath);
  if (path->len != update->nodes->len)
    {
      g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_UPDATE_PATH,
                   "the update path has %u nodes instead of %u", update->nodes->len, path->len);
      return FALSE;
    }

  confab_mls_ratchet_tree_blank_path (tree, sender);
  for (guint i = 0; i < path->len; i++)
    {
      ConfabMlsUpdatePathNode *node = g_ptr_array_index (update->nodes, i);

      if (!confab_crypto_kem_check_public (suite, confab_span_from_bytes (node->encryption_key), NULL))
        {
          g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_UPDATE_PATH,
                               "a node of the update path has an unusable key");
          return FALSE;
        }
      confab_mls_ratchet_tree_set_parent (tree, g_array_index (path, guint32, i),
                                          confab_mls_parent_node_new (node->encryption_key, no_hash));
    }

  g_autoptr (GBytes) parent_hash = chain_parent_hashes (tree, path, copath);
  if (update->leaf_node->parent_hash == NULL || !g_bytes_equal (update->leaf_node->parent_hash, parent_hash))
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_PARENT_HASH,
                           "the leaf node of the update path has the wrong parent hash");
      return FALSE;
    }

  confab_mls_ratchet_tree_set_leaf (tree, sender, update->leaf_node);

  return TRUE;
}

/**
 * confab_mls_tree_kem_implant: (skip)
 * @tree: a tree into which the path of @sender was merged
 * @keys: the private keys of the recipient; they get the new ones
 * @own_leaf: the leaf of the recipient
 * @sender: the leaf of the committer
 * @path_secret: the path secret of the lowest node that is above both
 * @commit_secret: (out) (transfer full) (optional): what goes into the key schedule
 * @error: return location for an error
 *
 * Derives the private keys from a path secret up to the root and verifies that they belong to the public keys in
 * the tree.
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
confab_mls_tree_kem_implant (ConfabMlsRatchetTree  *tree,
                             ConfabMlsTreeKeys     *keys,
                             guint32                own_leaf,
                             guint32                sender,
                             ConfabSecret          *path_secret,
                             ConfabSecret         **commit_secret,
                             GError               **error)
{
  const ConfabCryptoSuite *suite = confab_mls_ratchet_tree_get_suite (tree);
  guint32 ancestor = confab_mls_tree_common_ancestor (2 * own_leaf, 2 * sender);
  g_autoptr (ConfabSecret) secret = confab_secret_ref (path_secret);
  g_autoptr (GArray) path = NULL;
  g_autoptr (GArray) copath = NULL;

  confab_mls_ratchet_tree_filter_path (tree, sender, &path, &copath);
  for (guint i = 0; i < path->len; i++)
    {
      guint32 node = g_array_index (path, guint32, i);
      GBytes *expected = confab_mls_ratchet_tree_get_key (tree, node);
      g_autoptr (ConfabSecret) private_key = NULL;
      g_autoptr (GBytes) public_key = NULL;

      if (confab_mls_tree_level (node) < confab_mls_tree_level (ancestor))
        continue;

      if (!derive_node_keys (suite, secret, &private_key, &public_key, error))
        return FALSE;

      if (expected == NULL || !g_bytes_equal (expected, public_key))
        {
          g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_UPDATE_PATH,
                       "the path secret does not give the public key of node %u", node);
          return FALSE;
        }

      confab_mls_tree_keys_set (keys, confab_mls_tree_level (node), private_key);

      ConfabSecret *next = confab_mls_derive_secret (suite, confab_secret_span (secret), "path");
      confab_secret_unref (secret);
      secret = next;
    }

  confab_mls_tree_keys_prune (keys, tree, own_leaf);
  if (commit_secret != NULL)
    *commit_secret = g_steal_pointer (&secret);

  return TRUE;
}

/* The place in @resolution of a node to which this member has the private key, and that key. */
static ConfabSecret *
find_resolution_key (const ConfabMlsTreeKeys *keys,
                     guint32                  own_leaf,
                     const GArray            *resolution,
                     guint                   *place)
{
  for (guint i = 0; i < resolution->len; i++)
    {
      guint32 node = g_array_index (resolution, guint32, i);

      if (confab_mls_tree_contains (node, 2 * own_leaf) && keys->keys[confab_mls_tree_level (node)] != NULL)
        {
          *place = i;
          return keys->keys[confab_mls_tree_level (node)];
        }
    }

  return NULL;
}

static ConfabSecret *
open_path_secret (const ConfabCryptoSuite        *suite,
                  const ConfabSecret             *private_key,
                  const ConfabMlsHpkeCiphertext  *encrypted,
                  GBytes                         *group_context,
                  GError                        **error)
{
  g_autoptr (GBytes) plaintext =
    confab_mls_decrypt_with_label (suite, confab_secret_span (private_key), PATH_LABEL,
                                   confab_span_from_bytes (group_context),
                                   confab_span_from_bytes (encrypted->kem_output),
                                   confab_span_from_bytes (encrypted->ciphertext), error);

  if (plaintext == NULL)
    return NULL;

  if (g_bytes_get_size (plaintext) != confab_crypto_suite_get_hash_length (suite))
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_UPDATE_PATH, "a path secret has the wrong length");
      return NULL;
    }

  return confab_secret_new_copy (confab_span_from_bytes (plaintext));
}

static gboolean
check_ciphertexts (ConfabMlsRatchetTree       *tree,
                   const GArray               *copath,
                   const ConfabMlsUpdatePath  *update,
                   const GArray               *added_leaves,
                   GError                    **error)
{
  for (guint i = 0; i < copath->len; i++)
    {
      ConfabMlsUpdatePathNode *node = g_ptr_array_index (update->nodes, i);
      g_autoptr (GArray) resolution =
        confab_mls_ratchet_tree_resolve (tree, g_array_index (copath, guint32, i), added_leaves);

      if (resolution->len != node->encrypted_path_secrets->len)
        {
          g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_UPDATE_PATH,
                       "a node of the update path has %u ciphertexts instead of %u",
                       node->encrypted_path_secrets->len, resolution->len);
          return FALSE;
        }
    }

  return TRUE;
}

/**
 * confab_mls_tree_kem_decrypt: (skip)
 * @tree: the tree with the update path merged
 * @keys: the private keys of this member; they get the new ones
 * @own_leaf: the leaf of this member
 * @sender: the leaf of the committer
 * @update: the update path
 * @added_leaves: (nullable) (element-type guint32): leaves that the same commit added
 * @group_context: the encoded provisional context of the new epoch
 * @path_secret: (out) (transfer full) (optional): the path secret that was encrypted to this member
 * @error: return location for an error
 *
 * Decrypts what an update path has for this member (RFC 9420, section 7.5).
 *
 * Returns: (transfer full) (nullable): the commit secret
 * Since: 0.1
 */
ConfabSecret *
confab_mls_tree_kem_decrypt (ConfabMlsRatchetTree       *tree,
                             ConfabMlsTreeKeys          *keys,
                             guint32                     own_leaf,
                             guint32                     sender,
                             const ConfabMlsUpdatePath  *update,
                             const GArray               *added_leaves,
                             GBytes                     *group_context,
                             ConfabSecret              **path_secret,
                             GError                    **error)
{
  guint32 ancestor = confab_mls_tree_common_ancestor (2 * own_leaf, 2 * sender);
  g_autoptr (GArray) path = NULL;
  g_autoptr (GArray) copath = NULL;
  guint step = 0;
  guint place = 0;

  confab_mls_ratchet_tree_filter_path (tree, sender, &path, &copath);
  if (!check_ciphertexts (tree, copath, update, added_leaves, error))
    return NULL;

  while (step < path->len && g_array_index (path, guint32, step) != ancestor)
    step++;
  g_assert (step < path->len); /* this member is below the copath of that node */

  g_autoptr (GArray) resolution =
    confab_mls_ratchet_tree_resolve (tree, g_array_index (copath, guint32, step), added_leaves);
  ConfabSecret *private_key = find_resolution_key (keys, own_leaf, resolution, &place);
  if (private_key == NULL)
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_UPDATE_PATH,
                           "the update path is encrypted to no key of this member");
      return NULL;
    }

  ConfabMlsUpdatePathNode *node = g_ptr_array_index (update->nodes, step);
  g_autoptr (ConfabSecret) secret =
    open_path_secret (confab_mls_ratchet_tree_get_suite (tree), private_key,
                      g_ptr_array_index (node->encrypted_path_secrets, place), group_context, error);
  g_autoptr (ConfabSecret) commit_secret = NULL;
  if (secret == NULL || !confab_mls_tree_kem_implant (tree, keys, own_leaf, sender, secret, &commit_secret, error))
    return NULL;

  if (path_secret != NULL)
    *path_secret = g_steal_pointer (&secret);

  return g_steal_pointer (&commit_secret);
}
