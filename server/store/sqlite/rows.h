/* rows.h: the columns that make up each record, and how a row becomes one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/records.h"
#include "store/sqlite/query.h"

G_BEGIN_DECLS

#define USER_COLUMNS                                                                                        \
  "users.id, users.username, users.display_name, users.email, users.avatar, users.role, users.created_at, " \
  "users.last_seen"
#define SESSION_COLUMNS \
  "id, user_id, name, address, created_at, last_used_at, expires_at, refresh_hash, next_refresh_hash"
#define ROOM_COLUMNS \
  "rooms.id, rooms.name, rooms.description, rooms.type, rooms.encrypted, rooms.created_by, rooms.created_at, " \
  "rooms.last_activity, rooms.last_seq, rooms.rev, rooms.members_rev, rooms.settings_rev, rooms.member_count"
/* From members JOIN users. */
#define MEMBER_COLUMNS                                                                                 \
  "members.room_id, members.user_id, users.username, users.display_name, users.avatar, members.role, " \
  "members.joined_at, "                                                                                \
  "members.left_at, members.received_seq, members.read_seq, members.rev"
#define MESSAGE_COLUMNS                                                                                      \
  "id, room_id, seq, rev, sender_id, sender_name, client_id, type, encrypted, content, reply_to, mentions, " \
  "mentions_room, "                                                                                          \
  "timestamp, edited_at, deleted_at, reactions"

ConfabUserRole row_take_user_role (Query *query);
ConfabMemberRole row_take_member_role (Query *query);
User *row_take_user (Query *query);
Session *row_take_session (Query *query);
Room *row_take_room (Query *query);
Member *row_take_member (Query *query);
/* Reads the reactions as well, where there are any. */
Message *row_take_message (Query *query);

/* How the mentions of a message stand in their column. NULL where there are none. */
char *row_join_mentions (char **mentions);

G_END_DECLS
