/* make-content-vectors.c: writes the vectors of the content formats, the same ones every time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Run as `make-content-vectors FOLDER` after a format has changed (and its version with it). The unit tests and
 * check-content-vectors.mjs read what is committed.
 */

#include "config.h"

#include <json-glib/json-glib.h>

#include "confab-attachment-cipher-private.h"
#include "confab-backup-segment.h"
#include "confab-backup.h"
#include "confab-byte-writer.h"
#include "confab-crypto-provider.h"
#include "confab-envelope-private.h"
#include "confab-hash.h"
#include "confab-recovery-key.h"

/* Bytes that look random and are the same on every run: the hash of a label and a counter. */
static GBytes *
fixed_bytes (const char *label,
             gsize       length)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  for (guint32 counter = 0; bytes->len < length; counter++)
    {
      g_autofree char *input = g_strdup_printf ("%s %u", label, counter);
      guint8 block[CONFAB_HASH_MAX_LENGTH];

      confab_hash_sha256.digest (confab_span_from_string (input), block);
      g_byte_array_append (bytes, block, MIN (confab_hash_sha256.length, length - bytes->len));
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static void
add_hex (JsonBuilder *json,
         const char  *name,
         ConfabSpan   span)
{
  g_autoptr (GString) hex = g_string_new (NULL);

  for (gsize i = 0; i < span.length; i++)
    g_string_append_printf (hex, "%02x", span.data[i]);

  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, hex->str);
}

static void
add_string (JsonBuilder *json,
            const char  *name,
            const char  *value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, value);
}

/* As text, because JavaScript's numbers end at 2^53. */
static void
add_u64 (JsonBuilder *json,
         const char  *name,
         guint64      value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  add_string (json, name, text);
}

static JsonBuilder *
begin_file (const char *description)
{
  JsonBuilder *json = json_builder_new ();

  json_builder_begin_object (json);
  add_string (json, "description", description);
  json_builder_set_member_name (json, "cases");
  json_builder_begin_array (json);

  return json;
}

static void
end_file (JsonBuilder *json,
          const char  *folder,
          const char  *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  g_autofree char *with_newline = NULL;
  g_autoptr (GError) error = NULL;

  json_builder_end_array (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  with_newline = g_strconcat (text, "\n", NULL);

  if (!g_file_set_contents (path, with_newline, -1, &error))
    g_error ("%s", error->message);
}

static void
add_envelope (JsonBuilder *json,
              const char  *name,
              guint64      epoch,
              const char  *kind,
              GBytes      *content)
{
  g_autoptr (GBytes) content_key = fixed_bytes ("content key", CONFAB_CONTENT_KEY_LENGTH);
  g_autoptr (GBytes) seed = fixed_bytes ("signature seed", 32);
  g_autoptr (GBytes) salt = fixed_bytes (name, CONFAB_ENVELOPE_SALT_LENGTH);
  g_autoptr (GBytes) public_key = NULL;
  g_autoptr (GBytes) envelope = NULL;
  g_autoptr (GError) error = NULL;
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (CONFAB_CRYPTO_SUITE_X25519_AES128GCM_SHA256_ED25519);
  const ConfabEnvelopeContext context = {
    .room_id = "01JD0000000000000000000R00",
    .epoch = epoch,
    .sender_id = "01JD00000000000000000ANNA0",
    .device_id = "laptöp",
    .client_id = "3f0c8e2a-6d51-4a1e-9b0e-1d2c3b4a5968",
    .kind = kind,
  };

  public_key = confab_crypto_signature_get_public (suite, confab_span_from_bytes (seed), &error);
  g_assert_no_error (error);
  envelope = confab_envelope_seal_with_salt (&context, confab_span_from_bytes (content_key),
                                             confab_span_from_bytes (seed), confab_span_from_bytes (content),
                                             confab_span_from_bytes (salt), &error);
  g_assert_no_error (error);

  json_builder_begin_object (json);
  add_string (json, "name", name);
  add_string (json, "roomId", context.room_id);
  add_u64 (json, "epoch", context.epoch);
  add_string (json, "senderId", context.sender_id);
  add_string (json, "deviceId", context.device_id);
  add_string (json, "clientId", context.client_id);
  add_string (json, "kind", context.kind);
  add_hex (json, "contentKey", confab_span_from_bytes (content_key));
  add_hex (json, "signatureSeed", confab_span_from_bytes (seed));
  add_hex (json, "signaturePublicKey", confab_span_from_bytes (public_key));
  add_hex (json, "salt", confab_span_from_bytes (salt));
  add_hex (json, "content", confab_span_from_bytes (content));
  add_hex (json, "envelope", confab_span_from_bytes (envelope));
  json_builder_end_object (json);
}

static void
make_envelopes (const char *folder)
{
  static const gsize edge_lengths[] = { 0, 60, 61, 4028, 4029 };
  g_autoptr (JsonBuilder) json = begin_file ("Message envelopes, docs/encryption.md: sealing content gives envelope");
  g_autoptr (GBytes) text = g_bytes_new_static ("{\"text\":\"Hello, w\xc3\xb6rld\"}", 24);
  g_autoptr (GBytes) reaction = g_bytes_new_static ("{\"emoji\":\"\xf0\x9f\x91\x8d\"}", 16);

  add_envelope (json, "text", 7, "message", text);
  add_envelope (json, "reaction-in-the-last-epoch", G_MAXUINT64, "reaction", reaction);
  for (guint i = 0; i < G_N_ELEMENTS (edge_lengths); i++)
    {
      g_autofree char *name = g_strdup_printf ("%" G_GSIZE_FORMAT "-bytes", edge_lengths[i]);
      g_autoptr (GBytes) content = fixed_bytes (name, edge_lengths[i]);

      add_envelope (json, name, 0, "message", content);
    }

  end_file (json, folder, "envelope.json");
}

static GBytes *
encrypt_file (ConfabAttachmentCipher *cipher,
              GBytes                 *file)
{
  g_autoptr (GByteArray) encrypted = g_byte_array_new ();
  gsize chunk_size = confab_attachment_cipher_get_chunk_size (cipher);
  gsize size = g_bytes_get_size (file);
  const guint8 *data = g_bytes_get_data (file, NULL);
  gsize position = 0;

  confab_byte_writer_append_span (encrypted, confab_attachment_cipher_get_header (cipher));

  for (guint64 index = 0; index == 0 || position < size; index++)
    {
      gsize length = MIN (chunk_size, size - position);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) chunk = NULL;

      chunk = confab_attachment_cipher_seal_chunk (cipher, index, position + length == size,
                                                   confab_span (data + position, length), &error);
      g_assert_no_error (error);
      confab_byte_writer_append_span (encrypted, confab_span_from_bytes (chunk));
      position += length;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&encrypted));
}

static void
make_attachments (const char *folder)
{
  static const gsize sizes[] = { 0, 1, 4095, 4096, 4097, 8192, 10000 };
  g_autoptr (JsonBuilder) json = begin_file ("Attachments, docs/encryption.md: encrypting file gives encrypted");

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *name = g_strdup_printf ("file of %" G_GSIZE_FORMAT " bytes", sizes[i]);
      g_autoptr (GBytes) key = fixed_bytes ("attachment key", CONFAB_ATTACHMENT_KEY_LENGTH);
      g_autoptr (GBytes) salt = fixed_bytes (name, CONFAB_ATTACHMENT_SALT_LENGTH);
      g_autoptr (GBytes) file = fixed_bytes ("file", sizes[i]);
      g_autoptr (ConfabAttachmentCipher) cipher = NULL;
      g_autoptr (GBytes) encrypted = NULL;
      guint8 hash[CONFAB_HASH_MAX_LENGTH];

      cipher = confab_attachment_cipher_new_with_salt (confab_span_from_bytes (key), confab_span_from_bytes (salt),
                                                       CONFAB_ATTACHMENT_MIN_CHUNK_SIZE);
      encrypted = encrypt_file (cipher, file);
      confab_hash_sha256.digest (confab_span_from_bytes (encrypted), hash);

      json_builder_begin_object (json);
      add_string (json, "name", name);
      add_hex (json, "key", confab_span_from_bytes (key));
      add_hex (json, "salt", confab_span_from_bytes (salt));
      json_builder_set_member_name (json, "chunkSize");
      json_builder_add_int_value (json, CONFAB_ATTACHMENT_MIN_CHUNK_SIZE);
      add_hex (json, "file", confab_span_from_bytes (file));
      add_hex (json, "encrypted", confab_span_from_bytes (encrypted));
      add_hex (json, "hash", confab_span (hash, confab_hash_sha256.length));
      json_builder_end_object (json);
    }

  end_file (json, folder, "attachment.json");
}

static void
add_recovery_key (JsonBuilder *json,
                  const char  *name,
                  ConfabSpan   key)
{
  g_autofree char *text = confab_recovery_key_format (key);
  g_autofree char *lower = g_ascii_strdown (text, -1);
  g_autoptr (GString) sloppy = g_string_new (lower);
  g_autoptr (GString) mistyped = g_string_new (text);
  g_autoptr (ConfabSecret) backup_key = NULL;
  g_autoptr (GBytes) key_id = NULL;
  g_autoptr (GError) error = NULL;

  g_string_replace (sloppy, "-", " \xe2\x80\x93\n", 0);
  g_string_replace (sloppy, "0", "o", 0);
  g_string_replace (sloppy, "1", "l", 0);
  mistyped->str[10] = mistyped->str[10] == 'A' ? 'B' : 'A';

  backup_key = confab_backup_derive_key (key, &error);
  g_assert_no_error (error);
  key_id = confab_backup_get_key_id (confab_secret_span (backup_key), &error);
  g_assert_no_error (error);

  json_builder_begin_object (json);
  add_string (json, "name", name);
  add_hex (json, "key", key);
  add_string (json, "text", text);
  add_string (json, "sloppy", sloppy->str);
  add_string (json, "mistyped", mistyped->str);
  add_hex (json, "backupKey", confab_secret_span (backup_key));
  add_hex (json, "backupKeyId", confab_span_from_bytes (key_id));
  json_builder_end_object (json);
}

static void
make_recovery_keys (const char *folder)
{
  g_autoptr (JsonBuilder) json = begin_file ("Recovery keys, docs/encryption.md: key is written as text, sloppy is "
                                             "read as the same key, mistyped is refused");
  static const guint8 zeroes[CONFAB_RECOVERY_KEY_LENGTH] = { 0 };
  guint8 ones[CONFAB_RECOVERY_KEY_LENGTH];
  g_autoptr (GBytes) some = fixed_bytes ("recovery key", CONFAB_RECOVERY_KEY_LENGTH);

  memset (ones, 0xff, sizeof ones);
  add_recovery_key (json, "zeroes", confab_span (zeroes, sizeof zeroes));
  add_recovery_key (json, "ones", confab_span (ones, sizeof ones));
  add_recovery_key (json, "some", confab_span_from_bytes (some));

  end_file (json, folder, "recovery-key.json");
}

static void
add_segment (JsonBuilder *json,
             const char  *name,
             GByteArray  *entries)
{
  static const char user_id[] = "01JD00000000000000000ANNA0";
  g_autoptr (GBytes) recovery_key = fixed_bytes ("recovery key", CONFAB_RECOVERY_KEY_LENGTH);
  g_autoptr (GBytes) salt = fixed_bytes (name, CONFAB_BACKUP_SALT_LENGTH);
  g_autoptr (ConfabSecret) backup_key = NULL;
  g_autoptr (GBytes) segment = NULL;
  g_autoptr (GError) error = NULL;

  backup_key = confab_backup_derive_key (confab_span_from_bytes (recovery_key), &error);
  g_assert_no_error (error);
  segment = confab_backup_segment_seal (user_id, confab_secret_span (backup_key), confab_span_from_bytes (salt),
                                        confab_span_from_array (entries), &error);
  g_assert_no_error (error);

  json_builder_begin_object (json);
  add_string (json, "name", name);
  add_string (json, "userId", user_id);
  add_hex (json, "recoveryKey", confab_span_from_bytes (recovery_key));
  add_hex (json, "salt", confab_span_from_bytes (salt));
  add_hex (json, "entries", confab_span_from_array (entries));
  add_hex (json, "segment", confab_span_from_bytes (segment));
  json_builder_end_object (json);
}

static void
make_backups (const char *folder)
{
  g_autoptr (JsonBuilder) json = begin_file ("Backup segments, docs/encryption.md: sealing entries gives segment");
  g_autoptr (GByteArray) account = g_byte_array_new ();
  g_autoptr (GByteArray) keys = g_byte_array_new ();
  g_autoptr (GBytes) account_key = fixed_bytes ("account key", CONFAB_BACKUP_ACCOUNT_KEY_LENGTH);

  confab_byte_writer_append_u8 (account, 1);
  confab_byte_writer_append_span (account, confab_span_from_bytes (account_key));
  add_segment (json, "account-key", account);

  for (guint epoch = 0; epoch < 5; epoch++)
    {
      g_autofree char *label = g_strdup_printf ("content key of epoch %u", epoch);
      g_autoptr (GBytes) key = fixed_bytes (label, CONFAB_CONTENT_KEY_LENGTH);

      confab_byte_writer_append_u8 (keys, 2);
      confab_byte_writer_append_string (keys, epoch % 2 == 0 ? "01JD0000000000000000000R00" : "rööm");
      confab_byte_writer_append_u64 (keys, epoch == 4 ? G_MAXUINT64 : epoch);
      confab_byte_writer_append_span (keys, confab_span_from_bytes (key));
    }
  add_segment (json, "content-keys", keys);

  end_file (json, folder, "backup.json");
}

int
main (int   argc,
      char *argv[])
{
  if (argc != 2)
    {
      g_printerr ("Usage: %s FOLDER\n", argv[0]);
      return 2;
    }

  make_envelopes (argv[1]);
  make_attachments (argv[1]);
  make_recovery_keys (argv[1]);
  make_backups (argv[1]);

  return 0;
}
