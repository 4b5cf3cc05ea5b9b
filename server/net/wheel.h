/* wheel.h: many coarse deadlines for the price of one timer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define WHEEL_SLOTS 128

/* Embedded in what has a deadline; zeroed at first, but for call. */
typedef struct _WheelEntry WheelEntry;
struct _WheelEntry
{
  void (*call) (WheelEntry *self);   /* when due; the entry is off the wheel by then and may be put back */
  WheelEntry *previous;
  WheelEntry *next;
  gint64 due;                        /* seconds */
};

typedef struct
{
  WheelEntry slots[WHEEL_SLOTS];   /* list heads */
  gint64 now;                      /* seconds up to which everything was called */
} Wheel;

void wheel_init (Wheel *self, gint64 now);
/* Moves the entry when it is on the wheel already. A due in the past is called at the next advance. */
void wheel_set (Wheel *self, WheelEntry *entry, gint64 due);
void wheel_remove (WheelEntry *entry);
gboolean wheel_has (const WheelEntry *entry);
/* Calls each entry that is due at now or before. */
void wheel_advance (Wheel *self, gint64 now);

G_END_DECLS
