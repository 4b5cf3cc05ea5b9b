/* store.c: opens the store an address names, and hands every call to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/store.h"
#include "store/store-private.h"

#include <string.h>

#include "protocol/confab-error.h"
#include "store/sqlite/sqlite-store.h"
#ifdef HAVE_MONGODB
#include "store/mongodb/mongodb-store.h"
#endif

static const StoreBackend *const backends[] = {
  &sqlite_store_backend,
#ifdef HAVE_MONGODB
  &mongodb_store_backend, &mongodb_srv_store_backend,
#endif
};

/* An address may hold a password, so that none is ever told as a whole. */
static void
refuse_address (const char *address, GError **error)
{
  if (g_str_has_prefix (address, "mongodb:") || g_str_has_prefix (address, "mongodb+srv:"))
    g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST,
                         "This confab-server was built without MongoDB (the meson option “mongodb”)");
  else
    g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST,
                         "That is not the address of a store: sqlite:PATH or mongodb://HOST/DATABASE is one");
}

static const StoreBackend *
find_backend (const char *address, GError **error)
{
  const char *colon = strchr (address, ':');

  for (gsize i = 0; colon != NULL && i < G_N_ELEMENTS (backends); i++)
    if (strlen (backends[i]->scheme) == (gsize) (colon - address) && g_str_has_prefix (address, backends[i]->scheme))
      return backends[i];

  refuse_address (address, error);
  return NULL;
}

Store *
store_open_to_restore (const char *address, GError **error)
{
  const StoreBackend *backend = find_backend (address, error);

  return backend != NULL ? backend->open (address, error) : NULL;
}

static gboolean
check_finished (Store *self, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(GBytes) mark = store_get_setting (self, STORE_RESTORE_MARK, &problem);

  if (mark != NULL)
    store_fail_unfinished (error);
  else if (!g_error_matches (problem, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&problem));
  else
    return TRUE;
  return FALSE;
}

Store *
store_open (const char *address, GError **error)
{
  g_autoptr(Store) store = store_open_to_restore (address, error);

  return store != NULL && check_finished (store, error) ? g_steal_pointer (&store) : NULL;
}

void
store_fail_unfinished (GError **error)
{
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT,
                       "This store holds only a part of what was to be restored into it: the restore was begun and not "
                       "finished. Begin it again with confab-server restore --again");
}

void
store_fail_not_empty (gint64 n_users, gint64 n_rooms, GError **error)
{
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT,
               "This store is in use, it holds %" G_GINT64_FORMAT " accounts and %" G_GINT64_FORMAT
               " rooms; only an empty one can be restored into",
               n_users, n_rooms);
}

void
store_fail_taken_over (GError **error)
{
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_CONFLICT,
                       "Another restore into this store has been begun meanwhile, or it is finished");
}

gboolean
store_check_address (const char *address, GError **error)
{
  const StoreBackend *backend = find_backend (address, error);

  return backend != NULL && backend->check_address (address, error);
}

gboolean
store_is_remote (const char *address)
{
  const StoreBackend *backend = find_backend (address, NULL);

  return backend != NULL && backend->remote;
}

char *
store_fold_text (const char *text)
{
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;
  char *normal = folded != NULL ? g_utf8_normalize (folded, -1, G_NORMALIZE_ALL_COMPOSE) : NULL;

  return normal != NULL ? normal : g_strdup ("");
}

char *
store_fold_room (const char *name, const char *description)
{
  g_autofree char *text = g_strconcat (name != NULL ? name : "", "\n", description, NULL);

  return store_fold_text (text);
}

void
store_close (Store *self)
{
  if (self != NULL)
    self->klass->close (self);
}

guint
store_get_lanes (Store *self)
{
  return self->klass->get_lanes (self);
}

guint64
store_get_retries (Store *self)
{
  return self->retries;
}

gboolean
store_check (Store *self, GError **error)
{
  return self->klass->check (self, error);
}

GBytes *
store_put_setting_once (Store *self, const char *key, GBytes *value, GError **error)
{
  return self->klass->put_setting_once (self, key, value, error);
}

GBytes *
store_get_setting (Store *self, const char *key, GError **error)
{
  return self->klass->get_setting (self, key, error);
}

User *
store_create_user (Store *self, const User *draft, const char *password_hash, GBytes *invite_hash, gint64 now,
                   GError **error)
{
  return self->klass->create_user (self, draft, password_hash, invite_hash, now, error);
}

User *
store_get_user (Store *self, const char *user_id, GError **error)
{
  return self->klass->get_user (self, user_id, error);
}

GPtrArray *
store_get_users (Store *self, const char * const *user_ids, GError **error)
{
  return self->klass->get_users (self, user_ids, error);
}

User *
store_find_login (Store *self, const char *login, char **password_hash, GError **error)
{
  return self->klass->find_login (self, login, password_hash, error);
}

GPtrArray *
store_find_users (Store *self, const char *prefix, guint limit, GError **error)
{
  return self->klass->find_users (self, prefix, limit, error);
}

gboolean
store_update_user (Store *self, const char *user_id, const char *display_name, const char *avatar, GError **error)
{
  return self->klass->update_user (self, user_id, display_name, avatar, error);
}

gboolean
store_set_password (Store *self, const char *user_id, const char *password_hash, GError **error)
{
  return self->klass->set_password (self, user_id, password_hash, error);
}

gboolean
store_touch_users (Store *self, const char * const *user_ids, gint64 last_seen, GError **error)
{
  return self->klass->touch_users (self, user_ids, last_seen, error);
}

gint64
store_count_users (Store *self, GError **error)
{
  return self->klass->count_users (self, error);
}

gboolean
store_create_invite (Store *self, GBytes *hash, ConfabUserRole role, const char *created_by, gint64 expires_at,
                     GError **error)
{
  return self->klass->create_invite (self, hash, role, created_by, expires_at, error);
}

gboolean
store_create_session (Store *self, const Session *session, guint max_sessions, GError **error)
{
  return self->klass->create_session (self, session, max_sessions, error);
}

Session *
store_get_session (Store *self, const char *session_id, GError **error)
{
  return self->klass->get_session (self, session_id, error);
}

GPtrArray *
store_list_sessions (Store *self, const char *user_id, GError **error)
{
  return self->klass->list_sessions (self, user_id, error);
}

gboolean
store_rotate_session (Store *self, const Session *from, const Session *to, GError **error)
{
  return self->klass->rotate_session (self, from, to, error);
}

gboolean
store_delete_session (Store *self, const char *session_id, GError **error)
{
  return self->klass->delete_session (self, session_id, error);
}

GPtrArray *
store_delete_sessions (Store *self, const char *user_id, const char *except_id, GError **error)
{
  return self->klass->delete_sessions (self, user_id, except_id, error);
}

Room *
store_create_room (Store *self, const Room *draft, const char * const *member_ids, gboolean *created, GError **error)
{
  return self->klass->create_room (self, draft, member_ids, created, error);
}

Room *
store_get_room (Store *self, const char *room_id, GError **error)
{
  return self->klass->get_room (self, room_id, error);
}

gboolean
store_get_revs (Store *self, const char *const *room_ids, gint64 *revs, GError **error)
{
  return self->klass->get_revs (self, room_ids, revs, error);
}

GPtrArray *
store_list_members (Store *self, const char *room_id, const char *after, guint limit, GError **error)
{
  return self->klass->list_members (self, room_id, after, limit, error);
}

Member *
store_get_member (Store *self, const char *room_id, const char *user_id, GError **error)
{
  return self->klass->get_member (self, room_id, user_id, error);
}

GPtrArray *
store_list_user_rooms (Store *self, const char *user_id, GError **error)
{
  return self->klass->list_user_rooms (self, user_id, error);
}

RoomSummary *
store_get_user_room (Store *self, const char *user_id, const char *room_id, GError **error)
{
  return self->klass->get_user_room (self, user_id, room_id, error);
}

char **
store_list_user_room_ids (Store *self, const char *user_id, GError **error)
{
  return self->klass->list_user_room_ids (self, user_id, error);
}

GPtrArray *
store_list_public_rooms (Store *self, const char *query, const char *cursor, guint limit, char **next_cursor,
                         GError **error)
{
  return self->klass->list_public_rooms (self, query, cursor, limit, next_cursor, error);
}

Message *
store_get_message (Store *self, const char *message_id, GError **error)
{
  return self->klass->get_message (self, message_id, error);
}

GPtrArray *
store_list_messages (Store *self, const char *room_id, const MessagePage *page, gboolean *has_more, GError **error)
{
  return self->klass->list_messages (self, room_id, page, has_more, error);
}

GPtrArray *
store_list_changed_messages (Store *self, const char *room_id, gint64 rev, guint limit, gint64 *total, GError **error)
{
  return self->klass->list_changed_messages (self, room_id, rev, limit, total, error);
}

GPtrArray *
store_list_changed_members (Store *self, const char *room_id, gint64 rev, GError **error)
{
  return self->klass->list_changed_members (self, room_id, rev, error);
}

GPtrArray *
store_list_message_versions (Store *self, const char *message_id, GError **error)
{
  return self->klass->list_message_versions (self, message_id, error);
}

gboolean
store_apply (Store *self, Change **changes, guint n_changes, GError **error)
{
  return self->klass->apply (self, changes, n_changes, error);
}

gboolean
store_export (Store *self, StoreEntryFunc func, gpointer data, GError **error)
{
  return self->klass->export (self, func, data, error);
}

char *
store_restore_begin (Store *self, gboolean again, GError **error)
{
  return self->klass->restore_begin (self, again, error);
}

gboolean
store_restore_put (Store *self, const char *restore, StoreEntry *const *entries, guint n_entries, GError **error)
{
  return self->klass->restore_put (self, restore, entries, n_entries, error);
}

gboolean
store_restore_finish (Store *self, const char *restore, GError **error)
{
  return self->klass->restore_finish (self, restore, error);
}
