/* lanes.c: where room verbs run, one room always on the same thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-domain"

#include "config.h"

#include "domain/lanes.h"

#include <stdatomic.h>

#include "domain/announce.h"
#include "domain/room-cache.h"
#include "domain/store-watch.h"
#include "protocol/confab-error.h"

/* A batch bounds how long the first of it waits for the last; past 256 rows SQLite gains nothing more. */
#define BATCH_TASKS 256
#define QUEUE_TASKS 20000
/* Another instance may win a room again and again; after this many rounds the client is asked to come back. */
#define STALE_ROUNDS 8
/* With other instances about: how long a lane believes what it remembers of a room where nothing it decides is checked
 * by the store, and where everything is. Seconds. */
#define BELIEVE 30
#define REMEMBER 1800
/* Rooms to forget that wait for their lane; more, and it forgets all. */
#define MAX_FORGOTTEN 4096
/* Whoever waits longer has given up, and a store that stalls must not be met by all that piled up meanwhile. */
#define PATIENCE_SECONDS 20

typedef struct
{
  char *room_id;
  const RoomVerb *verb;
  Request *request;
  guint rounds;
  Decision decision;
} Task;

typedef struct
{
  Lanes *lanes;
  GThread *thread;
  GMutex mutex;
  GCond cond;
  GQueue queue;         /* of Task*, under mutex */
  gboolean closing;     /* under mutex */
  GHashTable *forgotten; /* room ids, under mutex */
  RoomCache *rooms;     /* the rest belongs to the thread */
} Lane;

struct _Lanes
{
  Domain *domain;
  Lane *lanes;
  guint n_lanes;
  guint pending;        /* atomic */
  _Atomic guint64 stale_rounds;
};

static Lane *
lanes_get_lane (Lanes *self, const char *room_id)
{
  return &self->lanes[g_str_hash (room_id) % self->n_lanes];
}

static void
lane_forget (Lane *self, const char *room_id)
{
  g_mutex_lock (&self->mutex);
  if (g_hash_table_size (self->forgotten) < MAX_FORGOTTEN)
    g_hash_table_add (self->forgotten, g_strdup (room_id));
  g_mutex_unlock (&self->mutex);
}

/* Between batches. */
static void
lane_drop_forgotten (Lane *self)
{
  GHashTableIter iter;
  gpointer room_id = NULL;

  g_mutex_lock (&self->mutex);
  if (g_hash_table_size (self->forgotten) >= MAX_FORGOTTEN)
    room_cache_clear (self->rooms);
  g_hash_table_iter_init (&iter, self->forgotten);
  while (g_hash_table_iter_next (&iter, &room_id, NULL))
    room_cache_drop (self->rooms, room_id);
  g_hash_table_remove_all (self->forgotten);
  g_mutex_unlock (&self->mutex);
}

static void
task_clear_decision (Task *self)
{
  g_clear_pointer (&self->decision.changes, g_ptr_array_unref);
  g_clear_pointer (&self->decision.events, g_ptr_array_unref);
  self->decision.room = NULL;
  self->decision.me = NULL;
}

static void
task_finish (Task *self, Lane *lane, GBytes *reply, const GError *error)
{
  request_finish (g_steal_pointer (&self->request), reply, error);
  task_clear_decision (self);
  g_free (self->room_id);
  g_free (self);
  g_atomic_int_add (&lane->lanes->pending, -1);
}

/* ---- Deciding --------------------------------------------------------------------------------------------- */

static gboolean
task_decide (Task *self, Lane *lane, GError **error)
{
  Domain *domain = lane->lanes->domain;
  const RoomState *room = room_cache_get (lane->rooms, domain->store, domain->backplane, self->room_id, error);
  const Caller *caller = self->request->caller;

  if (room == NULL)
    return FALSE;
  self->decision = (Decision) {
    .domain = domain,
    .room = room,
    .caller = caller,
    .me = room_state_get_member (room, caller->user_id),
    .fields = self->request->fields,
    .now = domain_now (domain),
    .changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free),
    .events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref),
  };
  return self->verb->decide (&self->decision, error);
}

/* A refusal that rests on who is a member, and not on the words of the request or the state of the server. */
static gboolean
is_denial (const GError *error)
{
  return error != NULL && error->domain == CONFAB_ERROR && error->code != CONFAB_ERROR_UNAVAILABLE &&
         error->code != CONFAB_ERROR_INTERNAL && error->code != CONFAB_ERROR_BAD_REQUEST;
}

/* A change is checked when it is applied. What changes nothing is not, so it must not rest on a membership that another
 * instance may have changed: a refusal never, anything else not for long. One row is read, and only with others
 * about. */
static gboolean
task_needs_check (const Task *self, Lane *lane, const GError *error)
{
  if (self->decision.room == NULL || !backplane_is_shared (lane->lanes->domain->backplane))
    return FALSE;
  if (error != NULL)
    return is_denial (error);
  return self->decision.changes->len == 0 && room_cache_get_age (lane->rooms, self->room_id) >= BELIEVE;
}

/* FALSE: the membership is another one by now. */
static gboolean
task_check (Task *self, Lane *lane)
{
  g_autoptr(Room) room = store_get_room (lane->lanes->domain->store, self->room_id, NULL);

  if (room != NULL && room->members_rev == self->decision.room->room->members_rev)
    {
      room_cache_confirm (lane->rooms, self->room_id);
      return TRUE;
    }
  return FALSE;
}

/* A change of membership, role or settings alters what later verbs of the room are decided on. */
static gboolean
task_changes_state (const Task *self)
{
  for (guint i = 0; i < self->decision.changes->len; i++)
    {
      const Change *change = self->decision.changes->pdata[i];

      if (change->kind == CHANGE_JOIN || change->kind == CHANGE_LEAVE || change->kind == CHANGE_SET_ROLE ||
          change->kind == CHANGE_UPDATE_ROOM || change->kind == CHANGE_DELETE_ROOM)
        return TRUE;
    }
  return FALSE;
}

/* The person's own view of a room just joined is read back, so that it is what list-rooms would say. */
static void
lane_announce_join (Lane *self, const Change *change, GPtrArray *events)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(RoomSummary) summary = store_get_user_room (self->lanes->domain->store, change->target_id,
                                                        change->room_id, &error);

  if (summary != NULL)
    announce_joined (summary, events);
  else
    g_debug ("Cannot tell a new member of their room: %s", error->message);
}

static void
lane_tell_instances (Lane *self, const Task *task, GPtrArray *events)
{
  g_autofree char *what = g_strconcat ("room:", task->room_id, NULL);

  if (backplane_is_shared (self->lanes->domain->backplane) && task_changes_state (task))
    announce_outdated (what, events);
}

static void
lane_follow (Lane *self, Task *task, GPtrArray *events)
{
  const Limits *limits = &self->lanes->domain->limits;

  lane_tell_instances (self, task, events);

  for (guint i = 0; i < task->decision.changes->len; i++)
    {
      Change *change = task->decision.changes->pdata[i];

      if (change->outcome != OUTCOME_APPLIED)
        continue;
      room_cache_confirm (self->rooms, change->room_id);
      if (change->kind == CHANGE_JOIN)
        lane_announce_join (self, change, events);
      announce_change (limits, task->decision.room, change, events);
      if (change->kind == CHANGE_DELETE_ROOM)
        room_cache_drop (self->rooms, change->room_id);
      else
        room_cache_follow (self->rooms, change);
    }
}

static const GError *
task_get_refusal (const Task *self)
{
  for (guint i = 0; i < self->decision.changes->len; i++)
    {
      const Change *change = self->decision.changes->pdata[i];

      if (change->outcome == OUTCOME_REFUSED)
        return change->error;
    }
  return NULL;
}

static gboolean
task_is_stale (const Task *self)
{
  for (guint i = 0; i < self->decision.changes->len; i++)
    if (((const Change *) self->decision.changes->pdata[i])->outcome == OUTCOME_STALE)
      return TRUE;
  return FALSE;
}

static void
lane_answer (Lane *self, Task *task)
{
  const GError *refusal = task_get_refusal (task);
  g_autoptr(GBytes) reply = NULL;
  ConfabJsonWriter writer;

  /* What it was decided on may be gone by now. */
  task->decision.room = NULL;
  task->decision.me = NULL;
  if (refusal != NULL)
    {
      task_finish (task, self, NULL, refusal);
      return;
    }
  confab_json_writer_init (&writer, g_string_sized_new (256));
  confab_json_writer_begin_object (&writer);
  if (task->verb->reply != NULL)
    task->verb->reply (&task->decision, &writer);
  confab_json_writer_end_object (&writer);
  reply = g_string_free_to_bytes (confab_json_writer_steal (&writer));
  task_finish (task, self, reply, NULL);
}

/* To be decided again on what the store has then; not before the batch is done, whose tasks look at what is
 * remembered. */
static void
lane_requeue (Lane *self, Task *task)
{
  g_autoptr(GError) error = NULL;

  self->lanes->stale_rounds++;
  lane_forget (self, task->room_id);
  task_clear_decision (task);
  if (++task->rounds < STALE_ROUNDS)
    {
      g_mutex_lock (&self->mutex);
      g_queue_push_head (&self->queue, task);
      g_mutex_unlock (&self->mutex);
      return;
    }
  g_set_error_literal (&error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The room is changing too quickly; try again");
  confab_error_set_retry_after (error, 1);
  task_finish (task, self, NULL, error);
}

static void
lane_fail (Lane *self, GPtrArray *batch, const GError *error)
{
  for (guint i = 0; i < batch->len; i++)
    {
      Task *task = batch->pdata[i];

      lane_forget (self, task->room_id);
      task_finish (task, self, NULL, error);
    }
}

static void
fail_late (Task *task, Lane *lane)
{
  g_autoptr(GError) error =
    g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The server is busy; try again");

  confab_error_set_retry_after (error, 1);
  task_finish (task, lane, NULL, error);
}

/* Decided: into the batch. Undecided: refused, or to be decided again. Either may close the room for what follows. */
static void
lane_decide_one (Lane *self, Task *task, GPtrArray *batch, GPtrArray *again, GHashTable *closed)
{
  g_autoptr(GError) error = NULL;
  gboolean decided = FALSE;

  if (!store_watch_check (self->lanes->domain->store_watch, &error))
    {
      task_finish (task, self, NULL, error);
      return;
    }
  if (g_get_monotonic_time () - task->request->arrived > PATIENCE_SECONDS * G_TIME_SPAN_SECOND)
    {
      fail_late (task, self);
      return;
    }
  decided = task_decide (task, self, &error);
  if (task_needs_check (task, self, error) && !task_check (task, self))
    {
      g_hash_table_add (closed, task->room_id);
      g_ptr_array_add (again, task);
    }
  else if (!decided)
    task_finish (task, self, NULL, error);
  else
    {
      g_ptr_array_add (batch, task);
      if (task_changes_state (task))
        g_hash_table_add (closed, task->room_id);
    }
}

/* Decides what can be decided now. What follows a change of its room's state in the same batch goes back to the
 * queue, in order. */
static GPtrArray *
lane_decide (Lane *self, GQueue *taken)
{
  g_autoptr(GHashTable) closed = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GPtrArray) batch = g_ptr_array_new ();
  g_autoptr(GPtrArray) again = g_ptr_array_new ();
  GQueue later = G_QUEUE_INIT;
  Task *task;

  while ((task = g_queue_pop_head (taken)) != NULL)
    {
      if (g_hash_table_contains (closed, task->room_id))
        g_queue_push_tail (&later, task);
      else
        lane_decide_one (self, task, batch, again, closed);
    }
  if (!g_queue_is_empty (&later))
    {
      g_mutex_lock (&self->mutex);
      while ((task = g_queue_pop_tail (&later)) != NULL)
        g_queue_push_head (&self->queue, task);
      g_mutex_unlock (&self->mutex);
    }
  for (guint i = 0; i < again->len; i++)
    lane_requeue (self, again->pdata[i]);
  return g_steal_pointer (&batch);
}

static void
lane_commit (Lane *self, GPtrArray *batch)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new ();
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < batch->len; i++)
    g_ptr_array_extend (changes, ((Task *) batch->pdata[i])->decision.changes, NULL, NULL);
  if (changes->len > 0 && !store_apply (self->lanes->domain->store, (Change **) changes->pdata, changes->len, &error))
    {
      confab_error_set_retry_after (error, 1);
      lane_fail (self, batch, error);
      return;
    }
  for (guint i = 0; i < batch->len; i++)
    {
      Task *task = batch->pdata[i];

      if (task_is_stale (task))
        continue;
      lane_follow (self, task, events);
      for (guint j = 0; j < task->decision.events->len; j++)
        g_ptr_array_add (events, event_ref (task->decision.events->pdata[j]));
    }
  if (events->len > 0)
    backplane_publish (self->lanes->domain->backplane, (Event **) events->pdata, events->len);
  /* Backwards, so that what goes to the head of the queue again keeps its order. */
  for (guint i = batch->len; i > 0; i--)
    if (task_is_stale (batch->pdata[i - 1]))
      lane_requeue (self, g_steal_pointer (&batch->pdata[i - 1]));
  for (guint i = 0; i < batch->len; i++)
    if (batch->pdata[i] != NULL)
      lane_answer (self, batch->pdata[i]);
}

/* Waits for work; FALSE when there is none and none will come. */
static gboolean
lane_take (Lane *self, GQueue *taken)
{
  g_mutex_lock (&self->mutex);
  while (g_queue_is_empty (&self->queue) && !self->closing)
    g_cond_wait (&self->cond, &self->mutex);
  for (guint i = 0; i < BATCH_TASKS && !g_queue_is_empty (&self->queue); i++)
    g_queue_push_tail_link (taken, g_queue_pop_head_link (&self->queue));
  g_mutex_unlock (&self->mutex);
  return !g_queue_is_empty (taken);
}

static gpointer
lane_run (gpointer data)
{
  Lane *self = data;
  GQueue taken = G_QUEUE_INIT;

  while (lane_take (self, &taken))
    {
      g_autoptr(GPtrArray) batch = NULL;

      lane_drop_forgotten (self);
      room_cache_trim (self->rooms);
      batch = lane_decide (self, &taken);
      if (batch->len > 0)
        lane_commit (self, batch);
    }
  return NULL;
}

Lanes *
lanes_new (Domain *domain, guint n_lanes)
{
  Lanes *self = g_new0 (Lanes, 1);

  self->domain = domain;
  self->n_lanes = n_lanes > 0 ? n_lanes : MAX (store_get_lanes (domain->store), 1);
  self->lanes = g_new0 (Lane, self->n_lanes);
  for (guint i = 0; i < self->n_lanes; i++)
    {
      Lane *lane = &self->lanes[i];

      lane->lanes = self;
      g_mutex_init (&lane->mutex);
      g_cond_init (&lane->cond);
      g_queue_init (&lane->queue);
      lane->forgotten = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      lane->rooms = room_cache_new (backplane_is_shared (domain->backplane) ? REMEMBER : 0);
      lane->thread = g_thread_new ("lane", lane_run, lane);
    }
  return self;
}

void
lanes_free (Lanes *self)
{
  for (guint i = 0; i < self->n_lanes; i++)
    {
      Lane *lane = &self->lanes[i];

      g_mutex_lock (&lane->mutex);
      lane->closing = TRUE;
      g_cond_signal (&lane->cond);
      g_mutex_unlock (&lane->mutex);
      g_thread_join (lane->thread);
      room_cache_free (lane->rooms);
      g_hash_table_unref (lane->forgotten);
      g_mutex_clear (&lane->mutex);
      g_cond_clear (&lane->cond);
    }
  g_free (self->lanes);
  g_free (self);
}

void
lanes_submit (Lanes *self, const char *room_id, const RoomVerb *verb, Request *request)
{
  Lane *lane = lanes_get_lane (self, room_id);
  g_autoptr(GError) error = NULL;
  Task *task = NULL;
  gboolean full = FALSE;

  g_mutex_lock (&lane->mutex);
  full = lane->queue.length >= QUEUE_TASKS || lane->closing;
  if (!full)
    {
      task = g_new0 (Task, 1);
      task->room_id = g_strdup (room_id);
      task->verb = verb;
      task->request = request;
      g_atomic_int_inc (&self->pending);
      g_queue_push_tail (&lane->queue, task);
      g_cond_signal (&lane->cond);
    }
  g_mutex_unlock (&lane->mutex);
  if (!full)
    return;
  g_set_error_literal (&error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The server is busy; try again");
  confab_error_set_retry_after (error, 1);
  request_finish (request, NULL, error);
}

void
lanes_forget (Lanes *self, const char *room_id)
{
  Lane *lane = lanes_get_lane (self, room_id);

  if (g_thread_self () != lane->thread)
    lane_forget (lane, room_id);
}

guint64
lanes_get_stale_rounds (Lanes *self)
{
  return self->stale_rounds;
}

guint
lanes_get_pending (Lanes *self)
{
  return g_atomic_int_get (&self->pending);
}
