/* test-limits.c: what peers can make grow has an end, and waiting does too
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "fixture.h"

#define ROOM "01J00000000000000000000000"
#define N_REQUESTS 500

/* ---- Operations in flight --------------------------------------------------------------------------------- */

static void
few_in_flight (NetOptions *options, NetHooks *hooks)
{
  options->max_in_flight = 8;
}

static void
test_in_flight (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");
  g_autoptr(GBytes) reply = g_bytes_new_static ("{}", 2);
  gboolean answered[N_REQUESTS] = { FALSE };
  guint most = 0;

  api_double_hold (fixture->api, TRUE);
  for (guint i = 0; i < N_REQUESTS; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"event\":\"get-me\",\"id\":%u,\"data\":{\"x\":\"%0900d\"}}", i, 0);

      peer_say (ada, text);
    }
  for (guint i = 0; i < N_REQUESTS; i++)
    {
      Request *request = api_double_take (fixture->api);

      most = MAX (most, 1 + api_double_count_held (fixture->api));
      request_finish (request, reply, NULL);
    }
  /* One more chunk of 1024 bytes may have been on its way to the parser. */
  g_assert_cmpuint (most, <=, 8 + 2);

  for (guint i = 0; i < N_REQUESTS; i++)
    {
      g_autofree char *text = peer_read_frame (ada, NULL, NULL);
      guint id;

      g_assert_cmpint (sscanf (text, "{\"reply\":%u,", &id), ==, 1);
      g_assert_false (answered[id]);
      answered[id] = TRUE;
    }
}

/* ---- Slow readers ----------------------------------------------------------------------------------------- */

/* Each event is let through to all peers before the next: it is their buffers that should fill, not the mailboxes. */
static void
publish_until (Fixture *fixture, guint n_peers, const _Atomic gint64 *counter, gint64 value)
{
  const _Atomic gint64 *sent = &net_server_get_counters (fixture->server)->frames_sent;
  g_autofree char *padding = g_strnfill (60000, 'x');
  g_autofree char *text = g_strdup_printf ("{\"x\":\"%s\"}", padding);
  gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (net_counted (counter) < value)
    {
      gint64 before = net_counted (sent);

      fixture_publish (fixture, "user:ada", "user-changed", text);
      while (net_counted (sent) < before + n_peers && net_counted (counter) < value)
        {
          g_assert_cmpint (g_get_monotonic_time (), <, deadline);
          g_thread_yield ();
        }
    }
}

static void
test_slow_reader (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");
  const NetCounters *counters = net_server_get_counters (fixture->server);
  guint8 opcode = 0;
  gint64 waiting;

  publish_until (fixture, 1, &counters->closed_slow, 1);
  waiting = net_counted (&counters->bytes_waiting);
  g_assert_cmpint (waiting, >=, 1024 * 1024);
  g_assert_cmpint (waiting, <=, 1024 * 1024 + 2 * 65536);

  /* Who catches up learns why. */
  while (opcode != 0x88)
    {
      gsize length;
      g_autofree char *payload = peer_read_frame (ada, &opcode, &length);

      if (opcode == 0x88)
        g_assert_cmpuint ((guint8) payload[0] << 8 | (guint8) payload[1], ==, 4000);
    }
}

static void
little_in_all (NetOptions *options, NetHooks *hooks)
{
  options->max_waiting_total = 1024 * 1024;
  options->max_waiting = 64 * 1024 * 1024;
}

/* Many that are each within their own limit. */
static void
test_slow_readers_together (Fixture *fixture, gconstpointer data)
{
  const NetCounters *counters = net_server_get_counters (fixture->server);
  Peer *peers[8];

  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = peer_sign_in (fixture->address, "ada");
  publish_until (fixture, G_N_ELEMENTS (peers), &counters->closed_slow, 1);
  g_assert_cmpint (net_counted (&counters->bytes_waiting), <=, 4 * 1024 * 1024);
  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    peer_free (peers[i]);
}

/* ---- Time ------------------------------------------------------------------------------------------------- */

static void
impatient (NetOptions *options, NetHooks *hooks)
{
  options->authentication_timeout = 1;
  options->heartbeat = 1;
  options->silence = 3;
  options->token_grace = 1;
  options->http_read_timeout = 1;
  options->http_idle_timeout = 1;
}

static void
test_not_signed_in (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) peer = peer_upgrade (fixture->address, NULL);

  peer_expect_close (peer, 4001);
  g_assert_cmpint (net_counted (&net_server_get_counters (fixture->server)->closed_unauthenticated), ==, 1);
}

static void
test_silence (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");

  /* A sign of life brings more pings; then none comes. */
  peer_expect (ada, "{\"event\":\"ping\",\"data\":{}}");
  peer_say (ada, "{\"event\":\"pong\"}");
  peer_expect (ada, "{\"event\":\"ping\",\"data\":{}}");
  peer_expect_end (ada);
  g_assert_cmpint (net_counted (&net_server_get_counters (fixture->server)->closed_silent), ==, 1);
}

static char *
read_past_pings (Peer *peer, guint8 *opcode)
{
  char *text = peer_read_frame (peer, opcode, NULL);

  while (strstr (text, "\"ping\"") != NULL)
    {
      g_free (text);
      peer_say (peer, "{\"event\":\"pong\"}");
      text = peer_read_frame (peer, opcode, NULL);
    }
  return text;
}

static void
test_token_runs_out (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada/phone/1");
  g_autoptr(Peer) ben = peer_sign_in (fixture->address, "ben/phone/1");
  g_autofree char *close = NULL;
  g_autofree char *reply = NULL;
  guint8 opcode;

  peer_say (ben, "{\"event\":\"authenticate\",\"id\":1,\"data\":{\"token\":\"ben/phone/60\"}}");
  reply = read_past_pings (ben, &opcode);
  g_assert_cmpstr (reply, ==, "{\"reply\":1,\"data\":{}}");
  close = read_past_pings (ada, &opcode);
  g_assert_cmphex (opcode, ==, 0x88);
  g_assert_cmpuint ((guint8) close[0] << 8 | (guint8) close[1], ==, 4001);

  peer_say (ben, "{\"event\":\"get-me\",\"id\":2}");
  g_free (reply);
  reply = read_past_pings (ben, &opcode);
  g_assert_cmpstr (reply, ==, "{\"reply\":2,\"data\":{\"operation\":\"get-me\"}}");
}

/* A request that trickles in, and a client that asks no more. */
static void
test_http_patience (Fixture *fixture, gconstpointer data)
{
  static const char * const requests[] = {
    "",
    "GET /heal",
    "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
  };
  Peer *peers[G_N_ELEMENTS (requests)];
  g_autoptr(Peer) idle = NULL;
  g_autoptr(Answer) answer = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      peers[i] = peer_connect (fixture->address);
      peer_send (peers[i], requests[i], strlen (requests[i]));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      peer_expect_end (peers[i]);
      peer_free (peers[i]);
    }
  idle = peer_connect (fixture->address);
  peer_send (idle, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 34);
  answer = peer_read_answer (idle, TRUE);
  g_assert_cmpuint (answer->status, ==, 200);
  peer_expect_end (idle);
  fixture_await (&net_server_get_counters (fixture->server)->sockets, 0);
}

/* ---- Numbers of connections ------------------------------------------------------------------------------- */

static void
few_per_user (NetOptions *options, NetHooks *hooks)
{
  options->max_per_user = 2;
}

static void
test_per_user (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) first = peer_sign_in (fixture->address, "ada");
  Peer *second = peer_sign_in (fixture->address, "ada");
  g_autoptr(Peer) third = peer_upgrade (fixture->address, NULL);
  g_autoptr(Peer) ben = peer_sign_in (fixture->address, "ben");
  g_autofree char *refusal = NULL;

  peer_say (third, "{\"event\":\"authenticate\",\"id\":1,\"data\":{\"token\":\"ada\"}}");
  refusal = peer_read_frame (third, NULL, NULL);
  g_assert_true (g_str_has_prefix (refusal, "{\"reply\":1,\"error\":{\"code\":\"forbidden\""));
  peer_expect_close (third, 4003);

  peer_free (second);
  fixture_await (&net_server_get_counters (fixture->server)->connections, 2);
  peer_free (g_steal_pointer (&third));
  third = peer_sign_in (fixture->address, "ada");
}

static void
few_per_address (NetOptions *options, NetHooks *hooks)
{
  options->max_per_address = 2;
}

static void
test_per_address (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) first = peer_sign_in (fixture->address, "ada");
  Peer *second = peer_connect (fixture->address);
  g_autoptr(Peer) third = NULL;
  const NetCounters *counters = net_server_get_counters (fixture->server);

  fixture_await (&counters->sockets, 2);
  third = peer_connect (fixture->address);
  peer_expect_end (third);
  g_assert_cmpint (net_counted (&counters->sockets_refused), ==, 1);
  peer_free (second);
  fixture_await (&counters->sockets, 1);
  peer_free (g_steal_pointer (&third));
  third = peer_sign_in (fixture->address, "ben");
}

static void
few_behind_proxy (NetOptions *options, NetHooks *hooks)
{
  static const char * const proxies[] = { "127.0.0.1", NULL };

  options->trusted_proxies = proxies;
  options->max_per_address = 1;
}

/* The proxy itself may come as often as it likes; those behind it may not. */
static void
test_per_forwarded_address (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) first = peer_upgrade (fixture->address, "X-Forwarded-For: 203.0.113.5\r\n");
  g_autoptr(Peer) other = peer_upgrade (fixture->address, "X-Forwarded-For: 203.0.113.6\r\n");
  g_autoptr(Answer) answer = peer_ask (fixture->address, "GET", "/ws",
                                       PEER_HANDSHAKE "X-Forwarded-For: 203.0.113.5\r\n", NULL);

  g_assert_cmpuint (answer->status, ==, 503);
  g_assert_nonnull (strstr (answer->body, "Too many connections from this address"));
}

static void
few_sockets (NetOptions *options, NetHooks *hooks)
{
  options->max_sockets = 3;
}

static void
test_sockets (Fixture *fixture, gconstpointer data)
{
  const NetCounters *counters = net_server_get_counters (fixture->server);
  Peer *peers[5];

  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = peer_connect (fixture->address);
  fixture_await (&counters->sockets_refused, 2);
  g_assert_cmpint (net_counted (&counters->sockets), ==, 3);
  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    peer_free (peers[i]);
  fixture_await (&counters->sockets, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_add ("/limits/in-flight", few_in_flight, test_in_flight);
  fixture_add ("/limits/slow-reader", NULL, test_slow_reader);
  fixture_add ("/limits/slow-readers-together", little_in_all, test_slow_readers_together);
  fixture_add ("/limits/not-signed-in", impatient, test_not_signed_in);
  fixture_add ("/limits/silence", impatient, test_silence);
  fixture_add ("/limits/token-runs-out", impatient, test_token_runs_out);
  fixture_add ("/limits/http-patience", impatient, test_http_patience);
  fixture_add ("/limits/per-user", few_per_user, test_per_user);
  fixture_add ("/limits/per-address", few_per_address, test_per_address);
  fixture_add ("/limits/per-forwarded-address", few_behind_proxy, test_per_forwarded_address);
  fixture_add ("/limits/sockets", few_sockets, test_sockets);
  return g_test_run ();
}
