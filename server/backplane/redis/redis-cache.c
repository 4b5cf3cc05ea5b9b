/* redis-cache.c: values that all instances share for a while
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is kept starts with a byte that tells a value from the mark of a drop, which keeps its place so that nothing
 * else can be put there. What was to be dropped while Redis was away would be found again when it is back: it is
 * dropped then.
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-cache.h"

#include <string.h>

#include "backplane/backplane-private.h"

#define VALUE 'v'
#define TOMBSTONE "t"
/* Keys to be dropped later; of more than these, all that is cached goes. */
#define MAX_LATE 10000

struct _RedisCache
{
  RedisClient *client;
  char *key_prefix;

  GMutex mutex;
  GHashTable *late;      /* keys that are to be dropped, under the mutex */
  gboolean drop_all;
};

RedisCache *
redis_cache_new (RedisClient *client, const char *key_prefix)
{
  RedisCache *self = g_new0 (RedisCache, 1);

  self->client = client;
  self->key_prefix = g_strconcat (key_prefix, "cache:", NULL);
  g_mutex_init (&self->mutex);
  self->late = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
redis_cache_free (RedisCache *self)
{
  g_hash_table_unref (self->late);
  g_mutex_clear (&self->mutex);
  g_free (self->key_prefix);
  g_free (self);
}

static void
take_value (const redisReply *reply, guint number, gpointer data)
{
  GBytes **value = data;

  if (reply->type == REDIS_REPLY_STRING && reply->len > 0 && reply->len <= BACKPLANE_CACHE_MAX + 1
      && reply->str[0] == VALUE)
    *value = g_bytes_new (reply->str + 1, reply->len - 1);
}

GBytes *
redis_cache_get (RedisCache *self, const char *key)
{
  RedisCommand command = redis_command_new ("GET %s%s", self->key_prefix, key);
  GBytes *value = NULL;

  redis_client_call (self->client, &command, 1, take_value, &value);
  return value;
}

void
redis_cache_put (RedisCache *self, const char *key, GBytes *value, guint ttl)
{
  gsize length;
  const char *data = g_bytes_get_data (value, &length);
  RedisCommand command = redis_command_new ("SET %s%s %b%b NX EX %u", self->key_prefix, key, "v", (gsize) 1,
                                            length > 0 ? data : "", length, ttl);

  redis_client_call (self->client, &command, 1, NULL, NULL);
}

static RedisCommand
cache_make_drop (RedisCache *self, const char *key)
{
  return redis_command_new ("SET %s%s " TOMBSTONE " EX %d", self->key_prefix, key, CACHE_TOMBSTONE_SECONDS);
}

static void
cache_drop_later (RedisCache *self, const char *key)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (g_hash_table_size (self->late) < MAX_LATE)
    g_hash_table_add (self->late, g_strdup (key));
  else
    self->drop_all = TRUE;
}

void
redis_cache_drop (RedisCache *self, const char *key)
{
  RedisCommand command = cache_make_drop (self, key);

  if (!redis_client_call (self->client, &command, 1, NULL, NULL))
    cache_drop_later (self, key);
}

/* ---- Redis is back ---------------------------------------------------------------------------------------- */

typedef struct
{
  RedisCache *cache;
  guint node;
} Scan;

static void on_scanned (const redisReply *reply, gpointer data);

/* Each node has its part. */
static void
scan_go_on (Scan *self, const char *cursor)
{
  RedisCommand command = redis_command_new ("SCAN %s MATCH %s* COUNT 1000", cursor, self->cache->key_prefix);

  if (!redis_client_send_to_node (self->cache->client, self->node, command, on_scanned, self))
    g_free (self);
}

static void
on_scanned (const redisReply *reply, gpointer data)
{
  Scan *self = data;

  if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2
      || reply->element[0]->type != REDIS_REPLY_STRING || reply->element[1]->type != REDIS_REPLY_ARRAY)
    {
      g_free (self);
      return;
    }
  for (gsize i = 0; i < reply->element[1]->elements; i++)
    {
      const redisReply *key = reply->element[1]->element[i];

      redis_client_send (self->cache->client, redis_command_new ("UNLINK %b", key->str, key->len), NULL, NULL);
    }
  if (g_str_equal (reply->element[0]->str, "0"))
    g_free (self);
  else
    scan_go_on (self, reply->element[0]->str);
}

static void
cache_drop_everything (RedisCache *self)
{
  for (guint i = 0; i < redis_client_count_nodes (self->client); i++)
    {
      Scan *scan = g_new (Scan, 1);

      *scan = (Scan) { self, i };
      scan_go_on (scan, "0");
    }
}

void
redis_cache_restore (RedisCache *self)
{
  g_autoptr(GHashTable) late = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTable *emptied = late;
  gboolean drop_all;
  GHashTableIter iter;
  gpointer key;

  g_mutex_lock (&self->mutex);
  late = self->late;
  self->late = emptied;
  drop_all = self->drop_all;
  self->drop_all = FALSE;
  g_mutex_unlock (&self->mutex);

  g_hash_table_iter_init (&iter, late);
  while (!drop_all && g_hash_table_iter_next (&iter, &key, NULL))
    {
      if (!redis_client_send (self->client, cache_make_drop (self, key), NULL, NULL))
        cache_drop_later (self, key);
    }
  if (drop_all)
    cache_drop_everything (self);
}
