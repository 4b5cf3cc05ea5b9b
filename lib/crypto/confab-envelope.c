/* confab-envelope.c: one encrypted, signed message of a room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The format is specified in docs/encryption.md, "Message envelope".
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-envelope-private.h"

#include "confab-aead.h"
#include "confab-byte-reader.h"
#include "confab-byte-writer.h"
#include "confab-crypto-error.h"
#include "confab-crypto-provider.h"
#include "confab-message-key.h"
#include "confab-padding.h"
#include "confab-secret.h"
#include "confab-signature.h"

#define ENVELOPE_KEY_LABEL "confab message key 1"
#define ENVELOPE_SIGNATURE_LABEL "confab message signature 1"
#define ENVELOPE_SIGNATURE_LENGTH 64
#define ENVELOPE_TAG_LENGTH 16

typedef struct
{
  guint64    epoch;
  ConfabSpan salt;
  ConfabSpan ciphertext;
} EnvelopeParts;

static gboolean
check_identifier (const char *name,
                  const char *value,
                  GError    **error)
{
  gsize length = value != NULL ? strlen (value) : 0;

  if (length >= 1 && length <= CONFAB_ENVELOPE_MAX_IDENTIFIER)
    return TRUE;

  g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
               "The %s of a message has 1 to %d bytes, not %" G_GSIZE_FORMAT,
               name, CONFAB_ENVELOPE_MAX_IDENTIFIER, length);
  return FALSE;
}

static gboolean
check_circumstances (const ConfabEnvelopeContext *context,
                     ConfabSpan                   content_key,
                     GError                     **error)
{
  if (content_key.length != CONFAB_CONTENT_KEY_LENGTH)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
                   "A content key has %d bytes, not %" G_GSIZE_FORMAT, CONFAB_CONTENT_KEY_LENGTH, content_key.length);
      return FALSE;
    }

  return check_identifier ("room", context->room_id, error) &&
         check_identifier ("sender", context->sender_id, error) &&
         check_identifier ("device", context->device_id, error) &&
         check_identifier ("client identifier", context->client_id, error) &&
         check_identifier ("kind", context->kind, error);
}

static void
append_place (GByteArray                  *bytes,
              const ConfabEnvelopeContext *context)
{
  confab_byte_writer_append_string (bytes, context->room_id);
  confab_byte_writer_append_u64 (bytes, context->epoch);
  confab_byte_writer_append_string (bytes, context->sender_id);
  confab_byte_writer_append_string (bytes, context->device_id);
}

static void
derive_key (const ConfabEnvelopeContext *context,
            ConfabSpan                   content_key,
            ConfabSpan                   salt,
            ConfabMessageKey            *key)
{
  g_autoptr (GByteArray) info = g_byte_array_new ();

  confab_byte_writer_append_string (info, ENVELOPE_KEY_LABEL);
  append_place (info, context);

  confab_message_key_derive (key, content_key, salt, confab_span_from_array (info));
}

static GByteArray *
make_additional_data (const ConfabEnvelopeContext *context)
{
  GByteArray *bytes = g_byte_array_new ();

  confab_byte_writer_append_u8 (bytes, CONFAB_ENVELOPE_VERSION);
  append_place (bytes, context);
  confab_byte_writer_append_string (bytes, context->client_id);
  confab_byte_writer_append_string (bytes, context->kind);

  return bytes;
}

/* What the sender's device signs. The label's length comes first, in two bytes of which the first is zero; what
 * MLS signs with the same key starts with the length of a label that is never empty, so neither signature can
 * stand for the other. The content is in here in the clear: zeroed when freed. */
static GBytes *
make_signed_bytes (GByteArray *additional_data,
                   ConfabSpan  salt,
                   ConfabSpan  content)
{
  g_autoptr (GByteArray) head = g_byte_array_new ();
  guint8 *data = NULL;

  confab_byte_writer_append_string (head, ENVELOPE_SIGNATURE_LABEL);
  confab_byte_writer_append_span (head, confab_span_from_array (additional_data));
  confab_byte_writer_append_span (head, salt);
  confab_byte_writer_append_u32 (head, content.length);

  GBytes *bytes = confab_secret_bytes_new (head->len + content.length, &data);

  memcpy (data, head->data, head->len);
  if (content.length > 0)
    memcpy (data + head->len, content.data, content.length);

  return bytes;
}

static GBytes *
encrypt_frame (const ConfabEnvelopeContext *context,
               ConfabSpan                   salt,
               const ConfabMessageKey      *key,
               ConfabSpan                   additional_data,
               ConfabSpan                   frame,
               GError                     **error)
{
  g_autoptr (GByteArray) envelope = g_byte_array_new ();
  gsize header_length = 0;

  confab_byte_writer_append_u8 (envelope, CONFAB_ENVELOPE_VERSION);
  confab_byte_writer_append_u64 (envelope, context->epoch);
  confab_byte_writer_append_span (envelope, salt);
  header_length = envelope->len;
  g_byte_array_set_size (envelope, header_length + frame.length + ENVELOPE_TAG_LENGTH);

  if (!confab_aead_seal_into (&confab_aead_aes256gcm, key->key, key->nonce, additional_data, frame,
                              envelope->data + header_length, error))
    return NULL;

  return g_byte_array_free_to_bytes (g_steal_pointer (&envelope));
}

/*
 * confab_envelope_seal_with_salt:
 *
 * confab_envelope_seal() with a salt that is given. A salt that is used twice by one device in one epoch gives away
 * both messages: only test vectors may choose one.
 */
GBytes *
confab_envelope_seal_with_salt (const ConfabEnvelopeContext *context,
                                ConfabSpan                   content_key,
                                ConfabSpan                   signature_key,
                                ConfabSpan                   content,
                                ConfabSpan                   salt,
                                GError                     **error)
{
  g_autoptr (GByteArray) additional_data = NULL;
  g_autoptr (GBytes) signed_bytes = NULL;
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GBytes) frame = NULL;
  g_auto (ConfabMessageKey) key = { 0 };
  guint8 *frame_data = NULL;

  g_assert (salt.length == CONFAB_ENVELOPE_SALT_LENGTH);

  if (!check_circumstances (context, content_key, error))
    return NULL;

  if (content.length > CONFAB_ENVELOPE_MAX_CONTENT)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TOO_LARGE,
                   "A message has at most %d bytes, not %" G_GSIZE_FORMAT, CONFAB_ENVELOPE_MAX_CONTENT,
                   content.length);
      return NULL;
    }

  additional_data = make_additional_data (context);
  signed_bytes = make_signed_bytes (additional_data, salt, content);
  signature = confab_signature_sign (&confab_signature_ed25519, signature_key,
                                     confab_span_from_bytes (signed_bytes), error);
  if (signature == NULL)
    return NULL;

  frame = confab_secret_bytes_new (confab_padding_get_length (ENVELOPE_SIGNATURE_LENGTH + content.length),
                                   &frame_data);
  confab_padding_frame (confab_span_from_bytes (signature), content, frame_data);
  derive_key (context, content_key, salt, &key);

  return encrypt_frame (context, salt, &key, confab_span_from_array (additional_data),
                        confab_span_from_bytes (frame), error);
}

/**
 * confab_envelope_seal:
 * @context: what the message is bound to
 * @content_key: the content key of the epoch
 * @signature_key: the private Ed25519 key of the sending device's leaf
 * @content: the content, at most %CONFAB_ENVELOPE_MAX_CONTENT bytes
 * @error: return location for an error
 *
 * Encrypts and signs a message. Sealing the same message again gives other bytes; who sends again after a lost
 * answer sends the same envelope.
 *
 * Returns: (transfer full): the envelope, or %NULL with %CONFAB_CRYPTO_ERROR_INVALID_LENGTH or
 *   %CONFAB_CRYPTO_ERROR_TOO_LARGE
 *
 * Since: 0.1
 */
GBytes *
confab_envelope_seal (const ConfabEnvelopeContext *context,
                      ConfabSpan                   content_key,
                      ConfabSpan                   signature_key,
                      ConfabSpan                   content,
                      GError                     **error)
{
  guint8 salt[CONFAB_ENVELOPE_SALT_LENGTH];

  g_return_val_if_fail (context != NULL, NULL);

  confab_crypto_random (salt, sizeof salt);

  return confab_envelope_seal_with_salt (context, content_key, signature_key, content,
                                         confab_span (salt, sizeof salt), error);
}

static gboolean
split_envelope (ConfabSpan      envelope,
                EnvelopeParts  *parts,
                GError        **error)
{
  ConfabByteReader reader = { .rest = envelope };
  guint8 version = 0;

  if (envelope.length > CONFAB_ENVELOPE_MAX_LENGTH)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TOO_LARGE,
                   "An envelope has at most %d bytes, not %" G_GSIZE_FORMAT, CONFAB_ENVELOPE_MAX_LENGTH,
                   envelope.length);
      return FALSE;
    }

  if (confab_byte_reader_read_u8 (&reader, &version) && version != CONFAB_ENVELOPE_VERSION)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_UNSUPPORTED,
                   "The message is of format %u, which this version does not know", version);
      return FALSE;
    }

  if (!confab_byte_reader_read_u64 (&reader, &parts->epoch) ||
      !confab_byte_reader_read_span (&reader, CONFAB_ENVELOPE_SALT_LENGTH, &parts->salt) ||
      reader.rest.length < confab_padding_get_length (ENVELOPE_SIGNATURE_LENGTH) + ENVELOPE_TAG_LENGTH)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MALFORMED,
                           "The message is shorter than any message can be");
      return FALSE;
    }

  parts->ciphertext = reader.rest;

  return TRUE;
}

/* Splits the decrypted frame into the content and the signature in front of it, and checks the latter. */
static GBytes *
verify_frame (GByteArray *additional_data,
              ConfabSpan  salt,
              ConfabSpan  public_signature_key,
              ConfabSpan  frame,
              GError    **error)
{
  ConfabByteReader reader = { 0 };
  ConfabSpan signature = confab_span_empty ();
  g_autoptr (GBytes) signed_bytes = NULL;
  guint8 *data = NULL;

  if (!confab_padding_unframe (frame, &reader.rest, error))
    return NULL;

  if (!confab_byte_reader_read_span (&reader, ENVELOPE_SIGNATURE_LENGTH, &signature) ||
      reader.rest.length > CONFAB_ENVELOPE_MAX_CONTENT)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MALFORMED,
                           "The message carries no signature, or more than a message may hold");
      return NULL;
    }

  signed_bytes = make_signed_bytes (additional_data, salt, reader.rest);
  if (!confab_signature_verify (&confab_signature_ed25519, public_signature_key,
                                confab_span_from_bytes (signed_bytes), signature, error))
    return NULL;

  GBytes *content = confab_secret_bytes_new (reader.rest.length, &data);

  if (reader.rest.length > 0)
    memcpy (data, reader.rest.data, reader.rest.length);

  return content;
}

/**
 * confab_envelope_open:
 * @context: what the message claims to be bound to; the epoch is that of confab_envelope_peek_epoch()
 * @content_key: the content key of the epoch
 * @public_signature_key: the public Ed25519 key of the leaf that @context names as sender
 * @envelope: the envelope
 * @error: return location for an error
 *
 * Decrypts a message and checks that it is what @context says.
 *
 * Errors: %CONFAB_CRYPTO_ERROR_UNSUPPORTED for a newer format; %CONFAB_CRYPTO_ERROR_MISMATCH when the envelope is
 * of another epoch; %CONFAB_CRYPTO_ERROR_AUTHENTICATION when key, context or bytes are not those it was made with;
 * %CONFAB_CRYPTO_ERROR_SIGNATURE when a member made it who is not the sender;
 * %CONFAB_CRYPTO_ERROR_MALFORMED and %CONFAB_CRYPTO_ERROR_TOO_LARGE for what is no envelope.
 *
 * Returns: (transfer full): the content, zeroed when freed, or %NULL on error
 *
 * Since: 0.1
 */
GBytes *
confab_envelope_open (const ConfabEnvelopeContext *context,
                      ConfabSpan                   content_key,
                      ConfabSpan                   public_signature_key,
                      ConfabSpan                   envelope,
                      GError                     **error)
{
  EnvelopeParts parts = { 0 };
  g_autoptr (GByteArray) additional_data = NULL;
  g_autoptr (GBytes) frame = NULL;
  g_auto (ConfabMessageKey) key = { 0 };

  g_return_val_if_fail (context != NULL, NULL);

  if (!check_circumstances (context, content_key, error) || !split_envelope (envelope, &parts, error))
    return NULL;

  if (parts.epoch != context->epoch)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MISMATCH,
                   "The message is of epoch %" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT,
                   parts.epoch, context->epoch);
      return NULL;
    }

  additional_data = make_additional_data (context);
  derive_key (context, content_key, parts.salt, &key);
  frame = confab_aead_open (&confab_aead_aes256gcm, key.key, key.nonce, confab_span_from_array (additional_data),
                            parts.ciphertext, error);
  if (frame == NULL)
    return NULL;

  return verify_frame (additional_data, parts.salt, public_signature_key, confab_span_from_bytes (frame), error);
}

/**
 * confab_envelope_peek_epoch:
 * @envelope: an envelope
 * @epoch: (out): the epoch that it says it is of
 * @error: return location for an error
 *
 * Tells which content key confab_envelope_open() needs. Nothing is authenticated yet.
 *
 * Returns: %TRUE when @envelope may be one; otherwise %FALSE with %CONFAB_CRYPTO_ERROR_UNSUPPORTED,
 *   %CONFAB_CRYPTO_ERROR_MALFORMED or %CONFAB_CRYPTO_ERROR_TOO_LARGE
 *
 * Since: 0.1
 */
gboolean
confab_envelope_peek_epoch (ConfabSpan   envelope,
                            guint64     *epoch,
                            GError     **error)
{
  EnvelopeParts parts = { 0 };

  if (!split_envelope (envelope, &parts, error))
    return FALSE;

  *epoch = parts.epoch;

  return TRUE;
}
