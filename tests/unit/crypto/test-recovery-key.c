/* test-recovery-key.c: what people do to a key between paper and keyboard
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-crypto-error.h"
#include "confab-recovery-key.h"

static void
assert_refused (const char       *text,
                ConfabCryptoError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabSecret) key = confab_recovery_key_parse (text, &error);

  g_assert_null (key);
  g_assert_error (error, CONFAB_CRYPTO_ERROR, (int) code);
}

static void
test_round_trip (void)
{
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (ConfabSecret) key = confab_recovery_key_new ();
      g_autofree char *text = confab_recovery_key_format (confab_secret_span (key));
      g_autoptr (ConfabSecret) parsed = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (strlen (text), ==, 14 * 4 + 13);
      parsed = confab_recovery_key_parse (text, &error);
      g_assert_no_error (error);
      g_assert_true (confab_secret_equal (key, parsed));
    }
}

static char *
replaced (const char *text,
          const char *find,
          const char *replacement)
{
  GString *string = g_string_new (text);

  g_string_replace (string, find, replacement, 0);

  return g_string_free_and_steal (string);
}

static void
test_tolerance (void)
{
  static const guint8 bytes[CONFAB_RECOVERY_KEY_LENGTH] = { 0x00, 0x42, 0x10, 0x84, 0x21 };
  g_autofree char *text = confab_recovery_key_format (confab_span (bytes, sizeof bytes));
  g_autofree char *lower = g_ascii_strdown (text, -1);
  g_autofree char *bare = replaced (text, "-", "");
  g_autofree char *spaces = replaced (text, "-", "   ");
  g_autofree char *dashes = replaced (text, "-", "\xe2\x80\x94"); /* what word processors make of a hyphen */
  g_autofree char *invisible = replaced (text, "-", "\xc2\xa0\xe2\x80\x8b\r\n\t");
  g_autofree char *letters = replaced (text, "0", "o");
  g_autofree char *strokes = replaced (text, "1", "I");
  g_autofree char *small_strokes = replaced (text, "1", "l");
  g_autofree char *surrounded = g_strconcat ("\n  ", text, " \n", NULL);
  const char *forms[] = { text, lower, bare, spaces, dashes, invisible, letters, strokes, small_strokes, surrounded };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ConfabSecret) key = confab_recovery_key_parse (forms[i], &error);

      g_assert_no_error (error);
      g_assert_cmpmem (confab_secret_get_data (key, NULL), confab_secret_get_length (key), bytes, sizeof bytes);
    }
}

/* Two bytes of checksum let one slip in 65,536 through, and the backup would then not open. So nearly all single
 * slips are found, and each of these is. */
static void
test_slips (void)
{
  static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  static const guint8 bytes[CONFAB_RECOVERY_KEY_LENGTH] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 };
  g_autofree char *text = confab_recovery_key_format (confab_span (bytes, sizeof bytes));
  guint n_slips = 0;
  guint n_found = 0;

  for (char *at = text; *at != '\0'; at++)
    {
      char right = *at;

      for (guint i = 0; right != '-' && i < 32; i++)
        {
          g_autoptr (ConfabSecret) key = NULL;

          if (alphabet[i] == right)
            continue;

          *at = alphabet[i];
          key = confab_recovery_key_parse (text, NULL);
          n_slips++;
          n_found += key == NULL;
        }
      *at = right;
    }

  g_assert_cmpuint (n_slips, ==, 56 * 31);
  g_assert_cmpuint (n_found, ==, n_slips);
}

static void
test_swapped_groups (void)
{
  static const guint8 bytes[CONFAB_RECOVERY_KEY_LENGTH] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 };
  g_autofree char *text = confab_recovery_key_format (confab_span (bytes, sizeof bytes));
  char group[4];

  memcpy (group, text, 4);
  memcpy (text, text + 5, 4);
  memcpy (text + 5, group, 4);
  assert_refused (text, CONFAB_CRYPTO_ERROR_CHECKSUM);
}

static void
test_refusals (void)
{
  g_autoptr (ConfabSecret) key = confab_recovery_key_new ();
  g_autofree char *text = confab_recovery_key_format (confab_secret_span (key));
  g_autofree char *longer = g_strconcat (text, "0", NULL);
  g_autofree char *twice = g_strconcat (text, " ", text, NULL);
  g_autofree char *shorter = g_strndup (text, strlen (text) - 1);
  g_autofree char *with_u = g_strdup (text);
  g_autofree char *with_umlaut = g_strconcat ("\xc3\xb6", text, NULL);
  g_autofree char *not_utf8 = g_strconcat (text, "\xff", NULL);
  g_autofree char *endless = g_strnfill (5000, ' ');

  with_u[3] = 'U';
  assert_refused ("", CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
  assert_refused ("----", CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
  assert_refused (longer, CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
  assert_refused (twice, CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
  assert_refused (shorter, CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
  assert_refused (with_u, CONFAB_CRYPTO_ERROR_MALFORMED);
  assert_refused (with_umlaut, CONFAB_CRYPTO_ERROR_MALFORMED);
  assert_refused (not_utf8, CONFAB_CRYPTO_ERROR_MALFORMED);
  assert_refused (endless, CONFAB_CRYPTO_ERROR_TOO_LARGE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/crypto/recovery-key/round-trip", test_round_trip);
  g_test_add_func ("/crypto/recovery-key/tolerance", test_tolerance);
  g_test_add_func ("/crypto/recovery-key/slips", test_slips);
  g_test_add_func ("/crypto/recovery-key/swapped-groups", test_swapped_groups);
  g_test_add_func ("/crypto/recovery-key/refusals", test_refusals);

  return g_test_run ();
}
