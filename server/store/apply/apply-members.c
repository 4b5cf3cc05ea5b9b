/* apply-members.c: changes of who is in a room and how far they have read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/apply/apply-private.h"

static void
tell (const BatchRoom *room, const BatchMember *member, Change *change)
{
  change->member = member->member != NULL ? member_copy (member->member) : NULL;
  change->room = room_copy (room->room);
}

static void
leave_unchanged (const BatchRoom *room, const BatchMember *member, Change *change)
{
  change->outcome = OUTCOME_UNCHANGED;
  tell (room, member, change);
}

/* The whole row is written, the marks with it. */
static void
save (Batch *batch, BatchMember *member)
{
  batch->klass->save_member (batch, member->member);
  member->marked = FALSE;
}

static void
number_membership (BatchRoom *room, BatchMember *member, Change *change)
{
  member->member->rev = apply_number (room, change);
  room->room->members_rev = room->room->rev;
}

void
apply_join (Batch *batch, BatchRoom *room, Change *change)
{
  BatchMember *target = batch_get_member (batch, room, change->target_id);

  if (batch_member_is_present (target))
    {
      leave_unchanged (room, target, change);
      return;
    }
  if (!batch->klass->has_account (batch, change->target_id))
    {
      apply_refuse (change, CONFAB_ERROR_NOT_FOUND, "There is no such account");
      return;
    }

  Member row = {
    .room_id = room->room->id,
    .user_id = change->target_id,
    .role = change->role,
    .joined_at = change->now,
    .received_seq = room->room->last_seq,
    .read_seq = room->room->last_seq,
    .rev = apply_number (room, change),
  };
  batch->klass->save_member (batch, &row);
  room->room->members_rev = room->room->rev;
  room->room->member_count++;
  room->count_changed = TRUE;
  /* Read back, since names and picture come from the account. */
  g_hash_table_remove (room->members, change->target_id);
  tell (room, batch_get_member (batch, room, change->target_id), change);
}

/* Part of the leave: one change, one rev. */
static void
promote_successor (Batch *batch, BatchRoom *room, Change *change)
{
  g_autofree char *user_id = batch->klass->find_successor (batch, room->room->id);
  BatchMember *successor = NULL;

  if (user_id == NULL)
    return;
  successor = batch_get_member (batch, room, user_id);
  if (successor->member == NULL)
    return;
  successor->member->role = CONFAB_MEMBER_ROLE_ADMIN;
  successor->member->rev = room->room->rev;
  save (batch, successor);
  change->promoted = member_copy (successor->member);
}

void
apply_leave (Batch *batch, BatchRoom *room, Change *change)
{
  BatchMember *target = batch_get_member (batch, room, change->target_id);
  gboolean was_admin = FALSE;

  if (!batch_member_is_present (target))
    {
      leave_unchanged (room, target, change);
      return;
    }
  was_admin = target->member->role == CONFAB_MEMBER_ROLE_ADMIN;
  number_membership (room, target, change);
  target->member->left_at = change->now;
  target->member->role = CONFAB_MEMBER_ROLE_MEMBER;
  save (batch, target);
  room->room->member_count--;
  room->count_changed = TRUE;
  if (was_admin && room->room->type != CONFAB_ROOM_TYPE_DIRECT)
    promote_successor (batch, room, change);
  tell (room, target, change);
}

void
apply_set_role (Batch *batch, BatchRoom *room, Change *change)
{
  BatchMember *target = batch_get_member (batch, room, change->target_id);

  if (!batch_member_is_present (target))
    {
      apply_refuse (change, CONFAB_ERROR_NOT_FOUND, "There is no such member in this room");
      return;
    }
  if (target->member->role == change->role)
    {
      leave_unchanged (room, target, change);
      return;
    }
  number_membership (room, target, change);
  target->member->role = change->role;
  save (batch, target);
  tell (room, target, change);
}

void
apply_mark (Batch *batch, BatchRoom *room, Change *change)
{
  BatchMember *member = batch_get_member (batch, room, change->user_id);
  gint64 last_seq = room->room->last_seq;

  if (!batch_member_is_present (member))
    {
      apply_refuse (change, CONFAB_ERROR_NOT_FOUND, "There is no such member in this room");
      return;
    }
  if (batch_member_mark (member, MIN (change->received_seq, last_seq), MIN (change->read_seq, last_seq)))
    change->outcome = OUTCOME_APPLIED;
  else
    change->outcome = OUTCOME_UNCHANGED;
  change->member = member_copy (member->member);
}
