/* client-fixture.c: sessions without a server, in a folder of their own, for the client's unit tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "client-fixture.h"

#include <glib/gstdio.h>

#include "client/confab-room-list-private.h"
#include "client/confab-timeline-private.h"
#include "client/confab-user-private.h"
#include "protocol/confab-json.h"

static DexFuture *
on_settled (DexFuture *future, gpointer data)
{
  gboolean *settled = data;

  *settled = TRUE;
  return dex_future_new_true ();
}

/* Something that depends on the future is what wakes the main loop when another thread settles it. */
static void
wait_for (DexFuture *future)
{
  gboolean settled = FALSE;
  g_autoptr(DexFuture) finally = dex_future_finally (dex_ref (future), on_settled, &settled, NULL);

  while (!settled)
    g_main_context_iteration (NULL, TRUE);
}

gboolean
settle (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;
  const GValue *value = NULL;

  wait_for (future);
  value = dex_future_get_value (future, &error);
  g_assert_no_error (error);
  return g_value_get_boolean (value);
}

gpointer
settle_boxed (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;
  const GValue *value = NULL;

  wait_for (future);
  value = dex_future_get_value (future, &error);
  g_assert_no_error (error);
  return g_value_dup_boxed (value);
}

gpointer
settle_object (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  g_autoptr(GError) error = NULL;
  const GValue *value = NULL;

  wait_for (future);
  value = dex_future_get_value (future, &error);
  g_assert_no_error (error);
  return g_value_dup_object (value);
}

GError *
settle_error (DexFuture *future)
{
  g_autoptr(DexFuture) owned = future;
  GError *error = NULL;

  wait_for (future);
  g_assert_null (dex_future_get_value (future, &error));
  return error;
}

char *
make_folder (void)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp ("confab-client-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
remove_folder (char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_folder (g_steal_pointer (&path));
      else
        g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
}

static DexFuture *
open_fiber (gpointer data)
{
  ConfabSession *session = data;
  g_autofree char *server = NULL;
  g_autoptr(JsonObject) user = NULL;
  g_autoptr(GError) error = NULL;

  if (!confab_session_open_cache (session, &server, &user, &error) || !confab_session_load_cache (session, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_true ();
}

ConfabSession *
offline_session_new (const char *folder)
{
  ConfabSession *session = confab_session_new ("test", folder);
  ConfabUser *me = confab_session_ensure_user (session, ME);

  confab_user_set_display_name (me, "Me");
  confab_session_set_server (session, "http://127.0.0.1:1");
  confab_session_set_user (session, me);
  settle (dex_scheduler_spawn (NULL, 0, open_fiber, session, NULL));
  return session;
}

void
offline_session_free (ConfabSession *session)
{
  settle (confab_session_close (session));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (session);
}

static JsonObject *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = confab_json_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return json_node_dup_object (node);
}

JsonObject *
room_object_new (gint64 last_seq, gint64 rev)
{
  g_autofree char *text = g_strdup_printf (
    "{\"id\":\"" ROOM "\",\"name\":\"Garden\",\"type\":\"public\",\"encrypted\":false,\"createdBy\":\"" ME "\","
    "\"createdAt\":\"2026-01-01T00:00:00.000Z\",\"lastActivity\":\"2026-01-01T00:00:00.000Z\",\"memberCount\":2,"
    "\"lastSeq\":%" G_GINT64_FORMAT ",\"rev\":%" G_GINT64_FORMAT ",\"role\":\"admin\",\"readSeq\":0,\"receivedSeq\":0,"
    "\"mentions\":0,\"members\":[\"" ME "\",\"" BEN "\"],\"admins\":[\"" ME "\"]}", last_seq, rev);

  return parse (text);
}

JsonObject *
message_object_new (gint64 seq, gint64 rev, const char *sender_id, const char *content, const char *client_id)
{
  JsonObject *object = json_object_new ();
  g_autofree char *id = g_strdup_printf ("01J0000000000000%010" G_GINT64_FORMAT, seq);

  json_object_set_string_member (object, "id", id);
  json_object_set_string_member (object, "roomId", ROOM);
  json_object_set_int_member (object, "seq", seq);
  json_object_set_int_member (object, "rev", rev);
  json_object_set_string_member (object, "senderId", sender_id);
  json_object_set_string_member (object, "senderName", g_str_equal (sender_id, ME) ? "Me" : "Ben");
  json_object_set_string_member (object, "content", content);
  json_object_set_string_member (object, "type", "text");
  json_object_set_string_member (object, "timestamp", "2026-01-01T10:00:00.000Z");
  if (client_id != NULL)
    json_object_set_string_member (object, "clientId", client_id);
  return object;
}

ConfabRoom *
add_room (ConfabSession *session, gint64 last_seq, gint64 rev)
{
  g_autoptr(JsonObject) object = room_object_new (last_seq, rev);

  return confab_session_adopt_room (session, object);
}

void
arrive_run (ConfabRoom *room, gint64 first, gint64 last)
{
  g_autoptr(GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);

  for (gint64 seq = first; seq <= last; seq++)
    {
      g_autofree char *content = g_strdup_printf ("message %" G_GINT64_FORMAT, seq);

      g_ptr_array_add (objects, message_object_new (seq, seq, BEN, content, NULL));
    }
  confab_room_arrive (room, objects);
}

static void
check_mirror (Emissions *self)
{
  g_assert_cmpuint (g_list_model_get_n_items (self->model), ==, self->mirror->len);
  for (guint i = 0; i < self->mirror->len; i++)
    {
      g_autoptr(GObject) item = g_list_model_get_item (self->model, i);

      g_assert_true (item == self->mirror->pdata[i]);
    }
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, Emissions *self)
{
  self->emissions++;
  self->removed += removed;
  self->added += added;
  if (removed > 0)
    g_ptr_array_remove_range (self->mirror, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (self->mirror, position + i, g_list_model_get_item (model, position + i));
  check_mirror (self);
}

void
emissions_watch (Emissions *self, gpointer model)
{
  self->model = g_object_ref (model);
  self->mirror = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < g_list_model_get_n_items (self->model); i++)
    g_ptr_array_add (self->mirror, g_list_model_get_item (self->model, i));
  self->handler = g_signal_connect (model, "items-changed", G_CALLBACK (on_items_changed), self);
  emissions_forget (self);
}

void
emissions_forget (Emissions *self)
{
  self->emissions = self->removed = self->added = 0;
}

void
emissions_clear (Emissions *self)
{
  check_mirror (self);
  g_signal_handler_disconnect (self->model, self->handler);
  g_ptr_array_unref (self->mirror);
  g_object_unref (self->model);
}
