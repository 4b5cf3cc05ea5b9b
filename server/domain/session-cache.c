/* session-cache.c: sessions that were seen in the store a moment ago
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/session-cache.h"

#include <string.h>

#define LIFETIME_MS 30000
#define MAX_ENTRIES 50000

struct _SessionCache
{
  GMutex mutex;
  GHashTable *entries;   /* session id → Entry */
  guint64 generation;
};

typedef struct
{
  char *user_id;
  gint64 until;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_free (self->user_id);
  g_free (self);
}

SessionCache *
session_cache_new (void)
{
  SessionCache *self = g_new0 (SessionCache, 1);

  g_mutex_init (&self->mutex);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  return self;
}

void
session_cache_free (SessionCache *self)
{
  g_mutex_clear (&self->mutex);
  g_hash_table_unref (self->entries);
  g_free (self);
}

gboolean
session_cache_contains (SessionCache *self, const char *session_id, const char *user_id, gint64 now)
{
  const Entry *entry = NULL;
  gboolean found = FALSE;

  g_mutex_lock (&self->mutex);
  entry = g_hash_table_lookup (self->entries, session_id);
  found = entry != NULL && entry->until > now && strcmp (entry->user_id, user_id) == 0;
  g_mutex_unlock (&self->mutex);
  return found;
}

static gboolean
has_run_out (gpointer key, gpointer value, gpointer data)
{
  return ((const Entry *) value)->until <= *(const gint64 *) data;
}

guint64
session_cache_get_generation (SessionCache *self)
{
  guint64 generation = 0;

  g_mutex_lock (&self->mutex);
  generation = self->generation;
  g_mutex_unlock (&self->mutex);
  return generation;
}

/* With the mutex held. */
static void
insert (SessionCache *self, const char *session_id, const char *user_id, gint64 now)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->user_id = g_strdup (user_id);
  entry->until = now + LIFETIME_MS;
  if (g_hash_table_size (self->entries) >= MAX_ENTRIES)
    g_hash_table_foreach_remove (self->entries, has_run_out, &now);
  /* All of them are in use: the store is asked a little more often. */
  if (g_hash_table_size (self->entries) >= MAX_ENTRIES)
    g_hash_table_remove_all (self->entries);
  g_hash_table_insert (self->entries, g_strdup (session_id), entry);
}

void
session_cache_add (SessionCache *self, const char *session_id, const char *user_id, guint64 generation, gint64 now)
{
  g_mutex_lock (&self->mutex);
  if (generation == self->generation)
    insert (self, session_id, user_id, now);
  g_mutex_unlock (&self->mutex);
}

void
session_cache_remove (SessionCache *self, const char *session_id)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_remove (self->entries, session_id);
  self->generation++;
  g_mutex_unlock (&self->mutex);
}
