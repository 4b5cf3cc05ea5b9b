/* sessions.c: the devices that are signed in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-store-private.h"

static GPtrArray *
load_ids (MongodbCall *call, bson_t *filter, bson_t *options)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  g_auto(MongodbAnswer) answer = mongodb_call_find (call, MONGODB_SESSIONS, filter, options);
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    g_ptr_array_add (ids, fields_dup_text (document, "_id"));
  return ids;
}

static void
delete_ids (MongodbCall *call, GPtrArray *ids)
{
  g_auto(bson_t) list = BSON_INITIALIZER;

  if (ids->len == 0)
    return;
  fields_append_texts (&list, "$in", (const char *const *) ids->pdata, ids->len);
  mongodb_call_delete (call, MONGODB_SESSIONS, BCON_NEW ("_id", BCON_DOCUMENT (&list)));
}

static void
drop_expired (MongodbCall *call, const char *user_id, gint64 now)
{
  mongodb_call_delete (call, MONGODB_SESSIONS,
                       BCON_NEW ("userId", BCON_UTF8 (user_id),
                                 "expiresAt", "{", "$ne", BCON_INT64 (0), "$lte", BCON_INT64 (now), "}"));
}

/* All but the one just made and the max - 1 that were used last. */
static void
drop_beyond (MongodbCall *call, const Session *newest, guint max_sessions)
{
  bson_t *filter =
    BCON_NEW ("userId", BCON_UTF8 (newest->user_id), "_id", "{", "$ne", BCON_UTF8 (newest->id), "}");
  bson_t *options = BCON_NEW ("sort", "{", "lastUsedAt", BCON_INT32 (-1), "_id", BCON_INT32 (-1), "}",
                              "skip", BCON_INT64 (max_sessions - 1), "projection", "{", "_id", BCON_INT32 (1), "}");
  g_autoptr(GPtrArray) ids = load_ids (call, filter, options);

  delete_ids (call, ids);
}

/* Not one transaction: an interrupted one leaves sessions that the next drops. */
gboolean
mongodb_store_create_session (Store *store, const Session *session, guint max_sessions, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  bson_t *document = bson_new ();

  document_append_session (document, session);
  if (!mongodb_call_exists (call, MONGODB_USERS, BCON_NEW ("_id", BCON_UTF8 (session->user_id))))
    mongodb_call_fail (call, CONFAB_ERROR_NOT_FOUND, "There is no such account");
  drop_expired (call, session->user_id, session->created_at);
  if (!mongodb_call_insert (call, MONGODB_SESSIONS, document))
    mongodb_call_fail (call, CONFAB_ERROR_INTERNAL, "There is a session with this id already");
  if (max_sessions > 0)
    drop_beyond (call, session, max_sessions);
  return mongodb_store_end (store, call, error);
}

Session *
mongodb_store_get_session (Store *store, const char *session_id, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(Session) session = NULL;

  {
    g_auto(MongodbAnswer) answer =
      mongodb_call_find (call, MONGODB_SESSIONS, BCON_NEW ("_id", BCON_UTF8 (session_id)), NULL);
    const bson_t *document = mongodb_answer_next (&answer);

    if (document != NULL)
      session = document_read_session (document);
    else
      mongodb_call_fail (call, CONFAB_ERROR_NOT_FOUND, "There is no such session");
  }
  return mongodb_store_end (store, call, error) ? g_steal_pointer (&session) : NULL;
}

static GPtrArray *
load_sessions (MongodbCall *call, const char *user_id)
{
  GPtrArray *sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) session_unref);
  g_auto(MongodbAnswer) answer =
    mongodb_call_find (call, MONGODB_SESSIONS, BCON_NEW ("userId", BCON_UTF8 (user_id)),
                       BCON_NEW ("sort", "{", "lastUsedAt", BCON_INT32 (-1), "_id", BCON_INT32 (-1), "}"));
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    g_ptr_array_add (sessions, document_read_session (document));
  return sessions;
}

GPtrArray *
mongodb_store_list_sessions (Store *store, const char *user_id, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(GPtrArray) sessions = load_sessions (call, user_id);

  return mongodb_store_end (store, call, error) ? g_steal_pointer (&sessions) : NULL;
}

/* null finds what is not there. */
static void
expect_bytes (bson_t *filter, const char *name, GBytes *bytes)
{
  if (bytes != NULL)
    fields_append_bytes (filter, name, bytes);
  else
    bson_append_null (filter, name, -1);
}

static void
replace_text (bson_t *set, bson_t *unset, const char *name, const char *text)
{
  if (text != NULL)
    bson_append_utf8 (set, name, -1, text, -1);
  else
    bson_append_bool (unset, name, -1, true);
}

static void
replace_bytes (bson_t *set, bson_t *unset, const char *name, GBytes *bytes)
{
  if (bytes != NULL)
    fields_append_bytes (set, name, bytes);
  else
    bson_append_bool (unset, name, -1, true);
}

static bson_t *
make_rotation (const Session *to)
{
  g_auto(bson_t) set = BSON_INITIALIZER;
  g_auto(bson_t) unset = BSON_INITIALIZER;
  bson_t *update = bson_new ();

  replace_text (&set, &unset, "name", to->name);
  replace_text (&set, &unset, "address", to->address);
  BSON_APPEND_INT64 (&set, "lastUsedAt", to->last_used_at);
  BSON_APPEND_INT64 (&set, "expiresAt", to->expires_at);
  replace_bytes (&set, &unset, "refreshHash", to->refresh_hash);
  replace_bytes (&set, &unset, "nextRefreshHash", to->next_refresh_hash);
  BSON_APPEND_DOCUMENT (update, "$set", &set);
  if (!bson_empty (&unset))
    BSON_APPEND_DOCUMENT (update, "$unset", &unset);
  return update;
}

gboolean
mongodb_store_rotate_session (Store *store, const Session *from, const Session *to, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  bson_t *filter = BCON_NEW ("_id", BCON_UTF8 (from->id));

  expect_bytes (filter, "refreshHash", from->refresh_hash);
  expect_bytes (filter, "nextRefreshHash", from->next_refresh_hash);
  if (mongodb_call_update_one (call, MONGODB_SESSIONS, filter, make_rotation (to), NULL) == 0)
    mongodb_call_fail (call, CONFAB_ERROR_CONFLICT, "This session has been changed meanwhile");
  return mongodb_store_end (store, call, error);
}

gboolean
mongodb_store_delete_session (Store *store, const char *session_id, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);

  if (mongodb_call_delete (call, MONGODB_SESSIONS, BCON_NEW ("_id", BCON_UTF8 (session_id))) == 0)
    mongodb_call_fail (call, CONFAB_ERROR_NOT_FOUND, "There is no such session");
  return mongodb_store_end (store, call, error);
}

GPtrArray *
mongodb_store_delete_sessions (Store *store, const char *user_id, const char *except_id, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  bson_t *filter = BCON_NEW ("userId", BCON_UTF8 (user_id));
  g_autoptr(GPtrArray) ids = NULL;

  if (except_id != NULL)
    BCON_APPEND (filter, "_id", "{", "$ne", BCON_UTF8 (except_id), "}");
  ids = load_ids (call, filter, BCON_NEW ("projection", "{", "_id", BCON_INT32 (1), "}"));
  delete_ids (call, ids);
  return mongodb_store_end (store, call, error) ? g_steal_pointer (&ids) : NULL;
}
