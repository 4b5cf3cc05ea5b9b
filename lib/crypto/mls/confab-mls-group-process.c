/* confab-mls-group-process.c: messages that a group receives, up to what they mean (RFC 9420, section 6)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-external-sender.h"
#include "confab-mls-group-private.h"

static gboolean
check_group_and_epoch (ConfabMlsGroup  *self,
                       GBytes          *group_id,
                       guint64          epoch,
                       gboolean         may_be_past,
                       GError         **error)
{
  guint64 current = self->epoch->context->epoch;

  if (!g_bytes_equal (group_id, self->epoch->context->group_id))
    return confab_mls_fail (error, CONFAB_MLS_ERROR_WRONG_GROUP, "the message is for another group");

  if (epoch > current)
    {
      g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_FUTURE_EPOCH,
                   "the message is of epoch %" G_GUINT64_FORMAT ", this member is in %" G_GUINT64_FORMAT,
                   epoch, current);
      return FALSE;
    }

  if (epoch < current && !may_be_past)
    {
      g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_OLD_EPOCH,
                   "the message is of epoch %" G_GUINT64_FORMAT ", which is over", epoch);
      return FALSE;
    }

  return TRUE;
}

/* The key that a message must be signed with (section 6.1). Borrowed, except from an extension, which is copied. */
static GBytes *
find_signature_key (ConfabMlsGroup          *self,
                    ConfabMlsRatchetTree    *tree,
                    const ConfabMlsContent  *content,
                    GError                 **error)
{
  if (content->sender.type == CONFAB_MLS_SENDER_MEMBER)
    {
      ConfabMlsLeafNode *leaf_node = confab_mls_ratchet_tree_get_leaf (tree, content->sender.index);

      if (leaf_node != NULL)
        return g_bytes_ref (leaf_node->signature_key);
    }
  else if (content->sender.type == CONFAB_MLS_SENDER_EXTERNAL)
    {
      GBytes *data =
        confab_mls_extensions_find (self->epoch->context->extensions, CONFAB_MLS_EXTENSION_EXTERNAL_SENDERS);
      g_autoptr (GPtrArray) senders = data != NULL ? confab_mls_external_senders_decode (data, NULL) : NULL;

      if (senders != NULL && content->sender.index < senders->len)
        return g_bytes_ref (((ConfabMlsExternalSender *) g_ptr_array_index (senders, content->sender.index))
                              ->signature_key);
    }
  else if (content->sender.type == CONFAB_MLS_SENDER_NEW_MEMBER_PROPOSAL)
    {
      if (content->proposal != NULL && content->proposal->type == CONFAB_MLS_PROPOSAL_ADD)
        return g_bytes_ref (content->proposal->key_package->leaf_node->signature_key);
    }
  else if (content->commit != NULL && content->commit->path != NULL)
    {
      return g_bytes_ref (content->commit->path->leaf_node->signature_key);
    }

  confab_mls_fail (error, CONFAB_MLS_ERROR_SENDER, "the sender of the message does not exist or may not send it");

  return NULL;
}

/* Which kinds of content a sender may send, and how (sections 6 and 6.1). */
static gboolean
check_sender (const ConfabMlsContent  *content,
              GError                 **error)
{
  gboolean is_private = content->wire_format == CONFAB_MLS_WIRE_FORMAT_PRIVATE_MESSAGE;
  gboolean may = FALSE;

  switch (content->sender.type)
    {
    case CONFAB_MLS_SENDER_MEMBER:
      may = is_private || content->content_type != CONFAB_MLS_CONTENT_APPLICATION;
      break;

    case CONFAB_MLS_SENDER_EXTERNAL:
    case CONFAB_MLS_SENDER_NEW_MEMBER_PROPOSAL:
      may = content->content_type == CONFAB_MLS_CONTENT_PROPOSAL;
      break;

    case CONFAB_MLS_SENDER_NEW_MEMBER_COMMIT:
      may = content->content_type == CONFAB_MLS_CONTENT_COMMIT;
      break;
    }

  return may || confab_mls_fail (error, CONFAB_MLS_ERROR_SENDER, "such a sender may not send such content in this way");
}

static ConfabMlsEvent *
event_new (const ConfabMlsContent *content,
           ConfabMlsRatchetTree   *tree)
{
  ConfabMlsEvent *event = g_new0 (ConfabMlsEvent, 1);

  event->epoch = content->epoch;
  event->sender_type = content->sender.type;
  event->authenticated_data = g_bytes_ref (content->authenticated_data);
  if (content->sender.type == CONFAB_MLS_SENDER_MEMBER)
    event->sender = confab_mls_member_new (content->sender.index,
                                           confab_mls_ratchet_tree_get_leaf (tree, content->sender.index));

  return event;
}

static ConfabMlsEvent *
process_proposal (ConfabMlsGroup          *self,
                  const ConfabMlsContent  *content,
                  GError                 **error)
{
  g_autoptr (ConfabMlsEvent) event = event_new (content, self->epoch->tree);
  g_autoptr (ConfabMlsProposalEntry) entry =
    confab_mls_proposal_entry_new (content->proposal, content->sender, NULL);
  ConfabMlsCommitSituation situation;

  confab_mls_group_get_situation (self, self->epoch->own_leaf, FALSE, &situation);
  if (!confab_mls_group_check_active (self, error) || !confab_mls_proposal_check (entry, &situation, error))
    return NULL;

  event->type = CONFAB_MLS_EVENT_PROPOSAL;
  event->proposal = confab_mls_proposal_ref (content->proposal);
  event->proposal_reference = confab_mls_group_store_proposal (self, content, error);

  return event->proposal_reference != NULL ? g_steal_pointer (&event) : NULL;
}

static ConfabMlsEvent *
process_commit (ConfabMlsGroup          *self,
                const ConfabMlsContent  *content,
                GError                 **error)
{
  g_autoptr (ConfabMlsEvent) event = event_new (content, self->epoch->tree);

  event->type = CONFAB_MLS_EVENT_COMMIT;

  return confab_mls_group_apply_commit (self, content, event, error) ? g_steal_pointer (&event) : NULL;
}

static ConfabMlsEvent *
process_public (ConfabMlsGroup                *self,
                const ConfabMlsPublicMessage  *message,
                GError                       **error)
{
  const ConfabMlsContent *content = message->content;

  if (!check_group_and_epoch (self, content->group_id, content->epoch, FALSE, error)
      || !check_sender (content, error)
      || !confab_mls_public_message_check (message, self->suite, self->epoch->encoded_context,
                                           self->epoch->secrets->membership_key, error))
    return NULL;

  g_autoptr (GBytes) signature_key = find_signature_key (self, self->epoch->tree, content, error);
  if (signature_key == NULL
      || !confab_mls_content_verify (content, self->suite, self->epoch->encoded_context, signature_key, error))
    return NULL;

  return content->content_type == CONFAB_MLS_CONTENT_COMMIT ? process_commit (self, content, error)
                                                            : process_proposal (self, content, error);
}

/* The keys of a private message: those of the current epoch, or of a past one for a late application message. */
typedef struct
{
  GBytes               *encoded_context;
  ConfabMlsRatchetTree *tree;
  ConfabMlsSecretTree  *secret_tree;
  ConfabSecret         *sender_data;
  guint32               own_leaf;
} MessageKeys;

static gboolean
find_message_keys (ConfabMlsGroup  *self,
                   guint64          epoch,
                   MessageKeys     *keys,
                   GError         **error)
{
  if (epoch == self->epoch->context->epoch)
    {
      *keys = (MessageKeys) {
        .encoded_context = self->epoch->encoded_context,
        .tree = self->epoch->tree,
        .secret_tree = self->epoch->secret_tree,
        .sender_data = self->epoch->secrets->sender_data,
        .own_leaf = self->epoch->own_leaf,
      };
      return TRUE;
    }

  for (guint i = 0; i < self->past_epochs->len; i++)
    {
      ConfabMlsPastEpoch *past = g_ptr_array_index (self->past_epochs, i);

      if (past->number != epoch)
        continue;

      *keys = (MessageKeys) {
        .encoded_context = past->encoded_context,
        .tree = past->tree,
        .secret_tree = past->secret_tree,
        .sender_data = past->sender_data,
        .own_leaf = past->own_leaf,
      };
      return TRUE;
    }

  return confab_mls_fail (error, CONFAB_MLS_ERROR_OLD_EPOCH, "the keys of that epoch are not kept any more");
}

static ConfabMlsEvent *
process_opened (ConfabMlsGroup          *self,
                const ConfabMlsContent  *content,
                ConfabMlsRatchetTree    *tree,
                GError                 **error)
{
  if (content->content_type == CONFAB_MLS_CONTENT_COMMIT)
    return process_commit (self, content, error);

  if (content->content_type == CONFAB_MLS_CONTENT_PROPOSAL)
    return process_proposal (self, content, error);

  ConfabMlsEvent *event = event_new (content, tree);
  event->type = CONFAB_MLS_EVENT_APPLICATION;
  event->application_data = g_bytes_ref (content->application_data);

  return event;
}

static ConfabMlsEvent *
process_private (ConfabMlsGroup                 *self,
                 const ConfabMlsPrivateMessage  *message,
                 GError                        **error)
{
  gboolean is_application = message->content_type == CONFAB_MLS_CONTENT_APPLICATION;
  MessageKeys keys = { NULL };
  guint32 generation = 0;

  if (!check_group_and_epoch (self, message->group_id, message->epoch, is_application, error)
      || !find_message_keys (self, message->epoch, &keys, error))
    return NULL;

  g_autoptr (ConfabMlsContent) content =
    confab_mls_private_message_open (message, self->suite, keys.secret_tree, keys.sender_data, keys.own_leaf,
                                     &generation, error);
  if (content == NULL)
    return NULL;

  g_autoptr (GBytes) signature_key = find_signature_key (self, keys.tree, content, error);
  if (signature_key == NULL
      || !confab_mls_content_verify (content, self->suite, keys.encoded_context, signature_key, error))
    return NULL;

  g_autoptr (ConfabMlsSecretTree) secret_tree = confab_mls_secret_tree_ref (keys.secret_tree);
  ConfabMlsEvent *event = process_opened (self, content, keys.tree, error);

  /* A commit that could not be applied now, because a proposal or a key is missing, may be tried again. */
  if (event != NULL)
    confab_mls_secret_tree_erase (secret_tree, content->sender.index,
                                  confab_mls_ratchet_type_for (content->content_type), generation);

  return event;
}

static ConfabMlsEvent *
process_own_commit (ConfabMlsGroup  *self,
                    GError         **error)
{
  g_autoptr (ConfabMlsRatchetTree) before = confab_mls_ratchet_tree_ref (self->epoch->tree);
  g_autoptr (ConfabMlsEvent) event = g_new0 (ConfabMlsEvent, 1);

  event->type = CONFAB_MLS_EVENT_COMMIT;
  event->epoch = self->epoch->context->epoch;
  event->sender_type = CONFAB_MLS_SENDER_MEMBER;
  event->sender = confab_mls_group_get_member (self, self->epoch->own_leaf);
  event->authenticated_data = g_bytes_new (NULL, 0);
  event->is_own_commit = TRUE;
  event->reinit = self->pending->reinit != NULL ? confab_mls_proposal_ref (self->pending->reinit) : NULL;

  if (!confab_mls_group_merge_pending (self, error))
    return NULL;

  confab_mls_group_describe_change (before, self->epoch->tree, event);

  return g_steal_pointer (&event);
}

/**
 * confab_mls_group_process:
 * @self: a group
 * @message: a message as it arrived
 * @error: return location for an error
 *
 * Processes any message of the group: application data, proposals and commits, the own pending commit included.
 * After an error the group is as it was before, and the message may be tried again when what was missing has come.
 *
 * Returns: (transfer full) (nullable): what the message was and did
 * Since: 0.1
 */
ConfabMlsEvent *
confab_mls_group_process (ConfabMlsGroup  *self,
                          GBytes          *message,
                          GError         **error)
{
  g_autoptr (ConfabMlsMessage) decoded = confab_mls_message_decode (message, error);

  if (decoded == NULL)
    return NULL;

  /* Late messages can be read still; only somebody who was removed has nothing to expect. */
  if (self->was_removed && decoded->private_message == NULL)
    {
      confab_mls_group_check_active (self, error);
      return NULL;
    }

  if (self->pending != NULL && g_bytes_equal (self->pending->message, message))
    return process_own_commit (self, error);

  if (decoded->public_message != NULL)
    return process_public (self, decoded->public_message, error);

  if (decoded->private_message != NULL)
    return process_private (self, decoded->private_message, error);

  confab_mls_fail (error, CONFAB_MLS_ERROR_ARGUMENT, "the message is no message of a group");

  return NULL;
}
