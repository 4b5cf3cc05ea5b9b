/* command-line.h: what was asked for when the program was started
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ops/configuration.h"

G_BEGIN_DECLS

typedef struct
{
  char *command;              /* "serve" unless one was named */
  GPtrArray *arguments; /* of char*: what the command's own are; its flags are taken out with command_line_take_… */
  Configuration *configuration;   /* after command_line_configure() */
  gboolean help;
  gboolean version;
  gboolean check;
  gboolean print_config;
} CommandLine;

CommandLine *command_line_new (int argc, char **argv);
void command_line_free (CommandLine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CommandLine, command_line_free)

/* --name: whether it was there. */
gboolean command_line_take_switch (CommandLine *self, const char *name);
/* --name VALUE or --name=VALUE: NULL when it was not there. Free with g_free(). */
char *command_line_take_value (CommandLine *self, const char *name);
/* What is left of the flags are options; file and environment are read too. */
gboolean command_line_configure (CommandLine *self, GError **error);
/* FALSE with an error that shows usage, unless so many arguments are left. */
gboolean command_line_expect (CommandLine *self, guint count, const char *usage, GError **error);

char *command_line_help (void);

G_END_DECLS
