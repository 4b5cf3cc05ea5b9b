/* confab-member-row.h: a person in the list of a room's members
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "client/confab-room.h"
#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_MEMBER_ROW (confab_member_row_get_type ())
G_DECLARE_FINAL_TYPE (ConfabMemberRow, confab_member_row, CONFAB, MEMBER_ROW, GtkWidget)

ConfabMemberRow *confab_member_row_new (ConfabSession *session, ConfabRoom *room);
void confab_member_row_set_member (ConfabMemberRow *self, ConfabMember *member);

G_END_DECLS
