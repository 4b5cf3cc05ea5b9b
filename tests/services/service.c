/* service.c: Redis or MongoDB for a test that is written in C
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "service.h"

#include <gio/gio.h>
#include <string.h>

/* What start.py ends with where the service is missing. */
#define SKIPPED 77

struct _Service
{
  GSubprocess *process;
  GDataInputStream *output;
  char *address;
  gboolean can_restart;
};

static char *
read_line (Service *self)
{
  g_autoptr(GError) error = NULL;
  char *line = g_data_input_stream_read_line (self->output, NULL, NULL, &error);

  g_assert_no_error (error);
  return line;
}

/* Why it ended before it had said its address. */
static char *
read_complaint (Service *self)
{
  g_autoptr(GDataInputStream) complaints = g_data_input_stream_new (g_subprocess_get_stderr_pipe (self->process));
  g_autofree char *line = g_data_input_stream_read_upto (complaints, "", 0, NULL, NULL, NULL);

  g_subprocess_wait (self->process, NULL, NULL);
  if (!g_subprocess_get_if_exited (self->process) || g_subprocess_get_exit_status (self->process) != SKIPPED)
    g_error ("A service did not start: %s", line);
  return g_strdup (g_strchomp (line));
}

Service *
service_new (const char *name, char **why)
{
  const char *nothing[] = { NULL };

  return service_new_with (name, nothing, why);
}

Service *
service_new_with (const char *name, const char *const *more, char **why)
{
  g_autoptr(GStrvBuilder) command = g_strv_builder_new ();
  g_auto(GStrv) arguments = NULL;
  g_autoptr(Service) self = g_new0 (Service, 1);
  g_autoptr(GError) error = NULL;
  g_autofree char *line = NULL;
  g_auto(GStrv) words = NULL;

  g_strv_builder_add_many (command, "python3", "-B", SERVICES_FOLDER "/start.py", name, NULL);
  g_strv_builder_addv (command, (const char **) more);
  arguments = g_strv_builder_end (command);
  self->process = g_subprocess_newv ((const char *const *) arguments,
                                     G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                       | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                                     &error);
  g_assert_no_error (error);
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  line = read_line (self);
  if (line == NULL)
    {
      *why = read_complaint (self);
      return NULL;
    }
  words = g_strsplit (line, " ", 2);
  self->address = g_strdup (words[0]);
  self->can_restart = g_strcmp0 (words[1], "restart") == 0;
  return g_steal_pointer (&self);
}

void
service_free (Service *self)
{
  GOutputStream *input = g_subprocess_get_stdin_pipe (self->process);

  g_output_stream_close (input, NULL, NULL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->output);
  g_clear_object (&self->process);
  g_free (self->address);
  g_free (self);
}

const char *
service_get_address (Service *self)
{
  return self->address;
}

char *
service_make_database_address (Service *self, const char *database)
{
  const char *options = strchr (self->address, '?');
  const char *host = strstr (self->address, "://") + 3;
  gsize length = strcspn (host, "/?");

  return g_strdup_printf ("%.*s/%s%s", (int) (host - self->address + length), self->address, database,
                          options != NULL ? options : "");
}

gboolean
service_can_restart (Service *self)
{
  return self->can_restart;
}

void
service_run (Service *self, const char *command)
{
  g_autofree char *line = g_strconcat (command, "\n", NULL);
  g_autofree char *answer = NULL;
  g_autoptr(GError) error = NULL;

  g_output_stream_write_all (g_subprocess_get_stdin_pipe (self->process), line, strlen (line), NULL, NULL, &error);
  g_assert_no_error (error);
  answer = read_line (self);
  g_assert_cmpstr (answer, ==, "done");
}
