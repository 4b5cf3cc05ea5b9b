/* messages.h: sending, changing and reading messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/verb.h"

G_BEGIN_DECLS

extern const RoomVerb messages_send;
extern const RoomVerb messages_edit;
extern const RoomVerb messages_delete;
extern const RoomVerb messages_add_reaction;
extern const RoomVerb messages_remove_reaction;

gboolean messages_list (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply,
                        GError **error);

/* The cursor of list-messages for the page before seq. Free with g_free(). */
char *messages_cursor_before (gint64 seq);

G_END_DECLS
