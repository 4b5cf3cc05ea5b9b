/* records.c: what the store keeps, as immutable records that any thread may share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/records.h"

/* new, ref and unref are the same for every record; clear and copy know the fields. */
#define DEFINE_RECORD(Type, prefix)                                           \
  Type *                                                                      \
  prefix##_new (void)                                                         \
  {                                                                           \
    return g_atomic_rc_box_new0 (Type);                                       \
  }                                                                           \
                                                                              \
  Type *                                                                      \
  prefix##_ref (Type *self)                                                   \
  {                                                                           \
    return g_atomic_rc_box_acquire (self);                                    \
  }                                                                           \
                                                                              \
  void                                                                        \
  prefix##_unref (Type *self)                                                 \
  {                                                                           \
    if (self != NULL)                                                         \
      g_atomic_rc_box_release_full (self, (GDestroyNotify) prefix##_clear);   \
  }

static void
user_clear (User *self)
{
  g_free (self->id);
  g_free (self->username);
  g_free (self->display_name);
  g_free (self->email);
  g_free (self->avatar);
}

DEFINE_RECORD (User, user)

User *
user_copy (const User *self)
{
  User *copy = user_new ();

  *copy = *self;
  copy->id = g_strdup (self->id);
  copy->username = g_strdup (self->username);
  copy->display_name = g_strdup (self->display_name);
  copy->email = g_strdup (self->email);
  copy->avatar = g_strdup (self->avatar);
  return copy;
}

static void
session_clear (Session *self)
{
  g_free (self->id);
  g_free (self->user_id);
  g_free (self->name);
  g_free (self->address);
  g_clear_pointer (&self->refresh_hash, g_bytes_unref);
  g_clear_pointer (&self->next_refresh_hash, g_bytes_unref);
}

DEFINE_RECORD (Session, session)

Session *
session_copy (const Session *self)
{
  Session *copy = session_new ();

  *copy = *self;
  copy->id = g_strdup (self->id);
  copy->user_id = g_strdup (self->user_id);
  copy->name = g_strdup (self->name);
  copy->address = g_strdup (self->address);
  copy->refresh_hash = self->refresh_hash != NULL ? g_bytes_ref (self->refresh_hash) : NULL;
  copy->next_refresh_hash = self->next_refresh_hash != NULL ? g_bytes_ref (self->next_refresh_hash) : NULL;
  return copy;
}

static void
room_clear (Room *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->description);
  g_free (self->created_by);
}

DEFINE_RECORD (Room, room)

Room *
room_copy (const Room *self)
{
  Room *copy = room_new ();

  *copy = *self;
  copy->id = g_strdup (self->id);
  copy->name = g_strdup (self->name);
  copy->description = g_strdup (self->description);
  copy->created_by = g_strdup (self->created_by);
  return copy;
}

static void
member_clear (Member *self)
{
  g_free (self->room_id);
  g_free (self->user_id);
  g_free (self->username);
  g_free (self->display_name);
  g_free (self->avatar);
}

DEFINE_RECORD (Member, member)

Member *
member_copy (const Member *self)
{
  Member *copy = member_new ();

  *copy = *self;
  copy->room_id = g_strdup (self->room_id);
  copy->user_id = g_strdup (self->user_id);
  copy->username = g_strdup (self->username);
  copy->display_name = g_strdup (self->display_name);
  copy->avatar = g_strdup (self->avatar);
  return copy;
}

Reaction *
reaction_new (const char *user_id, const char *emoji)
{
  Reaction *self = g_new0 (Reaction, 1);

  self->user_id = g_strdup (user_id);
  self->emoji = g_strdup (emoji);
  return self;
}

void
reaction_free (Reaction *self)
{
  g_free (self->user_id);
  g_free (self->emoji);
  g_free (self);
}

static gpointer
reaction_copy (gconstpointer reaction, gpointer user_data)
{
  const Reaction *self = reaction;

  return reaction_new (self->user_id, self->emoji);
}

static void
message_clear (Message *self)
{
  g_free (self->id);
  g_free (self->room_id);
  g_free (self->sender_id);
  g_free (self->sender_name);
  g_free (self->client_id);
  g_free (self->content);
  g_free (self->reply_to);
  g_strfreev (self->mentions);
  g_clear_pointer (&self->reactions, g_ptr_array_unref);
}

DEFINE_RECORD (Message, message)

Message *
message_copy (const Message *self)
{
  Message *copy = message_new ();

  *copy = *self;
  copy->id = g_strdup (self->id);
  copy->room_id = g_strdup (self->room_id);
  copy->sender_id = g_strdup (self->sender_id);
  copy->sender_name = g_strdup (self->sender_name);
  copy->client_id = g_strdup (self->client_id);
  copy->content = g_strdup (self->content);
  copy->reply_to = g_strdup (self->reply_to);
  copy->mentions = g_strdupv (self->mentions);
  copy->reactions = NULL;
  if (self->reactions != NULL)
    {
      copy->reactions = g_ptr_array_copy (self->reactions, (GCopyFunc) reaction_copy, NULL);
      g_ptr_array_set_free_func (copy->reactions, (GDestroyNotify) reaction_free);
    }
  return copy;
}

RoomSummary *
room_summary_new (void)
{
  return g_new0 (RoomSummary, 1);
}

void
room_summary_free (RoomSummary *self)
{
  g_clear_pointer (&self->room, room_unref);
  g_clear_pointer (&self->me, member_unref);
  g_clear_pointer (&self->last_message, message_unref);
  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_free (self);
}
