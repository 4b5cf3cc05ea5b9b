/* confab-timeline-load.c: filling a timeline, from the cache first and from the server where the cache has not enough
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-timeline-private.h"

#include "client/confab-json-members.h"
#include "client/confab-room-private.h"
#include "client/confab-session-private.h"
#include "protocol/confab-error.h"

/* A room whose messages come faster than they can be read is as near to its end as it gets after so many tries. */
#define MAX_TRIES 5

typedef enum
{
  LOAD_NEWEST,
  LOAD_OLDER,
  LOAD_NEWER,
  LOAD_AROUND,
} LoadKind;

typedef struct
{
  ConfabTimeline *timeline;
  LoadKind kind;
  gint64 seq;
  DexFuture *previous;   /* nullable */
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  dex_clear (&load->previous);
  g_object_unref (load->timeline);
  g_free (load);
}

static gint64
object_seq (GPtrArray *objects, guint index)
{
  return confab_json_get_int (objects->pdata[index], "seq");
}

/* Keeps the run without gaps that contains the object at index. */
static void
keep_run (GPtrArray *objects, guint index)
{
  guint first = index;
  guint last = index;

  if (objects->len == 0)
    return;
  while (first > 0 && object_seq (objects, first - 1) == object_seq (objects, first) - 1)
    first--;
  while (last + 1 < objects->len && object_seq (objects, last + 1) == object_seq (objects, last) + 1)
    last++;
  g_ptr_array_set_size (objects, last + 1);
  if (first > 0)
    g_ptr_array_remove_range (objects, 0, first);
}

static ConfabSession *
get_session (ConfabTimeline *self, GError **error)
{
  if (self->room->session == NULL || self->room->session->cache == NULL)
    g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The session has ended");
  else
    return self->room->session;
  return NULL;
}

/* What may follow the window's end in this direction: of JsonObject. On a fiber. */
static GPtrArray *
read_cache (ConfabTimeline *self, const Load *load, GError **error)
{
  const char *room_id = confab_room_get_id (self->room);
  ConfabSession *session = get_session (self, error);
  gint64 edge = 0;
  GPtrArray *objects = NULL;

  if (session == NULL)
    return NULL;
  /* What came in this turn of the main loop is to be found too. */
  confab_session_flush (session);
  switch (load->kind)
    {
    case LOAD_OLDER:
      edge = confab_timeline_get_first (self) - 1;
      objects =
        dex_await_boxed (confab_cache_load_messages (session->cache, room_id, edge + 1, CONFAB_TIMELINE_PAGE), error);
      break;
    case LOAD_NEWER:
      edge = confab_timeline_get_last (self) + 1;
      objects =
        dex_await_boxed (confab_cache_load_messages_from (session->cache, room_id, edge, CONFAB_TIMELINE_PAGE), error);
      break;
    case LOAD_AROUND:
      edge = load->seq;
      objects = dex_await_boxed (confab_cache_load_messages_from (session->cache, room_id,
                                                                  MAX (1, edge - CONFAB_TIMELINE_PAGE / 2),
                                                                  CONFAB_TIMELINE_PAGE),
                                 error);
      break;
    case LOAD_NEWEST:
    default:
      edge = self->room->last_seq;
      objects = dex_await_boxed (confab_cache_load_messages (session->cache, room_id, 0, CONFAB_TIMELINE_PAGE), error);
      break;
    }
  if (objects == NULL)
    return NULL;
  for (guint i = 0; i < objects->len; i++)
    {
      if (object_seq (objects, i) == edge)
        {
          keep_run (objects, i);
          return objects;
        }
    }
  g_ptr_array_set_size (objects, 0);
  return objects;
}

static gboolean
is_enough (ConfabTimeline *self, const Load *load, GPtrArray *objects)
{
  if (objects->len == 0)
    return self->room->last_seq == 0;
  switch (load->kind)
    {
    case LOAD_NEWER:
      return objects->len >= CONFAB_TIMELINE_PAGE || object_seq (objects, objects->len - 1) >= self->room->last_seq;
    case LOAD_AROUND:
      return TRUE;
    case LOAD_NEWEST:
    case LOAD_OLDER:
    default:
      return objects->len >= CONFAB_TIMELINE_PAGE || object_seq (objects, 0) <= 1;
    }
}

static JsonNode *
page_request_new (ConfabTimeline *self, const Load *load)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  json_object_set_string_member (object, "roomId", confab_room_get_id (self->room));
  json_object_set_int_member (object, "limit", CONFAB_TIMELINE_PAGE);
  if (load->kind == LOAD_OLDER)
    json_object_set_int_member (object, "before", confab_timeline_get_first (self));
  else if (load->kind == LOAD_NEWER)
    json_object_set_int_member (object, "after", confab_timeline_get_last (self));
  else if (load->kind == LOAD_AROUND)
    json_object_set_int_member (object, "around", load->seq);
  return node;
}

/* On a fiber. */
static GPtrArray *
ask_server (ConfabTimeline *self, const Load *load, GError **error)
{
  g_autoptr(JsonNode) request = page_request_new (self, load);
  g_autoptr(JsonNode) reply = NULL;
  g_autoptr(GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  JsonArray *array = NULL;
  guint generation = self->generation;

  reply = dex_await_boxed (confab_session_call_operation (self->room->session, CONFAB_OPERATION_LIST_MESSAGES, request),
                           error);
  if (reply == NULL || get_session (self, error) == NULL)
    return NULL;
  array = confab_json_get_array (json_node_get_object (reply), "messages");
  for (guint i = 0; i < confab_json_array_get_length (array); i++)
    {
      JsonObject *object = confab_json_array_get_object (array, i);

      if (object != NULL)
        g_ptr_array_add (objects, json_object_ref (object));
    }
  if ((load->kind == LOAD_OLDER || load->kind == LOAD_NEWEST) && generation == self->generation
      && !confab_json_get_bool (json_node_get_object (reply), "hasMore"))
    self->at_beginning = TRUE;
  return g_steal_pointer (&objects);
}

static void
trim_far_end (ConfabTimeline *self, LoadKind kind)
{
  guint surplus = self->window->len > CONFAB_TIMELINE_MAX_WINDOW ? self->window->len - CONFAB_TIMELINE_MAX_WINDOW : 0;

  if (surplus == 0)
    return;
  if (kind == LOAD_NEWER)
    {
      self->at_beginning = FALSE;
      confab_timeline_remove (self, 0, surplus);
    }
  else
    {
      confab_timeline_remove (self, self->window->len - surplus, surplus);
      confab_timeline_set_flag (self, &self->has_newer, TRUE, CONFAB_TIMELINE_PROP_HAS_NEWER);
    }
}

/* TRUE: something was added. */
static gboolean
show_objects (ConfabTimeline *self, const Load *load, GPtrArray *objects, gboolean from_cache)
{
  g_autoptr(GPtrArray) messages = confab_room_take (self->room, objects, from_cache);
  guint added = 0;

  if (messages->len == 0 && load->kind != LOAD_NEWEST)
    return FALSE;
  added = confab_timeline_show_run (self, messages);
  if (load->kind == LOAD_OLDER || load->kind == LOAD_NEWER)
    trim_far_end (self, load->kind);
  confab_timeline_refresh (self);
  return added > 0;
}

static gboolean
has_nothing_to_do (ConfabTimeline *self, const Load *load)
{
  switch (load->kind)
    {
    case LOAD_OLDER:
      return self->window->len == 0 || !self->has_older;
    case LOAD_NEWER:
      return self->window->len == 0 || !self->has_newer;
    case LOAD_AROUND:
      return load->seq >= confab_timeline_get_first (self) && load->seq <= confab_timeline_get_last (self) &&
             self->window->len > 0;
    case LOAD_NEWEST:
    default:
      return self->loaded && !self->has_newer && !self->short_loaded && self->window->len > 0;
    }
}

/* On a fiber. */
static gboolean
run_load (ConfabTimeline *self, const Load *load, GError **error)
{
  guint generation = self->generation;
  gboolean added = FALSE;
  g_autoptr(GPtrArray) cached = NULL;
  g_autoptr(GPtrArray) served = NULL;
  gboolean enough = FALSE;

  if (has_nothing_to_do (self, load))
    return FALSE;
  cached = read_cache (self, load, error);
  if (cached == NULL || get_session (self, error) == NULL || generation != self->generation)
    return FALSE;
  enough = is_enough (self, load, cached);
  if (cached->len > 0 || load->kind == LOAD_NEWEST)
    added = show_objects (self, load, cached, TRUE);
  if (load->kind == LOAD_NEWEST)
    self->short_loaded = !enough;
  if (enough || !confab_session_is_online (self->room->session))
    return added;

  generation = self->generation;
  served = ask_server (self, load, error);
  if (served == NULL || generation != self->generation)
    return added;
  self->short_loaded = FALSE;
  added |= show_objects (self, load, served, FALSE);
  confab_timeline_refresh (self);
  return added;
}

/* What arrived while the cache was read went past a window that was not there yet or did not end at the newest. */
static gboolean
was_overtaken (ConfabTimeline *self, const Load *load)
{
  return load->kind == LOAD_NEWEST && (!self->loaded || self->has_newer);
}

static void
set_loading (ConfabTimeline *self, int change)
{
  self->n_loading += change;
  if (self->n_loading == (change > 0 ? 1 : 0))
    g_object_notify (G_OBJECT (self), "loading");
}

static DexFuture *
load_fiber (gpointer data)
{
  Load *load = data;
  ConfabTimeline *self = load->timeline;
  g_autoptr(GError) error = NULL;
  gboolean added = FALSE;

  if (load->previous != NULL)
    dex_await (dex_ref (load->previous), NULL);
  for (guint tries = 0; tries == 0 || (error == NULL && tries < MAX_TRIES && was_overtaken (self, load)); tries++)
    added |= run_load (self, load, &error);
  set_loading (self, -1);
  /* What the cache had is better than an error. */
  if (error != NULL && !added)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_for_boolean (added);
}

static DexFuture *
start_load (ConfabTimeline *self, LoadKind kind, gint64 seq)
{
  Load *load = g_new0 (Load, 1);
  DexFuture *future = NULL;

  load->timeline = g_object_ref (self);
  load->kind = kind;
  load->seq = seq;
  load->previous = g_steal_pointer (&self->busy);
  set_loading (self, 1);
  future = dex_scheduler_spawn (NULL, 0, load_fiber, load, load_free);
  self->busy = dex_ref (future);
  return future;
}

void
confab_timeline_came_online (ConfabTimeline *self)
{
  if (self->loaded && self->short_loaded && !self->has_newer)
    dex_future_disown (start_load (self, LOAD_NEWEST, 0));
}

/**
 * confab_timeline_load:
 * @self: a timeline
 *
 * Moves the window to the newest messages, from the cache at once and from the server where the cache has not enough.
 *
 * Returns: (transfer full): a future of a boolean, whether anything was added
 *
 * Since: 0.1
 */
DexFuture *
confab_timeline_load (ConfabTimeline *self)
{
  g_return_val_if_fail (CONFAB_IS_TIMELINE (self), NULL);
  return start_load (self, LOAD_NEWEST, 0);
}

/**
 * confab_timeline_load_older:
 * @self: a timeline
 *
 * Adds a page of older messages at the beginning.
 *
 * Returns: (transfer full): a future of a boolean, whether anything was added
 *
 * Since: 0.1
 */
DexFuture *
confab_timeline_load_older (ConfabTimeline *self)
{
  g_return_val_if_fail (CONFAB_IS_TIMELINE (self), NULL);
  return start_load (self, LOAD_OLDER, 0);
}

/**
 * confab_timeline_load_newer:
 * @self: a timeline
 *
 * Adds a page of newer messages at the end, where the window does not end at the newest.
 *
 * Returns: (transfer full): a future of a boolean, whether anything was added
 *
 * Since: 0.1
 */
DexFuture *
confab_timeline_load_newer (ConfabTimeline *self)
{
  g_return_val_if_fail (CONFAB_IS_TIMELINE (self), NULL);
  return start_load (self, LOAD_NEWER, 0);
}

/**
 * confab_timeline_load_around:
 * @self: a timeline
 * @seq: number of a message
 *
 * Makes sure that this message is in the window, which moves there when it is not.
 *
 * Returns: (transfer full): a future of a boolean, whether anything was added
 *
 * Since: 0.1
 */
DexFuture *
confab_timeline_load_around (ConfabTimeline *self, gint64 seq)
{
  g_return_val_if_fail (CONFAB_IS_TIMELINE (self), NULL);
  return start_load (self, LOAD_AROUND, seq);
}
