/* decision.h: what room verbs share when they decide
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/permissions.h"
#include "domain/verb.h"

G_BEGIN_DECLS

/* May the caller do this in the room? */
gboolean decision_permits (const Decision *self, Permission permission, GError **error);

/* A change by the caller, made on what the room looks like now; already among the decision's changes. */
Change *decision_add (Decision *self, ChangeKind kind);

/* The only change of a verb that makes one. */
const Change *decision_get_change (const Decision *self);

G_END_DECLS
