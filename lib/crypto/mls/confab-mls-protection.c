/* confab-mls-protection.c: signing, sealing and opening of framed content (RFC 9420, sections 6.1 to 6.3)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-protection.h"

#include <string.h>

#include "confab-mls-leaf-node.h"
#include "confab-mls-tree-math.h"

#define SIGNATURE_LABEL "FramedContentTBS"
#define REUSE_GUARD_LENGTH 4
#define MAXIMUM_NONCE 32

typedef struct
{
  guint32 leaf_index;
  guint32 generation;
  guint8  reuse_guard[REUSE_GUARD_LENGTH];
} SenderData;

/* FramedContentTBS (section 6.1) */
static void
write_signed (const ConfabMlsContent *content,
              GBytes                 *group_context,
              GByteArray             *out)
{
  confab_mls_write_u16 (out, CONFAB_MLS_VERSION_10);
  confab_mls_write_u16 (out, content->wire_format);
  confab_mls_content_write_framed (content, out);
  if (content->sender.type == CONFAB_MLS_SENDER_MEMBER || content->sender.type == CONFAB_MLS_SENDER_NEW_MEMBER_COMMIT)
    confab_mls_write_raw (out, confab_span_from_bytes (group_context));
}

/**
 * confab_mls_content_sign: (skip)
 * @content: content that is complete except for signature and confirmation tag
 * @suite: the cipher suite
 * @group_context: (nullable): the encoded context of the epoch it is sent in; not looked at for senders outside the
 *   group
 * @private_key: the private signature key of the sender
 * @error: return location for an error
 *
 * Signs content (RFC 9420, section 6.1).
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
confab_mls_content_sign (ConfabMlsContent         *content,
                         const ConfabCryptoSuite  *suite,
                         GBytes                   *group_context,
                         ConfabSpan                private_key,
                         GError                  **error)
{
  g_autoptr (GByteArray) signed_bytes = g_byte_array_new ();

  write_signed (content, group_context, signed_bytes);
  g_clear_pointer (&content->signature, g_bytes_unref);
  content->signature = confab_mls_sign_with_label (suite, private_key, SIGNATURE_LABEL,
                                                   confab_span_from_array (signed_bytes), error);

  return content->signature != NULL;
}

gboolean
confab_mls_content_verify (const ConfabMlsContent   *content,
                           const ConfabCryptoSuite  *suite,
                           GBytes                   *group_context,
                           GBytes                   *public_key,
                           GError                  **error)
{
  g_autoptr (GByteArray) signed_bytes = g_byte_array_new ();

  write_signed (content, group_context, signed_bytes);

  return confab_mls_verify_with_label (suite, confab_span_from_bytes (public_key), SIGNATURE_LABEL,
                                       confab_span_from_array (signed_bytes),
                                       confab_span_from_bytes (content->signature), error);
}

/**
 * confab_mls_membership_tag: (skip)
 * @content: signed content of a member
 * @suite: the cipher suite
 * @group_context: the encoded context of the epoch it is sent in
 * @membership_key: the membership key of that epoch
 *
 * Returns: (transfer full): the tag that proves a public message to come from a member (RFC 9420, section 6.2)
 * Since: 0.1
 */
GBytes *
confab_mls_membership_tag (const ConfabMlsContent  *content,
                           const ConfabCryptoSuite *suite,
                           GBytes                  *group_context,
                           const ConfabSecret      *membership_key)
{
  g_autoptr (GByteArray) input = g_byte_array_new ();

  write_signed (content, group_context, input);
  confab_mls_content_write_auth (content, input);

  return confab_crypto_hmac (suite, confab_secret_span (membership_key), confab_span_from_array (input));
}

gboolean
confab_mls_public_message_check (const ConfabMlsPublicMessage  *message,
                                 const ConfabCryptoSuite       *suite,
                                 GBytes                        *group_context,
                                 const ConfabSecret            *membership_key,
                                 GError                       **error)
{
  if (message->content->sender.type != CONFAB_MLS_SENDER_MEMBER)
    return TRUE;

  g_autoptr (GBytes) expected = confab_mls_membership_tag (message->content, suite, group_context, membership_key);
  if (confab_crypto_equal (confab_span_from_bytes (expected), confab_span_from_bytes (message->membership_tag)))
    return TRUE;

  g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_MEMBERSHIP_TAG,
                       "the membership tag of a public message is wrong");
  return FALSE;
}

ConfabMlsRatchetType
confab_mls_ratchet_type_for (guint8 content_type)
{
  return content_type == CONFAB_MLS_CONTENT_APPLICATION ? CONFAB_MLS_RATCHET_APPLICATION : CONFAB_MLS_RATCHET_HANDSHAKE;
}

/**
 * confab_mls_sender_data_keys: (skip)
 * @suite: the cipher suite
 * @sender_data_secret: the sender data secret of the epoch
 * @ciphertext: the encrypted content, of which the first bytes are the sample
 * @key: (out) (transfer full): the key
 * @nonce: (out) (transfer full): the nonce
 *
 * Derives what the sender data is encrypted with (RFC 9420, section 6.3.2).
 *
 * Since: 0.1
 */
void
confab_mls_sender_data_keys (const ConfabCryptoSuite  *suite,
                             const ConfabSecret       *sender_data_secret,
                             ConfabSpan                ciphertext,
                             ConfabSecret            **key,
                             ConfabSecret            **nonce)
{
  ConfabSpan sample = confab_span (ciphertext.data,
                                   MIN (ciphertext.length, confab_crypto_suite_get_hash_length (suite)));
  ConfabSpan secret = confab_secret_span (sender_data_secret);

  *key = confab_mls_expand_with_label (suite, secret, "key", sample, confab_crypto_suite_get_key_length (suite));
  *nonce = confab_mls_expand_with_label (suite, secret, "nonce", sample, confab_crypto_suite_get_nonce_length (suite));
}

/* SenderDataAAD, and with the authenticated data PrivateContentAAD */
static GByteArray *
make_additional_data (const ConfabMlsPrivateMessage *message,
                      gboolean                       with_authenticated_data)
{
  GByteArray *out = g_byte_array_new ();

  confab_mls_write_bytes (out, message->group_id);
  confab_mls_write_u64 (out, message->epoch);
  confab_mls_write_u8 (out, message->content_type);
  if (with_authenticated_data)
    confab_mls_write_bytes (out, message->authenticated_data);

  return out;
}

static void
guard_nonce (guint8        guarded[MAXIMUM_NONCE],
             ConfabSpan    nonce,
             const guint8 *reuse_guard)
{
  g_assert (nonce.length >= REUSE_GUARD_LENGTH && nonce.length <= MAXIMUM_NONCE);

  memcpy (guarded, nonce.data, nonce.length);
  for (guint i = 0; i < REUSE_GUARD_LENGTH; i++)
    guarded[i] ^= reuse_guard[i];
}

static GBytes *
seal_sender_data (const ConfabMlsPrivateMessage  *message,
                  const ConfabCryptoSuite        *suite,
                  const ConfabSecret             *sender_data_secret,
                  const SenderData               *sender_data,
                  GError                        **error)
{
  g_autoptr (GByteArray) plaintext = g_byte_array_new ();
  g_autoptr (GByteArray) additional_data = make_additional_data (message, FALSE);
  g_autoptr (ConfabSecret) key = NULL;
  g_autoptr (ConfabSecret) nonce = NULL;

  confab_mls_write_u32 (plaintext, sender_data->leaf_index);
  confab_mls_write_u32 (plaintext, sender_data->generation);
  confab_mls_write_raw (plaintext, confab_span (sender_data->reuse_guard, REUSE_GUARD_LENGTH));
  confab_mls_sender_data_keys (suite, sender_data_secret, confab_span_from_bytes (message->ciphertext), &key, &nonce);

  return confab_crypto_aead_seal (suite, confab_secret_span (key), confab_secret_span (nonce),
                                  confab_span_from_array (additional_data), confab_span_from_array (plaintext), error);
}

/* PrivateMessageContent (section 6.3.1), padded with zeros to a multiple of @padding_multiple */
static GByteArray *
make_plaintext (const ConfabMlsContent *content,
                guint                   padding_multiple)
{
  GByteArray *out = g_byte_array_new ();

  confab_mls_content_write_body (content, out);
  confab_mls_content_write_auth (content, out);

  if (padding_multiple > 1 && out->len % padding_multiple != 0)
    {
      guint length = out->len;
      guint padded = length + padding_multiple - length % padding_multiple;

      g_byte_array_set_size (out, padded);
      memset (out->data + length, 0, padded - length);
    }

  return out;
}

/**
 * confab_mls_content_seal: (skip)
 * @content: signed content of this member, made for a private message
 * @suite: the cipher suite
 * @secret_tree: the secret tree of the epoch; a key of it is used up
 * @sender_data_secret: the sender data secret of the epoch
 * @padding_multiple: pad to a multiple of this
 * @error: return location for an error
 *
 * Encrypts content as a PrivateMessage (RFC 9420, section 6.3).
 *
 * Returns: (transfer full) (nullable): the message
 * Since: 0.1
 */
ConfabMlsPrivateMessage *
confab_mls_content_seal (const ConfabMlsContent   *content,
                         const ConfabCryptoSuite  *suite,
                         ConfabMlsSecretTree      *secret_tree,
                         const ConfabSecret       *sender_data_secret,
                         guint                     padding_multiple,
                         GError                  **error)
{
  g_autoptr (ConfabMlsPrivateMessage) message = g_new0 (ConfabMlsPrivateMessage, 1);
  SenderData sender_data = { .leaf_index = content->sender.index };
  g_auto (ConfabMlsMessageKey) key = { NULL };
  guint8 nonce[MAXIMUM_NONCE];

  message->group_id = g_bytes_ref (content->group_id);
  message->epoch = content->epoch;
  message->content_type = content->content_type;
  message->authenticated_data = g_bytes_ref (content->authenticated_data);

  if (!confab_mls_secret_tree_next (secret_tree, sender_data.leaf_index,
                                    confab_mls_ratchet_type_for (content->content_type), &sender_data.generation, &key,
                                    error))
    return NULL;

  confab_crypto_random (sender_data.reuse_guard, REUSE_GUARD_LENGTH);
  guard_nonce (nonce, key.nonce, sender_data.reuse_guard);

  g_autoptr (GByteArray) plaintext = make_plaintext (content, padding_multiple);
  g_autoptr (GByteArray) additional_data = make_additional_data (message, TRUE);
  message->ciphertext = confab_crypto_aead_seal (suite, key.key, confab_span (nonce, key.nonce.length),
                                                 confab_span_from_array (additional_data),
                                                 confab_span_from_array (plaintext), error);
  if (message->ciphertext == NULL)
    return NULL;

  message->encrypted_sender_data = seal_sender_data (message, suite, sender_data_secret, &sender_data, error);

  return message->encrypted_sender_data != NULL ? g_steal_pointer (&message) : NULL;
}

static gboolean
open_sender_data (const ConfabMlsPrivateMessage  *message,
                  const ConfabCryptoSuite        *suite,
                  const ConfabSecret             *sender_data_secret,
                  SenderData                     *sender_data,
                  GError                        **error)
{
  g_autoptr (GByteArray) additional_data = make_additional_data (message, FALSE);
  g_autoptr (ConfabSecret) key = NULL;
  g_autoptr (ConfabSecret) nonce = NULL;
  ConfabMlsReader reader;

  confab_mls_sender_data_keys (suite, sender_data_secret, confab_span_from_bytes (message->ciphertext), &key, &nonce);
  g_autoptr (GBytes) plaintext =
    confab_crypto_aead_open (suite, confab_secret_span (key), confab_secret_span (nonce),
                             confab_span_from_array (additional_data),
                             confab_span_from_bytes (message->encrypted_sender_data), NULL);
  if (plaintext == NULL)
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_DECRYPTION,
                           "the sender of a private message could not be decrypted");
      return FALSE;
    }

  confab_mls_reader_init (&reader, confab_span_from_bytes (plaintext));
  sender_data->leaf_index = confab_mls_reader_u32 (&reader);
  sender_data->generation = confab_mls_reader_u32 (&reader);
  ConfabSpan guard = confab_mls_reader_span (&reader, REUSE_GUARD_LENGTH);
  if (!confab_mls_reader_finish (&reader, "sender data", error))
    return FALSE;

  memcpy (sender_data->reuse_guard, guard.data, REUSE_GUARD_LENGTH);

  return TRUE;
}

static GBytes *
open_content (const ConfabMlsPrivateMessage  *message,
              const ConfabCryptoSuite        *suite,
              ConfabMlsSecretTree            *secret_tree,
              const SenderData               *sender_data,
              GError                        **error)
{
  g_autoptr (GByteArray) additional_data = make_additional_data (message, TRUE);
  g_auto (ConfabMlsMessageKey) key = { NULL };
  guint8 nonce[MAXIMUM_NONCE];

  if (!confab_mls_secret_tree_look_up (secret_tree, sender_data->leaf_index,
                                       confab_mls_ratchet_type_for (message->content_type), sender_data->generation,
                                       &key, error))
    return NULL;

  guard_nonce (nonce, key.nonce, sender_data->reuse_guard);
  GBytes *plaintext = confab_crypto_aead_open (suite, key.key, confab_span (nonce, key.nonce.length),
                                               confab_span_from_array (additional_data),
                                               confab_span_from_bytes (message->ciphertext), NULL);
  if (plaintext == NULL)
    g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_DECRYPTION,
                         "the content of a private message could not be decrypted");

  return plaintext;
}

static void
read_padding (ConfabMlsReader *reader)
{
  if (!confab_mls_reader_is_good (reader))
    return;

  ConfabSpan padding = confab_mls_reader_span (reader, reader->length - reader->position);
  guint8 sum = 0;

  for (gsize i = 0; i < padding.length; i++)
    sum |= padding.data[i];

  if (sum != 0)
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_MALFORMED, "the padding of a private message is not zero");
}

/**
 * confab_mls_private_message_open: (skip)
 * @message: a private message
 * @suite: the cipher suite
 * @secret_tree: the secret tree of its epoch
 * @sender_data_secret: the sender data secret of its epoch
 * @own_leaf: the leaf of this member in that epoch, or %CONFAB_MLS_NO_NODE
 * @generation: (out): the generation of its key, to be erased once the signature was verified
 * @error: return location for an error
 *
 * Decrypts a PrivateMessage (RFC 9420, section 6.3). Signature and confirmation tag are still to be verified.
 *
 * Returns: (transfer full) (nullable): the content
 * Since: 0.1
 */
ConfabMlsContent *
confab_mls_private_message_open (const ConfabMlsPrivateMessage  *message,
                                 const ConfabCryptoSuite        *suite,
                                 ConfabMlsSecretTree            *secret_tree,
                                 const ConfabSecret             *sender_data_secret,
                                 guint32                         own_leaf,
                                 guint32                        *generation,
                                 GError                        **error)
{
  SenderData sender_data = { 0 };

  if (!open_sender_data (message, suite, sender_data_secret, &sender_data, error))
    return NULL;

  if (sender_data.leaf_index == own_leaf)
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_OWN_MESSAGE,
                           "the message was sent by this client, which cannot decrypt it any more");
      return NULL;
    }

  g_autoptr (GBytes) plaintext = open_content (message, suite, secret_tree, &sender_data, error);
  if (plaintext == NULL)
    return NULL;

  g_autoptr (ConfabMlsContent) content = g_new0 (ConfabMlsContent, 1);
  ConfabMlsReader reader;

  content->wire_format = CONFAB_MLS_WIRE_FORMAT_PRIVATE_MESSAGE;
  content->group_id = g_bytes_ref (message->group_id);
  content->epoch = message->epoch;
  content->sender.type = CONFAB_MLS_SENDER_MEMBER;
  content->sender.index = sender_data.leaf_index;
  content->authenticated_data = g_bytes_ref (message->authenticated_data);
  content->content_type = message->content_type;

  confab_mls_reader_init (&reader, confab_span_from_bytes (plaintext));
  confab_mls_content_read_body (content, &reader);
  confab_mls_content_read_auth (content, &reader);
  read_padding (&reader);
  if (!confab_mls_reader_finish (&reader, "content of a private message", error))
    return NULL;

  *generation = sender_data.generation;

  return g_steal_pointer (&content);
}
