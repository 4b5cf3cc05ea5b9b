/* confab-member-list-private.h: how a room fills its list of members
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "client/confab-member-list.h"

G_BEGIN_DECLS

ConfabMemberList *confab_member_list_new (void);
/* Adds those that are not there yet, as one change. members: of ConfabMember. */
void confab_member_list_add (ConfabMemberList *self, GPtrArray *members);
void confab_member_list_remove (ConfabMemberList *self, const char *user_id);
void confab_member_list_clear (ConfabMemberList *self);

guint confab_member_list_get_length (ConfabMemberList *self);
ConfabMember *confab_member_list_peek (ConfabMemberList *self, guint position);

G_END_DECLS
