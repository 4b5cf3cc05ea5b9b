/* http-call.c: an HTTP request that somebody else works on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/http-call.h"

#include <math.h>

#include "net/http-answer.h"
#include "net/http-socket.h"

struct _HttpCall
{
  Reactor *reactor;            /* borrowed */
  SoupServerMessage *message;
  gulong finished_handler;
  gboolean over;               /* the client is gone or has its answer */
};

static void
result_free (HttpResult *self)
{
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static void
on_finished (SoupServerMessage *message, HttpCall *self)
{
  self->over = TRUE;
}

/* Counted until the answer is on its way, for those who drain. */
static void
on_counted_finished (SoupServerMessage *message, NetServer *server)
{
  net_count (&server->counters.http_running, -1);
}

HttpCall *
http_call_begin (Reactor *reactor, SoupServerMessage *message)
{
  NetServer *server = reactor->server;
  HttpSocket *socket = http_socket_from_message (message);
  HttpCall *self;

  if (net_count (&server->counters.http_running, 1) >= server->options.max_http_running)
    {
      net_count (&server->counters.http_running, -1);
      http_answer_problem (message, CONFAB_ERROR_UNAVAILABLE, "The server is busy; try again");
      return NULL;
    }

  self = g_new0 (HttpCall, 1);
  self->reactor = reactor;
  self->message = g_object_ref (message);
  self->finished_handler = g_signal_connect (message, "finished", G_CALLBACK (on_finished), self);
  g_signal_connect (message, "finished", G_CALLBACK (on_counted_finished), server);
  if (socket != NULL)
    http_socket_running (socket);
  soup_server_message_pause (message);
  return self;
}

static void
set_number (SoupMessageHeaders *headers, const char *name, double value)
{
  g_autofree char *text = g_strdup_printf ("%.0f", value);

  soup_message_headers_replace (headers, name, text);
}

static void
answer (HttpCall *self, const HttpResult *result)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);

  if (result->rate_limited)
    {
      set_number (headers, "RateLimit-Limit", result->rate_limit);
      set_number (headers, "RateLimit-Remaining", floor (MAX (result->rate_remaining, 0)));
      set_number (headers, "RateLimit-Reset", ceil (result->rate_reset));
    }
  if (result->request_id[0] != '\0')
    soup_message_headers_replace (headers, "X-Request-Id", result->request_id);
  if (result->error != NULL)
    http_answer_error (self->message, result->error, result->request_id[0] != '\0' ? result->request_id : NULL);
  else
    http_answer (self->message, result->status, result->type, result->body, NULL);
}

/* subject: HttpCall; content: HttpResult. */
static void
on_result (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  HttpCall *self = subject;
  HttpResult *result = content;

  g_signal_handler_disconnect (self->message, self->finished_handler);
  if (owner != NULL && !self->over)
    {
      HttpSocket *socket = http_socket_from_message (self->message);

      if (socket != NULL)
        http_socket_writing (socket);
      answer (self, result);
      soup_server_message_unpause (self->message);
    }
  g_object_unref (self->message);
  result_free (result);
  g_free (self);
}

void
http_call_finish (HttpCall *self, HttpResult *result)
{
  reactor_post (self->reactor, on_result, self, result, NULL);
}
