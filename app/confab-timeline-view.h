/* confab-timeline-view.h: the messages of a room, scrolled
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "client/confab-room.h"
#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_TIMELINE_VIEW (confab_timeline_view_get_type ())
G_DECLARE_FINAL_TYPE (ConfabTimelineView, confab_timeline_view, CONFAB, TIMELINE_VIEW, GtkWidget)

/* Properties: session, room.
 *
 * Signals, each with a ConfabMessage: reply-requested, edit-requested. */

void confab_timeline_view_set_session (ConfabTimelineView *self, ConfabSession *session);
void confab_timeline_view_set_room (ConfabTimelineView *self, ConfabRoom *room);
/* Goes to the newest message and stays there. */
void confab_timeline_view_jump_to_latest (ConfabTimelineView *self);
/* Everything is read, and the line that marks what is new goes away. */
void confab_timeline_view_mark_all_read (ConfabTimelineView *self);
/* My last message that can be edited; nullable. */
ConfabMessage *confab_timeline_view_get_last_own_message (ConfabTimelineView *self);

G_END_DECLS
