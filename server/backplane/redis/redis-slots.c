/* redis-slots.c: which node of a cluster has what
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-slots.h"

#include <string.h>

#include "protocol/confab-error.h"

#define NO_NODE G_MAXUINT16
#define MAX_NODES 1000

/* CRC-16/XMODEM, polynomial 0x1021, as the specification of Redis Cluster has it. */
static guint16
get_checksum (const char *data, gsize length)
{
  guint16 sum = 0;

  for (gsize i = 0; i < length; i++)
    {
      sum ^= (guint16) ((guint8) data[i] << 8);
      for (guint bit = 0; bit < 8; bit++)
        sum = sum & 0x8000 ? (guint16) (sum << 1) ^ 0x1021 : (guint16) (sum << 1);
    }
  return sum;
}

guint
redis_slot_of (const char *key, gsize length)
{
  const char *open = memchr (key, '{', length);
  const char *close = open != NULL ? memchr (open + 1, '}', key + length - open - 1) : NULL;

  if (close != NULL && close > open + 1)
    return get_checksum (open + 1, close - open - 1) % REDIS_N_SLOTS;
  return get_checksum (key, length) % REDIS_N_SLOTS;
}

static void
endpoint_clear (gpointer data)
{
  g_free (((RedisEndpoint *) data)->host);
}

static guint
slots_add_node (RedisSlots *self, const char *host, guint16 port)
{
  RedisEndpoint added = { g_strdup (host), port };

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const RedisEndpoint *node = &g_array_index (self->nodes, RedisEndpoint, i);

      if (node->port == port && g_str_equal (node->host, host))
        {
          g_free (added.host);
          return i;
        }
    }
  g_array_append_val (self->nodes, added);
  return self->nodes->len - 1;
}

/* [first slot, last slot, [host, port, …] of the master, replicas…] */
static gboolean
slots_add_range (RedisSlots *self, const redisReply *range, const char *host)
{
  const redisReply *master = range->type == REDIS_REPLY_ARRAY && range->elements >= 3 ? range->element[2] : NULL;
  long long first, last;
  guint node;

  if (master == NULL || master->type != REDIS_REPLY_ARRAY || master->elements < 2
      || master->element[1]->type != REDIS_REPLY_INTEGER || self->nodes->len >= MAX_NODES)
    return FALSE;
  first = range->element[0]->integer;
  last = range->element[1]->integer;
  if (range->element[0]->type != REDIS_REPLY_INTEGER || range->element[1]->type != REDIS_REPLY_INTEGER || first < 0
      || first > last || last >= REDIS_N_SLOTS || master->element[1]->integer < 1
      || master->element[1]->integer > G_MAXUINT16)
    return FALSE;
  if (master->element[0]->type == REDIS_REPLY_STRING && master->element[0]->len > 0)
    host = master->element[0]->str;
  node = slots_add_node (self, host, master->element[1]->integer);
  for (long long slot = first; slot <= last; slot++)
    self->node_of[slot] = node;
  return TRUE;
}

RedisSlots *
redis_slots_new (const redisReply *reply, const char *host, GError **error)
{
  g_autoptr(RedisSlots) self = g_new (RedisSlots, 1);
  gboolean good = reply->type == REDIS_REPLY_ARRAY;

  self->nodes = g_array_new (FALSE, FALSE, sizeof (RedisEndpoint));
  g_array_set_clear_func (self->nodes, endpoint_clear);
  for (guint slot = 0; slot < REDIS_N_SLOTS; slot++)
    self->node_of[slot] = NO_NODE;
  for (gsize i = 0; good && i < reply->elements; i++)
    good = slots_add_range (self, reply->element[i], host);
  for (guint slot = 0; good && slot < REDIS_N_SLOTS; slot++)
    good = self->node_of[slot] != NO_NODE;
  if (good)
    return g_steal_pointer (&self);
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE,
                       "the cluster does not say of every slot where it is");
  return NULL;
}

void
redis_slots_free (RedisSlots *self)
{
  g_array_unref (self->nodes);
  g_free (self);
}
