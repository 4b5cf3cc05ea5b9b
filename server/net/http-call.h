/* http-call.h: an HTTP request that somebody else works on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The message is paused until the answer is posted. The client may go before the answer comes.
 */
#pragma once

#include <libsoup/soup.h>

#include "net/reactor.h"

G_BEGIN_DECLS

typedef struct _HttpCall HttpCall;

/* What the reactor is to send. Filled on any thread. */
typedef struct
{
  guint status;
  const char *type;        /* static */
  GBytes *body;
  GError *error;           /* instead of the above */
  char request_id[27];     /* "" for none */
  gboolean rate_limited;
  double rate_limit;
  double rate_remaining;
  double rate_reset;       /* seconds */
} HttpResult;

/* Pauses the message. NULL when too many run already: then it was answered. */
HttpCall *http_call_begin (Reactor *reactor, SoupServerMessage *message);
/* From any thread, once; result is taken, from g_new0(). */
void http_call_finish (HttpCall *self, HttpResult *result);

G_END_DECLS
