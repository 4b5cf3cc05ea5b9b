/* confab-mls-leaf-node.c: one member as the ratchet tree holds it (RFC 9420, section 7.2)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-leaf-node.h"

#define SIGNATURE_LABEL "LeafNodeTBS"

void
confab_mls_capabilities_read (ConfabMlsCapabilities *self,
                              ConfabMlsReader       *reader)
{
  self->versions = confab_mls_reader_u16_vector (reader);
  self->cipher_suites = confab_mls_reader_u16_vector (reader);
  self->extensions = confab_mls_reader_u16_vector (reader);
  self->proposals = confab_mls_reader_u16_vector (reader);
  self->credentials = confab_mls_reader_u16_vector (reader);
}

void
confab_mls_capabilities_write (const ConfabMlsCapabilities *self,
                               GByteArray                  *out)
{
  confab_mls_write_u16_vector (out, self->versions);
  confab_mls_write_u16_vector (out, self->cipher_suites);
  confab_mls_write_u16_vector (out, self->extensions);
  confab_mls_write_u16_vector (out, self->proposals);
  confab_mls_write_u16_vector (out, self->credentials);
}

void
confab_mls_capabilities_clear (ConfabMlsCapabilities *self)
{
  g_clear_pointer (&self->versions, g_array_unref);
  g_clear_pointer (&self->cipher_suites, g_array_unref);
  g_clear_pointer (&self->extensions, g_array_unref);
  g_clear_pointer (&self->proposals, g_array_unref);
  g_clear_pointer (&self->credentials, g_array_unref);
}

gboolean
confab_mls_capabilities_list_has (const GArray *list,
                                  guint16       value)
{
  for (guint i = 0; i < list->len; i++)
    {
      if (g_array_index (list, guint16, i) == value)
        return TRUE;
    }

  return FALSE;
}

ConfabMlsLeafNode *
confab_mls_leaf_node_new (void)
{
  ConfabMlsLeafNode *self = g_new0 (ConfabMlsLeafNode, 1);

  g_atomic_ref_count_init (&self->ref_count);

  return self;
}

ConfabMlsLeafNode *
confab_mls_leaf_node_ref (ConfabMlsLeafNode *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
confab_mls_leaf_node_unref (ConfabMlsLeafNode *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->encryption_key, g_bytes_unref);
  g_clear_pointer (&self->signature_key, g_bytes_unref);
  g_clear_pointer (&self->credential, confab_mls_credential_unref);
  confab_mls_capabilities_clear (&self->capabilities);
  g_clear_pointer (&self->parent_hash, g_bytes_unref);
  g_clear_pointer (&self->extensions, g_ptr_array_unref);
  g_clear_pointer (&self->signature, g_bytes_unref);
  g_free (self);
}

/**
 * confab_mls_leaf_node_read: (skip)
 * @reader: a reader
 *
 * Reads a leaf node; its meaning is not checked.
 *
 * Returns: (transfer full): the leaf node
 * Since: 0.1
 */
ConfabMlsLeafNode *
confab_mls_leaf_node_read (ConfabMlsReader *reader)
{
  ConfabMlsLeafNode *self = confab_mls_leaf_node_new ();

  self->encryption_key = confab_mls_reader_bytes (reader);
  self->signature_key = confab_mls_reader_bytes (reader);
  self->credential = confab_mls_credential_read (reader);
  confab_mls_capabilities_read (&self->capabilities, reader);
  self->source = confab_mls_reader_u8 (reader);

  if (self->source == CONFAB_MLS_LEAF_SOURCE_KEY_PACKAGE)
    {
      self->not_before = confab_mls_reader_u64 (reader);
      self->not_after = confab_mls_reader_u64 (reader);
    }
  else if (self->source == CONFAB_MLS_LEAF_SOURCE_COMMIT)
    {
      self->parent_hash = confab_mls_reader_bytes (reader);
    }
  else if (self->source != CONFAB_MLS_LEAF_SOURCE_UPDATE)
    {
      confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_MALFORMED, "a leaf node of an unknown source");
    }

  self->extensions = confab_mls_extensions_read (reader);
  self->signature = confab_mls_reader_bytes (reader);

  return self;
}

static void
write_unsigned (const ConfabMlsLeafNode *self,
                GByteArray              *out)
{
  confab_mls_write_bytes (out, self->encryption_key);
  confab_mls_write_bytes (out, self->signature_key);
  confab_mls_credential_write (self->credential, out);
  confab_mls_capabilities_write (&self->capabilities, out);
  confab_mls_write_u8 (out, self->source);

  if (self->source == CONFAB_MLS_LEAF_SOURCE_KEY_PACKAGE)
    {
      confab_mls_write_u64 (out, self->not_before);
      confab_mls_write_u64 (out, self->not_after);
    }
  else if (self->source == CONFAB_MLS_LEAF_SOURCE_COMMIT)
    {
      confab_mls_write_bytes (out, self->parent_hash);
    }

  confab_mls_extensions_write (self->extensions, out);
}

void
confab_mls_leaf_node_write (const ConfabMlsLeafNode *self,
                            GByteArray              *out)
{
  write_unsigned (self, out);
  confab_mls_write_bytes (out, self->signature);
}

gboolean
confab_mls_leaf_node_equal (const ConfabMlsLeafNode *one,
                            const ConfabMlsLeafNode *other)
{
  if (one == other)
    return TRUE;

  g_autoptr (GByteArray) left = g_byte_array_new ();
  g_autoptr (GByteArray) right = g_byte_array_new ();

  confab_mls_leaf_node_write (one, left);
  confab_mls_leaf_node_write (other, right);

  return confab_span_equal (confab_span_from_array (left), confab_span_from_array (right));
}

/* LeafNodeTBS: what a key package signs is bound to no group, the rest is bound to a group and a leaf. */
static GByteArray *
signed_content (const ConfabMlsLeafNode *self,
                GBytes                  *group_id,
                guint32                  leaf_index)
{
  GByteArray *out = g_byte_array_new ();

  write_unsigned (self, out);
  if (self->source != CONFAB_MLS_LEAF_SOURCE_KEY_PACKAGE)
    {
      confab_mls_write_bytes (out, group_id);
      confab_mls_write_u32 (out, leaf_index);
    }

  return out;
}

/**
 * confab_mls_leaf_node_sign: (skip)
 * @self: a leaf node that nobody else has seen
 * @suite: the cipher suite
 * @private_key: the private key to its signature key
 * @group_id: (nullable): the group, unless the leaf is for a key package
 * @leaf_index: its place in the group
 * @error: return location for an error
 *
 * Completes a leaf node.
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
confab_mls_leaf_node_sign (ConfabMlsLeafNode        *self,
                           const ConfabCryptoSuite  *suite,
                           ConfabSpan                private_key,
                           GBytes                   *group_id,
                           guint32                   leaf_index,
                           GError                  **error)
{
  g_autoptr (GByteArray) content = signed_content (self, group_id, leaf_index);

  g_clear_pointer (&self->signature, g_bytes_unref);
  self->signature = confab_mls_sign_with_label (suite, private_key, SIGNATURE_LABEL, confab_span_from_array (content),
                                                error);

  return self->signature != NULL;
}

gboolean
confab_mls_leaf_node_verify (const ConfabMlsLeafNode  *self,
                             const ConfabCryptoSuite  *suite,
                             GBytes                   *group_id,
                             guint32                   leaf_index,
                             GError                  **error)
{
  g_autoptr (GByteArray) content = signed_content (self, group_id, leaf_index);

  return confab_mls_verify_with_label (suite, confab_span_from_bytes (self->signature_key), SIGNATURE_LABEL,
                                       confab_span_from_array (content), confab_span_from_bytes (self->signature),
                                       error);
}

gboolean
confab_mls_leaf_node_supports_credential (const ConfabMlsLeafNode *self,
                                          guint16                  type)
{
  return confab_mls_capabilities_list_has (self->capabilities.credentials, type);
}

static gboolean
supports_extension (const ConfabMlsLeafNode *self,
                    guint16                  type)
{
  return confab_mls_extension_type_is_default (type)
         || confab_mls_capabilities_list_has (self->capabilities.extensions, type);
}

static gboolean
check_own_capabilities (const ConfabMlsLeafNode  *self,
                        const ConfabCryptoSuite  *suite,
                        GError                  **error)
{
  const char *missing = NULL;

  if (!confab_mls_capabilities_list_has (self->capabilities.versions, CONFAB_MLS_VERSION_10))
    missing = "protocol version";
  else if (!confab_mls_capabilities_list_has (self->capabilities.cipher_suites, confab_crypto_suite_get_id (suite)))
    missing = "cipher suite";
  else if (!confab_mls_leaf_node_supports_credential (self,
                                                      confab_mls_credential_get_credential_type (self->credential)))
    missing = "credential type";

  for (guint i = 0; i < self->extensions->len; i++)
    {
      ConfabMlsExtension *extension = g_ptr_array_index (self->extensions, i);

      if (!supports_extension (self, extension->type))
        missing = "extension";
    }

  if (missing == NULL)
    return TRUE;

  g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CAPABILITIES,
               "a leaf node uses a %s that its capabilities do not list", missing);
  return FALSE;
}

/**
 * confab_mls_leaf_node_check: (skip)
 * @self: a leaf node
 * @suite: the cipher suite of its group
 * @source: where it must come from
 * @error: return location for an error
 *
 * Checks what a leaf node says by itself (RFC 9420, section 7.3): its source, the form of its keys and that it supports
 * what it uses. Signature, lifetime, credential and the rest of the group are the caller's business.
 *
 * Returns: %TRUE if it is valid as far as that
 * Since: 0.1
 */
gboolean
confab_mls_leaf_node_check (const ConfabMlsLeafNode  *self,
                            const ConfabCryptoSuite  *suite,
                            ConfabMlsLeafSource       source,
                            GError                  **error)
{
  g_autoptr (GError) cause = NULL;

  if (self->source != source)
    {
      g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_LEAF_NODE,
                   "a leaf node has source %u where %u belongs", self->source, source);
      return FALSE;
    }

  if (!confab_crypto_kem_check_public (suite, confab_span_from_bytes (self->encryption_key), &cause)
      || !confab_crypto_signature_check_public (suite, confab_span_from_bytes (self->signature_key), &cause))
    {
      g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_LEAF_NODE,
                   "a leaf node has an unusable key: %s", cause->message);
      return FALSE;
    }

  return check_own_capabilities (self, suite, error);
}

static gboolean
check_required (const ConfabMlsLeafNode  *self,
                GBytes                   *required_data,
                GError                  **error)
{
  g_autoptr (ConfabMlsRequiredCapabilities) required = confab_mls_required_capabilities_decode (required_data, error);
  gboolean good = TRUE;

  if (required == NULL)
    return FALSE;

  for (guint i = 0; i < required->extensions->len; i++)
    good &= supports_extension (self, g_array_index (required->extensions, guint16, i));

  for (guint i = 0; i < required->proposals->len; i++)
    {
      guint16 type = g_array_index (required->proposals, guint16, i);

      good &= (type >= 1 && type <= 7) || confab_mls_capabilities_list_has (self->capabilities.proposals, type);
    }

  for (guint i = 0; i < required->credentials->len; i++)
    good &= confab_mls_leaf_node_supports_credential (self, g_array_index (required->credentials, guint16, i));

  if (!good)
    g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CAPABILITIES,
                         "a member does not support a capability that the group requires");

  return good;
}

/**
 * confab_mls_leaf_node_check_group: (skip)
 * @self: a leaf node
 * @group_extensions: (element-type ConfabMlsExtension): the extensions of the group
 * @error: return location for an error
 *
 * Checks that a leaf node supports every extension of a group (RFC 9420, section 13.4) and the capabilities that the
 * group requires (section 11.1).
 *
 * Returns: %TRUE if it does
 * Since: 0.1
 */
gboolean
confab_mls_leaf_node_check_group (const ConfabMlsLeafNode  *self,
                                  GPtrArray                *group_extensions,
                                  GError                  **error)
{
  for (guint i = 0; i < group_extensions->len; i++)
    {
      ConfabMlsExtension *extension = g_ptr_array_index (group_extensions, i);

      if (!supports_extension (self, extension->type))
        {
          g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CAPABILITIES,
                       "a member does not support extension 0x%04x of the group", extension->type);
          return FALSE;
        }
    }

  GBytes *required = confab_mls_extensions_find (group_extensions, CONFAB_MLS_EXTENSION_REQUIRED_CAPABILITIES);

  return required == NULL || check_required (self, required, error);
}
