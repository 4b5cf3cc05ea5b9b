/* redis-address.c: where a Redis is, as an operator writes it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-address.h"

#include <gio/gio.h>
#include <string.h>

#include "protocol/confab-error.h"

#define DEFAULT_PREFIX "confab"
#define PREFIX_MAX_LENGTH 32
#define DATABASE_MAX 9999
#define REDIS_PORT 6379
#define SENTINEL_PORT 26379

static const struct
{
  const char *scheme;
  RedisKind kind;
  gboolean tls;
} schemes[] = {
  { "redis://", REDIS_SINGLE, FALSE },
  { "rediss://", REDIS_SINGLE, TRUE },
  { "redis+sentinel://", REDIS_SENTINEL, FALSE },
  { "rediss+sentinel://", REDIS_SENTINEL, TRUE },
  { "redis+cluster://", REDIS_CLUSTER, FALSE },
  { "rediss+cluster://", REDIS_CLUSTER, TRUE },
};

G_GNUC_PRINTF (2, 3)
static gboolean
fail (GError **error, const char *format, ...)
{
  g_autofree char *words = NULL;
  va_list arguments;

  va_start (arguments, format);
  words = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "The address of Redis %s", words);
  return FALSE;
}

static void
endpoint_clear (gpointer data)
{
  g_free (((RedisEndpoint *) data)->host);
}

gboolean
redis_address_is_meant (const char *text)
{
  return g_str_has_prefix (text, "redis:") || g_str_has_prefix (text, "rediss:") || g_str_has_prefix (text, "redis+")
         || g_str_has_prefix (text, "rediss+");
}

/* Cuts text after the scheme; NULL where there is none that is known. */
static const char *
address_read_scheme (RedisAddress *self, const char *text, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      if (!g_str_has_prefix (text, schemes[i].scheme))
        continue;
      self->kind = schemes[i].kind;
      self->tls = schemes[i].tls;
      return text + strlen (schemes[i].scheme);
    }
  fail (error, "starts with none of redis://, rediss://, redis+sentinel://, redis+cluster://");
  return NULL;
}

/* USER:PASSWORD, or only the password. */
static gboolean
address_read_account (RedisAddress *self, const char *text, gsize length, GError **error)
{
  g_autofree char *account = g_strndup (text, length);
  char *colon = strchr (account, ':');

  if (colon != NULL)
    *colon = '\0';
  if (colon != NULL && account[0] != '\0')
    self->user = g_uri_unescape_string (account, NULL);
  self->password = g_uri_unescape_string (colon != NULL ? colon + 1 : account, NULL);
  if (self->password == NULL || (self->user == NULL && colon != NULL && account[0] != '\0'))
    return fail (error, "has a user or password with a %% that is not followed by two hexadecimal digits");
  if (self->password[0] == '\0')
    return fail (error, "has an empty password");
  return TRUE;
}

static gboolean
address_read_endpoints (RedisAddress *self, const char *text, GError **error)
{
  g_auto(GStrv) parts = g_strsplit (text, ",", -1);
  guint16 port = self->kind == REDIS_SENTINEL ? SENTINEL_PORT : REDIS_PORT;

  for (char **part = parts; *part != NULL; part++)
    {
      g_autoptr(GSocketConnectable) parsed = *part[0] != '\0' ? g_network_address_parse (*part, port, NULL) : NULL;
      GNetworkAddress *address = (GNetworkAddress *) parsed;
      RedisEndpoint endpoint;

      if (address == NULL || g_network_address_get_hostname (address)[0] == '\0'
          || g_network_address_get_port (address) == 0)
        return fail (error, "has a part that is no HOST or HOST:PORT");
      endpoint.host = g_strdup (g_network_address_get_hostname (address));
      endpoint.port = g_network_address_get_port (address);
      g_array_append_val (self->endpoints, endpoint);
    }
  if (self->endpoints->len == 0)
    return fail (error, "names no host");
  if (self->kind == REDIS_SINGLE && self->endpoints->len > 1)
    return fail (error, "names several hosts, which only redis+sentinel:// and redis+cluster:// can have");
  return TRUE;
}

static gboolean
address_read_database (RedisAddress *self, const char *text, GError **error)
{
  guint64 database = 0;

  if (text[0] != '\0' && !g_ascii_string_to_unsigned (text, 10, 0, DATABASE_MAX, &database, NULL))
    return fail (error, "has a database that is no number from 0 to %d", DATABASE_MAX);
  if (database != 0 && self->kind == REDIS_CLUSTER)
    return fail (error, "names a database, and a cluster has only the one");
  self->database = database;
  return TRUE;
}

/* What follows the hosts: /DATABASE, or of sentinels /MASTER/DATABASE. */
static gboolean
address_read_path (RedisAddress *self, const char *path, GError **error)
{
  g_autofree char *master = NULL;
  const char *slash;

  if (self->kind != REDIS_SENTINEL)
    return address_read_database (self, path, error);
  slash = strchr (path, '/');
  master = slash != NULL ? g_strndup (path, slash - path) : g_strdup (path);
  if (master[0] == '\0')
    return fail (error, "does not name the master that the sentinels watch: redis+sentinel://HOST:PORT/MASTER");
  self->master = g_uri_unescape_string (master, NULL);
  if (self->master == NULL)
    return fail (error, "has a name of the master with a %% that is not followed by two hexadecimal digits");
  return address_read_database (self, slash != NULL ? slash + 1 : "", error);
}

/* It stands in keys, where braces would mean something to a cluster, and in front of a colon. */
static gboolean
prefix_is_good (const char *prefix)
{
  gsize length = strspn (prefix, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-");

  return length > 0 && length <= PREFIX_MAX_LENGTH && prefix[length] == '\0';
}

static gboolean
address_read_parameters (RedisAddress *self, const char *text, GError **error)
{
  g_autoptr(GHashTable) parameters = g_uri_parse_params (text, -1, "&", G_URI_PARAMS_NONE, NULL);
  GHashTableIter iter;
  gpointer name, value;

  if (parameters == NULL)
    return fail (error, "has something after ? that is no list of NAME=VALUE");
  g_hash_table_iter_init (&iter, parameters);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      if (g_str_equal (name, "prefix") && prefix_is_good (value))
        g_set_str (&self->prefix, value);
      else if (g_str_equal (name, "prefix"))
        return fail (error, "has a prefix that is not 1 to %d letters, digits, dots or dashes", PREFIX_MAX_LENGTH);
      else if (g_str_equal (name, "ca") && self->tls)
        g_set_str (&self->ca_file, value);
      else if (g_str_equal (name, "ca"))
        return fail (error, "has ca=, which is for rediss://");
      else
        return fail (error, "has a parameter after ? that is neither prefix nor ca");
    }
  return TRUE;
}

static gboolean
address_read (RedisAddress *self, const char *text, GError **error)
{
  const char *hosts = address_read_scheme (self, text, error);
  g_autofree char *place = NULL;
  const char *at, *question, *slash;

  if (hosts == NULL)
    return FALSE;
  /* A password may have any of / ? @ in it when it is written as it is: the last @ ends it. */
  at = strrchr (hosts, '@');
  if (at != NULL && !address_read_account (self, hosts, at - hosts, error))
    return FALSE;
  if (at != NULL)
    hosts = at + 1;
  question = strchr (hosts, '?');
  if (question != NULL && !address_read_parameters (self, question + 1, error))
    return FALSE;
  place = question != NULL ? g_strndup (hosts, question - hosts) : g_strdup (hosts);
  slash = strchr (place, '/');
  if (slash != NULL)
    place[slash - place] = '\0';
  return address_read_endpoints (self, place, error)
         && address_read_path (self, slash != NULL ? slash + 1 : "", error);
}

static RedisAddress *
address_new_empty (void)
{
  RedisAddress *self = g_atomic_rc_box_new0 (RedisAddress);

  self->endpoints = g_array_new (FALSE, FALSE, sizeof (RedisEndpoint));
  g_array_set_clear_func (self->endpoints, endpoint_clear);
  return self;
}

RedisAddress *
redis_address_new_node (const RedisAddress *self, const RedisEndpoint *endpoint)
{
  RedisAddress *node = address_new_empty ();
  RedisEndpoint copy = { g_strdup (endpoint->host), endpoint->port };

  node->kind = self->kind;
  node->tls = self->tls;
  node->user = g_strdup (self->user);
  node->password = g_strdup (self->password);
  node->prefix = g_strdup (self->prefix);
  node->ca_file = g_strdup (self->ca_file);
  g_array_append_val (node->endpoints, copy);
  return node;
}

RedisAddress *
redis_address_new (const char *text, GError **error)
{
  g_autoptr(RedisAddress) self = address_new_empty ();

  self->prefix = g_strdup (DEFAULT_PREFIX);
  return address_read (self, text, error) ? g_steal_pointer (&self) : NULL;
}

RedisAddress *
redis_address_ref (RedisAddress *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
address_clear (gpointer data)
{
  RedisAddress *self = data;

  g_free (self->user);
  g_free (self->password);
  g_array_unref (self->endpoints);
  g_free (self->master);
  g_free (self->prefix);
  g_free (self->ca_file);
}

void
redis_address_unref (RedisAddress *self)
{
  g_atomic_rc_box_release_full (self, address_clear);
}

char *
redis_address_describe (const RedisAddress *self)
{
  GString *words = g_string_new (self->kind == REDIS_SENTINEL ? "sentinels " : "");

  for (guint i = 0; i < self->endpoints->len; i++)
    {
      const RedisEndpoint *endpoint = &g_array_index (self->endpoints, RedisEndpoint, i);

      g_string_append_printf (words, "%s%s:%u", i > 0 ? ", " : "", endpoint->host, endpoint->port);
    }
  return g_string_free (words, FALSE);
}
