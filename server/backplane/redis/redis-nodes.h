/* redis-nodes.h: the connections to all of a Redis: to one machine, or to each master of a cluster
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything here belongs to one thread, which iterates the main context. Commands and channels find their machine by
 * their slot. Of a cluster all masters have to be there: one that is gone counts as Redis being away, until a replica
 * has taken over.
 */
#pragma once

#include "backplane/redis/redis-link.h"

G_BEGIN_DECLS

typedef struct _RedisNodes RedisNodes;

typedef struct
{
  /* The connection to one of them, before anything else is sent on it; nullable. */
  void (*node_up) (RedisLink *link, gpointer data);
  /* All of them are there. */
  void (*up) (gpointer data);
  /* Also when they could not be reached; then was_up is FALSE. What was subscribed may be so no more. */
  void (*gone) (gboolean was_up, const char *why, gpointer data);
  void (*pushed) (const redisReply *reply, gpointer data);     /* nullable */
  void (*drained) (gpointer data);                             /* nullable */
} RedisNodesOwner;

RedisNodes *redis_nodes_new (GMainContext *context, RedisAddress *address, RedisTls *tls, const RedisNodesOwner *owner,
                             gpointer data);
void redis_nodes_start (RedisNodes *self);
void redis_nodes_free (RedisNodes *self);
gboolean redis_nodes_are_up (RedisNodes *self);
gboolean redis_nodes_are_searching (RedisNodes *self);

guint redis_nodes_count (RedisNodes *self);
RedisLink *redis_nodes_get (RedisNodes *self, guint i);
/* NULL: it is not known. */
RedisLink *redis_nodes_find_slot (RedisNodes *self, guint slot);
RedisLink *redis_nodes_find_place (RedisNodes *self, const char *host_and_port);
void redis_nodes_flush (RedisNodes *self);
/* The cluster is not as it was: it is asked again, soon. */
void redis_nodes_look_again (RedisNodes *self);
/* Like that, and what was subscribed has gone elsewhere. */
void redis_nodes_break (RedisNodes *self, const char *why);
/* As redis_link_break() of each. */
void redis_nodes_break_links (RedisNodes *self, const char *why);

G_END_DECLS
