/* fuzz-recovery-key.c: what is taken for a recovery key is written as the same one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-recovery-key.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *written = NULL;
  g_autoptr (ConfabSecret) key = NULL;
  g_autoptr (ConfabSecret) again = NULL;
  g_autoptr (GError) error = NULL;

  key = confab_recovery_key_parse (text, &error);
  g_assert_true ((key == NULL) == (error != NULL));

  if (key != NULL)
    {
      written = confab_recovery_key_format (confab_secret_span (key));
      again = confab_recovery_key_parse (written, NULL);
      g_assert_true (again != NULL && confab_secret_equal (key, again));
    }

  return 0;
}
