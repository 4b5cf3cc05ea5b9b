/* confab-timeline-entries.c: the messages of a timeline, each knowing how it stands among its neighbours
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-timeline-entries.h"

#include "confab-dates.h"

struct _ConfabTimelineEntries
{
  GObject parent_instance;

  GListModel *messages;
  GPtrArray *entries;
  gulong items_changed_handler;
  gint64 read_seq;
};

static void confab_timeline_entries_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ConfabTimelineEntries, confab_timeline_entries, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, confab_timeline_entries_list_model_init))

static ConfabMessage *
get_message (ConfabTimelineEntries *self,
             guint                  position)
{
  if (position >= self->entries->len)
    return NULL;
  return confab_timeline_entry_get_message (g_ptr_array_index (self->entries, position));
}

static gboolean
is_same_day (ConfabMessage *one,
             ConfabMessage *other)
{
  gint64 first = confab_message_get_timestamp (one) / 1000;
  gint64 second = confab_message_get_timestamp (other) / 1000;
  g_autoptr(GDateTime) first_time = g_date_time_new_from_unix_local (first);
  g_autoptr(GDateTime) second_time = g_date_time_new_from_unix_local (second);

  if (first_time == NULL || second_time == NULL)
    return TRUE;
  return confab_dates_is_same_day (first_time, second_time);
}

/* Whether somebody said the second right after the first. */
static gboolean
continues_group (ConfabMessage *before,
                 ConfabMessage *after)
{
  return confab_message_get_message_type (before) != CONFAB_MESSAGE_TYPE_SYSTEM &&
         confab_message_get_message_type (after) != CONFAB_MESSAGE_TYPE_SYSTEM &&
         confab_message_is_outgoing (before) == confab_message_is_outgoing (after) &&
         (confab_message_is_outgoing (before) ||
          confab_message_get_sender (before) == confab_message_get_sender (after)) &&
         ABS (confab_message_get_timestamp (after) - confab_message_get_timestamp (before)) <=
           CONFAB_GROUP_MILLISECONDS &&
         is_same_day (before, after);
}

static gboolean
is_unread (ConfabTimelineEntries *self,
           ConfabMessage         *message)
{
  return !confab_message_is_outgoing (message) && confab_message_get_seq (message) > self->read_seq;
}

static gboolean
is_first_unread (ConfabTimelineEntries *self,
                 guint                  position)
{
  if (self->read_seq == G_MAXINT64 || !is_unread (self, get_message (self, position)))
    return FALSE;
  /* My own messages may stand between those that I read and those that came since. */
  for (guint i = position; i > 0; i--)
    {
      ConfabMessage *before = get_message (self, i - 1);

      if (is_unread (self, before))
        return FALSE;
      if (confab_message_get_seq (before) <= self->read_seq)
        return TRUE;
    }
  return TRUE;
}

static void
place (ConfabTimelineEntries *self,
       guint                  position)
{
  ConfabMessage *message = get_message (self, position);
  ConfabMessage *before = position > 0 ? get_message (self, position - 1) : NULL;
  ConfabMessage *after = get_message (self, position + 1);
  ConfabPlacing placing = 0;

  if (message == NULL)
    return;

  if (before == NULL || !is_same_day (before, message))
    placing |= CONFAB_PLACING_STARTS_DAY;
  if (is_first_unread (self, position))
    placing |= CONFAB_PLACING_FIRST_UNREAD | CONFAB_PLACING_STARTS_GROUP;
  if (before == NULL || !continues_group (before, message))
    placing |= CONFAB_PLACING_STARTS_GROUP;
  if (after == NULL || !continues_group (message, after) || is_first_unread (self, position + 1))
    placing |= CONFAB_PLACING_ENDS_GROUP;

  confab_timeline_entry_set_placing (g_ptr_array_index (self->entries, position), placing);
}

static void
place_range (ConfabTimelineEntries *self,
             guint                  first,
             guint                  last)
{
  for (guint i = first; i <= last && i < self->entries->len; i++)
    place (self, i);
}

/* A message that leaves the outbox gets the server's time, which may begin or end a group; it is rare enough to be told
 * by the model as a change of that item. */
static void
on_messages_changed (ConfabTimelineEntries *self,
                     guint                  position,
                     guint                  removed,
                     guint                  added,
                     GListModel            *messages)
{
  if (removed > 0)
    g_ptr_array_remove_range (self->entries, position, removed);
  for (guint i = 0; i < added; i++)
    {
      g_autoptr(ConfabMessage) message = g_list_model_get_item (messages, position + i);
      g_ptr_array_insert (self->entries, position + i, confab_timeline_entry_new (message));
    }

  place_range (self, position > 0 ? position - 1 : 0, position + added);
  if (removed > 0 || added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static GType
confab_timeline_entries_get_item_type (GListModel *model)
{
  return CONFAB_TYPE_TIMELINE_ENTRY;
}

static guint
confab_timeline_entries_get_n_items (GListModel *model)
{
  return CONFAB_TIMELINE_ENTRIES (model)->entries->len;
}

static gpointer
confab_timeline_entries_get_item (GListModel *model,
                                  guint       position)
{
  ConfabTimelineEntries *self = CONFAB_TIMELINE_ENTRIES (model);

  return position < self->entries->len ? g_object_ref (g_ptr_array_index (self->entries, position)) : NULL;
}

static void
confab_timeline_entries_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = confab_timeline_entries_get_item_type;
  iface->get_n_items = confab_timeline_entries_get_n_items;
  iface->get_item = confab_timeline_entries_get_item;
}

static void
confab_timeline_entries_dispose (GObject *object)
{
  ConfabTimelineEntries *self = CONFAB_TIMELINE_ENTRIES (object);

  if (self->messages != NULL)
    g_clear_signal_handler (&self->items_changed_handler, self->messages);
  g_clear_object (&self->messages);
  g_clear_pointer (&self->entries, g_ptr_array_unref);

  G_OBJECT_CLASS (confab_timeline_entries_parent_class)->dispose (object);
}

static void
confab_timeline_entries_class_init (ConfabTimelineEntriesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = confab_timeline_entries_dispose;
}

static void
confab_timeline_entries_init (ConfabTimelineEntries *self)
{
  self->entries = g_ptr_array_new_with_free_func (g_object_unref);
  self->read_seq = G_MAXINT64;
}

ConfabTimelineEntries *
confab_timeline_entries_new (void)
{
  return g_object_new (CONFAB_TYPE_TIMELINE_ENTRIES, NULL);
}

void
confab_timeline_entries_set_messages (ConfabTimelineEntries *self,
                                      GListModel            *messages)
{
  g_return_if_fail (CONFAB_IS_TIMELINE_ENTRIES (self));
  g_return_if_fail (messages == NULL || G_IS_LIST_MODEL (messages));

  guint removed = self->entries->len;

  if (self->messages != NULL)
    g_clear_signal_handler (&self->items_changed_handler, self->messages);
  g_set_object (&self->messages, messages);
  g_ptr_array_set_size (self->entries, 0);
  if (messages == NULL)
    {
      g_list_model_items_changed (G_LIST_MODEL (self), 0, removed, 0);
      return;
    }

  self->items_changed_handler = g_signal_connect_object (messages, "items-changed", G_CALLBACK (on_messages_changed),
                                                         self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < g_list_model_get_n_items (messages); i++)
    {
      g_autoptr(ConfabMessage) message = g_list_model_get_item (messages, i);
      g_ptr_array_add (self->entries, confab_timeline_entry_new (message));
    }
  place_range (self, 0, self->entries->len);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, removed, self->entries->len);
}

void
confab_timeline_entries_set_read_seq (ConfabTimelineEntries *self,
                                      gint64                 read_seq)
{
  g_return_if_fail (CONFAB_IS_TIMELINE_ENTRIES (self));

  if (self->read_seq == read_seq)
    return;
  self->read_seq = read_seq;
  place_range (self, 0, self->entries->len);
}

guint
confab_timeline_entries_get_first_unread (ConfabTimelineEntries *self)
{
  g_return_val_if_fail (CONFAB_IS_TIMELINE_ENTRIES (self), G_MAXUINT);

  for (guint i = 0; i < self->entries->len; i++)
    if (confab_timeline_entry_get_placing (g_ptr_array_index (self->entries, i)) & CONFAB_PLACING_FIRST_UNREAD)
      return i;
  return G_MAXUINT;
}
