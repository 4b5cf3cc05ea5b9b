/* pool.h: threads for everything that may block
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Pool Pool;
typedef void (*PoolFunc) (gpointer data, gpointer user_data);

Pool *pool_new (void);
/* Runs what is queued, then ends the threads. */
void pool_free (Pool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pool, pool_free)

/* FALSE, and func is not called, when too much is queued already. */
gboolean pool_submit (Pool *self, PoolFunc func, gpointer data, gpointer user_data);
/* For what is short and has an order: jobs with the same key run one after the other, as they were submitted. */
gboolean pool_submit_ordered (Pool *self, const char *key, PoolFunc func, gpointer data, gpointer user_data);

G_END_DECLS
