/* rooms.c: making, finding, changing and deleting rooms
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/rooms.h"

#include <string.h>

#include "domain/announce.h"
#include "domain/decision.h"
#include "domain/records-json.h"
#include "protocol/confab-error.h"
#include "protocol/confab-ulid.h"

Room *
room_read_permitted (Domain *domain, const Caller *caller, const char *room_id, Permission permission, Member **me,
                     GError **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autoptr(Member) member = NULL;
  g_autoptr(Room) room = NULL;

  room = store_get_room (domain->store, room_id, &local_error);
  if (room == NULL && g_error_matches (local_error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND))
    {
      /* The same words as for a room that is hidden. */
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND, "There is no such room");
      return NULL;
    }
  if (room != NULL)
    member = store_get_member (domain->store, room_id, caller->user_id, &local_error);
  if (local_error != NULL && !g_error_matches (local_error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (!permission_check (permission, room->type, member, caller->role, error))
    return NULL;
  if (me != NULL)
    *me = g_steal_pointer (&member);
  return g_steal_pointer (&room);
}

gboolean
rooms_list (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  g_autoptr(GPtrArray) rooms = store_list_user_rooms (domain->store, caller->user_id, error);

  if (rooms == NULL)
    return FALSE;
  confab_json_writer_member (reply, "rooms");
  confab_json_writer_begin_array (reply);
  for (guint i = 0; i < rooms->len; i++)
    room_summary_write_json (rooms->pdata[i], reply);
  confab_json_writer_end_array (reply);
  return TRUE;
}

gboolean
rooms_list_public (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  const ConfabListPublicRoomsRequest *request = fields;
  g_autofree char *next_cursor = NULL;
  g_autoptr(GPtrArray) rooms = NULL;

  rooms = store_list_public_rooms (domain->store, request->q, request->cursor, request->limit, &next_cursor, error);
  if (rooms == NULL)
    return FALSE;
  confab_json_writer_member (reply, "rooms");
  confab_json_writer_begin_array (reply);
  for (guint i = 0; i < rooms->len; i++)
    room_write_json (rooms->pdata[i], NULL, NULL, NULL, 0, reply);
  confab_json_writer_end_array (reply);
  if (next_cursor != NULL)
    confab_json_writer_member_string (reply, "nextCursor", next_cursor);
  return TRUE;
}

static gboolean
write_room_of (Domain *domain, const char *user_id, const char *room_id, ConfabJsonWriter *reply, GError **error)
{
  g_autoptr(RoomSummary) summary = store_get_user_room (domain->store, user_id, room_id, error);

  if (summary == NULL)
    return FALSE;
  confab_json_writer_member (reply, "room");
  room_summary_write_json (summary, reply);
  return TRUE;
}

gboolean
rooms_get (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  const ConfabGetRoomRequest *request = fields;
  g_autoptr(Member) me = NULL;
  g_autoptr(Room) room = NULL;

  room = room_read_permitted (domain, caller, request->room_id, PERMISSION_SEE, &me, error);
  if (room == NULL)
    return FALSE;
  if (me != NULL)
    return write_room_of (domain, caller->user_id, request->room_id, reply, error);
  confab_json_writer_member (reply, "room");
  room_write_json (room, NULL, NULL, NULL, 0, reply);
  return TRUE;
}

/* ---- Making a room ---------------------------------------------------------------------------------------- */

static void
refuse_field (GError **error, const char *message, const char *field, const char *problem)
{
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, message);
  if (error != NULL)
    confab_error_add_field (*error, field, problem);
}

static gboolean
check_new_room (Domain *domain, const ConfabCreateRoomRequest *request, GError **error)
{
  if (request->type != CONFAB_ROOM_TYPE_DIRECT && request->name == NULL)
    {
      refuse_field (error, "A room needs a name", "name", "is missing");
      return FALSE;
    }
  if (request->type == CONFAB_ROOM_TYPE_DIRECT && (request->members == NULL || request->members[0] == NULL))
    {
      refuse_field (error, "A direct conversation needs somebody to talk to", "members", "is missing");
      return FALSE;
    }
  /* Until clients can exchange keys, a room that calls itself encrypted would be a lie. */
  if (request->encrypted)
    {
      refuse_field (error, "This server does not offer encrypted rooms yet", "encrypted", "must be false");
      return FALSE;
    }
  return TRUE;
}

/* The caller and those named, each once. NULL when one of them does not exist. */
static char **
collect_members (Domain *domain, const Caller *caller, char **named, GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr(GPtrArray) users = NULL;
  g_auto(GStrv) ids = NULL;

  g_hash_table_add (seen, caller->user_id);
  g_strv_builder_add (builder, caller->user_id);
  for (guint i = 0; named != NULL && named[i] != NULL; i++)
    if (g_hash_table_add (seen, named[i]))
      g_strv_builder_add (builder, named[i]);
  ids = g_strv_builder_end (builder);
  users = store_get_users (domain->store, (const char * const *) ids, error);
  if (users == NULL)
    return NULL;
  if (users->len != g_strv_length (ids))
    {
      refuse_field (error, "Somebody named is not on this server", "members", "holds an unknown user");
      return NULL;
    }
  return g_steal_pointer (&ids);
}

static gboolean
check_room_count (Domain *domain, const Caller *caller, GError **error)
{
  g_auto(GStrv) ids = store_list_user_room_ids (domain->store, caller->user_id, error);

  if (ids == NULL)
    return FALSE;
  if (g_strv_length (ids) < domain->limits.rooms_per_user)
    return TRUE;
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_TOO_LARGE,
               "You are in %u rooms, which is as many as this server allows",
               domain->limits.rooms_per_user);
  return FALSE;
}

static void
tell_members (Domain *domain, const char *room_id, char **member_ids)
{
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);

  for (guint i = 0; member_ids[i] != NULL; i++)
    {
      g_autoptr(RoomSummary) summary = store_get_user_room (domain->store, member_ids[i], room_id, NULL);

      /* Who cannot be told now learns of it at the next resume. */
      if (summary != NULL)
        announce_joined (summary, events);
    }
  if (events->len > 0)
    backplane_publish (domain->backplane, (Event **) events->pdata, events->len);
}

gboolean
rooms_create (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  const ConfabCreateRoomRequest *request = fields;
  g_autoptr(Room) draft = room_new ();
  g_autoptr(Room) room = NULL;
  g_auto(GStrv) member_ids = NULL;
  gboolean created = FALSE;

  if (!check_new_room (domain, request, error) || !check_room_count (domain, caller, error))
    return FALSE;
  member_ids = collect_members (domain, caller, request->members, error);
  if (member_ids == NULL)
    return FALSE;
  draft->id = confab_ulid_new ();
  draft->type = request->type;
  if (request->type != CONFAB_ROOM_TYPE_DIRECT)
    {
      draft->name = g_strdup (request->name);
      draft->description = g_strdup (request->description);
    }
  draft->created_by = g_strdup (caller->user_id);
  draft->created_at = domain_now (domain);
  draft->last_activity = draft->created_at;
  room = store_create_room (domain->store, draft, (const char * const *) member_ids, &created, error);
  if (room == NULL)
    return FALSE;
  if (created)
    tell_members (domain, room->id, member_ids);
  return write_room_of (domain, caller->user_id, room->id, reply, error);
}

/* ---- Changing one ----------------------------------------------------------------------------------------- */

static gboolean
decide_update (Decision *decision, GError **error)
{
  const ConfabUpdateRoomRequest *fields = decision->fields;
  Change *change = NULL;

  if (!decision_permits (decision, PERMISSION_CHANGE_ROOM, error))
    return FALSE;
  change = decision_add (decision, CHANGE_UPDATE_ROOM);
  change->name = g_strdup (fields->name);
  change->description = g_strdup (fields->description);
  return TRUE;
}

static void
reply_update (const Decision *decision, ConfabJsonWriter *reply)
{
  confab_json_writer_member (reply, "room");
  room_write_json (decision_get_change (decision)->room, NULL, NULL, NULL, 0, reply);
}

const RoomVerb rooms_update = { decide_update, reply_update };

static gboolean
decide_delete (Decision *decision, GError **error)
{
  if (!decision_permits (decision, PERMISSION_DELETE_ROOM, error))
    return FALSE;
  decision_add (decision, CHANGE_DELETE_ROOM);
  return TRUE;
}

const RoomVerb rooms_delete = { decide_delete, NULL };
