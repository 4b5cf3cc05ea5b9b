/* confab-cache.h: what this device keeps of a profile: rooms, messages, members, drafts and the outbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An SQLite file that only the cache's own thread touches. Everything here is called from the main thread and answers
 * with futures; reads see all writes that were asked for before them.
 */
#pragma once

#include <glib-object.h>
#include <json-glib/json-glib.h>
#include <libdex.h>

#include "client/confab-cache-batch.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_CACHE (confab_cache_get_type ())
G_DECLARE_FINAL_TYPE (ConfabCache, confab_cache, CONFAB, CACHE, GObject)

typedef struct
{
  JsonObject *room;
  JsonObject *last_message;   /* nullable */
  char *draft;                /* nullable */
  gboolean muted;
} ConfabCachedRoom;

typedef struct
{
  char *client_id;
  char *room_id;
  char *content;
  char *reply_to;             /* nullable */
  char *failure;              /* nullable */
  gint64 timestamp;
} ConfabCachedPending;

typedef struct
{
  char *name;
  char *value;
} ConfabCachedFact;

/* folder is made when it is not there. Nothing is read or written before confab_cache_open (). */
ConfabCache *confab_cache_new (const char *folder);
/* Future of a boolean. */
DexFuture *confab_cache_open (ConfabCache *self);
/* Future of a boolean, when everything is written and the file is closed. */
DexFuture *confab_cache_close (ConfabCache *self);

/* Takes the batch. Future of a boolean; disown it when nobody waits. */
DexFuture *confab_cache_write (ConfabCache *self, ConfabCacheBatch *batch);

/* Futures of GPtrArray: of ConfabCachedFact, ConfabCachedRoom, ConfabCachedPending (in the order they were written),
 * JsonObject. */
DexFuture *confab_cache_load_facts (ConfabCache *self);
DexFuture *confab_cache_load_rooms (ConfabCache *self);
DexFuture *confab_cache_load_pending (ConfabCache *self);
DexFuture *confab_cache_load_members (ConfabCache *self, const char *room_id);
/* The newest with a seq below before (all when it is 0), oldest first. */
DexFuture *confab_cache_load_messages (ConfabCache *self, const char *room_id, gint64 before, guint limit);
/* The oldest with a seq of at least from, oldest first. */
DexFuture *confab_cache_load_messages_from (ConfabCache *self, const char *room_id, gint64 from, guint limit);
/* One or none. */
DexFuture *confab_cache_load_message (ConfabCache *self, const char *message_id);

G_END_DECLS
