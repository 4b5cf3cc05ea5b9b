/* confab-outbox-private.h: how rooms and the session use the outbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "client/confab-cache.h"
#include "client/confab-outbox.h"

G_BEGIN_DECLS

typedef struct _ConfabSession ConfabSession;

ConfabOutbox *confab_outbox_new (ConfabSession *session);
/* pending: of ConfabCachedPending, as the cache has them. */
void confab_outbox_load (ConfabOutbox *self, GPtrArray *pending);
void confab_outbox_clear (ConfabOutbox *self);

/* Keeps it on disk and sends it when it can. (transfer none) */
ConfabMessage *confab_outbox_add (ConfabOutbox *self, const char *room_id, const char *content, const char *reply_to);
/* Of a room, in their order. (nullable) (element-type ConfabMessage): owned by the outbox */
GPtrArray *confab_outbox_peek_room (ConfabOutbox *self, const char *room_id);
/* The message is with the server. (transfer full) (nullable): it, when it was here */
ConfabMessage *confab_outbox_take (ConfabOutbox *self, const char *room_id, const char *client_id);
void confab_outbox_retry (ConfabOutbox *self, ConfabMessage *message);
void confab_outbox_discard (ConfabOutbox *self, ConfabMessage *message);

/* Sends what waits; called when the session comes online. */
void confab_outbox_run (ConfabOutbox *self);

/* Whether the same request would be refused again. */
gboolean confab_outbox_error_is_final (const GError *error);

G_END_DECLS
