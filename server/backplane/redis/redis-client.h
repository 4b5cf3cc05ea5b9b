/* redis-client.h: commands from any thread, sent together, answered in order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backplane/redis/redis-command.h"
#include "backplane/redis/redis-link.h"

G_BEGIN_DECLS

typedef struct _RedisClient RedisClient;

/* On the thread of the context. */
typedef struct
{
  void (*up) (gpointer data);
  void (*gone) (gboolean was_up, const char *why, gpointer data);
} RedisClientOwner;

/* How long anybody waits for an answer. */
#define REDIS_CALL_MILLISECONDS 1000

RedisClient *redis_client_new (GMainContext *context, RedisAddress *address, RedisTls *tls,
                               const RedisClientOwner *owner, gpointer data);
/* On the thread of the context. */
void redis_client_start (RedisClient *self);
/* When the context is not iterated any more. */
void redis_client_free (RedisClient *self);
gboolean redis_client_is_up (RedisClient *self);
gboolean redis_client_is_searching (RedisClient *self);
/* Commands that were not answered yet. */
guint redis_client_count_queued (RedisClient *self);

/* Takes the command. replied is called on the context's thread for each of its replies, with NULL for what is lost.
 * FALSE, and no call: Redis is away, or too much waits for it already. */
gboolean redis_client_send (RedisClient *self, RedisCommand command, RedisReplied replied, gpointer data);
/* Of a cluster: to one of its nodes, whatever the command's key. */
gboolean redis_client_send_to_node (RedisClient *self, guint node, RedisCommand command, RedisReplied replied,
                                    gpointer data);
/* On the thread of the context. */
guint redis_client_count_nodes (RedisClient *self);

/* Takes the commands and waits for the answers, which take gets on the context's thread with the number of their
 * command (not any more after this has returned). FALSE when one of them did not come in time, or is an error. */
typedef void (*RedisTake) (const redisReply *reply, guint number, gpointer result);
gboolean redis_client_call (RedisClient *self, RedisCommand *commands, guint n_commands, RedisTake take,
                            gpointer result);

G_END_DECLS
