/* confab-timeline-entries.h: the messages of a timeline, each knowing how it stands among its neighbours
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "confab-timeline-entry.h"

G_BEGIN_DECLS

/* Messages of one person further apart than this begin a new group. */
#define CONFAB_GROUP_MILLISECONDS (5 * 60 * 1000)

#define CONFAB_TYPE_TIMELINE_ENTRIES (confab_timeline_entries_get_type ())
G_DECLARE_FINAL_TYPE (ConfabTimelineEntries, confab_timeline_entries, CONFAB, TIMELINE_ENTRIES, GObject)

ConfabTimelineEntries *confab_timeline_entries_new (void);
void confab_timeline_entries_set_messages (ConfabTimelineEntries *self, GListModel *messages);
/* The line stands above the first message of somebody else with a higher seq; G_MAXINT64: nowhere. */
void confab_timeline_entries_set_read_seq (ConfabTimelineEntries *self, gint64 read_seq);
/* Position of that message, or GTK_INVALID_LIST_POSITION. */
guint confab_timeline_entries_get_first_unread (ConfabTimelineEntries *self);

G_END_DECLS
