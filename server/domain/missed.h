/* missed.h: what happened in a room above a rev, as the events that would have told of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backplane/event.h"
#include "domain/domain.h"
#include "domain/followed.h"

G_BEGIN_DECLS

/* Appends to events (of Event*) what the devices of this instance that follow the room are to hear so that they are
 * where the store is; rev: out, the rev that this is. Of what followed says was told nothing comes again. After more
 * than limits.resume_changes only memberships are told one by one; one event that has the room's present rev makes
 * clients fetch the rest. A room that is gone is left by all. Blocks. */
gboolean missed_read (Domain *domain, Followed *followed, const char *room_id, gint64 since, GPtrArray *events,
                      gint64 *rev, GError **error);

G_END_DECLS
