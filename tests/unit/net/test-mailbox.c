/* test-mailbox.c: mail arrives once, in order, and is not lost when the owner goes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <poll.h>

#include "net/mailbox.h"

#define N_THREADS 4
#define N_LETTERS 20000

static gboolean
is_readable (Mailbox *mailbox)
{
  struct pollfd fd = { .fd = mailbox_get_fd (mailbox), .events = POLLIN };

  return poll (&fd, 1, 0) == 1;
}

static void
append (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  g_string_append_c (owner, (char) GPOINTER_TO_INT (content));
}

static void
test_order (void)
{
  Mailbox *mailbox = mailbox_new ();
  g_autoptr(GString) seen = g_string_new (NULL);

  g_assert_false (is_readable (mailbox));
  for (int letter = 'a'; letter <= 'e'; letter++)
    mailbox_post (mailbox, append, NULL, GINT_TO_POINTER (letter), NULL);
  g_assert_true (is_readable (mailbox));
  g_assert_cmpuint (mailbox_drain (mailbox, seen), ==, 5);
  g_assert_cmpstr (seen->str, ==, "abcde");
  g_assert_false (is_readable (mailbox));
  mailbox_free (mailbox);
}

static void
post_another (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  mailbox_post (subject, append, NULL, GINT_TO_POINTER ('z'), NULL);
}

/* What mail posts waits for the next turn, so that one turn ends. */
static void
test_post_while_draining (void)
{
  Mailbox *mailbox = mailbox_new ();
  g_autoptr(GString) seen = g_string_new (NULL);

  mailbox_post (mailbox, post_another, mailbox, NULL, NULL);
  g_assert_cmpuint (mailbox_drain (mailbox, seen), ==, 1);
  g_assert_cmpstr (seen->str, ==, "");
  g_assert_true (is_readable (mailbox));
  g_assert_cmpuint (mailbox_drain (mailbox, seen), ==, 1);
  g_assert_cmpstr (seen->str, ==, "z");
  mailbox_free (mailbox);
}

static void
expect_no_owner (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  g_assert_null (owner);
  (*(guint *) subject)++;
}

static void
test_free_runs_the_rest (void)
{
  Mailbox *mailbox = mailbox_new ();
  guint n = 0;

  mailbox_post (mailbox, expect_no_owner, &n, NULL, NULL);
  mailbox_post (mailbox, expect_no_owner, &n, NULL, NULL);
  mailbox_free (mailbox);
  g_assert_cmpuint (n, ==, 2);
}

/* Each poster's own letters come in its order. */
static void
check_next (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  guint *next = owner;
  guint poster = GPOINTER_TO_UINT (subject);

  g_assert_cmpuint (GPOINTER_TO_UINT (content), ==, next[poster]);
  next[poster]++;
}

typedef struct
{
  Mailbox *mailbox;
  guint number;
} Poster;

static gpointer
post_many (gpointer data)
{
  Poster *self = data;

  for (guint i = 0; i < N_LETTERS; i++)
    mailbox_post (self->mailbox, check_next, GUINT_TO_POINTER (self->number), GUINT_TO_POINTER (i), NULL);
  return NULL;
}

static void
test_threads (void)
{
  Mailbox *mailbox = mailbox_new ();
  Poster posters[N_THREADS];
  GThread *threads[N_THREADS];
  guint next[N_THREADS] = { 0 };
  guint n = 0;

  for (guint i = 0; i < N_THREADS; i++)
    {
      posters[i] = (Poster) { mailbox, i };
      threads[i] = g_thread_new ("poster", post_many, &posters[i]);
    }
  while (n < N_THREADS * N_LETTERS)
    {
      struct pollfd fd = { .fd = mailbox_get_fd (mailbox), .events = POLLIN };

      g_assert_cmpint (poll (&fd, 1, 10000), ==, 1);
      n += mailbox_drain (mailbox, next);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpuint (next[i], ==, N_LETTERS);
    }
  mailbox_free (mailbox);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mailbox/order", test_order);
  g_test_add_func ("/mailbox/post-while-draining", test_post_while_draining);
  g_test_add_func ("/mailbox/free-runs-the-rest", test_free_runs_the_rest);
  g_test_add_func ("/mailbox/threads", test_threads);
  return g_test_run ();
}
