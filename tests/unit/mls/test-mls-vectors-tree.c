/* test-mls-vectors-tree.c: ratchet trees and TreeKEM against the working group's vectors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-mls-group-info.h"
#include "confab-mls-proposal.h"
#include "confab-mls-tree-kem.h"
#include "confab-mls-tree-validation.h"

#include "vector-file.h"

static ConfabMlsRatchetTree *
decode_tree (JsonObject *vector,
             const char *member)
{
  g_autoptr (GBytes) bytes = vector_get_bytes (vector, member);
  g_autoptr (GError) error = NULL;
  ConfabMlsRatchetTree *tree =
    confab_mls_ratchet_tree_decode (vector_get_suite (vector), confab_span_from_bytes (bytes), &error);

  g_assert_no_error (error);

  return tree;
}

static void
apply_proposal (ConfabMlsRatchetTree    *tree,
                const ConfabMlsProposal *proposal,
                guint32                  sender)
{
  g_autoptr (GError) error = NULL;

  switch (proposal->type)
    {
    case CONFAB_MLS_PROPOSAL_ADD:
      confab_mls_ratchet_tree_add_leaf (tree, proposal->key_package->leaf_node, &error);
      g_assert_no_error (error);
      break;

    case CONFAB_MLS_PROPOSAL_UPDATE:
      confab_mls_ratchet_tree_update_leaf (tree, sender, proposal->leaf_node);
      break;

    case CONFAB_MLS_PROPOSAL_REMOVE:
      confab_mls_ratchet_tree_remove_leaf (tree, proposal->removed);
      confab_mls_ratchet_tree_truncate (tree);
      break;

    default:
      g_assert_not_reached ();
    }
}

static gboolean
run_tree_operations (JsonObject *vector)
{
  if (vector_get_suite (vector) == NULL)
    return FALSE;

  g_autoptr (ConfabMlsRatchetTree) tree = decode_tree (vector, "tree_before");
  g_autoptr (GBytes) bytes = vector_get_bytes (vector, "proposal");
  g_autoptr (GError) error = NULL;
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, confab_span_from_bytes (bytes));
  g_autoptr (ConfabMlsProposal) proposal = confab_mls_proposal_read (&reader);
  confab_mls_reader_finish (&reader, "proposal", &error);
  g_assert_no_error (error);

  g_autoptr (GBytes) hash_before = confab_mls_ratchet_tree_get_hash (tree);
  vector_assert_bytes (vector, "tree_hash_before", hash_before);

  /* On a copy, so that the copying and the cached hashes are tested, too. */
  g_autoptr (ConfabMlsRatchetTree) copy = confab_mls_ratchet_tree_copy (tree);
  apply_proposal (copy, proposal, json_object_get_int_member (vector, "proposal_sender"));

  g_autoptr (GBytes) encoded = confab_mls_ratchet_tree_encode (copy);
  g_autoptr (GBytes) hash_after = confab_mls_ratchet_tree_get_hash (copy);
  vector_assert_bytes (vector, "tree_after", encoded);
  vector_assert_bytes (vector, "tree_hash_after", hash_after);

  g_autoptr (GBytes) original = confab_mls_ratchet_tree_encode (tree);
  vector_assert_bytes (vector, "tree_before", original);

  return TRUE;
}

static gboolean
run_tree_validation (JsonObject *vector)
{
  if (vector_get_suite (vector) == NULL)
    return FALSE;

  g_autoptr (ConfabMlsRatchetTree) tree = decode_tree (vector, "tree");
  g_autoptr (GBytes) group_id = vector_get_bytes (vector, "group_id");
  g_autoptr (GPtrArray) no_extensions = confab_mls_extensions_new ();
  g_autoptr (ConfabMlsPolicy) policy = confab_mls_policy_new ();
  g_autoptr (GError) error = NULL;
  JsonArray *hashes = json_object_get_array_member (vector, "tree_hashes");
  JsonArray *resolutions = json_object_get_array_member (vector, "resolutions");

  for (guint32 node = 0; node < confab_mls_ratchet_tree_get_n_nodes (tree); node++)
    {
      g_autoptr (GBytes) expected = vector_bytes_from_hex (json_array_get_string_element (hashes, node));
      g_assert_true (confab_span_equal (confab_mls_ratchet_tree_hash_node (tree, node),
                                        confab_span_from_bytes (expected)));

      JsonArray *members = json_array_get_array_element (resolutions, node);
      g_autoptr (GArray) resolution = confab_mls_ratchet_tree_resolve (tree, node, NULL);
      g_assert_cmpuint (resolution->len, ==, json_array_get_length (members));
      for (guint i = 0; i < resolution->len; i++)
        g_assert_cmpuint (g_array_index (resolution, guint32, i), ==, json_array_get_int_element (members, i));
    }

  confab_mls_policy_set_credential_func (policy, confab_mls_accept_any_credential, NULL, NULL);
  confab_mls_policy_set_check_received_lifetime (policy, FALSE);
  confab_mls_tree_validate (tree, group_id, no_extensions, policy, &error);
  g_assert_no_error (error);

  return TRUE;
}

/* What one member of a treekem vector knows. */
typedef struct
{
  guint32            leaf;
  ConfabMlsTreeKeys *keys;
  ConfabMlsIdentity *identity;
} PrivateLeaf;

static void
private_leaf_free (PrivateLeaf *self)
{
  confab_mls_tree_keys_free (self->keys);
  confab_mls_identity_unref (self->identity);
  g_free (self);
}

static PrivateLeaf *
private_leaf_new (ConfabMlsRatchetTree *tree,
                  JsonObject           *object)
{
  PrivateLeaf *self = g_new0 (PrivateLeaf, 1);
  const ConfabCryptoSuite *suite = confab_mls_ratchet_tree_get_suite (tree);
  g_autoptr (ConfabSecret) encryption_key = vector_get_secret (object, "encryption_priv");
  g_autoptr (ConfabSecret) signature_key = vector_get_secret (object, "signature_priv");
  JsonArray *secrets = json_object_get_array_member (object, "path_secrets");
  g_autoptr (GError) error = NULL;

  self->leaf = json_object_get_int_member (object, "index");
  self->keys = confab_mls_tree_keys_new (encryption_key);
  self->identity =
    confab_mls_identity_new (confab_crypto_suite_get_id (suite), signature_key,
                             confab_mls_ratchet_tree_get_leaf (tree, self->leaf)->credential, NULL, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < json_array_get_length (secrets); i++)
    {
      JsonObject *entry = json_array_get_object_element (secrets, i);
      guint32 node = json_object_get_int_member (entry, "node");
      g_autoptr (ConfabSecret) path_secret = vector_get_secret (entry, "path_secret");
      g_autoptr (ConfabSecret) node_secret = confab_mls_derive_secret (suite, confab_secret_span (path_secret), "node");
      g_autoptr (ConfabSecret) private_key = NULL;
      g_autoptr (GBytes) public_key = NULL;

      confab_crypto_kem_derive (suite, confab_secret_span (node_secret), &private_key, &public_key, &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (public_key, confab_mls_ratchet_tree_get_key (tree, node)));
      confab_mls_tree_keys_set (self->keys, confab_mls_tree_level (node), private_key);
    }

  return self;
}

static ConfabMlsUpdatePath *
decode_update_path (JsonObject *object)
{
  g_autoptr (GBytes) bytes = vector_get_bytes (object, "update_path");
  g_autoptr (GError) error = NULL;
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, confab_span_from_bytes (bytes));
  ConfabMlsUpdatePath *update = confab_mls_update_path_read (&reader);
  confab_mls_reader_finish (&reader, "update path", &error);
  g_assert_no_error (error);

  return update;
}

static GBytes *
encode_context (JsonObject           *vector,
                ConfabMlsRatchetTree *tree)
{
  g_autoptr (GBytes) group_id = vector_get_bytes (vector, "group_id");
  g_autoptr (GBytes) transcript_hash = vector_get_bytes (vector, "confirmed_transcript_hash");
  g_autoptr (GBytes) tree_hash = confab_mls_ratchet_tree_get_hash (tree);
  g_autoptr (GPtrArray) no_extensions = confab_mls_extensions_new ();
  g_autoptr (ConfabMlsGroupContext) context =
    confab_mls_group_context_new (json_object_get_int_member (vector, "cipher_suite"), group_id,
                                  json_object_get_int_member (vector, "epoch"), tree_hash, transcript_hash,
                                  no_extensions);

  return confab_mls_group_context_encode (context);
}

static void
check_received_path (JsonObject           *vector,
                     JsonObject           *entry,
                     ConfabMlsRatchetTree *before,
                     GPtrArray            *leaves)
{
  guint32 sender = json_object_get_int_member (entry, "sender");
  JsonArray *path_secrets = json_object_get_array_member (entry, "path_secrets");
  g_autoptr (ConfabMlsUpdatePath) update = decode_update_path (entry);
  g_autoptr (ConfabMlsRatchetTree) tree = confab_mls_ratchet_tree_copy (before);
  g_autoptr (GBytes) group_id = vector_get_bytes (vector, "group_id");
  g_autoptr (GError) error = NULL;

  confab_mls_tree_kem_merge (tree, sender, update, &error);
  g_assert_no_error (error);
  confab_mls_leaf_node_verify (update->leaf_node, vector_get_suite (vector), group_id, sender, &error);
  g_assert_no_error (error);
  confab_mls_tree_check_parent_hashes (tree, &error);
  g_assert_no_error (error);

  g_autoptr (GBytes) tree_hash = confab_mls_ratchet_tree_get_hash (tree);
  vector_assert_bytes (entry, "tree_hash_after", tree_hash);
  g_autoptr (GBytes) context = encode_context (vector, tree);

  for (guint i = 0; i < leaves->len; i++)
    {
      PrivateLeaf *leaf = g_ptr_array_index (leaves, i);
      g_autoptr (ConfabMlsTreeKeys) keys = confab_mls_tree_keys_copy (leaf->keys);
      g_autoptr (ConfabSecret) path_secret = NULL;

      if (leaf->leaf == sender)
        continue;

      g_autoptr (ConfabSecret) commit_secret =
        confab_mls_tree_kem_decrypt (tree, keys, leaf->leaf, sender, update, NULL, context, &path_secret, &error);
      g_assert_no_error (error);
      vector_assert_secret (entry, "commit_secret", commit_secret);

      g_autoptr (GBytes) expected = vector_bytes_from_hex (json_array_get_string_element (path_secrets, leaf->leaf));
      g_assert_true (confab_span_equal (confab_secret_span (path_secret), confab_span_from_bytes (expected)));
    }
}

static void
check_own_path (JsonObject           *vector,
                ConfabMlsRatchetTree *before,
                GPtrArray            *leaves,
                PrivateLeaf          *sender)
{
  g_autoptr (ConfabMlsRatchetTree) tree = confab_mls_ratchet_tree_copy (before);
  g_autoptr (ConfabMlsTreeKeys) keys = confab_mls_tree_keys_copy (sender->keys);
  g_autoptr (GBytes) group_id = vector_get_bytes (vector, "group_id");
  g_autoptr (GError) error = NULL;

  g_autoptr (ConfabMlsTreePath) path =
    confab_mls_tree_kem_generate (tree, keys, sender->leaf, sender->identity, group_id, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) context = encode_context (vector, tree);
  g_autoptr (ConfabMlsUpdatePath) update =
    confab_mls_tree_kem_encrypt (path, tree, sender->leaf, NULL, context, &error);
  g_assert_no_error (error);

  g_autoptr (ConfabMlsRatchetTree) merged = confab_mls_ratchet_tree_copy (before);
  confab_mls_tree_kem_merge (merged, sender->leaf, update, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) hash = confab_mls_ratchet_tree_get_hash (tree);
  g_autoptr (GBytes) merged_hash = confab_mls_ratchet_tree_get_hash (merged);
  g_assert_true (g_bytes_equal (hash, merged_hash));

  for (guint i = 0; i < leaves->len; i++)
    {
      PrivateLeaf *leaf = g_ptr_array_index (leaves, i);
      g_autoptr (ConfabMlsTreeKeys) leaf_keys = confab_mls_tree_keys_copy (leaf->keys);

      if (leaf == sender)
        continue;

      g_autoptr (ConfabSecret) commit_secret =
        confab_mls_tree_kem_decrypt (merged, leaf_keys, leaf->leaf, sender->leaf, update, NULL, context, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (confab_secret_equal (commit_secret, path->commit_secret));
    }
}

static gboolean
run_treekem (JsonObject *vector)
{
  if (vector_get_suite (vector) == NULL)
    return FALSE;

  g_autoptr (ConfabMlsRatchetTree) tree = decode_tree (vector, "ratchet_tree");
  g_autoptr (GPtrArray) leaves = g_ptr_array_new_with_free_func ((GDestroyNotify) private_leaf_free);
  JsonArray *objects = json_object_get_array_member (vector, "leaves_private");
  JsonArray *updates = json_object_get_array_member (vector, "update_paths");

  for (guint i = 0; i < json_array_get_length (objects); i++)
    g_ptr_array_add (leaves, private_leaf_new (tree, json_array_get_object_element (objects, i)));

  for (guint i = 0; i < json_array_get_length (updates); i++)
    check_received_path (vector, json_array_get_object_element (updates, i), tree, leaves);

  for (guint i = 0; i < leaves->len; i++)
    check_own_path (vector, tree, leaves, g_ptr_array_index (leaves, i));

  return TRUE;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  vector_file_add ("tree-operations.json", run_tree_operations);
  vector_file_add ("tree-validation.json", run_tree_validation);
  vector_file_add ("treekem.json", run_treekem);

  return g_test_run ();
}
