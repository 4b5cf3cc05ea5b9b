/* tally.c: what there is in an export or a store, in numbers that can be compared
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/transfer/tally.h"

#include <string.h>

#define DIGEST_SIZE 32
/* What differs once differs often; the first ones tell. */
#define MOST_DIFFERENCES 20

typedef struct
{
  guint8 digest[DIGEST_SIZE];   /* of the room, its members and its messages */
  const char *id;
  gint64 n_messages;
  gint64 last_seq;
  gint64 rev;
} RoomFacts;

struct _Tally
{
  gint64 counts[N_LINE_KINDS];
  GChecksum *accounts[ENTRY_ROOM];  /* of all of one kind that is in no room */
  guint8 digests[ENTRY_ROOM][DIGEST_SIZE];
  GChecksum *room_checksum;
  GArray *rooms;                    /* of RoomFacts, in the order of their ids */
  GStringChunk *ids;
};

Tally *
tally_new (void)
{
  Tally *self = g_new0 (Tally, 1);

  for (guint i = 0; i < ENTRY_ROOM; i++)
    self->accounts[i] = g_checksum_new (G_CHECKSUM_SHA256);
  self->room_checksum = g_checksum_new (G_CHECKSUM_SHA256);
  self->rooms = g_array_new (FALSE, TRUE, sizeof (RoomFacts));
  self->ids = g_string_chunk_new (4096);
  return self;
}

void
tally_free (Tally *self)
{
  for (guint i = 0; i < ENTRY_ROOM; i++)
    g_checksum_free (self->accounts[i]);
  g_checksum_free (self->room_checksum);
  g_array_unref (self->rooms);
  g_string_chunk_free (self->ids);
  g_free (self);
}

static RoomFacts *
get_room (const Tally *self, guint place)
{
  return place < self->rooms->len ? &g_array_index (self->rooms, RoomFacts, place) : NULL;
}

static void
finish_room (Tally *self)
{
  gsize size = DIGEST_SIZE;

  if (self->rooms->len == 0)
    return;
  g_checksum_get_digest (self->room_checksum, get_room (self, self->rooms->len - 1)->digest, &size);
  g_checksum_reset (self->room_checksum);
}

static void
begin_room (Tally *self, const Room *room)
{
  RoomFacts facts = { .last_seq = room->last_seq, .rev = room->rev };

  facts.id = g_string_chunk_insert (self->ids, room->id);
  finish_room (self);
  g_array_append_val (self->rooms, facts);
}

static void
count_message (Tally *self, const StoreEntry *entry)
{
  self->counts[LINE_VERSION] += entry->versions != NULL ? entry->versions->len : 0;
  self->counts[LINE_REACTION] += entry->message->reactions != NULL ? entry->message->reactions->len : 0;
  get_room (self, self->rooms->len - 1)->n_messages++;
}

void
tally_add (Tally *self, const StoreEntry *entry, const GString *text)
{
  gboolean in_room = entry->kind >= ENTRY_ROOM;

  self->counts[entry->kind]++;
  if (entry->kind == ENTRY_ROOM)
    begin_room (self, entry->room);
  else if (entry->kind == ENTRY_MESSAGE)
    count_message (self, entry);
  g_checksum_update (in_room ? self->room_checksum : self->accounts[entry->kind], (const guchar *) text->str,
                     text->len);
}

void
tally_finish (Tally *self)
{
  finish_room (self);
  for (guint i = 0; i < ENTRY_ROOM; i++)
    {
      gsize size = DIGEST_SIZE;

      g_checksum_get_digest (self->accounts[i], self->digests[i], &size);
    }
}

gint64
tally_get_count (const Tally *self, LineKind kind)
{
  return self->counts[kind];
}

/* ---- For people --------------------------------------------------------------------------------------------- */

static const char *const titles[N_LINE_KINDS] = {
  "settings", "accounts", "invites", "sessions", "rooms", "members, former ones included", "messages",
  "earlier texts of messages", "reactions",
};

#define COLUMN "%14" G_GINT64_FORMAT

char *
tally_print (const Tally *self, const char *name, const Tally *other, const char *other_name)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%-30s %14s", "", name);
  if (other != NULL)
    g_string_append_printf (text, " %14s", other_name);
  for (guint i = 0; i < N_LINE_KINDS; i++)
    {
      g_string_append_printf (text, "\n%-30s " COLUMN, titles[i], self->counts[i]);
      if (other != NULL)
        g_string_append_printf (text, " " COLUMN, other->counts[i]);
    }
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

static void
describe_room (GString *text, const char *name, const RoomFacts *facts)
{
  if (facts == NULL)
    g_string_append_printf (text, "%s: not there", name);
  else
    g_string_append_printf (text,
                            "%s: %" G_GINT64_FORMAT " messages, lastSeq %" G_GINT64_FORMAT ", rev %" G_GINT64_FORMAT,
                            name, facts->n_messages, facts->last_seq, facts->rev);
}

static int
compare_ids (const RoomFacts *one, const RoomFacts *other)
{
  if (one == NULL || other == NULL)
    return one == NULL ? 1 : -1;
  return strcmp (one->id, other->id);
}

/* Both are in the order of their ids: a room that one has not got makes no other differ. */
static guint
compare_rooms (const Tally *self, const char *name, const Tally *other, const char *other_name, GString *text)
{
  guint differences = 0;

  for (guint i = 0, j = 0; i < self->rooms->len || j < other->rooms->len;)
    {
      const RoomFacts *one = get_room (self, i);
      const RoomFacts *two = get_room (other, j);
      int order = compare_ids (one, two);

      one = order <= 0 ? one : NULL;
      two = order >= 0 ? two : NULL;
      i += one != NULL;
      j += two != NULL;
      if (one != NULL && two != NULL && memcmp (one->digest, two->digest, DIGEST_SIZE) == 0)
        continue;
      if (++differences > MOST_DIFFERENCES)
        continue;
      g_string_append_printf (text, "room %s differs (", one != NULL ? one->id : two->id);
      describe_room (text, name, one);
      g_string_append (text, "; ");
      describe_room (text, other_name, two);
      g_string_append (text, ")\n");
    }
  return differences;
}

char *
tally_compare (const Tally *self, const char *name, const Tally *other, const char *other_name)
{
  g_autoptr(GString) text = g_string_new (NULL);
  guint differences = 0;

  for (guint i = 0; i < ENTRY_ROOM; i++)
    if (memcmp (self->digests[i], other->digests[i], DIGEST_SIZE) != 0)
      g_string_append_printf (text, "%s differ\n", titles[i]);
  differences = compare_rooms (self, name, other, other_name, text);
  if (differences > MOST_DIFFERENCES)
    g_string_append_printf (text, "and %u more rooms\n", differences - MOST_DIFFERENCES);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
