/* presence.c: who is there; per device, merged per person, told only to devices that show a room with them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-domain"

#include "config.h"

#include "domain/presence.h"

#include "domain/announce.h"
#include "domain/rooms.h"

/* Long enough that one who comes back after a hiccup of their network was never seen to go. */
#define GRACE_SECONDS 10
/* Presence of more people than this is not sent for one room. */
#define MOST_SHOWN 100

static void
write_presence (ConfabJsonWriter *writer, const char *user_id, ConfabPresenceStatus status, gint64 last_seen)
{
  if (status == CONFAB_PRESENCE_STATUS_INVISIBLE)
    status = CONFAB_PRESENCE_STATUS_OFFLINE;
  confab_json_writer_begin_object (writer);
  confab_json_writer_member_string (writer, "userId", user_id);
  confab_json_writer_member_string (writer, "status", confab_presence_status_to_string (status));
  if (last_seen != 0)
    confab_json_writer_member_timestamp (writer, "lastSeen", last_seen);
  confab_json_writer_end_object (writer);
}

/* To the devices that show one of the person's rooms; a device that shows two of them hears it twice, which changes
 * nothing. */
static void
announce_presence (Domain *domain, const char *user_id, ConfabPresenceStatus status)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) room_ids = store_list_user_room_ids (domain->store, user_id, &error);
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);

  if (room_ids == NULL)
    {
      g_debug ("Cannot tell of a change of presence: %s", error->message);
      return;
    }
  for (guint i = 0; room_ids[i] != NULL; i++)
    {
      g_autofree char *topic = topic_for_live (room_ids[i]);
      ConfabJsonWriter writer;

      confab_json_writer_init (&writer, g_string_sized_new (96));
      write_presence (&writer, user_id, status, domain_now (domain));
      g_ptr_array_add (events, event_new (topic, CONFAB_EVENT_PRESENCE, confab_json_writer_steal (&writer)));
    }
  if (events->len > 0)
    backplane_publish (domain->backplane, (Event **) events->pdata, events->len);
}

static void
update_presence (Domain *domain, const Caller *caller, ConfabPresenceStatus status, guint ttl)
{
  ConfabPresenceStatus merged = status;

  if (backplane_set_presence (domain->backplane, caller->user_id, caller->session_id, status, ttl, &merged))
    announce_presence (domain, caller->user_id, merged);
}

gboolean
presence_set (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  const ConfabSetPresenceRequest *request = fields;

  update_presence (domain, caller, request->status, domain->limits.silence);
  return TRUE;
}

/* Who is there already stays as they said: whoever made themselves invisible must not be seen because a connection
 * broke or another tab was opened. */
void
presence_connected (Domain *domain, const Caller *caller)
{
  guint ttl = domain->limits.silence;

  if (!backplane_renew_presence (domain->backplane, caller->user_id, caller->session_id, ttl))
    update_presence (domain, caller, CONFAB_PRESENCE_STATUS_ONLINE, ttl);
}

void
presence_alive (Domain *domain, const Caller *caller)
{
  presence_connected (domain, caller);
}

void
presence_disconnected (Domain *domain, const Caller *caller)
{
  backplane_renew_presence (domain->backplane, caller->user_id, caller->session_id, GRACE_SECONDS);
}

static void
on_gone (const char *user_id, gpointer data)
{
  g_strv_builder_add (data, user_id);
}

void
presence_expire (Domain *domain)
{
  g_autoptr(GStrvBuilder) gone = g_strv_builder_new ();
  g_auto(GStrv) user_ids = NULL;
  g_autoptr(GError) error = NULL;

  backplane_expire_presence (domain->backplane, on_gone, gone);
  user_ids = g_strv_builder_end (gone);
  if (user_ids[0] == NULL)
    return;
  if (!store_touch_users (domain->store, (const char * const *) user_ids, domain_now (domain), &error))
    g_debug ("Cannot note when people were last seen: %s", error->message);
  for (char **id = user_ids; *id != NULL; id++)
    announce_presence (domain, *id, CONFAB_PRESENCE_STATUS_OFFLINE);
}

static void
write_presences (Domain *domain, GPtrArray *members, ConfabJsonWriter *reply)
{
  g_autofree const char **user_ids = g_new (const char *, members->len);
  g_autofree ConfabPresenceStatus *statuses = g_new (ConfabPresenceStatus, members->len);

  for (guint i = 0; i < members->len; i++)
    user_ids[i] = ((const Member *) members->pdata[i])->user_id;
  backplane_get_presences (domain->backplane, user_ids, members->len, statuses);
  for (guint i = 0; i < members->len; i++)
    write_presence (reply, user_ids[i], statuses[i], 0);
}

gboolean
presence_open_room (Domain *domain, Request *request, ConfabJsonWriter *reply, GError **error)
{
  const ConfabOpenRoomRequest *fields = request->fields;
  g_autofree char *topic = topic_for_live (fields->room_id);
  g_autoptr(GPtrArray) members = NULL;
  g_autoptr(Room) room = NULL;

  room = room_read_permitted (domain, request->caller, fields->room_id, PERMISSION_WRITE, NULL, error);
  if (room == NULL)
    return FALSE;
  if (request->subscriber != NULL)
    request->subscriber_class->subscribe (request->subscriber, topic);
  confab_json_writer_member (reply, "presence");
  confab_json_writer_begin_array (reply);
  if (room->member_count <= MOST_SHOWN)
    {
      members = store_list_members (domain->store, fields->room_id, NULL, MOST_SHOWN, error);
      if (members == NULL)
        return FALSE;
      write_presences (domain, members, reply);
    }
  confab_json_writer_end_array (reply);
  return TRUE;
}

/* On the way that open-room takes too: a room that is opened and closed again without waiting ends up closed. */
gboolean
presence_close_room (Domain *domain, Request *request, ConfabJsonWriter *reply, GError **error)
{
  const ConfabCloseRoomRequest *fields = request->fields;
  g_autofree char *topic = topic_for_live (fields->room_id);

  if (request->subscriber != NULL)
    request->subscriber_class->unsubscribe (request->subscriber, topic);
  return TRUE;
}
