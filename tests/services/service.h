/* service.h: Redis or MongoDB for a test that is written in C
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A child process runs start.py, which runs the service: it ends with the test, whatever becomes of that.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Service Service;

/* name: "redis", "mongodb", or "lone-mongodb", which has no transactions. NULL, with the reason in why (owned by the
 * caller), where this machine has not got it; a service that is there and does not start fails the test. */
Service *service_new (const char *name, char **why);
/* With more words for start.py, ended by NULL. */
Service *service_new_with (const char *name, const char *const *words, char **why);
void service_free (Service *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Service, service_free)

/* As the server's options take it; of MongoDB without a database. */
const char *service_get_address (Service *self);
/* The same with a database in it. Transfer full. */
char *service_make_database_address (Service *self, const char *database);
/* FALSE: it belongs to somebody else, so it is not to be stopped. */
gboolean service_can_restart (Service *self);
/* "stop", "kill" (SIGKILL), "start" (again, on the same port and data), "start_alone" (the same with a MongoDB that is
 * then in no replica set), "pause", "resume"; returns when it is done. */
void service_run (Service *self, const char *command);

G_END_DECLS
