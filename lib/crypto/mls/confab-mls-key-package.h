/* confab-mls-key-package.h: what a client publishes so that others can add it to a group (RFC 9420, section 10)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-leaf-node.h"

G_BEGIN_DECLS

/* Immutable once it is signed or read. */
typedef struct
{
  gatomicrefcount    ref_count;
  guint16            version;
  guint16            cipher_suite;
  GBytes            *init_key;
  ConfabMlsLeafNode *leaf_node;
  GPtrArray         *extensions;
  GBytes            *signature;
} ConfabMlsKeyPackage;

ConfabMlsKeyPackage *confab_mls_key_package_new               (void);
ConfabMlsKeyPackage *confab_mls_key_package_ref               (ConfabMlsKeyPackage        *self);
void                 confab_mls_key_package_unref             (ConfabMlsKeyPackage        *self);
ConfabMlsKeyPackage *confab_mls_key_package_read              (ConfabMlsReader            *reader);
void                 confab_mls_key_package_write             (const ConfabMlsKeyPackage  *self,
                                                               GByteArray                 *out);
ConfabMlsKeyPackage *confab_mls_key_package_from_message      (GBytes                     *message,
                                                               GError                    **error);
GBytes              *confab_mls_key_package_to_message        (const ConfabMlsKeyPackage  *self);
GBytes              *confab_mls_key_package_make_reference    (const ConfabMlsKeyPackage  *self,
                                                               GError                    **error);
ConfabMlsCredential *confab_mls_key_package_get_credential    (const ConfabMlsKeyPackage  *self);
GBytes              *confab_mls_key_package_get_signature_key (const ConfabMlsKeyPackage  *self);
GBytes              *confab_mls_key_package_get_leaf_extension (const ConfabMlsKeyPackage *self,
                                                               guint16                     type);
guint64              confab_mls_key_package_get_not_after     (const ConfabMlsKeyPackage  *self);
gboolean             confab_mls_key_package_is_last_resort    (const ConfabMlsKeyPackage  *self);
gboolean             confab_mls_key_package_sign              (ConfabMlsKeyPackage        *self,
                                                               ConfabSpan                  private_key,
                                                               GError                    **error);
gboolean             confab_mls_key_package_verify            (const ConfabMlsKeyPackage  *self,
                                                               GError                    **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsKeyPackage, confab_mls_key_package_unref)

G_END_DECLS
