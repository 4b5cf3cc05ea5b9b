/* progress.h: how far a long command is, for whoever waits at a terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *what;
  gboolean shown;        /* standard error is a terminal */
  gboolean written;
  guint64 count;
  gint64 next;           /* when to write again */
} Progress;

void progress_begin (Progress *self, const char *what);
void progress_advance (Progress *self);
/* Takes the line away; may be called again. */
void progress_end (Progress *self);

G_END_DECLS
