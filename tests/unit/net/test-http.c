/* test-http.c: what HTTP clients are answered
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "fixture.h"
#include "protocol/confab-error.h"

#define ROOM "01J00000000000000000000000"
#define SIGNED_IN "Authorization: Bearer ada\r\n"
#define JSON "Content-Type: application/json\r\n"

typedef struct
{
  const char *method;
  const char *path;
  const char *headers;
  const char *body;
  guint status;
  const char *says;    /* what the body contains */
  const char *asked;   /* what the api was asked, nullable */
} Case;

static const Case cases[] = {
  { "GET", "/api/users/me", SIGNED_IN, NULL, 200, "{\"operation\":\"get-me\"}", "get-me address=127.0.0.1 user=ada" },
  { "HEAD", "/api/users/me", SIGNED_IN, NULL, 200, "", "get-me address=127.0.0.1 user=ada" },
  { "GET", "/api/users?q=b%C3%A9n+x&limit=5", SIGNED_IN, NULL, 200, "find-users",
    "find-users address=127.0.0.1 user=ada q=bén x limit=5" },
  { "GET", "/api/messages/" ROOM "?after=3", SIGNED_IN, NULL, 200, "list-messages",
    "list-messages address=127.0.0.1 user=ada roomId=" ROOM " cursor=(null) before=0 after=3 around=0 limit=50" },
  { "POST", "/api/messages", SIGNED_IN JSON, "{\"roomId\":\"" ROOM "\",\"content\":\"Hi\"}", 201, "send-message",
    "send-message address=127.0.0.1 user=ada roomId=" ROOM " content=Hi clientId=(null) replyTo=(null)" },
  { "POST", "/api/messages", SIGNED_IN "Content-Type: application/json; charset=utf-8\r\n",
    "{\"roomId\":\"" ROOM "\",\"content\":\"Hi\"}", 201, "send-message", NULL },
  { "POST", "/api/rooms/" ROOM "/join", SIGNED_IN, NULL, 200, "join-room", NULL },
  { "POST", "/api/rooms/" ROOM "/join", SIGNED_IN, "", 200, "join-room", NULL },

  { "GET", "/api/users/me", NULL, NULL, 401, "\"unauthenticated\"", NULL },
  { "GET", "/api/users/me", "Authorization: Bearer bad\r\n", NULL, 401, "\"unauthenticated\"", NULL },
  { "GET", "/api/users/me", "Authorization: Basic YTpi\r\n", NULL, 401, "\"unauthenticated\"", NULL },
  { "POST", "/api/auth/login", JSON, "{\"username\":\"ada\",\"password\":\"secret\"}", 200, "login",
    "login address=127.0.0.1 user=- username=ada sessionName=(null)" },
  { "POST", "/api/rooms/" ROOM "/leave", SIGNED_IN, NULL, 429, "\"retryAfter\":2.5", NULL },

  { "GET", "/api/users", SIGNED_IN, NULL, 400, "\"q\"", NULL },
  { "GET", "/api/messages/nonsense", SIGNED_IN, NULL, 400, "roomId", NULL },
  { "POST", "/api/messages", SIGNED_IN JSON, "{", 400, "\"bad-request\"", NULL },
  { "POST", "/api/messages", SIGNED_IN JSON, "[]", 400, "JSON object", NULL },
  { "POST", "/api/messages", SIGNED_IN, "{}", 415, "application/json", NULL },
  { "POST", "/api/messages", SIGNED_IN "Content-Type: text/plain\r\n", "{}", 415, "application/json", NULL },
  { "GET", "/api/nothing", SIGNED_IN, NULL, 404, "\"not-found\"", NULL },
  { "GET", "/nothing", NULL, NULL, 404, "\"not-found\"", NULL },
  { "PUT", "/api/users/me", SIGNED_IN, NULL, 405, "Only OPTIONS, GET, HEAD, PATCH here", NULL },
  { "DELETE", "/healthz", NULL, NULL, 405, "Only GET", NULL },

  { "GET", "/", NULL, NULL, 200, "Confab server", NULL },
  { "GET", "/invite/abc-DEF_123", NULL, NULL, 200, "<code>abc-DEF_123</code>", NULL },
  { "GET", "/invite/%3Cscript%3E", NULL, NULL, 404, "no invite", NULL },
  { "GET", "/invite/", NULL, NULL, 404, "no invite", NULL },
  { "GET", "/.well-known/confab", NULL, NULL, 200, "\"websocket\":\"/ws\"", NULL },
  { "GET", "/healthz", NULL, NULL, 200, "\"ok\"", NULL },
  { "GET", "/readyz", NULL, NULL, 200, "\"ready\"", NULL },
  { "GET", "/metrics", NULL, NULL, 404, "\"not-found\"", NULL },
  { "GET", "/ws", NULL, NULL, 400, "", NULL },
};

static void
test_cases (Fixture *fixture, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      g_autoptr(Answer) answer = peer_ask (fixture->address, c->method, c->path, c->headers, c->body);

      g_test_message ("%s %s: %u %s", c->method, c->path, answer->status, answer->body);
      g_assert_cmpuint (answer->status, ==, c->status);
      g_assert_nonnull (strstr (answer->body, c->says));
      if (c->asked != NULL)
        {
          g_autofree char *asked = api_double_describe_last (fixture->api);

          g_assert_cmpstr (asked, ==, c->asked);
        }
    }
}

static void
test_headers (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Answer) api = peer_ask (fixture->address, "GET", "/api/users/me", SIGNED_IN, NULL);
  g_autoptr(Answer) page = peer_ask (fixture->address, "GET", "/", NULL, NULL);
  g_autoptr(Answer) limited = peer_ask (fixture->address, "POST", "/api/rooms/" ROOM "/leave", SIGNED_IN, NULL);
  g_autoptr(Answer) nobody = peer_ask (fixture->address, "GET", "/api/users/me", "Authorization: Bearer bad\r\n", NULL);
  g_autoptr(Answer) wrong = peer_ask (fixture->address, "PUT", "/api/users/me", SIGNED_IN, NULL);
  g_autofree char *id = NULL;

  g_assert_cmpstr (answer_get_header (api, "content-type"), ==, "application/json");
  g_assert_cmpstr (answer_get_header (api, "cache-control"), ==, "no-store");
  g_assert_cmpstr (answer_get_header (api, "x-content-type-options"), ==, "nosniff");
  g_assert_cmpstr (answer_get_header (api, "content-security-policy"), ==,
                   "default-src 'none'; frame-ancestors 'none'");
  g_assert_cmpstr (answer_get_header (api, "referrer-policy"), ==, "no-referrer");
  g_assert_cmpuint (strlen (answer_get_header (api, "x-request-id")), ==, 26);
  g_assert_null (answer_get_header (api, "server"));

  g_assert_cmpstr (answer_get_header (page, "content-type"), ==, "text/html; charset=utf-8");
  g_assert_nonnull (strstr (answer_get_header (page, "content-security-policy"), "style-src 'sha256-"));

  id = g_strdup (answer_get_header (limited, "x-request-id"));
  g_assert_nonnull (strstr (limited->body, id));
  g_assert_cmpstr (answer_get_header (limited, "retry-after"), ==, "3");
  g_assert_cmpstr (answer_get_header (limited, "ratelimit-limit"), ==, "30");
  g_assert_cmpstr (answer_get_header (limited, "ratelimit-remaining"), ==, "0");
  g_assert_cmpstr (answer_get_header (limited, "ratelimit-reset"), ==, "3");
  g_assert_cmpstr (answer_get_header (nobody, "www-authenticate"), ==, "Bearer");
  g_assert_cmpstr (answer_get_header (wrong, "allow"), ==, "OPTIONS, GET, HEAD, PATCH");
}

/* Many on one connection, one after the other, and then without waiting for the answers. */
static void
test_keep_alive (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) peer = peer_connect (fixture->address);
  static const char ask[] = "GET /api/users/me HTTP/1.1\r\nHost: x\r\n" SIGNED_IN "\r\n";

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(Answer) answer = NULL;

      peer_send (peer, ask, strlen (ask));
      answer = peer_read_answer (peer, TRUE);
      g_assert_cmpuint (answer->status, ==, 200);
    }
  for (guint i = 0; i < 3; i++)
    peer_send (peer, ask, strlen (ask));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(Answer) answer = peer_read_answer (peer, TRUE);

      g_assert_cmpuint (answer->status, ==, 200);
    }
}

static void
test_client_goes_before_answer (Fixture *fixture, gconstpointer data)
{
  Peer *peer = peer_connect (fixture->address);
  static const char ask[] = "GET /api/users/me HTTP/1.1\r\nHost: x\r\n" SIGNED_IN "\r\n";
  g_autoptr(GBytes) reply = g_bytes_new_static ("{}", 2);
  Request *request;

  api_double_hold (fixture->api, TRUE);
  peer_send (peer, ask, strlen (ask));
  request = api_double_take (fixture->api);
  peer_free (peer);
  request_finish (request, reply, NULL);
  fixture_await (&net_server_get_counters (fixture->server)->sockets, 0);
}

static void
test_large_bodies (Fixture *fixture, gconstpointer data)
{
  g_autofree char *spaces = g_strnfill (65536 - 2, ' ');
  g_autofree char *fits = g_strconcat ("{}", spaces, NULL);
  g_autofree char *too_large = g_strconcat (fits, " ", NULL);
  g_autoptr(Answer) good = peer_ask (fixture->address, "POST", "/api/rooms/" ROOM "/join", SIGNED_IN JSON, fits);
  g_autoptr(Answer) bad = peer_ask (fixture->address, "POST", "/api/rooms/" ROOM "/join", SIGNED_IN JSON, too_large);

  g_assert_cmpuint (good->status, ==, 200);
  g_assert_cmpuint (bad->status, ==, 413);
  g_assert_nonnull (strstr (bad->body, "\"too-large\""));
}

static void
test_large_chunked_body (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) peer = peer_connect (fixture->address);
  static const char head[] = "POST /api/messages HTTP/1.1\r\nHost: x\r\n" SIGNED_IN JSON
                             "Transfer-Encoding: chunked\r\n\r\n";
  g_autofree char *spaces = g_strnfill (40000, ' ');
  g_autofree char *chunk = g_strdup_printf ("9c40\r\n%s\r\n", spaces);
  g_autoptr(Answer) answer = NULL;

  peer_send (peer, head, strlen (head));
  peer_send (peer, chunk, strlen (chunk));
  peer_send (peer, chunk, strlen (chunk));
  peer_send (peer, "0\r\n\r\n", 5);
  answer = peer_read_answer (peer, TRUE);
  g_assert_cmpuint (answer->status, ==, 413);
}

/* ---- Origins ---------------------------------------------------------------------------------------------- */

static void
one_origin (NetOptions *options, NetHooks *hooks)
{
  static const char * const origins[] = { "https://chat.example.org", NULL };

  options->allowed_origins = origins;
}

static void
test_cors (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Answer) allowed = peer_ask (fixture->address, "GET", "/api/users/me",
                                        SIGNED_IN "Origin: https://chat.example.org\r\n", NULL);
  g_autoptr(Answer) other = peer_ask (fixture->address, "GET", "/api/users/me",
                                      SIGNED_IN "Origin: https://evil.example\r\n", NULL);
  g_autoptr(Answer) preflight = peer_ask (fixture->address, "OPTIONS", "/api/users/me",
                                          "Origin: https://chat.example.org\r\n"
                                          "Access-Control-Request-Method: PATCH\r\n", NULL);

  g_assert_cmpstr (answer_get_header (allowed, "access-control-allow-origin"), ==, "https://chat.example.org");
  g_assert_cmpstr (answer_get_header (allowed, "vary"), ==, "Origin");
  g_assert_null (answer_get_header (other, "access-control-allow-origin"));
  g_assert_cmpuint (preflight->status, ==, 204);
  g_assert_cmpstr (answer_get_header (preflight, "access-control-allow-methods"), ==, "OPTIONS, GET, HEAD, PATCH");
  g_assert_cmpstr (answer_get_header (preflight, "access-control-allow-headers"), ==, "Authorization, Content-Type");
}

static void
test_websocket_origin (Fixture *fixture, gconstpointer data)
{
  static const char handshake[] = PEER_HANDSHAKE "Origin: https://evil.example\r\n";
  g_autofree char *same = g_strdup_printf ("Origin: http://%s\r\n", fixture->address);
  g_autoptr(Answer) other = peer_ask (fixture->address, "GET", "/ws", handshake, NULL);
  g_autoptr(Peer) ours = peer_upgrade (fixture->address, same);
  g_autoptr(Peer) allowed = peer_upgrade (fixture->address, "Origin: https://chat.example.org\r\n");

  g_assert_cmpuint (other->status, ==, 403);
}

static void
behind_proxy (NetOptions *options, NetHooks *hooks)
{
  static const char * const proxies[] = { "127.0.0.1", NULL };

  options->trusted_proxies = proxies;
}

static void
test_proxy (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Answer) secure = peer_ask (fixture->address, "GET", "/api/users/me",
                                       SIGNED_IN "X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.5\r\n", NULL);
  g_autofree char *asked = api_double_describe_last (fixture->api);
  g_autoptr(Answer) plain = peer_ask (fixture->address, "GET", "/", NULL, NULL);

  g_assert_cmpstr (asked, ==, "get-me address=203.0.113.5 user=ada");
  g_assert_cmpstr (answer_get_header (secure, "strict-transport-security"), ==, "max-age=31536000");
  g_assert_null (answer_get_header (plain, "strict-transport-security"));
}

/* What strangers claim is not believed. */
static void
test_no_proxy (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Answer) answer = peer_ask (fixture->address, "GET", "/api/users/me",
                                       SIGNED_IN "X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.5\r\n", NULL);
  g_autofree char *asked = api_double_describe_last (fixture->api);

  g_assert_cmpstr (asked, ==, "get-me address=127.0.0.1 user=ada");
  g_assert_null (answer_get_header (answer, "strict-transport-security"));
}

/* ---- Hooks ------------------------------------------------------------------------------------------------ */

static GString *
not_ready (gpointer data, gboolean *ready)
{
  *ready = FALSE;
  return g_string_new ("{\"store\":\"away\"}");
}

static GString *
write_metrics (gpointer data)
{
  return g_string_new ("confab_connections 7\n");
}

static void
with_hooks (NetOptions *options, NetHooks *hooks)
{
  hooks->ready = not_ready;
  hooks->metrics = write_metrics;
}

static void
test_hooks (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Answer) ready = peer_ask (fixture->address, "GET", "/readyz", NULL, NULL);
  g_autoptr(Answer) health = peer_ask (fixture->address, "GET", "/healthz", NULL, NULL);
  g_autoptr(Answer) metrics = peer_ask (fixture->address, "GET", "/metrics", NULL, NULL);
  g_autoptr(Answer) outside = peer_ask (fixture->address, "GET", "/metrics", "X-Forwarded-For: 203.0.113.5\r\n", NULL);

  g_assert_cmpuint (ready->status, ==, 503);
  g_assert_cmpstr (ready->body, ==, "{\"store\":\"away\"}");
  g_assert_cmpuint (health->status, ==, 200);
  g_assert_cmpuint (metrics->status, ==, 200);
  g_assert_cmpstr (metrics->body, ==, "confab_connections 7\n");
  g_assert_cmpuint (outside->status, ==, 404);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_add ("/http/cases", NULL, test_cases);
  fixture_add ("/http/headers", NULL, test_headers);
  fixture_add ("/http/keep-alive", NULL, test_keep_alive);
  fixture_add ("/http/client-goes-before-answer", NULL, test_client_goes_before_answer);
  fixture_add ("/http/large-bodies", NULL, test_large_bodies);
  fixture_add ("/http/large-chunked-body", NULL, test_large_chunked_body);
  fixture_add ("/http/cors", one_origin, test_cors);
  fixture_add ("/http/websocket-origin", one_origin, test_websocket_origin);
  fixture_add ("/http/proxy", behind_proxy, test_proxy);
  fixture_add ("/http/no-proxy", NULL, test_no_proxy);
  fixture_add ("/http/hooks", with_hooks, test_hooks);
  return g_test_run ();
}
