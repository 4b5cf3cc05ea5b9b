/* confab-mls-identity.c: a client's own signature key, credential and abilities
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-identity.h"

/**
 * ConfabMlsIdentity:
 *
 * What a client is in its groups: a signature key, the credential that goes with it, the extensions of its leaf
 * nodes and what it supports.
 *
 * Since: 0.1
 */
struct _ConfabMlsIdentity
{
  gatomicrefcount      ref_count;
  guint16              cipher_suite;
  ConfabSecret        *private_key;
  GBytes              *public_key;
  ConfabMlsCredential *credential;
  GPtrArray           *leaf_extensions;
  GArray              *cipher_suites;
  GArray              *extension_types;
};

/**
 * confab_mls_identity_new:
 * @cipher_suite: the cipher suite of the groups it is for
 * @signature_private_key: the private signature key: a 32-byte seed for Ed25519
 * @credential: the credential that goes with it
 * @leaf_extensions: (nullable) (element-type ConfabMlsExtension): extensions of the leaf nodes
 * @error: return location for an error
 *
 * Makes an identity from a key that exists.
 *
 * Returns: (transfer full) (nullable): an identity
 * Since: 0.1
 */
ConfabMlsIdentity *
confab_mls_identity_new (guint16               cipher_suite,
                         ConfabSecret         *signature_private_key,
                         ConfabMlsCredential  *credential,
                         GPtrArray            *leaf_extensions,
                         GError              **error)
{
  const ConfabCryptoSuite *suite = confab_mls_suite_lookup (cipher_suite, error);
  g_autoptr (GBytes) public_key = NULL;

  if (suite != NULL)
    public_key = confab_crypto_signature_get_public (suite, confab_secret_span (signature_private_key), error);
  if (public_key == NULL)
    return NULL;

  ConfabMlsIdentity *self = g_new0 (ConfabMlsIdentity, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->cipher_suite = cipher_suite;
  self->private_key = confab_secret_ref (signature_private_key);
  self->public_key = g_steal_pointer (&public_key);
  self->credential = confab_mls_credential_ref (credential);
  self->leaf_extensions = leaf_extensions != NULL ? g_ptr_array_ref (leaf_extensions) : confab_mls_extensions_new ();
  self->cipher_suites = g_array_new (FALSE, FALSE, sizeof (guint16));
  self->extension_types = g_array_new (FALSE, FALSE, sizeof (guint16));

  confab_mls_identity_support_cipher_suite (self, cipher_suite);
  for (guint i = 0; i < self->leaf_extensions->len; i++)
    confab_mls_identity_support_extension (self,
                                           ((ConfabMlsExtension *) g_ptr_array_index (self->leaf_extensions, i))->type);

  return self;
}

/**
 * confab_mls_identity_generate:
 * @cipher_suite: the cipher suite of the groups it is for
 * @credential: the credential
 * @leaf_extensions: (nullable) (element-type ConfabMlsExtension): extensions of the leaf nodes
 * @error: return location for an error
 *
 * Makes an identity with a fresh signature key.
 *
 * Returns: (transfer full) (nullable): an identity
 * Since: 0.1
 */
ConfabMlsIdentity *
confab_mls_identity_generate (guint16               cipher_suite,
                              ConfabMlsCredential  *credential,
                              GPtrArray            *leaf_extensions,
                              GError              **error)
{
  const ConfabCryptoSuite *suite = confab_mls_suite_lookup (cipher_suite, error);
  g_autoptr (ConfabSecret) private_key = NULL;
  g_autoptr (GBytes) public_key = NULL;

  if (suite == NULL || !confab_crypto_signature_generate (suite, &private_key, &public_key, error))
    return NULL;

  return confab_mls_identity_new (cipher_suite, private_key, credential, leaf_extensions, error);
}

/**
 * confab_mls_identity_ref:
 * @self: an identity
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
ConfabMlsIdentity *
confab_mls_identity_ref (ConfabMlsIdentity *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * confab_mls_identity_unref:
 * @self: (transfer full): an identity
 *
 * Drops a reference; the last one erases the private key.
 *
 * Since: 0.1
 */
void
confab_mls_identity_unref (ConfabMlsIdentity *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->private_key, confab_secret_unref);
  g_clear_pointer (&self->public_key, g_bytes_unref);
  g_clear_pointer (&self->credential, confab_mls_credential_unref);
  g_clear_pointer (&self->leaf_extensions, g_ptr_array_unref);
  g_clear_pointer (&self->cipher_suites, g_array_unref);
  g_clear_pointer (&self->extension_types, g_array_unref);
  g_free (self);
}

static void
add_type (GArray  *types,
          guint16  type)
{
  if (!confab_mls_capabilities_list_has (types, type))
    g_array_append_val (types, type);
}

/**
 * confab_mls_identity_support_extension:
 * @self: an identity that was not used yet
 * @type: the type of an extension
 *
 * Declares that this client understands an extension, so that groups may use it. Default ones need not be declared.
 *
 * Since: 0.1
 */
void
confab_mls_identity_support_extension (ConfabMlsIdentity *self,
                                       guint16            type)
{
  if (!confab_mls_extension_type_is_default (type))
    add_type (self->extension_types, type);
}

/**
 * confab_mls_identity_support_cipher_suite:
 * @self: an identity that was not used yet
 * @cipher_suite: another cipher suite
 *
 * Declares that this client could be re-invited into a group of another cipher suite.
 *
 * Since: 0.1
 */
void
confab_mls_identity_support_cipher_suite (ConfabMlsIdentity *self,
                                          guint16            cipher_suite)
{
  add_type (self->cipher_suites, cipher_suite);
}

/**
 * confab_mls_identity_get_cipher_suite:
 * @self: an identity
 *
 * Returns: the cipher suite it is for
 * Since: 0.1
 */
guint16
confab_mls_identity_get_cipher_suite (ConfabMlsIdentity *self)
{
  return self->cipher_suite;
}

/**
 * confab_mls_identity_get_public_key:
 * @self: an identity
 *
 * Returns: (transfer none): the public signature key
 * Since: 0.1
 */
GBytes *
confab_mls_identity_get_public_key (ConfabMlsIdentity *self)
{
  return self->public_key;
}

/**
 * confab_mls_identity_get_private_key:
 * @self: an identity
 *
 * Returns: (transfer none): the private signature key
 * Since: 0.1
 */
ConfabSecret *
confab_mls_identity_get_private_key (ConfabMlsIdentity *self)
{
  return self->private_key;
}

/**
 * confab_mls_identity_get_credential:
 * @self: an identity
 *
 * Returns: (transfer none): the credential
 * Since: 0.1
 */
ConfabMlsCredential *
confab_mls_identity_get_credential (ConfabMlsIdentity *self)
{
  return self->credential;
}

static GArray *
copy_types (const GArray *types)
{
  GArray *copy = g_array_new (FALSE, FALSE, sizeof (guint16));

  g_array_append_vals (copy, types->data, types->len);

  return copy;
}

static GArray *
one_type (guint16 type)
{
  GArray *types = g_array_new (FALSE, FALSE, sizeof (guint16));

  g_array_append_val (types, type);

  return types;
}

/* One of the reserved values that others must ignore (RFC 9420, section 13.5). */
static guint16
random_grease (void)
{
  guint8 nibble = 0;

  confab_crypto_random (&nibble, 1);
  nibble = nibble % 15;

  return (guint16) (nibble << 12 | 0x0a00 | nibble << 4 | 0x0a);
}

static void
add_grease (ConfabMlsCapabilities *capabilities)
{
  GArray *const lists[] = {
    capabilities->cipher_suites, capabilities->extensions, capabilities->proposals, capabilities->credentials,
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    add_type (lists[i], random_grease ());
}

/**
 * confab_mls_identity_make_leaf: (skip)
 * @self: an identity
 * @encryption_key: the public key of the leaf
 * @source: where the leaf node will be
 *
 * Makes a leaf node, which the caller completes and signs.
 *
 * Returns: (transfer full): a leaf node without signature
 * Since: 0.1
 */
ConfabMlsLeafNode *
confab_mls_identity_make_leaf (ConfabMlsIdentity   *self,
                               GBytes              *encryption_key,
                               ConfabMlsLeafSource  source)
{
  ConfabMlsLeafNode *leaf_node = confab_mls_leaf_node_new ();
  ConfabMlsCapabilities *capabilities = &leaf_node->capabilities;

  leaf_node->encryption_key = g_bytes_ref (encryption_key);
  leaf_node->signature_key = g_bytes_ref (self->public_key);
  leaf_node->credential = confab_mls_credential_ref (self->credential);
  capabilities->versions = one_type (CONFAB_MLS_VERSION_10);
  capabilities->cipher_suites = copy_types (self->cipher_suites);
  capabilities->extensions = copy_types (self->extension_types);
  capabilities->proposals = g_array_new (FALSE, FALSE, sizeof (guint16));
  capabilities->credentials = one_type (CONFAB_MLS_CREDENTIAL_BASIC);
  add_type (capabilities->credentials, CONFAB_MLS_CREDENTIAL_X509);
  add_grease (capabilities);
  leaf_node->source = source;
  leaf_node->extensions = g_ptr_array_ref (self->leaf_extensions);

  return leaf_node;
}

void
confab_mls_identity_write (ConfabMlsIdentity *self,
                           GByteArray        *out)
{
  confab_mls_write_u16 (out, self->cipher_suite);
  confab_mls_write_opaque (out, confab_secret_span (self->private_key));
  confab_mls_credential_write (self->credential, out);
  confab_mls_extensions_write (self->leaf_extensions, out);
  confab_mls_write_u16_vector (out, self->cipher_suites);
  confab_mls_write_u16_vector (out, self->extension_types);
}

/**
 * confab_mls_identity_read: (skip)
 * @reader: a reader of a stored state
 * @error: return location for an error
 *
 * Reads an identity back. An error of the format is left in @reader.
 *
 * Returns: (transfer full) (nullable): the identity
 * Since: 0.1
 */
ConfabMlsIdentity *
confab_mls_identity_read (ConfabMlsReader  *reader,
                          GError          **error)
{
  guint16 cipher_suite = confab_mls_reader_u16 (reader);
  g_autoptr (ConfabSecret) private_key = confab_secret_new_copy (confab_mls_reader_opaque (reader));
  g_autoptr (ConfabMlsCredential) credential = confab_mls_credential_read (reader);
  g_autoptr (GPtrArray) extensions = confab_mls_extensions_read (reader);
  g_autoptr (GArray) cipher_suites = confab_mls_reader_u16_vector (reader);
  g_autoptr (GArray) types = confab_mls_reader_u16_vector (reader);

  if (!confab_mls_reader_is_good (reader))
    return NULL;

  ConfabMlsIdentity *self = confab_mls_identity_new (cipher_suite, private_key, credential, extensions, error);
  for (guint i = 0; self != NULL && i < cipher_suites->len; i++)
    confab_mls_identity_support_cipher_suite (self, g_array_index (cipher_suites, guint16, i));
  for (guint i = 0; self != NULL && i < types->len; i++)
    confab_mls_identity_support_extension (self, g_array_index (types, guint16, i));

  return self;
}
