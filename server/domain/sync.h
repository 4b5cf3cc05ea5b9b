/* sync.h: what a client missed, and what a new connection is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/verb.h"

G_BEGIN_DECLS

gboolean sync_resume (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply,
                      GError **error);

/* The members of hello. */
void sync_write_hello (Domain *domain, const User *user, const Session *session, ConfabJsonWriter *writer);

/* Has the connection hear of its person first and of their rooms then, so that a room joined
 * meanwhile is not missed. */
gboolean sync_subscribe (Domain *domain, const Request *request, GError **error);

G_END_DECLS
