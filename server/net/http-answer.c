/* http-answer.c: what goes back to an HTTP client, and the headers that every answer has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/http-answer.h"

#include <math.h>
#include <string.h>

#include "protocol/confab-json-writer.h"

/* Data is nothing that a browser should render or frame. */
#define DATA_POLICY "default-src 'none'; frame-ancestors 'none'"

static void
add_common_headers (SoupMessageHeaders *headers, const char *policy)
{
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_replace (headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "Content-Security-Policy", policy != NULL ? policy : DATA_POLICY);
}

void
http_answer (SoupServerMessage *message, guint status, const char *type, GBytes *body, const char *policy)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, status, NULL);
  add_common_headers (headers, policy);
  if (body == NULL)
    return;
  soup_message_headers_set_content_type (headers, type, NULL);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), body);
}

void
http_answer_text (SoupServerMessage *message, guint status, const char *type, const char *text)
{
  g_autoptr(GBytes) body = g_bytes_new (text, strlen (text));

  http_answer (message, status, type, body, NULL);
}

GBytes *
http_write_error (const GError *error, const char *request_id)
{
  ConfabJsonWriter writer;

  confab_json_writer_init (&writer, g_string_sized_new (256));
  confab_json_writer_begin_object (&writer);
  confab_json_writer_member (&writer, "error");
  confab_json_writer_begin_object (&writer);
  confab_error_write (error, request_id, &writer);
  confab_json_writer_end_object (&writer);
  confab_json_writer_end_object (&writer);
  return g_string_free_to_bytes (confab_json_writer_steal (&writer));
}

void
http_answer_error (SoupServerMessage *message, const GError *error, const char *request_id)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  int code = error->domain == CONFAB_ERROR ? error->code : CONFAB_ERROR_INTERNAL;
  double retry_after = confab_error_get_retry_after (error);
  g_autoptr(GBytes) body = http_write_error (error, request_id);

  if (code == CONFAB_ERROR_UNAUTHENTICATED)
    soup_message_headers_replace (headers, "WWW-Authenticate", "Bearer");
  if (retry_after > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%.0f", ceil (retry_after));

      soup_message_headers_replace (headers, "Retry-After", seconds);
    }
  http_answer (message, confab_error_get_http_status (code), "application/json", body, NULL);
}

void
http_answer_problem (SoupServerMessage *message, ConfabError code, const char *text)
{
  g_autoptr(GError) error = g_error_new_literal (CONFAB_ERROR, code, text);

  if (code == CONFAB_ERROR_UNAVAILABLE)
    confab_error_set_retry_after (error, 1);
  http_answer_error (message, error, NULL);
}

void
http_answer_add_cors (SoupServerMessage *message, Origins *origins)
{
  const char *origin = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Origin");
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_append (headers, "Vary", "Origin");
  if (origin == NULL || !origins_allow (origins, origin))
    return;
  soup_message_headers_replace (headers, "Access-Control-Allow-Origin", origin);
  soup_message_headers_replace (headers, "Access-Control-Expose-Headers",
                                "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id");
}
