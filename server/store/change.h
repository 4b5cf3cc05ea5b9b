/* change.h: one decided change of a room, and what became of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A verb decides and fills the first half; store_apply() fills the second. Plain data: no change knows how it is
 * stored.
 */
#pragma once

#include "store/records.h"

G_BEGIN_DECLS

typedef enum
{
  CHANGE_APPEND,           /* message: a draft (seq and rev 0; without an id the store makes one, without a
                            * sender_name it takes the account's present one). reply_to must be in the room */
  CHANGE_EDIT,             /* message_id, user_id (must be the sender), content, mentions, mentions_room */
  CHANGE_DELETE,           /* message_id; user_id must be the sender unless as_moderator. Nothing but the stub stays */
  CHANGE_ADD_REACTION,     /* message_id, user_id, emoji; at most max_kinds different emoji (0: as many as there are) */
  CHANGE_REMOVE_REACTION,  /* message_id, user_id, emoji */
  CHANGE_JOIN,             /* target_id, role. What was written before counts as received and read */
  CHANGE_LEAVE,            /* target_id. The last admin's place goes to whoever has been there longest, unless direct */
  CHANGE_SET_ROLE,         /* target_id, role */
  CHANGE_UPDATE_ROOM,      /* name, description: NULL leaves as it is */
  CHANGE_DELETE_ROOM,
  CHANGE_MARK,             /* user_id, received_seq, read_seq: raised, never lowered, never above the room's lastSeq.
                            * No rev */
} ChangeKind;

typedef enum
{
  OUTCOME_NONE,            /* the store has not seen it */
  OUTCOME_APPLIED,
  OUTCOME_UNCHANGED,       /* it was so already: the same clientId again (message is the first one), a member who
                            * joins, … */
  OUTCOME_STALE,           /* the room's membersRev is not the one it was decided on: decide again */
  OUTCOME_REFUSED,         /* error says why (CONFAB_ERROR_NOT_FOUND, _FORBIDDEN, _CONFLICT, _TOO_LARGE) */
} ChangeOutcome;

typedef struct
{
  ChangeKind kind;
  char *room_id;
  gint64 members_rev;      /* what the decision was made on */
  gint64 now;
  char *user_id;           /* who does it */
  Message *message;        /* APPEND: in the draft, out the stored one. Out for every message change: as it is now */
  char *message_id;
  char *content;
  char **mentions;
  gboolean mentions_room;
  char *emoji;
  guint max_kinds;
  gboolean as_moderator;
  char *target_id;
  ConfabMemberRole role;
  char *name;
  char *description;
  /* MARK: in. APPEND: out, the sender's marks after it. They move to the message's own seq if they stood at the one
   * before, so that nobody's own message is unread to them unless an earlier one is. */
  gint64 received_seq;
  gint64 read_seq;

  ChangeOutcome outcome;
  gint64 rev;              /* the room's rev after it (unchanged by MARK) */
  Member *member;          /* JOIN, LEAVE, SET_ROLE, MARK: as it is now; NULL when there never was such a member */
  Member *promoted;        /* LEAVE: who became an admin by it, usually NULL */
  Room *room;              /* UPDATE_ROOM: as it is now; JOIN, LEAVE, SET_ROLE: so that caches follow */
  GError *error;
} Change;

Change *change_new (ChangeKind kind, const char *room_id, const char *user_id, gint64 members_rev, gint64 now);
void change_free (Change *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Change, change_free)

G_END_DECLS
