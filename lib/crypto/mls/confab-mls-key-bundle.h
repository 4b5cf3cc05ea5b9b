/* confab-mls-key-bundle.h: a key package of this client with the private keys to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-identity.h"
#include "confab-mls-key-package.h"

G_BEGIN_DECLS

typedef struct _ConfabMlsKeyBundle ConfabMlsKeyBundle;

ConfabMlsKeyBundle  *confab_mls_key_bundle_new                (ConfabMlsIdentity    *identity,
                                                               guint64               not_before,
                                                               guint64               not_after,
                                                               gboolean              is_last_resort,
                                                               GError              **error);
ConfabMlsKeyBundle  *confab_mls_key_bundle_new_from_keys      (ConfabMlsKeyPackage  *key_package,
                                                               ConfabSecret         *init_key,
                                                               ConfabSecret         *encryption_key,
                                                               GError              **error);
ConfabMlsKeyBundle  *confab_mls_key_bundle_ref                (ConfabMlsKeyBundle   *self);
void                 confab_mls_key_bundle_unref              (ConfabMlsKeyBundle   *self);
ConfabMlsKeyPackage *confab_mls_key_bundle_get_key_package    (ConfabMlsKeyBundle   *self);
GBytes              *confab_mls_key_bundle_get_reference      (ConfabMlsKeyBundle   *self);
ConfabSecret        *confab_mls_key_bundle_get_init_key       (ConfabMlsKeyBundle   *self);
ConfabSecret        *confab_mls_key_bundle_get_encryption_key (ConfabMlsKeyBundle   *self);
ConfabSecret        *confab_mls_key_bundle_serialize          (ConfabMlsKeyBundle   *self);
ConfabMlsKeyBundle  *confab_mls_key_bundle_deserialize        (ConfabSpan            state,
                                                               GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsKeyBundle, confab_mls_key_bundle_unref)

G_END_DECLS
