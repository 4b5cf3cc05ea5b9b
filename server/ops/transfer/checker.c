/* checker.c: whether the entries of an export are in order and fit together
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/transfer/checker.h"

#include <string.h>

#include "protocol/confab-error.h"
#include "store/store-private.h"

struct _Checker
{
  StoreEntryKind stage;     /* the last kind that was seen */
  GBytes *last_key;         /* of it: what the order goes by */
  Room *room;               /* NULL before the first one */
  gint64 n_present;         /* members of it that have not left */
  gint64 last_seq;
  gint64 last_first_rev;
};

Checker *
checker_new (void)
{
  Checker *self = g_new0 (Checker, 1);

  self->stage = ENTRY_SETTING;
  return self;
}

void
checker_free (Checker *self)
{
  g_clear_pointer (&self->last_key, g_bytes_unref);
  g_clear_pointer (&self->room, room_unref);
  g_free (self);
}

static GBytes *
make_key (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

/* What entries of one kind are sorted by; messages have their seq. */
static GBytes *
get_key (const StoreEntry *entry)
{
  switch (entry->kind)
    {
    case ENTRY_SETTING:
      return make_key (entry->setting->key);
    case ENTRY_USER:
      return make_key (entry->user->id);
    case ENTRY_INVITE:
      return g_bytes_ref (entry->invite->hash);
    case ENTRY_SESSION:
      return make_key (entry->session->id);
    case ENTRY_ROOM:
      return make_key (entry->room->id);
    case ENTRY_MEMBER:
      return make_key (entry->member->user_id);
    case ENTRY_MESSAGE:
    default:
      return NULL;
    }
}

/* Which kind may follow which: a room may follow everything, and starts over with its members. */
static gboolean
may_follow (const Checker *self, StoreEntryKind kind)
{
  if (kind == ENTRY_ROOM)
    return TRUE;
  if (kind > ENTRY_ROOM && self->room == NULL)
    return FALSE;
  return kind >= self->stage;
}

static gboolean
check_order (Checker *self, const StoreEntry *entry, GError **error)
{
  g_autoptr(GBytes) key = get_key (entry);
  /* Rooms go on from the room before, whatever stood between. */
  g_autoptr(GBytes) last = NULL;

  if (!may_follow (self, entry->kind))
    return confab_error_refuse (error, "this does not belong here: the order is settings, users, invites, sessions, "
                                       "then each room with its members and its messages");
  if (entry->kind == ENTRY_ROOM)
    last = self->room != NULL ? make_key (self->room->id) : NULL;
  else if (entry->kind == self->stage && self->last_key != NULL)
    last = g_bytes_ref (self->last_key);
  if (key != NULL && last != NULL && g_bytes_compare (last, key) >= 0)
    return confab_error_refuse (error, "this is not in order, or is there twice");
  self->stage = entry->kind;
  g_clear_pointer (&self->last_key, g_bytes_unref);
  self->last_key = g_steal_pointer (&key);
  return TRUE;
}

/* ---- Rooms -------------------------------------------------------------------------------------------------- */

static gboolean
finish_room (Checker *self, GError **error)
{
  const Room *room = self->room;

  if (room == NULL)
    return TRUE;
  if (self->n_present != room->member_count)
    return confab_error_refuse (error, "room %s has %" G_GINT64_FORMAT " members, but says %" G_GINT64_FORMAT, room->id,
                                self->n_present, room->member_count);
  if (self->last_seq != room->last_seq)
    return confab_error_refuse (error, "room %s ends with message %" G_GINT64_FORMAT ", but says %" G_GINT64_FORMAT,
                                room->id, self->last_seq, room->last_seq);
  return TRUE;
}

static gboolean
check_direct (const StoreEntry *entry, GError **error)
{
  char **ids = entry->direct_ids;

  if ((entry->room->type == CONFAB_ROOM_TYPE_DIRECT) != (ids != NULL))
    return confab_error_refuse (error, "a direct room, and no other, says whose it is");
  for (guint i = 1; ids != NULL && ids[i] != NULL; i++)
    if (strcmp (ids[i - 1], ids[i]) >= 0)
      return confab_error_refuse (error, "those whose direct room it is are not in order");
  return TRUE;
}

static gboolean
check_room (Checker *self, const StoreEntry *entry, GError **error)
{
  const Room *room = entry->room;

  if (!finish_room (self, error) || !check_direct (entry, error))
    return FALSE;
  if (room->members_rev > room->rev || room->settings_rev > room->rev || room->last_seq > room->rev)
    return confab_error_refuse (error, "room %s has a rev that is behind what it counts", room->id);
  g_clear_pointer (&self->room, room_unref);
  self->room = room_ref (entry->room);
  self->n_present = 0;
  self->last_seq = 0;
  self->last_first_rev = 0;
  return TRUE;
}

static gboolean
check_is_here (Checker *self, const char *room_id, GError **error)
{
  return strcmp (room_id, self->room->id) == 0
         || confab_error_refuse (error, "this is of room %s, but stands in room %s", room_id, self->room->id);
}

static gboolean
check_member (Checker *self, const Member *member, GError **error)
{
  if (!check_is_here (self, member->room_id, error))
    return FALSE;
  if (member->rev > self->room->rev)
    return confab_error_refuse (error, "member %s has a rev above the room's", member->user_id);
  if (member->read_seq > member->received_seq || member->received_seq > self->room->last_seq)
    return confab_error_refuse (error, "member %s has read more than was received, or than there is", member->user_id);
  if (member->left_at == 0)
    self->n_present++;
  return TRUE;
}

/* ---- Messages ----------------------------------------------------------------------------------------------- */

static guint
reaction_hash (gconstpointer key)
{
  const Reaction *self = key;

  return g_str_hash (self->user_id) * 31 + g_str_hash (self->emoji);
}

static gboolean
reaction_equal (gconstpointer a, gconstpointer b)
{
  const Reaction *one = a;
  const Reaction *other = b;

  return strcmp (one->user_id, other->user_id) == 0 && strcmp (one->emoji, other->emoji) == 0;
}

static gboolean
check_reactions (GPtrArray *reactions, GError **error)
{
  g_autoptr(GHashTable) seen = NULL;

  if (reactions == NULL || reactions->len < 2)
    return TRUE;
  if (reactions->len > CHECKER_REACTIONS_MAX)
    return confab_error_refuse (error, "a message has more than %d reactions", CHECKER_REACTIONS_MAX);
  seen = g_hash_table_new (reaction_hash, reaction_equal);
  for (guint i = 0; i < reactions->len; i++)
    if (!g_hash_table_add (seen, reactions->pdata[i]))
      return confab_error_refuse (error, "a reaction is there twice");
  return TRUE;
}

static gboolean
check_parts (const StoreEntry *entry, GError **error)
{
  const Message *message = entry->message;
  guint n_versions = entry->versions != NULL ? entry->versions->len : 0;

  if (n_versions > STORE_MESSAGE_EDITS)
    return confab_error_refuse (error, "a message has more than %d earlier texts", STORE_MESSAGE_EDITS);
  if (n_versions > 0 && message->edited_at == 0)
    return confab_error_refuse (error, "a message that was never edited has earlier texts");
  if (message->deleted_at != 0 && (*message->content != '\0' || n_versions > 0 || message->reactions != NULL))
    return confab_error_refuse (error, "there is something left of a deleted message");
  return check_reactions (message->reactions, error);
}

static gboolean
check_message (Checker *self, const StoreEntry *entry, GError **error)
{
  const Message *message = entry->message;

  if (!check_is_here (self, message->room_id, error))
    return FALSE;
  if (message->seq != self->last_seq + 1)
    return confab_error_refuse (error, "message %" G_GINT64_FORMAT " is missing", self->last_seq + 1);
  if (message->rev > self->room->rev || entry->first_rev > message->rev || entry->first_rev <= self->last_first_rev
      || entry->first_rev < message->seq)
    return confab_error_refuse (error, "the revs of message %s do not fit those before it and the room's", message->id);
  self->last_seq = message->seq;
  self->last_first_rev = entry->first_rev;
  return check_parts (entry, error);
}

gboolean
checker_check (Checker *self, const StoreEntry *entry, GError **error)
{
  if (!check_order (self, entry, error))
    return FALSE;
  if (entry->kind == ENTRY_ROOM)
    return check_room (self, entry, error);
  if (entry->kind == ENTRY_MEMBER)
    return check_member (self, entry->member, error);
  if (entry->kind == ENTRY_MESSAGE)
    return check_message (self, entry, error);
  return entry->kind != ENTRY_SETTING || strcmp (entry->setting->key, STORE_RESTORE_MARK) != 0
         || confab_error_refuse (error, "“%s” is no setting that is exported", STORE_RESTORE_MARK);
}

gboolean
checker_finish (Checker *self, GError **error)
{
  return finish_room (self, error);
}
