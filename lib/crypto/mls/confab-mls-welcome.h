/* confab-mls-welcome.h: what brings new members into a group (RFC 9420, section 12.4.3.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-commit.h"

G_BEGIN_DECLS

/* GroupSecrets: what a Welcome encrypts to each new member */
typedef struct
{
  ConfabSecret *joiner_secret;
  ConfabSecret *path_secret; /* nullable */
  GPtrArray    *psks;        /* of ConfabMlsPskId */
} ConfabMlsGroupSecrets;

typedef struct
{
  GBytes                  *new_member;
  ConfabMlsHpkeCiphertext *encrypted_group_secrets;
} ConfabMlsEncryptedGroupSecrets;

typedef struct
{
  guint16    cipher_suite;
  GPtrArray *secrets; /* of ConfabMlsEncryptedGroupSecrets */
  GBytes    *encrypted_group_info;
} ConfabMlsWelcome;

ConfabMlsGroupSecrets         *confab_mls_group_secrets_new    (void);
void                           confab_mls_group_secrets_free   (ConfabMlsGroupSecrets        *self);
ConfabMlsGroupSecrets         *confab_mls_group_secrets_read   (ConfabMlsReader              *reader);
void                           confab_mls_group_secrets_write  (const ConfabMlsGroupSecrets  *self,
                                                                GByteArray                   *out);
ConfabMlsWelcome              *confab_mls_welcome_new          (guint16                       cipher_suite);
void                           confab_mls_welcome_free         (ConfabMlsWelcome             *self);
void                           confab_mls_welcome_take_secrets (ConfabMlsWelcome             *self,
                                                                GBytes                       *new_member,
                                                                ConfabMlsHpkeCiphertext      *encrypted);
const ConfabMlsHpkeCiphertext *confab_mls_welcome_find_secrets (const ConfabMlsWelcome       *self,
                                                                GBytes                       *new_member);
ConfabMlsWelcome              *confab_mls_welcome_read         (ConfabMlsReader              *reader);
void                           confab_mls_welcome_write        (const ConfabMlsWelcome       *self,
                                                                GByteArray                   *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsGroupSecrets, confab_mls_group_secrets_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsWelcome, confab_mls_welcome_free)

G_END_DECLS
