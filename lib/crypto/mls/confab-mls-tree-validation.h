/* confab-mls-tree-validation.h: whether a ratchet tree from somebody else can be trusted (RFC 9420, section 12.4.3.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-policy.h"
#include "confab-mls-ratchet-tree.h"

G_BEGIN_DECLS

gboolean confab_mls_tree_check_parent_hashes (ConfabMlsRatchetTree   *tree,
                                              GError                **error);
gboolean confab_mls_tree_check_structure     (ConfabMlsRatchetTree   *tree,
                                              GError                **error);
gboolean confab_mls_tree_check_signatures    (ConfabMlsRatchetTree   *tree,
                                              GBytes                 *group_id,
                                              GError                **error);
gboolean confab_mls_tree_check_unique_keys   (ConfabMlsRatchetTree   *tree,
                                              GError                **error);
gboolean confab_mls_tree_check_capabilities  (ConfabMlsRatchetTree   *tree,
                                              GPtrArray              *group_extensions,
                                              gboolean                all_members,
                                              const GArray           *leaves,
                                              GError                **error);
gboolean confab_mls_tree_validate            (ConfabMlsRatchetTree   *tree,
                                              GBytes                 *group_id,
                                              GPtrArray              *group_extensions,
                                              const ConfabMlsPolicy  *policy,
                                              GError                **error);

G_END_DECLS
