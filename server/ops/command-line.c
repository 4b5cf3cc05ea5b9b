/* command-line.c: what was asked for when the program was started
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/command-line.h"

#include <string.h>

#include "protocol/confab-error.h"

CommandLine *
command_line_new (int argc, char **argv)
{
  CommandLine *self = g_new0 (CommandLine, 1);
  int first = 1;

  self->arguments = g_ptr_array_new_with_free_func (g_free);
  if (argc > 1 && argv[1][0] != '-')
    self->command = g_strdup (argv[first++]);
  else
    self->command = g_strdup ("serve");
  for (int i = first; i < argc; i++)
    g_ptr_array_add (self->arguments, g_strdup (argv[i]));
  self->help = command_line_take_switch (self, "--help") || command_line_take_switch (self, "-h");
  self->version = command_line_take_switch (self, "--version");
  self->check = command_line_take_switch (self, "--check");
  self->print_config = command_line_take_switch (self, "--print-config");
  return self;
}

void
command_line_free (CommandLine *self)
{
  g_free (self->command);
  g_ptr_array_unref (self->arguments);
  g_clear_pointer (&self->configuration, configuration_free);
  g_free (self);
}

gboolean
command_line_take_switch (CommandLine *self, const char *name)
{
  gboolean found = FALSE;

  for (guint i = self->arguments->len; i-- > 0;)
    if (strcmp (self->arguments->pdata[i], name) == 0)
      {
        g_ptr_array_remove_index (self->arguments, i);
        found = TRUE;
      }
  return found;
}

char *
command_line_take_value (CommandLine *self, const char *name)
{
  gsize length = strlen (name);

  for (guint i = 0; i < self->arguments->len; i++)
    {
      const char *argument = self->arguments->pdata[i];
      gboolean joined = g_str_has_prefix (argument, name) && argument[length] == '=';
      g_autofree char *value = NULL;

      if (!joined && (strcmp (argument, name) != 0 || i + 1 == self->arguments->len))
        continue;
      value = g_strdup (joined ? argument + length + 1 : self->arguments->pdata[i + 1]);
      g_ptr_array_remove_range (self->arguments, i, joined ? 1 : 2);
      return g_steal_pointer (&value);
    }
  return NULL;
}

gboolean
command_line_configure (CommandLine *self, GError **error)
{
  g_autofree char *flag = command_line_take_value (self, "--config");
  const char *path = flag != NULL ? flag : g_getenv ("CONFAB_CONFIG");
  g_auto(GStrv) environment = g_get_environ ();

  self->configuration = configuration_new ();
  return (path == NULL || configuration_load_file (self->configuration, path, error))
         && configuration_load_environment (self->configuration, (const char *const *) environment, error)
         && configuration_load_flags (self->configuration, self->arguments, error)
         && configuration_finish (self->configuration, error);
}

gboolean
command_line_expect (CommandLine *self, guint count, const char *usage, GError **error)
{
  if (self->arguments->len == count)
    return TRUE;
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "Usage: confab-server %s %s", self->command, usage);
  return FALSE;
}

static void
append_option (GString *text, const Option *option)
{
  g_autofree char *flag = g_strdup_printf ("--%s %s", option->name, option->placeholder);

  g_string_append_printf (text, "  %-36s %s", flag, option->about);
  if (*option->fallback != '\0')
    g_string_append_printf (text, " [%s]", option->fallback);
  g_string_append_c (text, '\n');
}

char *
command_line_help (void)
{
  g_autoptr(GString) text =
    g_string_new ("Usage: confab-server [COMMAND] [OPTIONS]\n\nCommands:\n"
                  "  serve                      run the server (without a command, too)\n"
                  "  user create NAME EMAIL     make an account [--admin]; its password is read from the terminal\n"
                  "                             or from standard input\n"
                  "  user password LOGIN        give an account another password and sign its devices out\n"
                  "  user list [PREFIX]         accounts whose names begin so\n"
                  "  invite                     make a one-time invite [--days N] [--admin]\n"
                  "  export                     write everything as lines of JSON, for another server or a backup\n"
                  "                             [--output FILE] [--without-sessions]; docs/export.md\n"
                  "  restore FILE|-             put an export into an empty store and compare [--again]\n"
                  "  verify FILE|-              check an export [--with-store: and compare the store with it]\n"
                  "  healthcheck                ask the running server whether it is ready\n"
                  "  openapi, asyncapi          print the protocol's documents\n"
                  "\nOptions:\n"
                  "  --config FILE                        read options from the group [server] of an INI file\n"
                  "  --print-config                       print every option, its value and where that came from\n"
                  "  --check                              only look whether the options are in order\n"
                  "  --help, --version\n");

  for (guint i = 0; i < N_OPTIONS; i++)
    append_option (text, option_get (i));
  g_string_append (
    text, "\nEvery option is also a variable (CONFAB_MAX_CONNECTIONS) and a key in the file (max-connections).\n"
          "A flag goes before a variable, a variable before the file. A variable that ends in _FILE\n"
          "(CONFAB_STORE_FILE) names a file whose first line is the value: for addresses with passwords.\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}
