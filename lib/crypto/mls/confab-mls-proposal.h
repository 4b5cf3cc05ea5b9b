/* confab-mls-proposal.h: a change to a group that somebody proposes (RFC 9420, section 12.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-key-package.h"
#include "confab-mls-psk.h"

G_BEGIN_DECLS

/* RFC 9420, section 17.4. */
typedef enum
{
  CONFAB_MLS_PROPOSAL_ADD = 1,
  CONFAB_MLS_PROPOSAL_UPDATE = 2,
  CONFAB_MLS_PROPOSAL_REMOVE = 3,
  CONFAB_MLS_PROPOSAL_PSK = 4,
  CONFAB_MLS_PROPOSAL_REINIT = 5,
  CONFAB_MLS_PROPOSAL_EXTERNAL_INIT = 6,
  CONFAB_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS = 7,
} ConfabMlsProposalType;

/* Immutable. Which of the fields are there depends on the type. */
typedef struct
{
  gatomicrefcount      ref_count;
  guint16              type;
  ConfabMlsKeyPackage *key_package;  /* add */
  ConfabMlsLeafNode   *leaf_node;    /* update */
  guint32              removed;      /* remove */
  ConfabMlsPskId      *psk;          /* psk */
  GBytes              *group_id;     /* reinit */
  guint16              version;      /* reinit */
  guint16              cipher_suite; /* reinit */
  GPtrArray           *extensions;   /* reinit, group_context_extensions */
  GBytes              *kem_output;   /* external_init */
} ConfabMlsProposal;

ConfabMlsProposal *confab_mls_proposal_new_add                      (ConfabMlsKeyPackage      *key_package);
ConfabMlsProposal *confab_mls_proposal_new_update                   (ConfabMlsLeafNode        *leaf_node);
ConfabMlsProposal *confab_mls_proposal_new_remove                   (guint32                   leaf_index);
ConfabMlsProposal *confab_mls_proposal_new_psk                      (const ConfabMlsPskId     *psk);
ConfabMlsProposal *confab_mls_proposal_new_reinit                   (GBytes                   *group_id,
                                                                     guint16                   cipher_suite,
                                                                     GPtrArray                *extensions);
ConfabMlsProposal *confab_mls_proposal_new_external_init            (GBytes                   *kem_output);
ConfabMlsProposal *confab_mls_proposal_new_group_context_extensions (GPtrArray                *extensions);
ConfabMlsProposal *confab_mls_proposal_ref                          (ConfabMlsProposal        *self);
void               confab_mls_proposal_unref                        (ConfabMlsProposal        *self);
ConfabMlsProposal *confab_mls_proposal_read                         (ConfabMlsReader          *reader);
void               confab_mls_proposal_write                        (const ConfabMlsProposal  *self,
                                                                     GByteArray               *out);
ConfabMlsProposal *confab_mls_proposal_read_body                    (guint16                   type,
                                                                     ConfabMlsReader          *reader);
void               confab_mls_proposal_write_body                   (const ConfabMlsProposal  *self,
                                                                     GByteArray               *out);
const char        *confab_mls_proposal_type_name                    (guint16                   type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsProposal, confab_mls_proposal_unref)

G_END_DECLS
