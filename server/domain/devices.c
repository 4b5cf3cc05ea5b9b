/* devices.c: the sessions that have connections to this instance
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/devices.h"

typedef struct
{
  char *user_id;
  guint n_connections;
} Entry;

struct _Devices
{
  GMutex mutex;
  GHashTable *entries;   /* session id → Entry */
};

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_free (self->user_id);
  g_free (self);
}

void
device_free (Device *self)
{
  g_free (self->session_id);
  g_free (self->user_id);
  g_free (self);
}

static Device *
device_new (const char *session_id, const Entry *entry)
{
  Device *self = g_new0 (Device, 1);

  self->session_id = g_strdup (session_id);
  self->user_id = g_strdup (entry->user_id);
  return self;
}

Devices *
devices_new (void)
{
  Devices *self = g_new0 (Devices, 1);

  g_mutex_init (&self->mutex);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  return self;
}

void
devices_free (Devices *self)
{
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

guint
devices_add (Devices *self, const char *session_id, const char *user_id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Entry *entry = g_hash_table_lookup (self->entries, session_id);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->user_id = g_strdup (user_id);
      g_hash_table_insert (self->entries, g_strdup (session_id), entry);
    }
  return ++entry->n_connections;
}

guint
devices_remove (Devices *self, const char *session_id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Entry *entry = g_hash_table_lookup (self->entries, session_id);

  g_return_val_if_fail (entry != NULL, 0);
  if (entry->n_connections > 1)
    return --entry->n_connections;
  g_hash_table_remove (self->entries, session_id);
  return 0;
}

GPtrArray *
devices_list (Devices *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GPtrArray *list = g_ptr_array_new_full (g_hash_table_size (self->entries), (GDestroyNotify) device_free);
  GHashTableIter iter;
  gpointer session_id = NULL;
  gpointer entry = NULL;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &session_id, &entry))
    g_ptr_array_add (list, device_new (session_id, entry));
  return list;
}
