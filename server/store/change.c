/* change.c: one decided change of a room, and what became of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/change.h"

Change *
change_new (ChangeKind kind, const char *room_id, const char *user_id, gint64 members_rev, gint64 now)
{
  Change *self = g_new0 (Change, 1);

  self->kind = kind;
  self->room_id = g_strdup (room_id);
  self->user_id = g_strdup (user_id);
  self->members_rev = members_rev;
  self->now = now;
  return self;
}

void
change_free (Change *self)
{
  if (self == NULL)
    return;

  g_free (self->room_id);
  g_free (self->user_id);
  g_clear_pointer (&self->message, message_unref);
  g_free (self->message_id);
  g_free (self->content);
  g_strfreev (self->mentions);
  g_free (self->emoji);
  g_free (self->target_id);
  g_free (self->name);
  g_free (self->description);
  g_clear_pointer (&self->member, member_unref);
  g_clear_pointer (&self->promoted, member_unref);
  g_clear_pointer (&self->room, room_unref);
  g_clear_error (&self->error);
  g_free (self);
}
