/* confab-mls-epoch.c: everything that one member knows in one epoch of a group
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-epoch.h"

/**
 * confab_mls_epoch_new: (skip)
 * @context: (transfer full): the final context of the epoch
 * @tree: the ratchet tree
 * @keys: (transfer full): the private keys of this member
 * @own_leaf: the leaf of this member
 * @secrets: (transfer full): the secrets of the epoch; the encryption secret goes into the secret tree
 * @policy: the application's policy
 *
 * Puts an epoch together: starts the secret tree and computes confirmation tag and interim transcript hash.
 *
 * Returns: (transfer full): the epoch
 * Since: 0.1
 */
ConfabMlsEpoch *
confab_mls_epoch_new (ConfabMlsGroupContext *context,
                      ConfabMlsRatchetTree  *tree,
                      ConfabMlsTreeKeys     *keys,
                      guint32                own_leaf,
                      ConfabMlsEpochSecrets *secrets,
                      const ConfabMlsPolicy *policy)
{
  ConfabMlsEpoch *self = g_new0 (ConfabMlsEpoch, 1);
  const ConfabCryptoSuite *suite = confab_mls_ratchet_tree_get_suite (tree);

  self->context = context;
  self->encoded_context = confab_mls_group_context_encode (context);
  self->tree = confab_mls_ratchet_tree_ref (tree);
  self->keys = keys;
  self->own_leaf = own_leaf;
  self->secrets = secrets;
  self->secret_tree = confab_mls_secret_tree_new (suite, confab_mls_ratchet_tree_get_n_leaves (tree),
                                                  g_steal_pointer (&secrets->encryption));
  confab_mls_secret_tree_set_window (self->secret_tree, confab_mls_policy_get_generations_ahead (policy),
                                     confab_mls_policy_get_generations_kept (policy));
  self->confirmation_tag =
    confab_mls_confirmation_tag (suite, secrets->confirmation_key, context->confirmed_transcript_hash);
  self->interim_transcript_hash =
    confab_mls_transcript_interim (suite, context->confirmed_transcript_hash, self->confirmation_tag);

  return self;
}

void
confab_mls_epoch_free (ConfabMlsEpoch *self)
{
  g_clear_pointer (&self->context, confab_mls_group_context_free);
  g_clear_pointer (&self->encoded_context, g_bytes_unref);
  g_clear_pointer (&self->tree, confab_mls_ratchet_tree_unref);
  g_clear_pointer (&self->keys, confab_mls_tree_keys_free);
  g_clear_pointer (&self->secrets, confab_mls_epoch_secrets_free);
  g_clear_pointer (&self->secret_tree, confab_mls_secret_tree_unref);
  g_clear_pointer (&self->confirmation_tag, g_bytes_unref);
  g_clear_pointer (&self->interim_transcript_hash, g_bytes_unref);
  g_free (self);
}

/**
 * confab_mls_epoch_retire: (skip)
 * @self: (transfer full): an epoch that is over
 *
 * Erases all of an epoch but what late application messages need.
 *
 * Returns: (transfer full): that
 * Since: 0.1
 */
ConfabMlsPastEpoch *
confab_mls_epoch_retire (ConfabMlsEpoch *self)
{
  ConfabMlsPastEpoch *past = g_new0 (ConfabMlsPastEpoch, 1);

  past->number = self->context->epoch;
  past->encoded_context = g_steal_pointer (&self->encoded_context);
  past->tree = g_steal_pointer (&self->tree);
  past->own_leaf = self->own_leaf;
  past->sender_data = g_steal_pointer (&self->secrets->sender_data);
  past->secret_tree = g_steal_pointer (&self->secret_tree);
  confab_mls_epoch_free (self);

  return past;
}

void
confab_mls_past_epoch_free (ConfabMlsPastEpoch *self)
{
  g_clear_pointer (&self->encoded_context, g_bytes_unref);
  g_clear_pointer (&self->tree, confab_mls_ratchet_tree_unref);
  g_clear_pointer (&self->sender_data, confab_secret_unref);
  g_clear_pointer (&self->secret_tree, confab_mls_secret_tree_unref);
  g_free (self);
}

gboolean
confab_mls_epoch_check_tag (const ConfabMlsEpoch  *self,
                            GBytes                *confirmation_tag,
                            GError               **error)
{
  if (confab_crypto_equal (confab_span_from_bytes (self->confirmation_tag), confab_span_from_bytes (confirmation_tag)))
    return TRUE;

  g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CONFIRMATION_TAG,
                       "the confirmation tag is wrong: this member and the sender disagree about the group");
  return FALSE;
}
