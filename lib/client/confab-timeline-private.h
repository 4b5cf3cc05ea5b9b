/* confab-timeline-private.h: how a room fills its timeline
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "client/confab-timeline.h"

G_BEGIN_DECLS

typedef struct _ConfabRoom ConfabRoom;

ConfabTimeline *confab_timeline_new (ConfabRoom *room);

/* Messages that came by themselves: of ConfabMessage. One change of the list at most. */
void confab_timeline_absorb (ConfabTimeline *self, GPtrArray *messages);
/* What is held is out of date; what comes next starts anew. */
void confab_timeline_reset (ConfabTimeline *self);
/* The outbox changed. */
void confab_timeline_refresh (ConfabTimeline *self);
/* Somebody's marks moved from low to high: my messages between are judged again. */
void confab_timeline_judge (ConfabTimeline *self, gint64 low, gint64 high);
ConfabMessage *confab_timeline_peek (ConfabTimeline *self, const char *message_id);
/* What could not be fetched for want of a connection is fetched now. */
void confab_timeline_came_online (ConfabTimeline *self);

G_END_DECLS
