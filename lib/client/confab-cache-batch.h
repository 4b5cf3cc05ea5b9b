/* confab-cache-batch.h: changes of the cache that become one transaction
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Made and filled on the main thread, handed to confab_cache_write (), carried out on the cache's thread in the order
 * of the calls.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _ConfabCacheBatch ConfabCacheBatch;

ConfabCacheBatch *confab_cache_batch_new (void);
void confab_cache_batch_free (ConfabCacheBatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabCacheBatch, confab_cache_batch_free)
guint confab_cache_batch_get_length (ConfabCacheBatch *self);

/* Facts about the profile; value NULL removes. */
void confab_cache_batch_set_fact (ConfabCacheBatch *self, const char *name, const char *value);

/* room: as the protocol has it. */
void confab_cache_batch_put_room (ConfabCacheBatch *self, const char *room_id, const char *room);
/* What only this device knows of a room. */
void confab_cache_batch_put_room_settings (ConfabCacheBatch *self, const char *room_id, const char *draft,
                                           gboolean muted);
/* With its messages and members; what waits in the outbox stays. */
void confab_cache_batch_remove_room (ConfabCacheBatch *self, const char *room_id);

/* message: as the protocol has it. An older rev than the one held changes nothing. */
void confab_cache_batch_put_message (ConfabCacheBatch *self, const char *room_id, JsonObject *message);
void confab_cache_batch_clear_messages (ConfabCacheBatch *self, const char *room_id);
/* Messages below seq are forgotten. */
void confab_cache_batch_trim_messages (ConfabCacheBatch *self, const char *room_id, gint64 seq);

void confab_cache_batch_put_member (ConfabCacheBatch *self, const char *room_id, JsonObject *member);
void confab_cache_batch_set_marks (ConfabCacheBatch *self,
                                   const char *room_id,
                                   const char *user_id,
                                   gint64 received_seq,
                                   gint64 read_seq);
void confab_cache_batch_remove_member (ConfabCacheBatch *self, const char *room_id, const char *user_id);

/* The outbox. These reach the disk before the write is answered, also when the power goes. */
void confab_cache_batch_put_pending (ConfabCacheBatch *self,
                                     const char *client_id,
                                     const char *room_id,
                                     const char *content,
                                     const char *reply_to,
                                     gint64 timestamp);
void confab_cache_batch_set_pending_failure (ConfabCacheBatch *self, const char *client_id, const char *failure);
void confab_cache_batch_remove_pending (ConfabCacheBatch *self, const char *client_id);

/* Everything, for signing out. */
void confab_cache_batch_clear (ConfabCacheBatch *self);

G_END_DECLS
