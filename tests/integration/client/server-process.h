/* server-process.h: a real confab-server in a folder of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *folder;
  char *url;              /* http://127.0.0.1:PORT; the port stays the same over restarts */
  GSubprocess *process;
} ServerProcess;

/* CONFAB_SERVER in the environment is the binary. options: nullable. */
ServerProcess *server_process_new (const char * const *options);
/* SIGTERM, and it must end well. */
void server_process_free (ServerProcess *self);
/* SIGKILL, and gone when this returns. */
void server_process_kill (ServerProcess *self);
void server_process_start (ServerProcess *self);

G_END_DECLS
