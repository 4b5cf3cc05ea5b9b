/* confab-mls-tree-math.h: arithmetic on the indices of a full binary tree (RFC 9420, appendix C)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What no node has as its index. */
#define CONFAB_MLS_NO_NODE G_MAXUINT32

/* A bound of this implementation, far past what TreeKEM is good for and far below what overflows an index. */
#define CONFAB_MLS_MAXIMUM_LEAVES (1u << 17)
#define CONFAB_MLS_MAXIMUM_LEVELS 18

guint    confab_mls_tree_level           (guint32  node);
guint32  confab_mls_tree_n_nodes         (guint32  n_leaves);
guint32  confab_mls_tree_root            (guint32  n_leaves);
guint32  confab_mls_tree_left            (guint32  node);
guint32  confab_mls_tree_right           (guint32  node);
guint32  confab_mls_tree_parent          (guint32  node,
                                          guint32  n_leaves);
guint32  confab_mls_tree_sibling         (guint32  node,
                                          guint32  n_leaves);
gboolean confab_mls_tree_is_leaf         (guint32  node);
gboolean confab_mls_tree_contains        (guint32  node,
                                          guint32  descendant);
guint32  confab_mls_tree_first           (guint32  node);
guint32  confab_mls_tree_last            (guint32  node);
guint32  confab_mls_tree_common_ancestor (guint32  one,
                                          guint32  other);
guint32  confab_mls_tree_ancestor        (guint32  node,
                                          guint    level);

G_END_DECLS
