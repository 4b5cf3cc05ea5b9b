/* out-buffer.c: bytes on their way out that the kernel has not taken
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/out-buffer.h"

#include <string.h>

void
out_buffer_clear (OutBuffer *self, Poller *poller)
{
  if (self->allocated == POLLER_BUFFER_SIZE)
    poller_give_buffer (poller, self->bytes);
  else
    g_free (self->bytes);
  *self = (OutBuffer) { NULL };
}

static void
out_buffer_make_room (OutBuffer *self, Poller *poller, gsize length)
{
  gsize waiting = out_buffer_length (self);
  gsize wanted = POLLER_BUFFER_SIZE;
  guint8 *larger;

  if (self->end + length <= self->allocated)
    return;

  /* Half empty in front is room enough; moving less than that again and again would not be. */
  if (waiting + length <= self->allocated && self->start >= self->allocated / 2)
    {
      memmove (self->bytes, self->bytes + self->start, waiting);
      self->start = 0;
      self->end = waiting;
      return;
    }

  while (wanted < waiting + length)
    wanted *= 2;
  if (wanted == self->allocated)
    wanted *= 2;
  larger = wanted == POLLER_BUFFER_SIZE ? poller_take_buffer (poller) : g_malloc (wanted);
  if (waiting > 0)
    memcpy (larger, self->bytes + self->start, waiting);
  out_buffer_clear (self, poller);
  *self = (OutBuffer) { .bytes = larger, .end = waiting, .allocated = wanted };
}

void
out_buffer_append (OutBuffer *self, Poller *poller, gconstpointer bytes, gsize length)
{
  out_buffer_make_room (self, poller, length);
  memcpy (self->bytes + self->end, bytes, length);
  self->end += length;
}

void
out_buffer_consume (OutBuffer *self, Poller *poller, gsize length)
{
  g_assert (length <= out_buffer_length (self));

  self->start += length;
  if (self->start == self->end)
    out_buffer_clear (self, poller);
}
