/* confab-mls-group-join.c: joining a group by a Welcome (RFC 9420, section 12.4.3.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-group-private.h"
#include "confab-mls-tree-validation.h"

static gboolean
add_external_pub (GPtrArray             *extensions,
                  const ConfabMlsEpoch  *epoch,
                  GError               **error)
{
  g_autoptr (ConfabSecret) private_key = NULL;
  g_autoptr (GBytes) public_key = NULL;
  g_autoptr (GByteArray) data = g_byte_array_new ();

  if (!confab_mls_epoch_secrets_external_keys (epoch->secrets, confab_mls_ratchet_tree_get_suite (epoch->tree),
                                               &private_key, &public_key, error))
    return FALSE;

  confab_mls_write_bytes (data, public_key);
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&data));
  confab_mls_extensions_add (extensions, CONFAB_MLS_EXTENSION_EXTERNAL_PUB, bytes);

  return TRUE;
}

/**
 * confab_mls_epoch_make_group_info: (skip)
 * @epoch: an epoch
 * @identity: this member in it, who signs
 * @with_tree: whether to put the ratchet tree into it
 * @with_external_pub: whether it shall allow an external commit
 * @error: return location for an error
 *
 * Describes an epoch to newcomers (RFC 9420, section 12.4.3).
 *
 * Returns: (transfer full) (nullable): a signed group information
 * Since: 0.1
 */
ConfabMlsGroupInfo *
confab_mls_epoch_make_group_info (const ConfabMlsEpoch  *epoch,
                                  ConfabMlsIdentity     *identity,
                                  gboolean               with_tree,
                                  gboolean               with_external_pub,
                                  GError               **error)
{
  const ConfabCryptoSuite *suite = confab_mls_ratchet_tree_get_suite (epoch->tree);
  g_autoptr (ConfabMlsGroupInfo) info = g_new0 (ConfabMlsGroupInfo, 1);

  info->context = confab_mls_group_context_copy (epoch->context);
  info->extensions = confab_mls_extensions_new ();
  info->confirmation_tag = g_bytes_ref (epoch->confirmation_tag);
  info->signer = epoch->own_leaf;

  if (with_tree)
    {
      g_autoptr (GBytes) tree = confab_mls_ratchet_tree_encode (epoch->tree);
      confab_mls_extensions_add (info->extensions, CONFAB_MLS_EXTENSION_RATCHET_TREE, tree);
    }

  if (with_external_pub && !add_external_pub (info->extensions, epoch, error))
    return NULL;

  if (!confab_mls_group_info_sign (info, suite, confab_secret_span (confab_mls_identity_get_private_key (identity)),
                                   error))
    return NULL;

  return g_steal_pointer (&info);
}

/**
 * confab_mls_group_info_get_tree: (skip)
 * @info: a group information
 * @suite: its cipher suite
 * @ratchet_tree: (nullable): the tree, if it came another way
 * @policy: the application's policy
 * @error: return location for an error
 *
 * Takes the ratchet tree from a group information or from elsewhere, and verifies both: the signature, the tree
 * hash, and everything in the tree.
 *
 * Returns: (transfer full) (nullable): the tree
 * Since: 0.1
 */
ConfabMlsRatchetTree *
confab_mls_group_info_get_tree (const ConfabMlsGroupInfo  *info,
                                const ConfabCryptoSuite   *suite,
                                GBytes                    *ratchet_tree,
                                const ConfabMlsPolicy     *policy,
                                GError                   **error)
{
  GBytes *encoded = ratchet_tree;

  if (encoded == NULL)
    encoded = confab_mls_extensions_find (info->extensions, CONFAB_MLS_EXTENSION_RATCHET_TREE);
  if (encoded == NULL)
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_TREE, "the ratchet tree is missing");
      return NULL;
    }

  g_autoptr (ConfabMlsRatchetTree) tree =
    confab_mls_ratchet_tree_decode (suite, confab_span_from_bytes (encoded), error);
  if (tree == NULL)
    return NULL;

  ConfabMlsLeafNode *signer = confab_mls_ratchet_tree_get_leaf (tree, info->signer);
  if (signer == NULL)
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_SENDER, "the group information is signed by nobody in the group");
      return NULL;
    }

  g_autoptr (GBytes) hash = confab_mls_ratchet_tree_get_hash (tree);
  if (!g_bytes_equal (hash, info->context->tree_hash))
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_TREE_HASH, "the ratchet tree is not the one of the group");
      return NULL;
    }

  if (!confab_mls_group_info_verify (info, suite, signer->signature_key, error)
      || !confab_mls_tree_validate (tree, info->context->group_id, info->context->extensions, policy, error))
    return NULL;

  return g_steal_pointer (&tree);
}

static ConfabMlsGroupSecrets *
decrypt_group_secrets (const ConfabMlsWelcome   *welcome,
                       ConfabMlsKeyBundle       *bundle,
                       const ConfabCryptoSuite  *suite,
                       GError                  **error)
{
  const ConfabMlsHpkeCiphertext *encrypted =
    confab_mls_welcome_find_secrets (welcome, confab_mls_key_bundle_get_reference (bundle));

  if (encrypted == NULL || confab_mls_key_bundle_get_key_package (bundle)->cipher_suite != welcome->cipher_suite)
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_KEY_PACKAGE, "the Welcome is not for this key package");
      return NULL;
    }

  g_autoptr (GBytes) plaintext =
    confab_mls_decrypt_with_label (suite, confab_secret_span (confab_mls_key_bundle_get_init_key (bundle)),
                                   CONFAB_MLS_LABEL_WELCOME, confab_span_from_bytes (welcome->encrypted_group_info),
                                   confab_span_from_bytes (encrypted->kem_output),
                                   confab_span_from_bytes (encrypted->ciphertext), error);
  if (plaintext == NULL)
    return NULL;

  ConfabMlsReader reader;
  confab_mls_reader_init (&reader, confab_span_from_bytes (plaintext));
  g_autoptr (ConfabMlsGroupSecrets) secrets = confab_mls_group_secrets_read (&reader);
  if (!confab_mls_reader_finish (&reader, "secrets of a Welcome", error))
    return NULL;

  gsize length = confab_crypto_suite_get_hash_length (suite);
  if (confab_secret_get_length (secrets->joiner_secret) != length
      || (secrets->path_secret != NULL && confab_secret_get_length (secrets->path_secret) != length))
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_MALFORMED, "a secret of the Welcome has the wrong length");
      return NULL;
    }

  return g_steal_pointer (&secrets);
}

static ConfabMlsGroupInfo *
decrypt_group_info (const ConfabMlsWelcome   *welcome,
                    const ConfabCryptoSuite  *suite,
                    const ConfabSecret       *joiner_secret,
                    const ConfabSecret       *psk_secret,
                    GError                  **error)
{
  g_autoptr (ConfabSecret) key = NULL;
  g_autoptr (ConfabSecret) nonce = NULL;

  confab_mls_key_schedule_welcome_keys (suite, joiner_secret, psk_secret, &key, &nonce);
  g_autoptr (GBytes) plaintext =
    confab_crypto_aead_open (suite, confab_secret_span (key), confab_secret_span (nonce), confab_span_empty (),
                             confab_span_from_bytes (welcome->encrypted_group_info), NULL);
  ConfabMlsReader reader;

  if (plaintext == NULL)
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_DECRYPTION,
                       "the group information of the Welcome could not be decrypted");
      return NULL;
    }

  confab_mls_reader_init (&reader, confab_span_from_bytes (plaintext));
  g_autoptr (ConfabMlsGroupInfo) info = confab_mls_group_info_read (&reader);
  if (!confab_mls_reader_finish (&reader, "group information", error))
    return NULL;

  if (info->context->cipher_suite != welcome->cipher_suite)
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_KEY_PACKAGE, "the group has another cipher suite than the Welcome");
      return NULL;
    }

  return g_steal_pointer (&info);
}

/* The resumption key that ties the group to the one it continues, if it has one; there may be only one. */
static gboolean
find_succession_psk (const ConfabMlsGroupSecrets  *secrets,
                     const ConfabMlsPskId        **found,
                     GError                      **error)
{
  *found = NULL;

  for (guint i = 0; i < secrets->psks->len; i++)
    {
      const ConfabMlsPskId *psk = g_ptr_array_index (secrets->psks, i);

      if (psk->type != CONFAB_MLS_PSK_RESUMPTION || psk->usage == CONFAB_MLS_RESUMPTION_APPLICATION)
        continue;

      if (*found != NULL)
        return confab_mls_fail (error, CONFAB_MLS_ERROR_PSK, "the Welcome continues more than one group");

      *found = psk;
    }

  return TRUE;
}

static ConfabMlsEpoch *
enter_epoch (const ConfabMlsGroupInfo     *info,
             const ConfabMlsGroupSecrets  *secrets,
             const ConfabSecret           *psk_secret,
             ConfabMlsRatchetTree         *tree,
             ConfabMlsKeyBundle           *bundle,
             const ConfabMlsPolicy        *policy,
             GError                      **error)
{
  const ConfabCryptoSuite *suite = confab_mls_ratchet_tree_get_suite (tree);
  ConfabMlsLeafNode *leaf_node = confab_mls_key_bundle_get_key_package (bundle)->leaf_node;
  guint32 own_leaf = confab_mls_ratchet_tree_find_leaf (tree, leaf_node);
  g_autoptr (ConfabMlsTreeKeys) keys =
    confab_mls_tree_keys_new (confab_mls_key_bundle_get_encryption_key (bundle));

  if (own_leaf == CONFAB_MLS_NO_NODE || own_leaf == info->signer)
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_KEY_PACKAGE, "this client is not in the group that it is welcomed to");
      return NULL;
    }

  if (secrets->path_secret != NULL
      && !confab_mls_tree_kem_implant (tree, keys, own_leaf, info->signer, secrets->path_secret, NULL, error))
    return NULL;

  g_autoptr (GBytes) encoded = confab_mls_group_context_encode (info->context);
  g_autoptr (ConfabMlsEpoch) epoch =
    confab_mls_epoch_new (confab_mls_group_context_copy (info->context), tree, g_steal_pointer (&keys), own_leaf,
                          confab_mls_epoch_secrets_new (suite, secrets->joiner_secret, psk_secret, encoded), policy);

  return confab_mls_epoch_check_tag (epoch, info->confirmation_tag, error) ? g_steal_pointer (&epoch) : NULL;
}

static ConfabMlsEpoch *
open_welcome (ConfabMlsGroup          *self,
              const ConfabMlsWelcome  *welcome,
              ConfabMlsKeyBundle      *bundle,
              GBytes                  *ratchet_tree,
              GError                 **error)
{
  const ConfabMlsPskId *succession = NULL;
  g_autoptr (ConfabMlsGroupSecrets) secrets = decrypt_group_secrets (welcome, bundle, self->suite, error);

  if (secrets == NULL || !find_succession_psk (secrets, &succession, error))
    return NULL;

  g_autoptr (GPtrArray) psks = confab_mls_group_find_psks (self, secrets->psks, error);
  if (psks == NULL)
    return NULL;

  g_autoptr (ConfabSecret) psk_secret = confab_mls_psk_combine (self->suite, secrets->psks, psks);
  g_autoptr (ConfabMlsGroupInfo) info =
    decrypt_group_info (welcome, self->suite, secrets->joiner_secret, psk_secret, error);
  g_autoptr (ConfabMlsRatchetTree) tree = NULL;
  if (info != NULL)
    tree = confab_mls_group_info_get_tree (info, self->suite, ratchet_tree, self->policy, error);
  if (tree == NULL)
    return NULL;

  if (succession != NULL
      && !confab_mls_group_check_succession (self->predecessor, succession, info->context, tree, error))
    return NULL;

  return enter_epoch (info, secrets, psk_secret, tree, bundle, self->policy, error);
}

/**
 * confab_mls_group_join:
 * @welcome: a Welcome message
 * @key_bundle: the key package that it is for; delete it afterwards, unless it is one of last resort
 * @identity: the identity that the key package was made for
 * @ratchet_tree: (nullable): the ratchet tree, if it does not come in the Welcome
 * @predecessor: (nullable): the group that the new one continues, for a re-initialisation or a branch
 * @policy: the application's policy
 * @error: return location for an error
 *
 * Joins a group to which this client was added. That no other group has its identifier is for the caller to check.
 *
 * Returns: (transfer full) (nullable): the group
 * Since: 0.1
 */
ConfabMlsGroup *
confab_mls_group_join (GBytes              *welcome,
                       ConfabMlsKeyBundle  *key_bundle,
                       ConfabMlsIdentity   *identity,
                       GBytes              *ratchet_tree,
                       ConfabMlsGroup      *predecessor,
                       ConfabMlsPolicy     *policy,
                       GError             **error)
{
  g_autoptr (ConfabMlsMessage) message = confab_mls_message_decode (welcome, error);
  ConfabMlsKeyPackage *key_package = confab_mls_key_bundle_get_key_package (key_bundle);

  if (message == NULL)
    return NULL;

  if (message->welcome == NULL)
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_ARGUMENT, "the message is no Welcome");
      return NULL;
    }

  if (!g_bytes_equal (confab_mls_identity_get_public_key (identity), key_package->leaf_node->signature_key))
    {
      confab_mls_fail (error, CONFAB_MLS_ERROR_KEY_PACKAGE, "the key package is not of this identity");
      return NULL;
    }

  const ConfabCryptoSuite *suite = confab_mls_suite_lookup (message->welcome->cipher_suite, error);
  if (suite == NULL)
    return NULL;

  g_autoptr (ConfabMlsGroup) self = confab_mls_group_alloc (suite, policy, identity);
  self->predecessor = predecessor;
  ConfabMlsEpoch *epoch = open_welcome (self, message->welcome, key_bundle, ratchet_tree, error);
  self->predecessor = NULL;
  if (epoch == NULL)
    return NULL;

  confab_mls_group_start (self, epoch);

  return g_steal_pointer (&self);
}
