/* confab-session-server.c: addresses of servers as people write them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-session.h"

#include <glib/gi18n-lib.h>

#include "protocol/confab-error.h"

static gboolean
host_is_loopback (const char *host)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost");
}

static gboolean
host_makes_sense (const char *host)
{
  return host != NULL && *host != '\0' && strpbrk (host, " \t\r\n%<>\"\\^`{|}") == NULL;
}

static GUri *
parse (const char *server, GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (server));
  g_autofree char *with_scheme = NULL;
  g_autoptr(GUri) uri = NULL;
  const char *scheme = NULL;

  with_scheme = strstr (text, "://") != NULL ? g_strdup (text) : g_strconcat ("https://", text, NULL);
  uri = g_uri_parse (with_scheme, G_URI_FLAGS_NONE, NULL);
  scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  if (uri == NULL || !host_makes_sense (g_uri_get_host (uri))
      || (!g_str_equal (scheme, "https") && !g_str_equal (scheme, "http")))
    {
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, _("“%s” is not the address of a server"), text);
      return NULL;
    }
  /* On this computer there is nobody to listen in, and no certificate either. */
  if (strstr (text, "://") == NULL && host_is_loopback (g_uri_get_host (uri)))
    {
      g_autofree char *plain = g_strconcat ("http://", text, NULL);

      return g_uri_parse (plain, G_URI_FLAGS_NONE, error);
    }
  return g_steal_pointer (&uri);
}

/**
 * confab_session_normalize_server:
 * @server: an address as somebody wrote it: "chat.example.org", "https://example.org/chat/", "127.0.0.1:3000"
 * @error: return location for an error
 *
 * Without a scheme https is meant, and http on loopback.
 *
 * Returns: (transfer full) (nullable): the address as it will be used, without a slash at its end
 *
 * Since: 0.1
 */
char *
confab_session_normalize_server (const char *server, GError **error)
{
  g_autoptr(GUri) uri = NULL;
  g_autoptr(GUri) clean = NULL;
  char *address = NULL;
  gsize length = 0;

  g_return_val_if_fail (server != NULL, NULL);
  uri = parse (server, error);
  if (uri == NULL)
    return NULL;
  /* No user name, query or fragment: they have no meaning here, and would end up in logs. */
  clean = g_uri_build (G_URI_FLAGS_NONE, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri), g_uri_get_port (uri),
                       g_uri_get_path (uri), NULL, NULL);
  address = g_uri_to_string (clean);
  length = strlen (address);
  while (length > 0 && address[length - 1] == '/')
    address[--length] = '\0';
  return address;
}

/**
 * confab_session_server_is_insecure:
 * @server: the address of a server
 *
 * Returns: whether passwords and messages would cross a network unencrypted, which a person should be warned of
 *
 * Since: 0.1
 */
gboolean
confab_session_server_is_insecure (const char *server)
{
  g_autoptr(GUri) uri = NULL;

  g_return_val_if_fail (server != NULL, FALSE);
  uri = parse (server, NULL);
  return uri != NULL && g_str_equal (g_uri_get_scheme (uri), "http") && !host_is_loopback (g_uri_get_host (uri));
}
