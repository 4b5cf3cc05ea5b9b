/* fuzz-decoder.c: the decoders of everything that travels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Input: one byte that says what it is, and the encoding. What is understood is encoded again and must be the same.
 */

#include "config.h"

#include "confab-mls-message.h"
#include "confab-mls-ratchet-tree.h"
#include "fuzz.h"

enum
{
  KIND_MESSAGE,
  KIND_TREE,
  KIND_GROUP_SECRETS,
  KIND_COMMIT,
  KIND_CONTENT,
  KIND_REQUIRED_CAPABILITIES,
  N_KINDS,
};

static void
assert_same (GByteArray *again,
             ConfabSpan  input)
{
  g_assert_true (confab_span_equal (confab_span_from_array (again), input));
}

static void
check_message (ConfabSpan input)
{
  g_autoptr (GBytes) bytes = confab_span_to_bytes (input);
  g_autoptr (ConfabMlsMessage) message = confab_mls_message_decode (bytes, NULL);

  if (message == NULL)
    return;

  g_autoptr (GBytes) again = confab_mls_message_encode (message);
  g_assert_true (g_bytes_equal (again, bytes));
  if (message->key_package != NULL)
    confab_mls_key_package_verify (message->key_package, NULL);
}

static void
check_tree (ConfabSpan input)
{
  g_autoptr (ConfabMlsRatchetTree) tree =
    confab_mls_ratchet_tree_decode (confab_crypto_suite_lookup (0x0003), input, NULL);

  if (tree == NULL)
    return;

  g_autoptr (GBytes) again = confab_mls_ratchet_tree_encode (tree);
  g_assert_true (confab_span_equal (confab_span_from_bytes (again), input));
}

static void
check_with_reader (guint8     kind,
                   ConfabSpan input)
{
  g_autoptr (GByteArray) again = g_byte_array_new ();
  g_autoptr (ConfabMlsGroupSecrets) secrets = NULL;
  g_autoptr (ConfabMlsCommit) commit = NULL;
  g_autoptr (ConfabMlsContent) content = NULL;
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, input);
  if (kind == KIND_GROUP_SECRETS)
    secrets = confab_mls_group_secrets_read (&reader);
  else if (kind == KIND_COMMIT)
    commit = confab_mls_commit_read (&reader);
  else
    content = confab_mls_content_read (&reader);

  if (!confab_mls_reader_finish (&reader, "input", NULL))
    return;

  if (secrets != NULL)
    confab_mls_group_secrets_write (secrets, again);
  if (commit != NULL)
    confab_mls_commit_write (commit, again);
  if (content != NULL)
    confab_mls_content_write (content, again);
  assert_same (again, input);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  if (size == 0)
    return 0;

  ConfabSpan input = confab_span (data + 1, size - 1);
  guint8 kind = data[0] % N_KINDS;

  if (kind == KIND_MESSAGE)
    {
      check_message (input);
    }
  else if (kind == KIND_TREE)
    {
      check_tree (input);
    }
  else if (kind == KIND_REQUIRED_CAPABILITIES)
    {
      g_autoptr (GBytes) bytes = confab_span_to_bytes (input);
      g_autoptr (ConfabMlsRequiredCapabilities) required = confab_mls_required_capabilities_decode (bytes, NULL);
    }
  else
    {
      check_with_reader (kind, input);
    }

  return 0;
}
