/* wheel.h: many coarse deadlines for the price of one timer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define WHEEL_SLOTS 128

/* Embedded in what has a deadline; zeroed at first. */
typedef struct _WheelEntry WheelEntry;
struct _WheelEntry
{
  WheelEntry *previous;
  WheelEntry *next;
  gint64 due;              /* seconds */
};

/* The entry is off the wheel when this is called; it may be put back. */
typedef void (*WheelFunc) (WheelEntry *entry, gpointer data);

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
/* Calls func for each entry that is due at now or before. */
void wheel_advance (Wheel *self, gint64 now, WheelFunc func, gpointer data);

G_END_DECLS
