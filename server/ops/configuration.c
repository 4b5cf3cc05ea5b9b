/* configuration.c: the options as they are set, and by what
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/configuration.h"

#include <gio/gio.h>
#include <string.h>

#include "protocol/confab-error.h"

#define GROUP "server"
#define PREFIX "CONFAB_"
#define FILE_SUFFIX "_FILE"   /* of a variable whose value is in the file that it names */

typedef struct
{
  char *text;
  Origin origin;
  char *detail;   /* nullable: which file, which variable */
} Value;

struct _Configuration
{
  Value values[N_OPTIONS];
};

Configuration *
configuration_new (void)
{
  Configuration *self = g_new0 (Configuration, 1);

  for (guint i = 0; i < N_OPTIONS; i++)
    self->values[i].text = g_strdup (option_get (i)->fallback);
  return self;
}

void
configuration_free (Configuration *self)
{
  for (guint i = 0; i < N_OPTIONS; i++)
    {
      g_free (self->values[i].text);
      g_free (self->values[i].detail);
    }
  g_free (self);
}

/* shown: how the option is called where it was found. */
static gboolean
set (Configuration *self,
     OptionId id,
     const char *text,
     Origin origin,
     const char *shown,
     const char *detail,
     GError **error)
{
  Value *value = &self->values[id];
  g_autofree char *problem = option_check (option_get (id), text);

  if (problem != NULL)
    return confab_error_refuse (error, "%s %s", shown, problem);
  if (origin < value->origin)
    return TRUE;
  g_free (value->text);
  g_free (value->detail);
  *value = (Value) { g_strdup (text), origin, g_strdup (detail) };
  return TRUE;
}

static gboolean
fail_unknown (GError **error, const char *place, const char *shown, const char *name, gsize length)
{
  const char *nearest = option_find_nearest (name, length);

  if (nearest == NULL)
    return confab_error_refuse (error, "%s: there is no option %s", place, shown);
  return confab_error_refuse (error, "%s: there is no option %s; did you mean %s?", place, shown, nearest);
}

/* ---- File ------------------------------------------------------------------------------------------------- */

static gboolean
check_groups (GKeyFile *file, const char *path, GError **error)
{
  g_auto(GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    if (strcmp (groups[i], GROUP) != 0)
      return confab_error_refuse (error, "%s: there is no group [%s]; options stand in [" GROUP "]", path, groups[i]);
  return TRUE;
}

gboolean
configuration_load_file (Configuration *self, const char *path, GError **error)
{
  g_autoptr(GKeyFile) file = g_key_file_new ();
  g_auto(GStrv) keys = NULL;
  g_autoptr(GError) problem = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &problem))
    return confab_error_refuse (error, "%s cannot be read: %s", path, problem->message);
  if (!check_groups (file, path, error))
    return FALSE;
  keys = g_key_file_get_keys (file, GROUP, NULL, NULL);
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *text = g_key_file_get_string (file, GROUP, keys[i], NULL);
      g_autofree char *shown = g_strdup_printf ("%s: %s", path, keys[i]);
      int id = option_find (keys[i], strlen (keys[i]));

      if (id < 0)
        return fail_unknown (error, path, keys[i], keys[i], strlen (keys[i]));
      if (!set (self, id, text != NULL ? text : "", ORIGIN_FILE, shown, path, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- Environment ------------------------------------------------------------------------------------------ */

static char *
option_name_of (const char *variable, gsize length)
{
  gsize prefix = MIN (strlen (PREFIX), length);
  char *name = g_ascii_strdown (variable + prefix, length - prefix);

  return g_strdelimit (name, "_", '-');
}

/* The first line of the file that a variable names: how a password reaches the server without being in everybody's
 * list of processes and in the description of a container. NULL on error. */
static char *
read_value (const char *variable, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) problem = NULL;

  if (!g_file_get_contents (path, &text, NULL, &problem))
    {
      confab_error_refuse (error, "%s: %s cannot be read: %s", variable, path, problem->message);
      return NULL;
    }
  text[strcspn (text, "\r\n")] = '\0';
  if (*text != '\0')
    return g_steal_pointer (&text);
  confab_error_refuse (error, "%s: the first line of %s is empty", variable, path);
  return NULL;
}

/* value: what the variable says, which is the option's value or the file that has it. */
static gboolean
load_variable (Configuration *self,
               const char *variable,
               const char *value,
               const char *const *environment,
               GError **error)
{
  gboolean in_file = g_str_has_suffix (variable, FILE_SUFFIX);
  gsize length = strlen (variable) - (in_file ? strlen (FILE_SUFFIX) : 0);
  g_autofree char *name = option_name_of (variable, length);
  g_autofree char *plain = g_strndup (variable, length);
  g_autofree char *text = NULL;
  int id = option_find (name, strlen (name));

  /* Others use the prefix too (the client, tests): only what may be meant for us is a mistake. */
  if (id < 0 && option_find_nearest (name, strlen (name)) != NULL)
    return fail_unknown (error, "Environment", variable, name, strlen (name));
  if (id < 0)
    return TRUE;
  if (!in_file)
    return set (self, id, value, ORIGIN_ENVIRONMENT, variable, variable, error);
  if (g_environ_getenv ((char **) environment, plain) != NULL)
    return confab_error_refuse (error, "%s and %s say the same thing: set one of them", plain, variable);
  text = read_value (variable, value, error);
  return text != NULL && set (self, id, text, ORIGIN_ENVIRONMENT, variable, variable, error);
}

gboolean
configuration_load_environment (Configuration *self, const char *const *environment, GError **error)
{
  for (guint i = 0; environment[i] != NULL; i++)
    {
      const char *equals = strchr (environment[i], '=');
      g_autofree char *variable = equals != NULL ? g_strndup (environment[i], equals - environment[i]) : NULL;

      if (variable == NULL || !g_str_has_prefix (variable, PREFIX))
        continue;
      if (!load_variable (self, variable, equals + 1, environment, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- Flags ------------------------------------------------------------------------------------------------ */

/* The flag at index; how many arguments it took, 0 on error. */
static guint
load_flag (Configuration *self, GPtrArray *arguments, guint index, GError **error)
{
  const char *flag = arguments->pdata[index];
  const char *name = flag + 2;
  gsize length = strcspn (name, "=");
  const char *text = name[length] == '=' ? name + length + 1 : NULL;
  g_autofree char *shown = g_strndup (flag, length + 2);
  gboolean negated = text == NULL && g_str_has_prefix (name, "no-");
  int id = negated ? option_find (name + 3, length - 3) : option_find (name, length);
  guint taken = 1;

  if (id < 0 || (negated && option_get (id)->kind != OPTION_KIND_SWITCH))
    {
      fail_unknown (error, "Command line", shown, name, length);
      return 0;
    }
  if (option_get (id)->kind == OPTION_KIND_SWITCH && text == NULL)
    text = negated ? "no" : "yes";
  if (text == NULL && index + 1 < arguments->len)
    {
      text = arguments->pdata[index + 1];
      taken = 2;
    }
  if (text == NULL)
    {
      confab_error_refuse (error, "%s needs a value: %s", shown, option_get (id)->placeholder);
      return 0;
    }
  return set (self, id, text, ORIGIN_FLAG, shown, shown, error) ? taken : 0;
}

gboolean
configuration_load_flags (Configuration *self, GPtrArray *arguments, GError **error)
{
  guint index = 0;

  while (index < arguments->len)
    {
      guint taken = 0;

      if (!g_str_has_prefix (arguments->pdata[index], "--"))
        {
          index++;
          continue;
        }
      taken = load_flag (self, arguments, index, error);
      if (taken == 0)
        return FALSE;
      g_ptr_array_remove_range (arguments, index, taken);
    }
  return TRUE;
}

/* ---- Together --------------------------------------------------------------------------------------------- */

static void
fill_in (Configuration *self, OptionId id, const char *text)
{
  if (*self->values[id].text != '\0')
    return;
  g_free (self->values[id].text);
  self->values[id].text = g_strdup (text);
}

/* systemd gives a service its folders by name; there may be several, colons between them. */
static char *
find_state_dir (void)
{
  const char *given = g_getenv ("STATE_DIRECTORY");

  if (given != NULL && *given == '/')
    return g_strndup (given, strcspn (given, ":"));
  return g_build_filename (g_get_user_state_dir (), "confab", NULL);
}

static gboolean
check_listen (Configuration *self, GError **error)
{
  const char *text = configuration_get_text (self, OPTION_LISTEN);
  const char *colon = strrchr (text, ':');
  gint64 port = 0;

  if (colon == NULL || colon == text || !g_ascii_string_to_signed (colon + 1, 10, 0, 65535, &port, NULL))
    return confab_error_refuse (error, "listen is “%s”, but must be ADDRESS:PORT, as 127.0.0.1:3000 or [::]:3000",
                                text);
  return TRUE;
}

gboolean
configuration_finish (Configuration *self, GError **error)
{
  g_autofree char *state_dir = find_state_dir ();
  g_autofree char *store = NULL;
  g_autofree char *blobs = NULL;

  fill_in (self, OPTION_STATE_DIR, state_dir);
  store = g_strdup_printf ("sqlite:%s/confab.db", configuration_get_text (self, OPTION_STATE_DIR));
  blobs = g_strdup_printf ("dir:%s/blobs", configuration_get_text (self, OPTION_STATE_DIR));
  fill_in (self, OPTION_STORE, store);
  fill_in (self, OPTION_BLOBS, blobs);
  if (*configuration_get_text (self, OPTION_SERVER_NAME) == '\0')
    return confab_error_refuse (error, "server-name must not be empty");
  return check_listen (self, error);
}

/* ---- Asking ----------------------------------------------------------------------------------------------- */

const char *
configuration_get_text (Configuration *self, OptionId id)
{
  return self->values[id].text;
}

gint64
configuration_get_number (Configuration *self, OptionId id)
{
  return g_ascii_strtoll (self->values[id].text, NULL, 10);
}

gboolean
configuration_get_switch (Configuration *self, OptionId id)
{
  static const char *const on[] = { "yes", "true", "on", "1", NULL };

  return g_strv_contains (on, self->values[id].text);
}

char **
configuration_get_list (Configuration *self, OptionId id)
{
  g_auto(GStrv) parts = g_strsplit (self->values[id].text, ",", -1);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) list = NULL;

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_strv_builder_add (builder, parts[i]);
  list = g_strv_builder_end (builder);
  return list[0] != NULL ? g_steal_pointer (&list) : NULL;
}

Origin
configuration_get_origin (Configuration *self, OptionId id)
{
  return self->values[id].origin;
}

gboolean
configuration_is_loopback (Configuration *self)
{
  const char *text = configuration_get_text (self, OPTION_LISTEN);
  const char *colon = strrchr (text, ':');
  g_autofree char *host = g_strndup (text, colon != NULL ? (gsize) (colon - text) : strlen (text));
  gsize length = strlen (host);
  gboolean bracketed = length > 2 && host[0] == '[' && host[length - 1] == ']';
  g_autoptr(GInetAddress) address = NULL;

  if (bracketed)
    {
      host[length - 1] = '\0';
      address = g_inet_address_new_from_string (host + 1);
    }
  else
    {
      address = g_inet_address_new_from_string (host);
    }
  return address != NULL ? g_inet_address_get_is_loopback (address) : strcmp (host, "localhost") == 0;
}

static const char *
name_origin (Origin origin)
{
  static const char *const names[] = { "built in", "file", "environment", "flag" };

  return names[origin];
}

char *
configuration_print (Configuration *self)
{
  g_autoptr(GString) text = g_string_new ("[" GROUP "]\n");

  for (guint i = 0; i < N_OPTIONS; i++)
    {
      const Option *option = option_get (i);
      const Value *value = &self->values[i];
      g_autofree char *masked = option_mask (option, value->text);

      g_string_append_printf (text, "\n# %s\n# from: %s", option->about, name_origin (value->origin));
      if (value->detail != NULL)
        g_string_append_printf (text, " (%s)", value->detail);
      g_string_append_printf (text, "\n%s=%s\n", option->name, masked);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
