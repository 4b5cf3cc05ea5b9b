/* accounts.c: accounts as they are made, found and signed in to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-domain"

#include "config.h"

#include "domain/accounts-private.h"

#include <sodium.h>
#include <string.h>

#include "domain/announce.h"
#include "protocol/confab-error.h"
#include "protocol/confab-text.h"
#include "protocol/confab-ulid.h"

#define KEY_SETTING "token-key"

/* Tries of passwords for one login, whoever makes them: 10 at once, then one in 5 seconds. */
#define LOGIN_BUCKET "login"
#define LOGIN_RATE 0.2
#define LOGIN_BURST 10

#define PASSWORD_MIN 8
#define PASSWORD_MAX 256

/* "@room" means everybody. */
static const char *const reserved_names[] = { "room", "all", "everyone", "here", "system", "confab", NULL };

/* ---- Life ------------------------------------------------------------------------------------------------- */

static gboolean
load_key (Accounts *self, GError **error)
{
  guint8 fresh[TOKEN_KEY_BYTES];
  g_autoptr(GBytes) proposal = NULL;
  g_autoptr(GBytes) kept = NULL;

  randombytes_buf (fresh, sizeof fresh);
  proposal = g_bytes_new (fresh, sizeof fresh);
  sodium_memzero (fresh, sizeof fresh);
  kept = store_put_setting_once (self->store, KEY_SETTING, proposal, error);
  if (kept == NULL)
    return FALSE;
  if (g_bytes_get_size (kept) != sizeof self->key)
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_INTERNAL,
                           "The key in the store that signs tokens is broken");
      return FALSE;
    }
  memcpy (self->key, g_bytes_get_data (kept, NULL), sizeof self->key);
  return TRUE;
}

Accounts *
accounts_new (Store *store, Backplane *backplane, const Limits *limits, Registration registration, GError **error)
{
  g_autoptr(Accounts) self = g_new0 (Accounts, 1);

  self->store = store;
  self->backplane = backplane;
  self->limits = *limits;
  self->registration = registration;
  self->sessions = session_cache_new ();
  if (sodium_init () < 0)
    {
      g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_INTERNAL, "libsodium cannot be used on this machine");
      return NULL;
    }
  self->passwords = passwords_new (limits->password_hashes);
  return load_key (self, error) ? g_steal_pointer (&self) : NULL;
}

void
accounts_free (Accounts *self)
{
  g_clear_pointer (&self->passwords, passwords_free);
  g_clear_pointer (&self->sessions, session_cache_free);
  sodium_memzero (self->key, sizeof self->key);
  g_free (self);
}

gboolean
accounts_refuse (GError **error, const char *message)
{
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED, message);
  return FALSE;
}

/* ---- Making accounts -------------------------------------------------------------------------------------- */

static void
note_field (GError **all, const char *field, const char *problem)
{
  if (*all == NULL)
    *all = g_error_new (CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "%s %s", field, problem);
  confab_error_add_field (*all, field, problem);
}

static User *
draft_user (const ConfabRegisterRequest *request, ConfabUserRole role, gint64 now, GError **error)
{
  g_autoptr(User) user = user_new ();
  g_autoptr(GError) username_error = NULL;
  g_autoptr(GError) email_error = NULL;
  GError *all = NULL;

  user->id = confab_ulid_new ();
  user->username = confab_username_normalize (request->username, &username_error);
  user->email = confab_email_normalize (request->email, &email_error);
  user->display_name = g_strdup (request->display_name != NULL ? request->display_name : request->username);
  user->role = role;
  user->created_at = now;
  user->last_seen = now;
  if (username_error != NULL)
    note_field (&all, "username", username_error->message);
  else if (g_strv_contains (reserved_names, user->username))
    note_field (&all, "username", "is reserved");
  if (email_error != NULL)
    note_field (&all, "email", email_error->message);
  if (g_ascii_strcasecmp (request->password, request->username) == 0)
    note_field (&all, "password", "must not be the username");
  if (all == NULL)
    return g_steal_pointer (&user);
  g_propagate_error (error, all);
  return NULL;
}

User *
accounts_add_user (Accounts *self,
                   const ConfabRegisterRequest *request,
                   ConfabUserRole role,
                   gint64 now,
                   GError **error)
{
  g_autoptr(User) draft = draft_user (request, role, now, error);
  g_autofree char *password_hash = NULL;
  g_autoptr(GBytes) invite_hash = NULL;

  if (draft == NULL)
    return NULL;
  password_hash = passwords_hash (self->passwords, request->password, error);
  if (password_hash == NULL)
    return NULL;
  if (request->invite != NULL && *request->invite != '\0')
    invite_hash = token_hash (request->invite);
  return store_create_user (self->store, draft, password_hash, invite_hash, now, error);
}

/* What the doors check by the operation's row. */
static gboolean
check_new_password (const char *password, GError **error)
{
  GError *wrong = NULL;

  if (g_utf8_validate (password, -1, NULL) && g_utf8_strlen (password, -1) >= PASSWORD_MIN
      && g_utf8_strlen (password, -1) <= PASSWORD_MAX)
    return TRUE;
  wrong = g_error_new (CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "A password has %d to %d characters", PASSWORD_MIN,
                       PASSWORD_MAX);
  confab_error_add_field (wrong, "password", "is too short or too long");
  g_propagate_error (error, wrong);
  return FALSE;
}

User *
accounts_create_user (Accounts *self,
                      const char *username,
                      const char *email,
                      const char *password,
                      ConfabUserRole role,
                      gint64 now,
                      GError **error)
{
  ConfabRegisterRequest request = {
    .username = (char *) username, .email = (char *) email, .password = (char *) password,
  };

  return check_new_password (password, error) ? accounts_add_user (self, &request, role, now, error) : NULL;
}

/* ---- Invites ---------------------------------------------------------------------------------------------- */

char *
accounts_make_invite (Accounts *self, ConfabUserRole role, const char *created_by, gint64 expires_at, GError **error)
{
  g_autofree char *invite = token_new_secret ();
  g_autoptr(GBytes) hash = token_hash (invite);

  return store_create_invite (self->store, hash, role, created_by, expires_at, error) ? g_steal_pointer (&invite)
                                                                                      : NULL;
}

/* The same one at every start until it is used, so that a server that was started twice has not two of them about. */
static char *
derive_claim (Accounts *self)
{
  static const char label[] = "claim";
  guint8 mac[crypto_auth_hmacsha256_BYTES];
  char text[2 * sizeof mac + 1];

  crypto_auth_hmacsha256 (mac, (const guint8 *) label, sizeof label - 1, self->key);
  return g_strdup (sodium_bin2hex (text, sizeof text, mac, sizeof mac));
}

char *
accounts_make_claim (Accounts *self, gint64 now, GError **error)
{
  g_autofree char *claim = NULL;
  g_autoptr(GBytes) hash = NULL;
  g_autoptr(GError) problem = NULL;
  gint64 n_users = store_count_users (self->store, error);

  if (n_users != 0)
    return NULL;
  claim = derive_claim (self);
  hash = token_hash (claim);
  if (!store_create_invite (self->store, hash, CONFAB_USER_ROLE_ADMIN, NULL, 0, &problem)
      && !g_error_matches (problem, CONFAB_ERROR, CONFAB_ERROR_CONFLICT))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  return g_steal_pointer (&claim);
}

/* ---- Passwords -------------------------------------------------------------------------------------------- */

User *
accounts_find_login (Accounts *self, const char *login, char **password_hash, GError **error)
{
  g_autofree char *folded =
    strchr (login, '@') != NULL ? confab_email_normalize (login, NULL) : g_ascii_strdown (login, -1);
  g_autoptr(GError) problem = NULL;
  User *user = folded != NULL ? store_find_login (self->store, folded, password_hash, &problem) : NULL;

  if (problem != NULL && !g_error_matches (problem, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&problem));
  return user;
}

/* Counted by what was typed, so that an account that does not exist runs dry like one that does. */
static gboolean
take_try (Accounts *self, const char *login, GError **error)
{
  g_autofree char *folded = g_utf8_casefold (login, -1);
  double retry_after = 0;
  double remaining = 0;
  GError *limited = NULL;

  if (!self->limits.rate_limits
      || backplane_take (self->backplane, LOGIN_BUCKET, folded, LOGIN_RATE, LOGIN_BURST, &retry_after, &remaining))
    return TRUE;
  limited =
    g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_RATE_LIMITED, "Too many tries for this account; wait a little");
  confab_error_set_retry_after (limited, retry_after);
  g_propagate_error (error, limited);
  return FALSE;
}

static void
keep_better_hash (Accounts *self, const char *user_id, const char *better)
{
  g_autoptr(GError) error = NULL;

  if (better != NULL && !store_set_password (self->store, user_id, better, &error))
    g_message ("A password's stronger hash could not be kept: %s", error->message);
}

gboolean
accounts_check_password (Accounts *self, const char *login, const char *password, User **user, GError **error)
{
  g_autofree char *hash = NULL;
  g_autofree char *better = NULL;
  g_autoptr(User) found = NULL;
  g_autoptr(GError) problem = NULL;
  gboolean same = FALSE;

  if (!take_try (self, login, error))
    return FALSE;
  found = accounts_find_login (self, login, &hash, &problem);
  if (problem == NULL)
    same = passwords_verify (self->passwords, hash, password, &better, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (!same)
    return accounts_refuse (error, "Wrong username or password");
  keep_better_hash (self, found->id, better);
  if (user != NULL)
    *user = g_steal_pointer (&found);
  return TRUE;
}

gboolean
accounts_reset_password (Accounts *self, const char *login, const char *password, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(User) user = accounts_find_login (self, login, NULL, &problem);
  g_autofree char *hash = NULL;
  g_autoptr(GPtrArray) ended = NULL;

  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (user == NULL)
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND, "There is no account “%s”", login);
      return FALSE;
    }
  if (!check_new_password (password, error))
    return FALSE;
  hash = passwords_hash (self->passwords, password, error);
  if (hash == NULL || !store_set_password (self->store, user->id, hash, error))
    return FALSE;
  ended = store_delete_sessions (self->store, user->id, NULL, error);
  for (guint i = 0; ended != NULL && i < ended->len; i++)
    accounts_end_session (self, user->id, ended->pdata[i]);
  return ended != NULL;
}
