/* confab-mls-group-external.c: joining a group without being added: the external commit (RFC 9420, section 12.4.3.2)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-commit-draft.h"
#include "confab-mls-group-private.h"

/* Chooses the init secret and encapsulates it to the group (section 8.3). */
static ConfabSecret *
encapsulate_init_secret (const ConfabMlsGroupInfo  *info,
                         const ConfabCryptoSuite   *suite,
                         GBytes                   **kem_output,
                         GError                   **error)
{
  GBytes *data = confab_mls_extensions_find (info->extensions, CONFAB_MLS_EXTENSION_EXTERNAL_PUB);
  ConfabMlsReader reader;

  if (data == NULL)
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_EXTERNAL_JOIN, "the group information has no external public key");
      return NULL;
    }

  confab_mls_reader_init (&reader, confab_span_from_bytes (data));
  ConfabSpan public_key = confab_mls_reader_opaque (&reader);
  if (!confab_mls_reader_finish (&reader, "external_pub", error))
    return NULL;

  ConfabSecret *init_secret =
    confab_crypto_hpke_send_export (suite, public_key, confab_span_empty (),
                                    confab_span_from_string (CONFAB_MLS_LABEL_EXTERNAL_INIT),
                                    confab_crypto_suite_get_hash_length (suite), kem_output, NULL);
  if (init_secret == NULL)
    confab_mls_fail (error, CONFAB_MLS_ERROR_EXTERNAL_JOIN, "the external public key of the group is unusable");

  return init_secret;
}

static ConfabMlsProposalList *
make_proposals (GBytes    *kem_output,
                gint64     resync_leaf,
                GPtrArray *psks)
{
  ConfabMlsProposalList *list = confab_mls_proposal_list_new ();
  ConfabMlsSender sender = { .type = CONFAB_MLS_SENDER_NEW_MEMBER_COMMIT };
  g_autoptr (ConfabMlsProposal) init = confab_mls_proposal_new_external_init (kem_output);

  confab_mls_proposal_list_append (list, init, sender, NULL);
  if (resync_leaf >= 0)
    {
      g_autoptr (ConfabMlsProposal) removal = confab_mls_proposal_new_remove (resync_leaf);
      confab_mls_proposal_list_append (list, removal, sender, NULL);
    }

  for (guint i = 0; psks != NULL && i < psks->len; i++)
    {
      g_autoptr (ConfabMlsProposal) psk = confab_mls_proposal_new_psk (g_ptr_array_index (psks, i));
      confab_mls_proposal_list_append (list, psk, sender, NULL);
    }

  return list;
}

static ConfabMlsContent *
make_content (ConfabMlsGroup               *self,
              const ConfabMlsGroupInfo     *info,
              const ConfabMlsProposalList  *proposals,
              ConfabMlsUpdatePath          *path,
              GError                      **error)
{
  ConfabMlsSender sender = { .type = CONFAB_MLS_SENDER_NEW_MEMBER_COMMIT };
  g_autoptr (GBytes) context = confab_mls_group_context_encode (info->context);
  g_autoptr (ConfabMlsContent) content =
    confab_mls_content_new (CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE, info->context, sender, NULL,
                            CONFAB_MLS_CONTENT_COMMIT);

  content->commit = confab_mls_commit_new ();
  content->commit->path = path;
  for (guint i = 0; i < proposals->entries->len; i++)
    {
      ConfabMlsProposalEntry *entry = g_ptr_array_index (proposals->entries, i);
      confab_mls_commit_take_value (content->commit, confab_mls_proposal_ref (entry->proposal));
    }

  if (!confab_mls_content_sign (content, self->suite, context,
                                confab_secret_span (confab_mls_identity_get_private_key (self->identity)), error))
    return NULL;

  return g_steal_pointer (&content);
}

static gboolean
take_leaf (ConfabMlsCommitDraft  *draft,
           ConfabMlsIdentity     *identity,
           GError               **error)
{
  GBytes *own_key = confab_mls_identity_get_public_key (identity);

  for (guint32 i = 0; i < confab_mls_ratchet_tree_get_n_leaves (draft->tree); i++)
    {
      ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (draft->tree, i);

      if (leaf_node != NULL && g_bytes_equal (leaf_node->signature_key, own_key))
        return confab_mls_fail (error, CONFAB_MLS_ERROR_DUPLICATE_KEY,
                                "this client is a member already: its old leaf must be removed in the same commit");
    }

  draft->own_leaf = confab_mls_ratchet_tree_reserve_leaf (draft->tree, error);

  return draft->own_leaf != CONFAB_MLS_NO_NODE;
}

/* Makes the commit and the epoch that it leads to. */
static ConfabMlsEpoch *
commit_externally (ConfabMlsGroup               *self,
                   const ConfabMlsGroupInfo     *info,
                   ConfabMlsRatchetTree         *tree,
                   const ConfabMlsProposalList  *proposals,
                   const ConfabSecret           *init_secret,
                   ConfabMlsContent            **content,
                   GError                      **error)
{
  ConfabMlsCommitSituation situation = {
    .tree = tree,
    .context = info->context,
    .policy = self->policy,
    .committer = CONFAB_MLS_NO_NODE,
    .is_sending = TRUE,
  };
  g_autoptr (GPtrArray) psk_ids = confab_mls_proposal_list_get_psks (proposals);

  if (!confab_mls_proposal_list_check (proposals, &situation, error))
    return NULL;

  g_autoptr (GPtrArray) psks = confab_mls_group_find_psks (self, psk_ids, error);
  g_autoptr (ConfabMlsCommitDraft) draft =
    confab_mls_commit_draft_new (tree, info->context, NULL, CONFAB_MLS_NO_NODE, self->policy);
  if (psks == NULL || !confab_mls_commit_draft_apply (draft, proposals, error)
      || !take_leaf (draft, self->identity, error))
    return NULL;

  ConfabMlsUpdatePath *path = confab_mls_commit_draft_add_path (draft, self->identity, error);
  if (path == NULL)
    return NULL;

  *content = make_content (self, info, proposals, path, error);
  if (*content == NULL)
    return NULL;

  g_autoptr (GBytes) interim =
    confab_mls_transcript_interim (self->suite, info->context->confirmed_transcript_hash, info->confirmation_tag);

  return confab_mls_commit_draft_finish (draft, *content, interim, init_secret, psk_ids, psks);
}

static GBytes *
wrap_content (ConfabMlsContent *content)
{
  g_autoptr (ConfabMlsMessage) message = g_new0 (ConfabMlsMessage, 1);

  message->wire_format = CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE;
  message->public_message = g_new0 (ConfabMlsPublicMessage, 1);
  message->public_message->content = content;

  return confab_mls_message_encode (message);
}

/**
 * confab_mls_group_join_external:
 * @group_info: a group information of the current epoch
 * @identity: who joins
 * @ratchet_tree: (nullable): the ratchet tree, if it does not come in @group_info
 * @psks: (nullable) (element-type ConfabMlsPskId): pre-shared keys to mix in
 * @resync_leaf: the old leaf of this client, which it lost the state to and which is removed; -1 if it has none
 * @policy: the application's policy
 * @commit: (out) (transfer full): the commit to send
 * @error: return location for an error
 *
 * Joins a group by an external commit. The group that is returned is in the epoch after it: it is of use once the
 * commit was accepted, and to be dropped if it was not.
 *
 * Returns: (transfer full) (nullable): the group
 * Since: 0.1
 */
ConfabMlsGroup *
confab_mls_group_join_external (GBytes             *group_info,
                                ConfabMlsIdentity  *identity,
                                GBytes             *ratchet_tree,
                                GPtrArray          *psks,
                                gint64              resync_leaf,
                                ConfabMlsPolicy    *policy,
                                GBytes            **commit,
                                GError            **error)
{
  g_autoptr (ConfabMlsMessage) message = confab_mls_message_decode (group_info, error);

  if (message == NULL)
    return NULL;

  const ConfabMlsGroupInfo *info = message->group_info;
  if (info == NULL || info->context->cipher_suite != confab_mls_identity_get_cipher_suite (identity))
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_EXTERNAL_JOIN,
                       "it is no group information of the identity's cipher suite");
      return NULL;
    }

  const ConfabCryptoSuite *suite = confab_mls_suite_lookup (info->context->cipher_suite, error);
  if (suite == NULL)
    return NULL;

  g_autoptr (ConfabMlsRatchetTree) tree =
    confab_mls_group_info_get_tree (info, suite, ratchet_tree, policy, error);
  if (tree == NULL)
    return NULL;

  g_autoptr (GBytes) kem_output = NULL;
  g_autoptr (ConfabSecret) init_secret = encapsulate_init_secret (info, suite, &kem_output, error);
  if (init_secret == NULL)
    return NULL;

  g_autoptr (ConfabMlsGroup) self = confab_mls_group_alloc (suite, policy, identity);
  g_autoptr (ConfabMlsProposalList) proposals = make_proposals (kem_output, resync_leaf, psks);
  g_autoptr (ConfabMlsContent) content = NULL;
  ConfabMlsEpoch *epoch = commit_externally (self, info, tree, proposals, init_secret, &content, error);
  if (epoch == NULL)
    return NULL;

  confab_mls_group_start (self, epoch);
  *commit = wrap_content (g_steal_pointer (&content));

  return g_steal_pointer (&self);
}
