/* test-content-vectors.c: the committed vectors, both ways
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <json-glib/json-glib.h>

#include "confab-attachment-cipher-private.h"
#include "confab-attachment.h"
#include "confab-backup-segment.h"
#include "confab-backup.h"
#include "confab-crypto-provider.h"
#include "confab-envelope-private.h"
#include "confab-recovery-key.h"
#include "hex.h"

typedef void (*CheckCase) (JsonObject *test);

static GBytes *
get_hex (JsonObject *test,
         const char *name)
{
  return hex_decode (json_object_get_string_member (test, name));
}

static void
check_envelope (JsonObject *test)
{
  g_autoptr (GBytes) content_key = get_hex (test, "contentKey");
  g_autoptr (GBytes) seed = get_hex (test, "signatureSeed");
  g_autoptr (GBytes) public_key = get_hex (test, "signaturePublicKey");
  g_autoptr (GBytes) salt = get_hex (test, "salt");
  g_autoptr (GBytes) content = get_hex (test, "content");
  g_autoptr (GBytes) envelope = get_hex (test, "envelope");
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GBytes) opened = NULL;
  g_autoptr (GError) error = NULL;
  const ConfabEnvelopeContext context = {
    .room_id = json_object_get_string_member (test, "roomId"),
    .epoch = g_ascii_strtoull (json_object_get_string_member (test, "epoch"), NULL, 10),
    .sender_id = json_object_get_string_member (test, "senderId"),
    .device_id = json_object_get_string_member (test, "deviceId"),
    .client_id = json_object_get_string_member (test, "clientId"),
    .kind = json_object_get_string_member (test, "kind"),
  };

  sealed = confab_envelope_seal_with_salt (&context, confab_span_from_bytes (content_key),
                                           confab_span_from_bytes (seed), confab_span_from_bytes (content),
                                           confab_span_from_bytes (salt), &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (sealed, envelope));

  opened = confab_envelope_open (&context, confab_span_from_bytes (content_key), confab_span_from_bytes (public_key),
                                 confab_span_from_bytes (envelope), &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (opened, content));
}

static void
check_chunks (ConfabAttachmentCipher *cipher,
              GBytes                 *file,
              GBytes                 *encrypted)
{
  gsize size = g_bytes_get_size (file);
  gsize chunk_size = confab_attachment_cipher_get_chunk_size (cipher);
  gsize position = CONFAB_ATTACHMENT_HEADER_LENGTH;
  gsize done = 0;

  g_assert_cmpuint (confab_attachment_cipher_get_encrypted_size (cipher, size), ==, g_bytes_get_size (encrypted));

  for (guint64 index = 0; index == 0 || done < size; index++)
    {
      gsize length = MIN (chunk_size, size - done);
      g_autoptr (GBytes) plain = g_bytes_new_from_bytes (file, done, length);
      g_autoptr (GBytes) expected = g_bytes_new_from_bytes (encrypted, position, length + CONFAB_ATTACHMENT_TAG_LENGTH);
      g_autoptr (GBytes) sealed = NULL;
      g_autoptr (GError) error = NULL;

      sealed = confab_attachment_cipher_seal_chunk (cipher, index, done + length == size,
                                                    confab_span_from_bytes (plain), &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (sealed, expected));
      done += length;
      position += length + CONFAB_ATTACHMENT_TAG_LENGTH;
    }
}

static void
check_attachment (JsonObject *test)
{
  g_autoptr (GBytes) key = get_hex (test, "key");
  g_autoptr (GBytes) salt = get_hex (test, "salt");
  g_autoptr (GBytes) file = get_hex (test, "file");
  g_autoptr (GBytes) encrypted = get_hex (test, "encrypted");
  g_autoptr (GBytes) hash = get_hex (test, "hash");
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_bytes (encrypted);
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (ConfabAttachmentCipher) cipher = NULL;
  g_autoptr (ConfabAttachment) attachment = NULL;
  g_autoptr (GBytes) decrypted = NULL;
  g_autoptr (GError) error = NULL;

  cipher = confab_attachment_cipher_new_with_salt (confab_span_from_bytes (key), confab_span_from_bytes (salt),
                                                   json_object_get_int_member (test, "chunkSize"));
  g_assert_true (confab_span_equal (confab_attachment_cipher_get_header (cipher),
                                    confab_span (g_bytes_get_data (encrypted, NULL), CONFAB_ATTACHMENT_HEADER_LENGTH)));
  check_chunks (cipher, file, encrypted);

  attachment = confab_attachment_new (confab_span_from_bytes (key), confab_span_from_bytes (hash),
                                      g_bytes_get_size (file), &error);
  g_assert_no_error (error);
  confab_attachment_decrypt (attachment, input, output, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_output_stream_close (output, NULL, NULL));
  decrypted = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (output));
  g_assert_true (g_bytes_equal (decrypted, file));
}

static void
check_recovery_key (JsonObject *test)
{
  g_autoptr (GBytes) key = get_hex (test, "key");
  g_autofree char *text = confab_recovery_key_format (confab_span_from_bytes (key));
  static const char *const forms[] = { "text", "sloppy" };
  g_autoptr (ConfabSecret) mistyped = NULL;
  g_autoptr (ConfabSecret) backup_key = NULL;
  g_autoptr (GBytes) key_id = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (text, ==, json_object_get_string_member (test, "text"));

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (ConfabSecret) parsed = NULL;

      parsed = confab_recovery_key_parse (json_object_get_string_member (test, forms[i]), &error);
      g_assert_no_error (error);
      assert_hex (confab_secret_span (parsed), json_object_get_string_member (test, "key"));
    }

  backup_key = confab_backup_derive_key (confab_span_from_bytes (key), &error);
  g_assert_no_error (error);
  assert_hex (confab_secret_span (backup_key), json_object_get_string_member (test, "backupKey"));
  key_id = confab_backup_get_key_id (confab_secret_span (backup_key), &error);
  g_assert_no_error (error);
  assert_hex (confab_span_from_bytes (key_id), json_object_get_string_member (test, "backupKeyId"));

  mistyped = confab_recovery_key_parse (json_object_get_string_member (test, "mistyped"), &error);
  g_assert_null (mistyped);
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_CHECKSUM);
}

static void
check_backup (JsonObject *test)
{
  const char *user_id = json_object_get_string_member (test, "userId");
  g_autoptr (GBytes) recovery_key = get_hex (test, "recoveryKey");
  g_autoptr (GBytes) salt = get_hex (test, "salt");
  g_autoptr (GBytes) entries = get_hex (test, "entries");
  g_autoptr (ConfabSecret) backup_key = NULL;
  g_autoptr (ConfabBackup) backup = confab_backup_new (user_id);
  g_autoptr (GBytes) segment = NULL;
  g_autoptr (GBytes) opened = NULL;
  g_autoptr (GError) error = NULL;

  backup_key = confab_backup_derive_key (confab_span_from_bytes (recovery_key), &error);
  g_assert_no_error (error);
  segment = confab_backup_segment_seal (user_id, confab_secret_span (backup_key), confab_span_from_bytes (salt),
                                        confab_span_from_bytes (entries), &error);
  g_assert_no_error (error);
  assert_hex (confab_span_from_bytes (segment), json_object_get_string_member (test, "segment"));

  opened = confab_backup_segment_open (user_id, confab_secret_span (backup_key), confab_span_from_bytes (segment),
                                       &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (opened, entries));

  confab_backup_open_segment (backup, confab_secret_span (backup_key), confab_span_from_bytes (segment), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (confab_backup_get_n_entries (backup), >, 0);
}

static const struct
{
  const char *path;
  const char *file;
  CheckCase   check;
} files[] = {
  { "/crypto/content-vectors/envelope", "envelope.json", check_envelope },
  { "/crypto/content-vectors/attachment", "attachment.json", check_attachment },
  { "/crypto/content-vectors/recovery-key", "recovery-key.json", check_recovery_key },
  { "/crypto/content-vectors/backup", "backup.json", check_backup },
};

static void
test_file (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (JsonParser) parser = json_parser_new ();
  const char *path = g_test_get_filename (G_TEST_DIST, "vectors", files[i].file, NULL);
  JsonArray *cases = NULL;
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  cases = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "cases");
  g_assert_cmpuint (json_array_get_length (cases), >, 0);

  for (guint j = 0; j < json_array_get_length (cases); j++)
    {
      JsonObject *test = json_array_get_object_element (cases, j);

      g_test_message ("%s", json_object_get_string_member (test, "name"));
      files[i].check (test);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    g_test_add_data_func (files[i].path, GUINT_TO_POINTER (i), test_file);

  return g_test_run ();
}
