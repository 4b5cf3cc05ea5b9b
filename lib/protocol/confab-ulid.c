/* confab-ulid.c: identifiers that sort by the time they were made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-protocol"

#include "config.h"

#include "protocol/confab-ulid.h"

#include <sodium.h>
#include <string.h>

/* As https://github.com/ulid/spec has it: 48 bits of milliseconds, 80 random bits, written in Crockford's base 32. */

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void
encode (char *text, guint64 value, guint digits)
{
  while (digits--)
    {
      text[digits] = alphabet[value & 31];
      value >>= 5;
    }
}

static int
decode (char c)
{
  const char *at = c ? strchr (alphabet, c) : NULL;

  return at ? (int) (at - alphabet) : -1;
}

/**
 * confab_ulid_generate:
 * @ulid: (out caller-allocates): room for 27 bytes
 *
 * Makes an identifier that sorts behind all that this process made before. Within one millisecond the random part of
 * the last one is counted up, so identifiers of one process are ordered but can be guessed from each other: they are
 * names, not secrets. When the clock is set back, the last millisecond goes on.
 *
 * Since: 0.1
 */
void
confab_ulid_generate (char ulid[CONFAB_ULID_LENGTH + 1])
{
  static GMutex lock;
  static gint64 last;
  static guint64 high, low;  /* 40 bits each */
  const guint64 mask = (G_GUINT64_CONSTANT (1) << 40) - 1;
  gint64 now = g_get_real_time () / 1000;

  g_mutex_lock (&lock);
  if (now > last)
    {
      guint64 random[2];
      randombytes_buf (random, sizeof random);
      /* The top bit stays 0, so that counting up does not run out. */
      high = random[0] & (mask >> 1);
      low = random[1] & mask;
      last = now;
    }
  else
    {
      low = (low + 1) & mask;
      if (low == 0)
        high++;
    }
  encode (ulid, last, 10);
  encode (ulid + 10, high, 8);
  encode (ulid + 18, low, 8);
  g_mutex_unlock (&lock);
  ulid[CONFAB_ULID_LENGTH] = '\0';
}

/**
 * confab_ulid_new:
 *
 * Returns: (transfer full): an identifier as confab_ulid_generate() makes it
 *
 * Since: 0.1
 */
char *
confab_ulid_new (void)
{
  char *ulid = g_malloc (CONFAB_ULID_LENGTH + 1);

  confab_ulid_generate (ulid);
  return ulid;
}

/**
 * confab_ulid_is_valid:
 * @ulid: (nullable): a text
 *
 * Returns: whether it has the one form that identifiers are written in: 26 characters, upper case
 *
 * Since: 0.1
 */
gboolean
confab_ulid_is_valid (const char *ulid)
{
  if (!ulid || *ulid > '7')
    return FALSE;
  for (guint i = 0; i < CONFAB_ULID_LENGTH; i++)
    if (decode (ulid[i]) < 0)
      return FALSE;
  return ulid[CONFAB_ULID_LENGTH] == '\0';
}

/**
 * confab_ulid_get_time:
 * @ulid: a valid identifier
 *
 * Returns: when it was made, in milliseconds since 1970 UTC
 *
 * Since: 0.1
 */
gint64
confab_ulid_get_time (const char *ulid)
{
  gint64 time = 0;

  g_return_val_if_fail (confab_ulid_is_valid (ulid), 0);

  for (guint i = 0; i < 10; i++)
    time = time * 32 + decode (ulid[i]);
  return time;
}
