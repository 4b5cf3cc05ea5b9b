/* missed.c: what happened in a room above a rev, as the events that would have told of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The store has what became of things, not what happened: a message that was written and changed since is told as
 * changed, and the rev of the writing by nobody. Clients see that jump and fetch.
 */
#define G_LOG_DOMAIN "confab-domain"

#include "config.h"

#include "domain/missed.h"

#include "domain/announce.h"
#include "protocol/confab-error.h"

typedef struct
{
  Domain *domain;
  Followed *followed;
  Room *room;
  gint64 since;
  GPtrArray *changes;   /* of Change* */
} Missed;

static void
missed_clear (Missed *self)
{
  g_clear_pointer (&self->room, room_unref);
  g_clear_pointer (&self->changes, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Missed, missed_clear)

static Change *
add_change (Missed *self, ChangeKind kind, const char *user_id, gint64 rev)
{
  Change *change = change_new (kind, self->room->id, user_id, 0, 0);

  change->rev = rev;
  g_ptr_array_add (self->changes, change);
  return change;
}

/* A new message has a seq near the last one, for each is one change, and nothing has been done to it. */
static gboolean
looks_new (const Missed *self, const Message *message)
{
  return message->edited_at == 0 && message->deleted_at == 0 &&
         (message->reactions == NULL || message->reactions->len == 0) &&
         message->seq > self->room->last_seq - (self->room->rev - self->since);
}

static gboolean
read_messages (Missed *self, guint most, gboolean *too_many, GError **error)
{
  gint64 total = 0;
  g_autoptr(GPtrArray) messages = store_list_changed_messages (self->domain->store, self->room->id, self->since, most,
                                                               &total, error);

  if (messages == NULL)
    return FALSE;
  *too_many = total > most;
  for (guint i = 0; i < messages->len && !*too_many; i++)
    {
      Message *message = messages->pdata[i];
      ChangeKind kind = looks_new (self, message) ? CHANGE_APPEND : CHANGE_EDIT;

      if (!followed_was_told (self->followed, self->room->id, message->rev))
        add_change (self, kind, message->sender_id, message->rev)->message = message_ref (message);
    }
  return TRUE;
}

/* Whether somebody came or got another role the store does not know; clients take either in the same way. */
static ChangeKind
guess_membership_change (const Member *member)
{
  if (member->left_at != 0)
    return CHANGE_LEAVE;
  return member->role == CONFAB_MEMBER_ROLE_ADMIN ? CHANGE_SET_ROLE : CHANGE_JOIN;
}

static gboolean
read_members (Missed *self, GError **error)
{
  g_autoptr(GPtrArray) members =
    store_list_changed_members (self->domain->store, self->room->id, self->since, error);

  for (guint i = 0; members != NULL && i < members->len; i++)
    {
      Member *member = members->pdata[i];
      Change *change = NULL;

      if (followed_was_told (self->followed, self->room->id, member->rev))
        continue;
      change = add_change (self, guess_membership_change (member), member->user_id, member->rev);
      change->target_id = g_strdup (member->user_id);
      change->member = member_ref (member);
    }
  return members != NULL;
}

static void
add_settings (Missed *self, gint64 rev)
{
  Room *room = room_copy (self->room);

  room->rev = rev;
  add_change (self, CHANGE_UPDATE_ROOM, NULL, rev)->room = room;
}

static int
compare_revs (gconstpointer a, gconstpointer b)
{
  const Change *one = *(Change *const *) a;
  const Change *other = *(Change *const *) b;

  return (one->rev > other->rev) - (one->rev < other->rev);
}

/* Who came has to follow the room before they are told of it. */
static void
announce_arrival (const Missed *self, const Change *change, GPtrArray *events)
{
  g_autoptr(RoomSummary) summary = NULL;

  if (change->member == NULL || change->member->left_at != 0 ||
      !followed_has_user (self->followed, change->member->user_id))
    return;
  summary = store_get_user_room (self->domain->store, change->member->user_id, change->room_id, NULL);
  if (summary != NULL)
    announce_joined (summary, events);
}

static void
announce_all (Missed *self, GPtrArray *events)
{
  g_ptr_array_sort (self->changes, compare_revs);
  for (guint i = 0; i < self->changes->len; i++)
    {
      const Change *change = self->changes->pdata[i];

      announce_arrival (self, change, events);
      announce_change (&self->domain->limits, NULL, change, events);
    }
}

static gboolean
read_changes (Missed *self, GError **error)
{
  guint most = self->domain->limits.resume_changes;
  gboolean too_many = self->room->rev - self->since > most;

  if (!read_members (self, error) || (!too_many && !read_messages (self, most, &too_many, error)))
    return FALSE;
  if (too_many)
    add_settings (self, self->room->rev);
  else if (self->room->settings_rev > self->since &&
           !followed_was_told (self->followed, self->room->id, self->room->settings_rev))
    add_settings (self, self->room->settings_rev);
  return TRUE;
}

gboolean
missed_read (Domain *domain, Followed *followed, const char *room_id, gint64 since, GPtrArray *events, gint64 *rev,
             GError **error)
{
  g_auto(Missed) self = { .domain = domain, .followed = followed, .since = since };
  g_autoptr(GError) problem = NULL;

  self.changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  self.room = store_get_room (domain->store, room_id, &problem);
  if (self.room == NULL)
    {
      if (!g_error_matches (problem, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      announce_gone (room_id, events);
      *rev = since;
      return TRUE;
    }
  if (!read_changes (&self, error))
    return FALSE;
  announce_all (&self, events);
  *rev = self.room->rev;
  return TRUE;
}
