/* confab-mls-member.c: one member of a group, as an application sees it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-member.h"

ConfabMlsMember *
confab_mls_member_new (guint32                  leaf_index,
                       const ConfabMlsLeafNode *leaf_node)
{
  ConfabMlsMember *self = g_new0 (ConfabMlsMember, 1);

  self->leaf_index = leaf_index;
  self->credential = confab_mls_credential_ref (leaf_node->credential);
  self->signature_key = g_bytes_ref (leaf_node->signature_key);
  self->encryption_key = g_bytes_ref (leaf_node->encryption_key);
  self->extensions = g_ptr_array_ref (leaf_node->extensions);

  return self;
}

/**
 * confab_mls_member_copy:
 * @self: a member
 *
 * Returns: (transfer full): a copy
 * Since: 0.1
 */
ConfabMlsMember *
confab_mls_member_copy (const ConfabMlsMember *self)
{
  ConfabMlsMember *copy = g_memdup2 (self, sizeof *self);

  confab_mls_credential_ref (copy->credential);
  g_bytes_ref (copy->signature_key);
  g_bytes_ref (copy->encryption_key);
  g_ptr_array_ref (copy->extensions);

  return copy;
}

/**
 * confab_mls_member_free:
 * @self: (transfer full): a member
 *
 * Frees a member.
 *
 * Since: 0.1
 */
void
confab_mls_member_free (ConfabMlsMember *self)
{
  g_clear_pointer (&self->credential, confab_mls_credential_unref);
  g_clear_pointer (&self->signature_key, g_bytes_unref);
  g_clear_pointer (&self->encryption_key, g_bytes_unref);
  g_clear_pointer (&self->extensions, g_ptr_array_unref);
  g_free (self);
}
