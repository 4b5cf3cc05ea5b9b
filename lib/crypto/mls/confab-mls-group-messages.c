/* confab-mls-group-messages.c: what a group sends, and application messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-group-private.h"

/* Content of this member in the current epoch; the policy decides how handshake messages travel. */
ConfabMlsContent *
confab_mls_group_new_content (ConfabMlsGroup       *self,
                              GBytes               *authenticated_data,
                              ConfabMlsContentType  type)
{
  gboolean is_private =
    type == CONFAB_MLS_CONTENT_APPLICATION || confab_mls_policy_get_encrypt_handshakes (self->policy);
  ConfabMlsSender sender = { .type = CONFAB_MLS_SENDER_MEMBER, .index = self->epoch->own_leaf };

  return confab_mls_content_new (is_private ? CONFAB_MLS_WIRE_FORMAT_PRIVATE_MESSAGE
                                            : CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE,
                                 self->epoch->context, sender, authenticated_data, type);
}

gboolean
confab_mls_group_sign_content (ConfabMlsGroup    *self,
                               ConfabMlsContent  *content,
                               GError           **error)
{
  return confab_mls_content_sign (content, self->suite, self->epoch->encoded_context,
                                  confab_secret_span (confab_mls_identity_get_private_key (self->identity)), error);
}

/**
 * confab_mls_group_protect: (skip)
 * @self: a group
 * @content: (transfer full): signed content
 * @error: return location for an error
 *
 * Turns content into a message: encrypted, or with a membership tag.
 *
 * Returns: (transfer full) (nullable): the message
 * Since: 0.1
 */
GBytes *
confab_mls_group_protect (ConfabMlsGroup    *self,
                          ConfabMlsContent  *content,
                          GError           **error)
{
  g_autoptr (ConfabMlsMessage) message = g_new0 (ConfabMlsMessage, 1);
  g_autoptr (ConfabMlsContent) owned = content;

  message->wire_format = owned->wire_format;
  if (owned->wire_format == CONFAB_MLS_WIRE_FORMAT_PRIVATE_MESSAGE)
    {
      message->private_message = confab_mls_content_seal (owned, self->suite, self->epoch->secret_tree,
                                                          self->epoch->secrets->sender_data,
                                                          confab_mls_policy_get_padding (self->policy), error);
      if (message->private_message == NULL)
        return NULL;
    }
  else
    {
      message->public_message = g_new0 (ConfabMlsPublicMessage, 1);
      message->public_message->membership_tag =
        confab_mls_membership_tag (owned, self->suite, self->epoch->encoded_context,
                                   self->epoch->secrets->membership_key);
      message->public_message->content = g_steal_pointer (&owned);
    }

  return confab_mls_message_encode (message);
}

/**
 * confab_mls_group_encrypt:
 * @self: a group
 * @data: what to send
 * @authenticated_data: (nullable): what to attach in plain text, authenticated
 * @error: return location for an error
 *
 * Encrypts and signs an application message (RFC 9420, section 15). While proposals wait for a commit none can be sent,
 * so that a member whose removal was proposed reads no further (section 12.4).
 *
 * Returns: (transfer full) (nullable): the message
 * Since: 0.1
 */
GBytes *
confab_mls_group_encrypt (ConfabMlsGroup  *self,
                          GBytes          *data,
                          GBytes          *authenticated_data,
                          GError         **error)
{
  if (!confab_mls_group_check_active (self, error))
    return NULL;

  if (self->proposals->len > 0)
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_PENDING_PROPOSALS,
                           "proposals must be committed before anything is sent");
      return NULL;
    }

  g_autoptr (ConfabMlsContent) content =
    confab_mls_group_new_content (self, authenticated_data, CONFAB_MLS_CONTENT_APPLICATION);
  content->application_data = g_bytes_ref (data);
  if (!confab_mls_group_sign_content (self, content, error))
    return NULL;

  return confab_mls_group_protect (self, g_steal_pointer (&content), error);
}

/**
 * confab_mls_group_decrypt:
 * @self: a group
 * @message: an application message
 * @sender: (out) (optional): the leaf of the sender
 * @error: return location for an error
 *
 * Processes a message of which only application data is expected. Any other kind is refused before it changes anything.
 *
 * Returns: (transfer full) (nullable): the data
 * Since: 0.1
 */
GBytes *
confab_mls_group_decrypt (ConfabMlsGroup  *self,
                          GBytes          *message,
                          guint32         *sender,
                          GError         **error)
{
  g_autoptr (ConfabMlsMessage) decoded = confab_mls_message_decode (message, error);

  if (decoded == NULL)
    return NULL;

  if (decoded->private_message == NULL || decoded->private_message->content_type != CONFAB_MLS_CONTENT_APPLICATION)
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_ARGUMENT, "the message is no application message");
      return NULL;
    }

  g_autoptr (ConfabMlsEvent) event = confab_mls_group_process (self, message, error);
  if (event == NULL)
    return NULL;

  if (sender != NULL)
    *sender = event->sender->leaf_index;

  return g_steal_pointer (&event->application_data);
}
