/* room-cache.c: the rooms that a lane remembers, the least recently used forgotten first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/room-cache.h"

/* About 300 bytes a member: some 60 MB at the most. */
#define MAX_ROOMS 10000
#define MAX_MEMBERS 200000

typedef struct
{
  RoomState *state;
  guint n_members;      /* as counted in the cache's total */
  GList link;           /* in by_use */
} Entry;

struct _RoomCache
{
  GHashTable *entries;  /* room id (the state's) → Entry* */
  GQueue by_use;        /* of Entry*, most recent first */
  guint n_members;
};

RoomCache *
room_cache_new (void)
{
  RoomCache *self = g_new0 (RoomCache, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->by_use);
  return self;
}

static void
room_cache_remove (RoomCache *self, Entry *entry)
{
  g_queue_unlink (&self->by_use, &entry->link);
  self->n_members -= entry->n_members;
  g_hash_table_remove (self->entries, entry->state->room->id);
  room_state_free (entry->state);
  g_free (entry);
}

void
room_cache_free (RoomCache *self)
{
  while (!g_queue_is_empty (&self->by_use))
    room_cache_remove (self, g_queue_peek_head (&self->by_use));
  g_hash_table_unref (self->entries);
  g_free (self);
}

const RoomState *
room_cache_get (RoomCache *self, Store *store, const char *room_id, GError **error)
{
  Entry *entry = g_hash_table_lookup (self->entries, room_id);

  if (entry != NULL)
    {
      g_queue_unlink (&self->by_use, &entry->link);
      g_queue_push_head_link (&self->by_use, &entry->link);
      return entry->state;
    }

  g_autoptr(RoomState) state = room_state_load (store, room_id, error);

  if (state == NULL)
    return NULL;
  entry = g_new0 (Entry, 1);
  entry->n_members = room_state_count_members (state);
  entry->state = g_steal_pointer (&state);
  entry->link.data = entry;
  self->n_members += entry->n_members;
  g_queue_push_head_link (&self->by_use, &entry->link);
  g_hash_table_insert (self->entries, g_strdup (room_id), entry);
  return entry->state;
}

void
room_cache_drop (RoomCache *self, const char *room_id)
{
  Entry *entry = g_hash_table_lookup (self->entries, room_id);

  if (entry != NULL)
    room_cache_remove (self, entry);
}

void
room_cache_follow (RoomCache *self, const Change *change)
{
  Entry *entry = g_hash_table_lookup (self->entries, change->room_id);

  if (entry == NULL)
    return;
  room_state_follow (entry->state, change);
  self->n_members += room_state_count_members (entry->state) - entry->n_members;
  entry->n_members = room_state_count_members (entry->state);
}

void
room_cache_trim (RoomCache *self)
{
  while ((self->by_use.length > MAX_ROOMS || self->n_members > MAX_MEMBERS) && self->by_use.length > 1)
    room_cache_remove (self, g_queue_peek_tail (&self->by_use));
}
