/* confab-message-private.h: how rooms, timelines and the outbox make and change messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "client/confab-message.h"

G_BEGIN_DECLS

/* A stored message, before the first confab_message_apply (). */
ConfabMessage *confab_message_new (const char *room_id);
/* A message of the outbox. timestamp: when it was written, in milliseconds. */
ConfabMessage *confab_message_new_pending (const char *room_id,
                                           const char *client_id,
                                           ConfabUser *sender,
                                           const char *content,
                                           const char *reply_to,
                                           gint64 timestamp);

/* From a Message of the protocol; FALSE when what is held is as new or newer. my_id: the account's id. */
gboolean confab_message_apply (ConfabMessage *self, JsonObject *object, ConfabUser *sender, const char *my_id);
void confab_message_set_state (ConfabMessage *self, ConfabMessageState state);
/* NULL: not failed, back to sending. */
void confab_message_set_failure (ConfabMessage *self, const char *failure);
/* Of the n_others other members of the room; 0: unknown. Moves a sent message's state. */
void confab_message_set_counts (ConfabMessage *self, guint received, guint read, guint n_others);
gboolean confab_message_has_my_reaction (ConfabMessage *self, const char *emoji);

void confab_reaction_free (ConfabReaction *self);

G_END_DECLS
