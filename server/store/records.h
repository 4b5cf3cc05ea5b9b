/* records.h: what the store keeps, as immutable records that any thread may share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every record is reference counted (g_atomic_rc_box): fill it before it is shared, never write to it afterwards.
 * Times are milliseconds since 1970 UTC, 0 where there is none. Strings are NULL where there is none.
 */
#pragma once

#include <glib.h>

#include "protocol/confab-operations.h"

G_BEGIN_DECLS

typedef struct
{
  char *id;
  char *username;
  char *display_name;
  char *email;
  char *avatar;
  ConfabUserRole role;
  gint64 created_at;
  gint64 last_seen;
} User;

typedef struct
{
  char *id;
  char *user_id;
  char *name;
  char *address;
  gint64 created_at;
  gint64 last_used_at;
  gint64 expires_at;
  GBytes *refresh_hash;       /* SHA-256 of the refresh token in force */
  GBytes *next_refresh_hash;  /* of the one handed out for it, until that one is first used */
} Session;

typedef struct
{
  char *id;
  char *name;
  char *description;
  ConfabRoomType type;
  gboolean encrypted;
  char *created_by;
  gint64 created_at;
  gint64 last_activity;
  gint64 last_seq;
  gint64 rev;
  gint64 members_rev;         /* rev of the last change of membership or role */
  gint64 settings_rev;        /* rev of the last change of name, description and the like */
  gint64 member_count;
} Room;

typedef struct
{
  char *room_id;
  char *user_id;
  char *username;             /* these three are the user's, joined in when read */
  char *display_name;
  char *avatar;
  ConfabMemberRole role;
  gint64 joined_at;
  gint64 left_at;             /* not 0: a former member, kept so that "rev > mine" tells of it */
  gint64 received_seq;
  gint64 read_seq;
  gint64 rev;                 /* the room's rev at the last change of this membership */
} Member;

typedef struct
{
  char *user_id;
  char *emoji;
} Reaction;

typedef struct
{
  char *id;
  char *room_id;
  gint64 seq;
  gint64 rev;
  char *sender_id;
  char *sender_name;
  char *client_id;
  ConfabMessageType type;
  gboolean encrypted;
  char *content;
  char *reply_to;
  char **mentions;            /* user ids, NULL-terminated, nullable */
  gboolean mentions_room;
  gint64 timestamp;
  gint64 edited_at;
  gint64 deleted_at;
  GPtrArray *reactions;       /* of Reaction*, oldest first; nullable */
} Message;

/* A room in somebody's list. */
typedef struct
{
  Room *room;
  Member *me;
  Message *last_message;      /* nullable */
  gint64 mentions;            /* unread messages that mention me */
  GPtrArray *members;         /* of Member*: all of them where there are 50 or fewer, else NULL */
} RoomSummary;

#define DECLARE_RECORD(Type, prefix)              \
  Type *prefix##_new (void);                      \
  Type *prefix##_copy (const Type *self);         \
  Type *prefix##_ref (Type *self);                \
  void prefix##_unref (Type *self);               \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (Type, prefix##_unref)

DECLARE_RECORD (User, user)
DECLARE_RECORD (Session, session)
DECLARE_RECORD (Room, room)
DECLARE_RECORD (Member, member)
DECLARE_RECORD (Message, message)

RoomSummary *room_summary_new (void);
void room_summary_free (RoomSummary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RoomSummary, room_summary_free)

Reaction *reaction_new (const char *user_id, const char *emoji);
void reaction_free (Reaction *self);

G_END_DECLS
