/* confab-backup.c: the keys that a new device needs, sealed for the server to keep
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The format is specified in docs/encryption.md, "Backup".
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-backup.h"

#include <sodium.h>

#include "confab-backup-segment.h"
#include "confab-byte-reader.h"
#include "confab-byte-writer.h"
#include "confab-crypto-error.h"
#include "confab-crypto-provider.h"
#include "confab-envelope.h"

#define BACKUP_ENTRY_ACCOUNT_KEY 1
#define BACKUP_ENTRY_CONTENT_KEY 2

/* Entries of one segment, together. With the frame around them they fill a segment of at most 1 MiB. */
#define BACKUP_MAX_ENTRIES (CONFAB_BACKUP_MAX_SEGMENT - 8192)

/* What a backup holds at most, so that segments without end cannot fill the memory: a key a minute for two years. */
#define BACKUP_MAX_KEYS 1000000

/**
 * ConfabBackup:
 *
 * The account key and the content keys by room and epoch. A backup lies on the server as segments, each of which is
 * sealed by itself, in no order, and never changed: a device that has new keys adds a segment, and any device may
 * replace many by one. Reading them all, in whatever order, gives the backup.
 *
 * Entries are numbered as they are added. A device remembers how many the server has and seals those after.
 *
 * Not thread-safe.
 *
 * Since: 0.1
 */
struct _ConfabBackup
{
  gatomicrefcount ref_count;
  char           *user_id;
  ConfabSecret   *account_key;
  GPtrArray      *entries; /* BackupEntry, in the order they were added */
  GHashTable     *keys;    /* the same, by room and epoch; without the account key */
};

G_DEFINE_BOXED_TYPE (ConfabBackup, confab_backup, confab_backup_ref, confab_backup_unref)

/* Of the account key: no room. */
typedef struct
{
  char         *room_id;
  guint64       epoch;
  ConfabSecret *key;
} BackupEntry;

static guint
backup_entry_hash (gconstpointer data)
{
  const BackupEntry *entry = data;

  return g_str_hash (entry->room_id) ^ g_int64_hash (&entry->epoch);
}

static gboolean
backup_entry_equal (gconstpointer one,
                    gconstpointer other)
{
  const BackupEntry *first = one;
  const BackupEntry *second = other;

  return first->epoch == second->epoch && g_str_equal (first->room_id, second->room_id);
}

static void
backup_entry_free (BackupEntry *entry)
{
  g_free (entry->room_id);
  confab_secret_unref (entry->key);
  g_free (entry);
}

static BackupEntry *
backup_entry_new (const char *room_id,
                  guint64     epoch,
                  ConfabSpan  key)
{
  BackupEntry *entry = g_new0 (BackupEntry, 1);

  entry->room_id = g_strdup (room_id);
  entry->epoch = epoch;
  entry->key = confab_secret_new_copy (key);

  return entry;
}

/**
 * confab_backup_new:
 * @user_id: whose backup it is; 1 to 255 bytes
 *
 * Returns: (transfer full): an empty backup
 *
 * Since: 0.1
 */
ConfabBackup *
confab_backup_new (const char *user_id)
{
  ConfabBackup *self = NULL;

  g_return_val_if_fail (user_id != NULL && *user_id != '\0', NULL);
  g_return_val_if_fail (strlen (user_id) <= CONFAB_ENVELOPE_MAX_IDENTIFIER, NULL);

  self = g_new0 (ConfabBackup, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->user_id = g_strdup (user_id);
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) backup_entry_free);
  self->keys = g_hash_table_new (backup_entry_hash, backup_entry_equal);

  return self;
}

/**
 * confab_backup_ref:
 * @self: a backup
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
ConfabBackup *
confab_backup_ref (ConfabBackup *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * confab_backup_unref:
 * @self: (transfer full): a backup
 *
 * Since: 0.1
 */
void
confab_backup_unref (ConfabBackup *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->keys);
  g_ptr_array_unref (self->entries);
  g_clear_pointer (&self->account_key, confab_secret_unref);
  g_free (self->user_id);
  g_free (self);
}

static gboolean
check_key (const char *what,
           gsize       wanted,
           ConfabSpan  key,
           GError    **error)
{
  if (key.length == wanted)
    return TRUE;

  g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
               "%s has %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT, what, wanted, key.length);
  return FALSE;
}

/**
 * confab_backup_set_account_key:
 * @self: a backup
 * @account_key: the 32 bytes of the account's private Ed25519 key (RFC 8032)
 * @error: return location for an error
 *
 * Setting the key that is there already adds no entry. There is no replacing it: whoever changes the account key
 * starts a new backup.
 *
 * Returns: %TRUE on success; otherwise %FALSE with %CONFAB_CRYPTO_ERROR_MISMATCH when there is another, or
 *   %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
gboolean
confab_backup_set_account_key (ConfabBackup *self,
                               ConfabSpan    account_key,
                               GError      **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (!check_key ("An account key", CONFAB_BACKUP_ACCOUNT_KEY_LENGTH, account_key, error))
    return FALSE;

  if (self->account_key != NULL)
    {
      if (confab_crypto_equal (confab_secret_span (self->account_key), account_key))
        return TRUE;

      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MISMATCH,
                           "The backup holds another account key");
      return FALSE;
    }

  BackupEntry *entry = backup_entry_new (NULL, 0, account_key);

  self->account_key = confab_secret_ref (entry->key);
  g_ptr_array_add (self->entries, entry);

  return TRUE;
}

/**
 * confab_backup_get_account_key:
 * @self: a backup
 *
 * Returns: (transfer none) (nullable): the account key, if it is there
 *
 * Since: 0.1
 */
ConfabSecret *
confab_backup_get_account_key (ConfabBackup *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->account_key;
}

static BackupEntry *
lookup (ConfabBackup *self,
        const char   *room_id,
        guint64       epoch)
{
  BackupEntry wanted = { .room_id = (char *) room_id, .epoch = epoch };

  return g_hash_table_lookup (self->keys, &wanted);
}

/**
 * confab_backup_add_key:
 * @self: a backup
 * @room_id: a room; 1 to 255 bytes
 * @epoch: an epoch of its group
 * @key: the epoch's content key
 * @error: return location for an error
 *
 * Adding a key that is there already adds no entry.
 *
 * Returns: %TRUE on success; otherwise %FALSE with %CONFAB_CRYPTO_ERROR_MISMATCH when the epoch has another key,
 *   %CONFAB_CRYPTO_ERROR_TOO_LARGE when the backup is full, or %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
gboolean
confab_backup_add_key (ConfabBackup *self,
                       const char   *room_id,
                       guint64       epoch,
                       ConfabSpan    key,
                       GError      **error)
{
  const BackupEntry *present = NULL;
  gsize room_length = 0;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (room_id != NULL, FALSE);

  room_length = strlen (room_id);
  if (room_length < 1 || room_length > CONFAB_ENVELOPE_MAX_IDENTIFIER)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
                   "A room's identifier has 1 to %d bytes, not %" G_GSIZE_FORMAT, CONFAB_ENVELOPE_MAX_IDENTIFIER,
                   room_length);
      return FALSE;
    }

  if (!check_key ("A content key", CONFAB_CONTENT_KEY_LENGTH, key, error))
    return FALSE;

  present = lookup (self, room_id, epoch);
  if (present != NULL)
    {
      if (confab_crypto_equal (confab_secret_span (present->key), key))
        return TRUE;

      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MISMATCH,
                   "The backup holds another key for epoch %" G_GUINT64_FORMAT " of room %s", epoch, room_id);
      return FALSE;
    }

  if (self->entries->len >= BACKUP_MAX_KEYS)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TOO_LARGE,
                   "A backup holds at most %d keys", BACKUP_MAX_KEYS);
      return FALSE;
    }

  BackupEntry *entry = backup_entry_new (room_id, epoch, key);

  g_ptr_array_add (self->entries, entry);
  g_hash_table_add (self->keys, entry);

  return TRUE;
}

/**
 * confab_backup_lookup_key:
 * @self: a backup
 * @room_id: a room
 * @epoch: an epoch of its group
 *
 * Returns: (transfer none) (nullable): the epoch's content key, if it is there
 *
 * Since: 0.1
 */
ConfabSecret *
confab_backup_lookup_key (ConfabBackup *self,
                          const char   *room_id,
                          guint64       epoch)
{
  const BackupEntry *entry = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (room_id != NULL, NULL);

  entry = lookup (self, room_id, epoch);

  return entry != NULL ? entry->key : NULL;
}

/**
 * confab_backup_foreach_key:
 * @self: a backup
 * @function: (scope call): what to call for every content key
 * @user_data: what to hand to it
 *
 * Goes through the content keys in the order they were added.
 *
 * Since: 0.1
 */
void
confab_backup_foreach_key (ConfabBackup            *self,
                           ConfabBackupForeachFunc  function,
                           gpointer                 user_data)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (function != NULL);

  for (guint i = 0; i < self->entries->len; i++)
    {
      const BackupEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->room_id != NULL)
        function (entry->room_id, entry->epoch, entry->key, user_data);
    }
}

/**
 * confab_backup_get_n_entries:
 * @self: a backup
 *
 * Returns: how many entries it has, the account key included: what confab_backup_seal() takes as @since once all of
 *   these are on the server
 *
 * Since: 0.1
 */
guint
confab_backup_get_n_entries (ConfabBackup *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->entries->len;
}

static gsize
entry_length (const BackupEntry *entry)
{
  gsize key_length = confab_secret_get_length (entry->key);

  return entry->room_id != NULL ? 1 + 2 + strlen (entry->room_id) + 8 + key_length : 1 + key_length;
}

static void
append_entry (GByteArray        *bytes,
              const BackupEntry *entry)
{
  if (entry->room_id == NULL)
    {
      confab_byte_writer_append_u8 (bytes, BACKUP_ENTRY_ACCOUNT_KEY);
    }
  else
    {
      confab_byte_writer_append_u8 (bytes, BACKUP_ENTRY_CONTENT_KEY);
      confab_byte_writer_append_string (bytes, entry->room_id);
      confab_byte_writer_append_u64 (bytes, entry->epoch);
    }

  confab_byte_writer_append_span (bytes, confab_secret_span (entry->key));
}

/* Writes as many entries as fit, from *@position on. The array has its final size from the start: growing it would
 * leave copies of keys behind. */
static GBytes *
seal_some (ConfabBackup *self,
           ConfabSpan    backup_key,
           guint        *position,
           GError      **error)
{
  gsize length = 0;
  guint end = *position;
  guint8 salt[CONFAB_BACKUP_SALT_LENGTH];

  while (end < self->entries->len &&
         length + entry_length (g_ptr_array_index (self->entries, end)) <= BACKUP_MAX_ENTRIES)
    length += entry_length (g_ptr_array_index (self->entries, end++));

  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (length);

  for (; *position < end; (*position)++)
    append_entry (bytes, g_ptr_array_index (self->entries, *position));

  confab_crypto_random (salt, sizeof salt);

  GBytes *segment = confab_backup_segment_seal (self->user_id, backup_key, confab_span (salt, sizeof salt),
                                                confab_span_from_array (bytes), error);

  sodium_memzero (bytes->data, bytes->len);

  return segment;
}

/**
 * confab_backup_seal:
 * @self: a backup
 * @backup_key: from confab_backup_derive_key()
 * @since: how many entries the server has; 0 seals everything anew, to replace all segments
 * @error: return location for an error
 *
 * Returns: (transfer full) (element-type GBytes): segments for the server to keep, none if nothing is new, or %NULL
 *   with %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
GPtrArray *
confab_backup_seal (ConfabBackup *self,
                    ConfabSpan    backup_key,
                    guint         since,
                    GError      **error)
{
  g_autoptr (GPtrArray) segments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  guint position = since;

  g_return_val_if_fail (self != NULL, NULL);

  while (position < self->entries->len)
    {
      GBytes *segment = seal_some (self, backup_key, &position, error);

      if (segment == NULL)
        return NULL;

      g_ptr_array_add (segments, segment);
    }

  return g_steal_pointer (&segments);
}

static gboolean
read_content_key (ConfabBackup     *self,
                  ConfabByteReader *reader,
                  GError          **error)
{
  guint16 room_length = 0;
  guint64 epoch = 0;
  ConfabSpan room = confab_span_empty ();
  ConfabSpan key = confab_span_empty ();
  g_autofree char *room_id = NULL;

  if (!confab_byte_reader_read_u16 (reader, &room_length) ||
      !confab_byte_reader_read_span (reader, room_length, &room) ||
      !confab_byte_reader_read_u64 (reader, &epoch) ||
      !confab_byte_reader_read_span (reader, CONFAB_CONTENT_KEY_LENGTH, &key) ||
      !g_utf8_validate_len ((const char *) room.data, room.length, NULL))
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MALFORMED,
                           "The backup holds a content key that is cut short or of no room");
      return FALSE;
    }

  room_id = g_strndup ((const char *) room.data, room.length);

  return confab_backup_add_key (self, room_id, epoch, key, error);
}

static gboolean
read_entry (ConfabBackup     *self,
            ConfabByteReader *reader,
            GError          **error)
{
  guint8 type = 0;
  ConfabSpan key = confab_span_empty ();

  confab_byte_reader_read_u8 (reader, &type);

  switch (type)
    {
    case BACKUP_ENTRY_ACCOUNT_KEY:
      confab_byte_reader_read_span (reader, CONFAB_BACKUP_ACCOUNT_KEY_LENGTH, &key);
      return confab_backup_set_account_key (self, key, error);

    case BACKUP_ENTRY_CONTENT_KEY:
      return read_content_key (self, reader, error);

    default:
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_UNSUPPORTED,
                   "The backup holds an entry of kind %u, which this version does not know", type);
      return FALSE;
    }
}

/**
 * confab_backup_open_segment:
 * @self: a backup
 * @backup_key: from confab_backup_derive_key()
 * @segment: a segment from the server
 * @error: return location for an error
 *
 * Adds what is in @segment to the backup. Segments may come in any order and more than once. After an error the
 * entries before the bad one are there.
 *
 * Returns: %TRUE on success; otherwise %FALSE with %CONFAB_CRYPTO_ERROR_MISMATCH when the segment was made with
 *   another recovery key or contradicts what is there, %CONFAB_CRYPTO_ERROR_AUTHENTICATION when it was changed or is
 *   another user's, %CONFAB_CRYPTO_ERROR_MALFORMED, %CONFAB_CRYPTO_ERROR_UNSUPPORTED,
 *   %CONFAB_CRYPTO_ERROR_TOO_LARGE or %CONFAB_CRYPTO_ERROR_INVALID_LENGTH
 *
 * Since: 0.1
 */
gboolean
confab_backup_open_segment (ConfabBackup *self,
                            ConfabSpan    backup_key,
                            ConfabSpan    segment,
                            GError      **error)
{
  g_autoptr (GBytes) entries = NULL;
  ConfabByteReader reader = { 0 };

  g_return_val_if_fail (self != NULL, FALSE);

  entries = confab_backup_segment_open (self->user_id, backup_key, segment, error);
  if (entries == NULL)
    return FALSE;

  reader.rest = confab_span_from_bytes (entries);
  while (reader.rest.length > 0)
    {
      if (!read_entry (self, &reader, error))
        return FALSE;
    }

  return TRUE;
}
