/* confab-room.h: a room that this account is in, or a public one that it may join
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <libdex.h>

#include "client/confab-member-list.h"
#include "client/confab-message.h"
#include "client/confab-timeline.h"
#include "client/confab-vocabulary-types.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_ROOM (confab_room_get_type ())
G_DECLARE_FINAL_TYPE (ConfabRoom, confab_room, CONFAB, ROOM, GObject)

/* Properties, all notified: id, name (nullable), title (name, or in a direct room the other person's), description,
 * room-type, encrypted, joined, role, member-count, unread-count, mention-count, last-message (nullable),
 * last-activity, last-seq, read-seq, typing-text ("" when nobody types), other (ConfabUser of a direct room, nullable),
 * draft, muted. */

const char *confab_room_get_id (ConfabRoom *self);
const char *confab_room_get_name (ConfabRoom *self);
const char *confab_room_get_title (ConfabRoom *self);
const char *confab_room_get_description (ConfabRoom *self);
ConfabRoomType confab_room_get_room_type (ConfabRoom *self);
gboolean confab_room_is_encrypted (ConfabRoom *self);
gboolean confab_room_is_joined (ConfabRoom *self);
ConfabMemberRole confab_room_get_role (ConfabRoom *self);
gint64 confab_room_get_member_count (ConfabRoom *self);
gint64 confab_room_get_unread_count (ConfabRoom *self);
gint64 confab_room_get_mention_count (ConfabRoom *self);
ConfabMessage *confab_room_get_last_message (ConfabRoom *self);
gint64 confab_room_get_last_activity (ConfabRoom *self);
gint64 confab_room_get_last_seq (ConfabRoom *self);
gint64 confab_room_get_read_seq (ConfabRoom *self);
const char *confab_room_get_typing_text (ConfabRoom *self);
ConfabUser *confab_room_get_other (ConfabRoom *self);

/* Empty until confab_room_load_members () or confab_room_open (); afterwards kept up to date. */
ConfabMemberList *confab_room_get_members (ConfabRoom *self);
/* The same object while anybody holds it; call confab_timeline_load () on it. */
ConfabTimeline *confab_room_ref_timeline (ConfabRoom *self);

/* Kept in the cache, this device only. */
const char *confab_room_get_draft (ConfabRoom *self);
void confab_room_set_draft (ConfabRoom *self, const char *draft);
gboolean confab_room_get_muted (ConfabRoom *self);
void confab_room_set_muted (ConfabRoom *self, gboolean muted);

/* While open, typing and presence of its members come in; counted, so every open needs its close. Survives reconnects.
 */
void confab_room_open (ConfabRoom *self);
void confab_room_close (ConfabRoom *self);

/* Into the outbox, at once and also when offline. (transfer none): the message as it stands in the timeline. NULL and
 * error when the text can never be sent (empty, too long, control characters). reply_to: nullable message id. */
ConfabMessage *confab_room_send (ConfabRoom *self, const char *text, const char *reply_to, GError **error);
/* Only for messages of the outbox. */
void confab_room_retry (ConfabRoom *self, ConfabMessage *message);
void confab_room_discard (ConfabRoom *self, ConfabMessage *message);

/* Everything up to seq was shown to the person. Cheap to call: monotonic, batched, sent later when offline. */
void confab_room_mark_read (ConfabRoom *self, gint64 seq);
/* Call on every change of the text; repeats and stops by itself. */
void confab_room_set_typing (ConfabRoom *self, gboolean typing);

/* Futures of a boolean, or of the type named; they need a connection. */
DexFuture *confab_room_edit_message (ConfabRoom *self, ConfabMessage *message, const char *text);
DexFuture *confab_room_delete_message (ConfabRoom *self, ConfabMessage *message);
DexFuture *confab_room_toggle_reaction (ConfabRoom *self, ConfabMessage *message, const char *emoji);
DexFuture *confab_room_load_members (ConfabRoom *self);
DexFuture *confab_room_add_member (ConfabRoom *self, const char *user_id);
DexFuture *confab_room_remove_member (ConfabRoom *self, const char *user_id);
DexFuture *confab_room_set_member_role (ConfabRoom *self, const char *user_id, ConfabMemberRole role);
DexFuture *confab_room_update (ConfabRoom *self, const char *name, const char *description);
DexFuture *confab_room_leave (ConfabRoom *self);
DexFuture *confab_room_delete (ConfabRoom *self);
/* (type ConfabMessage): from the timeline, the cache or the server; for quotes and jumps. */
DexFuture *confab_room_find_message (ConfabRoom *self, const char *message_id);

G_END_DECLS
