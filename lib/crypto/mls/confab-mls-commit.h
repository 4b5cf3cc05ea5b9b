/* confab-mls-commit.h: the message that begins a new epoch, and its update path (RFC 9420, sections 7.6 and 12.4)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-proposal.h"

G_BEGIN_DECLS

typedef struct
{
  GBytes *kem_output;
  GBytes *ciphertext;
} ConfabMlsHpkeCiphertext;

typedef struct
{
  GBytes    *encryption_key;
  GPtrArray *encrypted_path_secrets; /* of ConfabMlsHpkeCiphertext */
} ConfabMlsUpdatePathNode;

typedef struct
{
  ConfabMlsLeafNode *leaf_node;
  GPtrArray         *nodes; /* of ConfabMlsUpdatePathNode */
} ConfabMlsUpdatePath;

/* Either by value or by reference; the other is NULL. */
typedef struct
{
  ConfabMlsProposal *proposal;
  GBytes            *reference;
} ConfabMlsProposalOrRef;

typedef struct
{
  GPtrArray           *proposals; /* of ConfabMlsProposalOrRef */
  ConfabMlsUpdatePath *path;      /* nullable */
} ConfabMlsCommit;

ConfabMlsHpkeCiphertext *confab_mls_hpke_ciphertext_new        (GBytes                         *kem_output,
                                                                GBytes                         *ciphertext);
void                     confab_mls_hpke_ciphertext_free       (ConfabMlsHpkeCiphertext        *self);
ConfabMlsHpkeCiphertext *confab_mls_hpke_ciphertext_read       (ConfabMlsReader                *reader);
void                     confab_mls_hpke_ciphertext_write      (const ConfabMlsHpkeCiphertext  *self,
                                                                GByteArray                     *out);
ConfabMlsUpdatePathNode *confab_mls_update_path_node_new       (GBytes                         *encryption_key);
ConfabMlsUpdatePath     *confab_mls_update_path_new            (ConfabMlsLeafNode              *leaf_node);
void                     confab_mls_update_path_free           (ConfabMlsUpdatePath            *self);
ConfabMlsUpdatePath     *confab_mls_update_path_read           (ConfabMlsReader                *reader);
void                     confab_mls_update_path_write          (const ConfabMlsUpdatePath      *self,
                                                                GByteArray                     *out);
ConfabMlsCommit         *confab_mls_commit_new                 (void);
void                     confab_mls_commit_free                (ConfabMlsCommit                *self);
void                     confab_mls_commit_take_value          (ConfabMlsCommit                *self,
                                                                ConfabMlsProposal              *proposal);
void                     confab_mls_commit_add_reference       (ConfabMlsCommit                *self,
                                                                GBytes                         *reference);
ConfabMlsCommit         *confab_mls_commit_read                (ConfabMlsReader                *reader);
void                     confab_mls_commit_write               (const ConfabMlsCommit          *self,
                                                                GByteArray                     *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsHpkeCiphertext, confab_mls_hpke_ciphertext_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsUpdatePath, confab_mls_update_path_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsCommit, confab_mls_commit_free)

G_END_DECLS
