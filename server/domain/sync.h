/* sync.h: what a client missed, and what a new connection is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/verb.h"

G_BEGIN_DECLS

/* With other instances about it also has the connection follow what it should, and nothing else. */
gboolean sync_resume (Domain *domain, Request *request, ConfabJsonWriter *reply, GError **error);

/* The members of hello. */
void sync_write_hello (Domain *domain, const User *user, const Session *session, ConfabJsonWriter *writer);

/* Has a new connection hear of its person, so that the end of the session and rooms joined are not missed from now on;
 * then of their rooms, so that what is read later of them is followed by every event. */
void sync_subscribe_user (Domain *domain, const Request *request);
gboolean sync_subscribe_rooms (Domain *domain, const Request *request, GError **error);

G_END_DECLS
