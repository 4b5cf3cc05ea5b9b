/* confab-backoff.c: how long to wait before the next try
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-backoff.h"

#define FIRST_DELAY 1000
#define LONGEST_DELAY (60 * 1000)
#define LONGEST_ASKED 300.0

guint
confab_backoff_next (ConfabBackoff *self, double chance, double at_least)
{
  guint delay = MIN (LONGEST_DELAY, FIRST_DELAY << MIN (self->tries, 6));

  self->tries++;
  delay = delay / 2 + (guint) (chance * (delay / 2));
  /* Never before the time that was asked for, and even then not all at once. */
  return delay + (guint) (CLAMP (at_least, 0.0, LONGEST_ASKED) * 1000);
}

void
confab_backoff_reset (ConfabBackoff *self)
{
  self->tries = 0;
}
