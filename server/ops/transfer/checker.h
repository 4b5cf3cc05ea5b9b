/* checker.h: whether the entries of an export are in order and fit together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can be told from an entry, its room and the one before it, whatever the size of the whole: the order (which also
 * says that nothing is there twice), numbers without gaps, counters that are what they count. What needs all of it, as
 * whether somebody has an account, is the store's to say.
 */
#pragma once

#include "store/entry.h"

G_BEGIN_DECLS

/* Of one message: 10,000 members with 20 kinds each. */
#define CHECKER_REACTIONS_MAX 200000

typedef struct _Checker Checker;

Checker *checker_new (void);
void checker_free (Checker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Checker, checker_free)

gboolean checker_check (Checker *self, const StoreEntry *entry, GError **error);
/* Whether it may end here. */
gboolean checker_finish (Checker *self, GError **error);

G_END_DECLS
