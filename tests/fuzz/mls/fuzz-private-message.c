/* fuzz-private-message.c: encrypted messages of a hostile member
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Input: one byte that says how, and
 *   0: a message as it travels
 *   1 to 3: a generation of one byte, and the plaintext of application data, a proposal or a commit, which is
 *           encrypted as it should be
 *   4: a stored state of a group
 */

#include "config.h"

#include "fuzz.h"
#include "fuzz-group.h"

enum
{
  MODE_RAW,
  MODE_APPLICATION,
  MODE_PROPOSAL,
  MODE_COMMIT,
  MODE_STATE,
  N_MODES,
};

static void
seal_sender_data (const FuzzGroup         *fuzz,
                  ConfabMlsPrivateMessage *message,
                  guint32                  generation)
{
  g_autoptr (GByteArray) plaintext = g_byte_array_new ();
  g_autoptr (GByteArray) additional_data = g_byte_array_new ();
  g_autoptr (ConfabSecret) key = NULL;
  g_autoptr (ConfabSecret) nonce = NULL;

  confab_mls_write_u32 (plaintext, 0);
  confab_mls_write_u32 (plaintext, generation);
  confab_mls_write_u32 (plaintext, 0);
  confab_mls_write_bytes (additional_data, message->group_id);
  confab_mls_write_u64 (additional_data, message->epoch);
  confab_mls_write_u8 (additional_data, message->content_type);
  confab_mls_sender_data_keys (fuzz->hostile->suite, fuzz->hostile->epoch->secrets->sender_data,
                               confab_span_from_bytes (message->ciphertext), &key, &nonce);
  message->encrypted_sender_data =
    confab_crypto_aead_seal (fuzz->hostile->suite, confab_secret_span (key), confab_secret_span (nonce),
                             confab_span_from_array (additional_data), confab_span_from_array (plaintext), NULL);
}

/* The key of that generation comes from a stored copy of the victim, which can derive it like everybody. */
static GBytes *
seal (const FuzzGroup *fuzz,
      guint8           content_type,
      guint32          generation,
      ConfabSpan       plaintext)
{
  g_autoptr (ConfabMlsGroup) other = fuzz_group_restore_victim (fuzz);
  g_autoptr (ConfabMlsMessage) envelope = g_new0 (ConfabMlsMessage, 1);
  g_autoptr (GByteArray) additional_data = g_byte_array_new ();
  ConfabMlsPrivateMessage *message = g_new0 (ConfabMlsPrivateMessage, 1);
  g_auto (ConfabMlsMessageKey) key = { NULL };

  envelope->wire_format = CONFAB_MLS_WIRE_FORMAT_PRIVATE_MESSAGE;
  envelope->private_message = message;
  message->group_id = g_bytes_ref (confab_mls_group_get_id (fuzz->hostile));
  message->epoch = confab_mls_group_get_epoch (fuzz->hostile);
  message->content_type = content_type;
  message->authenticated_data = g_bytes_new (NULL, 0);

  confab_mls_secret_tree_look_up (other->epoch->secret_tree, 0, confab_mls_ratchet_type_for (content_type), generation,
                                  &key, NULL);
  confab_mls_write_bytes (additional_data, message->group_id);
  confab_mls_write_u64 (additional_data, message->epoch);
  confab_mls_write_u8 (additional_data, message->content_type);
  confab_mls_write_bytes (additional_data, message->authenticated_data);
  message->ciphertext = confab_crypto_aead_seal (fuzz->hostile->suite, key.key, key.nonce,
                                                 confab_span_from_array (additional_data), plaintext, NULL);
  seal_sender_data (fuzz, message, generation);

  return confab_mls_message_encode (envelope);
}

static void
restore (const FuzzGroup *fuzz,
         ConfabSpan       state)
{
  g_autoptr (ConfabMlsGroup) group = confab_mls_group_deserialize (state, fuzz->policy, NULL);

  if (group == NULL)
    return;

  g_autoptr (ConfabSecret) again = confab_mls_group_serialize (group);
  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (group, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  const FuzzGroup *fuzz = fuzz_group_get ();
  g_autoptr (GBytes) message = NULL;

  if (size < 2)
    return 0;

  guint8 mode = data[0] % N_MODES;
  if (mode == MODE_STATE)
    {
      restore (fuzz, confab_span (data + 1, size - 1));
      return 0;
    }

  if (mode == MODE_RAW)
    message = g_bytes_new (data + 1, size - 1);
  else
    message = seal (fuzz, mode, data[1], confab_span (data + 2, size - 2));

  g_autoptr (ConfabMlsGroup) victim = fuzz_group_restore_victim (fuzz);
  fuzz_process (victim, message);
  fuzz_process (victim, message);

  return 0;
}
