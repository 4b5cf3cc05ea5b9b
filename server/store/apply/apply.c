/* apply.c: what becomes of an array of decided changes, the same for every database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The change of each kind is in apply-messages.c, apply-members.c and apply-room.c; here is what they have in common:
 * the order, the check of membersRev, the numbering, and that nothing is told of a transaction that failed.
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/apply/apply.h"

#include "store/apply/apply-private.h"

static const ApplyFunc apply_funcs[] = {
  [CHANGE_APPEND] = apply_append,
  [CHANGE_EDIT] = apply_edit,
  [CHANGE_DELETE] = apply_delete,
  [CHANGE_ADD_REACTION] = apply_add_reaction,
  [CHANGE_REMOVE_REACTION] = apply_remove_reaction,
  [CHANGE_JOIN] = apply_join,
  [CHANGE_LEAVE] = apply_leave,
  [CHANGE_SET_ROLE] = apply_set_role,
  [CHANGE_UPDATE_ROOM] = apply_update_room,
  [CHANGE_DELETE_ROOM] = apply_delete_room,
  [CHANGE_MARK] = apply_mark,
};

void
apply_refuse (Change *change, ConfabError code, const char *reason)
{
  change->outcome = OUTCOME_REFUSED;
  g_set_error_literal (&change->error, CONFAB_ERROR, code, reason);
}

gint64
apply_number (BatchRoom *room, Change *change)
{
  room->changed = TRUE;
  change->outcome = OUTCOME_APPLIED;
  return ++room->room->rev;
}

static void
apply_change (Batch *batch, Change *change)
{
  BatchRoom *room = batch_get_room (batch, change->room_id);

  if (room->room == NULL)
    apply_refuse (change, CONFAB_ERROR_NOT_FOUND, "There is no such room");
  else if (change->members_rev != room->room->members_rev && !apply_find_first (batch, change))
    change->outcome = OUTCOME_STALE;
  else if (change->outcome == OUTCOME_NONE)
    apply_funcs[change->kind] (batch, room, change);

  if (room->room != NULL && change->outcome != OUTCOME_REFUSED)
    change->rev = room->room->rev;
}

/* As if it had never been tried, so that it can be tried again. */
static void
forget_outcome (Change *change, Message *draft)
{
  change->outcome = OUTCOME_NONE;
  change->rev = 0;
  g_clear_pointer (&change->message, message_unref);
  change->message = draft != NULL ? message_ref (draft) : NULL;
  g_clear_pointer (&change->member, member_unref);
  g_clear_pointer (&change->promoted, member_unref);
  g_clear_pointer (&change->room, room_unref);
  g_clear_error (&change->error);
}

GPtrArray *
apply_remember_drafts (Change **changes, guint n_changes)
{
  GPtrArray *drafts = g_ptr_array_new_full (n_changes, (GDestroyNotify) message_unref);

  g_ptr_array_set_size (drafts, n_changes);
  for (guint i = 0; i < n_changes; i++)
    if (changes[i]->kind == CHANGE_APPEND && changes[i]->message != NULL)
      drafts->pdata[i] = message_ref (changes[i]->message);
  return drafts;
}

void
apply_forget_outcomes (Change **changes, guint n_changes, GPtrArray *drafts)
{
  for (guint i = 0; i < n_changes; i++)
    forget_outcome (changes[i], drafts->pdata[i]);
}

void
apply_changes (Batch *batch, Change **changes, guint n_changes)
{
  for (guint i = 0; i < n_changes && !batch->klass->has_failed (batch); i++)
    apply_change (batch, changes[i]);
  batch_flush (batch);
}
