/* confab-mls-group-commit.c: making a commit and the Welcome that goes with it (RFC 9420, section 12.4.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-commit-draft.h"
#include "confab-mls-group-private.h"

static GBytes *
encrypt_group_info (const ConfabMlsCommitDraft  *draft,
                    const ConfabMlsGroupInfo    *info,
                    GError                     **error)
{
  const ConfabCryptoSuite *suite = draft->suite;
  g_autoptr (GByteArray) plaintext = g_byte_array_new ();
  g_autoptr (ConfabSecret) key = NULL;
  g_autoptr (ConfabSecret) nonce = NULL;

  confab_mls_key_schedule_welcome_keys (suite, draft->joiner_secret, draft->psk_secret, &key, &nonce);
  confab_mls_group_info_write (info, plaintext);

  return confab_crypto_aead_seal (suite, confab_secret_span (key), confab_secret_span (nonce), confab_span_empty (),
                                  confab_span_from_array (plaintext), error);
}

/* Encrypts to one new member what it needs to derive the epoch: the joiner secret, and the path secret of the
 * lowest node that it shares with the committer. */
static ConfabMlsHpkeCiphertext *
encrypt_group_secrets (const ConfabMlsCommitDraft  *draft,
                       const ConfabMlsKeyPackage   *key_package,
                       guint32                      leaf,
                       GPtrArray                   *psk_ids,
                       const ConfabCryptoHpkeInfo  *label,
                       GError                     **error)
{
  guint32 ancestor = confab_mls_tree_common_ancestor (2 * leaf, 2 * draft->own_leaf);
  ConfabMlsGroupSecrets secrets = { .joiner_secret = draft->joiner_secret, .psks = psk_ids };
  g_autoptr (ConfabMlsSecretArray) plaintext = confab_mls_secret_array_new (4096);
  g_autoptr (GBytes) kem_output = NULL;

  if (draft->path != NULL)
    secrets.path_secret = confab_mls_tree_path_find_secret (draft->path, ancestor);

  confab_mls_group_secrets_write (&secrets, plaintext);
  g_autoptr (GBytes) ciphertext =
    confab_crypto_hpke_seal_prepared (label, confab_span_from_bytes (key_package->init_key), confab_span_empty (),
                                      confab_span_from_array (plaintext), &kem_output, error);

  return ciphertext != NULL ? confab_mls_hpke_ciphertext_new (kem_output, ciphertext) : NULL;
}

/* One Welcome for all that were added. */
static GBytes *
make_welcome (const ConfabMlsCommitDraft   *draft,
              const ConfabMlsProposalList  *proposals,
              const ConfabMlsGroupInfo     *info,
              GPtrArray                    *psk_ids,
              GError                      **error)
{
  g_autoptr (ConfabMlsMessage) message = g_new0 (ConfabMlsMessage, 1);
  guint place = 0;

  message->wire_format = CONFAB_MLS_WIRE_FORMAT_WELCOME;
  message->welcome = confab_mls_welcome_new (confab_crypto_suite_get_id (draft->suite));
  message->welcome->encrypted_group_info = encrypt_group_info (draft, info, error);
  if (message->welcome->encrypted_group_info == NULL)
    return NULL;

  g_autoptr (ConfabCryptoHpkeInfo) label =
    confab_mls_prepare_label (draft->suite, CONFAB_MLS_LABEL_WELCOME,
                              confab_span_from_bytes (message->welcome->encrypted_group_info));

  for (guint i = 0; i < proposals->entries->len; i++)
    {
      ConfabMlsProposal *proposal = ((ConfabMlsProposalEntry *) g_ptr_array_index (proposals->entries, i))->proposal;

      if (proposal->type != CONFAB_MLS_PROPOSAL_ADD)
        continue;

      g_autoptr (GBytes) reference = confab_mls_key_package_make_reference (proposal->key_package, error);
      ConfabMlsHpkeCiphertext *encrypted =
        encrypt_group_secrets (draft, proposal->key_package, g_array_index (draft->applied->added, guint32, place++),
                               psk_ids, label, error);
      if (encrypted == NULL)
        return NULL;

      confab_mls_welcome_take_secrets (message->welcome, reference, encrypted);
    }

  return confab_mls_message_encode (message);
}

static ConfabMlsCommitResult *
make_result (const ConfabMlsCommitDraft   *draft,
             const ConfabMlsEpoch         *epoch,
             const ConfabMlsProposalList  *proposals,
             ConfabMlsIdentity            *identity,
             GPtrArray                    *psk_ids,
             ConfabMlsCommitFlags          flags,
             GError                      **error)
{
  gboolean with_tree = (flags & CONFAB_MLS_COMMIT_OMIT_TREE) == 0;
  g_autoptr (ConfabMlsCommitResult) result = g_new0 (ConfabMlsCommitResult, 1);
  g_autoptr (ConfabMlsGroupInfo) public_info =
    confab_mls_epoch_make_group_info (epoch, identity, with_tree, TRUE, error);

  if (public_info == NULL)
    return NULL;

  ConfabMlsMessage message = { .wire_format = CONFAB_MLS_WIRE_FORMAT_GROUP_INFO, .group_info = public_info };
  result->group_info = confab_mls_message_encode (&message);
  if (draft->applied->added->len == 0)
    return g_steal_pointer (&result);

  result->welcome = make_welcome (draft, proposals, public_info, psk_ids, error);

  return result->welcome != NULL ? g_steal_pointer (&result) : NULL;
}

static ConfabMlsContent *
make_content (ConfabMlsGroup               *self,
              const ConfabMlsProposalList  *proposals,
              ConfabMlsUpdatePath          *path,
              GBytes                       *authenticated_data,
              GError                      **error)
{
  g_autoptr (ConfabMlsContent) content =
    confab_mls_group_new_content (self, authenticated_data, CONFAB_MLS_CONTENT_COMMIT);

  content->commit = confab_mls_commit_new ();
  content->commit->path = path;
  for (guint i = 0; i < proposals->entries->len; i++)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (proposals->entries, i);

      if (entry->reference != NULL)
        confab_mls_commit_add_reference (content->commit, entry->reference);
      else
        confab_mls_commit_take_value (content->commit, confab_mls_proposal_ref (entry->proposal));
    }

  return confab_mls_group_sign_content (self, content, error) ? g_steal_pointer (&content) : NULL;
}

static void
set_pending (ConfabMlsGroup              *self,
             ConfabMlsEpoch              *epoch,
             GBytes                      *message,
             ConfabMlsIdentity           *identity,
             const ConfabMlsProposalList *proposals)
{
  ConfabMlsProposal *reinit = confab_mls_proposal_list_find (proposals, CONFAB_MLS_PROPOSAL_REINIT);

  self->pending = g_new0 (ConfabMlsPendingCommit, 1);
  self->pending->epoch = epoch;
  self->pending->message = g_bytes_ref (message);
  self->pending->identity = confab_mls_identity_ref (identity);
  self->pending->reinit = reinit != NULL ? confab_mls_proposal_ref (reinit) : NULL;
}

static gboolean
check_may_commit (ConfabMlsGroup  *self,
                  GError         **error)
{
  if (!confab_mls_group_check_active (self, error))
    return FALSE;

  if (self->pending != NULL)
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_PENDING_COMMIT,
                           "a commit of this client waits to be merged or dropped");
      return FALSE;
    }

  return TRUE;
}

/* Checks the proposals and applies them to a draft. */
static ConfabMlsCommitDraft *
start_draft (ConfabMlsGroup               *self,
             const ConfabMlsProposalList  *proposals,
             gboolean                      begins_successor,
             GPtrArray                   **psks,
             GError                      **error)
{
  ConfabMlsEpoch *old = self->epoch;
  ConfabMlsCommitSituation situation;
  g_autoptr (GPtrArray) psk_ids = confab_mls_proposal_list_get_psks (proposals);

  confab_mls_group_get_situation (self, old->own_leaf, TRUE, &situation);
  situation.begins_successor = begins_successor;
  if (!confab_mls_proposal_list_check (proposals, &situation, error))
    return NULL;

  g_autoptr (GPtrArray) found = confab_mls_group_find_psks (self, psk_ids, error);
  g_autoptr (ConfabMlsCommitDraft) draft =
    confab_mls_commit_draft_new (old->tree, old->context, old->keys, old->own_leaf, self->policy);
  if (found == NULL || !confab_mls_commit_draft_apply (draft, proposals, error))
    return NULL;

  *psks = g_steal_pointer (&found);

  return g_steal_pointer (&draft);
}

/* Leaves out the received proposals that cannot be committed together with what is there already. Otherwise a member
 * could stop every commit, its own removal included, by a proposal that nobody can apply. */
static void
drop_futile_proposals (ConfabMlsGroup        *self,
                       ConfabMlsProposalList *proposals,
                       gboolean               begins_successor)
{
  g_autoptr (GPtrArray) candidates = g_steal_pointer (&proposals->entries);

  proposals->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_entry_free);
  for (guint i = 0; i < candidates->len; i++)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (candidates, i);
      g_autoptr (GPtrArray) psks = NULL;
      g_autoptr (ConfabMlsCommitDraft) draft = NULL;

      confab_mls_proposal_list_append (proposals, entry->proposal, entry->sender, entry->reference);
      if (entry->reference == NULL)
        continue;

      draft = start_draft (self, proposals, begins_successor, &psks, NULL);
      if (draft == NULL)
        g_ptr_array_set_size (proposals->entries, proposals->entries->len - 1);
    }
}

/**
 * confab_mls_group_make_commit: (skip)
 * @self: a group
 * @given: (nullable) (element-type ConfabMlsProposal): proposals by value
 * @flags: how
 * @authenticated_data: (nullable): what to attach in plain text
 * @begins_successor: whether this is the first commit of a group that continues another one
 * @error: return location for an error
 *
 * Makes a commit and keeps the epoch it leads to as pending.
 *
 * Returns: (transfer full) (nullable): the messages
 * Since: 0.1
 */
ConfabMlsCommitResult *
confab_mls_group_make_commit (ConfabMlsGroup        *self,
                              GPtrArray             *given,
                              ConfabMlsCommitFlags   flags,
                              GBytes                *authenticated_data,
                              gboolean               begins_successor,
                              GError               **error)
{
  ConfabMlsEpoch *old = self->epoch;
  g_autoptr (GPtrArray) psks = NULL;

  if (!check_may_commit (self, error))
    return NULL;

  g_autoptr (ConfabMlsProposalList) proposals =
    confab_mls_group_select_proposals (self, given, (flags & CONFAB_MLS_COMMIT_ONLY_GIVEN) != 0);
  g_autoptr (ConfabMlsCommitDraft) draft = start_draft (self, proposals, begins_successor, &psks, NULL);
  if (draft == NULL)
    {
      drop_futile_proposals (self, proposals, begins_successor);
      draft = start_draft (self, proposals, begins_successor, &psks, error);
    }
  if (draft == NULL)
    return NULL;

  g_autoptr (GPtrArray) psk_ids = confab_mls_proposal_list_get_psks (proposals);
  g_autoptr (ConfabMlsUpdatePath) path = NULL;
  g_autoptr (ConfabMlsIdentity) identity = confab_mls_identity_ref (self->identity);
  if ((flags & CONFAB_MLS_COMMIT_OMIT_PATH) == 0 || confab_mls_proposal_list_needs_path (proposals))
    {
      if (self->next_identity != NULL)
        {
          confab_mls_identity_unref (identity);
          identity = confab_mls_identity_ref (self->next_identity);
        }
      path = confab_mls_commit_draft_add_path (draft, identity, error);
      if (path == NULL)
        return NULL;
    }

  g_autoptr (ConfabMlsContent) content =
    make_content (self, proposals, g_steal_pointer (&path), authenticated_data, error);
  if (content == NULL)
    return NULL;

  g_autoptr (ConfabMlsEpoch) epoch = confab_mls_commit_draft_finish (draft, content, old->interim_transcript_hash,
                                                                     old->secrets->init, psk_ids, psks);
  g_autoptr (ConfabMlsCommitResult) result =
    make_result (draft, epoch, proposals, identity, psk_ids, flags, error);
  if (result == NULL)
    return NULL;

  result->commit = confab_mls_group_protect (self, g_steal_pointer (&content), error);
  if (result->commit == NULL)
    return NULL;

  set_pending (self, g_steal_pointer (&epoch), result->commit, identity, proposals);

  return g_steal_pointer (&result);
}

/**
 * confab_mls_group_commit:
 * @self: a group
 * @proposals: (nullable) (element-type ConfabMlsProposal): changes to make
 * @flags: how
 * @authenticated_data: (nullable): what to attach to the message in plain text, authenticated
 * @error: return location for an error
 *
 * Makes a commit of @proposals and, unless told otherwise, of what others proposed in this epoch. It is pending
 * then: see confab_mls_group_merge_pending().
 *
 * Returns: (transfer full) (nullable): the messages to send
 * Since: 0.1
 */
ConfabMlsCommitResult *
confab_mls_group_commit (ConfabMlsGroup        *self,
                         GPtrArray             *proposals,
                         ConfabMlsCommitFlags   flags,
                         GBytes                *authenticated_data,
                         GError               **error)
{
  return confab_mls_group_make_commit (self, proposals, flags, authenticated_data, FALSE, error);
}

/**
 * confab_mls_group_add:
 * @self: a group
 * @key_packages: (element-type ConfabMlsKeyPackage): key packages of the clients to add
 * @error: return location for an error
 *
 * Makes a commit that adds clients.
 *
 * Returns: (transfer full) (nullable): the messages to send
 * Since: 0.1
 */
ConfabMlsCommitResult *
confab_mls_group_add (ConfabMlsGroup  *self,
                      GPtrArray       *key_packages,
                      GError         **error)
{
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_unref);

  for (guint i = 0; i < key_packages->len; i++)
    g_ptr_array_add (proposals, confab_mls_proposal_new_add (g_ptr_array_index (key_packages, i)));

  return confab_mls_group_commit (self, proposals, CONFAB_MLS_COMMIT_DEFAULT, NULL, error);
}

/**
 * confab_mls_group_remove:
 * @self: a group
 * @leaf_indices: (array length=n_leaf_indices): the leaves of the members to remove
 * @n_leaf_indices: how many
 * @error: return location for an error
 *
 * Makes a commit that removes members.
 *
 * Returns: (transfer full) (nullable): the messages to send
 * Since: 0.1
 */
ConfabMlsCommitResult *
confab_mls_group_remove (ConfabMlsGroup  *self,
                         const guint32   *leaf_indices,
                         gsize            n_leaf_indices,
                         GError         **error)
{
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_unref);

  for (gsize i = 0; i < n_leaf_indices; i++)
    g_ptr_array_add (proposals, confab_mls_proposal_new_remove (leaf_indices[i]));

  return confab_mls_group_commit (self, proposals, CONFAB_MLS_COMMIT_DEFAULT, NULL, error);
}

/**
 * confab_mls_group_update:
 * @self: a group
 * @error: return location for an error
 *
 * Makes a commit that gives this client fresh keys: whoever had copied the old ones is locked out.
 *
 * Returns: (transfer full) (nullable): the messages to send
 * Since: 0.1
 */
ConfabMlsCommitResult *
confab_mls_group_update (ConfabMlsGroup  *self,
                         GError         **error)
{
  return confab_mls_group_commit (self, NULL, CONFAB_MLS_COMMIT_DEFAULT, NULL, error);
}

/**
 * confab_mls_group_has_pending:
 * @self: a group
 *
 * Returns: whether a commit of this client waits
 * Since: 0.1
 */
gboolean
confab_mls_group_has_pending (ConfabMlsGroup *self)
{
  return self->pending != NULL;
}

/**
 * confab_mls_group_clear_pending:
 * @self: a group
 *
 * Drops a commit that was not accepted. The group stays as it is; the proposals that it covered wait again.
 *
 * Since: 0.1
 */
void
confab_mls_group_clear_pending (ConfabMlsGroup *self)
{
  g_clear_pointer (&self->pending, confab_mls_pending_commit_free);
}

/**
 * confab_mls_group_merge_pending:
 * @self: a group
 * @error: return location for an error
 *
 * Goes on to the epoch of the commit that this client made, because it was accepted.
 *
 * Returns: %TRUE on success; %FALSE if no commit is pending
 * Since: 0.1
 */
gboolean
confab_mls_group_merge_pending (ConfabMlsGroup  *self,
                                GError         **error)
{
  if (self->pending == NULL)
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_PENDING_COMMIT,
                           "no commit of this client is pending");
      return FALSE;
    }

  g_autoptr (ConfabMlsPendingCommit) pending = g_steal_pointer (&self->pending);

  if (pending->identity == self->next_identity)
    g_clear_pointer (&self->next_identity, confab_mls_identity_unref);
  confab_mls_identity_unref (self->identity);
  self->identity = g_steal_pointer (&pending->identity);
  g_clear_pointer (&self->reinit, confab_mls_proposal_unref);
  self->reinit = g_steal_pointer (&pending->reinit);
  confab_mls_group_advance (self, g_steal_pointer (&pending->epoch));

  return TRUE;
}
