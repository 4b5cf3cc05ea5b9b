/* members.c: joining, leaving, adding, removing and roles
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/members.h"

#include <string.h>

#include "domain/decision.h"
#include "domain/records-json.h"
#include "domain/rooms.h"
#include "protocol/confab-error.h"

static Change *
add_membership_change (Decision *decision, ChangeKind kind, const char *target_id, ConfabMemberRole role)
{
  Change *change = decision_add (decision, kind);

  change->target_id = g_strdup (target_id);
  change->role = role;
  return change;
}

static gboolean
check_size (const Decision *decision, GError **error)
{
  guint most = decision->domain->limits.room_members;

  if (room_state_count_members (decision->room) < most)
    return TRUE;
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_TOO_LARGE, "The room is full: it has %u members", most);
  return FALSE;
}

static const Member *
get_target (const Decision *decision, const char *user_id, GError **error)
{
  const Member *target = room_state_get_member (decision->room, user_id);

  if (target == NULL)
    g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND, "That person is not in this room");
  return target;
}

static void
reply_member (const Decision *decision, ConfabJsonWriter *reply)
{
  confab_json_writer_member (reply, "member");
  member_write_json (decision_get_change (decision)->member, reply);
}

/* ---- Oneself ---------------------------------------------------------------------------------------------- */

static gboolean
decide_join (Decision *decision, GError **error)
{
  if (!decision_permits (decision, PERMISSION_JOIN, error))
    return FALSE;
  if (decision->me == NULL && !check_size (decision, error))
    return FALSE;
  add_membership_change (decision, CHANGE_JOIN, decision->caller->user_id, CONFAB_MEMBER_ROLE_MEMBER);
  return TRUE;
}

static void
reply_join (const Decision *decision, ConfabJsonWriter *reply)
{
  const Change *change = decision_get_change (decision);
  g_autoptr(RoomSummary) summary = NULL;

  summary = store_get_user_room (decision->domain->store, change->target_id, change->room_id, NULL);
  confab_json_writer_member (reply, "room");
  /* Left again at once, or the store went away: the join itself stands. */
  if (summary != NULL)
    room_summary_write_json (summary, reply);
  else
    room_write_json (change->room, change->member, NULL, NULL, 0, reply);
}

const RoomVerb members_join = { decide_join, reply_join };

static gboolean
decide_leave (Decision *decision, GError **error)
{
  if (!decision_permits (decision, PERMISSION_LEAVE, error))
    return FALSE;
  /* Also where the lane knows of no membership: the store may. */
  add_membership_change (decision, CHANGE_LEAVE, decision->caller->user_id, CONFAB_MEMBER_ROLE_MEMBER);
  return TRUE;
}

const RoomVerb members_leave = { decide_leave, NULL };

/* ---- Others ----------------------------------------------------------------------------------------------- */

static gboolean
decide_add (Decision *decision, GError **error)
{
  const ConfabAddMemberRequest *fields = decision->fields;
  g_autoptr(User) user = NULL;

  if (!decision_permits (decision, PERMISSION_ADD_MEMBER, error) || !check_size (decision, error))
    return FALSE;
  user = store_get_user (decision->domain->store, fields->user_id, error);
  if (user == NULL)
    return FALSE;
  add_membership_change (decision, CHANGE_JOIN, fields->user_id, CONFAB_MEMBER_ROLE_MEMBER);
  return TRUE;
}

const RoomVerb members_add = { decide_add, reply_member };

static gboolean
decide_remove (Decision *decision, GError **error)
{
  const ConfabRemoveMemberRequest *fields = decision->fields;

  if (!decision_permits (decision, PERMISSION_REMOVE_MEMBER, error) ||
      get_target (decision, fields->user_id, error) == NULL)
    return FALSE;
  add_membership_change (decision, CHANGE_LEAVE, fields->user_id, CONFAB_MEMBER_ROLE_MEMBER);
  return TRUE;
}

const RoomVerb members_remove = { decide_remove, NULL };

static gboolean
is_last_admin (const RoomState *room, const Member *target)
{
  GHashTableIter iter;
  gpointer value = NULL;

  if (target->role != CONFAB_MEMBER_ROLE_ADMIN)
    return FALSE;
  g_hash_table_iter_init (&iter, room->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((const Member *) value)->role == CONFAB_MEMBER_ROLE_ADMIN && value != target)
      return FALSE;
  return TRUE;
}

static gboolean
decide_set_role (Decision *decision, GError **error)
{
  const ConfabSetMemberRoleRequest *fields = decision->fields;
  const Member *target = NULL;

  if (!decision_permits (decision, PERMISSION_SET_ROLE, error))
    return FALSE;
  target = get_target (decision, fields->user_id, error);
  if (target == NULL)
    return FALSE;
  if (fields->role != CONFAB_MEMBER_ROLE_ADMIN && is_last_admin (decision->room, target))
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT,
                           "A room needs an admin: make somebody else one first");
      return FALSE;
    }
  add_membership_change (decision, CHANGE_SET_ROLE, fields->user_id, fields->role);
  return TRUE;
}

const RoomVerb members_set_role = { decide_set_role, reply_member };

/* ---- Reading ---------------------------------------------------------------------------------------------- */

gboolean
members_list (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  const ConfabListMembersRequest *request = fields;
  g_autoptr(GPtrArray) members = NULL;
  g_autoptr(Room) room = NULL;
  guint n = 0;

  room = room_read_permitted (domain, caller, request->room_id, PERMISSION_READ, NULL, error);
  if (room == NULL)
    return FALSE;
  /* One more than asked for tells whether there is another page; the cursor is the last username of this one. */
  members = store_list_members (domain->store, request->room_id, request->cursor, request->limit + 1, error);
  if (members == NULL)
    return FALSE;
  n = MIN (members->len, request->limit);
  confab_json_writer_member (reply, "members");
  confab_json_writer_begin_array (reply);
  for (guint i = 0; i < n; i++)
    member_write_json (members->pdata[i], reply);
  confab_json_writer_end_array (reply);
  if (n < members->len)
    confab_json_writer_member_string (reply, "nextCursor", ((const Member *) members->pdata[n - 1])->username);
  return TRUE;
}
