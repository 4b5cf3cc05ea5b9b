/* redis-wake.h: how other threads get the backplane's to look at what they left
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A source that is not ready until redis_wake() is called, and then once. Free it like any other. */
GSource *redis_wake_new (GMainContext *context, void (*woken) (gpointer data), gpointer data);
/* From any thread. */
void redis_wake (GSource *self);

G_END_DECLS
