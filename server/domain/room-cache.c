/* room-cache.c: the rooms that a lane remembers, the least recently used forgotten first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/room-cache.h"

/* About 300 bytes a member: some 60 MB at the most. */
#define MAX_ROOMS 10000
#define MAX_MEMBERS 200000
#define EXPIRE_SECONDS 60

typedef struct
{
  RoomState *state;
  guint n_members;      /* as counted in the cache's total */
  gint64 loaded;        /* monotonic, as is the next */
  gint64 confirmed;     /* when the store last agreed */
  GList link;           /* in by_use */
} Entry;

struct _RoomCache
{
  GHashTable *entries;  /* room id (the state's) → Entry* */
  GQueue by_use;        /* of Entry*, most recent first */
  guint n_members;
  gint64 lifetime;      /* microseconds; 0: no limit */
  gint64 expired;       /* when it was last looked at */
};

RoomCache *
room_cache_new (guint lifetime)
{
  RoomCache *self = g_new0 (RoomCache, 1);

  self->lifetime = lifetime * G_TIME_SPAN_SECOND;
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
room_cache_clear (RoomCache *self)
{
  while (!g_queue_is_empty (&self->by_use))
    room_cache_remove (self, g_queue_peek_head (&self->by_use));
}

void
room_cache_free (RoomCache *self)
{
  room_cache_clear (self);
  g_hash_table_unref (self->entries);
  g_free (self);
}

const RoomState *
room_cache_get (RoomCache *self, Store *store, Backplane *backplane, const char *room_id, GError **error)
{
  Entry *entry = g_hash_table_lookup (self->entries, room_id);

  if (entry != NULL)
    {
      g_queue_unlink (&self->by_use, &entry->link);
      g_queue_push_head_link (&self->by_use, &entry->link);
      return entry->state;
    }

  g_autoptr(RoomState) state = room_state_load (store, backplane, room_id, error);

  if (state == NULL)
    return NULL;
  entry = g_new0 (Entry, 1);
  entry->n_members = room_state_count_members (state);
  entry->state = g_steal_pointer (&state);
  entry->link.data = entry;
  entry->loaded = entry->confirmed = g_get_monotonic_time ();
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

guint
room_cache_get_age (RoomCache *self, const char *room_id)
{
  const Entry *entry = g_hash_table_lookup (self->entries, room_id);

  return entry != NULL ? (g_get_monotonic_time () - entry->confirmed) / G_TIME_SPAN_SECOND : 0;
}

void
room_cache_confirm (RoomCache *self, const char *room_id)
{
  Entry *entry = g_hash_table_lookup (self->entries, room_id);

  if (entry != NULL)
    entry->confirmed = g_get_monotonic_time ();
}

/* Those in use, too: however often the store agreed on who is a member, names and pictures may have changed. */
static void
room_cache_expire (RoomCache *self)
{
  gint64 now = g_get_monotonic_time ();
  GList *next = NULL;

  if (self->lifetime == 0 || now - self->expired < EXPIRE_SECONDS * G_TIME_SPAN_SECOND)
    return;
  self->expired = now;
  for (GList *link = self->by_use.head; link != NULL; link = next)
    {
      Entry *entry = link->data;

      next = link->next;
      if (now - entry->loaded > self->lifetime)
        room_cache_remove (self, entry);
    }
}

void
room_cache_trim (RoomCache *self)
{
  room_cache_expire (self);
  while ((self->by_use.length > MAX_ROOMS || self->n_members > MAX_MEMBERS) && self->by_use.length > 1)
    room_cache_remove (self, g_queue_peek_tail (&self->by_use));
}
