/* confab-member-private.h: how a room makes and changes its members
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "client/confab-member.h"

G_BEGIN_DECLS

ConfabMember *confab_member_new (ConfabUser *user);
/* From a Member. An older rev changes only the marks, which never go back. */
void confab_member_apply (ConfabMember *self, JsonObject *object);
/* TRUE when one of them went up. */
gboolean confab_member_advance (ConfabMember *self, gint64 received_seq, gint64 read_seq);

G_END_DECLS
