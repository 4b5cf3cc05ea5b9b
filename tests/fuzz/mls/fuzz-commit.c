/* fuzz-commit.c: commits and proposals of a hostile member, of a newcomer, and of nobody
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Input: one byte that says how, and
 *   0: a message as it travels
 *   1: a commit, which the hostile member signs
 *   2: a commit, whose leaf node and message the hostile member signs
 *   3: a commit from outside, signed with the key of a newcomer
 *   4: a proposal that the hostile member signs; then another member's commit of it
 */

#include "config.h"

#include "fuzz.h"
#include "fuzz-group.h"

enum
{
  MODE_RAW,
  MODE_COMMIT,
  MODE_COMMIT_WITH_LEAF,
  MODE_EXTERNAL,
  MODE_PROPOSAL,
  N_MODES,
};

static GBytes *
wrap (const FuzzGroup   *fuzz,
      ConfabMlsContent  *content,
      ConfabMlsIdentity *signer)
{
  ConfabMlsEpoch *epoch = fuzz->hostile->epoch;
  g_autoptr (ConfabMlsMessage) message = g_new0 (ConfabMlsMessage, 1);

  confab_mls_content_sign (content, fuzz->hostile->suite, epoch->encoded_context,
                           confab_secret_span (confab_mls_identity_get_private_key (signer)), NULL);
  if (content->content_type == CONFAB_MLS_CONTENT_COMMIT)
    content->confirmation_tag = g_bytes_ref (epoch->confirmation_tag);

  message->wire_format = CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE;
  message->public_message = g_new0 (ConfabMlsPublicMessage, 1);
  message->public_message->content = content;
  if (content->sender.type == CONFAB_MLS_SENDER_MEMBER)
    message->public_message->membership_tag =
      confab_mls_membership_tag (content, fuzz->hostile->suite, epoch->encoded_context, epoch->secrets->membership_key);

  return confab_mls_message_encode (message);
}

static void
sign_leaf (const FuzzGroup   *fuzz,
           ConfabMlsCommit   *commit,
           ConfabMlsIdentity *signer,
           guint32            leaf)
{
  if (commit->path == NULL)
    return;

  ConfabMlsLeafNode *leaf_node = commit->path->leaf_node;
  g_bytes_unref (leaf_node->signature_key);
  leaf_node->signature_key = g_bytes_ref (confab_mls_identity_get_public_key (signer));
  confab_mls_leaf_node_sign (leaf_node, fuzz->hostile->suite,
                             confab_secret_span (confab_mls_identity_get_private_key (signer)),
                             confab_mls_group_get_id (fuzz->hostile), leaf, NULL);
}

static GBytes *
make_commit (const FuzzGroup *fuzz,
             guint8           mode,
             ConfabSpan       input)
{
  gboolean is_external = mode == MODE_EXTERNAL;
  ConfabMlsIdentity *signer = is_external ? fuzz->newcomer : fuzz->hostile->identity;
  ConfabMlsSender sender = { .type = CONFAB_MLS_SENDER_MEMBER, .index = 0 };
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, input);
  g_autoptr (ConfabMlsCommit) commit = confab_mls_commit_read (&reader);
  if (!confab_mls_reader_finish (&reader, "input", NULL))
    return NULL;

  if (is_external)
    sender.type = CONFAB_MLS_SENDER_NEW_MEMBER_COMMIT;
  if (mode != MODE_COMMIT)
    sign_leaf (fuzz, commit, signer, is_external ? 4 : 0);

  ConfabMlsContent *content =
    confab_mls_content_new (CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE, fuzz->hostile->epoch->context, sender, NULL,
                            CONFAB_MLS_CONTENT_COMMIT);
  content->commit = g_steal_pointer (&commit);

  return wrap (fuzz, content, signer);
}

static GBytes *
make_proposal (const FuzzGroup *fuzz,
               ConfabSpan       input)
{
  ConfabMlsSender sender = { .type = CONFAB_MLS_SENDER_MEMBER, .index = 0 };
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, input);
  g_autoptr (ConfabMlsProposal) proposal = confab_mls_proposal_read (&reader);
  if (!confab_mls_reader_finish (&reader, "input", NULL))
    return NULL;

  ConfabMlsContent *content =
    confab_mls_content_new (CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE, fuzz->hostile->epoch->context, sender, NULL,
                            CONFAB_MLS_CONTENT_PROPOSAL);
  content->proposal = g_steal_pointer (&proposal);

  return wrap (fuzz, content, fuzz->hostile->identity);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  const FuzzGroup *fuzz = fuzz_group_get ();
  g_autoptr (GBytes) message = NULL;

  if (size == 0)
    return 0;

  ConfabSpan input = confab_span (data + 1, size - 1);
  guint8 mode = data[0] % N_MODES;

  if (mode == MODE_RAW)
    message = confab_span_to_bytes (input);
  else if (mode == MODE_PROPOSAL)
    message = make_proposal (fuzz, input);
  else
    message = make_commit (fuzz, mode, input);

  if (message == NULL)
    return 0;

  g_autoptr (ConfabMlsGroup) victim = fuzz_group_restore_victim (fuzz);
  fuzz_process (victim, message);
  if (mode == MODE_PROPOSAL)
    {
      g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (victim, NULL);
      if (result != NULL)
        confab_mls_group_merge_pending (victim, NULL);
    }

  return 0;
}
