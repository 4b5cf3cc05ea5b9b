/* records-json.h: records as clients see them, the objects of lib/protocol/operations
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "protocol/confab-json-writer.h"
#include "store/records.h"

G_BEGIN_DECLS

/* Each writes one whole object as the next value. */
void user_write_json (const User *self, gboolean with_email, ConfabJsonWriter *writer);
void session_write_json (const Session *self, gboolean current, ConfabJsonWriter *writer);
void member_write_json (const Member *self, ConfabJsonWriter *writer);
void message_write_json (const Message *self, ConfabJsonWriter *writer);
/* me, members (of Member*), last_message: nullable, what the reader may see. */
void room_write_json (const Room *self, const Member *me, GPtrArray *members, const Message *last_message,
                      gint64 mentions, ConfabJsonWriter *writer);
void room_summary_write_json (const RoomSummary *self, ConfabJsonWriter *writer);

/* The members of an open object. */
void message_write_members (const Message *self, ConfabJsonWriter *writer);

G_END_DECLS
