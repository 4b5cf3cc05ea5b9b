/* confab-mls-credential.h: what a member says it is (RFC 9420, section 5.3)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-codec.h"

G_BEGIN_DECLS

/* RFC 9420, section 17.5. */
typedef enum
{
  CONFAB_MLS_CREDENTIAL_BASIC = 1,
  CONFAB_MLS_CREDENTIAL_X509 = 2,
} ConfabMlsCredentialType;

typedef struct _ConfabMlsCredential ConfabMlsCredential;

ConfabMlsCredential *confab_mls_credential_new_basic        (GBytes                     *identity);
ConfabMlsCredential *confab_mls_credential_new_x509         (GPtrArray                  *certificates);
ConfabMlsCredential *confab_mls_credential_ref              (ConfabMlsCredential        *self);
void                 confab_mls_credential_unref            (ConfabMlsCredential        *self);
guint16              confab_mls_credential_get_credential_type (const ConfabMlsCredential *self);
GBytes              *confab_mls_credential_get_identity     (const ConfabMlsCredential  *self);
GPtrArray           *confab_mls_credential_get_certificates (const ConfabMlsCredential  *self);
gboolean             confab_mls_credential_equal            (const ConfabMlsCredential  *one,
                                                             const ConfabMlsCredential  *other);
ConfabMlsCredential *confab_mls_credential_read             (ConfabMlsReader            *reader);
void                 confab_mls_credential_write            (const ConfabMlsCredential  *self,
                                                             GByteArray                 *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsCredential, confab_mls_credential_unref)

G_END_DECLS
