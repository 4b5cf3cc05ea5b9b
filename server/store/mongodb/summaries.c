/* summaries.c: rooms as they stand in somebody's list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * However many rooms somebody is in, their list takes the same few queries: the memberships, the rooms, the last
 * messages, the unread mentions, and the members of the small rooms with their accounts.
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-store-private.h"

/* MongoDB looks at each branch of an $or by itself; so many go into one query. */
#define BRANCHES 100

static RoomSummary *
get_summary (GPtrArray *summaries, guint place)
{
  return summaries->pdata[place];
}

static int
compare_activity (gconstpointer a, gconstpointer b)
{
  const Room *one = (*(RoomSummary *const *) a)->room;
  const Room *other = (*(RoomSummary *const *) b)->room;

  if (one->last_activity != other->last_activity)
    return one->last_activity > other->last_activity ? -1 : 1;
  return g_strcmp0 (other->id, one->id);
}

/* Rooms and the person's place in them, last activity first. */
static GPtrArray *
load_rooms (MongodbCall *call, bson_t *filter)
{
  GPtrArray *summaries = g_ptr_array_new_with_free_func ((GDestroyNotify) room_summary_free);
  g_autoptr(GPtrArray) members = mongodb_load_members (call, filter, NULL);
  g_autoptr(GPtrArray) room_ids = g_ptr_array_new ();
  g_autoptr(GHashTable) rooms = NULL;

  for (guint i = 0; i < members->len; i++)
    g_ptr_array_add (room_ids, ((Member *) members->pdata[i])->room_id);
  rooms = mongodb_load_rooms (call, room_ids);
  for (guint i = 0; i < members->len; i++)
    {
      Member *me = members->pdata[i];
      Room *room = g_hash_table_lookup (rooms, me->room_id);
      RoomSummary *summary = NULL;

      if (room == NULL)
        continue;
      summary = room_summary_new ();
      summary->room = room_ref (room);
      summary->me = member_ref (me);
      g_ptr_array_add (summaries, summary);
    }
  g_ptr_array_sort (summaries, compare_activity);
  return summaries;
}

static GHashTable *
index_by_room (GPtrArray *summaries)
{
  GHashTable *index = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < summaries->len; i++)
    g_hash_table_insert (index, get_summary (summaries, i)->room->id, get_summary (summaries, i));
  return index;
}

/* Appends what to look for in one room; FALSE: nothing. */
typedef gboolean (*AppendBranch) (bson_t *branch, const RoomSummary *summary);

/* {$or: […]} of the next rooms from *place on, which moves; NULL at the end. */
static bson_t *
make_next_filter (GPtrArray *summaries, guint *place, AppendBranch append)
{
  g_autoptr(bson_t) filter = bson_new ();
  bson_array_builder_t *branches = NULL;
  guint count = 0;

  BSON_APPEND_ARRAY_BUILDER_BEGIN (filter, "$or", &branches);
  for (; *place < summaries->len && count < BRANCHES; (*place)++)
    {
      g_auto(bson_t) branch = BSON_INITIALIZER;

      if (!append (&branch, get_summary (summaries, *place)))
        continue;
      bson_array_builder_append_document (branches, &branch);
      count++;
    }
  bson_append_array_builder_end (filter, branches);
  return count > 0 ? g_steal_pointer (&filter) : NULL;
}

static gboolean
append_last_message (bson_t *branch, const RoomSummary *summary)
{
  if (summary->room->last_seq == 0)
    return FALSE;
  BSON_APPEND_UTF8 (branch, "roomId", summary->room->id);
  BSON_APPEND_INT64 (branch, "seq", summary->room->last_seq);
  return TRUE;
}

static void
load_last_messages (MongodbCall *call, GPtrArray *summaries, GHashTable *by_room)
{
  bson_t *filter = NULL;

  for (guint place = 0; (filter = make_next_filter (summaries, &place, append_last_message)) != NULL;)
    {
      g_autoptr(GPtrArray) messages = mongodb_load_messages (call, filter, NULL);

      for (guint i = 0; i < messages->len; i++)
        {
          Message *message = messages->pdata[i];
          RoomSummary *summary = g_hash_table_lookup (by_room, message->room_id);

          if (summary != NULL && summary->last_message == NULL)
            summary->last_message = message_ref (message);
        }
    }
}

/* A message may mention somebody by name and in "@room": it counts once. One's own does not. */
static gboolean
append_unread_mentions (bson_t *branch, const RoomSummary *summary)
{
  const Member *me = summary->me;

  if (summary->room->last_seq <= me->read_seq)
    return FALSE;
  BCON_APPEND (branch, "roomId", BCON_UTF8 (me->room_id),
               "mentions", "{", "$in", "[", BCON_UTF8 (me->user_id), BCON_UTF8 (MONGODB_EVERYBODY), "]", "}",
               "seq", "{", "$gt", BCON_INT64 (me->read_seq), "}",
               "senderId", "{", "$ne", BCON_UTF8 (me->user_id), "}");
  return TRUE;
}

static void
count_unread_mentions (MongodbCall *call, GPtrArray *summaries, GHashTable *by_room)
{
  bson_t *filter = NULL;

  for (guint place = 0; (filter = make_next_filter (summaries, &place, append_unread_mentions)) != NULL;)
    {
      g_autoptr(bson_t) taken_filter = filter;
      bson_t *pipeline = BCON_NEW ("pipeline", "[", "{", "$match", BCON_DOCUMENT (filter), "}",
                                   "{", "$group", "{", "_id", BCON_UTF8 ("$roomId"),
                                   "mentions", "{", "$sum", BCON_INT64 (1), "}", "}", "}", "]");
      g_auto(MongodbAnswer) answer = mongodb_call_aggregate (call, MONGODB_MESSAGES, pipeline);
      const bson_t *document = NULL;

      while ((document = mongodb_answer_next (&answer)) != NULL)
        {
          g_autofree char *room_id = fields_dup_text (document, "_id");
          RoomSummary *summary = room_id != NULL ? g_hash_table_lookup (by_room, room_id) : NULL;

          if (summary != NULL)
            summary->mentions = fields_get_number (document, "mentions");
        }
    }
}

static void
load_members_of_small (MongodbCall *call, GPtrArray *summaries, GHashTable *by_room)
{
  g_autoptr(GPtrArray) room_ids = g_ptr_array_new ();
  g_autoptr(GPtrArray) members = NULL;
  g_auto(bson_t) list = BSON_INITIALIZER;

  for (guint i = 0; i < summaries->len; i++)
    {
      RoomSummary *summary = get_summary (summaries, i);

      if (summary->room->member_count > STORE_SUMMARY_MEMBERS)
        continue;
      summary->members = g_ptr_array_new_with_free_func ((GDestroyNotify) member_unref);
      g_ptr_array_add (room_ids, summary->room->id);
    }
  if (room_ids->len == 0)
    return;
  fields_append_texts (&list, "$in", (const char *const *) room_ids->pdata, room_ids->len);
  members = mongodb_load_members (call, BCON_NEW ("roomId", BCON_DOCUMENT (&list), "leftAt", BCON_INT64 (0)),
                                  BCON_NEW ("sort", "{", "username", BCON_INT32 (1), "}"));
  for (guint i = 0; i < members->len; i++)
    {
      Member *member = members->pdata[i];

      g_ptr_array_add (((RoomSummary *) g_hash_table_lookup (by_room, member->room_id))->members, member_ref (member));
    }
}

/* filter, of memberships, is taken. */
static GPtrArray *
load_summaries (MongodbCall *call, bson_t *filter)
{
  GPtrArray *summaries = load_rooms (call, filter);
  g_autoptr(GHashTable) by_room = index_by_room (summaries);

  load_last_messages (call, summaries, by_room);
  count_unread_mentions (call, summaries, by_room);
  load_members_of_small (call, summaries, by_room);
  return summaries;
}

static bson_t *
make_mine_filter (const char *user_id)
{
  return BCON_NEW ("userId", BCON_UTF8 (user_id), "leftAt", BCON_INT64 (0));
}

GPtrArray *
mongodb_store_list_user_rooms (Store *store, const char *user_id, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(GPtrArray) summaries = load_summaries (call, make_mine_filter (user_id));

  return mongodb_store_end (store, call, error) ? g_steal_pointer (&summaries) : NULL;
}

RoomSummary *
mongodb_store_get_user_room (Store *store, const char *user_id, const char *room_id, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autofree char *id = document_make_member_id (room_id, user_id);
  g_autoptr(GPtrArray) summaries =
    load_summaries (call, BCON_NEW ("_id", BCON_UTF8 (id), "leftAt", BCON_INT64 (0)));

  if (summaries->len == 0)
    mongodb_call_fail (call, CONFAB_ERROR_NOT_FOUND, "There is no such room");
  return mongodb_store_end (store, call, error) ? g_ptr_array_steal_index (summaries, 0) : NULL;
}

static GPtrArray *
load_room_ids (MongodbCall *call, const char *user_id)
{
  GPtrArray *ids = g_ptr_array_new_null_terminated (16, g_free, TRUE);
  g_auto(MongodbAnswer) answer =
    mongodb_call_find (call, MONGODB_MEMBERS, make_mine_filter (user_id),
                       BCON_NEW ("projection", "{", "roomId", BCON_INT32 (1), "}"));
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    g_ptr_array_add (ids, fields_dup_text (document, "roomId"));
  return ids;
}

char **
mongodb_store_list_user_room_ids (Store *store, const char *user_id, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(GPtrArray) ids = load_room_ids (call, user_id);

  return mongodb_store_end (store, call, error) ? (char **) g_ptr_array_free (g_steal_pointer (&ids), FALSE) : NULL;
}
