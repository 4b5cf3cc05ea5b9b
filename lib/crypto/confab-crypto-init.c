/* confab-crypto-init.c: libsodium made ready before its first use
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-crypto-init.h"

#include <sodium.h>

/*
 * confab_crypto_init:
 *
 * Callable from any thread, any number of times. Every entry to this folder that can be somebody's
 * first calls it, so that programs need not.
 */
void
confab_crypto_init (void)
{
  static gsize ready = 0;

  if (g_once_init_enter (&ready))
    {
      if (sodium_init () < 0)
        g_error ("libsodium cannot be initialised: no source of randomness");

      g_once_init_leave (&ready, 1);
    }
}
