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

#include "client/confab-message-private.h"
#include "client/confab-outbox-private.h"
#include "client/confab-room-private.h"
#include "client/confab-session-private.h"

static GParamSpec *properties[CONFAB_TIMELINE_N_PROPS];

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
    case CONFAB_TIMELINE_PROP_HAS_OLDER: g_value_set_boolean (value, self->has_older); break;
    case CONFAB_TIMELINE_PROP_HAS_NEWER: g_value_set_boolean (value, self->has_newer); break;
    case CONFAB_TIMELINE_PROP_LOADING: g_value_set_boolean (value, self->n_loading > 0); break;
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

  properties[CONFAB_TIMELINE_PROP_HAS_OLDER] = g_param_spec_boolean ("has-older", NULL, NULL, FALSE, flags);
  properties[CONFAB_TIMELINE_PROP_HAS_NEWER] = g_param_spec_boolean ("has-newer", NULL, NULL, FALSE, flags);
  properties[CONFAB_TIMELINE_PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, CONFAB_TIMELINE_N_PROPS, properties);
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

gint64
confab_timeline_get_first (ConfabTimeline *self)
{
  return self->window->len > 0 ? confab_message_get_seq (self->window->pdata[0]) : 0;
}

gint64
confab_timeline_get_last (ConfabTimeline *self)
{
  return self->window->len > 0 ? confab_message_get_seq (self->window->pdata[self->window->len - 1]) : 0;
}

void
confab_timeline_set_flag (ConfabTimeline *self, gboolean *flag, gboolean value, guint prop_id)
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
  confab_timeline_set_flag (self, &self->has_older,
                            self->loaded && !self->at_beginning &&
                              (self->window->len > 0 ? confab_timeline_get_first (self) > 1 : self->room->last_seq > 0),
                            CONFAB_TIMELINE_PROP_HAS_OLDER);
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
      in_order &= confab_message_get_seq (message) > confab_timeline_get_last (self);
      g_ptr_array_add (self->window, g_object_ref (message));
      g_hash_table_insert (self->by_id, (gpointer) confab_message_get_id (message), message);
      confab_room_judge (self->room, message);
      added++;
    }
  if (!in_order)
    g_ptr_array_sort (self->window, compare_seq);
  return added;
}

void
confab_timeline_remove (ConfabTimeline *self, guint position, guint count)
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
  confab_timeline_remove (self, 0, self->window->len);
}

static gboolean
window_touches (ConfabTimeline *self, GPtrArray *messages)
{
  gint64 first = confab_message_get_seq (messages->pdata[0]);
  gint64 last = confab_message_get_seq (messages->pdata[messages->len - 1]);

  return self->window->len > 0 && first <= confab_timeline_get_last (self) + 1 &&
         last >= confab_timeline_get_first (self) - 1;
}

/* messages: a run by seq. Makes them part of the window, or the window when they do not touch it. Gives how many are
 * new. */
guint
confab_timeline_show_run (ConfabTimeline *self, GPtrArray *messages)
{
  guint added = 0;

  if (messages->len > 0 && !window_touches (self, messages))
    window_clear (self);
  added = window_add (self, messages);
  self->loaded = TRUE;
  confab_timeline_set_flag (self, &self->has_newer,
                            confab_timeline_get_last (self) < self->room->last_seq && self->window->len > 0,
                            CONFAB_TIMELINE_PROP_HAS_NEWER);
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
      if (self->window->len == 0 ||
          (seq > confab_timeline_get_first (self) && (seq < confab_timeline_get_last (self) || !self->has_newer)))
        g_ptr_array_add (wanted, messages->pdata[i]);
    }
  window_add (self, wanted);
  if (!self->has_newer && self->window->len > CONFAB_TIMELINE_MAX_WINDOW + CONFAB_TIMELINE_PAGE)
    {
      self->at_beginning = FALSE;
      confab_timeline_remove (self, 0, self->window->len - CONFAB_TIMELINE_MAX_WINDOW);
    }
  confab_timeline_refresh (self);
}

void
confab_timeline_reset (ConfabTimeline *self)
{
  window_clear (self);
  confab_timeline_set_flag (self, &self->has_newer, FALSE, CONFAB_TIMELINE_PROP_HAS_NEWER);
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
