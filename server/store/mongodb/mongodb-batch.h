/* mongodb-batch.h: a batch of changes between the collections it was read from and those it is written to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The number of round trips does not depend on the number of changes: what they need is read before any of them is
 * applied (batch-read.c), what they come to is written after all of them were (batch-write.c). Only rare changes ask
 * for more on their way.
 */
#pragma once

#include "store/apply/batch.h"
#include "store/mongodb/call.h"

G_BEGIN_DECLS

typedef struct
{
  Message *message;       /* as it is in the database, or is going to be */
  gint64 first_rev;       /* with which it came */
  gint64 edits;           /* how many texts it had before */
  GPtrArray *versions;    /* of Message*: texts that are to join those; NULL: none */
  gboolean inserted;
  gboolean changed;
  gboolean erased;
} MongodbMessage;

typedef struct
{
  Batch parent;
  MongodbCall *call;
  gboolean careful;         /* ids and clientIds were looked for; else the unique indexes tell of known ones */
  gboolean needs_care;      /* out: this could not be applied without */
  GHashTable *users;        /* id → User*, borrowed: those whose names are told */
  GHashTable *rooms;        /* id → Room* */
  GHashTable *members;      /* "ROOM USER" → Member*, as it is in the database or is going to be */
  GHashTable *messages;     /* id → MongodbMessage* */
  GHashTable *by_client;    /* "SENDER clientId" → MongodbMessage* in messages */
  GPtrArray *inserts;       /* of MongodbMessage* in messages, in their order */
  GHashTable *saved;        /* of "ROOM USER": memberships that are to be written whole */
  GHashTable *marked;       /* of "ROOM USER": their marks alone */
  GPtrArray *changed_rooms; /* of const BatchRoom*, in parent */
  GHashTable *deleted_rooms;  /* of id */
} MongodbBatch;

/* users: id → User*, borrowed, of mongodb_batch_list_user_ids(); more may be put there. */
void mongodb_batch_init (MongodbBatch *self, MongodbCall *call, GHashTable *users, gboolean careful);
void mongodb_batch_clear (MongodbBatch *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MongodbBatch, mongodb_batch_clear)

/* The people whose account an array of changes needs: their ids, borrowed. */
GPtrArray *mongodb_batch_list_user_ids (Change **changes, guint n_changes);
/* batch-read.c: takes hold of the rooms, and reads what the changes need. */
void mongodb_batch_read (MongodbBatch *self, Change **changes, guint n_changes);
void mongodb_batch_add_member (MongodbBatch *self, Member *member);
void mongodb_batch_load_present_members (MongodbBatch *self, const char *room_id);
/* batch-write.c */
void mongodb_batch_write (MongodbBatch *self);

/* What a message is found by that its sender may send again. */
char *mongodb_batch_make_client_key (const char *sender_id, const char *client_id);

G_END_DECLS
