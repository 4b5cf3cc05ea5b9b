/* http-answer.h: what goes back to an HTTP client, and the headers that every answer has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libsoup/soup.h>

#include "api/api.h"
#include "net/origins.h"
#include "protocol/confab-error.h"

G_BEGIN_DECLS

/* Sets status, body and headers. type and body: nullable; policy: a Content-Security-Policy, NULL for that of data. */
void http_answer (SoupServerMessage *message, guint status, const char *type, GBytes *body, const char *policy);
void http_answer_text (SoupServerMessage *message, guint status, const char *type, const char *text);
/* {"error":{…}} with the status that belongs to it. request_id: nullable. */
void http_answer_error (SoupServerMessage *message, const GError *error, const char *request_id);
/* The same with a code and message of the protocol. */
void http_answer_problem (SoupServerMessage *message, ConfabError code, const char *text);

GBytes *http_write_error (const GError *error, const char *request_id);

/* Lets pages of allowed origins read the answer. */
void http_answer_add_cors (SoupServerMessage *message, Origins *origins);

G_END_DECLS
