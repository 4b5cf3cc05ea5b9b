/* confab-member-list.h: the people of a room, as a list model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "client/confab-member.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_MEMBER_LIST (confab_member_list_get_type ())
G_DECLARE_FINAL_TYPE (ConfabMemberList, confab_member_list, CONFAB, MEMBER_LIST, GObject)

/* A GListModel of ConfabMember in no particular order, each person once. */

ConfabMember *confab_member_list_find (ConfabMemberList *self, const char *user_id);

G_END_DECLS
