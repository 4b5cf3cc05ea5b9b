/* rooms.c: rooms as such: reading and finding them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/listing.h"
#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-store-private.h"

Room *
mongodb_load_room (MongodbCall *call, const char *room_id)
{
  g_auto(MongodbAnswer) answer =
    mongodb_call_find (call, MONGODB_ROOMS, BCON_NEW ("_id", BCON_UTF8 (room_id)), NULL);
  const bson_t *document = mongodb_answer_next (&answer);

  if (document != NULL)
    return document_read_room (document);
  mongodb_call_fail (call, CONFAB_ERROR_NOT_FOUND, "There is no such room");
  return NULL;
}

static MongodbAnswer
find_rooms (MongodbCall *call, const char *const *room_ids, gsize n_rooms, bson_t *options)
{
  g_auto(bson_t) list = BSON_INITIALIZER;

  fields_append_texts (&list, "$in", room_ids, n_rooms);
  return mongodb_call_find (call, MONGODB_ROOMS, BCON_NEW ("_id", BCON_DOCUMENT (&list)), options);
}

GHashTable *
mongodb_load_rooms (MongodbCall *call, GPtrArray *room_ids)
{
  GHashTable *rooms = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) room_unref);
  const bson_t *document = NULL;

  if (room_ids->len == 0)
    return rooms;

  g_auto(MongodbAnswer) answer = find_rooms (call, (const char *const *) room_ids->pdata, room_ids->len, NULL);
  while ((document = mongodb_answer_next (&answer)) != NULL)
    {
      Room *room = document_read_room (document);

      g_hash_table_replace (rooms, room->id, room);
    }
  return rooms;
}

Room *
mongodb_store_get_room (Store *store, const char *room_id, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(Room) room = mongodb_load_room (call, room_id);

  return mongodb_store_end (store, call, error) ? g_steal_pointer (&room) : NULL;
}

static GHashTable *
load_revs (MongodbCall *call, const char *const *room_ids, gsize n_rooms)
{
  GHashTable *revs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto(MongodbAnswer) answer =
    find_rooms (call, room_ids, n_rooms, BCON_NEW ("projection", "{", "rev", BCON_INT32 (1), "}"));
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    {
      gint64 rev = fields_get_number (document, "rev");

      g_hash_table_replace (revs, fields_dup_text (document, "_id"), g_memdup2 (&rev, sizeof rev));
    }
  return revs;
}

gboolean
mongodb_store_get_revs (Store *store, const char *const *room_ids, gint64 *revs, GError **error)
{
  gsize n_rooms = g_strv_length ((char **) room_ids);
  MongodbCall *call = NULL;
  g_autoptr(GHashTable) found = NULL;

  if (n_rooms == 0)
    return TRUE;
  call = mongodb_store_begin (store);
  found = load_revs (call, room_ids, n_rooms);
  for (gsize i = 0; i < n_rooms; i++)
    {
      const gint64 *rev = g_hash_table_lookup (found, room_ids[i]);

      revs[i] = rev != NULL ? *rev : -1;
    }
  return mongodb_store_end (store, call, error);
}

static bson_t *
make_public_filter (const char *text, const RoomCursor *after)
{
  g_autofree char *folded = store_fold_text (text);
  g_autofree char *pattern = g_regex_escape_string (folded, -1);
  bson_t *filter = BCON_NEW ("type", BCON_UTF8 (confab_room_type_to_string (CONFAB_ROOM_TYPE_PUBLIC)),
                             "memberCount", "{", "$lte", BCON_INT64 (after->member_count), "}",
                             "$or", "[",
                             "{", "memberCount", "{", "$lt", BCON_INT64 (after->member_count), "}", "}",
                             "{", "_id", "{", "$gt", BCON_UTF8 (after->room_id), "}", "}", "]");

  if (*folded != '\0')
    BCON_APPEND (filter, "foldedText", "{", "$regex", BCON_UTF8 (pattern), "}");
  return filter;
}

static GPtrArray *
load_public_rooms (MongodbCall *call, const char *text, const RoomCursor *after, guint limit)
{
  GPtrArray *rooms = g_ptr_array_new_with_free_func ((GDestroyNotify) room_unref);
  bson_t *options = BCON_NEW ("sort", "{", "memberCount", BCON_INT32 (-1), "_id", BCON_INT32 (1), "}",
                              "limit", BCON_INT64 (limit));
  g_auto(MongodbAnswer) answer =
    mongodb_call_find (call, MONGODB_ROOMS, make_public_filter (text, after), options);
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    g_ptr_array_add (rooms, document_read_room (document));
  return rooms;
}

GPtrArray *
mongodb_store_list_public_rooms (Store *store, const char *query, const char *cursor, guint limit, char **next_cursor,
                                 GError **error)
{
  MongodbCall *call = NULL;
  g_autoptr(GPtrArray) rooms = NULL;
  RoomCursor after;

  if (!room_cursor_parse (cursor, &after, error))
    return NULL;
  call = mongodb_store_begin (store);
  /* One more than asked tells whether there is a next page. */
  rooms = load_public_rooms (call, query, &after, limit + 1);
  if (!mongodb_store_end (store, call, error))
    return NULL;
  room_cursor_cut (rooms, limit, next_cursor);
  return g_steal_pointer (&rooms);
}
