/* instances.c: what makes one server of several: nobody's connections depend on what others tell being heard
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-domain"

#include "config.h"

#include "domain/instances.h"

#include <stdatomic.h>
#include <string.h>

#include "domain/accounts.h"
#include "domain/announce.h"
#include "domain/devices.h"
#include "domain/followed.h"
#include "domain/lanes.h"
#include "domain/missed.h"

/* Four times a minute: so long may a client stand still that no later event shows a jump. */
#define ROUND_MS 15000
/* While the backplane brings nothing, the store is the only way from one instance to another. */
#define ROUND_ALONE_MS 3000
/* Events of several instances overtake each other, and what is in the store may be on its way. */
#define PATIENCE_MS 150
/* Between two looks at what is missing: in many busy rooms each has its own moment. */
#define LEAST_PAUSE_MS 50
#define SETTLE_MS 1000
#define ROOMS_PER_QUERY 1000
/* A gap asks all clients to resume; so many in a second. */
#define RESUMES_PER_SECOND 200
/* The ends of sessions may be among what was lost: so many are looked up at a time, between other work. */
#define SESSIONS_AT_ONCE 100
#define RESYNC_LEAST_SECONDS 2
#define RESYNC_MOST_SECONDS 60

struct _Instances
{
  Domain *domain;
  Followed *followed;
  GThread *thread;
  GMutex mutex;
  GCond cond;
  gboolean closing;       /* these three under mutex */
  gboolean gap;
  gint64 suspects_due;    /* monotonic; 0: none */
  gint64 last_round;      /* the rest belongs to the thread */
  double jitter;          /* of the next round: not all instances at the same moment */
  gint64 resync_allowed;
  gboolean failing;
  GPtrArray *sessions;    /* of Device*: to be looked up */
  _Atomic guint64 rounds;
  _Atomic guint64 rooms_caught_up;
  _Atomic guint64 events_caught_up;
  _Atomic guint64 gaps;
  _Atomic guint64 failures;
};

/* ---- Looking on ------------------------------------------------------------------------------------------- */

static void
look_at_suspects (Instances *self, gint64 due)
{
  g_mutex_lock (&self->mutex);
  if (self->suspects_due == 0 || due < self->suspects_due)
    {
      self->suspects_due = due;
      g_cond_signal (&self->cond);
    }
  g_mutex_unlock (&self->mutex);
}

static void
look_soon (Instances *self)
{
  look_at_suspects (self, g_get_monotonic_time () + PATIENCE_MS * 1000);
}

static void
on_subscribed (const char *topic, gpointer data)
{
  followed_add (((Instances *) data)->followed, topic);
}

static void
on_unsubscribed (const char *topic, gpointer data)
{
  followed_remove (((Instances *) data)->followed, topic);
}

static void
forget (Instances *self, const char *what)
{
  if (g_str_has_prefix (what, "room:"))
    lanes_forget (self->domain->lanes, what + strlen ("room:"));
  else if (g_str_has_prefix (what, "session:"))
    accounts_forget_session (self->domain->accounts, what + strlen ("session:"));
}

static void
look_at (Instances *self, const Event *event)
{
  gboolean about_room = event->argument != NULL && g_str_has_prefix (event->argument, "room:");

  if (event->control == EVENT_FORGET && event->argument != NULL)
    forget (self, event->argument);
  else if (event->control == EVENT_SUBSCRIBE && about_room && event->rev > 0)
    {
      followed_join (self->followed, event->argument + strlen ("room:"), event->rev);
      look_soon (self);
    }
  else if (event->rev > 0 && g_str_has_prefix (event->topic, "room:") &&
           followed_note (self->followed, event->topic + strlen ("room:"), event->rev))
    look_soon (self);
}

static void
on_delivered (Event **events, guint n_events, gpointer data)
{
  for (guint i = 0; i < n_events; i++)
    look_at (data, events[i]);
}

static const BackplaneObserver observer = { on_subscribed, on_unsubscribed, on_delivered };

static void
on_gap (gpointer data)
{
  Instances *self = data;

  g_mutex_lock (&self->mutex);
  self->gap = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/* ---- Catching up ------------------------------------------------------------------------------------------ */

static gboolean
is_closing (Instances *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->closing;
}

/* Once when it begins and once when it ends. */
static void
note_failure (Instances *self, const GError *error)
{
  if (error != NULL)
    self->failures++;
  if (error != NULL && !self->failing)
    g_message ("What others did cannot be looked up: %s", error->message);
  self->failing = error != NULL;
}

static gboolean
catch_up_room (Instances *self, const char *room_id)
{
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);
  g_autoptr(GError) error = NULL;
  gint64 since = followed_get_rev (self->followed, room_id);
  gint64 rev = 0;

  if (since < 0)
    return TRUE;
  if (!missed_read (self->domain, self->followed, room_id, since, events, &rev, &error))
    {
      note_failure (self, error);
      return FALSE;
    }
  followed_reach (self->followed, room_id, rev);
  if (events->len > 0)
    backplane_deliver (self->domain->backplane, (Event **) events->pdata, events->len);
  self->rooms_caught_up++;
  self->events_caught_up += events->len;
  g_debug ("Room %s was caught up from rev %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ", %u events", room_id, since,
           rev, events->len);
  return TRUE;
}

static gboolean
read_revs (Instances *self, GPtrArray *rooms, guint first, guint n, gint64 *revs)
{
  g_autofree const char **ids = g_new0 (const char *, n + 1);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < n; i++)
    ids[i] = ((const FollowedRoom *) rooms->pdata[first + i])->room_id;
  if (store_get_revs (self->domain->store, ids, revs, &error))
    return TRUE;
  note_failure (self, error);
  return FALSE;
}

/* Appends to behind those rooms whose rev in the store is above the one told, or who have none there any more, with
 * the store's rev. */
static gboolean
find_behind (Instances *self, GPtrArray *rooms, GPtrArray *behind)
{
  g_autofree gint64 *revs = g_new0 (gint64, ROOMS_PER_QUERY);

  for (guint first = 0; first < rooms->len && !is_closing (self); first += ROOMS_PER_QUERY)
    {
      guint n = MIN (ROOMS_PER_QUERY, rooms->len - first);

      if (!read_revs (self, rooms, first, n, revs))
        return FALSE;
      for (guint i = 0; i < n; i++)
        {
          FollowedRoom *room = rooms->pdata[first + i];

          if (revs[i] >= 0 && revs[i] <= room->rev)
            continue;
          room->rev = revs[i];
          g_ptr_array_add (behind, room);
        }
    }
  return TRUE;
}

static void
wait_a_little (Instances *self)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_MS * 1000;

  g_mutex_lock (&self->mutex);
  while (!self->closing && g_cond_wait_until (&self->cond, &self->mutex, until))
    continue;
  g_mutex_unlock (&self->mutex);
}

/* rooms: of FollowedRoom*. */
static gboolean
check_rooms (Instances *self, GPtrArray *rooms, gboolean patient)
{
  g_autoptr(GPtrArray) behind = g_ptr_array_new ();

  if (!find_behind (self, rooms, behind))
    return FALSE;
  if (patient && behind->len > 0)
    wait_a_little (self);
  for (guint i = 0; i < behind->len && !is_closing (self); i++)
    {
      const FollowedRoom *room = behind->pdata[i];

      if (room->rev >= 0 && followed_get_rev (self->followed, room->room_id) >= room->rev)
        continue;
      if (!catch_up_room (self, room->room_id))
        return FALSE;
    }
  note_failure (self, NULL);
  return TRUE;
}

static void
check_all (Instances *self, gboolean patient)
{
  g_autoptr(GPtrArray) rooms = followed_list_rooms (self->followed);
  gint64 started = g_get_monotonic_time ();

  self->rounds++;
  check_rooms (self, rooms, patient);
  g_debug ("%u rooms were compared in %.1f ms", rooms->len, (g_get_monotonic_time () - started) / 1000.0);
}

static void
check_suspects (Instances *self)
{
  gint64 next = 0;
  g_autoptr(GPtrArray) rooms = followed_take_suspects (self->followed, PATIENCE_MS * 1000, &next);

  if (next > 0)
    look_at_suspects (self, MAX (next, g_get_monotonic_time () + LEAST_PAUSE_MS * 1000));
  if (rooms->len == 0)
    return;
  /* Somebody who joined may have been told of the room before this instance heard what happens in it. */
  backplane_settle (self->domain->backplane, SETTLE_MS);
  check_rooms (self, rooms, FALSE);
}

/* ---- Gaps ------------------------------------------------------------------------------------------------- */

static Event *
make_resync (guint seconds)
{
  ConfabJsonWriter writer;

  confab_json_writer_init (&writer, g_string_sized_new (32));
  confab_json_writer_begin_object (&writer);
  confab_json_writer_member_int (&writer, "within", seconds);
  confab_json_writer_end_object (&writer);
  return event_new (TOPIC_INSTANCES, CONFAB_EVENT_RESYNC, confab_json_writer_steal (&writer));
}

/* Everybody here, in one frame that they share. */
static void
ask_to_resume (Instances *self, guint seconds)
{
  g_autoptr(GPtrArray) users = followed_list_users (self->followed);
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);
  g_autoptr(Event) resync = make_resync (seconds);

  for (guint i = 0; i < users->len; i++)
    {
      g_autofree char *topic = topic_for_user (users->pdata[i]);

      g_ptr_array_add (events, event_new_like (resync, topic));
    }
  if (events->len > 0)
    backplane_deliver (self->domain->backplane, (Event **) events->pdata, events->len);
}

static void
close_gap (Instances *self)
{
  guint seconds = CLAMP (followed_count_users (self->followed) / RESUMES_PER_SECOND, RESYNC_LEAST_SECONDS,
                         RESYNC_MOST_SECONDS);

  self->gaps++;
  g_message ("Events of other instances may have been lost: rooms are compared with the store, and clients are asked "
             "to resume within %u s", seconds);
  self->resync_allowed = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;
  backplane_settle (self->domain->backplane, SETTLE_MS);
  ask_to_resume (self, seconds);
  check_all (self, FALSE);
  g_clear_pointer (&self->sessions, g_ptr_array_unref);
  self->sessions = devices_list (self->domain->devices);
}

static void
check_sessions (Instances *self)
{
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < SESSIONS_AT_ONCE && self->sessions->len > 0; i++)
    {
      const Device *device = self->sessions->pdata[self->sessions->len - 1];

      if (!accounts_recheck_session (self->domain->accounts, device->user_id, device->session_id, &error))
        {
          note_failure (self, error);
          wait_a_little (self);
          return;
        }
      g_ptr_array_set_size (self->sessions, self->sessions->len - 1);
    }
}

/* ---- The thread ------------------------------------------------------------------------------------------- */

typedef enum
{
  WORK_NONE,
  WORK_GAP,
  WORK_SUSPECTS,
  WORK_ROUND,
  WORK_SESSIONS,
} Work;

static gint64
get_round_due (Instances *self)
{
  BackplaneStatus status;

  backplane_get_status (self->domain->backplane, &status);
  return self->last_round + (status.connected ? ROUND_MS : ROUND_ALONE_MS) * 1000 * self->jitter;
}

static void
end_round (Instances *self)
{
  self->last_round = g_get_monotonic_time ();
  self->jitter = g_random_double_range (0.8, 1.2);
}

/* Whether it is time; else until is no later than that. */
static gboolean
is_due (gint64 *due, gint64 now, gint64 *until)
{
  if (*due == 0)
    return FALSE;
  if (now >= *due)
    {
      *due = 0;
      return TRUE;
    }
  *until = MIN (*until, *due);
  return FALSE;
}

/* With the mutex held; until: out, when to look again. */
static Work
choose_work (Instances *self, gint64 round_due, gint64 *until)
{
  gint64 now = g_get_monotonic_time ();

  /* The backplane may be lost meanwhile, and the round be due sooner. */
  *until = MIN (round_due, now + ROUND_ALONE_MS * 1000);
  if (self->gap && now >= self->resync_allowed)
    {
      self->gap = FALSE;
      return WORK_GAP;
    }
  if (self->gap)
    *until = MIN (*until, self->resync_allowed);
  if (is_due (&self->suspects_due, now, until))
    return WORK_SUSPECTS;
  if (now >= round_due)
    return WORK_ROUND;
  return self->sessions->len > 0 ? WORK_SESSIONS : WORK_NONE;
}

static void
do_work (Instances *self, Work work)
{
  switch (work)
    {
    case WORK_GAP:
      close_gap (self);
      break;

    case WORK_SUSPECTS:
      check_suspects (self);
      break;

    case WORK_ROUND:
      check_all (self, TRUE);
      end_round (self);
      break;

    case WORK_SESSIONS:
      check_sessions (self);
      break;

    case WORK_NONE:
    default:
      g_assert_not_reached ();
    }
}

/* Waits; WORK_NONE when the end has come. */
static Work
wait_for_work (Instances *self)
{
  Work work = WORK_NONE;

  while (work == WORK_NONE)
    {
      gint64 round_due = get_round_due (self);
      gint64 until = 0;

      g_mutex_lock (&self->mutex);
      work = choose_work (self, round_due, &until);
      if (work == WORK_NONE && !self->closing)
        g_cond_wait_until (&self->cond, &self->mutex, until);
      if (self->closing)
        {
          g_mutex_unlock (&self->mutex);
          return WORK_NONE;
        }
      g_mutex_unlock (&self->mutex);
    }
  return work;
}

static gpointer
instances_run (gpointer data)
{
  Instances *self = data;
  Work work = WORK_NONE;

  while ((work = wait_for_work (self)) != WORK_NONE)
    do_work (self, work);
  return NULL;
}

/* ---- Called by others ------------------------------------------------------------------------------------- */

static void
begin_rooms (Instances *self, const char *const *room_ids)
{
  g_autoptr(GPtrArray) unknown = followed_list_unknown (self->followed, room_ids);
  g_autofree gint64 *revs = g_new0 (gint64, unknown->len + 1);
  g_autoptr(GError) error = NULL;

  if (unknown->len == 0)
    return;
  g_ptr_array_add (unknown, NULL);
  if (!store_get_revs (self->domain->store, (const char *const *) unknown->pdata, revs, &error))
    {
      g_debug ("The revs of rooms cannot be read: %s", error->message);
      return;
    }
  for (guint i = 0; i + 1 < unknown->len; i++)
    followed_begin (self->followed, unknown->pdata[i], MAX (revs[i], 0));
}

void
instances_settle (Instances *self, const char *const *room_ids)
{
  if (self == NULL)
    return;
  backplane_settle (self->domain->backplane, SETTLE_MS);
  /* Read before the connection's snapshot is: whatever that has, it is not below these. */
  if (room_ids != NULL)
    begin_rooms (self, room_ids);
}

void
instances_get_status (Instances *self, InstancesStatus *status)
{
  *status = (InstancesStatus) { 0 };
  if (self == NULL)
    return;
  *status = (InstancesStatus) {
    .rooms = followed_count_rooms (self->followed),
    .rounds = self->rounds,
    .rooms_caught_up = self->rooms_caught_up,
    .events_caught_up = self->events_caught_up,
    .gaps = self->gaps,
    .failures = self->failures,
  };
}

Instances *
instances_new (Domain *domain)
{
  Instances *self = g_new0 (Instances, 1);

  self->domain = domain;
  self->followed = followed_new ();
  self->sessions = g_ptr_array_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  end_round (self);
  backplane_set_observer (domain->backplane, &observer, self);
  backplane_set_gap (domain->backplane, on_gap, self);
  backplane_subscribe (domain->backplane, TOPIC_INSTANCES);
  self->thread = g_thread_new ("instances", instances_run, self);
  return self;
}

void
instances_free (Instances *self)
{
  g_mutex_lock (&self->mutex);
  self->closing = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  backplane_unsubscribe (self->domain->backplane, TOPIC_INSTANCES);
  backplane_set_gap (self->domain->backplane, NULL, NULL);
  backplane_set_observer (self->domain->backplane, NULL, NULL);
  followed_free (self->followed);
  g_ptr_array_unref (self->sessions);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}
