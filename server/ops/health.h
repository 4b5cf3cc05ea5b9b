/* health.h: what /readyz says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/domain.h"

G_BEGIN_DECLS

/* {"status":…,"store":…,"backplane":…}. ready: out, whether requests may be sent here; FALSE while the store is away. A
 * lost backplane only degrades: what this instance does it goes on doing, and what others do comes later. Blocks for no
 * longer than the backplane says. */
GString *health_describe (Domain *domain, gboolean *ready);

G_END_DECLS
