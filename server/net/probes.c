/* probes.c: what those who watch the server ask for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hooks may ask a store that is stuck, so they have a thread of their own; whoever finds it busy learns just that.
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/probes.h"

#include "net/http-answer.h"
#include "net/http-call.h"

#define MAX_WAITING 16

typedef struct
{
  HttpCall *call;
  gboolean metrics;   /* else readiness */
} Probe;

static void
ask_ready (NetServer *server, HttpResult *result)
{
  static const char always[] = "{\"status\":\"ready\"}";
  gboolean ready = TRUE;

  if (net_server_is_draining (server))
    result->error = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The server is going down");
  else if (server->hooks.ready != NULL)
    result->body = g_string_free_to_bytes (server->hooks.ready (server->hooks.data, &ready));
  else
    result->body = g_bytes_new_static (always, sizeof always - 1);
  result->status = ready ? SOUP_STATUS_OK : SOUP_STATUS_SERVICE_UNAVAILABLE;
  result->type = "application/json";
}

static void
ask_metrics (NetServer *server, HttpResult *result)
{
  result->status = SOUP_STATUS_OK;
  result->type = "text/plain; version=0.0.4; charset=utf-8";
  result->body = g_string_free_to_bytes (server->hooks.metrics (server->hooks.data));
}

static void
on_probe (gpointer data, gpointer user_data)
{
  g_autofree Probe *probe = data;
  HttpResult *result = g_new0 (HttpResult, 1);

  if (probe->metrics)
    ask_metrics (user_data, result);
  else
    ask_ready (user_data, result);
  http_call_finish (probe->call, result);
}

static void
push (Reactor *reactor, SoupServerMessage *message, gboolean metrics)
{
  GThreadPool *pool = reactor->server->probes;
  HttpCall *call;
  Probe *probe;

  if (g_thread_pool_unprocessed (pool) >= MAX_WAITING)
    {
      http_answer_problem (message, CONFAB_ERROR_UNAVAILABLE, "Those who asked before are still waiting");
      return;
    }
  call = http_call_begin (reactor, message);
  if (call == NULL)
    return;
  probe = g_new (Probe, 1);
  *probe = (Probe) { call, metrics };
  g_thread_pool_push (pool, probe, NULL);
}

void
probes_serve_ready (Reactor *reactor, SoupServerMessage *message, const char *rest)
{
  push (reactor, message, FALSE);
}

void
probes_serve_metrics (Reactor *reactor, SoupServerMessage *message, const char *rest)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (reactor->server->hooks.metrics == NULL || soup_message_headers_get_list (headers, "X-Forwarded-For") != NULL)
    http_answer_problem (message, CONFAB_ERROR_NOT_FOUND, "There is nothing here");
  else
    push (reactor, message, TRUE);
}

GThreadPool *
probes_new_pool (NetServer *server)
{
  return g_thread_pool_new (on_probe, server, 1, FALSE, NULL);
}
