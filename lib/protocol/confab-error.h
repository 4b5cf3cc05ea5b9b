/* confab-error.h: the errors that both sides of the protocol know
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

#include "protocol/confab-json-writer.h"

G_BEGIN_DECLS

typedef enum
{
  CONFAB_ERROR_BAD_REQUEST,
  CONFAB_ERROR_UNAUTHENTICATED,
  CONFAB_ERROR_FORBIDDEN,
  CONFAB_ERROR_NOT_FOUND,
  CONFAB_ERROR_CONFLICT,
  CONFAB_ERROR_TOO_LARGE,
  CONFAB_ERROR_RATE_LIMITED,
  CONFAB_ERROR_UNAVAILABLE,
  CONFAB_ERROR_INTERNAL,
} ConfabError;

#define CONFAB_ERROR (confab_error_quark ())
GQuark confab_error_quark (void);

const char *confab_error_get_code (int error);
gboolean confab_error_from_code (const char *code, ConfabError *error);
guint confab_error_get_http_status (int error);

gboolean confab_error_refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

void confab_error_set_retry_after (GError *error, double seconds);
double confab_error_get_retry_after (const GError *error);
void confab_error_add_field (GError *error, const char *field, const char *problem);
const char *confab_error_get_field (const GError *error, const char *field);
guint confab_error_get_n_fields (const GError *error);

void confab_error_write (const GError *error, const char *request_id, ConfabJsonWriter *writer);
GError *confab_error_read (JsonObject *object);

G_END_DECLS
