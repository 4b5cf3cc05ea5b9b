/* confab-mls-key-bundle.c: a key package of this client with the private keys to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-key-bundle.h"

#define STATE_VERSION 1

/**
 * ConfabMlsKeyBundle:
 *
 * A key package to publish, and what is needed to join by it. The private keys are to be stored until it was used
 * or has expired, and to be deleted then.
 *
 * Since: 0.1
 */
struct _ConfabMlsKeyBundle
{
  gatomicrefcount      ref_count;
  ConfabMlsKeyPackage *key_package;
  GBytes              *reference;
  ConfabSecret        *init_key;
  ConfabSecret        *encryption_key;
};

/**
 * confab_mls_key_bundle_new_from_keys:
 * @key_package: a key package
 * @init_key: the private key to its init key
 * @encryption_key: the private key to the encryption key of its leaf node
 * @error: return location for an error
 *
 * Makes a bundle of what exists.
 *
 * Returns: (transfer full) (nullable): a bundle, or %NULL if the keys do not belong together
 * Since: 0.1
 */
ConfabMlsKeyBundle *
confab_mls_key_bundle_new_from_keys (ConfabMlsKeyPackage  *key_package,
                                     ConfabSecret         *init_key,
                                     ConfabSecret         *encryption_key,
                                     GError              **error)
{
  const ConfabCryptoSuite *suite = confab_mls_suite_lookup (key_package->cipher_suite, error);

  if (suite == NULL)
    return NULL;

  g_autoptr (GBytes) init_public = confab_crypto_kem_get_public (suite, confab_secret_span (init_key), error);
  if (init_public == NULL)
    return NULL;
  g_autoptr (GBytes) leaf_public = confab_crypto_kem_get_public (suite, confab_secret_span (encryption_key), error);
  if (leaf_public == NULL)
    return NULL;

  if (!g_bytes_equal (init_public, key_package->init_key)
      || !g_bytes_equal (leaf_public, key_package->leaf_node->encryption_key))
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_KEY_PACKAGE,
                           "the private keys do not belong to the key package");
      return NULL;
    }

  ConfabMlsKeyBundle *self = g_new0 (ConfabMlsKeyBundle, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->key_package = confab_mls_key_package_ref (key_package);
  self->reference = confab_mls_key_package_make_reference (key_package, NULL);
  self->init_key = confab_secret_ref (init_key);
  self->encryption_key = confab_secret_ref (encryption_key);

  return self;
}

static GPtrArray *
make_extensions (gboolean is_last_resort)
{
  GPtrArray *extensions = confab_mls_extensions_new ();
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);

  if (is_last_resort)
    confab_mls_extensions_add (extensions, CONFAB_MLS_EXTENSION_LAST_RESORT, nothing);

  return extensions;
}

/**
 * confab_mls_key_bundle_new:
 * @identity: who it is for
 * @not_before: the begin of its lifetime, in seconds since 1970
 * @not_after: the end of its lifetime
 * @is_last_resort: whether it may be used more than once, when all others are used up (RFC 9420, section 16.8)
 * @error: return location for an error
 *
 * Makes a key package with fresh keys (RFC 9420, section 10).
 *
 * Returns: (transfer full) (nullable): a bundle
 * Since: 0.1
 */
ConfabMlsKeyBundle *
confab_mls_key_bundle_new (ConfabMlsIdentity  *identity,
                           guint64             not_before,
                           guint64             not_after,
                           gboolean            is_last_resort,
                           GError            **error)
{
  const ConfabCryptoSuite *suite = confab_mls_suite_lookup (confab_mls_identity_get_cipher_suite (identity), error);
  ConfabSpan signature_key = confab_secret_span (confab_mls_identity_get_private_key (identity));
  g_autoptr (ConfabMlsKeyPackage) key_package = confab_mls_key_package_new ();
  g_autoptr (ConfabSecret) init_key = NULL;
  g_autoptr (ConfabSecret) encryption_key = NULL;
  g_autoptr (GBytes) encryption_public = NULL;

  if (suite == NULL
      || !confab_crypto_kem_generate (suite, &init_key, &key_package->init_key, error)
      || !confab_crypto_kem_generate (suite, &encryption_key, &encryption_public, error))
    return NULL;

  if (is_last_resort)
    confab_mls_identity_support_extension (identity, CONFAB_MLS_EXTENSION_LAST_RESORT);

  key_package->version = CONFAB_MLS_VERSION_10;
  key_package->cipher_suite = confab_crypto_suite_get_id (suite);
  key_package->leaf_node = confab_mls_identity_make_leaf (identity, encryption_public,
                                                          CONFAB_MLS_LEAF_SOURCE_KEY_PACKAGE);
  key_package->leaf_node->not_before = not_before;
  key_package->leaf_node->not_after = not_after;
  key_package->extensions = make_extensions (is_last_resort);

  if (!confab_mls_leaf_node_sign (key_package->leaf_node, suite, signature_key, NULL, 0, error)
      || !confab_mls_key_package_sign (key_package, signature_key, error))
    return NULL;

  return confab_mls_key_bundle_new_from_keys (key_package, init_key, encryption_key, error);
}

/**
 * confab_mls_key_bundle_ref:
 * @self: a bundle
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
ConfabMlsKeyBundle *
confab_mls_key_bundle_ref (ConfabMlsKeyBundle *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * confab_mls_key_bundle_unref:
 * @self: (transfer full): a bundle
 *
 * Drops a reference; the last one erases the private keys.
 *
 * Since: 0.1
 */
void
confab_mls_key_bundle_unref (ConfabMlsKeyBundle *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->key_package, confab_mls_key_package_unref);
  g_clear_pointer (&self->reference, g_bytes_unref);
  g_clear_pointer (&self->init_key, confab_secret_unref);
  g_clear_pointer (&self->encryption_key, confab_secret_unref);
  g_free (self);
}

/**
 * confab_mls_key_bundle_get_key_package:
 * @self: a bundle
 *
 * Returns: (transfer none): the key package to publish
 * Since: 0.1
 */
ConfabMlsKeyPackage *
confab_mls_key_bundle_get_key_package (ConfabMlsKeyBundle *self)
{
  return self->key_package;
}

/**
 * confab_mls_key_bundle_get_reference:
 * @self: a bundle
 *
 * Returns: (transfer none): the name by which a Welcome refers to its key package
 * Since: 0.1
 */
GBytes *
confab_mls_key_bundle_get_reference (ConfabMlsKeyBundle *self)
{
  return self->reference;
}

/**
 * confab_mls_key_bundle_get_init_key:
 * @self: a bundle
 *
 * Returns: (transfer none): the private key that a Welcome is decrypted with
 * Since: 0.1
 */
ConfabSecret *
confab_mls_key_bundle_get_init_key (ConfabMlsKeyBundle *self)
{
  return self->init_key;
}

/**
 * confab_mls_key_bundle_get_encryption_key:
 * @self: a bundle
 *
 * Returns: (transfer none): the private key of its leaf
 * Since: 0.1
 */
ConfabSecret *
confab_mls_key_bundle_get_encryption_key (ConfabMlsKeyBundle *self)
{
  return self->encryption_key;
}

/**
 * confab_mls_key_bundle_serialize:
 * @self: a bundle
 *
 * Stores a bundle, private keys included: it must go to a protected place.
 *
 * Returns: (transfer full): the stored form
 * Since: 0.1
 */
ConfabSecret *
confab_mls_key_bundle_serialize (ConfabMlsKeyBundle *self)
{
  g_autoptr (GByteArray) encoded = g_byte_array_new ();

  confab_mls_key_package_write (self->key_package, encoded);

  g_autoptr (ConfabMlsSecretArray) out = confab_mls_secret_array_new (encoded->len + 4 * CONFAB_MLS_MAXIMUM_HASH);
  confab_mls_write_u16 (out, STATE_VERSION);
  confab_mls_write_raw (out, confab_span_from_array (encoded));
  confab_mls_write_opaque (out, confab_secret_span (self->init_key));
  confab_mls_write_opaque (out, confab_secret_span (self->encryption_key));

  return confab_secret_new_copy (confab_span_from_array (out));
}

/**
 * confab_mls_key_bundle_deserialize:
 * @state: what confab_mls_key_bundle_serialize() gave
 * @error: return location for an error
 *
 * Reads a stored bundle.
 *
 * Returns: (transfer full) (nullable): the bundle
 * Since: 0.1
 */
ConfabMlsKeyBundle *
confab_mls_key_bundle_deserialize (ConfabSpan   state,
                                   GError     **error)
{
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, state);
  if (confab_mls_reader_u16 (&reader) != STATE_VERSION)
    confab_mls_reader_fail (&reader, CONFAB_MLS_ERROR_STATE, "it is of an unknown version");
  g_autoptr (ConfabMlsKeyPackage) key_package = confab_mls_key_package_read (&reader);
  g_autoptr (ConfabSecret) init_key = confab_secret_new_copy (confab_mls_reader_opaque (&reader));
  g_autoptr (ConfabSecret) encryption_key = confab_secret_new_copy (confab_mls_reader_opaque (&reader));

  if (!confab_mls_reader_finish (&reader, "stored key package", error))
    return NULL;

  return confab_mls_key_bundle_new_from_keys (key_package, init_key, encryption_key, error);
}
