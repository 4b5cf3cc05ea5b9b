/* shared-records.h: records that instances read from the store once for all of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each function reads the shared cache first and the store when it is not there, and leaves for the others what it
 * read; a server that is alone asks its store. Blocks. What comes out of the cache comes from a network: it is checked,
 * and what is not well-formed counts as not there.
 */
#pragma once

#include "domain/domain.h"

G_BEGIN_DECLS

/* As store_get_user(); but lastSeen may be an old one. */
User *shared_get_user (Store *store, Backplane *backplane, const char *user_id, GError **error);
void shared_drop_user (Backplane *backplane, const char *user_id);

/* As store_get_session(), without the hashes of refresh tokens. */
Session *shared_get_session (Store *store, Backplane *backplane, const char *session_id, GError **error);
void shared_drop_session (Backplane *backplane, const char *session_id);

/* As store_list_members() of all, but only with what decisions rest on: ids, usernames and roles, as they are at the
 * room's membersRev. */
GPtrArray *shared_list_members (Store *store, Backplane *backplane, const Room *room, GError **error);

G_END_DECLS
