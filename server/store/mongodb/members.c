/* members.c: who is or was in a room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/documents.h"
#include "store/mongodb/mongodb-store-private.h"

static GPtrArray *
load_memberships (MongodbCall *call, bson_t *filter, bson_t *options)
{
  GPtrArray *members = g_ptr_array_new_with_free_func ((GDestroyNotify) member_unref);
  g_auto(MongodbAnswer) answer = mongodb_call_find (call, MONGODB_MEMBERS, filter, options);
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    g_ptr_array_add (members, document_read_member (document));
  return members;
}

static GPtrArray *
list_user_ids (GPtrArray *members)
{
  g_autoptr(GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < members->len; i++)
    g_hash_table_add (ids, ((Member *) members->pdata[i])->user_id);
  return g_hash_table_get_keys_as_ptr_array (ids);
}

GPtrArray *
mongodb_load_members (MongodbCall *call, bson_t *filter, bson_t *options)
{
  GPtrArray *members = load_memberships (call, filter, options);
  g_autoptr(GPtrArray) ids = list_user_ids (members);
  g_autoptr(GHashTable) users = mongodb_load_users (call, ids);

  for (guint i = 0; i < members->len; i++)
    {
      Member *member = members->pdata[i];
      const User *user = g_hash_table_lookup (users, member->user_id);

      if (user == NULL)
        continue;
      member->display_name = g_strdup (user->display_name);
      member->avatar = g_strdup (user->avatar);
    }
  return members;
}

Member *
mongodb_store_get_member (Store *store, const char *room_id, const char *user_id, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autofree char *id = document_make_member_id (room_id, user_id);
  bson_t *filter = BCON_NEW ("_id", BCON_UTF8 (id), "leftAt", BCON_INT64 (0));
  g_autoptr(GPtrArray) members = mongodb_load_members (call, filter, NULL);

  if (members->len == 0)
    mongodb_call_fail (call, CONFAB_ERROR_NOT_FOUND, "There is no such member in this room");
  return mongodb_store_end (store, call, error) ? g_ptr_array_steal_index (members, 0) : NULL;
}

static void
check_room (MongodbCall *call, const char *room_id)
{
  if (!mongodb_call_exists (call, MONGODB_ROOMS, BCON_NEW ("_id", BCON_UTF8 (room_id))))
    mongodb_call_fail (call, CONFAB_ERROR_NOT_FOUND, "There is no such room");
}

GPtrArray *
mongodb_store_list_members (Store *store, const char *room_id, const char *after, guint limit, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  bson_t *filter = BCON_NEW ("roomId", BCON_UTF8 (room_id), "leftAt", BCON_INT64 (0));
  bson_t *options = BCON_NEW ("sort", "{", "username", BCON_INT32 (1), "}", "limit", BCON_INT64 (limit));
  g_autoptr(GPtrArray) members = NULL;

  if (after != NULL)
    BCON_APPEND (filter, "username", "{", "$gt", BCON_UTF8 (after), "}");
  check_room (call, room_id);
  members = mongodb_load_members (call, filter, options);
  return mongodb_store_end (store, call, error) ? g_steal_pointer (&members) : NULL;
}

GPtrArray *
mongodb_store_list_changed_members (Store *store, const char *room_id, gint64 rev, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  bson_t *filter = BCON_NEW ("roomId", BCON_UTF8 (room_id), "rev", "{", "$gt", BCON_INT64 (rev), "}");
  bson_t *options = BCON_NEW ("sort", "{", "rev", BCON_INT32 (1), "userId", BCON_INT32 (1), "}");
  g_autoptr(GPtrArray) members = NULL;

  check_room (call, room_id);
  members = mongodb_load_members (call, filter, options);
  return mongodb_store_end (store, call, error) ? g_steal_pointer (&members) : NULL;
}
