/* test-backup.c: what a new device gets back, and what a server could try
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-backup-segment.h"
#include "confab-backup.h"
#include "confab-byte-writer.h"
#include "confab-crypto-provider.h"
#include "confab-recovery-key.h"

typedef struct
{
  ConfabSecret *backup_key;
  ConfabBackup *backup;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (ConfabSecret) recovery_key = confab_recovery_key_new ();
  g_autoptr (GError) error = NULL;

  fixture->backup_key = confab_backup_derive_key (confab_secret_span (recovery_key), &error);
  g_assert_no_error (error);
  g_assert_false (confab_secret_equal (fixture->backup_key, recovery_key));
  fixture->backup = confab_backup_new ("anna");
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_pointer (&fixture->backup_key, confab_secret_unref);
  g_clear_pointer (&fixture->backup, confab_backup_unref);
}

/* A key that tells which epoch it is of. */
static ConfabSecret *
key_of (guint64 epoch)
{
  ConfabSecret *key = confab_secret_new (32);

  memcpy (confab_secret_get_writable (key), &epoch, sizeof epoch);

  return key;
}

static void
add_keys (ConfabBackup *backup,
          const char   *room_id,
          guint64       first,
          guint64       end)
{
  for (guint64 epoch = first; epoch < end; epoch++)
    {
      g_autoptr (ConfabSecret) key = key_of (epoch);
      g_autoptr (GError) error = NULL;

      confab_backup_add_key (backup, room_id, epoch, confab_secret_span (key), &error);
      g_assert_no_error (error);
    }
}

static void
assert_keys (ConfabBackup *backup,
             const char   *room_id,
             guint64       first,
             guint64       end)
{
  for (guint64 epoch = first; epoch < end; epoch++)
    {
      g_autoptr (ConfabSecret) expected = key_of (epoch);
      ConfabSecret *key = confab_backup_lookup_key (backup, room_id, epoch);

      g_assert_nonnull (key);
      g_assert_true (confab_secret_equal (key, expected));
    }
}

static GPtrArray *
seal (Fixture *fixture,
      guint    since)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *segments = confab_backup_seal (fixture->backup, confab_secret_span (fixture->backup_key), since, &error);

  g_assert_no_error (error);
  return segments;
}

static void
open_all (Fixture      *fixture,
          ConfabBackup *backup,
          GPtrArray    *segments)
{
  for (guint i = 0; i < segments->len; i++)
    {
      g_autoptr (GError) error = NULL;

      confab_backup_open_segment (backup, confab_secret_span (fixture->backup_key),
                                  confab_span_from_bytes (g_ptr_array_index (segments, i)), &error);
      g_assert_no_error (error);
    }
}

static void
test_new_device (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (ConfabSecret) account_key = confab_secret_new_random (CONFAB_BACKUP_ACCOUNT_KEY_LENGTH);
  g_autoptr (ConfabBackup) restored = confab_backup_new ("anna");
  g_autoptr (GPtrArray) segments = NULL;

  confab_backup_set_account_key (fixture->backup, confab_secret_span (account_key), NULL);
  add_keys (fixture->backup, "one room", 0, 10);
  add_keys (fixture->backup, "r\xc3\xb6\xc3\xb6m", 3, 7);

  segments = seal (fixture, 0);
  g_assert_cmpuint (segments->len, ==, 1);
  open_all (fixture, restored, segments);

  g_assert_true (confab_secret_equal (confab_backup_get_account_key (restored), account_key));
  assert_keys (restored, "one room", 0, 10);
  assert_keys (restored, "r\xc3\xb6\xc3\xb6m", 3, 7);
  g_assert_cmpuint (confab_backup_get_n_entries (restored), ==, 15);
  g_assert_null (confab_backup_lookup_key (restored, "one room", 10));
  g_assert_null (confab_backup_lookup_key (restored, "another room", 0));
}

static void
test_incremental (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (ConfabBackup) restored = confab_backup_new ("anna");
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) second = NULL;
  g_autoptr (GPtrArray) nothing = NULL;

  add_keys (fixture->backup, "room", 0, 3);
  first = seal (fixture, 0);
  guint saved = confab_backup_get_n_entries (fixture->backup);

  nothing = seal (fixture, saved);
  g_assert_cmpuint (nothing->len, ==, 0);

  /* What is there already is nothing new. */
  add_keys (fixture->backup, "room", 0, 5);
  g_assert_cmpuint (confab_backup_get_n_entries (fixture->backup), ==, 5);
  second = seal (fixture, saved);
  g_assert_cmpuint (second->len, ==, 1);

  /* In the other order, and one of them twice. */
  open_all (fixture, restored, second);
  g_assert_cmpuint (confab_backup_get_n_entries (restored), ==, 2);
  open_all (fixture, restored, first);
  open_all (fixture, restored, second);
  g_assert_cmpuint (confab_backup_get_n_entries (restored), ==, 5);
  assert_keys (restored, "room", 0, 5);
}

static void
test_large (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (ConfabBackup) restored = confab_backup_new ("anna");
  g_autoptr (GPtrArray) segments = NULL;
  guint64 n_keys = 40000;

  add_keys (fixture->backup, "01JD0000000000000000000R00", 0, n_keys);
  segments = seal (fixture, 0);
  g_assert_cmpuint (segments->len, ==, 3);
  for (guint i = 0; i < segments->len; i++)
    g_assert_cmpuint (g_bytes_get_size (g_ptr_array_index (segments, i)), <=, CONFAB_BACKUP_MAX_SEGMENT);

  open_all (fixture, restored, segments);
  assert_keys (restored, "01JD0000000000000000000R00", 0, n_keys);
}

static void
assert_refused (Fixture          *fixture,
                ConfabBackup     *backup,
                ConfabSpan        segment,
                ConfabCryptoError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (confab_backup_open_segment (backup, confab_secret_span (fixture->backup_key), segment, &error));
  g_assert_error (error, CONFAB_CRYPTO_ERROR, (int) code);
}

static void
test_every_bit_counts (Fixture      *fixture,
                       gconstpointer data)
{
  g_autoptr (GPtrArray) segments = NULL;
  g_autofree guint8 *changed = NULL;
  gsize length = 0;

  add_keys (fixture->backup, "room", 0, 1);
  segments = seal (fixture, 0);
  length = g_bytes_get_size (segments->pdata[0]);
  changed = g_memdup2 (g_bytes_get_data (segments->pdata[0], NULL), length);

  for (gsize bit = 0; bit < 8 * length; bit++)
    {
      ConfabCryptoError expected = bit < 8       ? CONFAB_CRYPTO_ERROR_UNSUPPORTED
                                   : bit < 8 * 9 ? CONFAB_CRYPTO_ERROR_MISMATCH
                                                 : CONFAB_CRYPTO_ERROR_AUTHENTICATION;

      changed[bit / 8] ^= 1 << (bit % 8);
      assert_refused (fixture, fixture->backup, confab_span (changed, length), expected);
      changed[bit / 8] ^= 1 << (bit % 8);
    }

  for (gsize cut = 0; cut < length; cut++)
    assert_refused (fixture, fixture->backup, confab_span (changed, cut),
                    cut < 1 + 8 + 16 + 128 + 16 ? CONFAB_CRYPTO_ERROR_MALFORMED : CONFAB_CRYPTO_ERROR_AUTHENTICATION);
}

static void
test_other_recovery_key (Fixture      *fixture,
                         gconstpointer data)
{
  g_autoptr (GPtrArray) segments = NULL;
  g_autoptr (GBytes) segment = NULL;

  add_keys (fixture->backup, "room", 0, 1);
  segments = seal (fixture, 0);
  segment = g_bytes_ref (segments->pdata[0]);

  confab_secret_get_writable (fixture->backup_key)[0] ^= 1;
  assert_refused (fixture, fixture->backup, confab_span_from_bytes (segment), CONFAB_CRYPTO_ERROR_MISMATCH);
}

static void
test_other_user (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (ConfabBackup) other = confab_backup_new ("bert");
  g_autoptr (GPtrArray) segments = NULL;

  add_keys (fixture->backup, "room", 0, 1);
  segments = seal (fixture, 0);
  assert_refused (fixture, other, confab_span_from_bytes (segments->pdata[0]), CONFAB_CRYPTO_ERROR_AUTHENTICATION);
}

static void
test_contradictions (Fixture      *fixture,
                     gconstpointer data)
{
  g_autoptr (ConfabSecret) one = confab_secret_new_random (32);
  g_autoptr (ConfabSecret) other = confab_secret_new_random (32);
  g_autoptr (GError) error = NULL;

  g_assert_true (confab_backup_set_account_key (fixture->backup, confab_secret_span (one), NULL));
  g_assert_true (confab_backup_set_account_key (fixture->backup, confab_secret_span (one), NULL));
  g_assert_false (confab_backup_set_account_key (fixture->backup, confab_secret_span (other), &error));
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MISMATCH);
  g_clear_error (&error);

  g_assert_true (confab_backup_add_key (fixture->backup, "room", 1, confab_secret_span (one), NULL));
  g_assert_false (confab_backup_add_key (fixture->backup, "room", 1, confab_secret_span (other), &error));
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MISMATCH);
  g_assert_true (confab_secret_equal (confab_backup_lookup_key (fixture->backup, "room", 1), one));
}

/* Sealed with the right key, but not what this version writes. */
static void
test_entries (Fixture      *fixture,
              gconstpointer data)
{
  static const guint8 salt[CONFAB_BACKUP_SALT_LENGTH] = { 7 };
  static const guint8 zeroes[64] = { 0 };
  const struct { const char *start; gsize start_length; gsize n_zeroes; ConfabCryptoError code; } wrong[] = {
    { "\x00", 1, 32, CONFAB_CRYPTO_ERROR_UNSUPPORTED },
    { "\x03", 1, 32, CONFAB_CRYPTO_ERROR_UNSUPPORTED },
    { "\x01", 1, 31, CONFAB_CRYPTO_ERROR_INVALID_LENGTH },
    { "\x02", 1, 0, CONFAB_CRYPTO_ERROR_MALFORMED },
    { "\x02\x00\x00", 3, 40, CONFAB_CRYPTO_ERROR_INVALID_LENGTH },
    { "\x02\xff\xff", 3, 60, CONFAB_CRYPTO_ERROR_MALFORMED },
    { "\x02\x00\x01r", 4, 39, CONFAB_CRYPTO_ERROR_MALFORMED },
    { "\x02\x00\x02\xff\xff", 5, 40, CONFAB_CRYPTO_ERROR_MALFORMED },
    { "\x02\x00\x02r\x00", 5, 40, CONFAB_CRYPTO_ERROR_MALFORMED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GByteArray) entries = g_byte_array_new ();
      g_autoptr (GBytes) segment = NULL;
      g_autoptr (GError) error = NULL;

      g_byte_array_append (entries, (const guint8 *) wrong[i].start, wrong[i].start_length);
      g_byte_array_append (entries, zeroes, wrong[i].n_zeroes);
      segment = confab_backup_segment_seal ("anna", confab_secret_span (fixture->backup_key),
                                            confab_span (salt, sizeof salt), confab_span_from_array (entries), &error);
      g_assert_no_error (error);
      assert_refused (fixture, fixture->backup, confab_span_from_bytes (segment), wrong[i].code);
    }
}

static void
collect (const char   *room_id,
         guint64       epoch,
         ConfabSecret *key,
         gpointer      user_data)
{
  g_string_append_printf (user_data, "%s/%" G_GUINT64_FORMAT " ", room_id, epoch);
}

static void
test_foreach (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (ConfabSecret) account_key = confab_secret_new_random (CONFAB_BACKUP_ACCOUNT_KEY_LENGTH);
  g_autoptr (GString) seen = g_string_new (NULL);

  add_keys (fixture->backup, "b", 1, 3);
  confab_backup_set_account_key (fixture->backup, confab_secret_span (account_key), NULL);
  add_keys (fixture->backup, "a", 0, 1);
  confab_backup_foreach_key (fixture->backup, collect, seen);
  g_assert_cmpstr (seen->str, ==, "b/1 b/2 a/0 ");
}

int
main (int   argc,
      char *argv[])
{
  static const struct { const char *path; void (*function) (Fixture *, gconstpointer); } tests[] = {
    { "/crypto/backup/new-device", test_new_device },
    { "/crypto/backup/incremental", test_incremental },
    { "/crypto/backup/large", test_large },
    { "/crypto/backup/every-bit-counts", test_every_bit_counts },
    { "/crypto/backup/other-recovery-key", test_other_recovery_key },
    { "/crypto/backup/other-user", test_other_user },
    { "/crypto/backup/contradictions", test_contradictions },
    { "/crypto/backup/entries", test_entries },
    { "/crypto/backup/foreach", test_foreach },
  };

  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].function, tear_down);

  return g_test_run ();
}
