/* confab-room-typing.c: who is typing in a room, and telling that I am
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-room-private.h"

#include <glib/gi18n-lib.h>

#include "client/confab-session-private.h"

/* ---- Others ------------------------------------------------------------------------------------------------- */

static char *
describe_typing (ConfabRoom *self)
{
  GHashTableIter iter;
  const char *user_id = NULL;
  const char *names[2] = { NULL, NULL };
  guint n_names = 0;

  if (g_hash_table_size (self->typing) > G_N_ELEMENTS (names))
    return g_strdup (_("Several people are typing…"));
  g_hash_table_iter_init (&iter, self->typing);
  while (g_hash_table_iter_next (&iter, (gpointer *) &user_id, NULL))
    names[n_names++] = confab_user_get_display_name (confab_session_ensure_user (self->session, user_id));
  if (n_names == 2)
    /* Translators: two people's names */
    return g_strdup_printf (_("%s and %s are typing…"), names[0], names[1]);
  if (n_names == 1)
    /* Translators: a person's name */
    return g_strdup_printf (_("%s is typing…"), names[0]);
  return g_strdup ("");
}

static void
update_typing_text (ConfabRoom *self)
{
  g_autofree char *text = describe_typing (self);

  if (g_set_str (&self->typing_text, text))
    confab_room_notify (self, CONFAB_ROOM_PROP_TYPING_TEXT);
}

static void schedule_forgetting (ConfabRoom *self);

static gboolean
on_typing_timer (gpointer data)
{
  ConfabRoom *self = data;
  GHashTableIter iter;
  gint64 *forget_at = NULL;
  gint64 now = g_get_monotonic_time ();

  self->typing_timer = 0;
  g_hash_table_iter_init (&iter, self->typing);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &forget_at))
    {
      if (*forget_at <= now)
        g_hash_table_iter_remove (&iter);
    }
  update_typing_text (self);
  schedule_forgetting (self);
  return G_SOURCE_REMOVE;
}

static void
schedule_forgetting (ConfabRoom *self)
{
  GHashTableIter iter;
  gint64 *forget_at = NULL;
  gint64 next = G_MAXINT64;

  g_clear_handle_id (&self->typing_timer, g_source_remove);
  g_hash_table_iter_init (&iter, self->typing);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &forget_at))
    next = MIN (next, *forget_at);
  if (next != G_MAXINT64)
    self->typing_timer = g_timeout_add (MAX (0, (next - g_get_monotonic_time ()) / 1000) + 1, on_typing_timer, self);
}

void
confab_room_show_typing (ConfabRoom *self, const char *user_id, gboolean typing)
{
  gint64 forget_at = g_get_monotonic_time () + self->session->typing_expiry * G_USEC_PER_SEC;

  if (typing)
    g_hash_table_replace (self->typing, g_strdup (user_id), g_memdup2 (&forget_at, sizeof forget_at));
  else if (!g_hash_table_remove (self->typing, user_id))
    return;
  update_typing_text (self);
  schedule_forgetting (self);
}

void
confab_room_clear_typing (ConfabRoom *self)
{
  g_clear_handle_id (&self->typing_timer, g_source_remove);
  g_hash_table_remove_all (self->typing);
  update_typing_text (self);
}

/* ---- Me ----------------------------------------------------------------------------------------------------- */

static void
tell_typing (ConfabRoom *self, gboolean typing)
{
  g_autoptr(JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  self->telling_typing = typing;
  json_object_set_string_member (object, "roomId", self->id);
  json_object_set_boolean_member (object, "isTyping", typing);
  json_node_take_object (node, object);
  /* A lost notice is not worth a second one. */
  if (self->session != NULL && self->session->socket != NULL)
    confab_socket_tell (self->session->socket, "typing", node);
}

static gboolean
on_tell_timer (gpointer data)
{
  ConfabRoom *self = data;
  gint64 since = g_get_monotonic_time () - self->typed_at;

  if (self->session != NULL && since < self->session->typing_repeat * G_USEC_PER_SEC)
    {
      tell_typing (self, TRUE);
      return G_SOURCE_CONTINUE;
    }
  self->tell_timer = 0;
  tell_typing (self, FALSE);
  return G_SOURCE_REMOVE;
}

/**
 * confab_room_set_typing:
 * @self: a room
 * @typing: whether something is being written
 *
 * Tells the others. To be called on every change of the text: the notice is repeated while it is, and taken back after
 * a few seconds without a call, when the message is sent, or with %FALSE.
 *
 * Since: 0.1
 */
void
confab_room_set_typing (ConfabRoom *self, gboolean typing)
{
  g_return_if_fail (CONFAB_IS_ROOM (self));
  if (self->session == NULL)
    return;
  if (!typing)
    {
      confab_room_stop_typing (self);
      return;
    }
  self->typed_at = g_get_monotonic_time ();
  if (self->telling_typing)
    return;
  tell_typing (self, TRUE);
  g_clear_handle_id (&self->tell_timer, g_source_remove);
  self->tell_timer = g_timeout_add_seconds (self->session->typing_repeat, on_tell_timer, self);
}

void
confab_room_stop_typing (ConfabRoom *self)
{
  g_clear_handle_id (&self->tell_timer, g_source_remove);
  if (self->telling_typing)
    tell_typing (self, FALSE);
}
