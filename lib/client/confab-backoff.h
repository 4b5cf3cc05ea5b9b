/* confab-backoff.h: how long to wait before the next try
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exponential with jitter, so that the clients of a server that went away do not all come back in the same instant: see
 * "equal jitter" in M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint tries;
} ConfabBackoff;

/* Milliseconds. chance: from 0 to 1, g_random_double () outside tests. at_least: what the other side asked for, in
 * seconds, or 0. */
guint confab_backoff_next (ConfabBackoff *self, double chance, double at_least);
void confab_backoff_reset (ConfabBackoff *self);

G_END_DECLS
