/* confab-operation-private.h: the generated tables, for the functions that look things up in them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "protocol/confab-operation.h"

G_BEGIN_DECLS

extern const ConfabOperation confab_operation_table[CONFAB_N_OPERATIONS];
extern const ConfabOperationId confab_operation_by_event[];
extern const guint confab_n_operations_by_event;
extern const ConfabOperationId confab_operation_by_path[];
extern const guint confab_n_operations_by_path;

G_END_DECLS
