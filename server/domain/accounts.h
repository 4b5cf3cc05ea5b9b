/* accounts.h: accounts, passwords, tokens and sessions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/domain.h"
#include "protocol/confab-json-writer.h"

G_BEGIN_DECLS

typedef enum
{
  REGISTRATION_OPEN,
  REGISTRATION_INVITE,
  REGISTRATION_CLOSED,
} Registration;

/* Borrows store and backplane. Makes or reads the signing secret. */
Accounts *accounts_new (Store *store, Backplane *backplane, const Limits *limits, Registration registration,
                        GError **error);
void accounts_free (Accounts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Accounts, accounts_free)

/* The one-time claim that makes the first account an admin; NULL once there is an account. Free with g_free(). */
char *accounts_make_claim (Accounts *self, gint64 now, GError **error);

/* Who an access token stands for: signature and time only, no I/O. expires_at: milliseconds. UNAUTHENTICATED
 * otherwise. */
Caller *accounts_verify_token (Accounts *self, const char *token, gint64 now, gint64 *expires_at, GError **error);

/* Is the caller's session still there? Blocks; answers are remembered for half a minute, revocations here at once. */
gboolean accounts_check_session (Accounts *self, const Caller *caller, gint64 now, GError **error);

/* It ended on another instance. */
void accounts_forget_session (Accounts *self, const char *session_id);

/* Something may have been missed: the connections of a session that has ended are told so and closed. FALSE: the store
 * did not answer. */
gboolean accounts_recheck_session (Accounts *self, const char *user_id, const char *session_id, GError **error);

/* Account and session of a connection that authenticates, past what this instance remembers; caller's names and role
 * follow the account. */
gboolean accounts_load (Accounts *self, Caller *caller, User **user, Session **session, GError **error);

/* What an operator does from the command line, without an account of their own. The password is checked as register's
 * is. */
User *accounts_create_user (Accounts *self, const char *username, const char *email, const char *password,
                            ConfabUserRole role, gint64 now, GError **error);
/* Also signs all of the account's devices out. login: username or e-mail address. */
gboolean accounts_reset_password (Accounts *self, const char *login, const char *password, GError **error);
/* Free with g_free(). */
char *
accounts_make_invite (Accounts *self, ConfabUserRole role, const char *created_by, gint64 expires_at, GError **error);

/* Pool verbs (domain/verb.h). */
#define ACCOUNTS_VERB(name)                                                             \
  gboolean accounts_##name (Domain *domain, const Caller *caller, gconstpointer fields, \
                            ConfabJsonWriter *reply, GError **error)
ACCOUNTS_VERB (register);
ACCOUNTS_VERB (login);
ACCOUNTS_VERB (refresh);
ACCOUNTS_VERB (logout);
ACCOUNTS_VERB (change_password);
ACCOUNTS_VERB (list_sessions);
ACCOUNTS_VERB (revoke_session);
ACCOUNTS_VERB (get_me);
ACCOUNTS_VERB (update_me);
ACCOUNTS_VERB (find_users);
ACCOUNTS_VERB (get_user);
ACCOUNTS_VERB (create_invite);
#undef ACCOUNTS_VERB

G_END_DECLS
