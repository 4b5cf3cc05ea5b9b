/* accounts-sessions.c: signed-in devices, and whether a caller's is still one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-domain"

#include "config.h"

#include "domain/accounts-private.h"

#include <string.h>

#include "domain/announce.h"
#include "domain/records-json.h"
#include "domain/shared-records.h"
#include "protocol/confab-error.h"

#define ENDED "This session has ended; sign in again"

static gboolean
is_gone (const GError *error)
{
  return g_error_matches (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

/* ---- Checking --------------------------------------------------------------------------------------------- */

Caller *
accounts_verify_token (Accounts *self, const char *token, gint64 now, gint64 *expires_at, GError **error)
{
  gint64 seconds = 0;
  Caller *caller = token_verify (self->key, token, now / 1000, &seconds, error);

  if (caller != NULL && expires_at != NULL)
    *expires_at = seconds * 1000;
  return caller;
}

static Session *
load_session (Accounts *self, const Caller *caller, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(Session) session =
    shared_get_session (self->store, self->backplane, caller->session_id, &problem);

  if (session != NULL && strcmp (session->user_id, caller->user_id) == 0)
    return g_steal_pointer (&session);
  if (session == NULL && !is_gone (problem))
    g_propagate_error (error, g_steal_pointer (&problem));
  else
    accounts_refuse (error, ENDED);
  return NULL;
}

gboolean
accounts_check_session (Accounts *self, const Caller *caller, gint64 now, GError **error)
{
  guint64 generation = 0;
  g_autoptr(Session) session = NULL;

  if (session_cache_contains (self->sessions, caller->session_id, caller->user_id, now))
    return TRUE;
  generation = session_cache_get_generation (self->sessions);
  session = load_session (self, caller, error);
  if (session == NULL)
    return FALSE;
  if (session->expires_at <= now)
    return accounts_refuse (error, ENDED);
  session_cache_add (self->sessions, session->id, session->user_id, generation, now);
  return TRUE;
}

gboolean
accounts_load (Accounts *self, Caller *caller, User **user, Session **session, GError **error)
{
  g_autoptr(Session) loaded_session = load_session (self, caller, error);
  g_autoptr(User) loaded_user = NULL;

  if (loaded_session == NULL)
    return FALSE;
  loaded_user = shared_get_user (self->store, self->backplane, caller->user_id, error);
  if (loaded_user == NULL)
    return FALSE;
  g_free (caller->username);
  g_free (caller->display_name);
  caller->username = g_strdup (loaded_user->username);
  caller->display_name =
    g_strdup (loaded_user->display_name != NULL ? loaded_user->display_name : loaded_user->username);
  caller->role = loaded_user->role;
  *user = g_steal_pointer (&loaded_user);
  *session = g_steal_pointer (&loaded_session);
  return TRUE;
}

/* ---- Ending ----------------------------------------------------------------------------------------------- */

void
accounts_forget_session (Accounts *self, const char *session_id)
{
  session_cache_remove (self->sessions, session_id);
}

void
accounts_end_session (Accounts *self, const char *user_id, const char *session_id)
{
  g_autofree char *topic = topic_for_user (user_id);
  g_autofree char *what = g_strconcat ("session:", session_id, NULL);
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);
  Event *event = event_new (topic, CONFAB_EVENT_SESSION_REVOKED, g_string_new ("{}"));

  session_cache_remove (self->sessions, session_id);
  shared_drop_session (self->backplane, session_id);
  event->control = EVENT_CLOSE_SESSION;
  event->argument = g_strdup (session_id);
  /* First, so that who sees the connection end finds REST closed too. */
  announce_outdated (what, events);
  g_ptr_array_add (events, event);
  backplane_publish (self->backplane, (Event **) events->pdata, events->len);
}

gboolean
accounts_recheck_session (Accounts *self, const char *user_id, const char *session_id, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(Session) session = store_get_session (self->store, session_id, &problem);

  if (session != NULL)
    return TRUE;
  if (!is_gone (problem))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  accounts_end_session (self, user_id, session_id);
  return TRUE;
}

gboolean
accounts_list_sessions (Domain *domain,
                        const Caller *caller,
                        gconstpointer fields,
                        ConfabJsonWriter *reply,
                        GError **error)
{
  g_autoptr(GPtrArray) sessions = store_list_sessions (domain->store, caller->user_id, error);
  gint64 now = domain_now (domain);

  if (sessions == NULL)
    return FALSE;
  confab_json_writer_member (reply, "sessions");
  confab_json_writer_begin_array (reply);
  for (guint i = 0; i < sessions->len; i++)
    {
      const Session *session = sessions->pdata[i];

      if (session->expires_at > now)
        session_write_json (session, g_strcmp0 (session->id, caller->session_id) == 0, reply);
    }
  confab_json_writer_end_array (reply);
  return TRUE;
}

gboolean
accounts_revoke_session (Domain *domain,
                         const Caller *caller,
                         gconstpointer fields,
                         ConfabJsonWriter *reply,
                         GError **error)
{
  const ConfabRevokeSessionRequest *request = fields;
  g_autoptr(Session) session = store_get_session (domain->store, request->session_id, error);

  if (session == NULL)
    return FALSE;
  /* Somebody else's is answered like one that does not exist. */
  if (strcmp (session->user_id, caller->user_id) != 0)
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND, "There is no such session");
      return FALSE;
    }
  if (!store_delete_session (domain->store, session->id, error))
    return FALSE;
  accounts_end_session (domain->accounts, session->user_id, session->id);
  return TRUE;
}

gboolean
accounts_change_password (Domain *domain,
                          const Caller *caller,
                          gconstpointer fields,
                          ConfabJsonWriter *reply,
                          GError **error)
{
  const ConfabChangePasswordRequest *request = fields;
  Accounts *self = domain->accounts;
  g_autoptr(GError) problem = NULL;
  g_autofree char *hash = NULL;
  g_autoptr(GPtrArray) ended = NULL;

  if (!accounts_check_password (self, caller->username, request->password, NULL, &problem))
    {
      /* The caller is signed in; what is wrong is a field. */
      if (g_error_matches (problem, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED))
        {
          g_clear_error (&problem);
          problem = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "The present password is another one");
          confab_error_add_field (problem, "password", "is not the present one");
        }
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  hash = passwords_hash (self->passwords, request->new_password, error);
  if (hash == NULL || !store_set_password (self->store, caller->user_id, hash, error))
    return FALSE;
  ended = store_delete_sessions (self->store, caller->user_id, caller->session_id, error);
  for (guint i = 0; ended != NULL && i < ended->len; i++)
    accounts_end_session (self, caller->user_id, ended->pdata[i]);
  return ended != NULL;
}
