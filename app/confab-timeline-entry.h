/* confab-timeline-entry.h: a message with what its neighbours make of how it is shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "client/confab-message.h"

G_BEGIN_DECLS

/* How a message stands among its neighbours. */
typedef enum
{
  CONFAB_PLACING_STARTS_DAY = 1 << 0,     /* the first of its day, so a heading stands above */
  CONFAB_PLACING_STARTS_GROUP = 1 << 1,   /* the first of several by one person, so a name stands above */
  CONFAB_PLACING_ENDS_GROUP = 1 << 2,
  CONFAB_PLACING_FIRST_UNREAD = 1 << 3,   /* the "new messages" line stands above */
} ConfabPlacing;

#define CONFAB_TYPE_TIMELINE_ENTRY (confab_timeline_entry_get_type ())
G_DECLARE_FINAL_TYPE (ConfabTimelineEntry, confab_timeline_entry, CONFAB, TIMELINE_ENTRY, GObject)

ConfabTimelineEntry *confab_timeline_entry_new (ConfabMessage *message);
ConfabMessage *confab_timeline_entry_get_message (ConfabTimelineEntry *self);
ConfabPlacing confab_timeline_entry_get_placing (ConfabTimelineEntry *self);
void confab_timeline_entry_set_placing (ConfabTimelineEntry *self, ConfabPlacing placing);

G_END_DECLS
