/* users.c: accounts and the invites that let people make them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-store-private.h"
#include "store/mongodb/transaction.h"

/* No text sorts after it, so that prefix and prefix + this enclose everything that starts with the prefix. */
#define AFTER_EVERYTHING "\364\217\277\277"

static void
fail_no_account (MongodbCall *call)
{
  mongodb_call_fail (call, CONFAB_ERROR_NOT_FOUND, "There is no such account");
}

static void
refuse_taken (MongodbCall *call, const User *draft)
{
  gboolean username = mongodb_call_exists (call, MONGODB_USERS, BCON_NEW ("username", BCON_UTF8 (draft->username)));
  gboolean email = draft->email != NULL &&
                   mongodb_call_exists (call, MONGODB_USERS, BCON_NEW ("email", BCON_UTF8 (draft->email)));
  GError *error = NULL;

  if (mongodb_call_has_failed (call) || (!username && !email))
    return;
  error = g_error_new (CONFAB_ERROR, CONFAB_ERROR_CONFLICT, "There is an account with this %s already",
                       username ? "username" : "e-mail address");
  if (username)
    confab_error_add_field (error, "username", "is taken");
  if (email)
    confab_error_add_field (error, "email", "is taken");
  mongodb_call_take_error (call, error);
}

static bson_t *
make_invite_id (GBytes *hash)
{
  bson_t *id = bson_new ();

  fields_append_bytes (id, "_id", hash);
  return id;
}

static void
load_invite (MongodbCall *call, GBytes *hash, gint64 now, ConfabUserRole *role)
{
  g_auto(MongodbAnswer) answer = mongodb_call_find (call, MONGODB_INVITES, make_invite_id (hash), NULL);
  const bson_t *invite = mongodb_answer_next (&answer);
  gint64 expires_at = invite != NULL ? fields_get_number (invite, "expiresAt") : 0;
  g_autofree char *word = invite != NULL ? fields_dup_text (invite, "role") : NULL;

  if (word == NULL || (expires_at != 0 && expires_at <= now))
    mongodb_call_fail (call, CONFAB_ERROR_FORBIDDEN, "This invite has been used or has run out");
  else
    confab_user_role_from_string (word, role);
}

static bson_t *
make_document (const User *user, const char *password_hash)
{
  bson_t *document = bson_new ();

  document_append_user (document, user, password_hash);
  return document;
}

typedef struct
{
  User *user;
  const char *password_hash;
  GBytes *invite_hash;
  gint64 now;
} Registration;

/* Two that use one invite delete the same document: the second is refused by MongoDB, starts over and finds nothing. */
static void
register_invited (MongodbCall *call, gpointer data)
{
  Registration *self = data;

  refuse_taken (call, self->user);
  load_invite (call, self->invite_hash, self->now, &self->user->role);
  mongodb_call_delete (call, MONGODB_INVITES, make_invite_id (self->invite_hash));
  mongodb_call_insert (call, MONGODB_USERS, make_document (self->user, self->password_hash));
  /* Somebody took the name in this moment: another look says which. */
  call->transient |= call->duplicate;
}

static void
register_uninvited (MongodbCall *call, Registration *self)
{
  refuse_taken (call, self->user);
  if (mongodb_call_insert (call, MONGODB_USERS, make_document (self->user, self->password_hash)))
    return;
  refuse_taken (call, self->user);
  mongodb_call_fail (call, CONFAB_ERROR_INTERNAL, "There is an account with this id already");
}

User *
mongodb_store_create_user (Store *store, const User *draft, const char *password_hash, GBytes *invite_hash, gint64 now,
                           GError **error)
{
  static const MongodbWork work = { .run = register_invited };
  g_autoptr(User) user = user_copy (draft);
  Registration registration = { user, password_hash, invite_hash, now };
  gboolean succeeded = FALSE;

  if (invite_hash != NULL)
    succeeded = mongodb_transact (store, &work, &registration, error);
  else
    {
      MongodbCall *call = mongodb_store_begin (store);

      register_uninvited (call, &registration);
      succeeded = mongodb_store_end (store, call, error);
    }
  return succeeded ? g_steal_pointer (&user) : NULL;
}

static User *
load_user (MongodbCall *call, bson_t *filter)
{
  g_auto(MongodbAnswer) answer = mongodb_call_find (call, MONGODB_USERS, filter, NULL);
  const bson_t *document = mongodb_answer_next (&answer);

  if (document != NULL)
    return document_read_user (document);
  fail_no_account (call);
  return NULL;
}

User *
mongodb_store_get_user (Store *store, const char *user_id, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(User) user = load_user (call, BCON_NEW ("_id", BCON_UTF8 (user_id)));

  return mongodb_store_end (store, call, error) ? g_steal_pointer (&user) : NULL;
}

GHashTable *
mongodb_load_users (MongodbCall *call, GPtrArray *user_ids)
{
  GHashTable *users = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) user_unref);
  g_auto(bson_t) list = BSON_INITIALIZER;
  const bson_t *document = NULL;

  if (user_ids->len == 0)
    return users;
  fields_append_texts (&list, "$in", (const char *const *) user_ids->pdata, user_ids->len);

  g_auto(MongodbAnswer) answer =
    mongodb_call_find (call, MONGODB_USERS, BCON_NEW ("_id", BCON_DOCUMENT (&list)), NULL);
  while ((document = mongodb_answer_next (&answer)) != NULL)
    {
      User *user = document_read_user (document);

      g_hash_table_replace (users, user->id, user);
    }
  return users;
}

GPtrArray *
mongodb_store_get_users (Store *store, const char *const *user_ids, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(GPtrArray) users = g_ptr_array_new_with_free_func ((GDestroyNotify) user_unref);
  g_autoptr(GPtrArray) ids = g_ptr_array_new ();
  g_autoptr(GHashTable) found = NULL;

  for (gsize i = 0; user_ids[i] != NULL; i++)
    g_ptr_array_add (ids, (gpointer) user_ids[i]);
  found = mongodb_load_users (call, ids);
  for (guint i = 0; i < ids->len; i++)
    {
      User *user = g_hash_table_lookup (found, ids->pdata[i]);

      if (user != NULL)
        g_ptr_array_add (users, user_ref (user));
    }
  return mongodb_store_end (store, call, error) ? g_steal_pointer (&users) : NULL;
}

/* A username comes before the same text as somebody else's e-mail address. */
static User *
load_login (MongodbCall *call, const char *login, char **password_hash)
{
  g_auto(MongodbAnswer) answer =
    mongodb_call_find (call, MONGODB_USERS,
                       BCON_NEW ("$or", "[", "{", "username", BCON_UTF8 (login), "}",
                                 "{", "email", BCON_UTF8 (login), "}", "]"), NULL);
  g_autoptr(User) found = NULL;
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    {
      g_autoptr(User) user = document_read_user (document);

      if (found != NULL && g_strcmp0 (user->username, login) != 0)
        continue;
      g_clear_pointer (&found, user_unref);
      g_free (*password_hash);
      found = g_steal_pointer (&user);
      *password_hash = fields_dup_text (document, "passwordHash");
    }
  if (found == NULL)
    fail_no_account (call);
  return g_steal_pointer (&found);
}

User *
mongodb_store_find_login (Store *store, const char *login, char **password_hash, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autofree char *hash = NULL;
  g_autoptr(User) user = load_login (call, login, &hash);

  if (!mongodb_store_end (store, call, error))
    return NULL;
  if (password_hash != NULL)
    *password_hash = g_steal_pointer (&hash);
  return g_steal_pointer (&user);
}

static GPtrArray *
load_users_by_prefix (MongodbCall *call, const char *prefix, guint limit)
{
  g_autofree char *start = store_fold_text (prefix);
  g_autofree char *end = g_strconcat (start, AFTER_EVERYTHING, NULL);
  GPtrArray *users = g_ptr_array_new_with_free_func ((GDestroyNotify) user_unref);
  bson_t *filter = BCON_NEW (
    "$or", "[",
    "{", "username", "{", "$gte", BCON_UTF8 (start), "$lt", BCON_UTF8 (end), "}", "}",
    "{", "foldedName", "{", "$gte", BCON_UTF8 (start), "$lt", BCON_UTF8 (end), "}", "}", "]");
  bson_t *options = BCON_NEW ("sort", "{", "username", BCON_INT32 (1), "}", "limit", BCON_INT64 (limit));
  g_auto(MongodbAnswer) answer = mongodb_call_find (call, MONGODB_USERS, filter, options);
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    g_ptr_array_add (users, document_read_user (document));
  return users;
}

GPtrArray *
mongodb_store_find_users (Store *store, const char *prefix, guint limit, GError **error)
{
  MongodbCall *call = NULL;
  g_autoptr(GPtrArray) users = NULL;

  /* To MongoDB a limit of 0 is none. */
  if (limit == 0)
    return g_ptr_array_new_with_free_func ((GDestroyNotify) user_unref);
  call = mongodb_store_begin (store);
  users = load_users_by_prefix (call, prefix, limit);
  return mongodb_store_end (store, call, error) ? g_steal_pointer (&users) : NULL;
}

/* NULL: nothing is to be changed. */
static bson_t *
make_profile_update (const char *display_name, const char *avatar)
{
  g_auto(bson_t) set = BSON_INITIALIZER;
  g_auto(bson_t) unset = BSON_INITIALIZER;
  bson_t *update = NULL;

  if (display_name != NULL)
    {
      g_autofree char *folded = store_fold_text (display_name);

      BSON_APPEND_UTF8 (&set, "displayName", display_name);
      BSON_APPEND_UTF8 (&set, "foldedName", folded);
    }
  if (avatar != NULL && *avatar == '\0')
    BSON_APPEND_BOOL (&unset, "avatar", true);
  else if (avatar != NULL)
    BSON_APPEND_UTF8 (&set, "avatar", avatar);
  if (display_name == NULL && avatar == NULL)
    return NULL;
  update = bson_new ();
  if (!bson_empty (&set))
    BSON_APPEND_DOCUMENT (update, "$set", &set);
  if (!bson_empty (&unset))
    BSON_APPEND_DOCUMENT (update, "$unset", &unset);
  return update;
}

gboolean
mongodb_store_update_user (Store *store, const char *user_id, const char *display_name, const char *avatar,
                           GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  bson_t *update = make_profile_update (display_name, avatar);
  bson_t *filter = BCON_NEW ("_id", BCON_UTF8 (user_id));
  gboolean there = update != NULL ? mongodb_call_update_one (call, MONGODB_USERS, filter, update, NULL) > 0
                                  : mongodb_call_exists (call, MONGODB_USERS, filter);

  if (!there)
    fail_no_account (call);
  return mongodb_store_end (store, call, error);
}

gboolean
mongodb_store_set_password (Store *store, const char *user_id, const char *password_hash, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  bson_t *filter = BCON_NEW ("_id", BCON_UTF8 (user_id));
  bson_t *update = password_hash != NULL
                     ? BCON_NEW ("$set", "{", "passwordHash", BCON_UTF8 (password_hash), "}")
                     : BCON_NEW ("$unset", "{", "passwordHash", BCON_BOOL (true), "}");

  if (mongodb_call_update_one (call, MONGODB_USERS, filter, update, NULL) == 0)
    fail_no_account (call);
  return mongodb_store_end (store, call, error);
}

gboolean
mongodb_store_touch_users (Store *store, const char *const *user_ids, gint64 last_seen, GError **error)
{
  MongodbCall *call = NULL;
  g_auto(bson_t) list = BSON_INITIALIZER;

  if (user_ids[0] == NULL)
    return TRUE;
  fields_append_texts (&list, "$in", user_ids, g_strv_length ((char **) user_ids));
  call = mongodb_store_begin (store);
  mongodb_call_update_many (call, MONGODB_USERS, BCON_NEW ("_id", BCON_DOCUMENT (&list)),
                            BCON_NEW ("$max", "{", "lastSeen", BCON_INT64 (last_seen), "}"));
  return mongodb_store_end (store, call, error);
}

gint64
mongodb_store_count_users (Store *store, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  gint64 count = mongodb_call_count (call, MONGODB_USERS, bson_new ());

  return mongodb_store_end (store, call, error) ? count : -1;
}

gboolean
mongodb_store_create_invite (Store *store, GBytes *hash, ConfabUserRole role, const char *created_by, gint64 expires_at,
                             GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  bson_t *invite = make_invite_id (hash);

  BSON_APPEND_UTF8 (invite, "role", confab_user_role_to_string (role));
  if (created_by != NULL)
    BSON_APPEND_UTF8 (invite, "createdBy", created_by);
  BSON_APPEND_INT64 (invite, "expiresAt", expires_at);
  if (!mongodb_call_insert (call, MONGODB_INVITES, invite))
    mongodb_call_fail (call, CONFAB_ERROR_CONFLICT, "There is such an invite already");
  return mongodb_store_end (store, call, error);
}
