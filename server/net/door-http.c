/* door-http.c: which request goes where
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/door-http.h"

#include <string.h>

#include "net/handshake.h"
#include "net/http-answer.h"
#include "net/http-call.h"
#include "net/http-socket.h"
#include "net/pages.h"
#include "net/probes.h"
#include "net/rest.h"

#define MAX_BODY (64 * 1024)
/* So much of a body that is too large is read and thrown away, so that the client sees the answer; then it is cut. */
#define MAX_DISCARDED (1024 * 1024)

/* ---- Pages ------------------------------------------------------------------------------------------------ */

static void
answer_page (SoupServerMessage *message, Page *page)
{
  g_autoptr(GBytes) body = g_string_free_to_bytes (g_steal_pointer (&page->html));

  http_answer (message, SOUP_STATUS_OK, "text/html; charset=utf-8", body, page->policy);
}

static void
serve_front (Reactor *reactor, SoupServerMessage *message, const char *rest)
{
  g_auto(Page) page = { NULL };

  pages_write_front (&page, reactor->server->server_name);
  answer_page (message, &page);
}

static void
serve_invite (Reactor *reactor, SoupServerMessage *message, const char *code)
{
  g_auto(Page) page = { NULL };

  if (pages_write_invite (&page, reactor->server->server_name, code))
    answer_page (message, &page);
  else
    http_answer_problem (message, CONFAB_ERROR_NOT_FOUND, "This is no invite");
}

static void
serve_discovery (Reactor *reactor, SoupServerMessage *message, const char *rest)
{
  g_autoptr(GBytes) body = g_string_free_to_bytes (pages_write_discovery (reactor->server->server_name));

  http_answer (message, SOUP_STATUS_OK, "application/json", body, NULL);
  /* Public to every page: it says nothing that opening the address does not. */
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Access-Control-Allow-Origin", "*");
}

static void
serve_health (Reactor *reactor, SoupServerMessage *message, const char *rest)
{
  http_answer_text (message, SOUP_STATUS_OK, "application/json", "{\"status\":\"ok\"}");
}

/* What a path leads to, for GET and HEAD. rest: what follows a path that ends in a slash. */
typedef struct
{
  const char *path;
  gboolean takes_rest;
  void (*serve) (Reactor *reactor, SoupServerMessage *message, const char *rest);
} Route;

static const Route routes[] = {
  { "/", FALSE, serve_front },
  { "/invite/", TRUE, serve_invite },
  { "/.well-known/confab", FALSE, serve_discovery },
  { "/healthz", FALSE, serve_health },
  { "/readyz", FALSE, probes_serve_ready },
  { "/metrics", FALSE, probes_serve_metrics },
  { "/ws", FALSE, handshake_serve },
};

static const Route *
find_route (const char *path, const char **rest)
{
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      gsize length = strlen (routes[i].path);

      if (routes[i].takes_rest ? strncmp (path, routes[i].path, length) == 0 : strcmp (path, routes[i].path) == 0)
        {
          *rest = path + length;
          return &routes[i];
        }
    }
  return NULL;
}

static void
serve_route (Reactor *reactor, SoupServerMessage *message, const Route *route, const char *rest)
{
  const char *method = soup_server_message_get_method (message);

  if (method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD)
    {
      route->serve (reactor, message, rest);
      return;
    }
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow", "GET, HEAD");
  http_answer_text (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", "Only GET here.\n");
}

/* Where TLS ends at a proxy of ours, the browser is told to use nothing else. */
static void
insist_on_tls (Reactor *reactor, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  HttpSocket *socket = http_socket_from_message (message);
  const char *scheme = soup_message_headers_get_one (headers, "X-Forwarded-Proto");

  if (g_strcmp0 (scheme, "https") != 0 || socket == NULL ||
      !proxies_trust (reactor->server->proxies, http_socket_get_peer (socket)))
    return;
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Strict-Transport-Security",
                                "max-age=31536000");
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Reactor *reactor = data;
  const char *rest = NULL;
  const Route *route = find_route (path, &rest);

  net_count (&reactor->server->counters.http_requests, 1);
  http_answer_add_cors (message, reactor->server->origins);
  insist_on_tls (reactor, message);
  if (route != NULL)
    serve_route (reactor, message, route, rest);
  else if (g_str_has_prefix (path, "/api/"))
    rest_serve (reactor, message, path, query);
  else
    http_answer_problem (message, CONFAB_ERROR_NOT_FOUND, "There is nothing here");
}

/* ---- Bodies that are too large ---------------------------------------------------------------------------- */

static void
refuse_body (SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_truncate (body);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection", "close");
  http_answer_problem (message, CONFAB_ERROR_TOO_LARGE, "The body of a request may have at most 65536 bytes");
}

static void
on_headers (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  HttpSocket *socket = http_socket_from_message (message);

  if (socket != NULL)
    http_socket_got_headers (socket);
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      soup_message_headers_get_content_length (headers) > MAX_BODY)
    refuse_body (message);
}

/* A chunked body says its size only by coming. */
static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  gsize before = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (message), "confab-received"));
  gsize received = before + g_bytes_get_size (chunk);
  HttpSocket *socket = http_socket_from_message (message);

  g_object_set_data (G_OBJECT (message), "confab-received", GSIZE_TO_POINTER (received));
  if (received > MAX_BODY && soup_server_message_get_status (message) == 0)
    refuse_body (message);
  if (received > MAX_DISCARDED && socket != NULL)
    http_socket_cut (socket);
}

/* ---- Time ------------------------------------------------------------------------------------------------- */

static void
on_request_started (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  HttpSocket *socket = http_socket_from_message (message);

  g_signal_connect (message, "got-chunk", G_CALLBACK (on_chunk), NULL);
  if (socket != NULL)
    http_socket_reading (socket);
}

/* Who takes longer to answer says so by http_call_begin(). */
static void
on_request_read (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  HttpSocket *socket = http_socket_from_message (message);

  if (socket != NULL)
    http_socket_writing (socket);
}

static void
on_request_over (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  HttpSocket *socket = http_socket_from_message (message);

  if (socket != NULL)
    http_socket_idle (socket);
}

void
door_http_open (Reactor *reactor)
{
  soup_server_add_early_handler (reactor->soup, NULL, on_headers, reactor, NULL);
  soup_server_add_handler (reactor->soup, NULL, on_request, reactor, NULL);
  g_signal_connect (reactor->soup, "request-started", G_CALLBACK (on_request_started), NULL);
  g_signal_connect (reactor->soup, "request-read", G_CALLBACK (on_request_read), NULL);
  g_signal_connect (reactor->soup, "request-finished", G_CALLBACK (on_request_over), NULL);
  g_signal_connect (reactor->soup, "request-aborted", G_CALLBACK (on_request_over), NULL);
}
