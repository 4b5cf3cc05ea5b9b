/* apply-private.h: how one change is applied inside the transaction of its batch
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "protocol/confab-error.h"
#include "store/apply/batch.h"

G_BEGIN_DECLS

/* The room is there and its membersRev is what the change was decided on. Sets the outcome. */
typedef void (*ApplyFunc) (Batch *batch, BatchRoom *room, Change *change);

/* apply.c */
void apply_refuse (Change *change, ConfabError code, const char *reason);
/* The change happens: it gets the room's next rev. */
gint64 apply_number (BatchRoom *room, Change *change);

/* apply-messages.c */
void apply_append (Batch *batch, BatchRoom *room, Change *change);
void apply_edit (Batch *batch, BatchRoom *room, Change *change);
void apply_delete (Batch *batch, BatchRoom *room, Change *change);
void apply_add_reaction (Batch *batch, BatchRoom *room, Change *change);
void apply_remove_reaction (Batch *batch, BatchRoom *room, Change *change);
/* Whether an append has been stored before, under the clientId it carries: its outcome is then set. */
gboolean apply_find_first (Batch *batch, Change *change);

/* apply-members.c */
void apply_join (Batch *batch, BatchRoom *room, Change *change);
void apply_leave (Batch *batch, BatchRoom *room, Change *change);
void apply_set_role (Batch *batch, BatchRoom *room, Change *change);
void apply_mark (Batch *batch, BatchRoom *room, Change *change);

/* apply-room.c */
void apply_update_room (Batch *batch, BatchRoom *room, Change *change);
void apply_delete_room (Batch *batch, BatchRoom *room, Change *change);

G_END_DECLS
