/* confab-session-store.c: what the session keeps in the cache and takes from it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-session-private.h"

#include "client/confab-json-members.h"
#include "client/confab-outbox-private.h"
#include "client/confab-room-list-private.h"
#include "client/confab-room-private.h"
#include "client/confab-user-private.h"
#include "protocol/confab-json.h"

/* How many messages of a room stay on this device, about 2 MB. */
#define KEPT_MESSAGES 5000

static gboolean
on_flush (gpointer data)
{
  confab_session_flush (data);
  return G_SOURCE_REMOVE;
}

ConfabCacheBatch *
confab_session_get_batch (ConfabSession *self)
{
  if (self->batch == NULL)
    self->batch = confab_cache_batch_new ();
  /* After what is pending in this turn of the loop, so that a burst of events becomes one transaction. */
  if (self->flush_source == 0)
    self->flush_source = g_idle_add_full (G_PRIORITY_DEFAULT + 10, on_flush, self, NULL);
  return self->batch;
}

void
confab_session_note_room (ConfabSession *self, ConfabRoom *room)
{
  if (!confab_room_is_joined (room))
    return;
  confab_session_get_batch (self);
  if (!g_hash_table_contains (self->changed_rooms, room))
    g_hash_table_add (self->changed_rooms, g_object_ref (room));
}

void
confab_session_forget_room (ConfabSession *self, const char *room_id)
{
  ConfabRoom *room = confab_room_list_find (self->rooms, room_id);

  if (room != NULL)
    g_hash_table_remove (self->changed_rooms, room);
  confab_cache_batch_remove_room (confab_session_get_batch (self), room_id);
}

static void
put_changed_rooms (ConfabSession *self)
{
  GHashTableIter iter;
  ConfabRoom *room = NULL;

  g_hash_table_iter_init (&iter, self->changed_rooms);
  while (g_hash_table_iter_next (&iter, (gpointer *) &room, NULL))
    {
      g_autofree char *text = confab_room_to_text (room);

      confab_cache_batch_put_room (self->batch, confab_room_get_id (room), text);
      if (confab_room_get_last_seq (room) > KEPT_MESSAGES)
        confab_cache_batch_trim_messages (self->batch, confab_room_get_id (room),
                                          confab_room_get_last_seq (room) - KEPT_MESSAGES);
    }
  g_hash_table_remove_all (self->changed_rooms);
}

void
confab_session_flush (ConfabSession *self)
{
  g_autoptr(ConfabCacheBatch) batch = NULL;

  g_clear_handle_id (&self->flush_source, g_source_remove);
  if (self->batch == NULL)
    return;
  put_changed_rooms (self);
  batch = g_steal_pointer (&self->batch);
  if (self->cache != NULL && confab_cache_batch_get_length (batch) > 0)
    dex_future_disown (confab_cache_write (self->cache, g_steal_pointer (&batch)));
}

void
confab_session_save_account (ConfabSession *self)
{
  ConfabCacheBatch *batch = confab_session_get_batch (self);
  g_autoptr(JsonObject) user = json_object_new ();
  g_autofree char *text = NULL;

  json_object_set_string_member (user, "id", confab_user_get_id (self->user));
  if (confab_user_get_username (self->user) != NULL)
    json_object_set_string_member (user, "username", confab_user_get_username (self->user));
  json_object_set_string_member (user, "displayName", confab_user_get_display_name (self->user));
  if (confab_user_get_avatar (self->user) != NULL)
    json_object_set_string_member (user, "avatar", confab_user_get_avatar (self->user));
  text = confab_json_object_to_text (user);
  confab_cache_batch_set_fact (batch, "server", self->server);
  confab_cache_batch_set_fact (batch, "server-name", self->server_name);
  confab_cache_batch_set_fact (batch, "user", text);
}

gboolean
confab_session_open_cache (ConfabSession *self, char **server, JsonObject **user, GError **error)
{
  g_autoptr(GPtrArray) facts = NULL;

  if (self->cache == NULL)
    {
      g_autoptr(ConfabCache) cache = confab_cache_new (self->folder);

      if (!dex_await (confab_cache_open (cache), error))
        return FALSE;
      self->cache = g_steal_pointer (&cache);
    }
  facts = dex_await_boxed (confab_cache_load_facts (self->cache), error);
  if (facts == NULL)
    return FALSE;
  for (guint i = 0; i < facts->len; i++)
    {
      const ConfabCachedFact *fact = facts->pdata[i];

      if (g_str_equal (fact->name, "server"))
        *server = g_strdup (fact->value);
      else if (g_str_equal (fact->name, "server-name"))
        confab_session_set_server_name (self, fact->value);
      else if (g_str_equal (fact->name, "user"))
        {
          g_autoptr(JsonNode) node = confab_json_parse (fact->value, strlen (fact->value), NULL);

          if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
            *user = json_node_dup_object (node);
        }
    }
  return TRUE;
}

static ConfabRoom *
restore_room (ConfabSession *self, const ConfabCachedRoom *row)
{
  const char *id = confab_json_get_string (row->room, "id");
  ConfabRoom *room = NULL;

  if (id == NULL)
    return NULL;
  room = confab_room_new (self, id);
  confab_room_set_joined (room, TRUE);
  confab_room_apply (room, row->room);
  confab_room_restore_settings (room, row->draft, row->muted);
  if (row->last_message != NULL)
    {
      g_autoptr(GPtrArray) objects = g_ptr_array_new ();
      g_autoptr(GPtrArray) messages = NULL;

      g_ptr_array_add (objects, row->last_message);
      messages = confab_room_take (room, objects, TRUE);
      if (messages->len > 0)
        confab_room_set_last_message (room, messages->pdata[0]);
    }
  return room;
}

gboolean
confab_session_load_cache (ConfabSession *self, GError **error)
{
  g_autoptr(GPtrArray) rows = NULL;
  g_autoptr(GPtrArray) pending = NULL;
  g_autoptr(GPtrArray) rooms = g_ptr_array_new_with_free_func (g_object_unref);

  if (self->cache_loaded)
    return TRUE;
  self->cache_loaded = TRUE;
  pending = dex_await_boxed (confab_cache_load_pending (self->cache), error);
  if (pending == NULL)
    return FALSE;
  rows = dex_await_boxed (confab_cache_load_rooms (self->cache), error);
  if (rows == NULL)
    return FALSE;
  confab_outbox_load (self->outbox, pending);
  for (guint i = 0; i < rows->len; i++)
    {
      ConfabRoom *room = restore_room (self, rows->pdata[i]);

      if (room != NULL)
        g_ptr_array_add (rooms, room);
    }
  confab_room_list_add (self->rooms, rooms);
  return TRUE;
}

gboolean
confab_session_clear_cache (ConfabSession *self, GError **error)
{
  ConfabCacheBatch *batch = NULL;

  g_clear_handle_id (&self->flush_source, g_source_remove);
  g_clear_pointer (&self->batch, confab_cache_batch_free);
  g_hash_table_remove_all (self->changed_rooms);
  self->cache_loaded = FALSE;
  if (self->cache == NULL)
    return TRUE;
  batch = confab_cache_batch_new ();
  confab_cache_batch_clear (batch);
  return dex_await (confab_cache_write (self->cache, batch), error);
}
