/* api.h: the one place where doors hand requests in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/request.h"
#include "domain/domain.h"

G_BEGIN_DECLS

typedef struct _Api Api;

Api *api_new (Domain *domain);
void api_free (Api *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Api, api_free)

/* Sees every request that is finished, just before its answer goes out. Set before the first request. */
void api_set_observer (Api *self, RequestObserver observe, gpointer data);
/* How many requests were taken and are not finished. */
guint api_get_in_flight (Api *self);

/* Checks the auth level and the rate limit and lets the operation run where its row says. Never blocks; takes the
 * request and finishes it on some thread. Callable from reactors. */
void api_dispatch (Api *self, Request *request);

/* Who a JWT stands for. Verifies signature and time only (no I/O): for REST requests and for the first look at a
 * connection. UNAUTHENTICATED with a reason otherwise. */
Caller *api_verify_token (Api *self, const char *token, const char *address, gint64 *expires_at, GError **error);

/* The authentication of a connection, on a pool thread: session still there, account in order. Calls the subscriber to
 * subscribe to user:ID first, then to the person's rooms, then done with the hello object (reply) or an error. */
void api_authenticate (Api *self, Request *request);
/* A connection of this caller went away (last frame, close or silence): presence follows. */
void api_connection_closed (Api *self, const Caller *caller);
/* Called by the doors when a heartbeat came in, at most once per 30 s and connection. */
void api_connection_alive (Api *self, const Caller *caller);

/* Refuses new work from now on; returns when all that was taken has been finished (deadline in monotonic
 * microseconds). */
gboolean api_drain (Api *self, gint64 deadline);

G_END_DECLS
