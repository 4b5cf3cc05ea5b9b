/* out-buffer.h: bytes on their way out that the kernel has not taken
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Holds no memory while it is empty; a small one borrows from the poller's spare buffers.
 */
#pragma once

#include "net/poller.h"

G_BEGIN_DECLS

typedef struct
{
  guint8 *bytes;
  gsize start;
  gsize end;
  gsize allocated;
} OutBuffer;

void out_buffer_append (OutBuffer *self, Poller *poller, gconstpointer bytes, gsize length);
/* Forgets what was sent. */
void out_buffer_consume (OutBuffer *self, Poller *poller, gsize length);
void out_buffer_clear (OutBuffer *self, Poller *poller);

static inline gsize
out_buffer_length (const OutBuffer *self)
{
  return self->end - self->start;
}

G_END_DECLS
