/* confab-timeline.h: a window on the messages of a room, as a list model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <libdex.h>

#include "client/confab-message.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_TIMELINE (confab_timeline_get_type ())
G_DECLARE_FINAL_TYPE (ConfabTimeline, confab_timeline, CONFAB, TIMELINE, GObject)

/* A GListModel of ConfabMessage by seq, oldest first, and after them what is in the outbox. When a message leaves the
 * outbox its object stays the same. Properties, all notified: has-older, has-newer, loading.
 *
 * The window ends at the newest message unless it was moved by confab_timeline_load_around (): then has-newer is TRUE,
 * new messages are not appended, and confab_timeline_load_newer () or confab_timeline_load () come back to them. */

/* Futures resolve to a boolean: whether anything was added. Offline they give what the cache has.
 * load () may be called any number of times: it moves the window to the newest messages. */
DexFuture *confab_timeline_load (ConfabTimeline *self);
DexFuture *confab_timeline_load_older (ConfabTimeline *self);
DexFuture *confab_timeline_load_newer (ConfabTimeline *self);
DexFuture *confab_timeline_load_around (ConfabTimeline *self, gint64 seq);

gboolean confab_timeline_get_has_older (ConfabTimeline *self);
gboolean confab_timeline_get_has_newer (ConfabTimeline *self);
gboolean confab_timeline_get_loading (ConfabTimeline *self);

ConfabMessage *confab_timeline_find (ConfabTimeline *self, const char *message_id, guint *position);
/* Position of the first message whose seq is at least this, or the number of items. */
guint confab_timeline_find_seq (ConfabTimeline *self, gint64 seq);

G_END_DECLS
