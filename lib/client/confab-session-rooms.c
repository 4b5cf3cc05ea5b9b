/* confab-session-rooms.c: finding rooms and people, and making rooms
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-session-private.h"

#include <glib/gi18n-lib.h>

#include "client/confab-json-members.h"
#include "client/confab-room-private.h"
#include "client/confab-user-private.h"
#include "protocol/confab-error.h"

static JsonNode *
take_request (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

static JsonObject *
get_reply (DexFuture *future)
{
  JsonNode *node = g_value_get_boxed (dex_future_get_value (future, NULL));

  return json_node_get_object (node);
}

/* The reply has a room that I am in; the event about it may come before or after. */
static DexFuture *
on_room_reply (DexFuture *future, gpointer data)
{
  ConfabSession *self = data;
  JsonObject *object = confab_json_get_object (get_reply (future), "room");
  ConfabRoom *room = object != NULL ? confab_session_adopt_room (self, object) : NULL;

  if (room == NULL)
    return dex_future_new_reject (CONFAB_ERROR, CONFAB_ERROR_INTERNAL, "%s", _("The server's answer makes no sense"));
  return dex_future_new_take_object (g_object_ref (room));
}

static DexFuture *
call_for_room (ConfabSession *self, ConfabOperationId operation, JsonObject *request)
{
  g_autoptr(JsonNode) node = take_request (request);

  return dex_future_then (confab_session_call_operation (self, operation, node), on_room_reply, g_object_ref (self),
                          g_object_unref);
}

/**
 * confab_session_create_room:
 * @self: a session
 * @name: what to call it
 * @description: (nullable): what it is for
 * @type: public or private
 *
 * Returns: (transfer full): a future of [class@Room]
 *
 * Since: 0.1
 */
DexFuture *
confab_session_create_room (ConfabSession *self, const char *name, const char *description, ConfabRoomType type)
{
  JsonObject *request = NULL;

  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  request = json_object_new ();
  json_object_set_string_member (request, "name", name);
  json_object_set_string_member (request, "type", confab_room_type_to_string (type));
  if (description != NULL && *description != '\0')
    json_object_set_string_member (request, "description", description);
  return call_for_room (self, CONFAB_OPERATION_CREATE_ROOM, request);
}

/**
 * confab_session_open_direct:
 * @self: a session
 * @user_id: whom to talk to
 *
 * Returns: (transfer full): a future of [class@Room], the same one every time for the same person
 *
 * Since: 0.1
 */
DexFuture *
confab_session_open_direct (ConfabSession *self, const char *user_id)
{
  JsonObject *request = NULL;
  JsonArray *members = NULL;

  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  g_return_val_if_fail (user_id != NULL, NULL);
  request = json_object_new ();
  members = json_array_new ();
  json_array_add_string_element (members, user_id);
  json_object_set_string_member (request, "type", confab_room_type_to_string (CONFAB_ROOM_TYPE_DIRECT));
  json_object_set_array_member (request, "members", members);
  return call_for_room (self, CONFAB_OPERATION_CREATE_ROOM, request);
}

/**
 * confab_session_join_room:
 * @self: a session
 * @room_id: a public room
 *
 * Returns: (transfer full): a future of [class@Room]
 *
 * Since: 0.1
 */
DexFuture *
confab_session_join_room (ConfabSession *self, const char *room_id)
{
  JsonObject *request = NULL;

  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  g_return_val_if_fail (room_id != NULL, NULL);
  request = json_object_new ();
  json_object_set_string_member (request, "roomId", room_id);
  return call_for_room (self, CONFAB_OPERATION_JOIN_ROOM, request);
}

static DexFuture *
on_public_rooms (DexFuture *future, gpointer data)
{
  ConfabSession *self = data;
  JsonArray *array = confab_json_get_array (get_reply (future), "rooms");
  g_autoptr(GListStore) rooms = g_list_store_new (CONFAB_TYPE_ROOM);

  for (guint i = 0; i < confab_json_array_get_length (array); i++)
    {
      JsonObject *object = confab_json_array_get_object (array, i);
      const char *id = confab_json_get_string (object, "id");
      ConfabRoom *mine = id != NULL ? confab_room_list_find (self->rooms, id) : NULL;
      g_autoptr(ConfabRoom) room = NULL;

      if (id == NULL)
        continue;
      room = mine != NULL ? g_object_ref (mine) : confab_room_new (self, id);
      if (mine == NULL)
        confab_room_apply (room, object);
      g_list_store_append (rooms, room);
    }
  return dex_future_new_take_object (g_steal_pointer (&rooms));
}

/**
 * confab_session_browse_rooms:
 * @self: a session
 * @query: (nullable): part of a name or description; %NULL or "" for all
 *
 * Returns: (transfer full): a future of [iface@Gio.ListModel] of [class@Room]: the 100 with most members
 *
 * Since: 0.1
 */
DexFuture *
confab_session_browse_rooms (ConfabSession *self, const char *query)
{
  g_autoptr(JsonNode) node = NULL;
  JsonObject *request = NULL;

  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  request = json_object_new ();
  json_object_set_int_member (request, "limit", 100);
  if (query != NULL && *query != '\0')
    json_object_set_string_member (request, "q", query);
  node = take_request (request);
  return dex_future_then (confab_session_call_operation (self, CONFAB_OPERATION_LIST_PUBLIC_ROOMS, node),
                          on_public_rooms, g_object_ref (self), g_object_unref);
}

static DexFuture *
on_users (DexFuture *future, gpointer data)
{
  ConfabSession *self = data;
  JsonArray *array = confab_json_get_array (get_reply (future), "users");
  g_autoptr(GListStore) users = g_list_store_new (CONFAB_TYPE_USER);

  for (guint i = 0; i < confab_json_array_get_length (array); i++)
    {
      JsonObject *object = confab_json_array_get_object (array, i);
      const char *id = confab_json_get_string (object, "id");
      ConfabUser *user = NULL;

      if (id == NULL)
        continue;
      user = confab_session_ensure_user (self, id);
      confab_user_apply (user, object);
      g_list_store_append (users, user);
    }
  return dex_future_new_take_object (g_steal_pointer (&users));
}

/**
 * confab_session_find_users:
 * @self: a session
 * @query: beginning of a username or display name
 *
 * Returns: (transfer full): a future of [iface@Gio.ListModel] of [class@User]
 *
 * Since: 0.1
 */
DexFuture *
confab_session_find_users (ConfabSession *self, const char *query)
{
  g_autoptr(JsonNode) node = NULL;
  JsonObject *request = NULL;

  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  g_return_val_if_fail (query != NULL, NULL);
  if (*query == '\0')
    return dex_future_new_take_object (g_list_store_new (CONFAB_TYPE_USER));
  request = json_object_new ();
  json_object_set_string_member (request, "q", query);
  node = take_request (request);
  return dex_future_then (confab_session_call_operation (self, CONFAB_OPERATION_FIND_USERS, node), on_users,
                          g_object_ref (self), g_object_unref);
}

static DexFuture *
on_presence_set (DexFuture *future, gpointer data)
{
  return dex_future_new_true ();
}

/**
 * confab_session_set_presence:
 * @self: a session
 * @status: online, away, do not disturb or invisible
 *
 * Holds over reconnects, until the program ends.
 *
 * Returns: (transfer full): a future of a boolean
 *
 * Since: 0.1
 */
DexFuture *
confab_session_set_presence (ConfabSession *self, ConfabPresenceStatus status)
{
  g_autoptr(JsonNode) node = NULL;
  JsonObject *request = NULL;

  g_return_val_if_fail (CONFAB_IS_SESSION (self), NULL);
  self->presence = status;
  request = json_object_new ();
  json_object_set_string_member (request, "status", confab_presence_status_to_string (status));
  node = take_request (request);
  return dex_future_then (confab_session_call_operation (self, CONFAB_OPERATION_SET_PRESENCE, node), on_presence_set,
                          NULL, NULL);
}
