/* server-process.c: a real confab-server in a folder of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "server-process.h"

#include <signal.h>
#include <sys/prctl.h>

#include "client-fixture.h"

#define READY "listening on "

static const char * const *more_options;

static void
put_option (GStrvBuilder *arguments, const char *name, const char *value)
{
  g_strv_builder_take (arguments, g_strconcat ("--", name, "=", value, NULL));
}

static char *
read_address (GSubprocess *process)
{
  g_autoptr(GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  while (TRUE)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, &error);

      g_assert_no_error (error);
      if (line == NULL)
        g_error ("The server ended before it listened");
      if (g_str_has_prefix (line, READY))
        return g_strdup (line + strlen (READY));
    }
}

/* A test that fails must not leave a server behind. */
static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
server_process_start (ServerProcess *self)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr(GStrvBuilder) arguments = g_strv_builder_new ();
  g_autofree char *database = g_strdup_printf ("sqlite:%s/server.db", self->folder);
  g_autofree char *address = self->url != NULL ? g_strdup (self->url) : NULL;
  g_auto(GStrv) argv = NULL;
  g_autoptr(GError) error = NULL;

  g_strv_builder_add (arguments, g_getenv ("CONFAB_SERVER"));
  put_option (arguments, "listen", self->url != NULL ? self->url + strlen ("http://") : "127.0.0.1:0");
  put_option (arguments, "store", database);
  put_option (arguments, "state-dir", self->folder);
  put_option (arguments, "registration", "open");
  if (more_options != NULL)
    g_strv_builder_addv (arguments, (const char **) more_options);
  argv = g_strv_builder_end (arguments);
  g_subprocess_launcher_set_stderr_file_path (launcher, g_getenv ("CONFAB_TEST_SERVER_LOG"));
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char * const *) argv, &error);
  g_assert_no_error (error);
  g_free (self->url);
  self->url = read_address (self->process);
  if (address != NULL)
    g_assert_cmpstr (self->url, ==, address);
}

ServerProcess *
server_process_new (const char * const *options)
{
  ServerProcess *self = g_new0 (ServerProcess, 1);

  g_assert_nonnull (g_getenv ("CONFAB_SERVER"));
  more_options = options;
  self->folder = make_folder ();
  server_process_start (self);
  return self;
}

void
server_process_kill (ServerProcess *self)
{
  g_subprocess_send_signal (self->process, SIGKILL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

void
server_process_free (ServerProcess *self)
{
  if (self->process != NULL)
    {
      g_subprocess_send_signal (self->process, SIGTERM);
      g_subprocess_wait (self->process, NULL, NULL);
      g_assert_true (g_subprocess_get_if_exited (self->process));
      g_assert_cmpint (g_subprocess_get_exit_status (self->process), ==, 0);
    }
  g_clear_object (&self->process);
  remove_folder (self->folder);
  g_free (self->url);
  g_free (self);
}
