/* messages.c: what was said: single messages, pages of history, and what has changed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/listing.h"
#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-store-private.h"

/* How many places one round of the search below looks at: a room of a million messages takes four rounds, and what a
 * client has missed usually one. */
#define PROBES 64

/* Texts of before can be long, and are only read when they are asked for. */
static bson_t *
leave_out_versions (bson_t *options)
{
  if (options == NULL)
    options = bson_new ();
  BCON_APPEND (options, "projection", "{", "versions", BCON_INT32 (0), "}");
  return options;
}

GPtrArray *
mongodb_load_messages (MongodbCall *call, bson_t *filter, bson_t *options)
{
  GPtrArray *messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
  g_auto(MongodbAnswer) answer = mongodb_call_find (call, MONGODB_MESSAGES, filter, leave_out_versions (options));
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    g_ptr_array_add (messages, document_read_message (document));
  return messages;
}

/* What is left of a deleted room may still be there, and is not to be seen. */
static void
check_room_of (MongodbCall *call, const char *room_id)
{
  if (room_id == NULL || !mongodb_call_exists (call, MONGODB_ROOMS, BCON_NEW ("_id", BCON_UTF8 (room_id))))
    mongodb_call_fail (call, CONFAB_ERROR_NOT_FOUND, "There is no such message");
}

Message *
mongodb_store_get_message (Store *store, const char *message_id, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(GPtrArray) messages = mongodb_load_messages (call, BCON_NEW ("_id", BCON_UTF8 (message_id)), NULL);

  check_room_of (call, messages->len > 0 ? ((Message *) messages->pdata[0])->room_id : NULL);
  return mongodb_store_end (store, call, error) ? g_ptr_array_steal_index (messages, 0) : NULL;
}

static GPtrArray *
load_messages_between (MongodbCall *call, const char *room_id, gint64 first, gint64 last)
{
  if (last < first)
    return g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
  return mongodb_load_messages (call,
                                BCON_NEW ("roomId", BCON_UTF8 (room_id),
                                          "seq", "{", "$gte", BCON_INT64 (first), "$lte", BCON_INT64 (last), "}"),
                                BCON_NEW ("sort", "{", "seq", BCON_INT32 (1), "}"));
}

GPtrArray *
mongodb_store_list_messages (Store *store, const char *room_id, const MessagePage *page, gboolean *has_more,
                             GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(Room) room = mongodb_load_room (call, room_id);
  g_autoptr(GPtrArray) messages = NULL;
  gint64 first = 0;
  gint64 last = 0;
  gboolean more = message_page_find_range (page, room != NULL ? room->last_seq : 0, &first, &last);

  messages = load_messages_between (call, room_id, first, last);
  if (has_more != NULL)
    *has_more = more;
  return mongodb_store_end (store, call, error) ? g_steal_pointer (&messages) : NULL;
}

/* Looks at the first revs at up to PROBES places of [low, high) and narrows both; FALSE when nothing is there. */
static gboolean
narrow (MongodbCall *call, const char *room_id, gint64 rev, gint64 *low, gint64 *high)
{
  g_auto(bson_t) places = BSON_INITIALIZER;
  bson_array_builder_t *list = NULL;
  gint64 span = *high - *low;
  gint64 n_probes = MIN (span, PROBES);
  const bson_t *document = NULL;
  gboolean found = FALSE;

  BSON_APPEND_ARRAY_BUILDER_BEGIN (&places, "$in", &list);
  for (gint64 i = 0; i < n_probes; i++)
    bson_array_builder_append_int64 (list, *low + span * (i + 1) / n_probes - 1);
  bson_append_array_builder_end (&places, list);

  g_auto(MongodbAnswer) answer =
    mongodb_call_find (call, MONGODB_MESSAGES,
                       BCON_NEW ("roomId", BCON_UTF8 (room_id), "seq", BCON_DOCUMENT (&places)),
                       BCON_NEW ("projection", "{", "seq", BCON_INT32 (1), "firstRev", BCON_INT32 (1), "}"));
  while ((document = mongodb_answer_next (&answer)) != NULL)
    {
      gint64 seq = fields_get_number (document, "seq");

      found = TRUE;
      if (fields_get_number (document, "firstRev") > rev)
        *high = MIN (*high, seq);
      else
        *low = MAX (*low, seq + 1);
    }
  return found;
}

/* The seq of the first message that came after rev. The rev with which a message came grows with seq and is above it,
 * and no more messages came since than the room's rev has grown. */
static gint64
find_first_after (MongodbCall *call, const Room *room, gint64 rev)
{
  gint64 high = MIN (rev, room->last_seq) + 1;
  gint64 low = MIN (MAX (room->last_seq - MAX (room->rev - rev, 0) + 1, 1), high);

  while (low < high && narrow (call, room->id, rev, &low, &high))
    continue;
  return low;
}

/* Those that were there at rev and have been changed since. */
static bson_t *
make_changed_filter (const char *room_id, gint64 rev, gint64 before_seq)
{
  return BCON_NEW ("roomId", BCON_UTF8 (room_id), "changedRev", "{", "$gt", BCON_INT64 (rev), "}",
                   "seq", "{", "$lt", BCON_INT64 (before_seq), "}");
}

static GPtrArray *
load_changed (MongodbCall *call, const Room *room, gint64 rev, gint64 first_new, guint limit, gint64 *total)
{
  bson_t *options = BCON_NEW ("sort", "{", "seq", BCON_INT32 (1), "}", "limit", BCON_INT64 (MAX (limit, 1)));
  GPtrArray *messages = mongodb_load_messages (call, make_changed_filter (room->id, rev, first_new), options);

  *total = messages->len;
  /* Only a full page leaves it open how many there are. */
  if (messages->len >= limit)
    *total = mongodb_call_count (call, MONGODB_MESSAGES, make_changed_filter (room->id, rev, first_new));
  if (messages->len > limit)
    g_ptr_array_set_size (messages, limit);
  return messages;
}

GPtrArray *
mongodb_store_list_changed_messages (Store *store, const char *room_id, gint64 rev, guint limit, gint64 *total,
                                     GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(Room) room = mongodb_load_room (call, room_id);
  g_autoptr(GPtrArray) messages = NULL;
  gint64 count = 0;

  if (room != NULL)
    {
      gint64 first_new = find_first_after (call, room, MAX (rev, 0));
      gint64 n_new = room->last_seq - first_new + 1;

      messages = load_changed (call, room, rev, first_new, limit, &count);
      count += n_new;
      if (messages->len < limit)
        {
          gint64 last = MIN (first_new + limit - messages->len - 1, room->last_seq);

          g_ptr_array_extend_and_steal (messages, load_messages_between (call, room_id, first_new, last));
        }
    }
  if (total != NULL)
    *total = count;
  return mongodb_store_end (store, call, error) ? g_steal_pointer (&messages) : NULL;
}

GPtrArray *
mongodb_store_list_message_versions (Store *store, const char *message_id, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(GPtrArray) versions = NULL;
  g_autofree char *room_id = NULL;

  {
    g_auto(MongodbAnswer) answer =
      mongodb_call_find (call, MONGODB_MESSAGES, BCON_NEW ("_id", BCON_UTF8 (message_id)),
                         BCON_NEW ("projection", "{", "roomId", BCON_INT32 (1), "versions", BCON_INT32 (1), "}"));
    const bson_t *document = mongodb_answer_next (&answer);

    if (document != NULL)
      {
        room_id = fields_dup_text (document, "roomId");
        versions = document_read_versions (document);
      }
  }
  check_room_of (call, room_id);
  return mongodb_store_end (store, call, error) ? g_steal_pointer (&versions) : NULL;
}
