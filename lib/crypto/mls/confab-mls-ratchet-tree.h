/* confab-mls-ratchet-tree.h: the public state of a group: members and the keys above them (RFC 9420, section 7)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-leaf-node.h"
#include "confab-mls-tree-math.h"

G_BEGIN_DECLS

/* Shared between trees; changed only by who holds the last reference. */
typedef struct
{
  gatomicrefcount  ref_count;
  GBytes          *encryption_key;
  GBytes          *parent_hash;
  GArray          *unmerged_leaves; /* of guint32, ascending */
} ConfabMlsParentNode;

typedef struct _ConfabMlsRatchetTree ConfabMlsRatchetTree;

ConfabMlsParentNode  *confab_mls_parent_node_new                (GBytes                      *encryption_key,
                                                                 GBytes                      *parent_hash);
ConfabMlsParentNode  *confab_mls_parent_node_ref                (ConfabMlsParentNode         *self);
void                  confab_mls_parent_node_unref              (ConfabMlsParentNode         *self);
void                  confab_mls_parent_node_write              (const ConfabMlsParentNode   *self,
                                                                 GByteArray                  *out);

gboolean              confab_mls_leaf_list_has                  (const GArray                *leaves,
                                                                 guint32                      leaf);

ConfabMlsRatchetTree *confab_mls_ratchet_tree_new               (const ConfabCryptoSuite     *suite);
ConfabMlsRatchetTree *confab_mls_ratchet_tree_copy              (ConfabMlsRatchetTree        *self);
ConfabMlsRatchetTree *confab_mls_ratchet_tree_ref               (ConfabMlsRatchetTree        *self);
void                  confab_mls_ratchet_tree_unref             (ConfabMlsRatchetTree        *self);
ConfabMlsRatchetTree *confab_mls_ratchet_tree_decode            (const ConfabCryptoSuite     *suite,
                                                                 ConfabSpan                   encoded,
                                                                 GError                     **error);
GBytes               *confab_mls_ratchet_tree_encode            (ConfabMlsRatchetTree        *self);
void                  confab_mls_ratchet_tree_write_changes     (ConfabMlsRatchetTree        *self,
                                                                 ConfabMlsRatchetTree        *base,
                                                                 GByteArray                  *out);
ConfabMlsRatchetTree *confab_mls_ratchet_tree_read_changes      (ConfabMlsRatchetTree        *base,
                                                                 ConfabMlsReader             *reader);
const ConfabCryptoSuite *confab_mls_ratchet_tree_get_suite      (ConfabMlsRatchetTree        *self);
guint32               confab_mls_ratchet_tree_get_n_leaves      (ConfabMlsRatchetTree        *self);
guint32               confab_mls_ratchet_tree_get_n_nodes       (ConfabMlsRatchetTree        *self);
guint                 confab_mls_ratchet_tree_count_members     (ConfabMlsRatchetTree        *self);
gboolean              confab_mls_ratchet_tree_is_blank          (ConfabMlsRatchetTree        *self,
                                                                 guint32                      node);
ConfabMlsLeafNode    *confab_mls_ratchet_tree_get_leaf          (ConfabMlsRatchetTree        *self,
                                                                 guint32                      leaf_index);
ConfabMlsParentNode  *confab_mls_ratchet_tree_get_parent        (ConfabMlsRatchetTree        *self,
                                                                 guint32                      node);
GBytes               *confab_mls_ratchet_tree_get_key           (ConfabMlsRatchetTree        *self,
                                                                 guint32                      node);
guint32               confab_mls_ratchet_tree_find_leaf         (ConfabMlsRatchetTree        *self,
                                                                 const ConfabMlsLeafNode     *leaf_node);
guint32               confab_mls_ratchet_tree_add_leaf          (ConfabMlsRatchetTree        *self,
                                                                 ConfabMlsLeafNode           *leaf_node,
                                                                 GError                     **error);
guint32               confab_mls_ratchet_tree_reserve_leaf      (ConfabMlsRatchetTree        *self,
                                                                 GError                     **error);
void                  confab_mls_ratchet_tree_set_leaf          (ConfabMlsRatchetTree        *self,
                                                                 guint32                      leaf_index,
                                                                 ConfabMlsLeafNode           *leaf_node);
void                  confab_mls_ratchet_tree_update_leaf       (ConfabMlsRatchetTree        *self,
                                                                 guint32                      leaf_index,
                                                                 ConfabMlsLeafNode           *leaf_node);
void                  confab_mls_ratchet_tree_remove_leaf       (ConfabMlsRatchetTree        *self,
                                                                 guint32                      leaf_index);
void                  confab_mls_ratchet_tree_truncate          (ConfabMlsRatchetTree        *self);
void                  confab_mls_ratchet_tree_blank_path        (ConfabMlsRatchetTree        *self,
                                                                 guint32                      leaf_index);
void                  confab_mls_ratchet_tree_set_parent        (ConfabMlsRatchetTree        *self,
                                                                 guint32                      node,
                                                                 ConfabMlsParentNode         *parent);
GArray               *confab_mls_ratchet_tree_resolve           (ConfabMlsRatchetTree        *self,
                                                                 guint32                      node,
                                                                 const GArray                *excluded_leaves);
void                  confab_mls_ratchet_tree_filter_path       (ConfabMlsRatchetTree        *self,
                                                                 guint32                      leaf_index,
                                                                 GArray                     **path,
                                                                 GArray                     **copath);
ConfabSpan            confab_mls_ratchet_tree_hash_node         (ConfabMlsRatchetTree        *self,
                                                                 guint32                      node);
GBytes               *confab_mls_ratchet_tree_get_hash          (ConfabMlsRatchetTree        *self);
GBytes               *confab_mls_ratchet_tree_hash_parent       (ConfabMlsRatchetTree        *self,
                                                                 guint32                      node,
                                                                 guint32                      sibling);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsParentNode, confab_mls_parent_node_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsRatchetTree, confab_mls_ratchet_tree_unref)

G_END_DECLS
