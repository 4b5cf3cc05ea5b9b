/* batch.h: the rooms and members that one transaction of changes is about, read once and written once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records in it are the batch's own copies and are written to. What stands in the tables is behind them until
 * batch_flush().
 */
#pragma once

#include "store/change.h"
#include "store/sqlite/connection.h"

G_BEGIN_DECLS

typedef struct
{
  SqliteConnection *connection;
  GHashTable *rooms;      /* room id → BatchRoom* */
} Batch;

typedef struct
{
  Room *room;             /* NULL: there is no such room (any more) */
  GHashTable *members;    /* user id → BatchMember* */
  gboolean changed;
} BatchRoom;

typedef struct
{
  Member *member;         /* NULL: there never was such a member */
  gboolean marked;        /* received_seq or read_seq were raised */
} BatchMember;

Batch *batch_new (SqliteConnection *connection);
void batch_free (Batch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Batch, batch_free)

BatchRoom *batch_get_room (Batch *self, const char *room_id);
/* A member, former ones included. */
BatchMember *batch_get_member (Batch *self, BatchRoom *room, const char *user_id);
gboolean batch_member_is_present (const BatchMember *self);
/* Raises the marks; whether that changed anything. Reading implies having received. */
gboolean batch_member_mark (BatchMember *self, gint64 received_seq, gint64 read_seq);

/* Writes what has changed. */
void batch_flush (Batch *self);

G_END_DECLS
