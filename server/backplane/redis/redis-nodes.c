/* redis-nodes.c: the connections to all of a Redis: to one machine, or to each master of a cluster
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-nodes.h"

#include <string.h>

#include "backplane/redis/redis-finder.h"
#include "backplane/redis/redis-slots.h"

/* Until the next look at how the cluster is; longer each time. */
#define FIRST_LOOK_MILLISECONDS 200
#define LAST_LOOK_MILLISECONDS 4000

typedef struct
{
  RedisNodes *nodes;
  RedisEndpoint endpoint;    /* of a cluster's */
  RedisLink *link;
} Node;

struct _RedisNodes
{
  GMainContext *context;
  RedisAddress *address;
  RedisTls *tls;
  const RedisNodesOwner *owner;
  gpointer owner_data;

  GPtrArray *nodes;          /* of Node */
  gboolean are_up;
  RedisSlots *slots;         /* of a cluster, once they are known */
  GCancellable *search;      /* while one is on its way */
  guint n_searches;
  guint n_looks;             /* since all were there */
  GSource *look;             /* when the next begins */
};

static void
node_free (gpointer data)
{
  Node *self = data;

  redis_link_free (self->link);
  g_free (self->endpoint.host);
  g_free (self);
}

/* ---- What links tell -------------------------------------------------------------------------------------- */

static void
nodes_check (RedisNodes *self)
{
  if (self->are_up || self->nodes->len == 0)
    return;
  for (guint i = 0; i < self->nodes->len; i++)
    {
      if (!redis_link_is_up (redis_nodes_get (self, i)))
        return;
    }
  self->are_up = TRUE;
  self->n_looks = 0;
  self->owner->up (self->owner_data);
}

static void
on_up (RedisLink *link, gpointer data)
{
  RedisNodes *self = ((Node *) data)->nodes;

  if (self->owner->node_up != NULL)
    self->owner->node_up (link, self->owner_data);
  nodes_check (self);
}

static void
nodes_tell_gone (RedisNodes *self, const char *why)
{
  gboolean were_up = self->are_up;

  self->are_up = FALSE;
  self->owner->gone (were_up, why, self->owner_data);
}

static void
on_gone (RedisLink *link, gboolean was_up, const char *why, gpointer data)
{
  RedisNodes *self = ((Node *) data)->nodes;

  nodes_tell_gone (self, why);
  redis_nodes_look_again (self);
}

static void
on_pushed (RedisLink *link, const redisReply *reply, gpointer data)
{
  RedisNodes *self = ((Node *) data)->nodes;

  if (self->owner->pushed != NULL)
    self->owner->pushed (reply, self->owner_data);
}

static void
on_drained (RedisLink *link, gpointer data)
{
  RedisNodes *self = ((Node *) data)->nodes;

  if (self->owner->drained != NULL)
    self->owner->drained (self->owner_data);
}

/* ---- Of a cluster ----------------------------------------------------------------------------------------- */

static Node *
node_new (RedisNodes *nodes, RedisAddress *address)
{
  static const RedisLinkOwner link_owner = {
    .up = on_up,
    .gone = on_gone,
    .pushed = on_pushed,
    .drained = on_drained,
  };
  Node *self = g_new0 (Node, 1);

  self->nodes = nodes;
  self->link = redis_link_new (nodes->context, address, nodes->tls, &link_owner, self);
  return self;
}

/* NULL: there is none yet. */
static Node *
nodes_steal (GPtrArray *nodes, const RedisEndpoint *endpoint)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      Node *node = nodes->pdata[i];

      if (node->endpoint.port == endpoint->port && g_str_equal (node->endpoint.host, endpoint->host))
        return g_ptr_array_steal_index_fast (nodes, i);
    }
  return NULL;
}

/* Keeps the connections to nodes that are still masters. */
static void
nodes_connect (RedisNodes *self)
{
  g_autoptr(GPtrArray) before = g_steal_pointer (&self->nodes);

  self->nodes = g_ptr_array_new_with_free_func (node_free);
  for (guint i = 0; i < self->slots->nodes->len; i++)
    {
      const RedisEndpoint *endpoint = &g_array_index (self->slots->nodes, RedisEndpoint, i);
      Node *node = nodes_steal (before, endpoint);

      if (node == NULL)
        {
          g_autoptr(RedisAddress) address = redis_address_new_node (self->address, endpoint);

          node = node_new (self, address);
          node->endpoint = (RedisEndpoint) { g_strdup (endpoint->host), endpoint->port };
          redis_link_start (node->link);
        }
      g_ptr_array_add (self->nodes, node);
    }
}

static gboolean
slots_are_equal (const RedisSlots *a, const RedisSlots *b)
{
  for (guint slot = 0; slot < REDIS_N_SLOTS; slot++)
    {
      const RedisEndpoint *x = &g_array_index (a->nodes, RedisEndpoint, a->node_of[slot]);
      const RedisEndpoint *y = &g_array_index (b->nodes, RedisEndpoint, b->node_of[slot]);

      if (x->port != y->port || !g_str_equal (x->host, y->host))
        return FALSE;
    }
  return TRUE;
}

static void
on_slots (GObject *source, GAsyncResult *result, gpointer data)
{
  RedisNodes *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(RedisSlots) slots = redis_find_slots_finish (result, &error);

  /* Then there may be no nodes any more. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  g_clear_object (&self->search);
  if (slots == NULL)
    {
      nodes_tell_gone (self, error->message);
      redis_nodes_look_again (self);
      return;
    }
  if (self->slots == NULL || !slots_are_equal (self->slots, slots))
    {
      if (self->are_up)
        nodes_tell_gone (self, "its slots moved");
      g_clear_pointer (&self->slots, redis_slots_free);
      self->slots = g_steal_pointer (&slots);
      nodes_connect (self);
    }
  nodes_check (self);
  if (!self->are_up)
    redis_nodes_look_again (self);
}

static void
nodes_look (RedisNodes *self)
{
  self->search = g_cancellable_new ();
  redis_find_slots_async (self->address, self->tls, self->n_searches++, self->search, on_slots, self);
}

static gboolean
on_look (gpointer data)
{
  RedisNodes *self = data;

  g_clear_pointer (&self->look, g_source_unref);
  if (self->search == NULL)
    nodes_look (self);
  return G_SOURCE_REMOVE;
}

void
redis_nodes_look_again (RedisNodes *self)
{
  guint most = MIN (LAST_LOOK_MILLISECONDS, FIRST_LOOK_MILLISECONDS << MIN (self->n_looks, 6));

  if (self->address->kind != REDIS_CLUSTER || self->look != NULL || self->search != NULL)
    return;
  self->n_looks++;
  self->look = g_timeout_source_new (g_random_int_range (most / 2, most + 1));
  g_source_set_callback (self->look, on_look, self, NULL);
  g_source_attach (self->look, self->context);
}

void
redis_nodes_break (RedisNodes *self, const char *why)
{
  if (!self->are_up)
    return;
  nodes_tell_gone (self, why);
  redis_nodes_look_again (self);
}

void
redis_nodes_break_links (RedisNodes *self, const char *why)
{
  for (guint i = 0; i < self->nodes->len; i++)
    redis_link_break (redis_nodes_get (self, i), why);
}

/* ---- For the owner ---------------------------------------------------------------------------------------- */

RedisNodes *
redis_nodes_new (GMainContext *context, RedisAddress *address, RedisTls *tls, const RedisNodesOwner *owner,
                 gpointer data)
{
  RedisNodes *self = g_new0 (RedisNodes, 1);

  self->context = context;
  self->address = redis_address_ref (address);
  self->tls = tls != NULL ? redis_tls_ref (tls) : NULL;
  self->owner = owner;
  self->owner_data = data;
  self->nodes = g_ptr_array_new_with_free_func (node_free);
  return self;
}

void
redis_nodes_start (RedisNodes *self)
{
  Node *node;

  if (self->address->kind == REDIS_CLUSTER)
    {
      nodes_look (self);
      return;
    }
  node = node_new (self, self->address);
  g_ptr_array_add (self->nodes, node);
  redis_link_start (node->link);
}

void
redis_nodes_free (RedisNodes *self)
{
  if (self->search != NULL)
    g_cancellable_cancel (self->search);
  g_clear_object (&self->search);
  if (self->look != NULL)
    g_source_destroy (self->look);
  g_clear_pointer (&self->look, g_source_unref);
  g_ptr_array_unref (self->nodes);
  g_clear_pointer (&self->slots, redis_slots_free);
  redis_address_unref (self->address);
  g_clear_pointer (&self->tls, redis_tls_unref);
  g_free (self);
}

gboolean
redis_nodes_are_up (RedisNodes *self)
{
  return self->are_up;
}

gboolean
redis_nodes_are_searching (RedisNodes *self)
{
  gboolean searching = self->search != NULL;

  for (guint i = 0; i < self->nodes->len; i++)
    searching |= redis_link_is_searching (redis_nodes_get (self, i));
  return searching;
}

guint
redis_nodes_count (RedisNodes *self)
{
  return self->nodes->len;
}

RedisLink *
redis_nodes_get (RedisNodes *self, guint i)
{
  return ((Node *) self->nodes->pdata[i])->link;
}

RedisLink *
redis_nodes_find_slot (RedisNodes *self, guint slot)
{
  if (self->nodes->len == 0)
    return NULL;
  return redis_nodes_get (self, self->slots != NULL ? self->slots->node_of[slot] : 0);
}

RedisLink *
redis_nodes_find_place (RedisNodes *self, const char *host_and_port)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const RedisEndpoint *endpoint = &((Node *) self->nodes->pdata[i])->endpoint;
      g_autofree char *place = g_strdup_printf ("%s:%u", endpoint->host, endpoint->port);

      if (g_str_equal (place, host_and_port))
        return redis_nodes_get (self, i);
    }
  return NULL;
}

void
redis_nodes_flush (RedisNodes *self)
{
  for (guint i = 0; i < self->nodes->len; i++)
    redis_link_flush (redis_nodes_get (self, i));
}
