/* confab-message-row.h: a message in the timeline
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "client/confab-room.h"
#include "client/confab-session.h"

#include "confab-timeline-entry.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_MESSAGE_ROW (confab_message_row_get_type ())
G_DECLARE_FINAL_TYPE (ConfabMessageRow, confab_message_row, CONFAB, MESSAGE_ROW, GtkWidget)

/* Property, notified: description, all that a screen reader says of the message.
 *
 * Signals, each with the ConfabMessage: reply-requested, edit-requested, and jump-requested with the id of the message
 * to jump to. Its actions (message.reply, message.show-menu…) say what can be done with the message. */

ConfabMessageRow *confab_message_row_new (ConfabSession *session);
void confab_message_row_set_entry (ConfabMessageRow *self, ConfabRoom *room, ConfabTimelineEntry *entry);
ConfabMessage *confab_message_row_get_message (ConfabMessageRow *self);
/* For a moment, so that the eye finds it after a jump. */
void confab_message_row_highlight (ConfabMessageRow *self);

G_END_DECLS
