/* confab-mls-ratchet-tree.c: the public state of a group: members and the keys above them (RFC 9420, section 7)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-ratchet-tree-private.h"

#include <string.h>

typedef enum
{
  NODE_LEAF = 1,
  NODE_PARENT = 2,
} NodeType;

ConfabMlsParentNode *
confab_mls_parent_node_new (GBytes *encryption_key,
                            GBytes *parent_hash)
{
  ConfabMlsParentNode *self = g_new0 (ConfabMlsParentNode, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->encryption_key = g_bytes_ref (encryption_key);
  self->parent_hash = g_bytes_ref (parent_hash);
  self->unmerged_leaves = g_array_new (FALSE, FALSE, sizeof (guint32));

  return self;
}

ConfabMlsParentNode *
confab_mls_parent_node_ref (ConfabMlsParentNode *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
confab_mls_parent_node_unref (ConfabMlsParentNode *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->encryption_key, g_bytes_unref);
  g_clear_pointer (&self->parent_hash, g_bytes_unref);
  g_clear_pointer (&self->unmerged_leaves, g_array_unref);
  g_free (self);
}

static ConfabMlsParentNode *
parent_node_read (ConfabMlsReader *reader)
{
  ConfabMlsParentNode *self = g_new0 (ConfabMlsParentNode, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->encryption_key = confab_mls_reader_bytes (reader);
  self->parent_hash = confab_mls_reader_bytes (reader);
  self->unmerged_leaves = confab_mls_reader_u32_vector (reader);

  for (guint i = 1; i < self->unmerged_leaves->len; i++)
    {
      if (g_array_index (self->unmerged_leaves, guint32, i - 1) >= g_array_index (self->unmerged_leaves, guint32, i))
        {
          confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_TREE, "unmerged leaves are not in ascending order");
          break;
        }
    }

  return self;
}

void
confab_mls_parent_node_write (const ConfabMlsParentNode *self,
                              GByteArray                *out)
{
  confab_mls_write_bytes (out, self->encryption_key);
  confab_mls_write_bytes (out, self->parent_hash);
  confab_mls_write_u32_vector (out, self->unmerged_leaves);
}

static gpointer
node_ref (gpointer node,
          guint32  index)
{
  if (node == NULL)
    return NULL;

  return confab_mls_tree_is_leaf (index) ? (gpointer) confab_mls_leaf_node_ref (node)
                                         : (gpointer) confab_mls_parent_node_ref (node);
}

static void
node_clear (gpointer *node,
            guint32   index)
{
  if (*node == NULL)
    return;

  if (confab_mls_tree_is_leaf (index))
    confab_mls_leaf_node_unref (*node);
  else
    confab_mls_parent_node_unref (*node);

  *node = NULL;
}

/* Makes the tree have @n_leaves leaves, a power of two. What is cut off must be blank, except for roots above it. */
static void
resize (ConfabMlsRatchetTree *self,
        guint32               n_leaves)
{
  guint32 old_nodes = confab_mls_tree_n_nodes (self->n_leaves);
  guint32 new_nodes = confab_mls_tree_n_nodes (n_leaves);
  gsize hash_length = confab_crypto_suite_get_hash_length (self->suite);

  for (guint32 i = new_nodes; i < old_nodes; i++)
    node_clear (&self->nodes[i], i);

  self->nodes = g_renew (gpointer, self->nodes, new_nodes);
  self->hashes = g_realloc_n (self->hashes, new_nodes, hash_length);
  self->hash_known = g_realloc_n (self->hash_known, new_nodes, 1);

  for (guint32 i = old_nodes; i < new_nodes; i++)
    {
      self->nodes[i] = NULL;
      self->hash_known[i] = FALSE;
    }

  self->n_leaves = n_leaves;
}

/**
 * confab_mls_ratchet_tree_new: (skip)
 * @suite: the cipher suite of its group
 *
 * Returns: (transfer full): a tree without members
 * Since: 0.1
 */
ConfabMlsRatchetTree *
confab_mls_ratchet_tree_new (const ConfabCryptoSuite *suite)
{
  ConfabMlsRatchetTree *self = g_new0 (ConfabMlsRatchetTree, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->suite = suite;

  return self;
}

/**
 * confab_mls_ratchet_tree_copy: (skip)
 * @self: a ratchet tree
 *
 * Makes a tree that can be changed without touching @self. The nodes are shared, and the hashes that are known stay
 * known.
 *
 * Returns: (transfer full): the copy
 * Since: 0.1
 */
ConfabMlsRatchetTree *
confab_mls_ratchet_tree_copy (ConfabMlsRatchetTree *self)
{
  ConfabMlsRatchetTree *copy = confab_mls_ratchet_tree_new (self->suite);
  guint32 n_nodes = confab_mls_tree_n_nodes (self->n_leaves);

  copy->n_leaves = self->n_leaves;
  copy->first_blank = self->first_blank;
  copy->nodes = g_new (gpointer, n_nodes);
  copy->hashes = g_memdup2 (self->hashes, n_nodes * confab_crypto_suite_get_hash_length (self->suite));
  copy->hash_known = g_memdup2 (self->hash_known, n_nodes);

  for (guint32 i = 0; i < n_nodes; i++)
    copy->nodes[i] = node_ref (self->nodes[i], i);

  return copy;
}

ConfabMlsRatchetTree *
confab_mls_ratchet_tree_ref (ConfabMlsRatchetTree *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
confab_mls_ratchet_tree_unref (ConfabMlsRatchetTree *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint32 i = 0; i < confab_mls_tree_n_nodes (self->n_leaves); i++)
    node_clear (&self->nodes[i], i);

  g_free (self->nodes);
  g_free (self->hashes);
  g_free (self->hash_known);
  g_free (self);
}

static void
read_node (GPtrArray       *nodes,
           ConfabMlsReader *reader)
{
  gboolean is_leaf = confab_mls_tree_is_leaf (nodes->len);

  if (nodes->len >= 2 * CONFAB_MLS_MAXIMUM_LEAVES - 1)
    {
      confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_TOO_LARGE, "it has too many nodes");
      return;
    }

  gpointer node = NULL;
  if (confab_mls_reader_optional (reader))
    {
      if (confab_mls_reader_u8 (reader) != (is_leaf ? NODE_LEAF : NODE_PARENT))
        confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_TREE, "a leaf stands where a parent belongs, or the reverse");

      node = is_leaf ? (gpointer) confab_mls_leaf_node_read (reader) : (gpointer) parent_node_read (reader);
    }

  g_ptr_array_add (nodes, node);
}

static guint32
smallest_tree_for (guint n_nodes)
{
  guint32 n_leaves = 1;

  while (confab_mls_tree_n_nodes (n_leaves) < n_nodes)
    n_leaves *= 2;

  return n_leaves;
}

/**
 * confab_mls_ratchet_tree_decode: (skip)
 * @suite: the cipher suite of its group
 * @encoded: the content of a ratchet_tree extension
 * @error: return location for an error
 *
 * Decodes a tree (RFC 9420, section 12.4.3.3). Only its shape is checked; see confab_mls_tree_validate().
 *
 * Returns: (transfer full) (nullable): the tree
 * Since: 0.1
 */
ConfabMlsRatchetTree *
confab_mls_ratchet_tree_decode (const ConfabCryptoSuite  *suite,
                                ConfabSpan                encoded,
                                GError                  **error)
{
  g_autoptr (ConfabMlsRatchetTree) self = confab_mls_ratchet_tree_new (suite);
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  ConfabMlsReader reader;
  ConfabMlsReader vector;

  confab_mls_reader_init (&reader, encoded);
  confab_mls_reader_enter (&reader, &vector);
  while (confab_mls_reader_has_more (&vector))
    read_node (nodes, &vector);
  if (nodes->len == 0 || g_ptr_array_index (nodes, nodes->len - 1) == NULL)
    confab_mls_reader_fail (&vector, CONFAB_MLS_ERROR_TREE, "its last node is blank");
  confab_mls_reader_leave (&reader, &vector);

  if (confab_mls_reader_is_good (&reader))
    {
      resize (self, smallest_tree_for (nodes->len));
      memcpy (self->nodes, nodes->pdata, nodes->len * sizeof (gpointer));
    }
  else
    {
      for (guint i = 0; i < nodes->len; i++)
        node_clear (&g_ptr_array_index (nodes, i), i);
    }

  if (!confab_mls_reader_finish (&reader, "ratchet tree", error))
    return NULL;

  return g_steal_pointer (&self);
}

GBytes *
confab_mls_ratchet_tree_encode (ConfabMlsRatchetTree *self)
{
  GByteArray *out = g_byte_array_new ();
  guint32 n_nodes = confab_mls_tree_n_nodes (self->n_leaves);

  while (n_nodes > 0 && self->nodes[n_nodes - 1] == NULL)
    n_nodes--;

  guint begin = confab_mls_write_begin (out);
  for (guint32 i = 0; i < n_nodes; i++)
    {
      confab_mls_write_u8 (out, self->nodes[i] != NULL);
      if (self->nodes[i] == NULL)
        continue;

      confab_mls_write_u8 (out, confab_mls_tree_is_leaf (i) ? NODE_LEAF : NODE_PARENT);
      if (confab_mls_tree_is_leaf (i))
        confab_mls_leaf_node_write (self->nodes[i], out);
      else
        confab_mls_parent_node_write (self->nodes[i], out);
    }
  confab_mls_write_end (out, begin);

  return g_byte_array_free_to_bytes (out);
}

typedef enum
{
  CHANGE_BLANK = 0,
  CHANGE_SAME = 1,
  CHANGE_OTHER = 2,
} ChangeType;

/**
 * confab_mls_ratchet_tree_write_changes: (skip)
 * @self: a ratchet tree
 * @base: another tree of the group, from an epoch nearby
 * @out: an encoding
 *
 * Stores a tree as its difference from another one, with which it shares most nodes.
 *
 * Since: 0.1
 */
void
confab_mls_ratchet_tree_write_changes (ConfabMlsRatchetTree *self,
                                       ConfabMlsRatchetTree *base,
                                       GByteArray           *out)
{
  guint32 n_base = confab_mls_tree_n_nodes (base->n_leaves);

  confab_mls_write_u32 (out, self->n_leaves);
  for (guint32 i = 0; i < confab_mls_tree_n_nodes (self->n_leaves); i++)
    {
      if (self->nodes[i] == NULL)
        {
          confab_mls_write_u8 (out, CHANGE_BLANK);
        }
      else if (i < n_base && self->nodes[i] == base->nodes[i])
        {
          confab_mls_write_u8 (out, CHANGE_SAME);
        }
      else
        {
          confab_mls_write_u8 (out, CHANGE_OTHER);
          if (confab_mls_tree_is_leaf (i))
            confab_mls_leaf_node_write (self->nodes[i], out);
          else
            confab_mls_parent_node_write (self->nodes[i], out);
        }
    }
}

static gpointer
read_change (ConfabMlsRatchetTree *base,
             guint32               node,
             ConfabMlsReader      *reader)
{
  guint8 type = confab_mls_reader_u8 (reader);

  if (type == CHANGE_BLANK || !confab_mls_reader_is_good (reader))
    return NULL;

  if (type == CHANGE_SAME && node < confab_mls_tree_n_nodes (base->n_leaves))
    return node_ref (base->nodes[node], node);

  if (type != CHANGE_OTHER)
    {
      confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_STATE, "a stored ratchet tree does not fit the other one");
      return NULL;
    }

  return confab_mls_tree_is_leaf (node) ? (gpointer) confab_mls_leaf_node_read (reader)
                                        : (gpointer) parent_node_read (reader);
}

ConfabMlsRatchetTree *
confab_mls_ratchet_tree_read_changes (ConfabMlsRatchetTree *base,
                                      ConfabMlsReader      *reader)
{
  ConfabMlsRatchetTree *self = confab_mls_ratchet_tree_new (base->suite);
  guint32 n_leaves = confab_mls_reader_u32 (reader);

  if (n_leaves == 0 || n_leaves > CONFAB_MLS_MAXIMUM_LEAVES || (n_leaves & (n_leaves - 1)) != 0
      || confab_mls_tree_n_nodes (n_leaves) > reader->length - reader->position)
    {
      confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_STATE, "a stored ratchet tree has an impossible size");
      return self;
    }

  resize (self, n_leaves);
  for (guint32 i = 0; i < confab_mls_tree_n_nodes (n_leaves); i++)
    self->nodes[i] = read_change (base, i, reader);

  return self;
}

const ConfabCryptoSuite *
confab_mls_ratchet_tree_get_suite (ConfabMlsRatchetTree *self)
{
  return self->suite;
}

guint32
confab_mls_ratchet_tree_get_n_leaves (ConfabMlsRatchetTree *self)
{
  return self->n_leaves;
}

guint32
confab_mls_ratchet_tree_get_n_nodes (ConfabMlsRatchetTree *self)
{
  return confab_mls_tree_n_nodes (self->n_leaves);
}

guint
confab_mls_ratchet_tree_count_members (ConfabMlsRatchetTree *self)
{
  guint n_members = 0;

  for (guint32 i = 0; i < self->n_leaves; i++)
    n_members += self->nodes[2 * i] != NULL;

  return n_members;
}

gboolean
confab_mls_ratchet_tree_is_blank (ConfabMlsRatchetTree *self,
                                  guint32               node)
{
  return self->nodes[node] == NULL;
}

/**
 * confab_mls_ratchet_tree_get_leaf: (skip)
 * @self: a ratchet tree
 * @leaf_index: any number
 *
 * Returns: (transfer none) (nullable): the leaf node, or %NULL if the leaf is blank or not in the tree
 * Since: 0.1
 */
ConfabMlsLeafNode *
confab_mls_ratchet_tree_get_leaf (ConfabMlsRatchetTree *self,
                                  guint32               leaf_index)
{
  return leaf_index < self->n_leaves ? self->nodes[2 * leaf_index] : NULL;
}

ConfabMlsParentNode *
confab_mls_ratchet_tree_get_parent (ConfabMlsRatchetTree *self,
                                    guint32               node)
{
  g_assert (!confab_mls_tree_is_leaf (node));

  return self->nodes[node];
}

GBytes *
confab_mls_ratchet_tree_get_key (ConfabMlsRatchetTree *self,
                                 guint32               node)
{
  if (self->nodes[node] == NULL)
    return NULL;

  return confab_mls_tree_is_leaf (node) ? ((ConfabMlsLeafNode *) self->nodes[node])->encryption_key
                                        : ((ConfabMlsParentNode *) self->nodes[node])->encryption_key;
}

/* The leaf that holds exactly @leaf_node, or CONFAB_MLS_NO_NODE. */
guint32
confab_mls_ratchet_tree_find_leaf (ConfabMlsRatchetTree    *self,
                                   const ConfabMlsLeafNode *leaf_node)
{
  for (guint32 i = 0; i < self->n_leaves; i++)
    {
      ConfabMlsLeafNode *candidate = self->nodes[2 * i];

      if (candidate != NULL && g_bytes_equal (candidate->signature_key, leaf_node->signature_key)
          && confab_mls_leaf_node_equal (candidate, leaf_node))
        return i;
    }

  return CONFAB_MLS_NO_NODE;
}

void
confab_mls_ratchet_tree_set_leaf (ConfabMlsRatchetTree *self,
                                  guint32               leaf_index,
                                  ConfabMlsLeafNode    *leaf_node)
{
  if (leaf_node != NULL)
    confab_mls_leaf_node_ref (leaf_node);
  else
    self->first_blank = MIN (self->first_blank, leaf_index);

  node_clear (&self->nodes[2 * leaf_index], 2 * leaf_index);
  self->nodes[2 * leaf_index] = leaf_node;
  confab_mls_ratchet_tree_forget_hashes (self, 2 * leaf_index);
}

/**
 * confab_mls_ratchet_tree_reserve_leaf: (skip)
 * @self: a ratchet tree
 * @error: return location for an error
 *
 * Finds the leftmost blank leaf and makes the tree larger if there is none (RFC 9420, section 7.7).
 *
 * Returns: the leaf, or %CONFAB_MLS_NO_NODE with @error set
 * Since: 0.1
 */
guint32
confab_mls_ratchet_tree_reserve_leaf (ConfabMlsRatchetTree  *self,
                                      GError               **error)
{
  while (self->first_blank < self->n_leaves && self->nodes[2 * self->first_blank] != NULL)
    self->first_blank++;

  if (self->first_blank < self->n_leaves)
    return self->first_blank;

  if (self->n_leaves >= CONFAB_MLS_MAXIMUM_LEAVES)
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_TOO_LARGE,
                           "the group has no room for more members");
      return CONFAB_MLS_NO_NODE;
    }

  guint32 leaf_index = self->n_leaves;
  resize (self, MAX (1, 2 * self->n_leaves));

  return leaf_index;
}

static void
add_unmerged_leaf (ConfabMlsRatchetTree *self,
                   guint32               node,
                   guint32               leaf_index)
{
  ConfabMlsParentNode *old = self->nodes[node];
  GArray *leaves = NULL;
  guint place = 0;

  if (g_atomic_ref_count_compare (&old->ref_count, 1))
    {
      leaves = old->unmerged_leaves;
    }
  else
    {
      ConfabMlsParentNode *copy = confab_mls_parent_node_new (old->encryption_key, old->parent_hash);

      g_array_append_vals (copy->unmerged_leaves, old->unmerged_leaves->data, old->unmerged_leaves->len);
      leaves = copy->unmerged_leaves;
      self->nodes[node] = copy;
      confab_mls_parent_node_unref (old);
    }

  for (place = leaves->len; place > 0 && g_array_index (leaves, guint32, place - 1) > leaf_index; place--)
    ;
  g_array_insert_val (leaves, place, leaf_index);
}

/**
 * confab_mls_ratchet_tree_add_leaf: (skip)
 * @self: a ratchet tree
 * @leaf_node: the leaf node of a new member
 * @error: return location for an error
 *
 * Applies an Add (RFC 9420, section 12.1.1).
 *
 * Returns: the leaf of the new member, or %CONFAB_MLS_NO_NODE with @error set
 * Since: 0.1
 */
guint32
confab_mls_ratchet_tree_add_leaf (ConfabMlsRatchetTree  *self,
                                  ConfabMlsLeafNode     *leaf_node,
                                  GError               **error)
{
  guint32 leaf_index = confab_mls_ratchet_tree_reserve_leaf (self, error);

  if (leaf_index == CONFAB_MLS_NO_NODE)
    return CONFAB_MLS_NO_NODE;

  for (guint32 node = confab_mls_tree_parent (2 * leaf_index, self->n_leaves); node != CONFAB_MLS_NO_NODE;
       node = confab_mls_tree_parent (node, self->n_leaves))
    {
      if (self->nodes[node] != NULL)
        add_unmerged_leaf (self, node, leaf_index);
    }

  confab_mls_ratchet_tree_set_leaf (self, leaf_index, leaf_node);

  return leaf_index;
}

void
confab_mls_ratchet_tree_blank_path (ConfabMlsRatchetTree *self,
                                    guint32               leaf_index)
{
  for (guint32 node = confab_mls_tree_parent (2 * leaf_index, self->n_leaves); node != CONFAB_MLS_NO_NODE;
       node = confab_mls_tree_parent (node, self->n_leaves))
    node_clear (&self->nodes[node], node);

  confab_mls_ratchet_tree_forget_hashes (self, 2 * leaf_index);
}

/* Applies an Update (section 12.1.2). */
void
confab_mls_ratchet_tree_update_leaf (ConfabMlsRatchetTree *self,
                                     guint32               leaf_index,
                                     ConfabMlsLeafNode    *leaf_node)
{
  confab_mls_ratchet_tree_set_leaf (self, leaf_index, leaf_node);
  confab_mls_ratchet_tree_blank_path (self, leaf_index);
}

/* Applies a Remove (section 12.1.3), except for the truncation, which waits until all are applied. */
void
confab_mls_ratchet_tree_remove_leaf (ConfabMlsRatchetTree *self,
                                     guint32               leaf_index)
{
  confab_mls_ratchet_tree_update_leaf (self, leaf_index, NULL);
}

/* Halves the tree as long as its right half has no members (section 7.7). */
void
confab_mls_ratchet_tree_truncate (ConfabMlsRatchetTree *self)
{
  guint32 last = self->n_leaves;

  while (last > 1 && self->nodes[2 * (last - 1)] == NULL)
    last--;

  guint32 n_leaves = self->n_leaves;
  while (n_leaves > 1 && last <= n_leaves / 2)
    n_leaves /= 2;

  if (n_leaves != self->n_leaves)
    resize (self, n_leaves);
}

/* Takes ownership of @parent. */
void
confab_mls_ratchet_tree_set_parent (ConfabMlsRatchetTree *self,
                                    guint32               node,
                                    ConfabMlsParentNode  *parent)
{
  g_assert (!confab_mls_tree_is_leaf (node));

  node_clear (&self->nodes[node], node);
  self->nodes[node] = parent;
  confab_mls_ratchet_tree_forget_hashes (self, node);
}

static gint
compare_leaves (gconstpointer one,
                gconstpointer other)
{
  guint32 left = *(const guint32 *) one;
  guint32 right = *(const guint32 *) other;

  return left < right ? -1 : left > right;
}

/* Whether an ascending list of leaves has @leaf. */
gboolean
confab_mls_leaf_list_has (const GArray *leaves,
                          guint32       leaf)
{
  return g_array_binary_search ((GArray *) leaves, &leaf, compare_leaves, NULL);
}

static void
resolve_into (ConfabMlsRatchetTree *self,
              guint32               node,
              GArray               *resolution)
{
  if (self->nodes[node] == NULL)
    {
      if (!confab_mls_tree_is_leaf (node))
        {
          resolve_into (self, confab_mls_tree_left (node), resolution);
          resolve_into (self, confab_mls_tree_right (node), resolution);
        }
      return;
    }

  g_array_append_val (resolution, node);
  if (confab_mls_tree_is_leaf (node))
    return;

  ConfabMlsParentNode *parent = self->nodes[node];
  for (guint i = 0; i < parent->unmerged_leaves->len; i++)
    {
      guint32 leaf = 2 * g_array_index (parent->unmerged_leaves, guint32, i);

      g_array_append_val (resolution, leaf);
    }
}

/**
 * confab_mls_ratchet_tree_resolve: (skip)
 * @self: a ratchet tree
 * @node: the index of a node
 * @excluded_leaves: (nullable) (element-type guint32): leaves that were added by the commit being made or processed,
 *   in ascending order
 *
 * Computes the resolution of a node (RFC 9420, section 4.1.1): the fewest keys that cover all members below it.
 *
 * Returns: (transfer full) (element-type guint32): indices of nodes
 * Since: 0.1
 */
GArray *
confab_mls_ratchet_tree_resolve (ConfabMlsRatchetTree *self,
                                 guint32               node,
                                 const GArray         *excluded_leaves)
{
  GArray *resolution = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint kept = 0;

  resolve_into (self, node, resolution);
  if (excluded_leaves == NULL || excluded_leaves->len == 0)
    return resolution;

  for (guint i = 0; i < resolution->len; i++)
    {
      guint32 member = g_array_index (resolution, guint32, i);

      if (!confab_mls_tree_is_leaf (member) || !confab_mls_leaf_list_has (excluded_leaves, member / 2))
        g_array_index (resolution, guint32, kept++) = member;
    }
  g_array_set_size (resolution, kept);

  return resolution;
}

static gboolean
has_members (ConfabMlsRatchetTree *self,
             guint32               node)
{
  for (guint32 i = confab_mls_tree_first (node); i <= confab_mls_tree_last (node); i++)
    {
      if (self->nodes[i] != NULL)
        return TRUE;
    }

  return FALSE;
}

/**
 * confab_mls_ratchet_tree_filter_path: (skip)
 * @self: a ratchet tree
 * @leaf_index: a leaf
 * @path: (out) (transfer full) (element-type guint32): the nodes above the leaf whose other child has members
 * @copath: (out) (transfer full) (element-type guint32): those other children
 *
 * Computes the filtered direct path of a leaf and its copath (RFC 9420, section 4.1.2), from the leaf to the root.
 *
 * Since: 0.1
 */
void
confab_mls_ratchet_tree_filter_path (ConfabMlsRatchetTree  *self,
                                     guint32                leaf_index,
                                     GArray               **path,
                                     GArray               **copath)
{
  guint32 node = 2 * leaf_index;

  *path = g_array_new (FALSE, FALSE, sizeof (guint32));
  *copath = g_array_new (FALSE, FALSE, sizeof (guint32));

  while (node != confab_mls_tree_root (self->n_leaves))
    {
      guint32 sibling = confab_mls_tree_sibling (node, self->n_leaves);

      node = confab_mls_tree_parent (node, self->n_leaves);
      if (has_members (self, sibling))
        {
          g_array_append_val (*path, node);
          g_array_append_val (*copath, sibling);
        }
    }
}
