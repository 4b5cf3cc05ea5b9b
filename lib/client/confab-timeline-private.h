/* confab-timeline-private.h: how a room fills its timeline
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "client/confab-timeline.h"

G_BEGIN_DECLS

typedef struct _ConfabRoom ConfabRoom;

#define CONFAB_TIMELINE_PAGE 50
/* A window longer than this gives up its far end: some 2 MB, and more than anybody scrolls through by hand. */
#define CONFAB_TIMELINE_MAX_WINDOW 5000

/* What the parts of the timeline (confab-timeline*.c) share. */
struct _ConfabTimeline
{
  GObject parent_instance;

  ConfabRoom *room;
  GPtrArray *window;      /* of ConfabMessage, by seq */
  GPtrArray *shown;       /* of ConfabMessage: what the model's users know */
  GHashTable *by_id;      /* message id → ConfabMessage*, borrowed from window */
  gboolean loaded;        /* the window stands for something */
  gboolean has_newer;
  gboolean has_older;
  gboolean at_beginning;  /* the server said so */
  gboolean short_loaded;  /* less was loaded than asked for, for want of a connection */
  guint n_loading;
  guint generation;       /* of the window: what was asked for in another one is dropped */
  DexFuture *busy;        /* nullable: the load that runs; the next waits for it */
};

enum
{
  CONFAB_TIMELINE_PROP_HAS_OLDER = 1,
  CONFAB_TIMELINE_PROP_HAS_NEWER,
  CONFAB_TIMELINE_PROP_LOADING,
  CONFAB_TIMELINE_N_PROPS
};

ConfabTimeline *confab_timeline_new (ConfabRoom *room);

/* Messages that came by themselves: of ConfabMessage. One change of the list at most. */
void confab_timeline_absorb (ConfabTimeline *self, GPtrArray *messages);
/* What is held is out of date; what comes next starts anew. */
void confab_timeline_reset (ConfabTimeline *self);
/* The outbox changed. */
void confab_timeline_refresh (ConfabTimeline *self);
/* Somebody's marks moved from low to high: my messages between are judged again. */
void confab_timeline_judge (ConfabTimeline *self, gint64 low, gint64 high);
ConfabMessage *confab_timeline_peek (ConfabTimeline *self, const char *message_id);
/* What could not be fetched for want of a connection is fetched now. */
void confab_timeline_came_online (ConfabTimeline *self);

/* ---- The window, for loading --------------------------------------------------------------------------------- */

/* seq of the first and the last message of the window, 0 when it is empty. */
gint64 confab_timeline_get_first (ConfabTimeline *self);
gint64 confab_timeline_get_last (ConfabTimeline *self);
/* messages: a run by seq. Makes them part of the window, or the window when they do not touch it. Gives how many are
 * new. */
guint confab_timeline_show_run (ConfabTimeline *self, GPtrArray *messages);
void confab_timeline_remove (ConfabTimeline *self, guint position, guint count);
void confab_timeline_set_flag (ConfabTimeline *self, gboolean *flag, gboolean value, guint prop_id);

G_END_DECLS
