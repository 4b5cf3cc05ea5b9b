/* fuzz-welcome.c: joining by a hostile Welcome or by a hostile group information
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Input: one byte that says how, and
 *   0: a Welcome message as it travels
 *   1: the group information inside of a Welcome, which is signed, hashed and encrypted as it should be
 *   2: the secrets inside of a Welcome, which are encrypted as they should be
 *   3: a group information for an external commit, signed and hashed as it should be
 */

#include "config.h"

#include "fuzz.h"
#include "fuzz-group.h"

#define WELCOME_LABEL "Welcome"

enum
{
  MODE_RAW,
  MODE_GROUP_INFO,
  MODE_GROUP_SECRETS,
  MODE_EXTERNAL,
  N_MODES,
};

static void
join (const FuzzGroup *fuzz,
      GBytes          *welcome)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabMlsGroup) group = confab_mls_group_join (welcome, fuzz->newcomer_bundle, fuzz->newcomer, NULL, NULL,
                                                            fuzz->policy, &error);

  g_assert_true ((group == NULL) == (error != NULL));
  if (group == NULL)
    return;

  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (group, NULL);
}

/* What the attacker can do about the hash and the signature, because it is a member. */
static ConfabMlsGroupInfo *
authenticate_info (const FuzzGroup *fuzz,
                   ConfabSpan       input)
{
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, input);
  g_autoptr (ConfabMlsGroupInfo) info = confab_mls_group_info_read (&reader);
  if (!confab_mls_reader_finish (&reader, "input", NULL))
    return NULL;

  GBytes *encoded = confab_mls_extensions_find (info->extensions, CONFAB_MLS_EXTENSION_RATCHET_TREE);
  g_autoptr (ConfabMlsRatchetTree) tree = NULL;
  if (encoded != NULL)
    tree = confab_mls_ratchet_tree_decode (fuzz->hostile->suite, confab_span_from_bytes (encoded), NULL);
  if (tree != NULL)
    {
      g_autoptr (GBytes) hash = confab_mls_ratchet_tree_get_hash (tree);
      confab_mls_group_context_set_tree_hash (info->context, hash);
    }
  confab_mls_group_info_sign (info, fuzz->hostile->suite,
                              confab_secret_span (confab_mls_identity_get_private_key (fuzz->hostile->identity)), NULL);

  return g_steal_pointer (&info);
}

static GBytes *
encrypt_info (const FuzzGroup    *fuzz,
              ConfabSpan          plaintext,
              const ConfabSecret *joiner_secret)
{
  const ConfabCryptoSuite *suite = fuzz->hostile->suite;
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (ConfabSecret) psk_secret = confab_mls_psk_combine (suite, none, none);
  g_autoptr (ConfabSecret) secret = confab_mls_key_schedule_derive_welcome (suite, joiner_secret, psk_secret);
  g_autoptr (ConfabSecret) key =
    confab_mls_expand_with_label (suite, confab_secret_span (secret), "key", confab_span_empty (), 32);
  g_autoptr (ConfabSecret) nonce =
    confab_mls_expand_with_label (suite, confab_secret_span (secret), "nonce", confab_span_empty (), 12);

  return confab_crypto_aead_seal (suite, confab_secret_span (key), confab_secret_span (nonce), confab_span_empty (),
                                  plaintext, NULL);
}

static GBytes *
make_welcome (const FuzzGroup *fuzz,
              ConfabSpan       info,
              ConfabSpan       secrets,
              ConfabSecret    *joiner_secret)
{
  g_autoptr (ConfabMlsMessage) message = g_new0 (ConfabMlsMessage, 1);
  ConfabMlsKeyPackage *key_package = confab_mls_key_bundle_get_key_package (fuzz->newcomer_bundle);
  g_autoptr (GBytes) kem_output = NULL;

  message->wire_format = CONFAB_MLS_WIRE_FORMAT_WELCOME;
  message->welcome = confab_mls_welcome_new (0x0003);
  message->welcome->encrypted_group_info = encrypt_info (fuzz, info, joiner_secret);
  g_autoptr (GBytes) ciphertext =
    confab_mls_encrypt_with_label (fuzz->hostile->suite, confab_span_from_bytes (key_package->init_key), WELCOME_LABEL,
                                   confab_span_from_bytes (message->welcome->encrypted_group_info), secrets,
                                   &kem_output, NULL);
  confab_mls_welcome_take_secrets (message->welcome, confab_mls_key_bundle_get_reference (fuzz->newcomer_bundle),
                                   confab_mls_hpke_ciphertext_new (kem_output, ciphertext));

  return confab_mls_message_encode (message);
}

static void
join_by_info (const FuzzGroup *fuzz,
              ConfabSpan       input)
{
  g_autoptr (ConfabMlsGroupInfo) info = authenticate_info (fuzz, input);
  g_autoptr (ConfabSecret) joiner_secret = confab_secret_new (32);
  g_autoptr (ConfabMlsGroupSecrets) secrets = confab_mls_group_secrets_new ();
  g_autoptr (GByteArray) encoded_info = g_byte_array_new ();
  g_autoptr (GByteArray) encoded_secrets = g_byte_array_new ();

  if (info == NULL)
    return;

  confab_mls_group_info_write (info, encoded_info);
  secrets->joiner_secret = confab_secret_ref (joiner_secret);
  confab_mls_group_secrets_write (secrets, encoded_secrets);
  g_autoptr (GBytes) welcome = make_welcome (fuzz, confab_span_from_array (encoded_info),
                                             confab_span_from_array (encoded_secrets), joiner_secret);
  join (fuzz, welcome);
}

static void
join_by_secrets (const FuzzGroup *fuzz,
                 ConfabSpan       input)
{
  g_autoptr (ConfabSecret) joiner_secret = confab_secret_new (32);
  g_autoptr (ConfabMlsMessage) message = confab_mls_message_decode (fuzz->group_info, NULL);
  g_autoptr (GByteArray) info = g_byte_array_new ();

  confab_mls_group_info_write (message->group_info, info);
  g_autoptr (GBytes) welcome = make_welcome (fuzz, confab_span_from_array (info), input, joiner_secret);
  join (fuzz, welcome);
}

static void
join_externally (const FuzzGroup *fuzz,
                 ConfabSpan       input)
{
  g_autoptr (ConfabMlsGroupInfo) info = authenticate_info (fuzz, input);
  g_autoptr (GBytes) commit = NULL;

  if (info == NULL)
    return;

  ConfabMlsMessage message = { .wire_format = CONFAB_MLS_WIRE_FORMAT_GROUP_INFO, .group_info = info };
  g_autoptr (GBytes) bytes = confab_mls_message_encode (&message);
  g_autoptr (ConfabMlsGroup) group =
    confab_mls_group_join_external (bytes, fuzz->newcomer, NULL, NULL, -1, fuzz->policy, &commit, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  const FuzzGroup *fuzz = fuzz_group_get ();

  if (size == 0)
    return 0;

  ConfabSpan input = confab_span (data + 1, size - 1);
  guint8 mode = data[0] % N_MODES;

  if (mode == MODE_RAW)
    {
      g_autoptr (GBytes) welcome = confab_span_to_bytes (input);
      join (fuzz, welcome);
    }
  else if (mode == MODE_GROUP_INFO)
    {
      join_by_info (fuzz, input);
    }
  else if (mode == MODE_GROUP_SECRETS)
    {
      join_by_secrets (fuzz, input);
    }
  else
    {
      join_externally (fuzz, input);
    }

  return 0;
}
