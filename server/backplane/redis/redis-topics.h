/* redis-topics.h: the topics of interest here, and what others publish on them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backplane/event.h"
#include "backplane/redis/redis-link.h"

G_BEGIN_DECLS

typedef struct _RedisTopics RedisTopics;

/* On the thread of the context. */
typedef struct
{
  /* All subscriptions are in force, again. */
  void (*in_force) (gpointer data);
  void (*gone) (gboolean was_in_force, const char *why, gpointer data);
  void (*received) (const char *topic, const guint8 *message, gsize length, gpointer data);
  void (*drained) (gpointer data);      /* all that came in one go was told */
} RedisTopicsOwner;

/* channel_prefix: of the channel of a topic. */
RedisTopics *redis_topics_new (GMainContext *context, RedisAddress *address, RedisTls *tls, const char *channel_prefix,
                               const RedisTopicsOwner *owner, gpointer data);
/* On the thread of the context. */
void redis_topics_start (RedisTopics *self);
/* When the context is not iterated any more. */
void redis_topics_free (RedisTopics *self);
gboolean redis_topics_is_searching (RedisTopics *self);

/* From any thread; counted. */
void redis_topics_subscribe (RedisTopics *self, const char *topic);
void redis_topics_unsubscribe (RedisTopics *self, const char *topic);
/* Keeps of the events those on subscribed topics, in their order; how many. */
guint redis_topics_filter (RedisTopics *self, Event **events, guint n_events, Event **wanted);
gboolean redis_topics_settle (RedisTopics *self, guint milliseconds);

G_END_DECLS
