/* test-session.c: a session's states, addresses and errors in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "client-fixture.h"

#include "client/confab-backoff.h"
#include "protocol/confab-error.h"

static void
test_states (void)
{
  /* From (rows) to (columns): signed out, offline, connecting, online. */
  static const gboolean expected[4][4] = {
    { FALSE, TRUE, FALSE, FALSE },
    { TRUE, FALSE, TRUE, FALSE },
    { TRUE, TRUE, FALSE, TRUE },
    { TRUE, TRUE, FALSE, FALSE },
  };

  for (ConfabSessionState from = 0; from < 4; from++)
    for (ConfabSessionState to = 0; to < 4; to++)
      g_assert_cmpint (confab_session_state_may_become (from, to), ==, expected[from][to]);
}

static void
on_state_changed (ConfabSession *session, GParamSpec *pspec, guint *count)
{
  (*count)++;
}

static void
test_forbidden_move (void)
{
  g_autoptr(ConfabSession) session = confab_session_new ("test", "/nowhere");
  guint count = 0;

  g_signal_connect (session, "notify::state", G_CALLBACK (on_state_changed), &count);
  g_test_expect_message ("confab-client", G_LOG_LEVEL_CRITICAL, "*cannot go from state 0 to 3*");
  confab_session_set_state (session, CONFAB_SESSION_STATE_ONLINE);
  g_test_assert_expected_messages ();
  g_assert_cmpint (confab_session_get_state (session), ==, CONFAB_SESSION_STATE_SIGNED_OUT);
  confab_session_set_state (session, CONFAB_SESSION_STATE_OFFLINE);
  confab_session_set_state (session, CONFAB_SESSION_STATE_OFFLINE);
  g_assert_cmpuint (count, ==, 1);
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *written;
    const char *used;   /* NULL: refused */
    gboolean insecure;
  } cases[] = {
    { "chat.example.org", "https://chat.example.org", FALSE },
    { " Chat.Example.org/ ", "https://Chat.Example.org", FALSE },
    { "https://example.org:8443/chat/", "https://example.org:8443/chat", FALSE },
    { "https://somebody:secret@example.org/?a=b#c", "https://example.org", FALSE },
    { "http://example.org", "http://example.org", TRUE },
    { "127.0.0.1:3000", "http://127.0.0.1:3000", FALSE },
    { "localhost:3000", "http://localhost:3000", FALSE },
    { "http://[::1]:3000", "http://[::1]:3000", FALSE },
    { "http://192.168.1.10:3000", "http://192.168.1.10:3000", TRUE },
    { "ftp://example.org", NULL, FALSE },
    { "", NULL, FALSE },
    { "not an address", NULL, FALSE },
    { "https://", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *used = confab_session_normalize_server (cases[i].written, &error);

      g_test_message ("%s", cases[i].written);
      g_assert_cmpstr (used, ==, cases[i].used);
      if (cases[i].used == NULL)
        g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
      g_assert_cmpint (confab_session_server_is_insecure (cases[i].written), ==, cases[i].insecure);
    }
}

static void
test_error_words (void)
{
  g_autoptr(ConfabSession) session = confab_session_new ("test", "/nowhere");
  g_autoptr(GError) refused = g_error_new (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "ECONNREFUSED");
  g_autoptr(GError) certificate = g_error_new (G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, "it has expired");
  g_autoptr(GError) words = g_error_new (CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN, "Registration is closed");

  confab_session_set_server (session, "http://127.0.0.1:3000");
  confab_session_set_error (session, refused);
  g_assert_cmpstr (confab_session_get_error_text (session), ==, "Nothing answers at http://127.0.0.1:3000");
  confab_session_set_error (session, certificate);
  g_assert_cmpstr (confab_session_get_error_text (session), ==,
                   "The certificate of http://127.0.0.1:3000 is not trusted: it has expired");
  confab_session_set_error (session, words);
  g_assert_cmpstr (confab_session_get_error_text (session), ==, "Registration is closed");
  confab_session_set_error (session, NULL);
  g_assert_cmpstr (confab_session_get_error_text (session), ==, "");
}

static void
test_backoff (void)
{
  ConfabBackoff backoff = { 0 };
  static const guint longest[] = { 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000 };

  for (guint i = 0; i < G_N_ELEMENTS (longest); i++)
    {
      ConfabBackoff same = backoff;

      g_assert_cmpuint (confab_backoff_next (&same, 0, 0), ==, longest[i] / 2);
      g_assert_cmpuint (confab_backoff_next (&backoff, 1, 0), ==, longest[i]);
    }
  /* Never earlier than was asked for, and not for ever whatever was asked for. */
  confab_backoff_reset (&backoff);
  g_assert_cmpuint (confab_backoff_next (&backoff, 0, 12.5), ==, 500 + 12500);
  g_assert_cmpuint (confab_backoff_next (&backoff, 0, 1e9), ==, 1000 + 300000);
  g_assert_cmpuint (confab_backoff_next (&backoff, 0, -5), ==, 2000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/session/states", test_states);
  g_test_add_func ("/client/session/forbidden-move", test_forbidden_move);
  g_test_add_func ("/client/session/addresses", test_addresses);
  g_test_add_func ("/client/session/error-words", test_error_words);
  g_test_add_func ("/client/session/backoff", test_backoff);
  return g_test_run ();
}
