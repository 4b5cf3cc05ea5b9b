/* confab-room-private.h: what the parts of a room share, and what the session tells it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "client/confab-member-list-private.h"
#include "client/confab-room.h"

G_BEGIN_DECLS

typedef struct _ConfabSession ConfabSession;

/* What the parts of the room (confab-room*.c) share. */
struct _ConfabRoom
{
  GObject parent_instance;

  ConfabSession *session;       /* weak */
  char *id;
  char *name;                   /* nullable */
  char *description;            /* nullable */
  ConfabRoomType room_type;
  gboolean encrypted;
  gboolean joined;
  ConfabMemberRole role;
  gint64 member_count;
  gint64 last_activity;
  gint64 last_seq;

  gint64 rev;                   /* everything up to here is held */
  gint64 base_rev;              /* rev of the last snapshot: what is older is in it already */
  gint64 settings_rev;          /* rev at which name, description and the like were last told */
  GHashTable *ahead;            /* set of gint64*: revs that came before the ones between */

  gint64 read_seq;              /* as this device knows it; told to the server in a moment */
  gint64 received_seq;
  gint64 told_read_seq;         /* as the server has it */
  gint64 told_received_seq;
  gint64 unread_count;
  gint64 mention_base;          /* unread mentions that the server counted */
  GArray *mention_seqs;         /* of gint64: those that came since */
  gboolean mentions_stale;      /* only the server can count them now */

  ConfabMessage *last_message;  /* nullable */
  ConfabUser *other;            /* nullable */
  ConfabMemberList *members;
  gboolean members_complete;
  guint members_loading;        /* fibers that fetch the members */
  GArray *early_marks;          /* marks of people who are not in the list yet, while it is fetched */
  ConfabTimeline *timeline;     /* weak */

  char *draft;
  gboolean muted;
  guint settings_timer;

  GHashTable *typing;           /* user id → gint64* monotonic time to forget it */
  char *typing_text;
  guint typing_timer;
  gboolean telling_typing;      /* the server thinks that I type */
  gint64 typed_at;              /* monotonic */
  guint tell_timer;

  guint open_count;
};

enum
{
  CONFAB_ROOM_PROP_ID = 1,
  CONFAB_ROOM_PROP_NAME,
  CONFAB_ROOM_PROP_TITLE,
  CONFAB_ROOM_PROP_DESCRIPTION,
  CONFAB_ROOM_PROP_ROOM_TYPE,
  CONFAB_ROOM_PROP_ENCRYPTED,
  CONFAB_ROOM_PROP_JOINED,
  CONFAB_ROOM_PROP_ROLE,
  CONFAB_ROOM_PROP_MEMBER_COUNT,
  CONFAB_ROOM_PROP_UNREAD_COUNT,
  CONFAB_ROOM_PROP_MENTION_COUNT,
  CONFAB_ROOM_PROP_LAST_MESSAGE,
  CONFAB_ROOM_PROP_LAST_ACTIVITY,
  CONFAB_ROOM_PROP_LAST_SEQ,
  CONFAB_ROOM_PROP_READ_SEQ,
  CONFAB_ROOM_PROP_TYPING_TEXT,
  CONFAB_ROOM_PROP_OTHER,
  CONFAB_ROOM_PROP_DRAFT,
  CONFAB_ROOM_PROP_MUTED,
  CONFAB_ROOM_N_PROPS
};

/* ---- confab-room.c ------------------------------------------------------------------------------------------ */

ConfabRoom *confab_room_new (ConfabSession *session, const char *id);
void confab_room_notify (ConfabRoom *self, guint prop_id);
void confab_room_set_joined (ConfabRoom *self, gboolean joined);
void confab_room_set_int (ConfabRoom *self, gint64 *field, gint64 value, guint prop_id);
void confab_room_set_other (ConfabRoom *self, ConfabUser *other);
/* draft, muted: as the cache has them. */
void confab_room_restore_settings (ConfabRoom *self, const char *draft, gboolean muted);
/* What was to be kept in a moment is kept now. */
void confab_room_keep_settings (ConfabRoom *self);
void confab_room_outbox_changed (ConfabRoom *self);
/* As the cache keeps it: a Room of the protocol with what this device knows. */
char *confab_room_to_text (ConfabRoom *self);

/* ---- confab-room-state.c: what the server says of the room --------------------------------------------------- */

/* A Room, with or without what is personal. */
void confab_room_apply (ConfabRoom *self, JsonObject *object);
/* A RoomUpdate. */
void confab_room_apply_update (ConfabRoom *self, JsonObject *update);
/* A change with this rev was applied. FALSE: others before it are missing. */
gboolean confab_room_note_rev (ConfabRoom *self, gint64 rev);
/* Whether a snapshot that is held already has the change with this rev. */
gboolean confab_room_is_old (ConfabRoom *self, gint64 rev);
gboolean confab_room_has_gap (ConfabRoom *self);

/* ---- confab-room-messages.c: messages that come in ------------------------------------------------------------ */

/* objects: of JsonObject, each a Message. (element-type ConfabMessage): those that make sense, in that order, each the
 * object that is shown already where there is one. from_cache: not to be kept again. */
GPtrArray *confab_room_take (ConfabRoom *self, GPtrArray *objects, gboolean from_cache);
/* They came by themselves: into the timeline too. */
void confab_room_arrive (ConfabRoom *self, GPtrArray *objects);
void confab_room_arrive_one (ConfabRoom *self, JsonObject *object);
/* Everything that was held of the history is out of date. */
void confab_room_forget_history (ConfabRoom *self);
void confab_room_set_last_message (ConfabRoom *self, ConfabMessage *message);

/* ---- confab-room-members.c: people, and how far they read ------------------------------------------------------ */

/* array: nullable, of Member. */
void confab_room_take_members (ConfabRoom *self, JsonArray *array);
void confab_room_take_member (ConfabRoom *self, JsonObject *object);
void confab_room_remove_member_now (ConfabRoom *self, const char *user_id);
void confab_room_advance_member (ConfabRoom *self, const char *user_id, gint64 received_seq, gint64 read_seq);
/* Somebody's own message does not stay unread to them: their marks move to it where they stood right before it. */
void confab_room_follow_sender (ConfabRoom *self, const char *sender_id, gint64 seq);
GArray *confab_room_early_marks_new (void);
void confab_room_begin_members (ConfabRoom *self);
void confab_room_end_members (ConfabRoom *self);
/* As the server has my own marks. */
void confab_room_advance_me (ConfabRoom *self, gint64 received_seq, gint64 read_seq);
void confab_room_count_unread (ConfabRoom *self);
/* Sets the counts and the state of one of my messages. */
void confab_room_judge (ConfabRoom *self, ConfabMessage *message);
void confab_room_set_mentions (ConfabRoom *self, gint64 mentions);
void confab_room_add_mention (ConfabRoom *self, gint64 seq);
/* An unread message changed, or some of those that the server counted were read: it is to be asked. */
void confab_room_doubt_mentions (ConfabRoom *self);

/* ---- confab-room-typing.c -------------------------------------------------------------------------------------- */

void confab_room_show_typing (ConfabRoom *self, const char *user_id, gboolean typing);
void confab_room_stop_typing (ConfabRoom *self);
void confab_room_clear_typing (ConfabRoom *self);

/* ---- confab-room-verbs.c ---------------------------------------------------------------------------------------- */

/* The session is online (again). */
void confab_room_came_online (ConfabRoom *self);

G_END_DECLS
