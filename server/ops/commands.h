/* commands.h: what an operator does besides running the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ops/command-line.h"

G_BEGIN_DECLS

typedef gboolean (*Command) (CommandLine *line, GError **error);

/* NULL when there is none of this name. Prints on standard output; FALSE with an error: exit 1. */
Command command_find (const char *name);

/* The folder that the server keeps things in, made if it is not there, for nobody else to look into. */
gboolean command_make_state_dir (Configuration *configuration, GError **error);

G_END_DECLS
