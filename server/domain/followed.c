/* followed.c: which rooms and people this instance's connections follow, and up to which rev they were told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/followed.h"

#include <string.h>

#define UNKNOWN -1
/* Revs told beyond a missing one. With more of them it is no longer a matter of a moment: the store tells. */
#define MAX_AHEAD 256

typedef struct
{
  gint64 rev;           /* up to here everything was told; UNKNOWN until the first look */
  gboolean told;        /* something was told since it is known */
  gint64 suspected;     /* since when, monotonic: in the table of suspects; 0: not there */
  gint64 suspected_rev; /* what rev was then: the next one was missing */
  gboolean joined;      /* to be looked at, whatever comes */
  GArray *ahead;        /* of gint64: told beyond it; nullable */
} Room;

struct _Followed
{
  GMutex mutex;
  GHashTable *rooms;    /* room id → Room */
  GHashTable *users;    /* user id */
  GHashTable *suspects; /* room id */
};

static void
room_free (gpointer data)
{
  Room *self = data;

  g_clear_pointer (&self->ahead, g_array_unref);
  g_free (self);
}

static void
followed_room_free (gpointer data)
{
  FollowedRoom *self = data;

  g_free (self->room_id);
  g_free (self);
}

Followed *
followed_new (void)
{
  Followed *self = g_new0 (Followed, 1);

  g_mutex_init (&self->mutex);
  self->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, room_free);
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->suspects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
followed_free (Followed *self)
{
  g_hash_table_unref (self->rooms);
  g_hash_table_unref (self->users);
  g_hash_table_unref (self->suspects);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static const char *
skip_prefix (const char *topic, const char *prefix)
{
  return g_str_has_prefix (topic, prefix) ? topic + strlen (prefix) : NULL;
}

void
followed_add (Followed *self, const char *topic)
{
  const char *room_id = skip_prefix (topic, "room:");
  const char *user_id = skip_prefix (topic, "user:");
  Room *room = NULL;

  g_mutex_lock (&self->mutex);
  if (user_id != NULL)
    g_hash_table_add (self->users, g_strdup (user_id));
  if (room_id != NULL)
    {
      room = g_new0 (Room, 1);
      room->rev = UNKNOWN;
      g_hash_table_replace (self->rooms, g_strdup (room_id), room);
      g_hash_table_remove (self->suspects, room_id);
    }
  g_mutex_unlock (&self->mutex);
}

void
followed_remove (Followed *self, const char *topic)
{
  const char *room_id = skip_prefix (topic, "room:");
  const char *user_id = skip_prefix (topic, "user:");

  g_mutex_lock (&self->mutex);
  if (user_id != NULL)
    g_hash_table_remove (self->users, user_id);
  if (room_id != NULL)
    {
      g_hash_table_remove (self->rooms, room_id);
      g_hash_table_remove (self->suspects, room_id);
    }
  g_mutex_unlock (&self->mutex);
}

/* ---- People ----------------------------------------------------------------------------------------------- */

gboolean
followed_has_user (Followed *self, const char *user_id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_hash_table_contains (self->users, user_id);
}

guint
followed_count_users (Followed *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_hash_table_size (self->users);
}

GPtrArray *
followed_list_users (Followed *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GPtrArray *list = g_ptr_array_new_full (g_hash_table_size (self->users), g_free);
  GHashTableIter iter;
  gpointer user_id = NULL;

  g_hash_table_iter_init (&iter, self->users);
  while (g_hash_table_iter_next (&iter, &user_id, NULL))
    g_ptr_array_add (list, g_strdup (user_id));
  return list;
}

/* ---- How far a room was told ------------------------------------------------------------------------------ */

static void
suspect (Followed *self, const char *room_id, Room *room)
{
  if (room->suspected != 0)
    return;
  g_hash_table_add (self->suspects, g_strdup (room_id));
  room->suspected = g_get_monotonic_time ();
  room->suspected_rev = room->rev;
}

static gboolean
is_ahead (const Room *room, gint64 rev)
{
  for (guint i = 0; room->ahead != NULL && i < room->ahead->len; i++)
    if (g_array_index (room->ahead, gint64, i) == rev)
      return TRUE;
  return FALSE;
}

/* What was told beyond a missing rev that has come counts from now on. */
static void
advance (Room *room)
{
  gboolean moved = room->ahead != NULL;

  while (moved)
    {
      moved = FALSE;
      for (guint i = room->ahead->len; i > 0; i--)
        {
          gint64 rev = g_array_index (room->ahead, gint64, i - 1);

          if (rev > room->rev + 1)
            continue;
          moved = moved || rev == room->rev + 1;
          room->rev = MAX (room->rev, rev);
          g_array_remove_index_fast (room->ahead, i - 1);
        }
    }
  if (room->ahead != NULL && room->ahead->len == 0)
    g_clear_pointer (&room->ahead, g_array_unref);
}

static void
put_ahead (Room *room, gint64 rev)
{
  if (room->ahead == NULL)
    room->ahead = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (room->ahead->len < MAX_AHEAD && !is_ahead (room, rev))
    g_array_append_val (room->ahead, rev);
}

gboolean
followed_note (Followed *self, const char *room_id, gint64 rev)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Room *room = g_hash_table_lookup (self->rooms, room_id);

  if (room == NULL)
    return FALSE;
  if (room->rev == UNKNOWN || rev > room->rev + 1)
    put_ahead (room, rev);
  if (room->rev == UNKNOWN || rev <= room->rev)
    return FALSE;
  room->told = TRUE;
  if (rev == room->rev + 1)
    {
      room->rev = rev;
      advance (room);
      return FALSE;
    }
  suspect (self, room_id, room);
  return TRUE;
}

/* With the mutex held. */
static void
begin (Followed *self, const char *room_id, Room *room, gint64 rev)
{
  if (room->rev != UNKNOWN && (room->told || rev >= room->rev))
    return;
  room->rev = rev;
  advance (room);
  if (room->ahead != NULL)
    suspect (self, room_id, room);
}

void
followed_begin (Followed *self, const char *room_id, gint64 rev)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Room *room = g_hash_table_lookup (self->rooms, room_id);

  if (room != NULL)
    begin (self, room_id, room, rev);
}

void
followed_join (Followed *self, const char *room_id, gint64 rev)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Room *room = g_hash_table_lookup (self->rooms, room_id);

  if (room == NULL)
    return;
  /* What the others were told since then is told once more: it does not hurt them. */
  if (room->rev > rev)
    room->rev = rev;
  else
    begin (self, room_id, room, rev);
  suspect (self, room_id, room);
  room->joined = TRUE;
}

gboolean
followed_was_told (Followed *self, const char *room_id, gint64 rev)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const Room *room = g_hash_table_lookup (self->rooms, room_id);

  return room != NULL && (rev <= room->rev || is_ahead (room, rev));
}

void
followed_reach (Followed *self, const char *room_id, gint64 rev)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Room *room = g_hash_table_lookup (self->rooms, room_id);

  if (room == NULL)
    return;
  room->rev = MAX (room->rev, rev);
  room->told = TRUE;
  advance (room);
}

/* ---- Looking ---------------------------------------------------------------------------------------------- */

guint
followed_count_rooms (Followed *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_hash_table_size (self->rooms);
}

GPtrArray *
followed_list_unknown (Followed *self, const char *const *room_ids)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  for (; *room_ids != NULL; room_ids++)
    {
      const Room *room = g_hash_table_lookup (self->rooms, *room_ids);

      if (room != NULL && room->rev == UNKNOWN)
        g_ptr_array_add (list, g_strdup (*room_ids));
    }
  return list;
}

gint64
followed_get_rev (Followed *self, const char *room_id)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const Room *room = g_hash_table_lookup (self->rooms, room_id);

  return room != NULL ? room->rev : UNKNOWN;
}

static void
list_room (GPtrArray *list, const char *room_id, const Room *room)
{
  FollowedRoom *row = NULL;

  if (room == NULL || room->rev == UNKNOWN)
    return;
  row = g_new0 (FollowedRoom, 1);
  row->room_id = g_strdup (room_id);
  row->rev = room->rev;
  g_ptr_array_add (list, row);
}

GPtrArray *
followed_list_rooms (Followed *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GPtrArray *list = g_ptr_array_new_full (g_hash_table_size (self->rooms), followed_room_free);
  GHashTableIter iter;
  gpointer room_id = NULL;
  gpointer room = NULL;

  g_hash_table_iter_init (&iter, self->rooms);
  while (g_hash_table_iter_next (&iter, &room_id, &room))
    list_room (list, room_id, room);
  return list;
}

static gboolean
missing_has_come (const Room *room)
{
  return !room->joined && room->rev > room->suspected_rev;
}

/* Is it to be suspected further, be it anew because of another rev? */
static gboolean
stays_suspect (Room *room, gint64 now, gint64 patience)
{
  if (now - room->suspected < patience)
    return TRUE;
  if (!missing_has_come (room) || room->ahead == NULL)
    return FALSE;
  room->suspected = now;
  room->suspected_rev = room->rev;
  return TRUE;
}

GPtrArray *
followed_take_suspects (Followed *self, gint64 patience, gint64 *next)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GPtrArray *list = g_ptr_array_new_with_free_func (followed_room_free);
  gint64 now = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer room_id = NULL;

  *next = 0;
  g_hash_table_iter_init (&iter, self->suspects);
  while (g_hash_table_iter_next (&iter, &room_id, NULL))
    {
      Room *room = g_hash_table_lookup (self->rooms, room_id);

      if (stays_suspect (room, now, patience))
        {
          gint64 due = room->suspected + patience;

          *next = *next == 0 ? due : MIN (*next, due);
          continue;
        }
      if (!missing_has_come (room))
        list_room (list, room_id, room);
      room->suspected = 0;
      room->joined = FALSE;
      g_hash_table_iter_remove (&iter);
    }
  return list;
}
