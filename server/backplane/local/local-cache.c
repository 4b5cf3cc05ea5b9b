/* local-cache.c: values that this process keeps for a while
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An entry without a value is the mark of a drop: it is there, so that nothing can be put.
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/local/local-cache.h"

#include <string.h>

/* What the structures around a key and a value take, roughly. */
#define ENTRY_OVERHEAD 128

typedef struct
{
  GList link;        /* in the order of being put */
  char *key;
  GBytes *value;     /* NULL: dropped */
  gsize size;
  gint64 expires;
} Entry;

struct _LocalCache
{
  GMutex mutex;
  GHashTable *entries;   /* the entry's key → Entry */
  GQueue order;          /* oldest first */
  gsize size;
};

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_clear_pointer (&self->value, g_bytes_unref);
  g_free (self->key);
  g_free (self);
}

static void
cache_remove (LocalCache *self, Entry *entry)
{
  g_queue_unlink (&self->order, &entry->link);
  self->size -= entry->size;
  g_hash_table_remove (self->entries, entry->key);
}

static Entry *
cache_find (LocalCache *self, const char *key, gint64 now)
{
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (entry == NULL || entry->expires > now)
    return entry;
  cache_remove (self, entry);
  return NULL;
}

static void
cache_add (LocalCache *self, const char *key, GBytes *value, guint seconds, gint64 now)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->link.data = entry;
  entry->key = g_strdup (key);
  entry->value = value != NULL ? g_bytes_ref (value) : NULL;
  entry->size = ENTRY_OVERHEAD + strlen (key) + (value != NULL ? g_bytes_get_size (value) : 0);
  entry->expires = now + (gint64) seconds * G_USEC_PER_SEC;
  g_hash_table_insert (self->entries, entry->key, entry);
  g_queue_push_tail_link (&self->order, &entry->link);
  self->size += entry->size;
  while (self->size > LOCAL_CACHE_MAX)
    cache_remove (self, g_queue_peek_head (&self->order));
}

LocalCache *
local_cache_new (void)
{
  LocalCache *self = g_new0 (LocalCache, 1);

  g_mutex_init (&self->mutex);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  g_queue_init (&self->order);
  return self;
}

void
local_cache_free (LocalCache *self)
{
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

GBytes *
local_cache_get (LocalCache *self, const char *key, gint64 now)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Entry *entry = cache_find (self, key, now);

  return entry != NULL && entry->value != NULL ? g_bytes_ref (entry->value) : NULL;
}

void
local_cache_put (LocalCache *self, const char *key, GBytes *value, guint ttl, gint64 now)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (cache_find (self, key, now) == NULL)
    cache_add (self, key, value, ttl, now);
}

void
local_cache_drop (LocalCache *self, const char *key, guint seconds, gint64 now)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Entry *entry = cache_find (self, key, now);

  if (entry != NULL)
    cache_remove (self, entry);
  cache_add (self, key, NULL, seconds, now);
}

gsize
local_cache_get_size (LocalCache *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->size;
}
