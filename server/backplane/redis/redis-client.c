/* redis-client.c: commands from any thread, sent together, answered in order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-client.h"

#include <stdatomic.h>
#include <string.h>

#include "backplane/redis/redis-nodes.h"
#include "backplane/redis/redis-wake.h"

/* What may wait for being answered, in all. Redis needs well below a second for that much. */
#define MAX_ITEMS (64 * 1024)
#define MAX_BYTES (64 * 1024 * 1024)

typedef struct
{
  RedisClient *client;
  RedisCommand command;   /* kept until it is answered, for a second try */
  int node;               /* -1: that of the command's slot */
  guint n_left;
  gboolean tried_again;
  RedisReplied replied;
  gpointer data;
} Item;

struct _RedisClient
{
  const RedisClientOwner *owner;
  gpointer owner_data;
  RedisNodes *nodes;
  GSource *wake;
  gboolean complained;      /* of an error, since it was up */
  atomic_bool is_up;
  _Atomic guint n_items;
  _Atomic gsize n_bytes;

  GMutex mutex;
  GPtrArray *incoming;      /* of Item, under the mutex */
  GPtrArray *draining;      /* the thread's */
};

static void
item_free (gpointer data)
{
  Item *self = data;

  self->client->n_items--;
  self->client->n_bytes -= self->command.length;
  redis_command_clear (&self->command);
  g_free (self);
}

static void
load_scripts (RedisLink *link)
{
  for (RedisScript script = 0; script < N_REDIS_SCRIPTS; script++)
    {
      RedisCommand load = redis_command_new_load (script);

      redis_link_send (link, load.bytes, load.length, 1, NULL, NULL);
      redis_command_clear (&load);
    }
}

/* Errors of Redis are about its or our set-up, and come in masses: one of them is told. */
static void
client_take_error (RedisClient *self, Item *item, const redisReply *reply)
{
  RedisLink *link = redis_nodes_find_slot (self->nodes, item->command.slot);

  if (g_str_has_prefix (reply->str, "READONLY") && link != NULL)
    redis_link_break (link, "it became a replica");
  else if (g_str_has_prefix (reply->str, "MOVED"))
    redis_nodes_look_again (self->nodes);
  else if (!self->complained)
    {
      self->complained = TRUE;
      g_warning ("Redis refuses a command: %s", reply->str);
    }
}

static void on_reply (const redisReply *reply, gpointer data);

static void
item_send (Item *self, RedisLink *link)
{
  if (link != NULL)
    redis_link_send (link, self->command.bytes, self->command.length, self->command.n_replies, on_reply, self);
  else
    {
      /* The last frees it. */
      for (guint n = self->n_left; n > 0; n--)
        on_reply (NULL, self);
    }
}

/* MOVED or ASK, the slot, and where it is. */
static RedisLink *
client_find_other (RedisClient *self, const redisReply *reply)
{
  const char *place = strrchr (reply->str, ' ');

  return place != NULL ? redis_nodes_find_place (self->nodes, place + 1) : NULL;
}

/* What an error asks for: scripts, which are loaded with each connection and may be flushed by an operator, or another
 * node of the cluster. */
static gboolean
item_try_again (Item *self, const redisReply *reply)
{
  RedisLink *link = NULL;

  if (self->tried_again || self->command.n_replies != 1)
    return FALSE;
  self->tried_again = TRUE;
  if (g_str_has_prefix (reply->str, "NOSCRIPT"))
    {
      link = redis_nodes_find_slot (self->client->nodes, self->command.slot);
      if (link != NULL)
        load_scripts (link);
    }
  else if (g_str_has_prefix (reply->str, "MOVED "))
    {
      redis_nodes_look_again (self->client->nodes);
      link = client_find_other (self->client, reply);
    }
  else if (g_str_has_prefix (reply->str, "ASK "))
    {
      link = client_find_other (self->client, reply);
      if (link != NULL)
        redis_link_send_words (link, NULL, NULL, "ASKING", NULL);
    }
  if (link == NULL)
    return FALSE;
  item_send (self, link);
  redis_link_flush (link);
  return TRUE;
}

static void
on_reply (const redisReply *reply, gpointer data)
{
  Item *self = data;

  if (reply != NULL && reply->type == REDIS_REPLY_ERROR)
    {
      if (item_try_again (self, reply))
        return;
      client_take_error (self->client, self, reply);
    }
  if (self->replied != NULL)
    self->replied (reply, self->data);
  if (--self->n_left == 0)
    item_free (self);
}

static RedisLink *
client_find_link (RedisClient *self, const Item *item)
{
  if (item->node < 0)
    return redis_nodes_find_slot (self->nodes, item->command.slot);
  return item->node < (int) redis_nodes_count (self->nodes) ? redis_nodes_get (self->nodes, item->node) : NULL;
}

static void
client_drain (RedisClient *self)
{
  GPtrArray *taken;

  g_mutex_lock (&self->mutex);
  taken = self->incoming;
  self->incoming = self->draining;
  self->draining = taken;
  g_mutex_unlock (&self->mutex);

  for (guint i = 0; i < taken->len; i++)
    {
      Item *item = taken->pdata[i];

      item_send (item, client_find_link (self, item));
    }
  g_ptr_array_set_size (taken, 0);
  redis_nodes_flush (self->nodes);
}

static void
on_woken (gpointer data)
{
  client_drain (data);
}

static void
on_node_up (RedisLink *link, gpointer data)
{
  load_scripts (link);
}

static void
on_up (gpointer data)
{
  RedisClient *self = data;

  self->complained = FALSE;
  self->is_up = TRUE;
  self->owner->up (self->owner_data);
}

static void
on_gone (gboolean was_up, const char *why, gpointer data)
{
  RedisClient *self = data;

  self->is_up = FALSE;
  self->owner->gone (was_up, why, self->owner_data);
}

RedisClient *
redis_client_new (GMainContext *context, RedisAddress *address, RedisTls *tls, const RedisClientOwner *owner,
                  gpointer data)
{
  static const RedisNodesOwner nodes_owner = { .node_up = on_node_up, .up = on_up, .gone = on_gone };
  RedisClient *self = g_new0 (RedisClient, 1);

  self->owner = owner;
  self->owner_data = data;
  g_mutex_init (&self->mutex);
  self->incoming = g_ptr_array_new ();
  self->draining = g_ptr_array_new ();
  self->nodes = redis_nodes_new (context, address, tls, &nodes_owner, self);
  self->wake = redis_wake_new (context, on_woken, self);
  return self;
}

void
redis_client_start (RedisClient *self)
{
  redis_nodes_start (self->nodes);
}

void
redis_client_free (RedisClient *self)
{
  self->is_up = FALSE;
  g_source_destroy (self->wake);
  g_source_unref (self->wake);
  redis_nodes_free (self->nodes);
  for (guint i = 0; i < self->incoming->len; i++)
    {
      Item *item = self->incoming->pdata[i];

      /* Each call may free it with the last reply. */
      for (guint n = item->n_left; n > 0; n--)
        on_reply (NULL, item);
    }
  g_ptr_array_unref (self->incoming);
  g_ptr_array_unref (self->draining);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

gboolean
redis_client_is_up (RedisClient *self)
{
  return self->is_up;
}

gboolean
redis_client_is_searching (RedisClient *self)
{
  return redis_nodes_are_searching (self->nodes);
}

guint
redis_client_count_queued (RedisClient *self)
{
  return self->n_items;
}

guint
redis_client_count_nodes (RedisClient *self)
{
  return redis_nodes_count (self->nodes);
}

static gboolean
client_send (RedisClient *self, int node, RedisCommand command, RedisReplied replied, gpointer data)
{
  gboolean was_empty;
  Item *item;

  if (!self->is_up || self->n_items >= MAX_ITEMS || self->n_bytes + command.length > MAX_BYTES)
    {
      redis_command_clear (&command);
      return FALSE;
    }
  self->n_items++;
  self->n_bytes += command.length;
  item = g_new0 (Item, 1);
  item->client = self;
  item->command = command;
  item->node = node;
  item->n_left = command.n_replies;
  item->replied = replied;
  item->data = data;

  g_mutex_lock (&self->mutex);
  was_empty = self->incoming->len == 0;
  g_ptr_array_add (self->incoming, item);
  g_mutex_unlock (&self->mutex);
  if (was_empty)
    redis_wake (self->wake);
  return TRUE;
}

gboolean
redis_client_send (RedisClient *self, RedisCommand command, RedisReplied replied, gpointer data)
{
  return client_send (self, -1, command, replied, data);
}

gboolean
redis_client_send_to_node (RedisClient *self, guint node, RedisCommand command, RedisReplied replied, gpointer data)
{
  return client_send (self, node, command, replied, data);
}

/* ---- Waiting for answers ---------------------------------------------------------------------------------- */

typedef struct _Call Call;

/* Nodes of a cluster answer when they like. */
typedef struct
{
  Call *call;
  guint number;
} Expected;

struct _Call
{
  gatomicrefcount references;
  GMutex mutex;
  GCond cond;
  guint n_commands;
  guint n_answered;
  gboolean failed;
  gboolean left;         /* nobody waits any more */
  RedisTake take;
  gpointer result;
  Expected expected[];
};

static void
call_unref (Call *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

static void
on_answer (const redisReply *reply, gpointer data)
{
  const Expected *expected = data;
  Call *self = expected->call;

  g_mutex_lock (&self->mutex);
  if (reply == NULL || reply->type == REDIS_REPLY_ERROR)
    self->failed = TRUE;
  else if (!self->left && self->take != NULL)
    self->take (reply, expected->number, self->result);
  self->n_answered++;
  if (self->n_answered == self->n_commands || self->failed)
    g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  call_unref (self);
}

static gboolean
call_wait (Call *self)
{
  gint64 end = g_get_monotonic_time () + REDIS_CALL_MILLISECONDS * G_TIME_SPAN_MILLISECOND;
  gboolean good;

  g_mutex_lock (&self->mutex);
  while (self->n_answered < self->n_commands && !self->failed
         && g_cond_wait_until (&self->cond, &self->mutex, end))
    ;
  good = self->n_answered == self->n_commands && !self->failed;
  self->left = TRUE;
  g_mutex_unlock (&self->mutex);
  return good;
}

gboolean
redis_client_call (RedisClient *self, RedisCommand *commands, guint n_commands, RedisTake take, gpointer result)
{
  Call *call = g_malloc0 (sizeof (Call) + n_commands * sizeof (Expected));
  gboolean sent = TRUE, good;

  g_atomic_ref_count_init (&call->references);
  g_mutex_init (&call->mutex);
  g_cond_init (&call->cond);
  call->n_commands = n_commands;
  call->take = take;
  call->result = result;
  for (guint i = 0; i < n_commands; i++)
    {
      call->expected[i] = (Expected) { call, i };
      g_atomic_ref_count_inc (&call->references);
      if (sent)
        sent = redis_client_send (self, commands[i], on_answer, &call->expected[i]);
      else
        redis_command_clear (&commands[i]);
      if (!sent)
        call_unref (call);
    }
  if (!sent)
    {
      g_mutex_lock (&call->mutex);
      call->failed = TRUE;
      g_mutex_unlock (&call->mutex);
    }
  good = call_wait (call);
  call_unref (call);
  return good;
}
