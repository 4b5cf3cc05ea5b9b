/* sweeper.h: removes the messages of deleted rooms, a piece at a time, on a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/store-private.h"

G_BEGIN_DECLS

typedef struct _Sweeper Sweeper;

/* Starts with what a server left behind that did not come to the end of it. */
Sweeper *sweeper_new (Store *store);
void sweeper_free (Sweeper *self);
void sweeper_wake (Sweeper *self);

G_END_DECLS
