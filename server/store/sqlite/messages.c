/* messages.c: what was said: single messages, pages of history, and what has changed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/listing.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite-store-private.h"

#define SELECT_MESSAGES "SELECT " MESSAGE_COLUMNS " FROM messages"

Message *
sqlite_load_message (SqliteConnection *connection, const char *message_id)
{
  g_auto(Query) query = query_make (connection, SELECT_MESSAGES " WHERE id = ?");

  query_put_text (&query, message_id);
  return query_next (&query) ? row_take_message (&query) : NULL;
}

Message *
sqlite_load_message_at (SqliteConnection *connection, const char *room_id, gint64 seq)
{
  g_auto(Query) query = query_make (connection, SELECT_MESSAGES " WHERE room_id = ? AND seq = ?");

  query_put_text (&query, room_id);
  query_put_int (&query, seq);
  return query_next (&query) ? row_take_message (&query) : NULL;
}

Message *
sqlite_load_message_of_client (SqliteConnection *connection, const char *sender_id, const char *client_id)
{
  g_auto(Query) query = query_make (connection, SELECT_MESSAGES " WHERE sender_id = ? AND client_id = ?");

  query_put_text (&query, sender_id);
  query_put_text (&query, client_id);
  return query_next (&query) ? row_take_message (&query) : NULL;
}

Message *
sqlite_store_get_message (Store *store, const char *message_id, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(Message) message = sqlite_load_message (connection, message_id);

  if (message == NULL)
    sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no such message");
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&message) : NULL;
}

static GPtrArray *
take_messages (Query *query)
{
  GPtrArray *messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);

  while (query_next (query))
    g_ptr_array_add (messages, row_take_message (query));
  return messages;
}

static GPtrArray *
load_messages_between (SqliteConnection *connection, const char *room_id, gint64 first, gint64 last)
{
  g_auto(Query) query =
    query_make (connection, SELECT_MESSAGES " WHERE room_id = ? AND seq BETWEEN ? AND ? ORDER BY seq");

  query_put_text (&query, room_id);
  query_put_int (&query, first);
  query_put_int (&query, last);
  return take_messages (&query);
}

static gint64
load_last_seq (SqliteConnection *connection, const char *room_id)
{
  g_auto(Query) query = query_make (connection, "SELECT last_seq FROM rooms WHERE id = ?");

  query_put_text (&query, room_id);
  if (query_next (&query))
    return query_take_int (&query);
  sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no such room");
  return 0;
}

GPtrArray *
sqlite_store_list_messages (Store *store, const char *room_id, const MessagePage *page, gboolean *has_more,
                            GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  gint64 last_seq = load_last_seq (connection, room_id);
  gint64 first = 0;
  gint64 last = 0;
  gboolean more = message_page_find_range (page, last_seq, &first, &last);
  g_autoptr(GPtrArray) messages = load_messages_between (connection, room_id, first, last);

  if (has_more != NULL)
    *has_more = more;
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&messages) : NULL;
}

static gint64
load_first_rev (SqliteConnection *connection, const char *room_id, gint64 seq)
{
  g_auto(Query) query = query_make (connection, "SELECT first_rev FROM messages WHERE room_id = ? AND seq = ?");

  query_put_text (&query, room_id);
  query_put_int (&query, seq);
  return query_next (&query) ? query_take_int (&query) : 0;
}

/* The seq of the first message that came after rev. The rev with which a message came grows with seq, and is never
 * below it. */
static gint64
find_first_after (SqliteConnection *connection, const char *room_id, gint64 rev, gint64 last_seq)
{
  gint64 low = 1;
  gint64 high = MIN (rev, last_seq) + 1;

  while (low < high && !sqlite_connection_has_failed (connection))
    {
      gint64 middle = low + (high - low) / 2;

      if (load_first_rev (connection, room_id, middle) > rev)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

/* Those that were there at rev and have been changed since. */
#define CHANGED_MESSAGES " FROM messages WHERE room_id = ? AND rev > ? AND rev <> first_rev AND seq < ?"

static gint64
count_changed_messages (SqliteConnection *connection, const char *room_id, gint64 rev, gint64 before_seq)
{
  g_auto(Query) query = query_make (connection, "SELECT count (*)" CHANGED_MESSAGES);

  query_put_text (&query, room_id);
  query_put_int (&query, rev);
  query_put_int (&query, before_seq);
  return query_next (&query) ? query_take_int (&query) : 0;
}

static GPtrArray *
load_changed_messages (SqliteConnection *connection, const char *room_id, gint64 rev, gint64 before_seq, guint limit)
{
  /* The + keeps SQLite from walking the index of seq, which would read the whole room to spare itself a sort. */
  g_auto(Query) query = query_make (connection, "SELECT " MESSAGE_COLUMNS CHANGED_MESSAGES " ORDER BY +seq LIMIT ?");

  query_put_text (&query, room_id);
  query_put_int (&query, rev);
  query_put_int (&query, before_seq);
  query_put_int (&query, limit);
  return take_messages (&query);
}

GPtrArray *
sqlite_store_list_changed_messages (Store *store, const char *room_id, gint64 rev, guint limit, gint64 *total,
                                    GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  gint64 last_seq = load_last_seq (connection, room_id);
  gint64 first_new = find_first_after (connection, room_id, MAX (rev, 0), last_seq);
  g_autoptr(GPtrArray) messages = load_changed_messages (connection, room_id, rev, first_new, limit);

  if (messages->len < limit)
    {
      gint64 last = MIN (first_new + limit - messages->len - 1, last_seq);
      GPtrArray *new_messages = load_messages_between (connection, room_id, first_new, last);

      g_ptr_array_extend_and_steal (messages, new_messages);
    }
  if (total != NULL)
    *total = count_changed_messages (connection, room_id, rev, first_new) + last_seq - first_new + 1;
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&messages) : NULL;
}

GPtrArray *
sqlite_load_versions (SqliteConnection *connection, const char *message_id)
{
  g_auto(Query) query =
    query_make (connection, "SELECT content, edited_at FROM message_versions WHERE message_id = ? ORDER BY version");
  GPtrArray *versions = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);

  query_put_text (&query, message_id);
  while (query_next (&query))
    {
      Message *version = message_new ();

      version->content = query_take_text (&query);
      version->edited_at = query_take_int (&query);
      g_ptr_array_add (versions, version);
    }
  return versions;
}

static gboolean
message_exists (SqliteConnection *connection, const char *message_id)
{
  g_auto(Query) query = query_make (connection, "SELECT 1 FROM messages WHERE id = ?");

  query_put_text (&query, message_id);
  return query_next (&query);
}

GPtrArray *
sqlite_store_list_message_versions (Store *store, const char *message_id, GError **error)
{
  SqliteConnection *connection = sqlite_store_read (store);
  g_autoptr(GPtrArray) versions = sqlite_load_versions (connection, message_id);

  if (!message_exists (connection, message_id))
    sqlite_connection_fail (connection, CONFAB_ERROR_NOT_FOUND, "There is no such message");
  return sqlite_store_end (store, connection, error) ? g_steal_pointer (&versions) : NULL;
}
