/* confab-mls-group-info.h: the state of a group as its members agree on it, and as newcomers get it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-extension.h"
#include "confab-mls-suite.h"

G_BEGIN_DECLS

/* GroupContext (RFC 9420, section 8.1). Owned and copied by whoever changes it. */
typedef struct
{
  guint16    cipher_suite;
  GBytes    *group_id;
  guint64    epoch;
  GBytes    *tree_hash;
  GBytes    *confirmed_transcript_hash;
  GPtrArray *extensions;
} ConfabMlsGroupContext;

/* GroupInfo (RFC 9420, section 12.4.3) */
typedef struct
{
  ConfabMlsGroupContext *context;
  GPtrArray             *extensions;
  GBytes                *confirmation_tag;
  guint32                signer;
  GBytes                *signature;
} ConfabMlsGroupInfo;

ConfabMlsGroupContext *confab_mls_group_context_new       (guint16                       cipher_suite,
                                                           GBytes                       *group_id,
                                                           guint64                       epoch,
                                                           GBytes                       *tree_hash,
                                                           GBytes                       *confirmed_transcript_hash,
                                                           GPtrArray                    *extensions);
ConfabMlsGroupContext *confab_mls_group_context_copy      (const ConfabMlsGroupContext  *self);
void                   confab_mls_group_context_free      (ConfabMlsGroupContext        *self);
ConfabMlsGroupContext *confab_mls_group_context_read      (ConfabMlsReader              *reader);
void                   confab_mls_group_context_write     (const ConfabMlsGroupContext  *self,
                                                           GByteArray                   *out);
GBytes                *confab_mls_group_context_encode    (const ConfabMlsGroupContext  *self);
void                   confab_mls_group_context_set_tree_hash       (ConfabMlsGroupContext *self,
                                                                     GBytes                *tree_hash);
void                   confab_mls_group_context_set_transcript_hash (ConfabMlsGroupContext *self,
                                                                     GBytes                *transcript_hash);
void                   confab_mls_group_context_set_extensions      (ConfabMlsGroupContext *self,
                                                                     GPtrArray             *extensions);

void                   confab_mls_group_info_free         (ConfabMlsGroupInfo           *self);
ConfabMlsGroupInfo    *confab_mls_group_info_read         (ConfabMlsReader              *reader);
void                   confab_mls_group_info_write        (const ConfabMlsGroupInfo     *self,
                                                           GByteArray                   *out);
gboolean               confab_mls_group_info_sign         (ConfabMlsGroupInfo           *self,
                                                           const ConfabCryptoSuite      *suite,
                                                           ConfabSpan                    private_key,
                                                           GError                      **error);
gboolean               confab_mls_group_info_verify       (const ConfabMlsGroupInfo     *self,
                                                           const ConfabCryptoSuite      *suite,
                                                           GBytes                       *signature_key,
                                                           GError                      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsGroupContext, confab_mls_group_context_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsGroupInfo, confab_mls_group_info_free)

G_END_DECLS
