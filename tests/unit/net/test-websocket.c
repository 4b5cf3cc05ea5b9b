/* test-websocket.c: what is said on a connection, and how it ends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "fixture.h"
#include "protocol/confab-error.h"

#define ROOM "01J00000000000000000000000"

static void
test_sign_in (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_upgrade (fixture->address, NULL);

  peer_say (ada, "{\"event\":\"authenticate\",\"id\":1,\"data\":{\"token\":\"ada\"}}");
  peer_expect (ada, "{\"reply\":1,\"data\":{}}");
  peer_expect (ada, "{\"event\":\"hello\",\"data\":{\"user\":{\"id\":\"ada\"}}}");
}

/* With the token in the handshake, hello comes by itself. */
static void
test_sign_in_by_header (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_upgrade (fixture->address, "Authorization: Bearer ada\r\n");

  peer_expect (ada, "{\"event\":\"hello\",\"data\":{\"user\":{\"id\":\"ada\"}}}");
}

static void
expect_error (Peer *peer, const char *prefix, const char *code)
{
  g_autofree char *text = peer_read_frame (peer, NULL, NULL);
  g_autofree char *expected = g_strdup_printf ("%s{\"code\":\"%s\"", prefix, code);

  g_test_message ("%s", text);
  g_assert_true (g_str_has_prefix (text, expected));
}

static void
test_refusals_before_sign_in (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) peer = peer_upgrade (fixture->address, NULL);

  peer_say (peer, "{\"event\":\"get-me\",\"id\":1}");
  expect_error (peer, "{\"reply\":1,\"error\":", "unauthenticated");
  peer_say (peer, "{\"event\":\"authenticate\",\"id\":2,\"data\":{\"token\":\"bad\"}}");
  expect_error (peer, "{\"reply\":2,\"error\":", "unauthenticated");
  peer_say (peer, "{\"event\":\"authenticate\",\"id\":3}");
  expect_error (peer, "{\"reply\":3,\"error\":", "bad-request");
  peer_say (peer, "{\"event\":\"authenticate\",\"id\":4,\"data\":{\"token\":\"ada\"}}");
  peer_expect (peer, "{\"reply\":4,\"data\":{}}");
}

static void
test_requests (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");
  g_autofree char *last = NULL;

  peer_say (ada, "{\"event\":\"get-me\",\"id\":\"a\\\"b\"}");
  peer_expect (ada, "{\"reply\":\"a\\\"b\",\"data\":{\"operation\":\"get-me\"}}");
  peer_say (ada, "{\"event\":\"send-message\",\"id\":-5,\"data\":{\"roomId\":\"" ROOM "\",\"message\":\"Hi\"}}");
  peer_expect (ada, "{\"reply\":-5,\"data\":{\"operation\":\"send-message\"}}");
  last = api_double_describe_last (fixture->api);
  g_assert_cmpstr (last, ==,
                   "send-message address=127.0.0.1 user=ada roomId=" ROOM " content=Hi clientId=(null) replyTo=(null)");

  peer_say (ada, "{\"event\":\"nonsense\",\"id\":2}");
  expect_error (ada, "{\"reply\":2,\"error\":", "not-found");
  peer_say (ada, "{\"event\":\"send-message\",\"id\":3,\"data\":{\"roomId\":\"x\"}}");
  expect_error (ada, "{\"reply\":3,\"error\":", "bad-request");
  peer_say (ada, "this is not JSON");
  expect_error (ada, "{\"event\":\"error\",\"data\":", "bad-request");
  peer_say (ada, "{\"event\":\"leave-room\",\"id\":4,\"data\":{\"roomId\":\"" ROOM "\"}}");
  expect_error (ada, "{\"reply\":4,\"error\":", "rate-limited");

  /* Without an id nothing comes back but errors. */
  peer_say (ada, "{\"event\":\"get-me\"}");
  peer_say (ada, "{\"event\":\"pong\"}");
  peer_say (ada, "{\"event\":\"leave-room\",\"data\":{\"roomId\":\"" ROOM "\"}}");
  expect_error (ada, "{\"event\":\"error\",\"data\":", "rate-limited");
}

/* Answers come in the order in which they are ready. */
static void
test_order_of_completion (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");
  g_autoptr(GBytes) reply = g_bytes_new_static ("{}", 2);
  Request *first;

  api_double_hold (fixture->api, TRUE);
  peer_say (ada, "{\"event\":\"get-me\",\"id\":1}");
  first = api_double_take (fixture->api);
  peer_say (ada, "{\"event\":\"get-me\",\"id\":2}");
  request_finish (api_double_take (fixture->api), reply, NULL);
  peer_expect (ada, "{\"reply\":2,\"data\":{}}");
  request_finish (first, reply, NULL);
  peer_expect (ada, "{\"reply\":1,\"data\":{}}");
}

static void
test_peer_goes_before_answer (Fixture *fixture, gconstpointer data)
{
  Peer *ada = peer_sign_in (fixture->address, "ada");
  const NetCounters *counters = net_server_get_counters (fixture->server);
  g_autoptr(GBytes) reply = g_bytes_new_static ("{}", 2);
  Request *request;

  api_double_hold (fixture->api, TRUE);
  peer_say (ada, "{\"event\":\"get-me\",\"id\":1}");
  request = api_double_take (fixture->api);
  peer_free (ada);
  fixture_await (&counters->connections, 0);
  request_finish (request, reply, NULL);
  g_assert_cmpuint (api_double_count_closed (fixture->api), ==, 1);
}

static void
test_sign_in_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada/phone");

  peer_say (ada, "{\"event\":\"authenticate\",\"id\":1,\"data\":{\"token\":\"ada/phone/1000\"}}");
  peer_expect (ada, "{\"reply\":1,\"data\":{}}");
  peer_say (ada, "{\"event\":\"authenticate\",\"id\":2,\"data\":{\"token\":\"ben/phone\"}}");
  expect_error (ada, "{\"reply\":2,\"error\":", "forbidden");
  peer_say (ada, "{\"event\":\"authenticate\",\"id\":3,\"data\":{\"token\":\"ada/laptop\"}}");
  expect_error (ada, "{\"reply\":3,\"error\":", "forbidden");
}

static void
test_session_is_gone (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    ConfabError code;
    const char *word;
    guint16 close;
  } cases[] = {
    { CONFAB_ERROR_UNAUTHENTICATED, "unauthenticated", 4001 },
    { CONFAB_ERROR_UNAVAILABLE, "unavailable", 1012 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Peer) ada = peer_upgrade (fixture->address, NULL);
      g_autoptr(GError) error = g_error_new_literal (CONFAB_ERROR, cases[i].code, "No");

      api_double_fail_authentication (fixture->api, error);
      peer_say (ada, "{\"event\":\"authenticate\",\"id\":1,\"data\":{\"token\":\"ada\"}}");
      expect_error (ada, "{\"reply\":1,\"error\":", cases[i].word);
      peer_expect_close (ada, cases[i].close);
    }
  g_assert_cmpuint (api_double_count_closed (fixture->api), ==, 0);
}

static void
test_control_frames (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");
  g_autofree char *pong = NULL;
  guint8 opcode;

  peer_send_frame (ada, 0x89, "are you there", 13);
  pong = peer_read_frame (ada, &opcode, NULL);
  g_assert_cmphex (opcode, ==, 0x8a);
  g_assert_cmpstr (pong, ==, "are you there");

  /* In fragments, with a ping in between. */
  peer_send_frame (ada, 0x01, "{\"event\":\"get-", 14);
  peer_send_frame (ada, 0x89, "", 0);
  peer_send_frame (ada, 0x80, "me\",\"id\":1}", 11);
  g_free (peer_read_frame (ada, &opcode, NULL));
  g_assert_cmphex (opcode, ==, 0x8a);
  peer_expect (ada, "{\"reply\":1,\"data\":{\"operation\":\"get-me\"}}");

  /* Goodbye. */
  peer_send_frame (ada, 0x88, "\x03\xe8", 2);
  g_free (peer_read_frame (ada, &opcode, NULL));
  g_assert_cmphex (opcode, ==, 0x88);
  peer_expect_end (ada);
}

/* Byte by byte, and many frames at once. */
static void
test_chopped_and_glued (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");
  static const guint8 frame[] = { 0x81, 0x92, 0, 0, 0, 0, '{', '"', 'e', 'v', 'e', 'n', 't', '"', ':',
                                                             '"', 'g', 'e', 't',
                                  '-', 'm', 'e', '"', '}' };
  g_autoptr(GByteArray) glued = g_byte_array_new ();

  for (gsize i = 0; i < sizeof frame; i++)
    peer_send (ada, frame + i, 1);
  for (guint i = 0; i < 40; i++)
    g_byte_array_append (glued, frame, sizeof frame);
  peer_send (ada, glued->data, glued->len);
  fixture_await (&net_server_get_counters (fixture->server)->frames_received, 1 + 41);
}

typedef struct
{
  const char *what;
  guint8 first_byte;
  const char *payload;
  gsize length;
  guint16 code;
} BadFrame;

static void
test_protocol_errors (Fixture *fixture, gconstpointer data)
{
  g_autofree char *huge = g_strnfill (65537, ' ');
  const BadFrame cases[] = {
    { "binary", 0x82, "x", 1, 1003 },
    { "invalid UTF-8", 0x81, "\xff\xfe", 2, 1007 },
    { "reserved bit", 0xc1, "{}", 2, 1002 },
    { "continuation of nothing", 0x80, "{}", 2, 1002 },
    { "unknown opcode", 0x8b, "{}", 2, 1002 },
    { "too big", 0x81, huge, 65537, 1009 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");

      g_test_message ("%s", cases[i].what);
      peer_send_frame (ada, cases[i].first_byte, cases[i].payload, cases[i].length);
      peer_expect_close (ada, cases[i].code);
    }
}

static void
test_unmasked (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");

  peer_send (ada, "\x81\x02{}", 4);
  peer_expect_close (ada, 1002);
}

/* Fragments that never end are not kept for ever. */
static void
test_endless_message (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");
  g_autofree char *part = g_strnfill (30000, ' ');

  peer_send_frame (ada, 0x01, part, 30000);
  for (guint i = 0; i < 5; i++)
    peer_send_frame (ada, 0x00, part, 30000);
  peer_expect_close (ada, 1009);
}

static void
test_largest_frame (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");
  g_autofree char *spaces = g_strnfill (65536 - 25, ' ');
  g_autofree char *frame = g_strdup_printf ("{\"event\":\"get-me\",\"id\":1}%s", spaces);

  peer_say (ada, frame);
  peer_expect (ada, "{\"reply\":1,\"data\":{\"operation\":\"get-me\"}}");
}

static void
test_too_many_bad_frames (Fixture *fixture, gconstpointer data)
{
  g_autoptr(Peer) ada = peer_sign_in (fixture->address, "ada");

  for (guint i = 0; i < 32; i++)
    peer_say (ada, "rubbish");
  for (guint i = 0; i < 32; i++)
    expect_error (ada, "{\"event\":\"error\",\"data\":", "bad-request");
  peer_expect_close (ada, 4003);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_add ("/websocket/sign-in", NULL, test_sign_in);
  fixture_add ("/websocket/sign-in-by-header", NULL, test_sign_in_by_header);
  fixture_add ("/websocket/refusals-before-sign-in", NULL, test_refusals_before_sign_in);
  fixture_add ("/websocket/requests", NULL, test_requests);
  fixture_add ("/websocket/order-of-completion", NULL, test_order_of_completion);
  fixture_add ("/websocket/peer-goes-before-answer", NULL, test_peer_goes_before_answer);
  fixture_add ("/websocket/sign-in-again", NULL, test_sign_in_again);
  fixture_add ("/websocket/session-is-gone", NULL, test_session_is_gone);
  fixture_add ("/websocket/control-frames", NULL, test_control_frames);
  fixture_add ("/websocket/chopped-and-glued", NULL, test_chopped_and_glued);
  fixture_add ("/websocket/protocol-errors", NULL, test_protocol_errors);
  fixture_add ("/websocket/unmasked", NULL, test_unmasked);
  fixture_add ("/websocket/endless-message", NULL, test_endless_message);
  fixture_add ("/websocket/largest-frame", NULL, test_largest_frame);
  fixture_add ("/websocket/too-many-bad-frames", NULL, test_too_many_bad_frames);
  return g_test_run ();
}
