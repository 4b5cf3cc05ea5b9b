/* commands.c: what an operator does besides running the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/commands.h"

#include <errno.h>
#include <libsoup/soup.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "domain/accounts.h"
#include "ops/documents.h"
#include "ops/transfer/transfer.h"
#include "protocol/confab-error.h"
#include "protocol/confab-timestamp.h"

#define DOCUMENTS "/chat/confab/server/"
#define HEALTHCHECK_SECONDS 5
#define MOST_LISTED 1000
#define DAY_MS (24 * 60 * 60 * G_GINT64_CONSTANT (1000))

/* ---- The parts of a server that a command needs ------------------------------------------------------------- */

typedef struct
{
  Store *store;
  Backplane *backplane;
  Accounts *accounts;
} Parts;

static void
parts_clear (Parts *self)
{
  g_clear_pointer (&self->accounts, accounts_free);
  g_clear_pointer (&self->backplane, backplane_close);
  g_clear_pointer (&self->store, store_close);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

gboolean
command_make_state_dir (Configuration *configuration, GError **error)
{
  const char *path = configuration_get_text (configuration, OPTION_STATE_DIR);

  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The folder %s cannot be made: %s", path,
               g_strerror (errno));
  return FALSE;
}

static gboolean
parts_open (Parts *self, CommandLine *line, GError **error)
{
  Limits limits;

  limits_init_defaults (&limits);
  limits.rate_limits = FALSE;
  if (!command_line_configure (line, error) || !command_make_state_dir (line->configuration, error))
    return FALSE;
  self->store = store_open (configuration_get_text (line->configuration, OPTION_STORE), error);
  if (self->store == NULL)
    return FALSE;
  self->backplane = backplane_open (configuration_get_text (line->configuration, OPTION_BACKPLANE), error);
  if (self->backplane == NULL)
    return FALSE;
  self->accounts = accounts_new (self->store, self->backplane, &limits, REGISTRATION_OPEN, error);
  return self->accounts != NULL;
}

static gint64
get_now (void)
{
  return g_get_real_time () / 1000;
}

/* ---- Accounts ----------------------------------------------------------------------------------------------- */

static char *
read_line (void)
{
  g_autofree char *line = NULL;
  gsize size = 0;
  ssize_t length = getline (&line, &size, stdin);

  return length > 0 ? g_strdup (g_strchomp (line)) : NULL;
}

/* From the terminal unseen, or from what is piped in; never from an argument, which everybody on the machine can
 * read. */
static char *
read_password (GError **error)
{
  struct termios shown;
  gboolean terminal = tcgetattr (STDIN_FILENO, &shown) == 0;
  struct termios hidden = shown;
  char *password = NULL;

  if (terminal)
    {
      hidden.c_lflag &= ~ECHO;
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &hidden);
      g_printerr ("Password: ");
    }
  password = read_line ();
  if (terminal)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &shown);
      g_printerr ("\n");
    }
  if (password == NULL)
    g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "No password was given");
  return password;
}

static gboolean
create_user (CommandLine *line, GError **error)
{
  gboolean admin = command_line_take_switch (line, "--admin");
  g_auto(Parts) parts = { 0 };
  g_autofree char *password = NULL;
  g_autoptr(User) user = NULL;

  if (!parts_open (&parts, line, error) || !command_line_expect (line, 3, "create NAME EMAIL [--admin]", error))
    return FALSE;
  password = read_password (error);
  if (password == NULL)
    return FALSE;
  user = accounts_create_user (parts.accounts, line->arguments->pdata[1], line->arguments->pdata[2], password,
                               admin ? CONFAB_USER_ROLE_ADMIN : CONFAB_USER_ROLE_USER, get_now (), error);
  if (user == NULL)
    return FALSE;
  g_print ("Made the account %s (%s)\n", user->username, confab_user_role_to_string (user->role));
  return TRUE;
}

static gboolean
reset_password (CommandLine *line, GError **error)
{
  g_auto(Parts) parts = { 0 };
  g_autofree char *password = NULL;

  if (!parts_open (&parts, line, error) || !command_line_expect (line, 2, "password LOGIN", error))
    return FALSE;
  password = read_password (error);
  if (password == NULL || !accounts_reset_password (parts.accounts, line->arguments->pdata[1], password, error))
    return FALSE;
  g_print ("The password is changed; all devices of the account are signed out\n");
  return TRUE;
}

static gboolean
list_users (CommandLine *line, GError **error)
{
  g_auto(Parts) parts = { 0 };
  g_autoptr(GPtrArray) users = NULL;

  if (!parts_open (&parts, line, error))
    return FALSE;
  users = store_find_users (parts.store, line->arguments->len > 1 ? line->arguments->pdata[1] : "", MOST_LISTED, error);
  if (users == NULL)
    return FALSE;
  for (guint i = 0; i < users->len; i++)
    {
      const User *user = users->pdata[i];
      char created[CONFAB_TIMESTAMP_LENGTH + 1];

      confab_timestamp_format (user->created_at, created);
      g_print ("%s  %-32s %-9s %.10s  %s\n", user->id, user->username, confab_user_role_to_string (user->role), created,
               user->email != NULL ? user->email : "");
    }
  if (users->len == MOST_LISTED)
    g_printerr ("There may be more; name the beginning of a name\n");
  return TRUE;
}

static gboolean
run_user (CommandLine *line, GError **error)
{
  const char *what = line->arguments->len > 0 ? line->arguments->pdata[0] : "";

  if (strcmp (what, "create") == 0)
    return create_user (line, error);
  if (strcmp (what, "password") == 0)
    return reset_password (line, error);
  if (strcmp (what, "list") == 0)
    return list_users (line, error);
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "Usage: confab-server user create|password|list …");
  return FALSE;
}

static gboolean
run_invite (CommandLine *line, GError **error)
{
  gboolean admin = command_line_take_switch (line, "--admin");
  g_autofree char *days_text = command_line_take_value (line, "--days");
  gint64 days = 7;
  g_auto(Parts) parts = { 0 };
  g_autofree char *invite = NULL;

  if (days_text != NULL && !g_ascii_string_to_signed (days_text, 10, 1, 90, &days, error))
    return FALSE;
  if (!parts_open (&parts, line, error) || !command_line_expect (line, 0, "[--days N] [--admin]", error))
    return FALSE;
  invite = accounts_make_invite (parts.accounts, admin ? CONFAB_USER_ROLE_ADMIN : CONFAB_USER_ROLE_USER, NULL,
                                 get_now () + days * DAY_MS, error);
  if (invite == NULL)
    return FALSE;
  g_print ("%s\n", invite);
  return TRUE;
}

/* ---- Others ------------------------------------------------------------------------------------------------- */

static gboolean
print_document (CommandLine *line, GError **error)
{
  g_autofree char *path = g_strdup_printf (DOCUMENTS "%s.json", line->command);
  g_autoptr(GBytes) text = NULL;

  if (!command_line_expect (line, 0, "", error))
    return FALSE;
  documents_register_resource ();
  text = g_resource_lookup_data (documents_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (text == NULL)
    return FALSE;
  g_print ("%.*s", (int) g_bytes_get_size (text), (const char *) g_bytes_get_data (text, NULL));
  return TRUE;
}

/* Where the server that listens on address is reached from this machine. */
static char *
find_address (const char *address)
{
  const char *port = strrchr (address, ':') + 1;

  if (g_str_has_prefix (address, "0.0.0.0:"))
    return g_strdup_printf ("127.0.0.1:%s", port);
  if (g_str_has_prefix (address, "[::]:"))
    return g_strdup_printf ("[::1]:%s", port);
  return g_strdup (address);
}

static gboolean
run_healthcheck (CommandLine *line, GError **error)
{
  g_autofree char *address = NULL;
  g_autofree char *url = NULL;
  g_autoptr(SoupSession) session = NULL;
  g_autoptr(SoupMessage) message = NULL;
  g_autoptr(GBytes) body = NULL;

  if (!command_line_configure (line, error) || !command_line_expect (line, 0, "", error))
    return FALSE;
  address = find_address (configuration_get_text (line->configuration, OPTION_LISTEN));
  url = g_strdup_printf ("http://%s/readyz", address);
  message = soup_message_new (SOUP_METHOD_GET, url);
  if (message == NULL)
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "%s is not an address", url);
      return FALSE;
    }
  session = soup_session_new_with_options ("timeout", HEALTHCHECK_SECONDS, NULL);
  body = soup_session_send_and_read (session, message, NULL, error);
  if (body == NULL)
    return FALSE;
  g_print ("%.*s\n", (int) g_bytes_get_size (body), (const char *) g_bytes_get_data (body, NULL));
  if (soup_message_get_status (message) == SOUP_STATUS_OK)
    return TRUE;
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "%s answered %u", url, soup_message_get_status (message));
  return FALSE;
}

Command
command_find (const char *name)
{
  static const struct
  {
    const char *name;
    Command run;
  } commands[] = {
    { "user", run_user },
    { "invite", run_invite },
    { "export", transfer_run_export },
    { "restore", transfer_run_restore },
    { "verify", transfer_run_verify },
    { "healthcheck", run_healthcheck },
    { "openapi", print_document },
    { "asyncapi", print_document },
  };

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return commands[i].run;
  return NULL;
}
