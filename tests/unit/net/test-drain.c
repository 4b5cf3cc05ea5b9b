/* test-drain.c: a server that goes down lets go of nobody in the middle of something
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "fixture.h"

typedef struct
{
  Fixture *fixture;
  gboolean quiet;
} Drain;

static gpointer
drain (gpointer data)
{
  Drain *self = data;

  self->quiet = net_server_drain (self->fixture->server, g_get_monotonic_time () + 10 * G_USEC_PER_SEC);
  return NULL;
}

static void
test_idle (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");
  g_autoptr(Peer) anonymous = peer_upgrade (fixture->address, NULL);
  g_autoptr(Peer) http = peer_connect (fixture->address);
  Drain self = { fixture };
  GThread *thread;

  fixture_await (&net_server_get_counters (fixture->server)->sockets, 3);
  thread = g_thread_new ("drain", drain, &self);
  peer_expect_close (ada, 1012);
  peer_expect_close (anonymous, 1012);
  peer_expect_end (http);
  g_thread_join (thread);
  g_assert_true (self.quiet);
}

/* The answer comes, then the goodbye. What is sent after the drain began is not begun any more. */
static void
test_in_flight (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");
  g_autoptr(Peer) idle = peer_sign_in (fixture->address, "ben");
  g_autoptr(GBytes) reply = g_bytes_new_static ("{}", 2);
  Drain self = { fixture };
  Request *request;
  GThread *thread;

  api_double_hold (fixture->api, TRUE);
  peer_say (ada, "{\"event\":\"get-me\",\"id\":1}");
  request = api_double_take (fixture->api);
  thread = g_thread_new ("drain", drain, &self);
  peer_expect_close (idle, 1012);
  request_finish (request, reply, NULL);
  peer_expect (ada, "{\"reply\":1,\"data\":{}}");
  peer_expect_close (ada, 1012);
  g_thread_join (thread);
  g_assert_true (self.quiet);
}

static void
test_http_in_flight (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) http = peer_connect (fixture->address);
  g_autoptr(Peer) idle = peer_sign_in (fixture->address, "ben");
  g_autoptr(GBytes) reply = g_bytes_new_static ("{\"done\":true}", 13);
  g_autoptr(Answer) answer = NULL;
  static const char ask[] = "GET /api/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\r\n";
  Drain self = { fixture };
  Request *request;
  GThread *thread;

  api_double_hold (fixture->api, TRUE);
  peer_send (http, ask, strlen (ask));
  request = api_double_take (fixture->api);
  thread = g_thread_new ("drain", drain, &self);
  peer_expect_close (idle, 1012);
  request_finish (request, reply, NULL);
  answer = peer_read_answer (http, TRUE);
  g_assert_cmpstr (answer->body, ==, "{\"done\":true}");
  peer_expect_end (http);
  g_thread_join (thread);
  g_assert_true (self.quiet);
}

/* Who connected before the drain and asks during it is answered: a proxy could not ask another instead. */
static void
test_first_request (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) http = peer_connect (fixture->address);
  g_autoptr(Peer) idle = peer_sign_in (fixture->address, "ben");
  g_autoptr(Answer) answer = NULL;
  static const char ask[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  Drain self = { fixture };
  GThread *thread;

  fixture_await (&net_server_get_counters (fixture->server)->sockets, 2);
  thread = g_thread_new ("drain", drain, &self);
  peer_expect_close (idle, 1012);
  peer_send (http, ask, strlen (ask));
  answer = peer_read_answer (http, TRUE);
  g_assert_cmpuint (answer->status, ==, 200);
  peer_expect_end (http);
  g_thread_join (thread);
  g_assert_true (self.quiet);
}

/* One that never answers does not hold up the others, nor the end. */
static void
test_deadline (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");
  g_autoptr(GBytes) reply = g_bytes_new_static ("{}", 2);
  Request *request;

  api_double_hold (fixture->api, TRUE);
  peer_say (ada, "{\"event\":\"get-me\",\"id\":1}");
  request = api_double_take (fixture->api);
  g_assert_false (net_server_drain (fixture->server, g_get_monotonic_time () + G_USEC_PER_SEC / 5));
  request_finish (request, reply, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_add ("/drain/idle", NULL, test_idle);
  fixture_add ("/drain/in-flight", NULL, test_in_flight);
  fixture_add ("/drain/http-in-flight", NULL, test_http_in_flight);
  fixture_add ("/drain/first-request", NULL, test_first_request);
  fixture_add ("/drain/deadline", NULL, test_deadline);
  return g_test_run ();
}
