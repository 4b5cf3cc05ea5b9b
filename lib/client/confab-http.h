/* confab-http.h: requests to the REST door of a server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>
#include <libdex.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

#define CONFAB_TYPE_HTTP (confab_http_get_type ())
G_DECLARE_FINAL_TYPE (ConfabHttp, confab_http, CONFAB, HTTP, GObject)

/* server: as confab_session_normalize_server () gives it. */
ConfabHttp *confab_http_new (const char *server);
SoupSession *confab_http_get_soup (ConfabHttp *self);

/* path: with its query, escaped. token, body: nullable. Future of JsonNode, the reply's object. Errors of the server
 * come as CONFAB_ERROR, those of the way there as they are (G_IO_ERROR, G_TLS_ERROR, G_RESOLVER_ERROR). */
DexFuture *confab_http_call (ConfabHttp *self, const char *method, const char *path, const char *token, JsonNode *body);
void confab_http_abort (ConfabHttp *self);

/* What a status without a Confab error in it amounts to. */
GError *confab_http_error_for_status (guint status);

G_END_DECLS
