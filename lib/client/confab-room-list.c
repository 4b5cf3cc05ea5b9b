/* confab-room-list.c: the rooms this account is in, as a list model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-room-list.h"

#include "client/confab-room-list-private.h"

struct _ConfabRoomList
{
  GObject parent_instance;

  GPtrArray *items;
  GHashTable *by_id;      /* room id → ConfabRoom*, borrowed from items */
  gint64 unread_count;
  gint64 mention_count;
};

enum
{
  PROP_UNREAD_COUNT = 1,
  PROP_MENTION_COUNT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GType
confab_room_list_get_item_type (GListModel *model)
{
  return CONFAB_TYPE_ROOM;
}

static guint
confab_room_list_get_n_items (GListModel *model)
{
  return CONFAB_ROOM_LIST (model)->items->len;
}

static gpointer
confab_room_list_get_item (GListModel *model, guint position)
{
  ConfabRoomList *self = CONFAB_ROOM_LIST (model);

  return position < self->items->len ? g_object_ref (self->items->pdata[position]) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = confab_room_list_get_item_type;
  iface->get_n_items = confab_room_list_get_n_items;
  iface->get_item = confab_room_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ConfabRoomList, confab_room_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
confab_room_list_count (ConfabRoomList *self)
{
  gint64 unread = 0;
  gint64 mentions = 0;

  for (guint i = 0; i < self->items->len; i++)
    {
      ConfabRoom *room = self->items->pdata[i];

      if (!confab_room_get_muted (room))
        unread += confab_room_get_unread_count (room);
      mentions += confab_room_get_mention_count (room);
    }
  if (unread != self->unread_count)
    {
      self->unread_count = unread;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UNREAD_COUNT]);
    }
  if (mentions != self->mention_count)
    {
      self->mention_count = mentions;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MENTION_COUNT]);
    }
}

static void
confab_room_list_watch (ConfabRoomList *self, ConfabRoom *room)
{
  static const char * const signals[] = { "notify::unread-count", "notify::mention-count", "notify::muted" };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_object (room, signals[i], G_CALLBACK (confab_room_list_count), self, G_CONNECT_SWAPPED);
}

static void
confab_room_list_unwatch (ConfabRoomList *self, ConfabRoom *room)
{
  g_signal_handlers_disconnect_by_func (room, confab_room_list_count, self);
}

static void
confab_room_list_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ConfabRoomList *self = CONFAB_ROOM_LIST (object);

  switch (prop_id)
    {
    case PROP_UNREAD_COUNT: g_value_set_int64 (value, self->unread_count); break;
    case PROP_MENTION_COUNT: g_value_set_int64 (value, self->mention_count); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_room_list_finalize (GObject *object)
{
  ConfabRoomList *self = CONFAB_ROOM_LIST (object);

  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->items);
  G_OBJECT_CLASS (confab_room_list_parent_class)->finalize (object);
}

static void
confab_room_list_class_init (ConfabRoomListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = confab_room_list_get_property;
  object_class->finalize = confab_room_list_finalize;

  properties[PROP_UNREAD_COUNT] = g_param_spec_int64 ("unread-count", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_MENTION_COUNT] = g_param_spec_int64 ("mention-count", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
confab_room_list_init (ConfabRoomList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
}

ConfabRoomList *
confab_room_list_new (void)
{
  return g_object_new (CONFAB_TYPE_ROOM_LIST, NULL);
}

void
confab_room_list_add (ConfabRoomList *self, GPtrArray *rooms)
{
  guint position = self->items->len;

  for (guint i = 0; i < rooms->len; i++)
    {
      ConfabRoom *room = rooms->pdata[i];

      if (g_hash_table_contains (self->by_id, confab_room_get_id (room)))
        continue;
      g_ptr_array_add (self->items, g_object_ref (room));
      g_hash_table_insert (self->by_id, (gpointer) confab_room_get_id (room), room);
      confab_room_list_watch (self, room);
    }
  if (self->items->len == position)
    return;
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, self->items->len - position);
  confab_room_list_count (self);
}

void
confab_room_list_remove (ConfabRoomList *self, const char *room_id)
{
  ConfabRoom *room = g_hash_table_lookup (self->by_id, room_id);
  guint position = 0;

  if (room == NULL || !g_ptr_array_find (self->items, room, &position))
    return;
  confab_room_list_unwatch (self, room);
  g_hash_table_remove (self->by_id, room_id);
  g_ptr_array_remove_index (self->items, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  confab_room_list_count (self);
}

void
confab_room_list_clear (ConfabRoomList *self)
{
  guint length = self->items->len;

  if (length == 0)
    return;
  for (guint i = 0; i < length; i++)
    confab_room_list_unwatch (self, self->items->pdata[i]);
  g_hash_table_remove_all (self->by_id);
  g_ptr_array_set_size (self->items, 0);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, length, 0);
  confab_room_list_count (self);
}

guint
confab_room_list_get_length (ConfabRoomList *self)
{
  return self->items->len;
}

ConfabRoom *
confab_room_list_peek (ConfabRoomList *self, guint position)
{
  return self->items->pdata[position];
}

/**
 * confab_room_list_find:
 * @self: a list of rooms
 * @room_id: a room
 *
 * Returns: (transfer none) (nullable): the room with that id
 *
 * Since: 0.1
 */
ConfabRoom *
confab_room_list_find (ConfabRoomList *self, const char *room_id)
{
  g_return_val_if_fail (CONFAB_IS_ROOM_LIST (self), NULL);
  g_return_val_if_fail (room_id != NULL, NULL);
  return g_hash_table_lookup (self->by_id, room_id);
}

/**
 * confab_room_list_get_unread_count:
 * @self: a list of rooms
 *
 * Returns: the unread messages of all rooms that are not muted
 *
 * Since: 0.1
 */
gint64
confab_room_list_get_unread_count (ConfabRoomList *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM_LIST (self), 0);
  return self->unread_count;
}

/**
 * confab_room_list_get_mention_count:
 * @self: a list of rooms
 *
 * Returns: the unread messages of all rooms that mention this account
 *
 * Since: 0.1
 */
gint64
confab_room_list_get_mention_count (ConfabRoomList *self)
{
  g_return_val_if_fail (CONFAB_IS_ROOM_LIST (self), 0);
  return self->mention_count;
}
