/* redis-wake.c: how other threads get the backplane's to look at what they left
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-wake.h"

typedef struct
{
  GSource parent;
  void (*woken) (gpointer data);
  gpointer data;
} Wake;

static gboolean
wake_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  Wake *self = (Wake *) source;

  /* Before looking: what is left from now on wakes again. */
  g_source_set_ready_time (source, -1);
  self->woken (self->data);
  return G_SOURCE_CONTINUE;
}

GSource *
redis_wake_new (GMainContext *context, void (*woken) (gpointer data), gpointer data)
{
  static GSourceFuncs funcs = { .dispatch = wake_dispatch };
  Wake *self = (Wake *) g_source_new (&funcs, sizeof (Wake));

  self->woken = woken;
  self->data = data;
  g_source_attach (&self->parent, context);
  return &self->parent;
}

void
redis_wake (GSource *self)
{
  g_source_set_ready_time (self, 0);
}
