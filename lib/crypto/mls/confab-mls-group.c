/* confab-mls-group.c: a group of Messaging Layer Security (RFC 9420), as one client takes part in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-group-private.h"

#include "confab-mls-tree-validation.h"

/**
 * ConfabMlsGroup:
 *
 * A group as one of its members sees it.
 *
 * A group goes from epoch to epoch by commits. confab_mls_group_commit() and its shorthands make one, which changes
 * nothing yet: it is sent, and when the delivery service has accepted it, confab_mls_group_merge_pending() goes on
 * to the new epoch. When another commit won, confab_mls_group_process() follows that one and the own is dropped.
 * Exactly one commit of an epoch counts; to see to that is the business of the delivery service.
 *
 * Every call that sends, and every message that is processed, changes the state: store it
 * (confab_mls_group_serialize()) before what it gave is sent or shown. A group is not thread-safe.
 *
 * Since: 0.1
 */

static void
resumption_clear (gpointer resumption)
{
  g_clear_pointer (&((ConfabMlsResumption *) resumption)->psk, confab_secret_unref);
}

void
confab_mls_own_update_free (ConfabMlsOwnUpdate *self)
{
  g_clear_pointer (&self->encryption_key, g_bytes_unref);
  g_clear_pointer (&self->private_key, confab_secret_unref);
  g_clear_pointer (&self->identity, confab_mls_identity_unref);
  g_free (self);
}

void
confab_mls_pending_commit_free (ConfabMlsPendingCommit *self)
{
  g_clear_pointer (&self->epoch, confab_mls_epoch_free);
  g_clear_pointer (&self->message, g_bytes_unref);
  g_clear_pointer (&self->identity, confab_mls_identity_unref);
  g_clear_pointer (&self->reinit, confab_mls_proposal_unref);
  g_free (self);
}

/**
 * confab_mls_commit_result_free:
 * @self: (transfer full): a result
 *
 * Frees a result.
 *
 * Since: 0.1
 */
void
confab_mls_commit_result_free (ConfabMlsCommitResult *self)
{
  g_clear_pointer (&self->commit, g_bytes_unref);
  g_clear_pointer (&self->welcome, g_bytes_unref);
  g_clear_pointer (&self->group_info, g_bytes_unref);
  g_free (self);
}

ConfabMlsGroup *
confab_mls_group_alloc (const ConfabCryptoSuite *suite,
                        ConfabMlsPolicy         *policy,
                        ConfabMlsIdentity       *identity)
{
  ConfabMlsGroup *self = g_new0 (ConfabMlsGroup, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->suite = suite;
  self->policy = confab_mls_policy_ref (policy);
  self->identity = confab_mls_identity_ref (identity);
  self->past_epochs = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_past_epoch_free);
  self->resumptions = g_array_new (FALSE, FALSE, sizeof (ConfabMlsResumption));
  g_array_set_clear_func (self->resumptions, resumption_clear);
  self->proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_entry_free);
  self->own_updates = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_own_update_free);

  return self;
}

/* Sets the first epoch that this member knows. Takes ownership of @epoch. */
void
confab_mls_group_start (ConfabMlsGroup *self,
                        ConfabMlsEpoch *epoch)
{
  ConfabMlsResumption resumption = {
    .epoch = epoch->context->epoch,
    .psk = confab_secret_ref (epoch->secrets->resumption_psk),
  };

  g_array_append_val (self->resumptions, resumption);
  while (self->resumptions->len > MAX (confab_mls_policy_get_retained_resumptions (self->policy), 1))
    g_array_remove_index (self->resumptions, 0);

  self->epoch = epoch;
}

/* Goes on to the next epoch; proposals and pending commits of the old one are void. Takes ownership of @epoch. */
void
confab_mls_group_advance (ConfabMlsGroup *self,
                          ConfabMlsEpoch *epoch)
{
  g_ptr_array_add (self->past_epochs, confab_mls_epoch_retire (g_steal_pointer (&self->epoch)));
  while (self->past_epochs->len > confab_mls_policy_get_retained_epochs (self->policy))
    g_ptr_array_remove_index (self->past_epochs, 0);

  g_ptr_array_set_size (self->proposals, 0);
  g_ptr_array_set_size (self->own_updates, 0);
  g_clear_pointer (&self->pending, confab_mls_pending_commit_free);
  confab_mls_group_start (self, epoch);
}

gboolean
confab_mls_group_check_active (ConfabMlsGroup  *self,
                               GError         **error)
{
  if (self->was_removed)
    g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_NOT_MEMBER,
                         "this client was removed from the group");
  else if (self->reinit != NULL)
    g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_REINIT,
                         "the group was re-initialised: its successor takes its place");

  return !self->was_removed && self->reinit == NULL;
}

static ConfabSecret *
find_psk (ConfabMlsGroup       *self,
          const ConfabMlsPskId *id)
{
  if (id->type == CONFAB_MLS_PSK_RESUMPTION && self->epoch != NULL
      && g_bytes_equal (id->group_id, confab_mls_group_get_id (self)))
    return confab_mls_group_get_resumption_psk (self, id->epoch);

  if (id->type == CONFAB_MLS_PSK_RESUMPTION && self->predecessor != NULL
      && g_bytes_equal (id->group_id, confab_mls_group_get_id (self->predecessor)))
    return confab_mls_group_get_resumption_psk (self->predecessor, id->epoch);

  return confab_mls_policy_find_psk (self->policy, id);
}

/**
 * confab_mls_group_find_psks: (skip)
 * @self: a group
 * @ids: (element-type ConfabMlsPskId): identifiers
 * @error: return location for an error
 *
 * Finds pre-shared keys in the group's own past or with the application.
 *
 * Returns: (transfer full) (nullable) (element-type ConfabSecret): the keys, in order
 * Since: 0.1
 */
GPtrArray *
confab_mls_group_find_psks (ConfabMlsGroup  *self,
                            GPtrArray       *ids,
                            GError         **error)
{
  g_autoptr (GPtrArray) secrets = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_secret_unref);

  for (guint i = 0; i < ids->len; i++)
    {
      ConfabSecret *secret = find_psk (self, g_ptr_array_index (ids, i));

      if (secret == NULL)
        {
          g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_PSK, "a pre-shared key is not known");
          return NULL;
        }
      g_ptr_array_add (secrets, secret);
    }

  return g_steal_pointer (&secrets);
}

ConfabMlsOwnUpdate *
confab_mls_group_find_own_update (ConfabMlsGroup *self,
                                  GBytes         *encryption_key)
{
  for (guint i = 0; i < self->own_updates->len; i++)
    {
      ConfabMlsOwnUpdate *update = g_ptr_array_index (self->own_updates, i);

      if (g_bytes_equal (update->encryption_key, encryption_key))
        return update;
    }

  return NULL;
}

/* The tree of a new group: its creator's leaf (RFC 9420, section 11). */
static ConfabMlsRatchetTree *
make_first_tree (const ConfabCryptoSuite  *suite,
                 ConfabMlsIdentity        *identity,
                 const ConfabMlsPolicy    *policy,
                 ConfabMlsTreeKeys       **keys,
                 GError                  **error)
{
  guint64 now = confab_mls_policy_get_now (policy);
  guint64 lifetime = confab_mls_policy_get_maximum_lifetime (policy);
  g_autoptr (ConfabMlsKeyBundle) bundle =
    confab_mls_key_bundle_new (identity, now > lifetime / 8 ? now - lifetime / 8 : 0, now + lifetime / 2, FALSE, error);
  g_autoptr (ConfabMlsRatchetTree) tree = confab_mls_ratchet_tree_new (suite);

  if (bundle == NULL)
    return NULL;

  ConfabMlsLeafNode *leaf_node = confab_mls_key_bundle_get_key_package (bundle)->leaf_node;
  if (confab_mls_ratchet_tree_add_leaf (tree, leaf_node, error) == CONFAB_MLS_NO_NODE)
    return NULL;

  *keys = confab_mls_tree_keys_new (confab_mls_key_bundle_get_encryption_key (bundle));

  return g_steal_pointer (&tree);
}

/**
 * confab_mls_group_create:
 * @group_id: an identifier that no other group has
 * @identity: who creates it; its cipher suite becomes that of the group
 * @extensions: (nullable) (element-type ConfabMlsExtension): extensions of the group
 * @policy: the application's policy
 * @error: return location for an error
 *
 * Creates a group with one member, in epoch 0 (RFC 9420, section 11).
 *
 * Returns: (transfer full) (nullable): the group
 * Since: 0.1
 */
ConfabMlsGroup *
confab_mls_group_create (GBytes             *group_id,
                         ConfabMlsIdentity  *identity,
                         GPtrArray          *extensions,
                         ConfabMlsPolicy    *policy,
                         GError            **error)
{
  const ConfabCryptoSuite *suite = confab_mls_suite_lookup (confab_mls_identity_get_cipher_suite (identity), error);
  g_autoptr (GPtrArray) group_extensions = extensions != NULL ? g_ptr_array_ref (extensions)
                                                              : confab_mls_extensions_new ();
  g_autoptr (ConfabMlsTreeKeys) keys = NULL;

  if (suite == NULL)
    return NULL;

  g_autoptr (ConfabMlsRatchetTree) tree = make_first_tree (suite, identity, policy, &keys, error);
  if (tree == NULL || !confab_mls_tree_check_capabilities (tree, group_extensions, TRUE, NULL, error))
    return NULL;

  g_autoptr (GBytes) tree_hash = confab_mls_ratchet_tree_get_hash (tree);
  g_autoptr (GBytes) no_hash = g_bytes_new (NULL, 0);
  ConfabMlsGroupContext *context = confab_mls_group_context_new (confab_crypto_suite_get_id (suite), group_id, 0,
                                                                 tree_hash, no_hash, group_extensions);
  g_autoptr (ConfabSecret) epoch_secret = confab_secret_new_random (confab_crypto_suite_get_hash_length (suite));
  ConfabMlsGroup *self = confab_mls_group_alloc (suite, policy, identity);

  confab_mls_group_start (self,
                          confab_mls_epoch_new (context, tree, g_steal_pointer (&keys), 0,
                                                confab_mls_epoch_secrets_new_initial (suite, epoch_secret), policy));

  return self;
}

/**
 * confab_mls_group_ref:
 * @self: a group
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
ConfabMlsGroup *
confab_mls_group_ref (ConfabMlsGroup *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * confab_mls_group_unref:
 * @self: (transfer full): a group
 *
 * Drops a reference; the last one erases all secrets.
 *
 * Since: 0.1
 */
void
confab_mls_group_unref (ConfabMlsGroup *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->policy, confab_mls_policy_unref);
  g_clear_pointer (&self->identity, confab_mls_identity_unref);
  g_clear_pointer (&self->next_identity, confab_mls_identity_unref);
  g_clear_pointer (&self->epoch, confab_mls_epoch_free);
  g_clear_pointer (&self->past_epochs, g_ptr_array_unref);
  g_clear_pointer (&self->resumptions, g_array_unref);
  g_clear_pointer (&self->proposals, g_ptr_array_unref);
  g_clear_pointer (&self->own_updates, g_ptr_array_unref);
  g_clear_pointer (&self->pending, confab_mls_pending_commit_free);
  g_clear_pointer (&self->reinit, confab_mls_proposal_unref);
  g_free (self);
}

/**
 * confab_mls_group_export:
 * @self: a group
 * @label: what the secret is for
 * @context: what it is bound to
 * @length: its length in bytes
 * @error: return location for an error
 *
 * Exports a secret that all members have in this epoch (RFC 9420, section 8.5).
 *
 * Returns: (transfer full) (nullable): the secret
 * Since: 0.1
 */
ConfabSecret *
confab_mls_group_export (ConfabMlsGroup  *self,
                         const char      *label,
                         ConfabSpan       context,
                         gsize            length,
                         GError         **error)
{
  return confab_mls_epoch_secrets_export (self->epoch->secrets, self->suite, label, context, length, error);
}

/**
 * confab_mls_group_get_epoch_authenticator:
 * @self: a group
 *
 * Gives a value that is the same for all members exactly if they agree on the group (RFC 9420, section 8.7).
 *
 * Returns: (transfer full): the value
 * Since: 0.1
 */
GBytes *
confab_mls_group_get_epoch_authenticator (ConfabMlsGroup *self)
{
  return confab_span_to_bytes (confab_secret_span (self->epoch->secrets->epoch_authenticator));
}

/**
 * confab_mls_group_get_resumption_psk:
 * @self: a group
 * @epoch: an epoch of it
 *
 * Returns: (transfer full) (nullable): the resumption key of that epoch, if it is kept (RFC 9420, section 8.6)
 * Since: 0.1
 */
ConfabSecret *
confab_mls_group_get_resumption_psk (ConfabMlsGroup *self,
                                     guint64         epoch)
{
  for (guint i = 0; i < self->resumptions->len; i++)
    {
      ConfabMlsResumption *resumption = &g_array_index (self->resumptions, ConfabMlsResumption, i);

      if (resumption->epoch == epoch)
        return confab_secret_ref (resumption->psk);
    }

  return NULL;
}

/**
 * confab_mls_group_get_id:
 * @self: a group
 *
 * Returns: (transfer none): its identifier
 * Since: 0.1
 */
GBytes *
confab_mls_group_get_id (ConfabMlsGroup *self)
{
  return self->epoch->context->group_id;
}

/**
 * confab_mls_group_get_epoch:
 * @self: a group
 *
 * Returns: the number of its current epoch
 * Since: 0.1
 */
guint64
confab_mls_group_get_epoch (ConfabMlsGroup *self)
{
  return self->epoch->context->epoch;
}

/**
 * confab_mls_group_get_cipher_suite:
 * @self: a group
 *
 * Returns: the number of its cipher suite
 * Since: 0.1
 */
guint16
confab_mls_group_get_cipher_suite (ConfabMlsGroup *self)
{
  return confab_crypto_suite_get_id (self->suite);
}

/**
 * confab_mls_group_get_extensions:
 * @self: a group
 *
 * Returns: (transfer none) (element-type ConfabMlsExtension): its extensions, which are not to be changed
 * Since: 0.1
 */
GPtrArray *
confab_mls_group_get_extensions (ConfabMlsGroup *self)
{
  return self->epoch->context->extensions;
}

/**
 * confab_mls_group_get_own_leaf:
 * @self: a group
 *
 * Returns: the leaf of this client
 * Since: 0.1
 */
guint32
confab_mls_group_get_own_leaf (ConfabMlsGroup *self)
{
  return self->epoch->own_leaf;
}

/**
 * confab_mls_group_get_identity:
 * @self: a group
 *
 * Returns: (transfer none): the identity of this client in the group
 * Since: 0.1
 */
ConfabMlsIdentity *
confab_mls_group_get_identity (ConfabMlsGroup *self)
{
  return self->identity;
}

/**
 * confab_mls_group_set_next_identity:
 * @self: a group
 * @identity: (nullable): a new signature key, credential or leaf extensions
 *
 * Sets what this client will be in the group from its next commit with a path, or its next committed update, on.
 *
 * Since: 0.1
 */
void
confab_mls_group_set_next_identity (ConfabMlsGroup    *self,
                                    ConfabMlsIdentity *identity)
{
  if (identity != NULL)
    confab_mls_identity_ref (identity);

  g_clear_pointer (&self->next_identity, confab_mls_identity_unref);
  self->next_identity = identity;
}

/**
 * confab_mls_group_get_n_members:
 * @self: a group
 *
 * Returns: the number of its members
 * Since: 0.1
 */
guint
confab_mls_group_get_n_members (ConfabMlsGroup *self)
{
  return confab_mls_ratchet_tree_count_members (self->epoch->tree);
}

/**
 * confab_mls_group_get_members:
 * @self: a group
 *
 * Returns: (transfer full) (element-type ConfabMlsMember): its members, in the order of their leaves
 * Since: 0.1
 */
GPtrArray *
confab_mls_group_get_members (ConfabMlsGroup *self)
{
  GPtrArray *members = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_member_free);

  for (guint32 i = 0; i < confab_mls_ratchet_tree_get_n_leaves (self->epoch->tree); i++)
    {
      ConfabMlsMember *member = confab_mls_group_get_member (self, i);

      if (member != NULL)
        g_ptr_array_add (members, member);
    }

  return members;
}

/**
 * confab_mls_group_get_member:
 * @self: a group
 * @leaf_index: a leaf
 *
 * Returns: (transfer full) (nullable): the member at that leaf
 * Since: 0.1
 */
ConfabMlsMember *
confab_mls_group_get_member (ConfabMlsGroup *self,
                             guint32         leaf_index)
{
  ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (self->epoch->tree, leaf_index);

  return leaf_node != NULL ? confab_mls_member_new (leaf_index, leaf_node) : NULL;
}

/**
 * confab_mls_group_find_member:
 * @self: a group
 * @signature_key: a public signature key
 *
 * Returns: (transfer full) (nullable): the member with that key
 * Since: 0.1
 */
ConfabMlsMember *
confab_mls_group_find_member (ConfabMlsGroup *self,
                              GBytes         *signature_key)
{
  for (guint32 i = 0; i < confab_mls_ratchet_tree_get_n_leaves (self->epoch->tree); i++)
    {
      ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (self->epoch->tree, i);

      if (leaf_node != NULL && g_bytes_equal (leaf_node->signature_key, signature_key))
        return confab_mls_member_new (i, leaf_node);
    }

  return NULL;
}

/**
 * confab_mls_group_is_active:
 * @self: a group
 *
 * Returns: whether this client is a member and the group was not re-initialised
 * Since: 0.1
 */
gboolean
confab_mls_group_is_active (ConfabMlsGroup *self)
{
  return confab_mls_group_check_active (self, NULL);
}

/**
 * confab_mls_group_export_ratchet_tree:
 * @self: a group
 *
 * Gives the public tree, for newcomers who do not get it in their Welcome (RFC 9420, section 12.4.3.3).
 *
 * Returns: (transfer full): the encoded tree
 * Since: 0.1
 */
GBytes *
confab_mls_group_export_ratchet_tree (ConfabMlsGroup *self)
{
  return confab_mls_ratchet_tree_encode (self->epoch->tree);
}

/**
 * confab_mls_group_make_group_info:
 * @self: a group
 * @with_tree: whether the ratchet tree goes into it
 * @error: return location for an error
 *
 * Makes what a client needs for an external commit (RFC 9420, section 12.4.3).
 *
 * Returns: (transfer full) (nullable): the message
 * Since: 0.1
 */
GBytes *
confab_mls_group_make_group_info (ConfabMlsGroup  *self,
                                  gboolean         with_tree,
                                  GError         **error)
{
  if (!confab_mls_group_check_active (self, error))
    return NULL;

  g_autoptr (ConfabMlsGroupInfo) info =
    confab_mls_epoch_make_group_info (self->epoch, self->identity, with_tree, TRUE, error);
  if (info == NULL)
    return NULL;

  ConfabMlsMessage message = { .wire_format = CONFAB_MLS_WIRE_FORMAT_GROUP_INFO, .group_info = info };

  return confab_mls_message_encode (&message);
}
