/* api-double.h: an api that does what a test of the doors wants
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Takes the place of server/api/api.c in the test's binary. A token is "USER", "USER/SESSION" or "USER/SESSION/SECONDS"
 * of life; "bad" is none. Requests are finished at once on another thread with {"operation":NAME}, unless the test
 * holds them.
 */
#pragma once

#include "api/api.h"

G_BEGIN_DECLS

Api *api_double_new (void);
void api_double_free (Api *self);

/* From now on requests are kept until the test takes and finishes them. */
void api_double_hold (Api *self, gboolean hold);
Request *api_double_take (Api *self);
guint api_double_count_held (Api *self);

/* What authentication answers from now on; NULL: hello. */
void api_double_fail_authentication (Api *self, const GError *error);

guint api_double_count_closed (Api *self);
/* A copy of the last request's fields that matter here: "NAME address=… user=… KEY=VALUE". Free with g_free(). */
char *api_double_describe_last (Api *self);

G_END_DECLS
