/* confab-mls-tree-math.c: arithmetic on the indices of a full binary tree (RFC 9420, appendix C)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-tree-math.h"

/* Leaves have even indices, leaf L stands at 2 L; a node's level is the number of its trailing one bits. A tree has a
 * power of two of leaves, so the root of one with n leaves is n - 1. */

/**
 * confab_mls_tree_level: (skip)
 * @node: the index of a node
 *
 * How far a node is from the leaves; 0 for a leaf.
 *
 * Since: 0.1
 */
guint
confab_mls_tree_level (guint32 node)
{
  return node == G_MAXUINT32 ? 32 : __builtin_ctz (~node);
}

guint32
confab_mls_tree_n_nodes (guint32 n_leaves)
{
  return n_leaves == 0 ? 0 : 2 * n_leaves - 1;
}

guint32
confab_mls_tree_root (guint32 n_leaves)
{
  return n_leaves - 1;
}

gboolean
confab_mls_tree_is_leaf (guint32 node)
{
  return (node & 1) == 0;
}

/**
 * confab_mls_tree_left: (skip)
 * @node: the index of a node
 *
 * Returns: the index of its left child, %CONFAB_MLS_NO_NODE for a leaf
 * Since: 0.1
 */
guint32
confab_mls_tree_left (guint32 node)
{
  guint level = confab_mls_tree_level (node);

  return level == 0 ? CONFAB_MLS_NO_NODE : node ^ (1u << (level - 1));
}

guint32
confab_mls_tree_right (guint32 node)
{
  guint level = confab_mls_tree_level (node);

  return level == 0 ? CONFAB_MLS_NO_NODE : node ^ (3u << (level - 1));
}

/**
 * confab_mls_tree_ancestor: (skip)
 * @node: the index of a node
 * @level: a level at or above that of @node
 *
 * Returns: the index of the ancestor at @level, @node itself when it stands there
 * Since: 0.1
 */
guint32
confab_mls_tree_ancestor (guint32 node,
                          guint   level)
{
  return (node | ((1u << level) - 1)) & ~(1u << level);
}

guint32
confab_mls_tree_parent (guint32 node,
                        guint32 n_leaves)
{
  if (node == confab_mls_tree_root (n_leaves))
    return CONFAB_MLS_NO_NODE;

  return confab_mls_tree_ancestor (node, confab_mls_tree_level (node) + 1);
}

guint32
confab_mls_tree_sibling (guint32 node,
                         guint32 n_leaves)
{
  guint32 parent = confab_mls_tree_parent (node, n_leaves);

  if (parent == CONFAB_MLS_NO_NODE)
    return CONFAB_MLS_NO_NODE;

  return node < parent ? confab_mls_tree_right (parent) : confab_mls_tree_left (parent);
}

/**
 * confab_mls_tree_first: (skip)
 * @node: the index of a node
 *
 * Returns: the index of the leftmost leaf below @node; the subtree is everything from there to confab_mls_tree_last()
 * Since: 0.1
 */
guint32
confab_mls_tree_first (guint32 node)
{
  return node - ((1u << confab_mls_tree_level (node)) - 1);
}

guint32
confab_mls_tree_last (guint32 node)
{
  return node + ((1u << confab_mls_tree_level (node)) - 1);
}

gboolean
confab_mls_tree_contains (guint32 node,
                          guint32 descendant)
{
  return confab_mls_tree_first (node) <= descendant && descendant <= confab_mls_tree_last (node);
}

/**
 * confab_mls_tree_common_ancestor: (skip)
 * @one: the index of a node
 * @other: the index of another
 *
 * Returns: the index of the lowest node that has both below it (or is one of them)
 * Since: 0.1
 */
guint32
confab_mls_tree_common_ancestor (guint32 one,
                                 guint32 other)
{
  guint level = MAX (confab_mls_tree_level (one), confab_mls_tree_level (other));

  while (confab_mls_tree_ancestor (one, level) != confab_mls_tree_ancestor (other, level))
    level++;

  return confab_mls_tree_ancestor (one, level);
}
