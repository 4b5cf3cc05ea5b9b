/* test-mls-vectors-group.c: joining and following groups against the working group's vectors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-mls-group.h"
#include "confab-mls-key-schedule.h"
#include "confab-mls-message.h"

#include "vector-file.h"

static ConfabMlsMessage *
decode_message (JsonObject *vector,
                const char *member)
{
  g_autoptr (GBytes) bytes = vector_get_bytes (vector, member);
  g_autoptr (GError) error = NULL;
  ConfabMlsMessage *message = confab_mls_message_decode (bytes, &error);

  g_assert_no_error (error);

  return message;
}

static GBytes *
open_group_secrets (const ConfabCryptoSuite *suite,
                    ConfabMlsWelcome        *welcome,
                    ConfabMlsKeyPackage     *key_package,
                    ConfabSecret            *init_key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) reference = confab_mls_key_package_make_reference (key_package, &error);
  const ConfabMlsHpkeCiphertext *encrypted = confab_mls_welcome_find_secrets (welcome, reference);

  g_assert_no_error (error);
  g_assert_nonnull (encrypted);

  GBytes *plaintext =
    confab_mls_decrypt_with_label (suite, confab_secret_span (init_key), "Welcome",
                                   confab_span_from_bytes (welcome->encrypted_group_info),
                                   confab_span_from_bytes (encrypted->kem_output),
                                   confab_span_from_bytes (encrypted->ciphertext), &error);
  g_assert_no_error (error);

  return plaintext;
}

/* This file has a group information without a tree, so the pieces are put together by hand. */
static gboolean
run_welcome (JsonObject *vector)
{
  const ConfabCryptoSuite *suite = vector_get_suite (vector);

  if (suite == NULL)
    return FALSE;

  g_autoptr (ConfabMlsMessage) key_package = decode_message (vector, "key_package");
  g_autoptr (ConfabMlsMessage) welcome = decode_message (vector, "welcome");
  g_autoptr (ConfabSecret) init_key = vector_get_secret (vector, "init_priv");
  g_autoptr (GBytes) signer = vector_get_bytes (vector, "signer_pub");
  g_autoptr (GError) error = NULL;
  ConfabMlsReader reader;

  g_autoptr (GBytes) plaintext =
    open_group_secrets (suite, welcome->welcome, key_package->key_package, init_key);
  confab_mls_reader_init (&reader, confab_span_from_bytes (plaintext));
  g_autoptr (ConfabMlsGroupSecrets) secrets = confab_mls_group_secrets_read (&reader);
  confab_mls_reader_finish (&reader, "secrets", &error);
  g_assert_no_error (error);

  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (ConfabSecret) psk_secret = confab_mls_psk_combine (suite, none, none);
  g_autoptr (ConfabSecret) welcome_secret =
    confab_mls_key_schedule_derive_welcome (suite, secrets->joiner_secret, psk_secret);
  g_autoptr (ConfabSecret) key =
    confab_mls_expand_with_label (suite, confab_secret_span (welcome_secret), "key", confab_span_empty (),
                                  confab_crypto_suite_get_key_length (suite));
  g_autoptr (ConfabSecret) nonce =
    confab_mls_expand_with_label (suite, confab_secret_span (welcome_secret), "nonce", confab_span_empty (),
                                  confab_crypto_suite_get_nonce_length (suite));
  g_autoptr (GBytes) info_bytes =
    confab_crypto_aead_open (suite, confab_secret_span (key), confab_secret_span (nonce), confab_span_empty (),
                             confab_span_from_bytes (welcome->welcome->encrypted_group_info), &error);
  g_assert_no_error (error);

  confab_mls_reader_init (&reader, confab_span_from_bytes (info_bytes));
  g_autoptr (ConfabMlsGroupInfo) info = confab_mls_group_info_read (&reader);
  confab_mls_reader_finish (&reader, "group information", &error);
  g_assert_no_error (error);
  confab_mls_group_info_verify (info, suite, signer, &error);
  g_assert_no_error (error);

  g_autoptr (GBytes) context = confab_mls_group_context_encode (info->context);
  g_autoptr (ConfabMlsEpochSecrets) epoch =
    confab_mls_epoch_secrets_new (suite, secrets->joiner_secret, psk_secret, context);
  g_autoptr (GBytes) tag =
    confab_mls_confirmation_tag (suite, epoch->confirmation_key, info->context->confirmed_transcript_hash);
  g_assert_true (g_bytes_equal (tag, info->confirmation_tag));

  return TRUE;
}

static ConfabSecret *
find_psk (const ConfabMlsPskId *psk,
          gpointer              user_data)
{
  JsonArray *psks = user_data;

  for (guint i = 0; psk->type == CONFAB_MLS_PSK_EXTERNAL && i < json_array_get_length (psks); i++)
    {
      JsonObject *object = json_array_get_object_element (psks, i);
      g_autoptr (GBytes) id = vector_get_bytes (object, "psk_id");

      if (g_bytes_equal (id, psk->id))
        return vector_get_secret (object, "psk");
    }

  return NULL;
}

static ConfabMlsPolicy *
make_policy (JsonObject *vector)
{
  ConfabMlsPolicy *policy = confab_mls_policy_new ();

  confab_mls_policy_set_credential_func (policy, confab_mls_accept_any_credential, NULL, NULL);
  confab_mls_policy_set_psk_func (policy, find_psk, json_object_get_array_member (vector, "external_psks"), NULL);
  /* The vectors were made years ago. */
  confab_mls_policy_set_check_received_lifetime (policy, FALSE);

  return policy;
}

static ConfabMlsGroup *
join (JsonObject      *vector,
      ConfabMlsPolicy *policy)
{
  g_autoptr (ConfabMlsMessage) message = decode_message (vector, "key_package");
  g_autoptr (ConfabSecret) init_key = vector_get_secret (vector, "init_priv");
  g_autoptr (ConfabSecret) encryption_key = vector_get_secret (vector, "encryption_priv");
  g_autoptr (ConfabSecret) signature_key = vector_get_secret (vector, "signature_priv");
  g_autoptr (GBytes) welcome = vector_get_bytes (vector, "welcome");
  g_autoptr (GBytes) tree = vector_is_null (vector, "ratchet_tree") ? NULL : vector_get_bytes (vector, "ratchet_tree");
  g_autoptr (GError) error = NULL;

  /* Fails if the private keys do not belong to the public ones. */
  g_autoptr (ConfabMlsKeyBundle) bundle =
    confab_mls_key_bundle_new_from_keys (message->key_package, init_key, encryption_key, &error);
  g_assert_no_error (error);
  g_autoptr (ConfabMlsIdentity) identity =
    confab_mls_identity_new (message->key_package->cipher_suite, signature_key,
                             message->key_package->leaf_node->credential, NULL, &error);
  g_assert_no_error (error);

  ConfabMlsGroup *group = confab_mls_group_join (welcome, bundle, identity, tree, NULL, policy, &error);
  g_assert_no_error (error);

  return group;
}

static void
process (ConfabMlsGroup *group,
         GBytes         *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabMlsEvent) event = confab_mls_group_process (group, message, &error);

  g_assert_no_error (error);
  g_assert_nonnull (event);
}

static void
assert_authenticator (ConfabMlsGroup *group,
                      JsonObject     *object,
                      const char     *member)
{
  g_autoptr (GBytes) authenticator = confab_mls_group_get_epoch_authenticator (group);

  vector_assert_bytes (object, member, authenticator);
}

/* Every few epochs the group goes through storage, as if the client had been restarted. */
static ConfabMlsGroup *
restart (ConfabMlsGroup  *group,
         ConfabMlsPolicy *policy)
{
  g_autoptr (ConfabSecret) state = confab_mls_group_serialize (group);
  g_autoptr (GError) error = NULL;
  ConfabMlsGroup *again = confab_mls_group_deserialize (confab_secret_span (state), policy, &error);

  g_assert_no_error (error);
  confab_mls_group_unref (group);

  return again;
}

static gboolean
run_passive_client (JsonObject *vector)
{
  JsonArray *epochs = json_object_get_array_member (vector, "epochs");

  if (vector_get_suite (vector) == NULL)
    return FALSE;

  g_autoptr (ConfabMlsPolicy) policy = make_policy (vector);
  g_autoptr (ConfabMlsGroup) group = join (vector, policy);
  assert_authenticator (group, vector, "initial_epoch_authenticator");

  for (guint i = 0; i < json_array_get_length (epochs); i++)
    {
      JsonObject *epoch = json_array_get_object_element (epochs, i);
      JsonArray *proposals = json_object_get_array_member (epoch, "proposals");

      for (guint j = 0; j < json_array_get_length (proposals); j++)
        {
          g_autoptr (GBytes) proposal = vector_bytes_from_hex (json_array_get_string_element (proposals, j));
          process (group, proposal);
        }

      if (i % 3 == 2)
        group = restart (group, policy);

      g_autoptr (GBytes) commit = vector_get_bytes (epoch, "commit");
      process (group, commit);
      assert_authenticator (group, epoch, "epoch_authenticator");
    }

  return TRUE;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  vector_file_add ("welcome.json", run_welcome);
  vector_file_add ("passive-client-welcome.json", run_passive_client);
  vector_file_add ("passive-client-handling-commit.json", run_passive_client);
  vector_file_add ("passive-client-random.json", run_passive_client);

  return g_test_run ();
}
