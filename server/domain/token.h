/* token.h: what a signed-in device shows: a JWT for a quarter of an hour, and the means to get the next one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/request.h"

G_BEGIN_DECLS

#define TOKEN_KEY_BYTES 32

/* A JWT (RFC 7519) signed with HMAC-SHA256. Only caller's ids, names and role go in. Times in seconds since 1970. */
char *token_sign (const guint8 key[TOKEN_KEY_BYTES], const Caller *caller, gint64 issued_at, gint64 expires_at);

/* The caller that a token stands for, its address NULL. UNAUTHENTICATED unless it is exactly what token_sign() makes
 * with this key and has not run out. */
Caller *
token_verify (const guint8 key[TOKEN_KEY_BYTES], const char *token, gint64 now, gint64 *expires_at, GError **error);

/* "SESSION.SECRET.TAG": 256 random bits, and a tag that tells what this server handed out once from what somebody
 * made up. */
char *refresh_token_new (const guint8 key[TOKEN_KEY_BYTES], const char *session_id);
/* What follows on a token at a time: the same again for who asks again, and nothing to anybody without the key. */
char *refresh_token_next (const guint8 key[TOKEN_KEY_BYTES], const char *token, gint64 at);
/* The session it belongs to; NULL unless it was made with this key. */
char *refresh_token_verify (const guint8 key[TOKEN_KEY_BYTES], const char *token);

/* SHA-256, which is what the store keeps of anything that opens a door. Secrets here are random: nothing slower is
 * needed. */
GBytes *token_hash (const char *secret);
/* As many random bits as nobody guesses, for an address or a form. */
char *token_new_secret (void);

G_END_DECLS
