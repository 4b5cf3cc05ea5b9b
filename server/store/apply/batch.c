/* batch.c: the rooms and members that one transaction of changes is about, read once and written once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/apply/batch.h"

static void
batch_member_free (BatchMember *self)
{
  g_clear_pointer (&self->member, member_unref);
  g_free (self);
}

static void
batch_room_free (BatchRoom *self)
{
  g_clear_pointer (&self->room, room_unref);
  g_hash_table_unref (self->members);
  g_free (self);
}

void
batch_init (Batch *self, const BatchClass *klass)
{
  self->klass = klass;
  self->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) batch_room_free);
}

void
batch_clear (Batch *self)
{
  g_clear_pointer (&self->rooms, g_hash_table_unref);
}

BatchRoom *
batch_get_room (Batch *self, const char *room_id)
{
  BatchRoom *room = g_hash_table_lookup (self->rooms, room_id);

  if (room != NULL)
    return room;
  room = g_new0 (BatchRoom, 1);
  room->room = self->klass->load_room (self, room_id);
  room->members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) batch_member_free);
  g_hash_table_insert (self->rooms, g_strdup (room_id), room);
  return room;
}

BatchMember *
batch_get_member (Batch *self, BatchRoom *room, const char *user_id)
{
  BatchMember *member = g_hash_table_lookup (room->members, user_id);

  if (member != NULL)
    return member;
  member = g_new0 (BatchMember, 1);
  member->member = self->klass->load_member (self, room->room->id, user_id);
  g_hash_table_insert (room->members, g_strdup (user_id), member);
  return member;
}

gboolean
batch_member_is_present (const BatchMember *self)
{
  return self->member != NULL && self->member->left_at == 0;
}

gboolean
batch_member_mark (BatchMember *self, gint64 received_seq, gint64 read_seq)
{
  Member *member = self->member;
  gint64 read = MAX (member->read_seq, read_seq);
  gint64 received = MAX (MAX (member->received_seq, received_seq), read);

  if (received == member->received_seq && read == member->read_seq)
    return FALSE;
  member->received_seq = received;
  member->read_seq = read;
  self->marked = TRUE;
  return TRUE;
}

static void
batch_flush_room (Batch *self, BatchRoom *room)
{
  GHashTableIter iter;
  BatchMember *member = NULL;

  if (room->changed)
    self->klass->save_room (self, room);
  g_hash_table_iter_init (&iter, room->members);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &member))
    if (member->marked)
      self->klass->save_marks (self, member->member);
}

void
batch_flush (Batch *self)
{
  GHashTableIter iter;
  BatchRoom *room = NULL;

  g_hash_table_iter_init (&iter, self->rooms);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &room))
    if (room->room != NULL)
      batch_flush_room (self, room);
}
