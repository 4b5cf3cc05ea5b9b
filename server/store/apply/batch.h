/* batch.h: the rooms and members that one transaction of changes is about, read once and written once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a change means is decided in this folder, the same for every database; how it is read and written is the
 * BatchClass of each. Records in a batch are its own copies and are written to. What stands in the database may be
 * behind them until batch_flush().
 */
#pragma once

#include "store/change.h"

G_BEGIN_DECLS

typedef struct _Batch Batch;
typedef struct _BatchClass BatchClass;

typedef struct
{
  Room *room;             /* NULL: there is no such room (any more) */
  GHashTable *members;    /* user id → BatchMember* */
  gboolean changed;
  gboolean count_changed;     /* member_count was */
  gboolean settings_changed;  /* name or description were */
} BatchRoom;

typedef struct
{
  Member *member;         /* NULL: there never was such a member */
  gboolean marked;        /* received_seq or read_seq were raised */
} BatchMember;

/* What is loaded belongs to the caller; NULL where it is not there. All of it is about the one open transaction, and
 * loads see what was written before. A database that fails does so on its own account: it loads nothing more, and
 * has_failed() says so. */
struct _BatchClass
{
  gboolean (*has_failed) (Batch *self);

  Room *(*load_room) (Batch *self, const char *room_id);
  /* Former ones, too. */
  Member *(*load_member) (Batch *self, const char *room_id, const char *user_id);
  Message *(*load_message) (Batch *self, const char *message_id);
  Message *(*load_message_of_client) (Batch *self, const char *sender_id, const char *client_id);
  gboolean (*has_account) (Batch *self, const char *user_id);
  gboolean (*has_message) (Batch *self, const char *message_id, const char *room_id);
  guint (*count_versions) (Batch *self, const char *message_id);
  /* Who has been in the room longest; NULL when it has an admin, or nobody. */
  char *(*find_successor) (Batch *self, const char *room_id);

  /* FALSE when its id or clientId is there already. */
  gboolean (*insert_message) (Batch *self, const Message *message);
  /* The text before joins the earlier ones, as the number-th. */
  void (*edit_message) (Batch *self, const Message *before, guint number, const Message *after);
  /* Nothing of before stays, its earlier texts and its reactions included. */
  void (*erase_message) (Batch *self, const Message *before, const Message *after);
  void (*add_reaction) (Batch *self, const Message *after, const char *user_id, const char *emoji);
  void (*remove_reaction) (Batch *self, const Message *after, const char *user_id, const char *emoji);

  /* The whole membership, whether it was there or not. */
  void (*save_member) (Batch *self, const Member *member);
  void (*save_marks) (Batch *self, const Member *member);
  /* What the flags say, and the numbers. */
  void (*save_room) (Batch *self, const BatchRoom *room);
  /* With all that is in it. */
  void (*delete_room) (Batch *self, const char *room_id);
};

/* The start of what an implementation keeps. */
struct _Batch
{
  const BatchClass *klass;
  GHashTable *rooms;      /* room id → BatchRoom* */
};

void batch_init (Batch *self, const BatchClass *klass);
void batch_clear (Batch *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, batch_clear)

BatchRoom *batch_get_room (Batch *self, const char *room_id);
/* A member, former ones included. */
BatchMember *batch_get_member (Batch *self, BatchRoom *room, const char *user_id);
gboolean batch_member_is_present (const BatchMember *self);
/* Raises the marks; whether that changed anything. Reading implies having received. */
gboolean batch_member_mark (BatchMember *self, gint64 received_seq, gint64 read_seq);

/* Writes what has changed. */
void batch_flush (Batch *self);

G_END_DECLS
