/* confab-mls-message.c: everything that travels, as one tagged object (RFC 9420, section 6)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-message.h"

void
confab_mls_message_free (ConfabMlsMessage *self)
{
  g_clear_pointer (&self->public_message, confab_mls_public_message_free);
  g_clear_pointer (&self->private_message, confab_mls_private_message_free);
  g_clear_pointer (&self->welcome, confab_mls_welcome_free);
  g_clear_pointer (&self->group_info, confab_mls_group_info_free);
  g_clear_pointer (&self->key_package, confab_mls_key_package_unref);
  g_free (self);
}

static void
message_read (ConfabMlsMessage *self,
              ConfabMlsReader  *reader)
{
  if (confab_mls_reader_u16 (reader) != CONFAB_MLS_VERSION_10)
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_UNSUPPORTED, "it is of an unknown protocol version");

  self->wire_format = confab_mls_reader_u16 (reader);
  switch (self->wire_format)
    {
    case CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE:
      self->public_message = confab_mls_public_message_read (reader);
      break;

    case CONFAB_MLS_WIRE_FORMAT_PRIVATE_MESSAGE:
      self->private_message = confab_mls_private_message_read (reader);
      break;

    case CONFAB_MLS_WIRE_FORMAT_WELCOME:
      self->welcome = confab_mls_welcome_read (reader);
      break;

    case CONFAB_MLS_WIRE_FORMAT_GROUP_INFO:
      self->group_info = confab_mls_group_info_read (reader);
      break;

    case CONFAB_MLS_WIRE_FORMAT_KEY_PACKAGE:
      self->key_package = confab_mls_key_package_read (reader);
      break;

    default:
      confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_UNSUPPORTED, "it is of an unknown wire format");
      break;
    }
}

/**
 * confab_mls_message_decode: (skip)
 * @bytes: a message as it arrived
 * @error: return location for an error
 *
 * Decodes an MLSMessage; every byte must belong to it.
 *
 * Returns: (transfer full) (nullable): the message
 * Since: 0.1
 */
ConfabMlsMessage *
confab_mls_message_decode (GBytes  *bytes,
                           GError **error)
{
  g_autoptr (ConfabMlsMessage) self = g_new0 (ConfabMlsMessage, 1);
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, confab_span_from_bytes (bytes));
  if (g_bytes_get_size (bytes) > CONFAB_MLS_MAXIMUM_MESSAGE)
    confab_mls_reader_fail (&reader, CONFAB_MLS_ERROR_TOO_LARGE, "it is too long");
  message_read (self, &reader);

  if (!confab_mls_reader_finish (&reader, "MLS message", error))
    return NULL;

  return g_steal_pointer (&self);
}

void
confab_mls_message_write_header (ConfabMlsWireFormat  wire_format,
                                 GByteArray          *out)
{
  confab_mls_write_u16 (out, CONFAB_MLS_VERSION_10);
  confab_mls_write_u16 (out, wire_format);
}

GBytes *
confab_mls_message_encode (const ConfabMlsMessage *self)
{
  GByteArray *out = g_byte_array_new ();

  confab_mls_message_write_header (self->wire_format, out);
  if (self->public_message != NULL)
    confab_mls_public_message_write (self->public_message, out);
  if (self->private_message != NULL)
    confab_mls_private_message_write (self->private_message, out);
  if (self->welcome != NULL)
    confab_mls_welcome_write (self->welcome, out);
  if (self->group_info != NULL)
    confab_mls_group_info_write (self->group_info, out);
  if (self->key_package != NULL)
    confab_mls_key_package_write (self->key_package, out);

  return g_byte_array_free_to_bytes (out);
}

/**
 * confab_mls_message_get_place:
 * @bytes: a public message, a private message or a group information as it arrived
 * @group_id: (out) (transfer full) (optional): the group that it is for
 * @epoch: (out) (optional): the epoch that it is of
 * @error: return location for an error
 *
 * Tells which group a message is for. Nothing is verified: it is where the message says that it belongs.
 *
 * Returns: %TRUE if it belongs to a group
 * Since: 0.1
 */
gboolean
confab_mls_message_get_place (GBytes   *bytes,
                              GBytes  **group_id,
                              guint64  *epoch,
                              GError  **error)
{
  g_autoptr (ConfabMlsMessage) message = confab_mls_message_decode (bytes, error);
  GBytes *found_id = NULL;
  guint64 found_epoch = 0;

  if (message == NULL)
    return FALSE;

  if (message->public_message != NULL)
    {
      found_id = message->public_message->content->group_id;
      found_epoch = message->public_message->content->epoch;
    }
  else if (message->private_message != NULL)
    {
      found_id = message->private_message->group_id;
      found_epoch = message->private_message->epoch;
    }
  else if (message->group_info != NULL)
    {
      found_id = message->group_info->context->group_id;
      found_epoch = message->group_info->context->epoch;
    }
  else
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_ARGUMENT, "the message is of no known group");
      return FALSE;
    }

  if (group_id != NULL)
    *group_id = g_bytes_ref (found_id);
  if (epoch != NULL)
    *epoch = found_epoch;

  return TRUE;
}

/**
 * confab_mls_message_list_invited:
 * @welcome: a Welcome message
 * @error: return location for an error
 *
 * Lists the key packages that a Welcome is for, so that a client finds the one of its own that is meant: see
 * confab_mls_key_bundle_get_reference().
 *
 * Returns: (transfer full) (nullable) (element-type GBytes): references of key packages
 * Since: 0.1
 */
GPtrArray *
confab_mls_message_list_invited (GBytes  *welcome,
                                 GError **error)
{
  g_autoptr (ConfabMlsMessage) message = confab_mls_message_decode (welcome, error);

  if (message == NULL)
    return NULL;

  if (message->welcome == NULL)
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_ARGUMENT, "the message is no Welcome");
      return NULL;
    }

  GPtrArray *references = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < message->welcome->secrets->len; i++)
    {
      ConfabMlsEncryptedGroupSecrets *entry = g_ptr_array_index (message->welcome->secrets, i);

      g_ptr_array_add (references, g_bytes_ref (entry->new_member));
    }

  return references;
}
