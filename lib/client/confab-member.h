/* confab-member.h: a person in a room, with how far they have received and read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "client/confab-user.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_MEMBER (confab_member_get_type ())
G_DECLARE_FINAL_TYPE (ConfabMember, confab_member, CONFAB, MEMBER, GObject)

/* Properties, all notified: user, role, joined-at, received-seq, read-seq. */

ConfabUser *confab_member_get_user (ConfabMember *self);
ConfabMemberRole confab_member_get_role (ConfabMember *self);
gint64 confab_member_get_joined_at (ConfabMember *self);
gint64 confab_member_get_received_seq (ConfabMember *self);
gint64 confab_member_get_read_seq (ConfabMember *self);

G_END_DECLS
