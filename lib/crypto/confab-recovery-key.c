/* confab-recovery-key.c: the one secret that a person keeps on paper
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The format is specified in docs/encryption.md, "Recovery key".
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-recovery-key.h"

#include <sodium.h>

#include "confab-crypto-error.h"

/* A version byte, 32 bytes of key and two of checksum are 280 bits: 56 characters exactly, without padding. */
#define RECOVERY_KEY_VERSION 1
#define RECOVERY_KEY_CHECKSUM_LENGTH 2
#define RECOVERY_KEY_CODE_LENGTH (1 + CONFAB_RECOVERY_KEY_LENGTH + RECOVERY_KEY_CHECKSUM_LENGTH)
#define RECOVERY_KEY_CHARACTERS (CONFAB_RECOVERY_KEY_GROUPS * CONFAB_RECOVERY_KEY_GROUP_LENGTH)
#define RECOVERY_KEY_CHECKSUM_LABEL "confab recovery key"

/* Longest text that is looked at: every character might be followed by a separator of several bytes. */
#define RECOVERY_KEY_MAX_TEXT 1024

G_STATIC_ASSERT (RECOVERY_KEY_CODE_LENGTH * 8 == RECOVERY_KEY_CHARACTERS * 5);

/* Crockford's alphabet: no I, L, O and U, so that what is read from paper cannot be taken for something else. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void
make_checksum (const guint8 *code,
               guint8        checksum[RECOVERY_KEY_CHECKSUM_LENGTH])
{
  guint8 hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_state state;
  ConfabSpan label = confab_span_from_string (RECOVERY_KEY_CHECKSUM_LABEL);

  crypto_hash_sha256_init (&state);
  crypto_hash_sha256_update (&state, label.data, label.length);
  crypto_hash_sha256_update (&state, code, 1 + CONFAB_RECOVERY_KEY_LENGTH);
  crypto_hash_sha256_final (&state, hash);

  memcpy (checksum, hash, RECOVERY_KEY_CHECKSUM_LENGTH);
  sodium_memzero (&state, sizeof state);
}

/**
 * confab_recovery_key_new:
 *
 * Returns: (transfer full): a new random recovery key
 *
 * Since: 0.1
 */
ConfabSecret *
confab_recovery_key_new (void)
{
  return confab_secret_new_random (CONFAB_RECOVERY_KEY_LENGTH);
}

/**
 * confab_recovery_key_format:
 * @key: a recovery key, %CONFAB_RECOVERY_KEY_LENGTH bytes
 *
 * Writes the key down for a person: %CONFAB_RECOVERY_KEY_GROUPS groups of %CONFAB_RECOVERY_KEY_GROUP_LENGTH letters
 * and digits with hyphens between them. The text is as secret as the key; widgets that show it copy it anyway, so it
 * lies in ordinary memory.
 *
 * Returns: (transfer full): the text
 *
 * Since: 0.1
 */
char *
confab_recovery_key_format (ConfabSpan key)
{
  g_autoptr (ConfabSecret) code = NULL;
  GString *text = NULL;
  guint8 *bytes = NULL;

  g_return_val_if_fail (key.length == CONFAB_RECOVERY_KEY_LENGTH, NULL);

  code = confab_secret_new (RECOVERY_KEY_CODE_LENGTH);
  bytes = confab_secret_get_writable (code);
  bytes[0] = RECOVERY_KEY_VERSION;
  memcpy (bytes + 1, key.data, key.length);
  make_checksum (bytes, bytes + 1 + CONFAB_RECOVERY_KEY_LENGTH);

  text = g_string_sized_new (RECOVERY_KEY_CHARACTERS + CONFAB_RECOVERY_KEY_GROUPS);
  for (guint i = 0; i < RECOVERY_KEY_CHARACTERS; i++)
    {
      guint bit = 5 * i;
      guint wide = bytes[bit / 8] << 8 | (bit / 8 + 1 < RECOVERY_KEY_CODE_LENGTH ? bytes[bit / 8 + 1] : 0);

      if (i > 0 && i % CONFAB_RECOVERY_KEY_GROUP_LENGTH == 0)
        g_string_append_c (text, '-');
      g_string_append_c (text, alphabet[(wide >> (11 - bit % 8)) & 31]);
    }

  return g_string_free_and_steal (text);
}

static gboolean
is_separator (gunichar character)
{
  switch (g_unichar_type (character))
    {
    case G_UNICODE_DASH_PUNCTUATION:
    case G_UNICODE_SPACE_SEPARATOR:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
      return TRUE;
    default:
      return character == '.' || character == '_' || character == 0x2212 /* the minus sign */;
    }
}

/* The value of a character as people type and fonts show it, or -1. */
static int
character_value (gunichar character)
{
  const char *found = NULL;

  if (character >= 128)
    return -1;

  switch (g_ascii_toupper (character))
    {
    case 'O':
      return 0;
    case 'I':
    case 'L':
      return 1;
    default:
      found = strchr (alphabet, g_ascii_toupper (character));
      return character != '\0' && found != NULL ? (int) (found - alphabet) : -1;
    }
}

/* Fills @code and counts the characters, also those past its end. */
static gboolean
decode_text (const char *text,
             guint8     *code,
             guint      *n_characters,
             GError    **error)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);
      int value = character_value (character);

      if (value < 0 && is_separator (character))
        continue;

      if (value < 0)
        {
          g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MALFORMED,
                       "Character %u of the recovery key is none that recovery keys have", *n_characters + 1);
          return FALSE;
        }

      if (*n_characters < RECOVERY_KEY_CHARACTERS)
        {
          guint bit = 5 * *n_characters;
          guint wide = (guint) value << (11 - bit % 8);

          code[bit / 8] |= wide >> 8;
          if (bit / 8 + 1 < RECOVERY_KEY_CODE_LENGTH)
            code[bit / 8 + 1] |= wide & 0xff;
        }
      (*n_characters)++;
    }

  return TRUE;
}

static gboolean
check_code (const guint8 *code,
            guint         n_characters,
            GError      **error)
{
  guint8 checksum[RECOVERY_KEY_CHECKSUM_LENGTH];

  if (n_characters != RECOVERY_KEY_CHARACTERS)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
                   "A recovery key has %d letters and digits; these are %u", RECOVERY_KEY_CHARACTERS, n_characters);
      return FALSE;
    }

  make_checksum (code, checksum);
  if (sodium_memcmp (checksum, code + 1 + CONFAB_RECOVERY_KEY_LENGTH, sizeof checksum) != 0)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_CHECKSUM,
                           "The recovery key is mistyped somewhere");
      return FALSE;
    }

  /* After the checksum: a slip in the first character is a slip, not a newer version. */
  if (code[0] != RECOVERY_KEY_VERSION)
    {
      g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_UNSUPPORTED,
                   "The recovery key is of kind %u, which this version does not know", code[0]);
      return FALSE;
    }

  return TRUE;
}

/**
 * confab_recovery_key_parse:
 * @text: what a person typed or pasted
 * @error: return location for an error
 *
 * Reads a recovery key. Letters may be small; O counts as 0, and I and L as 1; spaces, line breaks and dashes of
 * every kind may be anywhere or nowhere.
 *
 * Returns: (transfer full): the key, or %NULL with %CONFAB_CRYPTO_ERROR_MALFORMED for a character that no recovery
 *   key has, %CONFAB_CRYPTO_ERROR_INVALID_LENGTH for too few or too many, %CONFAB_CRYPTO_ERROR_CHECKSUM for a slip,
 *   %CONFAB_CRYPTO_ERROR_UNSUPPORTED for a key of another version
 *
 * Since: 0.1
 */
ConfabSecret *
confab_recovery_key_parse (const char  *text,
                           GError     **error)
{
  g_autoptr (ConfabSecret) code = confab_secret_new (RECOVERY_KEY_CODE_LENGTH);
  guint8 *bytes = confab_secret_get_writable (code);
  guint n_characters = 0;

  g_return_val_if_fail (text != NULL, NULL);

  if (strnlen (text, RECOVERY_KEY_MAX_TEXT + 1) > RECOVERY_KEY_MAX_TEXT)
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TOO_LARGE,
                           "The text is too long for a recovery key");
      return NULL;
    }

  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error_literal (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MALFORMED, "The text is not UTF-8");
      return NULL;
    }

  if (!decode_text (text, bytes, &n_characters, error) || !check_code (bytes, n_characters, error))
    return NULL;

  return confab_secret_new_copy (confab_span (bytes + 1, CONFAB_RECOVERY_KEY_LENGTH));
}
