/* test-mls-vectors-basics.c: the parts of MLS below groups against the working group's vectors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-mls-key-schedule.h"
#include "confab-mls-protection.h"
#include "confab-mls-tree-math.h"

#include "vector-file.h"

static void
assert_node (JsonArray *expected,
             guint32    node,
             guint32    actual)
{
  if (json_array_get_null_element (expected, node))
    g_assert_cmpuint (actual, ==, CONFAB_MLS_NO_NODE);
  else
    g_assert_cmpuint (actual, ==, json_array_get_int_element (expected, node));
}

static gboolean
run_tree_math (JsonObject *vector)
{
  guint32 n_leaves = json_object_get_int_member (vector, "n_leaves");
  guint32 n_nodes = json_object_get_int_member (vector, "n_nodes");

  g_assert_cmpuint (confab_mls_tree_n_nodes (n_leaves), ==, n_nodes);
  g_assert_cmpuint (confab_mls_tree_root (n_leaves), ==, json_object_get_int_member (vector, "root"));

  for (guint32 i = 0; i < n_nodes; i++)
    {
      assert_node (json_object_get_array_member (vector, "left"), i, confab_mls_tree_left (i));
      assert_node (json_object_get_array_member (vector, "right"), i, confab_mls_tree_right (i));
      assert_node (json_object_get_array_member (vector, "parent"), i, confab_mls_tree_parent (i, n_leaves));
      assert_node (json_object_get_array_member (vector, "sibling"), i, confab_mls_tree_sibling (i, n_leaves));
    }

  return TRUE;
}

static gboolean
run_deserialization (JsonObject *vector)
{
  g_autoptr (GBytes) header = vector_get_bytes (vector, "vlbytes_header");
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, confab_span_from_bytes (header));
  guint32 length = confab_mls_reader_length (&reader);

  g_assert_true (confab_mls_reader_is_good (&reader));
  g_assert_false (confab_mls_reader_has_more (&reader));
  g_assert_cmpuint (length, ==, json_object_get_int_member (vector, "length"));

  return TRUE;
}

static void
check_derivation (const ConfabCryptoSuite *suite,
                  JsonObject              *vector)
{
  JsonObject *expand = json_object_get_object_member (vector, "expand_with_label");
  g_autoptr (ConfabSecret) secret = vector_get_secret (expand, "secret");
  g_autoptr (GBytes) context = vector_get_bytes (expand, "context");
  g_autoptr (ConfabSecret) out =
    confab_mls_expand_with_label (suite, confab_secret_span (secret), json_object_get_string_member (expand, "label"),
                                  confab_span_from_bytes (context), json_object_get_int_member (expand, "length"));
  vector_assert_secret (expand, "out", out);

  JsonObject *derive = json_object_get_object_member (vector, "derive_secret");
  g_autoptr (ConfabSecret) derive_secret = vector_get_secret (derive, "secret");
  g_autoptr (ConfabSecret) derived = confab_mls_derive_secret (suite, confab_secret_span (derive_secret),
                                                               json_object_get_string_member (derive, "label"));
  vector_assert_secret (derive, "out", derived);

  JsonObject *tree = json_object_get_object_member (vector, "derive_tree_secret");
  g_autoptr (ConfabSecret) tree_secret = vector_get_secret (tree, "secret");
  g_autoptr (ConfabSecret) tree_out =
    confab_mls_derive_tree_secret (suite, confab_secret_span (tree_secret),
                                   json_object_get_string_member (tree, "label"),
                                   json_object_get_int_member (tree, "generation"),
                                   json_object_get_int_member (tree, "length"));
  vector_assert_secret (tree, "out", tree_out);
}

static void
check_signature (const ConfabCryptoSuite *suite,
                 JsonObject              *vector)
{
  const char *label = json_object_get_string_member (vector, "label");
  g_autoptr (ConfabSecret) private_key = vector_get_secret (vector, "priv");
  g_autoptr (GBytes) public_key = vector_get_bytes (vector, "pub");
  g_autoptr (GBytes) content = vector_get_bytes (vector, "content");
  g_autoptr (GBytes) signature = vector_get_bytes (vector, "signature");
  g_autoptr (GError) error = NULL;

  g_assert_true (confab_mls_verify_with_label (suite, confab_span_from_bytes (public_key), label,
                                               confab_span_from_bytes (content), confab_span_from_bytes (signature),
                                               &error));
  g_assert_no_error (error);

  g_autoptr (GBytes) own = confab_mls_sign_with_label (suite, confab_secret_span (private_key), label,
                                                       confab_span_from_bytes (content), &error);
  g_assert_no_error (error);
  g_assert_true (confab_mls_verify_with_label (suite, confab_span_from_bytes (public_key), label,
                                               confab_span_from_bytes (content), confab_span_from_bytes (own), &error));
  g_assert_no_error (error);
}

static void
check_encryption (const ConfabCryptoSuite *suite,
                  JsonObject              *vector)
{
  const char *label = json_object_get_string_member (vector, "label");
  g_autoptr (ConfabSecret) private_key = vector_get_secret (vector, "priv");
  g_autoptr (GBytes) public_key = vector_get_bytes (vector, "pub");
  g_autoptr (GBytes) context = vector_get_bytes (vector, "context");
  g_autoptr (GBytes) kem_output = vector_get_bytes (vector, "kem_output");
  g_autoptr (GBytes) ciphertext = vector_get_bytes (vector, "ciphertext");
  g_autoptr (GError) error = NULL;

  g_autoptr (GBytes) plaintext =
    confab_mls_decrypt_with_label (suite, confab_secret_span (private_key), label, confab_span_from_bytes (context),
                                   confab_span_from_bytes (kem_output), confab_span_from_bytes (ciphertext), &error);
  g_assert_no_error (error);
  vector_assert_bytes (vector, "plaintext", plaintext);

  g_autoptr (GBytes) own_kem_output = NULL;
  g_autoptr (GBytes) own_ciphertext =
    confab_mls_encrypt_with_label (suite, confab_span_from_bytes (public_key), label, confab_span_from_bytes (context),
                                   confab_span_from_bytes (plaintext), &own_kem_output, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) again =
    confab_mls_decrypt_with_label (suite, confab_secret_span (private_key), label, confab_span_from_bytes (context),
                                   confab_span_from_bytes (own_kem_output), confab_span_from_bytes (own_ciphertext),
                                   &error);
  g_assert_no_error (error);
  vector_assert_bytes (vector, "plaintext", again);
}

static gboolean
run_crypto_basics (JsonObject *vector)
{
  const ConfabCryptoSuite *suite = vector_get_suite (vector);

  if (suite == NULL)
    return FALSE;

  JsonObject *reference = json_object_get_object_member (vector, "ref_hash");
  g_autoptr (GBytes) value = vector_get_bytes (reference, "value");
  g_autoptr (GBytes) hash = confab_mls_reference_hash (suite, json_object_get_string_member (reference, "label"),
                                                       confab_span_from_bytes (value));
  vector_assert_bytes (reference, "out", hash);
  check_derivation (suite, vector);
  check_signature (suite, json_object_get_object_member (vector, "sign_with_label"));
  check_encryption (suite, json_object_get_object_member (vector, "encrypt_with_label"));

  return TRUE;
}

static void
check_epoch_secrets (const ConfabCryptoSuite     *suite,
                     const ConfabMlsEpochSecrets *secrets,
                     JsonObject                  *epoch)
{
  g_autoptr (ConfabSecret) external_private = NULL;
  g_autoptr (GBytes) external_public = NULL;
  g_autoptr (GError) error = NULL;

  vector_assert_secret (epoch, "sender_data_secret", secrets->sender_data);
  vector_assert_secret (epoch, "encryption_secret", secrets->encryption);
  vector_assert_secret (epoch, "exporter_secret", secrets->exporter);
  vector_assert_secret (epoch, "epoch_authenticator", secrets->epoch_authenticator);
  vector_assert_secret (epoch, "external_secret", secrets->external);
  vector_assert_secret (epoch, "confirmation_key", secrets->confirmation_key);
  vector_assert_secret (epoch, "membership_key", secrets->membership_key);
  vector_assert_secret (epoch, "resumption_psk", secrets->resumption_psk);
  vector_assert_secret (epoch, "init_secret", secrets->init);

  confab_mls_epoch_secrets_external_keys (secrets, suite, &external_private, &external_public, &error);
  g_assert_no_error (error);
  vector_assert_bytes (epoch, "external_pub", external_public);

  JsonObject *exporter = json_object_get_object_member (epoch, "exporter");
  g_autoptr (GBytes) context = vector_get_bytes (exporter, "context");
  g_autoptr (ConfabSecret) exported =
    confab_mls_epoch_secrets_export (secrets, suite, json_object_get_string_member (exporter, "label"),
                                     confab_span_from_bytes (context), json_object_get_int_member (exporter, "length"),
                                     &error);
  g_assert_no_error (error);
  vector_assert_secret (exporter, "secret", exported);
}

static gboolean
run_key_schedule (JsonObject *vector)
{
  const ConfabCryptoSuite *suite = vector_get_suite (vector);

  if (suite == NULL)
    return FALSE;

  JsonArray *epochs = json_object_get_array_member (vector, "epochs");
  g_autoptr (GBytes) group_id = vector_get_bytes (vector, "group_id");
  g_autoptr (ConfabSecret) init_secret = vector_get_secret (vector, "initial_init_secret");
  g_autoptr (GPtrArray) no_extensions = confab_mls_extensions_new ();

  for (guint i = 0; i < json_array_get_length (epochs); i++)
    {
      JsonObject *epoch = json_array_get_object_element (epochs, i);
      g_autoptr (GBytes) tree_hash = vector_get_bytes (epoch, "tree_hash");
      g_autoptr (GBytes) transcript_hash = vector_get_bytes (epoch, "confirmed_transcript_hash");
      g_autoptr (ConfabMlsGroupContext) context =
        confab_mls_group_context_new (confab_crypto_suite_get_id (suite), group_id, i, tree_hash, transcript_hash,
                                      no_extensions);
      g_autoptr (GBytes) encoded = confab_mls_group_context_encode (context);
      vector_assert_bytes (epoch, "group_context", encoded);

      g_autoptr (ConfabSecret) commit_secret = vector_get_secret (epoch, "commit_secret");
      g_autoptr (ConfabSecret) psk_secret = vector_get_secret (epoch, "psk_secret");
      g_autoptr (ConfabSecret) joiner =
        confab_mls_key_schedule_derive_joiner (suite, init_secret, commit_secret, encoded);
      g_autoptr (ConfabSecret) welcome = confab_mls_key_schedule_derive_welcome (suite, joiner, psk_secret);
      vector_assert_secret (epoch, "joiner_secret", joiner);
      vector_assert_secret (epoch, "welcome_secret", welcome);

      g_autoptr (ConfabMlsEpochSecrets) secrets = confab_mls_epoch_secrets_new (suite, joiner, psk_secret, encoded);
      check_epoch_secrets (suite, secrets, epoch);

      confab_secret_unref (init_secret);
      init_secret = confab_secret_ref (secrets->init);
    }

  return TRUE;
}

static gboolean
run_psk_secret (JsonObject *vector)
{
  const ConfabCryptoSuite *suite = vector_get_suite (vector);

  if (suite == NULL)
    return FALSE;

  JsonArray *psks = json_object_get_array_member (vector, "psks");
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_psk_id_free);
  g_autoptr (GPtrArray) secrets = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_secret_unref);

  for (guint i = 0; i < json_array_get_length (psks); i++)
    {
      JsonObject *psk = json_array_get_object_element (psks, i);
      g_autoptr (GBytes) id = vector_get_bytes (psk, "psk_id");
      ConfabMlsPskId *psk_id = confab_mls_psk_id_new_external (suite, id);

      g_bytes_unref (psk_id->nonce);
      psk_id->nonce = vector_get_bytes (psk, "psk_nonce");
      g_ptr_array_add (ids, psk_id);
      g_ptr_array_add (secrets, vector_get_secret (psk, "psk"));
    }

  g_autoptr (ConfabSecret) combined = confab_mls_psk_combine (suite, ids, secrets);
  vector_assert_secret (vector, "psk_secret", combined);

  return TRUE;
}

static void
check_message_key (ConfabMlsSecretTree  *tree,
                   guint32               leaf,
                   ConfabMlsRatchetType  type,
                   guint32               generation,
                   JsonObject           *expected,
                   const char           *key_member,
                   const char           *nonce_member)
{
  g_auto (ConfabMlsMessageKey) key = { NULL };
  g_autoptr (GError) error = NULL;

  confab_mls_secret_tree_look_up (tree, leaf, type, generation, &key, &error);
  g_assert_no_error (error);
  vector_assert_span (expected, key_member, key.key);
  vector_assert_span (expected, nonce_member, key.nonce);
  confab_mls_secret_tree_erase (tree, leaf, type, generation);
}

static gboolean
run_secret_tree (JsonObject *vector)
{
  const ConfabCryptoSuite *suite = vector_get_suite (vector);

  if (suite == NULL)
    return FALSE;

  JsonObject *sender_data = json_object_get_object_member (vector, "sender_data");
  g_autoptr (ConfabSecret) sender_data_secret = vector_get_secret (sender_data, "sender_data_secret");
  g_autoptr (GBytes) ciphertext = vector_get_bytes (sender_data, "ciphertext");
  g_autoptr (ConfabSecret) key = NULL;
  g_autoptr (ConfabSecret) nonce = NULL;

  confab_mls_sender_data_keys (suite, sender_data_secret, confab_span_from_bytes (ciphertext), &key, &nonce);
  vector_assert_secret (sender_data, "key", key);
  vector_assert_secret (sender_data, "nonce", nonce);

  JsonArray *leaves = json_object_get_array_member (vector, "leaves");
  g_autoptr (ConfabMlsSecretTree) tree = confab_mls_secret_tree_new (suite, json_array_get_length (leaves),
                                                                    vector_get_secret (vector, "encryption_secret"));

  for (guint leaf = 0; leaf < json_array_get_length (leaves); leaf++)
    {
      JsonArray *generations = json_array_get_array_element (leaves, leaf);

      for (guint i = 0; i < json_array_get_length (generations); i++)
        {
          JsonObject *expected = json_array_get_object_element (generations, i);
          guint32 generation = json_object_get_int_member (expected, "generation");

          check_message_key (tree, leaf, CONFAB_MLS_RATCHET_APPLICATION, generation, expected, "application_key",
                             "application_nonce");
          check_message_key (tree, leaf, CONFAB_MLS_RATCHET_HANDSHAKE, generation, expected, "handshake_key",
                             "handshake_nonce");
        }
    }

  return TRUE;
}

static gboolean
run_transcript_hashes (JsonObject *vector)
{
  const ConfabCryptoSuite *suite = vector_get_suite (vector);

  if (suite == NULL)
    return FALSE;

  g_autoptr (GBytes) encoded = vector_get_bytes (vector, "authenticated_content");
  g_autoptr (GBytes) before = vector_get_bytes (vector, "interim_transcript_hash_before");
  g_autoptr (ConfabSecret) confirmation_key = vector_get_secret (vector, "confirmation_key");
  g_autoptr (GError) error = NULL;
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, confab_span_from_bytes (encoded));
  g_autoptr (ConfabMlsContent) content = confab_mls_content_read (&reader);
  confab_mls_reader_finish (&reader, "content", &error);
  g_assert_no_error (error);

  g_autoptr (GBytes) confirmed = confab_mls_transcript_confirmed (suite, before, content);
  g_autoptr (GBytes) interim = confab_mls_transcript_interim (suite, confirmed, content->confirmation_tag);
  g_autoptr (GBytes) tag = confab_mls_confirmation_tag (suite, confirmation_key, confirmed);
  vector_assert_bytes (vector, "confirmed_transcript_hash_after", confirmed);
  vector_assert_bytes (vector, "interim_transcript_hash_after", interim);
  g_assert_true (g_bytes_equal (tag, content->confirmation_tag));

  return TRUE;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  vector_file_add ("tree-math.json", run_tree_math);
  vector_file_add ("deserialization.json", run_deserialization);
  vector_file_add ("crypto-basics.json", run_crypto_basics);
  vector_file_add ("key-schedule.json", run_key_schedule);
  vector_file_add ("psk_secret.json", run_psk_secret);
  vector_file_add ("secret-tree.json", run_secret_tree);
  vector_file_add ("transcript-hashes.json", run_transcript_hashes);

  return g_test_run ();
}
