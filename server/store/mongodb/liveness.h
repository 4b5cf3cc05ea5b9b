/* liveness.h: tells other servers that this one is alive, and ends the transactions of those that are not any more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MongoDB keeps the transaction of a process that was killed for a minute, and with it hold of its rooms. So each
 * server writes down which sessions its transactions run in, and every half second that it is still there; whoever
 * waits for a room ends the sessions of those who have not said so for two seconds. A server that was only slow loses
 * nothing by it: its transaction starts over.
 *
 * Times are of MongoDB's clock alone.
 */
#pragma once

#include "store/mongodb/call.h"
#include "store/store-private.h"

G_BEGIN_DECLS

typedef struct _Liveness Liveness;

Liveness *liveness_new (Store *store);
void liveness_free (Liveness *self);

/* Before the first transaction in a session. */
void liveness_register (Liveness *self, MongodbCall *call, const mongoc_client_session_t *session);
void liveness_end_dead (Liveness *self, MongodbCall *call);

G_END_DECLS
