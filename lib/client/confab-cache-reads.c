/* confab-cache-reads.c: the questions that the cache answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-cache-private.h"
#include "protocol/confab-json.h"

#define MAX_STORED_LENGTH (4 * 1024 * 1024)

static char *
column_text (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

static JsonObject *
column_object (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);
  g_autoptr(JsonNode) node = NULL;

  if (text == NULL)
    return NULL;
  node = confab_json_parse_bounded (text, strlen (text), MAX_STORED_LENGTH, CONFAB_JSON_MAX_DEPTH, NULL);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_dup_object (node) : NULL;
}

static void
cached_room_free (gpointer data)
{
  ConfabCachedRoom *self = data;

  json_object_unref (self->room);
  g_clear_pointer (&self->last_message, json_object_unref);
  g_free (self->draft);
  g_free (self);
}

static void
cached_pending_free (gpointer data)
{
  ConfabCachedPending *self = data;

  g_free (self->client_id);
  g_free (self->room_id);
  g_free (self->content);
  g_free (self->reply_to);
  g_free (self->failure);
  g_free (self);
}

static void
cached_fact_free (gpointer data)
{
  ConfabCachedFact *self = data;

  g_free (self->name);
  g_free (self->value);
  g_free (self);
}

static gpointer
read_object (sqlite3_stmt *statement)
{
  return column_object (statement, 0);
}

static gpointer
read_fact (sqlite3_stmt *statement)
{
  ConfabCachedFact *self = g_new0 (ConfabCachedFact, 1);

  self->name = column_text (statement, 0);
  self->value = column_text (statement, 1);
  return self;
}

static gpointer
read_room (sqlite3_stmt *statement)
{
  ConfabCachedRoom *self = NULL;
  JsonObject *room = column_object (statement, 0);

  if (room == NULL)
    return NULL;
  self = g_new0 (ConfabCachedRoom, 1);
  self->room = room;
  self->draft = column_text (statement, 1);
  self->muted = sqlite3_column_int (statement, 2) != 0;
  self->last_message = column_object (statement, 3);
  return self;
}

static gpointer
read_pending (sqlite3_stmt *statement)
{
  ConfabCachedPending *self = g_new0 (ConfabCachedPending, 1);

  self->client_id = column_text (statement, 0);
  self->room_id = column_text (statement, 1);
  self->content = column_text (statement, 2);
  self->reply_to = column_text (statement, 3);
  self->failure = column_text (statement, 4);
  self->timestamp = sqlite3_column_int64 (statement, 5);
  return self;
}

/* A member as the protocol has it, with the marks as they came later. */
static gpointer
read_member (sqlite3_stmt *statement)
{
  JsonObject *member = column_object (statement, 0);

  if (member == NULL)
    return NULL;
  json_object_set_int_member (member, "receivedSeq", sqlite3_column_int64 (statement, 1));
  json_object_set_int_member (member, "readSeq", sqlite3_column_int64 (statement, 2));
  return member;
}

static ConfabCacheRead *
read_new (const char *sql, gpointer (*row) (sqlite3_stmt *statement), GDestroyNotify row_free)
{
  ConfabCacheRead *read = g_new0 (ConfabCacheRead, 1);

  read->sql = sql;
  read->row = row;
  read->row_free = row_free;
  return read;
}

static ConfabCacheRead *
read_new_objects (const char *sql, const char *text)
{
  ConfabCacheRead *read = read_new (sql, read_object, (GDestroyNotify) json_object_unref);

  read->text = g_strdup (text);
  return read;
}

DexFuture *
confab_cache_load_facts (ConfabCache *self)
{
  return confab_cache_read (self, read_new ("SELECT name, value FROM facts", read_fact, cached_fact_free));
}

DexFuture *
confab_cache_load_rooms (ConfabCache *self)
{
  return confab_cache_read (
    self, read_new ("SELECT room, draft, muted,"
                    " (SELECT message FROM messages WHERE room_id = rooms.id ORDER BY seq DESC LIMIT 1)"
                    " FROM rooms WHERE room IS NOT NULL",
                    read_room, cached_room_free));
}

DexFuture *
confab_cache_load_pending (ConfabCache *self)
{
  return confab_cache_read (self, read_new ("SELECT client_id, room_id, content, reply_to, failure, timestamp"
                                            " FROM outbox ORDER BY position", read_pending, cached_pending_free));
}

DexFuture *
confab_cache_load_members (ConfabCache *self, const char *room_id)
{
  ConfabCacheRead *read =
    read_new_objects ("SELECT member, received_seq, read_seq FROM members WHERE room_id = ?1", room_id);

  read->row = read_member;
  return confab_cache_read (self, read);
}

DexFuture *
confab_cache_load_messages (ConfabCache *self, const char *room_id, gint64 before, guint limit)
{
  ConfabCacheRead *read = read_new_objects ("SELECT message FROM messages WHERE room_id = ?1 AND seq < ?2"
                                            " ORDER BY seq DESC LIMIT ?3", room_id);

  read->numbers[0] = before > 0 ? before : G_MAXINT64;
  read->numbers[1] = limit;
  read->reverse = TRUE;
  return confab_cache_read (self, read);
}

DexFuture *
confab_cache_load_messages_from (ConfabCache *self, const char *room_id, gint64 from, guint limit)
{
  ConfabCacheRead *read = read_new_objects ("SELECT message FROM messages WHERE room_id = ?1 AND seq >= ?2"
                                            " ORDER BY seq LIMIT ?3", room_id);

  read->numbers[0] = from;
  read->numbers[1] = limit;
  return confab_cache_read (self, read);
}

DexFuture *
confab_cache_load_message (ConfabCache *self, const char *message_id)
{
  return confab_cache_read (self, read_new_objects ("SELECT message FROM messages WHERE id = ?1", message_id));
}
