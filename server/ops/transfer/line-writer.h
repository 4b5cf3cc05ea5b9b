/* line-writer.h: how what a store keeps is written in an export
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ops/transfer/line-fields.h"

G_BEGIN_DECLS

/* Appends the entry's line and, for a message, those of its earlier texts and reactions. Each ends with a newline. The
 * same entry gives the same bytes always. */
void line_write_entry (GString *text, const StoreEntry *entry);

G_END_DECLS
