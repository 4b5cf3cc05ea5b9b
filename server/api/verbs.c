/* verbs.c: which verb answers which operation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "api/verbs.h"

#include <string.h>

#include "domain/accounts.h"
#include "domain/members.h"
#include "domain/messages.h"
#include "domain/presence.h"
#include "domain/receipts.h"
#include "domain/rooms.h"
#include "domain/sync.h"
#include "domain/typing.h"

static const Verb verbs[CONFAB_N_OPERATIONS] = {
  [CONFAB_OPERATION_REGISTER] = { .pool = accounts_register },
  [CONFAB_OPERATION_LOGIN] = { .pool = accounts_login },
  [CONFAB_OPERATION_REFRESH] = { .pool = accounts_refresh },
  [CONFAB_OPERATION_LOGOUT] = { .pool = accounts_logout },
  [CONFAB_OPERATION_CHANGE_PASSWORD] = { .pool = accounts_change_password },
  [CONFAB_OPERATION_LIST_SESSIONS] = { .pool = accounts_list_sessions },
  [CONFAB_OPERATION_REVOKE_SESSION] = { .pool = accounts_revoke_session },
  [CONFAB_OPERATION_GET_ME] = { .pool = accounts_get_me },
  [CONFAB_OPERATION_UPDATE_ME] = { .pool = accounts_update_me, .ordered = TRUE },
  [CONFAB_OPERATION_FIND_USERS] = { .pool = accounts_find_users },
  [CONFAB_OPERATION_GET_USER] = { .pool = accounts_get_user },
  [CONFAB_OPERATION_CREATE_INVITE] = { .pool = accounts_create_invite },

  [CONFAB_OPERATION_LIST_ROOMS] = { .pool = rooms_list },
  [CONFAB_OPERATION_LIST_PUBLIC_ROOMS] = { .pool = rooms_list_public },
  [CONFAB_OPERATION_CREATE_ROOM] = { .pool = rooms_create },
  [CONFAB_OPERATION_GET_ROOM] = { .pool = rooms_get },
  [CONFAB_OPERATION_UPDATE_ROOM] = { .room = &rooms_update },
  [CONFAB_OPERATION_DELETE_ROOM] = { .room = &rooms_delete },
  [CONFAB_OPERATION_JOIN_ROOM] = { .room = &members_join },
  [CONFAB_OPERATION_LEAVE_ROOM] = { .room = &members_leave },
  [CONFAB_OPERATION_LIST_MEMBERS] = { .pool = members_list },
  [CONFAB_OPERATION_ADD_MEMBER] = { .room = &members_add },
  [CONFAB_OPERATION_REMOVE_MEMBER] = { .room = &members_remove },
  [CONFAB_OPERATION_SET_MEMBER_ROLE] = { .room = &members_set_role },
  [CONFAB_OPERATION_MARK_READ] = { .room = &receipts_mark_read },
  [CONFAB_OPERATION_MARK_RECEIVED] = { .room = &receipts_mark_received },

  [CONFAB_OPERATION_SEND_MESSAGE] = { .room = &messages_send },
  [CONFAB_OPERATION_LIST_MESSAGES] = { .pool = messages_list },
  [CONFAB_OPERATION_EDIT_MESSAGE] = { .room = &messages_edit },
  [CONFAB_OPERATION_DELETE_MESSAGE] = { .room = &messages_delete },
  [CONFAB_OPERATION_ADD_REACTION] = { .room = &messages_add_reaction },
  [CONFAB_OPERATION_REMOVE_REACTION] = { .room = &messages_remove_reaction },

  [CONFAB_OPERATION_RESUME] = { .connection = sync_resume },
  [CONFAB_OPERATION_OPEN_ROOM] = { .connection = presence_open_room, .ordered = TRUE },
  [CONFAB_OPERATION_CLOSE_ROOM] = { .connection = presence_close_room, .ordered = TRUE },
  [CONFAB_OPERATION_TYPING] = { .room = &typing_notify },
  [CONFAB_OPERATION_SET_PRESENCE] = { .pool = presence_set, .ordered = TRUE },
};

const Verb *
verb_find (ConfabOperationId operation)
{
  const Verb *verb = &verbs[operation];

  return verb->pool != NULL || verb->connection != NULL || verb->room != NULL ? verb : NULL;
}

static const char *
get_id (const ConfabOperation *operation, gconstpointer fields, const char *name)
{
  for (guint i = 0; i < operation->n_fields; i++)
    if (strcmp (operation->fields[i].name, name) == 0)
      return G_STRUCT_MEMBER (char *, fields, operation->fields[i].offset);
  return NULL;
}

const char *
verb_get_room (const ConfabOperation *operation, gconstpointer fields, const char **message_id)
{
  const char *room_id = get_id (operation, fields, "roomId");

  *message_id = room_id == NULL ? get_id (operation, fields, "messageId") : NULL;
  return room_id;
}
