/* confab-mls-member.h: one member of a group, as an application sees it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-leaf-node.h"

G_BEGIN_DECLS

/**
 * ConfabMlsMember:
 * @leaf_index: its place in the group; stable as long as it is a member, free for another one afterwards
 * @credential: who it says it is
 * @signature_key: the public key that its messages are signed with
 * @encryption_key: the public key of its leaf
 * @extensions: (element-type ConfabMlsExtension): the extensions of its leaf node
 *
 * A member, or somebody who wants to become one.
 *
 * Since: 0.1
 */
typedef struct
{
  guint32              leaf_index;
  ConfabMlsCredential *credential;
  GBytes              *signature_key;
  GBytes              *encryption_key;
  GPtrArray           *extensions;
} ConfabMlsMember;

ConfabMlsMember *confab_mls_member_new  (guint32                   leaf_index,
                                         const ConfabMlsLeafNode  *leaf_node);
ConfabMlsMember *confab_mls_member_copy (const ConfabMlsMember    *self);
void             confab_mls_member_free (ConfabMlsMember          *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsMember, confab_mls_member_free)

G_END_DECLS
