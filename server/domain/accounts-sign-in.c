/* accounts-sign-in.c: the verbs that begin a session, carry it on and end it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-domain"

#include "config.h"

#include "domain/accounts-private.h"

#include <sodium.h>

#include "domain/records-json.h"
#include "domain/shared-records.h"
#include "protocol/confab-error.h"
#include "protocol/confab-ulid.h"

/* Two requests with one refresh token may meet; the one that comes second looks again. */
#define ROTATE_TRIES 3
/* Who asks again so soon had no answer, and the first request may still be on its way to an instance that is slow: both
 * get the same. Later it may as well be somebody with a copy, and what that one is told is not what the owner has. */
#define REPEAT_MILLISECONDS 60000

static char *
sign_token (Domain *domain, const User *user, const Session *session)
{
  const Caller caller = {
    .user_id = user->id,
    .session_id = session->id,
    .username = user->username,
    .display_name = user->display_name != NULL ? user->display_name : user->username,
    .role = user->role,
  };
  gint64 now = domain_now (domain) / 1000;

  return token_sign (domain->accounts->key, &caller, now, now + domain->accounts->limits.token_lifetime);
}

static void
write_signed_in (Domain *domain,
                 const User *user,
                 const Session *session,
                 const char *refresh_token,
                 ConfabJsonWriter *reply)
{
  g_autofree char *token = sign_token (domain, user, session);

  confab_json_writer_member (reply, "user");
  user_write_json (user, TRUE, reply);
  confab_json_writer_member (reply, "session");
  session_write_json (session, TRUE, reply);
  confab_json_writer_member_string (reply, "token", token);
  confab_json_writer_member_string (reply, "refreshToken", refresh_token);
}

static gint64
session_end (Domain *domain, gint64 now)
{
  return now + (gint64) domain->accounts->limits.refresh_lifetime * 1000;
}

static gboolean
begin_session (Domain *domain,
               const Caller *caller,
               const User *user,
               const char *name,
               ConfabJsonWriter *reply,
               GError **error)
{
  Accounts *self = domain->accounts;
  g_autoptr(Session) session = session_new ();
  g_autofree char *refresh_token = NULL;
  gint64 now = domain_now (domain);

  session->id = confab_ulid_new ();
  session->user_id = g_strdup (user->id);
  session->name = g_strdup (name != NULL ? name : "");
  session->address = g_strdup (caller->address);
  session->created_at = now;
  session->last_used_at = now;
  session->expires_at = session_end (domain, now);
  refresh_token = refresh_token_new (self->key, session->id);
  session->refresh_hash = token_hash (refresh_token);
  if (!store_create_session (self->store, session, self->limits.sessions_per_user, error))
    return FALSE;
  write_signed_in (domain, user, session, refresh_token, reply);
  return TRUE;
}

/* ---- Register and log in ---------------------------------------------------------------------------------- */

static gboolean
refuse_registration (GError **error, const char *message, const char *problem)
{
  GError *refused = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN, message);

  confab_error_add_field (refused, "invite", problem);
  g_propagate_error (error, refused);
  return FALSE;
}

/* The claim of a new server is good however registration is set: somebody has to be the first. */
static gboolean
may_register (Accounts *self, gboolean invited, GError **error)
{
  gint64 n_users = 0;

  if (self->registration == REGISTRATION_OPEN || (self->registration == REGISTRATION_INVITE && invited))
    return TRUE;
  if (self->registration == REGISTRATION_INVITE)
    return refuse_registration (error, "New people need an invite here", "is required");
  n_users = store_count_users (self->store, error);
  if (n_users < 0)
    return FALSE;
  return (n_users == 0 && invited) ||
         refuse_registration (error, "This server takes no new people", "is of no use here");
}

gboolean
accounts_register (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  const ConfabRegisterRequest *request = fields;
  gboolean invited = request->invite != NULL && *request->invite != '\0';
  g_autoptr(User) user = NULL;

  if (!may_register (domain->accounts, invited, error))
    return FALSE;
  user = accounts_add_user (domain->accounts, request, CONFAB_USER_ROLE_USER, domain_now (domain), error);
  return user != NULL && begin_session (domain, caller, user, request->session_name, reply, error);
}

gboolean
accounts_login (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  const ConfabLoginRequest *request = fields;
  g_autoptr(User) user = NULL;

  return accounts_check_password (domain->accounts, request->username, request->password, &user, error)
         && begin_session (domain, caller, user, request->session_name, reply, error);
}

/* ---- Refresh ---------------------------------------------------------------------------------------------- */

static gboolean
is_same_hash (GBytes *a, GBytes *b)
{
  return a != NULL && b != NULL && g_bytes_get_size (a) == g_bytes_get_size (b)
         && sodium_memcmp (g_bytes_get_data (a, NULL), g_bytes_get_data (b, NULL), g_bytes_get_size (a)) == 0;
}

static gboolean
is_gone (const GError *error)
{
  return g_error_matches (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
}

static Session *
load_session (Accounts *self, const char *session_id, gint64 now, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(Session) session = store_get_session (self->store, session_id, &problem);

  if (session == NULL && !is_gone (problem))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  if (session == NULL || session->expires_at <= now)
    {
      accounts_refuse (error, "This session has ended; sign in again");
      return NULL;
    }
  return g_steal_pointer (&session);
}

/* A token that was handed out, and is neither the one in force nor the next: somebody has a copy. Which of the two
 * who use the session is its owner cannot be told, so both are signed out. */
static gboolean
revoke_copied (Accounts *self, const Session *session, GError **error)
{
  g_autoptr(GError) problem = NULL;

  g_message ("Session %s of account %s is revoked: an old refresh token was used again", session->id, session->user_id);
  if (!store_delete_session (self->store, session->id, &problem) && !is_gone (problem))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  accounts_end_session (self, session->user_id, session->id);
  return accounts_refuse (error, "This session was ended because an old token of it was used again; sign in again");
}

/* The old token stays in force beside the new one until the new one is first used: an answer may get lost. */
static Session *
rotate (Accounts *self,
        const Session *from,
        GBytes *given,
        const char *next_token,
        const char *address,
        gint64 now,
        gint64 end,
        GError **error)
{
  g_autoptr(Session) to = session_copy (from);

  g_clear_pointer (&to->refresh_hash, g_bytes_unref);
  g_clear_pointer (&to->next_refresh_hash, g_bytes_unref);
  to->refresh_hash = g_bytes_ref (given);
  to->next_refresh_hash = token_hash (next_token);
  g_free (to->address);
  to->address = g_strdup (address);
  to->last_used_at = now;
  to->expires_at = end;
  if (!store_rotate_session (self->store, from, to, error))
    return NULL;
  shared_drop_session (self->backplane, to->id);
  return g_steal_pointer (&to);
}

/* What was answered when the token was first given; NULL when that was not so lately, or it was not. */
static char *
repeat_next_token (Accounts *self, const Session *session, const char *token, GBytes *given, gint64 now)
{
  g_autofree char *next_token = NULL;
  g_autoptr(GBytes) hash = NULL;

  if (ABS (now - session->last_used_at) > REPEAT_MILLISECONDS || !is_same_hash (session->refresh_hash, given))
    return NULL;
  next_token = refresh_token_next (self->key, token, session->last_used_at);
  hash = token_hash (next_token);
  return is_same_hash (session->next_refresh_hash, hash) ? g_steal_pointer (&next_token) : NULL;
}

static Session *
refresh_session (Domain *domain,
                 const Caller *caller,
                 const char *session_id,
                 const char *token,
                 char **next_token,
                 GError **error)
{
  Accounts *self = domain->accounts;
  g_autoptr(GBytes) given = token_hash (token);
  gint64 now = domain_now (domain);

  for (guint i = 0;; i++)
    {
      g_autoptr(GError) problem = NULL;
      g_autoptr(Session) session = load_session (self, session_id, now, error);
      Session *rotated = NULL;

      if (session == NULL)
        return NULL;
      if (!is_same_hash (session->refresh_hash, given) && !is_same_hash (session->next_refresh_hash, given))
        {
          revoke_copied (self, session, error);
          return NULL;
        }
      g_free (*next_token);
      *next_token = repeat_next_token (self, session, token, given, now);
      if (*next_token != NULL)
        return g_steal_pointer (&session);
      *next_token = refresh_token_next (self->key, token, now);
      rotated = rotate (self, session, given, *next_token, caller->address, now, session_end (domain, now), &problem);
      if (rotated != NULL)
        return rotated;
      if (i + 1 < ROTATE_TRIES && g_error_matches (problem, CONFAB_ERROR, CONFAB_ERROR_CONFLICT))
        continue;
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
}

gboolean
accounts_refresh (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  const ConfabRefreshRequest *request = fields;
  Accounts *self = domain->accounts;
  g_autofree char *session_id = refresh_token_verify (self->key, request->refresh_token);
  g_autofree char *next_token = NULL;
  g_autoptr(Session) session = NULL;
  g_autoptr(User) user = NULL;

  if (session_id == NULL)
    return accounts_refuse (error, "This refresh token is not one of this server");
  session = refresh_session (domain, caller, session_id, request->refresh_token, &next_token, error);
  user = session != NULL ? store_get_user (self->store, session->user_id, error) : NULL;
  if (user == NULL)
    return FALSE;
  write_signed_in (domain, user, session, next_token, reply);
  return TRUE;
}

/* ---- Log out ---------------------------------------------------------------------------------------------- */

gboolean
accounts_logout (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  g_autoptr(GError) problem = NULL;

  if (!store_delete_session (domain->store, caller->session_id, &problem) && !is_gone (problem))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  accounts_end_session (domain->accounts, caller->user_id, caller->session_id);
  return TRUE;
}
