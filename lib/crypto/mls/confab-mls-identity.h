/* confab-mls-identity.h: a client's own signature key, credential and abilities
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-leaf-node.h"

G_BEGIN_DECLS

typedef struct _ConfabMlsIdentity ConfabMlsIdentity;

ConfabMlsIdentity   *confab_mls_identity_new               (guint16               cipher_suite,
                                                            ConfabSecret         *signature_private_key,
                                                            ConfabMlsCredential  *credential,
                                                            GPtrArray            *leaf_extensions,
                                                            GError              **error);
ConfabMlsIdentity   *confab_mls_identity_generate          (guint16               cipher_suite,
                                                            ConfabMlsCredential  *credential,
                                                            GPtrArray            *leaf_extensions,
                                                            GError              **error);
ConfabMlsIdentity   *confab_mls_identity_ref               (ConfabMlsIdentity    *self);
void                 confab_mls_identity_unref             (ConfabMlsIdentity    *self);
void                 confab_mls_identity_support_extension (ConfabMlsIdentity    *self,
                                                            guint16               type);
void                 confab_mls_identity_support_cipher_suite (ConfabMlsIdentity *self,
                                                            guint16               cipher_suite);
guint16              confab_mls_identity_get_cipher_suite  (ConfabMlsIdentity    *self);
GBytes              *confab_mls_identity_get_public_key    (ConfabMlsIdentity    *self);
ConfabSecret        *confab_mls_identity_get_private_key   (ConfabMlsIdentity    *self);
ConfabMlsCredential *confab_mls_identity_get_credential    (ConfabMlsIdentity    *self);
ConfabMlsLeafNode   *confab_mls_identity_make_leaf         (ConfabMlsIdentity    *self,
                                                            GBytes               *encryption_key,
                                                            ConfabMlsLeafSource   source);
ConfabMlsIdentity   *confab_mls_identity_read              (ConfabMlsReader      *reader,
                                                            GError              **error);
void                 confab_mls_identity_write             (ConfabMlsIdentity    *self,
                                                            GByteArray           *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsIdentity, confab_mls_identity_unref)

G_END_DECLS
