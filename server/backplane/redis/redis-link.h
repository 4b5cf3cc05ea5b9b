/* redis-link.h: a connection to Redis that comes back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything here belongs to one thread, which iterates the main context. It speaks RESP3 (Redis 6 and newer), in which
 * what was subscribed cannot be taken for an answer.
 */
#pragma once

#include "backplane/redis/redis-address.h"
#include "backplane/redis/redis-tls.h"

G_BEGIN_DECLS

typedef struct _RedisLink RedisLink;

/* reply: NULL when the connection was lost before it came. */
typedef void (*RedisReplied) (const redisReply *reply, gpointer data);

/* What the owner is told. It may send from all of them; what it sends from gone is lost at once. */
typedef struct
{
  void (*up) (RedisLink *link, gpointer data);
  /* Also when it could not be made; then was_up is FALSE. */
  void (*gone) (RedisLink *link, gboolean was_up, const char *why, gpointer data);
  void (*pushed) (RedisLink *link, const redisReply *reply, gpointer data);     /* nullable */
  void (*drained) (RedisLink *link, gpointer data);   /* all that came in one go was told; nullable */
} RedisLinkOwner;

/* tls: nullable. */
RedisLink *redis_link_new (GMainContext *context, RedisAddress *address, RedisTls *tls, const RedisLinkOwner *owner,
                           gpointer data);
void redis_link_start (RedisLink *self);
/* Nothing is told any more but the replies that will not come. */
void redis_link_free (RedisLink *self);
gboolean redis_link_is_up (RedisLink *self);
/* A lookup is on its way whose end needs the context. */
gboolean redis_link_is_searching (RedisLink *self);

/* Commands as the protocol has them, and how many they are: replied is called as often. They leave with
 * redis_link_flush(), or soon. Not up: replied is called with NULL at once. n_replies 0: it is answered by pushes. */
void redis_link_send (RedisLink *self, const char *bytes, gsize length, guint n_replies, RedisReplied replied,
                      gpointer data);
void redis_link_send_words (RedisLink *self, RedisReplied replied, gpointer data, const char *word, ...)
  G_GNUC_NULL_TERMINATED;
void redis_link_flush (RedisLink *self);
/* It is of no use as it is: gone is told soon, and it is made anew. */
void redis_link_break (RedisLink *self, const char *why);

G_END_DECLS
