/* test-passwords.c: that passwords are checked, and never too many of them at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/passwords.h"

#include <sodium.h>

#include "protocol/confab-error.h"

#define N_THREADS 14
#define N_TURNS 8

static void
test_verify (void)
{
  g_autoptr(Passwords) passwords = passwords_new (1);
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = passwords_hash (passwords, "correct horse", &error);

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (hash, "$argon2id$"));
  g_assert_true (passwords_verify (passwords, hash, "correct horse", NULL, &error));
  g_assert_false (passwords_verify (passwords, hash, "correct hors", NULL, &error));
  g_assert_false (passwords_verify (passwords, NULL, "correct horse", NULL, &error));
  g_assert_false (passwords_verify (passwords, "not a hash", "x", NULL, &error));
  g_assert_no_error (error);
}

static void
test_composed (void)
{
  g_autoptr(Passwords) passwords = passwords_new (1);
  g_autofree char *hash = passwords_hash (passwords, "caf\303\251", NULL);

  g_assert_true (passwords_verify (passwords, hash, "cafe\314\201", NULL, NULL));
}

static void
test_better (void)
{
  g_autoptr(Passwords) passwords = passwords_new (1);
  char weak[crypto_pwhash_STRBYTES];
  g_autofree char *better = NULL;
  g_autofree char *none = NULL;

  g_assert_cmpint (crypto_pwhash_str (weak, "secret", 6, crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN), ==,
                   0);
  g_assert_true (passwords_verify (passwords, weak, "secret", &better, NULL));
  g_assert_nonnull (better);
  g_assert_true (passwords_verify (passwords, better, "secret", &none, NULL));
  g_assert_null (none);
}

typedef struct
{
  Passwords *passwords;
  GError *error;
} Try;

static gpointer
hash_one (gpointer data)
{
  Try *self = data;
  g_autofree char *hash = passwords_hash (self->passwords, "x", &self->error);

  return NULL;
}

/* One runs, eight wait, the rest is told to come again. All but those end well. */
static void
test_bounded (void)
{
  g_autoptr(Passwords) passwords = passwords_new (1);
  GThread *threads[N_THREADS];
  Try tries[N_THREADS] = { 0 };
  guint n_refused = 0;

  for (guint i = 0; i < N_THREADS; i++)
    {
      tries[i].passwords = passwords;
      threads[i] = g_thread_new ("hash", hash_one, &tries[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      if (tries[i].error == NULL)
        continue;
      g_assert_error (tries[i].error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
      g_assert_cmpfloat (confab_error_get_retry_after (tries[i].error), >, 0);
      g_clear_error (&tries[i].error);
      n_refused++;
    }
  g_assert_cmpuint (n_refused, <=, N_THREADS - 9);
  g_assert_cmpuint (n_refused, >, 0);
}

typedef struct
{
  Passwords *passwords;
  gint done;                  /* atomic, like stopping */
  gint stopping;
} Crowd;

/* How often it asked for its turn: on a busy machine even two before it may take too long. */
static guint
hash_at_last (Passwords *passwords)
{
  for (guint n = 1;; n++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *hash = passwords_hash (passwords, "x", &error);

      if (error == NULL)
        return n;
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE);
    }
}

static gpointer
hash_on (gpointer data)
{
  Crowd *self = data;

  while (!g_atomic_int_get (&self->stopping))
    {
      hash_at_last (self->passwords);
      g_atomic_int_inc (&self->done);
    }
  return NULL;
}

/* Who comes again at once does not come before who waits. */
static void
test_in_turn (void)
{
  g_autoptr(Passwords) passwords = passwords_new (1);
  Crowd crowd = { .passwords = passwords };
  GThread *threads[2];
  guint n_asked = 0;
  gint before = 0;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("crowd", hash_on, &crowd);
  hash_at_last (passwords);
  before = g_atomic_int_get (&crowd.done);
  for (guint i = 0; i < N_TURNS; i++)
    n_asked += hash_at_last (passwords);
  g_assert_cmpint (g_atomic_int_get (&crowd.done) - before, <=, G_N_ELEMENTS (threads) * (n_asked + 1));
  g_atomic_int_set (&crowd.stopping, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add_func ("/passwords/verify", test_verify);
  g_test_add_func ("/passwords/composed", test_composed);
  g_test_add_func ("/passwords/better", test_better);
  g_test_add_func ("/passwords/bounded", test_bounded);
  g_test_add_func ("/passwords/in-turn", test_in_turn);
  return g_test_run ();
}
