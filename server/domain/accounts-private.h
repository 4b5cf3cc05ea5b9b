/* accounts-private.h: what the files of Accounts share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/accounts.h"
#include "domain/passwords.h"
#include "domain/session-cache.h"
#include "domain/token.h"

G_BEGIN_DECLS

struct _Accounts
{
  Store *store;
  Backplane *backplane;
  Limits limits;
  Registration registration;
  Passwords *passwords;
  SessionCache *sessions;
  guint8 key[TOKEN_KEY_BYTES];
};

/* UNAUTHENTICATED, FALSE. */
gboolean accounts_refuse (GError **error, const char *message);
/* A new account, checked and with its names in the form they are kept in; consumes invite when there is one. */
User *accounts_add_user (Accounts *self,
                         const ConfabRegisterRequest *request,
                         ConfabUserRole role,
                         gint64 now,
                         GError **error);
/* The account behind a username or an e-mail address, whatever their case; NULL and no error: none has it. */
User *accounts_find_login (Accounts *self, const char *login, char **password_hash, GError **error);
/* Is this the account's password? RATE_LIMITED after many tries for one login, UNAUTHENTICATED when it is another. */
gboolean accounts_check_password (Accounts *self, const char *login, const char *password, User **user, GError **error);
/* Tells the session's connections, wherever they are, and closes them. The row is gone already. */
void accounts_end_session (Accounts *self, const char *user_id, const char *session_id);

G_END_DECLS
