/* confab-mls-key-package.c: what a client publishes so that others can add it to a group (RFC 9420, section 10)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-key-package.h"

#include "confab-mls-message.h"

#define SIGNATURE_LABEL "KeyPackageTBS"

ConfabMlsKeyPackage *
confab_mls_key_package_new (void)
{
  ConfabMlsKeyPackage *self = g_new0 (ConfabMlsKeyPackage, 1);

  g_atomic_ref_count_init (&self->ref_count);

  return self;
}

/**
 * confab_mls_key_package_ref:
 * @self: a key package
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
ConfabMlsKeyPackage *
confab_mls_key_package_ref (ConfabMlsKeyPackage *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * confab_mls_key_package_unref:
 * @self: (transfer full): a key package
 *
 * Drops a reference.
 *
 * Since: 0.1
 */
void
confab_mls_key_package_unref (ConfabMlsKeyPackage *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->init_key, g_bytes_unref);
  g_clear_pointer (&self->leaf_node, confab_mls_leaf_node_unref);
  g_clear_pointer (&self->extensions, g_ptr_array_unref);
  g_clear_pointer (&self->signature, g_bytes_unref);
  g_free (self);
}

ConfabMlsKeyPackage *
confab_mls_key_package_read (ConfabMlsReader *reader)
{
  ConfabMlsKeyPackage *self = confab_mls_key_package_new ();

  self->version = confab_mls_reader_u16 (reader);
  if (self->version != CONFAB_MLS_VERSION_10)
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_UNSUPPORTED, "a key package of an unknown protocol version");
  self->cipher_suite = confab_mls_reader_u16 (reader);
  self->init_key = confab_mls_reader_bytes (reader);
  self->leaf_node = confab_mls_leaf_node_read (reader);
  self->extensions = confab_mls_extensions_read (reader);
  self->signature = confab_mls_reader_bytes (reader);

  return self;
}

static void
write_unsigned (const ConfabMlsKeyPackage *self,
                GByteArray                *out)
{
  confab_mls_write_u16 (out, self->version);
  confab_mls_write_u16 (out, self->cipher_suite);
  confab_mls_write_bytes (out, self->init_key);
  confab_mls_leaf_node_write (self->leaf_node, out);
  confab_mls_extensions_write (self->extensions, out);
}

void
confab_mls_key_package_write (const ConfabMlsKeyPackage *self,
                              GByteArray                *out)
{
  write_unsigned (self, out);
  confab_mls_write_bytes (out, self->signature);
}

/**
 * confab_mls_key_package_from_message:
 * @message: an encoded MLSMessage
 * @error: return location for an error
 *
 * Decodes a key package as it was downloaded. Its validity is checked when it is used.
 *
 * Returns: (transfer full) (nullable): the key package
 * Since: 0.1
 */
ConfabMlsKeyPackage *
confab_mls_key_package_from_message (GBytes  *message,
                                     GError **error)
{
  g_autoptr (ConfabMlsMessage) decoded = confab_mls_message_decode (message, error);

  if (decoded == NULL)
    return NULL;

  if (decoded->wire_format != CONFAB_MLS_WIRE_FORMAT_KEY_PACKAGE)
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_KEY_PACKAGE, "the message is no key package");
      return NULL;
    }

  return g_steal_pointer (&decoded->key_package);
}

/**
 * confab_mls_key_package_to_message:
 * @self: a key package
 *
 * Returns: (transfer full): the encoded MLSMessage to publish
 * Since: 0.1
 */
GBytes *
confab_mls_key_package_to_message (const ConfabMlsKeyPackage *self)
{
  GByteArray *out = g_byte_array_new ();

  confab_mls_message_write_header (CONFAB_MLS_WIRE_FORMAT_KEY_PACKAGE, out);
  confab_mls_key_package_write (self, out);

  return g_byte_array_free_to_bytes (out);
}

/**
 * confab_mls_key_package_make_reference:
 * @self: a key package
 * @error: return location for an error
 *
 * Computes the KeyPackageRef by which a Welcome names the key package it is for (RFC 9420, section 5.2).
 *
 * Returns: (transfer full) (nullable): the reference
 * Since: 0.1
 */
GBytes *
confab_mls_key_package_make_reference (const ConfabMlsKeyPackage  *self,
                                       GError                    **error)
{
  const ConfabCryptoSuite *suite = confab_mls_suite_lookup (self->cipher_suite, error);
  g_autoptr (GByteArray) encoded = g_byte_array_new ();

  if (suite == NULL)
    return NULL;

  confab_mls_key_package_write (self, encoded);

  return confab_mls_reference_hash (suite, "MLS 1.0 KeyPackage Reference", confab_span_from_array (encoded));
}

/**
 * confab_mls_key_package_get_credential:
 * @self: a key package
 *
 * Returns: (transfer none): the credential of the client that published it
 * Since: 0.1
 */
ConfabMlsCredential *
confab_mls_key_package_get_credential (const ConfabMlsKeyPackage *self)
{
  return self->leaf_node->credential;
}

/**
 * confab_mls_key_package_get_signature_key:
 * @self: a key package
 *
 * Returns: (transfer none): the public signature key of the client that published it
 * Since: 0.1
 */
GBytes *
confab_mls_key_package_get_signature_key (const ConfabMlsKeyPackage *self)
{
  return self->leaf_node->signature_key;
}

/**
 * confab_mls_key_package_get_leaf_extension:
 * @self: a key package
 * @type: the type of an extension
 *
 * Returns: (transfer none) (nullable): the content of that extension of the leaf node
 * Since: 0.1
 */
GBytes *
confab_mls_key_package_get_leaf_extension (const ConfabMlsKeyPackage *self,
                                           guint16                    type)
{
  return confab_mls_extensions_find (self->leaf_node->extensions, type);
}

/**
 * confab_mls_key_package_get_not_after:
 * @self: a key package
 *
 * Returns: when it stops being valid, in seconds since 1970
 * Since: 0.1
 */
guint64
confab_mls_key_package_get_not_after (const ConfabMlsKeyPackage *self)
{
  return self->leaf_node->not_after;
}

/**
 * confab_mls_key_package_is_last_resort:
 * @self: a key package
 *
 * Returns: whether it may be used more than once (RFC 9420, section 16.8)
 * Since: 0.1
 */
gboolean
confab_mls_key_package_is_last_resort (const ConfabMlsKeyPackage *self)
{
  return confab_mls_extensions_find (self->extensions, CONFAB_MLS_EXTENSION_LAST_RESORT) != NULL;
}

gboolean
confab_mls_key_package_sign (ConfabMlsKeyPackage  *self,
                             ConfabSpan            private_key,
                             GError              **error)
{
  const ConfabCryptoSuite *suite = confab_mls_suite_lookup (self->cipher_suite, error);
  g_autoptr (GByteArray) content = g_byte_array_new ();

  if (suite == NULL)
    return FALSE;

  write_unsigned (self, content);
  g_clear_pointer (&self->signature, g_bytes_unref);
  self->signature = confab_mls_sign_with_label (suite, private_key, SIGNATURE_LABEL, confab_span_from_array (content),
                                                error);

  return self->signature != NULL;
}

/**
 * confab_mls_key_package_verify:
 * @self: a key package
 * @error: return location for an error
 *
 * Checks a key package as far as that is possible without a group (RFC 9420, section 10.1): both signatures, the
 * form of its keys and that it supports what it uses. Lifetime and credential are for the policy of the group.
 *
 * Returns: %TRUE if it is valid as far as that
 * Since: 0.1
 */
gboolean
confab_mls_key_package_verify (const ConfabMlsKeyPackage  *self,
                               GError                    **error)
{
  const ConfabCryptoSuite *suite = confab_mls_suite_lookup (self->cipher_suite, error);

  if (suite == NULL
      || !confab_mls_leaf_node_check (self->leaf_node, suite, CONFAB_MLS_LEAF_SOURCE_KEY_PACKAGE, error)
      || !confab_mls_leaf_node_verify (self->leaf_node, suite, NULL, 0, error))
    return FALSE;

  if (!confab_crypto_kem_check_public (suite, confab_span_from_bytes (self->init_key), NULL)
      || g_bytes_equal (self->init_key, self->leaf_node->encryption_key))
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_KEY_PACKAGE,
                           "the init key of a key package is unusable or also its encryption key");
      return FALSE;
    }

  g_autoptr (GByteArray) content = g_byte_array_new ();
  write_unsigned (self, content);

  return confab_mls_verify_with_label (suite, confab_span_from_bytes (self->leaf_node->signature_key), SIGNATURE_LABEL,
                                       confab_span_from_array (content), confab_span_from_bytes (self->signature),
                                       error);
}
