/* confab-message.h: a message of a room, stored or still on its way
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

#include "client/confab-user.h"
#include "client/confab-vocabulary-types.h"

G_BEGIN_DECLS

/**
 * ConfabMessageState:
 * @CONFAB_MESSAGE_STATE_RECEIVED: written by somebody else
 * @CONFAB_MESSAGE_STATE_SENDING: mine, in the outbox
 * @CONFAB_MESSAGE_STATE_FAILED: mine, refused for good; see the failure property
 * @CONFAB_MESSAGE_STATE_SENT: mine, stored by the server
 * @CONFAB_MESSAGE_STATE_DELIVERED: mine, on a device of every other member
 * @CONFAB_MESSAGE_STATE_READ: mine, shown to every other member
 *
 * How far a message has come. Delivered and read are known in rooms of 50 or fewer.
 *
 * Since: 0.1
 */
typedef enum
{
  CONFAB_MESSAGE_STATE_RECEIVED,
  CONFAB_MESSAGE_STATE_SENDING,
  CONFAB_MESSAGE_STATE_FAILED,
  CONFAB_MESSAGE_STATE_SENT,
  CONFAB_MESSAGE_STATE_DELIVERED,
  CONFAB_MESSAGE_STATE_READ,
} ConfabMessageState;

#define CONFAB_TYPE_MESSAGE_STATE (confab_message_state_get_type ())
GType confab_message_state_get_type (void) G_GNUC_CONST;

/**
 * ConfabReaction:
 * @emoji: one emoji
 * @user_ids: (array zero-terminated=1): who put it there, oldest first
 * @n_users: how many those are
 * @mine: whether I am one of them
 *
 * An emoji on a message.
 *
 * Since: 0.1
 */
typedef struct
{
  char *emoji;
  char **user_ids;
  guint n_users;
  gboolean mine;
} ConfabReaction;

#define CONFAB_TYPE_MESSAGE (confab_message_get_type ())
G_DECLARE_FINAL_TYPE (ConfabMessage, confab_message, CONFAB, MESSAGE, GObject)

/* Properties, all notified: id (NULL while in the outbox), client-id, room-id, seq (0 while in the outbox), content,
 * message-type, state, failure, sender, sender-name, outgoing, timestamp, edited-at, deleted-at, edited, deleted,
 * reply-to, reactions-changed-count (bind to it to redraw reactions), read-count, received-count, mentions-me. Times
 * are milliseconds since 1970 UTC, 0 where there is none. */

const char *confab_message_get_id (ConfabMessage *self);
const char *confab_message_get_client_id (ConfabMessage *self);
const char *confab_message_get_room_id (ConfabMessage *self);
gint64 confab_message_get_seq (ConfabMessage *self);
gint64 confab_message_get_rev (ConfabMessage *self);
const char *confab_message_get_content (ConfabMessage *self);
ConfabMessageType confab_message_get_message_type (ConfabMessage *self);
ConfabMessageState confab_message_get_state (ConfabMessage *self);
const char *confab_message_get_failure (ConfabMessage *self);
ConfabUser *confab_message_get_sender (ConfabMessage *self);
const char *confab_message_get_sender_name (ConfabMessage *self);
gboolean confab_message_is_outgoing (ConfabMessage *self);
gint64 confab_message_get_timestamp (ConfabMessage *self);
gint64 confab_message_get_edited_at (ConfabMessage *self);
gint64 confab_message_get_deleted_at (ConfabMessage *self);
const char *confab_message_get_reply_to (ConfabMessage *self);
gboolean confab_message_mentions_me (ConfabMessage *self);
guint confab_message_get_read_count (ConfabMessage *self);
guint confab_message_get_received_count (ConfabMessage *self);

/* (element-type ConfabReaction): owned by the message, never NULL */
GPtrArray *confab_message_get_reactions (ConfabMessage *self);
/* (element-type ConfabSpan): of content; owned by the message, never NULL */
GArray *confab_message_get_spans (ConfabMessage *self);

G_END_DECLS
