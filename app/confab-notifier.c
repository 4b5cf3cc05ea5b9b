/* confab-notifier.c: tells the desktop about messages that nobody sees yet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-notifier.h"

#include <glib/gi18n.h>

#include "confab-message-words.h"
#include "confab-window.h"

struct _ConfabNotifier
{
  GObject parent_instance;

  GApplication *application;  /* borrowed; it owns this */
  ConfabSession *session;
  GSettings *settings;
  GHashTable *shown;          /* of ConfabRoom: those with a notification */
};

G_DEFINE_FINAL_TYPE (ConfabNotifier, confab_notifier, G_TYPE_OBJECT)

static gboolean
is_room_in_view (ConfabNotifier *self,
                 ConfabRoom     *room)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self->application));

  for (GList *link = windows; link != NULL; link = link->next)
    if (CONFAB_IS_WINDOW (link->data) && gtk_window_is_active (link->data) &&
        confab_window_get_visible_room (link->data) == room)
      return TRUE;
  return FALSE;
}

static void
on_unread_count_changed (ConfabNotifier *self,
                         GParamSpec     *pspec,
                         ConfabRoom     *room)
{
  if (confab_room_get_unread_count (room) > 0)
    return;
  g_application_withdraw_notification (self->application, confab_room_get_id (room));
  g_signal_handlers_disconnect_by_func (room, on_unread_count_changed, self);
  g_hash_table_remove (self->shown, room);
}

static char *
describe (ConfabNotifier *self,
          ConfabRoom     *room,
          ConfabMessage  *message)
{
  g_autofree char *preview = confab_message_words_get_preview (message);
  gint64 n_unread = confab_room_get_unread_count (room);

  if (!g_settings_get_boolean (self->settings, "notification-text"))
    return g_strdup_printf (ngettext ("%" G_GINT64_FORMAT " new message", "%" G_GINT64_FORMAT " new messages",
                                      MAX (n_unread, 1)),
                            MAX (n_unread, 1));
  if (confab_room_get_room_type (room) == CONFAB_ROOM_TYPE_DIRECT)
    return g_steal_pointer (&preview);
  return g_strdup_printf (_("%s: %s"), confab_message_words_get_sender (message), preview);
}

static void
on_message_arrived (ConfabNotifier *self,
                    ConfabRoom     *room,
                    ConfabMessage  *message)
{
  g_autoptr(GNotification) notification = NULL;
  g_autoptr(GIcon) icon = NULL;
  g_autofree char *body = NULL;

  if (!g_settings_get_boolean (self->settings, "notifications") || confab_room_get_muted (room) ||
      is_room_in_view (self, room))
    return;

  body = describe (self, room, message);
  icon = g_themed_icon_new (APP_ID);
  notification = g_notification_new (confab_room_get_title (room));
  g_notification_set_body (notification, body);
  g_notification_set_icon (notification, icon);
  g_notification_set_category (notification, "im.received");
  if (confab_message_mentions_me (message))
    g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action_and_target (notification, "app.open-room", "s", confab_room_get_id (room));
  g_application_send_notification (self->application, confab_room_get_id (room), notification);

  if (g_hash_table_add (self->shown, g_object_ref (room)))
    g_signal_connect_object (room, "notify::unread-count", G_CALLBACK (on_unread_count_changed), self,
                             G_CONNECT_SWAPPED);
}

static void
on_room_left (ConfabNotifier *self,
              ConfabRoom     *room)
{
  if (!g_hash_table_contains (self->shown, room))
    return;
  g_application_withdraw_notification (self->application, confab_room_get_id (room));
  g_signal_handlers_disconnect_by_func (room, on_unread_count_changed, self);
  g_hash_table_remove (self->shown, room);
}

static void
confab_notifier_dispose (GObject *object)
{
  ConfabNotifier *self = CONFAB_NOTIFIER (object);

  g_clear_pointer (&self->shown, g_hash_table_unref);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (confab_notifier_parent_class)->dispose (object);
}

static void
confab_notifier_class_init (ConfabNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = confab_notifier_dispose;
}

static void
confab_notifier_init (ConfabNotifier *self)
{
  self->shown = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

ConfabNotifier *
confab_notifier_new (GApplication  *application,
                     ConfabSession *session,
                     GSettings     *settings)
{
  ConfabNotifier *self = g_object_new (CONFAB_TYPE_NOTIFIER, NULL);

  self->application = application;
  self->session = g_object_ref (session);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (session, "message-arrived", G_CALLBACK (on_message_arrived), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "room-left", G_CALLBACK (on_room_left), self, G_CONNECT_SWAPPED);
  return self;
}
