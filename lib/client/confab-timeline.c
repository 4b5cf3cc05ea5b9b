/* confab-timeline.c: a window on the messages of a room, as a list model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window is a run of messages by seq. What is shown is the window and, when it ends at the newest message, the
 * outbox after it. After every change the two are compared and one items-changed says what is different.
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-timeline-private.h"

#include "client/confab-json-members.h"
#include "client/confab-message-private.h"
#include "client/confab-outbox-private.h"
#include "client/confab-room-private.h"
#include "client/confab-session-private.h"
#include "protocol/confab-error.h"

#define PAGE 50
/* A window longer than this gives up its far end: some 2 MB, and more than anybody scrolls through by hand. */
#define MAX_WINDOW 5000

struct _ConfabTimeline
{
  GObject parent_instance;

  ConfabRoom *room;
  GPtrArray *window;      /* of ConfabMessage, by seq */
  GPtrArray *shown;       /* of ConfabMessage: what the model's users know */
  GHashTable *by_id;      /* message id → ConfabMessage*, borrowed from window */
  gboolean loaded;        /* the window stands for something */
  gboolean has_newer;
  gboolean has_older;
  gboolean at_beginning;  /* the server said so */
  gboolean short_loaded;  /* less was loaded than asked for, for want of a connection */
  guint n_loading;
  guint generation;       /* of the window: what was asked for in another one is dropped */
  DexFuture *busy;        /* nullable: the load that runs; the next waits for it */
};

enum
{
  PROP_HAS_OLDER = 1,
  PROP_HAS_NEWER,
  PROP_LOADING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GType
confab_timeline_get_item_type (GListModel *model)
{
  return CONFAB_TYPE_MESSAGE;
}

static guint
confab_timeline_get_n_items (GListModel *model)
{
  return CONFAB_TIMELINE (model)->shown->len;
}

static gpointer
confab_timeline_get_item (GListModel *model, guint position)
{
  ConfabTimeline *self = CONFAB_TIMELINE (model);

  return position < self->shown->len ? g_object_ref (self->shown->pdata[position]) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = confab_timeline_get_item_type;
  iface->get_n_items = confab_timeline_get_n_items;
  iface->get_item = confab_timeline_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ConfabTimeline, confab_timeline, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
confab_timeline_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ConfabTimeline *self = CONFAB_TIMELINE (object);

  switch (prop_id)
    {
    case PROP_HAS_OLDER: g_value_set_boolean (value, self->has_older); break;
    case PROP_HAS_NEWER: g_value_set_boolean (value, self->has_newer); break;
    case PROP_LOADING: g_value_set_boolean (value, self->n_loading > 0); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_timeline_finalize (GObject *object)
{
  ConfabTimeline *self = CONFAB_TIMELINE (object);

  dex_clear (&self->busy);
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->window);
  g_ptr_array_unref (self->shown);
  g_clear_object (&self->room);
  G_OBJECT_CLASS (confab_timeline_parent_class)->finalize (object);
}

static void
confab_timeline_class_init (ConfabTimelineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = confab_timeline_get_property;
  object_class->finalize = confab_timeline_finalize;

  properties[PROP_HAS_OLDER] = g_param_spec_boolean ("has-older", NULL, NULL, FALSE, flags);
  properties[PROP_HAS_NEWER] = g_param_spec_boolean ("has-newer", NULL, NULL, FALSE, flags);
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
confab_timeline_init (ConfabTimeline *self)
{
  self->window = g_ptr_array_new_with_free_func (g_object_unref);
  self->shown = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
}

ConfabTimeline *
confab_timeline_new (ConfabRoom *room)
{
  ConfabTimeline *self = g_object_new (CONFAB_TYPE_TIMELINE, NULL);

  self->room = g_object_ref (room);
  confab_timeline_refresh (self);
  return self;
}

/* ---- The window and what is shown of it ------------------------------------------------------------------------ */

static gint64
window_first (ConfabTimeline *self)
{
  return self->window->len > 0 ? confab_message_get_seq (self->window->pdata[0]) : 0;
}

static gint64
window_last (ConfabTimeline *self)
{
  return self->window->len > 0 ? confab_message_get_seq (self->window->pdata[self->window->len - 1]) : 0;
}

static void
set_flag (ConfabTimeline *self, gboolean *flag, gboolean value, guint prop_id)
{
  if (*flag == value)
    return;
  *flag = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

/* The window, and after it the outbox. */
static GPtrArray *
compose (ConfabTimeline *self)
{
  GPtrArray *composed = g_ptr_array_copy (self->window, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
  ConfabSession *session = self->room->session;
  GPtrArray *pending = NULL;

  g_ptr_array_set_free_func (composed, g_object_unref);
  if (session != NULL && !self->has_newer)
    pending = confab_outbox_peek_room (confab_session_get_outbox (session), confab_room_get_id (self->room));
  for (guint i = 0; pending != NULL && i < pending->len; i++)
    g_ptr_array_add (composed, g_object_ref (pending->pdata[i]));
  return composed;
}

void
confab_timeline_refresh (ConfabTimeline *self)
{
  g_autoptr(GPtrArray) before = self->shown;
  GPtrArray *after = compose (self);
  guint shorter = MIN (before->len, after->len);
  guint head = 0;
  guint tail = 0;

  while (head < shorter && before->pdata[head] == after->pdata[head])
    head++;
  while (tail < shorter - head && before->pdata[before->len - 1 - tail] == after->pdata[after->len - 1 - tail])
    tail++;
  self->shown = after;
  if (before->len != after->len || head + tail < after->len)
    g_list_model_items_changed (G_LIST_MODEL (self), head, before->len - head - tail, after->len - head - tail);
  set_flag (self, &self->has_older, self->loaded && !self->at_beginning
            && (self->window->len > 0 ? window_first (self) > 1 : self->room->last_seq > 0), PROP_HAS_OLDER);
}

static int
compare_seq (gconstpointer a, gconstpointer b)
{
  gint64 left = confab_message_get_seq (*(ConfabMessage **) a);
  gint64 right = confab_message_get_seq (*(ConfabMessage **) b);

  return (left > right) - (left < right);
}

/* Those that are not there yet; the window is sorted afterwards. Gives how many those were. */
static guint
window_add (ConfabTimeline *self, GPtrArray *messages)
{
  gboolean in_order = TRUE;
  guint added = 0;

  for (guint i = 0; i < messages->len; i++)
    {
      ConfabMessage *message = messages->pdata[i];

      if (g_hash_table_contains (self->by_id, confab_message_get_id (message)))
        continue;
      in_order &= confab_message_get_seq (message) > window_last (self);
      g_ptr_array_add (self->window, g_object_ref (message));
      g_hash_table_insert (self->by_id, (gpointer) confab_message_get_id (message), message);
      confab_room_judge (self->room, message);
      added++;
    }
  if (!in_order)
    g_ptr_array_sort (self->window, compare_seq);
  return added;
}

static void
window_remove (ConfabTimeline *self, guint position, guint count)
{
  for (guint i = position; i < position + count; i++)
    g_hash_table_remove (self->by_id, confab_message_get_id (self->window->pdata[i]));
  if (count > 0)
    g_ptr_array_remove_range (self->window, position, count);
}

static void
window_clear (ConfabTimeline *self)
{
  self->generation++;
  self->at_beginning = FALSE;
  window_remove (self, 0, self->window->len);
}

static gboolean
window_touches (ConfabTimeline *self, GPtrArray *messages)
{
  gint64 first = confab_message_get_seq (messages->pdata[0]);
  gint64 last = confab_message_get_seq (messages->pdata[messages->len - 1]);

  return self->window->len > 0 && first <= window_last (self) + 1 && last >= window_first (self) - 1;
}

/* messages: a run by seq. Makes them part of the window, or the window when they do not touch it. Gives how many are
 * new. */
static guint
window_show_run (ConfabTimeline *self, GPtrArray *messages)
{
  guint added = 0;

  if (messages->len > 0 && !window_touches (self, messages))
    window_clear (self);
  added = window_add (self, messages);
  self->loaded = TRUE;
  set_flag (self, &self->has_newer, window_last (self) < self->room->last_seq && self->window->len > 0, PROP_HAS_NEWER);
  return added;
}

void
confab_timeline_absorb (ConfabTimeline *self, GPtrArray *messages)
{
  g_autoptr(GPtrArray) wanted = g_ptr_array_new ();

  for (guint i = 0; self->loaded && i < messages->len; i++)
    {
      gint64 seq = confab_message_get_seq (messages->pdata[i]);

      /* An older one belongs to a page that was not asked for; a newer one too when the window ends earlier. */
      if (self->window->len == 0 || (seq > window_first (self) && (seq < window_last (self) || !self->has_newer)))
        g_ptr_array_add (wanted, messages->pdata[i]);
    }
  window_add (self, wanted);
  if (!self->has_newer && self->window->len > MAX_WINDOW + PAGE)
    {
      self->at_beginning = FALSE;
      window_remove (self, 0, self->window->len - MAX_WINDOW);
    }
  confab_timeline_refresh (self);
}

void
confab_timeline_reset (ConfabTimeline *self)
{
  window_clear (self);
  set_flag (self, &self->has_newer, FALSE, PROP_HAS_NEWER);
}

void
confab_timeline_judge (ConfabTimeline *self, gint64 low, gint64 high)
{
  for (guint i = self->window->len; i > 0; i--)
    {
      ConfabMessage *message = self->window->pdata[i - 1];

      if (confab_message_get_seq (message) <= low)
        break;
      if (confab_message_get_seq (message) <= high)
        confab_room_judge (self->room, message);
    }
}

ConfabMessage *
confab_timeline_peek (ConfabTimeline *self, const char *message_id)
{
  return g_hash_table_lookup (self->by_id, message_id);
}

/* ---- Loading ------------------------------------------------------------------------------------------------------
 */

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
      edge = window_first (self) - 1;
      objects = dex_await_boxed (confab_cache_load_messages (session->cache, room_id, edge + 1, PAGE), error);
      break;
    case LOAD_NEWER:
      edge = window_last (self) + 1;
      objects = dex_await_boxed (confab_cache_load_messages_from (session->cache, room_id, edge, PAGE), error);
      break;
    case LOAD_AROUND:
      edge = load->seq;
      objects =
        dex_await_boxed (confab_cache_load_messages_from (session->cache, room_id, MAX (1, edge - PAGE / 2), PAGE),
                         error);
      break;
    case LOAD_NEWEST:
    default:
      edge = self->room->last_seq;
      objects = dex_await_boxed (confab_cache_load_messages (session->cache, room_id, 0, PAGE), error);
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
      return objects->len >= PAGE || object_seq (objects, objects->len - 1) >= self->room->last_seq;
    case LOAD_AROUND:
      return TRUE;
    case LOAD_NEWEST:
    case LOAD_OLDER:
    default:
      return objects->len >= PAGE || object_seq (objects, 0) <= 1;
    }
}

static JsonNode *
page_request_new (ConfabTimeline *self, const Load *load)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  json_object_set_string_member (object, "roomId", confab_room_get_id (self->room));
  json_object_set_int_member (object, "limit", PAGE);
  if (load->kind == LOAD_OLDER)
    json_object_set_int_member (object, "before", window_first (self));
  else if (load->kind == LOAD_NEWER)
    json_object_set_int_member (object, "after", window_last (self));
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
  guint surplus = self->window->len > MAX_WINDOW ? self->window->len - MAX_WINDOW : 0;

  if (surplus == 0)
    return;
  if (kind == LOAD_NEWER)
    {
      self->at_beginning = FALSE;
      window_remove (self, 0, surplus);
    }
  else
    {
      window_remove (self, self->window->len - surplus, surplus);
      set_flag (self, &self->has_newer, TRUE, PROP_HAS_NEWER);
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
  added = window_show_run (self, messages);
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
      return load->seq >= window_first (self) && load->seq <= window_last (self) && self->window->len > 0;
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

static void
set_loading (ConfabTimeline *self, int change)
{
  self->n_loading += change;
  if (self->n_loading == (change > 0 ? 1 : 0))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
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
  added = run_load (self, load, &error);
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

/**
 * confab_timeline_get_has_older:
 * @self: a timeline
 *
 * Returns: whether there are messages before the window
 *
 * Since: 0.1
 */
gboolean
confab_timeline_get_has_older (ConfabTimeline *self)
{
  g_return_val_if_fail (CONFAB_IS_TIMELINE (self), FALSE);
  return self->has_older;
}

/**
 * confab_timeline_get_has_newer:
 * @self: a timeline
 *
 * Returns: whether there are messages after the window
 *
 * Since: 0.1
 */
gboolean
confab_timeline_get_has_newer (ConfabTimeline *self)
{
  g_return_val_if_fail (CONFAB_IS_TIMELINE (self), FALSE);
  return self->has_newer;
}

/**
 * confab_timeline_get_loading:
 * @self: a timeline
 *
 * Returns: whether messages are being fetched
 *
 * Since: 0.1
 */
gboolean
confab_timeline_get_loading (ConfabTimeline *self)
{
  g_return_val_if_fail (CONFAB_IS_TIMELINE (self), FALSE);
  return self->n_loading > 0;
}

/**
 * confab_timeline_find:
 * @self: a timeline
 * @message_id: a message
 * @position: (out) (optional): where it is
 *
 * Returns: (transfer none) (nullable): the message, when it is in the window
 *
 * Since: 0.1
 */
ConfabMessage *
confab_timeline_find (ConfabTimeline *self, const char *message_id, guint *position)
{
  ConfabMessage *message = NULL;

  g_return_val_if_fail (CONFAB_IS_TIMELINE (self), NULL);
  g_return_val_if_fail (message_id != NULL, NULL);
  message = g_hash_table_lookup (self->by_id, message_id);
  if (message != NULL && position != NULL)
    *position = confab_timeline_find_seq (self, confab_message_get_seq (message));
  return message;
}

/**
 * confab_timeline_find_seq:
 * @self: a timeline
 * @seq: number of a message
 *
 * Returns: the position of the first message whose number is at least that, or the number of stored messages in the
 * window
 *
 * Since: 0.1
 */
guint
confab_timeline_find_seq (ConfabTimeline *self, gint64 seq)
{
  guint low = 0;
  guint high = 0;

  g_return_val_if_fail (CONFAB_IS_TIMELINE (self), 0);
  high = self->window->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (confab_message_get_seq (self->window->pdata[middle]) < seq)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}
