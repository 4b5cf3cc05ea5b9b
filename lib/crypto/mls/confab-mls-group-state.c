/* confab-mls-group-state.c: a group stored for a restart
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-group-private.h"

/* A state of another version is refused; the client joins anew by an external commit then. */
#define STATE_VERSION 1

static void
write_secret (GByteArray         *out,
              const ConfabSecret *secret)
{
  confab_mls_write_opaque (out, secret != NULL ? confab_secret_span (secret) : confab_span_empty ());
}

/* An absent secret is stored as an empty one. */
static ConfabSecret *
read_secret (ConfabMlsReader *reader)
{
  ConfabSpan bytes = confab_mls_reader_opaque (reader);

  return bytes.length > 0 ? confab_secret_new_copy (bytes) : NULL;
}

static ConfabSecret *
read_required_secret (ConfabMlsReader         *reader,
                      const ConfabCryptoSuite *suite)
{
  ConfabSecret *secret = read_secret (reader);

  if (secret == NULL || confab_secret_get_length (secret) != confab_crypto_suite_get_hash_length (suite))
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_STATE, "a secret is missing or has the wrong length");

  return secret;
}

static void
write_epoch_secrets (const ConfabMlsEpochSecrets *secrets,
                     GByteArray                  *out)
{
  write_secret (out, secrets->sender_data);
  write_secret (out, secrets->exporter);
  write_secret (out, secrets->external);
  write_secret (out, secrets->confirmation_key);
  write_secret (out, secrets->membership_key);
  write_secret (out, secrets->resumption_psk);
  write_secret (out, secrets->epoch_authenticator);
  write_secret (out, secrets->init);
}

static ConfabMlsEpochSecrets *
read_epoch_secrets (ConfabMlsReader         *reader,
                    const ConfabCryptoSuite *suite)
{
  ConfabMlsEpochSecrets *secrets = g_new0 (ConfabMlsEpochSecrets, 1);

  secrets->sender_data = read_required_secret (reader, suite);
  secrets->exporter = read_required_secret (reader, suite);
  secrets->external = read_secret (reader);
  secrets->confirmation_key = read_required_secret (reader, suite);
  secrets->membership_key = read_required_secret (reader, suite);
  secrets->resumption_psk = read_required_secret (reader, suite);
  secrets->epoch_authenticator = read_required_secret (reader, suite);
  secrets->init = read_secret (reader);

  return secrets;
}

/* @base: the tree that is stored already, or NULL if this is the first */
static void
write_epoch (const ConfabMlsEpoch *epoch,
             ConfabMlsRatchetTree *base,
             GByteArray           *out)
{
  confab_mls_group_context_write (epoch->context, out);
  if (base != NULL)
    {
      confab_mls_ratchet_tree_write_changes (epoch->tree, base, out);
    }
  else
    {
      g_autoptr (GBytes) tree = confab_mls_ratchet_tree_encode (epoch->tree);
      confab_mls_write_bytes (out, tree);
    }

  confab_mls_write_u32 (out, epoch->own_leaf);
  for (guint i = 0; i < G_N_ELEMENTS (epoch->keys->keys); i++)
    write_secret (out, epoch->keys->keys[i]);
  write_epoch_secrets (epoch->secrets, out);
  confab_mls_secret_tree_write (epoch->secret_tree, out);
  confab_mls_write_bytes (out, epoch->confirmation_tag);
  confab_mls_write_bytes (out, epoch->interim_transcript_hash);
}

static ConfabMlsRatchetTree *
read_tree (ConfabMlsReader         *reader,
           const ConfabCryptoSuite *suite,
           ConfabMlsRatchetTree    *base)
{
  if (base != NULL)
    return confab_mls_ratchet_tree_read_changes (base, reader);

  ConfabSpan encoded = confab_mls_reader_opaque (reader);
  ConfabMlsRatchetTree *tree = confab_mls_ratchet_tree_decode (suite, encoded, NULL);

  if (tree == NULL)
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_STATE, "the stored ratchet tree is damaged");

  return tree;
}

/* Returns NULL, and the error in the reader, rather than an epoch that is not whole. */
static ConfabMlsEpoch *
read_epoch (ConfabMlsReader         *reader,
            const ConfabCryptoSuite *suite,
            ConfabMlsRatchetTree    *base)
{
  g_autoptr (ConfabMlsEpoch) epoch = g_new0 (ConfabMlsEpoch, 1);

  epoch->context = confab_mls_group_context_read (reader);
  epoch->encoded_context = confab_mls_reader_is_good (reader) ? confab_mls_group_context_encode (epoch->context) : NULL;
  epoch->tree = read_tree (reader, suite, base);
  epoch->own_leaf = confab_mls_reader_u32 (reader);
  epoch->keys = g_new0 (ConfabMlsTreeKeys, 1);
  for (guint i = 0; i < G_N_ELEMENTS (epoch->keys->keys); i++)
    epoch->keys->keys[i] = read_secret (reader);
  epoch->secrets = read_epoch_secrets (reader, suite);
  epoch->secret_tree = confab_mls_secret_tree_read (suite, reader);
  epoch->confirmation_tag = confab_mls_reader_bytes (reader);
  epoch->interim_transcript_hash = confab_mls_reader_bytes (reader);

  if (confab_mls_reader_is_good (reader)
      && (confab_mls_ratchet_tree_get_leaf (epoch->tree, epoch->own_leaf) == NULL
          || epoch->context->cipher_suite != confab_crypto_suite_get_id (suite)))
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_STATE, "the stored epoch does not fit together");

  return confab_mls_reader_is_good (reader) ? g_steal_pointer (&epoch) : NULL;
}

static void
write_past_epoch (const ConfabMlsPastEpoch *past,
                  ConfabMlsRatchetTree     *base,
                  GByteArray               *out)
{
  confab_mls_write_u64 (out, past->number);
  confab_mls_write_bytes (out, past->encoded_context);
  confab_mls_ratchet_tree_write_changes (past->tree, base, out);
  confab_mls_write_u32 (out, past->own_leaf);
  write_secret (out, past->sender_data);
  confab_mls_secret_tree_write (past->secret_tree, out);
}

static ConfabMlsPastEpoch *
read_past_epoch (ConfabMlsReader         *reader,
                 const ConfabCryptoSuite *suite,
                 ConfabMlsRatchetTree    *base)
{
  ConfabMlsPastEpoch *past = g_new0 (ConfabMlsPastEpoch, 1);

  past->number = confab_mls_reader_u64 (reader);
  past->encoded_context = confab_mls_reader_bytes (reader);
  past->tree = confab_mls_ratchet_tree_read_changes (base, reader);
  past->own_leaf = confab_mls_reader_u32 (reader);
  past->sender_data = read_required_secret (reader, suite);
  past->secret_tree = confab_mls_secret_tree_read (suite, reader);

  return past;
}

static void
write_entry (const ConfabMlsProposalEntry *entry,
             GByteArray                   *out)
{
  confab_mls_write_u8 (out, entry->sender.type);
  confab_mls_write_u32 (out, entry->sender.index);
  confab_mls_write_bytes (out, entry->reference);
  confab_mls_proposal_write (entry->proposal, out);
}

static ConfabMlsProposalEntry *
read_entry (ConfabMlsReader *reader)
{
  ConfabMlsProposalEntry *entry = g_new0 (ConfabMlsProposalEntry, 1);

  entry->sender.type = confab_mls_reader_u8 (reader);
  entry->sender.index = confab_mls_reader_u32 (reader);
  entry->reference = confab_mls_reader_bytes (reader);
  entry->proposal = confab_mls_proposal_read (reader);

  return entry;
}

static void
write_optional_identity (ConfabMlsIdentity *identity,
                         GByteArray        *out)
{
  confab_mls_write_u8 (out, identity != NULL);
  if (identity != NULL)
    confab_mls_identity_write (identity, out);
}

static ConfabMlsIdentity *
read_identity (ConfabMlsReader *reader)
{
  ConfabMlsIdentity *identity = confab_mls_identity_read (reader, NULL);

  if (identity == NULL)
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_STATE, "a stored identity is damaged");

  return identity;
}

static void
write_optional_proposal (const ConfabMlsProposal *proposal,
                         GByteArray              *out)
{
  confab_mls_write_u8 (out, proposal != NULL);
  if (proposal != NULL)
    confab_mls_proposal_write (proposal, out);
}

static void
write_pending (const ConfabMlsPendingCommit *pending,
               ConfabMlsRatchetTree         *base,
               GByteArray                   *out)
{
  confab_mls_write_u8 (out, pending != NULL);
  if (pending == NULL)
    return;

  write_epoch (pending->epoch, base, out);
  confab_mls_write_bytes (out, pending->message);
  confab_mls_identity_write (pending->identity, out);
  write_optional_proposal (pending->reinit, out);
}

static ConfabMlsPendingCommit *
read_pending (ConfabMlsReader         *reader,
              const ConfabCryptoSuite *suite,
              ConfabMlsRatchetTree    *base)
{
  ConfabMlsPendingCommit *pending = NULL;

  if (!confab_mls_reader_optional (reader))
    return NULL;

  pending = g_new0 (ConfabMlsPendingCommit, 1);
  pending->epoch = read_epoch (reader, suite, base);
  pending->message = confab_mls_reader_bytes (reader);
  pending->identity = read_identity (reader);
  if (confab_mls_reader_optional (reader))
    pending->reinit = confab_mls_proposal_read (reader);

  return pending;
}

static void
write_lists (ConfabMlsGroup *self,
             GByteArray     *out)
{
  confab_mls_write_u32 (out, self->past_epochs->len);
  for (guint i = 0; i < self->past_epochs->len; i++)
    write_past_epoch (g_ptr_array_index (self->past_epochs, i), self->epoch->tree, out);

  confab_mls_write_u32 (out, self->resumptions->len);
  for (guint i = 0; i < self->resumptions->len; i++)
    {
      confab_mls_write_u64 (out, g_array_index (self->resumptions, ConfabMlsResumption, i).epoch);
      write_secret (out, g_array_index (self->resumptions, ConfabMlsResumption, i).psk);
    }

  confab_mls_write_u32 (out, self->proposals->len);
  for (guint i = 0; i < self->proposals->len; i++)
    write_entry (g_ptr_array_index (self->proposals, i), out);

  confab_mls_write_u32 (out, self->own_updates->len);
  for (guint i = 0; i < self->own_updates->len; i++)
    {
      ConfabMlsOwnUpdate *update = g_ptr_array_index (self->own_updates, i);

      confab_mls_write_bytes (out, update->encryption_key);
      write_secret (out, update->private_key);
      confab_mls_identity_write (update->identity, out);
    }
}

static void
read_lists (ConfabMlsGroup  *self,
            ConfabMlsReader *reader)
{
  guint32 n_past = confab_mls_reader_u32 (reader);
  for (guint32 i = 0; i < n_past && confab_mls_reader_is_good (reader); i++)
    g_ptr_array_add (self->past_epochs, read_past_epoch (reader, self->suite, self->epoch->tree));

  guint32 n_resumptions = confab_mls_reader_u32 (reader);
  for (guint32 i = 0; i < n_resumptions && confab_mls_reader_is_good (reader); i++)
    {
      ConfabMlsResumption resumption = { .epoch = confab_mls_reader_u64 (reader) };

      resumption.psk = read_required_secret (reader, self->suite);
      g_array_append_val (self->resumptions, resumption);
    }

  guint32 n_proposals = confab_mls_reader_u32 (reader);
  for (guint32 i = 0; i < n_proposals && confab_mls_reader_is_good (reader); i++)
    g_ptr_array_add (self->proposals, read_entry (reader));

  guint32 n_updates = confab_mls_reader_u32 (reader);
  for (guint32 i = 0; i < n_updates && confab_mls_reader_is_good (reader); i++)
    {
      ConfabMlsOwnUpdate *update = g_new0 (ConfabMlsOwnUpdate, 1);

      update->encryption_key = confab_mls_reader_bytes (reader);
      update->private_key = read_secret (reader);
      update->identity = read_identity (reader);
      g_ptr_array_add (self->own_updates, update);
    }
}

/* Enough that the array with the secrets is never moved, which would leave a copy behind. */
static gsize
estimate_size (ConfabMlsGroup *self)
{
  g_autoptr (GBytes) tree = confab_mls_ratchet_tree_encode (self->epoch->tree);
  gsize size = 65536 + 2 * g_bytes_get_size (tree) + confab_mls_secret_tree_get_size (self->epoch->secret_tree);

  for (guint i = 0; i < self->past_epochs->len; i++)
    {
      ConfabMlsPastEpoch *past = g_ptr_array_index (self->past_epochs, i);

      size += 8192 + 4 * confab_mls_ratchet_tree_get_n_nodes (past->tree)
              + confab_mls_secret_tree_get_size (past->secret_tree);
    }

  if (self->pending != NULL)
    size += g_bytes_get_size (self->pending->message) + 2 * g_bytes_get_size (tree)
            + confab_mls_secret_tree_get_size (self->pending->epoch->secret_tree);

  for (guint i = 0; i < self->proposals->len; i++)
    {
      g_autoptr (GByteArray) entry = g_byte_array_new ();

      write_entry (g_ptr_array_index (self->proposals, i), entry);
      size += entry->len;
    }

  return size + self->own_updates->len * 8192 + self->resumptions->len * 128;
}

/**
 * confab_mls_group_serialize:
 * @self: a group
 *
 * Gives the whole state of a group, private keys included: it must go to a protected place. A state is good for one
 * use: to go on from an old one would use keys twice.
 *
 * Returns: (transfer full): the state
 * Since: 0.1
 */
ConfabSecret *
confab_mls_group_serialize (ConfabMlsGroup *self)
{
  g_autoptr (ConfabMlsSecretArray) out = confab_mls_secret_array_new (estimate_size (self));

  confab_mls_write_u16 (out, STATE_VERSION);
  confab_mls_write_u16 (out, confab_crypto_suite_get_id (self->suite));
  confab_mls_identity_write (self->identity, out);
  write_optional_identity (self->next_identity, out);
  write_epoch (self->epoch, NULL, out);
  write_lists (self, out);
  write_pending (self->pending, self->epoch->tree, out);
  write_optional_proposal (self->reinit, out);
  confab_mls_write_u8 (out, self->was_removed);

  return confab_secret_new_copy (confab_span_from_array (out));
}

/* How far senders may run ahead is the policy's business and not part of the state. */
static void
set_windows (ConfabMlsGroup *self)
{
  guint ahead = confab_mls_policy_get_generations_ahead (self->policy);
  guint kept = confab_mls_policy_get_generations_kept (self->policy);

  confab_mls_secret_tree_set_window (self->epoch->secret_tree, ahead, kept);
  if (self->pending != NULL)
    confab_mls_secret_tree_set_window (self->pending->epoch->secret_tree, ahead, kept);
  for (guint i = 0; i < self->past_epochs->len; i++)
    confab_mls_secret_tree_set_window (((ConfabMlsPastEpoch *) g_ptr_array_index (self->past_epochs, i))->secret_tree,
                                       ahead, kept);
}

static void
read_rest (ConfabMlsGroup  *self,
           ConfabMlsReader *reader)
{
  read_lists (self, reader);
  self->pending = read_pending (reader, self->suite, self->epoch->tree);
  if (confab_mls_reader_optional (reader))
    self->reinit = confab_mls_proposal_read (reader);
  self->was_removed = confab_mls_reader_u8 (reader) != 0;

  if (!self->was_removed && (self->epoch->secrets->init == NULL || self->epoch->keys->keys[0] == NULL))
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_STATE, "the keys of this member are missing");
}

/**
 * confab_mls_group_deserialize:
 * @state: what confab_mls_group_serialize() gave
 * @policy: the application's policy
 * @error: return location for an error
 *
 * Brings a stored group back.
 *
 * Returns: (transfer full) (nullable): the group
 * Since: 0.1
 */
ConfabMlsGroup *
confab_mls_group_deserialize (ConfabSpan        state,
                              ConfabMlsPolicy  *policy,
                              GError          **error)
{
  g_autoptr (ConfabMlsGroup) self = NULL;
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, state);
  if (confab_mls_reader_u16 (&reader) != STATE_VERSION)
    confab_mls_reader_fail (&reader, CONFAB_MLS_ERROR_STATE, "it is of an unknown version");

  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (confab_mls_reader_u16 (&reader));
  g_autoptr (ConfabMlsIdentity) identity = read_identity (&reader);
  if (suite == NULL)
    confab_mls_reader_fail (&reader, CONFAB_MLS_ERROR_STATE, "it is of an unknown cipher suite");

  if (confab_mls_reader_is_good (&reader))
    {
      self = confab_mls_group_alloc (suite, policy, identity);
      if (confab_mls_reader_optional (&reader))
        self->next_identity = read_identity (&reader);
      self->epoch = read_epoch (&reader, suite, NULL);
    }

  if (self != NULL && self->epoch != NULL)
    read_rest (self, &reader);

  if (!confab_mls_reader_finish (&reader, "stored group", error))
    return NULL;

  set_windows (self);

  return g_steal_pointer (&self);
}
