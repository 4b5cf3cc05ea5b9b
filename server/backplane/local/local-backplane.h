/* local-backplane.h: the backplane of a server that is alone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backplane/backplane.h"

G_BEGIN_DECLS

Backplane *local_backplane_new (void);

/* The clock is monotonic and in microseconds; g_get_monotonic_time() unless set. For tests. */
void local_backplane_set_clock (Backplane *self, gint64 (*clock) (void));

G_END_DECLS
