/* confab-vocabulary-types.h: the protocol's closed lists of words as types that properties can have
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

#include "protocol/confab-vocabulary.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_USER_ROLE (confab_user_role_get_type ())
GType confab_user_role_get_type (void) G_GNUC_CONST;

#define CONFAB_TYPE_PRESENCE_STATUS (confab_presence_status_get_type ())
GType confab_presence_status_get_type (void) G_GNUC_CONST;

#define CONFAB_TYPE_ROOM_TYPE (confab_room_type_get_type ())
GType confab_room_type_get_type (void) G_GNUC_CONST;

#define CONFAB_TYPE_MEMBER_ROLE (confab_member_role_get_type ())
GType confab_member_role_get_type (void) G_GNUC_CONST;

#define CONFAB_TYPE_MESSAGE_TYPE (confab_message_type_get_type ())
GType confab_message_type_get_type (void) G_GNUC_CONST;

G_END_DECLS
