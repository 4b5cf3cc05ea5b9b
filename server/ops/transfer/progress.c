/* progress.c: how far a long command is, for whoever waits at a terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ops/transfer/progress.h"

#include <unistd.h>

#define INTERVAL (G_USEC_PER_SEC / 4)
/* Asking for the time costs more than most entries. */
#define ASK_EVERY 256

void
progress_begin (Progress *self, const char *what)
{
  *self = (Progress) { .what = what, .shown = isatty (STDERR_FILENO) };
}

void
progress_advance (Progress *self)
{
  gint64 now = 0;

  self->count++;
  if (!self->shown || self->count % ASK_EVERY != 0)
    return;
  now = g_get_monotonic_time ();
  if (now < self->next)
    return;
  self->next = now + INTERVAL;
  self->written = TRUE;
  g_printerr ("\r%s: %" G_GUINT64_FORMAT, self->what, self->count);
}

void
progress_end (Progress *self)
{
  /* ESC [ K: what is right of it is erased. */
  if (self->written)
    g_printerr ("\r\033[K");
  self->written = FALSE;
}
