/* transfer.h: the commands that take a server's data elsewhere: export, restore, verify
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ops/command-line.h"

G_BEGIN_DECLS

gboolean transfer_run_export (CommandLine *line, GError **error);
gboolean transfer_run_restore (CommandLine *line, GError **error);
gboolean transfer_run_verify (CommandLine *line, GError **error);

G_END_DECLS
