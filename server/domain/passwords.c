/* passwords.c: hashes of passwords, a bounded number of them at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-domain"

#include "config.h"

#include "domain/passwords.h"

#include <sodium.h>
#include <string.h>

#include "protocol/confab-error.h"

/* Argon2id with libsodium's "interactive" work: 2 passes over 64 MiB, above OWASP's minimum (Password Storage Cheat
 * Sheet: 19 MiB and 2 passes). */
#define OPERATIONS crypto_pwhash_OPSLIMIT_INTERACTIVE
#define MEMORY crypto_pwhash_MEMLIMIT_INTERACTIVE

/* Those who wait hold a thread of the pool (api/pool.c), so they must stay fewer than it has. */
#define MAX_WAITING 8
#define MAX_WAIT_SECONDS 5

/* On the stack of who waits for it. */
typedef struct
{
  gboolean has_come;
} Turn;

struct _Passwords
{
  GMutex mutex;
  GCond cond;
  guint max_running;
  guint running;
  GQueue waiting;  /* of Turn*; only when as many run as may */
  char *nobodys;   /* a hash of a password that nobody has */
};

static char *
hash_password (const char *password, GError **error)
{
  char hash[crypto_pwhash_STRBYTES];

  if (crypto_pwhash_str (hash, password, strlen (password), OPERATIONS, MEMORY) == 0)
    return g_strdup (hash);
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The server has no memory for this just now");
  return NULL;
}

Passwords *
passwords_new (guint max_running)
{
  Passwords *self = g_new0 (Passwords, 1);
  guint8 random[16];
  char password[33];

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->max_running = MAX (1, max_running);
  randombytes_buf (random, sizeof random);
  sodium_bin2hex (password, sizeof password, random, sizeof random);
  self->nobodys = hash_password (password, NULL);
  return self;
}

void
passwords_free (Passwords *self)
{
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->nobodys);
  g_free (self);
}

/* With the mutex held. */
static gboolean
wait_for_turn (Passwords *self)
{
  gint64 deadline = g_get_monotonic_time () + MAX_WAIT_SECONDS * G_TIME_SPAN_SECOND;
  gboolean in_time = TRUE;
  Turn turn = { FALSE };

  g_queue_push_tail (&self->waiting, &turn);
  while (!turn.has_come && in_time)
    in_time = g_cond_wait_until (&self->cond, &self->mutex, deadline);
  if (!turn.has_come)
    g_queue_remove (&self->waiting, &turn);
  return turn.has_come;
}

/* With the mutex held. */
static gboolean
take_turn (Passwords *self)
{
  if (self->running == self->max_running)
    return self->waiting.length < MAX_WAITING && wait_for_turn (self);
  self->running++;
  return TRUE;
}

static gboolean
begin (Passwords *self, GError **error)
{
  gboolean admitted = FALSE;
  GError *busy = NULL;

  g_mutex_lock (&self->mutex);
  admitted = take_turn (self);
  g_mutex_unlock (&self->mutex);
  if (admitted)
    return TRUE;
  busy =
    g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "Many people are signing in; try again in a moment");
  confab_error_set_retry_after (busy, 1);
  g_propagate_error (error, busy);
  return FALSE;
}

/* The place goes to who has waited for the longest. Were it free for a moment, others would take it who have only just
 * come, and on a busy machine somebody would wait in vain. */
static void
end (Passwords *self)
{
  Turn *next = NULL;

  g_mutex_lock (&self->mutex);
  next = g_queue_pop_head (&self->waiting);
  if (next != NULL)
    next->has_come = TRUE;
  else
    self->running--;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/* The same letters come composed from one keyboard and decomposed from another (RFC 8265 §4.2.2). */
static char *
compose (const char *password)
{
  char *composed = g_utf8_normalize (password, -1, G_NORMALIZE_NFC);

  return composed != NULL ? composed : g_strdup (password);
}

static void
forget (char *password)
{
  sodium_memzero (password, strlen (password));
  g_free (password);
}

char *
passwords_hash (Passwords *self, const char *password, GError **error)
{
  char *composed = NULL;
  char *hash = NULL;

  if (!begin (self, error))
    return NULL;
  composed = compose (password);
  hash = hash_password (composed, error);
  forget (composed);
  end (self);
  return hash;
}

gboolean
passwords_verify (Passwords *self, const char *hash, const char *password, char **better, GError **error)
{
  const char *checked = hash != NULL ? hash : self->nobodys;
  char *composed = NULL;
  gboolean same = FALSE;

  if (!begin (self, error))
    return FALSE;
  composed = compose (password);
  same = checked != NULL && crypto_pwhash_str_verify (checked, composed, strlen (composed)) == 0 && hash != NULL;
  if (same && better != NULL && crypto_pwhash_str_needs_rehash (hash, OPERATIONS, MEMORY) != 0)
    *better = hash_password (composed, NULL);
  forget (composed);
  end (self);
  return same;
}
