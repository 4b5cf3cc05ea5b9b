/* apply.h: what becomes of an array of decided changes, the same for every database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   drafts = apply_remember_drafts (changes, n_changes);
 *   begin; apply_forget_outcomes (…); apply_changes (batch, …); commit, or apply_forget_outcomes (…) once more
 */
#pragma once

#include "store/apply/batch.h"

G_BEGIN_DECLS

/* The messages that the appends came with, by place. */
GPtrArray *apply_remember_drafts (Change **changes, guint n_changes);
/* As if they had never been tried, so that they can be tried again. */
void apply_forget_outcomes (Change **changes, guint n_changes, GPtrArray *drafts);
/* Sets every outcome and writes what changes, inside the transaction that the batch stands for. */
void apply_changes (Batch *batch, Change **changes, guint n_changes);

G_END_DECLS
