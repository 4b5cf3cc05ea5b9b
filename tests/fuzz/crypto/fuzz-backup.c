/* fuzz-backup.c: segments from the server, and entries as somebody with the key could write them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-backup-segment.h"
#include "confab-backup.h"
#include "fuzz.h"

static const guint8 key[CONFAB_BACKUP_KEY_LENGTH] = { 1 };
static const guint8 salt[CONFAB_BACKUP_SALT_LENGTH] = { 2 };

/* What was read is written and read again as the same number of entries. */
static void
check_round_trip (ConfabBackup *backup)
{
  g_autoptr (ConfabBackup) again = confab_backup_new ("anna");
  g_autoptr (GPtrArray) segments = confab_backup_seal (backup, confab_span (key, sizeof key), 0, NULL);

  for (guint i = 0; i < segments->len; i++)
    g_assert_true (confab_backup_open_segment (again, confab_span (key, sizeof key),
                                               confab_span_from_bytes (g_ptr_array_index (segments, i)), NULL));

  g_assert_cmpuint (confab_backup_get_n_entries (again), ==, confab_backup_get_n_entries (backup));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  ConfabSpan input = confab_span (data, size);
  ConfabSpan key_span = confab_span (key, sizeof key);
  g_autoptr (ConfabBackup) backup = confab_backup_new ("anna");
  g_autoptr (GBytes) segment = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (confab_backup_open_segment (backup, key_span, input, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  segment = confab_backup_segment_seal ("anna", key_span, confab_span (salt, sizeof salt), input, NULL);
  if (confab_backup_open_segment (backup, key_span, confab_span_from_bytes (segment), &error))
    check_round_trip (backup);
  else
    g_assert_nonnull (error);

  return 0;
}
