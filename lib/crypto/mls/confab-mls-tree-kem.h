/* confab-mls-tree-kem.h: fresh keys along a path of the ratchet tree (RFC 9420, sections 7.4 to 7.6)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-commit.h"
#include "confab-mls-identity.h"
#include "confab-mls-ratchet-tree.h"

G_BEGIN_DECLS

/* The private keys of one member: its leaf at level 0, its ancestors above; NULL where it has none. */
typedef struct
{
  ConfabSecret *keys[CONFAB_MLS_MAXIMUM_LEVELS + 1];
} ConfabMlsTreeKeys;

/* A path that was generated and not encrypted yet. */
typedef struct
{
  GArray       *path;
  GArray       *copath;
  GPtrArray    *secrets;       /* of ConfabSecret: the path secret of each node on the path */
  ConfabSecret *commit_secret;
} ConfabMlsTreePath;

ConfabMlsTreeKeys   *confab_mls_tree_keys_new            (ConfabSecret                *leaf_key);
ConfabMlsTreeKeys   *confab_mls_tree_keys_copy           (const ConfabMlsTreeKeys     *self);
void                 confab_mls_tree_keys_free           (ConfabMlsTreeKeys           *self);
void                 confab_mls_tree_keys_set            (ConfabMlsTreeKeys           *self,
                                                          guint                        level,
                                                          ConfabSecret                *key);
void                 confab_mls_tree_keys_prune          (ConfabMlsTreeKeys           *self,
                                                          ConfabMlsRatchetTree        *tree,
                                                          guint32                      own_leaf);

void                 confab_mls_tree_path_free           (ConfabMlsTreePath           *self);
ConfabSecret        *confab_mls_tree_path_find_secret    (const ConfabMlsTreePath     *self,
                                                          guint32                      node);
ConfabMlsTreePath   *confab_mls_tree_kem_generate        (ConfabMlsRatchetTree        *tree,
                                                          ConfabMlsTreeKeys           *keys,
                                                          guint32                      own_leaf,
                                                          ConfabMlsIdentity           *identity,
                                                          GBytes                      *group_id,
                                                          GError                     **error);
ConfabMlsUpdatePath *confab_mls_tree_kem_encrypt         (const ConfabMlsTreePath     *path,
                                                          ConfabMlsRatchetTree        *tree,
                                                          guint32                      own_leaf,
                                                          const GArray                *added_leaves,
                                                          GBytes                      *group_context,
                                                          GError                     **error);
gboolean             confab_mls_tree_kem_merge           (ConfabMlsRatchetTree        *tree,
                                                          guint32                      sender,
                                                          const ConfabMlsUpdatePath   *update,
                                                          GError                     **error);
ConfabSecret        *confab_mls_tree_kem_decrypt         (ConfabMlsRatchetTree        *tree,
                                                          ConfabMlsTreeKeys           *keys,
                                                          guint32                      own_leaf,
                                                          guint32                      sender,
                                                          const ConfabMlsUpdatePath   *update,
                                                          const GArray                *added_leaves,
                                                          GBytes                      *group_context,
                                                          ConfabSecret               **path_secret,
                                                          GError                     **error);
gboolean             confab_mls_tree_kem_implant         (ConfabMlsRatchetTree        *tree,
                                                          ConfabMlsTreeKeys           *keys,
                                                          guint32                      own_leaf,
                                                          guint32                      sender,
                                                          ConfabSecret                *path_secret,
                                                          ConfabSecret               **commit_secret,
                                                          GError                     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsTreeKeys, confab_mls_tree_keys_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsTreePath, confab_mls_tree_path_free)

G_END_DECLS
