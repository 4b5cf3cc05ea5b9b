/* confab-mls-tree-hash.c: tree hashes and parent hashes of a ratchet tree (RFC 9420, sections 7.8 and 7.9)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include <string.h>

#include "confab-mls-ratchet-tree-private.h"

typedef enum
{
  HASH_INPUT_LEAF = 1,
  HASH_INPUT_PARENT = 2,
} HashInputType;

/* A change of @node makes its hash and those of all its ancestors stale. */
void
confab_mls_ratchet_tree_forget_hashes (ConfabMlsRatchetTree *self,
                                       guint32               node)
{
  for (; node != CONFAB_MLS_NO_NODE; node = confab_mls_tree_parent (node, self->n_leaves))
    self->hash_known[node] = FALSE;
}

static GBytes *
hash_leaf (ConfabMlsRatchetTree *self,
           guint32               node,
           ConfabMlsLeafNode    *leaf_node)
{
  g_autoptr (GByteArray) input = g_byte_array_sized_new (512);

  confab_mls_write_u8 (input, HASH_INPUT_LEAF);
  confab_mls_write_u32 (input, node / 2);
  confab_mls_write_u8 (input, leaf_node != NULL);
  if (leaf_node != NULL)
    confab_mls_leaf_node_write (leaf_node, input);

  return confab_crypto_hash (self->suite, confab_span_from_array (input));
}

/* @removed: leaves to leave out of the unmerged ones, or NULL */
static void
write_parent (const ConfabMlsParentNode *parent,
              const GArray              *removed,
              GByteArray                *out)
{
  if (removed == NULL)
    {
      confab_mls_parent_node_write (parent, out);
      return;
    }

  confab_mls_write_bytes (out, parent->encryption_key);
  confab_mls_write_bytes (out, parent->parent_hash);

  guint begin = confab_mls_write_begin (out);
  guint next = 0;
  for (guint i = 0; i < parent->unmerged_leaves->len; i++)
    {
      guint32 leaf = g_array_index (parent->unmerged_leaves, guint32, i);

      while (next < removed->len && g_array_index (removed, guint32, next) < leaf)
        next++;
      if (next == removed->len || g_array_index (removed, guint32, next) != leaf)
        confab_mls_write_u32 (out, leaf);
    }
  confab_mls_write_end (out, begin);
}

static GBytes *
hash_parent (ConfabMlsRatchetTree *self,
             guint32               node,
             const GArray         *removed,
             ConfabSpan            left,
             ConfabSpan            right)
{
  g_autoptr (GByteArray) input = g_byte_array_sized_new (256);

  confab_mls_write_u8 (input, HASH_INPUT_PARENT);
  confab_mls_write_u8 (input, self->nodes[node] != NULL);
  if (self->nodes[node] != NULL)
    write_parent (self->nodes[node], removed, input);
  confab_mls_write_opaque (input, left);
  confab_mls_write_opaque (input, right);

  return confab_crypto_hash (self->suite, confab_span_from_array (input));
}

/**
 * confab_mls_ratchet_tree_hash_node: (skip)
 * @self: a ratchet tree
 * @node: the index of a node
 *
 * Computes the tree hash of a node, or just those parts of it that changed since it was asked for last.
 *
 * Returns: the hash, valid until the tree changes
 * Since: 0.1
 */
ConfabSpan
confab_mls_ratchet_tree_hash_node (ConfabMlsRatchetTree *self,
                                   guint32               node)
{
  gsize length = confab_crypto_suite_get_hash_length (self->suite);
  guint8 *place = self->hashes + node * length;

  if (!self->hash_known[node])
    {
      g_autoptr (GBytes) hash = NULL;

      if (confab_mls_tree_is_leaf (node))
        hash = hash_leaf (self, node, self->nodes[node]);
      else
        hash = hash_parent (self, node, NULL,
                            confab_mls_ratchet_tree_hash_node (self, confab_mls_tree_left (node)),
                            confab_mls_ratchet_tree_hash_node (self, confab_mls_tree_right (node)));

      memcpy (place, g_bytes_get_data (hash, NULL), length);
      self->hash_known[node] = TRUE;
    }

  return confab_span (place, length);
}

/* The tree hash of the root: what a GroupContext commits to. */
GBytes *
confab_mls_ratchet_tree_get_hash (ConfabMlsRatchetTree *self)
{
  return confab_span_to_bytes (confab_mls_ratchet_tree_hash_node (self, confab_mls_tree_root (self->n_leaves)));
}

/* The place of the first of @leaves that is not below @leaf. */
static guint
lower_bound (const GArray *leaves,
             guint32       leaf)
{
  guint low = 0;
  guint high = leaves->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (leaves, guint32, middle) < leaf)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

static gboolean
subtree_has_any (guint32       node,
                 const GArray *leaves)
{
  guint place = lower_bound (leaves, confab_mls_tree_first (node) / 2);

  return place < leaves->len && g_array_index (leaves, guint32, place) <= confab_mls_tree_last (node) / 2;
}

/* The tree hash of @node as it was before @removed were added: with those leaves blank and unmerged nowhere. Subtrees
 * without any of them keep the hash that is known. */
static GBytes *
hash_original (ConfabMlsRatchetTree *self,
               guint32               node,
               const GArray         *removed)
{
  if (!subtree_has_any (node, removed))
    return confab_span_to_bytes (confab_mls_ratchet_tree_hash_node (self, node));

  if (confab_mls_tree_is_leaf (node))
    return hash_leaf (self, node, NULL);

  g_autoptr (GBytes) left = hash_original (self, confab_mls_tree_left (node), removed);
  g_autoptr (GBytes) right = hash_original (self, confab_mls_tree_right (node), removed);

  return hash_parent (self, node, removed, confab_span_from_bytes (left), confab_span_from_bytes (right));
}

/**
 * confab_mls_ratchet_tree_hash_parent: (skip)
 * @self: a ratchet tree
 * @node: the index of a parent node that is not blank
 * @sibling: its child on the copath
 *
 * Computes the parent hash of @node with copath child @sibling (RFC 9420, section 7.9).
 *
 * Returns: (transfer full): the hash
 * Since: 0.1
 */
GBytes *
confab_mls_ratchet_tree_hash_parent (ConfabMlsRatchetTree *self,
                                     guint32               node,
                                     guint32               sibling)
{
  ConfabMlsParentNode *parent = self->nodes[node];
  g_autoptr (GBytes) sibling_hash = hash_original (self, sibling, parent->unmerged_leaves);
  g_autoptr (GByteArray) input = g_byte_array_sized_new (256);

  confab_mls_write_bytes (input, parent->encryption_key);
  confab_mls_write_bytes (input, parent->parent_hash);
  confab_mls_write_bytes (input, sibling_hash);

  return confab_crypto_hash (self->suite, confab_span_from_array (input));
}
