/* confab-mls-commit.c: the message that begins a new epoch, and its update path (RFC 9420, sections 7.6 and 12.4)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-commit.h"

typedef enum
{
  PROPOSAL_BY_VALUE = 1,
  PROPOSAL_BY_REFERENCE = 2,
} ProposalOrRefType;

ConfabMlsHpkeCiphertext *
confab_mls_hpke_ciphertext_new (GBytes *kem_output,
                                GBytes *ciphertext)
{
  ConfabMlsHpkeCiphertext *self = g_new0 (ConfabMlsHpkeCiphertext, 1);

  self->kem_output = g_bytes_ref (kem_output);
  self->ciphertext = g_bytes_ref (ciphertext);

  return self;
}

void
confab_mls_hpke_ciphertext_free (ConfabMlsHpkeCiphertext *self)
{
  g_clear_pointer (&self->kem_output, g_bytes_unref);
  g_clear_pointer (&self->ciphertext, g_bytes_unref);
  g_free (self);
}

ConfabMlsHpkeCiphertext *
confab_mls_hpke_ciphertext_read (ConfabMlsReader *reader)
{
  ConfabMlsHpkeCiphertext *self = g_new0 (ConfabMlsHpkeCiphertext, 1);

  self->kem_output = confab_mls_reader_bytes (reader);
  self->ciphertext = confab_mls_reader_bytes (reader);

  return self;
}

void
confab_mls_hpke_ciphertext_write (const ConfabMlsHpkeCiphertext *self,
                                  GByteArray                    *out)
{
  confab_mls_write_bytes (out, self->kem_output);
  confab_mls_write_bytes (out, self->ciphertext);
}

static void
update_path_node_free (ConfabMlsUpdatePathNode *self)
{
  g_clear_pointer (&self->encryption_key, g_bytes_unref);
  g_clear_pointer (&self->encrypted_path_secrets, g_ptr_array_unref);
  g_free (self);
}

ConfabMlsUpdatePathNode *
confab_mls_update_path_node_new (GBytes *encryption_key)
{
  ConfabMlsUpdatePathNode *self = g_new0 (ConfabMlsUpdatePathNode, 1);

  self->encryption_key = encryption_key != NULL ? g_bytes_ref (encryption_key) : NULL;
  self->encrypted_path_secrets = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_hpke_ciphertext_free);

  return self;
}

static ConfabMlsUpdatePathNode *
update_path_node_read (ConfabMlsReader *reader)
{
  ConfabMlsUpdatePathNode *self = confab_mls_update_path_node_new (NULL);
  ConfabMlsReader vector;

  self->encryption_key = confab_mls_reader_bytes (reader);
  confab_mls_reader_enter (reader, &vector);
  while (confab_mls_reader_has_more (&vector))
    g_ptr_array_add (self->encrypted_path_secrets, confab_mls_hpke_ciphertext_read (&vector));
  confab_mls_reader_leave (reader, &vector);

  return self;
}

static void
update_path_node_write (const ConfabMlsUpdatePathNode *self,
                        GByteArray                    *out)
{
  confab_mls_write_bytes (out, self->encryption_key);

  guint begin = confab_mls_write_begin (out);
  for (guint i = 0; i < self->encrypted_path_secrets->len; i++)
    confab_mls_hpke_ciphertext_write (g_ptr_array_index (self->encrypted_path_secrets, i), out);
  confab_mls_write_end (out, begin);
}

ConfabMlsUpdatePath *
confab_mls_update_path_new (ConfabMlsLeafNode *leaf_node)
{
  ConfabMlsUpdatePath *self = g_new0 (ConfabMlsUpdatePath, 1);

  self->leaf_node = leaf_node != NULL ? confab_mls_leaf_node_ref (leaf_node) : NULL;
  self->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) update_path_node_free);

  return self;
}

void
confab_mls_update_path_free (ConfabMlsUpdatePath *self)
{
  g_clear_pointer (&self->leaf_node, confab_mls_leaf_node_unref);
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  g_free (self);
}

ConfabMlsUpdatePath *
confab_mls_update_path_read (ConfabMlsReader *reader)
{
  ConfabMlsUpdatePath *self = confab_mls_update_path_new (NULL);
  ConfabMlsReader vector;

  self->leaf_node = confab_mls_leaf_node_read (reader);
  confab_mls_reader_enter (reader, &vector);
  while (confab_mls_reader_has_more (&vector))
    g_ptr_array_add (self->nodes, update_path_node_read (&vector));
  confab_mls_reader_leave (reader, &vector);

  return self;
}

void
confab_mls_update_path_write (const ConfabMlsUpdatePath *self,
                              GByteArray                *out)
{
  confab_mls_leaf_node_write (self->leaf_node, out);

  guint begin = confab_mls_write_begin (out);
  for (guint i = 0; i < self->nodes->len; i++)
    update_path_node_write (g_ptr_array_index (self->nodes, i), out);
  confab_mls_write_end (out, begin);
}

static void
proposal_or_ref_free (ConfabMlsProposalOrRef *self)
{
  g_clear_pointer (&self->proposal, confab_mls_proposal_unref);
  g_clear_pointer (&self->reference, g_bytes_unref);
  g_free (self);
}

static ConfabMlsProposalOrRef *
proposal_or_ref_read (ConfabMlsReader *reader)
{
  ConfabMlsProposalOrRef *self = g_new0 (ConfabMlsProposalOrRef, 1);
  guint8 type = confab_mls_reader_u8 (reader);

  if (type == PROPOSAL_BY_VALUE)
    self->proposal = confab_mls_proposal_read (reader);
  else if (type == PROPOSAL_BY_REFERENCE)
    self->reference = confab_mls_reader_bytes (reader);
  else
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_MALFORMED, "a proposal neither by value nor by reference");

  return self;
}

static void
proposal_or_ref_write (const ConfabMlsProposalOrRef *self,
                       GByteArray                   *out)
{
  if (self->proposal != NULL)
    {
      confab_mls_write_u8 (out, PROPOSAL_BY_VALUE);
      confab_mls_proposal_write (self->proposal, out);
      return;
    }

  confab_mls_write_u8 (out, PROPOSAL_BY_REFERENCE);
  confab_mls_write_bytes (out, self->reference);
}

ConfabMlsCommit *
confab_mls_commit_new (void)
{
  ConfabMlsCommit *self = g_new0 (ConfabMlsCommit, 1);

  self->proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) proposal_or_ref_free);

  return self;
}

void
confab_mls_commit_free (ConfabMlsCommit *self)
{
  g_clear_pointer (&self->proposals, g_ptr_array_unref);
  g_clear_pointer (&self->path, confab_mls_update_path_free);
  g_free (self);
}

void
confab_mls_commit_take_value (ConfabMlsCommit   *self,
                              ConfabMlsProposal *proposal)
{
  ConfabMlsProposalOrRef *entry = g_new0 (ConfabMlsProposalOrRef, 1);

  entry->proposal = proposal;
  g_ptr_array_add (self->proposals, entry);
}

void
confab_mls_commit_add_reference (ConfabMlsCommit *self,
                                 GBytes          *reference)
{
  ConfabMlsProposalOrRef *entry = g_new0 (ConfabMlsProposalOrRef, 1);

  entry->reference = g_bytes_ref (reference);
  g_ptr_array_add (self->proposals, entry);
}

ConfabMlsCommit *
confab_mls_commit_read (ConfabMlsReader *reader)
{
  ConfabMlsCommit *self = confab_mls_commit_new ();
  ConfabMlsReader vector;

  confab_mls_reader_enter (reader, &vector);
  while (confab_mls_reader_has_more (&vector))
    g_ptr_array_add (self->proposals, proposal_or_ref_read (&vector));
  confab_mls_reader_leave (reader, &vector);

  if (confab_mls_reader_optional (reader))
    self->path = confab_mls_update_path_read (reader);

  return self;
}

void
confab_mls_commit_write (const ConfabMlsCommit *self,
                         GByteArray            *out)
{
  guint begin = confab_mls_write_begin (out);
  for (guint i = 0; i < self->proposals->len; i++)
    proposal_or_ref_write (g_ptr_array_index (self->proposals, i), out);
  confab_mls_write_end (out, begin);

  confab_mls_write_u8 (out, self->path != NULL);
  if (self->path != NULL)
    confab_mls_update_path_write (self->path, out);
}
