/* test-configuration.c: which of flag, environment and file counts, and what is said about wrong ones
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ops/configuration.h"

#include <glib/gstdio.h>

#include "protocol/confab-error.h"

static char *
write_file (const char *text)
{
  g_autoptr(GError) error = NULL;
  char *path = NULL;
  int fd = g_file_open_tmp ("confab-XXXXXX.ini", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

static gboolean
load_file (Configuration *self, const char *text, GError **error)
{
  g_autofree char *path = write_file (text);
  gboolean loaded = configuration_load_file (self, path, error);

  g_unlink (path);
  return loaded;
}

static gboolean
load_flags (Configuration *self, const char *line, GError **error)
{
  g_auto(GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_ptr_array_add (arguments, g_strdup (words[i]));
  return configuration_load_flags (self, arguments, error);
}

/* Every way to set message-length, and which of them counts: a letter for each that is given. */
static void
test_precedence (void)
{
  static const struct
  {
    gboolean file, environment, flag;
    gint64 value;
    Origin origin;
  } cases[] = {
    { FALSE, FALSE, FALSE, 4000, ORIGIN_BUILT_IN }, { TRUE, FALSE, FALSE, 1, ORIGIN_FILE },
    { FALSE, TRUE, FALSE, 2, ORIGIN_ENVIRONMENT },  { TRUE, TRUE, FALSE, 2, ORIGIN_ENVIRONMENT },
    { FALSE, FALSE, TRUE, 3, ORIGIN_FLAG },         { TRUE, FALSE, TRUE, 3, ORIGIN_FLAG },
    { FALSE, TRUE, TRUE, 3, ORIGIN_FLAG },          { TRUE, TRUE, TRUE, 3, ORIGIN_FLAG },
  };
  static const char *const environment[] = { "CONFAB_MESSAGE_LENGTH=2", "HOME=/", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint reversed = 0; reversed < 2; reversed++)
      {
        g_autoptr(Configuration) self = configuration_new ();

        if (reversed && cases[i].flag)
          g_assert_true (load_flags (self, "--message-length 3", NULL));
        if (cases[i].environment)
          g_assert_true (configuration_load_environment (self, environment, NULL));
        if (cases[i].file)
          g_assert_true (load_file (self, "[server]\nmessage-length=1\n", NULL));
        if (!reversed && cases[i].flag)
          g_assert_true (load_flags (self, "--message-length=3", NULL));
        g_assert_cmpint (configuration_get_number (self, OPTION_MESSAGE_LENGTH), ==, cases[i].value);
        g_assert_cmpint (configuration_get_origin (self, OPTION_MESSAGE_LENGTH), ==, cases[i].origin);
      }
}

static void
test_flags (void)
{
  g_autoptr(Configuration) self = configuration_new ();
  g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  static const char *const words[] = { "create",           "--store", "sqlite:/x",
                                       "--no-rate-limits", "ada",     "--server-name=A=B" };
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_ptr_array_add (arguments, g_strdup (words[i]));
  configuration_load_flags (self, arguments, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (arguments->len, ==, 2);
  g_assert_cmpstr (arguments->pdata[1], ==, "ada");
  g_assert_cmpstr (configuration_get_text (self, OPTION_STORE), ==, "sqlite:/x");
  g_assert_cmpstr (configuration_get_text (self, OPTION_SERVER_NAME), ==, "A=B");
  g_assert_false (configuration_get_switch (self, OPTION_RATE_LIMITS));
  g_assert_true (load_flags (self, "--rate-limits", NULL));
  g_assert_true (configuration_get_switch (self, OPTION_RATE_LIMITS));
}

static void
assert_problem (gboolean done, const GError *error, const char *words)
{
  g_assert_false (done);
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_wrong_flags (void)
{
  static const struct
  {
    const char *line, *words;
  } cases[] = {
    { "--max-conections 5", "did you mean max-connections?" },
    { "--max-connections", "needs a value" },
    { "--max-connections=x", "must be a number from 0 to" },
    { "--no-listen", "there is no option --no-listen" },
    { "--log-level loud", "must be one of error, warning, info, debug" },
    { "--", "there is no option" },
    { "--rate-limits=perhaps", "must be yes or no" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Configuration) self = configuration_new ();
      g_autoptr(GError) error = NULL;
      gboolean done = load_flags (self, cases[i].line, &error);
      assert_problem (done, error, cases[i].words);
    }
}

static void
test_wrong_files (void)
{
  static const struct
  {
    const char *text, *words;
  } cases[] = {
    { "[server]\nstor=x\n", "did you mean store?" },
    { "[serve]\nstore=x\n", "there is no group [serve]" },
    { "store=x\n", "cannot be read" },
    { "[server]\nreactors=many\n", "reactors is “many”" },
    { "[server]\nstore\n", "cannot be read" },
  };
  g_autoptr(Configuration) self = configuration_new ();
  g_autoptr(GError) missing = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      gboolean done = load_file (self, cases[i].text, &error);
      assert_problem (done, error, cases[i].words);
    }
  gboolean found = configuration_load_file (self, "/nonexistent.ini", &missing);
  assert_problem (found, missing, "/nonexistent.ini cannot be read");
}

static void
test_environment (void)
{
  static const char *const others[] = {
    "CONFAB_PROFILE=x", "CONFAB_DEV_ROOT=/x", "CONFAB_CONFIG=/x", "CONFABULATE=1", "CONFAB_FILE=/x", "X",
    NULL
  };
  static const char *const misspelt[] = { "CONFAB_MAX_CONECTIONS=1", NULL };
  static const char *const wrong[] = { "CONFAB_LANES=x", NULL };
  g_autoptr(Configuration) self = configuration_new ();
  g_autoptr(GError) error = NULL;

  g_assert_true (configuration_load_environment (self, others, &error));
  gboolean done = configuration_load_environment (self, misspelt, &error);
  assert_problem (done, error, "did you mean max-connections?");
  g_clear_error (&error);
  done = configuration_load_environment (self, wrong, &error);
  assert_problem (done, error, "CONFAB_LANES is “x”");
}

static gboolean
load_variables (Configuration *self, const char *first, const char *second, GError **error)
{
  const char *const environment[] = { first, second, NULL };

  return configuration_load_environment (self, environment, error);
}

/* As a container's secrets come: the value is the first line of a file. */
static void
test_environment_file (void)
{
  g_autofree char *path = write_file ("mongodb://confab:hunter2@mongo/confab\r\nnot this\n");
  g_autofree char *variable = g_strconcat ("CONFAB_STORE_FILE=", path, NULL);
  g_autoptr(Configuration) self = configuration_new ();
  g_autoptr(GError) error = NULL;

  load_variables (self, variable, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (configuration_get_text (self, OPTION_STORE), ==, "mongodb://confab:hunter2@mongo/confab");
  g_assert_cmpint (configuration_get_origin (self, OPTION_STORE), ==, ORIGIN_ENVIRONMENT);
  g_autofree char *shown = configuration_print (self);
  g_assert_null (strstr (shown, "hunter2"));
  g_assert_nonnull (strstr (shown, "# from: environment (CONFAB_STORE_FILE)"));
  g_assert_true (load_flags (self, "--store=sqlite:/x", NULL));
  g_assert_cmpstr (configuration_get_text (self, OPTION_STORE), ==, "sqlite:/x");
  g_unlink (path);
}

static void
test_wrong_environment_files (void)
{
  g_autofree char *empty = write_file ("\nsqlite:/x\n");
  g_autofree char *many = write_file ("many\n");
  g_autofree char *empty_variable = g_strconcat ("CONFAB_STORE_FILE=", empty, NULL);
  g_autofree char *many_variable = g_strconcat ("CONFAB_LANES_FILE=", many, NULL);
  const struct
  {
    const char *first, *second, *words;
  } cases[] = {
    { "CONFAB_STORE_FILE=/nonexistent", NULL, "CONFAB_STORE_FILE: /nonexistent cannot be read" },
    { empty_variable, NULL, "is empty" },
    { many_variable, NULL, "CONFAB_LANES_FILE is “many”" },
    { many_variable, "CONFAB_LANES=2", "CONFAB_LANES and CONFAB_LANES_FILE say the same thing" },
    { "CONFAB_LANES=2", many_variable, "CONFAB_LANES and CONFAB_LANES_FILE say the same thing" },
    { "CONFAB_STOR_FILE=/x", NULL, "did you mean store?" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Configuration) self = configuration_new ();
      g_autoptr(GError) error = NULL;
      gboolean done = load_variables (self, cases[i].first, cases[i].second, &error);
      assert_problem (done, error, cases[i].words);
    }
  g_unlink (empty);
  g_unlink (many);
}

static void
test_finish (void)
{
  static const char *const wrong[] = { "--listen=3000", "--listen=:3000",
                                       "--listen=localhost:", "--listen=localhost:99999", "--server-name=" };
  g_autoptr(Configuration) self = configuration_new ();

  g_assert_true (load_flags (self, "--state-dir=/srv/confab", NULL));
  g_assert_true (configuration_finish (self, NULL));
  g_assert_cmpstr (configuration_get_text (self, OPTION_STORE), ==, "sqlite:/srv/confab/confab.db");
  g_assert_cmpstr (configuration_get_text (self, OPTION_BLOBS), ==, "dir:/srv/confab/blobs");
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr(Configuration) other = configuration_new ();
      g_autoptr(GError) error = NULL;
      g_assert_true (load_flags (other, wrong[i], NULL));
      gboolean done = configuration_finish (other, &error);
      assert_problem (done, error, "must");
    }
}

static void
test_loopback (void)
{
  static const struct
  {
    const char *listen;
    gboolean loopback;
  } cases[] = {
    { "127.0.0.1:3000", TRUE },    { "127.9.9.9:0", TRUE },
    { "[::1]:3000", TRUE },        { "localhost:3000", TRUE },
    { "0.0.0.0:3000", FALSE },     { "[::]:3000", FALSE },
    { "192.168.1.2:3000", FALSE }, { "chat.example.org:3000", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Configuration) self = configuration_new ();
      g_autofree char *flag = g_strconcat ("--listen=", cases[i].listen, NULL);
      g_assert_true (load_flags (self, flag, NULL));
      g_assert_cmpint (configuration_is_loopback (self), ==, cases[i].loopback);
    }
}

static void
test_lists (void)
{
  g_autoptr(Configuration) self = configuration_new ();
  g_assert_null (configuration_get_list (self, OPTION_TRUSTED_PROXIES));
  g_assert_true (load_file (self, "[server]\ntrusted-proxies = 10.0.0.0/8, ,::1 \n", NULL));
  g_auto(GStrv) list = configuration_get_list (self, OPTION_TRUSTED_PROXIES);

  g_assert_cmpuint (g_strv_length (list), ==, 2);
  g_assert_cmpstr (list[1], ==, "::1");
}

/* What is printed says where it came from, hides secrets, and is a file that says the same. */
static void
test_print (void)
{
  g_autoptr(Configuration) self = configuration_new ();
  g_autoptr(Configuration) again = configuration_new ();
  g_autoptr(GError) error = NULL;
  g_assert_true (load_flags (self, "--backplane=redis://u:hunter2@cache --server-name=Büro --lanes=4", NULL));
  g_assert_true (configuration_finish (self, NULL));
  g_autofree char *text = configuration_print (self);

  g_assert_null (strstr (text, "hunter2"));
  g_assert_nonnull (strstr (text, "# from: flag (--lanes)\nlanes=4\n"));
  g_assert_nonnull (strstr (text, "# from: built in\nreactors=0\n"));
  load_file (again, text, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_OPTIONS; i++)
    if (i != OPTION_BACKPLANE)
      g_assert_cmpstr (configuration_get_text (again, i), ==, configuration_get_text (self, i));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/configuration/precedence", test_precedence);
  g_test_add_func ("/configuration/flags", test_flags);
  g_test_add_func ("/configuration/wrong-flags", test_wrong_flags);
  g_test_add_func ("/configuration/wrong-files", test_wrong_files);
  g_test_add_func ("/configuration/environment", test_environment);
  g_test_add_func ("/configuration/environment-file", test_environment_file);
  g_test_add_func ("/configuration/wrong-environment-files", test_wrong_environment_files);
  g_test_add_func ("/configuration/finish", test_finish);
  g_test_add_func ("/configuration/loopback", test_loopback);
  g_test_add_func ("/configuration/lists", test_lists);
  g_test_add_func ("/configuration/print", test_print);
  return g_test_run ();
}
