/* confab-cache-batch.c: changes of the cache that become one transaction
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-cache-batch.h"

#include "client/confab-cache-private.h"
#include "client/confab-json-members.h"

#define MAX_TEXTS 4
#define MAX_NUMBERS 3

/* ?1 … ?4 are the texts, ?5 … ?7 the numbers of a write. */
typedef enum
{
  SET_FACT,
  REMOVE_FACT,
  PUT_ROOM,
  PUT_ROOM_SETTINGS,
  REMOVE_ROOM,
  PUT_MESSAGE,
  CLEAR_MESSAGES,
  TRIM_MESSAGES,
  PUT_MEMBER,
  SET_MARKS,
  REMOVE_MEMBER,
  CLEAR_MEMBERS,
  PUT_PENDING,
  SET_PENDING_FAILURE,
  REMOVE_PENDING,
  CLEAR_FACTS,
  CLEAR_ROOMS,
  CLEAR_ALL_MESSAGES,
  CLEAR_ALL_MEMBERS,
  CLEAR_PENDING,
} WriteKind;

static const struct
{
  const char *sql;
  gboolean durable;
} write_kinds[] = {
  [SET_FACT] = { "INSERT INTO facts (name, value) VALUES (?1, ?2)"
                 " ON CONFLICT (name) DO UPDATE SET value = excluded.value", TRUE },
  [REMOVE_FACT] = { "DELETE FROM facts WHERE name = ?1", TRUE },
  [PUT_ROOM] = { "INSERT INTO rooms (id, room) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET room = excluded.room" },
  [PUT_ROOM_SETTINGS] = { "INSERT INTO rooms (id, draft, muted) VALUES (?1, ?2, ?5)"
                          " ON CONFLICT (id) DO UPDATE SET draft = excluded.draft, muted = excluded.muted" },
  [REMOVE_ROOM] = { "DELETE FROM rooms WHERE id = ?1" },
  [PUT_MESSAGE] = { "INSERT INTO messages (room_id, seq, id, rev, message) VALUES (?1, ?5, ?2, ?6, ?3)"
                    " ON CONFLICT (room_id, seq) DO UPDATE SET id = excluded.id, rev = excluded.rev,"
                    " message = excluded.message"
                    " WHERE excluded.rev >= rev" },
  [CLEAR_MESSAGES] = { "DELETE FROM messages WHERE room_id = ?1" },
  [TRIM_MESSAGES] = { "DELETE FROM messages WHERE room_id = ?1 AND seq < ?5" },
  [PUT_MEMBER] = { "INSERT INTO members (room_id, user_id, member, received_seq, read_seq) VALUES (?1, ?2, ?3, ?5, ?6)"
                   " ON CONFLICT (room_id, user_id) DO UPDATE SET member = excluded.member,"
                   " received_seq = max (received_seq, excluded.received_seq),"
                   " read_seq = max (read_seq, excluded.read_seq)" },
  [SET_MARKS] = { "UPDATE members SET received_seq = max (received_seq, ?5), read_seq = max (read_seq, ?6)"
                  " WHERE room_id = ?1 AND user_id = ?2" },
  [REMOVE_MEMBER] = { "DELETE FROM members WHERE room_id = ?1 AND user_id = ?2" },
  [CLEAR_MEMBERS] = { "DELETE FROM members WHERE room_id = ?1" },
  [PUT_PENDING] = { "INSERT INTO outbox (client_id, room_id, content, reply_to, timestamp) VALUES (?1, ?2, ?3, ?4, ?5)"
                    " ON CONFLICT (client_id) DO NOTHING", TRUE },
  [SET_PENDING_FAILURE] = { "UPDATE outbox SET failure = ?2 WHERE client_id = ?1", TRUE },
  [REMOVE_PENDING] = { "DELETE FROM outbox WHERE client_id = ?1", FALSE },
  [CLEAR_FACTS] = { "DELETE FROM facts", TRUE },
  [CLEAR_ROOMS] = { "DELETE FROM rooms" },
  [CLEAR_ALL_MESSAGES] = { "DELETE FROM messages" },
  [CLEAR_ALL_MEMBERS] = { "DELETE FROM members" },
  [CLEAR_PENDING] = { "DELETE FROM outbox" },
};

typedef struct
{
  WriteKind kind;
  char *texts[MAX_TEXTS];
  gint64 numbers[MAX_NUMBERS];
} Write;

struct _ConfabCacheBatch
{
  GArray *writes;   /* of Write */
};

static void
write_clear (gpointer data)
{
  Write *write = data;

  for (guint i = 0; i < MAX_TEXTS; i++)
    g_free (write->texts[i]);
}

ConfabCacheBatch *
confab_cache_batch_new (void)
{
  ConfabCacheBatch *self = g_new0 (ConfabCacheBatch, 1);

  self->writes = g_array_new (FALSE, TRUE, sizeof (Write));
  g_array_set_clear_func (self->writes, write_clear);
  return self;
}

void
confab_cache_batch_free (ConfabCacheBatch *self)
{
  g_array_unref (self->writes);
  g_free (self);
}

guint
confab_cache_batch_get_length (ConfabCacheBatch *self)
{
  return self->writes->len;
}

static Write *
confab_cache_batch_add (ConfabCacheBatch *self, WriteKind kind, const char *first, const char *second)
{
  Write write = { .kind = kind, .texts = { g_strdup (first), g_strdup (second) } };

  g_array_append_val (self->writes, write);
  return &g_array_index (self->writes, Write, self->writes->len - 1);
}

void
confab_cache_batch_set_fact (ConfabCacheBatch *self, const char *name, const char *value)
{
  confab_cache_batch_add (self, value != NULL ? SET_FACT : REMOVE_FACT, name, value);
}

void
confab_cache_batch_put_room (ConfabCacheBatch *self, const char *room_id, const char *room)
{
  confab_cache_batch_add (self, PUT_ROOM, room_id, room);
}

void
confab_cache_batch_put_room_settings (ConfabCacheBatch *self, const char *room_id, const char *draft, gboolean muted)
{
  Write *write = confab_cache_batch_add (self, PUT_ROOM_SETTINGS, room_id, draft);

  write->numbers[0] = muted;
}

void
confab_cache_batch_remove_room (ConfabCacheBatch *self, const char *room_id)
{
  confab_cache_batch_add (self, REMOVE_ROOM, room_id, NULL);
  confab_cache_batch_add (self, CLEAR_MESSAGES, room_id, NULL);
  confab_cache_batch_add (self, CLEAR_MEMBERS, room_id, NULL);
}

void
confab_cache_batch_put_message (ConfabCacheBatch *self, const char *room_id, JsonObject *message)
{
  Write *write = confab_cache_batch_add (self, PUT_MESSAGE, room_id, confab_json_get_string (message, "id"));

  write->texts[2] = confab_json_object_to_text (message);
  write->numbers[0] = confab_json_get_int (message, "seq");
  write->numbers[1] = confab_json_get_int (message, "rev");
}

void
confab_cache_batch_clear_messages (ConfabCacheBatch *self, const char *room_id)
{
  confab_cache_batch_add (self, CLEAR_MESSAGES, room_id, NULL);
}

void
confab_cache_batch_trim_messages (ConfabCacheBatch *self, const char *room_id, gint64 seq)
{
  Write *write = confab_cache_batch_add (self, TRIM_MESSAGES, room_id, NULL);

  write->numbers[0] = seq;
}

void
confab_cache_batch_put_member (ConfabCacheBatch *self, const char *room_id, JsonObject *member)
{
  Write *write = confab_cache_batch_add (self, PUT_MEMBER, room_id, confab_json_get_string (member, "userId"));

  write->texts[2] = confab_json_object_to_text (member);
  write->numbers[0] = confab_json_get_int (member, "receivedSeq");
  write->numbers[1] = confab_json_get_int (member, "readSeq");
}

void
confab_cache_batch_set_marks (ConfabCacheBatch *self, const char *room_id, const char *user_id, gint64 received_seq,
                              gint64 read_seq)
{
  Write *write = confab_cache_batch_add (self, SET_MARKS, room_id, user_id);

  write->numbers[0] = received_seq;
  write->numbers[1] = read_seq;
}

void
confab_cache_batch_remove_member (ConfabCacheBatch *self, const char *room_id, const char *user_id)
{
  confab_cache_batch_add (self, REMOVE_MEMBER, room_id, user_id);
}

void
confab_cache_batch_put_pending (ConfabCacheBatch *self, const char *client_id, const char *room_id, const char *content,
                                const char *reply_to, gint64 timestamp)
{
  Write *write = confab_cache_batch_add (self, PUT_PENDING, client_id, room_id);

  write->texts[2] = g_strdup (content);
  write->texts[3] = g_strdup (reply_to);
  write->numbers[0] = timestamp;
}

void
confab_cache_batch_set_pending_failure (ConfabCacheBatch *self, const char *client_id, const char *failure)
{
  confab_cache_batch_add (self, SET_PENDING_FAILURE, client_id, failure);
}

void
confab_cache_batch_remove_pending (ConfabCacheBatch *self, const char *client_id)
{
  confab_cache_batch_add (self, REMOVE_PENDING, client_id, NULL);
}

void
confab_cache_batch_clear (ConfabCacheBatch *self)
{
  for (WriteKind kind = CLEAR_FACTS; kind <= CLEAR_PENDING; kind++)
    confab_cache_batch_add (self, kind, NULL, NULL);
}

gboolean
confab_cache_batch_is_durable (ConfabCacheBatch *self)
{
  for (guint i = 0; i < self->writes->len; i++)
    {
      if (write_kinds[g_array_index (self->writes, Write, i).kind].durable)
        return TRUE;
    }
  return FALSE;
}

static gboolean
write_run (const Write *write, ConfabDatabase *database, GError **error)
{
  sqlite3_stmt *statement = confab_database_prepare (database, write_kinds[write->kind].sql, error);
  int n_parameters = 0;

  if (statement == NULL)
    return FALSE;
  n_parameters = sqlite3_bind_parameter_count (statement);
  for (int i = 0; i < MAX_TEXTS && i < n_parameters; i++)
    sqlite3_bind_text (statement, i + 1, write->texts[i], -1, SQLITE_STATIC);
  for (int i = 0; i < MAX_NUMBERS && MAX_TEXTS + i < n_parameters; i++)
    sqlite3_bind_int64 (statement, MAX_TEXTS + i + 1, write->numbers[i]);
  if (sqlite3_step (statement) != SQLITE_DONE)
    {
      confab_database_set_error (database, error);
      return FALSE;
    }
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return TRUE;
}

gboolean
confab_cache_batch_run (ConfabCacheBatch *self, ConfabDatabase *database, GError **error)
{
  for (guint i = 0; i < self->writes->len; i++)
    {
      if (!write_run (&g_array_index (self->writes, Write, i), database, error))
        return FALSE;
    }
  return TRUE;
}
