/* local-presence.c: who is there, as the devices of this process tell
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/local/local-presence.h"

/* A person with more devices than this loses the one that would run out first. */
#define MAX_DEVICES 64

typedef struct
{
  char *id;
  ConfabPresenceStatus status;
  gint64 expires;
} Device;

typedef struct
{
  GArray *devices;             /* of Device, never empty */
  ConfabPresenceStatus told;   /* merged, as the last caller learned it */
} Person;

struct _LocalPresence
{
  GMutex mutex;
  GHashTable *people;          /* user id → Person */
};

static void
device_clear (gpointer data)
{
  g_free (((Device *) data)->id);
}

static Person *
person_new (void)
{
  Person *self = g_new0 (Person, 1);

  self->devices = g_array_new (FALSE, FALSE, sizeof (Device));
  g_array_set_clear_func (self->devices, device_clear);
  self->told = CONFAB_PRESENCE_STATUS_OFFLINE;
  return self;
}

static void
person_free (gpointer data)
{
  Person *self = data;

  g_array_unref (self->devices);
  g_free (self);
}

static Device *
person_get_device (Person *self, guint i)
{
  return &g_array_index (self->devices, Device, i);
}

static guint
status_rank (ConfabPresenceStatus status)
{
  switch (status)
    {
    case CONFAB_PRESENCE_STATUS_ONLINE: return 3;
    case CONFAB_PRESENCE_STATUS_DND: return 2;
    case CONFAB_PRESENCE_STATUS_AWAY: return 1;
    default: return 0;
    }
}

static ConfabPresenceStatus
person_merge (Person *self, gint64 now)
{
  ConfabPresenceStatus merged = CONFAB_PRESENCE_STATUS_OFFLINE;

  for (guint i = 0; i < self->devices->len; i++)
    {
      Device *device = person_get_device (self, i);

      if (device->expires <= now)
        continue;
      if (device->status == CONFAB_PRESENCE_STATUS_INVISIBLE)
        return CONFAB_PRESENCE_STATUS_OFFLINE;
      if (status_rank (device->status) > status_rank (merged))
        merged = device->status;
    }
  return merged;
}

static void
person_forget_expired (Person *self, gint64 now)
{
  for (guint i = self->devices->len; i-- > 0;)
    {
      if (person_get_device (self, i)->expires <= now)
        g_array_remove_index_fast (self->devices, i);
    }
}

static guint
person_find (Person *self, const char *device_id)
{
  guint i = 0;

  while (i < self->devices->len && !g_str_equal (person_get_device (self, i)->id, device_id))
    i++;
  return i;
}

static guint
person_find_shortest_lived (Person *self)
{
  guint shortest = 0;

  for (guint i = 1; i < self->devices->len; i++)
    {
      if (person_get_device (self, i)->expires < person_get_device (self, shortest)->expires)
        shortest = i;
    }
  return shortest;
}

static void
person_put (Person *self, const char *device_id, ConfabPresenceStatus status, gint64 expires)
{
  guint i = person_find (self, device_id);
  Device device = { NULL, status, expires };

  if (status == CONFAB_PRESENCE_STATUS_OFFLINE)
    {
      if (i < self->devices->len)
        g_array_remove_index_fast (self->devices, i);
      return;
    }
  if (i < self->devices->len)
    {
      person_get_device (self, i)->status = status;
      person_get_device (self, i)->expires = expires;
      return;
    }
  if (self->devices->len == MAX_DEVICES)
    g_array_remove_index_fast (self->devices, person_find_shortest_lived (self));
  device.id = g_strdup (device_id);
  g_array_append_val (self->devices, device);
}

LocalPresence *
local_presence_new (void)
{
  LocalPresence *self = g_new0 (LocalPresence, 1);

  g_mutex_init (&self->mutex);
  self->people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, person_free);
  return self;
}

void
local_presence_free (LocalPresence *self)
{
  g_hash_table_unref (self->people);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

gboolean
local_presence_set (LocalPresence *self, const char *user_id, const char *device_id, ConfabPresenceStatus status,
                    guint ttl, gint64 now, ConfabPresenceStatus *merged)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Person *person = g_hash_table_lookup (self->people, user_id);
  gboolean changed;

  if (person == NULL && status == CONFAB_PRESENCE_STATUS_OFFLINE)
    {
      *merged = CONFAB_PRESENCE_STATUS_OFFLINE;
      return FALSE;
    }
  if (person == NULL)
    {
      person = person_new ();
      g_hash_table_insert (self->people, g_strdup (user_id), person);
    }

  person_forget_expired (person, now);
  person_put (person, device_id, status, now + (gint64) ttl * G_USEC_PER_SEC);
  *merged = person_merge (person, now);
  changed = *merged != person->told;
  person->told = *merged;
  if (person->devices->len == 0)
    g_hash_table_remove (self->people, user_id);
  return changed;
}

/* One that ran out and was not swept yet comes back: nobody was told that it went. */
gboolean
local_presence_renew (LocalPresence *self, const char *user_id, const char *device_id, guint ttl, gint64 now)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Person *person = g_hash_table_lookup (self->people, user_id);
  guint i = person != NULL ? person_find (person, device_id) : 0;

  if (person == NULL || i == person->devices->len)
    return FALSE;
  person_get_device (person, i)->expires = now + (gint64) ttl * G_USEC_PER_SEC;
  return TRUE;
}

gboolean
local_presence_find_device (LocalPresence *self, const char *user_id, const char *device_id,
                            ConfabPresenceStatus *status, gint64 *expires)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Person *person = g_hash_table_lookup (self->people, user_id);
  guint i = person != NULL ? person_find (person, device_id) : 0;

  if (person == NULL || i == person->devices->len)
    return FALSE;
  if (status != NULL)
    *status = person_get_device (person, i)->status;
  if (expires != NULL)
    *expires = person_get_device (person, i)->expires;
  return TRUE;
}

void
local_presence_foreach (LocalPresence *self, gint64 now, LocalPresenceFunc func, gpointer data)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GHashTableIter iter;
  gpointer user_id, person;

  g_hash_table_iter_init (&iter, self->people);
  while (g_hash_table_iter_next (&iter, &user_id, &person))
    {
      for (guint i = 0; i < ((Person *) person)->devices->len; i++)
        {
          Device *device = person_get_device (person, i);

          if (device->expires > now)
            func (user_id, device->id, device->status, device->expires - now, data);
        }
    }
}

ConfabPresenceStatus
local_presence_get (LocalPresence *self, const char *user_id, gint64 now)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Person *person = g_hash_table_lookup (self->people, user_id);

  return person != NULL ? person_merge (person, now) : CONFAB_PRESENCE_STATUS_OFFLINE;
}

/* Callers are told without the lock: they publish. */
void
local_presence_expire (LocalPresence *self, gint64 now, void (*gone) (const char *user_id, gpointer data),
                       gpointer data)
{
  g_autoptr(GPtrArray) gone_ids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer user_id, person;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->people);
  while (g_hash_table_iter_next (&iter, &user_id, &person))
    {
      ConfabPresenceStatus merged;

      person_forget_expired (person, now);
      merged = person_merge (person, now);
      if (merged == CONFAB_PRESENCE_STATUS_OFFLINE && ((Person *) person)->told != CONFAB_PRESENCE_STATUS_OFFLINE)
        g_ptr_array_add (gone_ids, g_strdup (user_id));
      /* A device less may also lower online to away; that is told with the next set, which compares with told. */
      if (merged == CONFAB_PRESENCE_STATUS_OFFLINE)
        ((Person *) person)->told = merged;
      if (((Person *) person)->devices->len == 0)
        g_hash_table_iter_remove (&iter);
    }
  g_mutex_unlock (&self->mutex);

  for (guint i = 0; i < gone_ids->len; i++)
    gone (g_ptr_array_index (gone_ids, i), data);
}
