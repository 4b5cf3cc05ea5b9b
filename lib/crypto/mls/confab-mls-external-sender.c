/* confab-mls-external-sender.c: who may send proposals from outside of a group (RFC 9420, section 12.1.8)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-external-sender.h"

#include "confab-mls-group.h"
#include "confab-mls-message.h"
#include "confab-mls-protection.h"

static void
external_sender_free (ConfabMlsExternalSender *self)
{
  g_clear_pointer (&self->signature_key, g_bytes_unref);
  g_clear_pointer (&self->credential, confab_mls_credential_unref);
  g_free (self);
}

/**
 * confab_mls_external_senders_decode: (skip)
 * @data: the content of an external_senders extension
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable) (element-type ConfabMlsExternalSender): the senders
 * Since: 0.1
 */
GPtrArray *
confab_mls_external_senders_decode (GBytes  *data,
                                    GError **error)
{
  g_autoptr (GPtrArray) senders = g_ptr_array_new_with_free_func ((GDestroyNotify) external_sender_free);
  ConfabMlsReader reader;
  ConfabMlsReader vector;

  confab_mls_reader_init (&reader, confab_span_from_bytes (data));
  confab_mls_reader_enter (&reader, &vector);
  while (confab_mls_reader_has_more (&vector))
    {
      ConfabMlsExternalSender *sender = g_new0 (ConfabMlsExternalSender, 1);

      sender->signature_key = confab_mls_reader_bytes (&vector);
      sender->credential = confab_mls_credential_read (&vector);
      g_ptr_array_add (senders, sender);
    }
  confab_mls_reader_leave (&reader, &vector);

  if (!confab_mls_reader_finish (&reader, "external_senders", error))
    return NULL;

  return g_steal_pointer (&senders);
}

/**
 * confab_mls_external_senders_encode:
 * @signature_keys: (element-type GBytes): public signature keys
 * @credentials: (element-type ConfabMlsCredential): as many credentials
 *
 * Makes the content of an external_senders extension of a group.
 *
 * Returns: (transfer full): the content
 * Since: 0.1
 */
GBytes *
confab_mls_external_senders_encode (GPtrArray *signature_keys,
                                    GPtrArray *credentials)
{
  GByteArray *out = g_byte_array_new ();

  g_return_val_if_fail (signature_keys->len == credentials->len, NULL);

  guint begin = confab_mls_write_begin (out);
  for (guint i = 0; i < signature_keys->len; i++)
    {
      confab_mls_write_bytes (out, g_ptr_array_index (signature_keys, i));
      confab_mls_credential_write (g_ptr_array_index (credentials, i), out);
    }
  confab_mls_write_end (out, begin);

  return g_byte_array_free_to_bytes (out);
}

static GBytes *
make_proposal (guint16             cipher_suite,
               GBytes             *group_id,
               guint64             epoch,
               ConfabMlsSender     sender,
               ConfabSecret       *private_key,
               ConfabMlsProposal  *proposal,
               GError            **error)
{
  const ConfabCryptoSuite *suite = confab_mls_suite_lookup (cipher_suite, error);
  g_autoptr (ConfabMlsPublicMessage) message = g_new0 (ConfabMlsPublicMessage, 1);

  if (suite == NULL)
    return NULL;

  ConfabMlsContent *content = g_new0 (ConfabMlsContent, 1);
  message->content = content;
  content->wire_format = CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE;
  content->group_id = g_bytes_ref (group_id);
  content->epoch = epoch;
  content->sender = sender;
  content->authenticated_data = g_bytes_new (NULL, 0);
  content->content_type = CONFAB_MLS_CONTENT_PROPOSAL;
  content->proposal = confab_mls_proposal_ref (proposal);

  if (!confab_mls_content_sign (content, suite, NULL, confab_secret_span (private_key), error))
    return NULL;

  ConfabMlsMessage envelope = {
    .wire_format = CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE,
    .public_message = message,
  };

  return confab_mls_message_encode (&envelope);
}

/**
 * confab_mls_external_proposal_new:
 * @cipher_suite: the cipher suite of the group
 * @group_id: the group
 * @epoch: its current epoch
 * @sender_index: the place of the sender in the external_senders extension of the group
 * @signature_private_key: the private key to the key that is listed there
 * @proposal: an add, remove, psk, reinit or group_context_extensions proposal
 * @error: return location for an error
 *
 * Makes a proposal as somebody whom the group's external_senders extension names (RFC 9420, section 12.1.8).
 *
 * Returns: (transfer full) (nullable): the message to send
 * Since: 0.1
 */
GBytes *
confab_mls_external_proposal_new (guint16             cipher_suite,
                                  GBytes             *group_id,
                                  guint64             epoch,
                                  guint32             sender_index,
                                  ConfabSecret       *signature_private_key,
                                  ConfabMlsProposal  *proposal,
                                  GError            **error)
{
  ConfabMlsSender sender = { .type = CONFAB_MLS_SENDER_EXTERNAL, .index = sender_index };

  return make_proposal (cipher_suite, group_id, epoch, sender, signature_private_key, proposal, error);
}

/**
 * confab_mls_new_member_proposal_new:
 * @group_id: the group
 * @epoch: its current epoch
 * @identity: who wants to be added
 * @key_package: a key package of that identity
 * @error: return location for an error
 *
 * Makes a proposal to be added, as somebody who is not in the group (RFC 9420, section 12.1.8).
 *
 * Returns: (transfer full) (nullable): the message to send
 * Since: 0.1
 */
GBytes *
confab_mls_new_member_proposal_new (GBytes               *group_id,
                                    guint64               epoch,
                                    ConfabMlsIdentity    *identity,
                                    ConfabMlsKeyPackage  *key_package,
                                    GError              **error)
{
  ConfabMlsSender sender = { .type = CONFAB_MLS_SENDER_NEW_MEMBER_PROPOSAL };
  g_autoptr (ConfabMlsProposal) proposal = confab_mls_proposal_new_add (key_package);

  return make_proposal (key_package->cipher_suite, group_id, epoch, sender,
                        confab_mls_identity_get_private_key (identity), proposal, error);
}
