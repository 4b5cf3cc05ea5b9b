/* tally.h: what there is in an export or a store, in numbers that can be compared
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Some 100 bytes are kept per room, and nothing per message.
 */
#pragma once

#include "ops/transfer/line-fields.h"

G_BEGIN_DECLS

typedef struct _Tally Tally;

Tally *tally_new (void);
void tally_free (Tally *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tally, tally_free)

/* text: the entry as line_write_entry() writes it. */
void tally_add (Tally *self, const StoreEntry *entry, const GString *text);
/* After the last one. */
void tally_finish (Tally *self);

/* How many lines of the kind. */
gint64 tally_get_count (const Tally *self, LineKind kind);
/* A table of the counts; other (nullable): in a column beside them. name: what stands above a column. */
char *tally_print (const Tally *self, const char *name, const Tally *other, const char *other_name);
/* Room by room, what differs, as lines for people; NULL when nothing does. Free with g_free(). */
char *tally_compare (const Tally *self, const char *name, const Tally *other, const char *other_name);

G_END_DECLS
