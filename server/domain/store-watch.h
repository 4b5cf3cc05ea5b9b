/* store-watch.h: whether the store answers, known without asking it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A thread asks every few seconds. While the store is away, or stuck, nothing is handed to it: requests are refused at
 * once instead of piling up behind threads that wait for it.
 */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

typedef struct _StoreWatch StoreWatch;

/* Borrows store. */
StoreWatch *store_watch_new (Store *store);
/* Returns when the question that is under way has been answered. */
void store_watch_free (StoreWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreWatch, store_watch_free)

/* Both from any thread; neither blocks. self: nullable, and then the store is not away. */
gboolean store_watch_is_away (StoreWatch *self);
/* Something failed as unavailable: ask now. */
void store_watch_suspect (StoreWatch *self);

/* UNAVAILABLE, with a time to come back, FALSE, while the store is away. */
gboolean store_watch_check (StoreWatch *self, GError **error);

/* How often it went away. */
guint64 store_watch_count_outages (StoreWatch *self);

G_END_DECLS
