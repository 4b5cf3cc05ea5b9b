/* confab-vocabulary-types.c: the protocol's closed lists of words as types that properties can have
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-vocabulary-types.h"

#define DEFINE_VOCABULARY(TypeName, type_name, ...)                        \
  GType                                                                    \
  type_name##_get_type (void)                                              \
  {                                                                        \
    static GType type;                                                     \
    static const GEnumValue values[] = { __VA_ARGS__, { 0, NULL, NULL } }; \
    if (g_once_init_enter_pointer (&type))                                 \
      g_once_init_leave_pointer (&type, g_enum_register_static (TypeName, values)); \
    return type;                                                           \
  }

#define WORD(VALUE, nick) { VALUE, #VALUE, nick }

DEFINE_VOCABULARY ("ConfabUserRole", confab_user_role,
                   WORD (CONFAB_USER_ROLE_USER, "user"),
                   WORD (CONFAB_USER_ROLE_MODERATOR, "moderator"),
                   WORD (CONFAB_USER_ROLE_ADMIN, "admin"))

DEFINE_VOCABULARY ("ConfabPresenceStatus", confab_presence_status,
                   WORD (CONFAB_PRESENCE_STATUS_ONLINE, "online"),
                   WORD (CONFAB_PRESENCE_STATUS_AWAY, "away"),
                   WORD (CONFAB_PRESENCE_STATUS_DND, "dnd"),
                   WORD (CONFAB_PRESENCE_STATUS_INVISIBLE, "invisible"),
                   WORD (CONFAB_PRESENCE_STATUS_OFFLINE, "offline"))

DEFINE_VOCABULARY ("ConfabRoomType", confab_room_type,
                   WORD (CONFAB_ROOM_TYPE_PUBLIC, "public"),
                   WORD (CONFAB_ROOM_TYPE_PRIVATE, "private"),
                   WORD (CONFAB_ROOM_TYPE_DIRECT, "direct"))

DEFINE_VOCABULARY ("ConfabMemberRole", confab_member_role,
                   WORD (CONFAB_MEMBER_ROLE_MEMBER, "member"),
                   WORD (CONFAB_MEMBER_ROLE_ADMIN, "admin"))

DEFINE_VOCABULARY ("ConfabMessageType", confab_message_type,
                   WORD (CONFAB_MESSAGE_TYPE_TEXT, "text"),
                   WORD (CONFAB_MESSAGE_TYPE_IMAGE, "image"),
                   WORD (CONFAB_MESSAGE_TYPE_FILE, "file"),
                   WORD (CONFAB_MESSAGE_TYPE_SYSTEM, "system"))
