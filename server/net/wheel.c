/* wheel.c: many coarse deadlines for the price of one timer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry sits in the slot of its second; entries further away than the wheel is long are met once per round and stay.
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/wheel.h"

void
wheel_init (Wheel *self, gint64 now)
{
  for (guint i = 0; i < WHEEL_SLOTS; i++)
    self->slots[i].previous = self->slots[i].next = &self->slots[i];
  self->now = now;
}

gboolean
wheel_has (const WheelEntry *entry)
{
  return entry->next != NULL;
}

void
wheel_remove (WheelEntry *entry)
{
  if (!wheel_has (entry))
    return;
  entry->previous->next = entry->next;
  entry->next->previous = entry->previous;
  entry->previous = entry->next = NULL;
}

static void
slot_add (WheelEntry *slot, WheelEntry *entry)
{
  entry->previous = slot->previous;
  entry->next = slot;
  slot->previous->next = entry;
  slot->previous = entry;
}

void
wheel_set (Wheel *self, WheelEntry *entry, gint64 due)
{
  wheel_remove (entry);
  entry->due = MAX (due, self->now + 1);
  slot_add (&self->slots[entry->due % WHEEL_SLOTS], entry);
}

static void
wheel_run_slot (Wheel *self, WheelEntry *slot)
{
  WheelEntry waiting = { .previous = slot->previous, .next = slot->next };

  if (slot->next == slot)
    return;

  /* The whole list moves to a head of its own: a call may remove any entry and put entries into this very slot. */
  waiting.previous->next = &waiting;
  waiting.next->previous = &waiting;
  slot->previous = slot->next = slot;

  while (waiting.next != &waiting)
    {
      WheelEntry *entry = waiting.next;

      wheel_remove (entry);
      if (entry->due <= self->now)
        entry->call (entry);
      else
        slot_add (slot, entry);
    }
}

void
wheel_advance (Wheel *self, gint64 now)
{
  /* After a long sleep one round meets everything. */
  gint64 second = MAX (self->now, now - WHEEL_SLOTS);

  self->now = MAX (now, self->now);
  while (second < now)
    {
      second++;
      wheel_run_slot (self, &self->slots[second % WHEEL_SLOTS]);
    }
}
