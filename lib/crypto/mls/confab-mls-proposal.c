/* confab-mls-proposal.c: a change to a group that somebody proposes (RFC 9420, section 12.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-proposal.h"

static ConfabMlsProposal *
proposal_new (guint16 type)
{
  ConfabMlsProposal *self = g_new0 (ConfabMlsProposal, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->type = type;

  return self;
}

/**
 * confab_mls_proposal_new_add:
 * @key_package: the key package of a client
 *
 * Proposes to add a client (RFC 9420, section 12.1.1).
 *
 * Returns: (transfer full): a proposal
 * Since: 0.1
 */
ConfabMlsProposal *
confab_mls_proposal_new_add (ConfabMlsKeyPackage *key_package)
{
  ConfabMlsProposal *self = proposal_new (CONFAB_MLS_PROPOSAL_ADD);

  self->key_package = confab_mls_key_package_ref (key_package);

  return self;
}

/* Only for confab_mls_group_propose_update(), which makes the leaf node (section 12.1.2). */
ConfabMlsProposal *
confab_mls_proposal_new_update (ConfabMlsLeafNode *leaf_node)
{
  ConfabMlsProposal *self = proposal_new (CONFAB_MLS_PROPOSAL_UPDATE);

  self->leaf_node = confab_mls_leaf_node_ref (leaf_node);

  return self;
}

/**
 * confab_mls_proposal_new_remove:
 * @leaf_index: the leaf of a member
 *
 * Proposes to remove a member (RFC 9420, section 12.1.3).
 *
 * Returns: (transfer full): a proposal
 * Since: 0.1
 */
ConfabMlsProposal *
confab_mls_proposal_new_remove (guint32 leaf_index)
{
  ConfabMlsProposal *self = proposal_new (CONFAB_MLS_PROPOSAL_REMOVE);

  self->removed = leaf_index;

  return self;
}

/**
 * confab_mls_proposal_new_psk:
 * @psk: the identifier of a pre-shared key
 *
 * Proposes to mix a pre-shared key into the key schedule (RFC 9420, section 12.1.4).
 *
 * Returns: (transfer full): a proposal
 * Since: 0.1
 */
ConfabMlsProposal *
confab_mls_proposal_new_psk (const ConfabMlsPskId *psk)
{
  ConfabMlsProposal *self = proposal_new (CONFAB_MLS_PROPOSAL_PSK);

  self->psk = confab_mls_psk_id_copy (psk);

  return self;
}

/**
 * confab_mls_proposal_new_reinit:
 * @group_id: the identifier of the group to come
 * @cipher_suite: its cipher suite
 * @extensions: (element-type ConfabMlsExtension): its extensions
 *
 * Proposes to close the group and go on in another one with other parameters (RFC 9420, section 12.1.5).
 *
 * Returns: (transfer full): a proposal
 * Since: 0.1
 */
ConfabMlsProposal *
confab_mls_proposal_new_reinit (GBytes    *group_id,
                                guint16    cipher_suite,
                                GPtrArray *extensions)
{
  ConfabMlsProposal *self = proposal_new (CONFAB_MLS_PROPOSAL_REINIT);

  self->group_id = g_bytes_ref (group_id);
  self->version = CONFAB_MLS_VERSION_10;
  self->cipher_suite = cipher_suite;
  self->extensions = g_ptr_array_ref (extensions);

  return self;
}

ConfabMlsProposal *
confab_mls_proposal_new_external_init (GBytes *kem_output)
{
  ConfabMlsProposal *self = proposal_new (CONFAB_MLS_PROPOSAL_EXTERNAL_INIT);

  self->kem_output = g_bytes_ref (kem_output);

  return self;
}

/**
 * confab_mls_proposal_new_group_context_extensions:
 * @extensions: (element-type ConfabMlsExtension): all extensions of the group from then on
 *
 * Proposes to replace the extensions of the group (RFC 9420, section 12.1.7).
 *
 * Returns: (transfer full): a proposal
 * Since: 0.1
 */
ConfabMlsProposal *
confab_mls_proposal_new_group_context_extensions (GPtrArray *extensions)
{
  ConfabMlsProposal *self = proposal_new (CONFAB_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS);

  self->extensions = g_ptr_array_ref (extensions);

  return self;
}

/**
 * confab_mls_proposal_ref:
 * @self: a proposal
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
ConfabMlsProposal *
confab_mls_proposal_ref (ConfabMlsProposal *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * confab_mls_proposal_unref:
 * @self: (transfer full): a proposal
 *
 * Drops a reference.
 *
 * Since: 0.1
 */
void
confab_mls_proposal_unref (ConfabMlsProposal *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->key_package, confab_mls_key_package_unref);
  g_clear_pointer (&self->leaf_node, confab_mls_leaf_node_unref);
  g_clear_pointer (&self->psk, confab_mls_psk_id_free);
  g_clear_pointer (&self->group_id, g_bytes_unref);
  g_clear_pointer (&self->extensions, g_ptr_array_unref);
  g_clear_pointer (&self->kem_output, g_bytes_unref);
  g_free (self);
}

/**
 * confab_mls_proposal_read_body: (skip)
 * @type: the type of the proposal
 * @reader: a reader, behind the type
 *
 * Reads a proposal. One of an unknown type has an unknown length and cannot be skipped; RFC 9420 forbids to send one
 * that a member does not support (section 12.2).
 *
 * Returns: (transfer full): the proposal
 * Since: 0.1
 */
ConfabMlsProposal *
confab_mls_proposal_read_body (guint16          type,
                               ConfabMlsReader *reader)
{
  ConfabMlsProposal *self = proposal_new (type);

  switch (type)
    {
    case CONFAB_MLS_PROPOSAL_ADD:
      self->key_package = confab_mls_key_package_read (reader);
      break;

    case CONFAB_MLS_PROPOSAL_UPDATE:
      self->leaf_node = confab_mls_leaf_node_read (reader);
      break;

    case CONFAB_MLS_PROPOSAL_REMOVE:
      self->removed = confab_mls_reader_u32 (reader);
      break;

    case CONFAB_MLS_PROPOSAL_PSK:
      self->psk = confab_mls_psk_id_read (reader);
      break;

    case CONFAB_MLS_PROPOSAL_REINIT:
      self->group_id = confab_mls_reader_bytes (reader);
      self->version = confab_mls_reader_u16 (reader);
      self->cipher_suite = confab_mls_reader_u16 (reader);
      self->extensions = confab_mls_extensions_read (reader);
      break;

    case CONFAB_MLS_PROPOSAL_EXTERNAL_INIT:
      self->kem_output = confab_mls_reader_bytes (reader);
      break;

    case CONFAB_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
      self->extensions = confab_mls_extensions_read (reader);
      break;

    default:
      confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_UNSUPPORTED, "a proposal of an unknown type");
      break;
    }

  return self;
}

ConfabMlsProposal *
confab_mls_proposal_read (ConfabMlsReader *reader)
{
  guint16 type = confab_mls_reader_u16 (reader);

  return confab_mls_proposal_read_body (type, reader);
}

void
confab_mls_proposal_write_body (const ConfabMlsProposal *self,
                                GByteArray              *out)
{
  switch (self->type)
    {
    case CONFAB_MLS_PROPOSAL_ADD:
      confab_mls_key_package_write (self->key_package, out);
      break;

    case CONFAB_MLS_PROPOSAL_UPDATE:
      confab_mls_leaf_node_write (self->leaf_node, out);
      break;

    case CONFAB_MLS_PROPOSAL_REMOVE:
      confab_mls_write_u32 (out, self->removed);
      break;

    case CONFAB_MLS_PROPOSAL_PSK:
      confab_mls_psk_id_write (self->psk, out);
      break;

    case CONFAB_MLS_PROPOSAL_REINIT:
      confab_mls_write_bytes (out, self->group_id);
      confab_mls_write_u16 (out, self->version);
      confab_mls_write_u16 (out, self->cipher_suite);
      confab_mls_extensions_write (self->extensions, out);
      break;

    case CONFAB_MLS_PROPOSAL_EXTERNAL_INIT:
      confab_mls_write_bytes (out, self->kem_output);
      break;

    case CONFAB_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
      confab_mls_extensions_write (self->extensions, out);
      break;

    default:
      g_assert_not_reached ();
    }
}

void
confab_mls_proposal_write (const ConfabMlsProposal *self,
                           GByteArray              *out)
{
  confab_mls_write_u16 (out, self->type);
  confab_mls_proposal_write_body (self, out);
}

/**
 * confab_mls_proposal_type_name:
 * @type: a #ConfabMlsProposalType
 *
 * Returns: its name in RFC 9420, for messages to people who debug
 * Since: 0.1
 */
const char *
confab_mls_proposal_type_name (guint16 type)
{
  static const char *const names[] = {
    "unknown", "add", "update", "remove", "psk", "reinit", "external_init", "group_context_extensions",
  };

  return names[type < G_N_ELEMENTS (names) ? type : 0];
}
