/* confab-backup-segment.c: one sealed piece of a backup, without a look at what is in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The format is specified in docs/encryption.md, "Backup".
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-backup-segment.h"

#include "confab-aead.h"
#include "confab-backup.h"
#include "confab-byte-reader.h"
#include "confab-byte-writer.h"
#include "confab-crypto-error.h"
#include "confab-crypto-provider.h"
#include "confab-hash.h"
#include "confab-message-key.h"
#include "confab-padding.h"

#define BACKUP_KEY_LABEL "confab backup key 1"
#define BACKUP_KEY_ID_LABEL "confab backup key id 1"
#define BACKUP_SEGMENT_LABEL "confab backup segment 1"
#define BACKUP_HEADER_LENGTH (1 + CONFAB_BACKUP_KEY_ID_LENGTH + CONFAB_BACKUP_SALT_LENGTH)
#define BACKUP_TAG_LENGTH 16

static gboolean
check_key_length (const char *what,
                  ConfabSpan  key,
                  GError    **error)
{
  if (key.length == CONFAB_BACKUP_KEY_LENGTH)
    return TRUE;

  g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
               "A %s has %d bytes, not %" G_GSIZE_FORMAT, what, CONFAB_BACKUP_KEY_LENGTH, key.length);
  return FALSE;
}

/* HKDF-Expand alone: recovery and backup keys are uniformly random, or as good. */
static ConfabSecret *
expand (ConfabSpan  key,
        const char *label,
        gsize       length)
{
  g_autoptr (GByteArray) info = g_byte_array_new ();
  ConfabSpan info_span = confab_span_empty ();

  confab_byte_writer_append_string (info, label);
  info_span = confab_span_from_array (info);

  return confab_hash_expand (&confab_hash_sha256, key, &info_span, 1, length, NULL);
}

/**
 * confab_backup_derive_key:
 * @recovery_key: the recovery key
 * @error: return location for an error
 *
 * A device keeps the backup key to add to the backup, and forgets the recovery key: who finds the one cannot show
 * the other.
 *
 * Returns: (transfer full): the backup key, or %NULL with %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
ConfabSecret *
confab_backup_derive_key (ConfabSpan   recovery_key,
                          GError     **error)
{
  if (!check_key_length ("recovery key", recovery_key, error))
    return NULL;

  return expand (recovery_key, BACKUP_KEY_LABEL, CONFAB_BACKUP_KEY_LENGTH);
}

/**
 * confab_backup_get_key_id:
 * @backup_key: a backup key
 * @error: return location for an error
 *
 * Names a backup key without giving it away. Every segment carries the name of its key in the clear, so that a
 * mistaken or outdated recovery key is told from a damaged backup.
 *
 * Returns: (transfer full): %CONFAB_BACKUP_KEY_ID_LENGTH bytes, or %NULL with %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
GBytes *
confab_backup_get_key_id (ConfabSpan   backup_key,
                          GError     **error)
{
  g_autoptr (ConfabSecret) id = NULL;

  if (!check_key_length ("backup key", backup_key, error))
    return NULL;

  id = expand (backup_key, BACKUP_KEY_ID_LABEL, CONFAB_BACKUP_KEY_ID_LENGTH);

  return confab_span_to_bytes (confab_secret_span (id));
}

static void
derive_segment_key (const char       *user_id,
                    ConfabSpan        backup_key,
                    ConfabSpan        salt,
                    ConfabMessageKey *key)
{
  g_autoptr (GByteArray) info = g_byte_array_new ();

  confab_byte_writer_append_string (info, BACKUP_SEGMENT_LABEL);
  confab_byte_writer_append_string (info, user_id);

  confab_message_key_derive (key, backup_key, salt, confab_span_from_array (info));
}

/*
 * confab_backup_segment_seal:
 * @salt: 16 random bytes, never used before with @backup_key
 * @entries: what to seal
 *
 * Returns: (transfer full): the segment
 */
GBytes *
confab_backup_segment_seal (const char *user_id,
                            ConfabSpan  backup_key,
                            ConfabSpan  salt,
                            ConfabSpan  entries,
                            GError    **error)
{
  g_autoptr (GBytes) key_id = confab_backup_get_key_id (backup_key, error);
  g_autoptr (GByteArray) segment = g_byte_array_new ();
  g_autoptr (GBytes) frame = NULL;
  g_auto (ConfabMessageKey) key = { 0 };
  guint8 *frame_data = NULL;

  if (key_id == NULL)
    return NULL;

  g_assert (salt.length == CONFAB_BACKUP_SALT_LENGTH);

  frame = confab_secret_bytes_new (confab_padding_get_length (entries.length), &frame_data);
  confab_padding_frame (entries, confab_span_empty (), frame_data);

  confab_byte_writer_append_u8 (segment, CONFAB_BACKUP_VERSION);
  confab_byte_writer_append_span (segment, confab_span_from_bytes (key_id));
  confab_byte_writer_append_span (segment, salt);
  g_byte_array_set_size (segment, BACKUP_HEADER_LENGTH + g_bytes_get_size (frame) + BACKUP_TAG_LENGTH);

  derive_segment_key (user_id, backup_key, salt, &key);
  if (!confab_aead_seal_into (&confab_aead_aes256gcm, key.key, key.nonce,
                              confab_span (segment->data, BACKUP_HEADER_LENGTH), confab_span_from_bytes (frame),
                              segment->data + BACKUP_HEADER_LENGTH, error))
    return NULL;

  return g_byte_array_free_to_bytes (g_steal_pointer (&segment));
}

static gboolean
check_segment (ConfabSpan   segment,
               GBytes      *key_id,
               GError     **error)
{
  if (segment.length > CONFAB_BACKUP_MAX_SEGMENT)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TOO_LARGE,
                   "A piece of a backup has at most %d bytes, not %" G_GSIZE_FORMAT, CONFAB_BACKUP_MAX_SEGMENT,
                   segment.length);
      return FALSE;
    }

  if (segment.length > 0 && segment.data[0] != CONFAB_BACKUP_VERSION)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_UNSUPPORTED,
                   "The backup is of format %u, which this version does not know", segment.data[0]);
      return FALSE;
    }

  if (segment.length < BACKUP_HEADER_LENGTH + confab_padding_get_length (0) + BACKUP_TAG_LENGTH)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MALFORMED,
                           "The piece of the backup is shorter than any can be");
      return FALSE;
    }

  if (memcmp (segment.data + 1, g_bytes_get_data (key_id, NULL), CONFAB_BACKUP_KEY_ID_LENGTH) != 0)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MISMATCH,
                           "The backup was made with another recovery key");
      return FALSE;
    }

  return TRUE;
}

/*
 * confab_backup_segment_open:
 *
 * Returns: (transfer full): the entries in @segment, zeroed when freed, or %NULL on error
 */
GBytes *
confab_backup_segment_open (const char *user_id,
                            ConfabSpan  backup_key,
                            ConfabSpan  segment,
                            GError    **error)
{
  g_autoptr (GBytes) key_id = confab_backup_get_key_id (backup_key, error);
  g_autoptr (GBytes) frame = NULL;
  g_auto (ConfabMessageKey) key = { 0 };
  ConfabSpan entries = confab_span_empty ();
  guint8 *data = NULL;

  if (key_id == NULL || !check_segment (segment, key_id, error))
    return NULL;

  derive_segment_key (user_id, backup_key,
                      confab_span (segment.data + 1 + CONFAB_BACKUP_KEY_ID_LENGTH, CONFAB_BACKUP_SALT_LENGTH), &key);
  frame = confab_aead_open (&confab_aead_aes256gcm, key.key, key.nonce,
                            confab_span (segment.data, BACKUP_HEADER_LENGTH),
                            confab_span (segment.data + BACKUP_HEADER_LENGTH, segment.length - BACKUP_HEADER_LENGTH),
                            error);
  if (frame == NULL || !confab_padding_unframe (confab_span_from_bytes (frame), &entries, error))
    return NULL;

  GBytes *bytes = confab_secret_bytes_new (entries.length, &data);

  if (entries.length > 0)
    memcpy (data, entries.data, entries.length);

  return bytes;
}
